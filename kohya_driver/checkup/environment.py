"""Checks of the environment variables and proxies that a training, or an installation, would inherit."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from kohya_driver.checkup.addresses import parts, without_credentials
from kohya_driver.checkup.facts import Facts
from kohya_driver.checkup.model import Item
from kohya_driver.errors import Finding, Severity, warning
from kohya_driver.planning.overrides import RULES

WATERMARKS = {"PYTORCH_MPS_HIGH_WATERMARK_RATIO", "PYTORCH_MPS_LOW_WATERMARK_RATIO"}
"""The plan puts these right where torch would refuse them; else they reach it."""

RISKY = (
    "PYTORCH_MPS_FAST_MATH",
    "PYTORCH_MPS_PREFER_METAL",
    "DYLD_INSERT_LIBRARIES",
    "DYLD_LIBRARY_PATH",
    "LD_PRELOAD",
    "GIT_DIR",
    "GIT_WORK_TREE",
)
"""Not kept away from the engine or git, and able to change what they do."""

_SET = {rule.option.partition(".")[2] for rule in RULES if rule.option.startswith("environment.")}


def kept_away(environment: Mapping[str, str]) -> tuple[str, ...]:
    """Variables of this environment that the plan sets itself or takes away."""
    return tuple(sorted((_SET & environment.keys()) - WATERMARKS))


def _variables(facts: Facts) -> Item:
    away = kept_away(facts.environment)
    found = (*_risky(facts.environment), *_no_limit(facts))
    code = "doctor.variables" if away else "doctor.no_variables"
    return Item("environment", "variables", code, {"names": ", ".join(away)}, found)


def _risky(environment: Mapping[str, str]) -> Iterator[Finding]:
    for name in RISKY:
        if environment.get(name, "0") not in ("", "0"):
            yield warning("doctor.risky_variable", name=name)


def _no_limit(facts: Facts) -> Iterator[Finding]:
    name = "PYTORCH_MPS_HIGH_WATERMARK_RATIO"
    value = facts.environment.get(name, "")
    if facts.host.accelerator == "mps" and re.fullmatch(r"0*\.?0+", value):
        yield warning("doctor.no_watermark", name=name, value=value)


def _proxies(facts: Facts) -> Item:
    shown = {name: without_credentials(address) for name, address in facts.proxies.items() if name != "no"}
    found = [
        Finding("doctor.proxy_socks", Severity.INFO, values={"address": address})
        for address in dict.fromkeys(shown.values())
        if parts(address).scheme.startswith("socks")
    ]
    listed = ", ".join(f"{name} → {address}" for name, address in sorted(shown.items()))
    code = "doctor.proxies" if shown else "doctor.no_proxies"
    return Item("environment", "proxies", code, {"proxies": listed}, tuple(found))


CHECKS = (_variables, _proxies)
