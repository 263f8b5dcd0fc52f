"""`engine update --ref` with the real engine: a commit of it with other options, one that does not fit, and the way back.

The commits are made here from the installed checkout; each costs an environment, which uv links from its cache.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from kohya_driver import api, files
from kohya_driver.engine.catalogue import load_catalogue
from kohya_driver.engine.model import Engine
from kohya_driver.engine.pin import load_pin
from kohya_driver.engine.store import installed_engines
from kohya_driver.errors import EngineError
from kohya_driver.preset.load import load_preset
from tests.faults.fake_engine import commit, git
from tests.project import write_project

pytestmark = [pytest.mark.engine, pytest.mark.long]

OPTION = 'parser.add_argument("--newcomer", type=int, default=3, help="new here / 新しい")\n    '


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("moved") / "home 数据"
    folder.mkdir()
    (folder / "assets").symlink_to(files.home() / "assets")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KOHYA_DRIVER_HOME", str(folder))
        patch.delenv("KOHYA_DRIVER_ENGINE_SOURCE", raising=False)
        yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def source(installed_engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The engine as it is, then with a new option and another default (v-next), then without a place of ours (v-broken)."""
    folder = tmp_path_factory.mktemp("source") / "sd-scripts"
    shutil.copytree(installed_engine.checkout, folder, ignore=shutil.ignore_patterns(".git", "__pycache__"))
    git(folder, "init", "--quiet")
    git(folder, "add", "--force", ".")
    commit(folder, "as it is")
    change(
        folder / "library/train_util.py",
        '"--huber_c",\n        type=float,\n        default=0.1',
        '"--huber_c",\n        type=float,\n        default=0.2',
    )
    change(
        folder / "train_network.py",
        'parser.add_argument(\n        "--cpu_offload_checkpointing"',
        OPTION + 'parser.add_argument(\n        "--cpu_offload_checkpointing"',
    )
    commit(folder, "next")
    git(folder, "tag", "v-next")
    change(folder / "train_network.py", "train_util.read_config_from_file(args, parser)", "args")
    commit(folder, "broken")
    git(folder, "tag", "v-broken")
    return folder


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, old
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_to_another_commit_and_back(home: Path, source: Path, tmp_path: Path) -> None:
    shipped = load_pin()
    moved = api.move_engine("v-next", source)
    kinds = {(one.name, one.kind): one for one in moved.options}
    assert set(kinds) == {("newcomer", "added"), ("huber_c", "default")}
    assert (kinds["huber_c", "default"].before, kinds["huber_c", "default"].after) == (0.1, 0.2)
    assert moved.networks == () and moved.requirements == () and moved.operations > 20
    assert not any(one.refused for one in moved.presets)
    assert {"sd15-style", "sdxl-style"} <= {one.preset for one in moved.presets if "huber_c" in one.otherwise}
    # From now on a plan knows the option, and trains with that commit.
    preset = write_project(tmp_path, extra="[engine_options]\nnewcomer = 5\n")
    plan = api.plan(load_preset(preset))
    assert plan.engine.commit == load_pin().commit == moved.commit == load_catalogue().commit
    assert plan.training_config["newcomer"] == 5
    with pytest.raises(EngineError) as caught:
        api.move_engine("v-broken", source)
    assert {one.code for one in caught.value.findings} == {"engine.seam_missing", "engine.move_refused"}
    assert load_pin().commit == moved.commit and len(installed_engines()) == 1
    back = api.take_engine_back()
    assert back and back.commit == moved.commit
    assert load_pin() == shipped
    assert "plan.option_unknown" in {one.code for one in api.plan(load_preset(preset)).findings}
