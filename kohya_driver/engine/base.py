"""Reads a base model as far as its header or its configs tell: a file, a diffusers folder, or an old checkpoint."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from kohya_driver import texts
from kohya_driver.engine import families
from kohya_driver.engine.families import Family, Prediction
from kohya_driver.engine.pickles import SUFFIXES, begins_as_pickle, pickle_family
from kohya_driver.engine.weights import main_dtype, read_header
from kohya_driver.errors import EngineError
from kohya_driver.wording import reason_of

HEAD_BYTES = 128
_HEADS: tuple[tuple[bytes, str], ...] = (
    (b"GGUF", "base.gguf"),
    (b"version https://git-lfs", "base.lfs_pointer"),
    (b"SQLite format 3", "base.draw_things"),
    (b"<", "base.web_page"),
)


@dataclass(frozen=True, slots=True)
class BaseModel:
    """A base model as far as its header or its configs tell."""

    path: Path
    family: Family
    format: Literal["safetensors", "ckpt", "diffusers"]
    dtype: str
    """Of most of its bytes: F16, BF16, F32; empty where it cannot be told."""
    size_bytes: int
    prediction: Prediction = ""
    """As the file itself says."""
    zero_terminal_snr: bool = False
    """Whether the file says that it was trained down to pure noise."""
    channels: int = 0
    """What its U-Net takes in, 4 or (inpainting) 9; 0 where it cannot be told."""
    width: int = 0
    """Channels of its U-Net's first block; 0 where it cannot be told."""
    blocks: tuple[int, ...] = ()
    """Channels of all of its blocks, and"""
    text_width: int = 0
    """what its text encoder's layers hold, where a folder's configs tell."""
    quantised: str = ""
    """How it was made smaller, such as `fp8`; empty for a model in 16 or 32 bit."""
    missing: tuple[str, ...] = ()
    """Parts that it lacks: `text_encoder`, `vae` …, or `unet 12/686` for one that is there in part."""
    pickles: tuple[Path, ...] = ()
    """Files of it that could run code when they are loaded."""

    @property
    def is_small(self) -> bool:
        """Whether its U-Net is narrower than that of any published SD 1.x, 2.x or SDXL."""
        return 0 < self.width < families.TRUE_WIDTH

    @property
    def name_hint(self) -> Prediction:
        """What its name hints at, which is no more than a hint."""
        return families.prediction_in_name(self.path.name, self.family)


def read_base(path: Path) -> BaseModel:
    """A base model, in milliseconds whatever its size.

    Raises:
        EngineError: `engine.weights_missing`, `engine.weights_broken`, `engine.base_folder` for a folder that is no
            diffusers model, or `base.…` for a file that is something else: a web page, a git-lfs pointer, a GGUF …
    """
    if path.is_dir():
        return _read_folder(path)
    head, size = _head(path), _size(path)
    is_pickle = begins_as_pickle(head) and head[8:9] != b"{"
    if path.suffix.lower() == ".safetensors":
        return _read_safetensors(path, head, size, is_pickle)
    if head[8:9] == b"{":
        # The engine goes by the name alone.
        raise EngineError("base.safetensors_by_another_name", path)
    _refuse_other(path, head, size)
    return BaseModel(path, pickle_family(path), "ckpt", "", size, pickles=(path,))


def _read_safetensors(path: Path, head: bytes, size: int, is_pickle: bool) -> BaseModel:
    if head[8:9] != b"{":
        if is_pickle:
            raise EngineError("base.pickle_named_safetensors", path)
        _refuse_other(path, head, size)
    header = read_header(path)
    family = families.model_family(header)
    return BaseModel(
        path,
        family,
        "safetensors",
        main_dtype(header),
        size,
        prediction=families.prediction(header),
        zero_terminal_snr="ztsnr" in header.tensors,
        channels=families.input_channels(header),
        width=families.first_width(header),
        quantised=families.quantisation(header),
        missing=families.missing_parts(header, family),
    )


