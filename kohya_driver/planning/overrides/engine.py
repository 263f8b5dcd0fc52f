"""What the engine would refuse, or get wrong."""

from __future__ import annotations

from typing import Any

from kohya_driver.planning.overrides.draft import Draft, Rule, every, is_on, is_open, not_cuda, to

RATE_ONE = ("prodigy", "dadapt", "prodigyplus")


def _optimizer(draft: Draft) -> str:
    return str(draft.get("training.optimizer_type") or "").lower()


def _wants_rate_one(draft: Draft) -> bool:
    return _optimizer(draft).rpartition(".")[2].startswith(RATE_ONE)


def _rate(name: str) -> Rule:
    option = f"training.{name}"

    def one(draft: Draft) -> Any:
        rates = draft.get(option)
        return [1.0] * len(rates) if isinstance(rates, list) else 1.0

    return Rule("optimizer.rate_one", option, every(_wants_rate_one, is_on(option)), one)


RULES: tuple[Rule, ...] = (
    Rule("validation.seed", "dataset.validation_seed",
         every(is_on("dataset.validation_split"), is_open("dataset.validation_seed")), lambda d: d.get("training.seed") or 42),
    _rate("learning_rate"), _rate("unet_lr"), _rate("text_encoder_lr"),
    Rule("scheduler.constant_warmup", "training.lr_warmup_steps",
         lambda d: d.get("training.lr_scheduler") == "constant" and bool(d.get("training.lr_warmup_steps")), to(0)),
    Rule("workers.none", "training.max_data_loader_n_workers",
         every(not_cuda, is_open("training.max_data_loader_n_workers")), to(0)),
    Rule("workers.not_persistent", "training.persistent_data_loader_workers",
         lambda d: bool(d.get("training.persistent_data_loader_workers")) and not d.get("training.max_data_loader_n_workers"),
         to(None)),
)  # fmt: skip
