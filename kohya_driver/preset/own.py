"""Presets of one's own: listing them beside the shipped ones, beginning a new one, checking one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from kohya_driver import files, texts
from kohya_driver.errors import Finding, PresetError, Severity, UsageError
from kohya_driver.preset.comments import in_language, read_comments
from kohya_driver.preset.describe import Description, Setting, about, describe, toml_pair
from kohya_driver.preset.library import (
    Origin,
    PresetSource,
    family_of,
    find_source,
    is_good_name,
    is_shadowing,
    own_folder,
    own_presets,
    shipped_presets,
    sized_names,
)
from kohya_driver.preset.load import load_preset, read_chain
from kohya_driver.preset.model import Preset

FAMILIES = ("sd15", "sd2", "sdxl")
CORE = (
    "dataset.num_repeats", "dataset.resolution", "dataset.shuffle_caption", "network.dim", "network.alpha", "network.train_unet_only",
    "optimizer.type", "optimizer.learning_rate", "optimizer.text_encoder_lr", "optimizer.lr_scheduler", "optimizer.lr_warmup_steps",
    "training.max_train_epochs", "training.train_batch_size", "training.gradient_checkpointing", "precision.mixed_precision",
    "sampling.prompts", "sampling.every_n_epochs", "saving.every_n_epochs",
)  # fmt: skip
"""What a preset that builds on nothing has lines for."""


@dataclass(frozen=True, slots=True)
class PresetInfo:
    """A preset as a list shows it."""

    name: str
    origin: Origin
    path: Path
    family: str
    """`sd15`, `sd2` or `sdxl`; empty: it does not say."""
    use: str
    """Of the shipped preset that it is or builds on: `anime-character`, `style` …; empty where there is none."""
    summary: str
    """The first line of its text, in the language in use."""
    parent: str = ""
    """What it extends."""
    sizes: tuple[tuple[int, str], ...] = ()
    """Gigabytes and names of a shipped preset's variants by memory."""
    shadows: bool = False
    """Whether it stands before a shipped one of its name."""
    findings: tuple[Finding, ...] = ()
    """Why it does not load."""

    def to_json(self) -> dict[str, Any]:
        return {
            **asdict(self),
            "path": str(self.path),
            "sizes": {str(size): name for size, name in self.sizes},
            "findings": [finding.to_json() for finding in self.findings],
        }


def list_presets() -> tuple[PresetInfo, ...]:
    """The shipped presets, then one's own."""
    return (*map(_shipped_info, shipped_presets()), *map(_own_info, own_presets().items()))


def _shipped_info(name: str) -> PresetInfo:
    path = shipped_presets()[name]
    use = name.partition("-")[2]
    sizes = tuple(sized_names(name).items())
    return PresetInfo(name, "shipped", path, family_of(name), use, _summary(path), sizes=sizes)


def _own_info(named: tuple[str, Path]) -> PresetInfo:
    name, path = named
    try:
        chain = [read.source for read in read_chain(str(path))]
        family = load_preset(path).model.family or ""
    except PresetError as failure:
        return PresetInfo(
            name, "own", path, "", "", "", shadows=is_shadowing(name), findings=failure.findings
        )
    shipped = _lowest_shipped(chain)
    return PresetInfo(
        name,
        "own",
        path,
        family or family_of(shipped),
        shipped.partition("-")[2],
        _summary(path),
        parent=chain[-2].name if len(chain) > 1 else "",
        shadows=is_shadowing(name),
    )


def _summary(path: Path) -> str:
    head = in_language(read_comments(path.read_text(encoding="utf-8-sig")).head, texts.language())
    return head[0] if head else ""


def new_preset(name: str, *, source: str = "", family: str = "") -> Path:
    """Write a preset of one's own, with every line that one may want to change in it and none of them in force.

    Args:
        source: the preset to build on.
        family: what the base will be; without `source` nothing else is said about it.

    Returns:
        Its file.

    Raises:
        UsageError: the name is none, or there is such a preset already, or `source` is for another family.
        PresetError: `source` is not there or does not load.
        HostError: it cannot be written.
    """
    if not is_good_name(name):
        raise UsageError("preset.bad_name", name=name)
    path = own_folder() / f"{name}.toml"
    if path.exists():
        raise UsageError("preset.exists", path, name=name)
    below = describe(source) if source else None
    if below and family:
        _check_family(source, family)
    files.write_text(path, "\n".join(_lines(name, below, source, family)) + "\n")
    return path


def _lowest_shipped(chain: Iterable[PresetSource]) -> str:
    """The name of the shipped preset that a chain begins with; empty if it begins with none."""
    return next((one.name for one in chain if one.origin == "shipped" and not one.base), "")


def _check_family(source: str, family: str) -> None:
    shipped = _lowest_shipped(read.source for read in read_chain(source))
    theirs = load_preset(source).model.family or family_of(shipped)
    if theirs not in ("", family):
        names = ", ".join(name for name in shipped_presets() if family_of(name) == family)
        raise UsageError("preset.family_differs", parent=source, theirs=theirs, family=family, names=names)


def _lines(name: str, below: Description | None, source: str, family: str) -> Iterator[str]:
    yield f"# {below.head[0] if below and below.head else texts.say('preset_screen.new_plain')}"
    yield from _said("new_head", name=name)
    if below:
        parent = _from_anywhere(source)
        yield from _said("new_extends", parent=parent)
        yield toml_pair("extends", parent)
    if family:
        yield from ("", "[model]", toml_pair("family", family))
    section = "model" if family else ""
    for setting in below.settings if below else _core():
        mine, _, key = setting.key.partition(".")
        if family and setting.key == "model.family":
            continue
        if mine != section:
            yield from ("", f"[{mine}]")
            section = mine
        yield from (f"# {line}" for line in setting.comment)
        yield f"# {toml_pair(key, setting.value) if setting.value is not None else f'{key} ='}"


def _from_anywhere(source: str) -> str:
    """In a file a path counts from that file's folder, and not from where it was typed."""
    found = find_source(source)
    return str(found.path) if found.origin == "file" else source


def _core() -> Iterator[Setting]:
    """With what holds where nobody says anything."""
    plain = Preset()
    for key in CORE:
        section, _, name = key.partition(".")
        value = getattr(getattr(plain, section), name)
        yield Setting(key, None if value == () else value, (about(key),), "")


def _said(code: str, **values: object) -> Iterator[str]:
    yield from (f"# {line}" for line in texts.say(f"preset_screen.{code}", **values).splitlines())


def check_preset(source: str | Path) -> tuple[Finding, ...]:
    """Everything that is wrong with a preset as far as it can be told without pictures and base model.

    Returns:
        Errors; and one that is only told, where it stands before a shipped one.
    """
    try:
        load_preset(source)
        found = find_source(str(source))
    except PresetError as failure:
        return failure.findings
    return shadowing(found)


def shadowing(found: PresetSource) -> tuple[Finding, ...]:
    """Told where a preset of one's own is taken although there is a shipped one of its name."""
    if found.origin != "own" or not is_shadowing(found.name):
        return ()
    values = {"name": found.name, "path": found.path}
    return (Finding("preset.shadowing", Severity.INFO, str(found.path), values),)
