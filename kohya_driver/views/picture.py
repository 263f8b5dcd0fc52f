"""A picture in a terminal: as half blocks, two pixels in a cell, or as a file for a terminal that shows such.

While a screen is drawn anew every second, half blocks are the only kind that stands still: they are text like the rest of it.
The protocols of iTerm2 (https://iterm2.com/documentation-images.html) and kitty
(https://sw.kovidgoyal.net/kitty/graphics-protocol/) are for pictures that are shown once, at the end.
"""

from __future__ import annotations

import base64
import functools
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal, get_args

from rich.color import Color
from rich.console import Console
from rich.style import Style
from rich.text import Text

from kohya_driver.files import stamp
from kohya_driver.sampling.thumbnail import Thumbnail, inline_png, read_thumbnail

Protocol = Literal["iterm2", "kitty", "blocks", "none"]
SETTING = "KOHYA_DRIVER_PICTURES"
"""Names a protocol, for a terminal that is taken for another."""
FEWEST_ROWS = 12
"""Of two pixels each; below that nobody sees what it is."""
MOST_ROWS = 24
SHOWN_ROWS, SHOWN_COLUMNS = 24, 80
CHUNK = 4096
"""Of base64, in one of kitty's pieces."""
_COLOURS = ("truecolor", "256")


def protocol(console: Console, environment: Mapping[str, str] = os.environ) -> Protocol:
    """What this terminal can show, as far as it tells. Inside tmux and screen the protocols would need to be passed through."""
    if not console.is_terminal or console.color_system not in _COLOURS:
        return "none"
    wish = environment.get(SETTING, "")
    if wish in get_args(Protocol):
        return wish  # type: ignore[return-value]
    term, program = environment.get("TERM", ""), environment.get("TERM_PROGRAM", "")
    if "TMUX" in environment or term.startswith(("screen", "tmux")):
        return "blocks"
    if "KITTY_WINDOW_ID" in environment or term in ("xterm-kitty", "xterm-ghostty") or program == "ghostty":
        return "kitty"
    if program in ("iTerm.app", "WezTerm") or environment.get("LC_TERMINAL") == "iTerm2":
        return "iterm2"
    return "blocks"


def half_blocks(picture: Thumbnail, columns: int, rows: int) -> list[Text]:
    """Lines of at most so many cells and so many lines; none where there is too little room."""
    if rows < FEWEST_ROWS or columns < FEWEST_ROWS * 2:
        return []
    return [line.copy() for line in _blocks(picture, columns, min(rows, MOST_ROWS))]


@functools.lru_cache(maxsize=4)
def _blocks(picture: Thumbnail, columns: int, rows: int) -> tuple[Text, ...]:
    small = picture.fit(columns, rows * 2)
    return tuple(_line(small, y) for y in range(0, small.height, 2))


def _line(picture: Thumbnail, y: int) -> Text:
    line = Text(no_wrap=True)
    for x in range(picture.width):
        above, below = Color.from_rgb(*picture.at(x, y)), Color.from_rgb(*picture.at(x, y + 1))
        line.append("▀", Style(color=above, bgcolor=below))
    return line


class Newest:
    """The newest picture of a run, read once."""

    def __init__(self, *, shown: bool) -> None:
        self._shown = shown
        self._known: tuple[str, str] = ("", "")
        self._picture: Thumbnail | None = None

    def of(self, path: str) -> Thumbnail | None:
        """None where none is to be shown, or it cannot be read."""
        if not self._shown or not path:
            return None
        known = (path, stamp(Path(path)))
        if known != self._known:
            self._known, self._picture = known, read_thumbnail(Path(path))
        return self._picture


def print_picture(
    path: Path, console: Console, how: Protocol | None = None, *, columns: int = SHOWN_COLUMNS
) -> bool:
    """Show it once, below what was printed; False where it cannot be shown. Nothing is raised for a broken one."""
    how = how or protocol(console)
    if how == "blocks":
        return _print_blocks(path, console, columns)
    data = inline_png(path) if how in ("iterm2", "kitty") else b""
    if not data:
        return False
    console.file.write(iterm2_bytes(data, path.name) if how == "iterm2" else "".join(kitty_pieces(data)))
    console.file.write("\n")
    console.file.flush()
    return True


def _print_blocks(path: Path, console: Console, columns: int) -> bool:
    picture = read_thumbnail(path)
    room = min(columns, console.width - 1)
    lines = (
        half_blocks(picture, room, max(FEWEST_ROWS, min(SHOWN_ROWS, console.height - 4))) if picture else []
    )
    for line in lines:
        console.print(line)
    return bool(lines)


def iterm2_bytes(png: bytes, name: str, rows: int = SHOWN_ROWS) -> str:
    """One inline picture."""
    about = f"name={base64.b64encode(name.encode()).decode()};size={len(png)}"
    how = f"inline=1;height={rows};preserveAspectRatio=1"
    return f"\x1b]1337;File={about};{how}:{base64.b64encode(png).decode()}\a"


def kitty_pieces(png: bytes, rows: int = SHOWN_ROWS) -> Iterator[str]:
    """The same in kitty's protocol; q=2: the terminal is not to answer, as nobody would read it."""
    text = base64.b64encode(png).decode()
    pieces = [text[start : start + CHUNK] for start in range(0, len(text), CHUNK)]
    for number, piece in enumerate(pieces, 1):
        more = f"m={int(number < len(pieces))}"
        keys = f"a=T,f=100,r={rows},q=2,{more}" if number == 1 else more
        yield f"\x1b_G{keys};{piece}\x1b\\"
