"""`kohya-driver sample`: what a LoRA draws, over checkpoints and weights, as a grid."""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from kohya_driver import texts
from kohya_driver.cli.arguments import add_json, add_source
from kohya_driver.errors import UsageError

if TYPE_CHECKING:
    from kohya_driver.sampling.model import GridConfig

PRECISIONS = ("auto", "no", "fp16", "bf16")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("name", metavar="RUN|LORA", nargs="?", help=texts.say("cli.option.sample_name"))
    add(
        "--prompt",
        dest="prompts",
        metavar="TEXT",
        action="append",
        default=[],
        help=texts.say("cli.option.prompt"),
    )
    add("--negative", metavar="TEXT", help=texts.say("cli.option.negative"))
    add("--weights", metavar="W,W", default="0.6,0.8,1", help=texts.say("cli.option.weights"))
    add("--checkpoints", metavar="WHICH", default="", help=texts.say("cli.option.checkpoints"))
    add("--base", metavar="FILE", type=Path, help=texts.say("cli.option.sample_base"))
    add("--seed", metavar="N", type=int, help=texts.say("cli.option.seed"))
    add("--steps", metavar="N", type=int, help=texts.say("cli.option.drawing_steps"))
    add("--scale", metavar="X", type=float, help=texts.say("cli.option.scale"))
    add("--sampler", metavar="NAME", help=texts.say("cli.option.sampler"))
    add("--size", metavar="WxH", help=texts.say("cli.option.size"))
    add("--precision", choices=PRECISIONS, default="auto", help=texts.say("cli.option.precision"))
    add("--output", metavar="DIR", type=Path, help=texts.say("cli.option.grid_output"))
    add("--dry-run", action="store_true", help=texts.say("cli.option.dry_run"))
    add("--show", action="store_true", help=texts.say("cli.option.show_picture"))
    add_source(parser)
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    from kohya_driver import api, files
    from kohya_driver.cli.live import Wishes
    from kohya_driver.views.engine import print_install_event
    from kohya_driver.views.grid import GridBar, print_grid, print_grid_plan

    config = read_config(arguments)
    if arguments.dry_run:
        plan = api.plan_sample(arguments.name, config)
        if arguments.json:
            sys.stdout.write(files.dump_json(plan.to_json()))
        else:
            print_grid_plan(plan)
        plan.raise_for_errors()
        return 0
    wishes = Wishes()

    def on_install(event: api.InstallEvent) -> None:
        wishes.installing = True
        if not arguments.json:
            print_install_event(event)

    with wishes.heard(), GridBar(quiet=arguments.json) as bar:

        def on_plan(plan: api.GridPlan) -> None:
            wishes.installing = False
            if not arguments.json:
                print_grid_plan(plan)

        grid = api.sample(
            arguments.name, config, engine_source=arguments.source, on_plan=on_plan, on_progress=bar.show,
            on_install=on_install, stop=wishes.stop,
        )  # fmt: skip
    if arguments.json:
        sys.stdout.write(files.dump_json(grid.to_json()))
    else:
        print_grid(grid, show=arguments.show)
    return 0


def read_config(arguments: argparse.Namespace) -> GridConfig:
    """What was asked for; raises UsageError for numbers that are none."""
    from kohya_driver.sampling.model import GridConfig

    return GridConfig(
        prompts=tuple(arguments.prompts),
        negative=arguments.negative,
        weights=read_weights(arguments.weights),
        checkpoints=arguments.checkpoints,
        seed=_within("seed", arguments.seed, 0, 2**32 - 1),
        steps=_within("steps", arguments.steps, 1, 150),
        scale=_within("scale", arguments.scale, 1, 30),
        sampler=arguments.sampler,
        size=read_size(arguments.size) if arguments.size else None,
        base=arguments.base,
        precision=arguments.precision,
        output=arguments.output,
    )


def read_weights(text: str) -> tuple[float, ...]:
    """`0.6,0.8,1`: each once, in the order given."""
    try:
        return tuple(dict.fromkeys(float(word) for word in re.split(r"[,，\s]+", text.strip()) if word))
    except ValueError as failure:
        raise UsageError("grid.bad_weights", limit=10) from failure


def read_size(text: str) -> tuple[int, int]:
    """`512` or `512x768`."""
    found = re.fullmatch(r"(\d{2,4})(?:[x×X*](\d{2,4}))?", text.strip())
    if found is None:
        raise UsageError("grid.size_odd", given=text)
    return int(found[1]), int(found[2] or found[1])


Number = TypeVar("Number", int, float)


def _within(name: str, value: Number | None, least: int, most: int) -> Number | None:
    if value is not None and not least <= value <= most:
        raise UsageError("grid.out_of_range", name=name, least=least, most=most)
    return value
