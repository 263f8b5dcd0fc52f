"""Checks of the machine and the launch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

from kohya_driver.errors import Finding, error, warning
from kohya_driver.planning.checks.subject import Check, Subject, preset_key

MANY_BUCKETS = 8
"""A rule of thumb: torch on MPS keeps memory for every shape that it has seen (pytorch issues 121113, 132596)."""
SPARE_BYTES = 4 << 30
"""What should stay free: macOS swaps to the same disk when memory runs short."""


def _machine(subject: Subject) -> Iterator[Finding]:
    host, device = subject.inputs.host, subject.draft.device
    if host.rosetta:
        yield error("host.rosetta")
    elif host.is_mac and host.accelerator == "cpu" and subject.preset.launch.device == "auto":
        yield error("machine.mac_without_mps", chip=host.chip)
    if device not in ("cpu", host.accelerator):
        yield error("plan.device_missing", subject.preset.where("launch.device"), device=device)


def _workers(subject: Subject) -> Iterator[Finding]:
    count = subject.draft.get("training.max_data_loader_n_workers")
    kept = subject.draft.get("training.persistent_data_loader_workers")
    if count and not kept and subject.inputs.host.is_mac:
        yield warning("plan.workers_on_mac", subject.where("max_data_loader_n_workers"), count=count)


def _many_buckets(subject: Subject) -> Iterator[Finding]:
    count = len({(bucket.width, bucket.height) for bucket in subject.buckets})
    if subject.draft.device == "mps" and count > MANY_BUCKETS:
        yield warning("machine.many_buckets", subject.where("bucket_reso_steps"), count=count)


def _disk(subject: Subject) -> Iterator[Finding]:
    """Folders on one disk share what is free there."""
    volumes = subject.inputs.surroundings.volumes
    needed: Counter[int] = Counter()
    free = {volume.device: volume.free_bytes for volume in volumes.values()}
    for folder, size in _written(subject).items():
        needed[volumes[folder].device] += size
    for device, size in needed.items():
        missing = size > free[device]
        if missing or size + SPARE_BYTES > free[device]:
            make, code = (error, "machine.disk_full") if missing else (warning, "machine.disk_low")
            yield make(
                code,
                subject.preset.where("saving.output_dir"),
                needed_gb=_gb(size),
                free_gb=_gb(free[device]),
            )


def _written(subject: Subject) -> Mapping[Path, int]:
    """How much goes into which folder."""
    disk, inputs = subject.disk, subject.inputs
    written: Counter[Path] = Counter({inputs.folder: disk.logs + disk.autosaves})
    written[subject.preset.saving.output_dir or inputs.folder] += (
        disk.checkpoints + disk.states + disk.samples
    )
    if inputs.subsets:
        written[inputs.subsets[0].folder.path] += disk.caches
    return written


def _gb(size: int) -> str:
    return f"{size / 1e9:.1f}"


def _evicted(subject: Subject) -> Iterator[Finding]:
    paths = subject.inputs.surroundings.evicted
    if paths:
        yield warning("machine.evicted", paths[0], count=len(paths))


def _strict(subject: Subject) -> Iterator[Finding]:
    """With --strict, what the preset says is refused where it cannot be done, not changed."""
    if not subject.strict:
        return
    for override in subject.overrides:
        section, _, option = override.option.partition(".")
        key = preset_key(option) if section in ("training", "dataset") else None
        if section == "training" and key is None:
            key = f"engine_options.{option}"
        # That the shorter of two lengths holds is no want of the machine's.
        asked = override.id in (
            "training.shorter",
            "base.real_file",
            "launch.warmup",
        ) or override.id.startswith("memory.fit_")
        changed = override.before is not None and not asked
        if key and changed and subject.preset.is_set(key):
            yield error(
                "plan.strict", subject.preset.where(key), before=override.before, after=override.after, reason=override.reason
            )  # fmt: skip


CHECKS: tuple[Check, ...] = (
    _machine,
    _workers,
    _many_buckets,
    _disk,
    _evicted,
    _strict,
)
