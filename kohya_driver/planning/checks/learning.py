"""Checks of steps, rates, scheduler and loss."""

from __future__ import annotations

from collections.abc import Iterator

from kohya_driver.errors import Finding, error, warning
from kohya_driver.planning.checks.subject import Check, Subject
from kohya_driver.planning.overrides.engine import is_schedule_free, own_rates, rates, wants_rate_one
from kohya_driver.planning.pairs import literal, pairs

SCHEDULERS = frozenset(
    {
        "linear", "cosine", "cosine_with_restarts", "polynomial", "constant", "constant_with_warmup", "inverse_sqrt",
        "cosine_with_min_lr", "warmup_stable_decay", "piecewise_constant", "adafactor",
    }
)  # fmt: skip
"""What the pinned engine builds; reduce_lr_on_plateau always crashes there."""

HIGH_RATE, BROKEN_RATE = 0.01, 0.1
"""Adam's and Lion's steps are about as long as the rate, whatever the gradient; a LoRA's weights are below 0.1."""
POLYNOMIAL_END = 1e-7
TIMESTEPS = 1000


def _place(subject: Subject, option: str) -> str:
    """Where a rate was given: as its own, or as the common one."""
    return subject.where(option if option in subject.draft.training else "learning_rate")


def _nothing_trained(subject: Subject) -> Iterator[Finding]:
    found = rates(subject.draft.training)
    if not found:
        yield error("learning.both_only", subject.where("network_train_text_encoder_only"))
    elif not any(found.values()):
        yield error("learning.rates_zero", subject.where("learning_rate"))


def _rate_zero(subject: Subject) -> Iterator[Finding]:
    found = rates(subject.draft.training)
    if not any(found.values()):
        return
    for name, flag in (("unet_lr", "train_text_encoder_only"), ("text_encoder_lr", "train_unet_only")):
        if found.get(name) == 0:
            yield warning("learning.rate_zero", _place(subject, name), name=name, flag=flag)


def _rate_high(subject: Subject) -> Iterator[Finding]:
    """Above BROKEN_RATE it is an error: mostly the 1.0 of a Prodigy that was replaced, and nothing but noise comes of it."""
    name = str(subject.draft.training.get("optimizer_type", "")).rpartition(".")[2].lower()
    if name.startswith(("dadapt", "prodigy")) or not any(kind in name for kind in ("adam", "lion", "came")):
        return
    for option, rate in rates(subject.draft.training).items():
        if rate >= HIGH_RATE:
            report = error if rate >= BROKEN_RATE else warning
            yield report("learning.rate_high", _place(subject, option), rate=rate)


def _rate_not_one(subject: Subject) -> Iterator[Finding]:
    """Of those that find the rate themselves; what is no factor to it has been put right before."""
    name = str(subject.draft.training["optimizer_type"])
    for option, rate in rates(subject.draft.training).items():
        if wants_rate_one(name) and rate not in (0, 1):
            yield warning("learning.rate_not_one", _place(subject, option), rate=rate, optimizer=name)


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
    if name == "cosine_with_restarts" and int(training.get("lr_scheduler_num_cycles", 1)) < 2:
        yield warning("plan.scheduler_cycles", subject.where("lr_scheduler"))


def _scheduler_of_adafactor(subject: Subject) -> Iterator[Finding]:
    training = subject.draft.training
    if training.get("lr_scheduler") == "adafactor" and str(training["optimizer_type"]).lower() != "adafactor":
        yield error("learning.scheduler_adafactor", subject.where("lr_scheduler"))


def _polynomial(subject: Subject) -> Iterator[Finding]:
    """transformers compares its end with the common rate, whatever the groups have."""
    training = subject.draft.training
    if training.get("lr_scheduler") != "polynomial" or own_rates(subject.draft):
        return
    try:
        end = float(literal(pairs(training.get("lr_scheduler_args")).get("lr_end", str(POLYNOMIAL_END))))
    except (TypeError, ValueError):
        return
    if training["learning_rate"] <= end:
        yield error("learning.polynomial_rate", subject.where("learning_rate"), end=f"{end:g}")


def _ignored(subject: Subject) -> tuple[str, tuple[str, ...]]:
    if own_rates(subject.draft):
        return "learning.adafactor_own_rates", ("lr_scheduler", "unet_lr", "text_encoder_lr")
    if is_schedule_free(str(subject.draft.training["optimizer_type"])):
        return "learning.schedule_free", ("lr_scheduler", "lr_warmup_steps")
    return "", ()


def _ignored_scheduler(subject: Subject) -> Iterator[Finding]:
    """Only of what somebody wrote: every preset has a scheduler and a warmup."""
    code, names = _ignored(subject)
    kind = subject.draft.training["optimizer_type"]
    for name in names:
        value = subject.draft.training.get(name)
        told = getattr(subject.preset.optimizer, name) not in ("adafactor", "constant")
        if value and told and subject.preset.is_set(f"optimizer.{name}"):
            yield warning(code, subject.where(name), name=name, optimizer=kind)


def _warmup(subject: Subject) -> Iterator[Finding]:
    schedule = subject.schedule
    if schedule.steps and schedule.warmup_steps >= schedule.steps:
        yield error(
            "learning.warmup_too_long", subject.where("lr_warmup_steps"),
            warmup=schedule.warmup_steps, steps=schedule.steps,
        )  # fmt: skip


def _loss(subject: Subject) -> Iterator[Finding]:
    training = subject.draft.training
    if training.get("min_snr_gamma") and training.get("debiased_estimation_loss"):
        yield warning("learning.two_weights", subject.where("debiased_estimation_loss"))
    if training.get("zero_terminal_snr") and not training.get("v_parameterization"):
        yield warning("learning.zero_terminal_snr", subject.where("zero_terminal_snr"))


def _velocity(subject: Subject) -> Iterator[Finding]:
    training = subject.draft.training
    name = "scale_v_pred_loss_like_noise_pred"
    if training.get(name) and not training.get("v_parameterization"):
        yield error("learning.needs_velocity", subject.where(name))
    # The engine asks whether it is true, not whether it is given: 0 is off.
    if training.get("v_pred_like_loss") and training.get("v_parameterization"):
        yield error("learning.not_with_velocity", subject.where("v_pred_like_loss"))


def _adaptive_noise(subject: Subject) -> Iterator[Finding]:
    training = subject.draft.training
    if training.get("adaptive_noise_scale") is not None and training.get("noise_offset") is None:
        yield error("learning.needs_noise_offset", subject.where("adaptive_noise_scale"))


def _timesteps(subject: Subject) -> Iterator[Finding]:
    given = {name: subject.draft.training.get(name) for name in ("min_timestep", "max_timestep")}
    low, high = given["min_timestep"] or 0, given["max_timestep"]
    high = TIMESTEPS if high is None else high
    # A wrong type is found by the catalogue.
    if isinstance(low, int) and isinstance(high, int) and not 0 <= low < high <= TIMESTEPS:
        name = "max_timestep" if given["max_timestep"] is not None else "min_timestep"
        yield error("learning.timesteps", subject.where(name), low=low, high=high, last=TIMESTEPS)


CHECKS: tuple[Check, ...] = (
    _nothing_trained,
    _rate_zero,
    _rate_high,
    _rate_not_one,
    _scheduler,
    _scheduler_of_adafactor,
    _polynomial,
    _ignored_scheduler,
    _warmup,
    _loss,
    _velocity,
    _adaptive_noise,
    _timesteps,
)
