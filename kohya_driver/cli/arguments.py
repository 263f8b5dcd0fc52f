"""Arguments that several commands share."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from kohya_driver import texts
from kohya_driver.engine.model import NAMES, EngineName

if TYPE_CHECKING:
    from kohya_driver.preset.model import Preset


def add_preset(parser: argparse.ArgumentParser) -> None:
    """The preset, and what may be said over it."""
    parser.add_argument("preset", help=texts.say("cli.option.preset"))
    parser.add_argument("--images", metavar="DIR", help=texts.say("cli.option.images"))
    parser.add_argument("--base", metavar="FILE", help=texts.say("cli.option.base"))
    parser.add_argument("--trigger", metavar="WORD", help=texts.say("cli.option.trigger"))
    add_engine(parser)
    add_sets(parser)
    parser.add_argument("--strict", action="store_true", help=texts.say("cli.option.strict"))
    parser.add_argument("--fit", action="store_true", help=texts.say("cli.option.fit"))


def add_engine(parser: argparse.ArgumentParser, default: EngineName | None = None) -> None:
    """Which engine; None: as the preset says, or as is found."""
    parser.add_argument("--engine", choices=NAMES, default=default, help=texts.say("cli.option.engine"))


def add_sets(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--set",
        dest="sets",
        metavar="KEY=VALUE",
        action="append",
        default=[],
        help=texts.say("cli.option.set"),
    )


def add_run(parser: argparse.ArgumentParser) -> None:
    """A run, which need not be said."""
    parser.add_argument("name", metavar="RUN", nargs="?", help=texts.say("cli.option.which_run"))


def add_going_on(parser: argparse.ArgumentParser) -> None:
    """How a training lives on: without a terminal, and after a failure."""
    parser.add_argument("--detach", action="store_true", help=texts.say("cli.option.detach"))
    parser.add_argument(
        "--no-recover", dest="recover", action="store_false", help=texts.say("cli.option.no_recover")
    )


def read_preset(arguments: argparse.Namespace) -> Preset:
    """The preset that `add_preset`'s arguments name; raises PresetError. That it is not the shipped one is told."""
    from kohya_driver.preset.library import find_source
    from kohya_driver.preset.load import load_preset
    from kohya_driver.preset.own import shadowing
    from kohya_driver.views.findings import print_findings

    print_findings(shadowing(find_source(arguments.preset)))
    recover = getattr(arguments, "recover", True)
    return load_preset(
        arguments.preset,
        images=arguments.images,
        base=arguments.base,
        trigger=arguments.trigger,
        engine=arguments.engine,
        sets=[*arguments.sets, *([] if recover else ["safety.recover=0"])],
    )


def add_source(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--source", metavar="FOLDER|BUNDLE|URL", help=texts.say("cli.option.source"))


def add_output(parser: argparse.ArgumentParser) -> None:
    """How a run is shown."""
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--plain", action="store_true", help=texts.say("cli.option.plain"))
    how.add_argument("--json", action="store_true", help=texts.say("cli.option.json_lines"))


def add_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help=texts.say("cli.option.json"))
