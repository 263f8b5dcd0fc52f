"""Every value that the plan changes or chooses for this machine: one table of small named rules.

A rule changes one option of a draft. Where the preset left the option open, that is a choice; where it says something else,
a change, which `--strict` refuses. Each rule's reason is the text `override.<id>`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from kohya_driver.host import Host
from kohya_driver.planning.model import Override

GIB = 1 << 30
BASE_RESOLUTION = {"sd15": 512, "sd2": 768, "sdxl": 1024}
EIGHT_BIT = {
    "adamw8bit": "AdamW",
    "pagedadamw": "AdamW",
    "pagedadamw8bit": "AdamW",
    "pagedadamw32bit": "AdamW",
    "lion8bit": "Lion",
    "pagedlion8bit": "Lion",
    "sgdnesterov8bit": "SGDNesterov",
}
RATE_ONE = ("prodigy", "dadapt", "prodigyplus")


@dataclass(frozen=True, slots=True)
class Draft:
    """A plan in the making. Missing keys are open; `environment` maps to None what must not be inherited."""

    family: str
    device: str
    host: Host
    trigger: str
    base_is_local: bool
    training: Mapping[str, Any]
    dataset: Mapping[str, Any]
    launch: Mapping[str, Any]
    environment: Mapping[str, Any]

    def get(self, option: str) -> Any:
        section, name = option.split(".", 1)
        return getattr(self, section).get(name)

    def put(self, option: str, value: Any) -> Draft:
        section, name = option.split(".", 1)
        table = {key: old for key, old in getattr(self, section).items() if key != name}
        # An environment variable that is to be taken away stays in the table, as None.
        if value is not None or section == "environment":
            table[name] = value
        changes: dict[str, Any] = {section: table}
        return replace(self, **changes)


@dataclass(frozen=True, slots=True)
class Rule:
    id: str
    option: str
    applies: Callable[[Draft], bool]
    value: Callable[[Draft], Any]


def apply_rules(draft: Draft) -> tuple[Draft, tuple[Override, ...]]:
    """The draft after every rule, in order, and what they did."""
    done = []
    for rule in RULES:
        if not rule.applies(draft):
            continue
        before, after = draft.get(rule.option), rule.value(draft)
        if before != after:
            done.append(Override(rule.id, rule.option, before, after))
            draft = draft.put(rule.option, after)
    return draft, tuple(done)


def _to(value: Any) -> Callable[[Draft], Any]:
    return lambda draft: value


def _open(option: str) -> Callable[[Draft], bool]:
    return lambda draft: draft.get(option) is None


def _on(option: str) -> Callable[[Draft], bool]:
    return lambda draft: bool(draft.get(option))


def _not_cuda(draft: Draft) -> bool:
    return draft.device != "cuda"


def _mps(draft: Draft) -> bool:
    return draft.device == "mps"


def _all(*conditions: Callable[[Draft], bool]) -> Callable[[Draft], bool]:
    return lambda draft: all(condition(draft) for condition in conditions)


def _optimizer(draft: Draft) -> str:
    return str(draft.get("training.optimizer_type") or "").lower()


def _eight_bit(draft: Draft) -> bool:
    return _optimizer(draft) in EIGHT_BIT


def _wants_rate_one(draft: Draft) -> bool:
    return _optimizer(draft).rpartition(".")[2].startswith(RATE_ONE)


def _default_precision(draft: Draft) -> str:
    return "fp16" if draft.device == "cuda" else "no"


def _bf16_missing(draft: Draft) -> bool:
    """accelerate allows bf16 on MPS from macOS 14 on."""
    wanted = draft.get("training.mixed_precision") == "bf16"
    return wanted and _mps(draft) and draft.host.os_release < (14,)


def _side(draft: Draft, pick: Callable[..., int]) -> int:
    resolution = draft.get("dataset.resolution")
    return resolution if isinstance(resolution, int) else pick(*resolution)


def _step(draft: Draft) -> int:
    return int(draft.get("dataset.bucket_reso_steps") or 64)


def _smallest_bucket(draft: Draft) -> int:
    return max(_step(draft), min(256, _side(draft, min)) // _step(draft) * _step(draft))


def _largest_bucket(draft: Draft) -> int:
    """Twice the training size: the engine's fixed 1024 would forbid every long picture at SDXL's size."""
    step = _step(draft)
    return -(-2 * _side(draft, max) // step) * step


def _no_attention(draft: Draft) -> bool:
    return not any(draft.get(f"training.{name}") for name in ("sdpa", "xformers", "mem_eff_attn"))


def _had_xformers(draft: Draft) -> bool:
    return _not_cuda(draft) and draft.get("training.xformers") is True


def _little_memory(draft: Draft) -> bool:
    return draft.family == "sdxl" or draft.host.memory_bytes <= 16 * GIB


def _stray_watermark(draft: Draft) -> bool:
    high = draft.get("environment.PYTORCH_MPS_HIGH_WATERMARK_RATIO")
    low = draft.get("environment.PYTORCH_MPS_LOW_WATERMARK_RATIO")
    return _mps(draft) and high is not None and low is None


def _inherited(name: str) -> Rule:
    """A variable that must not reach the engine from the person's shell."""
    option = f"environment.{name}"
    return Rule(f"environment.{name.lower()}", option, lambda draft: draft.get(option) is not None, _to(None))


