"""Advice: right on made-up trainings of eight situations and on recorded ones, without contradictions, and as a preset that plans."""

from __future__ import annotations

import io
import json
import math
import random
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from benchmarks.advice import made_up, recorded, right, wrong
from kohya_driver import api, files, texts
from kohya_driver.cli.main import main
from kohya_driver.errors import DriverError
from kohya_driver.judging.advice import COVERS, DIRECTIONS, judge
from kohya_driver.judging.model import Advice, Course, Evidence, Judgement, Weighed
from kohya_driver.judging.read import ask_of, read_course
from kohya_driver.judging.remedies import Ask
from kohya_driver.judging.rules import diverged, hardly_moved, overfit, rate_high, too_long, underfit
from kohya_driver.judging.signs import UNMOVED, learnt_by
from kohya_driver.judging.statistics import roughness, shift, trend
from kohya_driver.judging.weights import MOST_FILES, weigh
from kohya_driver.preset.load import load_preset
from kohya_driver.report.markdown import as_markdown
from kohya_driver.report.web import as_html
from kohya_driver.run.folder import Run
from kohya_driver.views.advise import print_advice
from tests.courses import NOISES, SITUATIONS, cases, make, recorded_factors
from tests.project import MAC
from tests.reports import make_run
from tests.unit.test_inspect import save

SEEDS = range(2000, 2006)
"""Neither those that the rules were set by (0 to 39) nor the benchmark's (from 1000 on)."""
LAYER = "lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn2_to_k"


# --- right and wrong


@pytest.fixture(scope="module")
def tables() -> Mapping[str, Any]:
    return made_up(SEEDS)


@pytest.mark.parametrize("noise", NOISES)
def test_right_on_made_up_trainings(tables: Mapping[str, Any], noise: str) -> None:
    count = len(SITUATIONS) * len(SEEDS)
    assert right(tables[noise]) >= 0.9 * count
    assert wrong(tables[noise]) <= 0.06 * count


def test_healthy_trainings_get_no_alarm(tables: Mapping[str, Any]) -> None:
    judged = [kind for table in tables.values() for kind in table["healthy"].elements()]
    assert len(judged) == len(NOISES) * len(SEEDS)
    assert sum(kind not in ("healthy", "unclear") for kind in judged) <= 1


@pytest.mark.parametrize(
    ("name", "situations", "advice"), recorded(), ids=lambda value: value if isinstance(value, str) else ""
)
def test_right_on_recorded_trainings(name: str, situations: tuple[str, ...], advice: Advice) -> None:
    assert advice.main.kind in situations


def test_there_are_recordings_of_more_than_one_kind() -> None:
    assert {situation for _, situations, _ in recorded() for situation in situations} >= {
        "healthy", "hardly_moved", "rate_high", "underfit",
    }  # fmt: skip


def test_the_recorded_noise_is_heavy() -> None:
    """As the losses of a diffusion training are: one of ten is less than a quarter of the usual, one of ten more than three times."""
    factors = sorted(recorded_factors())
    assert len(factors) == 240
    assert factors[24] < 0.35 and factors[-24] > 2.5


# --- single rules


def course(**changes: Any) -> Course:
    steps = tuple(range(1, 401))
    dice = random.Random(1)
    plain = Course(
        steps=steps,
        losses=tuple(0.1 * dice.lognormvariate(0, 0.5) for _ in steps),
        rates=(1e-4,) * 400,
        weights=(Weighed(400, 0.02),),
        planned=400,
        steps_per_epoch=40,
        images=10,
    )
    return replace(plain, **changes)


def validated(*losses: float) -> tuple[tuple[int, float], ...]:
    return tuple((40 * (place + 1), loss) for place, loss in enumerate(losses))


def test_a_nan_in_a_file_or_told_by_the_run_is_enough() -> None:
    assert diverged(course(weights=(Weighed(400, math.nan),)))
    assert diverged(course(lost=True))
    assert diverged(course()) is None


