"""A grid as one page for a browser: every picture with its settings, in the language in use, light and dark."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from pathlib import Path

from kohya_driver import files, texts
from kohya_driver.planning.prompts import Prompt
from kohya_driver.report.markup import Markup, element, join, link
from kohya_driver.report.model import Picture
from kohya_driver.report.page import LONG_PROMPT, page, prompt_words, section, theme_switch
from kohya_driver.report.thumbs import with_thumbs
from kohya_driver.sampling.model import Cell, GridPlan, Lora

PAGE = "grid.html"
Copies = Mapping[str, Picture]
"""By the name of a picture's file, what is shown of it."""


def write_page(plan: GridPlan, folder: Path, sheets: tuple[Path, ...]) -> Path:
    """The page beside the pictures. It holds small copies and needs nothing else; a click opens the whole picture."""
    path = folder / PAGE
    files.write_text(path, _document(plan, folder, sheets))
    return path


def _document(plan: GridPlan, folder: Path, sheets: tuple[Path, ...]) -> str:
    title = texts.say("grid.page_title", name=plan.source.stem if not plan.is_run else plan.source.name)
    shown = with_thumbs(Picture(folder / cell.file, 0, 0, cell.prompt, None) for cell in plan.cells)
    copies = {cell.file: one for cell, one in zip(plan.cells, shown, strict=True)}
    sections = (_section(plan, number, folder, sheets[number], copies) for number in range(len(plan.prompts)))
    return page(title, join((_header(plan, title), element("main", join(sections)))))


def _header(plan: GridPlan, title: str) -> Markup:
    bar = join((_words("grid.page_base", base=plan.base.name), theme_switch()))
    return element(
        "header", join((element("div", bar, class_="bar"), element("h1", title), _words("grid.page_how")))
    )


def _section(plan: GridPlan, number: int, folder: Path, sheet: Path, copies: Copies) -> Markup:
    prompt = plan.prompts[number]
    whole = element("a", texts.say("grid.page_sheet"), href=link(folder / sheet.name, folder))
    return section(
        f"prompt-{number + 1}",
        texts.say("report_page.samples.prompt", number=number + 1),
        element("div", prompt_words(prompt.text), class_="about"),
        *_settings(plan, prompt),
        _table(plan, number, folder, copies),
        element("p", whole, class_="about"),
    )


def _settings(plan: GridPlan, prompt: Prompt) -> Iterator[Markup]:
    if prompt.negative:
        yield _words("grid.page_negative", negative=prompt.negative)
    yield _words(
        "grid.page_settings",
        width=prompt.width,
        height=prompt.height,
        seed=prompt.seed,
        steps=prompt.steps,
        scale=f"{prompt.scale:g}",
        sampler=plan.sampler,
    )


def _table(plan: GridPlan, number: int, folder: Path, copies: Copies) -> Markup:
    """LoRA files across, weights down."""
    caption = plan.prompts[number].text[:LONG_PROMPT]
    heads = join(element("th", _column(lora), scope="col") for lora in plan.loras)
    head = element("tr", join((element("td"), heads)))
    rows = join(_row(plan, number, row, folder, copies) for row in range(len(plan.weights)))
    parts = (
        element("caption", caption, dir="auto"),
        element("thead", head),
        element("tbody", rows),
    )
    return element(
        "div",
        element("table", join(parts)),
        class_="scroll sheet",
        role="region",
        tabindex="0",
        aria_label=texts.say("report_page.samples.prompt", number=number + 1),
    )


def _row(plan: GridPlan, number: int, row: int, folder: Path, copies: Copies) -> Markup:
    weight = plan.weights[row]
    label = element("th", texts.say("grid.page_weight", weight=f"{weight:g}"), scope="row")
    cells = (_place(plan, number, column, weight, row) for column in range(len(plan.loras)))
    shown = (
        element("td", _picture(cell, plan.loras[cell.lora], folder, copies) if cell else "") for cell in cells
    )
    return element("tr", join((label, *shown)))


def _place(plan: GridPlan, prompt: int, column: int, weight: float, row: int) -> Cell | None:
    """The base alone stands in the first row: it has no weight."""
    has_lora = plan.loras[column].path is not None
    return plan.cell(prompt, column, weight if has_lora else None) if has_lora or row == 0 else None


def _picture(cell: Cell, lora: Lora, folder: Path, copies: Copies) -> Markup:
    shown = copies[cell.file]
    if shown.is_broken or not shown.thumb:
        return element("div", texts.say("report_page.samples.broken"), class_="gap")
    words = _column(lora)
    if cell.weight is not None:
        words += ", " + texts.say("grid.page_weight", weight=f"{cell.weight:g}")
    image = element(
        "img",
        src=f"data:image/jpeg;base64,{base64.b64encode(shown.thumb).decode()}",
        alt=words,
        width=shown.width,
        height=shown.height,
    )
    return element("a", image, href=link(folder / cell.file, folder))


def _column(lora: Lora) -> str:
    if lora.path is None:
        return texts.say("grid.without")
    if lora.step is None:
        return lora.path.stem
    return texts.say("grid.page_step", step=lora.step, epoch=lora.epoch)


def _words(code: str, **values: object) -> Markup:
    return element("p", texts.say(code, **values), class_="about")
