"""How a run ended, as a person reads it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.text import Text

from kohya_driver import files, texts
from kohya_driver.diagnosis.model import Cause
from kohya_driver.errors import Finding, Severity
from kohya_driver.run.folder import Recovery, Run, RunResult
from kohya_driver.run.remote import Remote, read_mark
from kohya_driver.views.console import human_bytes, human_duration, sentence, stderr_console, stdout_console
from kohya_driver.views.dashboard import render
from kohya_driver.views.findings import print_findings
from kohya_driver.views.picture import print_picture
from kohya_driver.wording import counted


def print_result(result: RunResult, samples: Sequence[str] | None = None) -> None:
    """The outcome in a sentence; after a failure the engine's own words, why, and what to do.

    Args:
        samples: the run's, where they are known already.
    """
    if result.outcome == "succeeded":
        _print_success(result, samples)
        return
    console = stderr_console()
    if result.evidence:
        console.print(Text(texts.say("show.engine_said"), style="bold"))
        console.print(Text(result.evidence, style="dim"), soft_wrap=True)
    severity = Severity.WARNING if result.outcome == "stopped" else Severity.ERROR
    print_findings([Finding(result.reason, severity, result.folder, result.reason_values)])
    cause = result.diagnosis.get("cause") or {}
    for words in (cause.get("message"), cause.get("why"), cause.get("hint")):
        if words:
            console.print(Text(str(words)), soft_wrap=True)
    if result.not_recovered:
        console.print(Text(sentence(result.not_recovered, {})), soft_wrap=True)
    _print_recoveries(result, console)
    for path in (*result.checkpoints, *result.saved):
        if files.is_file(Path(path)):  # it may have been pruned since
            console.print(Text(texts.say("show.kept_checkpoint", path=path)), soft_wrap=True)
    if result.state and files.exists(Path(result.state)):
        name = Path(result.folder).name
        console.print(Text(texts.say("show.can_resume", name=name, path=result.state)), soft_wrap=True)
    _print_report(result, console)


def _print_success(result: RunResult, samples: Sequence[str] | None) -> None:
    console = stdout_console()
    final = Path(result.final)
    console.print(
        Text(
            counted(
                "show.succeeded", result.steps, steps=result.steps, duration=human_duration(result.seconds)
            ),
            style="bold green",
        )
    )
    _print_recoveries(result, console)
    size = human_bytes(final.stat().st_size) if files.is_file(final) else "?"
    console.print(Text(texts.say("show.final", path=final, size=size)), soft_wrap=True)
    console.print(Text(texts.say("show.run_folder", path=result.folder)), soft_wrap=True)
    _print_report(result, console)
    _print_sample(Run(Path(result.folder)).snapshot().samples if samples is None else samples, console)


def _print_report(result: RunResult, console: Console) -> None:
    """Where the page about the run is, if it could be made."""
    path = Run(Path(result.folder)).report_file
    if files.is_file(path):
        console.print(Text(texts.say("show.report", path=path)), soft_wrap=True)


def _print_sample(samples: Sequence[str], console: Console) -> None:
    """The newest one: where it is, and itself where the terminal can show it."""
    if not samples:
        return
    console.print(Text(texts.say("show.latest_sample", path=samples[-1])), soft_wrap=True)
    print_picture(Path(samples[-1]), console)


def _print_recoveries(result: RunResult, console: Console) -> None:
    """What the run did by itself after failures."""
    if not result.recoveries:
        return
    console.print(Text(texts.say("show.recovered", count=len(result.recoveries))), soft_wrap=True)
    for one in result.recoveries:
        code = "show.recovered_line" if one.from_step else "show.recovered_anew"
        line = texts.say(code, step=one.step, reason=_why(one), start=one.from_step)
        console.print(Text(f"  {line}"), soft_wrap=True)
        for measure in one.measures:
            what = sentence(f"override.{measure}", {})
            console.print(Text(f"    {texts.say('show.recovered_change', what=what)}"), soft_wrap=True)


def _why(recovery: Recovery) -> str:
    """The cause that was found, where that says more than that it failed."""
    found = "" if recovery.reason.startswith("trouble.") else Cause(recovery.kind, recovery.values).message
    return found or sentence(recovery.reason, recovery.values)


def print_run(run: Run) -> None:
    """A run at any time: its dashboard as it stands, then how it ended."""
    console = stdout_console()
    snapshot = run.snapshot()
    standing = tuple(one for one in snapshot.checkpoints if files.is_file(Path(one.path)))
    snapshot = replace(snapshot, checkpoints=standing)
    console.print(render(snapshot, console.width, min(console.height, 40)))
    if remote := read_mark(run.folder):
        console.print(Text(_elsewhere(remote)), soft_wrap=True)
    result = run.result()
    if result:
        print_result(result, snapshot.samples)
    else:
        code = "show.state_cut_off" if run.state() == "cut off" else "show.state_running"
        console.print(Text(texts.say(code, path=run.folder)), soft_wrap=True)
        _print_sample(snapshot.samples, console)


def _elsewhere(remote: Remote) -> str:
    """Where it trains, and how old what is shown is."""
    told = {"machine": remote.machine or "?", "host": remote.name}
    if not remote.synced:
        return texts.say("remote.not_yet", **told)
    return texts.say(
        "remote.on", time=time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(remote.synced)), **told
    )


def print_cut_off(run: Run) -> None:
    """The end of a run that was watched."""
    stderr_console().print(Text(texts.say("show.state_cut_off", path=run.folder)), soft_wrap=True)


def print_said(code: str, **values: object) -> None:
    """One sentence."""
    stdout_console().print(Text(texts.say(code, **values)), soft_wrap=True)


def print_left(run: Run) -> None:
    """A watcher has gone."""
    stdout_console().print(Text(texts.say("show.left", path=run.folder)), soft_wrap=True)
