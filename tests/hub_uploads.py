"""A server on this machine that takes uploads as the Hugging Face Hub does: a repository made, large files, one commit."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import http.server
import json
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

MODEL = re.compile(r"/api/models/(?P<repo>[^/]+/[^/?]+)")
PREUPLOAD = re.compile(r"/api/models/(?P<repo>[^/]+/[^/]+)/preupload/[^/?]+")
COMMIT = re.compile(r"/api/models/(?P<repo>[^/]+/[^/]+)/commit/[^/?]+")
BATCH = re.compile(r"/(?P<repo>[^/]+/[^/]+)\.git/info/lfs/objects/batch")
OID = "0123456789abcdef0123456789abcdef01234567"
LFS = (".safetensors", ".png")
"""What the real one keeps as large files."""


@dataclass
class Repository:
    is_private: bool
    files: dict[str, bytes] = field(default_factory=dict)


@dataclass
class Uploads:
    """What it has been given, and how it behaves."""

    repositories: dict[str, Repository] = field(default_factory=dict)
    token: str = "hf_write"
    owner: str = "me"
    commits: int = 0
    refuses_card: str = ""
    """What it finds wrong with a card."""
    fails_at: str = ""
    """Part of a path that it answers with 500."""
    asked: list[tuple[str, str]] = field(default_factory=list)
    large: dict[str, bytes] = field(default_factory=dict)
    address: str = ""


def _handler(hub: Uploads) -> type[http.server.BaseHTTPRequestHandler]:
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *arguments: Any) -> None:
            pass

        def do_GET(self) -> None:
            self.take("GET")

        def do_POST(self) -> None:
            self.take("POST")

        def do_PUT(self) -> None:
            self.take("PUT")

        def take(self, method: str) -> None:
            body = self.body()
            path = self.path.partition("?")[0]
            hub.asked.append((method, path))
            if hub.fails_at and hub.fails_at in path:
                self.answer(500, {"error": "Internal Error"})
            elif path.startswith("/large/"):
                self.keep(path.rpartition("/")[2], body)
            elif self.headers.get("Authorization") != f"Bearer {hub.token}":
                self.answer(401, {"error": "Invalid credentials in Authorization header"})
            else:
                self.give(method, path, body)

        def give(self, method: str, path: str, body: bytes) -> None:
            if path == "/api/validate-yaml":
                errors = [{"message": hub.refuses_card}] if hub.refuses_card else []
                self.answer(400 if errors else 200, {"errors": errors, "warnings": []})
            elif path == "/api/repos/create":
                self.create(json.loads(body))
            elif found := PREUPLOAD.fullmatch(path):
                files = json.loads(body)["files"]
                modes = [
                    {"path": one["path"], "uploadMode": "lfs" if one["path"].endswith(LFS) else "regular",
                     "shouldIgnore": False}
                    for one in files
                ]  # fmt: skip
                self.answer(200, {"files": modes})
            elif found := BATCH.fullmatch(path):
                self.batch(json.loads(body))
            elif found := COMMIT.fullmatch(path):
                self.commit(hub.repositories[found["repo"]], found["repo"], body)
            elif (found := MODEL.fullmatch(path)) and method == "GET":
                self.describe(found["repo"])
            else:
                self.answer(404, {"error": path})

        def create(self, wanted: dict[str, Any]) -> None:
            owner = wanted.get("organization") or hub.owner
            name = f"{owner}/{wanted['name']}"
            if owner != hub.owner:
                self.answer(
                    403, {"error": f"You don't have the rights to create a model under the namespace {owner}"}
                )
                return
            hub.repositories[name] = Repository(
                wanted.get("visibility") == "private" or bool(wanted.get("private"))
            )
            self.answer(200, {"url": f"{hub.address}/{name}", "name": name})

        def describe(self, name: str) -> None:
            repository = hub.repositories.get(name)
            if repository is None:
                self.answer(404, {"error": "Repository not found"}, {"X-Error-Code": "RepoNotFound"})
                return
            siblings = [{"rfilename": one} for one in repository.files]
            self.answer(200, {"id": name, "sha": OID, "private": repository.is_private, "siblings": siblings})

        def batch(self, wanted: dict[str, Any]) -> None:
            objects = [
                {"oid": one["oid"], "size": one["size"],
                 "actions": {"upload": {"href": f"{hub.address}/large/{one['oid']}", "header": {}}}}
                for one in wanted["objects"]
            ]  # fmt: skip
            self.answer(200, {"transfer": "basic", "objects": objects}, kind="application/vnd.git-lfs+json")

        def keep(self, oid: str, body: bytes) -> None:
            assert hashlib.sha256(body).hexdigest() == oid
            hub.large[oid] = body
            self.answer(200, {})

        def commit(self, repository: Repository, name: str, body: bytes) -> None:
            for line in body.decode().splitlines():
                told = json.loads(line)
                value = told["value"]
                if told["key"] == "file":
                    repository.files[value["path"]] = base64.b64decode(value["content"])
                elif told["key"] == "lfsFile":
                    repository.files[value["path"]] = hub.large[value["oid"]]
            hub.commits += 1
            self.answer(
                200, {"commitUrl": f"{hub.address}/{name}/commit/{OID}", "commitOid": OID, "success": True}
            )

        def body(self) -> bytes:
            if self.headers.get("Transfer-Encoding", "") != "chunked":
                return self.rfile.read(int(self.headers.get("Content-Length") or 0))
            pieces = []
            while size := int(self.rfile.readline().strip() or b"0", 16):
                pieces.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(pieces)

        def answer(
            self,
            status: int,
            told: Any,
            headers: dict[str, str] | None = None,
            kind: str = "application/json",
        ) -> None:
            body = json.dumps(told).encode()
            self.send_response(status)
            told_headers = {"Content-Type": kind, "Content-Length": str(len(body)), **(headers or {})}
            for name, value in told_headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

    return Handler


@contextlib.contextmanager
def serve(hub: Uploads) -> Iterator[Uploads]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _handler(hub))
    hub.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
