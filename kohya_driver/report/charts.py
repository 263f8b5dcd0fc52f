"""Curves for a page: what is drawn, what it says in words and as a table, and the HTML around it. Knows nothing of runs."""

from __future__ import annotations

import json
import math
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from kohya_driver import texts
from kohya_driver.report.markup import Markup, element, join, raw
from kohya_driver.report.still import Line, still

ROWS = 10
"""Of a chart's table."""

Style = Literal["line", "faint", "dots", "dashed"]
Column = Mapping[float, float]
"""Value by place on the x axis."""


@dataclass(frozen=True, slots=True)
class Series:
    """One curve. `values` has one for each of the chart's `xs`; None where it has none."""

    label: str
    values: tuple[float | None, ...]
    style: Style = "line"
    colour: int = 1
    """1 to 6, of the page's palette."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A line across the chart, at a place of the x axis."""

    x: float
    label: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart, and what it says to those who do not see it."""

    id: str
    title: str
    x_label: str
    xs: tuple[float, ...]
    series: tuple[Series, ...]
    summary: str
    """What it shows, in sentences."""
    notes: tuple[str, ...] = ()
    """What is to be known about how it is drawn."""
    scale: tuple[float, float] | None = None
    """Lowest and highest value shown; None: whatever there is."""
    marks: tuple[Mark, ...] = ()
    is_wide: bool = False


def aligned(columns: Sequence[Column]) -> tuple[tuple[float, ...], list[tuple[float | None, ...]]]:
    """The places of all columns in order, and each column's values there: curves of one chart share their places."""
    xs = tuple(sorted({x for column in columns for x in column}))
    return xs, [tuple(_shown(column.get(x)) for x in xs) for column in columns]


def _shown(value: float | None) -> float | None:
    """Five digits are more than a screen shows; what is no number leaves a gap."""
    if value is None or not math.isfinite(value):
        return None
    return float(f"{value:.5g}")


def figure(chart: Chart) -> Markup:
    """The chart as HTML, drawn as it stands still; the page's script draws it anew from the data in it."""
    caption = element(
        "figcaption",
        join(element("p", said) for said in (chart.summary, *chart.notes) if said),
        id=f"{chart.id}-says",
    )
    kind = "chart wide" if chart.is_wide else "chart"
    lines = [Line(one.values, one.style, one.colour) for one in chart.series]
    plot = element(
        "div",
        still(chart.xs, lines, chart.scale, number),
        role="img",
        class_="plot",
        aria_label=chart.title,
        aria_describedby=f"{chart.id}-says",
    )
    return element(
        "figure",
        join((element("h3", chart.title), _key(chart), plot, caption, _table(chart), _data(chart))),
        class_=kind,
        id=chart.id,
    )


def _key(chart: Chart) -> Markup:
    """Which curve is which; the script writes the values at the pointer into it."""
    items = [
        element(
            "li",
            join(
                (
                    element("i", "", class_=f"swatch c{one.colour} {one.style}"),
                    element("span", one.label),
                    element("b", ""),
                )
            ),
        )
        for one in chart.series
    ]
    return element("ul", join(items), class_="key")


def _table(chart: Chart) -> Markup:
    head = join(
        element("th", label, scope="col") for label in (chart.x_label, *(one.label for one in chart.series))
    )
    rows = [
        element(
            "tr",
            join(
                (
                    element("th", number(chart.xs[place]), scope="row"),
                    *(element("td", number(one.values[place])) for one in chart.series),
                )
            ),
        )
        for place in table_places(chart)
    ]
    table = element(
        "table",
        join(
            (
                element("caption", chart.title),
                element("thead", element("tr", head)),
                element("tbody", join(rows)),
            )
        ),
    )
    box = element("div", table, class_="scroll", role="region", tabindex="0", aria_label=chart.title)
    return element("details", join((element("summary", texts.say("report_page.curves.table")), box)))


def table_places(chart: Chart) -> list[int]:
    """A few places, evenly, the first and the last among them: of those at which most of the curves have a value."""
    counts = [sum(one.values[place] is not None for one in chart.series) for place in range(len(chart.xs))]
    for wanted in sorted(set(counts), reverse=True):
        places = [place for place, count in enumerate(counts) if count >= wanted]
        if len(places) >= min(3, len(chart.xs)) or wanted == min(counts):
            return (
                [places[round(row * (len(places) - 1) / (ROWS - 1))] for row in range(ROWS)]
                if len(places) > ROWS
                else places
            )
    return []


def number(value: float | None) -> str:
    """Four digits, without needless zeros; small ones with a power of ten."""
    if value is None or not math.isfinite(value):
        return "–"
    if value == 0:
        return "0"
    if abs(value) < 1e-3:
        digits, _, power = f"{value:.3e}".partition("e")
        return f"{digits.rstrip('0').rstrip('.')}e{int(power)}"
    return f"{value:.4g}" if abs(value) < 1000 else f"{value:,.0f}" if abs(value) < 1e15 else f"{value:.3e}"


def _data(chart: Chart) -> Markup:
    body: dict[str, Any] = {
        "x": chart.x_label,
        "data": [chart.xs, *(one.values for one in chart.series)],
        "series": [{"style": one.style, "colour": one.colour} for one in chart.series],
        "scale": chart.scale,
        "marks": [{"x": mark.x, "label": mark.label} for mark in chart.marks],
    }
    return raw(f'<script type="application/json">{script_json(body)}</script>')


def script_json(value: Any) -> str:
    """JSON that may stand in a script element: nothing in it can end the element, or begin a comment."""
    text = json.dumps(value, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def nearest(xs: Sequence[float], x: float) -> int:
    """The place of the value nearest to `x`, in an ordered sequence that is not empty."""
    place = bisect_left(xs, x)
    around = [one for one in (place - 1, place) if 0 <= one < len(xs)]
    return min(around, key=lambda one: abs(xs[one] - x))


def figures(charts: Iterable[Chart]) -> Markup:
    return element("div", join(map(figure, charts)), class_="charts")
