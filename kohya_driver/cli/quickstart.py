"""`kohya-driver quickstart`: a first training, from nothing to a LoRA."""

from __future__ import annotations

import argparse
from pathlib import Path

from kohya_driver import texts
from kohya_driver.cli.arguments import add_output, add_source


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--folder", metavar="DIR", default="quickstart", help=texts.say("cli.option.folder"))
    parser.add_argument("--base", metavar="FILE", help=texts.say("cli.option.quickstart_base"))
    add_source(parser)
    add_output(parser)


def run(arguments: argparse.Namespace) -> int:
    from kohya_driver import api, quickstart
    from kohya_driver.cli.live import train_live
    from kohya_driver.host import probe_host
    from kohya_driver.views.engine import print_install_event
    from kohya_driver.views.quickstart import print_base_progress, say

    quiet = arguments.json
    folder = Path(arguments.folder).expanduser().absolute()
    say("cli.quickstart.begin", quiet=quiet, folder=folder)
    engine = api.install_engine(
        arguments.source, on_event=(lambda event: None) if quiet else print_install_event
    )
    if arguments.base:
        base = Path(arguments.base).expanduser().absolute()
    else:
        say("cli.quickstart.random_base", quiet=quiet)
        base = quickstart.random_base(
            engine, on_progress=(lambda share: None) if quiet else print_base_progress
        )
    say("cli.quickstart.pictures", quiet=quiet)
    preset = api.load_preset(quickstart.write_project(folder, base, probe_host()))
    code = train_live(preset, strict=False, source=None, plain=arguments.plain, json=arguments.json)
    if code == 0:
        say(
            "cli.quickstart.end_real" if arguments.base else "cli.quickstart.end_random",
            quiet=quiet,
            folder=folder,
        )
    return code
