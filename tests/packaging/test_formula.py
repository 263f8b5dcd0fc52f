"""The Homebrew formula, as far as it can be looked at without Homebrew: its packages are those of the lock, and a Mac takes them."""

from __future__ import annotations

import hashlib
import re
import runpy
import shutil
import subprocess
import tomllib
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name, parse_wheel_filename
from uv import find_uv_bin

ROOT = Path(__file__).parent.parent.parent
MADE: dict[str, Any] = runpy.run_path(str(ROOT / "release" / "formula.py"))
LOCK: dict[str, Any] = tomllib.loads((ROOT / "release" / "pylock.macos.toml").read_text(encoding="utf-8"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
VERSIONS = {package["name"]: package["version"] for package in LOCK["packages"]}
HASH = "0" * 64


def wheels() -> Any:
    return MADE["locked_wheels"](LOCK)


def formula() -> str:
    own = MADE["Wheel"]("kohya-driver", "https://example.invalid/kohya_driver-9.9-py3-none-any.whl", HASH)
    text: str = MADE["formula"](own, "9.9", wheels(), "https://example.invalid")
    return text


def test_every_locked_package_is_a_resource() -> None:
    found = re.findall(
        r'resource "([^"]+)" do\n    url "([^"]+)", using: :nounzip\n    sha256 "([0-9a-f]{64})"', formula()
    )
    assert [name for name, _, _ in found] == list(VERSIONS)
    for name, url, _ in found:
        assert url.startswith("https://files.pythonhosted.org/")
        theirs, version, _, _ = parse_wheel_filename(url.rpartition("/")[2])
        assert (theirs, str(version)) == (canonicalize_name(name), VERSIONS[name])


def test_the_lock_is_of_what_the_package_asks_for() -> None:
    """`release/lock.sh` makes it anew."""
    asked = [
        Requirement(text) for text in (*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["vision"])
    ]
    for one in asked:
        name = canonicalize_name(one.name)
        assert name in VERSIONS and one.specifier.contains(VERSIONS[name]), name
    assert f">={'.'.join(map(str, MADE['PYTHON']))}" == LOCK["requires-python"]


def test_a_package_without_a_wheel_for_a_mac_is_refused() -> None:
    linux = {"url": "https://x/a-1-cp313-cp313-manylinux_2_28_x86_64.whl", "hashes": {"sha256": HASH}}
    newer = {"url": "https://x/a-1-cp313-cp313-macosx_26_0_arm64.whl", "hashes": {"sha256": HASH}}
    plain = {"url": "https://x/a-1-py3-none-any.whl", "hashes": {"sha256": HASH}}
    special = {"url": "https://x/a-1-cp313-cp313-macosx_14_0_arm64.whl", "hashes": {"sha256": HASH}}
    with pytest.raises(ValueError, match="a has no wheel"):
        MADE["locked_wheels"]({"packages": [{"name": "a", "wheels": [linux, newer]}]})
    (chosen,) = MADE["locked_wheels"]({"packages": [{"name": "a", "wheels": [plain, special, linux]}]})
    assert chosen.url == special["url"]


def test_it_is_ruby(tmp_path: Path) -> None:
    ruby = shutil.which("ruby")
    if ruby is None:
        pytest.skip("there is no ruby here")
    path = tmp_path / "kohya-driver.rb"
    path.write_text(formula(), encoding="utf-8")
    done = subprocess.run([ruby, "-wc", path], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("Syntax OK\n", "")


def fetch(wheel: Any, folder: Path) -> str:
    with urllib.request.urlopen(wheel.url, timeout=120) as page:
        data = page.read()
    (folder / wheel.url.rpartition("/")[2]).write_bytes(data)
    return hashlib.sha256(data).hexdigest()


@pytest.mark.long
def test_a_mac_would_have_everything_it_needs(tmp_path: Path) -> None:
    """Every wheel has the hash that the formula says, and kohya-driver's requirements are met by these alone."""
    found = wheels()
    with ThreadPoolExecutor(8) as pool:
        hashes = list(pool.map(lambda wheel: fetch(wheel, tmp_path), found))
    assert hashes == [wheel.sha256 for wheel in found]
    uv = find_uv_bin()
    subprocess.run([uv, "build", "--quiet", "--wheel", "--out-dir", tmp_path, ROOT], check=True)
    own = next(tmp_path.glob("kohya_driver-*.whl"))
    wanted = tmp_path / "wanted.in"
    wanted.write_text(f"kohya-driver[vision] @ {own.as_uri()}\n", encoding="utf-8")
    command: list[str | Path] = [
        uv,
        "pip",
        "compile",
        "--quiet",
        "--no-index",
        "--find-links",
        tmp_path,
        "--only-binary",
        ":all:",
    ]
    command += [
        "--python-version",
        "3.13",
        "--python-platform",
        "aarch64-apple-darwin",
        "--no-header",
        "--no-annotate",
        wanted,
    ]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        env={"MACOSX_DEPLOYMENT_TARGET": "14.0", "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)},
    )
    assert done.returncode == 0, done.stderr
    resolved = dict(re.findall(r"^([\w.-]+)==(\S+)$", done.stdout, re.M))
    assert resolved == VERSIONS
