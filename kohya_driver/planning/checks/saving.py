"""Checks of what is drawn and saved."""

from __future__ import annotations

from collections.abc import Iterator

from kohya_driver.errors import Finding, error, warning
from kohya_driver.planning.checks.subject import Check, Subject


def _sampling(subject: Subject) -> Iterator[Finding]:
    sampling = subject.preset.sampling
    if not sampling.prompts:
        for name in ("every_n_epochs", "every_n_steps", "at_first"):
            if getattr(sampling, name):
                yield error("plan.samples_without_prompts", subject.preset.where(f"sampling.{name}"))
                return
    if sampling.prompts and sampling.every_n_epochs and sampling.every_n_steps:
        yield warning("plan.samples_by_epoch_only", subject.preset.where("sampling.every_n_steps"))
    if not subject.draft.trigger and any("{trigger}" in prompt for prompt in sampling.prompts):
        yield error("plan.trigger_missing", subject.preset.where("sampling.prompts"))


def _saving(subject: Subject) -> Iterator[Finding]:
    name = str(subject.draft.get("training.output_name"))
    clash = [
        file
        for file in subject.inputs.existing_outputs
        if file == f"{name}.safetensors" or file.startswith(f"{name}-")
    ]
    if clash:
        yield error(
            "plan.would_overwrite", subject.preset.where("saving.output_dir"), folder=subject.preset.saving.output_dir, file=clash[0]
        )  # fmt: skip
    if "/" in name or name in (".", ".."):
        yield error("plan.bad_output_name", subject.preset.where("saving.output_name"), name=name)


CHECKS: tuple[Check, ...] = (
    _sampling,
    _saving,
)
