"""The parts of the dashboard: each makes lines of text out of a snapshot for a given width."""

from __future__ import annotations

import functools
from pathlib import PurePath

from rich.cells import cell_len
from rich.text import Text

from kohya_driver import texts
from kohya_driver.events.parts import Checkpoint, Message
from kohya_driver.events.snapshot import RunSnapshot
from kohya_driver.views.console import (
    SEPARATOR,
    cut_end,
    cut_middle,
    english_half,
    fit,
    human_bytes,
    human_duration,
    human_loss,
    human_pace,
    sentence,
    wrap,
)

LABELS = (
    "time",
    "attempt",
    "trouble",
    "loss",
    "rates",
    "memory",
    "checkpoints",
    "samples",
    "warnings",
    "error",
    "folder",
)
_STYLES = {"succeeded": "bold green", "failed": "bold red", "stopped": "bold yellow"}
# The engine warns of this in every ordinary run.
_HARMLESS = ("no regularization images",)


def label_width() -> int:
    """Cells of the column of labels, in the language in use."""
    return _label_width(texts.language())


@functools.cache
def _label_width(language: str) -> int:
    """Asked by every line of every drawing."""
    return max(cell_len(texts.say(f"view.{label}")) for label in LABELS) + 2


def labelled(code: str, value: Text | str, *, style: str = "dim") -> Text:
    """A value behind its label."""
    label = texts.say(code) if code else ""
    line = Text(label + " " * (label_width() - cell_len(label)), style)
    return Text().append_text(line).append_text(value if isinstance(value, Text) else Text(value))


def between(left: Text, right: Text, width: int) -> Text:
    """Both at their edges; the left one gives way."""
    room = max(0, width - right.cell_len - 1)
    line = left.copy()
    line.truncate(room, overflow="ellipsis", pad=True)
    return Text().append_text(line).append(" ").append_text(right)


def header(snapshot: RunSnapshot, width: int) -> list[Text]:
    """Name and phase, and the bar under them."""
    left = Text().append_text(_phase(snapshot)).append("  ").append(snapshot.name, "bold")
    epoch = texts.say("view.epoch", epoch=snapshot.epoch, epochs=snapshot.epochs) if snapshot.epoch else ""
    parts = [part for part in (PurePath(snapshot.base).stem, snapshot.device) if part]
    about = SEPARATOR.join(parts) + (SEPARATOR if parts and epoch else "")
    room = max(0, width - left.cell_len - cell_len(epoch) - 2)
    right = Text(cut_middle(about, room), "dim").append(epoch, "default")
    return [between(left, right, width), _progress(snapshot, width)]


def _phase(snapshot: RunSnapshot) -> Text:
    if snapshot.outcome:
        return Text(texts.say(f"event.outcome.{snapshot.outcome}"), _STYLES.get(snapshot.outcome, "bold"))
    if snapshot.stop_requested:
        return Text(texts.say("view.stopping"), "bold yellow")
    return Text(texts.say(f"event.phase.{snapshot.phase}"), "bold cyan")


