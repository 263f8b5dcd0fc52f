"""`kohya-driver bench`: how fast this machine trains, kept for later plans."""

from __future__ import annotations

import argparse
import sys

from kohya_driver import texts
from kohya_driver.cli.arguments import add_json, add_source


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--family", choices=("sd15", "sdxl"), default="sd15", help=texts.say("cli.option.family")
    )
    for name, default, allowed in (
        ("resolution", 512, range(64, 2049, 64)),
        ("batch", 1, range(1, 65)),
        ("steps", 6, range(3, 101)),
    ):
        parser.add_argument(
            f"--{name}",
            metavar="N",
            type=int,
            default=default,
            choices=allowed,
            help=texts.say(f"cli.option.{name}"),
        )
    add_source(parser)
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    from kohya_driver import api, files
    from kohya_driver.bench import bench
    from kohya_driver.cli.live import EXIT_CODES, Wishes, print_plain
    from kohya_driver.views.bench import print_benched
    from kohya_driver.views.engine import print_install_event
    from kohya_driver.views.quickstart import print_base_progress

    quiet = arguments.json
    engine = api.install_engine(
        arguments.source, on_event=(lambda event: None) if quiet else print_install_event
    )
    wishes = Wishes()
    with wishes.heard():
        benched = bench(
            engine,
            family=arguments.family,
            resolution=arguments.resolution,
            steps=arguments.steps,
            batch=arguments.batch,
            on_event=None if quiet else print_plain,
            on_progress=(lambda share: None) if quiet else print_base_progress,
            stop=wishes.stop,
        )
    if benched is None:
        return EXIT_CODES["stopped"]
    if quiet:
        value = {"version": 1, **benched.measured.to_json(), "file": str(benched.file)}
        sys.stdout.write(files.dump_json(value))
    else:
        print_benched(benched.measured, benched.file)
    return 0
