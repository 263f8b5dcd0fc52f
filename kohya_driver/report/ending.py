"""Writes a run's report: when it is asked for, and by itself when the run is over, which can spoil nothing."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Literal, get_args

from kohya_driver import files
from kohya_driver.errors import DriverError, Finding, RunError, Severity, warning
from kohya_driver.report.advice import remarks_of
from kohya_driver.report.gather import gather
from kohya_driver.report.markdown import as_markdown
from kohya_driver.report.web import as_html
from kohya_driver.run.folder import Run

Format = Literal["html", "md", "json"]
FORMATS: tuple[str, ...] = get_args(Format)
OF_A_RUN = ("result.json", "events.jsonl", "metrics.jsonl", "attempts.json", "engine.log", "resolved.toml")
"""What else a run's folder holds beside its plan; a damaged one may have only some of it."""


def make_report(run: Run, format: Format = "html", beside: Path | None = None) -> str:
    """The report as text, in the language in use.

    Args:
        beside: the folder that it is for, from which its links lead; by default the run's own.
    """
    report = gather(run, pictures=format == "html", advise=remarks_of)
    if format == "json":
        return files.dump_json(report.to_json())
    return as_html(report, beside) if format == "html" else as_markdown(report, beside)


def write_report(run: Run, format: Format = "html", output: Path | None = None) -> Path:
    """Write it; returns the file, by default `report.html`, `report.md` or `report.json` in the run's folder.

    Raises:
        HostError: it cannot be written.
    """
    path = output or run.report_file.with_suffix(f".{format}")
    files.write_text(path, make_report(run, format, path.absolute().parent))
    return path


def ensure_report(run: Run) -> Finding | None:
    """Write the page of a run that is over, unless it is there; returns what went wrong, and raises nothing.

    Whoever brings a run to its end does so, and whoever has waited for that end: the second waits for the first.
    """
    try:
        with files.lock(_lock_file(run)):
            if not _is_there(run):
                write_report(run)
    except DriverError as failure:
        return replace(failure.findings[0], severity=Severity.WARNING)
    except Exception as failure:  # whatever it is, the training has its result
        return warning("report.failed", run.report_file, reason=f"{type(failure).__name__}: {failure}"[:300])
    return None


def damaged_run(folder: Path) -> Run:
    """A run whose plan is missing: an empty folder, or one with other files of a run in it.

    Raises:
        RunError: `run.not_a_run`: there is something else in it.
    """
    run = Run(folder.expanduser().absolute())
    if run.folder.is_dir():
        names = {path.name for path in run.folder.iterdir()}
        if run.plan_file.name in names or names & set(OF_A_RUN) or not names - {run.report_file.name}:
            return run
    raise RunError("run.not_a_run", run.folder)


def _is_there(run: Run) -> bool:
    """And it is no older than the result: a run that went on has another one."""
    try:
        made, ended = run.report_file.stat(), run.result_file.stat()
    except OSError:
        return False
    return files.is_file(run.report_file) and made.st_mtime_ns >= ended.st_mtime_ns


def _lock_file(run: Run) -> Path:
    name = hashlib.sha256(str(run.folder.resolve()).encode("utf-8", "surrogateescape")).hexdigest()[:16]
    return files.home() / "locks" / f"report-{name}.lock"
