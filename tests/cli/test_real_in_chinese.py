"""The commands that start an engine, in Chinese, on a real one: no English sentence is in what they say."""

from __future__ import annotations

from pathlib import Path

import pytest

from kohya_driver import files
from kohya_driver.engine.model import Engine
from kohya_driver.engine.pin import load_recipe
from kohya_driver.engine.store import read_state, write_state
from tests.chinese import visible_text
from tests.cli.test_all_in_chinese import check, in_chinese
from tests.faults.stand_in_engine import start

pytestmark = [pytest.mark.long, pytest.mark.engine]

RUN = "quickstart/runs/quickstart-001"
TYPED = (
    "quickstart --engine embedded --plain",
    "engine status --engine embedded",
    "engine verify --engine embedded",
    "plan quickstart/preset.toml",
    f"show {RUN}",
    f"report {RUN}",
    f"advise {RUN}",
    f"sample {RUN} --prompt photos --steps 2 --size 64x64 --weights 0.8",
    f"inspect {RUN}/models/quickstart.safetensors --norms",
    "doctor",
    "doctor --train",
    "engine remove --engine embedded",
)
MAY_FAIL = ("doctor", "doctor --train")
"""They say what is wrong with this machine."""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, embedded_engine: Engine) -> Path:
    """A data folder with the embedded engine only, which borrows this machine's environment."""
    folder = tmp_path_factory.mktemp("真")
    recipe = load_recipe("embedded")
    root = folder / "家" / "engines" / recipe.folder_name
    root.mkdir(parents=True)
    for part in ("env", "tokenizers"):
        (root / part).symlink_to(embedded_engine.root / part)
    tokenizers = read_state(embedded_engine.root)["tokenizers"]
    write_state(
        root,
        tokenizers=tokenizers,
        engine=recipe.engine,
        commit=recipe.pin.commit,
        tag=recipe.pin.tag,
        lock=recipe.lock,
    )
    (folder / "家" / "assets").symlink_to(files.home() / "assets")
    return folder


@pytest.mark.parametrize("typed", TYPED)
def test_command(world: Path, typed: str) -> None:
    """One after another, as they stand there."""
    with start(*typed.split(), env=in_chinese(world), cwd=world) as child:
        out, err = child.communicate(timeout=600)
    assert child.returncode == 0 or typed in MAY_FAIL, err
    check(out)
    check(err)


@pytest.mark.parametrize("pattern", [f"{RUN}/report.html", f"{RUN}/grids/*/grid.html"])
def test_page(world: Path, pattern: str) -> None:
    found = sorted(world.glob(pattern))
    assert found
    for page in found:
        check(visible_text(page.read_text(encoding="utf-8")))
