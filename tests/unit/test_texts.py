"""Every sentence exists in both languages, with the same values, and every code in use has one."""

from __future__ import annotations

import ast
import re
import string
from pathlib import Path

import pytest

from kohya_driver import texts
from kohya_driver.texts.fields import ZH
from tests.chinese import english_in

ROOT = Path(texts.__file__).parent.parent
ALL = [(area, code, pair) for area in texts.AREAS for code, pair in texts.table(area).items()]


def placeholders(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


@pytest.mark.parametrize(("area", "code", "pair"), ALL, ids=[code for _, code, _ in ALL])
def test_pair(area: str, code: str, pair: tuple[str, str]) -> None:
    english, chinese = pair
    assert code.startswith(f"{area}.")
    assert english.strip() and chinese.strip()
    assert placeholders(english) == placeholders(chinese)
    assert not re.search(r"[\u4e00-\u9fff]", english)


def test_no_english_sentence_is_left_in_chinese() -> None:
    """What is typed stands in backticks, what others say in quotation marks; tests/cli/test_all_in_chinese.py hears it all said."""
    said = {**{code: chinese for _, code, (_, chinese) in ALL}, **ZH}
    assert {code: found for code, chinese in said.items() if (found := english_in(chinese))} == {}


def test_hints_belong_to_something() -> None:
    for _, code, _ in ALL:
        if code.endswith(".hint"):
            assert texts.has(code.removesuffix(".hint")), code


def used_codes() -> set[str]:
    areas = "|".join(texts.AREAS)
    pattern = re.compile(rf"(?:{areas})\.[a-z0-9_.-]+[a-z0-9_]")
    found = set()
    for path in ROOT.rglob("*.py"):
        if path.parent.name == "texts":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                name = (
                    node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                )
                if name in ("say", "error", "warning", "Finding", "InstallEvent") or name.endswith("Error"):
                    found |= {
                        a.value
                        for a in node.args
                        if isinstance(a, ast.Constant)
                        and isinstance(a.value, str)
                        and pattern.fullmatch(a.value)
                    }
    return found


def test_every_code_in_use_has_a_sentence() -> None:
    missing = sorted(code for code in used_codes() if not texts.has(code))
    assert not missing
    assert len(used_codes()) > 50


def test_every_code_has_a_user() -> None:
    """A sentence that nothing says is dead. Codes that are put together from parts are found by their fixed part."""
    source = "\n".join(
        path.read_text(encoding="utf-8") for path in ROOT.rglob("*.py") if path.parent.name != "texts"
    )
    built = set(re.findall(r'f"((?:' + "|".join(texts.AREAS) + r")\.[a-z_.]*)\{", source))
    rules = {f"override.{name}" for name in re.findall(r'Rule\(\s*"([a-z_.0-9]+)"', source)}
    dead = [
        code
        for _, code, _ in ALL
        if not code.endswith(".hint")
        and f'"{code}"' not in source
        and code not in rules
        and not any(code.startswith(prefix) for prefix in built)
    ]
    assert not dead


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "en_US.UTF-8"}, "en"),
        ({"LC_ALL": "C", "LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LC_ALL": "zh_TW.UTF-8", "LANG": "en_US.UTF-8"}, "zh"),
        ({"KOHYA_DRIVER_LANG": "en", "LANG": "zh_CN.UTF-8"}, "en"),
        ({"LC_ALL": "C.UTF-8"}, "en"),
    ],
)
def test_language_of_an_environment(environment: dict[str, str], language: str) -> None:
    assert texts.locale_language(environment) == language
