"""Base models that are worth knowing: what each is for, its licence, and where the Hub has it."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from kohya_driver import files, texts

FILE = Path(__file__).with_name("catalogue.toml")


@dataclass(frozen=True, slots=True)
class KnownModel:
    """One entry."""

    name: str
    repo: str
    file: str
    family: str
    style: str
    """`anime`, `realistic` or `any`."""
    licence: str
    """Empty: it could not be confirmed."""
    en: str
    zh: str

    @property
    def about(self) -> str:
        """What it is for, in the language in use."""
        return self.zh if texts.language() == "zh" else self.en

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "about": self.about}


@dataclass(frozen=True, slots=True)
class ModelCatalogue:
    as_of: str
    """The day on which it was put together."""
    models: Mapping[str, KnownModel]


@functools.cache
def known_models() -> ModelCatalogue:
    """The catalogue, by name."""
    data = files.parse_toml(FILE.read_text(encoding="utf-8"))
    as_of = data.pop("as_of")
    return ModelCatalogue(as_of, {name: KnownModel(name, **entry) for name, entry in data.items()})
