"""A report of a run in whose files anything may stand, and what it does not pass on."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from kohya_driver import files, texts
from kohya_driver.diagnosis.model import Cause, Diagnosis
from kohya_driver.events.model import CheckpointSaved, Record, RunStarted, SampleSaved, StepDone
from kohya_driver.events.parse import MetricsReader
from kohya_driver.report.comparison import compare
from kohya_driver.report.comparison_page import as_page
from kohya_driver.report.ending import make_report
from kohya_driver.report.gather import gather
from kohya_driver.report.markdown import as_markdown
from kohya_driver.report.secrets import masked
from kohya_driver.report.web import as_html
from kohya_driver.run.folder import Run, RunResult
from kohya_driver.run.overview import overview
from kohya_driver.run.samples import run_samples
from kohya_driver.run.watching import state_of
from kohya_driver.wording import sentence
from tests.reports import NOW, make_run

EXTRA = """
[training]
max_train_epochs = 2
[sampling]
prompts = ["{trigger}, smile --n blurry"]
every_n_epochs = 1
[saving]
every_n_epochs = 1
"""


@pytest.fixture(autouse=True)
def english() -> None:
    texts.use_language("en")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A small run that failed; not to be changed."""
    return make_run(
        tmp_path_factory.mktemp("whole"), steps=4, validate_every=2, outcome="failed", extra=EXTRA
    )


@pytest.fixture
def run(whole: Run, tmp_path: Path) -> Run:
    shutil.copytree(whole.folder, tmp_path / "ning-001")
    return Run(tmp_path / "ning-001")


def change(run: Run, **values: Any) -> None:
    files.write_json(run.result_file, {**files.read_json(run.result_file), **values})


def codes(run: Run) -> list[str]:
    return [one.code for one in gather(run, pictures=False).missing]


# Whatever stands in a field

VALUES: tuple[Any, ...] = (
    None, True, -1, 10**400, 1.5e300, float("inf"), float("nan"), "x", "\x00", "a" * 300,
    [], {}, [1], [None], [[]], {"a": 1}, [{"a": 1}], {"a": {"b": [1]}},
)  # fmt: skip
EACH = 2
"""Values that each field is tried with; every value is tried in many fields."""


def places(body: Any, depth: int) -> Iterator[tuple[str | int, ...]]:
    """Of every field, in tables of tables and in the first of each list."""
    inner = (
        body.items() if isinstance(body, dict) else [(0, body[0])] if isinstance(body, list) and body else []
    )
    for name, value in inner:
        yield (name,)
        if depth:
            yield from ((name, *rest) for rest in places(value, depth - 1))


def changed(body: Any, place: tuple[str | int, ...], value: Any) -> Any:
    whole = json.loads(json.dumps(body))
    inner = whole
    for name in place[:-1]:
        inner = inner[name]
    inner[place[-1]] = value
    return whole


def look(run: Run) -> None:
    report = gather(run, pictures=False)
    as_html(report).encode()
    as_markdown(report).encode()
    json.dumps(report.to_json(), allow_nan=False)
    overview(run, lambda one: "cut off")


