"""What the engine would refuse, or get wrong."""

from __future__ import annotations

from typing import Any

from kohya_driver.planning.overrides.draft import Draft, Rule, every, is_on, is_open, not_cuda, to
from kohya_driver.planning.pairs import as_literal, entries, literal, pairs

RATE_ONE = ("prodigy", "dadapt", "prodigyplus")
ADAFACTOR_BY_RATE = {"scale_parameter": "False", "relative_step": "False", "warmup_init": "False"}
"""With these Adafactor follows the given rates; without, it sets its own and ignores them (train_util.py:5054-5081)."""


D_ADAPTATION = {
    name.lower(): f"pytorch_optimizer.{name}"
    for name in ("DAdaptAdam", "DAdaptAdaGrad", "DAdaptAdan", "DAdaptLion", "DAdaptSGD")
}
"""The engine looks for these in the package dadaptation, which its environment lacks; pytorch_optimizer has them too."""
THEIR_WORDS = {"decouple": "weight_decouple", "use_bias_correction": "bias_correction"}
"""dadaptation's keyword to pytorch_optimizer's."""
NOT_THEIRS = frozenset({"log_every", "fsdp_in_use"})


def _optimizer(draft: Draft) -> str:
    return str(draft.get("training.optimizer_type") or "").lower()


def _wants_rate_one(draft: Draft) -> bool:
    return _optimizer(draft).rpartition(".")[2].startswith(RATE_ONE)


def _rate(name: str) -> Rule:
    option = f"training.{name}"

    def one(draft: Draft) -> Any:
        # A rate of 0 says that this part is not to be trained, and stays.
        rates = draft.get(option)
        return [1.0 if rate else rate for rate in rates] if isinstance(rates, list) else 1.0

    return Rule("optimizer.rate_one", option, every(_wants_rate_one, is_on(option)), one)


def _literals(name: str) -> Rule:
    option = f"training.{name}"

    def written_well(draft: Draft) -> list[str]:
        return entries({key: as_literal(value) for key, value in pairs(draft.get(option)).items()})

    return Rule(f"arguments.{name}", option, is_on(option), written_well)


def _arguments(draft: Draft) -> dict[str, str]:
    return pairs(draft.get("training.optimizer_args"))


def _says(arguments: dict[str, str], name: str) -> bool:
    try:
        return bool(literal(arguments.get(name, "False")))
    except ValueError:
        return False


def _has_their_words(draft: Draft) -> bool:
    adapts = _optimizer(draft).startswith("pytorch_optimizer.dadapt")
    return adapts and not (THEIR_WORDS.keys() | NOT_THEIRS).isdisjoint(_arguments(draft))


def _in_their_words(draft: Draft) -> list[str]:
    kept = {name: value for name, value in _arguments(draft).items() if name not in NOT_THEIRS}
    return entries({THEIR_WORDS.get(name, name): value for name, value in kept.items()})


def _adafactor_undecided(draft: Draft) -> bool:
    arguments = _arguments(draft)
    decided = "relative_step" in arguments or _says(arguments, "warmup_init")
    return _optimizer(draft) == "adafactor" and not decided


def _by_rate(draft: Draft) -> list[str]:
    return entries({**_arguments(draft), **ADAFACTOR_BY_RATE})


def own_rates(draft: Draft) -> bool:
    """Whether this is Adafactor that sets its own rates; the engine then takes its scheduler as well."""
    arguments = _arguments(draft)
    relative = "relative_step" not in arguments or _says(arguments, "relative_step")
    return _optimizer(draft) == "adafactor" and (relative or _says(arguments, "warmup_init"))


def _misplaced_adafactor(draft: Draft) -> bool:
    wanted = draft.get("training.lr_scheduler") == "adafactor"
    return wanted and _optimizer(draft) == "adafactor" and not own_rates(draft)


def _own_scheduler(draft: Draft) -> bool:
    return own_rates(draft) or bool(draft.get("training.lr_scheduler_type"))


def _no_lowest_rate(draft: Draft) -> bool:
    given = {"min_lr", "min_lr_rate"} & pairs(draft.get("training.lr_scheduler_args")).keys()
    return draft.get("training.lr_scheduler") == "cosine_with_min_lr" and not given


RULES: tuple[Rule, ...] = (
    _rate("learning_rate"), _rate("unet_lr"), _rate("text_encoder_lr"),
    _literals("optimizer_args"), _literals("lr_scheduler_args"),
    Rule("optimizer.dadapt", "training.optimizer_type", lambda d: _optimizer(d) in D_ADAPTATION,
         lambda d: D_ADAPTATION[_optimizer(d)]),
    Rule("optimizer.dadapt_words", "training.optimizer_args", _has_their_words, _in_their_words),
    Rule("optimizer.adafactor", "training.optimizer_args", _adafactor_undecided, _by_rate),
    Rule("scheduler.adafactor", "training.lr_scheduler", _misplaced_adafactor, to("constant_with_warmup")),
    Rule("scheduler.min_lr", "training.lr_scheduler_min_lr_ratio",
         every(_no_lowest_rate, is_open("training.lr_scheduler_min_lr_ratio")), to(0.1)),
    Rule("scheduler.own_warmup", "training.lr_warmup_steps", every(_own_scheduler, is_on("training.lr_warmup_steps")), to(0)),
    # Not constant_with_warmup instead: the warmup is mostly the preset's default, the schedule what somebody chose.
    Rule("scheduler.constant_warmup", "training.lr_warmup_steps",
         lambda d: d.get("training.lr_scheduler") == "constant" and bool(d.get("training.lr_warmup_steps")), to(0)),
    Rule("workers.none", "training.max_data_loader_n_workers",
         every(not_cuda, is_open("training.max_data_loader_n_workers")), to(0)),
    Rule("workers.not_persistent", "training.persistent_data_loader_workers",
         lambda d: bool(d.get("training.persistent_data_loader_workers")) and not d.get("training.max_data_loader_n_workers"),
         to(None)),
)  # fmt: skip
