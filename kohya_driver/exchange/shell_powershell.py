"""PowerShell scripts as far as training commands need: assignments, lists that options are added to, conditions."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kohya_driver.exchange.shell_state import State, Value, compare

_NAME = r"\$(?:(?P<env>env:)|(?:script|global|local):)?(?P<name>\w+)"
_ASSIGNED = re.compile(rf"(?:\[[\w.\[\]]+\]\s*)?{_NAME}\s*(?P<adds>\+?)=(?!=)\s*(?P<value>.*)", re.S | re.I)
_ADDED = re.compile(
    rf"(?:\[void\]\s*|\$null\s*=\s*)?{_NAME}\.(?:Add|AddRange)\s*\((?P<value>.*)\)(?:\s*\|\s*Out-Null)?",
    re.S | re.I,
)
_EMPTY_LIST = re.compile(
    r"\[[\w.\[\]]*(?:List|ArrayList)[\w.\[\]]*\]\s*::\s*new\(\)|New-Object\s+\S*List\S*|(?:\[[\w.\[\]]+\])?\s*@\(\s*\)",
    re.I,
)
_REFERENCE = re.compile(r"\$\(\s*\$(?:env:)?(\w+)\s*\)|\$\{(?:env:)?(\w+)\}|\$env:(\w+)|\$(\w+)", re.I)
_WHOLE = re.compile(rf"(?:{_REFERENCE.pattern}|@(\w+))", re.I)
_CONDITION = re.compile(r"(?P<word>if|elseif)\s*\((?P<test>.*)\)", re.S | re.I)
_NUMBER = re.compile(r"-?\d+(\.\d+)?(e-?\d+)?", re.I)
_WORDS = {"$true": "True", "$false": "", "$null": ""}


def is_powershell(text: str) -> bool:
    """By its assignments, or by lines that end in one backtick."""
    first = text.partition("\n")[0]
    if first.startswith("#!"):
        return "pwsh" in first
    if re.search(r"^\s*(\$(env:)?\w+\s*\+?=|if\s*\(.*\)\s*\{)", text, re.M | re.I):
        return True
    return any(line.count("`") == 1 and line.rstrip().endswith("`") for line in text.split("\n"))


def read_powershell(text: str) -> State:
    state = State(caseless=True)
    reader = _Reader(state)
    for piece in _statements(re.sub(r"<#.*?#>", "", text, flags=re.S)):
        reader.take(piece)
    reader.finish()
    return state


def _statements(text: str) -> Iterator[str]:
    """Statements without comments, and the braces of blocks."""
    open_text, place = "", 0
    while place < len(text):
        end = _skipped(text, place)
        if end > place + 1:
            open_text += text[place:end]
        elif text[place] == "#" and (not open_text or open_text[-1].isspace()):
            end = _line_end(text, place)
        elif text[place] in "\n;{}":
            yield open_text.strip()
            open_text = ""
            if text[place] in "{}":
                yield text[place]
        else:
            open_text += text[place]
        place = end
    yield open_text.strip()


def _line_end(text: str, place: int) -> int:
    end = text.find("\n", place)
    return len(text) if end < 0 else end


def _skipped(text: str, place: int) -> int:
    """Behind what belongs together from here on: a quote, parentheses, `${…}`, a continued line; else the next letter."""
    char = text[place]
    if char == "`":
        found = re.compile(r"`[ \t]*\n").match(text, place)
        return found.end() if found else min(place + 2, len(text))
    if char in "\"'":
        return _quote_end(text, place)
    if char == "(":
        return _group_end(text, place, "()")
    if text[place : place + 2] in ("${", "@{"):
        return _group_end(text, place + 1, "{}")
    return place + 1


def _quote_end(text: str, start: int) -> int:
    quote, place = text[start], start + 1
    while place < len(text):
        if text[place] == "`" and quote == '"':
            place += 2
        elif text[place] == quote:
            if text[place + 1 : place + 2] != quote:
                return place + 1
            place += 2
        else:
            place += 1
    return start + 1


def _group_end(text: str, start: int, marks: str) -> int:
    depth, place = 0, start
    while place < len(text):
        char = text[place]
        if char in "\"'":
            place = _quote_end(text, place)
            continue
        depth += (char == marks[0]) - (char == marks[1])
        place += 1
        if not depth:
            return place
    return start + 1


class _Reader:
    def __init__(self, state: State) -> None:
        self.state = state
        self.held = ""
        """A statement before it is known whether a block follows."""
        self.blocks: list[bool] = []
        """Of each open block, whether it is one of `if`."""
        self.is_closed = False
        """Whether a block of `if` has just ended, behind which `else` may follow."""

    def take(self, piece: str) -> None:
        if not piece:
            return
        if self.is_closed and piece != "{" and not re.match(r"else(if\b.*)?$", piece, re.S | re.I):
            self.state.close_branch()
            self.is_closed = False
        if piece == "{":
            self._open(self.held)
            self.held = ""
            return
        self.finish()
        if piece == "}":
            self.is_closed = bool(self.blocks) and self.blocks.pop()
        else:
            self.held = piece

    def finish(self) -> None:
        statement, self.held = self.held, ""
        if statement:
            self._run(statement)

    def _open(self, head: str) -> None:
        found = _CONDITION.fullmatch(head)
        is_branch = found is not None or head.lower() == "else"
        self.blocks.append(is_branch)
        if not is_branch:
            return
        truth = self._truth(found["test"]) if found else True
        (self.state.next_branch if self.is_closed else self.state.open_branch)(truth)
        self.is_closed = False

    def _run(self, statement: str) -> None:
        added, assigned = _ADDED.fullmatch(statement), _ASSIGNED.fullmatch(statement)
        if added:
            self._assign(added, statement, adds=True)
        elif assigned:
            self._assign(assigned, statement, adds=bool(assigned["adds"]))
        else:
            names = set[str]()
            words = _words(statement, self.state, names)
            if words and words[0].startswith("--"):
                self.state.unread.append(statement)
            self.state.run_all(words, names)

    def _assign(self, found: re.Match[str], statement: str, *, adds: bool) -> None:
        names = set[str]()
        value = self._value(found["value"].strip(), names)
        if value is None:
            self.state.forget(found["name"], statement)
        else:
            self.state.assign(found["name"], value, names, statement, adds=adds, exported=bool(found["env"]))

    def _value(self, text: str, names: set[str]) -> Value | None:
        """Of texts, numbers, variables and lists of them; None for what would have to be run."""
        if _EMPTY_LIST.fullmatch(text):
            return ()
        listed = re.fullmatch(r"@\((.*)\)", text, re.S)
        found: list[str] = []
        items = _items(listed[1] if listed else text)
        if items is None:
            return None
        for item in items:
            value = self._item(item, names)
            if value is None:
                return None
            found += [value] if isinstance(value, str) else value
        is_list = listed is not None or len(items) > 1 or len(found) != 1
        return tuple(found) if is_list else found[0]

    def _item(self, text: str, names: set[str]) -> Value | None:
        if text[0] in "\"'":
            return "".join(_filled(text, self.state, names))
        if text.lower() in _WORDS:
            return _WORDS[text.lower()]
        if _WHOLE.fullmatch(text):
            name = _name_of(text)
            names.add(name)
            return self.state.get(name)
        return text if _NUMBER.fullmatch(text) else None

    def _truth(self, test: str) -> bool | None:
        """`$x`, `!$x`, `$x -eq 1`."""
        names = set[str]()
        is_not = re.match(r"\s*(!|-not\b)\s*", test, re.I)
        items = _items(test[is_not.end() if is_not else 0 :].replace("(", " ").replace(")", " "))
        values = [self._tested(item, names) for item in items or ()]
        known = [value for value in values if value is not None]
        if len(known) != len(values) or len(known) not in (1, 3):
            return None
        truth = (
            known[0] not in ("", "0")
            if len(known) == 1
            else compare(known[0].lower(), known[1].lower(), known[2].lower())
        )
        if truth is None:
            return None
        self.state.tested |= set(map(self.state.key, names))
        return truth if not is_not else not truth

    def _tested(self, item: str, names: set[str]) -> str | None:
        """A value or an operator; what nobody has set is empty."""
        if item.startswith("-") and not _NUMBER.fullmatch(item):
            return item
        if _WHOLE.fullmatch(item) and item.lower() not in _WORDS and self.state.get(_name_of(item)) is None:
            names.add(_name_of(item))
            return ""
        value = self._item(item, names)
        return value if value is None or isinstance(value, str) else " ".join(value)


def _name_of(text: str) -> str:
    found = _WHOLE.fullmatch(text)
    return next((part for part in found.groups() if part), "") if found else ""


def _items(text: str) -> list[str] | None:
    """What stands between commas and blanks, quotes with it; None if parts of it touch."""
    found, place = list[str](), 0
    while place < len(text):
        if text[place] in ", \t\n":
            place += 1
            continue
        start = place
        while place < len(text) and text[place] not in ", \t\n":
            place = _skipped(text, place)
        found.append(text[start:place])
    whole = all(item[0] not in "\"'" or _quote_end(item, 0) == len(item) for item in found)
    return found if whole else None


def _words(text: str, state: State, names: set[str]) -> list[str]:
    """A command's words; a list among them gives a word for each of its values, a text only one."""
    found, place = list[str](), 0
    while place < len(text):
        if text[place].isspace() or text.startswith("`\n", place):
            place += 1
            continue
        start = place
        while place < len(text) and not text[place].isspace() and not re.match(r"`[ \t]*\n", text[place:]):
            place = _skipped(text, place)
        word = text[start:place]
        value = state.get(_name_of(word)) if _WHOLE.fullmatch(word) else None
        if value is None:
            found.append("".join(_filled(word, state, names)))
        else:
            names.add(_name_of(word))
            found += [value] if isinstance(value, str) else value
    return found


def _filled(word: str, state: State, names: set[str]) -> Iterator[str]:
    """A word without its quotes, with variables in place of their names."""

    def value(match: re.Match[str]) -> str:
        name = next(part for part in match.groups() if part)
        names.add(name)
        found = state.get(name)
        return match[0] if found is None else found if isinstance(found, str) else " ".join(found)

    def bare(text: str) -> str:
        return _REFERENCE.sub(value, text)

    start = place = 0
    while place < len(word):
        end = _skipped(word, place)
        if word[place] in "\"'" and end > place + 1:
            yield bare(word[start:place])
            inside, quote = word[place + 1 : end - 1], word[place]
            inside = inside.replace(quote * 2, quote)
            yield inside if quote == "'" else re.sub(r"`(.)", r"\1", bare(inside))
            start = end
        elif word[place] == "`":
            yield bare(word[start:place]) + word[place + 1 : end]
            start = end
        place = end
    yield bare(word[start:])
