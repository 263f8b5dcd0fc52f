"""Checks of the machine, the engine and the launch."""

from __future__ import annotations

from collections.abc import Iterator

from kohya_driver.errors import Finding, Severity, error, warning
from kohya_driver.planning.checks.subject import Check, Subject, preset_key


def _engine(subject: Subject) -> Iterator[Finding]:
    if not subject.inputs.engine_installed:
        yield Finding("plan.engine_missing", Severity.INFO)


def _machine(subject: Subject) -> Iterator[Finding]:
    host, device = subject.inputs.host, subject.draft.device
    if host.rosetta:
        yield error("host.rosetta")
    if device not in ("cpu", host.accelerator):
        yield error("plan.device_missing", subject.preset.where("launch.device"), device=device)


def _workers(subject: Subject) -> Iterator[Finding]:
    count = subject.draft.get("training.max_data_loader_n_workers")
    if count and subject.inputs.host.is_mac:
        yield warning("plan.workers_on_mac", subject.where("max_data_loader_n_workers"), count=count)


def _strict(subject: Subject) -> Iterator[Finding]:
    """With --strict, what the preset says is refused where it cannot be done, not changed."""
    if not subject.strict:
        return
    for override in subject.overrides:
        section, _, option = override.option.partition(".")
        key = preset_key(option) if section in ("training", "dataset") else None
        # That the shorter of two lengths holds is no want of the machine's.
        changed = override.before is not None and override.id != "training.shorter"
        if key and changed and subject.preset.is_set(key):
            yield error(
                "plan.strict", subject.preset.where(key), before=override.before, after=override.after, reason=override.reason
            )  # fmt: skip


CHECKS: tuple[Check, ...] = (
    _engine,
    _machine,
    _workers,
    _strict,
)
