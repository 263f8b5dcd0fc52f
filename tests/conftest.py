"""An engine for every test that trains: the embedded one, which `make test` installs before it starts (tests/ready.py)."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

from kohya_driver.engine.kinds import EMBEDDED, kind_of
from kohya_driver.engine.model import Engine

NOT_HERE = (
    "the embedded engine is not installed here, and trains nothing: `kohya-driver engine install --engine embedded` "
    "(`make test` does it; it needs the package index)"
)


# Some machines set it; a plan takes it away, and says so.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

settings.register_profile("same", derandomize=True, deadline=None)
if not os.environ.get("KOHYA_DRIVER_NEW_CASES"):
    # Properties are tried with the same cases each time, so that no change is held up by what it did not touch; `make long` looks for
    # new ones.
    settings.load_profile("same")


@pytest.fixture(scope="session")
def embedded_engine() -> Engine:
    found = kind_of(EMBEDDED).find()
    if found is None:
        pytest.skip(NOT_HERE)
    return found


@pytest.fixture(scope="session")
def embedded_base(embedded_engine: Engine) -> Path:
    """Its tiny base, made once and kept in the user's data folder."""
    return kind_of(EMBEDDED).random_base(embedded_engine, "sd15", lambda share: None)
