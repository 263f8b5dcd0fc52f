"""What differs between plans, in a preset's words: each value as it really holds, defaults filled in. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kohya_driver.engine.catalogue import load_catalogue
from kohya_driver.planning.arguments import LAUNCHER, TOLD_DIRECTLY
from kohya_driver.planning.checks.subject import preset_key
from kohya_driver.planning.model import Plan
from kohya_driver.preset.secrets import HIDDEN, is_secret

GROUPS = (
    "model", "dataset", "network", "optimizer", "training", "precision", "sampling", "saving", "safety", "launch",
    "engine_options", "engine", "machine",
)  # fmt: skip
ATTENTION = ("sdpa", "xformers", "mem_eff_attn")
FOLLOWS = {"unet_lr": "learning_rate", "text_encoder_lr": "learning_rate"}
"""An option that is left out takes the value of another one."""
OF_THE_RUN = frozenset(
    {
        "pretrained_model_name_or_path", "dataset_config", "output_dir", "logging_dir", "log_with", "tokenizer_cache_dir",
        "sample_prompts", "resolution", *ATTENTION,
    }
)  # fmt: skip
"""Options that every run has of its own, or that stand elsewhere in a preset."""
OWN_VARIABLES = ("PYTHONPATH", "KOHYA_DRIVER_METRICS", "KOHYA_DRIVER_ATTEMPT", "KOHYA_DRIVER_KEPT")
UNTOLD = ("webhook",)
"""An address with a key in it is nobody else's business."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A setting that is not the same in all plans."""

    group: str
    """Of `GROUPS`: a section of the preset, the engine, or the machine."""
    name: str
    values: tuple[Any, ...]
    """One for each plan, as it holds; None: it is left out and has no default."""


def differences(plans: Sequence[Plan]) -> tuple[Difference, ...]:
    """What differs, in the order of a preset's sections."""
    options = tuple(dict.fromkeys(name for plan in plans for name in plan.training_config))
    keys = tuple(dict.fromkeys(name for plan in plans for name in _dataset(plan)))
    settings = [dict(_settings(plan, options, keys)) for plan in plans]
    found = []
    for place in dict.fromkeys(place for one in settings for place in one):
        values = tuple(one.get(place) for one in settings)
        if any(value != values[0] for value in values):
            found.append(Difference(*place, values))
    return tuple(sorted(found, key=lambda one: GROUPS.index(one.group)))


Place = tuple[str, str]


def _settings(plan: Plan, options: Iterable[str], keys: Iterable[str]) -> Iterator[tuple[Place, Any]]:
    yield ("model", "base"), plan.base
    yield ("model", "family"), plan.family
    yield ("dataset", "trigger"), plan.trigger
    yield from _pictures(plan)
    for key in keys:
        yield ("dataset", key), _plain(_dataset_value(plan, key))
    for option in options:
        if option not in OF_THE_RUN:
            place, value = _place(option), _value(plan, option)
            draws = place[0] != "sampling" or plan.sample_prompts
            shown = HIDDEN if isinstance(value, str) and value and is_secret(option) else _plain(value)
            yield place, shown if draws else None
    yield (
        ("training", "attention"),
        next((one for one in ATTENTION if plan.training_config.get(one)), "plain"),
    )
    yield ("training", "steps"), plan.steps
    yield ("sampling", "prompts"), plan.sample_prompts.strip()
    if not plan.output_dir.is_relative_to(plan.folder):
        yield ("saving", "output_dir"), str(plan.output_dir)
    yield from ((("safety", name), value) for name, value in plan.safety.items() if name not in UNTOLD)
    yield from _surroundings(plan)


def _pictures(plan: Plan) -> Iterator[tuple[Place, Any]]:
    """Of each folder its own settings, beside how many pictures there are and how often each is shown."""
    for subset, own in zip(plan.subsets, _subsets(plan), strict=False):
        name = Path(subset.image_dir).name
        kind = "reg" if subset.is_reg else "train"
        yield ("dataset", f"{kind}: {name}"), f"{subset.images} × {subset.repeats}"
        for key, value in own.items():
            if key not in ("image_dir", "num_repeats", "is_reg"):
                yield ("dataset", f"{kind}: {name}: {key}"), _plain(value)


def _surroundings(plan: Plan) -> Iterator[tuple[Place, Any]]:
    yield ("launch", "device"), plan.device
    yield ("launch", "launcher"), "accelerate" if LAUNCHER in plan.command else "direct"
    yield ("launch", "num_processes"), plan.distribution.processes
    yield ("launch", "num_machines"), plan.distribution.machines
    yield ("launch", "num_cpu_threads_per_process"), plan.threads
    for name, value in plan.environment.items():
        if name not in OWN_VARIABLES and name not in TOLD_DIRECTLY:
            yield ("launch", f"env.{name}"), HIDDEN if is_secret(name) else value
    yield ("engine", "name"), plan.engine_name
    yield ("engine", "commit"), plan.engine_commit[:12]
    yield ("engine", "packages"), plan.engine_lock[:12]
    host = plan.host.to_json()
    yield ("machine", "chip"), host["chip"]
    yield ("machine", "memory_bytes"), host["memory_bytes"]
    yield ("machine", "system"), f"{host['system']} {host['os_version']}"


def _place(option: str) -> Place:
    section, _, name = (preset_key(option) or f"engine_options.{option}").partition(".")
    return section, name


def _value(plan: Plan, option: str) -> Any:
    """As it holds: what the config says, else what it follows, else the engine's default."""
    config = plan.training_config
    if option in config:
        return config[option]
    if option in FOLLOWS:
        return _value(plan, FOLLOWS[option])
    known = load_catalogue().option(plan.script.removesuffix(".py"), option)
    return known.default if known else None


def _dataset(plan: Plan) -> Mapping[str, Any]:
    """Of the one dataset, without what the training options say too."""
    (dataset, *_) = plan.dataset_config["datasets"]
    return {name: value for name, value in dataset.items() if name not in ("subsets", "batch_size")}


def _dataset_value(plan: Plan, key: str) -> Any:
    dataset = _dataset(plan)
    if key in dataset:
        return dataset[key]
    known = load_catalogue().dataset_keys.get(key)
    return known.default if known else None


def _subsets(plan: Plan) -> Sequence[Mapping[str, Any]]:
    (dataset, *_) = plan.dataset_config["datasets"]
    subsets: Sequence[Mapping[str, Any]] = dataset["subsets"]
    return subsets


def _plain(value: Any) -> Any:
    """A list of one is what stands in it; a pair of equal sides is one side."""
    if isinstance(value, list | tuple):
        items = [_plain(item) for item in value]
        return items[0] if items and all(item == items[0] for item in items) else items
    return value
