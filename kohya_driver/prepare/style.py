"""What a style sets: repeats, rank, alpha, how captions are treated, and the preset that holds it, with the reasons in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from kohya_driver import files, texts

StyleName = Literal["anime", "realistic"]
Family = Literal["sd15", "sd2", "sdxl"]
STYLES: tuple[StyleName, ...] = ("anime", "realistic")
FAMILIES: tuple[Family, ...] = ("sd15", "sd2", "sdxl")
RESOLUTIONS: Mapping[Family, int] = {"sd15": 512, "sd2": 768, "sdxl": 1024}
EPOCHS = 10
"""Of the shipped presets."""


@dataclass(frozen=True, slots=True)
class Style:
    repeats: int
    """How often each picture is shown in an epoch, unless somebody says otherwise."""
    least_repeats: int
    most_repeats: int
    """The range that makes sense, and within which `auto` stays."""
    step_goal: int
    """How many steps a whole training should have, about."""
    dim: int
    alpha: int
    shuffles: bool
    """Captions are tags, which have no order; the others may be sentences."""
    prompt: str
    """Of the samples that show how it comes along."""


STYLE: Mapping[StyleName, Style] = {
    "anime": Style(6, 5, 10, 1500, 16, 8, True, "{trigger}, upper body, looking at viewer"),
    "realistic": Style(15, 10, 30, 3000, 64, 32, False, "a photo of {trigger}, upper body, soft light"),
}
_REALISTIC_SDXL_DIM = 32
"""SDXL's layers are more and wider, so that half the rank holds as much."""
_SHIPPED: Mapping[tuple[Family, StyleName], str] = {
    ("sd15", "anime"): "sd15-anime-character",
    ("sd15", "realistic"): "sd15-realistic-person",
    ("sd2", "anime"): "sd2-anime-character",
    ("sd2", "realistic"): "sd2-realistic-person",
    ("sdxl", "anime"): "sdxl-anime-character",
    ("sdxl", "realistic"): "sdxl-realistic-person",
}


def choose_repeats(style: StyleName, pictures: int, concepts: int = 1) -> int:
    """`auto`: so that pictures x repeats x epochs come near the style's number of steps, within its range.

    Args:
        pictures: of this concept; each of several gets its share of the steps.
    """
    table = STYLE[style]
    wanted = round(table.step_goal / max(1, concepts) / EPOCHS / max(1, pictures))
    return min(table.most_repeats, max(table.least_repeats, wanted))


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a preset is written from."""

    name: str
    style: StyleName
    family: Family
    trigger: str
    base: Path
    resolution: int
    keep_tokens: int = 1
    has_reg: bool = False


def rank(style: StyleName, family: Family) -> tuple[int, int]:
    """Rank and alpha; alpha is half the rank."""
    if style == "realistic" and family == "sdxl":
        return _REALISTIC_SDXL_DIM, _REALISTIC_SDXL_DIM // 2
    return STYLE[style].dim, STYLE[style].alpha


def preset_text(wanted: Wanted) -> str:
    """The project's preset.toml, with the guide's advice as comments in the reader's language."""
    return "\n".join(_lines(wanted)) + "\n"


def _lines(wanted: Wanted) -> Iterator[str]:
    style = STYLE[wanted.style]
    shipped = _SHIPPED[wanted.family, wanted.style]
    yield from _said("head", name=wanted.name)
    yield from _said("extends", shipped=shipped)
    yield _pair("extends", shipped)
    yield from ("", "[model]")
    yield from _said(f"base_{wanted.style}")
    yield from _said("base_fits", family=wanted.family, resolution=wanted.resolution)
    yield _pair("base", str(wanted.base))
    yield from _dataset(wanted, style)
    dim, alpha = rank(wanted.style, wanted.family)
    yield from ("", "[network]")
    yield from _said(f"rank_{wanted.style}")
    yield _pair("dim", dim)
    yield from _said("alpha")
    yield _pair("alpha", float(alpha))
    yield from _said("types")
    yield from ("", "[optimizer]")
    yield from _said("optimizer")
    yield from _said("rate")
    yield _pair("learning_rate", 1e-4)
    yield from _said("scheduler")
    yield from _said("warmup")
    yield _pair("lr_warmup_steps", 0.1)
    yield from ("", "[training]")
    yield from _said("epochs")
    yield _pair("max_train_epochs", EPOCHS)
    yield from _said("batch")
    yield _pair("train_batch_size", 1)
    yield from _said("caching")
    yield from ("", "[precision]")
    yield from _said("precision")
    yield _pair("save_precision", "fp16")
    yield from ("", "[sampling]")
    yield from _said("sampling")
    yield _pair("prompts", [style.prompt])
    yield _pair("every_n_epochs", 2)
    yield from ("", "[saving]")
    yield from _said("saving")
    yield _pair("every_n_epochs", 2)
    yield from ("",)
    yield from _said("judging")


def _dataset(wanted: Wanted, style: Style) -> Iterator[str]:
    yield from ("", "[dataset]")
    yield from _said("trigger")
    yield _pair("trigger", wanted.trigger)
    yield from _said(f"repeats_{wanted.style}")
    yield _pair("train_data_dir", "image")
    if wanted.has_reg:
        yield from _said("reg")
        yield _pair("reg_data_dir", "reg")
    yield from _said("resolution")
    yield _pair("resolution", wanted.resolution)
    yield from _said("buckets")
    yield _pair("enable_bucket", True)
    yield _pair("caption_extension", ".txt")
    yield from _said(f"captions_{wanted.style}")
    yield _pair("shuffle_caption", style.shuffles)
    # Where nothing is shuffled it would do nothing, and the plan would say so.
    keep = _pair("keep_tokens", wanted.keep_tokens)
    yield keep if style.shuffles else f"# {keep}"


def _said(code: str, **values: object) -> Iterator[str]:
    for line in texts.say(f"init_preset.{code}", **values).splitlines():
        yield f"# {line}"


def _pair(name: str, value: Any) -> str:
    if isinstance(value, list):
        items = (files.dump_toml({"": item}).partition("=")[2].strip() for item in value)
        return f"{name} = [{', '.join(items)}]"
    return files.dump_toml({name: value}).strip()


def differing(mine: str, theirs: str) -> Sequence[str]:
    """The keys in which a preset that a person has changed differs from what would be written, as `section.key`."""
    found = []
    ours, changed = _flat(mine), _flat(theirs)
    for key in dict.fromkeys((*ours, *changed)):
        if ours.get(key) != changed.get(key):
            found.append(key)
    return found


def _flat(text: str) -> dict[str, Any]:
    try:
        values = files.parse_toml(text)
    except ValueError:
        return {}
    flat: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, dict):
            flat |= {f"{name}.{key}": inner for key, inner in value.items()}
        else:
            flat[name] = value
    return flat
