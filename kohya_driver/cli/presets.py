"""`kohya-driver presets`: the shipped presets and one's own."""

from __future__ import annotations

import argparse
import sys

from kohya_driver import texts
from kohya_driver.cli.arguments import add_json
from kohya_driver.errors import PresetError

ACTIONS = ("list", "show", "new", "edit", "check")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar=texts.say("cli.action"), required=True)
    for name in ACTIONS:
        text = texts.say(f"cli.presets.{name}")
        action = actions.add_parser(name, help=text, description=text)
        action.set_defaults(do=globals()[f"_{name}"])
        if name in ("show", "check"):
            action.add_argument("preset_name", metavar="NAME", help=texts.say("cli.option.preset"))
        if name in ("new", "edit"):
            dest = "own_preset" if name == "edit" else "new_preset"
            action.add_argument(dest, metavar="NAME", help=texts.say("cli.option.own_preset"))
        if name in ("show", "check"):
            add_json(action)
        if name == "list":
            how = action.add_mutually_exclusive_group()
            how.add_argument("--json", action="store_true", help=texts.say("cli.option.json"))
            how.add_argument(
                "--names",
                nargs="?",
                const="all",
                choices=("all", "own"),
                help=texts.say("cli.option.preset_names"),
            )
        if name == "show":
            action.add_argument(
                "--all", dest="every", action="store_true", help=texts.say("cli.option.all_keys")
            )
        if name == "new":
            action.add_argument(
                "--from",
                dest="from_preset",
                metavar="PRESET",
                default="",
                help=texts.say("cli.option.from_preset"),
            )
            action.add_argument(
                "--family",
                choices=("sd15", "sd2", "sdxl"),
                default="",
                help=texts.say("cli.option.family_of_base"),
            )


def run(arguments: argparse.Namespace) -> int:
    return int(arguments.do(arguments))


def _list(arguments: argparse.Namespace) -> int:
    if arguments.names:
        return _print_names(arguments.names)
    from kohya_driver import api, files
    from kohya_driver.host import probe_host
    from kohya_driver.views.presets import print_presets

    found = api.list_presets()
    if arguments.json:
        sys.stdout.write(files.dump_json([info.to_json() for info in found]))
    else:
        print_presets(found, probe_host().memory_bytes)
    return 0


def _print_names(which: str) -> int:
    """For a shell that completes them: nothing else is looked at."""
    from kohya_driver.preset.library import known_names, own_presets

    sys.stdout.write("".join(f"{name}\n" for name in (own_presets() if which == "own" else known_names())))
    return 0


def _show(arguments: argparse.Namespace) -> int:
    from kohya_driver import api, files
    from kohya_driver.preset.describe import as_text

    shown = api.describe_preset(arguments.preset_name, every=arguments.every)
    sys.stdout.write(files.dump_json(shown.to_json()) if arguments.json else as_text(shown))
    return 0


def _new(arguments: argparse.Namespace) -> int:
    from kohya_driver import api
    from kohya_driver.preset.library import find_source
    from kohya_driver.preset.own import shadowing
    from kohya_driver.views.findings import print_findings
    from kohya_driver.views.presets import print_new

    path = api.new_preset(arguments.new_preset, source=arguments.from_preset, family=arguments.family)
    print_new(arguments.new_preset, path)
    print_findings(shadowing(find_source(arguments.new_preset)))
    return 0


def _edit(arguments: argparse.Namespace) -> int:
    from kohya_driver.preset.editor import edit_preset
    from kohya_driver.views.presets import print_opened

    edited = edit_preset(arguments.own_preset)
    if not edited.waited:
        print_opened(arguments.own_preset, edited.path)
        return 0
    return _tell(arguments.own_preset, as_json=False)


def _check(arguments: argparse.Namespace) -> int:
    return _tell(arguments.preset_name, as_json=arguments.json)


def _tell(name: str, *, as_json: bool) -> int:
    """All that is wrong with a preset, and whether that is an error."""
    from kohya_driver import api, files
    from kohya_driver.errors import Severity
    from kohya_driver.views.findings import print_findings
    from kohya_driver.views.presets import print_good

    findings = api.check_preset(name)
    errors = [finding for finding in findings if finding.severity is Severity.ERROR]
    if as_json:
        sys.stdout.write(files.dump_json([finding.to_json() for finding in findings]))
        return PresetError.exit_code if errors else 0
    print_findings(findings)
    if not errors:
        print_good(api.describe_preset(name))
    return PresetError.exit_code if errors else 0
