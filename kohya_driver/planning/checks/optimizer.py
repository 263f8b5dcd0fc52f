"""Checks of the optimizer and its arguments: the engine makes it only after everything is loaded and cached."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping

from kohya_driver.engine.networks import load_networks
from kohya_driver.errors import Finding, error
from kohya_driver.planning.checks.subject import Check, Subject, preset_key
from kohya_driver.planning.overrides.engine import is_schedule_free
from kohya_driver.planning.pairs import literal, pairs

OWN_NAMES: Mapping[str, tuple[str, str, str]] = {
    "adamw": ("AdamW", "torch.optim", "AdamW"),
    "sgdnesterov": ("SGDNesterov", "torch.optim", "SGD"),
    "adafactor": ("AdaFactor", "transformers.optimization", "Adafactor"),
    "lion": ("Lion", "lion_pytorch", "Lion"),
    "prodigy": ("Prodigy", "prodigyopt", "Prodigy"),
    "adamwschedulefree": ("AdamWScheduleFree", "schedulefree", "AdamWScheduleFree"),
    "radamschedulefree": ("RAdamScheduleFree", "schedulefree", "RAdamScheduleFree"),
    "sgdschedulefree": ("SGDScheduleFree", "schedulefree", "SGDScheduleFree"),
}
"""Names that the engine knows in any spelling: as it writes them, and what they are (train_util.py:4827-5110)."""

PAGED = frozenset({"pagedadamw", "pagedadamw32bit"})
"""These need bitsandbytes, as all whose names end in 8bit do."""

NOT_TRAINING = frozenset(
    {
        "LBFGS",
        "Muon",
        "SparseAdam",
        "prodigyopt.ProdigyReference",
        "pytorch_optimizer.AdaGO",
        "pytorch_optimizer.AdaHessian",
        "pytorch_optimizer.AdaMuon",
        "pytorch_optimizer.AdaSmooth",
        "pytorch_optimizer.Adalite",
        "pytorch_optimizer.AdamP",
        "pytorch_optimizer.AliG",
        "pytorch_optimizer.Alice",
        "pytorch_optimizer.BSAM",
        "pytorch_optimizer.CPUOffloadOptimizer",
        "pytorch_optimizer.DeMo",
        "pytorch_optimizer.DistributedMuon",
        "pytorch_optimizer.FAdam",
        "pytorch_optimizer.FTRL",
        "pytorch_optimizer.FriendlySAM",
        "pytorch_optimizer.GSAM",
        "pytorch_optimizer.LookSAM",
        "pytorch_optimizer.Muon",
        "pytorch_optimizer.Ranger21",
        "pytorch_optimizer.SAM",
    }
)
"""Classes of the environment that stop at their start, or at or after the first step (tests/golden/starts/stepped.json)."""
WITH_ARGUMENT: Mapping[str, str] = {
    "pytorch_optimizer.BSAM": "num_data",
    "pytorch_optimizer.Ranger21": "num_iterations",
}
"""Of these, those that lack nothing but an argument."""

GIVEN_BY_ENGINE = {"sgdnesterov": {"nesterov"}}
"""Keywords that the engine gives itself; twice is an error."""


def _find(name: str) -> tuple[str, str | None]:
    """Package and class of an optimizer; the class is None where the package has no such one."""
    lower = name.lower()
    if lower in OWN_NAMES:
        return OWN_NAMES[lower][1:]
    if lower in PAGED or lower.endswith("8bit"):
        return "bitsandbytes", name
    if lower.startswith("dadapt"):
        return "dadaptation", name
    tables = load_networks().optimizers
    first, _, kind = name.rpartition(".")
    package = (
        next((key for key in tables if key.split(".")[0] == first.split(".")[0]), first)
        if first
        else "torch.optim"
    )
    return package, kind if kind in tables.get(package, {kind: None}) else None


def _suggestion(name: str) -> str:
    """How the engine wants an optimizer to be called that is meant by this; empty if none is near."""
    tables = load_networks().optimizers
    known = {spelling.lower(): spelling for spelling, _, _ in OWN_NAMES.values()}
    for package in ("torch.optim", "prodigyplus", "pytorch_optimizer"):
        for kind in tables[package]:
            known.setdefault(kind.lower(), kind if package == "torch.optim" else f"{package}.{kind}")
    wanted = name.rpartition(".")[2].lower().replace("_", "").replace("-", "")
    return next((known[near] for near in difflib.get_close_matches(wanted, known, n=1)), "")


def _known(subject: Subject) -> Iterator[Finding]:
    name = str(subject.draft.training["optimizer_type"])
    package, kind = _find(name)
    where = subject.where("optimizer_type")
    if package in subject.draft.extras:
        return
    if package not in load_networks().optimizers:
        yield error("learning.optimizer_package", where, name=name, package=package)
    elif kind is None:
        close = _suggestion(name)
        code = "learning.optimizer_unknown_close" if close else "learning.optimizer_unknown"
        yield error(code, where, name=name, package=package, close=close)


def _does_not_train(subject: Subject) -> Iterator[Finding]:
    """It is there, and wants what the engine does not give: a closure, second derivatives, arguments without a default."""
    name = str(subject.draft.training["optimizer_type"])
    given = pairs(subject.draft.training.get("optimizer_args"))
    if name in NOT_TRAINING and WITH_ARGUMENT.get(name) not in given:
        yield error("learning.optimizer_does_not_train", subject.where("optimizer_type"), name=name)


def _place(subject: Subject, option: str, name: str) -> str:
    return subject.preset.where(f"{preset_key(option)}.{name}")


def _keywords(subject: Subject) -> Iterator[Finding]:
    name = str(subject.draft.training["optimizer_type"])
    package, kind = _find(name)
    known = load_networks().optimizers.get(package, {}).get(kind or "")
    if known is None:
        return
    free = [keyword for keyword in known if keyword not in GIVEN_BY_ENGINE.get(name.lower(), ())]
    for argument in pairs(subject.draft.training.get("optimizer_args")):
        if argument not in free:
            close = next(iter(difflib.get_close_matches(argument, free, n=1)), "")
            code = "learning.argument_unknown_close" if close else "learning.argument_unknown"
            where = _place(subject, "optimizer_args", argument)
            yield error(code, where, name=argument, optimizer=name, close=close, known=", ".join(free))


def _literals(subject: Subject) -> Iterator[Finding]:
    for option in ("optimizer_args", "lr_scheduler_args"):
        for name, value in pairs(subject.draft.training.get(option)).items():
            try:
                # A second equals sign breaks the engine's own split before Python sees the value.
                broken = "=" in value or literal(value) is NotImplemented
            except ValueError:
                broken = True
            if broken:
                yield error(
                    "learning.argument_literal", _place(subject, option, name), name=name, value=value
                )


def _one_rate(subject: Subject) -> Iterator[Finding]:
    """Prodigy refuses groups with different rates at its first step (prodigyopt/prodigy.py:152)."""
    name = str(subject.draft.training["optimizer_type"]).lower()
    if not (name in ("prodigy", "prodigyopt.prodigy") or name.startswith("dadapt")):
        return
    for argument, value in pairs(subject.draft.training.get("network_args")).items():
        ratio = argument.startswith("loraplus_") and value not in ("1", "1.0")
        if ratio or argument in ("down_lr_weight", "mid_lr_weight", "up_lr_weight"):
            where = _place(subject, "network_args", argument)
            yield error("learning.one_rate_only", where, name=argument, optimizer=name)


def _old_switches(subject: Subject) -> Iterator[Finding]:
    for name, kind in (("use_8bit_adam", "AdamW8bit"), ("use_lion_optimizer", "Lion")):
        if subject.draft.training.get(name):
            yield error("learning.old_switch", subject.where(name), name=name, kind=kind)


def _fused(subject: Subject) -> Iterator[Finding]:
    """Always an error: where the engine does not stop at it, the LoRA scripts do nothing with it."""
    if subject.draft.training.get("fused_backward_pass"):
        yield error("learning.fused_backward", subject.where("fused_backward_pass"))


def _schedule_free_unseen(subject: Subject) -> Iterator[Finding]:
    """It would be neither taken into training nor out of it (train_util.py:5228-5241)."""
    name = str(subject.draft.training["optimizer_type"])
    kind = name.lower().rpartition(".")[2]
    if "schedulefree" in kind and not is_schedule_free(name):
        yield error("learning.schedule_free_unseen", subject.where("optimizer_type"), name=name)


CHECKS: tuple[Check, ...] = (
    _schedule_free_unseen,
    _does_not_train,
    _known,
    _keywords,
    _literals,
    _one_rate,
    _old_switches,
    _fused,
)
