"""`kohya-driver captions`: look at the captions of a whole set, and change all of them at once."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from kohya_driver import texts
from kohya_driver.cli.arguments import add_json
from kohya_driver.cli.tag import add_caption_files, read_rule, read_tags
from kohya_driver.errors import DatasetError, Severity, UsageError

if TYPE_CHECKING:
    from kohya_driver.prepare.caption_edits import Edit


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar=texts.say("cli.action"), required=True)
    for name in ("list", "common", "add", "remove", "replace"):
        text = texts.say(f"cli.captions.{name}")
        action = actions.add_parser(name, help=text, description=text)
        action.add_argument("folder", metavar="DIR", help=texts.say("cli.option.pictures"))
        if name in _EDITS:
            what = "OLD=NEW" if name == "replace" else "TAG"
            action.add_argument(
                "tags", metavar=what, nargs="+", help=texts.say(f"cli.option.captions_{name}")
            )
            action.add_argument("--write", action="store_true", help=texts.say("cli.option.write"))
        if name == "add":
            action.add_argument("--first", action="store_true", help=texts.say("cli.option.first"))
        if name == "common":
            action.add_argument("--over", type=float, default=0.85, help=texts.say("cli.option.over"))
        add_caption_files(action)
        add_json(action)
        action.set_defaults(do=_edit if name in _EDITS else _show)


_EDITS = ("add", "remove", "replace")


def run(arguments: argparse.Namespace) -> int:
    return int(arguments.do(arguments))


def _show(arguments: argparse.Namespace) -> int:
    from kohya_driver import api, files
    from kohya_driver.views.captions import print_common, print_set

    share = getattr(arguments, "over", None)
    if share is not None and not 0 < share <= 1:
        raise UsageError("captions.bad_share", "--over", value=share)
    found = api.read_captions(
        _folder(arguments), extension=arguments.extension, recursive=arguments.recursive
    )
    if arguments.json:
        data = found.to_json()
        if share is not None:
            data["tags"] = [one.to_json() for one in found.common(share)]
        sys.stdout.write(files.dump_json(data))
    elif share is not None:
        print_common(found, share)
    else:
        print_set(found)
    return 0


def _edit(arguments: argparse.Namespace) -> int:
    from kohya_driver import api, files
    from kohya_driver.views.captions import print_edit

    report = api.edit_captions(
        _folder(arguments), _change(arguments), write=arguments.write,
        extension=arguments.extension, recursive=arguments.recursive,
    )  # fmt: skip
    if arguments.json:
        sys.stdout.write(files.dump_json(report.to_json()))
    else:
        print_edit(report)
    has_errors = any(one.severity is Severity.ERROR for one in report.findings)
    return DatasetError.exit_code if has_errors else 0


def _change(arguments: argparse.Namespace) -> Edit:
    from kohya_driver.prepare.caption_edits import Add, Remove, Replace

    if arguments.action == "add":
        return Add(read_tags(arguments.tags), arguments.first)
    if arguments.action == "remove":
        return Remove(read_tags(arguments.tags))
    return Replace(tuple(map(read_rule, arguments.tags)))


def _folder(arguments: argparse.Namespace) -> Path:
    return Path(arguments.folder).expanduser()
