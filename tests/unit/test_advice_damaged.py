"""Advice on runs whose files are missing, damaged, of a newer version, or hold anything at all."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kohya_driver import api, files, texts
from kohya_driver.cli.main import main
from kohya_driver.judging.advice import judge
from kohya_driver.judging.model import Advice, Judgement, Weighed
from kohya_driver.judging.read import Read, read_course
from kohya_driver.judging.remedies import Ask
from kohya_driver.judging.run_advice import advise
from kohya_driver.preset.load import load_preset
from kohya_driver.run.folder import Run
from tests.reports import make_run
from tests.unit.test_advice import COMMENTED, course, raised

RATE = COMMENTED.replace("1e-3", "0.005")
TOO_FAR = course(weights=(Weighed(400, 0.9),))
ODD: tuple[Any, ...] = (None, True, -1, 1.5, 10**400, math.nan, "x", "x\0", "x" * 5000, [], [[]], {"a": 1})
FILES = ("plan.json", "result.json", "resolved.toml", "preset.toml", "metrics.jsonl", "events.jsonl")


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("KOHYA_DRIVER_HOME", str(tmp_path / "home"))
    return make_run(tmp_path / "project", steps=40, validate_every=10, extra=RATE)


def change(path: Path, **values: Any) -> None:
    """None takes the key out."""
    body = {**files.read_json(path), **values}
    files.write_json(path, {name: value for name, value in body.items() if value is not None})


def damage(path: Path, how: str) -> None:
    if how == "missing":
        path.unlink()
    else:
        path.write_text("[", encoding="utf-8")


DAMAGED = ("missing", "unreadable")


# --- the preset


@pytest.mark.parametrize("how", DAMAGED)
def test_the_plan_has_the_preset_too(run: Run, how: str, tmp_path: Path) -> None:
    damage(run.resolved_preset_file, how)
    read = read_course(run)
    assert (read.ask.rates, read.gaps) == ({"optimizer.learning_rate": 0.005}, ())
    advice = judge(TOO_FAR, read.ask, read.gaps)
    loaded = load_preset(api.apply_advice(run, advice, tmp_path / "next.toml"))
    assert loaded.optimizer.learning_rate == advice.changes["optimizer.learning_rate"] < 0.005
    assert loaded.training.max_train_epochs == 8


def without_preset(run: Run, how: str) -> Read:
    damage(run.resolved_preset_file, how)
    change(run.plan_file, resolved_preset=None)
    return read_course(run)


@pytest.mark.parametrize("how", DAMAGED)
@pytest.mark.parametrize(
    "measured",
    [
        TOO_FAR,
        course(weights=(Weighed(400, math.nan),)),
        course(weights=(Weighed(400, 0.9),), is_adaptive=True),
        course(weights=(Weighed(400, 1e-6),)),
        course(weights=(Weighed(400, 0.001),), images=200),
        course(
            validations=tuple((40 * at, loss) for at, loss in enumerate((0.1, 0.09, 0.095, 0.1, 0.11), 1))
        ),
    ],
)
def test_where_no_preset_can_be_read_no_number_of_it_is_stated(run: Run, how: str, measured: Any) -> None:
    texts.use_language("en")
    read = without_preset(run, how)
    assert "no_preset" in read.gaps
    advice = judge(measured, read.ask, read.gaps)
    assert advice.changes == {}
    assert advice.remedies
    assert not any(
        figure in one.sentence for one in advice.remedies for figure in ("0.0001", "e-0", "epochs:")
    )
    assert raised(lambda: api.apply_advice(run, advice, run.folder / "next.toml")) == "advise.no_preset"


def test_a_preset_that_would_stay_as_it_is_is_not_written(run: Run, tmp_path: Path) -> None:
    advice = Advice(
        (Judgement("rate_high", "clear", ()),),
        judge(TOO_FAR, Ask({"optimizer.learning_rate": 0.09})).remedies,
    )
    text = files.edit_toml(run.resolved_preset_file.read_text(), advice.changes)
    run.resolved_preset_file.write_text(text, encoding="utf-8")
    assert raised(lambda: api.apply_advice(run, advice, tmp_path / "next.toml")) == "advise.unchanged"
    assert not (tmp_path / "next.toml").exists()


@pytest.mark.parametrize("name", ["x" * 300, "file/next.toml"])
def test_a_place_that_takes_no_file_is_an_error_like_any_other(run: Run, name: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    advice = judge(TOO_FAR, read_course(run).ask)
    assert raised(lambda: api.apply_advice(run, advice, tmp_path / name)).startswith("files.")


# --- what could not be read


@pytest.mark.parametrize("how", DAMAGED)
def test_a_missing_plan_is_said(
    run: Run, how: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    damage(run.plan_file, how)
    assert "no_plan" in advise(run).gaps
    read = read_course(run)
    assert (read.course.planned, read.course.images) == (40, 3)  # its events tell them too
    healthy = Advice((Judgement("healthy", "clear", ()),), gaps=read.gaps)
    assert raised(lambda: api.apply_advice(run, healthy, tmp_path / "next.toml")) == "advise.no_plan"
    assert main(["--lang", "en", "advise", str(run.folder)]) == 0
    assert texts.say("advice.gap.no_plan")[:30] in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize("name", ["plan.json", "result.json"])
def test_a_run_of_a_newer_version_is_judged_with_a_word(run: Run, name: str, tmp_path: Path) -> None:
    assert "newer" not in advise(run).gaps
    change(run.folder / name, version=2)
    gaps = advise(run).gaps
    assert "newer" in gaps
    healthy = Advice((Judgement("healthy", "clear", ()),), gaps=gaps)
    assert raised(lambda: api.apply_advice(run, healthy, tmp_path / "next.toml")) == "advise.newer"


def test_events_of_unknown_kinds_are_a_newer_versions(run: Run) -> None:
    with run.events_file.open("a") as events:
        events.write('{"kind": "dreamt", "time": 1.0, "elapsed": 1.0}\n')
    assert "newer" in advise(run).gaps


def test_damaged_records_are_said_but_for_a_torn_end(run: Run) -> None:
    with run.metrics_file.open("a") as values:
        values.write('{"step": 4')
    assert "damaged" not in advise(run).gaps
    with run.metrics_file.open("a") as values:
        values.write('\n{"step": 4\n')
    assert "damaged" in advise(run).gaps


def test_a_result_that_cannot_be_read_is_said(run: Run) -> None:
    run.result_file.write_text("[", encoding="utf-8")
    assert "damaged" in advise(run).gaps


def test_a_nan_that_was_only_told_is_none_that_it_ended_for(run: Run) -> None:
    run.result_file.unlink()
    lines = run.events_file.read_text().splitlines()
    seen = {
        "kind": "trouble",
        "code": "trouble.nan",
        "policy": "warn",
        "values": {},
        "time": 1.0,
        "elapsed": 1.0,
    }
    before = [line for line in lines if json.loads(line)["kind"] != "run_finished"]
    run.events_file.write_text("\n".join([*before[:30], json.dumps(seen), *before[30:]]) + "\n")
    assert not read_course(run).course.lost
    ended = {
        "kind": "run_finished",
        "outcome": "failed",
        "final": "",
        "reason": "trouble.nan",
        "time": 2.0,
        "elapsed": 2.0,
    }
    with run.events_file.open("a") as events:
        events.write(json.dumps(ended) + "\n")
    assert read_course(run).course.lost


def test_places_that_cannot_be_looked_at_have_no_files(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    long = "/" + "x" * 5000
    change(run.result_file, final=long)
    change(run.plan_file, base=long)
    assert advise(run).judgements
    look = Path.stat

    def refused(path: Path, **options: Any) -> Any:
        if path.suffix == ".safetensors":
            raise PermissionError(13, "Permission denied", str(path))
        return look(path, **options)

    monkeypatch.setattr(Path, "stat", refused)
    assert "no_files" in advise(run).gaps


# --- anything at all


def places(value: Any, place: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    yield place
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from places(inner, (*place, name))
    elif isinstance(value, list) and value:
        yield from places(value[0], (*place, 0))


def put(value: Any, place: tuple[str | int, ...], odd: Any) -> Any:
    if not place:
        return odd
    first, *rest = place
    copy: Any = dict(value) if isinstance(value, dict) else list(value)
    copy[first] = put(value[first], tuple(rest), odd)
    return copy


def survives(run: Run) -> None:
    advice = advise(run)
    assert json.dumps(advice.to_json(), allow_nan=False)


READ = {
    "plan.json": ("version", "folder", "steps", "steps_per_epoch", "images", "base", "training_config", "resolved_preset"),
    "result.json": ("version", "folder", "outcome", "final", "checkpoints", "steps", "reason", "reason_values", "recoveries"),
}  # fmt: skip
"""What advice reads of a file, and what stands beside it in the same value."""


@pytest.mark.parametrize("name", READ)
def test_values_of_any_type_do_not_stop_it(run: Run, name: str) -> None:
    """Each one gets each odd value, what is within it one."""
    path, dice = run.folder / name, random.Random(name)
    body = files.read_json(path)
    for place in places({key: body[key] for key in READ[name]}):
        for odd in ODD if len(place) < 2 else dice.sample(ODD, 1):
            path.write_text(json.dumps(put(body, place, odd)), encoding="utf-8")
            survives(run)


@pytest.mark.parametrize("name", ["events.jsonl", "metrics.jsonl"])
def test_records_of_any_type_do_not_stop_it(run: Run, name: str) -> None:
    """Each kind of line, and each of its values, once."""
    path, dice = run.folder / name, random.Random(name)
    lines = path.read_text(encoding="utf-8").splitlines()
    if name == "events.jsonl":
        run.metrics_file.unlink()  # so that the steps are those of the events
    kinds = {str(json.loads(line).get("kind", len(line) // 60)): at for at, line in enumerate(lines)}
    for at in kinds.values():
        body = json.loads(lines[at])
        for place in places(body):
            changed = json.dumps(put(body, place, dice.choice(ODD)))
            path.write_text("\n".join([*lines[:at], changed, *lines[at + 1 :]]) + "\n", encoding="utf-8")
            survives(run)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("bytes_", [b"", b"\xff\xfe\x00", b"null", b"[" * 5000])
def test_files_of_any_bytes_do_not_stop_it(run: Run, name: str, bytes_: bytes) -> None:
    (run.folder / name).write_bytes(bytes_)
    survives(run)


@pytest.mark.parametrize("started", ODD)
def test_a_supervisor_of_any_type_does_not_run(run: Run, started: Any) -> None:
    run.result_file.unlink()
    (run.folder / "supervisor.json").write_text(json.dumps({"pid": 1, "started": started}), encoding="utf-8")
    survives(run)
