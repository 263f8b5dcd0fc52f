"""How the engine is started: threads and environment."""

from __future__ import annotations

from collections.abc import Callable

from kohya_driver.planning.overrides.draft import Draft, Rule, every, is_open, is_single, on_mps, to

HIGH = "environment.PYTORCH_MPS_HIGH_WATERMARK_RATIO"
LOW = "environment.PYTORCH_MPS_LOW_WATERMARK_RATIO"
"""Memory limits as shares of what Metal recommends (aten/src/ATen/mps/MPSAllocator.mm); a high one of 0 is no limit."""
DEFAULT_HIGH, DEFAULT_LOW, MOST = 1.7, 1.4, 2.0


def _ratio(draft: Draft, option: str, default: float) -> float:
    """What torch takes; not a number for what is none."""
    text = draft.get(option)
    try:
        return default if text is None else float(text)
    except ValueError:
        return float("nan")


def _bad_high(draft: Draft) -> bool:
    return on_mps(draft) and not 0 <= _ratio(draft, HIGH, DEFAULT_HIGH) <= MOST


def _bad_low(draft: Draft) -> bool:
    most = _ratio(draft, HIGH, DEFAULT_HIGH) or MOST
    return on_mps(draft) and draft.get(LOW) is not None and not 0 <= _ratio(draft, LOW, DEFAULT_LOW) <= most


def _lacks_low(draft: Draft) -> bool:
    """torch's default for the low one would lie above the high one, and it stops at its first allocation."""
    return on_mps(draft) and draft.get(LOW) is None and 0 < _ratio(draft, HIGH, DEFAULT_HIGH) < DEFAULT_LOW


def _fair_share(draft: Draft) -> int:
    return max(1, draft.host.performance_cores // draft.distribution.here)


def _counts_moves(draft: Draft) -> bool:
    """A warmup in steps, where the scheduler moves on several times with each step."""
    steps = draft.get("training.lr_warmup_steps")
    return draft.distribution.is_spread and type(steps) is int and steps > 0


def _in_moves(draft: Draft) -> int:
    return int(draft.get("training.lr_warmup_steps")) * draft.distribution.processes


def _on_processor(draft: Draft) -> bool:
    return draft.distribution.is_spread and draft.device == "cpu"


def _by_interface(draft: Draft) -> bool:
    return bool(draft.distribution.interface)


def _interface(name: str) -> Rule:
    """gloo and NCCL would take the one that the machine's own name leads to, which is often none that others reach."""
    option = f"environment.{name}"
    return Rule(
        "launch.interface", option, every(_by_interface, is_open(option)), lambda d: d.distribution.interface
    )


def _inherited(name: str) -> Rule:
    """A variable that must not reach the engine from the person's shell."""
    option = f"environment.{name}"
    return Rule(f"environment.{name.lower()}", option, lambda draft: draft.get(option) is not None, to(None))


def _variable(name: str, value: str, applies: Callable[[Draft], bool] = lambda draft: True) -> Rule:
    return Rule(f"environment.{name.lower()}", f"environment.{name}", applies, to(value))


RULES: tuple[Rule, ...] = (
    Rule("launch.direct", "launch.launcher", every(is_single, is_open("launch.launcher")), to("direct")),
    Rule("launch.accelerate", "launch.launcher", lambda d: d.distribution.is_spread, to("accelerate")),
    # Several threads wait for each other at every one of its small operations: where other programs compute too, forty times
    # as long as one thread takes (2 cores, load 12: 24 s a step against 0.6 s).
    Rule("launch.one_thread", "launch.num_cpu_threads_per_process",
         lambda d: d.base_is_small and d.get("launch.num_cpu_threads_per_process") is None, to(1)),
    Rule("launch.threads", "launch.num_cpu_threads_per_process", is_open("launch.num_cpu_threads_per_process"),
         _fair_share),
    Rule("launch.warmup", "training.lr_warmup_steps", _counts_moves, _in_moves),
    _interface("GLOO_SOCKET_IFNAME"), _interface("NCCL_SOCKET_IFNAME"),
    _variable("PYTORCH_ENABLE_MPS_FALLBACK", "1", on_mps),
    Rule("environment.watermark", HIGH, _bad_high, to(None)),
    Rule("environment.watermark", LOW, _bad_low, to(None)),
    Rule("environment.low_watermark", LOW, _lacks_low, lambda d: d.get(HIGH)),
    _variable("PYTHONUTF8", "1"),
    _variable("PYTHONUNBUFFERED", "1"),
    _variable("COLUMNS", "400"),
    _variable("TOKENIZERS_PARALLELISM", "false"),
    _variable("HF_HUB_OFFLINE", "1", lambda d: d.base_is_local and not d.get("training.huggingface_repo_id")),
    *(_inherited(name) for name in (
        "LINES", "FORCE_COLOR", "PYTHONHOME", "PYTHONSTARTUP", "PYTHONDONTWRITEBYTECODE", "VIRTUAL_ENV", "TQDM_DISABLE", "TQDM_MININTERVAL",
        "ACCELERATE_MIXED_PRECISION", "ACCELERATE_USE_CPU", "ACCELERATE_DYNAMO_BACKEND", "ACCELERATE_GRADIENT_ACCUMULATION_STEPS",
        "RANK", "LOCAL_RANK", "WORLD_SIZE", "LOCAL_WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT")),
    Rule("launch.use_cpu", "environment.ACCELERATE_USE_CPU", _on_processor, to("true")),
)  # fmt: skip
