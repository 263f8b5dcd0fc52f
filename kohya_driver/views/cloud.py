"""A training on a rented machine as a person reads it: before it is started, and how it is followed."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from kohya_driver import texts
from kohya_driver.cloud.start import Rental
from kohya_driver.preset.base_name import is_hub_name
from kohya_driver.run.folder import Run
from kohya_driver.views.console import human_bytes, stdout_console
from kohya_driver.views.findings import print_findings


def print_rental(rental: Rental, console: Console | None = None) -> None:
    """What is trained where, what goes up, what comes back."""
    console = console or stdout_console()
    plan, rented = rental.plan, rental.rented
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    say = texts.say
    rows = {
        "machine": f"{rented.words}  {rented.infra or say('cloud.cheapest')}{'  spot' if rented.spot else ''}",
        "steps": say("cloud.steps_value", steps=plan.steps, epochs=plan.epochs, batch=plan.effective_batch),
        "up": say(
            "cloud.up_value", size=human_bytes(rental.upload.size_bytes), names=", ".join(_names(rental))
        ),
        "base": say(f"cloud.base_{_where_base_is(rental)}", base=plan.base or "–"),
        "back": str(plan.folder),
        "stops": say("cloud.stops_value", minutes=rented.idle_minutes),
    }
    for name, value in rows.items():
        table.add_row(say(f"cloud.{name}"), Text(value))
    console.print(table)
    for one in plan.overrides:
        if one.before is not None:
            console.print(
                Text(say("cloud.change", option=one.option.partition(".")[2], before=one.before, after=one.after, reason=one.reason), style="magenta")
            )  # fmt: skip
    print_findings(plan.findings, console)


def _names(rental: Rental) -> list[str]:
    return [path.name for path in rental.upload.mounts.values()]


def _where_base_is(rental: Rental) -> str:
    if rental.upload.mounts.keys() & {f"models/{Path(rental.plan.base).name}"}:
        return "up"
    return "there" if is_hub_name(rental.plan.base) else "missing"


def print_written(rental: Rental, path: Path, *, skypilot: bool, console: Console | None = None) -> None:
    """Where the task is, and how it is started."""
    console = console or stdout_console()
    console.print(Text(texts.say("cloud.written", path=path), style="bold green"))
    if not skypilot:
        console.print(Text(texts.say("cloud.install"), overflow="fold"))
    console.print(Text(texts.say("cloud.start_by_hand", path=path, cluster=rental.cluster), overflow="fold"))


def print_started(rental: Rental, run: Run, console: Console | None = None) -> None:
    console = console or stdout_console()
    told = {"run": run.folder.name, "cluster": rental.cluster}
    console.print(Text(texts.say("cloud.started", **told), style="bold green"))
    console.print(Text(texts.say("cloud.next", **told), overflow="fold"))
