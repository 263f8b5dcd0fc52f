"""A page that needs nothing but itself: its style, its script, and a policy that forbids everything from outside.

Whoever has a body and charts can make one: a run's report, two runs side by side.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from kohya_driver import resources, texts
from kohya_driver.report.markup import Markup, element, join, raw

LONG_PROMPT, PROMPT_HEAD = 400, 160
"""Letters of a prompt that is folded, and of those that are shown then."""
_HERE = Path(__file__).parent


def page(title: str, body: Markup, *, language: str | None = None) -> str:
    """The whole document.

    Args:
        language: by default the one in use.
    """
    language = language or texts.language()
    styles, scripts = _styles(), _scripts()
    head = join(
        (
            raw('<meta charset="utf-8">'),
            raw('<meta name="viewport" content="width=device-width, initial-scale=1">'),
            raw('<meta name="color-scheme" content="light dark">'),
            raw('<meta name="referrer" content="no-referrer">'),
            element("meta", http_equiv="Content-Security-Policy", content=_policy(styles, scripts)),
            element("title", title),
            *(raw(f"<style>{style}</style>") for style in styles),
        ),
        "\n",
    )
    # At the end of the body, so that what it works on is there.
    script = join((raw(f"<script>{script}</script>") for script in scripts), "\n")
    lang = "zh-CN" if language == "zh" else language
    return f'<!doctype html>\n<html lang="{lang}">\n<head>\n{head}\n</head>\n<body>\n{body}\n{script}\n</body>\n</html>\n'


def section(id: str, title: str, *parts: object) -> Markup:
    """A part of the page with a heading that can be linked to."""
    return element("section", join((element("h2", title), *parts)), id=id)


def contents(entries: Iterable[tuple[str, str]]) -> Markup:
    """Links to sections, each an id and a title."""
    links = join(element("li", element("a", title, href=f"#{id}")) for id, title in entries)
    return element(
        "nav", element("ul", links), aria_label=texts.say("report_page.contents"), class_="contents"
    )


def table(caption: str, head: Iterable[str], rows: Iterable[Iterable[object]], *, class_: str = "") -> Markup:
    """A table whose first column names its rows; it scrolls by itself where it is too wide."""
    top = element("tr", join(element("th", title, scope="col") for title in head))
    lines = join(
        element(
            "tr",
            join(
                element("td" if place else "th", cell, **({} if place else {"scope": "row"}))
                for place, cell in enumerate(row)
            ),
        )
        for row in rows
    )
    parts = (element("caption", caption), element("thead", top), element("tbody", lines))
    whole = element("table", join(parts), class_=class_ or None)
    return element("div", whole, class_="scroll", role="region", tabindex="0", aria_label=caption)


def pairs(rows: Iterable[tuple[str, object]]) -> Markup:
    """Names with what belongs to them."""
    return element(
        "dl", join(join((element("dt", name), element("dd", value))) for name, value in rows), class_="pairs"
    )


def folded(title: str, content: object, *, is_open: bool = False) -> Markup:
    opened = {"open": ""} if is_open else {}
    return element("details", join((element("summary", title), content)), **opened)


def code_block(text: str, label: str) -> Markup:
    """Text as it is; it scrolls by itself."""
    return element("pre", element("code", text), tabindex="0", role="region", aria_label=label)


def prompt_words(text: str) -> Markup:
    """The words of a prompt, in whichever direction they are read; a long one opens."""
    words = element("span", text, dir="auto")
    if len(text) <= LONG_PROMPT:
        return words
    return folded(f"{text[:PROMPT_HEAD].rstrip()}…", element("p", words))


def theme_switch() -> Markup:
    return element("button", texts.say("report_page.theme"), type="button", class_="theme", hidden="")


@cache
def _styles() -> tuple[str, ...]:
    return _read(resources.report() / "uPlot.min.css"), _read(_HERE / "page.css")


@cache
def _scripts() -> tuple[str, ...]:
    return _read(resources.report() / "uPlot.iife.min.js"), _read(_HERE / "page.js")


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8").strip()


def _policy(styles: Iterable[str], scripts: Iterable[str]) -> str:
    """Only what is on this page may run, by its hash; nothing is fetched, and nothing is sent."""
    return "; ".join(
        (
            "default-src 'none'",
            "img-src data:",
            f"style-src {' '.join(map(_hash, styles))}",
            f"script-src {' '.join(map(_hash, scripts))}",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
