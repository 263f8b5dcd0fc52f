"""Shell and batch scripts as far as training commands need: lines, quotes, variables, files written in place."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from kohya_driver.exchange.shell_posix import read_posix
from kohya_driver.exchange.shell_powershell import is_powershell, read_powershell
from kohya_driver.exchange.shell_state import Command, State

_HEREDOC = re.compile(r"^\s*cat\s*>\s*(?P<file>\S+|\"[^\"]+\"|'[^']+')\s*<<-?\s*(['\"]?)(?P<end>\w+)\2\s*$")
_SET = re.compile(r"^\s*@?set\s+(?P<how>/[ap]\s+)?\"?(?P<name>[A-Za-z_]\w*)\s*=(?P<value>.*)$", re.I)
_REFERENCE = re.compile(r"%(\w+)%|!(\w+)!")
_COMMENT = re.compile(r"^\s*@?(#|::|rem\b|//)", re.I)


@dataclass(frozen=True, slots=True)
class Variable:
    name: str
    value: str
    is_exported: bool
    """Whether the environment has it, not the script alone."""
    is_tested: bool
    """Whether a condition was decided by it."""


@dataclass(frozen=True, slots=True)
class Script:
    """What a script holds."""

    commands: tuple[Command, ...]
    variables: Mapping[str, Variable]
    """By the name that `Command.names` has."""
    files: Mapping[str, str]
    """Files that it writes (`cat > NAME <<'EOF'`), by name."""
    unread: tuple[str, ...]
    """What says something of variables or options and is not understood, or holds only where a condition is met that is
    not known here."""


def read_script(text: str, suffix: str = "") -> Script:
    """Take a script, or a pasted command, apart. Never raises: what is not understood is no command.

    Args:
        suffix: of the file, such as `.ps1`.
    """
    lines, files = _without_files(text.split("\n"))
    rest = "\n".join(lines)
    if suffix.lower() == ".ps1" or is_powershell(text):
        state = read_powershell(rest)
    else:
        state = _read_batch(lines) if _is_batch(text) else read_posix(rest)
    variables = {
        key: Variable(
            state.shown[key],
            value if isinstance(value, str) else " ".join(value),
            key in state.exported,
            key in state.tested,
        )
        for key, value in state.values.items()
    }
    return Script(tuple(state.commands), variables, files, tuple(dict.fromkeys(state.unread)))


def _is_batch(text: str) -> bool:
    marks = r"\^\s*$|^\s*@echo|^\s*rem\b|^\s*call\b|^\s*set\s+\w+=|%[a-z_]\w*%"
    return not text.startswith("#!") and bool(re.search(marks, text, re.M | re.I | re.A))


def _without_files(lines: list[str]) -> tuple[list[str], dict[str, str]]:
    kept: list[str] = []
    files: dict[str, str] = {}
    number = 0
    while number < len(lines):
        found = _HEREDOC.match(lines[number])
        if found:
            end = next((n for n in range(number + 1, len(lines)) if lines[n].strip() == found["end"]), None)
            if end is not None:
                name = _unquoted(found["file"]).replace("\\", "/").rpartition("/")[2]
                files[name] = "\n".join(lines[number + 1 : end]) + "\n"
                number = end + 1
                continue
        kept.append(lines[number])
        number += 1
    return kept, files


def _read_batch(lines: list[str]) -> State:
    state = State(caseless=True)
    for line in _joined(lines):
        found = _SET.match(line)
        names: set[str] = set()
        if found and not found["how"]:
            value = _fill(found["value"].strip(), state, names)
            # `set "A=b"` quotes the whole, and `set A="b"` its value alone.
            state.assign(found["name"], _unquoted(value), names, line, exported=True)
        elif found:
            state.forget(found["name"], line)
        elif re.search(r"\bset\s+\"?\w+=", line, re.I) or line.startswith("--"):
            state.unread.append(line)
        else:
            state.run_all(_split(_fill(line, state, names)), names)
    return state


def _joined(lines: list[str]) -> Iterator[str]:
    """Whole commands: a line that ends in a caret goes on."""
    open_line = ""
    for line in lines:
        if not open_line and _COMMENT.match(line):
            continue
        stripped = line.rstrip()
        if stripped.endswith("^"):
            open_line += f"{stripped[:-1]} "
            continue
        whole = f"{open_line}{stripped}".strip()
        open_line = ""
        if whole:
            yield whole
    if open_line.strip():
        yield open_line.strip()


def _fill(text: str, state: State, names: set[str]) -> str:
    """With variables in place of their names: a batch file does this before it looks at quotes."""

    def value(match: re.Match[str]) -> str:
        name = match[1] or match[2]
        names.add(name)
        found = state.get(name)
        return found if isinstance(found, str) else match[0]

    return _REFERENCE.sub(value, text)


def _unquoted(text: str) -> str:
    text = text.strip()
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'" else text.rstrip('"')


def _split(line: str) -> list[str]:
    """Words without their quotes. A backslash is a letter of a path, and only double quotes quote."""
    reader = shlex.shlex(line, posix=True, punctuation_chars=False)
    reader.whitespace_split = True
    reader.commenters, reader.escape, reader.quotes = "", "", '"'
    try:
        return list(reader)
    except ValueError:
        return line.split()
