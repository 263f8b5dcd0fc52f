"""What the machine cannot do."""

from __future__ import annotations

from collections.abc import Callable

from kohya_driver.planning.overrides.draft import (
    Draft,
    Rule,
    every,
    is_on,
    is_open,
    is_single,
    not_cuda,
    on_mps,
    to,
)

EIGHT_BIT = {
    "adamw8bit": "AdamW",
    "pagedadamw": "AdamW",
    "pagedadamw8bit": "AdamW",
    "pagedadamw32bit": "AdamW",
    "lion8bit": "Lion",
    "pagedlion8bit": "Lion",
    "sgdnesterov8bit": "SGDNesterov",
}


def _optimizer(draft: Draft) -> str:
    return str(draft.get("training.optimizer_type") or "").lower()


def needs_bitsandbytes(optimizer: str) -> bool:
    return optimizer.lower() in EIGHT_BIT


def _eight_bit(draft: Draft) -> bool:
    return needs_bitsandbytes(_optimizer(draft))


def _default_precision(draft: Draft) -> str:
    return "fp16" if draft.device == "cuda" else "no"


def _bf16_missing(draft: Draft) -> bool:
    """accelerate allows bf16 on MPS from macOS 14 on."""
    wanted = draft.get("training.mixed_precision") == "bf16"
    return wanted and on_mps(draft) and draft.host.os_release < (14,)


def _wants_xformers(draft: Draft) -> bool:
    return draft.get("training.xformers") is True


def _lacks(package: str) -> Callable[[Draft], bool]:
    """On a card that could use it."""
    return lambda draft: not not_cuda(draft) and package not in draft.extras


def _stops_in_bf16(draft: Draft) -> bool:
    """A processor's autocast leaves the text encoder's last norm in bf16 and hands it 32 bit (library/strategy_sd.py:78).

    On MPS and CUDA it computes norms in 32 bit (aten/src/ATen/autocast_mode.cpp).
    """
    skips = int(draft.get("training.clip_skip") or 1) > 1 and draft.family != "sdxl"
    return draft.device == "cpu" and skips


def _skips_in_bf16(draft: Draft) -> bool:
    return draft.get("training.mixed_precision") == "bf16" and _stops_in_bf16(draft)


def _native_bf16(draft: Draft) -> bool:
    """A processor that computes in bf16: two thirds of the time, and losses within a thousandth (benchmarks/levers.py)."""
    able = draft.device == "cpu" and draft.host.bf16 and not draft.base_is_small and is_single(draft)
    return able and draft.get("training.mixed_precision") is None and not _stops_in_bf16(draft)


def _no_attention(draft: Draft) -> bool:
    return not any(draft.get(f"training.{name}") for name in ("sdpa", "xformers", "mem_eff_attn"))


def _without(rule_id: str, *names: str) -> tuple[Rule, ...]:
    """Options that are of use on an NVIDIA card only."""
    options = [f"training.{name}" for name in names]
    return tuple(Rule(rule_id, option, every(not_cuda, is_on(option)), to(None)) for option in options)


def _alone(*names: str) -> tuple[Rule, ...]:
    """Options about several processes, where there is one."""
    options = [f"training.{name}" for name in names]
    return tuple(
        Rule("device.one_process", option, every(not_cuda, is_single, is_on(option)), to(None))
        for option in options
    )


RULES: tuple[Rule, ...] = (
    Rule("optimizer.no_8bit", "training.optimizer_type", every(not_cuda, _eight_bit), lambda d: EIGHT_BIT[_optimizer(d)]),
    Rule("optimizer.bitsandbytes_missing", "training.optimizer_type", every(_lacks("bitsandbytes"), _eight_bit),
         lambda d: EIGHT_BIT[_optimizer(d)]),
    Rule("precision.no_fp16", "training.mixed_precision",
         lambda d: not_cuda(d) and d.get("training.mixed_precision") == "fp16", to("no")),
    Rule("precision.no_bf16", "training.mixed_precision", _bf16_missing, to("no")),
    Rule("precision.no_bf16_clip_skip", "training.mixed_precision", _skips_in_bf16, to("no")),
    # Before the precision itself, for it asks whether that is open.
    Rule("precision.native_bf16", "training.no_half_vae", _native_bf16, to(True)),
    Rule("precision.native_bf16", "training.mixed_precision", _native_bf16, to("bf16")),
    Rule("precision.default", "training.mixed_precision", is_open("training.mixed_precision"), _default_precision),
    Rule("precision.full_fp16", "training.full_fp16", every(not_cuda, is_on("training.full_fp16")), to(None)),
    Rule("precision.full_bf16", "training.full_bf16",
         lambda d: bool(d.get("training.full_bf16")) and d.get("training.mixed_precision") != "bf16", to(None)),
    *_without("precision.fp8", "fp8_base", "fp8_base_unet"),
    Rule("precision.half_vae", "training.no_half_vae",
         lambda d: d.family == "sdxl" and d.get("training.mixed_precision") == "fp16", to(True)),
    Rule("attention.sdpa", "training.sdpa", every(not_cuda, _wants_xformers), to(True)),
    Rule("attention.no_xformers", "training.xformers", every(not_cuda, _wants_xformers), to(None)),
    Rule("attention.xformers_missing", "training.sdpa", every(_lacks("xformers"), _wants_xformers), to(True)),
    Rule("attention.xformers_missing", "training.xformers", every(_lacks("xformers"), _wants_xformers), to(None)),
    Rule("attention.not_plain", "training.sdpa", every(on_mps, _no_attention), to(True)),
    *_without("device.one_process", "deepspeed"),
    *_alone("ddp_timeout", "ddp_gradient_as_bucket_view", "ddp_static_graph"),
    *_without("device.no_compile", "torch_compile", "dynamo_backend"),
    *_without("memory.no_highvram", "highvram"),
)  # fmt: skip
