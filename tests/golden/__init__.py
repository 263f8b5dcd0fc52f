"""What is compared with a file that a person has looked at. `UPDATE_GOLDEN=1 pytest` writes them anew."""

from __future__ import annotations

import os
from pathlib import Path

FOLDER = Path(__file__).parent
LOGS = tuple(sorted((FOLDER / "logs").glob("*.log")))


def check(name: str, text: str) -> None:
    """Fail where `text` differs from the golden file of this name."""
    path = FOLDER / name
    if os.environ.get("UPDATE_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text
