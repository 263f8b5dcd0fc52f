"""How long `--help` takes, and the import of the package, against a Python that does nothing."""

from __future__ import annotations

from benchmarks.measure import PYTHON, Row, keep, paired

TIMES = 15


def main() -> None:
    nothing = [PYTHON, "-c", "pass"]
    rows = []
    for figure, command, bound in (
        ("`kohya-driver --help`", [PYTHON, "-m", "kohya_driver", "--help"], "< 0.2 s"),
        ("`import kohya_driver`", [PYTHON, "-c", "import kohya_driver"], ""),
        ("`kohya-driver presets list`", [PYTHON, "-m", "kohya_driver", "presets", "list"], ""),
    ):
        ours, theirs = paired(command, nothing, TIMES)
        rows.append(Row.of(figure, ours, "s", "python -c pass", theirs, bound))
    keep("startup", rows)


if __name__ == "__main__":
    main()
