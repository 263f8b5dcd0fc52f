"""Every sentence that a person sees, by code, in English and in Chinese.

The part of a code before its first dot names the module here that holds it. A table maps each code to a pair
(English, Chinese) of `str.format` templates with the same placeholders; `CODE.hint` beside `CODE` says what to do.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextvars import ContextVar
from importlib import import_module

Table = Mapping[str, tuple[str, str]]
LANGUAGES = ("en", "zh")
AREAS = (
    "advice", "advise", "advise_screen", "audit", "base", "captions", "cli", "cloud", "compare", "crop", "crop_screen", "dataset", "diagnosis", "doctor", "engine", "event", "exchange", "exchange_screen", "files", "grid",
    "guidance", "host", "init", "init_preset", "init_screen", "inspect", "inspect_screen", "kept", "launch", "learning", "lora", "lora_screen", "machine", "memory", "models", "models_screen", "network", "network_types", "notify", "option",
    "override", "plan", "prepare", "preset", "preset_screen", "queue", "recovery", "remote", "report", "report_page", "run", "runs", "saving", "share", "share_screen", "show", "system", "tag", "tag_screen",
    "trouble", "view",
)  # fmt: skip

_chosen: ContextVar[str | None] = ContextVar("language", default=None)
_everywhere: str | None = None
"""For threads that nobody gave a context: another one than that which read the command line may speak as well."""


def locale_language(environment: Mapping[str, str] = os.environ) -> str:
    """`zh` where the environment asks for Chinese, else `en` (KOHYA_DRIVER_LANG first, then the usual order)."""
    for name in ("KOHYA_DRIVER_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = environment.get(name, "")
        if value and value.split(".")[0] not in ("C", "POSIX"):
            return "zh" if value.lower().startswith("zh") else "en"
    return "en"


def language() -> str:
    """The language in use: what `use_language` set, else the environment's."""
    return _chosen.get() or _everywhere or locale_language()


def use_language(name: str | None) -> None:
    """Speak this language from now on; None goes back to the environment's."""
    global _everywhere
    _everywhere = name
    _chosen.set(name)


def table(area: str) -> Table:
    """All codes of one area."""
    found: Table = import_module(f"kohya_driver.texts.{area}").TEXTS
    return found


def has(code: str) -> bool:
    area = code.partition(".")[0]
    return area in AREAS and code in table(area)


def say(code: str, /, **values: object) -> str:
    """The sentence for a code, in the language in use, with its values filled in."""
    pair = table(code.partition(".")[0])[code]
    return pair[LANGUAGES.index(language())].format(**values)
