"""The contact sheet of a crop: what was cut from where, those worth a look first, as PNG pages and one HTML page.

The HTML needs nothing but itself. Each picture comes with the line for crops.toml that says what was done with it.
"""

from __future__ import annotations

import base64
import contextlib
import html
import io
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kohya_driver import files, texts
from kohya_driver.errors import DatasetError
from kohya_driver.prepare.boxes import Box
from kohya_driver.prepare.crop import FLAGS
from kohya_driver.prepare.crop_report import CropRecord
from kohya_driver.prepare.crop_work import side_by_side
from kohya_driver.prepare.crops_file import override_line, skip_line
from kohya_driver.prepare.images import open_rgb
from kohya_driver.prepare.sheet_page import PAGE, Cell, draw_page

if TYPE_CHECKING:
    from PIL.Image import Image

PER_PAGE = 20
MOST_IN_HTML = 600
"""More would make a page that no browser likes; all of them are on the PNG pages."""
INDEX = "index.html"
_THUMB = 240
_QUALITY = 78


@dataclass(frozen=True, slots=True)
class _Thumbs:
    before: Image | None
    after: Image | None


def write_sheet(
    records: Sequence[CropRecord],
    source: Path,
    target: Path,
    folder: Path,
    on_progress: Callable[[int, int], None] = lambda done, of: None,
) -> Path:
    """Draw the sheet of these pictures into a folder; returns its HTML page. Earlier pages there are replaced.

    Args:
        source, target: the folders that the records' paths are in.
        on_progress: told how many pictures are drawn, of how many.

    Raises:
        HostError: the folder cannot be written to.
    """
    ordered = in_order(records)
    pages = [ordered[start : start + PER_PAGE] for start in range(0, len(ordered), PER_PAGE)]
    shown: list[str] = []
    done = 0
    for number, page in enumerate(pages, start=1):
        thumbs: dict[int, _Thumbs] = {}
        with contextlib.closing(side_by_side(lambda one: _thumbs(one, source, target), page)) as drawn:
            for index, pair in drawn:
                thumbs[index] = pair
                on_progress(done + len(thumbs), len(ordered))
        done += len(page)
        pairs = [(record, thumbs[index]) for index, record in enumerate(page)]
        files.write_bytes(folder / page_name(number), _png_page(pairs, number, len(pages)))
        shown += [_article(*pair) for pair in pairs[: MOST_IN_HTML - len(shown)]]
    for old in folder.glob("page-*.png"):
        if old.name not in {page_name(number) for number in range(1, len(pages) + 1)}:
            old.unlink()
    files.write_text(folder / INDEX, _document(ordered, shown))
    return folder / INDEX


def page_name(number: int) -> str:
    return f"page-{number:03d}.png"


def in_order(records: Sequence[CropRecord]) -> list[CropRecord]:
    """Those worth a look first, the worst of them before the others; else as in the folder."""

    def rank(record: CropRecord) -> tuple[bool, int]:
        worst = min((FLAGS.index(flag) for flag in record.flags if flag in FLAGS), default=len(FLAGS))
        return not record.needs_a_look, -1 if record.status == "failed" else worst

    return sorted(records, key=lambda record: rank(record) if record.needs_a_look else (True, 0))


def flag_words(record: CropRecord) -> str:
    """What is to be said of a picture, in the language in use."""
    said = [texts.say(f"crop_screen.flag.{flag.replace('-', '_')}") for flag in record.flags]
    if record.finding:
        said.insert(0, record.finding.message)
    return " · ".join(said)


def lines_to_copy(record: CropRecord) -> str:
    """What to put into crops.toml to change what was done."""
    if record.plan and record.output:
        return override_line(record.source, record.plan.box)
    return skip_line(record.source)


def _thumbs(record: CropRecord, source: Path, target: Path) -> _Thumbs:
    before = _opened(source / record.source)
    after = _opened(target / record.output) if record.output else None
    return _Thumbs(_marked(before, record) if before else None, after)


def _opened(path: Path) -> Image | None:
    try:
        image = open_rgb(path, min_side=_THUMB)
    except DatasetError:
        return None
    image.thumbnail((_THUMB, _THUMB), reducing_gap=2.0)
    return image


