"""Which machines may have the engine."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kohya_driver import resources
from kohya_driver.engine.pin import Recipe, load_pin
from kohya_driver.engine.preflight import check_git, check_host
from kohya_driver.host import Host

MAC = Host("Darwin", "arm64", "Apple M3", "14.5", "23F79", 16 << 30, 4, "mps")
LINUX = Host("Linux", "x86_64", "a chip", "6.1", "", 16 << 30, 2, "cpu")
PLENTY = 10**12


def recipe(platform: str) -> Recipe:
    return Recipe(load_pin(), resources.vendor(), resources.assets(), platform)


@pytest.mark.parametrize(
    ("host", "platform", "free", "codes"),
    [
        (MAC, "macos-arm64", PLENTY, []),
        (LINUX, "linux-x86_64", PLENTY, []),
        (replace(MAC, os_version="14.0"), "macos-arm64", PLENTY, []),
        (replace(MAC, os_version="13.7.1"), "macos-arm64", PLENTY, ["host.macos_too_old"]),
        (replace(MAC, rosetta=True), "macos-arm64", PLENTY, ["host.rosetta"]),
        (replace(LINUX, machine="aarch64"), "linux-aarch64", PLENTY, ["host.unsupported"]),
        (MAC, "macos-arm64", 10**9, ["engine.too_little_space"]),
        (replace(MAC, machine="x86_64"), "macos-arm64", PLENTY, ["host.unsupported"]),
    ],
)
def test_which_machines_may(host: Host, platform: str, free: int, codes: list[str]) -> None:
    findings = check_host(host, recipe(platform), free)
    assert [finding.code for finding in findings] == codes
    assert all(finding.message and finding.hint for finding in findings)


def test_without_git_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert [finding.code for finding in check_git()] == ["engine.git_missing"]
