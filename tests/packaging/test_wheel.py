"""The wheel and the sdist, built, installed as people install them, and used where nothing of this repository is."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from uv import find_uv_bin

import kohya_driver
from kohya_driver.engine.lora import check_lora
from kohya_driver.engine.model import Engine
from tests.packaging.test_sdist import SDIST
from tests.project import empty_home, write_project

ROOT = Path(__file__).parent.parent.parent
pytestmark = pytest.mark.long


def uv(*words: str | Path, **environment: str) -> str:
    return told([find_uv_bin(), *map(str, words)], Path.cwd(), environment)


def told(command: list[str], folder: Path, environment: dict[str, str]) -> str:
    """What a command prints that must end well. Python finds nothing of this repository."""
    own = ("PYTHONPATH", "VIRTUAL_ENV", "KOHYA_DRIVER_LANG")
    kept = {name: value for name, value in os.environ.items() if name not in own}
    done = subprocess.run(
        command, cwd=folder, env={**kept, **environment}, capture_output=True, text=True, timeout=900
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    uv("build", "--quiet", "--out-dir", folder, ROOT)
    return folder


@pytest.fixture(scope="module")
def wheel(built: Path) -> Path:
    (found,) = built.glob("*.whl")
    return found


def tracked(*places: str) -> set[str]:
    names = subprocess.run(
        ["git", "ls-files", "-z", *places], cwd=ROOT, check=True, capture_output=True, text=True
    )
    return {name for name in names.stdout.split("\0") if name}


def test_everything_is_in_the_wheel(wheel: Path) -> None:
    assert wheel.name == f"kohya_driver-{kohya_driver.__version__}-py3-none-any.whl"
    inside = set(zipfile.ZipFile(wheel).namelist())
    assert tracked("kohya_driver") <= inside
    assert {f"kohya_driver/_data/{name}" for name in tracked("presets", "vendor")} <= inside
    assert not [name for name in inside if name.startswith(("tests", "docs", "benchmarks"))]


def test_the_sdist_makes_the_same_wheel(built: Path, wheel: Path, tmp_path: Path) -> None:
    (sdist,) = built.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert tracked(*SDIST, "README.md", "LICENSE", "pyproject.toml") <= names
    uv("build", "--quiet", "--wheel", "--out-dir", tmp_path, sdist)
    (again,) = tmp_path.glob("*.whl")
    same = [{one.filename: one.CRC for one in zipfile.ZipFile(path).infolist()} for path in (wheel, again)]
    assert same[0] == same[1]


def test_the_index_would_take_it(built: Path) -> None:
    said = uv("tool", "run", "--from", "twine", "twine", "check", "--strict", *sorted(built.glob("kohya*")))
    assert said.count("PASSED") == 2


def by_pip(wheel: Path, folder: Path) -> Path:
    uv("venv", "--quiet", "--python", sys.executable, folder / "env")
    uv("pip", "install", "--quiet", "--python", folder / "env" / "bin" / "python", wheel)
    return folder / "env" / "bin" / "kohya-driver"


def by_uv_tool(wheel: Path, folder: Path) -> Path:
    places = {"UV_TOOL_DIR": str(folder / "tools"), "UV_TOOL_BIN_DIR": str(folder / "bin")}
    uv("tool", "install", "--quiet", "--python", sys.executable, wheel, **places)
    return folder / "bin" / "kohya-driver"


def by_pipx(wheel: Path, folder: Path) -> Path:
    places = {"PIPX_HOME": str(folder / "pipx"), "PIPX_BIN_DIR": str(folder / "bin")}
    uv("tool", "run", "pipx", "install", "--python", sys.executable, wheel, **places)
    return folder / "bin" / "kohya-driver"


@pytest.mark.parametrize("install", [by_pip, by_uv_tool, by_pipx])
def test_it_works_alone(wheel: Path, tmp_path: Path, install: Callable[[Path, Path], Path]) -> None:
    command, empty = str(install(wheel, tmp_path)), tmp_path / "空 empty"
    empty.mkdir()
    environment = {"KOHYA_DRIVER_HOME": str(tmp_path / "home"), "LC_ALL": "C.UTF-8"}

    def say(*words: str) -> str:
        return told([command, *words], empty, environment)

    assert say("--version") == f"kohya-driver {kohya_driver.__version__}\n"
    assert "kohya-driver" in say("--help") and "quickstart" in say()
    assert "sdxl-style" in say("presets", "list")
    assert "learning_rate" in say("options", "learning")
    assert "anything-v5" in say("models", "catalogue")
    assert "complete -o default" in say("completion", "bash")
    assert "v0." in say("engine", "status") and say("doctor", "--quick")
    assert "max_train_epochs" in say("plan", str(write_project(tmp_path / "project")))


@pytest.mark.engine
def test_it_trains_alone(wheel: Path, tmp_path: Path, embedded_engine: Engine) -> None:
    """In an empty folder, with the environment of the engine that is installed here."""
    command, empty = by_pip(wheel, tmp_path), tmp_path / "empty"
    empty.mkdir()
    home = empty_home(tmp_path / "home")
    environment = {"KOHYA_DRIVER_HOME": str(home), "LC_ALL": "C.UTF-8"}
    said = told([str(command), "quickstart", "--engine", "embedded", "--plain"], empty, environment)
    run = empty / "quickstart" / "runs" / "quickstart-001"
    assert str(run) in said
    assert check_lora(run / "models" / "quickstart.safetensors") == ()
    report = (run / "report.html").read_text(encoding="utf-8")
    assert "uPlot" in report and "quickstart-001" in report
