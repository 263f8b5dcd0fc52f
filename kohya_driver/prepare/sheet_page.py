"""How a page of the contact sheet looks: drawn as a picture, and the frame of the HTML page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageFont import FreeTypeFont, ImageFont

FONTS = (
    "/System/Library/Fonts/PingFang.ttc",
    "/System/Library/Fonts/Hiragino Sans GB.ttc",
    "/System/Library/Fonts/STHeiti Light.ttc",
    "/System/Library/Fonts/Supplemental/Arial Unicode.ttf",
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
    "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
)
"""Fonts with Chinese signs, where the systems keep them; PIL's own has none."""

COLUMNS = 4
_PICTURE = 190
_PADDING = 12
_CELL = 2 * _PICTURE + 3 * _PADDING
_TEXT = 66
_TITLE = 44
_BACKGROUND, _PANEL, _INK, _DIM, _WARN = "#17181c", "#22242a", "#e8e8ea", "#9a9ca5", "#ffb454"


@dataclass(frozen=True, slots=True)
class Cell:
    name: str
    sizes: str
    words: str
    before: Image | None
    after: Image | None
    needs_a_look: bool


def draw_page(title: str, cells: Sequence[Cell]) -> Image:
    """The cells in rows, each with the picture before and after."""
    from PIL import Image, ImageDraw

    rows = -(-len(cells) // COLUMNS)
    down = _PICTURE + _TEXT + 3 * _PADDING
    size = COLUMNS * (_CELL + _PADDING) + _PADDING, _TITLE + rows * (down + _PADDING) + _PADDING
    page = Image.new("RGB", size, _BACKGROUND)
    ImageDraw.Draw(page).text((_PADDING, _PADDING), title, fill=_INK, font=_font(18))
    for place, cell in enumerate(cells):
        row, column = divmod(place, COLUMNS)
        left, top = _PADDING + column * (_CELL + _PADDING), _TITLE + row * (down + _PADDING)
        _draw_cell(page, cell, left, top, down)
    return page


def _draw_cell(page: Image, cell: Cell, left: int, top: int, down: int) -> None:
    from PIL import ImageDraw

    pen = ImageDraw.Draw(page)
    outline = _WARN if cell.needs_a_look else _PANEL
    pen.rounded_rectangle((left, top, left + _CELL, top + down), 8, fill=_PANEL, outline=outline, width=2)
    for place, image in enumerate((cell.before, cell.after)):
        if image:
            small = image.copy()
            small.thumbnail((_PICTURE, _PICTURE))
            x = left + _PADDING + place * (_PICTURE + _PADDING) + (_PICTURE - small.width) // 2
            page.paste(small, (x, top + _PADDING + (_PICTURE - small.height) // 2))
    x, y, width = left + _PADDING, top + _PICTURE + 2 * _PADDING, _CELL - 2 * _PADDING
    lines = ((cell.name, _INK), (cell.sizes, _DIM), (cell.words, _WARN if cell.needs_a_look else _DIM))
    font = _font(14)
    for text, colour in lines:
        pen.text((x, y), _shortened(text, font, width), fill=colour, font=font)
        y += _TEXT // 3


def _shortened(text: str, font: FreeTypeFont | ImageFont, width: int) -> str:
    """On one line; the middle left out of what is too long."""
    line = "".join(sign if sign.isprintable() else "?" for sign in text)
    if font.getlength(line) <= width:
        return line
    for keep in range(len(line) - 1, 1, -1):
        cut = f"{line[: keep - keep // 2]}…{line[len(line) - keep // 2 :]}"
        if font.getlength(cut) <= width:
            return cut
    return line[:1]


def _font(size: int) -> FreeTypeFont | ImageFont:
    from PIL import ImageFont

    for path in FONTS:
        if Path(path).is_file():
            try:
                return ImageFont.truetype(path, size)
            except OSError:
                continue
    return ImageFont.load_default(size)


PAGE = """<!doctype html>
<html lang="{language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>{title}</title><style>
:root { --back: #f4f4f6; --panel: #fff; --ink: #1b1c20; --dim: #666a75; --warn: #b35c00; --line: #d9dae0; }
@media (prefers-color-scheme: dark) {
  :root { --back: #17181c; --panel: #22242a; --ink: #e8e8ea; --dim: #9a9ca5; --warn: #ffb454; --line: #363941; }
}
body { margin: 0 auto; max-width: 1500px; padding: 1.5rem; background: var(--back); color: var(--ink);
  font: 15px/1.45 -apple-system, "PingFang SC", "Noto Sans CJK SC", "Segoe UI", sans-serif; }
h1 { font-size: 1.5rem; margin: 0; } h2 { font-size: 1.1rem; margin: 2rem 0 .75rem; }
section { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fill, minmax(min(100%, 340px), 1fr)); }
article { background: var(--panel); border: 1px solid var(--line); border-radius: 10px; padding: .9rem; min-width: 0; }
article.look { border-color: var(--warn); }
article div { display: flex; gap: .6rem; justify-content: center; align-items: center; min-height: 190px; }
img { max-width: calc(50% - .3rem); max-height: 240px; border-radius: 4px; }
h3 { font-size: .95rem; margin: .7rem 0 0; overflow-wrap: anywhere; }
p { margin: .2rem 0; color: var(--dim); } p b { color: var(--warn); font-weight: 600; }
article:not(.look) p b { color: var(--dim); font-weight: 400; }
.line { display: flex; gap: .5rem; align-items: center; margin-top: .5rem; }
code { flex: 1; min-width: 0; overflow-x: auto; white-space: nowrap; user-select: all; background: var(--back);
  padding: .3rem .5rem; border-radius: 5px; color: var(--ink); font: 12px/1.5 ui-monospace, Menlo, monospace; }
button { border: 1px solid var(--line); background: var(--back); color: inherit; border-radius: 5px; padding: .3rem .7rem;
  font: inherit; cursor: pointer; }
</style></head><body>{body}<script>
document.querySelectorAll("button").forEach(function (button) {
  button.addEventListener("click", function () {
    var code = button.previousElementSibling, range = document.createRange();
    range.selectNodeContents(code);
    var selection = window.getSelection();
    selection.removeAllRanges(); selection.addRange(range);
    if (document.execCommand("copy")) { button.textContent = "{copied}"; }
  });
});
</script></body></html>
"""
