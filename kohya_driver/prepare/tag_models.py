"""The tagging models: which there are, where each comes from, and how its two files get onto this machine.

Each is pinned to a revision and to the SHA-256 of both files. A download goes to `.part`, goes on where it was cut off, is
compared with the pinned hash, and only then gets its name.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from kohya_driver import files, hub
from kohya_driver.errors import DatasetError, DriverError, UsageError

MODEL = "model.onnx"
LIST = "selected_tags.csv"
DEFAULT = "vit-v3"

_LIST_V3 = "298633d94d0031d2081c0893f29c82eab7f0df00b08483ba8f29d1e979441217"
_LIST_V2 = "8c8750600db36233a1b274ac88bd46289e588b338218c2e4c62bbc9f2b516368"

OnBytes = Callable[[str, int, int], None]
"""Called with the file's name, the bytes that are here, and those that there will be."""


@dataclass(frozen=True, slots=True)
class PinnedModel:
    """A model of the Hugging Face Hub at one revision."""

    repo: str
    revision: str
    sha256: str
    """Of model.onnx."""
    list_sha256: str
    size: int
    """Of model.onnx in bytes; 0 where it is not known."""

    @property
    def hashes(self) -> Mapping[str, str]:
        return {LIST: self.list_sha256, MODEL: self.sha256}


MODELS: Mapping[str, PinnedModel] = MappingProxyType(
    {
        "vit-v3": PinnedModel(
            "SmilingWolf/wd-vit-tagger-v3",
            "7f6b584d0bd3f55c4531f14ba3d4761b2bccdc0f",
            "35f23693620b668f4d53fd3c62bf65e40af739bc52c7eb0fbc49258b58d065b6",
            _LIST_V3,
            378_536_310,
        ),
        "swinv2-v3": PinnedModel(
            "SmilingWolf/wd-swinv2-tagger-v3",
            "627aef95638667ddcaa3ac8ae625e88ea5b02f51",
            "e6774bff34d43bd49f75a47db4ef217dce701c9847b546523eb85ff6dbba1db1",
            _LIST_V3,
            467_460_978,
        ),
        "convnext-v3": PinnedModel(
            "SmilingWolf/wd-convnext-tagger-v3",
            "d39e46de298d27340111b64965e20b8185c407e6",
            "1b8a7abf13d9b8368267df47501d523789c4aeae66b2296ad98483239dfa32eb",
            _LIST_V3,
            394_990_732,
        ),
        "eva02-v3": PinnedModel(
            "SmilingWolf/wd-eva02-large-tagger-v3",
            "b25b82a03f7282e41aa2f257a52c7583b710bd1c",
            "9e768793060c7939b277ccb382783e8670e8a042d29d77aa736be0c8cc898bfc",
            _LIST_V3,
            1_260_435_999,
        ),
        "moat-v2": PinnedModel(
            "SmilingWolf/wd-v1-4-moat-tagger-v2",
            "8452cddf280b952281b6e102411c50e981cb2908",
            "b8cef913be4c9e8d93f9f903e74271416502ce0b4b04df0ff1e2f00df488aa03",
            _LIST_V2,
            326_197_340,
        ),
        "convnextv2-v2": PinnedModel(
            "SmilingWolf/wd-v1-4-convnextv2-tagger-v2",
            "bf364499ea843a403cc2770072f31f5cfb2ffa58",
            "e91daa19cd9e8725125b7d70702d1560855fb687f8d8c4218eddaa821f41834a",
            _LIST_V2,
            0,
        ),
    }
)
"""The hashes are those that several independent public projects have pinned, each the same; a file that does not have its
hash is refused, so a mistake here can keep a model away but not let a wrong one in."""


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """A model on this machine."""

    name: str
    """Its short name, or its folder."""
    model: Path
    list: Path
    digest: str
    """SHA-256 of the model file."""


