"""A grid's work for the engine, as engine/draw.py reads it, and where it is done until all of it stands."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from kohya_driver import files
from kohya_driver.engine.model import Engine
from kohya_driver.planning.prompts import prompt_line
from kohya_driver.sampling.model import Cell, GridPlan

PNG_END = b"IEND\xaeB`\x82"


@dataclass(frozen=True, slots=True)
class Workplace:
    """A hidden folder beside the grid's. Its name follows from what is drawn, so that the same wish goes on where it was left."""

    folder: Path

    @property
    def job_file(self) -> Path:
        return self.folder / "job.json"

    @property
    def tell_file(self) -> Path:
        return self.folder / "progress.jsonl"

    @property
    def log_file(self) -> Path:
        return self.folder / "engine.log"

    def stands(self, cell: Cell) -> bool:
        """Whether this picture is there, whole."""
        try:
            with (self.folder / cell.file).open("rb") as file:
                file.seek(-len(PNG_END), 2)
                return file.read() == PNG_END
        except OSError:
            return False


def workplace(plan: GridPlan) -> Workplace:
    """Where this grid is drawn."""
    digest = hashlib.sha256(json.dumps(_drawn(plan), sort_keys=True).encode()).hexdigest()[:12]
    return Workplace(plan.folder.parent / f".grid-{digest}.partial")


def _drawn(plan: GridPlan) -> Mapping[str, Any]:
    """All that the pictures depend on."""
    stamps = [files.stamp(path) for path in (plan.base, *(one.path for one in plan.loras if one.path))]
    pictures = [_picture(plan, cell) for cell in plan.cells]
    return {"arguments": list(arguments(plan)), "device": plan.device, "stamps": stamps, "pictures": pictures}


def missing(plan: GridPlan, place: Workplace) -> tuple[Cell, ...]:
    """What is still to be drawn."""
    return tuple(cell for cell in plan.cells if not place.stands(cell))


def job(
    plan: GridPlan, place: Workplace, cells: tuple[Cell, ...], engine: Engine, script: Path
) -> Mapping[str, Any]:
    """The whole job.json."""
    first = next(str(one.path) for one in plan.loras if one.path)
    own = ("--outdir", str(place.folder), "--network_weights", first)
    here = ("--from_module", str(script), "--tokenizer_cache_dir", str(engine.tokenizers))
    return {
        "arguments": [*arguments(plan), *own, *here],
        "settings": {
            "device": plan.device,
            "base": str(plan.base),
            "tokenizers": str(engine.tokenizers),
            "folder": str(place.folder),
            "sampler": plan.sampler,
            "clip_skip": plan.options.get("clip_skip"),
            "precision": plan.precision,
        },
        "tell": str(place.tell_file),
        "first": first,
        "pictures": [_picture(plan, cell) for cell in cells],
    }


def arguments(plan: GridPlan) -> Iterator[str]:
    """gen_img.py's options, but for those that name places of this machine."""
    yield {"sd15": "--v1", "sd2": "--v2", "sdxl": "--sdxl"}[plan.family]
    yield from (
        "--ckpt",
        str(plan.base),
        "--sampler",
        plan.sampler,
        "--sdpa",
        "--network_module",
        plan.module,
    )
    for switch in ("v_parameterization", "zero_terminal_snr"):
        if plan.options.get(switch):
            yield f"--{switch}"
    for name in ("clip_skip", "vae"):
        if plan.options.get(name):
            yield from (f"--{name}", str(plan.options[name]))
    if plan.precision != "no":
        yield from (f"--{plan.precision}", "--no_half_vae")


def _picture(plan: GridPlan, cell: Cell) -> Mapping[str, Any]:
    prompt, lora = plan.prompts[cell.prompt], plan.loras[cell.lora]
    return {
        "file": cell.file,
        # " AND " would begin a prompt for another region; to the model, capitals are the same words.
        "prompt": prompt_line(replace(prompt, text=prompt.text.replace(" AND ", " and "), sampler="")),
        "lora": str(lora.path) if lora.path else None,
        "weight": cell.weight or 0,
    }


def environment(checkout: Path, threads: int) -> Iterator[tuple[str, str]]:
    """What the engine gets besides what it inherits."""
    yield from (("PYTHONPATH", str(checkout)), ("PYTHONUTF8", "1"), ("PYTHONUNBUFFERED", "1"))
    # Nothing is fetched, and nothing is written into the checkout.
    yield from (
        ("HF_HUB_OFFLINE", "1"),
        ("PYTHONDONTWRITEBYTECODE", "1"),
        ("TOKENIZERS_PARALLELISM", "false"),
    )
    yield from (("COLUMNS", "400"), ("PYTORCH_ENABLE_MPS_FALLBACK", "1"), ("OMP_NUM_THREADS", str(threads)))
