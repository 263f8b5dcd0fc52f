"""A run as lines: one for each event of interest, or one of JSON for each event."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from kohya_driver import texts
from kohya_driver.events.model import (
    Announced,
    CheckpointSaved,
    EpochStarted,
    Event,
    KeptAwake,
    LatentsKept,
    LogMessage,
    PhaseChanged,
    Record,
    Recovering,
    Resumed,
    RunFinished,
    RunStarted,
    SampleSaved,
    SaveRequested,
    StateNotSaved,
    StateSaved,
    StepDone,
    StopRequested,
    TextsKept,
    Traceback,
    TroubleSeen,
    Validated,
)
from kohya_driver.events.snapshot import RunSnapshot
from kohya_driver.views.console import (
    english_half,
    human_bytes,
    human_duration,
    human_loss,
    human_pace,
    sentence,
)

SHARES = 10
"""A line at each tenth of the steps, and at the first and the last."""


def json_line(record: Record) -> str:
    """One event as one line of JSON."""
    return json.dumps(record.to_json(), ensure_ascii=False)


def plain_line(record: Record, snapshot: RunSnapshot) -> str | None:
    """One line for a person, `snapshot` being that after the event; None if the event is not of interest."""
    say = _LINES.get(type(record.event))
    line = say(record.event, snapshot) if say else None
    return None if line is None else f"{_clock(record.elapsed)}  {line}"


def _clock(elapsed: float) -> str:
    whole = max(0, int(elapsed))
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}"


def _started(event: RunStarted, snapshot: RunSnapshot) -> str:
    if event.attempt > 1:
        code = "view.plain.attempt" if event.from_step else "view.plain.attempt_anew"
        return texts.say(code, attempt=event.attempt, step=event.from_step)
    return texts.say(
        "view.plain.started",
        name=event.name,
        images=event.images,
        steps=event.steps,
        epochs=event.epochs,
        folder=event.folder,
    )


def _announced(event: Announced, snapshot: RunSnapshot) -> str | None:
    """Of what the engine says of itself, only that some pictures are not trained on."""
    if event.what != "validation_images" or not event.value:
        return None
    return texts.say("view.plain.kept_apart", count=event.value)


def _step(event: StepDone, snapshot: RunSnapshot) -> str | None:
    steps = max(snapshot.steps, event.step)
    is_due = event.step * SHARES // steps != (event.step - 1) * SHARES // steps
    if not is_due and event.step != 1:
        return None
    percent = event.step * 100 // steps
    line = texts.say(
        "view.plain.step", step=event.step, steps=steps, percent=percent, loss=human_loss(event.average_loss)
    )
    if snapshot.seconds_per_step is not None:
        line += " · " + texts.say("view.pace", seconds=human_pace(snapshot.seconds_per_step))
    if snapshot.eta_seconds:
        line += " · " + texts.say("view.left", duration=human_duration(snapshot.eta_seconds))
    return line


def _message(event: LogMessage, snapshot: RunSnapshot) -> str:
    return texts.say(f"view.plain.{event.level}", text=english_half(event.text))


def _trouble(event: TroubleSeen, snapshot: RunSnapshot) -> str:
    done = sentence(f"notify.policy.{event.policy}", {})
    return texts.say("view.plain.trouble", said=sentence(event.code, event.values), done=done)


def _recovering(event: Recovering, snapshot: RunSnapshot) -> str:
    line = texts.say("view.plain.recovering", reason=_reason(event.reason, snapshot))
    changes = (sentence(f"override.{measure}", {}) for measure in event.measures)
    return " ".join((line, *changes))


def _reason(code: str, snapshot: RunSnapshot) -> str:
    """The code's sentence; where it is a trouble's, with the values that were told with it."""
    told = next((one.values for one in reversed(snapshot.troubles) if one.code == code), {})
    return sentence(code, {"step": snapshot.step, **told})


def _stop(event: StopRequested, snapshot: RunSnapshot) -> str:
    return texts.say("view.plain.stop_saves" if event.saves else "view.plain.stop", by=event.by)


def _finished(event: RunFinished, snapshot: RunSnapshot) -> str:
    detail = event.final or _reason(event.reason, snapshot)
    outcome = texts.say(f"event.outcome.{event.outcome}")
    return texts.say("view.plain.finished", outcome=outcome, detail=detail).rstrip()


_LINES: dict[type[Event], Callable[[Any, RunSnapshot], str | None]] = {
    RunStarted: _started,
    PhaseChanged: lambda event, snapshot: texts.say(f"event.phase.{event.phase}"),
    Announced: _announced,
    EpochStarted: lambda event, snapshot: texts.say("view.epoch", epoch=event.epoch, epochs=event.of),
    StepDone: _step,
    Validated: lambda event, snapshot: texts.say(
        "view.plain.validation", step=event.step, loss=human_loss(event.loss)
    ),
    CheckpointSaved: lambda event, snapshot: texts.say(
        "view.plain.checkpoint", path=event.path, size=human_bytes(event.size_bytes)
    ),
    StateSaved: lambda event, snapshot: texts.say("view.plain.state", path=event.path),
    SampleSaved: lambda event, snapshot: texts.say("view.plain.sample", path=event.path),
    LogMessage: _message,
    TroubleSeen: _trouble,
    KeptAwake: lambda event, snapshot: texts.say(
        "view.plain.awake" if event.by else "view.plain.not_awake", by=event.by
    ),
    Traceback: lambda event, snapshot: texts.say("view.plain.error", text=event.text.rpartition("\n")[2]),
    StateNotSaved: lambda event, snapshot: texts.say(
        "view.plain.state_not_saved", step=event.step, reason=event.reason
    ),
    LatentsKept: lambda event, snapshot: texts.say("view.plain.latents_kept", count=event.pictures),
    TextsKept: lambda event, snapshot: texts.say("view.plain.texts_kept", count=event.captions),
    Recovering: _recovering,
    Resumed: lambda event, snapshot: texts.say("view.plain.resumed", step=event.step, path=event.path),
    SaveRequested: lambda event, snapshot: texts.say(
        "view.plain.save_and_sample" if event.sample else "view.plain.save"
    ),
    StopRequested: _stop,
    RunFinished: _finished,
}
