"""How often `advise` is right: made-up trainings of eight situations, with other seeds than the rules were set by, and recorded real ones.

`tests/courses.py` makes the former. The recordings (tests/golden/advice/*.json) are kept apart: no rule was set by them. Each names its
situation, by how it was trained, before it was judged.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterable, Mapping

from benchmarks.measure import Row, keep
from kohya_driver.judging.advice import judge
from kohya_driver.judging.model import Advice, Course
from kohya_driver.judging.remedies import Ask
from tests.courses import GOLDEN, NOISES, SITUATIONS, cases

SEEDS = range(1000, 1025)
"""The rules were set with seeds from 0 to 39."""
COUNTED = (*SITUATIONS, "unclear")
Table = Mapping[str, Counter[str]]


def judged(course: Course) -> Advice:
    return judge(course, Ask())


def made_up(seeds: Iterable[int]) -> dict[str, Table]:
    """Noise → situation → how often each judgement came first."""
    tables: dict[str, Table] = {noise: {one: Counter() for one in SITUATIONS} for noise in NOISES}
    for case in cases(list(seeds)):
        tables[case.noise][case.situation][judged(case.course).main.kind] += 1
    return tables


def recorded() -> list[tuple[str, tuple[str, ...], Advice]]:
    """Name, situations that are right, and the advice."""
    found = []
    for path in sorted(GOLDEN.glob("run-*.json")):
        body = json.loads(path.read_text(encoding="utf-8"))
        found.append((path.stem, tuple(body["situations"]), judged(Course.from_json(body["course"]))))
    return found


def right(table: Table) -> int:
    return sum(counts[situation] for situation, counts in table.items())


def wrong(table: Table) -> int:
    """Judged to be something else; to say that it cannot be told is not wrong, but no help either."""
    return sum(table[one].total() - table[one][one] - table[one]["unclear"] for one in table)


def as_table(table: Table) -> str:
    head = ["situation", *COUNTED]
    lines = ["| " + " | ".join(head) + " |", "|---" * len(head) + "|"]
    for situation, counts in table.items():
        cells = [
            f"**{counts[kind]}**" if kind == situation and counts[kind] else str(counts[kind] or "")
            for kind in COUNTED
        ]
        lines.append("| " + " | ".join((situation, *cells)) + " |")
    return "\n".join(lines)


def main() -> None:
    began = time.perf_counter()
    tables = made_up(SEEDS)
    count = sum(counts.total() for table in tables.values() for counts in table.values())
    seconds = (time.perf_counter() - began) / count
    rows = []
    for noise, table in tables.items():
        total = sum(counts.total() for counts in table.values())
        print(f"\nMade-up trainings, noise: {noise}\n\n{as_table(table)}")
        alarms = sum(table["healthy"][kind] for kind in SITUATIONS if kind != "healthy")
        rows += [
            Row(f"`advise`, noise {noise}: right", 100 * right(table) / total, "%", bound=f"of {total}"),
            Row(f"`advise`, noise {noise}: wrong", 100 * wrong(table) / total, "%", bound=f"of {total}"),
            Row(f"`advise`, noise {noise}: healthy, yet an alarm", 100 * alarms / table["healthy"].total(), "%", bound="< 5 %" if noise != "none" else ""),
        ]  # fmt: skip
    found = recorded()
    print("\nReal trainings\n\n| recording | trained to be | judged | |\n|---|---|---|---|")
    for name, situations, advice in found:
        mark = "✓" if advice.main.kind in situations else "✗"
        print(
            f"| {name} | {' or '.join(situations)} | {advice.main.kind}, {advice.main.confidence} | {mark} |"
        )
    hits = sum(advice.main.kind in situations for _, situations, advice in found)
    rows.append(
        Row("`advise`, real trainings: right", 100 * hits / max(1, len(found)), "%", bound=f"of {len(found)}")
    )
    rows.append(Row("judging one training", 1000 * seconds, "ms"))
    print()
    keep("advice", rows)


if __name__ == "__main__":
    main()
