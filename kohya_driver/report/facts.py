"""What page and Markdown both say of a report: its numbers, and names with their values, as sentences."""

from __future__ import annotations

import shlex
import time
from collections.abc import Iterator, Mapping
from typing import Any

from kohya_driver import texts
from kohya_driver.events.model import MOST
from kohya_driver.preset.describe import toml_pair
from kohya_driver.report.model import Column, RunReport, Told
from kohya_driver.wording import counted, human_bytes, human_duration, human_loss, human_pace

WEBUI, COMFYUI = "models/Lora", "models/loras"

Piece = tuple[str, bool]
"""Of a sentence; and whether it is code, to be typed as it is."""


def words(code: str, **values: object) -> str:
    return texts.say(f"report_page.{code}", **values)


def slug(state: str) -> str:
    """A state as codes name it."""
    return state.replace(" ", "_")


def made(report: RunReport) -> str:
    return words("made", version=report.surroundings.driver, time=local_time(report.made))


def local_time(seconds: float) -> str:
    """To the minute, where this machine is."""
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(seconds))


def numbers(report: RunReport) -> Iterator[tuple[str, str]]:
    """Name and value of what is known."""
    told = report.numbers
    if told.steps:
        yield words("number.steps"), words("number.steps_of", step=f"{told.step:,}", steps=f"{told.steps:,}")
    if told.epochs:
        yield words("number.epochs"), words("number.steps_of", step=told.epoch, steps=told.epochs)
    if told.seconds:
        yield words("number.duration"), human_duration(told.seconds)
    if told.seconds_per_step is not None:
        yield words("number.pace"), words("number.pace_value", seconds=human_pace(told.seconds_per_step))
    if told.loss is not None:
        yield words("number.loss"), human_loss(told.loss)
    if told.validation_loss is not None:
        yield words("number.validation"), human_loss(told.validation_loss)
    if told.images:
        yield words("number.images"), str(told.images)
    if told.memory_peak:
        used, total = human_bytes(told.memory_peak), human_bytes(told.memory_total)
        yield words("number.memory"), words("number.memory_of", used=used, total=total)
    if told.started:
        yield words("number.started"), local_time(told.started)
    if told.attempts > 1:
        yield words("number.attempts"), str(told.attempts)


def failure_title(report: RunReport) -> str:
    if report.failure is None:
        return words("failure.go_on")
    return words("failure.title" if report.state == "failed" else "failure.stopped_title")


def resume_words(report: RunReport) -> str:
    """What its command does."""
    if report.resumes_at is None:
        return words("failure.anew")
    return words("failure.resume", step=report.resumes_at)


def resume_command(report: RunReport) -> str:
    return f"kohya-driver resume {shlex.quote(report.name)}"


def changed_lines(changes: Mapping[str, Any]) -> Iterator[str]:
    """What advice changes in a preset, as it stands there, table by table."""
    last = ""
    for key, value in sorted(changes.items(), key=lambda pair: pair[0].rpartition(".")[0]):
        section, _, name = key.rpartition(".")
        if section != last:
            yield f"[{section}]"
            last = section
        yield f"# {name}: {words('advice.unset')}" if value is None else toml_pair(name, value)


def apply_command(report: RunReport) -> str:
    return f"kohya-driver advise {shlex.quote(report.name)} --apply next.toml"


def prompt_settings(report: RunReport, index: int) -> list[str]:
    """What was asked for with a prompt, beside its words."""
    asked = report.samples.settings[index] if index < len(report.samples.settings) else None
    if asked is None:
        return []
    seed = words("samples.seeds") if asked.seed is None else words("samples.seed", seed=asked.seed)
    told = counted(
        "report_page.samples.settings",
        asked.steps,
        width=asked.width,
        height=asked.height,
        seed=seed,
        steps=asked.steps,
        scale=f"{asked.scale:g}",
    )
    first = f"{told} · {asked.sampler}" if asked.sampler else told
    return [first, *([words("samples.negative", negative=asked.negative)] if asked.negative else [])]


def column_title(column: Column) -> str:
    """Of samples that were drawn at one time."""
    if column.step:
        return words("samples.step", step=f"{column.step:,}")
    return words("samples.epoch", epoch=column.epoch) if column.epoch else words("samples.before")


def trouble(one: Told) -> str:
    return words("trouble_after", duration=one.where, said=one.message)


def usage(report: RunReport) -> Iterator[tuple[str, list[Piece]]]:
    """Name and sentence, in pieces."""
    told = report.usage
    if told is None:
        return
    webui, comfyui = said("usage.webui", folder=WEBUI), said("usage.comfyui", folder=COMFYUI)
    yield words("usage.copy_to"), [*webui, (" · ", False), *comfyui]
    # With the sidecars that those programs read.
    yield words("usage.install"), [(f"kohya-driver lora install {shlex.quote(report.name)} --to webui", True)]
    yield (
        words("usage.trigger"),
        [(told.trigger, True)] if told.trigger else [(words("usage.no_trigger"), False)],
    )
    first, *others = (f"{weight:g}" for weight in told.weights)
    yield (
        words("usage.weight"),
        [(words("usage.weight_value", first=first, others=words("usage.comma").join(others)), False)],
    )
    yield words("usage.prompt"), [(told.prompt, True)]
    family = f"report_page.family.{told.family}"
    if report.surroundings.base and texts.has(family):
        base = report.surroundings.base.replace("\\", "/").rpartition("/")[2]
        yield words("usage.base"), [(words("usage.base_value", base=base, family=texts.say(family)), False)]


_HOLE = "\x00"


def said(code: str, **values: str) -> list[Piece]:
    """A sentence in which its one value is code."""
    ((name, value),) = values.items()
    before, _, after = words(code, **{name: _HOLE}).partition(_HOLE)
    return [(piece, is_code) for piece, is_code in ((before, False), (value, True), (after, False)) if piece]


def surroundings(report: RunReport) -> Iterator[tuple[str, str]]:
    """Name and value of what is known."""
    told = report.surroundings
    host = {name: str(value) for name, value in told.host.items()}
    engine = " ".join(part for part in (told.engine, told.engine_tag, told.engine_commit) if part)
    packages = ", ".join(f"{name} {version}" for name, version in told.packages.items())
    system = " ".join(host.get(name, "") for name in ("system", "os_version", "os_build")).strip()
    memory = told.host.get("memory_bytes")
    for name, value in (
        ("driver", told.driver),
        ("engine", engine),
        ("python", told.python),
        ("packages", packages or (words("surroundings.no_packages") if engine else "")),
        ("machine", " · ".join(part for part in (host.get("chip"), host.get("machine")) if part)),
        ("system", system),
        ("memory", human_bytes(memory) if isinstance(memory, int) and 0 < memory < MOST else ""),
        ("device", told.device),
        ("base", told.base),
    ):
        if value:
            yield words(f"surroundings.{name}"), value
