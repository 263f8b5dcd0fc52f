"""Files: all or nothing."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest
import toml

from kohya_driver import files
from kohya_driver.errors import HostError, PresetError


def test_write_replaces_the_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "中文 文件" / "a.txt"
    files.write_text(path, "一")
    files.write_text(path, "二")
    assert path.read_text(encoding="utf-8") == "二"
    assert [p.name for p in path.parent.iterdir()] == ["a.txt"]


def test_a_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "taken"
    path.mkdir()
    (path / "inside").touch()
    with pytest.raises(HostError) as caught:
        files.write_text(path, "new")
    assert caught.value.code == "files.not_writable"
    assert caught.value.exit_code == 5
    assert [p.name for p in tmp_path.iterdir()] == ["taken"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_permission(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(HostError):
        files.write_text(tmp_path / "a", "x")


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("宁光", "宁光"),
        ("a/b\\c", "a_b_c"),
        ("..", "run"),
        ("", "run"),
        ("x" * 200, "x" * 80),
        ("a\nb", "a_b"),
    ],
)
def test_safe_name(name: str, safe: str) -> None:
    assert files.safe_name(name) == safe


def test_toml_reads_back_equal_or_not_at_all() -> None:
    value = {"a": 1e-4, "b": [1.0, 0.5], "c": 'quo"te\\ 中文 #', "d": [{"e": [{"f": True}]}]}
    assert files.parse_toml(files.dump_toml(value)) == value
    with pytest.raises(AssertionError):
        files.dump_toml({"a": None})


def test_one_at_a_time(tmp_path: Path) -> None:
    waited = threading.Event()
    order: list[str] = []

    def second() -> None:
        with files.lock(tmp_path / "lock", waited.set):
            order.append("second")

    with files.lock(tmp_path / "lock"):
        thread = threading.Thread(target=second)
        thread.start()
        assert waited.wait(10)
        order.append("first")
    thread.join(10)
    assert order == ["first", "second"]


def test_home_is_where_it_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("KOHYA_DRIVER_HOME", str(tmp_path / "数据"))
    assert files.home() == tmp_path / "数据"
    monkeypatch.delenv("KOHYA_DRIVER_HOME")
    assert files.home().name == "kohya-driver"


def test_free_space_of_a_folder_to_come(tmp_path: Path) -> None:
    assert files.free_bytes(tmp_path / "not" / "yet") > 0


@pytest.mark.parametrize(
    "text",
    ["D:\\models\\x.safetensors", "a\\x41", "\\", '"\\x"', '"', '""', "it's \\", "\x7f\x00", "宁\n光\t"],
)
def test_any_text_reads_back(text: str) -> None:
    written = files.dump_toml({"a": text, "list": [text], "table": {"b": text}})
    assert (
        toml.loads(written) == files.parse_toml(written) == {"a": text, "list": [text], "table": {"b": text}}
    )


@pytest.mark.parametrize("text", [",", ",,"])
def test_a_text_that_the_engines_library_cannot_read_is_told(text: str) -> None:
    with pytest.raises(PresetError) as failure:
        files.dump_toml({"a": ["fine", text]})
    assert failure.value.code == "files.not_for_engine" and failure.value.findings[0].values == {"text": text}