def test_numbers_that_cannot_be_do_not_stop_it() -> None:
    odd = course(losses=(0.0, -1.0, math.inf, *course().losses[3:]), rates=(math.nan,) * 400)
    assert "odd_losses" in judge(odd, Ask()).gaps


@pytest.mark.parametrize(
    ("share", "exact", "confidence"),
    [
        (UNMOVED * 1.01, True, None),
        (UNMOVED * 0.99, True, "clear"),
        (UNMOVED * 0.99, False, "likely"),
        (0.0, False, "clear"),
    ],
)
def test_what_moves_less_than_sixteen_bits_round(share: float, exact: bool, confidence: str | None) -> None:
    found = hardly_moved(course(weights=(Weighed(400, share, exact),)))
    assert (found and found.confidence) == confidence


def test_a_change_as_large_as_the_base_is_too_much() -> None:
    found = rate_high(course(weights=(Weighed(400, 0.9),)))
    assert found and found.confidence == "clear"
    found = rate_high(course(weights=(Weighed(400, 0.9, exact=False),)))
    assert found and found.confidence == "likely"


def test_a_lora_that_did_not_move_cannot_have_raised_the_loss() -> None:
    losses = tuple(loss * (1 if step < 200 else 2) for step, loss in enumerate(course().losses))
    assert rate_high(course(losses=losses))
    assert rate_high(course(losses=losses, weights=(Weighed(400, 1e-6),))) is None


def test_a_validation_that_rises_again_is_overfitting() -> None:
    found = overfit(course(validations=validated(0.1, 0.095, 0.092, 0.093, 0.096, 0.1, 0.104)))
    assert found and found.confidence == "clear" and found.best_step == 120
    assert overfit(course(validations=validated(0.1, 0.095, 0.092, 0.093, 0.0925, 0.0921, 0.0922))) is None


def test_a_single_bad_validation_is_none() -> None:
    assert (
        overfit(course(validations=validated(0.1, 0.095, 0.092, 0.094, 0.091, 0.093, 0.0905, 0.096))) is None
    )


def test_two_signs_are_surer_than_one() -> None:
    falling = validated(0.1, 0.098, 0.095, 0.092, 0.089, 0.086)
    one = underfit(course(validations=falling))
    two = underfit(course(validations=falling, images=100))
    assert one and (one.confidence, len(one.evidence)) == ("likely", 1)
    assert two and len(two.evidence) == 2


def test_a_validation_that_is_flat_from_the_first_third_on_is_too_long() -> None:
    flat = validated(0.12, 0.105, 0.1, 0.1001, 0.0999, 0.1, 0.1002, 0.1, 0.0999, 0.1)
    found = too_long(course(validations=flat))
    assert found and found.best_step == 120
    assert (
        too_long(course(validations=validated(0.12, 0.118, 0.115, 0.112, 0.109, 0.106, 0.103, 0.1, 0.1, 0.1)))
        is None
    )


def test_learning_is_counted_by_the_rates() -> None:
    half = course(rates=(2e-4,) * 200 + (0.0,) * 200)
    assert learnt_by(half, 100) == pytest.approx(0.5)
    assert learnt_by(course(rates=()), 100) == pytest.approx(0.25)


# --- statistics


def test_the_interval_holds_the_truth_as_often_as_it_says() -> None:
    dice = random.Random(2)
    factors = recorded_factors()
    inside = 0
    for _ in range(400):
        before = [dice.choice(factors) for _ in range(60)]
        after = [0.8 * dice.choice(factors) for _ in range(80)]
        found = shift(before, after)
        assert found is not None
        inside += found.low <= 0.8 <= found.high
    assert 0.91 <= inside / 400 <= 0.98


def test_a_trend_is_what_the_line_changes_over_the_whole_way() -> None:
    places = list(range(50))
    found = trend(places, [math.exp(-0.01 * place) for place in places])
    assert found and found.ratio == pytest.approx(math.exp(-0.49))
    assert trend(places[:3], [1.0] * 3) is None
    assert trend([1, 1, 1, 1], [1.0] * 4) is None


