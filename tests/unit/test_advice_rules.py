"""What a training that was cut short, broke for a moment, or finds its rate by itself is told."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from kohya_driver import api, texts
from kohya_driver.judging.advice import judge
from kohya_driver.judging.model import Course, Evidence, Judgement, Remedy, Weighed
from kohya_driver.judging.read import ask_of
from kohya_driver.judging.remedies import Ask, remedies_for
from kohya_driver.judging.rules import diverged
from kohya_driver.preset.load import load_preset
from kohya_driver.run.folder import Run
from tests.courses import GOLDEN
from tests.project import MAC
from tests.reports import make_run
from tests.unit.test_advice import course, validated

FILES = ((100, "a-000001.safetensors"), (200, "a-000002.safetensors"), (400, "a.safetensors"))


# --- cut short


def recording(name: str) -> Course:
    body = json.loads((GOLDEN / f"run-{name}.json").read_text(encoding="utf-8"))
    return Course.from_json(body["course"])


def cut(whole: Course, steps: int, planned: int) -> Course:
    """As if it had been stopped there; the file is that of the time, or, before the first one, a smaller one."""
    first = whole.weights[0]
    weights = tuple(one for one in whole.weights if one.step <= steps)
    return replace(
        whole,
        steps=whole.steps[:steps],
        losses=whole.losses[:steps],
        rates=whole.rates[:steps],
        validations=tuple(one for one in whole.validations if one[0] <= steps),
        weights=weights or (Weighed(steps, first.share * steps / first.step),),
        planned=planned,
    )


def _learning() -> Iterator[str]:
    for path in sorted(GOLDEN.glob("run-*.json")):
        situations = json.loads(path.read_text(encoding="utf-8"))["situations"]
        if {"healthy", "underfit"} & set(situations):
            yield path.stem.removeprefix("run-")


LEARNING = tuple(_learning())
"""Recordings whose rate was right."""


@pytest.mark.parametrize("steps", [1, 8, 16])
@pytest.mark.parametrize("name", LEARNING)
def test_a_training_that_was_stopped_early_is_told_to_go_on(name: str, steps: int) -> None:
    advice = judge(cut(recording(name), steps, 2000), Ask())
    assert (advice.main.kind, [one.code for one in advice.remedies]) == ("underfit", ["resume"])
    assert advice.changes == {}


@pytest.mark.parametrize("steps", [1, 8])
@pytest.mark.parametrize("name", LEARNING)
def test_one_that_was_planned_far_too_short_is_told_to_train_longer(name: str, steps: int) -> None:
    advice = judge(cut(recording(name), steps, steps), Ask())
    assert advice.main.kind == "underfit"
    assert set(advice.changes) == {"training.max_train_epochs"}


@pytest.mark.parametrize("name", ["real-rate-1e-9", "tiny-rate-1e-9", "tiny-rate-3e-7"])
def test_a_rate_that_teaches_nothing_is_told_from_half_of_the_way_on(name: str) -> None:
    whole = recording(name)
    assert judge(cut(whole, 24, 40), Ask()).main.kind == "hardly_moved"
    assert judge(cut(whole, 24, 2000), Ask()).main.kind != "hardly_moved"


def test_a_single_step_tells_nothing_of_the_rate() -> None:
    one = course(steps=(1,), losses=(0.1,), rates=(0.0,), weights=(Weighed(1, 0.0),), planned=1)
    advice = judge(one, Ask())
    assert advice.main.kind == "underfit"
    assert "optimizer.learning_rate" not in advice.changes


def test_an_optimizer_that_still_searches_has_not_failed() -> None:
    few = {"steps": tuple(range(1, 61)), "losses": course().losses[:60], "rates": (), "planned": 60}
    assert judge(course(**few, weights=(Weighed(60, 1e-6),)), Ask()).main.kind == "hardly_moved"
    searching = course(**few, weights=(Weighed(60, 1e-6),), is_adaptive=True)
    assert judge(searching, Ask()).main.kind != "hardly_moved"


# --- broken


def with_nan(*steps: int) -> tuple[float, ...]:
    return tuple(math.nan if step in steps else loss for step, loss in enumerate(course().losses, start=1))


def test_a_single_nan_is_a_remark_and_no_judgement() -> None:
    odd = course(losses=with_nan(101), files=FILES)
    advice = judge(odd, Ask())
    assert diverged(odd) is None
    assert (advice.main.kind, advice.changes) == (judge(course(), Ask()).main.kind, {})
    assert "odd_losses" in advice.gaps
    assert "odd_losses" not in judge(course(), Ask()).gaps


def test_nan_to_the_end_is_clear() -> None:
    found = diverged(course(losses=with_nan(50, *range(101, 401)), weights=()))
    assert found and found.confidence == "clear"
    assert found.evidence[0].values == {"step": 101}


def test_a_nan_in_the_last_step_counts_as_far_as_files_do_not_speak_against_it() -> None:
    assert diverged(course(losses=with_nan(400))) is None
    likely = diverged(course(losses=with_nan(400), weights=(Weighed(200, 0.02),)))
    assert likely and likely.confidence == "likely"
    told = diverged(course(losses=with_nan(400), lost=True))
    assert told and told.confidence == "clear"


def test_a_broken_file_with_a_whole_one_after_it_is_past() -> None:
    assert diverged(course(weights=(Weighed(200, math.nan), Weighed(400, 0.02)))) is None
    assert diverged(course(weights=(Weighed(200, 0.02), Weighed(400, math.nan))))


# --- an earlier file


def earlier(measured: Course, kind: str, best: int = 0) -> list[Remedy]:
    judgement = Judgement(kind, "clear", (Evidence("run_nan"),), best_step=best)
    return [one for one in remedies_for([judgement], measured, Ask(), ()) if one.code == "take_earlier"]


def test_the_last_whole_file_is_named() -> None:
    weights = (Weighed(100, 0.01), Weighed(200, 0.05), Weighed(400, math.nan))
    (found,) = earlier(course(weights=weights, files=FILES), "diverged")
    assert found.values == {"file": "a-000002.safetensors", "step": 200}
    for language in texts.LANGUAGES:
        texts.use_language(language)
        assert "a-000002.safetensors" in found.sentence


def test_the_file_nearest_to_the_best_validation_is_named() -> None:
    (found,) = earlier(course(files=FILES), "overfit", best=160)
    assert found.values == {"file": "a-000002.safetensors", "step": 200}


@pytest.mark.parametrize(
    ("kind", "measured"),
    [
        ("diverged", course(weights=(Weighed(400, 0.02),), files=FILES)),
        ("diverged", course(weights=(Weighed(200, 0.02), Weighed(400, math.nan)))),
        ("overfit", course(files=FILES[-1:])),
        ("overfit", course()),
    ],
)
def test_neither_the_finished_file_nor_one_that_is_gone_is_an_earlier_one(
    kind: str, measured: Course
) -> None:
    assert earlier(measured, kind, best=300) == []


# --- validations that are none


def test_validations_that_are_no_numbers_are_named() -> None:
    values = validated(0.1, 0.095, math.nan, 0.093, 0.096, 0.1, 0.104)
    advice = judge(course(validations=values), Ask())
    assert "odd_validation" in advice.gaps
    assert not {"overfit", "underfit"} & {one.kind for one in advice.judgements}
    assert "dataset.validation_split" not in advice.changes


def test_with_them_it_is_judged_as_without_any() -> None:
    steps = tuple(range(1, 2001))
    learnt = tuple(0.1 * math.exp(-step / 1000) for step in steps)
    plain = course(steps=steps, losses=learnt, rates=(), weights=(), planned=2000)
    broken = replace(plain, validations=((400, math.nan), (800, 0.1)))
    assert judge(plain, Ask()).main.kind == "suspected"
    assert judge(broken, Ask()).main.kind == "suspected"
    assert Course.from_json(json.loads(json.dumps(broken.to_json(), allow_nan=False))).steps == steps


# --- optimizers that find their rate themselves


def moved_too_far(text: str, folder: Path) -> tuple[Run, Course, Ask]:
    run = make_run(folder, steps=20, extra=text)
    ask = ask_of(load_preset(run.resolved_preset_file))
    return run, course(weights=(Weighed(400, 0.9),), is_adaptive=True), ask


@pytest.mark.parametrize("before", [1.0, 0.1, 0.05])
def test_prodigy_is_held_back_further_than_it_was(before: float, tmp_path: Path) -> None:
    text = f'[optimizer]\ntype = "Prodigy"\nargs = {{ d_coef = {before} }}\n'
    run, measured, ask = moved_too_far(text, tmp_path / "project")
    target = api.apply_advice(run, judge(measured, ask), tmp_path / "next.toml")
    after = load_preset(target).optimizer.args["d_coef"]
    assert isinstance(after, float) and after < before
    assert api.plan(load_preset(target), host=MAC).training_config["optimizer_args"] == [f"d_coef={after}"]


def test_d_adaptation_is_held_back_by_what_it_has(tmp_path: Path) -> None:
    run, measured, ask = moved_too_far('[optimizer]\ntype = "DAdaptAdam"\n', tmp_path / "project")
    target = api.apply_advice(run, judge(measured, ask), tmp_path / "next.toml")
    plan = api.plan(load_preset(target), host=MAC)
    assert not plan.errors
    assert plan.training_config["learning_rate"] == 0.1
    assert "optimizer_args" not in plan.training_config


def test_one_that_is_held_back_fully_is_advised_in_words() -> None:
    ask = Ask({"optimizer.learning_rate": 0.1}, d_coef=None)
    advice = judge(course(weights=(Weighed(400, 0.9),), is_adaptive=True), ask)
    assert (advice.changes, advice.remedies[0].code) == ({}, "own_rate_less")


# --- in words


def test_the_guides_other_remedies_are_told() -> None:
    for code, words in {
        "if_overfit": ("kind of LoRA", "optimizer", "scheduler", "regularization"),
        "if_underfit": ("kind of LoRA", "optimizer", "scheduler", "captions"),
    }.items():
        texts.use_language("en")
        assert all(word in Remedy(code).sentence for word in words)
        texts.use_language("zh")
        assert all(word in Remedy(code).sentence for word in ("LoRA 类型", "优化器", "调度器"))