def _marked(image: Image, record: CropRecord) -> Image:
    """What is cut off darkened, heads and subject framed."""
    from PIL import Image, ImageDraw

    plan = record.plan
    if plan is None:
        return image
    across, down = image.width / plan.size[0], image.height / plan.size[1]

    def here(box: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
        left, top, right, bottom = Box(*box).scaled(across, down).pixels
        return left, top, max(left, right - 1), max(top, bottom - 1)

    shade = Image.new("L", image.size, 150)
    if not plan.skipped:
        ImageDraw.Draw(shade).rectangle(here(plan.box), fill=0)
    marked = Image.composite(Image.new("RGB", image.size, (20, 20, 24)), image, shade)
    pen = ImageDraw.Draw(marked)
    if plan.subject:
        pen.rectangle(here(plan.subject), outline=(90, 170, 255), width=1)
    for head in plan.heads:
        pen.rectangle(here(head), outline=(255, 90, 90), width=2)
    if not plan.skipped:
        pen.rectangle(here(plan.box), outline=(60, 220, 120), width=2)
    return marked


def _png_page(pairs: Sequence[tuple[CropRecord, _Thumbs]], number: int, of: int) -> bytes:
    cells = [
        Cell(
            record.source,
            _sizes(record),
            flag_words(record),
            thumbs.before,
            thumbs.after,
            record.needs_a_look,
        )
        for record, thumbs in pairs
    ]
    data = io.BytesIO()
    title = texts.say("crop_screen.sheet.page", number=number, of=of)
    draw_page(title, cells).save(data, "PNG", compress_level=6)
    return data.getvalue()


def _sizes(record: CropRecord) -> str:
    plan = record.plan
    if plan is None:
        return ""
    before = f"{plan.size[0]}×{plan.size[1]}"
    return f"{before} → {plan.output[0]}×{plan.output[1]}" if record.output else before


def _article(record: CropRecord, thumbs: _Thumbs) -> str:
    images = "".join(
        f'<img src="{_data(image)}" alt="{html.escape(texts.say(code), quote=True)}" loading="lazy">'
        for image, code in (
            (thumbs.before, "crop_screen.sheet.before"),
            (thumbs.after, "crop_screen.sheet.after"),
        )
        if image
    )
    line = html.escape(lines_to_copy(record))
    words = html.escape(flag_words(record))
    kind = ' class="look"' if record.needs_a_look else ""
    copy = html.escape(texts.say("crop_screen.sheet.copy"))
    return (
        f"<article{kind}><div>{images}</div><h3>{html.escape(record.source)}</h3>"
        f"<p>{html.escape(_sizes(record))}</p>{f'<p><b>{words}</b></p>' if words else ''}"
        f'<p class="line"><code>{line}</code><button type="button">{copy}</button></p></article>'
    )


def _data(image: Image) -> str:
    data = io.BytesIO()
    image.save(data, "JPEG", quality=_QUALITY)
    return "data:image/jpeg;base64," + base64.b64encode(data.getvalue()).decode("ascii")


def _document(records: Sequence[CropRecord], shown: Sequence[str]) -> str:
    return "".join(_parts(records, shown))


def _parts(records: Sequence[CropRecord], shown: Sequence[str]) -> Iterator[str]:
    def say(code: str, **values: object) -> str:
        return html.escape(texts.say(code, **values))

    look = sum(record.needs_a_look for record in records)
    before, _, rest = PAGE.partition("{body}")
    title, about = say("crop_screen.sheet.title"), say("crop_screen.sheet.about")
    yield before.replace("{language}", texts.language()).replace("{title}", title)
    yield f"<h1>{title}</h1><p>{about}</p>"
    groups = (
        ("crop_screen.sheet.look", shown[:look], look),
        ("crop_screen.sheet.rest", shown[look:], len(records) - look),
    )
    for code, part, count in groups:
        if count:
            yield f"<h2>{say(code, count=count)}</h2><section>{''.join(part)}</section>"
    if len(shown) < len(records):
        more = say("crop_screen.sheet.more", count=len(records) - len(shown))
        yield f"<p>{more}</p>"
    yield rest.replace('"{copied}"', json.dumps(texts.say("crop_screen.sheet.copied")))
