"""What the stand-in does in the place of engine/entry_loop.py: train states, requests, going on, how it ended. Stands alone.

The network of the stand-in is one number: the sum of all losses so far, so that a lost or a doubled step shows.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any


class Loop:
    """One attempt of the stand-in."""

    def __init__(self, fault: str, save: Callable[[Path], None]) -> None:
        self.fault, self.save = fault, save
        self.path = Path(os.environ["KOHYA_DRIVER_ATTEMPT"])
        self.settings: Mapping[str, Any] = json.loads(self.path.read_text(encoding="utf-8"))
        self.begun = self.total = 0.0
        self.first = 1
        self.stopping = self.terminated = False
        self.seen = 0
        self.every = int(os.environ.get("STAND_IN_STATE_EVERY", "0"))
        self.left = ""
        self.note()
        if self.settings["resume"]:
            state = json.loads((Path(self.settings["resume"]) / "network.json").read_text(encoding="utf-8"))
            self.first, self.total = state["step"] + 1, state["total"]

    def resumed(self) -> None:
        self.tell("resumed", step=self.first - 1, epoch=1, path=self.settings["resume"])

    def step(self, step: int, loss: float, steps: int) -> None:
        """A step is done and not logged yet."""
        self.total += loss
        wish = self.wish()
        due = bool(self.every) and step % self.every == 0
        if wish or due:
            self.save_state(step)
        if wish.get("save") or wish.get("stop"):
            name = f"ning-step{step:08d}.safetensors"
            Path(self.settings["saved"]).mkdir(exist_ok=True)
            self.save(Path(self.settings["saved"]) / name)
            self.tell(
                "saved", step=step, path=str(Path(self.settings["saved"]) / name), request=wish.get("id", 0)
            )
        self.stopping = bool(wish.get("stop")) and step < steps

    def wish(self) -> Mapping[str, Any]:
        if self.fault in ("stubborn", "stubborn_orphan"):
            return {}
        if self.terminated:
            return {"stop": True}
        try:
            wish: dict[str, Any] = json.loads(self.path.with_name("request.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        if wish["id"] <= self.seen:
            return {}
        self.seen = wish["id"]
        return wish

    def save_state(self, step: int) -> None:
        root = Path(self.settings["states"])
        partial, path = root / f".step-{step:08d}", root / f"step-{step:08d}"
        try:
            partial.mkdir(parents=True, exist_ok=True)
            network = partial / "network.json"
            network.write_text(json.dumps({"step": step, "total": self.total}), encoding="utf-8")
            (partial / "filler.bin").write_bytes(bytes(int(os.environ.get("STAND_IN_STATE_BYTES", "0"))))
            files = {
                file.name: {
                    "size": file.stat().st_size,
                    "sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
                }
                for file in partial.iterdir()
            }
            facts = {
                "version": 1,
                "kind": "step",
                "step": step,
                "epoch": 0,
                "micro": step,
                "time": time.time(),
            }
            (partial / "driver.json").write_text(json.dumps({**facts, "files": files}), encoding="utf-8")
        except OSError as failure:
            shutil.rmtree(partial, ignore_errors=True)
            self.tell("not_saved", step=step, reason=str(failure))
            return
        shutil.rmtree(path, ignore_errors=True)
        partial.rename(path)
        if self.fault == "half_state" and step > self.every:
            (path / "network.json").write_bytes(b"{")
        for old in sorted(root.glob("step-*"))[: -self.settings["keep_states"]]:
            shutil.rmtree(old, ignore_errors=True)
        self.tell("state", step=step, path=str(path), seconds=0.0)

    def tell(self, event: str, **facts: Any) -> None:
        line = json.dumps({"event": event, "time": time.time(), **facts})
        with contextlib.suppress(OSError), Path(os.environ["KOHYA_DRIVER_METRICS"]).open("a") as file:
            file.write(line + "\n")

    def note(self, **facts: Any) -> None:
        with contextlib.suppress(OSError):
            path = self.path.with_name("trainer.json")
            text = json.dumps({"pid": os.getpid(), "time": time.time(), **facts})
            path.with_suffix(".tmp").write_text(text, encoding="utf-8")
            path.with_suffix(".tmp").replace(path)

    def leave(self, why: str) -> None:
        self.left = why
        self.tell("left", why=why, step=0)
