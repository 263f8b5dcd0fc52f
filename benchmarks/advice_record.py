"""Keeps what a real run measured as a labelled recording: `python -m benchmarks.advice_record RUN NAME "how it was trained" SITUATION …`.

The situation is what it was trained to be, said before it is judged. Where two are right, both are named.
"""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path

from benchmarks.measure import machine
from kohya_driver.judging.read import read_course
from kohya_driver.run.folder import open_run
from tests.courses import GOLDEN, SITUATIONS

DIGITS = 5


def main(run: str, name: str, how: str, *situations: str) -> None:
    assert situations and set(situations) <= set(SITUATIONS), SITUATIONS
    course = read_course(open_run(run)).course.to_json()
    for curve in ("losses", "rates"):
        course[curve] = [value if value is None else float(f"{value:.{DIGITS}g}") for value in course[curve]]
    body = {
        "how": how, "recorded": str(date.today()), "machine": machine(), "situations": situations, "course": course,
    }  # fmt: skip
    path = Path(GOLDEN) / f"run-{name}.json"
    path.write_text(json.dumps(body, ensure_ascii=False) + "\n", encoding="utf-8")
    print(path)


if __name__ == "__main__":
    main(*sys.argv[1:])
