"""Which settings hold what is nobody else's business: an address with a key in it, a token, a password."""

from __future__ import annotations

import re

HIDDEN = "…"
"""Stands in the place of a value."""
_NAMES = re.compile(r"webhook|token|key|secret|password", re.I)
_OPEN = frozenset({"class_tokens", "keep_tokens_separator", "t5_tokenizer_path", "tokenizer_cache_dir"})
"""Settings that are called so, and hold a text that is no secret."""


def is_secret(name: str) -> bool:
    """Whether a text under this name, of a setting or of a variable, is one. A number never is."""
    return name not in _OPEN and bool(_NAMES.search(name))
