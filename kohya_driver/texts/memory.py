"""Sentences about memory."""

TEXTS: dict[str, tuple[str, str]] = {}
