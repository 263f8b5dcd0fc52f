"""`runs prune` and `runs remove`: what would go is shown, asked about, and only then taken away."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from kohya_driver import texts
from kohya_driver.cli.asking import is_agreed

if TYPE_CHECKING:
    from kohya_driver.run.folder import Run
    from kohya_driver.run.prune import PruneOptions, Pruning


def add_prune(parser: argparse.ArgumentParser) -> None:
    say = texts.say
    parser.add_argument("runs", metavar="RUN", nargs="*", help=say("cli.option.prune_runs"))
    parser.add_argument("--older-than", metavar="30d|DATE", help=say("cli.option.prune_older"))
    parser.add_argument("--keep", metavar="final|best|N", default="final", help=say("cli.option.prune_keep"))
    parser.add_argument("--checkpoints", action="store_true", help=say("cli.option.prune_checkpoints"))
    parser.add_argument("--states", action="store_true", help=say("cli.option.prune_states"))
    parser.add_argument(
        "--no-resume", dest="resume", action="store_false", help=say("cli.option.prune_no_resume")
    )
    parser.add_argument("--trash", action="store_true", help=say("cli.option.prune_trash"))
    _add_asking(parser)


def add_remove(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("runs", metavar="RUN", nargs="+", help=texts.say("cli.option.some_runs"))
    parser.add_argument(
        "--delete", dest="trash", action="store_false", help=texts.say("cli.option.remove_delete")
    )
    _add_asking(parser)


def _add_asking(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--dry-run", action="store_true", help=texts.say("cli.option.prune_dry_run"))
    parser.add_argument("--yes", action="store_true", help=texts.say("cli.option.prune_yes"))
    parser.add_argument("--json", action="store_true", help=texts.say("cli.option.json"))


def do_prune(arguments: argparse.Namespace) -> int:
    from kohya_driver import api, files
    from kohya_driver.errors import HostError
    from kohya_driver.run.prune import PruneOptions
    from kohya_driver.views import prune as view
    from kohya_driver.views.findings import print_findings

    both = not arguments.checkpoints and not arguments.states
    options = PruneOptions(
        arguments.keep, arguments.checkpoints or both, arguments.states or both, arguments.resume
    )
    prunings, skipped = _planned(arguments, options)
    some = any(pruning.goes for pruning in prunings)
    if not arguments.json:
        view.print_prunings(prunings, skipped, trash=arguments.trash, to_do=not arguments.dry_run)
    agreed = some and not arguments.dry_run and _agreed(arguments, "runs.prune_ask")
    freed = api.prune(prunings, trash=arguments.trash) if agreed else None
    if arguments.json:
        told = freed.to_json() if freed else None
        value = {"runs": [one.to_json() for one in prunings], "freed": told}
        sys.stdout.write(files.dump_json(value))
    elif freed:
        view.print_freed(freed)
    if freed and freed.failed:
        print_findings(freed.failed)
        return HostError.exit_code
    return 0


def _planned(arguments: argparse.Namespace, options: PruneOptions) -> tuple[list[Pruning], list[Run]]:
    """Of the runs that were named, or that are old enough; one of those that trains is passed over."""
    from kohya_driver import api
    from kohya_driver.errors import RunError, UsageError
    from kohya_driver.run.registry import find_run

    if not arguments.runs and arguments.older_than is None:
        raise UsageError("kept.which_runs")
    chosen = [find_run(name) for name in dict.fromkeys(arguments.runs)]
    if arguments.older_than is not None:
        chosen = _old(arguments.older_than, chosen)
    prunings, skipped = [], []
    for run in chosen:
        try:
            prunings.append(api.plan_prune(run, options))
        except RunError:
            if arguments.runs:
                raise
            skipped.append(run)
    return prunings, skipped


def _old(text: str, chosen: list[Run]) -> list[Run]:
    """Of these, or else of all, the runs that have not changed since."""
    from kohya_driver.run.listing import read_since
    from kohya_driver.run.overview import overviews
    from kohya_driver.run.registry import runs_here

    since = read_since(text)
    runs = chosen or runs_here()
    return [run for run, one in zip(runs, overviews(runs), strict=True) if one.changed < since]


def _agreed(arguments: argparse.Namespace, question: str) -> bool:
    """Ask, unless it was said beforehand.

    Raises:
        UsageError: `kept.needs_yes`: there is nobody to ask.
    """
    if is_agreed(question, yes=arguments.yes, json=arguments.json, nobody="kept.needs_yes"):
        return True
    sys.stdout.write(texts.say("runs.nothing_removed") + "\n")
    return False


def do_remove(arguments: argparse.Namespace) -> int:
    from kohya_driver import api, files
    from kohya_driver.run.registry import find_run
    from kohya_driver.views import prune as view

    removals = [api.plan_remove(find_run(name)) for name in dict.fromkeys(arguments.runs)]
    if not arguments.json:
        view.print_removals(removals, trash=arguments.trash, to_do=not arguments.dry_run)
    question = "runs.trash_ask" if arguments.trash else "runs.remove_ask"
    agreed = not arguments.dry_run and _agreed(arguments, question)
    for removal in removals if agreed else ():
        api.remove_run(removal.run, trash=arguments.trash)
        if not arguments.json:
            view.print_removed(removal, trash=arguments.trash)
    if arguments.json:
        value = {"runs": [one.to_json() for one in removals], "removed": agreed, "trash": arguments.trash}
        sys.stdout.write(files.dump_json(value))
    return 0