def test_roughness_is_that_round_the_way() -> None:
    dice = random.Random(3)
    values = [math.exp(-0.05 * place + dice.gauss(0, 0.01)) for place in range(400)]
    assert roughness(values) == pytest.approx(0.01, rel=0.2)
    assert roughness([math.exp(-0.05 * place) for place in range(20)]) == pytest.approx(0, abs=1e-9)


# --- together


def test_advice_never_asks_for_less_and_for_more() -> None:
    for case in cases(range(3000, 3003)):
        advice = judge(case.course, Ask())
        asked = {DIRECTIONS.get(one.kind, "") for one in advice.judgements} - {""}
        assert len(asked) <= 1, case.name
        assert len(advice.judgements) == len({one.kind for one in advice.judgements})
        assert advice.main.evidence


def test_what_the_first_explains_is_left_out() -> None:
    advice = judge(make("diverged", "recorded", 5), Ask())
    assert advice.main.kind == "diverged"
    assert not {one.kind for one in advice.judgements} & set(COVERS["diverged"])


def test_of_few_steps_it_says_so() -> None:
    few = course(steps=tuple(range(1, 31)), losses=course().losses[:30], rates=(), weights=(), images=1)
    advice = judge(few, Ask())
    assert advice.main.kind == "unclear"
    assert set(advice.gaps) == {"few_steps", "no_validation", "no_files"}


def test_of_no_steps_it_advises_the_log() -> None:
    advice = judge(Course(), Ask())
    assert (advice.main.kind, advice.gaps, advice.changes) == ("unclear", ("no_steps",), {})
    assert [one.code for one in advice.remedies] == ["diagnose"]


# --- remedies


def changes(kind: str, asked: Ask, measured: Course) -> dict[str, Any]:
    """Of the advice on a course that is judged so."""
    from kohya_driver.judging.remedies import remedies_for

    judgement = Judgement(kind, "clear", (Evidence("run_nan"),), best_step=130)
    return Advice((judgement,), tuple(remedies_for([judgement], measured, asked, ()))).changes


RATES = {"optimizer.learning_rate": 3e-4, "optimizer.text_encoder_lr": 1.5e-4}


@pytest.mark.parametrize(
    ("kind", "asked", "measured", "expected"),
    [
        ("rate_high", Ask(RATES), course(weights=()), {"optimizer.learning_rate": 1e-4, "optimizer.text_encoder_lr": 5e-5}),
        ("rate_high", Ask(), course(weights=(Weighed(400, 0.5),)), {"optimizer.learning_rate": 1e-5}),
        ("diverged", Ask(warmup=0.0), course(), {"optimizer.learning_rate": 1e-5, "optimizer.lr_warmup_steps": 0.1}),
        ("diverged", Ask(), course(is_adaptive=True), {"optimizer.args.d_coef": 0.1}),
        ("rate_high", Ask(d_coef=0.1), course(is_adaptive=True), {"optimizer.args.d_coef": 0.033}),
        ("diverged", Ask(d_coef=0.05), course(is_adaptive=True), {"optimizer.args.d_coef": 0.005}),
        ("rate_high", Ask(d_coef=None), course(is_adaptive=True), {"optimizer.learning_rate": 0.33}),
        ("diverged", Ask({"optimizer.learning_rate": 0.5, "optimizer.text_encoder_lr": 0.0}, d_coef=None),
         course(is_adaptive=True), {"optimizer.learning_rate": 0.1}),
        ("diverged", Ask({"optimizer.learning_rate": 0.1}, d_coef=None), course(is_adaptive=True), {}),
        ("overfit", Ask(epochs=10), course(), {"training.max_train_epochs": 4}),
        ("overfit", Ask(steps=400), course(), {"training.max_train_steps": 130}),
        ("too_long", Ask(), course(), {"training.max_train_epochs": 4}),
        ("hardly_moved", Ask({"optimizer.learning_rate": 1e-8}), course(), {"optimizer.learning_rate": 1e-4}),
        ("hardly_moved", Ask({"optimizer.learning_rate": 0.0}), course(), {"optimizer.learning_rate": 1e-4}),
        ("hardly_moved", Ask(), course(), {"optimizer.learning_rate": 3e-4}),
        ("hardly_moved", Ask({"optimizer.learning_rate": 0.2}), course(is_adaptive=True), {"optimizer.learning_rate": 1.0}),
        ("hardly_moved", Ask(d_coef=0.1), course(is_adaptive=True), {"optimizer.args.d_coef": 0.3}),
        ("hardly_moved", Ask(d_coef=None), course(is_adaptive=True), {"training.max_train_epochs": 20}),
        ("underfit", Ask(epochs=10, steps=400), course(), {"training.max_train_epochs": 20, "training.max_train_steps": 800}),
        ("underfit", Ask(steps=400), course(), {"training.max_train_steps": 800}),
        ("underfit", Ask(), course(), {"training.max_train_epochs": 20}),
        ("healthy", Ask(), course(), {}),
        ("unclear", Ask(saves=False, epochs=16), course(), {"saving.every_n_epochs": 2}),
    ],
)  # fmt: skip
def test_what_is_changed(kind: str, asked: Ask, measured: Course, expected: dict[str, Any]) -> None:
    assert changes(kind, asked, measured) == expected


