"""Numbers and codes in the words of the language in use: sizes, durations, losses."""

from __future__ import annotations

import errno
import json
import math
import os
import re
import socket
import tomllib
from collections.abc import Mapping

from kohya_driver import texts

MINUTES_ONLY = 10


def human_bytes(size: float) -> str:
    """In units of 1024, as a Mac names its memory: `9.8 GB`."""
    for unit in ("B", "KB", "MB"):
        if size < 1024:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1024
    return f"{size:.1f} GB"


def human_duration(seconds: float) -> str:
    """The two largest units: `1 h 12 min`, `2 min 5 s`; from ten minutes on no seconds."""
    whole = max(0, round(seconds))
    minutes, hours, days = whole // 60, whole // 3600, whole // 86400
    if days:
        return texts.say("view.duration.days", days=days, hours=hours % 24)
    if hours:
        return texts.say("view.duration.hours", hours=hours, minutes=minutes % 60)
    if minutes >= MINUTES_ONLY:
        return texts.say("view.duration.minutes_only", minutes=minutes)
    if minutes:
        return texts.say("view.duration.minutes", minutes=minutes, seconds=whole % 60)
    return texts.say("view.duration.seconds", seconds=whole)


def human_loss(loss: float | None) -> str:
    """Four significant digits, so that small losses can be told apart."""
    if loss is None:
        return "–"
    return f"{loss:#.4g}" if math.isfinite(loss) else str(loss)


def human_pace(seconds: float) -> str:
    """Seconds of a step, with three digits."""
    return f"{seconds:.3g}" if seconds < 100 else f"{seconds:.0f}"


def reason_of(failure: BaseException) -> str:
    """Why a file could not be read, or a server not be reached; what is not known here stays as the library words it."""
    text = " ".join(str(failure).split())[:200]
    match failure:
        case socket.gaierror():
            return texts.say("system.no_address")
        case TimeoutError() if not failure.errno:
            return texts.say("system.timeout")
        case OSError():
            return system_reason(failure.errno or 0, failure.strerror or text)
        case json.JSONDecodeError():
            return texts.say("system.json", text=failure.msg, line=failure.lineno, column=failure.colno)
        case tomllib.TOMLDecodeError():
            found = re.fullmatch(r"(.*) \(at line (\d+), column (\d+)\)", text)
            if found:
                return texts.say("system.toml", text=found[1], line=found[2], column=found[3])
        case UnicodeDecodeError():
            return texts.say("system.not_utf8")
    return text or type(failure).__name__


def system_reason(number: int, otherwise: str = "") -> str:
    """An error of the operating system by its number."""
    code = f"system.{errno.errorcode.get(number)}"
    return texts.say(code) if texts.has(code) else otherwise or os.strerror(number)


def counted(code: str, count: float, /, **values: object) -> str:
    """The sentence for a code; that of `CODE_one` where there is one, and it is about a single thing."""
    return texts.say(f"{code}_one" if count == 1 and texts.has(f"{code}_one") else code, **values)


def sentence(code: str, values: Mapping[str, object]) -> str:
    """What a code says; the code itself if it is of another version."""
    try:
        return texts.say(code, **values) if texts.has(code) else code
    except (KeyError, ValueError, TypeError, IndexError, AttributeError):  # with other values than it names
        return code
