"""`engine update --ref`: another commit of sd-scripts, installed beside the present one, looked through, tried, and only then the pin."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from kohya_driver import files
from kohya_driver.checkup.selftest import check_selftest, run_selftest
from kohya_driver.engine.catalogue import Catalogue, build_catalogue, load_catalogue
from kohya_driver.engine.changes import NetworkChange, OptionChange, compare_networks, compare_options
from kohya_driver.engine.checkout import clone_engine, parse_source
from kohya_driver.engine.environment import FOREIGN
from kohya_driver.engine.extract import extract_catalogue, render_catalogue
from kohya_driver.engine.extract_networks import extract_networks
from kohya_driver.engine.install import InstallEvent, OnEvent, install_engine
from kohya_driver.engine.kinds import DEFAULT, kind_of
from kohya_driver.engine.model import Engine
from kohya_driver.engine.move import put_in_place, resolve_ref, staged_pin, take_back
from kohya_driver.engine.networks import load_networks, read_networks
from kohya_driver.engine.pin import Pin, Recipe, load_pin
from kohya_driver.engine.seams import check_seams
from kohya_driver.engine.store import delete, find_engine, sources_in_order
from kohya_driver.errors import EngineError, Finding, Severity, error
from kohya_driver.host import probe_host
from kohya_driver.planning.touched import Touched, missing_options, touched_presets
from kohya_driver.process import clean_environment

__all__ = ["Moved", "move_pin", "take_back"]


@dataclass(frozen=True, slots=True)
class Moved:
    """From which commit to which, and what that changes. Nothing of it is an opinion: all is read off the two engines."""

    tag_before: str
    commit_before: str
    tag: str
    commit: str
    path: str
    """Of the engine."""
    options: tuple[OptionChange, ...] = ()
    networks: tuple[NetworkChange, ...] = ()
    requirements: tuple[tuple[str, str], ...] = ()
    """What its requirements.txt asks for otherwise than that of this version's pin: before and now."""
    presets: tuple[Touched, ...] = ()
    operations: int = 0
    """How many of torch's were tried in its environment."""

    def to_json(self) -> dict[str, Any]:
        lists = {
            name: [one.to_json() for one in getattr(self, name)]
            for name in ("options", "networks", "presets")
        }
        return {
            "version": 1,
            **asdict(self),
            **lists,
            "requirements": [list(pair) for pair in self.requirements],
        }


def move_pin(ref: str, source: str | Path | None = None, *, on_event: OnEvent = lambda event: None) -> Moved:
    """Make another commit of sd-scripts the engine. If anything is wrong with it, the present one stays, and counts.

    Args:
        ref: a tag, a branch, or a commit's full name.
        source: as for `install_engine`.

    Raises:
        EngineError: it cannot be had; it does not work; our code would not fit it: `engine.seam_missing`, `engine.options_gone`.
    """
    try:
        return _moved(ref, source, on_event)
    except EngineError as failure:
        refused = Finding("engine.move_refused", Severity.INFO)
        raise EngineError(findings=(*failure.findings, refused)) from failure


def _moved(ref: str, source: str | Path | None, on_event: OnEvent) -> Moved:
    before, catalogue, networks = load_pin(), load_catalogue(), load_networks()
    place, pin = _found(ref, source, before)
    requirements = _requirements(place, pin, on_event)
    with staged_pin(pin, requirements) as (recipe, changes):
        was_there = find_engine(recipe) is not None
        engine = install_engine(place, on_event=on_event, recipe=recipe)
        try:
            _say(on_event, "engine.move_reading")
            after = _extract(engine, recipe)
            operations = _try_out(engine, after, catalogue, on_event)
            options = compare_options(catalogue, after, _scripts())
            modules = compare_networks(networks, read_networks(recipe.locks / "network_args.json"))
            moved = Moved(
                before.tag, before.commit, pin.tag, pin.commit, str(engine.root), options,
                modules,
                changes, touched_presets(options, modules, after), operations,
            )  # fmt: skip
            put_in_place(recipe.locks, moved.to_json())
        except BaseException:
            if not was_there:
                delete(engine.root)
            raise
    return moved


def _found(ref: str, source: str | Path | None, pin: Pin) -> tuple[str, Pin]:
    """The first source that has it, and the pin as it will be."""
    recipe = kind_of(DEFAULT).recipe()
    places = sources_in_order(source, recipe)
    for number, place in enumerate(places, start=1):
        try:
            return place, replace(pin, tag=ref, commit=resolve_ref(place, ref))
        except EngineError:
            if number == len(places):
                raise
    raise AssertionError("there is always one source")


def _requirements(place: str, pin: Pin, on_event: OnEvent) -> str:
    """The requirements.txt of that commit, which decides on the environment; nothing else is checked out for it."""
    _say(on_event, "engine.move_asking", ref=pin.tag, commit=pin.commit[:12])
    with tempfile.TemporaryDirectory() as folder:
        alone = replace(pin, sparse=("/requirements.txt",))
        clone_engine(parse_source(place), Path(folder), alone)
        path = Path(folder) / "requirements.txt"
        return path.read_text(encoding="utf-8") if path.is_file() else ""


def _extract(engine: Engine, recipe: Recipe) -> Catalogue:
    """Its options and networks, written beside the pin."""
    data = extract_catalogue(engine.checkout, engine.commit)
    packages = next((engine.root / "env" / "lib").glob("python*/site-packages"))
    networks = extract_networks(engine.checkout, packages, engine.commit)
    files.write_text(recipe.locks / "options.json", render_catalogue(data))
    files.write_text(recipe.locks / "network_args.json", render_catalogue(networks))
    return build_catalogue(data)


def _try_out(engine: Engine, after: Catalogue, before: Catalogue, on_event: OnEvent) -> int:
    """What the contract tests hold of every pin, as far as it takes no training; how many operations were tried."""
    _say(on_event, "engine.move_trying")
    findings = [*check_seams(engine.checkout, tuple(f"{name}.py" for name in _scripts()))]
    gone = missing_options(after, before)
    if gone:
        findings.append(error("engine.options_gone", engine.checkout, options=", ".join(gone)))
    test = run_selftest(engine.python, clean_environment({"PYTORCH_ENABLE_MPS_FALLBACK": "1"}, FOREIGN))
    findings += _errors(check_selftest(test, probe_host().accelerator))
    if findings:
        raise EngineError(findings=findings)
    return len(test.operations)


def _errors(findings: Any) -> Sequence[Finding]:
    return [finding for finding in findings if finding.severity is Severity.ERROR]


def _scripts() -> tuple[str, ...]:
    return tuple(sorted({script.removesuffix(".py") for script in kind_of(DEFAULT).scripts.values()}))


def _say(on_event: OnEvent, code: str, **values: object) -> None:
    on_event(InstallEvent("move", code, values))
