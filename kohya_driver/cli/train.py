"""`kohya-driver train`: from a preset to a LoRA."""

from __future__ import annotations

import argparse

from kohya_driver import texts
from kohya_driver.cli.arguments import add_going_on, add_output, add_preset, add_source, read_preset


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_preset(parser)
    add_source(parser)
    add_going_on(parser)
    parser.add_argument("--resume", action="store_true", help=texts.say("cli.option.resume"))
    add_output(parser)


def run(arguments: argparse.Namespace) -> int:
    from kohya_driver import api
    from kohya_driver.cli.live import Live, Wishes, resume_live, tell_detached, train_live

    preset = read_preset(arguments)
    earlier = api.find_earlier(preset) if arguments.resume else None
    if earlier and arguments.detach:
        return tell_detached(api.resume_detached(earlier, preset=preset))
    if earlier:
        return resume_live(earlier, preset=preset, plain=arguments.plain, json=arguments.json)
    if arguments.detach:
        live = Live(Wishes(), lambda record, snapshot: None, arguments.json)
        return tell_detached(
            api.train_detached(
                preset,
                strict=arguments.strict,
                fit=arguments.fit,
                source=arguments.source,
                on_plan=live.on_plan,
                on_install=live.on_install,
            )
        )
    return train_live(
        preset,
        strict=arguments.strict,
        fit=arguments.fit,
        source=arguments.source,
        plain=arguments.plain,
        json=arguments.json,
    )
