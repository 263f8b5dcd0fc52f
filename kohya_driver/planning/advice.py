"""The engine's options as a person should see them: what each is, where it stands in a preset, what a plan does to it."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kohya_driver import texts
from kohya_driver.engine.catalogue import Catalogue, Option, load_catalogue
from kohya_driver.engine.kinds import DEFAULT, KINDS
from kohya_driver.engine.model import EngineName
from kohya_driver.errors import UsageError
from kohya_driver.planning.arguments import OWNED
from kohya_driver.planning.checks.subject import preset_key
from kohya_driver.planning.overrides import RULES
from kohya_driver.preset.model import Preset
from kohya_driver.texts.engine_help import ZH


@dataclass(frozen=True, slots=True)
class OptionAdvice:
    """One option of the engine, and our advice on it."""

    option: Option
    scripts: tuple[str, ...]
    """The training scripts that have it."""
    key: str | None
    """Its place in a preset, such as `network.dim`; None: under [engine_options], unless `owned`."""
    preset_default: Any
    """What a preset has that does not say; None if that is left to the plan or the engine."""
    owned: bool
    """Whether only the plan sets it."""
    engines: Mapping[EngineName, tuple[object, ...]]
    """The engines that carry it out, each with the only values that it knows; none of these: any."""
    rules: tuple[str, ...]
    """The overrides that may choose or change it; each one's reason is the text `override.<id>`."""

    def to_json(self) -> dict[str, Any]:
        option = self.option
        return {
            "name": option.name,
            "type": kind_of(option),
            "default": option.default,
            "choices": list(option.choices) if option.choices is not None else None,
            "help": said_help(option),
            "scripts": list(self.scripts),
            "key": self.key,
            "preset_default": self.preset_default,
            "owned": self.owned,
            "engines": {name: list(values) for name, values in self.engines.items()},
            "overrides": [{"id": rule, "reason": texts.say(f"override.{rule}")} for rule in self.rules],
        }


def said_help(option: Option) -> str:
    """What the engine says of it, in the language in use; an option of another pin has the engine's English only."""
    return ZH.get(option.name, option.english_help) if texts.language() == "zh" else option.english_help


def kind_of(option: Option) -> str:
    """`switch`, `str`, `int`, `float` … as the engine reads it; `list of …` where it takes several."""
    if option.action == "store_true":
        return "switch"
    kind = option.type or "str"
    return kind if option.nargs in (None, "?") else f"list of {kind}"


def find_options(search: str = "", *, script: str | None = None) -> tuple[OptionAdvice, ...]:
    """The options in which a word occurs: in the name, our key or what is said of it; those named so come first.

    Args:
        search: empty for all of them.
        script: one training script; else those that presets can use.

    Raises:
        UsageError: `cli.script_unknown`.
    """
    catalogue = load_catalogue()
    options: dict[str, Option] = {}
    for name in _scripts(catalogue, script):
        options = {**catalogue.scripts[name], **options}
    wanted = search.lower().removeprefix("--").replace("-", "_")
    found = [_advice(catalogue, option) for option in options.values()]
    matching = [advice for advice in found if _rank(advice, wanted) < 2]
    return tuple(sorted(matching, key=lambda advice: (_rank(advice, wanted), advice.option.name)))


def _scripts(catalogue: Catalogue, script: str | None) -> tuple[str, ...]:
    if script is None:
        return tuple(dict.fromkeys(name.removesuffix(".py") for name in KINDS[DEFAULT].scripts.values()))
    name = script.removesuffix(".py")
    if name in catalogue.scripts:
        return (name,)
    close = difflib.get_close_matches(name, catalogue.scripts, n=1, cutoff=0)
    raise UsageError("cli.script_unknown", name=script, close=close[0], known=", ".join(catalogue.scripts))


def _rank(advice: OptionAdvice, wanted: str) -> int:
    if wanted in advice.option.name.lower() or (advice.key and wanted in advice.key):
        return 0
    said = f"{advice.option.english_help} {said_help(advice.option)}"
    return 1 if wanted in said.lower().replace("-", "_") else 2


def _advice(catalogue: Catalogue, option: Option) -> OptionAdvice:
    name, key = option.name, preset_key(option.name)
    changed = [rule.id for rule in RULES if rule.option in (f"training.{name}", f"dataset.{name}")]
    return OptionAdvice(
        option=option,
        scripts=catalogue.scripts_with(name),
        key=key,
        preset_default=_default(key),
        owned=name in OWNED and key is None,
        engines=_engines(name),
        rules=tuple(dict.fromkeys(changed)),
    )


def _engines(option: str) -> dict[EngineName, tuple[object, ...]]:
    known = {name: kind.carried_out(option) for name, kind in KINDS.items()}
    return {name: values for name, values in known.items() if values is not None}


def _default(key: str | None) -> Any:
    section, _, name = (key or "").partition(".")
    holder = getattr(Preset(), section, None) if section else None
    value = getattr(holder, name, None)
    return None if value in ("", {}, ()) else value
