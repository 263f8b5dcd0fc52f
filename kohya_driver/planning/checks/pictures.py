"""Checks of the folders and their pictures."""

from __future__ import annotations

from collections.abc import Iterator

from kohya_driver.dataset.checks import check_folder
from kohya_driver.dataset.model import FolderState
from kohya_driver.errors import Finding, error, warning
from kohya_driver.planning.checks.subject import Check, Subject
from kohya_driver.planning.checks.tables import tables
from kohya_driver.planning.inputs import SubsetInput


def _has_alpha_mask(subject: Subject, subset: SubsetInput) -> bool:
    return bool(subset.keys.get("alpha_mask") or subject.draft.training.get("alpha_mask"))


def _pictures(subject: Subject) -> Iterator[Finding]:
    subsets, training = subject.inputs.subsets, subject.draft.training
    if subsets and all(subset.is_reg for subset in subsets):
        yield error("plan.only_regularization", subject.preset.where("dataset.subsets"))
    to_disk = ("cache_latents_to_disk", "cache_text_encoder_outputs_to_disk")
    for subset in subsets:
        yield from check_folder(
            subset.folder,
            caches_to_disk=any(training.get(name) for name in to_disk),
            alpha_mask=_has_alpha_mask(subject, subset),
        )


def _given_twice(subject: Subject) -> Iterator[Finding]:
    """Also under another spelling, which the engine would not notice and train on twice."""
    seen: set[tuple[int, int]] = set()
    for subset in subject.inputs.subsets:
        identity = subset.folder.identity
        if identity in seen:
            yield error("dataset.folder_twice", subset.folder.path)
        elif identity:
            seen.add(identity)


def _surplus_regularization(subject: Subject) -> Iterator[Finding]:
    subsets, train = subject.inputs.subsets, subject.schedule.train_images
    reg = sum(len(subset.folder.pictures) * subset.repeats for subset in subsets if subset.is_reg)
    if train and reg > train:
        where = subject.preset.where("dataset.reg_data_dir")
        yield warning("dataset.reg_surplus", where, reg=reg, train=train)


def _mask(subject: Subject) -> Iterator[Finding]:
    """A mask can come from the pictures' alpha channels only: presets have no folders of masks."""
    subsets = subject.inputs.subsets
    if subject.draft.training.get("masked_loss") and not any(
        _has_alpha_mask(subject, one) for one in subsets
    ):
        yield error("dataset.mask_missing", subject.where("masked_loss"))


def _writable(subject: Subject) -> Iterator[Finding]:
    names = ("cache_latents_to_disk", "cache_text_encoder_outputs_to_disk", "cache_info")
    writing = [name for name in names if subject.draft.training.get(name)]
    for subset in subject.inputs.subsets if writing else ():
        if subset.folder.state is FolderState.READ and not subset.folder.is_writable:
            yield error("dataset.folder_not_writable", subset.folder.path, option=writing[0])


def _face_range(subject: Subject) -> Iterator[Finding]:
    for where, keys in tables(subject):
        smallest, largest = keys.get("face_crop_aug_range") or (1.0, 1.0)
        # Read from the dataset config it is not even compared; the engine divides by both.
        if not 0 < smallest <= largest:
            yield error(
                "dataset.face_range", where("face_crop_aug_range"), smallest=smallest, largest=largest
            )


CHECKS: tuple[Check, ...] = (
    _pictures,
    _given_twice,
    _surplus_regularization,
    _mask,
    _writable,
    _face_range,
)
