"""What `entry_kept.py` keeps between trainings on the real engine, and `entry_unfilled.py` leaves out: to the bit the training without."""

from __future__ import annotations

import shutil
from pathlib import Path

import psutil
import pytest

from kohya_driver import api, quickstart
from kohya_driver.engine import entry_script
from kohya_driver.engine.model import Engine
from kohya_driver.events.model import LatentsKept, StepDone, TextsKept
from tests.contract.conftest import run_inside
from tests.contract.test_resume import project, tensors
from tests.contract.test_sdxl import NEEDED_GIB, sdxl_project
from tests.project import empty_home

pytestmark = pytest.mark.engine

SETS = (
    "training.max_train_steps=2", "training.gradient_accumulation_steps=1", "saving.every_n_steps=99",
    "saving.every_n_epochs=99", "sampling.every_n_epochs=99", "sampling.at_first=false",
)  # fmt: skip


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with this machine's engines and nothing kept."""
    new = empty_home(tmp_path / "home")
    monkeypatch.setenv("KOHYA_DRIVER_HOME", str(new))
    return new


def train(preset: Path, *sets: str) -> api.Run:
    result = api.train(api.load_preset(preset, sets=[*SETS, *sets]))
    assert result.outcome == "succeeded", result.evidence
    return api.open_run(result.folder)


def told(run: api.Run) -> tuple[list[float], dict[str, bytes], str]:
    losses = [each.event.loss for each in run.events() if isinstance(each.event, StepDone)]
    header = run.plan().final
    return losses, tensors(header), api.inspect(header).metadata["ss_new_sd_model_hash"]


def known(run: api.Run) -> int:
    return sum(each.event.pictures for each in run.events() if isinstance(each.event, LatentsKept))


def known_captions(run: api.Run) -> int:
    return sum(each.event.captions for each in run.events() if isinstance(each.event, TextsKept))


def test_the_second_training_is_the_first(random_base: Path, home: Path, tmp_path: Path) -> None:
    preset = project(tmp_path, random_base)
    first = train(preset)
    (folder,) = (home / "kept").iterdir()
    assert folder.name == first.plan().engine.root.name
    kinds = {path.name: len(list(path.glob("*/*"))) for path in folder.iterdir()}
    assert kinds == {"latents": 2, "hashes": 1}  # batches: of up to four pictures of one size
    second, without = train(preset), train(preset, "launch.keep_caches=false")
    assert (known(first), known(second), known(without)) == (0, first.plan().images, 0)
    assert told(second) == told(first) == told(without)


def test_only_the_very_batch_is_known_again(installed_engine: Engine, tmp_path: Path) -> None:
    """Its last bits depend on its other pictures, the threads and the weights; what the disk has spoilt is none."""
    found = run_inside(installed_engine, "kept_batches.py", str(Path(entry_script()).parent), str(tmp_path))
    assert found["equal"]
    assert [case for case, known in found["known"].items() if known] == ["again", "captions again"]
    assert len(found["known"]) == 15


def test_numbers_that_nobody_needs_are_left_out(installed_engine: Engine, random_base: Path) -> None:
    """The generator then stands where filling the models would have left it; where that cannot be told, it is not."""
    folder = Path(entry_script()).parent
    found = run_inside(installed_engine, "skipped_numbers.py", str(folder), str(random_base))
    assert found["wrong"] == [] and found["base"] is True
    assert found["untold"] == [
        "few normal numbers", "another type", "drawn otherwise", "drawn again", "another generator",
    ]  # fmt: skip


@pytest.mark.long
def test_numbers_that_nobody_needs_in_sd2(installed_engine: Engine) -> None:
    base = quickstart.random_base(installed_engine, "sd2")
    found = run_inside(
        installed_engine, "skipped_numbers.py", str(Path(entry_script()).parent), str(base), "v2"
    )
    assert found["wrong"] == [] and found["base"] is True


@pytest.mark.long
def test_it_is_the_one_without(random_base: Path, home: Path, tmp_path: Path) -> None:
    """Also where some of it is torn, or is gone, and where a picture has changed."""
    preset = project(tmp_path, random_base)
    train(preset)
    for path in (home / "kept").glob("*/*/*/*"):
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    torn = train(preset)
    for path in (home / "kept").glob("*/hashes"):
        shutil.rmtree(path)
    again = train(preset)
    without = train(preset, "launch.keep_caches=false")
    assert (known(torn), known(again), known(without)) == (0, again.plan().images, 0)
    assert told(torn) == told(again) == told(without)
    picture = next((tmp_path / "image").rglob("*.png"))
    picture.write_bytes(next(iter(sorted((tmp_path / "image").rglob("*.png"))[1:])).read_bytes())
    changed = train(preset)
    assert told(changed)[0] != told(without)[0] and 0 < known(changed) <= changed.plan().images


@pytest.mark.long
def test_what_sdxls_text_encoders_make_of_captions(
    installed_engine: Engine, home: Path, tmp_path: Path
) -> None:
    if psutil.virtual_memory().available < NEEDED_GIB << 30:
        pytest.skip(f"an SDXL training takes {NEEDED_GIB} GB of memory, more than is free here now")
    preset = sdxl_project(tmp_path, quickstart.random_base(installed_engine, "sdxl"))

    def train_sdxl(*sets: str) -> api.Run:
        result = api.train(api.load_preset(preset, sets=sets))
        assert result.outcome == "succeeded", result.evidence
        return api.open_run(result.folder)

    first, second = train_sdxl(), train_sdxl()
    assert (known_captions(first), known_captions(second)) == (0, 2)
    assert told(second) == told(first)
    (tmp_path / "image" / "1_ning" / "a.txt").write_text("another caption", encoding="utf-8")
    changed = train_sdxl()
    assert known_captions(changed) < 2 and told(changed)[0] != told(first)[0]