def _progress(snapshot: RunSnapshot, width: int) -> Text:
    """The training's bar; before it starts, the bar of what is going on instead."""
    bar = snapshot.bar
    if bar is not None and not snapshot.step:
        done, total, label = bar.done, bar.total, f"{_bar_name(bar.name)} {bar.done}/{bar.total}"
    else:
        done, total = snapshot.step, snapshot.steps
        label = texts.say("view.steps", step=f"{done:,}", steps=f"{total:,}") if total else ""
        if bar is not None:
            label = f"{_bar_name(bar.name)} {bar.done}/{bar.total}{SEPARATOR}{label}"
    share = min(1.0, done / total) if total else 0.0
    label = cut_end(f"{label}  {share * 100:3.0f} %", width * 2 // 3)
    cells = max(1, width - cell_len(label) - 2)
    return Text().append_text(_blocks(share, cells, snapshot.outcome)).append(f"  {label}")


def _blocks(share: float, cells: int, outcome: str) -> Text:
    """A thin bar, to the half of a cell."""
    halves = int(share * cells * 2)
    full, half = divmod(halves, 2)
    style = "green" if outcome == "succeeded" else "red" if outcome == "failed" else "cyan"
    rest = cells - full - half
    return Text("━" * full + "╸" * half, style).append("━" * rest, "bright_black")


def _bar_name(name: str) -> str:
    code = f"event.bar.{name.replace(' ', '_')}"
    return texts.say(code) if texts.has(code) else name


def clocks(snapshot: RunSnapshot, width: int, now: float) -> list[Text]:
    """Pace, time left and time gone; both clocks run on with `now` while the run does."""
    since = 0.0 if snapshot.is_over else max(0.0, now - snapshot.time)
    parts = []
    if snapshot.seconds_per_step is not None:
        parts.append(texts.say("view.pace", seconds=human_pace(snapshot.seconds_per_step)))
    if not snapshot.is_over:
        parts.append(_left(snapshot.eta_seconds, since))
    parts.append(texts.say("view.so_far", duration=human_duration(snapshot.elapsed + since)))
    if snapshot.awake and not snapshot.is_over:
        parts.append(texts.say("view.awake"))
    return [labelled("view.time", fit(parts, width - label_width()))]


def _left(eta_seconds: float | None, since: float) -> str:
    if eta_seconds is None:
        return texts.say("view.left_unknown")
    return texts.say("view.left", duration=human_duration(eta_seconds - since))


def attempt(snapshot: RunSnapshot) -> list[Text]:
    """That it was started before, and where it went on; nothing the first time."""
    if snapshot.attempt <= 1:
        return []
    code = "view.attempt_resumed" if snapshot.resumed_at else "view.attempt_anew"
    said = texts.say(code, attempt=snapshot.attempt, step=f"{snapshot.resumed_at:,}")
    return [labelled("view.attempt", said)]


TROUBLE_LINES = 2


def latest_trouble(snapshot: RunSnapshot, width: int) -> list[Text]:
    """What the watchdog saw last, and when; nothing if it saw nothing."""
    if not snapshot.troubles:
        return []
    trouble = snapshot.troubles[-1]
    said = texts.say(
        "view.trouble_after",
        duration=human_duration(trouble.elapsed),
        sentence=sentence(trouble.code, trouble.values),
    )
    style = "yellow" if trouble.policy == "warn" else "bold red"
    rows = wrap(said, width - label_width(), TROUBLE_LINES)
    return _listed("view.trouble", [Text(row, style) for row in rows])


def losses(snapshot: RunSnapshot, width: int) -> list[Text]:
    """Average and current loss."""
    if snapshot.average_loss is None:
        return [labelled("view.loss", Text(texts.say("view.loss_none"), "dim"))]
    value = Text(texts.say("view.loss_average", loss=human_loss(snapshot.average_loss)), "cyan")
    if snapshot.loss is not None:
        value.append(SEPARATOR + texts.say("view.loss_current", loss=human_loss(snapshot.loss)), "default")
    if snapshot.validation_loss is not None:
        validation = texts.say("view.loss_validation", loss=human_loss(snapshot.validation_loss))
        value.append(SEPARATOR + validation, "magenta")
    if snapshot.losses.lowest_average is not None and value.cell_len + label_width() + 28 < width:
        lowest = texts.say("view.loss_lowest", loss=human_loss(snapshot.losses.lowest_average))
        value.append(SEPARATOR + lowest, "dim")
    return [labelled("view.loss", value)]


def values(snapshot: RunSnapshot, width: int) -> list[Text]:
    """Learning rates and memory, a line each."""
    return [_rates(snapshot, width), _memory(snapshot, width)]


def _rates(snapshot: RunSnapshot, width: int) -> Text:
    if not snapshot.learning_rates:
        return labelled("view.rates", Text(texts.say("view.rates_none"), "dim"))
    rates = [f"{name} {rate:.2e}" for name, rate in snapshot.learning_rates.items()]
    return labelled("view.rates", fit(rates, width - label_width()))


def _memory(snapshot: RunSnapshot, width: int) -> Text:
    memory = snapshot.memory
    if memory is None:
        return labelled("view.memory", Text(texts.say("view.memory_none"), "dim"))
    tree = texts.say("view.memory_tree", used=human_bytes(memory.tree))
    peak = texts.say("view.memory_peak", peak=human_bytes(memory.tree_peak))
    used, total = human_bytes(memory.total - memory.available), human_bytes(memory.total)
    machine = texts.say("view.memory_machine", used=used, total=total)
    swap = texts.say("view.memory_swap", swap=human_bytes(memory.swap))
    room = width - label_width()
    everything = SEPARATOR.join((tree, peak, machine, swap))
    short = everything if cell_len(everything) <= room else fit((tree, machine, swap), room)
    return labelled("view.memory", short)


def checkpoints(snapshot: RunSnapshot, width: int, room: int) -> list[Text]:
    """What is being written, then the latest that stand, in at most `room` lines."""
    rows: list[Text] = []
    if snapshot.saving and not snapshot.is_over:
        rows.append(Text(texts.say("view.saving", name=PurePath(snapshot.saving).name), "yellow"))
    shown = snapshot.checkpoints[::-1]
    fits = room - len(rows)
    if len(shown) > fits and fits > 1:
        shown, hidden = shown[: fits - 1], len(shown) - fits + 1
    else:
        shown, hidden = shown[: max(0, fits)], 0
    rows += [_checkpoint(item, width - label_width()) for item in shown]
    if hidden:
        rows.append(Text(texts.say("view.checkpoints_more", count=hidden), "dim"))
    return _listed("view.checkpoints", rows or [Text(texts.say("view.checkpoints_none"), "dim")])


def _checkpoint(item: Checkpoint, width: int) -> Text:
    """Its name, and as much else as leaves the name whole."""
    name = PurePath(item.path).name
    where = texts.say("view.checkpoint_step", epoch=item.epoch, step=f"{item.step:,}")
    about = fit((where, human_bytes(item.size_bytes)), width - cell_len(name) - 2)
    if cell_len(name) + cell_len(about) + 2 > width:
        about = texts.say("view.checkpoint_step_only", step=f"{item.step:,}")
    return between(Text(cut_middle(name, width - cell_len(about) - 2)), Text(about, "dim"), width)


def samples(snapshot: RunSnapshot, width: int) -> list[Text]:
    """How many, and where the latest is; nothing if there are none."""
    if not snapshot.samples:
        return []
    count = len(snapshot.samples)
    room = width - label_width() - cell_len(texts.say("view.samples_count", count=count, name=""))
    name = _path_in(snapshot.samples[-1], snapshot.folder, max(10, room))
    return [labelled("view.samples", texts.say("view.samples_count", count=count, name=name))]


def _path_in(path: str, folder: str, room: int) -> str:
    """A file's path; where it is too long, from the run's folder on, which stands in the footer; then its end at least."""
    inside = path.removeprefix(f"{folder}/")
    return next((one for one in (path, inside) if cell_len(one) <= room), cut_middle(inside, room, 0.0))


def troubles(snapshot: RunSnapshot, width: int, room: int) -> list[Text]:
    """The exception that ended it, if there was one; then the latest warnings, in at most `room` lines."""
    fit = width - label_width()
    lines = []
    if snapshot.traceback:
        lines = _listed("view.error", _error(snapshot, fit, max(1, room - 1)), style="red")
    notes = [note for note in snapshot.messages if not note.text.startswith(_HARMLESS)]
    latest = notes[::-1][: max(0, room - len(lines))]
    if latest:
        return [*lines, *_listed("view.warnings", [_note(note, fit) for note in latest])]
    return lines or [labelled("view.warnings", Text(texts.say("view.warnings_none"), "dim"))]


def _error(snapshot: RunSnapshot, width: int, room: int) -> list[Text]:
    """From the exception's own line on: what stands behind the last line of the stack."""
    lines = snapshot.traceback.splitlines()
    stack = max((i for i, line in enumerate(lines) if line.startswith("  ")), default=-1)
    said = [line for line in lines[stack + 1 :] if line.strip()] or lines[-1:]
    return [Text(cut_end(english_half(line), width), "red") for line in said[: min(room, 3)]]


def _note(note: Message, width: int) -> Text:
    return Text(cut_middle(english_half(note.text), width, 0.6), "red" if note.level == "error" else "yellow")


def _listed(code: str, rows: list[Text], *, style: str = "dim") -> list[Text]:
    """Rows under one label."""
    return [labelled(code if i == 0 else "", row, style=style) for i, row in enumerate(rows)]
