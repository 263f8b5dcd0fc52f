"""`kohya-driver train`: from a preset to a LoRA."""

from __future__ import annotations

import argparse

from kohya_driver.cli.arguments import add_output, add_preset, add_source


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_preset(parser)
    add_source(parser)
    add_output(parser)


def run(arguments: argparse.Namespace) -> int:
    from kohya_driver import api
    from kohya_driver.cli.live import train_live

    preset = api.load_preset(
        arguments.preset,
        images=arguments.images,
        base=arguments.base,
        trigger=arguments.trigger,
        sets=arguments.sets,
    )
    return train_live(
        preset,
        strict=arguments.strict,
        fit=arguments.fit,
        source=arguments.source,
        plain=arguments.plain,
        json=arguments.json,
    )
