"""The embedded engine beside sd-scripts, in turn on the same base: seconds for a step, memory, and the whole of a training.

SD 1.5 with random weights at 64 pixels, the quickstart's photos; needs both engines. Takes about six minutes. The last rows are
the embedded engine on its own tiny base, which sd-scripts cannot load.
"""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measure import Row, keep, trained
from kohya_driver import quickstart
from kohya_driver.engine.kinds import EMBEDDED, SD_SCRIPTS, kind_of
from kohya_driver.engine.model import EngineName
from kohya_driver.engine.store import require_engine
from kohya_driver.host import probe_host

ROUNDS = 3
SETS = (
    "training.max_train_epochs=1",
    "saving.every_n_epochs=9",
    "dataset.resolution=64",
    "launch.device=cpu",
)


@dataclass(frozen=True, slots=True)
class Trained:
    step: float
    """Seconds, the median of a training."""
    memory: float
    """The highest of the largest process, in GB."""
    whole: float
    """Seconds, from the command to its end."""


def main() -> None:
    true_size = base_of(SD_SCRIPTS)
    pairs = [(train(EMBEDDED, true_size), train(SD_SCRIPTS, true_size)) for _ in range(ROUNDS)]
    ours, theirs = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    tiny = [train(EMBEDDED, base_of(EMBEDDED)) for _ in range(ROUNDS)]
    against = "sd-scripts"
    rows = [
        ("a step, SD 1.5 at 64 px", "step", "s"),
        ("highest memory, SD 1.5 at 64 px", "memory", "GB"),
        ("a training of one epoch, SD 1.5 at 64 px", "whole", "s"),
    ]
    keep(
        "embedded",
        [
            *(
                Row.of(figure, values(ours, field), unit, against, values(theirs, field))
                for figure, field, unit in rows
            ),
            *(
                Row.of(figure.replace("SD 1.5", "tiny base"), values(tiny, field), unit)
                for figure, field, unit in rows
            ),
        ],
    )


def values(trained: list[Trained], field: str) -> list[float]:
    return [getattr(one, field) for one in trained]


def base_of(engine: EngineName) -> Path:
    kind = kind_of(engine)
    return kind.random_base(require_engine(kind.recipe()), "sd15", lambda share: None)


def train(engine: EngineName, base: Path) -> Trained:
    """On the processor, through the driver, with nothing drawn and one file saved. The first step, which warms up, is no part
    of the median."""
    with tempfile.TemporaryDirectory() as folder:
        preset = quickstart.write_project(Path(folder), base, probe_host(), engine)
        run, done = trained(preset, SETS)
        step = run.snapshot().seconds_per_step
    assert step
    return Trained(step, done.memory / 1e9, done.seconds)


if __name__ == "__main__":
    os.environ.setdefault("KOHYA_DRIVER_LANG", "en")
    main()
