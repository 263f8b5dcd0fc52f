"""What every unit test starts from."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kohya_driver import texts


@pytest.fixture(autouse=True)
def _own_language() -> Iterator[None]:
    """A test may speak any language; the next one starts with the environment's again."""
    yield
    texts.use_language(None)
