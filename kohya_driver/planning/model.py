"""What a plan is: everything that a run will do, decided before anything starts; it goes to JSON and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kohya_driver import texts
from kohya_driver.dataset.buckets import Bucket
from kohya_driver.engine.model import SD_SCRIPTS, Engine, EngineName
from kohya_driver.errors import Finding, PlanError, Severity
from kohya_driver.events.parts import named_position
from kohya_driver.host import Host
from kohya_driver.planning.autosave import Autosave
from kohya_driver.planning.disk import DiskUse
from kohya_driver.planning.distribution import Distribution
from kohya_driver.planning.memory import MemoryUse
from kohya_driver.planning.pace import TimeUse


@dataclass(frozen=True, slots=True)
class Override:
    """A value that the plan chose for this machine, or changed; its reason is the text `override.<id>`."""

    id: str
    option: str
    """`training.optimizer_type`, `dataset.min_bucket_reso`, `launch.…`, `environment.…`."""
    before: Any
    """What the preset says; None if it leaves it open."""
    after: Any
    """None: the option is left out."""

    @property
    def reason(self) -> str:
        return texts.say(f"override.{self.id}")

    def to_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "option": self.option,
            "from": self.before,
            "to": self.after,
            "reason": self.reason,
        }


@dataclass(frozen=True, slots=True)
class SubsetPlan:
    """One folder of pictures as it will be trained on."""

    image_dir: str
    images: int
    repeats: int
    is_reg: bool

    def to_json(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in ("image_dir", "images", "repeats", "is_reg")}


@dataclass(frozen=True, slots=True)
class Plan:
    """One training, resolved and checked. `train` runs exactly this."""

    name: str
    folder: Path
    """The run's folder; made when the run starts."""
    preset_text: str
    """The preset as the person wrote it."""
    resolved_preset: str
    """A preset that says all that was said in files and on the command line, with absolute paths: it repeats the run."""
    family: str
    script: str
    base: str
    base_width: int
    """Channels of a base that is smaller than any real one; 0 for a real one."""
    trigger: str
    device: str
    distribution: Distribution
    images: int
    """Pictures to train on, without regularization images."""
    repeats: int
    """Pictures shown in one epoch: the sum of pictures times repeats over all subsets, without regularization images."""
    subsets: tuple[SubsetPlan, ...]
    buckets: tuple[Bucket, ...]
    batches_per_epoch: int
    steps_per_epoch: int
    epochs: int
    steps: int
    warmup_steps: int
    checkpoints: tuple[str, ...]
    """LoRA files as they will stand in `output_dir` at the end, the final one last."""
    samples: int
    validation: tuple[str, ...]
    """Pictures that are kept apart, to validate with."""
    disk: DiskUse
    memory: MemoryUse | None
    """None where nobody has measured: another family, or a card with memory of its own."""
    time: TimeUse | None
    """None until something like it has been trained, or benched, on this machine."""
    autosave: Autosave | None
    """None: no train state is written by the clock."""
    overrides: tuple[Override, ...]
    findings: tuple[Finding, ...]
    command: tuple[str, ...]
    threads: int
    """Processor threads that the engine computes with."""
    environment: Mapping[str, str]
    removed_environment: tuple[str, ...]
    """Names taken out of the environment that the engine inherits."""
    training_config: Mapping[str, Any]
    dataset_config: Mapping[str, Any]
    sample_prompts: str
    """The text of sample_prompts.txt; empty if nothing is sampled."""
    safety: Mapping[str, Any]
    """The preset's [safety], with every default filled in."""
    engine_name: EngineName
    engine_tag: str
    engine_root: Path
    engine_commit: str
    engine_lock: str
    host: Host

    @property
    def engine(self) -> Engine:
        return Engine(
            self.engine_root, self.engine_commit, self.engine_tag, self.engine_lock, self.engine_name
        )

    @property
    def errors(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.severity is Severity.ERROR)

    @property
    def effective_batch(self) -> int:
        """Pictures of one step: those of all processes and all batches that are collected into it."""
        batch, collected = (
            int(self.training_config.get(name) or 1)
            for name in ("train_batch_size", "gradient_accumulation_steps")
        )
        return batch * collected * self.distribution.processes

    @property
    def output_dir(self) -> Path:
        return Path(self.training_config["output_dir"])

    @property
    def final(self) -> Path:
        """The LoRA that the run is for."""
        return self.output_dir / self.checkpoints[-1]

    def epoch_end(self, epoch: int) -> int:
        """The step at which an epoch (counted from 1) ends."""
        return min(epoch * self.steps_per_epoch, self.steps)

    def step_named(self, path: str) -> int:
        """The step at which a checkpoint of this name is saved; 0: the name does not say."""
        step, epoch = named_position(path)
        return step or self.epoch_end(epoch)

    def raise_for_errors(self) -> None:
        """Raises PlanError with every error among the findings."""
        if self.errors:
            raise PlanError(findings=self.errors)

    def to_json(self) -> dict[str, Any]:
        """The stable form, documented in docs/plan.md."""
        return {
            "version": 1,
            "name": self.name,
            "folder": str(self.folder),
            "family": self.family,
            "script": self.script,
            "base": self.base,
            "base_width": self.base_width,
            "trigger": self.trigger,
            "device": self.device,
            "distribution": self.distribution.to_json(),
            "effective_batch": self.effective_batch,
            "images": self.images,
            "repeats": self.repeats,
            "subsets": [subset.to_json() for subset in self.subsets],
            "buckets": [{"width": b.width, "height": b.height, "count": b.count} for b in self.buckets],
            "batches_per_epoch": self.batches_per_epoch,
            "steps_per_epoch": self.steps_per_epoch,
            "epochs": self.epochs,
            "steps": self.steps,
            "warmup_steps": self.warmup_steps,
            "checkpoints": list(self.checkpoints),
            "samples": self.samples,
            "validation": list(self.validation),
            "disk_bytes": self.disk.to_json(),
            "memory": self.memory.to_json() if self.memory else None,
            "time": self.time.to_json() if self.time else None,
            "autosave": self.autosave.to_json() if self.autosave else None,
            "overrides": [override.to_json() for override in self.overrides],
            "findings": [finding.to_json() for finding in self.findings],
            "command": list(self.command),
            "threads": self.threads,
            "environment": dict(self.environment),
            "removed_environment": list(self.removed_environment),
            "training_config": dict(self.training_config),
            "dataset_config": dict(self.dataset_config),
            "sample_prompts": self.sample_prompts,
            "safety": dict(self.safety),
            "engine": {
                "name": self.engine_name,
                "tag": self.engine_tag,
                "root": str(self.engine_root),
                "commit": self.engine_commit,
                "lock": self.engine_lock,
            },
            "host": self.host.to_json(),
            "preset": self.preset_text,
            "resolved_preset": self.resolved_preset,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Plan:
        """Raises KeyError on what is not a plan of this version."""
        same = (
            "name",
            "family",
            "script",
            "base",
            "trigger",
            "device",
            "images",
            "repeats",
            "batches_per_epoch",
        )
        numbers = ("steps_per_epoch", "threads", "epochs", "steps", "warmup_steps", "samples")
        configs = ("environment", "training_config", "dataset_config", "sample_prompts")
        return cls(
            **{name: data[name] for name in (*same, *numbers, *configs)},
            folder=Path(data["folder"]),
            base_width=data.get("base_width", 0),
            distribution=Distribution.from_json(data.get("distribution", {})),
            preset_text=data["preset"],
            resolved_preset=data["resolved_preset"],
            subsets=tuple(SubsetPlan(**subset) for subset in data["subsets"]),
            buckets=tuple(Bucket(**bucket) for bucket in data["buckets"]),
            checkpoints=tuple(data["checkpoints"]),
            validation=tuple(data.get("validation", ())),
            disk=DiskUse.from_json(data["disk_bytes"]),
            memory=MemoryUse.from_json(data["memory"]) if data["memory"] else None,
            time=TimeUse.from_json(data["time"]) if data["time"] else None,
            autosave=Autosave.from_json(data["autosave"]) if data.get("autosave") else None,
            overrides=tuple(
                Override(item["id"], item["option"], item["from"], item["to"]) for item in data["overrides"]
            ),
            findings=tuple(Finding.from_json(finding) for finding in data["findings"]),
            safety=_safety(data.get("safety", {})),
            command=tuple(data["command"]),
            removed_environment=tuple(data["removed_environment"]),
            # An older plan knows of one engine only.
            engine_name=data["engine"].get("name", SD_SCRIPTS),
            engine_tag=data["engine"].get("tag", ""),
            engine_root=Path(data["engine"]["root"]),
            engine_commit=data["engine"]["commit"],
            engine_lock=data["engine"]["lock"],
            host=Host.from_json(data["host"]),
        )


def _safety(given: Mapping[str, Any]) -> dict[str, Any]:
    """With the defaults for what an older plan does not know of."""
    from kohya_driver.preset.model import Safety

    return {**Safety().model_dump(), **given}
