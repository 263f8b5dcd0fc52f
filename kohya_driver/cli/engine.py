"""`kohya-driver engine`: installs, checks and removes sd-scripts, or the embedded engine."""

from __future__ import annotations

import argparse
import sys

from kohya_driver import texts
from kohya_driver.cli.arguments import add_engine, add_json, add_source
from kohya_driver.engine.model import SD_SCRIPTS

ACTIONS = ("install", "status", "verify", "update", "remove")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar=texts.say("cli.action"), required=True)
    for name in ACTIONS:
        text = texts.say(f"cli.engine.{name}")
        action = actions.add_parser(name, help=text, description=text)
        action.set_defaults(do=globals()[f"_{name}"])
        add_engine(action, default=SD_SCRIPTS)
        if name in ("install", "update"):
            add_source(action)
        if name == "update":
            _add_moving(action)
        if name == "install":
            action.add_argument("--force", action="store_true", help=texts.say("cli.option.force"))
        if name in ("status", "verify"):
            add_json(action)
        if name == "remove":
            action.add_argument("--all", dest="every", action="store_true", help=texts.say("cli.option.all"))


def _add_moving(action: argparse.ArgumentParser) -> None:
    """Instead of this version's commit another one, and back."""
    where = action.add_mutually_exclusive_group()
    where.add_argument("--ref", metavar="TAG|BRANCH|COMMIT", help=texts.say("cli.option.engine_ref"))
    where.add_argument("--back", action="store_true", help=texts.say("cli.option.engine_back"))
    add_json(action)


def run(arguments: argparse.Namespace) -> int:
    return int(arguments.do(arguments))


def _install(arguments: argparse.Namespace) -> int:
    from kohya_driver.engine.install import install_engine
    from kohya_driver.views.engine import print_install_event

    install_engine(
        arguments.source, engine=arguments.engine, force=arguments.force, on_event=print_install_event
    )
    return 0


def _update(arguments: argparse.Namespace) -> int:
    from kohya_driver.engine.install import update_engine
    from kohya_driver.views.engine import print_install_event

    if arguments.ref or arguments.back:
        return _back(arguments) if arguments.back else _move(arguments)
    update_engine(arguments.source, engine=arguments.engine, on_event=print_install_event)
    return 0


def _move(arguments: argparse.Namespace) -> int:
    from kohya_driver import api, files
    from kohya_driver.views.engine import print_install_event
    from kohya_driver.views.moved import print_moved

    quiet = arguments.json
    moved = api.move_engine(
        arguments.ref, arguments.source, on_event=(lambda event: None) if quiet else print_install_event
    )
    if quiet:
        sys.stdout.write(files.dump_json(moved.to_json()))
    else:
        print_moved(moved)
    return 0


def _back(arguments: argparse.Namespace) -> int:
    from kohya_driver import api, files
    from kohya_driver.engine.pin import load_pin
    from kohya_driver.engine.store import find_engine
    from kohya_driver.views.moved import print_taken_back

    moved, present = api.take_engine_back(), load_pin()
    is_installed = find_engine() is not None
    if arguments.json:
        value = {
            "tag": present.tag,
            "commit": present.commit,
            "installed": is_installed,
            "moved": moved.commit if moved else "",
        }
        sys.stdout.write(files.dump_json(value))
    else:
        print_taken_back(moved, present, is_installed=is_installed)
    return 0


def _status(arguments: argparse.Namespace) -> int:
    from kohya_driver import files
    from kohya_driver.engine.install import engine_status
    from kohya_driver.engine.pin import load_recipe
    from kohya_driver.views.engine import print_status

    status = engine_status(load_recipe(arguments.engine))
    if arguments.json:
        sys.stdout.write(files.dump_json(status.to_json()))
    else:
        print_status(status)
    return 0


def _verify(arguments: argparse.Namespace) -> int:
    from kohya_driver import files
    from kohya_driver.engine.install import require_engine, verify_engine
    from kohya_driver.engine.pin import load_recipe
    from kohya_driver.errors import EngineError
    from kohya_driver.views.engine import print_verified
    from kohya_driver.views.findings import print_findings

    engine = require_engine(load_recipe(arguments.engine))
    findings = verify_engine(engine)
    if arguments.json:
        sys.stdout.write(files.dump_json([finding.to_json() for finding in findings]))
    elif findings:
        print_findings(findings)
    else:
        print_verified(engine)
    return EngineError.exit_code if findings else 0


def _remove(arguments: argparse.Namespace) -> int:
    from kohya_driver.engine.install import remove_engine
    from kohya_driver.views.engine import print_removed

    print_removed(remove_engine(engine=arguments.engine, every=arguments.every))
    return 0
