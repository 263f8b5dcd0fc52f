"""The pin: which commit of which repository the engine is, and the locks its environment is built from."""

from __future__ import annotations

import functools
import hashlib
import platform
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from kohya_driver import __version__, files, resources
from kohya_driver.engine.model import EMBEDDED, EMBEDDED_SCRIPTS, SD_SCRIPTS, Engine, EngineName

EMBEDDED_MODULES = ("torch", "accelerate", "transformers", "diffusers", "safetensors", "peft", "toml")


@dataclass(frozen=True, slots=True)
class Pin:
    """One commit of the engine, and what an installation of it needs. The fields are those of pin.toml."""

    url: str
    tag: str
    commit: str
    pythons: tuple[str, ...]
    """Versions of Python that the locks serve, oldest first: `3.11`."""
    torch: str
    macos: str
    """The oldest macOS that torch's wheel accepts."""
    requirements: tuple[str, ...] = ()
    """What its own requirements.txt asks for."""
    mirrors: tuple[str, ...] = ()
    sparse: tuple[str, ...] = ("/*",)
    """Patterns of `.git/info/sparse-checkout`."""
    disk_bytes: Mapping[str, int] = field(default_factory=dict)
    """By platform: what an installation takes, downloads included."""
    health_modules: tuple[str, ...] = ()
    """Modules that must import in the engine's interpreter."""
    health_scripts: tuple[str, ...] = ()
    """Scripts of the checkout that must import there."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """All that an installation is made from: the pin, and the folders of the locks."""

    pin: Pin
    locks: Path
    """Holds `requirements-<platform>.txt` and `build-constraints.txt`."""
    assets: Path
    """Holds one requirements file for each wheel out of which single files are taken."""
    platform: str
    engine: EngineName = SD_SCRIPTS

    @property
    def is_cloned(self) -> bool:
        """Whether its scripts have to be fetched; the embedded engine's are here already."""
        return self.engine == SD_SCRIPTS

    @property
    def requirements(self) -> Path:
        return self.locks / f"requirements-{self.platform}.txt"

    @property
    def build_constraints(self) -> Path:
        return self.locks / "build-constraints.txt"

    @property
    def lock(self) -> str:
        """SHA-256 of the requirements file; empty where there is none for this platform."""
        return files.sha256(self.requirements) if self.requirements.is_file() else ""

    @property
    def folder_name(self) -> str:
        # Its scripts may change while the environment stays: the next version of the package finds it again.
        return f"{self.pin.commit[:12] if self.is_cloned else self.engine}-{self.lock[:12]}"

    def engine_in(self, root: Path) -> Engine:
        """The engine as it is, or will be, with its environment in this folder."""
        return Engine(root, self.pin.commit, self.pin.tag, self.lock, self.engine)


def load_pin(path: Path | None = None) -> Pin:
    """Read pin.toml; the one that this package ships, unless another is named."""
    data = files.parse_toml((path or resources.vendor() / "pin.toml").read_text(encoding="utf-8"))
    health = data.get("health", {})
    return Pin(
        url=data["url"],
        tag=data["tag"],
        commit=data["commit"],
        pythons=tuple(data["pythons"]),
        torch=data["torch"],
        macos=data["macos"],
        requirements=tuple(data.get("requirements", ())),
        mirrors=tuple(data.get("mirrors", ())),
        sparse=tuple(data.get("sparse", ("/*",))),
        disk_bytes=data.get("disk_bytes", {}),
        health_modules=tuple(health.get("modules", ())),
        health_scripts=tuple(health.get("scripts", ())),
    )


def load_recipe(engine: EngineName = SD_SCRIPTS) -> Recipe:
    """What this version of the package installs on this machine."""
    if engine == EMBEDDED:  # its environment is this version's, wherever the pin of sd-scripts was moved
        return embedded_recipe(recipe_in(resources.shipped_vendor()))
    return recipe_in(resources.vendor())


def recipe_in(vendor: Path) -> Recipe:
    """What the pin and the locks in this folder make."""
    return Recipe(load_pin(vendor / "pin.toml"), vendor, resources.assets(), platform_name())


def embedded_recipe(recipe: Recipe) -> Recipe:
    """The same environment for the embedded engine, which is as old as this package and has no address."""
    pin = replace(
        recipe.pin,
        url="",
        mirrors=(),
        tag=__version__,
        commit=sources_hash(),
        health_modules=EMBEDDED_MODULES,
        health_scripts=("train_network.py",),
    )
    return replace(recipe, pin=pin, engine=EMBEDDED)


BORROWED = ("dataset/buckets.py", "dataset/captions.py", "dataset/model.py", "dataset/scan.py")
"""What the embedded engine takes from this package (embedded/library/shared.py)."""


@functools.cache
def sources_hash() -> str:
    """What stands in the place of a commit for scripts that are not cloned: it changes as soon as one of them does."""
    whole, package = hashlib.sha256(), EMBEDDED_SCRIPTS.parents[1]
    for path in (*sorted(EMBEDDED_SCRIPTS.rglob("*.py")), *(package / name for name in BORROWED)):
        whole.update(f"{path.relative_to(package).as_posix()} {files.sha256(path)}\n".encode())
    return whole.hexdigest()[:40]


def platform_name(system: str = sys.platform, machine: str = "") -> str:
    """The name of this machine's lock, without asking the system anything.

    Under Rosetta Python says x86_64; the lock is the chip's all the same, and the preflight refuses that Python.
    """
    return "macos-arm64" if system == "darwin" else f"{system}-{machine or platform.machine()}"


def locked_versions(requirements: str) -> dict[str, str]:
    """Package to version, from the text of a requirements file that `uv pip compile` wrote."""
    pins = (
        line.split(" ")[0].split("==")
        for line in requirements.splitlines()
        if "==" in line and line[0].isalnum()
    )
    return {name.lower(): version for name, version in pins}