def _refuse_other(path: Path, head: bytes, size: int) -> None:
    if not size:
        raise EngineError("base.empty", path)
    for beginning, code in _HEADS:
        if head.lstrip().startswith(beginning):
            raise EngineError(code, path)


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(HEAD_BYTES)
    except OSError as failure:
        raise _missing(path, failure) from failure


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError as failure:
        raise _missing(path, failure) from failure


def _missing(path: Path, failure: OSError) -> EngineError:
    return EngineError("engine.weights_missing", path, reason=reason_of(failure))


def _read_folder(folder: Path) -> BaseModel:
    try:
        index = _json(folder / "model_index.json")
        unet = _config(folder, "unet")
        text_encoder = _config(folder, "text_encoder")
        width = unet.get("cross_attention_dim")
        family = families.by_width(int(width)) if width else _by_pipeline(str(index.get("_class_name", "")))
        scheduler = folder / "scheduler" / "scheduler_config.json"
        schedule = _json(scheduler) if scheduler.is_file() else {}
    except (OSError, ValueError, TypeError, AttributeError) as failure:
        raise EngineError("engine.base_folder", folder) from failure
    weights = sorted(folder.glob("*/*.safetensors"))
    denoiser = [path for path in weights if path.parent.name in ("unet", "transformer")]
    header = read_header(denoiser[0]) if denoiser else None
    pickles = _folder_pickles(folder, weights)
    return BaseModel(
        folder,
        family,
        "diffusers",
        main_dtype(header) if header else "",
        sum(map(_size, (*weights, *pickles))),
        prediction=_scheduled_prediction(schedule),
        zero_terminal_snr=bool(schedule.get("rescale_betas_zero_snr")),
        channels=int(unet.get("in_channels") or 0),
        width=next(iter(_numbers(unet.get("block_out_channels"))), 0),
        blocks=_numbers(unet.get("block_out_channels")),
        text_width=int(text_encoder.get("hidden_size") or 0),
        quantised=families.quantisation(header) if header else "",
        missing=_missing_folders(family, {path.parent.name for path in (*weights, *pickles)}),
        pickles=pickles,
    )


def _json(path: Path) -> Mapping[str, Any]:
    value = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(value, Mapping):
        raise ValueError(texts.say("system.no_table", name=path.name))
    return value


def _config(folder: Path, part: str) -> Mapping[str, Any]:
    path = folder / part / "config.json"
    return _json(path) if path.is_file() else {}


def _numbers(value: object) -> tuple[int, ...]:
    return tuple(one for one in value if isinstance(one, int)) if isinstance(value, list) else ()


def _scheduled_prediction(schedule: Mapping[str, Any]) -> Prediction:
    known: Mapping[str, Prediction] = {"v_prediction": "v", "epsilon": "epsilon"}
    return known.get(str(schedule.get("prediction_type")), "")


def _folder_pickles(folder: Path, weights: list[Path]) -> tuple[Path, ...]:
    """The .bin files of parts that have nothing better: diffusers takes .safetensors where there is one."""
    better = {path.parent for path in weights}
    parts = {part for needed in families.PARTS.values() for part in needed}
    return tuple(
        path
        for path in sorted(folder.glob("*/*.bin"))
        if path.parent.name in parts and path.parent not in better
    )


def _missing_folders(family: str, there: set[str]) -> tuple[str, ...]:
    return tuple(part for part in families.PARTS.get(family, {}) if part not in there)


def _by_pipeline(name: str) -> Family:
    pipelines: Mapping[str, Family] = {
        "StableDiffusion3": "sd3", "Flux": "flux", "Chroma": "chroma", "Lumina": "lumina", "HunyuanImage": "hunyuan-image",
    }  # fmt: skip
    return next((family for start, family in pipelines.items() if name.startswith(start)), "unknown")


def real_path(path: Path) -> Path:
    """Where a symbolic link leads in the end; the path itself if it is none."""
    return Path(os.path.realpath(path)) if path.is_symlink() else path


def is_pickle_name(path: Path) -> bool:
    """Whether the engine would unpickle a file of this name."""
    return path.suffix.lower() in SUFFIXES
