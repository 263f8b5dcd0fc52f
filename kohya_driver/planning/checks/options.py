"""Every option against the catalogue: names, types, choices, and who may set it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from kohya_driver.engine.catalogue import fault
from kohya_driver.errors import Finding, error
from kohya_driver.planning.arguments import OWNED
from kohya_driver.planning.checks.subject import Check, Subject, preset_key
from kohya_driver.preset.model import label

PATH_OPTIONS = ("base_weights", "log_tracker_config")
"""Files that only [engine_options] can name; all others were made absolute when the preset was read."""


def _own_options(subject: Subject) -> Iterator[Finding]:
    """[engine_options] is for what the preset has no word for."""
    for name in subject.preset.engine_options:
        where = subject.preset.where(f"engine_options.{name}")
        known = preset_key(name)
        if name in OWNED and known is None:
            yield error("plan.option_owned", where, name=name)
        elif known:
            yield error("plan.option_modelled", where, name=name, place=label(known))


def _options(subject: Subject) -> Iterator[Finding]:
    """Every option against the catalogue: the engine itself checks nothing that comes from a file."""
    catalogue, script = subject.inputs.catalogue, subject.script
    for name, value in subject.draft.training.items():
        option = catalogue.option(script, name)
        if option is None:
            yield _unknown_option(subject, name)
            continue
        wrong = fault(option, value)
        if wrong:
            choices = ", ".join(map(str, option.choices or ()))
            yield error(
                f"plan.option_{wrong}",
                subject.where(name),
                name=name,
                value=value,
                wanted=option.type or ("true/false" if option.action == "store_true" else "str"),
                choices=choices,
            )


def _relative_paths(subject: Subject) -> Iterator[Finding]:
    """The engine would look for them in its own folder."""
    for name in PATH_OPTIONS:
        value = subject.draft.training.get(name)
        for path in value if isinstance(value, list) else [value]:
            if isinstance(path, str) and not Path(path).is_absolute():
                yield error("option.relative_path", subject.where(name), name=name, path=path)


def _unknown_option(subject: Subject, name: str) -> Finding:
    catalogue, script, where = subject.inputs.catalogue, subject.script, subject.where(name)
    others = catalogue.scripts_with(name)
    if others:
        return error("plan.option_other_script", where, name=name, script=script, others=", ".join(others))
    close = catalogue.closest(script, name)
    if close:
        return error("plan.option_unknown_close", where, name=name, close=close)
    return error("plan.option_unknown", where, name=name)


CHECKS: tuple[Check, ...] = (
    _own_options,
    _options,
    _relative_paths,
)
