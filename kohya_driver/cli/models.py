"""`kohya-driver models`: the base models of this machine, those worth knowing, and getting one."""

from __future__ import annotations

import argparse
import sys

from kohya_driver import texts
from kohya_driver.cli.arguments import add_json

ACTIONS = ("list", "catalogue", "get")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar=texts.say("cli.action"), required=True)
    for name in ACTIONS:
        text = texts.say(f"cli.models.{name}")
        action = actions.add_parser(name, help=text, description=text)
        action.set_defaults(do=globals()[f"_{name}"])
        if name == "list":
            action.add_argument(
                "folders", metavar="FOLDER", nargs="*", help=texts.say("cli.option.model_folders")
            )
        if name == "get":
            action.add_argument("model", metavar="NAME|REPO", help=texts.say("cli.option.model_name"))
            action.add_argument("--file", metavar="FILE", default="", help=texts.say("cli.option.model_file"))
            action.add_argument("--to", metavar="FOLDER", help=texts.say("cli.option.model_to"))
            action.add_argument("--dry-run", action="store_true", help=texts.say("cli.option.model_dry_run"))
        add_json(action)


def run(arguments: argparse.Namespace) -> int:
    return int(arguments.do(arguments))


def _list(arguments: argparse.Namespace) -> int:
    from kohya_driver import api, files
    from kohya_driver.views.findings import print_findings
    from kohya_driver.views.models import Progress, print_models

    progress = Progress()
    found = api.find_models(arguments.folders, on_found=progress.looked)
    progress.done()
    if arguments.json:
        sys.stdout.write(files.dump_json(found.to_json()))
        return 0
    print_models(found)
    print_findings(found.findings)
    return 0


def _catalogue(arguments: argparse.Namespace) -> int:
    from kohya_driver import api, files
    from kohya_driver.views.models import print_catalogue

    catalogue = api.known_models()
    if arguments.json:
        entries = [model.to_json() for model in catalogue.models.values()]
        sys.stdout.write(files.dump_json({"as_of": catalogue.as_of, "models": entries}))
    else:
        print_catalogue(catalogue)
    return 0


def _get(arguments: argparse.Namespace) -> int:
    from kohya_driver import api, files
    from kohya_driver.views.findings import print_findings
    from kohya_driver.views.models import Progress, print_got, print_interrupted, print_plan, print_start

    progress = Progress()
    try:
        got = api.get_model(
            arguments.model,
            file=arguments.file,
            to=arguments.to,
            dry_run=arguments.dry_run,
            on_start=print_start,
            on_bytes=progress.bytes,
        )
    except KeyboardInterrupt:
        print_interrupted()
        raise
    finally:
        progress.done()
    if arguments.json:
        sys.stdout.write(files.dump_json(got.to_json()))
    elif got.is_done:
        print_got(got)
    else:
        print_plan(got)
    print_findings(got.findings)
    return 0
