"""Finds English in what is said in Chinese. What may stand in both languages is listed here, each with its reason."""

from __future__ import annotations

import re

SAME_IN_BOTH = (
    r"`[^`]*`",  # what is typed, and keys
    r'"[^"\n]*"|“[^”\n]*”|\'[^\'\n]*\'',  # quoted: the engine's or a library's own words, values, captions
    r"\S*/\S*",  # paths, addresses, `3/18`
    r"kohya-driver(?: [\w.,=*:~+|<>\[\]-]+)*",  # commands
    r"(?<![\w-])-{1,2}[a-z][\w-]*(?:[ =][\w.|=,:-]+)?",  # options and their values
    r"\w+(?:[._-]\w+)+",  # codes, keys, file names, versions
    r"\S+ = .*",  # a line of TOML
)
NAMES = (
    "sd-scripts", "kohya_ss", "LoRA_Easy_Training_Scripts", "ai-toolkit", "Apple Silicon", "Apple silicon", "Stable Diffusion", "Draw Things",
    "Hugging Face", "CreativeML Open RAIL", "Fair AI Public License",
)  # fmt: skip
"""Products and licences."""
WORDS = re.compile(r"[A-Za-z']+ [a-z][a-z']*|[a-z][a-z']+ [A-Za-z']+")
"""Two words in a row, one of them not in capitals: `DIR TAG` and `OneTrainer JSON` are no sentence."""


def english_in(text: str) -> list[str]:
    """The lines in which two English words follow one another."""
    return [line for line in text.splitlines() if WORDS.search(_without_the_same(line))]


def _without_the_same(line: str) -> str:
    for name in NAMES:
        line = line.replace(name, "·")
    for pattern in SAME_IN_BOTH:
        line = re.sub(pattern, "·", line)
    return line
