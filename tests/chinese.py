"""Finds English in what is said in Chinese. What may stand in both languages is listed here, each with its reason."""

from __future__ import annotations

import re
from html.parser import HTMLParser

WHOLE_LINES = (
    r".*\b\w+(?:Error|Exception|Warning)\b.*|\s*Traceback \(most recent call last\):",  # Python's exceptions
    r"\s*(?:引擎\s+)?File .*, line \d+.*",  # and where they came from
    r"\s*\d+ │ .*",  # lines of a log, quoted with their numbers
    r"\s*\d+ +\d+% .*|\s*(?:ss|sd|modelspec)[_.][\w.]+ .*",  # tags and other metadata that stand in a file
    r"\s*cd \S+ && .*",  # a command to copy
    r"\s*[\w.]+ = .*",  # TOML
)
SAME_IN_BOTH = (
    r"(?:警告|错误)(?:：| {4}).*",  # the engine's own warnings and errors
    r"`[^`]*`",  # what is typed, and keys
    r'"[^"\n]*"|“[^”\n]*”|\'[^\'\n]*\'',  # quoted: the engine's or a library's own words, values, captions
    r"\S*/\S*",  # paths, addresses, `3/18`
    r"kohya-driver(?: [\w.,=*:~+|<>\[\]-]+)*",  # commands
    r"(?<![\w-])-{1,2}[a-z][\w-]*(?:[ =][\w.|=,:-]+)?",  # options and their values
    r"\w+(?:[._-]\w+)+",  # codes, keys, file names, versions
    r"<lora:[^>]*>",  # what a prompt has
)
NAMES = (
    "sd-scripts", "kohya_ss", "Flash Attention", "LoRA_Easy_Training_Scripts", "ai-toolkit", "Apple silicon", "Stable Diffusion webui", "git bundle", "Clip skip", "CreativeML Open RAIL",
)  # fmt: skip
"""Products, formats and licences."""
WORDS = re.compile(r"\b[A-Za-z']+ [a-z][a-z']*\b|\b[a-z][a-z']+ [A-Za-z']+\b")
"""Two words in a row that are not both capitalised: `DIR TAG` and `Realistic Vision` are no sentence."""
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def english_in(text: str) -> list[str]:
    """The lines in which two English words follow one another."""
    return [line for line in text.splitlines() if WORDS.search(_without_the_same(line))]


def _without_the_same(line: str) -> str:
    if any(re.fullmatch(pattern, line) for pattern in WHOLE_LINES):
        return ""
    for name in NAMES:
        line = line.replace(name, "·")
    for pattern in SAME_IN_BOTH:
        line = re.sub(pattern, "·", line)
    return line


class _Visible(HTMLParser):
    """The texts of a page that a browser shows, one a line."""

    SHOWN = ("title", "alt", "aria-label", "placeholder")
    CODE = ("script", "style", "code", "pre")

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self._inside = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside += tag in self.CODE
        self.lines += [value for name, value in attrs if name in self.SHOWN and value]

    def handle_endtag(self, tag: str) -> None:
        self._inside -= tag in self.CODE

    def handle_data(self, data: str) -> None:
        if not self._inside:
            self.lines.append(data)


def visible_text(html: str) -> str:
    """Without what stands in `code` and `pre`, which is typed or quoted."""
    page = _Visible()
    page.feed(html)
    return "\n".join(page.lines)
