"""`kohya-driver tag`: captions for a folder of pictures, from what a model sees."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from kohya_driver import texts
from kohya_driver.cli.arguments import add_json
from kohya_driver.errors import DatasetError, UsageError

if TYPE_CHECKING:
    from kohya_driver.prepare.tag_config import TagConfig

PROVIDERS = ("auto", "cpu", "coreml")
CHARACTERS = ("off", "first", "expand")
EXISTING = ("skip", "merge", "overwrite")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("folder", metavar="DIR", help=texts.say("cli.option.pictures"))
    add("--trigger", metavar="WORD", default="", help=texts.say("cli.option.tag_trigger"))
    add("--model", metavar="NAME|DIR", default="vit-v3", help=texts.say("cli.option.tag_model"))
    add("--threshold", type=float, default=0.35, help=texts.say("cli.option.threshold"))
    add("--character-threshold", type=float, default=0.85, help=texts.say("cli.option.character_threshold"))
    add("--characters", choices=CHARACTERS, default="off", help=texts.say("cli.option.characters"))
    add("--rating", action="store_true", help=texts.say("cli.option.rating"))
    for name in ("prefix", "suffix", "exclude", "keep"):
        add(f"--{name}", metavar="TAG", action="append", default=[], help=texts.say(f"cli.option.tag_{name}"))
    add("--replace", metavar="OLD=NEW", action="append", default=[], help=texts.say("cli.option.tag_replace"))
    add("--max-tags", type=int, default=60, help=texts.say("cli.option.max_tags"))
    add("--mcut", action="store_true", help=texts.say("cli.option.mcut"))
    add("--drop-overlaps", action="store_true", help=texts.say("cli.option.drop_overlaps"))
    add("--existing", choices=EXISTING, default="skip", help=texts.say("cli.option.existing"))
    add("--provider", choices=PROVIDERS, default="auto", help=texts.say("cli.option.provider"))
    add("--batch", type=int, default=4, help=texts.say("cli.option.tag_batch"))
    add_caption_files(parser)
    add_json(parser)


def add_caption_files(parser: argparse.ArgumentParser) -> None:
    """Which files are captions."""
    parser.add_argument(
        "--extension", metavar=".txt", default=".txt", help=texts.say("cli.option.caption_extension")
    )
    parser.add_argument(
        "--no-recursive", dest="recursive", action="store_false", help=texts.say("cli.option.no_recursive")
    )


def run(arguments: argparse.Namespace) -> int:
    from kohya_driver import api, files
    from kohya_driver.views.tag import ProgressLine, print_report

    config = read_config(arguments)
    line = ProgressLine()
    try:
        report = api.tag(Path(arguments.folder).expanduser(), config, on_progress=line)
    finally:
        line.clear()
    if arguments.json:
        sys.stdout.write(files.dump_json(report.to_json()))
    else:
        print_report(report, config.policy.front)
    return DatasetError.exit_code if report.failed else 0


def read_config(arguments: argparse.Namespace) -> TagConfig:
    from kohya_driver.prepare.tag_config import Existing, TagConfig
    from kohya_driver.prepare.tag_policy import CharacterTags, TagPolicy
    from kohya_driver.prepare.tag_provider import Provider

    policy = TagPolicy(
        trigger=arguments.trigger,
        threshold=arguments.threshold,
        character_threshold=arguments.character_threshold,
        characters=CharacterTags(arguments.characters),
        rating=arguments.rating,
        prefix=read_tags(arguments.prefix),
        suffix=read_tags(arguments.suffix),
        exclude=read_tags(arguments.exclude),
        keep=read_tags(arguments.keep),
        replace=tuple(map(read_rule, arguments.replace)),
        max_tags=arguments.max_tags,
        mcut=arguments.mcut,
        drop_overlaps=arguments.drop_overlaps,
    )
    return TagConfig(
        policy,
        model=arguments.model,
        provider=Provider(arguments.provider),
        existing=Existing(arguments.existing),
        batch=arguments.batch,
        extension=arguments.extension,
        recursive=arguments.recursive,
    )


def read_tags(texts: Iterable[str]) -> tuple[str, ...]:
    """Several at once with commas between; an expression after `re:` may hold commas itself."""
    parts = ([text] if text.startswith("re:") else text.split(",") for text in texts)
    return tuple(tag.strip() for part in parts for tag in part if tag.strip())


def read_rule(text: str) -> tuple[str, str]:
    """`OLD=NEW`. The last `=` counts for `re:`, in which others may stand; the tag `=_=` is written `=_==new`."""
    source, sign, target = text.rpartition("=")
    if not sign or not source.strip():
        raise UsageError("captions.bad_rule", "OLD=NEW", text=text)
    return source.strip(), target.strip()
