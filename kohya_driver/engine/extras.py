"""Packages that the locks leave out, because only NVIDIA cards have use for them; whoever trains on one may add them."""

from __future__ import annotations

from kohya_driver.engine.model import Engine

EXTRAS = frozenset({"bitsandbytes", "xformers"})
"""Their names as modules and on PyPI."""


def extras_in(engine: Engine) -> frozenset[str]:
    """Those that an engine's environment has. Looks at files only."""
    return frozenset(
        name for name in EXTRAS if any(engine.root.glob(f"env/lib/python*/site-packages/{name}/__init__.py"))
    )
