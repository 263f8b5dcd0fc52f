"""What network modules and optimizers can be told, read from their source, is what the installed engine has."""

from __future__ import annotations

from pathlib import Path

import pytest

from kohya_driver.engine.extract_networks import write_networks
from kohya_driver.engine.model import Engine
from kohya_driver.engine.networks import load_networks, read_networks
from kohya_driver.planning.checks.optimizer import OWN_NAMES
from tests.contract.conftest import run_inside

pytestmark = pytest.mark.engine


def test_the_vendored_file_is_what_is_extracted_now(installed_engine: Engine, tmp_path: Path) -> None:
    found = next(installed_engine.python.parent.parent.glob("lib/python3*/site-packages"))
    write_networks(installed_engine.checkout, found, installed_engine.commit, tmp_path / "networks.json")
    assert read_networks(tmp_path / "networks.json") == load_networks()


def test_no_live_keyword_of_an_optimizer_is_missing(installed_engine: Engine) -> None:
    names = [f"{package}.{kind}" for _, package, kind in OWN_NAMES.values()]
    live = run_inside(installed_engine, "optimizer_keywords.py", *names, "pytorch_optimizer.CAME")
    for name, keywords in live.items():
        package, _, kind = name.rpartition(".")
        known = load_networks().optimizers[package][kind]
        assert known is None if keywords is None else set(keywords) <= set(known or ())
