"""Sentences about machine."""

TEXTS: dict[str, tuple[str, str]] = {}
