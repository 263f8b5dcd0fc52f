"""Findings, which are values, and the one exception tree, each with its exit code."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, ClassVar

from kohya_driver import texts


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Finding:
    """One result of a check. The sentences are looked up when they are shown, in the reader's language."""

    code: str
    severity: Severity
    where: str = ""
    values: Mapping[str, object] = field(default_factory=dict)
    silenced: str = ""
    """Why the preset says that this may be ignored; empty if it does not."""
    paths: tuple[Path, ...] = field(default=(), compare=False, repr=False)
    """Every file that it is about, where the sentence names only the first few. Not kept in JSON."""

    @property
    def message(self) -> str:
        return texts.say(self.code, **self.values)

    @property
    def hint(self) -> str:
        code = f"{self.code}.hint"
        return texts.say(code, **self.values) if texts.has(code) else ""

    def to_json(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "severity": str(self.severity),
            "where": self.where,
            "message": self.message,
            "hint": self.hint,
            "values": {name: _plain(value) for name, value in self.values.items()},
            "silenced": self.silenced,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Finding:
        silenced = data.get("silenced", "")
        return cls(data["code"], Severity(data["severity"]), data["where"], data["values"], silenced)


def _plain(value: object) -> object:
    return value if isinstance(value, bool | int | float | str | None) else str(value)


def error(code: str, where: object = "", **values: object) -> Finding:
    return Finding(code, Severity.ERROR, str(where), values)


def warning(code: str, where: object = "", **values: object) -> Finding:
    return Finding(code, Severity.WARNING, str(where), values)


class DriverError(Exception):
    """Something the driver could not do. `findings` says what, where and what to do; `exit_code` is the CLI's."""

    exit_code: ClassVar[int] = 70

    def __init__(
        self, code: str = "", where: object = "", *, findings: Iterable[Finding] = (), **values: object
    ):
        self.findings: tuple[Finding, ...] = tuple(findings) or (error(code, where, **values),)
        super().__init__(code)

    @property
    def code(self) -> str:
        return self.findings[0].code

    def __str__(self) -> str:
        return "\n".join(
            " ".join(part for part in (f"[{f.code}]", f.where and f"{f.where}:", f.message, f.hint) if part)
            for f in self.findings
        )


class UsageError(DriverError):
    exit_code = 2


class PresetError(DriverError):
    exit_code = 3


class DatasetError(DriverError):
    exit_code = 4


class HostError(DriverError):
    exit_code = 5


class EngineError(DriverError):
    exit_code = 6


class PlanError(DriverError):
    exit_code = 7


class RunError(DriverError):
    exit_code = 8


class TrainingFailedError(DriverError):
    exit_code = 9


class StoppedError(DriverError):
    exit_code = 10


class StalledError(DriverError):
    exit_code = 11


EXIT_CODES: Mapping[str, int] = {kind.__name__: kind.exit_code for kind in DriverError.__subclasses__()}
