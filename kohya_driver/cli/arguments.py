"""Arguments that several commands share."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from kohya_driver import texts

if TYPE_CHECKING:
    from kohya_driver.preset.model import Preset


def add_preset(parser: argparse.ArgumentParser) -> None:
    """The preset, and what may be said over it."""
    parser.add_argument("preset", help=texts.say("cli.option.preset"))
    parser.add_argument("--images", metavar="DIR", help=texts.say("cli.option.images"))
    parser.add_argument("--base", metavar="FILE", help=texts.say("cli.option.base"))
    parser.add_argument("--trigger", metavar="WORD", help=texts.say("cli.option.trigger"))
    parser.add_argument(
        "--set",
        dest="sets",
        metavar="KEY=VALUE",
        action="append",
        default=[],
        help=texts.say("cli.option.set"),
    )
    parser.add_argument("--strict", action="store_true", help=texts.say("cli.option.strict"))
    parser.add_argument("--fit", action="store_true", help=texts.say("cli.option.fit"))


def read_preset(arguments: argparse.Namespace) -> Preset:
    """The preset that `add_preset`'s arguments name; raises PresetError."""
    from kohya_driver.preset.load import load_preset

    return load_preset(
        arguments.preset,
        images=arguments.images,
        base=arguments.base,
        trigger=arguments.trigger,
        sets=arguments.sets,
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
