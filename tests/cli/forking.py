"""Commands as processes of their own at a tenth of the price: one that has loaded the modules forks for each."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LOADED = (
    "kohya_driver.api",
    "kohya_driver.views.plain",
    "kohya_driver.views.plan",
    "kohya_driver.views.result",
    "kohya_driver.report.page",
)


@dataclass(frozen=True, slots=True)
class Ended:
    code: int
    out: str
    err: str


class Forks:
    """Asks the process that forks."""

    def __init__(self, server: subprocess.Popen[str], scratch: Path):
        self._server = server
        self._scratch = scratch

    def run(self, *words: str | Path, cwd: Path, env: Mapping[str, str]) -> Ended:
        """As `kohya-driver WORDS`, without a terminal."""
        assert self._server.stdin and self._server.stdout
        out, err = self._scratch / "out", self._scratch / "err"
        asked = {
            "words": [str(word) for word in words],
            "cwd": str(cwd),
            "env": dict(env),
            "out": str(out),
            "err": str(err),
        }
        self._server.stdin.write(json.dumps(asked) + "\n")
        self._server.stdin.flush()
        answer = self._server.stdout.readline()
        assert answer, "the process that forks has ended; it says why above"
        code = int(answer)
        return Ended(code, out.read_text(encoding="utf-8"), err.read_text(encoding="utf-8"))


@contextlib.contextmanager
def forking() -> Iterator[Forks]:
    with (
        tempfile.TemporaryDirectory() as scratch,
        subprocess.Popen(
            [sys.executable, "-X", "utf8", __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
            # Apple's own libraries otherwise end a process that was forked after they were loaded.
            env={**os.environ, "OBJC_DISABLE_INITIALIZE_FORK_SAFETY": "YES"},
        ) as server,
    ):
        yield Forks(server, Path(scratch))


def serve() -> None:
    from importlib import import_module

    from kohya_driver.cli.main import build_parser

    build_parser((), every=True)
    for name in LOADED:
        import_module(name)
    for line in sys.stdin:
        child = os.fork()
        if not child:
            _become(json.loads(line))
        sys.stdout.write(f"{os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])}\n")
        sys.stdout.flush()


def _become(asked: Mapping[str, Any]) -> None:
    """The command, in this process; never returns."""
    from kohya_driver.cli.main import main

    os.setsid()
    os.chdir(asked["cwd"])
    os.environ.clear()
    os.environ.update(asked["env"])
    for number, path in ((0, os.devnull), (1, asked["out"]), (2, asked["err"])):
        opened = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC if number else os.O_RDONLY)
        os.dup2(opened, number)
    code = 1
    try:
        code = main(asked["words"])
    except SystemExit as ended:
        code = int(ended.code or 0)
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    serve()
