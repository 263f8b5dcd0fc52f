"""Opens a page in the person's browser, where there is one."""

from __future__ import annotations

import os
import webbrowser
from collections.abc import Mapping
from pathlib import Path

from kohya_driver import process
from kohya_driver.host import Host, probe_host

MAC_OPEN = "/usr/bin/open"
TIMEOUT_SECONDS = 15.0


def open_page(path: Path, host: Host | None = None, environment: Mapping[str, str] = os.environ) -> bool:
    """Whether it could be handed to a browser. Without a screen nothing is tried: a browser of the terminal is not meant."""
    if (host or probe_host()).is_mac:
        try:
            return process.run_tool([MAC_OPEN, path], timeout_seconds=TIMEOUT_SECONDS).status == 0
        except OSError:  # a TimeoutError is one too
            return False
    if not (environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY")):
        return False
    return webbrowser.open(path.as_uri())
