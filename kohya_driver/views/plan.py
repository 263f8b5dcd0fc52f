"""A plan as a person reads it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from kohya_driver import files, texts
from kohya_driver.planning.model import Plan
from kohya_driver.views.console import human_bytes, human_duration, stdout_console
from kohya_driver.views.findings import print_findings

SHOWN = 6
"""Buckets and checkpoints named before `…`."""


def print_plan(plan: Plan, console: Console | None = None) -> None:
    console = console or stdout_console()
    console.print(render_plan(plan))
    if plan.findings:
        console.rule(texts.say("show.findings"), align="left")
        print_findings(plan.findings, console)
    verdict = "show.plan_has_errors" if plan.errors else "show.plan_is_good"
    console.print(
        Text(texts.say(verdict, count=len(plan.errors)), style="bold red" if plan.errors else "bold green")
    )


def render_plan(plan: Plan) -> RenderableType:
    return Group(
        _numbers(plan),
        Text(),
        _heading("show.overrides"),
        _overrides(plan),
        Text(),
        _heading("show.training_config"),
        _toml(plan.training_config),
        _heading("show.dataset_config"),
        _toml(plan.dataset_config),
        _heading("show.environment"),
        Text("\n".join(f"{name}={value}" for name, value in plan.environment.items()), overflow="fold"),
        Text(),
        _heading("show.command"),
        Text(" ".join(plan.command), overflow="fold"),
        Text(),
    )


def _heading(code: str) -> Text:
    return Text(texts.say(code), style="bold")


def _toml(config: Mapping[str, Any]) -> RenderableType:
    return Syntax(files.dump_toml(config), "toml", background_color="default", word_wrap=True)


def _numbers(plan: Plan) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    rows = {
        "run": str(plan.folder),
        "base": f"{plan.base}  ({plan.family or '?'})",
        "device": f"{plan.device}  ({plan.host.chip})",
        "pictures": texts.say("show.pictures_value", images=plan.images, repeats=plan.repeats),
        **({"validation": _validation(plan)} if plan.validation else {}),
        "buckets": _some([f"{b.width}×{b.height}: {b.count}" for b in plan.buckets]),
        "steps": texts.say(
            "show.steps_value",
            steps=plan.steps,
            epochs=plan.epochs,
            steps_per_epoch=plan.steps_per_epoch,
            batches=plan.batches_per_epoch,
            warmup=plan.warmup_steps,
        ),
        **({"batch": _batch(plan)} if plan.effective_batch > 1 else {}),
        "checkpoints": _some(plan.checkpoints),
        "samples": str(plan.samples),
        "disk": texts.say(
            "show.disk_value",
            total=human_bytes(plan.disk.total),
            lora=human_bytes(plan.disk.lora),
            loras=len(plan.checkpoints),
        ),
        "autosave": _autosave(plan),
        "memory": _memory(plan),
        "time": _time(plan),
    }
    for name, value in rows.items():
        table.add_row(texts.say(f"show.{name}"), Text(value))
    return table


def _batch(plan: Plan) -> str:
    """From how many pictures a step learns, and where they come from."""
    spread, told = plan.distribution, plan.training_config
    sizes = {
        "effective": plan.effective_batch,
        "batch": told.get("train_batch_size") or 1,
        "collected": told.get("gradient_accumulation_steps") or 1,
        "processes": spread.processes,
    }
    text = texts.say("show.batch_value", **sizes)
    if spread.machines == 1:
        return text
    return f"{text}; {texts.say('show.machines_value', rank=spread.rank, machines=spread.machines, here=spread.here)}"


def _validation(plan: Plan) -> str:
    """Which pictures are not trained on."""
    names = _some([PurePath(path).name for path in plan.validation])
    return texts.say("show.validation_value", count=len(plan.validation), names=names)


def _autosave(plan: Plan) -> str:
    """How often a train state is written, and what a crash can cost."""
    autosave = plan.autosave
    if autosave is None:
        asked = plan.training_config.get("save_state")
        return texts.say("show.autosave_asked" if asked else "show.autosave_never")
    duration = human_duration(autosave.seconds)
    if not autosave.reached:
        return texts.say("show.autosave_too_short", duration=duration)
    if autosave.longer_step:
        step = human_duration(autosave.longer_step)
        return texts.say("show.autosave_each_step", step=step, duration=duration, keep=autosave.keep)
    if autosave.steps is None:
        return texts.say("show.autosave_value", duration=duration, keep=autosave.keep)
    return texts.say("show.autosave_steps", duration=duration, steps=autosave.steps, keep=autosave.keep)


def _memory(plan: Plan) -> str:
    use = plan.memory
    if use is None:
        return texts.say("memory.unknown")
    names = [texts.say(f"memory.phase.{name}") for name in use.phases]
    phases = (f"{name} {human_bytes(size)}" for name, size in zip(names, use.phases.values(), strict=True))
    return texts.say(
        "memory.phase_value",
        peak=human_bytes(use.peak_bytes),
        phases=", ".join(phases),
        basis=texts.say(use.basis),
    )


def _time(plan: Plan) -> str:
    time = plan.time
    if time is None:
        return texts.say("memory.time_unknown")
    low, high = human_duration(time.seconds_low), human_duration(time.seconds_high)
    return texts.say("memory.time_value", low=low, high=high, basis=texts.say(time.basis))


def _some(items: list[str] | tuple[str, ...]) -> str:
    """The first few; the last one is always named, because it is the one that matters."""
    if len(items) <= SHOWN:
        return "  ".join(items)
    return "  ".join([*items[: SHOWN - 1], "…", items[-1]]) + f"  ({len(items)})"


def _overrides(plan: Plan) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
    table.add_column(style="cyan", overflow="fold")
    table.add_column(overflow="fold")
    table.add_column(style="dim", overflow="fold")
    for override in plan.overrides:
        name = override.option.removeprefix("training.")
        change = f"{_value(override.before)} → {_value(override.after)}"
        table.add_row(Text(name), Text(change), Text(override.reason))
    return table


def _value(value: Any) -> str:
    return (
        texts.say("show.unset")
        if value is None
        else str(value).lower()
        if isinstance(value, bool)
        else str(value)
    )
