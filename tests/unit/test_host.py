"""Facts about machines, from recorded answers of `sysctl`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kohya_driver.host import (
    Host,
    Power,
    is_evicted,
    parse_mac,
    parse_pmset,
    probe_host,
    read_memory,
    read_power,
)

# The form of macOS 14's answer over the names that host.py asks for. Put together from Apple's documentation of the
# names, not recorded on a Mac.
M1_PRO = """\
machdep.cpu.brand_string: Apple M1 Pro
hw.memsize: 17179869184
hw.perflevel0.physicalcpu: 6
hw.physicalcpu: 8
sysctl.proc_translated: 0
kern.osproductversion: 14.5
kern.osversion: 23F79
"""
INTEL = """\
machdep.cpu.brand_string: Intel(R) Core(TM) i7-9750H CPU @ 2.60GHz
hw.memsize: 17179869184
sysctl: unknown oid 'hw.perflevel0.physicalcpu'
hw.physicalcpu: 6
sysctl: unknown oid 'sysctl.proc_translated'
kern.osproductversion: 13.6.1
kern.osversion: 22G313
"""


def test_an_apple_chip() -> None:
    host = parse_mac(M1_PRO, "arm64")
    assert (host.chip, host.performance_cores, host.accelerator) == ("Apple M1 Pro", 6, "mps")
    assert host.memory_bytes == 16 << 30
    assert host.is_apple_silicon and host.platform == "macos-arm64" and host.os_release == (14, 5)


def test_an_intel_python_on_an_apple_chip() -> None:
    host = parse_mac(M1_PRO.replace("proc_translated: 0", "proc_translated: 1"), "x86_64")
    assert host.rosetta and host.machine == "arm64" and host.accelerator == "cpu"


def test_an_intel_mac() -> None:
    host = parse_mac(INTEL, "x86_64")
    assert not host.rosetta and host.performance_cores == 6 and host.platform == "macos-x86_64"
    assert not host.is_apple_silicon


def test_this_machine() -> None:
    host = probe_host()
    assert host.memory_bytes > 1 << 30 and host.performance_cores >= 1
    assert Host.from_json(host.to_json()) == host
    assert Host.from_json({**host.to_json(), "of a newer version": 1}) == host


def test_another_machine_may_be_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    facts = tmp_path / "mac.json"
    facts.write_text(json.dumps(parse_mac(M1_PRO, "arm64").to_json()))
    monkeypatch.setenv("KOHYA_DRIVER_HOST_FACTS", str(facts))
    assert probe_host().chip == "Apple M1 Pro"


def test_memory() -> None:
    memory = read_memory()
    assert 0 < memory.available <= memory.total


# The forms of `pmset -g batt` and `pmset -g`. Put together from `man pmset` (macOS 14) and answers that people have
# published, not recorded on a Mac.
MAINS = """\
Now drawing from 'AC Power'
 -InternalBattery-0 (id=22806627)\t83%; charging; 1:00 remaining present: true
"""
BATTERY = """\
Now drawing from 'Battery Power'
 -InternalBattery-0 (id=22806627)\t19%; discharging; 2:31 remaining present: true
"""
SETTINGS = """\
System-wide power settings:
Currently in use:
 standby              1
 Sleep On Power Button 1
 hibernatefile        /var/vm/sleepimage
 powernap             1
 networkoversleep     0
 disksleep            10
 sleep                1 (sleep prevented by sharingd, powerd)
 hibernatemode        3
 ttyskeepawake        1
 displaysleep         10
 tcpkeepalive         1
 lowpowermode         1
 womp                 0
"""


def test_a_notebook_on_mains() -> None:
    power = parse_pmset(MAINS, SETTINGS)
    assert power == Power(False, 83, True, 1, "sharingd, powerd")


def test_a_notebook_on_its_battery() -> None:
    power = parse_pmset(BATTERY, SETTINGS.replace(" (sleep prevented by sharingd, powerd)", ""))
    assert (power.on_battery, power.battery_percent, power.awake_for) == (True, 19, "")


def test_a_desktop() -> None:
    """No battery, and `powermode` in place of `lowpowermode`: 0 automatic, 1 low, 2 high."""
    settings = SETTINGS.replace("lowpowermode         1", "powermode            2")
    power = parse_pmset("Now drawing from 'AC Power'\n", settings)
    assert (power.on_battery, power.battery_percent, power.low_power_mode) == (False, None, False)


@pytest.mark.parametrize(
    "settings",
    [
        "Currently in use:\n sleep                0\n displaysleep         10\n",
        "System-wide power settings:\n SleepDisabled\t\t1\nCurrently in use:\n sleep                1\n",
    ],
)
def test_one_that_never_sleeps(settings: str) -> None:
    assert parse_pmset(MAINS, settings).sleep_minutes == 0


def test_nothing_told() -> None:
    assert parse_pmset("", "") == Power()


def test_the_power_of_this_machine_can_be_asked_for() -> None:
    power = read_power()
    assert power.battery_percent is None or 0 <= power.battery_percent <= 100


class _Status:
    """As `os.stat` answers on a Mac, which has flags; here it has none."""

    def __init__(self, flags: int) -> None:
        self.st_flags = flags


@pytest.mark.parametrize(
    ("name", "flags", "evicted"),
    [
        ("a.png", 0, False),
        ("a.png", 0x40000000, True),
        ("a.png", 0x40000020, True),
        ("a.png", 0x8000, False),
        (".a.png.icloud", 0, True),
        ("a.icloud", 0, False),
    ],
)
def test_a_file_in_icloud(name: str, flags: int, evicted: bool) -> None:
    assert is_evicted(name, _Status(flags)) is evicted  # type: ignore[arg-type]


def test_a_file_here(tmp_path: Path) -> None:
    assert not is_evicted("x", tmp_path.stat())