def test_pictures_are_kept_apart_where_there_are_enough() -> None:
    plain = course(steps=(), losses=(), rates=(), weights=())
    for images, expected in ((15, None), (16, 0.25), (40, 0.1), (200, 0.1)):
        one = judge(replace(plain, steps=(1,), losses=(0.1,), images=images, pictures_per_step=9000), Ask())
        assert one.main.kind == "unclear"
        assert one.changes.get("dataset.validation_split") == expected


def test_a_training_that_was_stopped_early_goes_on_and_one_that_runs_is_not_judged_by_its_end() -> None:
    stopped = course(planned=4000, images=200, weights=(Weighed(400, 0.001),))
    advice = judge(stopped, Ask())
    assert (advice.main.kind, [one.code for one in advice.remedies], advice.changes) == (
        "underfit",
        ["resume"],
        {},
    )
    runs = replace(stopped, is_over=False, weights=(Weighed(400, 1e-6),))
    assert judge(runs, Ask(), ["running"]).main.kind == "unclear"
    assert judge(replace(runs, planned=500), Ask()).main.kind == "hardly_moved"


# --- weights


def lora(path: Path, size: float) -> Path:
    import numpy

    up, down = numpy.full((6, 2), size), numpy.ones((2, 8))
    return save(
        path, {f"{LAYER}.lora_down.weight": down, f"{LAYER}.lora_up.weight": up, f"{LAYER}.alpha": 2.0}
    )


def test_files_are_weighed_against_the_base_or_the_usual(tmp_path: Path) -> None:
    import numpy

    base = save(
        tmp_path / "base.safetensors",
        {
            "model.diffusion_model.input_blocks.1.1.transformer_blocks.0.attn2.to_k.weight": numpy.full(
                (6, 8), 0.5
            )
        },
    )
    paths = {step: lora(tmp_path / f"{step}.safetensors", size) for step, size in ((10, 0.01), (20, 0.02))}
    exact = weigh(paths, base)
    assert [(one.step, one.exact) for one in exact] == [(10, True), (20, True)]
    assert exact[1].share == pytest.approx(0.04 / 0.5, rel=1e-5)  # each number changes by 2 × 0.02
    usual = weigh(paths, tmp_path / "gone.safetensors")
    assert usual[1].share == pytest.approx(0.04 * math.sqrt(48) / math.sqrt(6 / 3), rel=1e-5)
    assert not usual[1].exact


def test_of_many_files_some_are_weighed_and_broken_ones_are_left_out(tmp_path: Path) -> None:
    paths = {step: lora(tmp_path / f"{step}.safetensors", 0.01) for step in range(1, 31)}
    found = weigh(paths, None)
    assert (len(found), found[-1].step) == (MOST_FILES, 30)
    paths[30].write_bytes(b"cut off")
    assert [one.step for one in weigh(paths, None)][-1] < 30
    assert weigh({}, None) == ()