def _variable(name: str, value: str, applies: Callable[[Draft], bool] = lambda draft: True) -> Rule:
    return Rule(f"environment.{name.lower()}", f"environment.{name}", applies, _to(value))


def _rate(name: str) -> Rule:
    option = f"training.{name}"

    def one(draft: Draft) -> Any:
        rates = draft.get(option)
        return [1.0] * len(rates) if isinstance(rates, list) else 1.0

    return Rule("optimizer.rate_one", option, _all(_wants_rate_one, _on(option)), one)


RULES: tuple[Rule, ...] = (
    # what the machine cannot do
    Rule("optimizer.no_8bit", "training.optimizer_type", _all(_not_cuda, _eight_bit), lambda d: EIGHT_BIT[_optimizer(d)]),
    Rule("precision.no_fp16", "training.mixed_precision",
         lambda d: _not_cuda(d) and d.get("training.mixed_precision") == "fp16", _to("no")),
    Rule("precision.no_bf16", "training.mixed_precision", _bf16_missing, _to("no")),
    Rule("precision.default", "training.mixed_precision", _open("training.mixed_precision"), _default_precision),
    Rule("precision.full_fp16", "training.full_fp16", _all(_not_cuda, _on("training.full_fp16")), _to(None)),
    Rule("precision.full_bf16", "training.full_bf16",
         lambda d: bool(d.get("training.full_bf16")) and d.get("training.mixed_precision") != "bf16", _to(None)),
    Rule("precision.fp8", "training.fp8_base", _all(_not_cuda, _on("training.fp8_base")), _to(None)),
    Rule("precision.half_vae", "training.no_half_vae",
         lambda d: d.family == "sdxl" and d.get("training.mixed_precision") == "fp16", _to(True)),
    Rule("attention.sdpa", "training.sdpa", _had_xformers, _to(True)),
    Rule("attention.no_xformers", "training.xformers", _had_xformers, _to(None)),
    Rule("validation.not_on_mps", "dataset.validation_split", _all(_mps, _on("dataset.validation_split")), _to(None)),
    # what the engine would refuse, or get wrong
    Rule("validation.seed", "dataset.validation_seed",
         _all(_on("dataset.validation_split"), _open("dataset.validation_seed")), lambda d: d.get("training.seed") or 42),
    _rate("learning_rate"), _rate("unet_lr"), _rate("text_encoder_lr"),
    Rule("scheduler.constant_warmup", "training.lr_warmup_steps",
         lambda d: d.get("training.lr_scheduler") == "constant" and bool(d.get("training.lr_warmup_steps")), _to(0)),
    Rule("workers.none", "training.max_data_loader_n_workers",
         _all(_not_cuda, _open("training.max_data_loader_n_workers")), _to(0)),
    Rule("workers.not_persistent", "training.persistent_data_loader_workers",
         lambda d: bool(d.get("training.persistent_data_loader_workers")) and not d.get("training.max_data_loader_n_workers"),
         _to(None)),
    # what the preset leaves open
    Rule("training.length", "training.max_train_epochs",
         _all(_open("training.max_train_epochs"), _open("training.max_train_steps")), _to(10)),
    Rule("dataset.resolution", "dataset.resolution", _open("dataset.resolution"), lambda d: BASE_RESOLUTION.get(d.family, 512)),
    Rule("dataset.buckets", "dataset.enable_bucket", _open("dataset.enable_bucket"), _to(True)),
    Rule("dataset.min_bucket", "dataset.min_bucket_reso",
         _all(_on("dataset.enable_bucket"), _open("dataset.min_bucket_reso")), _smallest_bucket),
    Rule("dataset.max_bucket", "dataset.max_bucket_reso",
         _all(_on("dataset.enable_bucket"), _open("dataset.max_bucket_reso")), _largest_bucket),
    Rule("dataset.caption_extension", "dataset.caption_extension", _open("dataset.caption_extension"), _to(".txt")),
    Rule("dataset.class_tokens", "dataset.class_tokens",
         lambda d: bool(d.trigger) and d.get("dataset.class_tokens") is None, lambda d: d.trigger),
    Rule("dataset.keep_trigger", "dataset.keep_tokens",
         lambda d: bool(d.trigger and d.get("dataset.shuffle_caption")) and d.get("dataset.keep_tokens") is None
         and not d.get("dataset.keep_tokens_separator"), _to(1)),
    Rule("memory.vae_batch", "training.vae_batch_size",
         lambda d: bool(d.get("training.cache_latents")) and d.get("training.vae_batch_size") is None,
         lambda d: 1 if d.family == "sdxl" else 4),
    Rule("memory.checkpointing", "training.gradient_checkpointing",
         lambda d: d.get("training.gradient_checkpointing") is None and _little_memory(d), _to(True)),
    Rule("sampling.every_epoch", "training.sample_every_n_epochs",
         lambda d: bool(d.get("training.sample_prompts")) and not any(
             d.get(f"training.{name}") for name in ("sample_every_n_epochs", "sample_every_n_steps", "sample_at_first")),
         _to(1)),
    # how it is started
    Rule("launch.threads", "launch.num_cpu_threads_per_process", _open("launch.num_cpu_threads_per_process"),
         lambda d: d.host.performance_cores),
    _variable("PYTORCH_ENABLE_MPS_FALLBACK", "1", _mps),
    Rule("environment.watermark", "environment.PYTORCH_MPS_HIGH_WATERMARK_RATIO", _stray_watermark, _to(None)),
    _variable("PYTHONUTF8", "1"),
    _variable("PYTHONUNBUFFERED", "1"),
    _variable("COLUMNS", "400"),
    _variable("TOKENIZERS_PARALLELISM", "false"),
    _variable("HF_HUB_OFFLINE", "1", lambda d: d.base_is_local and not d.get("training.huggingface_repo_id")),
    *(_inherited(name) for name in (
        "LINES", "FORCE_COLOR", "PYTHONHOME", "PYTHONSTARTUP", "VIRTUAL_ENV", "TQDM_DISABLE", "TQDM_MININTERVAL",
        "ACCELERATE_MIXED_PRECISION", "ACCELERATE_USE_CPU", "ACCELERATE_DYNAMO_BACKEND", "ACCELERATE_GRADIENT_ACCUMULATION_STEPS")),
)  # fmt: skip
