"""The real engine, as installed here."""

from __future__ import annotations

import pytest

from kohya_driver.engine.install import engine_status, install_engine, verify_engine
from kohya_driver.engine.model import Engine
from kohya_driver.engine.pin import load_pin
from kohya_driver.engine.store import read_state

pytestmark = pytest.mark.engine


def test_it_is_sound(installed_engine: Engine) -> None:
    assert [finding.to_json() for finding in verify_engine(installed_engine)] == []


def test_it_is_lean(installed_engine: Engine) -> None:
    assert not (installed_engine.checkout / "bitsandbytes_windows").exists()
    assert not (installed_engine.checkout / "configs" / "qwen3_06b" / "tokenizer.json").exists()
    assert (installed_engine.checkout / "train_network.py").is_file()


def test_its_status_tells_what_is_installed(installed_engine: Engine) -> None:
    pin, status = load_pin(), engine_status()
    assert status.installed
    assert (status.commit, status.path) == (pin.commit, str(installed_engine.root))
    assert status.versions["torch"].partition("+")[0] == pin.torch
    assert status.disk_bytes < pin.disk_bytes[read_state(installed_engine.root)["platform"]]


def test_installing_again_asks_no_network(installed_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UV_OFFLINE", "1")
    assert install_engine("/nowhere/at/all") == installed_engine
