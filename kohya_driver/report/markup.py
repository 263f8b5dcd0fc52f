"""HTML that cannot be broken by what stands in it: everything that is not `Markup` is escaped."""

from __future__ import annotations

import html
import os
import re
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import quote

_NOT_IN_HTML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
"""Characters that HTML forbids or UTF-8 cannot hold; a file's name may have them."""
_DIRECTIONS = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""Turn the direction of what follows, beyond the end of the text that holds them."""
_VOID = ("img", "meta", "br")


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


def raw(text: str) -> Markup:
    """Text that is known to be HTML."""
    return Markup(text)


def clean(text: object) -> str:
    """What HTML cannot hold becomes a visible sign, and so does what would turn the words around."""
    found = _NOT_IN_HTML.sub("\ufffd", str(text))
    return _DIRECTIONS.sub(lambda sign: f"[U+{ord(sign[0]):04X}]", found)


def escape(text: object) -> Markup:
    return text if isinstance(text, Markup) else Markup(html.escape(clean(text), quote=True))


def join(parts: Iterable[object], between: str = "") -> Markup:
    return Markup(between.join(map(escape, parts)))


def element(tag: str, content: object = "", /, **attributes: object) -> Markup:
    """An element. A name's `_` at its end is dropped, one within it becomes `-`; an attribute that is None is left out."""
    names = (
        (name.rstrip("_").replace("_", "-"), value) for name, value in attributes.items() if value is not None
    )
    written = "".join(f' {name}="{html.escape(clean(value), quote=True)}"' for name, value in names)
    end = "" if tag in _VOID else f"{escape(content)}</{tag}>"
    return Markup(f"<{tag}{written}>{end}")


def link(path: Path, beside: Path) -> str:
    """From a page in the folder `beside` to a file: relative where that is possible, so that both can be moved together."""
    try:
        relative = os.path.relpath(path, beside)
    except ValueError:  # on another drive
        relative = str(path)
    try:
        name = os.fsencode(relative)
    except UnicodeEncodeError:  # no file can have that name; it came from a damaged record
        name = clean(relative).encode()
    return quote(name)  # with any colon, so that no name is taken for a protocol
