"""`kohya-driver lora install`, `card` and `publish`: where a LoRA goes."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kohya_driver import texts
from kohya_driver.cli.asking import says_yes
from kohya_driver.errors import StoppedError, UsageError

if TYPE_CHECKING:
    from kohya_driver import api

ACTIONS = ("install", "card", "publish")
PROGRAMS = ("webui", "comfyui")


def add_arguments(name: str, parser: argparse.ArgumentParser) -> None:
    add, say = parser.add_argument, texts.say
    add("name_or_file", metavar="RUN|FILE", help=say("cli.option.share_source"))
    if name == "install":
        add("--to", choices=PROGRAMS, required=True, help=say("cli.option.share_to"))
        add("--folder", metavar="DIR", type=Path, help=say("cli.option.share_folder"))
    if name == "publish":
        add("repo", metavar="OWNER/NAME", help=say("cli.option.share_repo"))
    add("--name", metavar="NAME", help=say("cli.option.share_name"))
    add("--trigger", metavar="WORD", help=say("cli.option.share_trigger"))
    add("--weight", metavar="W", type=float, help=say("cli.option.share_weight"))
    add("--preview", metavar="FILE", type=Path, help=say("cli.option.share_preview"))
    if name != "install":
        add("--base-model", metavar="OWNER/NAME", default="", help=say("cli.option.share_base_model"))
        add("--license", metavar="NAME", default="", help=say("cli.option.share_license"))
    if name == "card":
        add("--output", metavar="DIR", type=Path, help=say("cli.option.share_output"))
    if name == "publish":
        add("--public", action="store_true", help=say("cli.option.share_public"))
        add("--yes", action="store_true", help=say("cli.option.share_yes"))
    add("--overwrite", action="store_true", help=say("cli.option.lora_overwrite"))
    if name != "card":
        add("--dry-run", action="store_true", help=say("cli.option.lora_dry_run"))
    parser.set_defaults(do=globals()[f"_{name}"])


def _words(arguments: argparse.Namespace) -> dict[str, Any]:
    """What all three have in common."""
    return {name: getattr(arguments, name) for name in ("name", "trigger", "weight", "preview", "overwrite")}


def _tell(
    made: api.Installed | api.CardFolder | api.Publication, show: Callable[[], None], *, json: bool
) -> int:
    from kohya_driver import files
    from kohya_driver.views.findings import print_findings

    if json:
        sys.stdout.write(files.dump_json(made.to_json()))
        return 0
    show()
    print_findings(made.findings)
    return 0


def _install(arguments: argparse.Namespace) -> int:
    from kohya_driver import api
    from kohya_driver.views.sharing import print_installed

    installed = api.install_lora(
        arguments.name_or_file,
        to=arguments.to,
        folder=arguments.folder,
        dry_run=arguments.dry_run,
        **_words(arguments),
    )
    return _tell(installed, lambda: print_installed(installed), json=arguments.json)


def _card(arguments: argparse.Namespace) -> int:
    from kohya_driver import api
    from kohya_driver.views.sharing import print_card

    card = api.write_card(
        arguments.name_or_file,
        output=arguments.output,
        base_model=arguments.base_model,
        license=arguments.license,
        **_words(arguments),
    )
    return _tell(card, lambda: print_card(card), json=arguments.json)


def _publish(arguments: argparse.Namespace) -> int:
    from kohya_driver import api
    from kohya_driver.views.sharing import print_published

    def agreed(wanted: api.Publication) -> bool:
        return _agreed(wanted, arguments)

    published = api.publish(
        arguments.name_or_file,
        arguments.repo,
        public=arguments.public,
        base_model=arguments.base_model,
        license=arguments.license,
        on_plan=agreed,
        **_words(arguments),
    )
    if not (published.page or arguments.dry_run):
        raise StoppedError("share.declined", published.repo)
    return _tell(published, lambda: print_published(published), json=arguments.json)


def _agreed(wanted: api.Publication, arguments: argparse.Namespace) -> bool:
    """Everything is shown first; then a person says yes, here or on the command line."""
    from kohya_driver.views.sharing import print_publication, print_uploading, question

    if not arguments.json:
        print_publication(wanted)
    if arguments.dry_run:
        return False
    if not arguments.yes:
        if not sys.stdin.isatty() or arguments.json:
            raise UsageError("share.ask_needed", wanted.repo)
        if not says_yes(question(wanted)):
            return False
    if not arguments.json:
        print_uploading(wanted)
    return True
