"""The command line: picks a command, runs it, and is the one place that prints errors and exits."""

from __future__ import annotations

import argparse
import sys
import traceback
from collections.abc import Sequence
from importlib import import_module
from typing import Any

from kohya_driver import __version__, texts
from kohya_driver.cli.parser import Parser
from kohya_driver.cli.streams import escape_what_cannot_be_shown, mute
from kohya_driver.cli.welcome import welcome
from kohya_driver.errors import DriverError

COMMANDS = (
    "init",
    "train",
    "plan",
    "quickstart",
    "bench",
    "engine",
    "presets",
    "import",
    "export",
    "cloud",
    "models",
    "crop",
    "tag",
    "captions",
    "audit",
    "queue",
    "show",
    "report",
    "advise",
    "watch",
    "stop",
    "save",
    "resume",
    "sample",
    "runs",
    "diagnose",
    "inspect",
    "lora",
    "doctor",
    "options",
    "completion",
)

HIDDEN = ("supervise",)
"""What kohya-driver starts by itself."""

MODULES = {"import": "import_"}
"""Commands whose name is a word of Python's."""

INTERRUPTED = 130
BUG = 70


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    texts.use_language(_language(arguments))
    escape_what_cannot_be_shown()
    try:
        return _run(arguments)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        mute(sys.stdout)
        return 0
    except Exception:
        return _bug()


def _run(arguments: Sequence[str]) -> int:
    try:
        parsed = build_parser(arguments).parse_args(arguments)
        code = int(parsed.run(parsed)) if parsed.command else welcome()
        sys.stdout.flush()
        return code
    except DriverError as failure:
        from kohya_driver.views.findings import print_findings

        print_findings(failure.findings)
        return failure.exit_code


def build_parser(arguments: Sequence[str], *, every: bool = False) -> argparse.ArgumentParser:
    """The parser. Only the command that is asked for is loaded, so that `--help` stays instant.

    Args:
        every: load all commands, for tests and for the reference.
    """
    parser = Parser(
        prog="kohya-driver", description=texts.say("cli.description"), epilog=texts.say("cli.epilog")
    )
    version = f"kohya-driver {__version__}"
    parser.add_argument("--version", action="version", version=version, help=texts.say("cli.option.version"))
    commands = parser.add_subparsers(dest="command", metavar=texts.say("cli.command"))
    for name in (*COMMANDS, *HIDDEN):
        text = texts.say(f"cli.{name}")
        shown: dict[str, Any] = {} if name in HIDDEN else {"help": text}
        command = commands.add_parser(name, description=text, **shown)
        if every or name in arguments:
            module: Any = import_module(f"kohya_driver.cli.{MODULES.get(name, name)}")
            module.add_arguments(command)
            command.set_defaults(run=getattr(module, "run", None))
    return parser


def _language(arguments: Sequence[str]) -> str | None:
    """Looked at before anything is parsed, because the help is in a language too."""
    for place, argument in enumerate(arguments):
        name, separator, value = argument.partition("=")
        if name == "--lang":
            wanted = value if separator else next(iter(arguments[place + 1 :]), "")
            return wanted if wanted in texts.LANGUAGES else None
    return None


def _bug() -> int:
    """An exception that is nobody's fault but ours: say so, and keep the traceback."""
    from kohya_driver import files

    text = traceback.format_exc()
    path = files.home() / "logs" / "bug.txt"
    try:
        files.write_text(path, text)
        sys.stderr.write(texts.say("cli.bug", path=path) + "\n")
    except DriverError:
        sys.stderr.write(text)
    return BUG


if __name__ == "__main__":
    raise SystemExit(main())
