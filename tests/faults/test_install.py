"""Installing the engine while things go wrong: whatever happens, there is a whole engine or none."""

from __future__ import annotations

import functools
import http.server
import json
import os
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from kohya_driver.engine import install, store
from kohya_driver.engine.install import InstallEvent, find_engine, install_engine, verify_engine
from kohya_driver.errors import DriverError, EngineError
from kohya_driver.process import MARK, marked
from tests.faults.fake_engine import FakeEngine, commit, git, killed_at_random, make_fake_engine

KILLS = 12


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeEngine:
    made = make_fake_engine(tmp_path)
    for name, value in made.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("KOHYA_DRIVER_ENGINE_SOURCE", raising=False)
    return made


def put(fake: FakeEngine, source: str | Path = "", *, force: bool = False) -> list[InstallEvent]:
    events: list[InstallEvent] = []
    install_engine(source or fake.source, force=force, on_event=events.append, recipe=fake.recipe())
    return events


def refused(fake: FakeEngine, source: str | Path = "") -> DriverError:
    """The error of an installation that must fail, after which nothing of it is left but its log."""
    with pytest.raises(DriverError) as caught:
        put(fake, source)
    assert find_engine(fake.recipe()) is None
    assert leftovers() == []
    assert str(caught.value)  # every sentence can be said
    return caught.value


def leftovers() -> list[str]:
    folder = store.engines_folder()
    return [path.name for path in folder.glob(".*") if path.name != ".lock"] if folder.is_dir() else []


def assert_sound(fake: FakeEngine) -> None:
    engine = find_engine(fake.recipe())
    assert engine is not None
    assert verify_engine(engine, fake.recipe()) == ()


def test_installs_lean_and_complete(fake: FakeEngine) -> None:
    events = put(fake)
    engine = find_engine(fake.recipe())
    assert engine is not None
    steps = list(dict.fromkeys(event.step for event in events))
    assert steps == ["preflight", "checkout", "environment", "tokenizers", "health", "done"]
    assert all(event.message for event in events)
    assert not (engine.checkout / "windows").exists()
    assert git(engine.checkout, "rev-list", "--count", "HEAD") == "1"
    vocabulary = json.loads((engine.tokenizers / "openai_clip-vit-large-patch14" / "vocab.json").read_text())
    assert (vocabulary["ab"], vocabulary["abc</w>"], len(vocabulary)) == (512, 513, 516)
    assert leftovers() == []
    assert not list((fake.home / "logs").iterdir())
    assert_sound(fake)


def test_a_second_time_it_does_nothing(fake: FakeEngine) -> None:
    put(fake)
    events = put(fake, "/nowhere/at/all")
    assert [event.code for event in events] == ["engine.already_installed"]


def test_two_at_once_install_once(fake: FakeEngine) -> None:
    both = [fake.start(), fake.start()]
    outputs = [process.communicate(timeout=120)[0] for process in both]
    assert [process.returncode for process in both] == [0, 0], outputs
    together = "".join(outputs)
    assert together.count('"engine.installed"') == 1
    assert together.count('"engine.already_installed"') == 1
    assert_sound(fake)


def test_a_kill_at_any_point_breaks_nothing(fake: FakeEngine) -> None:
    for _ in killed_at_random(fake, KILLS):
        if find_engine(fake.recipe()):
            assert_sound(fake)
    put(fake, force=True)
    assert leftovers() == []
    assert [path.name for path in store.engines_folder().glob("[!.]*")] == [fake.recipe().folder_name]
    assert_sound(fake)


