"""From a preset to the engine's own options: the training config, the dataset config, the prompts file, the command."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from kohya_driver.engine.model import Engine
from kohya_driver.planning.distribution import ALONE, Distribution
from kohya_driver.preset.model import Network, Preset, Section, fields
from kohya_driver.preset.network_types import type_named

OWNED = frozenset(
    {
        "config_file", "dataset_config", "output_config", "output_dir", "logging_dir", "log_with", "log_prefix",
        "tokenizer_cache_dir", "sample_prompts", "train_data_dir", "reg_data_dir", "in_json", "v2", "sdpa", "xformers",
        "mem_eff_attn", "console_log_level", "console_log_file", "console_log_simple", "resume",
        "initial_epoch", "initial_step", "skip_until_initial_step", "debug_dataset", "dataset_class",
    }
)  # fmt: skip
"""Options that only the plan sets: the driver could not follow the run otherwise."""


def training_options(preset: Preset) -> dict[str, Any]:
    """The options of the training config that the preset gives; what it leaves open is left out."""
    options: dict[str, Any] = {}
    for section in (
        preset.model,
        preset.optimizer,
        preset.training,
        preset.precision,
        preset.saving,
    ):
        options |= _options(section)
    options |= network_options(preset.network)
    if preset.sampling.prompts:
        options |= _options(preset.sampling)
    if preset.training.attention != "plain":
        options[preset.training.attention] = True
    if "text_encoder_lr" in options:
        # The engine takes one rate for each text encoder; its parser wants a list.
        options["text_encoder_lr"] = [options["text_encoder_lr"]]
    options["output_name"] = preset.name
    return options | {name: _argument(value) for name, value in preset.engine_options.items()}


def network_options(network: Network) -> dict[str, Any]:
    """With a type: its module, and what fits it wherever the preset says nothing of its own."""
    options, kind = _options(network), type_named(network.type)
    if kind is None:
        return options
    said = network.model_fields_set
    options["network_module"] = kind.module
    options |= {} if "dim" in said else {"network_dim": kind.dim}
    options |= {} if "alpha" in said else {"network_alpha": kind.alpha}
    arguments = {**kind.defaults, **network.args, **kind.fixed}
    return options | ({"network_args": _argument(arguments)} if arguments else {})


def _options(section: Section) -> dict[str, Any]:
    """An option is given if it says anything. False does so only where the plan would decide otherwise."""
    options: dict[str, Any] = {}
    for field, option in fields(type(section), "option").items():
        value = getattr(section, field)
        decided = value is not False or type(section).model_fields[field].default is None
        if value is not None and decided and value not in ("", {}):
            options[option] = _argument(value)
    return options


def _argument(value: Any) -> Any:
    if isinstance(value, Mapping):
        return [f"{name}={_literal(inner)}" for name, inner in value.items()]
    if isinstance(value, list) and {type(item) for item in value} == {int, float}:
        # The engine's TOML reader refuses an array of both.
        return [float(item) for item in value]
    return str(value) if isinstance(value, Path) else value


def _literal(value: Any) -> str:
    """`betas=0.9,0.99`: the engine reads these with Python's literal_eval, networks as they stand."""
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


def dataset_keys(section: Section) -> dict[str, Any]:
    """The dataset-config keys that a section gives."""
    values = {key: getattr(section, field) for field, key in fields(type(section), "key").items()}
    return {key: _key(value) for key, value in values.items() if value is not None}


def _key(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(value)
    return str(value) if isinstance(value, Path) else value


def dataset_config(
    dataset: Mapping[str, Any], batch_size: int, subsets: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """One dataset with its subsets, each with its own `num_repeats`: the engine ignores the number in a folder's name."""
    shared = {name: value for name, value in dataset.items() if name != "num_repeats"}
    return {
        "datasets": [{**shared, "batch_size": batch_size, "subsets": [dict(subset) for subset in subsets]}]
    }


LAUNCHER = "accelerate.commands.launch"


def launch_command(
    engine: Engine,
    entry: Path,
    script: str,
    config: Path,
    accelerate_config: Path,
    *,
    threads: int,
    cpu: bool,
    distribution: Distribution = ALONE,
) -> tuple[str, ...]:
    """`accelerate launch` with every value given, so that no question and no user-wide config has a say."""
    return (
        str(engine.python),
        "-m", LAUNCHER,
        "--config_file", str(accelerate_config),
        *_distribution_options(distribution),
        # The training config decides on precision; the launcher would refuse bf16 where the trainer does not.
        "--mixed_precision", "no",
        "--dynamo_backend", "no",
        "--num_cpu_threads_per_process", str(threads),
        # For several processes this one would ask for mpirun; ACCELERATE_USE_CPU says the same.
        *(("--cpu",) if cpu and not distribution.is_spread else ()),
        str(entry),
        str(engine.checkout / script),
        "--config_file", str(config),
    )  # fmt: skip


def direct_command(engine: Engine, entry: Path, script: str, config: Path) -> tuple[str, ...]:
    """The trainer without a launcher. What `accelerate launch` would tell it is in `direct_environment`."""
    return (str(engine.python), str(entry), str(engine.checkout / script), "--config_file", str(config))


def direct_environment(*, threads: int, cpu: bool) -> dict[str, str]:
    """The variables that `launch_command` gives the trainer (accelerate/utils/launch.py, prepare_simple_launcher_cmd_env)."""
    on_cpu = {"KMP_AFFINITY": "granularity=fine,compact,1,0", "KMP_BLOCKTIME": "1"}
    return {
        "ACCELERATE_USE_CPU": str(cpu),
        "ACCELERATE_MIXED_PRECISION": "no",
        "ACCELERATE_DYNAMO_BACKEND": "NO",
        "ACCELERATE_DYNAMO_MODE": "default",
        "ACCELERATE_DYNAMO_USE_FULLGRAPH": "False",
        "ACCELERATE_DYNAMO_USE_DYNAMIC": "False",
        "ACCELERATE_DYNAMO_USE_REGIONAL_COMPILATION": "False",
        "OMP_NUM_THREADS": str(threads),
        **(on_cpu if cpu else {}),
    }


TOLD_DIRECTLY = frozenset(direct_environment(threads=1, cpu=True))


def _distribution_options(distribution: Distribution) -> tuple[str, ...]:
    """One process is started as itself. Several are started by torch's own launcher, on a processor as well ("multi_gpu")."""
    counts = ("--num_processes", str(distribution.processes), "--num_machines", str(distribution.machines))
    if not distribution.is_spread:
        return counts
    spread = (*counts, "--multi_gpu", "--main_process_port", str(distribution.port))
    if distribution.machines == 1:
        return spread
    return (*spread, "--machine_rank", str(distribution.rank), "--main_process_ip", distribution.address)


def accelerate_config(*, cpu: bool, distribution: Distribution = ALONE) -> str:
    """A config for accelerate in the run's folder, so that it does not look for the person's own."""
    return (
        "compute_environment: LOCAL_MACHINE\n"
        f"distributed_type: '{'MULTI_GPU' if distribution.is_spread else 'NO'}'\n"
        "mixed_precision: 'no'\n"
        "dynamo_config: {}\n"
        f"num_processes: {distribution.processes}\n"
        f"num_machines: {distribution.machines}\n"
        f"machine_rank: {distribution.rank}\n"
        "debug: false\n"
        "rdzv_backend: static\n"
        "same_network: true\n"
        "main_training_function: main\n"
        "downcast_bf16: 'no'\n"
        f"use_cpu: {str(cpu and not distribution.is_spread).lower()}\n"
    )
