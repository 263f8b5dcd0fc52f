"""`kohya-driver completion`: a script that teaches a shell our commands, options, presets and keys."""

from __future__ import annotations

import argparse
import sys

from kohya_driver import texts

SHELLS = ("bash", "fish", "zsh")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("shell", choices=SHELLS, help=texts.say("cli.option.shell"))


def run(arguments: argparse.Namespace) -> int:
    from kohya_driver.cli.shells import completion_script

    sys.stdout.write(completion_script(arguments.shell))
    return 0
