"""`kohya-driver options`: the engine's options, and what we say to each."""

from __future__ import annotations

import argparse
import sys

from kohya_driver import texts
from kohya_driver.cli.arguments import add_json


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "search", metavar="SEARCH", nargs="?", default="", help=texts.say("cli.option.search")
    )
    parser.add_argument("--script", metavar="NAME", help=texts.say("cli.option.script"))
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    from kohya_driver import api, files

    found = api.find_options(arguments.search, script=arguments.script)
    if arguments.json:
        sys.stdout.write(files.dump_json([advice.to_json() for advice in found]))
    else:
        from kohya_driver.views.options import print_options

        print_options(found)
    return 0
