"""What a tagging model runs on: the processor, or on a Mac Apple's CoreML once that has proved equal and faster there.

CoreML makes some models several times faster and others slower, and has given wrong numbers. So the first real batch runs on
both; what was found is remembered for this model, onnxruntime and system.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from kohya_driver import files
from kohya_driver.errors import DriverError, HostError
from kohya_driver.host import Host
from kohya_driver.prepare.tag_models import ModelFiles
from kohya_driver.prepare.tag_session import COREML, COREML_OPTIONS, CPU, MakeSession, WdModel

if TYPE_CHECKING:
    from kohya_driver.prepare.tag_session import Pixels, Scores

MOST_DIFFERENCE = 0.02
"""Between the scores of both; also how near to its threshold a tag may lie to be chosen by one and not by the other."""
LEAST_SPEEDUP = 1.3
"""Less is not worth another way of computing."""


class Provider(StrEnum):
    AUTO = "auto"
    CPU = "cpu"
    COREML = "coreml"


@dataclass(frozen=True, slots=True)
class Trial:
    """What one batch on both showed."""

    difference: float
    """The largest between two scores of one output."""
    tags_changed: int
    """Tags that only one of them chooses, with a score not near the threshold."""
    speedup: float
    """Seconds of the processor by seconds of CoreML, each for its second run."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What the model runs on, and the code of the sentence that says why."""

    provider: Provider
    reason: str
    speedup: float = 0.0


def judge(trial: Trial) -> Choice:
    """Whether CoreML may be used."""
    if not trial.difference <= MOST_DIFFERENCE or trial.tags_changed:  # NaN is no small difference
        return Choice(Provider.CPU, "tag_screen.provider.differs", trial.speedup)
    if trial.speedup < LEAST_SPEEDUP:
        return Choice(Provider.CPU, "tag_screen.provider.slower", trial.speedup)
    return Choice(Provider.COREML, "tag_screen.provider.faster", trial.speedup)


def compare(cpu: Scores, other: Scores, thresholds: Scores, seconds: tuple[float, float]) -> Trial:
    """
    Args:
        thresholds: of each output; above 1 where it is never chosen.
        seconds: of the processor and of the other.
    """
    import numpy

    difference = numpy.abs(cpu - other)
    near = numpy.abs(cpu - thresholds) <= MOST_DIFFERENCE
    changed = ((cpu > thresholds) != (other > thresholds)) & ~near
    return Trial(float(difference.max(initial=0.0)), int(changed.sum()), seconds[0] / max(seconds[1], 1e-9))


def candidate(wanted: Provider, host: Host, available: Sequence[str]) -> bool:
    """Whether CoreML comes into question.

    Raises:
        HostError: it was demanded, and there is none.
    """
    there = COREML in available and host.is_apple_silicon and not host.rosetta
    if wanted == Provider.COREML and not there:
        raise HostError("tag.provider_missing", "--provider", provider="CoreML")
    return there and wanted != Provider.CPU


def open_coreml(found: ModelFiles, batch: int, make: MakeSession | None = None) -> WdModel:
    """The model on CoreML, with the processor for what that cannot do."""
    cache = files.home() / "taggers" / "coreml" / found.digest[:16]
    with contextlib.suppress(OSError):
        cache.mkdir(parents=True, exist_ok=True)
    options = {**COREML_OPTIONS, "ModelCacheDirectory": str(cache)}
    return WdModel(found, [(COREML, options), CPU], fixed=batch, make=make)


def try_both(cpu: WdModel, other: WdModel, batch: Sequence[Pixels], thresholds: Scores) -> Trial:
    """Each twice: the first run makes what is needed, the second is timed."""
    one, one_seconds = _timed(cpu, batch)
    two, two_seconds = _timed(other, batch)
    return compare(one, two, thresholds, (one_seconds, two_seconds))


def _timed(model: WdModel, batch: Sequence[Pixels]) -> tuple[Scores, float]:
    model.scores(batch)
    start = time.monotonic()
    found = model.scores(batch)
    return found, time.monotonic() - start


def key_of(found: ModelFiles, version: str, host: Host, batch: int) -> str:
    return f"{found.digest[:16]} {version} {host.os_version} {host.os_build} {batch}"


def remembered(key: str) -> Choice | None:
    try:
        kept: dict[str, Any] = files.read_json(_kept())
        return Choice(Provider(kept[key]["provider"]), str(kept[key]["reason"]), float(kept[key]["speedup"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def remember(key: str, choice: Choice) -> None:
    kept: dict[str, Any] = {}
    with contextlib.suppress(OSError, ValueError):
        kept = dict(files.read_json(_kept()))
    with contextlib.suppress(DriverError):
        files.write_json(_kept(), {**kept, key: asdict(choice)})


def _kept() -> Any:
    return files.home() / "taggers" / "providers.json"
