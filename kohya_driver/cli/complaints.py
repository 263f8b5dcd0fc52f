"""What argparse says of a command line, in the language in use. A test reads argparse's own source for what is missing here."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping

from kohya_driver import texts

_IN_ARGUMENT = re.compile(r"argument (?P<argument>.+?): (?P<message>.+)", re.DOTALL)
_SAYINGS: Mapping[str, str] = {
    "unrecognized": r"unrecognized arguments: (?P<words>.+)",
    "required": r"the following arguments are required: (?P<words>.+)",
    "one_required": r"one of the arguments (?P<words>.+) is required",
    "ambiguous": r"ambiguous option: (?P<option>.+) could match (?P<words>.+)",
    "choice": r"invalid choice: (?P<value>.+?) \(choose from (?P<words>.+)\)",
    "choice_of_command": r"unknown parser (?P<value>.+) \(choices: (?P<words>.+)\)",
    "value": r"invalid (?P<kind>\w+) value: (?P<value>.+)",
    "one": r"expected one argument",
    "at_most_one": r"expected at most one argument",
    "at_least_one": r"expected at least one argument",
    "number": r"expected (?P<count>\d+) arguments?",
    "not_with": r"not allowed with argument (?P<other>.+)",
    "takes_none": r"ignored explicit argument (?P<value>.+)",
    "unexpected": r"unexpected option string: (?P<option>.+)",
    "unreadable": r"can't open '(?P<file>.+)': (?P<reason>.+)",
}
"""`cli.says.NAME` to argparse's sentence (Python 3.11 to 3.13)."""


def in_our_words(message: str) -> str:
    """The same complaint; one that is not known here, as one of our own types words it, stays as it is."""
    inside = _IN_ARGUMENT.fullmatch(message)
    if inside:
        return texts.say(
            "cli.says.argument", argument=inside["argument"], message=in_our_words(inside["message"])
        )
    for name, pattern in _SAYINGS.items():
        found = re.fullmatch(pattern, message, re.DOTALL)
        if found:
            return texts.say(f"cli.says.{name}", **found.groupdict()) + _meant(found.groupdict())
    return message


def _meant(values: Mapping[str, str]) -> str:
    """The choice that is spelt nearly so."""
    if not {"value", "words"} <= values.keys():
        return ""
    words = [word.strip("'\"") for word in re.split(r",\s*", values["words"])]
    close = difflib.get_close_matches(values["value"].strip("'\""), words, n=1)
    return texts.say("cli.says.meant", word=close[0]) if close else ""