def test_a_nan_in_a_file_is_seen(tmp_path: Path) -> None:
    (found,) = weigh({1: lora(tmp_path / "a.safetensors", math.nan)}, None)
    assert math.isnan(found.share)


# --- a run


COMMENTED = """# what I learnt last time
[optimizer]   # the rate
learning_rate = 1e-3  # too much?
[training]
max_train_epochs = 8
"""


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("KOHYA_DRIVER_HOME", str(tmp_path / "home"))
    return make_run(tmp_path / "我的 项目", steps=400, validate_every=50, extra=COMMENTED)


def test_a_run_is_read(run: Run) -> None:
    read = read_course(run)
    assert len(read.course.steps) == len(read.course.losses) == len(read.course.rates) == 400
    assert 9e-5 < max(read.course.rates) <= 1e-4
    assert len(read.course.validations) == 8
    assert read.course.images == 3 and read.course.planned == 400
    assert (read.ask.epochs, read.ask.rates, read.gaps) == (8, {"optimizer.learning_rate": 1e-3}, ())
    assert Course.from_json(json.loads(json.dumps(read.course.to_json()))) == read.course


@pytest.mark.parametrize(
    "gone", ["plan.json", "result.json", "metrics.jsonl", "events.jsonl", "resolved.toml", "preset.toml"]
)
def test_a_run_that_lacks_a_file_is_judged_all_the_same(run: Run, gone: str) -> None:
    (run.folder / gone).unlink()
    assert api.advise(run).judgements
    (run.folder / gone).write_text('{"a": [', encoding="utf-8")
    assert api.advise(run).judgements


CHANGES = Advice(
    (Judgement("rate_high", "clear", (Evidence("run_nan"),)),),
    judge(course(weights=(Weighed(400, 0.9),)), Ask({"optimizer.learning_rate": 1e-3})).remedies,
)


def test_the_next_preset_is_the_persons_own_with_the_change_in_it(run: Run) -> None:
    target = run.folder.parent.parent / "next.toml"
    api.apply_advice(run, CHANGES, target)
    before, after = run.preset_file.read_text().splitlines(), target.read_text().splitlines()
    differing = [(old, new) for old, new in zip(before, after, strict=True) if old != new]
    assert [old for old, _ in differing] == ["learning_rate = 1e-3  # too much?"]
    assert differing[0][1].endswith("# too much?")
    loaded = load_preset(target)
    assert loaded.optimizer.learning_rate == CHANGES.changes["optimizer.learning_rate"]
    assert not api.plan(loaded, host=MAC).errors


def test_elsewhere_its_paths_are_whole(run: Run, tmp_path: Path) -> None:
    target = api.apply_advice(run, CHANGES, tmp_path / "elsewhere" / "next.toml")
    loaded, own = load_preset(target), load_preset(run.resolved_preset_file)
    assert (loaded.model.base, loaded.dataset.train_data_dir) == (own.model.base, own.dataset.train_data_dir)
    assert "# what I learnt last time" in target.read_text()
    assert not api.plan(loaded, host=MAC).errors


def test_what_was_said_on_the_command_line_is_in_it(run: Run) -> None:
    text = files.edit_toml(
        run.resolved_preset_file.read_text(), {"network.dim": 32, "dataset.trigger": "nong"}
    )
    files.write_text(run.resolved_preset_file, text)
    loaded = load_preset(api.apply_advice(run, CHANGES, run.folder.parent.parent / "next.toml"))
    assert (loaded.network.dim, loaded.dataset.trigger, loaded.training.max_train_epochs) == (32, "nong", 8)


def test_a_preset_that_builds_on_what_is_gone_stands_alone(run: Run) -> None:
    files.write_text(run.preset_file, 'extends = "gone.toml"\n')
    target = api.apply_advice(run, CHANGES, run.folder.parent.parent / "next.toml")
    assert load_preset(target).training.max_train_epochs == 8


