"""What a checkup finds: items, and the diagnosis that they make up."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from kohya_driver import texts
from kohya_driver.checkup.report import anonymise
from kohya_driver.errors import Finding, Severity

GROUPS = ("machine", "power", "folders", "engine", "environment", "network")
FORMAT = 1
"""Of the JSON."""

OK = "ok"
GIB = 1 << 30
_WORST_FIRST = (Severity.ERROR, Severity.WARNING, Severity.INFO)

OnStep = Callable[[str], None]
"""Takes a sentence on what is done now, where it takes a while."""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that was looked at: what it is like, and what is wrong with it."""

    group: str
    name: str
    code: str
    """The sentence that tells what it is like."""
    values: Mapping[str, object] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    details: Mapping[str, Any] = field(default_factory=dict)
    """Figures for the JSON only."""

    @property
    def title(self) -> str:
        return texts.say(f"doctor.title.{self.name}")

    @property
    def value(self) -> str:
        return texts.say(self.code, **self.values)

    @property
    def status(self) -> str:
        """`ok`, or the worst severity among the findings."""
        return worst(self.findings)

    def to_json(self) -> dict[str, Any]:
        return {
            "group": self.group,
            "name": self.name,
            "status": self.status,
            "title": self.title,
            "value": self.value,
            "findings": [finding.to_json() for finding in self.findings],
            "details": dict(self.details),
        }


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """All that `kohya-driver doctor` found."""

    items: tuple[Item, ...]
    versions: Mapping[str, str]
    """Of the driver, of Python, and of the engine's packages."""
    at: str
    """When, in UTC."""
    seconds: float
    """How long it took."""
    private: Mapping[str, str] = field(default_factory=dict)
    """What the report must not hold, and what stands there instead."""

    def with_item(self, item: Item) -> Diagnosis:
        """The same, and one more thing that was looked at."""
        return replace(self, items=(*self.items, item))

    @property
    def findings(self) -> tuple[Finding, ...]:
        return tuple(finding for item in self.items for finding in item.findings)

    @property
    def errors(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.severity == Severity.ERROR)

    @property
    def status(self) -> str:
        return worst(self.findings)

    def to_json(self) -> dict[str, Any]:
        return {
            "version": FORMAT,
            "status": self.status,
            "at": self.at,
            "seconds": self.seconds,
            "versions": dict(self.versions),
            "items": [item.to_json() for item in self.items],
        }

    def to_report(self) -> dict[str, Any]:
        """As `to_json`, without what would tell who or where one is: for an issue, which everybody can read."""
        cleaned: dict[str, Any] = anonymise(self.to_json(), self.private)
        return cleaned


def worst(findings: Iterable[Finding]) -> str:
    severities = {finding.severity for finding in findings}
    return next((str(severity) for severity in _WORST_FIRST if severity in severities), OK)


def memory_gb(size: float) -> str:
    """Bytes as a Mac names its memory: in units of 1024."""
    return f"{size / GIB:.1f}".removesuffix(".0")


def disk_gb(size: float) -> str:
    """Bytes as the Finder names a disk's: in units of 1000."""
    return f"{size / 1e9:.0f}" if size >= 1e10 else f"{size / 1e9:.1f}"
