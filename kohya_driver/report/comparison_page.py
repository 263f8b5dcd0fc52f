"""A comparison as a page: one HTML file that needs nothing but itself."""

from __future__ import annotations

import base64
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from kohya_driver import files, texts
from kohya_driver.report.charts import Chart, Series, Style, aligned, figures, number
from kohya_driver.report.comparison import LETTERS, Comparison, SamplePair, smooth_losses
from kohya_driver.report.comparison_words import grouped, lettered, results
from kohya_driver.report.curves import MOST_POINTS, bounds, medians, smoothing_span, thin
from kohya_driver.report.markup import Markup, element, join, link
from kohya_driver.report.model import Picture, RunReport
from kohya_driver.report.page import (
    LONG_PROMPT,
    contents,
    page,
    prompt_words,
    section,
    table,
    theme_switch,
)
from kohya_driver.report.thumbs import with_thumbs


def say(code: str, **values: object) -> str:
    return texts.say(f"compare.{code}", **values)


def as_page(comparison: Comparison, beside: Path) -> str:
    """The whole page.

    Args:
        beside: the folder that it is for, from which its links lead.
    """
    made = [(id, say(f"{id}.title"), list(parts)) for id, parts in _sections(comparison, beside)]
    shown = [one for one in made if one[2]]
    body = join(
        (
            _header(comparison, beside),
            contents((id, title) for id, title, _ in shown),
            element("main", join(section(id, title, *parts) for id, title, parts in shown)),
        )
    )
    return page(say("title", names=", ".join(one.name for one in comparison.runs)), body)


def _sections(comparison: Comparison, beside: Path) -> Iterator[tuple[str, Iterable[Markup]]]:
    yield "settings", _settings(comparison)
    yield "results", _results(comparison)
    yield "samples", _samples(comparison, beside)
    yield "curves", _curves(comparison)


def _header(comparison: Comparison, beside: Path) -> Markup:
    names = " · ".join(one.name for one in comparison.runs)
    items = (
        element("div", join((element("dt", f"{letter} · {state}"), element("dd", _run(one, beside)))))
        for (letter, _, state), one in zip(lettered(comparison), comparison.runs, strict=True)
    )
    return element(
        "header",
        join(
            (
                element("div", join((element("p", say("about")), theme_switch())), class_="bar"),
                element("h1", names),
                element("dl", join(items), class_="numbers"),
            )
        ),
    )


def _run(report: RunReport, beside: Path) -> Markup:
    """Its name, which leads to its report if there is one."""
    path = report.folder / "report.html"
    return (
        element("a", report.name, href=link(path, beside))
        if files.is_file(path)
        else element("span", report.name)
    )


def _heads(comparison: Comparison, first: str) -> list[str]:
    return [first, *(f"{letter} · {name}" for letter, name, _ in lettered(comparison))]


def _settings(comparison: Comparison) -> Iterator[Markup]:
    if not comparison.differences:
        yield element("p", say("settings.none"), class_="about")
        return
    yield element("p", say("settings.about"), class_="about")
    rows = [
        (join((element("code", name), element("span", title, class_="tag")), " "), *values)
        for title, lines in grouped(comparison)
        for name, values in lines
    ]
    yield table(say("settings.title"), _heads(comparison, say("settings.name")), rows)


def _results(comparison: Comparison) -> Iterator[Markup]:
    rows = [(name, *values) for name, values in results(comparison)]
    if rows:
        yield table(say("results.title"), _heads(comparison, say("results.name")), rows, class_="files")


# --- samples


def _samples(comparison: Comparison, beside: Path) -> Iterator[Markup]:
    if not comparison.samples:
        return
    yield element("p", say("samples.about"), class_="about")
    wanted = {one.path: one for pair in comparison.samples for one in pair.pictures if one}
    thumbs = {one.path: one for one in with_thumbs(wanted.values())}
    for prompt in dict.fromkeys(pair.prompt for pair in comparison.samples):
        pairs = [pair for pair in comparison.samples if pair.prompt == prompt]
        yield _sheet(comparison, prompt, pairs, thumbs, beside)


def _sheet(
    comparison: Comparison,
    prompt: str,
    pairs: Sequence[SamplePair],
    thumbs: Mapping[Path, Picture],
    beside: Path,
) -> Markup:
    """One prompt: steps across, runs down."""
    heads = (element("th", _step(pair.step), scope="col") for pair in pairs)
    body = join(join(_row(comparison, place, pairs, thumbs, beside)) for place in range(len(comparison.runs)))
    short = prompt[:LONG_PROMPT]
    parts = (element("caption", short, dir="auto"), element("thead", element("tr", join(heads))), body)
    sheet = element(
        "div",
        element("table", join(parts)),
        class_="scroll sheet",
        role="region",
        tabindex="0",
        aria_label=short,
    )
    return join((element("div", prompt_words(prompt), class_="about"), sheet))


