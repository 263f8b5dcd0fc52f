"""The words by which a person asks for runs. Loads nothing: the command line's parser needs them."""

from __future__ import annotations

STATES = ("running", "succeeded", "stopped", "failed", "cut-off", "unreadable")
SORTS = ("time", "loss", "size", "steps")
"""The latest, the lowest loss, the largest, the most steps first."""
