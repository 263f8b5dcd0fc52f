"""`kohya-driver inspect`: what a model file is, and what it was trained with."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from kohya_driver import texts
from kohya_driver.cli.arguments import add_json

TAGS = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    say = texts.say
    parser.add_argument("path", metavar="FILE", type=Path, help=say("cli.option.inspect_file"))
    parser.add_argument("--norms", action="store_true", help=say("cli.option.inspect_norms"))
    parser.add_argument("--base", metavar="FILE", type=Path, help=say("cli.option.inspect_base"))
    parser.add_argument("--tags", metavar="N", type=int, default=TAGS, help=say("cli.option.inspect_tags"))
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    from kohya_driver import api, files
    from kohya_driver.errors import EngineError, Severity
    from kohya_driver.views.findings import print_findings
    from kohya_driver.views.inspect import print_inspection

    found = api.inspect(arguments.path, norms=arguments.norms, base=arguments.base)
    if arguments.json:
        sys.stdout.write(files.dump_json(found.to_json()))
    else:
        print_inspection(found, tags=max(0, arguments.tags))
        print_findings(found.findings)
    is_harmful = any(finding.severity is Severity.ERROR for finding in found.findings)
    return EngineError.exit_code if is_harmful else 0
