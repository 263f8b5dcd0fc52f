"""argparse in the language in use; what it does not understand is told like every other error."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NoReturn

from kohya_driver import texts
from kohya_driver.errors import UsageError


class Parser(argparse.ArgumentParser):
    """Its commands and actions are parsers of this kind too."""

    default_action = ""
    """The action that is meant where none is named; empty: one must be named."""

    def __init__(self, **options: Any) -> None:
        defaults = {"formatter_class": _Formatter, "allow_abbrev": False}
        super().__init__(**{**defaults, **options, "add_help": False})
        self._positionals.title = texts.say("cli.arguments")
        self._optionals.title = texts.say("cli.options_title")
        self.add_argument("-h", "--help", action="help", help=texts.say("cli.option.help"))
        self.add_argument(
            "--lang", choices=texts.LANGUAGES, default=argparse.SUPPRESS, help=texts.say("cli.option.lang")
        )

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        if self.default_action and not self._names_action(args or ()):
            args = [self.default_action, *(args or ())]
        return super().parse_known_args(args, namespace)

    def _names_action(self, args: Sequence[str]) -> bool:
        """Whether the first word is an action, or help on them is wanted."""
        words = list(args)
        while words[:1] and (words[0] == "--lang" or words[0].startswith("--lang=")):
            words = words[2 if words[0] == "--lang" else 1 :]
        return bool(words) and words[0] in (*self.actions(), "-h", "--help")

    def actions(self) -> Mapping[str, argparse.ArgumentParser]:
        """The commands or actions below it."""
        below = (action for action in self._actions if isinstance(action, argparse._SubParsersAction))
        return next((action.choices for action in below), {})

    def error(self, message: str) -> NoReturn:
        """Raises UsageError: `cli.not_understood`."""
        from kohya_driver.cli.complaints import in_our_words

        raise UsageError(
            "cli.not_understood", self.prog, reason=in_our_words(message), command=f"{self.prog} --help"
        )


class _Formatter(argparse.RawDescriptionHelpFormatter):
    def add_usage(
        self, usage: str | None, actions: Iterable[Any], groups: Iterable[Any], prefix: str | None = None
    ) -> None:
        super().add_usage(usage, actions, groups, texts.say("cli.usage") if prefix is None else prefix)
