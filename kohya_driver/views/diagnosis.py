"""A diagnosis as a person reads it: what happened, why, what to do, the lines that show it, and the log's end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from kohya_driver import texts
from kohya_driver.diagnosis.model import UNKNOWN, Cause, Diagnosis, Line
from kohya_driver.events.model import Phase
from kohya_driver.views.console import stdout_console

HARMLESS = ("acc.defaults_note", "noise.deepspeed_syntax")
TRACEBACK_LINES = 12
"""Of a traceback that nothing explains: its beginning is the launcher's way in, its end tells."""


def print_diagnosis(diagnosis: Diagnosis, console: Console | None = None) -> None:
    (console or stdout_console()).print(render_diagnosis(diagnosis))


def render_diagnosis(diagnosis: Diagnosis) -> RenderableType:
    return Group(*_parts(diagnosis))


def _parts(diagnosis: Diagnosis) -> Iterator[RenderableType]:
    if diagnosis.cause is None:
        yield Text(texts.say("show.diagnosis_healthy"), style="bold green")
    else:
        yield from _cause(diagnosis.cause, "bold red" if diagnosis.failed else "bold yellow")
        if diagnosis.phase and diagnosis.phase != Phase.FINISHED:
            yield _detail(
                texts.say("show.diagnosis_phase", phase=texts.say(f"event.phase.{diagnosis.phase}"))
            )
        if diagnosis.recovery:
            yield _detail(texts.say(f"show.diagnosis_again.{diagnosis.recovery}"))
    if diagnosis.kind == UNKNOWN and diagnosis.traceback:
        yield Text(texts.say("show.diagnosis_traceback"), style="bold")
        yield from _traceback(diagnosis.traceback)
    for note in sorted(diagnosis.notes, key=lambda note: note.kind in HARMLESS):
        yield from _note(note)
    yield Text(texts.say("show.diagnosis_end"), style="bold")
    yield from _lines(diagnosis.last_lines)


def _note(note: Cause) -> Iterator[RenderableType]:
    """What is harmless gets one line: it is told only because people stumble over it."""
    harmless = note.kind in HARMLESS
    head = (texts.say("show.diagnosis_note"), "dim" if harmless else "bold blue")
    said = f"{note.message} {note.why}" if harmless else note.message
    yield Text.assemble(head, "  ", (said, "dim" if harmless else ""), "  ", (note.kind, "dim"))
    if not harmless:
        yield _detail(note.why)
        yield _todo(note.hint)


def _cause(cause: Cause, style: str) -> Iterator[RenderableType]:
    yield Text.assemble((cause.message, style), "  ", (cause.kind, "dim"))
    yield _detail(cause.why)
    yield _todo(cause.hint)
    yield from _lines(cause.evidence)


def _detail(sentence: str) -> RenderableType:
    return Padding(Text(sentence), (0, 0, 0, 4), expand=False)


def _todo(hint: str) -> RenderableType:
    return Padding(Text.assemble(("→ ", "green"), hint), (0, 0, 0, 4), expand=False)


def _lines(lines: Iterable[Line]) -> Iterator[Text]:
    for line in lines:
        yield Text.assemble((f"{line.number:>8} │ ", "cyan"), (line.text, "dim"), overflow="fold")


def _traceback(text: str) -> Iterator[Text]:
    lines = text.split("\n")
    for line in [
        *lines[:1],
        *(["  …"] if len(lines) > TRACEBACK_LINES else []),
        *lines[1:][-TRACEBACK_LINES:],
    ]:
        yield Text(f"    {line[:400]}", style="dim", overflow="fold")
