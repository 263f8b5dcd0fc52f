"""`kohya-driver import`: a preset out of another program's settings, with the fate of every key."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from kohya_driver import texts
from kohya_driver.cli.arguments import add_json


def add_arguments(parser: argparse.ArgumentParser) -> None:
    from kohya_driver.exchange.model import FORMATS

    parser.add_argument("files", metavar="FILE", nargs="+", help=texts.say("cli.option.import_files"))
    parser.add_argument("--output", metavar="FILE", type=Path, help=texts.say("cli.option.import_output"))
    parser.add_argument(
        "--from", dest="source_format", choices=FORMATS, help=texts.say("cli.option.import_from")
    )
    parser.add_argument("--images", metavar="DIR", help=texts.say("cli.option.images"))
    parser.add_argument("--base", metavar="FILE", help=texts.say("cli.option.base"))
    parser.add_argument("--trigger", metavar="WORD", help=texts.say("cli.option.trigger"))
    add_json(parser)
    parser.add_argument("--strict", action="store_true", help=texts.say("cli.option.import_strict"))


def run(arguments: argparse.Namespace) -> int:
    from kohya_driver import api, files

    output: Path | None = arguments.output
    if output is None and not arguments.json:
        source = Path(arguments.files[0])
        # A TOML file is not to be taken for the preset that was made of it.
        ending = "-preset.toml" if source.suffix.lower() == ".toml" else ".toml"
        output = Path(f"{files.safe_name(source.stem, 'settings')}{ending}")
    imported = api.import_preset(
        arguments.files,
        output=output,
        source_format=arguments.source_format,
        images=arguments.images,
        base=arguments.base,
        trigger=arguments.trigger,
        strict=arguments.strict,
    )
    if arguments.json:
        sys.stdout.write(files.dump_json(imported.to_json()))
        return 0
    from kohya_driver.views.exchange import print_imported
    from kohya_driver.views.findings import print_findings

    print_imported(imported, output)
    print_findings(imported.findings)
    return 0
