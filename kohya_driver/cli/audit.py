"""`kohya-driver audit`: what is wrong with a set of pictures and captions, and a copy in which the mechanical part is repaired."""

from __future__ import annotations

import argparse
import sys

from kohya_driver import texts
from kohya_driver.cli.arguments import add_json, add_sets
from kohya_driver.errors import DatasetError, UsageError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("target", metavar="DIR|PRESET", help=texts.say("cli.option.audit_target"))
    add("--trigger", metavar="WORD", help=texts.say("cli.option.trigger"))
    add("--resolution", metavar="PIXELS", type=int, help=texts.say("cli.option.audit_resolution"))
    add("--batch-size", metavar="COUNT", type=int, help=texts.say("cli.option.audit_batch_size"))
    add("--fuse", metavar="TAG", action="append", default=[], help=texts.say("cli.option.fuse"))
    add_sets(parser)
    depth = parser.add_mutually_exclusive_group()
    depth.add_argument("--quick", action="store_true", help=texts.say("cli.option.audit_quick"))
    depth.add_argument("--deep", action="store_true", help=texts.say("cli.option.audit_deep"))
    add("--fix", action="store_true", help=texts.say("cli.option.fix"))
    add("--out", metavar="DIR", help=texts.say("cli.option.fix_out"))
    add("--strict", action="store_true", help=texts.say("cli.option.audit_strict"))
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    from kohya_driver import api, files
    from kohya_driver.views.audit import ProgressLine, print_report

    if bool(arguments.fix) != bool(arguments.out):
        raise UsageError(
            "audit.fix_needs_out" if arguments.fix else "audit.out_needs_fix", "kohya-driver audit"
        )
    line = ProgressLine()
    try:
        report = api.audit(
            arguments.target,
            trigger=arguments.trigger,
            resolution=arguments.resolution,
            batch_size=arguments.batch_size,
            fuse=arguments.fuse,
            sets=arguments.sets,
            depth="quick" if arguments.quick else "deep" if arguments.deep else "normal",
            out=arguments.out,
            on_progress=line.show,
        )
    finally:
        line.end()
    if arguments.json:
        sys.stdout.write(files.dump_json(report.to_json()))
    else:
        print_report(report)
    is_wrong = report.errors or (arguments.strict and report.warnings)
    return DatasetError.exit_code if is_wrong else 0
