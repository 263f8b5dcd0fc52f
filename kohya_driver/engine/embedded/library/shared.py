"""The few modules of kohya_driver that the trainer shares: buckets, captions, which files are pictures.

They need only the standard library, and are found by path: the engine's interpreter does not have this package.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

if "kohya_driver" not in sys.modules:
    _package = Path(__file__).resolve().parents[3]
    _spec = importlib.util.spec_from_file_location(
        "kohya_driver", _package / "__init__.py", submodule_search_locations=[str(_package)]
    )
    sys.modules["kohya_driver"] = importlib.util.module_from_spec(_spec)
    _spec.loader.exec_module(sys.modules["kohya_driver"])

from kohya_driver.dataset.buckets import BucketSettings, assign, bucket_limits, reg_repeats
from kohya_driver.dataset.captions import read_caption
from kohya_driver.dataset.model import CaptionState
from kohya_driver.dataset.scan import TAKEN
from kohya_driver.engine.embedded import scope

__all__ = [
    "TAKEN",
    "BucketSettings",
    "CaptionState",
    "assign",
    "bucket_limits",
    "read_caption",
    "reg_repeats",
    "scope",
]
