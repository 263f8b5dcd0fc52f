"""Facts about this machine. What depends on a Mac is read here, and only here.

`parse_mac` is pure and tested with recorded facts; everything else asks the system.
"""

from __future__ import annotations

import contextlib
import os
import platform
import re
import socket
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import psutil

from kohya_driver.process import run_tool

_SYSCTL = (
    "machdep.cpu.brand_string",
    "hw.memsize",
    "hw.perflevel0.physicalcpu",
    "hw.physicalcpu",
    "sysctl.proc_translated",
    "kern.osproductversion",
    "kern.osversion",
)

BF16_FLAGS = frozenset({"avx512_bf16", "amx_bf16"})


@dataclass(frozen=True, slots=True)
class Host:
    """One machine, as a plan needs to know it."""

    system: str
    """`Darwin` or `Linux`."""
    machine: str
    """`arm64`, `x86_64` …, of the processor (under Rosetta: of the real one)."""
    chip: str
    os_version: str
    os_build: str
    memory_bytes: int
    performance_cores: int
    accelerator: str
    """`mps`, `cuda` or `cpu`: what torch will train on."""
    rosetta: bool = False
    """This Python is an x86-64 one, translated: torch for it has no MPS."""
    cards: int = 1
    """NVIDIA cards, where `accelerator` is `cuda`."""
    bf16: bool = False
    """The processor multiplies bf16 itself, twice as fast as 32 bit; known of x86-64 only."""

    @property
    def is_mac(self) -> bool:
        return self.system == "Darwin"

    @property
    def is_apple_silicon(self) -> bool:
        return self.is_mac and self.machine == "arm64"

    @property
    def os_release(self) -> tuple[int, ...]:
        """The version as numbers: (14, 5)."""
        return tuple(int(part) for part in self.os_version.split(".") if part.isdigit())

    @property
    def platform(self) -> str:
        """The name of this machine's lock file: `macos-arm64`, `linux-x86_64`."""
        return f"{'macos' if self.is_mac else self.system.lower()}-{self.machine}"

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Host:
        """What a newer version knows of a machine besides is left out."""
        known = {one.name for one in fields(cls)}
        return cls(**{name: value for name, value in data.items() if name in known})


def probe_host() -> Host:
    """This machine. KOHYA_DRIVER_HOST_FACTS names a JSON file to be taken instead: a plan for another machine."""
    facts = os.environ.get("KOHYA_DRIVER_HOST_FACTS")
    if facts:
        import json

        return Host(**json.loads(Path(facts).read_text(encoding="utf-8")))
    if sys.platform == "darwin":
        return parse_mac(run_tool(["/usr/sbin/sysctl", *_SYSCTL]).output, platform.machine())
    cpu = _linux_cpu()
    return Host(
        system=platform.system(),
        machine=platform.machine(),
        chip=cpu.get("model name") or platform.processor() or platform.machine(),
        os_version=platform.release().partition("-")[0],
        os_build=platform.version(),
        memory_bytes=psutil.virtual_memory().total,
        performance_cores=len(os.sched_getaffinity(0)),
        accelerator="cuda" if Path("/dev/nvidiactl").exists() else "cpu",
        bf16=not BF16_FLAGS.isdisjoint(cpu.get("flags", "").split()),
        cards=max(1, sum(path.name[6:].isdecimal() for path in Path("/dev").glob("nvidia[0-9]*"))),
    )


def parse_mac(sysctl: str, python_machine: str) -> Host:
    """A Mac from the output of `sysctl` over the names above; names that a system lacks may be missing."""
    facts = dict(line.split(": ", 1) for line in sysctl.splitlines() if ": " in line)
    rosetta = facts.get("sysctl.proc_translated") == "1"
    arm = rosetta or python_machine == "arm64"
    return Host(
        system="Darwin",
        machine="arm64" if arm else python_machine,
        chip=facts.get("machdep.cpu.brand_string", "unknown"),
        os_version=facts.get("kern.osproductversion", "0"),
        os_build=facts.get("kern.osversion", ""),
        memory_bytes=int(facts.get("hw.memsize", 0)),
        performance_cores=int(facts.get("hw.perflevel0.physicalcpu") or facts.get("hw.physicalcpu") or 1),
        accelerator="mps" if arm and not rosetta else "cpu",
        rosetta=rosetta,
    )


