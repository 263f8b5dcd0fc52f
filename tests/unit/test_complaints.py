"""What argparse says is said in our words: read off its own source, so that a new Python shows what it says otherwise."""

from __future__ import annotations

import argparse
import ast
import inspect
import re
from collections.abc import Iterator

import pytest

from kohya_driver import texts
from kohya_driver.cli.complaints import in_our_words
from kohya_driver.cli.main import build_parser
from kohya_driver.errors import UsageError
from tests.chinese import CHINESE, english_in

TO_PROGRAMMERS = (
    "conflicting", ".__call__() not defined", "is an invalid argument for positionals", "mutually exclusive arguments must be",
    "is not callable", "cannot merge actions", "must start with a character", "dest= is required", "invalid conflict_resolution",
    "cannot have multiple subparser", "is deprecated", 'argument "-" with mode',
)  # fmt: skip
"""Raised while a parser is built, or by types that we do not use."""
ITS_HELP = (
    "usage: ", "positional arguments", "options", "show this help", "show program's", "%(prog)s: ", "%(heading)s:", " (default", "subcommands",
)  # fmt: skip
"""Replaced where the help is made."""


def sentences() -> Iterator[str]:
    for node in ast.walk(ast.parse(inspect.getsource(argparse))):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("_", "ngettext"):
            yield from (
                part.value
                for part in node.args
                if isinstance(part, ast.Constant) and isinstance(part.value, str)
            )


def for_people() -> list[str]:
    return [
        text
        for text in dict.fromkeys(sentences())
        if not any(part in text for part in TO_PROGRAMMERS) and not text.startswith(ITS_HELP)
    ]


@pytest.fixture(autouse=True)
def chinese() -> Iterator[None]:
    texts.use_language("zh")
    yield
    texts.use_language(None)


def test_its_source_is_read() -> None:
    assert len(for_people()) >= 14


@pytest.mark.parametrize("text", for_people())
def test_a_sentence(text: str) -> None:
    message = re.sub(r"%\(argument_name\)s", "--x", text)
    message = re.sub(r"%\(type\)s", "int", message)
    message = re.sub(r"%\(message\)s", "expected one argument", message)
    message = re.sub(r"expected %s", "expected 2", message)
    message = re.sub(r"%\(\w+\)[sr]|%[sr]", "'a'", message)
    said = in_our_words(message)
    assert said != message and CHINESE.search(said) and not english_in(said), said


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("trian p", "是否想输入 train？"),
        ("presets lst", "是否想输入 list？"),
        ("runs list --sort tme", "是否想输入 time？"),
        ("plan", "缺少：preset"),
        ("plan p --nonsense", "没有这样的参数：--nonsense"),
        ("plan p --engine", "--engine：后面缺少一个值"),
        ("train p --plain --json", "不能与 --plain 同时使用"),
        ("models list --json=3", "--json：它不接受值"),
        ("bench --steps x", "--steps：'x' 不是 int 类型的值"),
        ("runs list --limit 0", "--limit：0 不是从 1 开始的整数"),
    ],
)
def test_as_it_is_typed(typed: str, words: str) -> None:
    with pytest.raises(UsageError) as caught:
        build_parser(typed.split()).parse_args(typed.split())
    assert words in caught.value.findings[0].message


def test_in_english_it_says_the_same() -> None:
    texts.use_language("en")
    assert in_our_words("argument --x: invalid choice: 'tme' (choose from 'time', 'size')") == (
        "--x: 'tme' is none of 'time', 'size' (is time meant?)"
    )
    assert in_our_words("something of our own") == "something of our own"
