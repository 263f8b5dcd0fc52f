"""The engine's installation and state as a person reads them."""

from __future__ import annotations

from rich.table import Table
from rich.text import Text

from kohya_driver import texts
from kohya_driver.engine.install import InstallEvent
from kohya_driver.engine.model import Engine
from kohya_driver.engine.store import EngineStatus
from kohya_driver.views.console import clear_line, human_bytes, rewrite_line, stdout_console

SHOWN_PACKAGES = ("torch", "torchvision", "accelerate", "transformers", "diffusers", "peft", "lycoris")


def print_install_event(event: InstallEvent) -> None:
    """One line for each thing that begins; what the tools say only where there is a terminal, on its last line."""
    console = stdout_console()
    if event.code == "engine.tool_says":
        rewrite_line(console, f"  {event.message}")
    else:
        clear_line(console)
        console.print(Text(f"• {event.message}", overflow="fold"))


def print_status(status: EngineStatus) -> None:
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    rows = {
        "engine_state": texts.say(_state(status), engine=status.engine),
        "engine_pin": f"{status.tag}  {status.commit}",
        "engine_path": status.path,
    }
    if status.moved_from:
        rows["engine_moved"] = texts.say("show.engine_moved_from", tag=status.moved_from)
    if status.sources:
        rows["engine_sources"] = "  ".join(status.sources)
    if status.installed:
        rows |= {
            "engine_from": f"{status.installed_from}  {status.installed_at}",
            "engine_size": human_bytes(status.disk_bytes),
            "engine_packages": "  ".join(
                f"{name} {status.versions[name]}" for name in SHOWN_PACKAGES if name in status.versions
            ),
        }
    if status.others:
        rows["engine_others"] = "  ".join(status.others)
    for name, value in rows.items():
        table.add_row(texts.say(f"show.{name}"), value)
    stdout_console().print(table)


def _state(status: EngineStatus) -> str:
    if status.is_guest:
        return "show.installed_as_guest"
    return "show.installed" if status.installed else "show.not_installed"


def print_verified(engine: Engine) -> None:
    stdout_console().print(texts.say("show.engine_sound", commit=engine.commit, path=engine.root))


def print_removed(freed_bytes: int) -> None:
    code = "show.engine_removed" if freed_bytes else "show.engine_was_not_there"
    stdout_console().print(texts.say(code, size=human_bytes(freed_bytes)))
