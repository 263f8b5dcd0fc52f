"""What can be seen to go wrong before anything is started. Each check is small and returns findings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from kohya_driver.dataset import checks as dataset_checks
from kohya_driver.dataset.buckets import BucketSettings
from kohya_driver.engine.catalogue import fault
from kohya_driver.errors import Finding, Severity, error, warning
from kohya_driver.planning.arguments import OWNED, SCRIPTS
from kohya_driver.planning.inputs import Inputs
from kohya_driver.planning.model import Override
from kohya_driver.planning.overrides import Draft
from kohya_driver.preset.model import Preset, Section, fields, label

SCHEDULERS = frozenset(
    {
        "linear", "cosine", "cosine_with_restarts", "polynomial", "constant", "constant_with_warmup", "inverse_sqrt",
        "cosine_with_min_lr", "warmup_stable_decay", "piecewise_constant", "adafactor",
    }
)  # fmt: skip
"""What the pinned engine builds; reduce_lr_on_plateau always crashes there."""
BUCKET_DIVISOR = {"sdxl": 32}


@dataclass(frozen=True, slots=True)
class Subject:
    """What the checks look at: the inputs, and the draft after all overrides."""

    inputs: Inputs
    draft: Draft
    overrides: tuple[Override, ...]
    settings: BucketSettings
    strict: bool

    @property
    def preset(self) -> Preset:
        return self.inputs.preset

    @property
    def script(self) -> str:
        return SCRIPTS.get(self.draft.family, SCRIPTS["sd15"]).removesuffix(".py")

    def where(self, option: str) -> str:
        """The place of an engine option in the preset."""
        return self.preset.where(preset_key(option) or f"engine_options.{option}")


def check_plan(subject: Subject) -> tuple[Finding, ...]:
    """Every finding, errors first."""
    found = [*subject.inputs.findings, *(finding for check in CHECKS for finding in check(subject))]
    return tuple(sorted(found, key=lambda finding: ("error", "warning", "info").index(finding.severity)))


def preset_key(option: str) -> str | None:
    """The preset's key for an engine option: `network_dim` is `network.dim`; None if no field carries it."""
    return _KEYS.get(option)


def _preset_keys() -> dict[str, str]:
    found: dict[str, str] = {"sdxl": "model.family"}
    for section, info in Preset.model_fields.items():
        kind = info.annotation
        if isinstance(kind, type) and issubclass(kind, Section):
            found |= {theirs: f"{section}.{ours}" for ours, theirs in fields(kind, "option").items()}
            found |= {theirs: f"{section}.{ours}" for ours, theirs in fields(kind, "key").items()}
    for name in ("sdpa", "xformers", "mem_eff_attn"):
        found[name] = "training.attention"
    return found


_KEYS = _preset_keys()


def _engine(subject: Subject) -> Iterator[Finding]:
    if not subject.inputs.engine_installed:
        yield Finding("plan.engine_missing", Severity.INFO)


def _machine(subject: Subject) -> Iterator[Finding]:
    host, device = subject.inputs.host, subject.draft.device
    if host.rosetta:
        yield error("host.rosetta")
    if device not in ("cpu", host.accelerator):
        yield error("plan.device_missing", subject.preset.where("launch.device"), device=device)


def _base(subject: Subject) -> Iterator[Finding]:
    base, preset = subject.inputs.base, subject.preset
    where = preset.where("model.base")
    if base is None:
        if preset.model.base and not subject.inputs.findings:
            yield warning("plan.base_on_hub", where, name=preset.model.base)
        return
    if preset.model.family is None and base.family not in SCRIPTS:
        code = f"plan.base_is_{base.family}" if base.family in ("lora", "vae") else "plan.base_family"
        yield error(code, where, path=base.path, family=base.family)
    elif preset.model.family not in (None, base.family) and base.family in SCRIPTS:
        yield error(
            "plan.base_other_family",
            preset.where("model.family"),
            family=base.family,
            said=preset.model.family,
        )


def _pictures(subject: Subject) -> Iterator[Finding]:
    subsets = subject.inputs.subsets
    training = [subset for subset in subsets if not subset.is_reg]
    if subsets and not training:
        yield error("plan.only_regularization", subject.preset.where("dataset.subsets"))
    for subset in subsets:
        tokens = bool(subset.keys.get("class_tokens") or subject.draft.get("dataset.class_tokens"))
        yield from dataset_checks.check_folder(subset.folder, has_class_tokens=tokens)


def _buckets(subject: Subject) -> Iterator[Finding]:
    settings, training = subject.settings, subject.draft.training
    found = dataset_checks.check_settings(
        settings, divisor=BUCKET_DIVISOR.get(subject.draft.family, 64), where=subject.where("resolution")
    )
    yield from found
    if found:
        return
    share = float(subject.draft.get("dataset.validation_split") or 0)
    for subset in subject.inputs.subsets:
        folder = subset.folder
        yield from dataset_checks.check_sizes(
            folder, settings, latents_cached=bool(training.get("cache_latents"))
        )
        yield from dataset_checks.check_latents(
            folder, settings, to_disk=bool(training.get("cache_latents_to_disk"))
        )
        if not subset.is_reg:
            yield from dataset_checks.check_validation(folder, share)


