"""A grid as one page for a browser: every picture with its settings, in the language in use, light and dark."""

from __future__ import annotations

import html
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from kohya_driver import files, texts
from kohya_driver.planning.prompts import Prompt
from kohya_driver.sampling.model import Cell, GridPlan, Lora

PAGE = "grid.html"
_STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 1.5rem auto; padding: 0 1rem; max-width: 110rem; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.05rem; margin: 2rem 0 .2rem; overflow-wrap: anywhere; }
p { margin: .2rem 0; color: color-mix(in srgb, currentColor 75%, transparent); overflow-wrap: anywhere; }
.grid { overflow-x: auto; } table { border-collapse: separate; border-spacing: .5rem; }
th { font-weight: 600; } th[scope=row] { text-align: right; white-space: nowrap; }
img { display: block; width: clamp(8rem, 20vw, 20rem); height: auto; border-radius: .3rem; }
a:focus-visible { outline: 3px solid Highlight; outline-offset: 2px; }
"""


def write_page(plan: GridPlan, folder: Path, sheets: tuple[Path, ...]) -> Path:
    """The page beside the pictures; it needs nothing else."""
    path = folder / PAGE
    files.write_text(path, "\n".join(_document(plan, sheets)) + "\n")
    return path


def _document(plan: GridPlan, sheets: tuple[Path, ...]) -> Iterator[str]:
    title = texts.say("grid.page_title", name=plan.source.stem if not plan.is_run else plan.source.name)
    language = {"zh": "zh-CN"}.get(texts.language(), "en")
    yield f'<!doctype html>\n<html lang="{language}"><head><meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{html.escape(title)}</title><style>{_STYLE}</style></head><body><main>"
    yield f"<h1>{html.escape(title)}</h1>"
    yield _words("grid.page_base", base=plan.base.name)
    yield _words("grid.page_how")
    for number, prompt in enumerate(plan.prompts):
        yield from _section(plan, number, prompt, sheets[number].name)
    yield "</main></body></html>"


def _section(plan: GridPlan, number: int, prompt: Prompt, sheet: str) -> Iterator[str]:
    yield f"<h2>{html.escape(prompt.text)}</h2>"
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
    yield '<div class="grid" tabindex="0"><table>'
    heads = "".join(f'<th scope="col">{html.escape(_column(lora))}</th>' for lora in plan.loras)
    yield f"<thead><tr><td></td>{heads}</tr></thead><tbody>"
    for row, weight in enumerate(plan.weights):
        label = html.escape(texts.say("grid.page_weight", weight=f"{weight:g}"))
        cells = "".join(_place(plan, number, column, weight, row) for column in range(len(plan.loras)))
        yield f'<tr><th scope="row">{label}</th>{cells}</tr>'
    yield "</tbody></table></div>"
    yield f'<p><a href="{sheet}">{html.escape(texts.say("grid.page_sheet"))}</a></p>'


def _place(plan: GridPlan, prompt: int, column: int, weight: float, row: int) -> str:
    lora = plan.loras[column]
    cell = plan.cell(prompt, column, weight if lora.path else None)
    if cell is None or (lora.path is None and row > 0):
        return "<td></td>"
    return f"<td>{_picture(cell, lora)}</td>"


def _picture(cell: Cell, lora: Lora) -> str:
    words = _column(lora)
    if cell.weight is not None:
        words += ", " + texts.say("grid.page_weight", weight=f"{cell.weight:g}")
    address = quote(cell.file)
    return (
        f'<a href="{address}"><img src="{address}" alt="{html.escape(words, quote=True)}" loading="lazy"></a>'
    )


def _column(lora: Lora) -> str:
    if lora.path is None:
        return texts.say("grid.without")
    if lora.step is None:
        return lora.path.stem
    return texts.say("grid.page_step", step=lora.step, epoch=lora.epoch)


def _words(code: str, **values: object) -> str:
    return f"<p>{html.escape(texts.say(code, **values))}</p>"
