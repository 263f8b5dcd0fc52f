"""`kohya-driver quickstart`: which engine it takes, and what its first and last lines say. Nothing is trained here."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from kohya_driver import api, quickstart
from kohya_driver.cli.main import main
from kohya_driver.engine.kinds import EMBEDDED, SD_SCRIPTS, kind_of
from kohya_driver.engine.model import Engine
from kohya_driver.errors import EngineError
from kohya_driver.preset.model import Preset
from tests.project import write_base, write_picture

Captured = pytest.CaptureFixture[str]
AWAY = "https://127.0.0.1:1/sd-scripts.git"
Install = Callable[..., Engine]


def installed(source: object, *, engine: str, **others: object) -> Engine:
    """It is there at once."""
    return kind_of(engine).expected()  # type: ignore[arg-type]


@pytest.fixture
def trained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Preset]:
    """The presets that were trained, with nothing installed and no way to sd-scripts."""
    found: list[Preset] = []

    def train(preset: Preset, **others: object) -> int:
        found.append(preset)
        return 0

    def photos(name: str, members: list[str]) -> dict[str, Path]:
        return {
            member: write_picture(tmp_path / "photos" / Path(member).name, caption=None) for member in members
        }

    monkeypatch.setenv("KOHYA_DRIVER_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("KOHYA_DRIVER_ENGINE_SOURCE", raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("kohya_driver.engine.reach.sources_in_order", lambda source, recipe: (AWAY,))
    monkeypatch.setattr(api, "install_engine", installed)
    monkeypatch.setattr(quickstart, "random_base", lambda *_, **__: write_base(tmp_path / "b.safetensors"))
    monkeypatch.setattr(quickstart, "fetch_wheel_files", photos)
    monkeypatch.setattr("kohya_driver.cli.live.train_live", train)
    return found


def lines(capsys: Captured) -> list[str]:
    return capsys.readouterr().out.splitlines()


@pytest.mark.parametrize(
    ("language", "words"), [("en", ("embedded engine", "sd-scripts")), ("zh", ("内置引擎", "sd-scripts"))]
)
def test_where_sd_scripts_cannot_be_had_the_embedded_engine_stands_in(
    trained: list[Preset],
    capsys: Captured,
    monkeypatch: pytest.MonkeyPatch,
    language: str,
    words: tuple[str, ...],
) -> None:
    assert main(["quickstart", "--plain", "--lang", language]) == 0
    said = lines(capsys)
    assert all(word in said[0] and word in said[-1] for word in words), said
    assert "127.0.0.1:1" in "".join(said[1:3])
    assert "--source" in said[-2]
    assert trained[0].launch.engine == EMBEDDED


@pytest.mark.parametrize("asked", [EMBEDDED, SD_SCRIPTS])
def test_the_engine_that_is_asked_for_is_taken_without_a_word_of_another(
    trained: list[Preset], capsys: Captured, asked: str
) -> None:
    assert main(["quickstart", "--engine", asked, "--plain", "--lang", "en"]) == 0
    said = "\n".join(lines(capsys))
    assert trained[0].launch.engine == asked
    assert "cannot be had" not in said
    assert "could not be had" not in said
    assert ("embedded" in said) is (asked == EMBEDDED)


def test_what_is_installed_is_taken(
    trained: list[Preset], capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kohya_driver.engine.kinds.find_engine", lambda recipe: recipe.engine_in(Path("/e")))
    assert main(["quickstart", "--plain", "--lang", "en"]) == 0
    assert trained[0].launch.engine == SD_SCRIPTS
    assert "embedded" not in "\n".join(lines(capsys))


def failing(code: str) -> Install:
    def install(source: object, *, engine: str, **others: object) -> Engine:
        if engine == SD_SCRIPTS:
            raise EngineError(code, AWAY, source=AWAY, reason="gone", last_lines="", status=1)
        return installed(source, engine=engine)

    return install


def test_a_network_that_goes_away_during_the_installation(
    trained: list[Preset], capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kohya_driver.engine.reach.ask", lambda *_, **__: None)
    monkeypatch.setattr(api, "install_engine", failing("engine.source_unreachable"))
    assert main(["quickstart", "--plain", "--lang", "en"]) == 0
    assert trained[0].launch.engine == EMBEDDED
    assert "embedded engine" in lines(capsys)[-1]


@pytest.mark.parametrize(
    "code", ["engine.hash_mismatch", "engine.no_space", "engine.index_unreachable", "engine.source_differs"]
)
def test_any_other_trouble_is_no_reason_to_switch(
    trained: list[Preset], capsys: Captured, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    monkeypatch.setattr("kohya_driver.engine.reach.ask", lambda *_, **__: None)

    def install(source: object, **others: object) -> Engine:
        raise EngineError(code, AWAY, source=AWAY, last_lines="x", found="a", wanted="b", tag="v")

    monkeypatch.setattr(api, "install_engine", install)
    assert main(["quickstart", "--plain", "--lang", "en"]) == EngineError.exit_code
    assert code in capsys.readouterr().err
    assert not trained


def test_a_source_that_was_named_and_is_not_there_is_told(
    trained: list[Preset], capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api, "install_engine", failing("engine.source_unreachable"))
    assert main(["quickstart", "--source", AWAY, "--plain", "--lang", "en"]) == EngineError.exit_code
    assert not trained


def test_with_json_the_reason_stands_beside_it(trained: list[Preset], capsys: Captured) -> None:
    assert main(["quickstart", "--json", "--lang", "en"]) == 0
    out, err = capsys.readouterr()
    assert out == ""
    assert "127.0.0.1:1" in err
    assert trained[0].launch.engine == EMBEDDED
