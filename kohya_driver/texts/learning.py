"""Sentences about learning."""

TEXTS: dict[str, tuple[str, str]] = {}
