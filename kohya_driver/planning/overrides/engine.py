"""What the engine would refuse, or get wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kohya_driver.planning.model import Override
from kohya_driver.planning.overrides.draft import Draft, Rule, every, is_on, is_open, not_cuda, to
from kohya_driver.planning.pairs import as_literal, entries, literal, pairs

RATE_ONE = ("prodigy", "dadapt", "prodigyplus")
"""They find the rate themselves; what is given as one is a factor to it."""
LEAST_FACTOR = 0.1
"""Below it the engine itself warns (train_util.py:4985); it is the rate of another optimizer."""
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


def wants_rate_one(name: str) -> bool:
    return name.lower().rpartition(".")[2].startswith(RATE_ONE)


def _wants_rate_one(draft: Draft) -> bool:
    return wants_rate_one(_optimizer(draft))


def is_schedule_free(name: str) -> bool:
    """As the engine tells them: it gives these no scheduler at all (train_util.py:5240)."""
    return name.lower().endswith("schedulefree")


def _schedule_free(draft: Draft) -> bool:
    return is_schedule_free(_optimizer(draft))


def rates(training: Mapping[str, Any]) -> dict[str, float]:
    """Preset option to rate, of the parts that are trained (networks/lora.py:1148-1250)."""
    default = float(training.get("learning_rate") or 0)
    found = {}
    if not training.get("network_train_text_encoder_only"):
        found["unet_lr"] = training.get("unet_lr")
    if not training.get("network_train_unet_only"):
        given = training.get("text_encoder_lr") or [None]
        found["text_encoder_lr"] = given[0] if isinstance(given, list) else given
    return {name: default if rate is None else float(rate) for name, rate in found.items()}


def _says_its_own(draft: Draft) -> bool:
    """Whether every part has one and the same rate of the size that these optimizers expect: somebody means it."""
    given = {rate for rate in rates(draft.training).values() if rate}
    return len(given) == 1 and min(given) >= LEAST_FACTOR


def _rate(name: str) -> Rule:
    option = f"training.{name}"

    def applies(draft: Draft) -> bool:
        return _wants_rate_one(draft) and bool(draft.get(option)) and not _says_its_own(draft)

    def one(draft: Draft) -> Any:
        # A rate of 0 says that this part is not to be trained, and stays.
        given = draft.get(option)
        return [1.0 if rate else rate for rate in given] if isinstance(given, list) else 1.0

    return Rule("optimizer.rate_one", option, applies, one)


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


WARM_THEMSELVES = ("adamwschedulefree", "sgdschedulefree")
"""Schedule-free ones with an argument `warmup_steps`."""


def _warms_itself(draft: Draft) -> bool:
    return _optimizer(draft).rpartition(".")[2] in WARM_THEMSELVES


def give_warmup(draft: Draft, steps: int) -> tuple[Draft, tuple[Override, ...]]:
    """A warmup that no scheduler makes, given to the optimizer that does: it wants steps, which are counted last."""
    if not _warms_itself(draft) or not draft.get("training.lr_warmup_steps"):
        return draft, ()
    arguments = _arguments(draft)
    after = {
        "training.optimizer_args": entries({"warmup_steps": str(steps), **arguments}),
        "training.lr_warmup_steps": 0,
    }
    done = tuple(
        Override("optimizer.own_warmup", option, draft.get(option), value) for option, value in after.items()
    )
    for option, value in after.items():
        draft = draft.put(option, value)
    return draft, done


def _no_lowest_rate(draft: Draft) -> bool:
    given = {"min_lr", "min_lr_rate"} & pairs(draft.get("training.lr_scheduler_args")).keys()
    return draft.get("training.lr_scheduler") == "cosine_with_min_lr" and not given


IS_ON_IF_GIVEN = frozenset({"enable_all_linear", "enable_conv", "decompose_both"})
"""Network arguments that hold if they are there at all: the text "False" is true (networks/oft.py:178; lycoris/kohya.py:134)."""
OFF = ("false", "none", "0")


def _network_arguments(draft: Draft) -> dict[str, str]:
    return pairs(draft.get("training.network_args"))


def _without_off(draft: Draft) -> list[str]:
    return entries(
        {
            name: value
            for name, value in _network_arguments(draft).items()
            if name not in IS_ON_IF_GIVEN or value.lower() not in OFF
        }
    )


RULES: tuple[Rule, ...] = (
    Rule("arguments.off_is_on", "training.network_args", is_on("training.network_args"), _without_off),
    _rate("learning_rate"), _rate("unet_lr"), _rate("text_encoder_lr"),
    _literals("optimizer_args"), _literals("lr_scheduler_args"),
    Rule("optimizer.dadapt", "training.optimizer_type", lambda d: _optimizer(d) in D_ADAPTATION,
         lambda d: D_ADAPTATION[_optimizer(d)]),
    Rule("optimizer.dadapt_words", "training.optimizer_args", _has_their_words, _in_their_words),
    Rule("optimizer.adafactor", "training.optimizer_args", _adafactor_undecided, _by_rate),
    Rule("scheduler.adafactor", "training.lr_scheduler", _misplaced_adafactor, to("constant_with_warmup")),
    Rule("scheduler.min_lr", "training.lr_scheduler_min_lr_ratio",
         every(_no_lowest_rate, is_open("training.lr_scheduler_min_lr_ratio")), to(0.1)),
    Rule("scheduler.schedule_free", "training.lr_scheduler", _schedule_free, to("constant")),
    Rule("scheduler.own_warmup", "training.lr_warmup_steps", every(_own_scheduler, is_on("training.lr_warmup_steps")), to(0)),
    # Not constant_with_warmup instead: the warmup is mostly the preset's default, the schedule what somebody chose.
    Rule("scheduler.constant_warmup", "training.lr_warmup_steps",
         lambda d: d.get("training.lr_scheduler") == "constant" and bool(d.get("training.lr_warmup_steps"))
         and not _warms_itself(d), to(0)),
    Rule("workers.none", "training.max_data_loader_n_workers",
         every(not_cuda, is_open("training.max_data_loader_n_workers")), to(0)),
    Rule("workers.not_persistent", "training.persistent_data_loader_workers",
         lambda d: bool(d.get("training.persistent_data_loader_workers")) and not d.get("training.max_data_loader_n_workers"),
         to(None)),
)  # fmt: skip
