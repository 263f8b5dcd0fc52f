"""Which presets another engine's options concern: those that give what it does not take, and those that leave a changed default open."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from kohya_driver.engine.catalogue import Catalogue, fault
from kohya_driver.engine.changes import NetworkChange, OptionChange
from kohya_driver.engine.kinds import DEFAULT, kind_of
from kohya_driver.errors import PresetError
from kohya_driver.planning.arguments import training_options
from kohya_driver.preset.library import family_of, own_presets, shipped_presets
from kohya_driver.preset.load import load_preset
from kohya_driver.preset.model import Preset


@dataclass(frozen=True, slots=True)
class Touched:
    """One preset and what another engine changes for it."""

    preset: str
    is_own: bool
    refused: tuple[str, ...]
    """Options that it gives and the engine no longer takes, or not with this value."""
    otherwise: tuple[str, ...]
    """Options that it leaves to the engine, whose default is another one now."""

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "refused": list(self.refused), "otherwise": list(self.otherwise)}


def touched_presets(
    changes: Iterable[OptionChange], networks: Iterable[NetworkChange], after: Catalogue
) -> tuple[Touched, ...]:
    """Shipped presets and the person's own; one that does not load is left out, as `presets list` says of it."""
    changed, gone = tuple(changes), tuple(one for one in networks if one.kind == "removed")
    names = ((name, False) for name in shipped_presets()), ((name, True) for name in own_presets())
    touched = (_touched(name, is_own, changed, gone, after) for name, is_own in itertools.chain(*names))
    return tuple(one for one in touched if one and (one.refused or one.otherwise))


def _touched(
    name: str,
    is_own: bool,
    changes: tuple[OptionChange, ...],
    gone: tuple[NetworkChange, ...],
    after: Catalogue,
) -> Touched | None:
    try:
        preset = load_preset(name)
    except PresetError:
        return None
    family = preset.model.family or family_of(name)
    script = kind_of(DEFAULT).script(family).removesuffix(".py")
    given = training_options(preset)
    here = [change for change in changes if script in change.scripts]
    refused = (*_refused(given, script, here, after), *_without_network(given, gone))
    otherwise = (change.name for change in here if change.kind == "default" and change.name not in given)
    return Touched(name, is_own, refused, tuple(otherwise))


def _refused(
    given: Mapping[str, Any], script: str, changes: Iterable[OptionChange], after: Catalogue
) -> Iterator[str]:
    for name in dict.fromkeys(change.name for change in changes if change.name in given):
        option = after.option(script, name)
        if option is None or fault(option, given[name]):
            yield name


def _without_network(given: Mapping[str, Any], gone: Iterable[NetworkChange]) -> Iterator[str]:
    """The engine passes over an argument that it does not know, without a word."""
    arguments = {str(pair).partition("=")[0] for pair in given.get("network_args", ())}
    for change in gone:
        if change.name == given.get("network_module"):
            if not change.arguments:
                yield f"network_module = {change.name}"
            yield from (f"network_args {name}" for name in change.arguments if name in arguments)


PLANNED = frozenset(
    {
        "config_file", "dataset_config", "output_dir", "logging_dir", "log_with", "log_prefix", "tokenizer_cache_dir", "sample_prompts",
        "pretrained_model_name_or_path", "max_train_epochs", "mixed_precision", "max_data_loader_n_workers", "save_every_n_epochs",
        "save_every_n_steps", "gradient_checkpointing", "no_half_vae", "v2", "v_parameterization", "zero_terminal_snr",
        "full_fp16", "full_bf16", "cache_text_encoder_outputs", "vae_batch_size", "resolution", "network_train_unet_only", "persistent_data_loader_workers",
    }
)  # fmt: skip
"""Options that a plan gives on its own, whatever the preset says."""


def missing_options(after: Catalogue, before: Catalogue) -> tuple[str, ...]:
    """Options without which nothing of ours can be trained, and which another engine does not have."""
    wanted = PLANNED | frozenset(training_options(Preset()))
    scripts = (script.removesuffix(".py") for script in sorted(set(kind_of(DEFAULT).scripts.values())))
    gone = (
        name
        for script in scripts
        for name in sorted(wanted)
        if before.option(script, name) and not after.option(script, name)
    )
    return tuple(dict.fromkeys(gone))
