"""Facts about machines, from recorded answers of `sysctl`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kohya_driver.host import Host, parse_mac, probe_host, read_memory

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


def test_another_machine_may_be_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    facts = tmp_path / "mac.json"
    facts.write_text(json.dumps(parse_mac(M1_PRO, "arm64").to_json()))
    monkeypatch.setenv("KOHYA_DRIVER_HOST_FACTS", str(facts))
    assert probe_host().chip == "Apple M1 Pro"


def test_memory() -> None:
    memory = read_memory()
    assert 0 < memory.available <= memory.total
