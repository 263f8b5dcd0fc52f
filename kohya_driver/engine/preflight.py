"""What is looked at before an installation begins: this machine, its disk, git."""

from __future__ import annotations

import shutil
import sys

from kohya_driver.engine.pin import Recipe
from kohya_driver.errors import Finding, error
from kohya_driver.host import Host
from kohya_driver.process import run_tool


def check_host(host: Host, recipe: Recipe, free_bytes: int) -> tuple[Finding, ...]:
    """Why this machine cannot have the engine."""
    if host.rosetta:
        return (error("host.rosetta"),)
    if not recipe.lock or (host.is_mac and not host.is_apple_silicon):
        return (error("host.unsupported", platform=host.platform),)
    pin, found = recipe.pin, []
    if host.is_mac and host.os_release < tuple(map(int, pin.macos.split("."))):
        found.append(error("host.macos_too_old", version=host.os_version, torch=pin.torch, needed=pin.macos))
    needed = pin.disk_bytes.get(recipe.platform, 0)
    if free_bytes < needed:
        sizes = {"needed_gb": f"{needed / 1e9:.1f}", "free_gb": f"{free_bytes / 1e9:.1f}"}
        found.append(error("engine.too_little_space", **sizes))
    return tuple(found)


def check_git() -> tuple[Finding, ...]:
    """Whether git can be run. On a Mac without developer tools /usr/bin/git only opens a dialog, so it is not tried."""
    found = shutil.which("git")
    if found is None:
        return (error("engine.git_missing"),)
    if (
        sys.platform == "darwin"
        and found == "/usr/bin/git"
        and run_tool(["/usr/bin/xcode-select", "-p"]).status != 0
    ):
        return (error("engine.git_stub"),)
    return ()
