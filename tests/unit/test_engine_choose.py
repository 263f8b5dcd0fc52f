"""Which engine a quickstart takes, whether a source can be reached, and what an installation offers that cannot reach it."""

from __future__ import annotations

import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from kohya_driver.engine.choose import choose_after, choose_engine
from kohya_driver.engine.kinds import EMBEDDED, SD_SCRIPTS
from kohya_driver.engine.model import EngineName
from kohya_driver.engine.pin import load_recipe
from kohya_driver.engine.reach import UNREACHABLE, check_reach, is_unreachable, offering
from kohya_driver.errors import EngineError, Finding, HostError, Severity, error

AWAY = (error("engine.source_unreachable", "x", source="https://x", reason="no route"),)


@pytest.fixture(autouse=True)
def _no_source(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KOHYA_DRIVER_ENGINE_SOURCE", raising=False)


@pytest.mark.parametrize(
    ("asked", "source", "there", "found", "name", "told"),
    [
        (None, None, True, AWAY, SD_SCRIPTS, False),
        (None, None, False, (), SD_SCRIPTS, False),
        (None, None, False, AWAY, EMBEDDED, True),
        (None, "/a/copy", False, AWAY, SD_SCRIPTS, False),
        (SD_SCRIPTS, None, False, AWAY, SD_SCRIPTS, False),
        (EMBEDDED, None, True, (), EMBEDDED, False),
        (EMBEDDED, None, False, AWAY, EMBEDDED, False),
    ],
)
def test_the_choice(
    asked: EngineName | None,
    source: str | None,
    there: bool,
    found: tuple[Finding, ...],
    name: str,
    told: bool,
) -> None:
    choice = choose_engine(asked, source, is_there=lambda kind: there, check=lambda: found)
    assert choice.kind.name == name
    assert choice.reason == (AWAY[0] if told else None)


def test_nobody_looks_at_the_network_where_it_is_installed_or_asked_for() -> None:
    def check() -> tuple[Finding, ...]:
        raise AssertionError("the network was asked")

    for asked in (None, SD_SCRIPTS, EMBEDDED):
        choose_engine(asked, is_there=lambda kind: True, check=check)


def test_a_source_in_the_environment_is_a_source(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KOHYA_DRIVER_ENGINE_SOURCE", "/a/copy")
    assert choose_engine(is_there=lambda kind: False, check=lambda: AWAY).kind.name == SD_SCRIPTS
    assert choose_after(EngineError(findings=AWAY)) is None


OTHER_TROUBLES = (
    "engine.hash_mismatch", "engine.no_space", "engine.index_unreachable", "engine.no_package", "engine.source_lacks_commit",
    "engine.source_differs", "engine.import_failed", "engine.environment_failed", "engine.probe_silent", "engine.no_python",
    "engine.too_little_space", "engine.wrong_commit", "engine.checkout_changed",
)  # fmt: skip


@pytest.mark.parametrize("code", OTHER_TROUBLES)
def test_any_other_trouble_is_told_and_changes_nothing(code: str) -> None:
    failure = EngineError(code)
    assert choose_after(failure) is None
    assert offering(failure) is failure


def test_no_trouble_of_the_machine_does_either() -> None:
    assert choose_after(HostError("files.disk_full")) is None


@pytest.mark.parametrize("code", sorted(UNREACHABLE))
def test_what_cannot_be_fetched_leaves_the_embedded_engine(code: str) -> None:
    failure = EngineError(code, "https://x", source="https://x", reason="r")
    choice = choose_after(failure)
    assert choice is not None
    assert (choice.kind.name, choice.reason) == (EMBEDDED, failure.findings[0])
    assert choose_after(failure, SD_SCRIPTS) is None
    assert choose_after(failure, None, "/a/copy") is None
    offer = offering(failure).findings
    assert offer[0] == failure.findings[0]
    assert (offer[-1].code, offer[-1].severity) == ("engine.embedded_offered", Severity.INFO)
    assert "--engine embedded" in offer[-1].hint
    assert is_unreachable(offering(failure))


# --- reach


@pytest.fixture
def silent_server() -> Iterator[str]:
    """It takes every call and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        held: list[socket.socket] = []

        def accept() -> None:
            while True:
                try:
                    held.append(server.accept()[0])
                except OSError:
                    return

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield f"https://127.0.0.1:{server.getsockname()[1]}/sd-scripts.git"
        server.shutdown(socket.SHUT_RDWR)
        for one in held:
            one.close()
    thread.join(timeout=5)


def test_a_silent_server_is_not_waited_for(silent_server: str) -> None:
    started = time.monotonic()
    (found,) = check_reach(silent_server, timeout_seconds=1.0)
    assert time.monotonic() - started < 30
    assert found.code == "engine.source_unreachable"
    assert "1 s" in found.message


def test_a_refused_connection_is_told_at_once() -> None:
    started = time.monotonic()
    (found,) = check_reach("https://127.0.0.1:1/sd-scripts.git")
    assert time.monotonic() - started < 5
    assert found.code == "engine.source_unreachable"
    assert "127.0.0.1" in found.message


def git(folder: Path, *arguments: str) -> None:
    person = ("-c", "user.name=T", "-c", "user.email=t@example.invalid", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *person, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.mark.parametrize("tag", [None, load_recipe().pin.tag])
def test_a_source_that_answers_is_reached_whatever_it_holds(
    tmp_path: Path, tag: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a source lacks is the installation's to tell. Even from within another repository's hook."""
    git(tmp_path, "init", "--quiet", "源")
    git(tmp_path / "源", "commit", "--quiet", "--allow-empty", "-m", "one")
    if tag:
        git(tmp_path / "源", "tag", tag)
    monkeypatch.setenv("GIT_DIR", "/nowhere/.git")
    monkeypatch.setattr("kohya_driver.engine.reach.parse_source", _as_url)
    assert check_reach((tmp_path / "源").as_uri()) == ()


def _as_url(place: str) -> object:
    from kohya_driver.engine.checkout import Source

    return Source("url", place)


def test_a_folder_and_a_bundle_need_no_network(tmp_path: Path) -> None:
    assert check_reach(tmp_path) == ()
    (tmp_path / "a.bundle").touch()
    assert check_reach(tmp_path / "a.bundle") == ()
    assert [finding.code for finding in check_reach("/nowhere/at/all")] == ["engine.source_missing"]


def test_without_git_nothing_can_be_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert [finding.code for finding in check_reach()] == ["engine.git_missing"]
