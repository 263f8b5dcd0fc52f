"""The files that run inside the engine's interpreter, loaded as entry.py does it: each stands alone."""

from __future__ import annotations

import importlib.util
from typing import Any

from kohya_driver.engine import entry_script


def load_alone(name: str) -> Any:
    path = entry_script().with_name(f"{name}.py")
    spec = importlib.util.spec_from_file_location(f"{name}_alone", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
