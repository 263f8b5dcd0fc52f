"""Base models with random weights, made once in the engine's interpreter and kept: for a first training, and to measure."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from kohya_driver import files, process
from kohya_driver.engine import random_base_script
from kohya_driver.engine.model import EMBEDDED_SCRIPTS, Engine
from kohya_driver.errors import EngineError, HostError

OnProgress = Callable[[float], None]
TINY_SCRIPT = EMBEDDED_SCRIPTS / "tiny_base.py"
TOKENIZER = "openai_clip-vit-large-patch14"


def random_base(engine: Engine, family: str, on_progress: OnProgress) -> Path:
    """One of true size, made by the engine's own code.

    Raises:
        EngineError: the engine could not make it.
        HostError: there is no space for it.
    """
    path = _bases() / f"random-{family}-{engine.commit[:12]}.safetensors"
    with files.lock(path.with_suffix(".lock")):
        if not path.is_file():
            _run(engine, [random_base_script(), "--family", family, "--output", path], path, on_progress)
    return path


def tiny_base(engine: Engine) -> Path:
    """SD 1.x in a few megabytes, which only the embedded engine can train on.

    Raises:
        As `random_base`.
    """
    path = _bases() / f"tiny-sd15-{files.sha256(TINY_SCRIPT)[:12]}"
    tokenizer = engine.tokenizers / TOKENIZER
    with files.lock(path.with_suffix(".lock")):
        if not path.is_dir():
            _run(engine, [TINY_SCRIPT, "--output", path, "--tokenizer", tokenizer], path, lambda share: None)
    return path


def _bases() -> Path:
    return files.home() / "assets" / "bases"


def _run(engine: Engine, arguments: list[str | Path], path: Path, on_progress: OnProgress) -> None:
    def tell(line: str) -> None:
        try:
            progress = json.loads(line)
            on_progress(progress["done"] / max(1, progress["of"]))
        except (ValueError, KeyError, TypeError):
            return

    result = process.run_tool(
        [engine.python, *arguments],
        cwd=engine.checkout,
        env=process.clean_environment(
            {"PYTHONPATH": str(engine.checkout), "HF_HUB_OFFLINE": "1", "PYTHONUTF8": "1"}
        ),
        timeout_seconds=1800,
        on_line=tell,
    )
    if result.status != 0 or not path.exists():
        raise _failure(result.output.strip().rpartition("\n")[2], path, engine.name)


def _failure(last_line: str, path: Path, engine: str) -> EngineError | HostError:
    """By what the script says in its last line; a traceback ends with its reason."""
    try:
        told = json.loads(last_line)
        kind, reason = str(told["error"]), str(told["reason"])
    except (ValueError, KeyError, TypeError):
        kind, reason = "", last_line[:300]
    if kind == "disk_full":
        return HostError("files.disk_full", path)
    return EngineError("engine.random_base_failed", path, reason=reason, engine=engine)
