"""Asks before something is done that cannot be taken back, or that costs money."""

from __future__ import annotations

import sys

from kohya_driver import texts

YES = ("y", "yes", "是", "好")


def is_agreed(question: str, *, yes: bool, json: bool, nobody: str) -> bool:
    """Whether it is to be done: said beforehand (`yes`), or answered now.

    Args:
        question, nobody: codes of the question, and of what is said where there is nobody to ask.
        json: a program reads the output, so that nobody is there.

    Raises:
        UsageError: `nobody`.
    """
    from kohya_driver.errors import UsageError

    if yes:
        return True
    if json or not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError(nobody)
    return says_yes(texts.say(question))


def says_yes(question: str) -> bool:
    """The answer of whoever sits there; no answer (Ctrl-D) is a no."""
    try:
        return input(f"{question} [y/N] ").strip().casefold() in YES
    except EOFError:
        return False
