"""What can be reached, asked of servers on this machine, and reports in which nobody can be recognised."""

from __future__ import annotations

import getpass
import http.server
import json
import re
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from kohya_driver.checkup.model import Diagnosis, Item
from kohya_driver.checkup.network import Answer, Reach, Site, ask, site_item, sites
from kohya_driver.checkup.report import LOOPBACK, SHORTEST_NAME, anonymise, private_words
from kohya_driver.errors import error
from tests.unit.test_doctor import GOOD


class _Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path.startswith("/hang"):
            self.server.released.wait(30)  # type: ignore[attr-defined]
            return
        self.send_response(404 if self.path.startswith("/missing") else 200)
        self.end_headers()
        self.wfile.write(b"x" * 100)

    def log_message(self, format: str, *arguments: object) -> None:
        """Not on the tests' screen."""


@pytest.fixture
def server() -> Iterator[str]:
    class Server(http.server.ThreadingHTTPServer):
        released = threading.Event()

        def handle_error(self, request: object, address: object) -> None:
            """A client that has gone away is what is tested."""

    with Server(("127.0.0.1", 0), _Handler) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.released.set()
        running.shutdown()
        thread.join()


def closed_port() -> str:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{taken.getsockname()[1]}"


def test_what_answers(server: str) -> None:
    answer = ask(f"{server}/x", 5)
    assert answer.status == 200 and answer.seconds < 5 and not answer.reason
    assert ask(f"{server}/missing", 5).status == 404


def test_what_does_not_answer(server: str) -> None:
    assert "refused" in ask(closed_port(), 5).reason
    assert ask(f"{server}/hang", 0.2).reason == "timeout"
    assert ask("http://name.invalid/", 5).reason


@pytest.mark.parametrize("url", ["file:///etc/hosts", "not an address", "https://[", "http://a b/", ""])
def test_what_is_no_address(url: str) -> None:
    assert ask(url, 1).status == 0


def test_what_is_no_web_server() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.recv(1000)
                connection.sendall(b"SSH-2.0-x\r\n")

        thread = threading.Thread(target=answer)
        thread.start()
        found = ask(f"http://127.0.0.1:{listening.getsockname()[1]}", 5)
        thread.join()
    assert found.status == 0 and found.reason


def test_all_are_asked_at_once_and_none_is_waited_for_long(server: str) -> None:
    started = time.monotonic()
    asked = [Site(f"site {number}", server, f"{server}/hang", True) for number in range(12)]
    items = list(Reach(asked, timeout_seconds=1.0).items())
    assert time.monotonic() - started < 8  # one after another would take 12
    assert [item.status for item in items] == ["warning"] * 12


SITE = Site("index", "http://a.test/simple", "", True)


@pytest.mark.parametrize(
    ("site", "answer", "code", "status"),
    [
        (SITE, Answer(200, 0.1), "", "ok"),
        (SITE, Answer(503), "doctor.unreachable_index", "warning"),
        (SITE, Answer(reason="timeout"), "doctor.unreachable_index", "warning"),
        (replace(SITE, is_needed=False), Answer(reason="timeout"), "doctor.unreachable_index", "info"),
        (replace(SITE, name="github"), Answer(reason="timeout"), "doctor.unreachable_github", "warning"),
        (replace(SITE, name="hub"), Answer(reason="timeout"), "doctor.unreachable_hub", "warning"),
        (SITE, Answer(reason="expired", is_certificate=True), "doctor.certificate", "warning"),
        (replace(SITE, proxy="http://127.0.0.1:1"), Answer(reason="refused"), "doctor.unreachable_proxy", "warning"),
    ],
)  # fmt: skip
def test_what_is_said_of_an_answer(site: Site, answer: Answer, code: str, status: str) -> None:
    item = site_item(site, answer)
    assert item.status == status
    assert [finding.code for finding in item.findings] == ([code] if code else [])
    assert item.value and all(finding.hint for finding in item.findings)


