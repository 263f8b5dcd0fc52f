"""argparse in the language in use; what it does not understand is told like every other error."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from typing import Any, NoReturn

from kohya_driver import texts
from kohya_driver.errors import UsageError


class Parser(argparse.ArgumentParser):
    """Its commands and actions are parsers of this kind too."""

    def __init__(self, **options: Any) -> None:
        defaults = {"formatter_class": _Formatter, "allow_abbrev": False}
        super().__init__(**{**defaults, **options, "add_help": False})
        self._positionals.title = texts.say("cli.arguments")
        self._optionals.title = texts.say("cli.options_title")
        self.add_argument("-h", "--help", action="help", help=texts.say("cli.option.help"))
        self.add_argument(
            "--lang", choices=texts.LANGUAGES, default=argparse.SUPPRESS, help=texts.say("cli.option.lang")
        )

    def error(self, message: str) -> NoReturn:
        """Raises UsageError: `cli.not_understood`."""
        raise UsageError("cli.not_understood", self.prog, reason=message, command=f"{self.prog} --help")


class _Formatter(argparse.RawDescriptionHelpFormatter):
    def add_usage(
        self, usage: str | None, actions: Iterable[Any], groups: Iterable[Any], prefix: str | None = None
    ) -> None:
        super().add_usage(usage, actions, groups, texts.say("cli.usage") if prefix is None else prefix)
