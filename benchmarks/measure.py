"""Times whole processes, keeps raw rows, and prints them as a table."""

from __future__ import annotations

import json
import os
import platform
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from operator import ge, gt, le, lt
from pathlib import Path

from kohya_driver import __version__
from kohya_driver.host import probe_host
from kohya_driver.run.folder import Run, open_run
from tests.watched import Watched, run_watched

RESULTS = Path(__file__).parent / "results"


@dataclass(frozen=True, slots=True)
class Row:
    """One figure: what was measured, ours against what, and the bound that the project holds itself to."""

    figure: str
    ours: float
    unit: str
    against: str = ""
    theirs: float | None = None
    bound: str = ""
    """With a unit, or without another's figure, it is of ours; else of the ratio. Other words than a limit are never missed."""
    raw: tuple[float, ...] = ()
    raw_theirs: tuple[float, ...] = ()

    @classmethod
    def of(
        cls,
        figure: str,
        ours: Sequence[float],
        unit: str,
        against: str = "",
        theirs: Sequence[float] = (),
        bound: str = "",
    ) -> Row:
        """The medians, with what they are of."""
        middle = median(theirs) if theirs else None
        return cls(figure, median(ours), unit, against, middle, bound, tuple(ours), tuple(theirs))

    @property
    def ratio(self) -> float | None:
        return self.ours / self.theirs if self.theirs else None

    @property
    def is_missed(self) -> bool:
        found = LIMIT.fullmatch(self.bound)
        if not found:
            return False
        sign, limit, unit = found[1], float(found[2].replace(",", "")), found[3]
        value = self.ours if unit or self.ratio is None else self.ratio
        return not COMPARED[sign](value, limit)


COMPARED = {"≤": le, "<=": le, "<": lt, "≥": ge, ">=": ge, ">": gt}
LIMIT = re.compile(r"(≤|<=|<|≥|>=|>)\s*([\d.,]+)\s*(\D*)")


UNKEPT = "PYTHONDONTWRITEBYTECODE"
"""Some machines set it; a person's keeps what Python has compiled."""
os.environ.pop(UNKEPT, None)


def wall_seconds(
    command: Sequence[str | Path], env: Mapping[str, str] | None = None, cwd: Path | None = None
) -> float:
    """From start to end of a whole process; raises if it fails."""
    begin = time.perf_counter()
    subprocess.run(
        [str(part) for part in command],
        check=True,
        cwd=cwd,
        env={**os.environ, **(env or {})},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    return time.perf_counter() - begin


def taken(
    words: Sequence[str | Path], env: Mapping[str, str] | None = None, cwd: Path | None = None
) -> Watched:
    """By `kohya-driver WORDS…`, from its start to its end; raises if it fails."""
    done = run_watched([PYTHON, "-m", "kohya_driver", *words], {**os.environ, **(env or {})}, cwd)
    assert done.code == 0, done.stderr
    return done


def trained(preset: Path, sets: Sequence[str] = ()) -> tuple[Run, Watched]:
    """A training as a person starts it, and what it took: its memory is that of its largest process, for the whole of its life.

    The driver itself looks at memory every five seconds, too seldom for a training of twenty.
    """
    runs = preset.parent / "runs"
    before = set(runs.glob("*"))
    done = taken(["train", preset, "--plain", *(word for one in sets for word in ("--set", one))])
    (folder,) = set(runs.glob("*")) - before
    return open_run(folder), done


def paired(
    ours: Sequence[str | Path], theirs: Sequence[str | Path], times: int
) -> tuple[list[float], list[float]]:
    """Interleaved, so that what else the machine does falls on both alike; one round first that does not count."""
    wall_seconds(ours), wall_seconds(theirs)
    rows = [(wall_seconds(ours), wall_seconds(theirs)) for _ in range(times)]
    return [row[0] for row in rows], [row[1] for row in rows]


def median(values: Sequence[float]) -> float:
    return statistics.median(values)


def keep(name: str, rows: Sequence[Row], *, beside: bool = False) -> None:
    """Write the rows with their raw values, the date and the machine; print them.

    Args:
        beside: what else was measured for this script on this day and machine stays.
    """
    RESULTS.mkdir(exist_ok=True)
    path, about = RESULTS / f"{name}.json", {"date": str(date.today()), "machine": machine()}
    found = json.loads(path.read_text(encoding="utf-8")) if beside and path.exists() else {}
    same = about.items() <= found.items()
    names = {row.figure for row in rows}
    earlier = [row for row in found["rows"] if row["figure"] not in names] if same else []
    value = {**about, "rows": [*earlier, *(asdict(row) for row in rows)]}
    path.write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(table(rows))


def machine() -> str:
    host = probe_host()
    memory = f"{host.memory_bytes / (1 << 30):.0f} GB"
    return f"{host.chip}, {os.cpu_count()} cores, {memory}, {platform.system()}, Python {platform.python_version()}, kohya-driver {__version__}"


def table(rows: Sequence[Row]) -> str:
    """As Markdown."""
    lines = ["| figure | ours | against | theirs | ratio | bound |", "|---|---|---|---|---|---|"]
    for row in rows:
        theirs = "" if row.theirs is None else f"{row.theirs:.3g} {row.unit}"
        ratio = "" if row.ratio is None else f"{row.ratio:.3f}"
        bound = f"{row.bound} **missed**" if row.is_missed else row.bound
        lines.append(
            f"| {row.figure} | {row.ours:.3g} {row.unit} | {row.against} | {theirs} | {ratio} | {bound} |"
        )
    return "\n".join(lines)


PYTHON = sys.executable
