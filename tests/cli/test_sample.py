"""`kohya-driver sample` as it is typed: what it says and refuses, and how it ends."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path

import pytest

from kohya_driver.cli.main import build_parser, main
from kohya_driver.cli.sample import read_config, read_size, read_weights
from kohya_driver.errors import UsageError
from kohya_driver.sampling.model import GridConfig
from tests.project import write_base, write_safetensors
from tests.unit.test_sampling import LORA, SDXL


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KOHYA_DRIVER_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("KOHYA_DRIVER_LANG", "en")
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def lora(tmp_path: Path) -> Path:
    write_base(tmp_path / "base.safetensors")
    return write_safetensors(tmp_path / "宁.safetensors", LORA)


def sample(lora: Path, *more: str) -> int:
    return main(["sample", str(lora), "--base", "base.safetensors", "--dry-run", *more])


def test_what_would_be_drawn(lora: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert sample(lora, "--prompt", "宁, smile --n old", "--weights", "0.5，1", "--size", "64x128") == 0
    said = capsys.readouterr().out
    assert "宁, smile" in said and "0.5, 1" in said and "64×128 · seed 42" in said and "3, one start" in said
    assert not list(lora.parent.glob("*grid*"))


def test_as_json(lora: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert sample(lora, "--prompt", "a", "--prompt", "b", "--seed", "7", "--json") == 0
    said = json.loads(capsys.readouterr().out)
    assert [prompt["seed"] for prompt in said["prompts"]] == [7, 7] and len(said["cells"]) == 8


def test_in_chinese(lora: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert sample(lora, "--prompt", "a", "--lang", "zh") == 0
    assert "不用 LoRA" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("more", "code", "exit_code"),
    [
        (("--weights", "a"), "grid.bad_weights", 2),
        (("--weights", "11"), "grid.bad_weights", 2),
        (("--size", "big"), "grid.size_odd", 2),
        (("--size", "100"), "grid.bad_size", 8),
        (("--steps", "0"), "grid.out_of_range", 2),
        (("--seed", "-1"), "grid.out_of_range", 2),
        (("--scale", "99"), "grid.out_of_range", 2),
        (("--sampler", "eulr"), "grid.bad_sampler", 2),
        (("--checkpoints", "all"), "grid.file_has_no_checkpoints", 2),
        (("--prompt", "a --q 1"), "plan.prompt_option", 2),
        (("--base", "gone.safetensors"), "grid.base_missing", 8),
        (("--precision", "fp64"), "cli.not_understood", 2),
    ],
)
def test_what_it_refuses(
    lora: Path, more: tuple[str, ...], code: str, exit_code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert sample(lora, "--prompt", "a", *more) == exit_code
    assert code in capsys.readouterr().err


def test_a_lora_for_another_base(lora: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = write_safetensors(lora.with_name("xl.safetensors"), SDXL)
    assert sample(other, "--prompt", "a") == 8
    said = capsys.readouterr().err
    assert "grid.other_family" in said and "sdxl" in said and "sd15" in said


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("宁.safetensors", "--prompt", "a"), "grid.base_needed"),
        (("gone.safetensors", "--prompt", "a"), "grid.lora_missing"),
        (("base.safetensors", "--base", "base.safetensors", "--prompt", "a"), "grid.not_a_lora"),
        (("宁.safetensors", "--base", "base.safetensors"), "grid.no_prompt"),
        (("no-such-run",), "run.unknown"),
        ((), "run.none"),
    ],
)
def test_what_is_named(
    lora: Path, words: tuple[str, ...], code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["sample", *words, "--dry-run"]) != 0
    assert code in capsys.readouterr().err


def test_every_wish_can_be_typed() -> None:
    """The command line says all that the Python API says, in the same words."""
    arguments = build_parser(["sample"], every=True).parse_args(["sample", "x", "--prompt", "a"])
    assert {field.name for field in fields(GridConfig)} <= set(vars(arguments))
    assert read_config(arguments) == GridConfig(prompts=("a",))


@pytest.mark.parametrize(
    ("text", "weights"),
    [("0.6,0.8,1", (0.6, 0.8, 1.0)), ("1", (1.0,)), ("0.5 1", (0.5, 1.0)), ("1,1,0", (1.0, 0.0)), ("-0.5，1", (-0.5, 1.0))],
)  # fmt: skip
def test_weights(text: str, weights: tuple[float, ...]) -> None:
    assert read_weights(text) == weights


@pytest.mark.parametrize(("text", "size"), [("512", (512, 512)), ("512x768", (512, 768)), ("768×512", (768, 512))])  # fmt: skip
def test_sizes(text: str, size: tuple[int, int]) -> None:
    assert read_size(text) == size
    with pytest.raises(UsageError):
        read_size(f"{text}x")
