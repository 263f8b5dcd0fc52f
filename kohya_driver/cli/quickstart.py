"""`kohya-driver quickstart`: a first training, from nothing to a LoRA."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from kohya_driver import texts
from kohya_driver.cli.arguments import add_engine, add_output, add_source

if TYPE_CHECKING:
    from kohya_driver.engine.choose import Choice
    from kohya_driver.engine.model import Engine


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--folder", metavar="DIR", default="quickstart", help=texts.say("cli.option.folder"))
    parser.add_argument("--base", metavar="FILE", help=texts.say("cli.option.quickstart_base"))
    add_engine(parser)
    add_source(parser)
    add_output(parser)


def run(arguments: argparse.Namespace) -> int:
    from kohya_driver import api, quickstart
    from kohya_driver.cli.live import train_live
    from kohya_driver.host import probe_host
    from kohya_driver.views.quickstart import say, say_end

    quiet = arguments.json
    folder = Path(arguments.folder).expanduser().absolute()
    choice, engine = _ready(arguments, folder)
    base = _base(arguments, engine)
    say("cli.quickstart.pictures", quiet=quiet)
    preset = api.load_preset(quickstart.write_project(folder, base, probe_host(), engine.name))
    code = train_live(preset, strict=False, source=None, plain=arguments.plain, json=quiet)
    if code == 0:
        say_end(choice, folder, is_real=bool(arguments.base), quiet=quiet)
    return code


def _ready(arguments: argparse.Namespace, folder: Path) -> tuple[Choice, Engine]:
    """The engine, chosen and installed."""
    from kohya_driver.engine.choose import choose_after, choose_engine
    from kohya_driver.errors import EngineError
    from kohya_driver.views.quickstart import say_beginning, say_looking

    quiet = arguments.json
    say_looking(quiet=quiet)
    choice = choose_engine(arguments.engine, arguments.source)
    say_beginning(choice, folder, quiet=quiet)
    try:
        return choice, _install(arguments, choice)
    except EngineError as failure:
        other = choose_after(failure, arguments.engine, arguments.source)
        if other is None:
            raise
    say_beginning(other, folder, quiet=quiet)
    return other, _install(arguments, other)


def _install(arguments: argparse.Namespace, choice: Choice) -> Engine:
    from kohya_driver import api
    from kohya_driver.views.engine import print_install_event

    return api.install_engine(
        arguments.source,
        engine=choice.kind.name,
        on_event=(lambda event: None) if arguments.json else print_install_event,
    )


def _base(arguments: argparse.Namespace, engine: Engine) -> Path:
    """A real one that was named, or one with random weights."""
    from kohya_driver import quickstart
    from kohya_driver.views.quickstart import print_base_progress, say_base

    if arguments.base:
        return Path(arguments.base).expanduser().absolute()
    say_base(engine, quiet=arguments.json)
    return quickstart.random_base(
        engine, on_progress=(lambda share: None) if arguments.json else print_base_progress
    )