def test_what_a_dead_installation_left_running_is_ended(fake: FakeEngine) -> None:
    """uv and git run in sessions of their own: they outlive a killed installation, and would write on."""
    dead = store.engines_folder() / ".partial-dead"
    dead.mkdir(parents=True)
    survivor = subprocess.Popen(["sleep", "600"], env={**os.environ, MARK: dead.name})
    try:
        put(fake)
        survivor.wait(timeout=10)  # raises if it still runs
    finally:
        survivor.kill()
        survivor.wait()
    assert marked(dead.name) == []
    assert leftovers() == []


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of one megabyte."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    if mounted.returncode != 0:
        pytest.skip(f"a small disk can only be mounted by root: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.parametrize("megabytes", [1, 4, 7])
def test_a_full_disk_leaves_nothing_half(
    tmp_path: Path, small_disk: Path, monkeypatch: pytest.MonkeyPatch, megabytes: int
) -> None:
    """2 MB of checkout (twice: objects and files), then 4 MB of package: it fills up at another step each time."""
    fake = make_fake_engine(tmp_path / "fake", payload_bytes=2_000_000)
    for name, value in {**fake.environment(), "KOHYA_DRIVER_HOME": str(small_disk)}.items():
        monkeypatch.setenv(name, value)
    _resize(small_disk, megabytes)
    failure = refused(fake)
    assert failure.code in ("engine.no_space", "files.disk_full"), failure
    _resize(small_disk, 100)
    put(fake)
    assert_sound(fake)


def _resize(disk: Path, megabytes: int) -> None:
    subprocess.run(["mount", "-o", f"remount,size={megabytes}m", str(disk)], check=True)


def test_a_wrong_hash_is_refused(fake: FakeEngine) -> None:
    fake.lock(f"toylib==1.0 --hash=sha256:{'0' * 64}\n")
    failure = refused(fake)
    assert failure.code == "engine.hash_mismatch"
    assert failure.findings[-1].code == "engine.log_kept"
    assert "toylib" in Path(failure.findings[-1].where).read_text(encoding="utf-8")


def test_a_package_that_is_not_to_be_had(fake: FakeEngine) -> None:
    fake.lock(f"nobody-has-this==1.0 --hash=sha256:{'0' * 64}\n")
    assert refused(fake).code == "engine.no_package"


def test_an_index_that_cannot_be_reached(fake: FakeEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("UV_NO_INDEX")
    monkeypatch.delenv("UV_FIND_LINKS")
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:1/simple")
    assert refused(fake).code == "engine.index_unreachable"


def test_an_engine_that_does_not_start_is_not_installed(fake: FakeEngine) -> None:
    script = fake.source / "train_network.py"
    script.write_text("import not_there\n", encoding="utf-8")
    commit(fake.source, "broken")
    _pin(fake, git(fake.source, "rev-parse", "HEAD"))
    failure = refused(fake)
    assert failure.code == "engine.import_failed"
    assert "not_there" in str(failure)


def _pin(fake: FakeEngine, wanted: str) -> None:
    pin = fake.root / "pin.toml"
    old = fake.recipe().pin.commit
    pin.write_text(pin.read_text(encoding="utf-8").replace(old, wanted), encoding="utf-8")


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("/nowhere/at/all", "engine.source_missing"),
        ("file:///nowhere/at/all", "engine.source_missing"),
        ("http://127.0.0.1:1/sd-scripts.git", "engine.source_unreachable"),
    ],
)
def test_a_source_that_cannot_be_reached(fake: FakeEngine, source: str, code: str) -> None:
    failure = refused(fake, source)
    assert isinstance(failure, EngineError)
    assert failure.code == code
    assert source in failure.findings[0].message
    assert "--source" in failure.findings[0].hint
    offered = "engine.embedded_offered" in [finding.code for finding in failure.findings]
    assert offered is (code == "engine.source_unreachable")


