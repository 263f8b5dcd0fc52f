"""Every command, option and choice of ours, asked of real shells: each is offered at its place.

What is to be offered is read from the parsers here, and not by what writes the scripts.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from kohya_driver.cli.main import HIDDEN, build_parser
from kohya_driver.cli.shells import completion_script

END = "--------"
ASK = {
    # Reads one line of words after another; the last word is what is completed.
    "bash": r"""
        source "$1" || exit 9
        while IFS=$'\t' read -r -a COMP_WORDS; do
            COMP_WORDS[0]=kohya-driver; COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
            [[ ${COMP_WORDS[COMP_CWORD]} == NOTHING ]] && COMP_WORDS[COMP_CWORD]=""
            COMPREPLY=(); _kohya_driver 2>/dev/null
            printf '%s\n' "${COMPREPLY[@]}" --------
        done < "$2"
    """,
    "zsh": r"""
        compdef() { }
        _files() { }
        compadd() {
            while (( $# )); do
                case $1 in
                    -a) shift; print -l -- ${(P)1} ;;
                    -S) shift ;;
                    --) shift; print -l -- "$@"; return ;;
                esac
                shift
            done
        }
        source "$1" || exit 9
        while IFS= read -r line; do
            words=(${(s:	:)line}); words[1]=kohya-driver; CURRENT=${#words}
            [[ ${words[CURRENT]} == NOTHING ]] && words[CURRENT]=""
            _kohya_driver
            print -- --------
        done < "$2"
    """,
    "fish": r"""
        source $argv[1]; or exit 9
        while read -l line
            set words (string split \t -- $line)
            test $words[-1] = NOTHING; and set words[-1] ""
            complete -C "kohya-driver $words[2..-1]" | string replace -r '\t.*' ''
            echo --------
        end < $argv[2]
    """,
}


@dataclass(frozen=True, slots=True)
class Question:
    words: tuple[str, ...]
    """The last one is begun; empty: nothing of it is typed."""
    wanted: frozenset[str]
    is_least: bool = False
    """`runs --state` means `runs list --state`: the options of that are offered too."""


def questions(parser: argparse.ArgumentParser, trail: tuple[str, ...] = ()) -> Iterator[Question]:
    options = [action for action in parser._actions if action.option_strings]
    flags = frozenset(name for one in options for name in one.option_strings if name[:2] == "--")
    has_more = bool(getattr(parser, "default_action", ""))
    yield Question((*trail, "--"), flags, has_more)
    for one in options:
        if one.choices and len(list(one.choices)) < 50:
            yield Question((*trail, one.option_strings[-1], ""), frozenset(map(str, one.choices)))
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            inner = {name: below for name, below in action.choices.items() if name not in HIDDEN}
            yield Question((*trail, ""), frozenset(inner), has_more)
            for name, below in inner.items():
                yield from questions(below, (*trail, name))


def asked(shell: str, folder: Path, found: list[Question]) -> list[set[str]]:
    if shutil.which(shell) is None:
        pytest.skip(f"there is no {shell} here")
    script, lines = folder / "script", folder / "lines"
    script.write_text(completion_script(shell), encoding="utf-8")
    text = "".join("\t".join(("x", *one.words[:-1], one.words[-1] or "NOTHING")) + "\n" for one in found)
    lines.write_text(text, encoding="utf-8")
    plain = {"bash": ["--norc"], "zsh": ["-f"], "fish": ["--no-config"]}[shell]
    # bash and zsh count what stands behind -c from 0.
    own_name = [] if shell == "fish" else [shell]
    done = subprocess.run(
        [shell, *plain, "-c", ASK[shell], *own_name, str(script), str(lines)],
        capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    answers = done.stdout.split(f"{END}\n")[:-1]
    assert len(answers) == len(found), done.stderr
    return [set(answer.split()) for answer in answers]


@pytest.mark.parametrize("shell", ASK)
def test_everything_is_offered(shell: str, tmp_path: Path) -> None:
    found = list(questions(build_parser((), every=True)))
    assert len(found) > 100
    for question, answer in zip(found, asked(shell, tmp_path, found), strict=True):
        begun = question.words[-1]
        offered = {word for word in answer if word.startswith(begun)} if begun else answer
        assert offered >= question.wanted if question.is_least else offered == question.wanted, question
