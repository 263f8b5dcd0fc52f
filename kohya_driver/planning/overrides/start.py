"""How the engine is started: threads and environment."""

from __future__ import annotations

from collections.abc import Callable

from kohya_driver.planning.overrides.draft import Draft, Rule, is_open, on_mps, to


def _stray_watermark(draft: Draft) -> bool:
    high = draft.get("environment.PYTORCH_MPS_HIGH_WATERMARK_RATIO")
    low = draft.get("environment.PYTORCH_MPS_LOW_WATERMARK_RATIO")
    return on_mps(draft) and high is not None and low is None


def _inherited(name: str) -> Rule:
    """A variable that must not reach the engine from the person's shell."""
    option = f"environment.{name}"
    return Rule(f"environment.{name.lower()}", option, lambda draft: draft.get(option) is not None, to(None))


def _variable(name: str, value: str, applies: Callable[[Draft], bool] = lambda draft: True) -> Rule:
    return Rule(f"environment.{name.lower()}", f"environment.{name}", applies, to(value))


RULES: tuple[Rule, ...] = (
    Rule("launch.threads", "launch.num_cpu_threads_per_process", is_open("launch.num_cpu_threads_per_process"),
         lambda d: d.host.performance_cores),
    _variable("PYTORCH_ENABLE_MPS_FALLBACK", "1", on_mps),
    Rule("environment.watermark", "environment.PYTORCH_MPS_HIGH_WATERMARK_RATIO", _stray_watermark, to(None)),
    _variable("PYTHONUTF8", "1"),
    _variable("PYTHONUNBUFFERED", "1"),
    _variable("COLUMNS", "400"),
    _variable("TOKENIZERS_PARALLELISM", "false"),
    _variable("HF_HUB_OFFLINE", "1", lambda d: d.base_is_local and not d.get("training.huggingface_repo_id")),
    *(_inherited(name) for name in (
        "LINES", "FORCE_COLOR", "PYTHONHOME", "PYTHONSTARTUP", "VIRTUAL_ENV", "TQDM_DISABLE", "TQDM_MININTERVAL",
        "ACCELERATE_MIXED_PRECISION", "ACCELERATE_USE_CPU", "ACCELERATE_DYNAMO_BACKEND", "ACCELERATE_GRADIENT_ACCUMULATION_STEPS")),
)  # fmt: skip
