"""Reads the files of a run that may be missing, cut off, or of a newer version; what is wrong is told, never raised."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kohya_driver import files
from kohya_driver.report.model import Told
from kohya_driver.run import moved
from kohya_driver.run.folder import Run, RunResult
from kohya_driver.wording import sentence

KNOWN_VERSION = 1
"""Of plan.json and result.json."""


@dataclass(slots=True)
class Sources:
    """A run's files, and what was found to be wrong with them."""

    run: Run
    missing: list[Told] = field(default_factory=list)

    def tell(self, code: str, where: Path | str = "", **values: object) -> None:
        hint = sentence(f"{code}.hint", values)
        said = "" if hint == f"{code}.hint" else hint
        self.missing.append(Told(code, "warning", sentence(code, values), said, str(where)))

    def plan(self) -> Mapping[str, Any]:
        """As it stands in the file; empty if it cannot be read."""
        return self._object(self.run.plan_file)

    def result(self) -> RunResult | None:
        if not files.exists(self.run.result_file):
            return None
        body = self._object(self.run.result_file)
        try:
            return RunResult.from_json(body) if body else None
        except (KeyError, TypeError, ValueError, AttributeError):
            self.tell("report.unreadable", self.run.result_file, name=self.run.result_file.name)
            return None

    def has_records(self, path: Path) -> bool:
        """Whether a file of lines is there and can be opened."""
        try:
            with path.open("rb"):
                return True
        except FileNotFoundError:
            self.tell("report.file_missing", path, name=path.name)
        except OSError:
            self.tell("report.unreadable", path, name=path.name)
        return False

    def text(self, path: Path) -> str:
        try:
            return path.read_text(encoding="utf-8", errors="replace")
        except OSError:
            return ""

    def _object(self, path: Path) -> dict[str, Any]:
        try:
            body = files.read_json(path)
        except FileNotFoundError:
            self.tell("report.file_missing", path, name=path.name)
            return {}
        except (OSError, ValueError, RecursionError):
            self.tell("report.unreadable", path, name=path.name)
            return {}
        if not isinstance(body, dict):
            self.tell("report.unreadable", path, name=path.name)
            return {}
        version = body.get("version")
        if isinstance(version, int) and version > KNOWN_VERSION:
            self.tell("report.newer", path, name=path.name)
        told: dict[str, Any] = moved.here(body, self.run.place)
        return told


def text_of(body: Mapping[str, Any], *names: str) -> str:
    """What stands under these keys, one within the other, as text; empty if nothing does."""
    value = _inner(body, names)
    return "" if value is None or isinstance(value, dict | list) else str(value)


def whole_of(body: Mapping[str, Any], *names: str) -> int:
    """The same as a whole number; 0 if it is none."""
    return whole(_inner(body, names))


def whole(value: object) -> int:
    """A value of a record, as a whole number; 0 for what is none. Nobody has checked what the files of a run hold."""
    return int(number(value))


def number(value: object) -> float:
    """The same as a number."""
    return float(value) if isinstance(value, int | float) and abs(value) < _MOST else 0.0


_MOST = 1e15
"""Also keeps out infinity; and what is no number is not smaller than anything."""


def list_of(body: Mapping[str, Any], *names: str) -> list[Mapping[str, Any]]:
    """The objects of a list."""
    value = _inner(body, names)
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def table_of(body: Mapping[str, Any], *names: str) -> Mapping[str, Any]:
    value = _inner(body, names)
    return value if isinstance(value, dict) else {}


def _inner(body: Mapping[str, Any], names: tuple[str, ...]) -> Any:
    value: Any = body
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value
