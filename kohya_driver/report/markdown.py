"""A run's report as Markdown: for an issue, a chat, a notebook."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from kohya_driver.report import facts
from kohya_driver.report.charts import Chart, number, table_places
from kohya_driver.report.facts import words
from kohya_driver.report.markup import clean, link
from kohya_driver.report.model import Picture, RunReport, Told
from kohya_driver.report.run_charts import run_charts
from kohya_driver.wording import human_bytes

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#+!|~&$])")
_LINES = re.compile(r"\s*[\r\n]+\s*")


def as_markdown(report: RunReport, beside: Path | None = None) -> str:
    """The whole report, with links from the folder `beside`, by default the run's own."""
    beside = beside or report.folder
    parts = [f"# {text(report.name)}", text(report.headline), *_sections(report, beside)]
    parts.append(f"{text(facts.made(report))} {text(words('folder', path=report.folder))}")
    return "\n\n".join(part for part in parts if part) + "\n"


def _sections(report: RunReport, beside: Path) -> Iterator[str]:
    yield table(("", ""), facts.numbers(report))
    for title, parts in (
        (facts.failure_title(report), _failure(report)),
        (words("missing.title"), _told(report.missing)),
        (words("advice.title"), _advice(report)),
        (words("usage.title"), _usage(report, beside)),
        (words("samples.title"), _samples(report, beside)),
        (words("curves.title"), _curves(report)),
        (words("checkpoints.title"), _files(report, beside)),
        (words("changes.title"), _changes(report)),
        (words("warnings.title"), _told(report.warnings)),
        (words("preset.title"), _preset(report)),
        (words("surroundings.title"), iter([table(("", ""), facts.surroundings(report))])),
    ):
        content = [part for part in parts if part]
        if content:
            yield f"## {title}"
            yield from content


# --- text that Markdown takes for nothing else


def text(value: object) -> str:
    """On one line, with everything escaped that would mean something."""
    return _SPECIAL.sub(r"\\\1", _LINES.sub(" ", clean(value)).strip())


def code(value: object) -> str:
    """Between more backticks than stand in it."""
    line = _LINES.sub(" ", clean(value))
    fence = "`" * (_longest_backticks(line) + 1)
    room = " " if line.startswith("`") or line.endswith("`") or not line.strip() else ""
    return f"{fence}{room}{line}{room}{fence}"


def block(value: str, kind: str = "") -> str:
    body = clean(value).rstrip("\n")
    fence = "`" * max(3, _longest_backticks(body) + 1)
    return f"{fence}{kind}\n{body}\n{fence}"


def table(head: Sequence[str], rows: Iterable[Iterable[str]], *, is_marked_up: bool = False) -> str:
    """A table; empty if it has no rows.

    Args:
        is_marked_up: the cells are Markdown already, with any `|` in them escaped.
    """
    lines = ["| " + " | ".join(cell if is_marked_up else text(cell) for cell in row) + " |" for row in rows]
    if not lines:
        return ""
    return "\n".join(("| " + " | ".join(map(text, head)) + " |", "|" + "---|" * len(head), *lines))


def _longest_backticks(value: str) -> int:
    return max((len(run) for run in re.findall("`+", value)), default=0)


def _cell_code(value: str) -> str:
    return code(value).replace("|", "\\|")


def _link(name: str, path: Path, beside: Path) -> str:
    return f"[{text(name)}]({link(path, beside).replace('(', '%28').replace(')', '%29')})"


# --- sections


def _failure(report: RunReport) -> Iterator[str]:
    failure = report.failure
    if failure:
        yield f"**{text(failure.message)}**"
        for name, said in (("failure.why", failure.why), ("failure.what_to_do", failure.hint)):
            yield f"{words(name)}: {text(said)}" if said else ""
        yield text(failure.not_recovered)
    if report.can_resume:
        yield f"{facts.resume_words(report)} {code(facts.resume_command(report))}"
    if failure and failure.evidence:
        yield f"{words('failure.evidence')}:"
        yield block(failure.evidence)
    yield "\n".join(f"- {text(one.message)}" for one in report.recoveries)
    yield "\n".join(f"- {text(facts.trouble(one))}" for one in report.troubles)


def _told(items: Iterable[Told]) -> Iterator[str]:
    yield "\n".join(
        f"- {text(' '.join(part for part in (one.message, one.hint, one.where) if part))}" for one in items
    )


