"""Checks of several processes and machines: what is wrong here would make all of them wait for each other in vain."""

from __future__ import annotations

from collections.abc import Iterator

from kohya_driver.errors import Finding, Severity, error, warning
from kohya_driver.planning.checks.subject import Check, Subject


def _counts(subject: Subject) -> Iterator[Finding]:
    spread, where = subject.draft.distribution, subject.preset.where
    if spread.processes % spread.machines:
        yield error(
            "launch.uneven",
            where("launch.num_processes"),
            processes=spread.processes,
            machines=spread.machines,
        )
    if spread.rank >= spread.machines:
        yield error(
            "launch.rank_outside",
            where("launch.machine_rank"),
            rank=spread.rank,
            machines=spread.machines,
            last=spread.machines - 1,
        )


def _meeting(subject: Subject) -> Iterator[Finding]:
    spread = subject.draft.distribution
    if spread.machines == 1:
        if subject.preset.launch.main_process_ip:
            yield warning("launch.one_machine", subject.preset.where("launch.main_process_ip"))
    elif not spread.address:
        yield error("launch.no_address", subject.preset.where("launch.main_process_ip"))
    elif not spread.interface:
        where = subject.preset.where("launch.main_process_ip")
        yield error("launch.no_way", where, address=spread.address)


def _device(subject: Subject) -> Iterator[Finding]:
    spread, device = subject.draft.distribution, subject.draft.device
    where = subject.preset.where("launch.num_processes")
    if spread.is_spread and device == "mps":
        yield error("launch.on_mps", where, processes=spread.processes)
    cards = subject.inputs.host.cards
    if device == "cuda" and spread.here > cards:
        yield error("launch.few_cards", where, here=spread.here, cards=cards)


def _batches(subject: Subject) -> Iterator[Finding]:
    """accelerate takes the first batches again until every process has one."""
    spread, batches = subject.draft.distribution, _all_batches(subject)
    if 0 < batches < spread.processes:
        yield error(
            "launch.few_batches", subject.preset.where("launch.num_processes"), batches=batches, processes=spread.processes
        )  # fmt: skip
    elif batches % spread.processes:
        again = spread.processes - batches % spread.processes
        yield Finding("launch.batches_again", Severity.INFO, values={"batches": batches, "again": again})


def _all_batches(subject: Subject) -> int:
    """Of an epoch, before they are shared out."""
    size = int(subject.draft.training["train_batch_size"])
    return sum(-(-bucket.count // size) for bucket in subject.buckets)


CHECKS: tuple[Check, ...] = (_counts, _meeting, _device, _batches)