def test_where_this_environment_fetches_from() -> None:
    own = {"PIP_INDEX_URL": "http://me:pw@mirror.test/simple/", "HF_ENDPOINT": "http://hub.test/"}
    found = {site.name: site for site in sites(replace(GOOD, environment=own, engine=None))}
    assert found["index"].url == "http://me:pw@mirror.test/simple/toml/"
    assert found["hub"].url.startswith("http://hub.test/api/")
    assert found["github"].url.startswith("https://github.com/kohya-ss/sd-scripts.git/info/refs")
    assert [found[name].is_needed for name in ("github", "index", "hub")] == [True, True, False]
    assert "pw" not in site_item(found["index"], Answer(200)).value


def test_a_source_on_the_disk_needs_no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KOHYA_DRIVER_ENGINE_SOURCE", "/some/folder")
    assert [site.name for site in sites(GOOD)] == ["index", "hub"]


# The report

PRIVATE = {
    "/Users/zhangsan/LoRA 张": "<folder 1>", "/Users/zhangsan": "~", "zhangsan": "<user>", "张三": "<user>",
    "Zhangsans-MacBook-Pro.local": "<host>", "Zhangsans-MacBook-Pro": "<host>",
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("/Users/zhangsan/LoRA 张/a.png", "<folder 1>/a.png"),
        ("cannot read /Users/zhangsan/x:1", "cannot read ~/x:1"),
        ("/Users/zhangsan2/x", "/Users/zhangsan2/x"),
        ("ZhangSan_lora, zhangsan's", "<user>_lora, <user>'s"),
        ("这是张三的电脑", "这是<user>的电脑"),
        ("on zhangsans-macbook-pro.local", "on <host>"),
        ("http://me:secret@proxy.test:80", "http://proxy.test:80"),
        ("serial C02XK1ABJGH5, F2LX3ABCDE", "serial <serial>, <serial>"),
        ("UUID 12345678-9ABC-DEF0-1234-56789ABCDEF0", "UUID <uuid>"),
        ("en0 a4:83:e7:00:11:22", "en0 <mac>"),
        ("10.1.2.3 but 127.0.0.1:7890", "<ip> but 127.0.0.1:7890"),
        ("hf_abcdefghijklmnop", "<token>"),
        ("mail san@example.com", "mail <mail>"),
        # What tells of the machine, not of its owner, stays.
        ("macOS 14.5 (23F79), torch 2.13.0+cu130, Apple M1 Pro", "macOS 14.5 (23F79), torch 2.13.0+cu130, Apple M1 Pro"),
        ("PYTORCH_MPS_HIGH_WATERMARK_RATIO=0.7 ae72efb92bab", "PYTORCH_MPS_HIGH_WATERMARK_RATIO=0.7 ae72efb92bab"),
    ],
)  # fmt: skip
def test_what_a_report_does_not_hold(text: str, cleaned: str) -> None:
    assert anonymise({"value": [text]}, PRIVATE) == {"value": [cleaned]}


def test_our_own_words_stay_whoever_reports() -> None:
    """Somebody's name may be one of them."""
    value = {"code": "doctor.evicted", "name": "doctor", "value": "doctor", "count": 3, "gone": None}
    assert anonymise(value, {"doctor": "<user>"}) == {**value, "value": "<user>"}


def test_a_report_of_this_machine_holds_nothing_of_its_owner(tmp_path: Path) -> None:
    home, user, host = str(Path.home()), getpass.getuser(), socket.gethostname()
    text = f"{home}/x {user} {host} {tmp_path}/图 http://me:pw@proxy.test/ Serial C02XK1ABJGH5"
    found = (error("doctor.evicted", text, count=text),)
    item = Item("folders", "pictures", "doctor.folder", {"path": text}, found, {"words": text})
    private = private_words([tmp_path], ["http://me:pw@proxy.test/"])
    report = json.dumps(Diagnosis((item,), {"python": "3"}, "", 0.0, private).to_report(), ensure_ascii=False)
    assert home not in report and str(tmp_path) not in report
    # A name that is very short, or every machine's, tells of nobody.
    names = [name for name in (user, host) if len(name) >= SHORTEST_NAME and name not in LOOPBACK]
    for word in (*names, "proxy.test", "pw", "C02XK1ABJGH5"):
        assert not re.search(rf"(?<!\w){re.escape(word)}(?!\w)", report), word
