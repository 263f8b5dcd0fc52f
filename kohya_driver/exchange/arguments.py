"""The engine's options as words of a command line."""

from __future__ import annotations

from collections.abc import Sequence

from kohya_driver.engine.catalogue import Option, load_catalogue
from kohya_driver.exchange.model import Claim, left
from kohya_driver.exchange.options import claim_option, find_option, scripts


def claim_arguments(prefix: str, words: Sequence[str], *, family: str = "", rank: int = 0) -> list[Claim]:
    """What each option of a command line becomes; later ones hold.

    Args:
        prefix: of the key that is shown for each.
    """
    claims = []
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if not word.startswith("--"):
            claims.append(left(f"{prefix}{word}", word, "loose_word"))
            continue
        flag, equals, inline = word.partition("=")
        name = full_name(flag[2:].replace("-", "_"))
        values = [inline] if equals else _values(name, rest)
        del rest[: 0 if equals else len(values)]
        claims.append(_claim(f"{prefix}--{name}", name, values, family).ranked(rank))
    return claims


def full_name(name: str) -> str:
    """argparse takes the beginning of an option's name if no other begins so."""
    catalogue = load_catalogue()
    known = {option for script in scripts() for option in catalogue.scripts[script]}
    fitting = [option for option in known if option.startswith(name)]
    return name if name in known or len(fitting) != 1 else fitting[0]


def _values(name: str, rest: Sequence[str]) -> list[str]:
    """The words that belong to an option."""
    option = _any_option(name)
    if option is not None and option.action == "store_true":
        return []
    following: list[str] = []
    for word in rest:
        if word.startswith("--") and not word[2:3].isdigit():
            break
        following.append(word)
        if option is not None and option.nargs is None:
            break
    return following


def _any_option(name: str) -> Option | None:
    catalogue = load_catalogue()
    others = (catalogue.option(script, name) for script in catalogue.scripts)
    return find_option(name) or next(filter(None, others), None)


def _claim(key: str, name: str, values: list[str], family: str) -> Claim:
    option = _any_option(name)
    if option is not None and option.action == "store_true":
        return claim_option(key, True, name, family=family)
    if option is not None and not values and option.nargs != "*":
        return left(key, "", "no_value")
    value = " ".join(values)
    several = option is not None and option.nargs not in (None, "?")
    return claim_option(key, value, name, values if several else value, family)
