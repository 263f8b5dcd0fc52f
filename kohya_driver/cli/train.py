"""`kohya-driver train`: from a preset to a LoRA."""

from __future__ import annotations

import argparse

from kohya_driver.cli.arguments import add_output, add_preset, add_source, read_preset


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_preset(parser)
    add_source(parser)
    add_output(parser)


def run(arguments: argparse.Namespace) -> int:
    from kohya_driver.cli.live import train_live

    return train_live(
        read_preset(arguments),
        strict=arguments.strict,
        fit=arguments.fit,
        source=arguments.source,
        plain=arguments.plain,
        json=arguments.json,
    )
