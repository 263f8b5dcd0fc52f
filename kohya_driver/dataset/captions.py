"""A picture's caption, as the engine finds and reads it (library/train_util.py:1946)."""

from __future__ import annotations

import os
import re
from pathlib import Path

from kohya_driver.dataset.model import Caption, CaptionState

_WORD = re.compile(r"'(?:s|t|re|ve|m|ll|d)|[^\W\d_]+|\d|(?:[^\s\w]|_)+", re.IGNORECASE)
"""CLIP's own pattern: each match becomes one token or more."""
_IDEOGRAPHS = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


def read_caption(picture: Path, extension: str) -> Caption:
    """The caption of a picture: its own file, else that of its name without four face coordinates."""
    for path in caption_candidates(picture, extension):
        if path.is_file():
            return _caption(path)
    return Caption(CaptionState.MISSING)


def caption_candidates(picture: Path, extension: str) -> tuple[Path, ...]:
    """Where the engine looks, in order.

    It splits the whole path at `_` and not only the name, and so may end in another folder.
    """
    base = str(picture.with_suffix(""))
    parts = base.split("_")
    bases = (base, "_".join(parts[:-4])) if len(parts) >= 5 else (base,)
    return tuple(Path(one + extension) for one in bases)


def _caption(path: Path) -> Caption:
    with path.open("rb") as file:
        data, modified = file.read(), os.fstat(file.fileno()).st_mtime
    if not data:
        return Caption(CaptionState.EMPTY, path, modified=modified)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return Caption(CaptionState.NOT_UTF8, path, modified=modified)
    first, *rest = (line.strip() for line in re.split(r"\r\n|\r|\n", text))
    state = CaptionState.PRESENT if first else CaptionState.BLANK
    return Caption(state, path, first, tuple(filter(None, rest)), modified)


def count_tokens(text: str) -> int:
    """At least how many tokens CLIP makes of a text, without its start and end.

    Long and rare words take two or more. A Chinese, Japanese or Korean character is counted as one; CLIP knows few of them.
    """
    words = _WORD.findall(text)
    return sum(max(1, len(_IDEOGRAPHS.findall(word))) for word in words)
