"""Sentences about saving."""

TEXTS: dict[str, tuple[str, str]] = {}
