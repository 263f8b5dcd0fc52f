"""Which engine to take where nobody says: sd-scripts if it is installed or can be fetched, else the embedded one."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from kohya_driver.engine.kinds import DEFAULT, EMBEDDED, Kind, kind_of
from kohya_driver.engine.model import EngineName
from kohya_driver.engine.reach import check_reach, is_unreachable
from kohya_driver.errors import DriverError, Finding


@dataclass(frozen=True, slots=True)
class Choice:
    """An engine."""

    kind: Kind
    reason: Finding | None = None
    """Why it is not the usual one, where nobody asked for another."""


def choose_engine(
    asked: EngineName | None = None,
    source: str | Path | None = None,
    *,
    is_there: Callable[[Kind], bool] = lambda kind: kind.find() is not None,
    check: Callable[[], tuple[Finding, ...]] = check_reach,
) -> Choice:
    """What was asked for; else sd-scripts where it is installed or can be fetched; else the embedded engine.

    Args:
        source: where to get sd-scripts from. Who says so wants sd-scripts, and hears if it cannot be had there.
        is_there: whether an engine is installed.
        check: why sd-scripts cannot be fetched; takes up to 20 seconds.
    """
    kind = kind_of(asked or DEFAULT)
    if asked or _wants(source) or is_there(kind):
        return Choice(kind)
    found = check()
    return Choice(kind_of(EMBEDDED), found[0]) if found else Choice(kind)


def choose_after(
    failure: DriverError, asked: EngineName | None = None, source: str | Path | None = None
) -> Choice | None:
    """After sd-scripts could not be installed: the embedded engine if it could not be fetched. None: that was not why, or
    it was asked for."""
    if asked or _wants(source) or not is_unreachable(failure):
        return None
    return Choice(kind_of(EMBEDDED), failure.findings[0])


def _wants(source: str | Path | None) -> bool:
    return bool(source or os.environ.get("KOHYA_DRIVER_ENGINE_SOURCE"))
