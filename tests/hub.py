"""A server on this machine that answers as the Hugging Face Hub does, and fails as one can."""

from __future__ import annotations

import contextlib
import hashlib
import http.server
import json
import re
import socket
import struct
import threading
import urllib.parse
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

API = re.compile(r"/api/models/(?P<repo>[^/]+/[^/?]+)(\?.*)?")
REVISION = "0123456789abcdef0123456789abcdef01234567"
LARGE = 1000
"""Bytes from which on a file is no part of git itself."""
RESOLVE = re.compile(r"/(?P<repo>[^/]+/[^/]+)/resolve/(?P<revision>[^/]+)/(?P<file>[^?]+)")


@dataclass
class Hub:
    """What it has, and how it behaves."""

    files: dict[str, bytes]
    """By `repo/revision/file`."""
    cut: list[int] = field(default_factory=list)
    """Bytes after which the next answers end without more."""
    resets: bool = False
    """They end by breaking the connection, as firewalls do it."""
    hangs: bool = False
    """It takes requests and says nothing."""
    ignores_ranges: bool = False
    redirects: bool = False
    """Large files lie at another address, as on the real one."""
    status: int = 0
    """Answer this instead."""
    gated: bool = False
    """Nothing is given to a stranger; that it is there is told."""
    licence: str = ""
    described: dict[str, bytes] = field(default_factory=dict)
    """What it says of a file as if it were these bytes."""
    piece_seconds: float = 0.0
    """How long it takes over each kilobyte."""
    asked: list[tuple[str, str]] = field(default_factory=list)
    """Paths and ranges, in order."""
    address: str = ""
    stop: threading.Event = field(default_factory=threading.Event)

    def begins(self, name: str) -> list[int]:
        """From which byte on a file was asked for, each time; twice from the same where a kept connection was found closed."""
        wanted = [wanted for path, wanted in self.asked if path.partition("?")[0].endswith(name)]
        return [int(each.removeprefix("bytes=").rstrip("-") or 0) for each in wanted]


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
            listed = API.fullmatch(self.path)
            if listed:
                self.describe(listed["repo"])
                return
            path = urllib.parse.unquote(self.path.removeprefix("/cdn"))
            if hub.gated:
                self.answer(403, b"", {"X-Error-Code": "GatedRepo"})
                return
            found = RESOLVE.fullmatch(path)
            key = f"{found['repo']}/{found['revision']}/{found['file']}" if found else ""
            if hub.status or key not in hub.files:
                self.answer(
                    hub.status or 404, b"", {"X-Error-Code": "EntryNotFound"} if not hub.status else {}
                )
            elif hub.redirects and not self.path.startswith("/cdn"):
                self.answer(302, b"", {"Location": f"{hub.address}/cdn{self.path}"})
            else:
                self.send(hub.files[key], wanted)

        def describe(self, repo: str) -> None:
            """The list of a repository's files, as /api/models gives it."""
            start = f"{repo}/{REVISION}/"
            names = [key.removeprefix(start) for key in hub.files if key.startswith(start)]
            if hub.status or not names:
                self.answer(hub.status or 404, b"", {} if hub.status else {"X-Error-Code": "RepoNotFound"})
                return
            siblings = [sibling(name, hub.described.get(name, hub.files[start + name])) for name in names]
            card = {"license": hub.licence} if hub.licence else None
            info = {
                "id": repo,
                "sha": REVISION,
                "gated": "auto" if hub.gated else False,
                "siblings": siblings,
                "cardData": card,
            }
            self.answer(200, json.dumps(info).encode(), {"Content-Type": "application/json"}, whole=True)

        def send(self, data: bytes, wanted: str) -> None:
            begin = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted and not hub.ignores_ranges else 0
            if begin >= len(data):
                self.answer(416, b"", {"Content-Range": f"bytes */{len(data)}"})
                return
            headers = {"Content-Range": f"bytes {begin}-{len(data) - 1}/{len(data)}"} if begin else {}
            self.answer(206 if begin else 200, data[begin:], headers)

        def answer(self, status: int, body: bytes, headers: dict[str, str], *, whole: bool = False) -> None:
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            if hub.cut and body and not whole:
                self.wfile.write(body[: hub.cut.pop(0)])
                self.wfile.flush()
                self.close_connection = True
                if hub.resets:
                    hub.stop.wait(0.2)  # what is under way would be lost
                    self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.connection.close()
                return
            for place in range(0, len(body), 1024) if hub.piece_seconds else ():
                self.wfile.write(body[place : place + 1024])
                hub.stop.wait(hub.piece_seconds)
            if not hub.piece_seconds:
                self.wfile.write(body)

    return Handler


def sibling(name: str, data: bytes) -> dict[str, Any]:
    """A file as the Hub describes it: a large one by its SHA-256, another by git's name for it."""
    git = hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()
    described: dict[str, Any] = {"rfilename": name, "size": len(data), "blobId": git}
    if len(data) >= LARGE:
        described["lfs"] = {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data), "pointerSize": 134}
    return described


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
