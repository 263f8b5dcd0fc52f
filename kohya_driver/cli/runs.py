"""`kohya-driver runs`: what has been trained on this machine: listed, compared, renamed, pruned, removed."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from kohya_driver import texts
from kohya_driver.cli.runs_spent import add_prune, add_remove, do_prune, do_remove


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar=texts.say("cli.action"), required=True)
    # Without an action it lists; `runs --state failed` and `runs FOLDER` mean `runs list …`.
    parser.default_action = "list"  # type: ignore[attr-defined]
    for name, (arguments, do) in _ACTIONS.items():
        text = texts.say(f"cli.runs.{name}")
        action = actions.add_parser(name, help=text, description=text)
        arguments(action)
        action.set_defaults(do=do)


def run(arguments: argparse.Namespace) -> int:
    return int(arguments.do(arguments))


def _list_arguments(parser: argparse.ArgumentParser) -> None:
    from kohya_driver.run.asked import SORTS, STATES

    say = texts.say
    parser.add_argument("folder", metavar="DIR", nargs="?", help=say("cli.option.runs_folder"))
    parser.add_argument(
        "--state", action="append", choices=STATES, default=[], help=say("cli.option.runs_state")
    )
    parser.add_argument("--name", metavar="PATTERN", default="", help=say("cli.option.runs_name"))
    parser.add_argument("--base", metavar="PATTERN", default="", help=say("cli.option.runs_base"))
    parser.add_argument("--since", metavar="7d|DATE", help=say("cli.option.runs_since"))
    parser.add_argument("--sort", choices=SORTS, default="time", help=say("cli.option.runs_sort"))
    parser.add_argument("--limit", metavar="N", type=_count, help=say("cli.option.runs_limit"))
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--json", action="store_true", help=say("cli.option.json"))
    how.add_argument("--names", action="store_true", help=say("cli.option.runs_names"))


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(texts.say("cli.not_a_count", text=text))
    return int(text)


def _list(arguments: argparse.Namespace) -> int:
    if arguments.names:
        return _print_names()
    # Not by the api, which loads everything: a list is asked for often.
    from kohya_driver import files
    from kohya_driver.run.detach import adopt_unwatched
    from kohya_driver.run.listing import Wanted, list_wanted, read_since
    from kohya_driver.run.registry import runs_here
    from kohya_driver.views.runs import print_adopted, print_runs

    adopted = adopt_unwatched()
    since = read_since(arguments.since) if arguments.since else 0.0
    wanted = Wanted(
        tuple(arguments.state), arguments.name, arguments.base, since, arguments.sort, arguments.limit
    )
    found = list_wanted(wanted, arguments.folder)
    if arguments.json:
        sys.stdout.write(files.dump_json([item.to_json() for item in found]))
        return 0
    if adopted:
        print_adopted(adopted)
    print_runs(found, any_known=bool(found or runs_here()))
    return 0


def _print_names() -> int:
    """Quick: for a shell that completes a command."""
    from kohya_driver.run.noted import names_here

    sys.stdout.write("".join(f"{name}\n" for name in names_here()))
    return 0


def _rename_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run_name", metavar="RUN", help=texts.say("cli.option.some_run"))
    parser.add_argument("new", metavar="NEW", help=texts.say("cli.option.runs_new_name"))


def _rename(arguments: argparse.Namespace) -> int:
    from kohya_driver import api
    from kohya_driver.run.idle import named_by
    from kohya_driver.run.registry import find_run, runs_here
    from kohya_driver.views.findings import print_findings
    from kohya_driver.views.result import print_said

    before = find_run(arguments.run_name)
    elsewhere = named_by(before, runs_here())
    renamed = api.rename_run(before, arguments.new)
    print_said("runs.renamed", before=before.folder.name, name=renamed.folder.name, folder=renamed.folder)
    print_findings(elsewhere)
    return 0


def _compare_arguments(parser: argparse.ArgumentParser) -> None:
    say = texts.say
    parser.add_argument("runs", metavar="RUN", nargs="+", help=say("cli.option.compare_runs"))
    parser.add_argument("--html", metavar="FILE", type=Path, help=say("cli.option.compare_html"))
    parser.add_argument("--open", action="store_true", help=say("cli.option.compare_open"))
    parser.add_argument("--json", action="store_true", help=say("cli.option.json"))


def _compare(arguments: argparse.Namespace) -> int:
    from kohya_driver import api, files
    from kohya_driver.cli.report import open_in_browser
    from kohya_driver.report.comparison import folder_of
    from kohya_driver.report.comparison_page import as_page
    from kohya_driver.run.registry import find_run
    from kohya_driver.views.compare import print_comparison
    from kohya_driver.views.result import print_said

    comparison = api.compare_runs([find_run(name) for name in arguments.runs])
    if arguments.json:
        sys.stdout.write(files.dump_json(comparison.to_json()))
    else:
        print_comparison(comparison)
    path = arguments.html or (folder_of(comparison) / "compared.html" if arguments.open else None)
    if path is None:
        return 0
    path = path.expanduser().absolute()
    files.write_text(path, as_page(comparison, path.parent))
    if not arguments.json:
        print_said("compare.written", path=path)
    if arguments.open:
        open_in_browser(path)
    return 0


_ACTIONS: Mapping[str, tuple[Callable[[argparse.ArgumentParser], None], Callable[[Any], int]]] = {
    "list": (_list_arguments, _list),
    "compare": (_compare_arguments, _compare),
    "rename": (_rename_arguments, _rename),
    "prune": (add_prune, do_prune),
    "remove": (add_remove, do_remove),
}
