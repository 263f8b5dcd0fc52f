"""Checks of the base model."""

from __future__ import annotations

from collections.abc import Iterator

from kohya_driver.errors import Finding, error, warning
from kohya_driver.planning.arguments import SCRIPTS
from kohya_driver.planning.checks.subject import Check, Subject


def _base(subject: Subject) -> Iterator[Finding]:
    base, preset = subject.inputs.base, subject.preset
    where = preset.where("model.base")
    if base is None:
        if preset.model.base and not subject.inputs.findings:
            yield warning("plan.base_on_hub", where, name=preset.model.base)
        return
    if preset.model.family is None and base.family not in SCRIPTS:
        code = f"plan.base_is_{base.family}" if base.family in ("lora", "vae") else "plan.base_family"
        yield error(code, where, path=base.path, family=base.family)
    elif preset.model.family not in (None, base.family) and base.family in SCRIPTS:
        yield error(
            "plan.base_other_family",
            preset.where("model.family"),
            family=base.family,
            said=preset.model.family,
        )


CHECKS: tuple[Check, ...] = (_base,)
