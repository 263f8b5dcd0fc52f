"""What a report says of a run: whole, cut off, empty, of a newer version, with broken files; as JSON and Markdown."""

from __future__ import annotations

import json
import math
import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kohya_driver import api, files, texts
from kohya_driver.errors import HostError, RunError
from kohya_driver.events.model import KINDS, Record, Resumed, RunStarted, StepDone, Validated
from kohya_driver.report import ending
from kohya_driver.report.curves import (
    MOST_POINTS,
    bounds,
    medians,
    quantile,
    smooth,
    smoothing_span,
    thin,
)
from kohya_driver.report.ending import damaged_run, ensure_report, make_report, write_report
from kohya_driver.report.gather import gather
from kohya_driver.report.markdown import as_markdown, block, code, text
from kohya_driver.report.markup import escape
from kohya_driver.report.run_charts import run_charts
from kohya_driver.report.samples import MOST_PICTURES, sample_sheet
from kohya_driver.report.thumbs import MOST_BYTES, with_thumbs
from kohya_driver.report.web import as_html
from kohya_driver.run.folder import Run
from kohya_driver.run.history import read_history
from kohya_driver.run.samples import Sample
from tests.reports import NOW, PRESET, make_run

STEPS = 24


@pytest.fixture(autouse=True)
def english() -> None:
    texts.use_language("en")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run that succeeded; not to be changed."""
    return make_run(tmp_path_factory.mktemp("whole"), steps=STEPS, validate_every=6)


@pytest.fixture
def run(whole: Run, tmp_path: Path) -> Run:
    """A copy of it, to be spoilt."""
    shutil.copytree(whole.folder, tmp_path / "ning-001")
    return Run(tmp_path / "ning-001")


def codes(run: Run) -> list[str]:
    return [one.code for one in gather(run).missing]


# A whole run


def test_a_whole_run(whole: Run) -> None:
    report = gather(whole)
    assert report.state == "succeeded" and report.missing == ()
    assert report.headline == "Done: 24 steps in 44 s. The LoRA is ning.safetensors."
    numbers = report.numbers
    assert (numbers.step, numbers.steps, numbers.epoch, numbers.epochs) == (STEPS, STEPS, 8, 8)
    assert numbers.images == 3 and numbers.attempts == 1
    assert numbers.seconds_per_step is not None and 0.9 < numbers.seconds_per_step < 1.1
    assert numbers.validation_loss == report.curves.validations[-1][1]
    assert [step for step, _ in report.curves.validations] == [6, 12, 18, 24]
    assert report.curves.steps == tuple(range(1, STEPS + 1))
    assert set(report.curves.rates) == {"textencoder", "unet"}
    assert report.curves.memory and numbers.memory_total == 64 << 30
    assert not report.can_resume and report.failure is None


def test_its_files(whole: Run) -> None:
    rows = gather(whole).checkpoints
    assert [(row.path.name, row.step, row.epoch, row.kind) for row in rows] == [
        ("ning-000002.safetensors", 6, 2, "epoch"),
        ("ning-000004.safetensors", 12, 4, "epoch"),
        ("ning-000006.safetensors", 18, 6, "epoch"),
        ("ning.safetensors", 24, 8, "final"),
    ]
    assert all(row.exists and row.size_bytes == row.path.stat().st_size for row in rows)


def test_its_samples_stand_beside_the_lora_as_it_was_then(whole: Run) -> None:
    samples = gather(whole).samples
    assert samples.prompts == (
        "ning, 1girl, upper body, smile",
        "ning, 1girl, full body, standing on a bridge at night",
    )
    assert [(column.step, column.checkpoint and column.checkpoint.name) for column in samples.columns] == [
        (6, "ning-000002.safetensors"),
        (12, "ning-000004.safetensors"),
        (18, "ning-000006.safetensors"),
        (24, "ning.safetensors"),
    ]
    assert len(samples.pictures) == 8
    picture = samples.at(1, samples.columns[1])
    assert (
        picture is not None
        and picture.thumb[:2] == b"\xff\xd8"
        and (picture.width, picture.height) == (64, 64)
    )
    assert samples.at(2, samples.columns[1]) is None


def test_how_it_is_used(whole: Run) -> None:
    usage = gather(whole).usage
    assert usage is not None and usage.exists
    assert (usage.file.name, usage.trigger, usage.family) == ("ning.safetensors", "ning", "sd15")
    assert usage.prompt == "<lora:ning:0.8>, ning"


def test_settings_and_surroundings(whole: Run) -> None:
    report, plan = gather(whole), whole.plan()
    assert report.preset == plan.preset_text and report.resolved == plan.resolved_preset
    assert [(one.id, one.reason) for one in report.changes] == [
        (one.id, one.reason) for one in plan.overrides
    ]
    assert report.surroundings.engine_commit == plan.engine_commit
    assert report.surroundings.host["chip"] == "Apple M1 Max"


def test_a_run_that_was_moved(run: Run) -> None:
    report = gather(run)
    assert report.missing == () and report.usage is not None
    assert report.usage.file == run.folder / "models" / "ning.safetensors"
    assert all(one.path.parent.parent == run.folder / "models" for one in report.samples.pictures)


def test_a_run_that_goes_on(run: Run) -> None:
    run.result_file.unlink()
    files.write_json(run.supervisor_file, {"pid": os.getpid(), "started": own_start()})
    report = gather(run)
    assert report.state == "running" and report.headline.startswith("Still training: step 24 of 24")


def own_start() -> float:
    from kohya_driver import process

    return process.own_start()


@pytest.mark.parametrize("outcome", ["failed", "stopped"])
def test_a_run_that_did_not_succeed(tmp_path: Path, outcome: str) -> None:
    report = gather(make_run(tmp_path, steps=STEPS, outcome=outcome))
    assert report.state == outcome and report.can_resume
    if outcome == "failed":
        assert report.failure is not None and report.failure.code == "run.engine_failed"
        assert "MPS backend out of memory" in report.failure.evidence
        assert texts.say("run.engine_failed") in report.headline
    else:
        assert report.failure is None and report.headline.startswith("Stopped on request")


def test_no_sampling_and_no_validation(tmp_path: Path) -> None:
    report = gather(make_run(tmp_path, steps=5, extra="\n[training]\nmax_train_epochs = 1\n"))
    assert report.samples.pictures == () and report.curves.validations == ()
    assert report.numbers.validation_loss is None and report.missing == ()
    assert "[sampling] prompts" in as_html(report)


# Attempts


def write_events(run: Run, *events: Any) -> None:
    lines = [json.dumps(Record(NOW + at, float(at), event).to_json()) for at, event in enumerate(events)]
    files.write_text(run.events_file, "".join(f"{line}\n" for line in lines))


def write_values(run: Run, *lines: object) -> None:
    files.write_text(run.metrics_file, "".join(f"{json.dumps(line)}\n" for line in lines))


def value(step: int, loss: float, time: float, *, sync: bool = True) -> dict[str, Any]:
    values = {"loss/current": loss, "loss/average": loss, "lr/unet": 1e-4}
    return {"time": time, "step": step, "sync": sync, "values": values}


def test_what_was_thrown_away_is_not_drawn(tmp_path: Path) -> None:
    run = Run(tmp_path)
    validated = {"time": 3.5, "step": 3, "sync": True, "values": {"loss/validation/epoch_average": 0.9}}
    resumed = {"event": "resumed", "time": 10.0, "step": 2, "epoch": 1, "path": "x"}
    write_values(
        run, value(1, 0.5, 1), value(2, 0.5, 2), value(3, 0.9, 3), validated,
        resumed, value(2, 0.5, 11), value(3, 0.25, 12), value(4, 0.25, 13.5),
    )  # fmt: skip
    curves = read_history(run).curves
    assert curves.steps == (1, 2, 3, 4) and curves.losses == (0.5, 0.5, 0.25, 0.25)
    assert curves.validations == () and curves.resumed == (2,)
    assert [None if math.isnan(one) else one for one in curves.seconds] == [None, 1.0, None, 1.5]
    (chart, *_) = run_charts(curves)
    assert [(mark.x, mark.label) for mark in chart.marks] == [(2.0, "resumed")]


def test_an_attempt_that_began_anew(tmp_path: Path) -> None:
    run = Run(tmp_path)
    write_values(run, value(1, 0.5, 1), value(2, 0.5, 2), value(1, 0.25, 11), value(2, 0.25, 12))
    assert read_history(run).curves.losses == (0.25, 0.25)


def test_micro_steps_count_together(tmp_path: Path) -> None:
    run = Run(tmp_path)
    write_values(
        run, value(0, 0.25, 1, sync=False), value(1, 0.75, 2), value(1, 0.5, 3, sync=False), value(2, 0.5, 5)
    )
    curves = read_history(run).curves
    assert curves.losses == (0.5, 0.5) and curves.seconds[1] == 3.0


def test_a_clock_that_was_set_back(tmp_path: Path) -> None:
    run = Run(tmp_path)
    write_values(run, value(1, 0.5, 100), value(2, 0.5, 50), value(3, 0.5, 51))
    seconds = read_history(run).curves.seconds
    assert math.isnan(seconds[1]) and seconds[2] == 1.0


def test_events_stand_in_for_missing_values(run: Run) -> None:
    exact = gather(run)
    run.metrics_file.unlink()
    report = gather(run)
    assert [one.code for one in report.missing] == ["report.no_values"]
    assert report.curves.losses == exact.curves.losses and report.curves.rates == exact.curves.rates
    assert report.curves.validations == exact.curves.validations
    assert report.checkpoints == exact.checkpoints


def test_events_of_several_attempts_without_values(tmp_path: Path) -> None:
    run = Run(tmp_path)
    begin = RunStarted("ning", str(tmp_path), 1, 4, 1, 3)
    write_events(
        run, begin, StepDone(1, 0.5, 0.5), StepDone(2, 0.5, 0.5), Validated(2, 0.7, 0.2), StepDone(3, 0.9, 0.9),
        begin, Resumed(2, 1, "x"), StepDone(2, 0.5, 0.5), StepDone(3, 0.25, 0.25),
    )  # fmt: skip
    curves = read_history(run).curves
    assert curves.losses == (0.5, 0.5, 0.25) and curves.resumed == (2,) and curves.validations == ((2, 0.7),)


# Damaged runs: the report comes, and says what is missing


def cut(path: Path, share: float = 0.5) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share) - 7])


def newer(path: Path) -> None:
    body = files.read_json(path)
    files.write_json(path, {**body, "version": 2, "something": {"new": [1]}})


def cut_off(run: Run) -> None:
    run.result_file.unlink()
    cut(run.events_file)
    cut(run.metrics_file)


def of_a_newer_version(run: Run) -> None:
    newer(run.plan_file)
    newer(run.result_file)
    with run.events_file.open("a") as file:
        file.write('{"kind": "dreamt", "time": 1.0, "elapsed": 1.0, "of": "sheep"}\n')


def without_a_plan(run: Run) -> None:
    run.plan_file.unlink()


def with_half_a_plan(run: Run) -> None:
    cut(run.plan_file)


def with_a_plan_that_is_none(run: Run) -> None:
    run.plan_file.write_text("[1, 2]")


def with_half_a_result(run: Run) -> None:
    cut(run.result_file)


def with_a_strange_result(run: Run) -> None:
    run.result_file.write_text('{"version": 1, "outcome": "succeeded"}')


def without_events(run: Run) -> None:
    run.events_file.unlink()


def with_a_broken_picture(run: Run) -> None:
    cut(sorted((run.folder / "models" / "sample").glob("*.png"))[0])


def without_a_checkpoint(run: Run) -> None:
    (run.folder / "models" / "ning-000002.safetensors").unlink()


def with_bytes_that_are_no_text(run: Run) -> None:
    with run.events_file.open("ab") as file:
        file.write(b"\xff\xfe\x00\x00{{{\n")


def emptied(run: Run) -> None:
    shutil.rmtree(run.folder)
    run.folder.mkdir()


DAMAGES: dict[Callable[[Run], None], tuple[str, ...]] = {
    cut_off: ("report.damaged_lines",),
    of_a_newer_version: ("report.newer", "report.unknown_events"),
    without_a_plan: ("report.file_missing", "report.samples_unknown"),
    with_half_a_plan: ("report.unreadable", "report.samples_unknown"),
    with_a_plan_that_is_none: ("report.unreadable", "report.samples_unknown"),
    with_half_a_result: ("report.unreadable",),
    with_a_strange_result: ("report.unreadable",),
    without_events: ("report.file_missing",),
    with_a_broken_picture: ("report.picture_broken",),
    without_a_checkpoint: ("report.checkpoint_gone",),
    with_bytes_that_are_no_text: ("report.damaged_lines",),
    emptied: ("report.file_missing", "report.steps_lost"),
}


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_a_damaged_run(run: Run, damage: Callable[[Run], None], language: str) -> None:
    damage(run)
    texts.use_language(language)
    report = gather(run)
    assert set(DAMAGES[damage]) == {one.code for one in report.missing}
    page, words = as_html(report), as_markdown(report)
    for one in report.missing:
        assert one.message and one.hint and one.message != one.code
        assert escape(one.message) in page and texts.say("report_page.missing.title") in page
        assert text(one.message) in words
    json.loads(json.dumps(report.to_json(), allow_nan=False))


def test_a_run_that_was_cut_off_shows_what_there_is(run: Run) -> None:
    cut_off(run)
    report = gather(run)
    assert report.state == "cut off" and report.can_resume
    assert report.headline.startswith("Cut off at step 1")
    assert 5 < len(report.curves.steps) < STEPS
    assert report.usage is not None and report.usage.file.name == "ning-000004.safetensors"
    assert "kohya-driver resume ning-001" in as_html(report)


def test_a_broken_picture_is_the_only_one_that_is_missing(run: Run) -> None:
    with_a_broken_picture(run)
    pictures = gather(run).samples.pictures
    assert [one.is_broken for one in pictures].count(True) == 1
    assert as_html(gather(run)).count("data:image/jpeg;base64,") == 7


def test_a_picture_that_would_fill_the_memory(tmp_path: Path) -> None:
    from PIL import Image

    Image.new("1", (9000, 9000)).save(tmp_path / "a.png")
    sheet = sample_sheet([Sample(tmp_path / "a.png", 1, 1, 0, "x", 1)], [])
    assert sheet.pictures[0].is_broken


def test_nothing_is_known_of_an_empty_folder(tmp_path: Path) -> None:
    report = gather(damaged_run(tmp_path))
    assert report.state == "unknown" and not report.can_resume
    assert report.headline == texts.say("report_page.headline.unknown")


def test_files_of_lost_events_are_those_of_the_result(run: Run) -> None:
    exact = gather(run)
    run.events_file.unlink()
    report = gather(run)
    assert [(row.path, row.step, row.epoch, row.kind) for row in report.checkpoints] == [
        (row.path, row.step, row.epoch, row.kind) for row in exact.checkpoints
    ]
    assert report.usage == exact.usage


def test_which_folders_are_runs(tmp_path: Path) -> None:
    (tmp_path / "holiday.jpg").write_bytes(b"x")
    with pytest.raises(RunError, match=r"run\.not_a_run"):
        damaged_run(tmp_path)
    with pytest.raises(RunError, match=r"run\.not_a_run"):
        damaged_run(tmp_path / "nowhere")
    (tmp_path / "events.jsonl").write_text("")
    assert damaged_run(tmp_path).folder == tmp_path


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=8,
)
FIELDS = {kind: list(known.__dataclass_fields__) for kind, known in KINDS.items()}


@st.composite
def strange_events(draw: st.DrawFn) -> str:
    kind = draw(st.sampled_from(sorted(FIELDS)))
    body = {name: draw(JSON) for name in FIELDS[kind] if draw(st.integers(0, 9))}
    times = st.floats(0, 1e9) | JSON
    return json.dumps({"kind": kind, "time": draw(times), "elapsed": draw(times), **body})


@given(
    st.lists(strange_events() | st.text(max_size=30), max_size=12),
    st.lists(JSON.map(json.dumps) | st.text(max_size=30), max_size=5),
    st.dictionaries(
        st.sampled_from(["checkpoints", "overrides", "findings", "engine", "host", "steps", "trigger"]), JSON
    ),
    JSON,
)
def test_whatever_stands_in_the_files(
    tmp_path_factory: pytest.TempPathFactory,
    events: list[str],
    values: list[str],
    plan: dict[str, Any],
    result: Any,
) -> None:
    texts.use_language("en")
    run = Run(tmp_path_factory.mktemp("run"))
    run.events_file.write_text("\n".join(events), encoding="utf-8", errors="replace")
    run.metrics_file.write_text("\n".join(values), encoding="utf-8", errors="replace")
    run.plan_file.write_text(json.dumps(plan))
    known = {
        "outcome": "failed",
        "folder": "",
        "final": "",
        "checkpoints": [],
        "steps": 1,
        "seconds": 1.0,
        "status": 1,
    }
    run.result_file.write_text(
        json.dumps({**known, "reason": "run.killed", **(result if isinstance(result, dict) else {})})
    )
    report = gather(run)
    as_html(report).encode()
    as_markdown(report).encode()
    json.dumps(report.to_json(), allow_nan=False)


# JSON and Markdown


def test_json_is_as_documented(whole: Run) -> None:
    import re

    body = json.loads(make_report(whole, "json"))
    documented = re.findall(
        r"^\| (`[^|]+) \|", (Path(__file__).parents[2] / "docs" / "report.md").read_text(), re.M
    )
    keys = [key for cell in documented for key in re.findall(r"`(\w+)`", cell)]
    assert sorted(keys) == sorted(body)
    for name in ("numbers", "usage", "samples", "curves"):
        row = next(
            line
            for line in (Path(__file__).parents[2] / "docs" / "report.md").read_text().splitlines()
            if line.startswith(f"| `{name}` |")
        )
        assert {f"`{key}`" for key in body[name]} <= set(re.findall(r"`\w+`", row)), name
    assert "thumb" not in json.dumps(body)
    assert body["version"] == 1


def test_json_of_a_long_run_is_short(tmp_path: Path) -> None:
    body = gather(make_run(tmp_path, steps=3000), pictures=False).to_json()
    assert len(body["curves"]["steps"]) <= 600 and body["curves"]["steps_in_all"] == 3000
    assert body["curves"]["steps"][0] == 1 and body["curves"]["steps"][-1] == 3000


def test_markdown(whole: Run) -> None:
    words = make_report(whole, "md")
    assert words.startswith("# ning-001\n\nDone: 24 steps in 44 s. The LoRA is ning.safetensors.\n")
    assert "- File: [ning.safetensors](models/ning.safetensors), 320 B\n" in words
    assert "- In a webui prompt: `<lora:ning:0.8>, ning`\n" in words
    assert (
        "| [ning-000004.safetensors](models/ning-000004.safetensors) (on the way) | 12 | 4 | 320 B |" in words
    )
    assert f"```toml\n{whole.plan().preset_text.rstrip()}\n```" in words
    for chart in run_charts(gather(whole).curves):
        assert text(chart.summary) in words
    headings = [line for line in words.splitlines() if line.startswith("#")]
    assert headings == [
        "# ning-001", "## Advice", "## How to use it", "## Samples", "## Curves", "## LoRA files",
        "## Chosen or changed for this machine", "## The preset", "## Machine and versions",
    ]  # fmt: skip


def test_chinese(whole: Run) -> None:
    texts.use_language("zh")
    report = gather(whole)
    assert (
        report.language == "zh"
        and report.headline == "训练完成：24 步，用时 44 秒。LoRA 文件是 ning.safetensors。"
    )
    words = as_markdown(report)
    for heading in ("## 如何使用", "## 预览图", "## 曲线", "## 预设"):
        assert heading in words


@given(st.text())
def test_markdown_takes_nothing_for_markup(value: str) -> None:
    import re

    escaped = text(value)
    assert "\n" not in escaped and "\r" not in escaped
    assert not re.search(r"(?<!\\)(?:\\\\)*[`*_{}\[\]<>#|~]", escaped)
    fence = code(value)
    ticks = re.match("`+", fence)
    assert ticks and fence.endswith(ticks[0])
    inner = fence[len(ticks[0]) : -len(ticks[0])]
    assert ticks[0] not in re.findall("`+", inner)
    lines = block(value).split("\n")
    assert lines[-1] not in lines[1:-1]


# Curves


def test_smoothing_has_no_pull_of_its_beginning() -> None:
    assert smooth([2.0] * 50, 20) == pytest.approx([2.0] * 50)
    found = smooth([1.0, math.nan, 1.0, math.inf, 3.0], 5)
    assert math.isnan(found[1]) and math.isnan(found[3]) and 1.0 < found[4] < 3.0


def test_a_smoothed_curve_follows_the_way() -> None:
    dice = random.Random(3)
    way = [1 - step / 2000 for step in range(1000)]
    found = smooth([one + dice.gauss(0, 0.2) for one in way], smoothing_span(1000))
    assert max(abs(a - b) for a, b in zip(found[100:], way[100:], strict=True)) < 0.15


@given(st.lists(st.floats(), max_size=400), st.integers(4, 60))
def test_thinning_keeps_the_ends_and_the_extremes(values: list[float], most: int) -> None:
    places = thin(values, most)
    assert places == sorted(set(places)) and len(places) <= max(most, 4)
    if values:
        assert places[0] == 0 and places[-1] == len(values) - 1
    finite = [value for value in values[1:-1] if math.isfinite(value)]
    if finite and len(finite) == len(values) - 2:
        kept = [values[place] for place in places]
        assert max(finite) in kept and min(finite) in kept


def test_medians_pass_over_pauses() -> None:
    values = [1.0] * 30
    values[10] = 500.0
    assert medians(values, range(30)) == [1.0] * 30
    assert math.isnan(quantile([], 0.5))


def test_the_scale_leaves_out_single_values() -> None:
    scale = bounds([1.0, 2.0], [1.0] * 500 + [1000.0])
    assert scale is not None and 1.9 < scale[1] < 3
    assert bounds([math.nan], []) is None
    flat = bounds([0.5, 0.5])
    assert flat is not None and flat[0] < 0.5 < flat[1]


def test_a_long_run_becomes_few_points_and_says_so(tmp_path: Path) -> None:
    run = make_run(tmp_path, steps=4000, validate_every=500)
    loss = run_charts(gather(run, pictures=False).curves)[0]
    assert len(loss.xs) <= MOST_POINTS + 2 * 8
    assert any("4000" in note for note in loss.notes)
    assert [one.values.count(None) for one in loss.series][2] == len(loss.xs) - 8
    assert "4000" in loss.summary


def test_a_loss_that_is_no_number_leaves_a_gap(tmp_path: Path) -> None:
    run = Run(tmp_path)
    write_values(
        run, value(1, 0.5, 1), {**value(2, 1, 2), "values": {"loss/current": "NaN"}}, value(3, 0.5, 3)
    )
    chart = run_charts(gather(run).curves)[0]
    assert chart.series[0].values == (0.5, None, 0.5) and "1 value is no number" in chart.summary


# Pictures


def noise(path: Path, size: tuple[int, int], seed: int) -> Path:
    from PIL import Image

    path.parent.mkdir(parents=True, exist_ok=True)
    Image.frombytes("RGB", size, random.Random(seed).randbytes(size[0] * size[1] * 3)).save(
        path, compress_level=0
    )
    return path


def test_twenty_large_samples_stay_under_five_megabytes(tmp_path: Path) -> None:
    """Noise is the worst that there is for JPEG."""
    run = make_run(tmp_path, steps=40, extra=PRESET.replace("every_n_epochs = 2", "every_n_epochs = 1", 1))
    drawn = sorted((run.folder / "models" / "sample").glob("*.png"))
    assert len(drawn) == 16
    for number, path in enumerate(drawn):
        noise(path, (1024, 1024), number)
    for number in range(4):
        noise(
            drawn[0].with_name(f"ning_{number + 1:06d}_00_20261125215231_42.png"), (1024, 1024), 50 + number
        )
    path = write_report(run)
    assert path.read_text().count("data:image/jpeg;base64,") == 20
    assert path.stat().st_size < 5_000_000


def test_very_many_samples(tmp_path: Path) -> None:
    path = noise(tmp_path / "a.png", (256, 256), 1)
    samples = [Sample(path, step, step, prompt, "x", 1) for step in range(200) for prompt in range(3)]
    sheet = sample_sheet(samples, [])
    assert len(sheet.pictures) <= MOST_PICTURES and sheet.left_out == 200 - len(sheet.columns)
    assert (sheet.columns[0].step, sheet.columns[-1].step) == (0, 199)
    assert sum(len(one.thumb) for one in sheet.pictures) <= MOST_BYTES


def test_small_copies_keep_their_shape(tmp_path: Path) -> None:
    from PIL import Image

    sheet = sample_sheet([Sample(noise(tmp_path / "a.png", (512, 768), 1), 1, 1, 0, "x", 1)], [])
    (picture,) = with_thumbs(sheet.pictures)
    (tmp_path / "thumb.jpg").write_bytes(picture.thumb)
    with Image.open(tmp_path / "thumb.jpg") as small:
        assert small.size == (256, 384)
    assert (picture.width, picture.height) == (512, 768)


# By itself, at the end


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KOHYA_DRIVER_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def test_it_is_made_once_and_anew_after_another_end(run: Run, home: Path) -> None:
    assert ensure_report(run) is None
    first = run.report_file.stat().st_mtime_ns
    assert ensure_report(run) is None and run.report_file.stat().st_mtime_ns == first
    os.utime(run.result_file, ns=(first + 1, first + 1))
    assert ensure_report(run) is None and run.report_file.stat().st_mtime_ns > first


def test_what_fails_is_told_and_nothing_is_raised(
    run: Run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = run.result_file.read_bytes()

    def full(path: Path, text: str) -> None:
        raise HostError("files.disk_full", path)

    monkeypatch.setattr(files, "write_text", full)
    finding = ensure_report(run)
    assert finding is not None and (finding.code, str(finding.severity)) == ("files.disk_full", "warning")
    monkeypatch.setattr(ending, "gather", lambda run, **options: 1 / 0)
    finding = ensure_report(run)
    assert finding is not None and finding.code == "report.failed" and "ZeroDivisionError" in finding.message
    assert run.result_file.read_bytes() == before and not run.report_file.exists()


def test_the_api(run: Run, tmp_path: Path) -> None:
    assert api.read_report(run.folder).state == "succeeded"
    assert api.report(run.folder) == run.folder / "report.html"
    assert api.report(run, format="md") == run.folder / "report.md"
    elsewhere = api.report(str(run.folder), output=tmp_path / "elsewhere" / "x.html")
    assert 'href="../ning-001/models/ning.safetensors"' in elsewhere.read_text()
    with pytest.raises(RunError):
        api.report(tmp_path)
