"""`kohya-driver queue`: presets that are trained one after another."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from pathlib import Path

from kohya_driver import texts
from kohya_driver.cli.arguments import add_json, add_output, add_preset

ACTIONS = ("add", "list", "remove", "move", "retry", "clear", "start")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar=texts.say("cli.action"), required=True)
    for name in ACTIONS:
        text = texts.say(f"cli.queue.{name}")
        action = actions.add_parser(name, help=text, description=text)
        action.set_defaults(do=globals()[f"_{name}"])
        if name == "add":
            add_preset(action)
        if name == "list":
            add_json(action)
        if name in ("remove", "move", "retry"):
            action.add_argument("number", metavar="N", type=int, help=texts.say("cli.option.queue_number"))
        if name == "move":
            action.add_argument(
                "position", metavar="POSITION", type=int, help=texts.say("cli.option.queue_position")
            )
        if name == "start":
            add_output(action)
            action.add_argument("--detach", action="store_true", help=texts.say("cli.option.detach"))


def run(arguments: argparse.Namespace) -> int:
    return int(arguments.do(arguments))


def _add(arguments: argparse.Namespace) -> int:
    """Planned at once, so that a mistake is told now and not at night."""
    from kohya_driver import api
    from kohya_driver.cli.arguments import read_preset
    from kohya_driver.cli.live import tell_warnings
    from kohya_driver.preset.library import find_source
    from kohya_driver.run import queue
    from kohya_driver.views.queue import print_added

    plan = api.plan(read_preset(arguments), strict=arguments.strict, fit=arguments.fit)
    plan.raise_for_errors()
    tell_warnings(plan)
    found = find_source(arguments.preset)
    before = sum(entry.status not in queue.OVER for entry in queue.entries())
    entry = queue.Entry(
        preset=found.name if found.has_no_folder else str(found.path),
        folder=str(Path.cwd()),
        images=arguments.images,
        base=arguments.base,
        trigger=arguments.trigger,
        sets=tuple(arguments.sets),
        strict=arguments.strict,
        fit=arguments.fit,
        name=plan.name,
        steps=plan.steps,
    )
    print_added(queue.add(entry), before, queue.worker())
    return 0


def _list(arguments: argparse.Namespace) -> int:
    from dataclasses import asdict

    from kohya_driver import files
    from kohya_driver.run import queue
    from kohya_driver.views.queue import print_queue

    entries, worker = queue.entries(), queue.worker()
    if arguments.json:
        value = {
            "worker": asdict(worker) if worker else None,
            "entries": [entry.to_json() for entry in entries],
        }
        sys.stdout.write(files.dump_json(value))
    else:
        print_queue(entries, worker)
    return 0


def _remove(arguments: argparse.Namespace) -> int:
    from kohya_driver.run import queue
    from kohya_driver.views.queue import print_removed

    print_removed(queue.remove(arguments.number))
    return 0


def _move(arguments: argparse.Namespace) -> int:
    from kohya_driver.run import queue
    from kohya_driver.views.queue import print_queue

    print_queue(queue.move(arguments.number, arguments.position), queue.worker())
    return 0


def _retry(arguments: argparse.Namespace) -> int:
    from kohya_driver.run import queue
    from kohya_driver.views.queue import print_queue

    queue.retry(arguments.number)
    print_queue(queue.entries(), queue.worker())
    return 0


def _clear(arguments: argparse.Namespace) -> int:
    from kohya_driver.run import queue
    from kohya_driver.views.queue import print_cleared

    print_cleared(queue.clear())
    return 0


def _start(arguments: argparse.Namespace) -> int:
    from kohya_driver.cli import queue_start
    from kohya_driver.run import queue
    from kohya_driver.views.queue import print_nothing_waits

    if all(entry.status in queue.OVER for entry in queue.entries()):
        if not arguments.json:
            print_nothing_waits()
        return 0
    if arguments.detach:
        return queue_start.start_detached(log_file())
    with contextlib.suppress(OSError):
        if os.path.samestat(os.fstat(sys.stdout.fileno()), log_file().stat()):
            return queue_start.work(plain=True, json=arguments.json, log=str(log_file()))
    return queue_start.work(plain=arguments.plain, json=arguments.json)


def log_file() -> Path:
    """What a worker without a terminal has to say."""
    from kohya_driver import files

    return files.home() / "logs" / "queue.log"
