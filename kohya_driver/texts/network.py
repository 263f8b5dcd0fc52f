"""Sentences about network."""

TEXTS: dict[str, tuple[str, str]] = {}
