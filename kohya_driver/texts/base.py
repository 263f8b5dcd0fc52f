"""Sentences about base."""

TEXTS: dict[str, tuple[str, str]] = {}
