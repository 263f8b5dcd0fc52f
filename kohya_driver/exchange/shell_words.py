"""Shell and batch scripts as far as training commands need: lines, quotes, variables, files written in place."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_HEREDOC = re.compile(r"^\s*cat\s*>\s*(?P<file>\S+|\"[^\"]+\"|'[^']+')\s*<<-?\s*(['\"]?)(?P<end>\w+)\2\s*$")
_EXPORT = re.compile(r"^\s*(?:export\s+|set\s+|\$env:)?\"?(?P<name>[A-Za-z_]\w*)\s*=(?P<value>.*)$", re.I)
_REFERENCE = re.compile(r"\$\{(\w+)\}|\$env:(\w+)|\$(\w+)", re.I)
_BATCH_REFERENCE = re.compile(r"%(\w+)%")
_QUOTED = re.compile(r"'[^']*'|\"(?:\\.|[^\"\\])*\"", re.S)
_COMMENT = re.compile(r"^\s*(#|::|rem\b|//)", re.I)


@dataclass(frozen=True, slots=True)
class Script:
    """What a script holds."""

    commands: tuple[tuple[str, ...], ...]
    variables: Mapping[str, str]
    files: Mapping[str, str]
    """Files that it writes (`cat > NAME <<'EOF'`), by name."""


def read_script(text: str) -> Script:
    """Take a script, or a pasted command, apart. Never raises: what is not understood is no command."""
    lines, files = _without_files(text.split("\n"))
    batch = _is_batch(text)
    variables: dict[str, str] = {}
    commands: list[tuple[str, ...]] = []
    for line in _joined(lines, batch):
        assigned = _EXPORT.match(line)
        if assigned and not _has_command_behind(assigned["value"], batch):
            variables[assigned["name"]] = _assigned(assigned["value"].strip(), variables, batch)
            continue
        words = _split(_fill(line, variables, batch), batch)
        while words and re.fullmatch(r"[A-Za-z_]\w*=.*", words[0], re.S):
            name, _, value = words.pop(0).partition("=")
            variables[name] = value
        if words:
            commands += _parts(words)
    return Script(tuple(commands), variables, files)


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


def _joined(lines: list[str], batch: bool) -> Iterator[str]:
    """Whole commands: a line that ends in a backslash, a caret or a backtick goes on."""
    open_line = ""
    for line in lines:
        if not open_line and _COMMENT.match(line):
            continue
        stripped = line.rstrip()
        if stripped.endswith("^" if batch else ("\\", "`")):
            open_line += f"{stripped[:-1]} "
            continue
        whole = f"{open_line}{stripped}".strip()
        open_line = ""
        if whole:
            yield whole
    if open_line.strip():
        yield open_line.strip()


def _has_command_behind(value: str, batch: bool) -> bool:
    """`A=1 python train.py` sets a variable for one command; `A="x y"` is an assignment."""
    return not batch and len(_split(value, batch)) > 1


def _fill(text: str, variables: Mapping[str, str], batch: bool) -> str:
    """With variables in place of their names, but not between single quotes of a shell."""

    def value(match: re.Match[str]) -> str:
        name = next(part for part in match.groups() if part)
        return variables.get(name, match[0])

    if batch:
        return _BATCH_REFERENCE.sub(value, text)
    parts, end = [], 0
    for quoted in _QUOTED.finditer(text):
        inside = quoted[0] if quoted[0].startswith("'") else _REFERENCE.sub(value, quoted[0])
        parts += [_REFERENCE.sub(value, text[end : quoted.start()]), inside]
        end = quoted.end()
    return "".join([*parts, _REFERENCE.sub(value, text[end:])])


def _assigned(text: str, variables: Mapping[str, str], batch: bool) -> str:
    return _unquoted(_fill(text, variables, batch))


def _unquoted(text: str) -> str:
    text = text.strip()
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'" else text.rstrip('"')


def _split(line: str, batch: bool) -> list[str]:
    """Words without their quotes. In a batch file a backslash is a letter of a path, and only double quotes quote."""
    reader = shlex.shlex(line, posix=True, punctuation_chars=False)
    reader.whitespace_split = True
    reader.commenters = "" if batch else "#"
    if batch or re.search(r"[A-Za-z]:\\", line):
        reader.escape = ""
    if batch:
        reader.quotes = '"'
    try:
        return list(reader)
    except ValueError:
        return line.split()


def _parts(words: list[str]) -> Iterator[tuple[str, ...]]:
    """`cd x && python y` are two commands."""
    part: list[str] = []
    for word in words:
        if word in ("&&", "||", ";", "|", "&"):
            if part:
                yield tuple(part)
            part = []
        else:
            part.append(word)
    if part:
        yield tuple(part)
