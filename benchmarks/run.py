"""Runs every benchmark, prints one table and writes it into docs/performance.md: `make bench`; `make bench ARGS=startup` for one."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.measure import RESULTS, Row, table

FIGURES = (
    "startup",
    "first_frame",
    "installing",
    "plan_pictures",
    "audit",
    "hashing",
    "tagging",
    "overhead",
    "supervisor_cost",
    "tall_figures",
    "crop_photos",
    "advice",
    "embedded",
    "trial",
    "first_lora",
    "every_preset",
    "levers",
    "levers_tried",
    "profile_start",
    "long_run",
    "scale",
)
BY_HAND = ("tagging", "installing", "every_preset", "levers_tried")
"""These ask for more than the project's own environment, for much disk or for half an hour; run by name."""
PAGE = ROOT / "docs" / "performance.md"
BEGIN, END = "<!-- figures -->\n", "<!-- end of figures -->\n"


def main(names: list[str]) -> None:
    failed = [name for name in names or [name for name in FIGURES if name not in BY_HAND] if not ran(name)]
    print(f"\nAll that was measured, each with its day and machine, in {PAGE}:\n\n{write_page()}")
    for name, row in missed():
        print(f"missed: {row.figure} ({name}): {row.bound}")
    if failed:
        raise SystemExit(f"These failed: {', '.join(failed)}.")


def ran(name: str) -> bool:
    """In a process of its own: what one script leaves in memory, another would measure as its child's."""
    print(f"\n{name}: {title(name)}\n", flush=True)
    done = subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], cwd=ROOT, check=False)
    return done.returncode == 0


def write_page() -> str:
    """Returns the figures that stand in the page now."""
    text = PAGE.read_text(encoding="utf-8")
    figures = "\n".join(sections())
    before, after = text[: text.index(BEGIN)], text[text.index(END) :]
    PAGE.write_text(f"{before}{BEGIN}\n{figures}\n{after}", encoding="utf-8")
    return figures


def title(name: str) -> str:
    return (import_module(f"benchmarks.{name}").__doc__ or "").splitlines()[0]


def sections() -> Iterator[str]:
    """Each figure that was run, with its day and machine."""
    for name in FIGURES:
        found = kept(name)
        if found:
            yield f"### `benchmarks/{name}.py`, {found['date']}\n\n{title(name)}\n\n{found['machine']}\n"
            yield table(rows_of(found)) + "\n"


def rows_of(found: dict[str, Any]) -> list[Row]:
    return [Row(**row) for row in found["rows"]]


def missed() -> Iterator[tuple[str, Row]]:
    """The figures that do not keep to their bounds."""
    for name in FIGURES:
        yield from ((name, row) for row in rows_of(kept(name) or {"rows": []}) if row.is_missed)


def kept(name: str) -> dict[str, Any]:
    path = RESULTS / f"{name}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


if __name__ == "__main__":
    main(sys.argv[1:])
