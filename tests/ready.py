"""Installs the embedded engine for the tests that train: `python -m tests.ready`. Half a second where it is there.

Where the package index cannot be reached those tests skip and say so; any other trouble is an error.
"""

from __future__ import annotations

import sys

from kohya_driver.engine.install import install_engine
from kohya_driver.engine.kinds import EMBEDDED, kind_of
from kohya_driver.errors import DriverError
from kohya_driver.views.engine import print_install_event
from kohya_driver.views.findings import print_findings

AWAY = "engine.index_unreachable"


def main() -> int:
    if kind_of(EMBEDDED).find():
        return 0
    try:
        install_engine(engine=EMBEDDED, on_event=print_install_event)
    except DriverError as failure:
        print_findings(failure.findings)
        if failure.code != AWAY:
            return failure.exit_code
        print("The package index cannot be reached: the tests that train will be skipped.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