def test_nothing_is_written_over_and_nothing_for_nothing(run: Run, tmp_path: Path) -> None:
    healthy = Advice((Judgement("healthy", "clear", ()),))
    assert raised(lambda: api.apply_advice(run, healthy, tmp_path / "a.toml")) == "advise.nothing_to_change"
    (tmp_path / "b.toml").write_text("mine")
    assert raised(lambda: api.apply_advice(run, CHANGES, tmp_path / "b.toml")) == "advise.exists"
    assert (tmp_path / "b.toml").read_text() == "mine"
    run.resolved_preset_file.write_text("[")
    run.plan_file.unlink()
    assert raised(lambda: api.apply_advice(run, CHANGES, tmp_path / "c.toml")) == "advise.no_preset"
    assert not (tmp_path / "c.toml").exists()


def raised(act: Any) -> str:
    with pytest.raises(DriverError) as caught:
        act()
    return caught.value.code


@pytest.mark.parametrize("situation", SITUATIONS)
def test_what_is_advised_for_each_situation_plans(run: Run, situation: str, tmp_path: Path) -> None:
    preset = load_preset(run.resolved_preset_file)
    advice = judge(make(situation, "recorded", 7), ask_of(preset))
    if advice.changes:
        target = api.apply_advice(run, advice, tmp_path / "next.toml")
        assert not api.plan(load_preset(target), host=MAC).errors


# --- how it is shown


def said(advice: Advice) -> str:
    console = Console(width=100, file=io.StringIO(), record=True)
    print_advice(advice, console)
    return console.export_text()


@pytest.mark.parametrize("language", texts.LANGUAGES)
@pytest.mark.parametrize("situation", SITUATIONS)
def test_it_is_said_in_both_languages(situation: str, language: str) -> None:
    texts.use_language(language)
    advice = judge(make(situation, "recorded", 7), Ask())
    shown = said(advice)
    assert advice.main.title in shown
    for remedy in advice.remedies:
        assert remedy.sentence
    body = json.loads(json.dumps(advice.to_json(), allow_nan=False))
    assert body["judgements"][0]["title"] == advice.main.title
    assert body["changes"] == advice.changes


def test_the_report_has_it(run: Run) -> None:
    texts.use_language("en")
    advice, report = api.advise(run), api.read_report(run)
    assert report.advice[0].title == advice.main.title
    assert report.advice[0].remedies == tuple(one.sentence for one in advice.remedies)
    for text in (as_html(report), as_markdown(report)):
        assert advice.main.title.split("(")[0] in text


def test_a_run_without_steps_has_no_advice_in_its_report(run: Run) -> None:
    run.metrics_file.unlink()
    run.events_file.unlink()
    for path in run.folder.rglob("*.safetensors"):
        path.unlink()
    assert api.read_report(run).advice == ()


def test_the_command(run: Run, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["advise", str(run.folder), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == json.loads(json.dumps(api.advise(run).to_json()))
    assert main(["--lang", "en", "advise", str(run.folder)]) == 0
    assert api.advise(run).main.kind in (
        "underfit",
        "overfit",
        "too_long",
        "healthy",
        "unclear",
        "hardly_moved",
    )
    assert main(["advise", str(tmp_path / "none")]) != 0


def test_an_edit_keeps_everything_else() -> None:
    text = '# head\na = 1 # one\n[b] # two\nc = "x"\n\n[[d.e]]\nf = 1\n'
    assert files.edit_toml(text, {"a": 2}) == text.replace("a = 1", "a = 2")
    assert files.parse_toml(files.edit_toml(text, {"b.g": [1, 2], "h.i.j": True, "b.c": None})) == {
        "a": 1, "b": {"g": [1, 2]}, "d": {"e": [{"f": 1}]}, "h": {"i": {"j": True}},
    }  # fmt: skip
    for broken in ("a = ", "a = 1\na = 2"):
        with pytest.raises(ValueError):
            files.edit_toml(broken, {"a": 1})
    with pytest.raises(ValueError):
        files.edit_toml("a = 1", {"a.b": 1})
