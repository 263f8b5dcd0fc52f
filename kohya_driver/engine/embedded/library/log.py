"""Writes the log as sd-scripts does: through rich, on the error output. kohya_driver/events reads it."""

from __future__ import annotations

import logging

logger = logging.getLogger("embedded")


def set_up() -> None:
    from rich.console import Console
    from rich.logging import RichHandler

    handler = RichHandler(console=Console(stderr=True))
    handler.setFormatter(logging.Formatter("%(message)s", "%Y-%m-%d %H:%M:%S"))
    logging.root.handlers[:] = [handler]
    logging.root.setLevel(logging.INFO)
