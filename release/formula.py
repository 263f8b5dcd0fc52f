"""Writes the Homebrew formula: `python release/formula.py WHEEL --url URL --homepage URL --output kohya-driver.rb`.

Every package stands in it with the address and the hash of one wheel, taken from pylock.macos.toml (`release/lock.sh` makes that
anew). Wheels and not sources: onnxruntime has none, and others would want a Rust compiler and half an hour.
"""

from __future__ import annotations

import argparse
import hashlib
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.tags import Tag, compatible_tags, cpython_tags, mac_platforms
from packaging.utils import parse_wheel_filename

HERE = Path(__file__).parent
LOCK = HERE / "pylock.macos.toml"
PYTHON = (3, 13)
MACOS = (14, 0)
"""What torch's wheels ask for, and with them the engine."""


@dataclass(frozen=True, slots=True)
class Wheel:
    name: str
    url: str
    sha256: str


def locked_wheels(lock: Mapping[str, Any]) -> tuple[Wheel, ...]:
    """One wheel of each package, the most special one that a Mac of this kind takes.

    Raises:
        ValueError: a package has none.
    """
    ranks = {tag: rank for rank, tag in enumerate(_tags())}
    return tuple(_best(package, ranks) for package in lock["packages"])


def _tags() -> Iterator[Tag]:
    platforms = list(mac_platforms(MACOS, "arm64"))
    yield from cpython_tags(PYTHON, platforms=platforms)
    yield from compatible_tags(PYTHON, f"cp{PYTHON[0]}{PYTHON[1]}", platforms)


def _best(package: Mapping[str, Any], ranks: Mapping[Tag, int]) -> Wheel:
    found = [
        (min(fitting), wheel)
        for wheel in package.get("wheels", ())
        if (fitting := [ranks[tag] for tag in _tags_of(wheel) if tag in ranks])
    ]
    if not found:
        raise ValueError(f"{package['name']} has no wheel for Python {PYTHON} on macOS {MACOS}")
    wheel = min(found, key=lambda one: one[0])[1]
    return Wheel(package["name"], wheel["url"], wheel["hashes"]["sha256"])


def _tags_of(wheel: Mapping[str, Any]) -> Iterable[Tag]:
    return parse_wheel_filename(wheel["url"].rpartition("/")[2])[3]


def formula(own: Wheel, version: str, wheels: Iterable[Wheel], homepage: str) -> str:
    resources = "\n\n".join(_resource(wheel) for wheel in wheels)
    python = ".".join(map(str, PYTHON))
    return f"""\
# Written by release/formula.py: change it there.
class KohyaDriver < Formula
  desc "Train a LoRA with kohya-ss/sd-scripts on a Mac, everything checked first"
  homepage "{homepage}"
  url "{own.url}", using: :nounzip
  version "{version}"
  sha256 "{own.sha256}"
  license "Apache-2.0"

  depends_on arch: :arm64
  depends_on macos: :sonoma
  depends_on "python@{python}"

{resources}

  def install
    wheels = buildpath/"wheels"
    wheels.install Dir["*.whl"]
    resources.each {{ |resource| resource.stage(wheels) }}
    system Formula["python@{python}"].opt_bin/"python{python}", "-m", "venv", libexec
    system libexec/"bin/python", "-m", "pip", "install", "--no-index", "--no-deps", "--no-compile", *wheels.glob("*.whl")
    bin.install_symlink libexec/"bin/kohya-driver"
    generate_completions_from_executable(bin/"kohya-driver", "completion", shells: [:bash, :zsh, :fish])
  end

  def caveats
    <<~EOS
      The engine (sd-scripts) is installed by the first training, or now:
        kohya-driver engine install
      A first training with pictures that come along:
        kohya-driver quickstart
    EOS
  end

  test do
    ENV["KOHYA_DRIVER_HOME"] = testpath/"home"
    assert_match version.to_s, shell_output("#{{bin}}/kohya-driver --version")
    assert_match "sdxl-style", shell_output("#{{bin}}/kohya-driver presets list")
  end
end
"""


def _resource(wheel: Wheel) -> str:
    return f"""\
  resource "{wheel.name}" do
    url "{wheel.url}", using: :nounzip
    sha256 "{wheel.sha256}"
  end"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("wheel", type=Path, help="kohya-driver's own")
    parser.add_argument("--url", required=True, help="where that wheel can be fetched")
    parser.add_argument("--homepage", required=True)
    parser.add_argument("--output", type=Path, required=True)
    asked = parser.parse_args()
    version = str(parse_wheel_filename(asked.wheel.name)[1])
    own = Wheel("kohya-driver", asked.url, hashlib.sha256(asked.wheel.read_bytes()).hexdigest())
    lock = tomllib.loads(LOCK.read_text(encoding="utf-8"))
    asked.output.write_text(formula(own, version, locked_wheels(lock), asked.homepage), encoding="utf-8")


if __name__ == "__main__":
    main()
