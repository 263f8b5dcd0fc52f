"""The machine to be rented, and what a plan needs to know of it. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from kohya_driver.errors import UsageError
from kohya_driver.host import Host
from kohya_driver.planning.overrides.machine import needs_bitsandbytes
from kohya_driver.preset.model import Preset

NONE = "none"
_GPU = re.compile(r"([A-Za-z][\w.-]*)(?::(\d{1,2}))?")


@dataclass(frozen=True, slots=True)
class Rented:
    """What is asked of the provider."""

    gpu: str = "A10G"
    """SkyPilot's name of the card; empty: a processor only."""
    cards: int = 1
    """In each machine."""
    nodes: int = 1
    infra: str = ""
    """`aws`, `gcp/us-central1`, `runpod` …; empty: the cheapest that SkyPilot may use."""
    spot: bool = False
    """Cheaper, and may be taken away at any moment."""
    disk_gb: int = 100
    idle_minutes: int = 30
    """After which a machine that does nothing is stopped, with its disk kept."""

    @property
    def processes(self) -> int:
        """That train together: one for each card."""
        return max(1, self.cards) * self.nodes

    @property
    def words(self) -> str:
        """`2 × A100:4`, for a person."""
        card = f"{self.gpu}:{self.cards}" if self.gpu else "CPU"
        return card if self.nodes == 1 else f"{self.nodes} × {card}"

    def host(self) -> Host:
        """As a plan sees it. How much memory and how many cores it has shows only there, where the plan is made anew."""
        accelerator = "cuda" if self.gpu else "cpu"
        return Host("Linux", "x86_64", self.words, "", "", 64 << 30, 8, accelerator, cards=max(1, self.cards))


ONE_CARD = Rented()


def read_gpu(text: str) -> tuple[str, int]:
    """Name and number of cards from `A100:4`; none from `none`.

    Raises:
        UsageError: it is neither.
    """
    if text.lower() == NONE:
        return "", 0
    found = _GPU.fullmatch(text)
    if found is None or found[2] == "0":
        raise UsageError("cloud.gpu", text=text)
    return found[1], int(found[2] or 1)


def extras_for(preset: Preset) -> frozenset[str]:
    """Packages that are added to the engine's environment there. Not xformers: it fits one torch only, and sdpa does the same."""
    return frozenset({"bitsandbytes"} if needs_bitsandbytes(preset.optimizer.type) else ())