def _linux_cpu() -> dict[str, str]:
    """What the kernel says of the first core, by name; empty if nothing."""
    try:
        first = Path("/proc/cpuinfo").read_text(encoding="utf-8").partition("\n\n")[0]
    except OSError:
        return {}
    pairs = (line.partition(":") for line in first.splitlines())
    return {name.strip(): value.strip() for name, _, value in pairs}


def interface_towards(address: str) -> str:
    """The network interface by which this machine reaches another, or that carries its own address; empty if none does.

    No packet is sent: a datagram socket that is connected only asks the system for the way.
    """
    try:
        family, _, _, _, place = socket.getaddrinfo(address, 9, type=socket.SOCK_DGRAM)[0]
        with socket.socket(family, socket.SOCK_DGRAM) as asked:
            asked.connect(place)
            own = asked.getsockname()[0]
    except OSError:
        return ""
    carrying = {one.address: name for name, all_of in psutil.net_if_addrs().items() for one in all_of}
    return carrying.get(own, "")


@dataclass(frozen=True, slots=True)
class Memory:
    """The machine's memory just now, in bytes."""

    total: int
    available: int
    swap_used: int


def read_memory() -> Memory:
    memory, swap = psutil.virtual_memory(), psutil.swap_memory()
    return Memory(memory.total, memory.available, swap.used)


@dataclass(frozen=True, slots=True)
class Power:
    """Where the power comes from, and when the machine falls asleep. None: this system does not tell."""

    on_battery: bool | None = None
    battery_percent: int | None = None
    low_power_mode: bool | None = None
    sleep_minutes: int | None = None
    """Of idleness; 0 is never."""
    awake_for: str = ""
    """What keeps it awake just now."""


def read_power() -> Power:
    if sys.platform == "darwin":
        return parse_pmset(_pmset("batt"), _pmset(""))
    return _battery()


def read_power_source() -> Power:
    """Only where the power comes from: half the work, for who asks again and again."""
    return parse_pmset(_pmset("batt"), "") if sys.platform == "darwin" else _battery()


def _battery() -> Power:
    battery = psutil.sensors_battery()
    return Power(not battery.power_plugged, round(battery.percent)) if battery else Power()


def _pmset(what: str) -> str:
    with contextlib.suppress(OSError):
        return run_tool(["/usr/bin/pmset", "-g", *filter(None, [what])], timeout_seconds=5).output
    return ""


def parse_pmset(source: str, settings: str) -> Power:
    """Power from what `pmset -g batt` and `pmset -g` print (see `man pmset`).

    On newer Macs low power is `powermode 1`, on older ones `lowpowermode 1`.
    """
    drawing, percent = re.search(r"drawing from '([^']+)'", source), re.search(r"(\d+)%", source)
    values = dict(re.findall(r"^\s*(\w+)[ \t]+(\d+)", settings, re.MULTILINE))
    low = values.get("powermode", values.get("lowpowermode"))
    sleep = "0" if values.get("SleepDisabled") == "1" else values.get("sleep")
    awake = re.search(r"^\s*sleep\s+\d+\s+\(sleep prevented by ([^)]*)\)", settings, re.MULTILINE)
    return Power(
        on_battery=drawing[1] == "Battery Power" if drawing else None,
        battery_percent=int(percent[1]) if percent else None,
        low_power_mode=low == "1" if low else None,
        sleep_minutes=int(sleep) if sleep else None,
        awake_for=awake[1] if awake else "",
    )


SF_DATALESS = 0x40000000
"""macOS, <sys/stat.h>: the file's content is not on this disk, but in iCloud, say."""


def is_evicted(name: str, status: os.stat_result) -> bool:
    """Whether iCloud has taken this file's content off the disk; before macOS 14 a `.NAME.icloud` stands in its place."""
    return bool(getattr(status, "st_flags", 0) & SF_DATALESS) or (
        name.startswith(".") and name.endswith(".icloud")
    )
