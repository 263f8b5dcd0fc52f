"""A run's report as a page: one HTML file that needs nothing but itself."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from pathlib import Path

from kohya_driver.report import facts
from kohya_driver.report.charts import figures
from kohya_driver.report.facts import words
from kohya_driver.report.markup import Markup, element, escape, join, link
from kohya_driver.report.model import CheckpointRow, Column, Picture, Remark, RunReport, Told
from kohya_driver.report.page import (
    code_block,
    contents,
    folded,
    page,
    pairs,
    prompt_words,
    section,
    table,
    theme_switch,
)
from kohya_driver.report.run_charts import run_charts
from kohya_driver.wording import counted, human_bytes

_TONES = {"good": "good", "change": "warn"}


def as_html(report: RunReport, beside: Path | None = None) -> str:
    """The whole page.

    Args:
        beside: the folder that the page is for, from which its links lead; by default the run's own.
    """
    beside = beside or report.folder
    made = [part for part in _sections(report, beside) if part]
    entries = [(id, title) for id, title, _ in made]
    body = join(
        (
            _header(report),
            contents(entries),
            element("main", join(part for _, _, part in made)),
            _footer(report),
        )
    )
    return page(words("title", name=report.name), body, language=report.language)


def _sections(report: RunReport, beside: Path) -> Iterator[tuple[str, str, Markup]]:
    """Id, title and content of each, in order; those that have nothing to say are left out."""
    for id, title, parts in (
        ("failure", facts.failure_title(report), _failure(report)),
        ("missing", words("missing.title"), _missing(report)),
        ("advice", words("advice.title"), _advice(report)),
        ("usage", words("usage.title"), _usage(report, beside)),
        ("samples", words("samples.title"), _samples(report, beside)),
        ("curves", words("curves.title"), _curves(report)),
        ("files", words("checkpoints.title"), _files(report, beside)),
        ("changes", words("changes.title"), _changes(report)),
        ("warnings", words("warnings.title"), _warnings(report)),
        ("preset", words("preset.title"), _preset(report)),
        ("machine", words("surroundings.title"), _machine(report)),
    ):
        content = list(parts)
        if content:
            yield id, title, section(id, title, *content)


def _header(report: RunReport) -> Markup:
    state = element(
        "span", words(f"state.{facts.slug(report.state)}"), class_=f"state {report.state.replace(' ', '-')}"
    )
    numbers = join(
        element("div", join((element("dt", name), element("dd", value))))
        for name, value in facts.numbers(report)
    )
    return element(
        "header",
        join(
            (
                element("div", join((element("p", facts.made(report)), theme_switch())), class_="bar"),
                element("h1", join((element("span", report.name), state), " ")),
                element("p", report.headline, class_="headline"),
                element("dl", numbers, class_="numbers") if numbers else "",
            )
        ),
    )


def _footer(report: RunReport) -> Markup:
    return element("footer", element("p", words("folder", path=report.folder)))


# --- what went wrong, what is missing, what to do


def _failure(report: RunReport) -> Iterator[Markup]:
    failure = report.failure
    if failure or report.can_resume:
        parts: list[Markup] = []
        if failure:
            parts.append(element("p", _said(failure.message), class_="lead"))
            told = (("failure.why", failure.why), ("failure.what_to_do", failure.hint))
            rows = [(words(code), _said(text)) for code, text in told if text]
            parts += [pairs(rows)] if rows else []
            parts += [element("p", _said(failure.not_recovered))] if failure.not_recovered else []
        if report.can_resume:
            command = element("code", facts.resume_command(report))
            parts.append(element("p", join((facts.resume_words(report), command), " ")))
        if failure and failure.evidence:
            title = words("failure.evidence")
            parts.append(folded(title, code_block(failure.evidence, title)))
        tone = "bad" if report.state == "failed" else "warn"
        yield element("div", join(parts), class_=f"card {tone}")
    if report.recoveries:
        items = (
            _item(one.message, [words("recovered_change", what=what) for what in one.changes])
            for one in report.recoveries
        )
        yield _card("recoveries", items)
    if report.troubles:
        yield _card(
            "troubles", (_item(facts.trouble(one), [one.hint], one.severity) for one in report.troubles)
        )


def _said(sentence: str) -> Markup:
    """A sentence of ours; what is to be typed stands between backticks in it."""
    pieces = sentence.split("`")
    if len(pieces) % 2 == 0:  # one of them stands alone, and marks nothing
        return escape(sentence)
    return join(element("code", piece) if place % 2 else piece for place, piece in enumerate(pieces))


def _card(code: str, items: Iterable[Markup]) -> Markup:
    return element(
        "div", join((element("h3", words(code)), element("ul", join(items), class_="told"))), class_="card"
    )


def _item(text: str, more: Iterable[str] = (), tone: str = "warning") -> Markup:
    return element(
        "li", join((_said(text), *(element("span", _said(one)) for one in more if one))), class_=tone
    )


def _told(items: Iterable[Told]) -> Markup:
    listed = (_item(one.message, (one.hint, one.where), one.severity) for one in items)
    return element("div", element("ul", join(listed), class_="told"), class_="card")


def _missing(report: RunReport) -> Iterator[Markup]:
    if report.missing:
        yield element("p", words("missing.about"), class_="about")
        yield _told(report.missing)


def _warnings(report: RunReport) -> Iterator[Markup]:
    if report.warnings:
        yield _told(report.warnings)


def _advice(report: RunReport) -> Iterator[Markup]:
    yield from (_remark(report, one) for one in report.advice)


def _listed(sentences: Iterable[str]) -> Markup:
    return element("ul", join(element("li", _said(one)) for one in sentences))


def _remark(report: RunReport, remark: Remark) -> Markup:
    parts = [element("h3", remark.title)]
    parts += [element("p", _said(remark.text))] if remark.text else []
    if remark.remedies:
        parts += [element("h4", words("advice.remedies")), _listed(remark.remedies)]
    if remark.changes:
        title, command = words("advice.changes"), element("code", facts.apply_command(report))
        parts.append(element("h4", title))
        parts.append(code_block("\n".join(facts.changed_lines(remark.changes)), title))
        parts.append(element("p", join((words("advice.apply"), command), " ")))
    for code, told in (("evidence", remark.evidence), ("gaps", remark.gaps)):
        parts += [folded(words(f"advice.{code}"), _listed(told))] if told else []
    if remark.confidence:
        parts.append(element("p", remark.confidence, class_="dim"))
    return element("div", join(parts), class_=f"card {_TONES.get(remark.kind, '')}".rstrip())


# --- how to use it


def _usage(report: RunReport, beside: Path) -> Iterator[Markup]:
    usage = report.usage
    if usage is None:
        return
    name = element("a", element("code", usage.file.name), href=link(usage.file, beside))
    file = join((name, element("span", human_bytes(usage.size_bytes), class_="dim")), " ")
    rows: list[tuple[str, object]] = [(words("usage.file"), file)]
    rows += [(title, _marked(value)) for title, value in facts.usage(report)]
    parts = [pairs(rows)]
    if report.state != "succeeded":
        parts.insert(0, element("p", words("usage.not_final"), class_="dim"))
    yield element("div", join(parts), class_="card")


def _marked(pieces: Iterable[facts.Piece]) -> Markup:
    return join(element("code", piece) if is_code else piece for piece, is_code in pieces)


# --- samples


def _samples(report: RunReport, beside: Path) -> Iterator[Markup]:
    samples = report.samples
    if not samples.pictures:
        yield from _grids(report, beside)
        if report.state == "succeeded" and not any(
            one.code == "report.samples_gone" for one in report.missing
        ):
            yield element("p", words("samples.none"), class_="about")
        return
    yield element("p", words("samples.about"), class_="about")
    yield from _grids(report, beside)
    head = element("tr", join(element("th", join(_column(one)), scope="col") for one in samples.columns))
    rows = join(join(_row(report, index, prompt, beside)) for index, prompt in enumerate(samples.prompts))
    sheet = element("table", join((element("caption", words("samples.title")), element("thead", head), rows)))
    yield element(
        "div", sheet, class_="scroll sheet", role="region", tabindex="0", aria_label=words("samples.region")
    )
    if samples.left_out:
        said = counted("report_page.samples.left_out", samples.left_out, count=samples.left_out)
        yield element("p", said, class_="about")


def _grids(report: RunReport, beside: Path) -> Iterator[Markup]:
    if report.grids:
        links = (element("a", page.parent.name, href=link(page, beside)) for page in report.grids)
        yield element("p", join((words("samples.grids"), *links), " "), class_="about")


def _column(column: Column) -> Iterator[object]:
    yield facts.column_title(column)
    if column.epoch and column.step:
        yield element("span", words("samples.epoch", epoch=column.epoch))


def _row(report: RunReport, index: int, prompt: str, beside: Path) -> Iterator[Markup]:
    """One prompt: its words over the whole width, its pictures below them."""
    columns = report.samples.columns
    number = element("small", words("samples.prompt", number=index + 1))
    asked = (element("small", told, dir="auto") for told in facts.prompt_settings(report, index))
    heading = element(
        "th",
        element("div", join((number, prompt_words(prompt), *asked))),
        class_="prompt",
        scope="rowgroup",
        colspan=len(columns),
    )
    cells = join(element("td", join(_cell(report, index, column, beside))) for column in columns)
    yield element("tbody", join((element("tr", heading), element("tr", cells))))


def _cell(report: RunReport, index: int, column: Column, beside: Path) -> Iterator[Markup]:
    picture = report.samples.at(index, column)
    yield _picture(picture, index, column, beside)
    if picture is None:
        return
    if column.checkpoint:
        name = element("a", column.checkpoint.name, href=link(column.checkpoint, beside))
        yield element("p", name)
    elif column.step:
        yield element("p", words("samples.no_checkpoint"), class_="dim")


def _picture(picture: Picture | None, index: int, column: Column, beside: Path) -> Markup:
    if picture is None:
        return element("div", words("samples.not_there"), class_="gap")
    if picture.is_broken or not picture.thumb:
        return element("div", words("samples.broken"), class_="gap")
    image = element(
        "img",
        src=f"data:image/jpeg;base64,{base64.b64encode(picture.thumb).decode()}",
        alt=words("samples.alt", number=index + 1, column=facts.column_title(column)),
        width=picture.width,
        height=picture.height,
    )
    return element("a", image, href=link(picture.path, beside))


# --- curves and files


def _curves(report: RunReport) -> Iterator[Markup]:
    charts = run_charts(report.curves)
    if not charts:
        yield element("p", words("curves.none"), class_="about")
        return
    if report.curves.steps:
        yield element("p", words("curves.how"), class_="about hint", hidden="")
    yield figures(charts)


def _files(report: RunReport, beside: Path) -> Iterator[Markup]:
    if not report.checkpoints:
        if report.state == "unknown":
            return
        yield element("p", words("checkpoints.none"), class_="about")
        return
    head = [words(f"checkpoints.{name}") for name in ("file", "step", "epoch", "size")]
    rows = [
        (_file(row, beside), f"{row.step:,}", row.epoch or "–", human_bytes(row.size_bytes))
        for row in report.checkpoints
    ]
    yield table(words("checkpoints.title"), head, rows, class_="files")


def _file(row: CheckpointRow, beside: Path) -> Markup:
    name = (
        element("a", row.path.name, href=link(row.path, beside))
        if row.exists
        else element("span", row.path.name)
    )
    tag = words(f"kind.{row.kind}") if row.exists else words("checkpoints.gone")
    return join((name, element("span", tag, class_="tag")), " ")


# --- settings


def _changes(report: RunReport) -> Iterator[Markup]:
    if not report.changes:
        return
    items = join(
        element(
            "li",
            join(
                (
                    element("div", element("code", one.option)),
                    element(
                        "div",
                        join(
                            (
                                _value(one.before, "changes.unset"),
                                _ARROW,
                                _value(one.after, "changes.left_out"),
                            ),
                            " ",
                        ),
                    ),
                    element("p", _said(one.reason)),
                )
            ),
        )
        for one in report.changes
    )
    yield element("div", element("ul", items, class_="changes"), class_="card list")


_ARROW = element("span", "→", class_="arrow")


def _value(value: str, when_empty: str) -> Markup:
    return element("code", value) if value else element("span", words(when_empty), class_="dim")


def _preset(report: RunReport) -> Iterator[Markup]:
    if not report.preset:
        yield element("p", words("preset.none"), class_="about")
        return
    yield element("p", words("preset.about"), class_="about")
    if report.is_masked:
        yield element("p", words("preset.masked"), class_="about")
    parts = [code_block(report.preset, words("preset.title"))]
    if report.resolved and report.resolved != report.preset:
        title = words("preset.resolved")
        parts.append(folded(title, code_block(report.resolved, title)))
    yield element("div", join(parts), class_="card")


def _machine(report: RunReport) -> Iterator[Markup]:
    parts = [pairs(facts.surroundings(report))]
    if report.surroundings.command:
        title = words("surroundings.command")
        parts.append(folded(title, code_block(" ".join(report.surroundings.command), title)))
    yield element("div", join(parts), class_="card")
