"""The curves of a run as charts: loss, learning rates, seconds per step, memory."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain

from kohya_driver import texts
from kohya_driver.report.charts import Chart, Mark, Series, aligned, number
from kohya_driver.report.curves import (
    MEDIAN_STEPS,
    MOST_POINTS,
    bounds,
    highest,
    medians,
    quantiles,
    smooth,
    smoothing_span,
    thin,
)
from kohya_driver.run.curves import Curves, Memory
from kohya_driver.wording import counted, human_bytes, human_pace

GIB = 1 << 30
MINUTE, HOUR = 60.0, 3600.0


def run_charts(curves: Curves) -> tuple[Chart, ...]:
    """Those for which something was measured."""
    makers = (loss_chart, rates_chart, pace_chart, memory_chart)
    return tuple(chart for make in makers if (chart := make(curves)) is not None)


def loss_chart(curves: Curves) -> Chart | None:
    """Each step faint, the smoothed way bold, and the validations where there are any."""
    if not curves.steps:
        return None
    span = smoothing_span(len(curves.steps))
    smoothed = smooth(curves.losses, span)
    validated = {float(step): loss for step, loss in curves.validations}
    places = _kept(curves.losses, curves.steps, validated)
    columns = [_column(curves, curves.losses, places), _column(curves, smoothed, places)]
    xs, values = aligned([*columns, dict(validated)] if validated else columns)
    say = texts.say
    series = (
        Series(say("report_page.loss.raw"), values[0], "faint", 1),
        Series(say("report_page.loss.smooth", span=span), values[1], "line", 1),
        *(Series(say("report_page.loss.validation"), one, "dots", 2) for one in values[2:]),
    )
    scale = bounds([*smoothed, *validated.values()], curves.losses)
    return Chart(
        "loss",
        say("report_page.loss.title"),
        say("report_page.axis.step"),
        xs,
        series,
        " ".join(_loss_summary(curves, smoothed)),
        (*_thinned(places, curves.losses), *_clipped(curves.losses, scale)),
        scale,
        tuple(Mark(float(step), say("report_page.curves.resumed")) for step in curves.resumed),
        is_wide=True,
    )


def _column(curves: Curves, values: Sequence[float], places: Iterable[int]) -> dict[float, float]:
    return {float(curves.steps[place]): values[place] for place in places}


def _kept(values: Sequence[float], steps: Sequence[int], also: Iterable[float]) -> list[int]:
    """Places that show the curve, and those of the steps in `also`."""
    wanted = set(also)
    return sorted({*thin(values), *(place for place, step in enumerate(steps) if step in wanted)})


def _loss_summary(curves: Curves, smoothed: Sequence[float]) -> Iterator[str]:
    # Before so many steps are done it follows single steps.
    begin = min(smoothing_span(len(smoothed)), len(smoothed)) - 1
    points = list(zip(curves.steps, smoothed, strict=True))[begin:]
    known = [(step, loss) for step, loss in points if math.isfinite(loss)]
    if known:
        yield texts.say("report_page.loss.summary", **_way(known))
    finite = [(step, loss) for step, loss in curves.validations if math.isfinite(loss)]
    if finite:
        yield texts.say("report_page.loss.validation_summary", **_way(finite))
    lost = sum(not math.isfinite(loss) for loss in curves.losses)
    if lost:
        yield counted("report_page.loss.nan", lost, count=lost)


def _way(points: Sequence[tuple[int, float]]) -> dict[str, object]:
    (first_step, first), (last_step, last) = points[0], points[-1]
    lowest_step, lowest = min(points, key=lambda point: point[1])
    return {
        "first": number(first), "first_step": first_step, "last": number(last), "last_step": last_step,
        "lowest": number(lowest), "lowest_step": lowest_step,
    }  # fmt: skip


def rates_chart(curves: Curves) -> Chart | None:
    """The rates that the steps were made with."""
    if not curves.steps or not curves.rates:
        return None
    names = sorted(curves.rates)
    places = sorted(
        {place for name in names for place in thin(curves.rates[name], MOST_POINTS // len(names))}
    )
    xs, values = aligned([_column(curves, curves.rates[name], places) for name in names])
    series = tuple(
        # Rates that are the same lie under one another; a dashed one lets the one below be seen.
        Series(name, value, "dashed" if place else "line", 1 + place % 6)
        for place, (name, value) in enumerate(zip(names, values, strict=True))
    )
    summary = " ".join(_rate_summaries(curves.rates))
    title, step = texts.say("report_page.rates.title"), texts.say("report_page.axis.step")
    top = highest(chain.from_iterable(curves.rates.values()))
    scale = (0.0, top * 1.06) if top > 0 else None
    return Chart("rates", title, step, xs, series, summary, scale=scale)


def _rate_summaries(rates: Mapping[str, Sequence[float]]) -> Iterator[str]:
    """Those that go the same way are told together."""
    together: dict[tuple[str, ...], list[str]] = {}
    for name in sorted(rates):
        known = list(filter(math.isfinite, rates[name])) or [math.nan]
        together.setdefault((number(known[0]), number(max(known)), number(known[-1])), []).append(name)
    for (first, most, last), names in together.items():
        yield texts.say(
            "report_page.rates.summary", name=", ".join(names), first=first, highest=most, last=last
        )


def pace_chart(curves: Curves) -> Chart | None:
    """How long each step took; pauses are cut off at the top."""
    known = list(filter(math.isfinite, curves.seconds))
    if not known:
        return None
    places = thin(curves.seconds)
    middle = medians(curves.seconds, places)
    smoothed = {float(curves.steps[place]): value for place, value in zip(places, middle, strict=True)}
    xs, values = aligned([_column(curves, curves.seconds, places), smoothed])
    median, usual = quantiles(known, 0.5, 0.95)
    slowest = max(known)
    top = min(slowest, max(usual * 1.6, highest(middle) * 1.1)) * 1.04
    return Chart(
        "pace",
        texts.say("report_page.pace.title"),
        texts.say("report_page.axis.step"),
        xs,
        (
            Series(texts.say("report_page.loss.raw"), values[0], "faint", 3),
            Series(texts.say("report_page.pace.smooth", span=MEDIAN_STEPS), values[1], "line", 3),
        ),
        texts.say(
            "report_page.pace.summary",
            median=human_pace(median),
            slowest=human_pace(slowest),
            step=curves.steps[curves.seconds.index(slowest)],
        ),
        tuple(_clipped(known, (0.0, top))),
        (0.0, top),
    )


def memory_chart(curves: Curves) -> Chart | None:
    """Of the engine, and of everything that runs on the machine."""
    if not curves.memory:
        return None
    unit, label = _time_unit(curves.memory)
    places = sorted({*thin([float(one.tree) for one in curves.memory], MOST_POINTS // 2)})
    shown = [curves.memory[place] for place in places]
    used = [curves.memory_total - one.available for one in curves.memory]
    columns = [
        {round(one.elapsed / unit, 4): one.tree / GIB for one in shown},
        {round(one.elapsed / unit, 4): (curves.memory_total - one.available) / GIB for one in shown},
    ]
    xs, values = aligned(columns)
    say = texts.say
    return Chart(
        "memory",
        f"{say('report_page.memory.title')} ({say('report_page.memory.gigabytes')})",
        say(label),
        xs,
        (
            Series(say("report_page.memory.tree"), values[0], "line", 4),
            Series(say("report_page.memory.used"), values[1], "dashed", 5),
        ),
        say(
            "report_page.memory.summary",
            peak=human_bytes(max(one.tree for one in curves.memory)),
            used=human_bytes(max(used)),
            total=human_bytes(curves.memory_total),
        ),
        scale=(0.0, max([curves.memory_total, *used]) / GIB * 1.04),
    )


def _time_unit(memory: Sequence[Memory]) -> tuple[float, str]:
    longest = memory[-1].elapsed
    if longest >= 3 * HOUR:
        return HOUR, "report_page.axis.hours"
    return (
        (MINUTE, "report_page.axis.minutes") if longest >= 3 * MINUTE else (1.0, "report_page.axis.seconds")
    )


def _thinned(places: Sequence[int], values: Sequence[float]) -> Iterator[str]:
    if len(places) < len(values):
        yield texts.say("report_page.curves.thinned", count=len(places), all=len(values))


def _clipped(values: Iterable[float], scale: tuple[float, float] | None) -> Iterator[str]:
    if scale is None:
        return
    outside = sum(math.isfinite(value) and not scale[0] <= value <= scale[1] for value in values)
    if outside:
        yield counted("report_page.curves.clipped", outside, count=outside)
