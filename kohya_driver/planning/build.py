"""Builds a plan from what was read: decides everything, touches nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from kohya_driver.dataset.buckets import (
    Bucket,
    BucketSettings,
    DatasetCount,
    PictureSet,
    count_dataset,
    split_validation,
    used_sets,
)
from kohya_driver.dataset.checks import check_settings, check_sizes
from kohya_driver.engine import entry_script
from kohya_driver.engine.kept import kept_folder
from kohya_driver.errors import Finding
from kohya_driver.planning import schedule as counting
from kohya_driver.planning.arguments import (
    dataset_config,
    dataset_keys,
    direct_command,
    direct_environment,
    launch_command,
    training_options,
)
from kohya_driver.planning.autosave import Autosave, autosave_of
from kohya_driver.planning.checks import BUCKET_DIVISOR, Subject, check_plan
from kohya_driver.planning.disk import DiskUse
from kohya_driver.planning.distribution import distribution_of
from kohya_driver.planning.inputs import Inputs, SubsetInput
from kohya_driver.planning.memory import MemoryUse
from kohya_driver.planning.model import Override, Plan, SubsetPlan
from kohya_driver.planning.needs import memory_needed, mildest_fit, must_save_memory, small_width, time_needed
from kohya_driver.planning.outputs import disk_needed, sample_count, saved_files
from kohya_driver.planning.overrides import RULES, Draft, apply_rules
from kohya_driver.planning.overrides.engine import give_warmup
from kohya_driver.planning.pace import TimeUse
from kohya_driver.planning.prompts import prompts_text
from kohya_driver.planning.schedule import Checkpoint, Schedule
from kohya_driver.preset.load import resolved_text

NO_SCHEDULE = Schedule(0, 0, 0, 0, 0, 0, 0, 0, 0)
"""Of a plan that has errors: there is nothing to count."""


def build_plan(
    inputs: Inputs, *, strict: bool = False, fit: bool = False, changes: Sequence[Override] = ()
) -> Plan:
    """Decide everything about a run. What cannot be done is among the plan's findings.

    Args:
        strict: refuse what cannot be done on this machine, where a plan would otherwise change it.
        fit: where memory does not suffice, make the mildest change with which it does.
        changes: that were made to this run before, or after it failed.
    """
    draft, overrides = build_draft(inputs, changes)
    if fit and (found := mildest_fit(inputs, draft)):
        draft, overrides = found.draft, (*overrides, *found.overrides)
    settings = bucket_settings(draft)
    count = _count(inputs, draft, settings)
    draft, capped = cap_length(draft, count)
    overrides += (*capped, *_no_recovery(inputs, draft))
    schedule = _schedule(draft, count)
    draft, warmed = give_warmup(draft, schedule.warmup_steps)
    overrides += warmed
    buckets = tuple(count.buckets) if count else ()
    saved = saved_files(schedule, draft.training)
    memory = memory_needed(inputs, draft)
    samples = sample_count(schedule, draft.training, len(inputs.preset.sampling.prompts))
    time = time_needed(
        inputs, draft, buckets,
        steps=schedule.steps, samples=samples, saves=len(saved), passes=counting.validation_passes(schedule, draft.training),
    )  # fmt: skip
    autosave = autosave_of(inputs.preset.safety, time)
    disk = disk_needed(inputs, draft, settings, schedule, saved, autosave)
    findings = check_plan(
        Subject(inputs, draft, overrides, settings, buckets, schedule, disk, memory, strict)
    )
    return _plan(inputs, draft, overrides, findings, schedule, buckets, saved, disk, memory, time, autosave)


def build_draft(inputs: Inputs, changes: Sequence[Override] = ()) -> tuple[Draft, tuple[Override, ...]]:
    """The draft after every rule and these changes, and all that they did."""
    draft, overrides = apply_rules(_draft(inputs))
    draft, saving = _save_memory(inputs, draft)
    for change in changes:
        draft = draft.put(change.option, change.after)
    return draft, (*overrides, *saving, *changes)


def _save_memory(inputs: Inputs, draft: Draft) -> tuple[Draft, tuple[Override, ...]]:
    """Gradient checkpointing costs a third of the time: only where the preset leaves it open and memory asks for it."""
    option = "training.gradient_checkpointing"
    if draft.get(option) is not None or not must_save_memory(inputs, draft):
        return draft, ()
    return draft.put(option, True), (Override("memory.checkpointing", option, None, True),)


def _draft(inputs: Inputs) -> Draft:
    preset, host = inputs.preset, inputs.host
    device = host.accelerator if preset.launch.device == "auto" else preset.launch.device
    family = preset.model.family or (inputs.base.family if inputs.base else "")
    watched = {rule.option.partition(".")[2] for rule in RULES if rule.option.startswith("environment.")}
    inherited = {name: value for name, value in inputs.environment.items() if name in watched}
    training = training_options(preset)
    if preset.sampling.prompts:
        training["sample_prompts"] = str(inputs.folder / "sample_prompts.txt")
    launch = {
        "launcher": preset.launch.launcher,
        "num_cpu_threads_per_process": preset.launch.num_cpu_threads_per_process,
    }
    return Draft(
        family=family,
        device=device,
        host=host,
        trigger=preset.dataset.trigger or "",
        base_is_local=inputs.base is not None,
        training=training,
        dataset=dataset_keys(preset.dataset),
        launch={name: value for name, value in launch.items() if value is not None},
        environment={**inherited, **preset.launch.env},
        base_load=_other_name(inputs),
        v_by=_said_velocity(inputs),
        distribution=distribution_of(preset.launch, inputs.interface),
        extras=inputs.extras,
        zero_terminal_snr=bool(inputs.base and inputs.base.zero_terminal_snr),
        base_is_small=bool(inputs.base and inputs.base.is_small),
        pictures=_splittable(inputs),
    )


def _splittable(inputs: Inputs) -> tuple[int, ...]:
    """Pictures in each folder that is trained on; none where the engine can keep none apart."""
    if tuple(inputs.kind.outside_dataset({"datasets": [{"validation_split": 0.1}]})):
        return ()
    used = used_sets(_picture_set(subset) for subset in inputs.subsets)
    return tuple(len(one.sizes) for one in used if not one.is_reg)


def _other_name(inputs: Inputs) -> str:
    load = inputs.base_input.load
    return str(load) if load and load != Path(inputs.preset.model.base) else ""


def _said_velocity(inputs: Inputs) -> Literal["", "file", "name"]:
    base = inputs.base
    if base is None or inputs.preset.is_set("model.v_parameterization"):
        return ""
    if base.prediction:
        return "file" if base.prediction == "v" else ""
    return "name" if base.name_hint == "v" else ""


def bucket_settings(draft: Draft) -> BucketSettings:
    dataset = draft.dataset
    size = dataset["resolution"]
    return BucketSettings(
        resolution=(size, size) if isinstance(size, int) else (size[0], size[1]),
        enable=bool(dataset.get("enable_bucket")),
        minimum=dataset.get("min_bucket_reso", 256),
        maximum=dataset.get("max_bucket_reso", 1024),
        step=dataset.get("bucket_reso_steps", 64),
        no_upscale=bool(dataset.get("bucket_no_upscale")),
    )


def _count(inputs: Inputs, draft: Draft, settings: BucketSettings) -> DatasetCount | None:
    """None where a count makes no sense: no pictures, or settings that the engine would refuse."""
    divisor = BUCKET_DIVISOR.get(draft.family, 64)
    if check_settings(settings, divisor=divisor) or any(
        check_sizes(s.folder, settings) for s in inputs.subsets
    ):
        return None
    count = count_dataset(
        [_picture_set(subset) for subset in inputs.subsets],
        settings,
        batch_size=draft.training["train_batch_size"],
        validation_split=draft.dataset.get("validation_split", 0.0),
        validation_seed=draft.dataset.get("validation_seed", 0),
    )
    return count if count.batches and count.pictures else None


def _picture_set(subset: SubsetInput) -> PictureSet:
    return PictureSet(str(subset.folder.path), subset.folder.sizes, subset.repeats, subset.is_reg)


def cap_length(draft: Draft, count: DatasetCount | None) -> tuple[Draft, tuple[Override, ...]]:
    """Where both epochs and steps are given, the shorter holds; the engine would take the epochs whatever they come to."""
    epochs, steps = draft.get("training.max_train_epochs"), draft.get("training.max_train_steps")
    if count is None or epochs is None or steps is None:
        return draft, ()
    accumulation = draft.training["gradient_accumulation_steps"]
    by_epochs = counting.build_schedule(
        [count],
        gradient_accumulation_steps=accumulation,
        max_train_epochs=epochs,
        processes=draft.distribution.processes,
    ).steps
    option = "training.max_train_epochs" if steps < by_epochs else "training.max_train_steps"
    return draft.put(option, None), (Override("training.shorter", option, draft.get(option), None),)


def _no_recovery(inputs: Inputs, draft: Draft) -> tuple[Override, ...]:
    """A machine cannot start anew alone: the others have ended too, and only the first one has train states."""
    given = inputs.preset.safety.recover
    if draft.distribution.machines == 1 or given == 0:
        return ()
    return (Override("launch.no_recovery", "safety.recover", given, 0),)


def held_pictures(inputs: Inputs, draft: Draft) -> tuple[Path, ...]:
    """The very pictures that the engine will keep apart."""
    share, seed = draft.get("dataset.validation_split"), draft.get("dataset.validation_seed")
    folders = {str(s.folder.path): s.folder for s in inputs.subsets if not s.is_reg and s.repeats >= 1}
    if not share or seed is None:
        return ()
    return tuple(
        picture.path
        for folder in folders.values()
        for picture in split_validation(folder.pictures, share, seed)[1]
    )


def _schedule(draft: Draft, count: DatasetCount | None) -> Schedule:
    if count is None:
        return NO_SCHEDULE
    training = draft.training
    return counting.build_schedule(
        [count],
        gradient_accumulation_steps=training["gradient_accumulation_steps"],
        max_train_steps=training.get("max_train_steps"),
        max_train_epochs=training.get("max_train_epochs"),
        lr_warmup_steps=training.get("lr_warmup_steps", 0),
        processes=draft.distribution.processes,
    )


def _plan(
    inputs: Inputs,
    draft: Draft,
    overrides: tuple[Override, ...],
    findings: tuple[Finding, ...],
    schedule: Schedule,
    buckets: tuple[Bucket, ...],
    saved: Sequence[Checkpoint],
    disk: DiskUse,
    memory: MemoryUse | None,
    time: TimeUse | None,
    autosave: Autosave | None,
) -> Plan:
    preset, engine, folder = inputs.preset, inputs.engine, inputs.folder
    script = inputs.kind.script(draft.family)
    threads = draft.launch["num_cpu_threads_per_process"]
    training = _training_config(inputs, draft)
    command = _command(inputs, draft)
    environment = _environment(inputs, draft)
    return Plan(
        name=preset.name,
        folder=folder,
        preset_text=preset.source,
        resolved_preset=resolved_text(preset),
        family=draft.family,
        script=script,
        base=preset.model.base,
        base_width=small_width(inputs),
        trigger=draft.trigger,
        device=draft.device,
        distribution=draft.distribution,
        images=schedule.pictures,
        repeats=schedule.train_images,
        subsets=tuple(
            SubsetPlan(str(s.folder.path), len(s.folder.pictures), s.repeats, s.is_reg)
            for s in inputs.subsets
        ),
        buckets=buckets,
        batches_per_epoch=schedule.batches_per_epoch,
        steps_per_epoch=schedule.steps_per_epoch,
        epochs=schedule.epochs,
        steps=schedule.steps,
        warmup_steps=schedule.warmup_steps,
        checkpoints=tuple(one.file for one in saved if one.kept),
        samples=sample_count(schedule, draft.training, len(preset.sampling.prompts)),
        validation=tuple(str(path) for path in held_pictures(inputs, draft)),
        disk=disk,
        memory=memory,
        time=time,
        autosave=autosave,
        overrides=overrides,
        findings=findings,
        command=command,
        threads=threads,
        environment=environment,
        removed_environment=tuple(name for name, value in draft.environment.items() if value is None),
        training_config=training,
        dataset_config=_dataset_config(inputs, draft),
        sample_prompts=prompts_text(preset, draft.dataset["resolution"]),
        safety=_safety(inputs, overrides),
        engine_name=engine.name,
        engine_tag=engine.tag,
        engine_root=engine.root,
        engine_commit=engine.commit,
        engine_lock=engine.lock,
        host=inputs.host,
    )


def _command(inputs: Inputs, draft: Draft) -> tuple[str, ...]:
    engine, folder, script = inputs.engine, inputs.folder, inputs.kind.script(draft.family)
    config = folder / "config.toml"
    if draft.is_direct:
        return direct_command(engine, entry_script(), script, config)
    return launch_command(
        engine,
        entry_script(),
        script,
        config,
        folder / "accelerate.yaml",
        threads=draft.launch["num_cpu_threads_per_process"],
        cpu=draft.device == "cpu",
        distribution=draft.distribution,
    )


def _training_config(inputs: Inputs, draft: Draft) -> dict[str, Any]:
    """The preset's options and the driver's own."""
    folder = inputs.folder
    size = draft.dataset["resolution"]
    width, height = (size, size) if isinstance(size, int) else size
    return {
        **draft.training,
        "dataset_config": str(folder / "dataset.toml"),
        "output_dir": str(inputs.preset.saving.output_dir or folder / "models"),
        "logging_dir": str(folder / "tensorboard"),
        "log_with": "tensorboard",
        "tokenizer_cache_dir": str(inputs.engine.tokenizers),
        # The dataset config decides; this one only makes the file's metadata true.
        "resolution": f"{width},{height}",
    }


def _environment(inputs: Inputs, draft: Draft) -> Mapping[str, str]:
    """What the engine gets besides what it inherits."""
    given = {name: value for name, value in draft.environment.items() if value is not None}
    # The scripts find their library here even when a worker process is started anew.
    threads, cpu = draft.launch["num_cpu_threads_per_process"], draft.device == "cpu"
    told = direct_environment(threads=threads, cpu=cpu) if draft.is_direct else {}
    own = {
        "PYTHONPATH": inputs.engine.checkout,
        "KOHYA_DRIVER_METRICS": inputs.folder / "metrics.jsonl",
        "KOHYA_DRIVER_ATTEMPT": inputs.folder / "attempt.json",
    }
    if inputs.preset.launch.keep_caches:
        own["KOHYA_DRIVER_KEPT"] = kept_folder(inputs.engine)
    return {**given, **told, **{name: str(path) for name, path in own.items()}}


def _safety(inputs: Inputs, overrides: tuple[Override, ...]) -> Mapping[str, Any]:
    changed = {
        one.option.partition(".")[2]: one.after for one in overrides if one.option.startswith("safety.")
    }
    return {**inputs.preset.safety.model_dump(), **changed}


def _dataset_config(inputs: Inputs, draft: Draft) -> dict[str, Any]:
    subsets = [
        {
            **subset.keys,
            "image_dir": str(subset.folder.path),
            "num_repeats": subset.repeats,
            **({"is_reg": True} if subset.is_reg else {}),
        }
        for subset in inputs.subsets
    ]
    return dataset_config(draft.dataset, draft.training["train_batch_size"], subsets)


def run_root(folder: Path) -> Path:
    """Where runs of a project go."""
    return folder / "runs"