def _own_options(subject: Subject) -> Iterator[Finding]:
    """[engine_options] is for what the preset has no word for."""
    for name in subject.preset.engine_options:
        where = subject.preset.where(f"engine_options.{name}")
        known = preset_key(name)
        if name in OWNED and known is None:
            yield error("plan.option_owned", where, name=name)
        elif known:
            yield error("plan.option_modelled", where, name=name, place=label(known))


def _options(subject: Subject) -> Iterator[Finding]:
    """Every option against the catalogue: the engine itself checks nothing that comes from a file."""
    catalogue, script = subject.inputs.catalogue, subject.script
    for name, value in subject.draft.training.items():
        option = catalogue.option(script, name)
        if option is None:
            yield _unknown_option(subject, name)
            continue
        wrong = fault(option, value)
        if wrong:
            choices = ", ".join(map(str, option.choices or ()))
            yield error(
                f"plan.option_{wrong}",
                subject.where(name),
                name=name,
                value=value,
                wanted=option.type or ("true/false" if option.action == "store_true" else "str"),
                choices=choices,
            )


def _unknown_option(subject: Subject, name: str) -> Finding:
    catalogue, script, where = subject.inputs.catalogue, subject.script, subject.where(name)
    others = catalogue.scripts_with(name)
    if others:
        return error("plan.option_other_script", where, name=name, script=script, others=", ".join(others))
    close = catalogue.closest(script, name)
    if close:
        return error("plan.option_unknown_close", where, name=name, close=close)
    return error("plan.option_unknown", where, name=name)


def _scheduler(subject: Subject) -> Iterator[Finding]:
    training = subject.draft.training
    name = str(training.get("lr_scheduler", "constant"))
    if name not in SCHEDULERS and "lr_scheduler_type" not in training:
        yield error(
            "plan.scheduler_unknown",
            subject.where("lr_scheduler"),
            name=name,
            known=", ".join(sorted(SCHEDULERS)),
        )
    if name == "cosine_with_min_lr" and "lr_scheduler_min_lr_ratio" not in training:
        yield error("plan.scheduler_min_lr", subject.where("lr_scheduler"))
    if name == "cosine_with_restarts" and int(training.get("lr_scheduler_num_cycles", 1)) < 2:
        yield warning("plan.scheduler_cycles", subject.where("lr_scheduler"))


def _caching(subject: Subject) -> Iterator[Finding]:
    training, keys = subject.draft.training, _all_keys(subject)
    for name in ("color_aug", "random_crop"):
        if training.get("cache_latents") and any(table.get(name) for table in keys):
            yield error("plan.cache_and_augment", subject.where(name), name=name)
    if not training.get("cache_text_encoder_outputs"):
        return
    if not training.get("network_train_unet_only"):
        yield error("plan.text_cache_needs_unet_only", subject.where("cache_text_encoder_outputs"))
    changing = ("shuffle_caption", "caption_dropout_rate", "caption_tag_dropout_rate", "token_warmup_step")
    for name in changing:
        if any(table.get(name) for table in keys):
            yield error("plan.text_cache_needs_fixed_captions", subject.where(name), name=name)


def _all_keys(subject: Subject) -> list[Any]:
    return [subject.draft.dataset, *(subset.keys for subset in subject.inputs.subsets)]


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


def _saving(subject: Subject) -> Iterator[Finding]:
    name = str(subject.draft.get("training.output_name"))
    clash = [
        file
        for file in subject.inputs.existing_outputs
        if file == f"{name}.safetensors" or file.startswith(f"{name}-")
    ]
    if clash:
        yield error(
            "plan.would_overwrite", subject.preset.where("saving.output_dir"), folder=subject.preset.saving.output_dir, file=clash[0]
        )  # fmt: skip
    if "/" in name or name in (".", ".."):
        yield error("plan.bad_output_name", subject.preset.where("saving.output_name"), name=name)


def _workers(subject: Subject) -> Iterator[Finding]:
    count = subject.draft.get("training.max_data_loader_n_workers")
    if count and subject.inputs.host.is_mac:
        yield warning("plan.workers_on_mac", subject.where("max_data_loader_n_workers"), count=count)


def _strict(subject: Subject) -> Iterator[Finding]:
    """With --strict, what the preset says is refused where it cannot be done, not changed."""
    if not subject.strict:
        return
    for override in subject.overrides:
        section, _, option = override.option.partition(".")
        key = preset_key(option) if section in ("training", "dataset") else None
        # That the shorter of two lengths holds is no want of the machine's.
        changed = override.before is not None and override.id != "training.shorter"
        if key and changed and subject.preset.is_set(key):
            yield error(
                "plan.strict", subject.preset.where(key), before=override.before, after=override.after, reason=override.reason
            )  # fmt: skip


Check = Callable[[Subject], Iterable[Finding]]

CHECKS: tuple[Check, ...] = (
    _engine,
    _machine,
    _base,
    _pictures,
    _buckets,
    _own_options,
    _options,
    _scheduler,
    _caching,
    _sampling,
    _saving,
    _workers,
    _strict,
)
