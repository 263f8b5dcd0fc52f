"""CoreML only after it has proved equal and faster; decided from recorded numbers, as there is no Mac here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy
import pytest
from PIL import Image

from kohya_driver.errors import HostError
from kohya_driver.prepare import tag_provider, tag_session
from kohya_driver.prepare.tag_config import TagConfig, TagReport
from kohya_driver.prepare.tag_provider import Choice, Provider, Trial, candidate, compare, judge
from kohya_driver.prepare.tag_session import COREML, CPU
from kohya_driver.prepare.tagger import tag_folder
from tests.project import MAC
from tests.wd_model import write_model


@pytest.mark.parametrize(
    ("trial", "provider", "reason"),
    [
        (Trial(0.004, 0, 613 / 182), Provider.COREML, "faster"),  # WD14 on an M1 Air: 613 to 182 ms
        (Trial(0.004, 0, 1 / 7), Provider.CPU, "slower"),  # DINOv2: seven times slower
        (Trial(0.0, 0, 1.29), Provider.CPU, "slower"),
        (Trial(0.02, 0, 1.3), Provider.COREML, "faster"),
        (Trial(0.021, 0, 9.0), Provider.CPU, "differs"),
        (Trial(0.01, 1, 9.0), Provider.CPU, "differs"),
        (Trial(float("nan"), 0, 9.0), Provider.CPU, "differs"),
    ],
)
def test_what_a_trial_decides(trial: Trial, provider: Provider, reason: str) -> None:
    assert judge(trial) == Choice(provider, f"tag_screen.provider.{reason}", trial.speedup)


def test_a_tag_may_change_near_its_threshold_only() -> None:
    def of(*values: float) -> numpy.ndarray[Any, numpy.dtype[numpy.float32]]:
        return numpy.array([values], numpy.float32)

    limits = numpy.array([0.35, 0.85, 2.0], numpy.float32)
    near = compare(of(0.34, 0.2, 0.9), of(0.355, 0.2, 0.9), limits, (2.0, 1.0))
    assert near.difference == pytest.approx(0.015, abs=1e-6)
    assert (near.tags_changed, near.speedup) == (0, 2.0)
    assert compare(of(0.3, 0.9, 0.9), of(0.4, 0.5, 0.1), limits, (1.0, 1.0)).tags_changed == 2


def test_where_coreml_comes_into_question() -> None:
    there = [COREML, CPU]
    assert candidate(Provider.AUTO, MAC, there) and candidate(Provider.COREML, MAC, there)
    assert not candidate(Provider.CPU, MAC, there)
    assert not candidate(Provider.AUTO, MAC, [CPU])
    assert not candidate(Provider.AUTO, replace(MAC, rosetta=True), there)
    for host, available in ((MAC, [CPU]), (replace(MAC, system="Linux"), there)):
        with pytest.raises(HostError) as caught:
            candidate(Provider.COREML, host, available)
        assert caught.value.code == "tag.provider_missing"


class Sessions:
    """Makes sessions of which those for CoreML behave as they are told."""

    def __init__(self, wrong: float = 0.0, fails: bool = False) -> None:
        self.wrong = wrong
        self.fails = fails
        self.made: list[tuple[str, int | None]] = []

    def __call__(self, path: Path, providers: Sequence[Any], fixed: int | None) -> Any:
        first = providers[0] if isinstance(providers[0], str) else providers[0][0]
        self.made.append((first, fixed))
        if first != COREML:
            return tag_session.make_session(path, providers, fixed)
        if self.fails:
            raise RuntimeError("Error in building plan")
        return _Shifted(tag_session.make_session(path, [CPU], fixed), self.wrong)


class _Shifted:
    def __init__(self, real: Any, wrong: float) -> None:
        self._real = real
        self._wrong = wrong

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def run(self, *arguments: Any) -> Any:
        return [found + self._wrong for found in self._real.run(*arguments)]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KOHYA_DRIVER_HOME", str(tmp_path / "home"))
    monkeypatch.setattr("onnxruntime.get_available_providers", lambda: [COREML, CPU])
    made = tmp_path / "pictures"
    made.mkdir()
    for number in range(5):
        Image.new("RGB", (30, 30), (0, 0, 50 * number)).save(made / f"{number}.png")
    return made


def tag(folder: Path, sessions: Sessions, provider: Provider = Provider.AUTO) -> TagReport:
    for caption in folder.glob("*.txt"):
        caption.unlink()
    for kept in (folder.parent / "home" / "tags").rglob("*.f16"):
        kept.unlink()
    model = write_model(folder.parent / "m")
    return tag_folder(
        folder, TagConfig(model=str(model), batch=2, provider=provider), host=MAC, make=sessions
    )


def fast(monkeypatch: pytest.MonkeyPatch) -> None:
    def timed(model: Any, batch: Any) -> Any:
        return model.scores(batch), 1.0 if type(model._session).__name__ == "_Shifted" else 3.0

    monkeypatch.setattr(tag_provider, "_timed", timed)


def test_an_equal_and_faster_one_is_taken_and_remembered(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fast(monkeypatch)
    sessions = Sessions()
    report = tag(folder, sessions)
    assert report.provider == Choice(Provider.COREML, "tag_screen.provider.faster", 3.0)
    assert sessions.made == [(CPU, None), (COREML, 2)] and report.written == 5
    monkeypatch.setattr(tag_provider, "try_both", None)
    assert tag(folder, Sessions()).provider == report.provider


@pytest.mark.parametrize(
    ("sessions", "reason"), [(Sessions(0.5), "differs"), (Sessions(fails=True), "failed")]
)
def test_another_one_is_not(
    folder: Path, monkeypatch: pytest.MonkeyPatch, sessions: Sessions, reason: str
) -> None:
    fast(monkeypatch)
    report = tag(folder, sessions)
    assert report.provider and report.provider.provider == Provider.CPU
    assert report.provider.reason == f"tag_screen.provider.{reason}"
    assert report.written == 5
    again = Sessions()
    assert tag(folder, again).provider == report.provider
    assert [first for first, _ in again.made] == [CPU]


def test_demanded_it_is_taken_untried_and_its_scores_are_kept_apart(folder: Path) -> None:
    report = tag(folder, Sessions(0.001), Provider.COREML)
    assert report.provider and report.provider.reason == "tag_screen.provider.forced"
    (kept,) = (folder.parent / "home" / "tags").iterdir()
    assert kept.name.endswith("-coreml")
    with pytest.raises(Exception, match="not_loaded"):
        tag(folder, Sessions(fails=True), Provider.COREML)
