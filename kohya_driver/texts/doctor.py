"""Sentences about doctor."""

TEXTS: dict[str, tuple[str, str]] = {}
