"""`kohya-driver presets`: the shipped presets."""

from __future__ import annotations

import argparse
import sys

from kohya_driver import texts


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar=texts.say("cli.action"), required=True)
    for name, do in (("list", _list), ("show", _show)):
        text = texts.say(f"cli.presets.{name}")
        action = actions.add_parser(name, help=text, description=text)
        action.set_defaults(do=do)
        if name == "show":
            action.add_argument("preset_name", metavar="NAME", help=texts.say("cli.option.preset_name"))


def run(arguments: argparse.Namespace) -> int:
    return int(arguments.do(arguments))


def _list(arguments: argparse.Namespace) -> int:
    from kohya_driver.preset.load import shipped_presets

    for name in shipped_presets():
        sys.stdout.write(f"{name:28} {texts.say(f'cli.preset.{name}')}\n")
    return 0


def _show(arguments: argparse.Namespace) -> int:
    from kohya_driver.preset.load import find_preset

    sys.stdout.write(find_preset(arguments.preset_name).read_text(encoding="utf-8"))
    return 0
