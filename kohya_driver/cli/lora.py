"""`kohya-driver lora`: what is made of LoRA files after a training, and where they go."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from kohya_driver import texts
from kohya_driver.cli import lora_share
from kohya_driver.cli.arguments import add_json, add_source
from kohya_driver.errors import Finding, RunError, Severity, UsageError

if TYPE_CHECKING:
    from kohya_driver import api
    from kohya_driver.cli.live import Wishes

ACTIONS = ("resize", "merge", "extract", "convert", "check")
PRECISIONS = ("auto", "float", "fp16", "bf16")
DEVICES = ("auto", "cpu", "mps", "cuda")
METHODS = ("sv_fro", "sv_ratio", "sv_cumulative")
TARGETS = ("comfyui", "diffusers", "kohya", "lora")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar=texts.say("cli.action"), required=True)
    for name in (*ACTIONS, *lora_share.ACTIONS):
        text = texts.say(f"cli.lora.{name}")
        action = actions.add_parser(name, help=text, description=text)
        if name in lora_share.ACTIONS:
            lora_share.add_arguments(name, action)
        else:
            globals()[f"_add_{name}"](action)
            action.set_defaults(do=_check if name == "check" else _make)
        add_json(action)


def run(arguments: argparse.Namespace) -> int:
    return int(arguments.do(arguments))


def _add_resize(parser: argparse.ArgumentParser) -> None:
    _add_file(parser)
    _add_ranks(parser, required=True)
    parser.add_argument("--keep", metavar="X", type=float, help=texts.say("cli.option.lora_keep"))
    parser.add_argument(
        "--method", choices=METHODS, default="sv_fro", help=texts.say("cli.option.lora_method")
    )
    _add_output(parser)
    _add_device(parser)


def _add_merge(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "files", metavar="FILE", nargs="+", type=Path, help=texts.say("cli.option.lora_files")
    )
    parser.add_argument("--weights", metavar="W,W", default="", help=texts.say("cli.option.lora_weights"))
    _add_ranks(parser)
    parser.add_argument("--base", metavar="FILE", type=Path, help=texts.say("cli.option.lora_base"))
    _add_output(parser)
    _add_device(parser)


def _add_extract(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("base", metavar="BASE", type=Path, help=texts.say("cli.option.lora_from_base"))
    parser.add_argument("tuned", metavar="TUNED", type=Path, help=texts.say("cli.option.lora_tuned"))
    parser.add_argument("--rank", metavar="N", type=int, default=16, help=texts.say("cli.option.lora_rank"))
    parser.add_argument("--conv-rank", metavar="N", type=int, help=texts.say("cli.option.lora_conv_rank"))
    parser.add_argument(
        "--min-diff", metavar="X", type=float, default=0.01, help=texts.say("cli.option.lora_min_diff")
    )
    _add_output(parser)
    _add_device(parser)


def _add_convert(parser: argparse.ArgumentParser) -> None:
    _add_file(parser)
    parser.add_argument("--to", choices=TARGETS, default="same", help=texts.say("cli.option.lora_to"))
    parser.add_argument("--rank", metavar="N", type=int, help=texts.say("cli.option.lora_dylora_rank"))
    _add_output(parser)


def _add_check(parser: argparse.ArgumentParser) -> None:
    _add_file(parser)
    add_source(parser)


def _add_file(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", type=Path, help=texts.say("cli.option.lora_file"))


def _add_ranks(parser: argparse.ArgumentParser, *, required: bool = False) -> None:
    parser.add_argument(
        "--rank", metavar="N", type=int, required=required, help=texts.say("cli.option.lora_rank")
    )
    parser.add_argument("--conv-rank", metavar="N", type=int, help=texts.say("cli.option.lora_conv_rank"))


def _add_output(parser: argparse.ArgumentParser) -> None:
    """What all that make a file have in common."""
    add = parser.add_argument
    add("--output", metavar="FILE", type=Path, help=texts.say("cli.option.lora_output"))
    add("--precision", choices=PRECISIONS, default="auto", help=texts.say("cli.option.lora_precision"))
    add("--overwrite", action="store_true", help=texts.say("cli.option.lora_overwrite"))
    add("--dry-run", action="store_true", help=texts.say("cli.option.lora_dry_run"))
    add_source(parser)


def _add_device(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--device", choices=DEVICES, default="auto", help=texts.say("cli.option.lora_device"))


def read_wish(arguments: argparse.Namespace) -> api.Wish:
    """What was asked for; raises UsageError for numbers that are none."""
    from kohya_driver import api

    output = api.Output(arguments.output, arguments.precision, arguments.overwrite)
    match arguments.action:
        case "resize":
            return api.Resize(
                arguments.file, arguments.rank, arguments.conv_rank, arguments.keep, arguments.method, output,
                arguments.device,
            )  # fmt: skip
        case "merge":
            weights = read_weights(arguments.weights)
            return api.Merge(
                tuple(arguments.files), weights, arguments.rank, arguments.conv_rank, arguments.base, output,
                arguments.device,
            )  # fmt: skip
        case "extract":
            return api.Extract(
                arguments.base, arguments.tuned, arguments.rank, arguments.conv_rank, arguments.min_diff, output,
                arguments.device,
            )  # fmt: skip
        case _:
            return api.Convert(arguments.file, arguments.to, arguments.rank, output)


def read_weights(text: str) -> tuple[float, ...]:
    """`0.8,0.5`, one for each file: two may be equal."""
    try:
        return tuple(float(word) for word in re.split(r"[,，\s]+", text.strip()) if word)
    except ValueError as failure:
        raise UsageError("lora.bad_weights", limit=10) from failure


def _make(arguments: argparse.Namespace) -> int:
    from kohya_driver import api, files
    from kohya_driver.cli.live import Wishes
    from kohya_driver.views.findings import print_findings
    from kohya_driver.views.loras import ToolBar, print_made, print_tool_plan

    wish = read_wish(arguments)
    if arguments.dry_run:
        plan = api.plan_lora(wish)
        if arguments.json:
            sys.stdout.write(files.dump_json(plan.to_json()))
        else:
            print_tool_plan(plan, dry=True)
            print_findings(_warnings(plan))
        plan.raise_for_errors()
        return 0
    wishes = Wishes()

    def on_plan(plan: api.ToolPlan) -> None:
        if not arguments.json:
            print_tool_plan(plan)
            print_findings(_warnings(plan))

    with wishes.heard(), ToolBar(quiet=arguments.json) as bar:
        made = api.make_lora(
            wish, engine_source=arguments.source, on_plan=on_plan, on_progress=bar.show,
            on_install=_on_install(wishes, arguments.json), stop=wishes.stop,
        )  # fmt: skip
    if arguments.json:
        sys.stdout.write(files.dump_json(made.to_json()))
    else:
        print_made(made)
        print_findings(made.findings)
    return 0


def _warnings(plan: api.ToolPlan) -> list[Finding]:
    """Errors are told by whoever raises them."""
    return [finding for finding in plan.findings if finding.severity is not Severity.ERROR]


def _on_install(wishes: Wishes, quiet: bool) -> Callable[[api.InstallEvent], None]:
    from kohya_driver.views.engine import print_install_event

    def tell(event: api.InstallEvent) -> None:
        wishes.installing = event.step != "done"
        if not quiet:
            print_install_event(event)

    return tell


def _check(arguments: argparse.Namespace) -> int:
    from kohya_driver import api, files
    from kohya_driver.cli.live import Wishes
    from kohya_driver.views.findings import print_findings
    from kohya_driver.views.loras import print_check

    wishes = Wishes()
    with wishes.heard():
        checked = api.check_lora(
            arguments.file, engine_source=arguments.source, on_install=_on_install(wishes, arguments.json), stop=wishes.stop
        )  # fmt: skip
    if arguments.json:
        sys.stdout.write(files.dump_json(checked.to_json()))
    else:
        print_check(checked)
        print_findings(checked.findings)
    bad = any(finding.severity is Severity.ERROR for finding in checked.findings)
    return RunError.exit_code if bad else 0
