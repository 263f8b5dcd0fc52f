"""`kohya-driver cloud`: a preset is trained on a rented machine, by SkyPilot, and the run comes back here."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kohya_driver import texts
from kohya_driver.cli.arguments import add_json, add_preset, add_source, read_preset
from kohya_driver.cli.asking import is_agreed

if TYPE_CHECKING:
    from kohya_driver.cloud.start import Rental


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar=texts.say("cli.action"), required=True)
    # `cloud PRESET` means `cloud start PRESET`.
    parser.default_action = "start"  # type: ignore[attr-defined]
    for name, (arguments, do) in _ACTIONS.items():
        text = texts.say(f"cli.cloud.{name}")
        action = actions.add_parser(name, help=text, description=text)
        arguments(action)
        action.set_defaults(do=do)


def run(arguments: argparse.Namespace) -> int:
    return int(arguments.do(arguments))


def _start_arguments(parser: argparse.ArgumentParser) -> None:
    say = texts.say
    add_preset(parser)
    add_source(parser)
    parser.add_argument("--gpu", metavar="NAME[:N]", default="A10G", help=say("cli.option.cloud_gpu"))
    parser.add_argument("--nodes", metavar="N", type=_count, default=1, help=say("cli.option.cloud_nodes"))
    parser.add_argument("--infra", metavar="CLOUD", default="", help=say("cli.option.cloud_infra"))
    parser.add_argument("--spot", action="store_true", help=say("cli.option.cloud_spot"))
    parser.add_argument("--disk", metavar="GB", type=_count, default=100, help=say("cli.option.cloud_disk"))
    parser.add_argument(
        "--idle", metavar="MINUTES", type=_count, default=30, help=say("cli.option.cloud_idle")
    )
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--dry-run", action="store_true", help=say("cli.option.cloud_dry_run"))
    how.add_argument("--write", metavar="FILE", type=Path, help=say("cli.option.cloud_write"))
    how.add_argument("--yes", action="store_true", help=say("cli.option.cloud_yes"))
    add_json(parser)


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(texts.say("cli.not_a_count", text=text))
    return int(text)


def _start(arguments: argparse.Namespace) -> int:
    from kohya_driver import api, files
    from kohya_driver.cloud.machine import Rented, read_gpu
    from kohya_driver.views import cloud as view

    gpu, cards = read_gpu(arguments.gpu)
    rented = Rented(
        gpu, cards, arguments.nodes, arguments.infra, arguments.spot, arguments.disk, arguments.idle
    )
    rental = api.plan_cloud(
        read_preset(arguments), rented, source=arguments.source or "", strict=arguments.strict
    )
    if arguments.json:
        sys.stdout.write(files.dump_json(rental.to_json()))
    else:
        view.print_rental(rental)
    rental.plan.raise_for_errors()
    if arguments.dry_run:
        return 0
    if arguments.write or not api.has_skypilot():
        return _write(rental, arguments)
    # It costs money.
    if not is_agreed("cloud.question", yes=arguments.yes, json=arguments.json, nobody="cloud.needs_yes"):
        return 0
    started = api.start_cloud(rental, yes=arguments.yes)
    if not arguments.json:
        view.print_started(rental, started)
    return 0


def _write(rental: Rental, arguments: argparse.Namespace) -> int:
    from kohya_driver import api
    from kohya_driver.views import cloud as view

    path = api.write_cloud_task(rental, arguments.write)
    if not arguments.json:
        view.print_written(rental, path, skypilot=api.has_skypilot())
    return 0


def _run_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run_name", metavar="RUN", help=texts.say("cli.option.cloud_run"))


def _sync(arguments: argparse.Namespace) -> int:
    from kohya_driver import api
    from kohya_driver.run.registry import find_run
    from kohya_driver.views.result import print_run

    chosen = find_run(arguments.run_name)
    api.sync_run(chosen)
    print_run(chosen)
    return 0


_ACTIONS: Mapping[str, tuple[Callable[[argparse.ArgumentParser], None], Callable[[Any], int]]] = {
    "start": (_start_arguments, _start),
    "sync": (_run_arguments, _sync),
}
