"""A small stand-in for the engine's sources and packages, so that a real installation takes about two seconds.

Run as a script it installs from such a stand-in: `python -m tests.faults.fake_engine FOLDER SOURCE [--force] [--embedded]`.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import os
import random
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from kohya_driver.engine.install import InstallEvent, install_engine
from kohya_driver.engine.pin import Recipe, embedded_recipe, load_pin, platform_name
from kohya_driver.errors import DriverError
from tests.faults.killing import kill_at_random

SCRIPT = "import toylib\n\nassert toylib.__version__ == '1.0'\n"


@dataclass(frozen=True)
class FakeEngine:
    """A folder with a git repository (`source`), wheels, locks and a pin."""

    root: Path

    @property
    def source(self) -> Path:
        return self.root / "source"

    @property
    def home(self) -> Path:
        return self.root / "home 数据"

    def environment(self) -> dict[str, str]:
        """Packages come from the folder of wheels only, so that no test needs a network."""
        return {
            "KOHYA_DRIVER_HOME": str(self.home),
            "UV_NO_INDEX": "1",
            "UV_FIND_LINKS": str(self.root / "wheels"),
            "UV_CACHE_DIR": str(self.root / "cache"),
            "UV_HTTP_RETRIES": "0",
        }

    def recipe(self) -> Recipe:
        return Recipe(
            load_pin(self.root / "pin.toml"), self.root / "locks", self.root / "locks", platform_name()
        )

    def embedded_recipe(self) -> Recipe:
        """The embedded engine on the same packages, which hold only a toy."""
        recipe = embedded_recipe(self.recipe())
        return replace(recipe, pin=replace(recipe.pin, health_modules=("toylib",), health_scripts=()))

    def lock(self, text: str) -> None:
        (self.root / "locks" / f"requirements-{platform_name()}.txt").write_text(text, encoding="utf-8")

    def start(self, *arguments: str, source: str = "") -> subprocess.Popen[str]:
        """An installation in a process of its own."""
        command = [
            sys.executable,
            "-m",
            "tests.faults.fake_engine",
            str(self.root),
            source or str(self.source),
        ]
        return subprocess.Popen(
            [*command, *arguments],
            env={**os.environ, **self.environment()},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )


def killed_at_random(fake: FakeEngine, times: int, *options: str) -> Iterator[None]:
    """Install over a whole engine and be killed, at `times` moments at random; yields after each try, killed or done."""
    for forced in ((), ("--force",)):  # the second is as warm as those that are killed
        begun = time.monotonic()
        whole = fake.start(*options, *forced)
        said, _ = whole.communicate(timeout=120)
        assert whole.returncode == 0, said
        whole_seconds = time.monotonic() - begun
    chance, killed = random.Random(20260), 0
    while killed < times:
        process = fake.start(*options, "--force")
        took = kill_at_random(process, chance, whole_seconds)
        killed += took is None
        whole_seconds = min(whole_seconds, took or whole_seconds)
        assert process.stdout is not None
        process.stdout.close()
        yield


def make_fake_engine(root: Path, *, payload_bytes: int = 1000) -> FakeEngine:
    """Write all of it. `payload_bytes` of noise go into the repository, and twice as many into the package."""
    fake = FakeEngine(root)
    commit = _make_repository(fake.source, payload_bytes)
    (root / "wheels").mkdir()
    (root / "locks").mkdir()
    noise = os.urandom(payload_bytes * 2)
    toy = make_wheel(
        root / "wheels", "toylib", {"toylib/__init__.py": b"__version__ = '1.0'\n", "toylib/noise": noise}
    )
    pairs = gzip.compress(b"#version: 0.2\na b\nab c</w>\n")
    clip = make_wheel(root / "wheels", "clip_anytorch", {"clip/bpe_simple_vocab_16e6.txt.gz": pairs})
    fake.lock(toy)
    (root / "locks" / "clip-anytorch.txt").write_text(clip, encoding="utf-8")
    (root / "pin.toml").write_text(
        f'url = "http://127.0.0.1:1/nobody.git"\ntag = "v1"\ncommit = "{commit}"\n'
        'sparse = ["/*", "!/windows/"]\npythons = ["3.11", "3.12", "3.13", "3.14"]\ntorch = "0"\nmacos = "0"\n'
        '[health]\nmodules = ["toylib"]\nscripts = ["train_network.py"]\n',
        encoding="utf-8",
    )
    return fake


def _make_repository(folder: Path, payload_bytes: int) -> str:
    (folder / "windows").mkdir(parents=True)
    (folder / "windows" / "big.dll").write_bytes(b"not wanted")
    (folder / "train_network.py").write_text(SCRIPT, encoding="utf-8")
    (folder / "noise").write_bytes(os.urandom(payload_bytes))
    (folder / ".gitignore").write_text("__pycache__\n", encoding="utf-8")
    git(folder, "init", "--quiet")
    git(folder, "add", ".")
    commit(folder, "one")
    git(folder, "tag", "v1")
    return git(folder, "rev-parse", "HEAD")


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def commit(folder: Path, message: str) -> None:
    person = ["-c", "user.name=Test", "-c", "user.email=test@example.invalid", "-c", "commit.gpgsign=false"]
    git(folder, *person, "commit", "--quiet", "--allow-empty", "-am", message)


def make_wheel(folder: Path, name: str, members: dict[str, bytes]) -> str:
    """Write NAME-1.0-py3-none-any.whl; returns its line for a requirements file."""
    info = f"{name}-1.0.dist-info"
    members = {
        **members,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n".encode(),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{path},sha256={_record_hash(data)},{len(data)}\n" for path, data in members.items())
    path = folder / f"{name}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for member, data in {**members, f"{info}/RECORD": f"{record}{info}/RECORD,,\n".encode()}.items():
            archive.writestr(member, data)
    return f"{name.replace('_', '-')}==1.0 --hash=sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}\n"


def _record_hash(data: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()


def main() -> int:
    """Install, print each event as JSON, and leave with the error's exit code."""

    def tell(event: InstallEvent) -> None:
        print(json.dumps([event.step, event.code, event.message]), flush=True)

    fake = FakeEngine(Path(sys.argv[1]))
    recipe = fake.embedded_recipe() if "--embedded" in sys.argv else fake.recipe()
    try:
        source = sys.argv[2] if recipe.is_cloned else None
        install_engine(source, force="--force" in sys.argv, on_event=tell, recipe=recipe)
    except DriverError as failure:
        print(failure)
        return failure.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
