"""What is wrong with a preset's values, said with file, line and key, and with what was probably meant."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from kohya_driver.errors import Finding, error
from kohya_driver.preset.model import Preset, Section, fields, label


def explain(failure: ValidationError, places: Mapping[str, str]) -> tuple[Finding, ...]:
    """One finding a key, in the order of the file."""
    found = [_finding(fault, places) for fault in _one_per_key(failure.errors())]
    return tuple(sorted(found, key=_place))


def faults_by_key(failure: ValidationError) -> dict[str, Finding]:
    """Dotted key to what is wrong with it."""
    return {_dotted(fault): _finding(fault, {}) for fault in _one_per_key(failure.errors())}


def _place(finding: Finding) -> tuple[str, int]:
    found = re.match(r"(.*?):(\d+)(?: |$)", finding.where)  # a path may hold spaces
    return (found[1], int(found[2])) if found else (finding.where, 0)


def _one_per_key(faults: Sequence[ErrorDetails]) -> list[ErrorDetails]:
    """A union reports each of its members; one fault a key is enough, the first."""
    seen: dict[str, ErrorDetails] = {}
    for fault in faults:
        seen.setdefault(_dotted(fault), fault)
    return list(seen.values())


def _dotted(fault: ErrorDetails) -> str:
    """The key of a fault; pydantic adds the names of union members, which no preset has."""
    parts: list[str] = []
    for part in map(str, fault["loc"]):
        if not re.fullmatch(r"\w+", part) or part in _UNION_MEMBERS:
            break
        parts.append(part)
    return ".".join(parts)


_UNION_MEMBERS = frozenset({"int", "float", "str", "bool", "tuple", "list"})


def _finding(fault: ErrorDetails, places: Mapping[str, str]) -> Finding:
    dotted = _dotted(fault)
    place = places.get(dotted) or _nearest(dotted, places)
    where = f"{place} {label(dotted)}".strip()
    value = json.dumps(fault["input"], ensure_ascii=False, default=str)[:80]
    kind = fault["type"]
    if kind == "extra_forbidden":
        return _unknown(dotted, where)
    if kind == "missing":
        return error("preset.missing_key", where, key=label(dotted))
    if kind == "literal_error":
        choices = fault["ctx"]["expected"].replace(" or ", ", ")  # pydantic's own sentence is in English
        return error("preset.not_a_choice", where, value=value, choices=choices)
    if kind.startswith(("greater_than", "less_than")):
        limits = {"ge": "≥", "gt": ">", "le": "≤", "lt": "<"}
        limit = " ".join(f"{limits[name]} {bound}" for name, bound in fault["ctx"].items() if name in limits)
        return error("preset.out_of_range", where, value=value, limit=limit)
    if kind == "string_pattern_mismatch":
        return error("preset.not_an_address", where, value=value)
    return error("preset.wrong_type", where, value=value, wanted=_wanted(dotted))


def _nearest(dotted: str, places: Mapping[str, str]) -> str:
    """For a key that is missing: where its table begins."""
    while "." in dotted:
        dotted = dotted.rpartition(".")[0]
        if dotted in places:
            return places[dotted]
    return ""


def _section_of(dotted: str) -> type[Section]:
    kind: Any = Preset
    for part in dotted.split(".")[:-1]:
        if part.isdigit():
            continue
        annotation = kind.model_fields[part].annotation
        inside = (annotation, *getattr(annotation, "__args__", ()))
        sections = [one for one in inside if isinstance(one, type) and issubclass(one, Section)]
        if not sections:
            break  # a free table, such as the arguments of a network
        kind = sections[0]
    found: type[Section] = kind
    return found


def _unknown(dotted: str, where: str) -> Finding:
    name = dotted.rpartition(".")[2]
    section = _section_of(dotted)
    known = list(section.model_fields)
    ours = _ours(section)
    elsewhere = _elsewhere(name)
    if name not in ours and elsewhere:
        return error("preset.unknown_key_elsewhere", where, key=name, place=elsewhere)
    close = difflib.get_close_matches(name, [*known, *ours], n=1, cutoff=0.6)
    if close:
        return error("preset.unknown_key_close", where, key=name, close=ours.get(close[0], close[0]))
    return error("preset.unknown_key", where, key=name, known=", ".join(known))


def _ours(section: type[Section]) -> dict[str, str]:
    """The engine's word to ours: somebody who knows the engine writes network_dim, and is shown dim."""
    return {theirs: field for mark in _MARKS for field, theirs in fields(section, mark).items()}


_MARKS: tuple[Literal["option", "key"], ...] = ("option", "key")


def _elsewhere(name: str) -> str:
    """The section in which a key exists, by our name or the engine's."""
    for section, info in Preset.model_fields.items():
        kind = info.annotation
        if isinstance(kind, type) and issubclass(kind, Section):
            ours = _ours(kind)
            if name in kind.model_fields or name in ours:
                return label(f"{section}.{ours.get(name, name)}")
    return ""


_WANTED = ("bool", "int", "float", "str", "Path", "Mapping", "tuple")


def _wanted(dotted: str) -> str:
    """The type a key wants, in TOML's words."""
    parts = dotted.split(".")
    section = _section_of(dotted)
    info = section.model_fields.get(parts[-1])
    text = str(info.annotation) if info else "str"
    words = {
        "bool": "true/false", "int": "1", "float": "0.5", "str": '"text"', "Path": '"path"',
        "Mapping": "{ key = value }", "tuple": "[…]",
    }  # fmt: skip
    found = [words[name] for name in _WANTED if re.search(rf"\b{name}\b", text)]
    return " / ".join(dict.fromkeys(found)) or '"text"'
