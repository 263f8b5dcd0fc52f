"""What the documents say is true: every command exists, every key, every code, every link."""

from __future__ import annotations

import argparse
import re
import shlex
from pathlib import Path

import pytest

from kohya_driver import errors, texts
from kohya_driver.cli.main import COMMANDS, build_parser
from kohya_driver.files import parse_toml
from kohya_driver.preset.model import Preset

ROOT = Path(__file__).parent.parent
DOCS = sorted([*ROOT.glob("README*.md"), *(ROOT / "docs").rglob("*.md")])
IDS = [str(path.relative_to(ROOT)) for path in DOCS]


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def blocks(text: str, kind: str) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", text, re.S)


def shell_lines(text: str) -> list[list[str]]:
    lines = [line for block in blocks(text, "sh") for line in block.replace("\\\n", " ").splitlines()]
    inline = re.findall(r"`((?:kohya-driver|make) [^`]+)`", text)
    return [shlex.split(line, comments=True) for line in [*lines, *inline] if line.strip()]


def placeholders_filled(words: list[str]) -> list[str]:
    """`DIR|URL`, `…` and the like stand for something; options in brackets are left out."""
    return [word for word in words if not word.startswith("[")]


@pytest.mark.parametrize("path", DOCS, ids=IDS)
def test_every_command_exists(path: Path) -> None:
    for words in shell_lines(read(path)):
        if words[0] == "kohya-driver":
            check_command(placeholders_filled(words[1:]))
        elif words[0] == "make":
            targets = set(re.findall(r"^([a-z]+):", read(ROOT / "Makefile"), re.M))
            assert {word for word in words[1:] if "=" not in word and word.islower()} <= targets, words


def check_command(words: list[str]) -> None:
    """As the parser takes it; a command that the text only names may lack its arguments."""
    parser = build_parser(words, every=True)
    known = option_strings(parser, words)
    assert words[0] in COMMANDS or words[0].startswith("--"), words
    for word in words:
        if word.startswith("--"):
            assert word.partition("=")[0] in known, words


def option_strings(parser: argparse.ArgumentParser, words: list[str]) -> set[str]:
    found = {option for action in parser._actions for option in action.option_strings}
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            chosen = next((word for word in words if word in action.choices), None)
            if chosen:
                found |= option_strings(action.choices[chosen], words[words.index(chosen) + 1 :])
    return found


@pytest.mark.parametrize("path", DOCS, ids=IDS)
def test_links_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)", read(path)):
        if "://" not in target:
            assert (path.parent / target).exists(), target


@pytest.mark.parametrize("path", DOCS, ids=IDS)
def test_presets_in_documents_are_valid(path: Path) -> None:
    for block in blocks(read(path), "toml"):
        values = parse_toml(block)
        values.pop("extends", None)
        if set(values) <= set(Preset.model_fields):
            import json

            Preset.model_validate_json(json.dumps(values))


def test_both_readmes_have_the_same_commands() -> None:
    english, chinese = ROOT / "README.md", ROOT / "README.zh-CN.md"
    commands = [
        sorted({tuple(w[:3]) for w in shell_lines(read(p)) if w[0] in ("kohya-driver", "make")})
        for p in (english, chinese)
    ]
    assert [c[:2] for c in commands[0]] == [c[:2] for c in commands[1]]


def test_every_exit_code_is_documented() -> None:
    text = read(ROOT / "docs" / "errors.md")
    for code in errors.EXIT_CODES.values():
        assert re.search(rf"^\| {code} \|", text, re.M), code


def test_every_code_is_documented() -> None:
    text = read(ROOT / "docs" / "errors.md")
    for area in ("dataset", "engine", "files", "host", "plan", "preset", "run"):
        for code in texts.table(area):
            if texts.has(f"{code}.hint"):
                assert f"`{code}`" in text, code


def test_every_field_is_documented() -> None:
    text = read(ROOT / "docs" / "presets.md")
    for section, info in Preset.model_fields.items():
        kind = info.annotation
        for name in getattr(kind, "model_fields", {}):
            assert f"`{name}`" in text, f"{section}.{name}"
