"""Installing the embedded engine while things go wrong: it needs packages only, and neither git nor a network for sources."""

from __future__ import annotations

from pathlib import Path

import pytest

from kohya_driver.engine import install, store
from kohya_driver.engine.install import (
    InstallEvent,
    engine_status,
    find_engine,
    install_engine,
    remove_engine,
    update_engine,
    verify_engine,
)
from kohya_driver.engine.model import EMBEDDED, EngineName
from kohya_driver.engine.pin import Recipe
from kohya_driver.errors import DriverError
from tests.faults.fake_engine import FakeEngine, killed_at_random, make_fake_engine
from tests.faults.test_install import _resize, leftovers, small_disk  # noqa: F401 - a fixture

KILLS = 6


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeEngine:
    made = make_fake_engine(tmp_path)
    for name, value in made.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("KOHYA_DRIVER_ENGINE_SOURCE", raising=False)
    return made


@pytest.fixture
def recipes(fake: FakeEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    """What `install`, `update` and `remove` take for this version's."""

    def load(engine: EngineName) -> Recipe:
        return fake.embedded_recipe() if engine == EMBEDDED else fake.recipe()

    monkeypatch.setattr(install, "load_recipe", load)


def put(fake: FakeEngine, *, force: bool = False) -> list[InstallEvent]:
    events: list[InstallEvent] = []
    install_engine(force=force, on_event=events.append, recipe=fake.embedded_recipe())
    return events


def refused(fake: FakeEngine) -> DriverError:
    with pytest.raises(DriverError) as caught:
        put(fake)
    assert find_engine(fake.embedded_recipe()) is None
    assert leftovers() == []
    return caught.value


def assert_sound(fake: FakeEngine) -> None:
    engine = find_engine(fake.embedded_recipe())
    assert engine is not None
    assert verify_engine(engine, fake.embedded_recipe()) == ()


def test_it_needs_no_git_and_no_source(fake: FakeEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(*arguments: object, **values: object) -> None:
        raise AssertionError("something was fetched")

    for name in ("clone_engine", "check_checkout"):
        monkeypatch.setattr(f"kohya_driver.engine.checkout.{name}", nothing)
    monkeypatch.setattr("kohya_driver.engine.install.check_git", nothing)
    monkeypatch.setattr("kohya_driver.engine.reach.ask", nothing)
    events = put(fake)
    steps = list(dict.fromkeys(event.step for event in events))
    assert steps == ["preflight", "environment", "tokenizers", "health", "done"]
    engine = find_engine(fake.embedded_recipe())
    assert engine is not None
    assert engine.root.name == f"embedded-{engine.lock[:12]}"
    assert not (engine.root / "sd-scripts").exists()
    assert_sound(fake)
    assert [event.code for event in put(fake)] == ["engine.already_installed"]
    status = engine_status(fake.embedded_recipe())
    assert (status.installed, status.is_guest, status.sources) == (True, False, ())
    assert find_engine(fake.recipe()) is None


def test_in_sd_scripts_environment_there_is_nothing_to_install(fake: FakeEngine) -> None:
    install_engine(fake.source, recipe=fake.recipe())
    assert [event.code for event in put(fake)] == ["engine.already_installed"]
    engine, host = find_engine(fake.embedded_recipe()), find_engine(fake.recipe())
    assert engine is not None and host is not None
    assert engine.root == host.root
    assert engine_status(fake.embedded_recipe()).is_guest
    assert_sound(fake)


@pytest.mark.usefixtures("recipes")
def test_sd_scripts_takes_its_place(fake: FakeEngine) -> None:
    put(fake)
    old = find_engine(fake.embedded_recipe())
    assert old is not None
    update_engine(fake.source)
    new = find_engine(fake.embedded_recipe())
    assert new is not None
    assert not old.root.exists()
    assert_sound(fake)


@pytest.mark.usefixtures("recipes")
def test_bringing_it_up_to_date_leaves_sd_scripts_alone(fake: FakeEngine) -> None:
    install_engine(fake.source, recipe=fake.recipe())
    fake.lock((fake.root / "locks" / f"requirements-{fake.recipe().platform}.txt").read_text() + "# new\n")
    put(fake)
    update_engine(engine=EMBEDDED)
    assert {engine.name for engine in store.installed_engines()} == {"sd-scripts", "embedded"}


@pytest.mark.usefixtures("recipes")
def test_removing_it_leaves_the_environment_that_it_only_borrows(fake: FakeEngine) -> None:
    install_engine(fake.source, recipe=fake.recipe())
    assert remove_engine(engine=EMBEDDED) == 0
    assert find_engine(fake.recipe()) is not None
    remove_engine()
    put(fake)
    assert remove_engine(engine=EMBEDDED) > 1000
    assert store.installed_engines() == ()


def test_a_kill_at_any_point_breaks_nothing(fake: FakeEngine) -> None:
    for _ in killed_at_random(fake, KILLS, "--embedded"):
        if find_engine(fake.embedded_recipe()):
            assert_sound(fake)
    put(fake, force=True)
    assert leftovers() == []
    assert_sound(fake)


def test_a_full_disk_leaves_nothing_half(
    tmp_path: Path,
    small_disk: Path,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fake = make_fake_engine(tmp_path / "fake", payload_bytes=2_000_000)
    for name, value in {**fake.environment(), "KOHYA_DRIVER_HOME": str(small_disk)}.items():
        monkeypatch.setenv(name, value)
    assert refused(fake).code in ("engine.no_space", "files.disk_full")
    _resize(small_disk, 100)
    put(fake)
    assert_sound(fake)


def test_a_wrong_hash_is_refused(fake: FakeEngine) -> None:
    fake.lock(f"toylib==1.0 --hash=sha256:{'0' * 64}\n")
    assert refused(fake).code == "engine.hash_mismatch"


def test_an_index_that_cannot_be_reached(fake: FakeEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("UV_NO_INDEX")
    monkeypatch.delenv("UV_FIND_LINKS")
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:1/simple")
    assert refused(fake).code == "engine.index_unreachable"
