"""How a training is spread over processes and machines, in accelerate's words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from kohya_driver.preset.model import Launch

PORT = 29500
"""On which the first machine is waited for where nobody says otherwise (accelerate utils/launch.py)."""


@dataclass(frozen=True, slots=True)
class Distribution:
    """Every process trains on a batch of its own, and each step takes the mean of what all have found."""

    processes: int = 1
    """On all machines together."""
    machines: int = 1
    rank: int = 0
    """Which of them this one is; the first is 0."""
    address: str = ""
    """Of the first machine; empty for one alone."""
    port: int = 0
    """0: any free one."""
    interface: str = ""
    """By which this machine reaches the first one."""

    @property
    def is_spread(self) -> bool:
        return self.processes > 1

    @property
    def here(self) -> int:
        """Processes on this machine."""
        return max(1, self.processes // self.machines)

    @property
    def is_main(self) -> bool:
        """Whether this machine writes the LoRA, the train states and the samples."""
        return self.rank == 0

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Distribution:
        return cls(**data)


ALONE = Distribution()
"""One process on one machine."""


def distribution_of(launch: Launch, interface: str) -> Distribution:
    """As the preset says."""
    several = launch.num_machines > 1
    return Distribution(
        processes=launch.num_processes,
        machines=launch.num_machines,
        rank=launch.machine_rank,
        address=launch.main_process_ip if several else "",
        port=(launch.main_process_port or PORT) if several else launch.main_process_port or 0,
        interface=interface if several else "",
    )