def _step(step: int) -> str:
    code = "step" if step else "before"
    return texts.say(f"report_page.samples.{code}", step=f"{step:,}")


def _row(
    comparison: Comparison,
    place: int,
    pairs: Sequence[SamplePair],
    thumbs: Mapping[Path, Picture],
    beside: Path,
) -> Iterator[Markup]:
    name = join((element("small", LETTERS[place]), comparison.runs[place].name))
    heading = element("th", element("div", name), class_="prompt", scope="rowgroup", colspan=len(pairs))
    cells = join(element("td", join(_cell(pair, place, thumbs, beside))) for pair in pairs)
    yield element("tbody", join((element("tr", heading), element("tr", cells))))


def _cell(pair: SamplePair, place: int, thumbs: Mapping[Path, Picture], beside: Path) -> Iterator[Markup]:
    picture = pair.pictures[place]
    if picture is None:
        yield element("div", texts.say("report_page.samples.not_there"), class_="gap")
        return
    thumb = thumbs.get(picture.path, replace(picture, is_broken=True))
    if thumb.is_broken or not thumb.thumb:
        yield element("div", texts.say("report_page.samples.broken"), class_="gap")
    else:
        image = element(
            "img",
            src=f"data:image/jpeg;base64,{base64.b64encode(thumb.thumb).decode()}",
            alt=say("samples.alt", run=LETTERS[place], step=picture.step),
            width=thumb.width,
            height=thumb.height,
        )
        yield element("a", image, href=link(picture.path, beside))
    if picture.step != pair.step:
        yield element("p", _step(picture.step), class_="dim")


# --- curves


def _curves(comparison: Comparison) -> Iterator[Markup]:
    charts = [
        _chart(comparison, "loss", [_smoothed(one) for one in comparison.runs], is_wide=True),
        _chart(comparison, "validation", [_validated(one) for one in comparison.runs]),
        _chart(comparison, "rates", [_rates(one) for one in comparison.runs]),
        _chart(comparison, "pace", [_paces(one) for one in comparison.runs]),
    ]
    drawn = [chart for chart in charts if chart is not None]
    if drawn:
        yield figures(drawn)


Line = Mapping[float, float]
"""Every value by its step."""


def _smoothed(report: RunReport) -> Line:
    return _line(report, smooth_losses(report.curves))


def _validated(report: RunReport) -> Line:
    return {float(step): loss for step, loss in report.curves.validations}


def _rates(report: RunReport) -> Line:
    """The highest of its learning rates at each step."""
    return _line(report, report.curves.highest_rates())


def _paces(report: RunReport) -> Line:
    seconds = report.curves.seconds
    return _line(report, medians(seconds, range(len(seconds))))


def _line(report: RunReport, values: Sequence[float]) -> Line:
    return {float(step): value for step, value in zip(report.curves.steps, values, strict=False)}


def _chart(
    comparison: Comparison, name: str, lines: Sequence[Line], *, is_wide: bool = False
) -> Chart | None:
    """All lines at the same steps: those that show any of them."""
    if not any(lines):
        return None
    xs, columns = aligned([_at(line, _shown(lines)) for line in lines])
    style: Style = "dots" if name == "validation" else "line"
    series = tuple(
        Series(f"{letter} · {run}", column, style, place + 1)
        for place, ((letter, run, _), column) in enumerate(zip(lettered(comparison), columns, strict=True))
    )
    known = [value for line in lines for value in line.values()]
    return Chart(
        name, say(f"curves.{name}"), texts.say("report_page.axis.step"), xs, series,
        " ".join(_summaries(lines)), _notes(comparison, name), bounds((), known), is_wide=is_wide,
    )  # fmt: skip


def _shown(lines: Sequence[Line]) -> list[float]:
    most = MOST_POINTS // len(lines)
    return [list(line)[place] for line in lines for place in thin(list(line.values()), most)]


def _at(line: Line, steps: Iterable[float]) -> Line:
    return {step: line[step] for step in steps if step in line}


def _summaries(lines: Sequence[Line]) -> Iterator[str]:
    for letter, line in zip(LETTERS, lines, strict=False):
        known = [(step, value) for step, value in line.items() if math.isfinite(value)]
        if known:
            step, value = known[-1]
            yield say("curves.summary", run=letter, value=number(value), step=f"{step:,.0f}")


def _notes(comparison: Comparison, name: str) -> tuple[str, ...]:
    if name != "loss":
        return ()
    spans = sorted({smoothing_span(len(one.curves.losses)) for one in comparison.runs if one.curves.losses})
    return (say("curves.smoothed", spans=", ".join(map(str, spans))),)
