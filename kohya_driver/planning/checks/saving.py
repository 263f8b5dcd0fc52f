"""Checks of what is drawn, saved and uploaded."""

from __future__ import annotations

from collections.abc import Iterator

from kohya_driver.errors import Finding, error, warning
from kohya_driver.planning.checks.subject import Check, Subject
from kohya_driver.planning.prompts import bad_options, has_words

NAME_BYTES = 200
"""Of a file name's 255: the engine adds up to 40 to output_name, most for a sample's name, and the system some."""
LONG_STEPS = 3000
"""A rule of thumb: hours of work on a Mac."""


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
    for number, prompt in enumerate(sampling.prompts, 1):
        where = f"{subject.preset.where('sampling.prompts')} #{number}"
        if not has_words(prompt):
            yield error("plan.prompt_empty", where)
        for option in bad_options(prompt):
            yield error("plan.prompt_option", where, option=option)


def _overwriting(subject: Subject) -> Iterator[Finding]:
    # A Mac's file system takes Ning and ning for one name.
    same = str.casefold if subject.inputs.host.is_mac else str
    name = same(str(subject.draft.get("training.output_name")))
    clash = [
        file
        for file in subject.inputs.existing_outputs
        if same(file) == f"{name}.safetensors" or same(file).startswith(f"{name}-")
    ]
    if clash:
        yield error(
            "plan.would_overwrite", subject.preset.where("saving.output_dir"), folder=subject.preset.saving.output_dir, file=clash[0]
        )  # fmt: skip


def _name(subject: Subject) -> Iterator[Finding]:
    name, where = str(subject.draft.get("training.output_name")), subject.preset.where("saving.output_name")
    if "/" in name or "\0" in name or name in (".", ".."):
        yield error("plan.bad_output_name", where, name=name)
    elif len(name.encode()) > NAME_BYTES:
        yield error("saving.name_too_long", where, count=len(name.encode()), limit=NAME_BYTES)


def _folders(subject: Subject) -> Iterator[Finding]:
    """Where LoRA files and the run's own files go; the engine would find out at its first save."""
    output, own = subject.preset.saving.output_dir, subject.inputs.folder
    for folder, where in ((output, subject.preset.where("saving.output_dir")), (own, own)):
        fault = folder and subject.inputs.surroundings.faults.get(folder)
        if fault:
            yield error(f"saving.folder_{fault}", where, folder=folder)


def _keeping(subject: Subject) -> Iterator[Finding]:
    training = subject.draft.training
    for unit in ("epochs", "steps"):
        ratio = unit == "epochs" and training.get("save_n_epoch_ratio")
        option = f"save_last_n_{unit}"
        if training.get(option) and not (training.get(f"save_every_n_{unit}") or ratio):
            yield warning("saving.last_without_every", subject.where(option), unit=unit)


def _state(subject: Subject) -> Iterator[Finding]:
    steps, by_clock = subject.schedule.steps, subject.preset.safety.autosave_minutes
    if steps >= LONG_STEPS and not by_clock and not subject.draft.get("training.save_state"):
        yield warning("saving.no_state", subject.preset.where("safety.autosave_minutes"), steps=steps)


def _upload(subject: Subject) -> Iterator[Finding]:
    training = subject.draft.training
    if not training.get("huggingface_repo_id"):
        return
    where = subject.where("huggingface_repo_id")
    if not (training.get("huggingface_token") or subject.inputs.surroundings.hub_token):
        yield warning("saving.upload_without_token", where)
    if subject.draft.get("environment.HF_HUB_OFFLINE") in ("1", "ON", "YES", "TRUE"):
        yield warning("saving.upload_offline", where)


CHECKS: tuple[Check, ...] = (
    _sampling,
    _overwriting,
    _name,
    _folders,
    _keeping,
    _state,
    _upload,
)