def _advice(report: RunReport) -> Iterator[str]:
    for remark in report.advice:
        yield f"**{text(remark.title)}** {text(remark.text)}".rstrip()
        yield from _listed("advice.remedies", remark.remedies)
        if remark.changes:
            yield f"{words('advice.changes')}:"
            yield block("\n".join(facts.changed_lines(remark.changes)), "toml")
            yield f"{words('advice.apply')} {code(facts.apply_command(report))}"
        yield from _listed("advice.evidence", remark.evidence)
        yield from _listed("advice.gaps", remark.gaps)
        yield text(remark.confidence)


def _listed(title: str, sentences: Sequence[str]) -> Iterator[str]:
    if sentences:
        yield f"{words(title)}:"
        yield "\n".join(f"- {text(one)}" for one in sentences)


def _usage(report: RunReport, beside: Path) -> Iterator[str]:
    usage = report.usage
    if usage is None:
        return
    lines = [
        f"- {words('usage.file')}: {_link(usage.file.name, usage.file, beside)}, {human_bytes(usage.size_bytes)}"
    ]
    lines += [f"- {name}: {_marked(said)}" for name, said in facts.usage(report)]
    yield "" if report.state == "succeeded" else words("usage.not_final")
    yield "\n".join(lines)


def _marked(pieces: Iterable[facts.Piece]) -> str:
    return "".join(
        code(piece) if is_code else _SPECIAL.sub(r"\\\1", clean(piece)) for piece, is_code in pieces
    )


def _samples(report: RunReport, beside: Path) -> Iterator[str]:
    samples = report.samples
    if report.grids:
        links = (_link(page.parent.name, page, beside) for page in report.grids)
        yield f"{words('samples.grids')} {', '.join(links)}"
    if not samples.pictures:
        return
    head = ["", *(facts.column_title(one) for one in samples.columns)]
    rows = []
    for index, prompt in enumerate(samples.prompts):
        pictures = [samples.at(index, column) for column in samples.columns]
        rows.append((_cell_code(prompt), *(_picture(one, beside) for one in pictures)))
    yield table(head, rows, is_marked_up=True)
    told = (" · ".join(facts.prompt_settings(report, index)) for index in range(len(samples.prompts)))
    yield "\n".join(
        f"- {words('samples.prompt', number=number)}: {text(one)}"
        for number, one in enumerate(told, 1)
        if one
    )


def _picture(picture: Picture | None, beside: Path) -> str:
    if picture is None:
        return "–"
    name = _link(picture.path.name, picture.path, beside)
    return f"{name} ({words('samples.broken')})" if picture.is_broken else name


def _curves(report: RunReport) -> Iterator[str]:
    for chart in run_charts(report.curves):
        yield f"**{text(chart.title)}** {text(chart.summary)}"
        if chart.is_wide:
            yield _chart_table(chart)


def _chart_table(chart: Chart) -> str:
    head = (chart.x_label, *(one.label for one in chart.series))
    rows = [
        (number(chart.xs[place]), *(number(one.values[place]) for one in chart.series))
        for place in table_places(chart)
    ]
    return table(head, rows)


def _files(report: RunReport, beside: Path) -> Iterator[str]:
    head = [words(f"checkpoints.{name}") for name in ("file", "step", "epoch", "size")]
    rows = []
    for row in report.checkpoints:
        name = _link(row.path.name, row.path, beside) if row.exists else text(row.path.name)
        tag = words(f"kind.{row.kind}") if row.exists else words("checkpoints.gone")
        rows.append((f"{name} ({tag})", f"{row.step:,}", str(row.epoch or "–"), human_bytes(row.size_bytes)))
    yield table(head, rows, is_marked_up=True)


def _changes(report: RunReport) -> Iterator[str]:
    lines = []
    for one in report.changes:
        before = code(one.before) if one.before else words("changes.unset")
        after = code(one.after) if one.after else words("changes.left_out")
        lines.append(f"- {code(one.option)}: {before} → {after}. {text(one.reason)}")
    yield "\n".join(lines)


def _preset(report: RunReport) -> Iterator[str]:
    if report.preset and report.is_masked:
        yield text(words("preset.masked"))
    yield block(report.preset, "toml") if report.preset else ""