@pytest.mark.parametrize("name", ["result_file", "plan_file", "events_file", "metrics_file"])
@pytest.mark.parametrize("without_values", [False, True])
def test_a_value_of_another_type_in_each_field(
    run: Run, name: str, without_values: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One field after the other of a real run, so that every reader of every field has met it."""
    monkeypatch.setattr(Run, "engine_alive", lambda run: False)  # looks through all processes
    if without_values:
        if name != "events_file":
            pytest.skip("only the events are read otherwise without metrics.jsonl")
        files.write_text(run.metrics_file, "")
    path: Path = getattr(run, name)
    text, number = path.read_text(encoding="utf-8"), count()
    seen = set()
    lines = text.splitlines() if path.suffix == ".jsonl" else [text]
    for at, line in enumerate(lines):
        body = json.loads(line)
        kind = body.get("kind", tuple(body.get("values", ())))
        if kind in seen:
            continue
        seen.add(kind)
        for place in places(body, 2):
            for _ in range(EACH):
                value = VALUES[next(number) * 7 % len(VALUES)]
                damaged = json.dumps(changed(body, place, value))
                path.write_text("\n".join((*lines[:at], damaged, *lines[at + 1 :])), encoding="utf-8")
                try:
                    look(run)
                except Exception as failure:
                    raise AssertionError(f"{name} {kind} {place} = {value!r:.60}") from failure
    assert next(number) > 20


def test_a_result_holds_what_its_fields_say() -> None:
    told = RunResult.from_json(
        {
            "outcome": "failed", "folder": 1, "final": None, "checkpoints": ["a", 2], "steps": "x", "seconds": float("nan"),
            "status": [], "reason": {}, "reason_values": [], "recoveries": [1, {"step": "x", "reason": "run.killed"}],
            "diagnosis": "x", "attempts": True, "of a later version": 1,
        }
    )  # fmt: skip
    assert (told.folder, told.final, told.checkpoints) == ("", "", ("a",))
    assert (told.steps, told.seconds, told.status, told.attempts) == (0, 0.0, None, 1)
    assert (told.reason, told.reason_values, told.diagnosis) == ("", {}, {})
    with pytest.raises(TypeError):
        RunResult.from_json({"outcome": "failed"})


def test_a_whole_result_comes_back_as_it_was(whole: Run) -> None:
    result = whole.result()
    assert result is not None and RunResult.from_json(result.to_json()) == result


@pytest.mark.parametrize(
    "body",
    [
        {"kind": "checkpoint", "path": 5, "size_bytes": 1},
        {"kind": "checkpoint", "path": "a", "size_bytes": 10**400},
        {"kind": "step", "step": 1, "loss": 0.1, "average_loss": 0.1, "learning_rates": [], "age": 0.0},
        {"kind": "step", "step": "1", "loss": 0.1, "average_loss": 0.1, "learning_rates": {}, "age": 0.0},
        {"kind": "trouble", "code": "x", "policy": "warn", "values": "x"},
        {"kind": "sample", "path": "a", "step": 1.5},
    ],
)
def test_an_event_of_other_types_is_none(body: dict[str, Any]) -> None:
    with pytest.raises((TypeError, ValueError)):
        Record.from_json({"time": 1.0, "elapsed": 1.0, **body})


@pytest.mark.parametrize("values", ["x", ["loss/current"], None, 1])
@pytest.mark.parametrize("step", [1, 10**400, -1, float("inf")])
def test_values_that_are_none(values: Any, step: Any) -> None:
    assert MetricsReader().take({"time": 1.0, "step": step, "sync": True, "values": values}) is None


def test_a_sentence_with_other_values_is_its_code() -> None:
    assert sentence("learning.rate_high", {"rate": "x"}) == "learning.rate_high"


# Places that cannot be looked at


def test_a_name_that_no_disk_can_hold(run: Run) -> None:
    name = str(run.folder / "models" / ("a" * 300 + ".safetensors"))
    with run.events_file.open("a") as file:
        for event in (CheckpointSaved(name, 1), SampleSaved(f"/{'b' * 300}_000001_00_20261125215231_42.png")):
            file.write(json.dumps(Record(NOW, 100.0, event).to_json()) + "\n")
    change(run, final=name, checkpoints=[name])
    assert {"report.checkpoint_gone", "report.samples_gone"} <= set(codes(run))
    assert not files.is_file(Path(name)) and not files.exists(Path(name))
    make_report(run, "json")


def test_a_place_that_may_not_be_looked_at(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    # Whoever runs the tests may be allowed everything, so that no mode of a folder would do.
    hidden = str(run.folder / "models")
    real = Path.stat

    def stat(path: Path, **options: Any) -> Any:
        if str(path).startswith(hidden):
            raise PermissionError(13, "Permission denied", str(path))
        return real(path, **options)

    monkeypatch.setattr(Path, "stat", stat)
    assert {"report.checkpoint_gone", "report.samples_gone"} <= set(codes(run))
    assert texts.say("report_page.samples.none") not in as_html(gather(run))
    make_report(run, "html")


# Results


def test_an_outcome_of_a_newer_version(run: Run) -> None:
    change(run, version=2, outcome="paused")
    report = gather(run, pictures=False)
    assert report.state == "unknown" and report.failure is None and not report.can_resume
    assert "does not know" in report.headline and "step 4 of 4" in report.headline
    assert {"report.newer", "report.unknown_outcome"} <= set(codes(run))
    assert "paused" in as_html(report) and "paused" in as_markdown(report)
    change(run, version=1)
    as_page(compare([run, make_run(run.folder.parent / "b", steps=4)]), run.folder)


def test_what_is_known_without_any_records(run: Run) -> None:
    change(run, outcome="succeeded", steps=500, final=str(run.folder / "models" / "ning.safetensors"))
    run.events_file.unlink()
    run.metrics_file.unlink()
    report = gather(run, pictures=False)
    assert report.headline.startswith("Done: 500 steps in") and report.numbers.step == 500
    told = [one.code for one in report.missing]
    assert "report.steps_lost" in told and "report.no_steps" not in told
    assert texts.say("report.no_steps.hint") not in as_html(report)


def test_records_that_are_whole_and_empty(tmp_path: Path) -> None:
    run = make_run(tmp_path, steps=4, outcome="failed", extra=EXTRA)
    files.write_text(run.events_file, "")
    files.write_text(run.metrics_file, "")
    change(run, steps=0)
    assert "report.no_steps" in codes(run) and "report.steps_lost" not in codes(run)
    files.write_text(run.events_file, "{torn\n")
    assert "report.steps_lost" in codes(run)


def test_one_step_is_one_step(run: Run) -> None:
    change(run, outcome="succeeded", steps=1)
    files.write_text(run.events_file, "")
    files.write_text(run.metrics_file, "")
    assert gather(run, pictures=False).headline.startswith("Done: 1 step in")


def test_sentences_are_of_the_language_in_use(run: Run) -> None:
    cause = Cause("mps.oom", {"value": "1 GB"})
    texts.use_language("en")
    diagnosis = Diagnosis(cause, False).to_json()
    change(run, diagnosis=diagnosis, reason="run.engine_failed")
    texts.use_language("zh")
    report = gather(run, pictures=False)
    assert report.failure is not None
    assert (report.failure.message, report.failure.why, report.failure.hint) == (
        cause.message, cause.why, cause.hint,
    )  # fmt: skip
    assert diagnosis["cause"]["message"] not in report.headline and cause.message in report.headline
    # A kind that only a newer version knows keeps what that one said.
    change(
        run, diagnosis={"cause": {"kind": "of.tomorrow", "message": "It rained.", "why": 3, "hint": "Wait."}}
    )
    report = gather(run, pictures=False)
    assert report.failure is not None
    assert (report.failure.message, report.failure.why, report.failure.hint) == ("It rained.", "", "Wait.")


def test_how_it_goes_on(run: Run) -> None:
    report = gather(run, pictures=False)
    assert report.can_resume and report.resumes_at is None
    assert "begins it anew" in as_html(report) and "begins it anew" in as_markdown(report)
    files.write_json(
        run.states_folder / "step-00000003" / "driver.json",
        {"version": 1, "kind": "step", "step": 3, "time": 1.0, "files": {}},
    )
    report = gather(run, pictures=False)
    assert report.resumes_at == 3 and "newest train state, at step 3:" in as_html(report)


# Samples


@pytest.mark.parametrize("format", ["md", "json"])
def test_a_broken_picture_is_told_in_every_form(run: Run, format: str) -> None:
    picture = sorted((run.folder / "models" / "sample").glob("*.png"))[0]
    picture.write_bytes(picture.read_bytes()[:-20])
    said = make_report(run, "md" if format == "md" else "json")
    if format == "md":
        assert "(cannot be read)" in said and picture.name.replace("_", "\\_") in said
        return
    body = json.loads(said)
    assert [one["code"] for one in body["missing"]] == ["report.picture_broken"]
    broken, other = body["samples"]["pictures"]
    assert broken["is_broken"] and not other["is_broken"] and (other["width"], other["height"]) == (64, 64)


def test_samples_without_a_plan(run: Run) -> None:
    exact = run_samples(run)
    files.write_text(run.prompts_file, run.plan().sample_prompts)
    run.plan_file.unlink()
    assert run_samples(run) == exact and [one.step for one in exact] == [2, 4]
    report = gather(run)
    assert "report.samples_unknown" in [one.code for one in report.missing]
    assert report.samples.prompts == ("ning, smile",) and len(report.samples.pictures) == 2
    # Without the events either, the epochs are still told apart.
    run.events_file.unlink()
    report = gather(run)
    assert [(one.step, one.epoch) for one in report.samples.columns] == [(0, 1), (0, 2)]
    assert "epoch 1" in as_html(report) and texts.say("report_page.samples.before") not in as_html(report)


def test_what_was_asked_for_with_a_prompt(run: Run) -> None:
    report = gather(run)
    page, words = as_html(report), as_markdown(report)
    for said in ("512×512 · seed 42 · ", " steps · scale ", "Not wanted: blurry"):
        assert said in page
    assert "Not wanted: blurry" in words and "same seed throughout" not in page
    body = report.to_json()["samples"]
    assert body["written"] == ["{trigger}, smile --n blurry"] and body["settings"][0]["negative"] == "blurry"


def test_runs_with_other_trigger_words_are_compared(tmp_path: Path) -> None:
    runs = [make_run(tmp_path / name, steps=4, extra=EXTRA) for name in ("a", "b")]
    plan = runs[1].plan_file.read_text(encoding="utf-8").replace("ning, smile", "yan, smile")
    runs[1].plan_file.write_text(plan, encoding="utf-8")
    assert gather(runs[1]).samples.prompts == ("yan, smile",)
    pairs = compare(runs).samples
    assert pairs and all(None not in pair.pictures for pair in pairs)


def test_grids_of_the_run_are_linked(run: Run) -> None:
    files.write_text(run.grids_folder / "grid-001" / "grid.html", "x")
    report = gather(run)
    assert 'href="grids/grid-001/grid.html"' in as_html(report)
    assert "(grids/grid-001/grid.html)" in as_markdown(report)


# Secrets

SECRETS = '''
[safety]
webhook = "https://hooks.example/T0/SECRET1"  # mine
# webhook = 'https://hooks.example/SECRET2'
[launch]
env = { HF_TOKEN = "SECRET3 \\" more", "MY KEY" = 'SECRET4', PLAIN = "shown" }
[engine_options]
wandb_api_key = """SECRET5
SECRET6"""
db_password = "SECRET7 never ended
'''
OPEN = '[dataset]\nkeep_tokens = 2\nkeep_tokens_separator = "|||"\nwebhook = ""\nprompts = ["the key = 3"]\n'


def test_secrets_are_masked() -> None:
    said = masked(SECRETS)
    assert "SECRET" not in said and "hooks.example" not in said
    assert 'webhook = "…"  # mine' in said and 'PLAIN = "shown"' in said and "\"MY KEY\" = '…'" in said
    assert masked(OPEN) == OPEN


def test_no_form_of_a_report_passes_on_secrets(run: Run) -> None:
    plain = gather(run, pictures=False)
    assert not plain.is_masked and texts.say("report_page.preset.masked") not in as_html(plain)
    for path in (run.preset_file, run.resolved_preset_file):
        path.write_text(path.read_text(encoding="utf-8") + SECRETS, encoding="utf-8")
    for format in ("html", "md", "json"):
        said = make_report(run, "html" if format == "html" else "md" if format == "md" else "json")
        assert "SECRET" not in said and "hooks.example" not in said
        assert format == "json" or "are masked here" in said.replace("\\", "")
    body = json.loads(make_report(run, "json"))
    assert body["is_masked"] and 'webhook = "…"' in body["preset"] and 'webhook = "…"' in body["resolved"]
    # Where the files are lost, the plan has the same texts.
    plan = files.read_json(run.plan_file)
    files.write_json(run.plan_file, {**plan, "preset": SECRETS, "resolved_preset": SECRETS})
    run.preset_file.unlink()
    run.resolved_preset_file.unlink()
    assert "SECRET" not in make_report(run, "json")


# While it is damaged


def test_a_damaged_result_does_not_make_it_run(run: Run) -> None:
    run.result_file.write_text('{"ver')
    assert state_of(run) == "cut off"


def test_starts_and_steps_are_what_they_were() -> None:
    for event in (
        RunStarted("a", "/a", 1, 2, 3, 4),
        StepDone(1, float("nan"), 0.5, {"unet": 1e-4}),
        SampleSaved("a"),
    ):
        record = Record(1.0, 2.0, event)
        again = Record.from_json(json.loads(json.dumps(record.to_json())))
        assert again.to_json() == record.to_json()