def find_model(
    name: str, *, on_bytes: OnBytes | None = None, known: Mapping[str, PinnedModel] = MODELS
) -> ModelFiles:
    """A model by its short name, fetched the first time, or by the folder that holds it.

    Raises:
        UsageError: neither a known name nor a folder.
        DatasetError: a file is missing in the folder, or cannot be had, or has a wrong hash.
        HostError: the disk is full.
    """
    if name in known:
        return _pinned(name, known[name], on_bytes or (lambda name, here, total: None))
    folder = Path(name).expanduser()
    if not folder.is_dir():
        raise UsageError("tag.unknown_model", "--model", name=name, known=", ".join(known))
    for wanted in (MODEL, LIST):
        if not (folder / wanted).is_file():
            raise DatasetError("tag.model_incomplete", folder, name=wanted)
    return ModelFiles(str(folder), folder / MODEL, folder / LIST, digest_of(folder / MODEL))


def model_folder(name: str, model: PinnedModel) -> Path:
    """Named after the hash, so that another pin is another folder."""
    return files.home() / "taggers" / f"{name}-{model.sha256[:12]}"


def _pinned(name: str, model: PinnedModel, on_bytes: OnBytes) -> ModelFiles:
    folder = model_folder(name, model)
    if not _is_whole(folder, model):
        with files.lock(folder.with_suffix(".lock")):
            for wanted, sha256 in model.hashes.items():
                _obtain(model, wanted, sha256, folder / wanted, on_bytes)
    return ModelFiles(name, folder / MODEL, folder / LIST, model.sha256)


def _is_whole(folder: Path, model: PinnedModel) -> bool:
    return all(
        (folder / name).is_file() and digest_of(folder / name) == sha256 for name, sha256 in model.hashes.items()
    )  # fmt: skip


def _obtain(model: PinnedModel, name: str, sha256: str, path: Path, on_bytes: OnBytes) -> None:
    if path.is_file() and digest_of(path) == sha256:
        return
    part = path.with_name(f"{path.name}.part")
    try:
        part.parent.mkdir(parents=True, exist_ok=True)
        goes_on = part.is_file()
        while True:
            _download(model, name, part, on_bytes)
            found = files.sha256(part)
            if found == sha256:
                part.replace(path)
                return
            part.unlink()
            if not goes_on:
                break
            goes_on = False  # its first piece may have been of another file
    except OSError as failure:
        raise files.host_error(failure, path) from failure
    raise DatasetError(
        "tag.model_wrong_hash", path, name=name, found=found[:12], wanted=sha256[:12], endpoint=hub.endpoint()
    )


def _download(model: PinnedModel, name: str, part: Path, on_bytes: OnBytes) -> None:
    size = model.size if name == MODEL else 0
    try:
        hub.fetch(
            model.repo, name, model.revision, part, lambda count: on_bytes(name, count, size), size=size
        )
    except hub.HubFailure as failure:
        if failure.trouble in ("missing", "private", "gated"):
            raise DatasetError(
                "tag.model_not_found",
                part.parent,
                endpoint=hub.endpoint(),
                name=name,
                repo=model.repo,
                revision=model.revision[:12],
            ) from failure
        raise DatasetError(
            "tag.model_unreachable",
            part.parent,
            endpoint=hub.endpoint(),
            name=name,
            reason=failure.reason,
        ) from failure


def digest_of(path: Path) -> str:
    """SHA-256 of a large file; remembered for as long as the file is the same one."""
    kept = files.home() / "taggers" / "digests.json"
    known: dict[str, list[str]] = {}
    with contextlib.suppress(OSError, ValueError):
        known = dict(files.read_json(kept))
    key, stamp = str(path.resolve()), files.stamp(path)
    if known.get(key, ["", ""])[0] == stamp:
        return known[key][1]
    found = files.sha256(path)
    if files.stamp(path) == stamp:
        with contextlib.suppress(DriverError):
            files.write_json(kept, {**known, key: [stamp, found]})
    return found
