"""Decides everything about a wish before anything is loaded; what cannot be done is among its findings."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from kohya_driver.host import Host
from kohya_driver.loras.convert import plan_convert
from kohya_driver.loras.extract import plan_extract
from kohya_driver.loras.merge import plan_merge
from kohya_driver.loras.model import Convert, Extract, Merge, Resize, ToolPlan, Wish
from kohya_driver.loras.resize import plan_resize


def plan_tool(wish: Wish, host: Host) -> ToolPlan:
    """The plan of a wish, for an engine that may not be installed yet.

    Raises:
        UsageError: the words contradict each other, or a number is out of its limits.
        RunError: a file is not there, or is no LoRA.
    """
    match wish:
        case Resize():
            return plan_resize(replace(wish, lora=_home(wish.lora)), host)
        case Merge():
            base = _home(wish.base) if wish.base is not None else None
            return plan_merge(replace(wish, loras=tuple(map(_home, wish.loras)), base=base), host)
        case Extract():
            return plan_extract(replace(wish, base=_home(wish.base), tuned=_home(wish.tuned)), host)
        case Convert():
            return plan_convert(replace(wish, lora=_home(wish.lora)))


def _home(path: Path) -> Path:
    return path.expanduser()
