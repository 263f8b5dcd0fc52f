"""What `entry_kept.py` does without torch: the base is read ahead, and its hash kept. The rest is tested on the real engine."""

from __future__ import annotations

import hashlib
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.unit.entry_files import load_alone

CONTENT = bytes(range(256)) * 50_000


@pytest.fixture
def entry_kept() -> Any:
    return load_alone("entry_kept")


@pytest.fixture
def base(tmp_path: Path) -> Path:
    path = tmp_path / "底模.safetensors"
    path.write_bytes(CONTENT)
    return path


def read(entry_kept: Any, folder: Path, *arguments: str) -> Any:
    """Everything that is read ahead, to its end."""
    kept = entry_kept.Kept(str(folder / "kept"), print)
    entry_kept.read_ahead(kept, list(arguments))
    for reading in kept.readings.values():
        reading.join()
    return kept


def config(folder: Path, base: object) -> str:
    path = folder / "config.toml"
    path.write_text(f"pretrained_model_name_or_path = '{base}'\n", encoding="utf-8")
    return str(path)


def test_the_hash_is_there_when_it_is_asked_for(entry_kept: Any, tmp_path: Path, base: Path) -> None:
    kept = read(entry_kept, tmp_path, "--config_file", config(tmp_path, base))
    told = hashlib.sha256(CONTENT).hexdigest()
    assert entry_kept.read_hash(entry_kept.hash_path(kept, base)) == told

    def never(filename: str) -> str:
        raise AssertionError(filename)

    train_util = SimpleNamespace(calculate_sha256=never)
    entry_kept.keep_hashes(kept, train_util)
    assert train_util.calculate_sha256(str(base)) == told


def test_of_what_is_no_file_nothing_is_read(entry_kept: Any, tmp_path: Path) -> None:
    broken = tmp_path / "broken.toml"
    broken.write_text("= 1", encoding="utf-8")
    for arguments in (
        (), ("--config_file",), ("--config_file", str(tmp_path / "none.toml")), ("--config_file", str(broken)),
        ("--config_file", config(tmp_path, tmp_path)), ("--config_file", config(tmp_path, "runwayml/stable-diffusion-v1-5")),
    ):  # fmt: skip
        assert read(entry_kept, tmp_path, *arguments).readings == {}
    assert not (tmp_path / "kept").exists()


def test_a_base_that_is_written_meanwhile_has_no_hash(
    entry_kept: Any, tmp_path: Path, base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entry_kept, "BLOCK_BYTES", len(CONTENT) // 2)
    real = entry_kept.hash_path
    asked: list[str] = []

    def hash_path_after_a_change(kept: Any, filename: str) -> str:
        if asked:
            base.write_bytes(CONTENT + b"more")
        asked.append(filename)
        return str(real(kept, filename))

    monkeypatch.setattr(entry_kept, "hash_path", hash_path_after_a_change)
    kept = entry_kept.Kept(str(tmp_path / "kept"), print)
    entry_kept.read_whole(kept, str(base))
    assert len(asked) == 2 and not (tmp_path / "kept").exists()


def test_a_base_that_is_gone_is_hashed_by_the_engine(entry_kept: Any, tmp_path: Path, base: Path) -> None:
    kept = read(entry_kept, tmp_path, "--config_file", config(tmp_path, base))
    base.unlink()
    train_util = SimpleNamespace(calculate_sha256=lambda filename: "NOFILE")
    entry_kept.keep_hashes(kept, train_util)
    assert train_util.calculate_sha256(str(base)) == "NOFILE"
