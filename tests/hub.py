"""A server on this machine that answers as the Hugging Face Hub does, and fails as one can."""

from __future__ import annotations

import contextlib
import http.server
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

RESOLVE = re.compile(r"/(?P<repo>[^/]+/[^/]+)/resolve/(?P<revision>[^/]+)/(?P<file>[^?]+)")


@dataclass
class Hub:
    """What it has, and how it behaves."""

    files: dict[str, bytes]
    """By `repo/revision/file`."""
    cut: list[int] = field(default_factory=list)
    """Bytes after which the next answers end without more."""
    hangs: bool = False
    """It takes requests and says nothing."""
    ignores_ranges: bool = False
    redirects: bool = False
    """Large files lie at another address, as on the real one."""
    status: int = 0
    """Answer this instead."""
    asked: list[tuple[str, str]] = field(default_factory=list)
    """Paths and ranges, in order."""
    address: str = ""
    stop: threading.Event = field(default_factory=threading.Event)


def _handler(hub: Hub) -> type[http.server.BaseHTTPRequestHandler]:
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *arguments: Any) -> None:
            pass

        def do_GET(self) -> None:
            wanted = self.headers.get("Range", "")
            hub.asked.append((self.path, wanted))
            if hub.hangs:
                hub.stop.wait(30)
                return
            path = self.path.removeprefix("/cdn")
            found = RESOLVE.fullmatch(path)
            key = f"{found['repo']}/{found['revision']}/{found['file']}" if found else ""
            if hub.status or key not in hub.files:
                self.answer(
                    hub.status or 404, b"", {"X-Error-Code": "EntryNotFound"} if not hub.status else {}
                )
            elif hub.redirects and path == self.path:
                self.answer(302, b"", {"Location": f"{hub.address}/cdn{path}"})
            else:
                self.send(hub.files[key], wanted)

        def send(self, data: bytes, wanted: str) -> None:
            begin = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted and not hub.ignores_ranges else 0
            if begin >= len(data):
                self.answer(416, b"", {"Content-Range": f"bytes */{len(data)}"})
                return
            headers = {"Content-Range": f"bytes {begin}-{len(data) - 1}/{len(data)}"} if begin else {}
            self.answer(206 if begin else 200, data[begin:], headers)

        def answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            if hub.cut and body:
                self.wfile.write(body[: hub.cut.pop(0)])
                self.wfile.flush()
                self.close_connection = True
                self.connection.close()
                return
            self.wfile.write(body)

    return Handler


@contextlib.contextmanager
def serve(hub: Hub) -> Iterator[Hub]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _handler(hub))
    server.handle_error = lambda *arguments: None  # type: ignore[method-assign]
    hub.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        hub.stop.set()
        server.shutdown()
        server.server_close()
        thread.join()
