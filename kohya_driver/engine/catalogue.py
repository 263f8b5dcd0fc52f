"""The option catalogue of the pinned engine: what can be set, where, and whether a TOML value fits."""

from __future__ import annotations

import difflib
import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from kohya_driver import files, resources

Scalar = bool | int | float | str | None
Fault = Literal["type", "choice", "nargs"]

_CJK = re.compile(r"[\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]")
_ACCEPTED: Mapping[str | None, tuple[type, ...]] = {
    None: (str,),
    "str": (str,),
    "Path": (str,),
    "int": (int,),
    "float": (float, int),
    "int_or_float": (float, int),
}


@dataclass(frozen=True, slots=True)
class Option:
    """One option of a training script, as `argparse` has it."""

    name: str
    """The key in the training config (argparse's `dest`)."""
    flags: tuple[str, ...]
    action: str
    """`store` or `store_true`."""
    type: str | None
    """The name of the function that reads it from a command line; None for switches and plain text."""
    default: Any
    choices: tuple[Scalar, ...] | None
    nargs: str | int | None
    required: bool
    help: str
    """As the engine has it: English, then mostly Japanese."""
    group: str
    """The engine's function that adds it, such as `add_training_arguments`."""

    @property
    def english_help(self) -> str:
        """The help up to the last slash before the first Japanese character."""
        japanese = _CJK.search(self.help)
        if japanese is None:
            return self.help.strip()
        english, slash, _ = self.help[: japanese.start()].rpartition("/")
        return (english if slash else self.help[: japanese.start()]).strip()


@dataclass(frozen=True, slots=True)
class DatasetKey:
    """One key of the dataset config. Unlike options, the engine checks these strictly."""

    name: str
    types: tuple[str, ...]
    """Any of `bool`, `int`, `float`, `str`, `dict`, `[int, int]`, `[float, float]`."""
    places: tuple[str, ...]
    """Where it may stand: the values of `extract_dataset.PLACES`."""
    required_in: tuple[str, ...]
    option: str | None
    """The training option that gives the value where no place does."""
    default: Any
    """The value where neither does (of train_network.py)."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Every option of every LoRA training script, and every key of the dataset config, of one commit."""

    commit: str
    scripts: Mapping[str, Mapping[str, Option]]
    """Script (without `.py`) → name → option, in the parser's order."""
    dataset_keys: Mapping[str, DatasetKey]

    def option(self, script: str, name: str) -> Option | None:
        return self.scripts.get(script, {}).get(name)

    def scripts_with(self, name: str) -> tuple[str, ...]:
        """The scripts that have an option of this name."""
        return tuple(script for script, options in self.scripts.items() if name in options)

    def closest(self, script: str, name: str) -> str | None:
        """The script's option that is spelled most like this, if any is close."""
        wanted = name.lower().replace("-", "_")
        return next(iter(difflib.get_close_matches(wanted, self.scripts.get(script, {}), n=1)), None)


def fault(option: Option, value: object) -> Fault | None:
    """Why a TOML value does not fit an option, or None where it does.

    The engine converts and checks nothing that comes from a TOML file (`sdpa = "false"` switches it on), so this is
    as strict as its command line is, with two liberties: an integer is a float, and a path is text.

    Returns:
        `nargs`: a list is wanted and this is none, or of another length; `type`; `choice`: not among the choices.
    """
    if option.action == "store_true":
        return None if isinstance(value, bool) else "type"
    if option.nargs in (None, "?"):
        return _item_fault(option, value)
    if not isinstance(value, list) or not _length_fits(option.nargs, len(value)):
        return "nargs"
    return next(filter(None, (_item_fault(option, item) for item in value)), None)


def _length_fits(nargs: str | int | None, length: int) -> bool:
    return length == nargs if isinstance(nargs, int) else length > 0 or nargs == "*"


def _item_fault(option: Option, value: object) -> Fault | None:
    # A type function that is not in the table reads text, and only it knows what it makes of that.
    accepted = _ACCEPTED.get(option.type, (str, float, int))
    if isinstance(value, bool) or not isinstance(value, accepted):
        return "type"
    return "choice" if option.choices is not None and value not in option.choices else None


def build_catalogue(data: Mapping[str, Any]) -> Catalogue:
    """The catalogue from the plain values that `extract.extract_catalogue` returns."""
    options = [_option(**entry) for entry in data["options"]]
    scripts = {
        script: {options[index].name: options[index] for index in indexes}
        for script, indexes in data["scripts"].items()
    }
    return Catalogue(
        data["commit"], scripts, {key["name"]: _dataset_key(**key) for key in data["dataset_keys"]}
    )


def _option(
    *,
    name: str,
    flags: list[str],
    action: str,
    group: str,
    type: str | None = None,
    default: Any = None,
    choices: list[Scalar] | None = None,
    nargs: str | int | None = None,
    required: bool = False,
    help: str = "",
) -> Option:
    allowed = None if choices is None else tuple(choices)
    return Option(name, tuple(flags), action, type, default, allowed, nargs, required, help, group)


def _dataset_key(
    *,
    name: str,
    types: list[str],
    places: list[str],
    required_in: list[str],
    option: str | None,
    default: Any,
) -> DatasetKey:
    return DatasetKey(name, tuple(types), tuple(places), tuple(required_in), option, default)


def read_catalogue(path: Path) -> Catalogue:
    """A catalogue that `extract.write_catalogue` wrote."""
    return build_catalogue(files.read_json(path))


def load_catalogue() -> Catalogue:
    """The catalogue of the pin."""
    path = resources.vendor() / "options.json"
    return _read_once(path, files.stamp(path))


@functools.cache
def _read_once(path: Path, stamp: str) -> Catalogue:
    """Once, as long as it is the same file: the pin may be moved."""
    return read_catalogue(path)
