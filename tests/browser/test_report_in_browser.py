"""The report, and a grid's page, in a real browser, network off: axe finds nothing, nothing is too wide, the curves are drawn."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from kohya_driver import files, texts
from kohya_driver.planning.prompts import Prompt
from kohya_driver.report.comparison import compare
from kohya_driver.report.comparison_page import as_page
from kohya_driver.report.ending import write_report
from kohya_driver.run.folder import Run
from kohya_driver.sampling.model import Cell, GridPlan, Lora
from kohya_driver.sampling.page import write_page
from tests.project import write_picture
from tests.reports import make_run

HERE = Path(__file__).parent
CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), ""
)
pytestmark = pytest.mark.skipif(
    not (CHROMIUM and shutil.which("node") and (HERE / "node_modules").is_dir()),
    reason="needs chromium and node in the path, and `npm install` in tests/browser",
)
HOSTILE = "</script><script>window.hostile=1</script><img src=x onerror='window.hostile=1'>"


def look(page: Path) -> list[dict[str, Any]]:
    done = subprocess.run(
        ["node", HERE / "look.js", CHROMIUM, page], capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)
    assert len(found) == 4
    return found


def check(page: Path, plots: int) -> None:
    """`plots`: how many charts are drawn; each stands there without a script too."""
    for view in look(page):
        where = (view["width"], view["colorScheme"])
        for name in (
            "complaints",
            "violations",
            "requests",
            "tooWide",
            "emptyPlots",
            "scriptsRun",
            "folded",
            "unfolded",
        ):
            assert not view[name], (where, name, view[name])
        assert not view["scrolls"] and view["switches"] and view["plots"] == plots, where
        assert view["still"] >= plots, where


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_a_whole_run(tmp_path: Path, language: str) -> None:
    texts.use_language(language)
    check(write_report(make_run(tmp_path, steps=1200, validate_every=150)), plots=4)


def test_a_run_that_failed(tmp_path: Path) -> None:
    check(write_report(make_run(tmp_path, steps=60, outcome="failed")), plots=4)


def test_hostile_words(tmp_path: Path) -> None:
    extra = f"\n[training]\nmax_train_epochs = 2\n[sampling]\nprompts = [{json.dumps(HOSTILE)}]\nevery_n_epochs = 1\n"
    run = make_run(tmp_path, steps=10, outcome="failed", extra=extra)
    result = files.read_json(run.result_file)
    files.write_json(run.result_file, {**result, "evidence": HOSTILE * 20})
    assert "window.hostile" in write_report(run).read_text(encoding="utf-8")
    check(run.report_file, plots=4)


def test_an_empty_folder(tmp_path: Path) -> None:
    check(write_report(Run(tmp_path)), plots=0)


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_runs_side_by_side(tmp_path: Path, language: str) -> None:
    texts.use_language(language)
    extra = "[training]\nmax_train_epochs = 2\n[sampling]\nprompts = ['{trigger}, smile']\nevery_n_epochs = 1\n[network]\ndim = 4\n"
    runs = [
        make_run(tmp_path / "a", steps=300, validate_every=50),
        make_run(tmp_path / "b", steps=200, seed=2, extra=extra),
    ]
    page = tmp_path / "compared.html"
    files.write_text(page, as_page(compare(runs), tmp_path))
    check(page, plots=4)


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_a_comparison_grid(tmp_path: Path, language: str) -> None:
    texts.use_language(language)
    loras = (Lora(None, "none"), Lora(tmp_path / "a.safetensors", "step 20", 20, 2))
    prompts = (
        Prompt("ning, smile", "blurry", 64, 64, 42, 20, 7.0),
        Prompt("ning, " + "very " * 120, "", 64, 64, 42),
    )
    cells = tuple(
        Cell(prompt, lora, weight, f"cells/p{prompt}-{lora}-{weight}.png")
        for prompt in range(2)
        for lora, weights in ((0, (None,)), (1, (0.5, 1.0)))
        for weight in weights
    )
    plan = GridPlan(
        tmp_path, True, tmp_path, tmp_path / "base.safetensors", "sd15", "cpu", "no", "euler_a", loras, (0.5, 1.0),
        prompts, cells, "sd-scripts", "networks.lora", {}, (),
    )  # fmt: skip
    for cell in cells:
        write_picture(tmp_path / cell.file, (64, 64), None)
    sheets = (tmp_path / "grid.png", tmp_path / "grid-2.png")
    check(write_page(plan, tmp_path, sheets), plots=0)
