"""Steps, epochs, checkpoints and samples: tables worked out from the engine's code."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kohya_driver.dataset.buckets import Bucket, DatasetCount
from kohya_driver.planning.schedule import Sampling, Saving, Schedule, build_schedule, checkpoints, samples


def dataset(*counts: int, batch_size: int = 1, **values: Any) -> DatasetCount:
    """A dataset with one bucket for each count."""
    buckets = tuple(Bucket(512, 64 * place, count) for place, count in enumerate(counts, 1))
    return DatasetCount(
        batch_size, buckets, pictures=len(counts), train_images=sum(counts), reg_images=0, **values
    )


def schedule(steps_per_epoch: int, steps: int) -> Schedule:
    return build_schedule([dataset(steps_per_epoch)], max_train_steps=steps)


@pytest.mark.parametrize(
    ("options", "steps_per_epoch", "epochs", "steps"),
    [
        ({"max_train_epochs": 3}, 10, 3, 30),
        ({"max_train_epochs": 3, "max_train_steps": 7}, 10, 3, 30),
        ({"max_train_steps": 25}, 10, 3, 25),
        ({"max_train_steps": 30}, 10, 3, 30),
        ({}, 10, 160, 1600),
        ({"gradient_accumulation_steps": 4, "max_train_epochs": 2}, 3, 2, 6),
        ({"gradient_accumulation_steps": 4, "max_train_steps": 7}, 3, 3, 7),
        ({"gradient_accumulation_steps": 16, "max_train_steps": 2}, 1, 2, 2),
    ],
)
def test_steps(options: dict[str, int], steps_per_epoch: int, epochs: int, steps: int) -> None:
    found = build_schedule([dataset(10)], **options)
    assert (found.steps_per_epoch, found.epochs, found.steps) == (steps_per_epoch, epochs, steps)


def test_batches_never_mix_buckets_or_datasets() -> None:
    found = build_schedule([dataset(5, 1, batch_size=4), dataset(3, batch_size=2)], max_train_epochs=1)
    assert found.batches_per_epoch == (2 + 1) + 2
    assert (found.pictures, found.train_images) == (3, 9)


def test_validation_is_counted_on_its_own() -> None:
    held = dataset(4, batch_size=2, validation_buckets=(Bucket(512, 512, 3),), validation_images=3)
    found = build_schedule([held], max_train_epochs=1)
    assert (found.batches_per_epoch, found.validation_images, found.validation_batches) == (2, 3, 2)


@pytest.mark.parametrize(("warmup", "steps"), [(0, 0), (7, 7), (0.1, 10), (1.0, 105), (1, 1), (0.05, 5)])
def test_warmup_is_a_share_when_it_is_a_float(warmup: float, steps: int) -> None:
    found = build_schedule([dataset(10)], max_train_steps=105, lr_warmup_steps=warmup)
    assert found.warmup_steps == steps


def test_no_batch_is_no_schedule() -> None:
    with pytest.raises(ValueError, match="no pictures"):
        build_schedule([dataset()])


def names(saving: Saving, steps_per_epoch: int = 10, steps: int = 30) -> list[str]:
    return [one.file for one in checkpoints(schedule(steps_per_epoch, steps), saving)]


def test_only_the_final_file_without_options() -> None:
    assert names(Saving()) == ["last.safetensors"]
    assert names(Saving(output_name="girl", save_model_as="ckpt")) == ["girl.ckpt"]


def test_names_by_epoch_and_by_step() -> None:
    assert names(Saving(output_name="凝光", every_n_epochs=1)) == [
        "凝光-000001.safetensors",
        "凝光-000002.safetensors",
        "凝光.safetensors",
    ]
    assert names(Saving(every_n_epochs=2, every_n_steps=10)) == [
        "at-step00000010.safetensors",
        "at-step00000020.safetensors",
        "epoch-000002.safetensors",
        "at-step00000030.safetensors",
        "last.safetensors",
    ]


@pytest.mark.parametrize(
    ("ratio", "saved"), [(3, [2, 4, 6]), (7, [1, 2, 3, 4, 5, 6]), (9, [1, 2, 3, 4, 5, 6]), (1, [])]
)
def test_epoch_ratio_replaces_every_n_epochs(ratio: int, saved: list[int]) -> None:
    found = checkpoints(schedule(10, 70), Saving(n_epoch_ratio=ratio, every_n_epochs=5))
    assert [one.epoch for one in found if one.kind == "epoch"] == saved


def test_the_last_epochs_are_kept() -> None:
    found = checkpoints(schedule(10, 60), Saving(every_n_epochs=1, last_n_epochs=2))
    assert [one.epoch for one in found if one.kept] == [4, 5, 6]
    assert [one.step for one in found] == [10, 20, 30, 40, 50, 60]


def test_the_last_steps_are_kept_and_one_more() -> None:
    """The engine's own example: every 10, last 30: at step 50, step 10 is removed."""
    found = checkpoints(schedule(100, 50), Saving(every_n_steps=10, last_n_steps=30))
    assert [one.step for one in found if one.kept] == [20, 30, 40, 50, 50]


def test_train_states_follow_the_files_unless_told() -> None:
    saving = Saving(output_name="a", every_n_epochs=1, last_n_epochs=1, state=True)
    found = checkpoints(schedule(10, 40), saving)
    assert [one.state for one in found] == ["a-000001-state", "a-000002-state", "a-000003-state", "a-state"]
    assert [one.state_kept for one in found] == [False, False, True, True]
    more = checkpoints(schedule(10, 40), replace(saving, last_n_epochs_state=2))
    assert [one.state_kept for one in more] == [False, True, True, True]
    assert [one.kept for one in more] == [False, False, True, True]


def test_a_train_state_at_the_end_only() -> None:
    found = checkpoints(schedule(10, 20), Saving(every_n_steps=10, state_on_train_end=True))
    assert [one.state for one in found] == [None, None, "last-state"]


@given(st.integers(1, 40), st.integers(1, 200), st.integers(1, 9), st.integers(1, 30), st.integers(1, 60))
def test_what_is_kept_covers_the_last_steps(
    per_epoch: int, steps: int, epochs: int, every: int, last: int
) -> None:
    saving = Saving(every_n_epochs=epochs, every_n_steps=every, last_n_steps=last)
    found = checkpoints(schedule(per_epoch, steps), saving)
    assert found[-1].kind == "final"
    assert [one.step for one in found] == sorted(one.step for one in found)
    assert len({one.file for one in found}) == len(found)
    final_save = steps - steps % every
    assert all(one.kept for one in found if one.kind == "step" and one.step >= final_save - last)


def test_samples_by_epochs_switch_off_samples_by_steps() -> None:
    found = samples(
        schedule(10, 25), Sampling(2, at_first=True, every_n_epochs=1, every_n_steps=5, output_name="a")
    )
    assert [(one.step, one.epoch, one.stem) for one in found] == [
        (0, 0, "a_e000000"),
        (10, 1, "a_e000001"),
        (20, 2, "a_e000002"),
        (25, 3, "a_e000003"),
    ]
    assert sum(one.pictures for one in found) == 8


def test_samples_by_steps() -> None:
    found = samples(schedule(10, 20), Sampling(1, every_n_steps=10))
    assert [(one.step, one.epoch, one.stem) for one in found] == [(10, None, "000010"), (20, None, "000020")]
    assert len(samples(schedule(10, 19), Sampling(1, every_n_steps=10))) == 1


def test_no_prompts_no_samples() -> None:
    assert samples(schedule(10, 25), Sampling(0, at_first=True, every_n_steps=10)) == ()
