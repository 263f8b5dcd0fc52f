"""Sentences about option."""

TEXTS: dict[str, tuple[str, str]] = {}
