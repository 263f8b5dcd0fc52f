"""Scripts for bash and its like: words are split first and filled in then, as the shell does it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kohya_driver.exchange.shell_state import State, Value, compare

_REFERENCE = re.compile(r"\$\{(\w+)(?:\[[@*\d]*\])?(?::?[-=]([^}]*))?\}|\$(\w+)")
_ALL = re.compile(r"\$\{(\w+)\[@\]\}")
_ASSIGNED = re.compile(r"([A-Za-z_]\w*)(\+?)=")
_OPERATOR = re.compile(r"&&|\|\||;;|[;|\n]|(?<!>)&(?!>)")
_CONTINUED = re.compile(r"\\[ \t]*\n")
_REMARK = re.compile(r"//|::|rem\b", re.I)
_DRIVE = re.compile(r"[A-Za-z]:\\")
_DECLARED = ("export", "declare", "local", "readonly", "typeset")
_TESTS = {"[": "]", "[[": "]]", "test": ""}
_SKIPPED = ("for", "while", "until", "select", "function", "done", "}")


@dataclass(frozen=True, slots=True)
class _Word:
    parts: tuple[tuple[str, str], ...]
    """Its quote, and the text: what stands bare is split once it is filled in, what stands in single quotes is not filled in."""
    items: tuple[_Word, ...] | None = None
    """Of `NAME=(…)`."""

    @property
    def bare(self) -> str:
        """Its text, if nothing in it is quoted."""
        return "".join(text for _, text in self.parts) if all(not quote for quote, _ in self.parts) else ""

    @property
    def text(self) -> str:
        """As it was written."""
        inside = "" if self.items is None else f"({' '.join(item.text for item in self.items)})"
        return "".join(f"{quote}{text}{quote}" for quote, text in self.parts) + inside


class _Lexer:
    def __init__(self, text: str) -> None:
        self.text, self.place = text, 0

    def commands(self) -> Iterator[tuple[str, list[_Word]]]:
        """The operator before each command, and its words."""
        before, words = "\n", list[_Word]()
        while self.place < len(self.text):
            found = _OPERATOR.match(self.text, self.place)
            if found:
                if words:
                    yield before, words
                before, words = found[0], []
                self.place = found.end()
            elif not words and (remark := _REMARK.match(self.text, self.place)):
                self.place = self._line_end(remark.end())
            elif (word := self._word("")) is not None:
                words.append(word)
        if words:
            yield before, words

    def _word(self, closing: str) -> _Word | None:
        """The next word; None where there is a blank, a comment or a parenthesis instead."""
        text, start = self.text, self.place
        if text[start] in " \t)" or _CONTINUED.match(text, start) or (closing and text[start] == "\n"):
            found = _CONTINUED.match(text, start)
            self.place = found.end() if found else start + 1
            return None
        if text[start] == "#":
            self.place = self._line_end(start)
            return None
        if text[start] == "(":
            self.place += 1
            return None
        parts: list[tuple[str, str]] = []
        while self.place < len(text) and not self._ends(closing):
            if text[self.place] == "(" and len(parts) and _ASSIGNED.fullmatch(_bare(parts)):
                return _Word(tuple(parts), self._items())
            parts += self._part()
        return _Word(tuple(parts))

    def _ends(self, closing: str) -> bool:
        char = self.text[self.place]
        is_operator = not closing and _OPERATOR.match(self.text, self.place)
        return (
            char in " \t\n"
            or (bool(closing) and char == closing)
            or bool(is_operator or _CONTINUED.match(self.text, self.place))
        )

    def _items(self) -> tuple[_Word, ...]:
        """Up to the closing parenthesis."""
        self.place += 1
        found = []
        while self.place < len(self.text) and self.text[self.place] != ")":
            word = self._word(")")
            if word is not None:
                found.append(word)
        self.place += 1
        return tuple(found)

    def _part(self) -> list[tuple[str, str]]:
        text, start = self.text, self.place
        char = text[start]
        if char == "'" and (end := text.find("'", start + 1)) > 0:
            self.place = end + 1
            return [("'", text[start + 1 : end])]
        if char == '"' and (end := self._double_end(start)) > 0:
            self.place = end + 1
            return _double(text[start + 1 : end], self._is_windows(start))
        if char == "\\" and start + 1 < len(text) and not self._is_windows(start):
            self.place += 2
            return [("'", text[start + 1])]
        if text.startswith("${", start) and (end := text.find("}", start)) > 0:
            self.place = end + 1
            return [("", text[start : end + 1])]
        if text.startswith("$(", start) or char == "`":
            self.place = self._substitution_end(start)
            return [("'", text[start : self.place])]
        self.place += 1
        return [("", char)]

    def _double_end(self, start: int) -> int:
        place = start + 1
        while place < len(self.text):
            if self.text[place] == '"':
                return place
            place += 2 if self.text[place] == "\\" and not self._is_windows(place) else 1
        return -1

    def _substitution_end(self, start: int) -> int:
        """Behind `$(…)` or `…` in backticks, which only the shell can fill in."""
        if self.text[start] == "`":
            return self.text.find("`", start + 1) + 1 or start + 1
        depth = 0
        for place in range(start + 1, len(self.text)):
            depth += {"(": 1, ")": -1}.get(self.text[place], 0)
            if not depth:
                return place + 1
        return start + 1

    def _line_end(self, place: int) -> int:
        return self.text.find("\n", place) if "\n" in self.text[place:] else len(self.text)

    def _is_windows(self, place: int) -> bool:
        """In a line with `C:\\` a backslash is a letter of a path."""
        return bool(_DRIVE.search(self.text, self.text.rfind("\n", 0, place) + 1, self._line_end(place)))


def _bare(parts: Sequence[tuple[str, str]]) -> str:
    return "".join(text for _, text in parts) if all(not quote for quote, _ in parts) else ""


def _double(text: str, is_windows: bool) -> list[tuple[str, str]]:
    """What stands in double quotes, with `\\$` and the like as what they mean."""
    if is_windows:
        return [('"', text)]
    found, end = [], 0
    for escaped in re.finditer(r'\\(["\\$`])', text):
        found += [('"', text[end : escaped.start()]), ("'", escaped[1])]
        end = escaped.end()
    return [*found, ('"', text[end:])]


class _Filled:
    """Words with variables in place of their names."""

    def __init__(self, state: State, *, unset: bool = False) -> None:
        self.state, self.names = state, set[str]()
        self.unset = unset
        """Whether a name that nobody has set is empty, and not left as it stands."""

    def whole(self, word: _Word) -> str:
        """As one text, as an assignment and a test have it."""
        return "".join(
            text if quote == "'" else _REFERENCE.sub(self._joined, text) for quote, text in self._parts(word)
        )

    def split(self, word: _Word) -> list[str]:
        every = _ALL.fullmatch(word.parts[0][1]) if len(word.parts) == 1 and word.parts[0][0] else None
        value = self.state.get(every[1]) if every else None
        if every and value is not None:
            self.names.add(every[1])
            return [value] if isinstance(value, str) else list(value)
        fields: list[str] = []
        is_open = False
        for quote, text in self._parts(word):
            if quote:
                pieces = [text if quote == "'" else _REFERENCE.sub(self._joined, text)]
            else:
                pieces = re.split(r"\s+", _REFERENCE.sub(self._joined, text)) if text else []
            for number, piece in enumerate(pieces):
                is_open = is_open and not number
                if piece or quote:
                    if is_open:
                        fields[-1] += piece
                    else:
                        fields.append(piece)
                    is_open = True
        return fields

    @staticmethod
    def _parts(word: _Word) -> Iterator[tuple[str, str]]:
        """With the letters of a bare text together, so that a name is whole."""
        bare = ""
        for quote, text in word.parts:
            if quote:
                if bare:
                    yield "", bare
                bare = ""
                yield quote, text
            else:
                bare += text
        if bare:
            yield "", bare

    def _joined(self, match: re.Match[str]) -> str:
        name = match[1] or match[3]
        self.names.add(name)
        value: Value | None = self.state.get(name)
        if match[2] is not None and not value:
            return match[2]
        if value is None:
            return "" if self.unset and not name.isdigit() else match[0]
        return value if isinstance(value, str) else " ".join(value)


class _Reader:
    def __init__(self, state: State) -> None:
        self.state = state
        self.conditions: list[list[_Word]] | None = None
        """Behind `if`, until `then`."""
        self.is_next = False
        """Whether that was `elif`."""
        self.test: bool | None = None
        self.has_test = False

    def take(self, before: str, words: list[_Word]) -> None:
        head = words[0].bare
        if self.conditions is not None and head != "then":
            self._condition(words)
        elif head in ("if", "elif"):
            self.conditions, self.is_next = [], head == "elif"
            self._condition(words[1:])
        elif head in ("then", "else", "fi", "case", "esac", "do", "{"):
            self._turn(head, words)
            if len(words) > 1 and head != "case":
                self.take("\n", words[1:])
        elif head in _TESTS:
            self.test, self.has_test = self._truth(words), True
        elif head not in _SKIPPED:
            self._simple(before, words)

    def _condition(self, words: list[_Word]) -> None:
        """A command may be one: `if python train.py; then`."""
        if self.conditions is not None:
            self.conditions.append(words)
        if words and words[0].bare not in (*_TESTS, "!"):
            self._run(words)

    def _turn(self, head: str, words: list[_Word]) -> None:
        if head == "then" and self.conditions is not None:
            truth = self._truth(self.conditions[0]) if len(self.conditions) == 1 else None
            (self.state.next_branch if self.is_next else self.state.open_branch)(truth)
            self.conditions = None
        elif head == "else":
            self.state.next_branch(True)
        elif head == "case":
            self.state.open_branch(None)
        elif head in ("fi", "esac"):
            self.state.close_branch()

    def _simple(self, before: str, words: list[_Word]) -> None:
        """`[[ $v2 == 1 ]] && args+=(--v2)` is a condition too."""
        if self.has_test and before in ("&&", "||"):
            truth = self.test if before == "&&" or self.test is None else not self.test
            with self.state.under(truth):
                self._run(words)
        else:
            self._run(words)
        self.has_test = False

    def _run(self, words: list[_Word]) -> None:
        rest = list(words)
        exported = rest[0].bare in _DECLARED
        if exported:
            rest = [word for word in rest[1:] if not word.text.startswith("-")]
        count = next((n for n, word in enumerate(rest) if not _ASSIGNED.match(_start(word))), len(rest))
        for word in rest[:count]:
            self._assign(word, words[0].bare == "export" or 0 < count < len(rest))
        if exported or count == len(rest):
            return
        filled = _Filled(self.state)
        found = [text for word in rest[count:] for text in filled.split(word)]
        if any(word.items is not None for word in rest) or (found and found[0].startswith("--")):
            self.state.unread.append(" ".join(word.text for word in rest))
        self.state.run(found, filled.names)

    def _assign(self, word: _Word, exported: bool) -> None:
        found = _ASSIGNED.match(_start(word))
        if found is None:
            return
        filled = _Filled(self.state)
        value: Value
        if word.items is not None:
            value = tuple(text for item in word.items for text in filled.split(item))
        else:
            value = filled.whole(word)[found.end() :]
        self.state.assign(found[1], value, filled.names, word.text, adds=bool(found[2]), exported=exported)

    def _truth(self, words: list[_Word]) -> bool | None:
        """Of a test; None: only the shell knows."""
        filled = _Filled(self.state, unset=True)
        found = [filled.whole(word) for word in words]
        is_not = found[:1] == ["!"]
        found = found[1:] if is_not else found
        closing = _TESTS.get(found[0]) if found else None
        if closing is None or (closing and found[-1] != closing):
            return None
        truth = _judged(found[1:-1] if closing else found[1:])
        if truth is not None:
            self.state.tested |= set(map(self.state.key, filled.names))
        return truth if truth is None or not is_not else not truth


def _start(word: _Word) -> str:
    """The bare text that it begins with."""
    found = ""
    for quote, text in word.parts:
        if quote:
            break
        found += text
    return found


def _judged(found: list[str]) -> bool | None:
    if any("$" in text or "`" in text for text in found):
        return None
    if found[:1] == ["!"]:
        inner = _judged(found[1:])
        return None if inner is None else not inner
    if len(found) == 1:
        return bool(found[0])
    if len(found) == 2 and found[0] in ("-n", "-z"):
        return bool(found[1]) is (found[0] == "-n")
    return compare(found[0], found[1], found[2]) if len(found) == 3 else None


def read_posix(text: str) -> State:
    state = State()
    reader = _Reader(state)
    for before, words in _Lexer(text).commands():
        reader.take(before, words)
    return state