def test_a_silent_server_is_not_waited_for(fake: FakeEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Git itself would wait for five minutes."""
    monkeypatch.setattr("kohya_driver.engine.reach.PATIENT_SECONDS", 1.0)
    started = time.monotonic()
    with socket.create_server(("127.0.0.1", 0)) as server:
        failure = refused(fake, f"https://127.0.0.1:{server.getsockname()[1]}/sd-scripts.git")
    assert failure.code == "engine.source_unreachable"
    assert time.monotonic() - started < 20


def test_without_a_source_the_pins_url_is_tried(fake: FakeEngine) -> None:
    with pytest.raises(EngineError) as caught:
        install_engine(recipe=fake.recipe())
    assert caught.value.findings[0].values["source"] == "http://127.0.0.1:1/nobody.git"


def test_the_environment_can_name_the_source(fake: FakeEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KOHYA_DRIVER_ENGINE_SOURCE", str(fake.source))
    install_engine(recipe=fake.recipe())
    assert_sound(fake)


def test_a_folder_that_is_no_repository(fake: FakeEngine, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert refused(fake, tmp_path / "empty").code == "engine.source_unreachable"


def test_a_source_without_the_commit(fake: FakeEngine) -> None:
    git(fake.source, "tag", "-d", "v1")
    _pin(fake, "1" * 40)
    failure = refused(fake)
    assert failure.code == "engine.source_lacks_commit"
    assert "1" * 40 in str(failure)


def test_a_source_whose_tag_is_another_commit(fake: FakeEngine) -> None:
    real = fake.recipe().pin.commit
    _pin(fake, "1" * 40)
    failure = refused(fake)
    assert failure.code == "engine.source_differs"
    assert "1" * 40 in str(failure)
    assert real in str(failure)


def test_a_bundle(fake: FakeEngine) -> None:
    bundle = fake.root / "引擎 v1.bundle"
    git(fake.source, "bundle", "create", "--quiet", str(bundle), "v1")
    put(fake, bundle)
    assert_sound(fake)


def test_a_bundle_without_the_commit(fake: FakeEngine) -> None:
    bundle = fake.root / "other.bundle"
    git(fake.source, "bundle", "create", "--quiet", str(bundle), "v1")
    _pin(fake, "1" * 40)
    assert refused(fake, bundle).code == "engine.source_lacks_commit"


def test_a_file_that_is_no_bundle(fake: FakeEngine) -> None:
    assert refused(fake, fake.root / "pin.toml").code == "engine.source_failed"


def test_a_web_server_that_only_hands_out_files(fake: FakeEngine) -> None:
    """It grants neither filters nor single commits nor depth, so that the last way is taken."""
    git(fake.source, "update-server-info")
    handler = functools.partial(_Quiet, directory=str(fake.source))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            put(fake, f"http://127.0.0.1:{server.server_address[1]}/.git")
        finally:
            server.shutdown()
            thread.join()
    assert_sound(fake)


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def test_a_changed_engine_is_named_and_not_thrown_away(fake: FakeEngine) -> None:
    put(fake)
    engine = find_engine(fake.recipe())
    assert engine is not None
    script = engine.checkout / "train_network.py"
    script.write_text(script.read_text() + "# mine\n")
    (engine.checkout / "extra.py").touch()
    with pytest.raises(EngineError) as caught:
        put(fake)
    assert caught.value.code == "engine.checkout_changed"
    assert "train_network.py" in str(caught.value)
    assert "extra.py" in str(caught.value)
    assert "# mine" in script.read_text()
    put(fake, force=True)
    assert_sound(fake)


def test_verify_names_all_that_differs(fake: FakeEngine) -> None:
    put(fake)
    engine = find_engine(fake.recipe())
    assert engine is not None
    git(
        engine.checkout,
        "-c",
        "user.name=T",
        "-c",
        "user.email=t@example.invalid",
        "commit",
        "--allow-empty",
        "-qm",
        "2",
    )
    next(engine.root.glob("env/lib/*/site-packages/toylib/__init__.py")).unlink()
    next(engine.root.glob("env/lib/*/site-packages/toylib-1.0.dist-info/METADATA")).unlink()
    (engine.tokenizers / "openai_clip-vit-large-patch14" / "merges.txt").write_text("")
    codes = [finding.code for finding in verify_engine(engine, fake.recipe())]
    assert "engine.wrong_commit" in codes
    assert "engine.tokenizer_changed" in codes
    assert "engine.import_failed" in codes


def test_the_callers_own_environments_stay_out(fake: FakeEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    """As inside a git hook, with another environment active."""
    for name, value in {
        "PYTHONPATH": "/nowhere",
        "VIRTUAL_ENV": "/nowhere",
        "GIT_DIR": "/nowhere/.git",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("GIT_INDEX_FILE", "/nowhere/index")
    monkeypatch.setenv("GIT_WORK_TREE", "/nowhere")
    put(fake)
    assert_sound(fake)


def test_remove_frees_all_and_refuses_while_in_use(fake: FakeEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    put(fake)
    monkeypatch.setattr(install, "load_recipe", lambda engine: fake.recipe())
    engine = find_engine(fake.recipe())
    assert engine is not None
    user = subprocess.Popen([engine.python, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        with pytest.raises(EngineError) as caught:
            install.remove_engine()
        assert caught.value.code == "engine.in_use"
        assert str(user.pid) in str(caught.value)
    finally:
        user.communicate(b"\n", timeout=30)
    assert install.remove_engine() > 1000
    assert find_engine(fake.recipe()) is None
    assert leftovers() == []


def test_update_removes_engines_of_other_pins(fake: FakeEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    put(fake)
    old = find_engine(fake.recipe())
    assert old is not None
    commit(fake.source, "two")
    git(fake.source, "tag", "--force", "v1")
    _pin(fake, git(fake.source, "rev-parse", "HEAD"))
    monkeypatch.setattr(install, "load_recipe", lambda engine: fake.recipe())
    events: list[InstallEvent] = []
    new = install.update_engine(fake.source, on_event=events.append)
    assert new.root != old.root
    assert [engine.root for engine in install.installed_engines()] == [new.root]
    assert events[-1].code == "engine.removed_other"
    assert_sound(fake)
