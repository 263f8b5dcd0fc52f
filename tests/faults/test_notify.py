"""Notifications with a real HTTP server on this machine, which may fail or hang, and with stand-ins for the system's programs."""

from __future__ import annotations

import json
import re
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from kohya_driver import texts
from kohya_driver.events.model import TroubleSeen
from kohya_driver.events.snapshot import RunSnapshot
from kohya_driver.host import Host
from kohya_driver.run import notify
from kohya_driver.run.folder import RunResult
from kohya_driver.run.notify import (
    Note,
    Notifier,
    finished_note,
    notification_command,
    recovered_note,
    trouble_note,
)
from tests.project import CPU, MAC

SNAPSHOT = RunSnapshot(name="宁光", folder="/runs/宁光-001", step=120, steps=900)
DISK = TroubleSeen("trouble.disk", "stop", {"free": 0.4, "needed": 1.2})
SECONDS = 30
"""Enough for a message on any machine; the program itself waits for less."""
NASTY = 'a" & (do shell script "touch /tmp/hacked") & "\\\n$(id) `id` <b>宁</b> --help'


class Receiver(ThreadingHTTPServer):
    """Keeps what is posted to it, and answers as it is told."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.status = 200
        self.hangs = threading.Event()
        self.got: list[tuple[str, str, Any]] = []
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Answering(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((self.path, self.headers["Content-Type"], json.loads(body)))
        if self.server.status == 0:
            self.server.hangs.wait(30)
            return
        self.send_response(self.server.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    server = Receiver()
    yield server
    server.hangs.set()
    server.shutdown()
    server.server_close()


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """A program in front on PATH that writes down its arguments; returns where."""
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    (tmp_path / "bin").mkdir()

    def write(name: str, *, status: int = 0, says: str = "", seconds: float = 0) -> Path:
        said = tmp_path / f"{name}.jsonl"
        path = tmp_path / "bin" / name
        path.write_text(
            f"#!{sys.executable}\nimport json, sys, time\n"
            f"open({str(said)!r}, 'a', encoding='utf-8').write(json.dumps(sys.argv[1:]) + '\\n')\n"
            f"time.sleep({seconds})\nprint({says!r})\nsys.exit({status})\n",
            encoding="utf-8",
        )
        path.chmod(0o755)
        return said

    return write


def arguments(said: Path) -> list[list[str]]:
    return [json.loads(line) for line in said.read_text(encoding="utf-8").splitlines()]


def notifier(*, show: bool = False, webhook: str = "", host: Host = MAC) -> Notifier:
    return Notifier({"notify": show, "webhook": webhook}, host)


# The words

CAUSE = {"cause": {"message": "It is so."}}


def result(outcome: str, reason: str = "", final: str = "", **more: Any) -> RunResult:
    return RunResult(outcome, "/runs/宁光-001", final, (), 900, 60.0, 0, reason, **more)


@pytest.mark.parametrize(
    ("note", "english", "chinese"),
    [
        (
            lambda: trouble_note(DISK, SNAPSHOT),
            "Only 0.4 GB are left on the disk; what is written next needs 1.2 GB. The training is ended.",
            "磁盘只剩 0.4 GB；接下来要写的文件需要 1.2 GB。训练将结束。",
        ),
        (
            lambda: recovered_note(SNAPSHOT, "run.killed"),
            "The training broke off and goes on by itself from step 120.",
            "训练中断后已自动从第 120 步继续。",
        ),
        (
            lambda: finished_note(result("succeeded", final="/o/宁.safetensors"), SNAPSHOT),
            "The LoRA is trained: /o/宁.safetensors",
            "LoRA 训练完成：/o/宁.safetensors",
        ),
        (
            lambda: finished_note(result("failed", "run.engine_failed"), SNAPSHOT),
            "The training failed. The engine stopped with an error.",
            "训练失败。引擎因错误而停止。",
        ),
        (
            lambda: finished_note(result("failed", "run.cannot_start"), SNAPSHOT),
            "The training failed. run.cannot_start",
            "训练失败。run.cannot_start",
        ),
        (
            lambda: finished_note(
                result("failed", "trouble.stall", reason_values={"minutes": 12}, diagnosis=CAUSE), SNAPSHOT
            ),
            "The training failed. Nothing has moved for 12 minutes.",
            "训练失败。已有 12 分钟毫无进展。",
        ),
        (
            lambda: finished_note(result("failed", "run.engine_failed", diagnosis=CAUSE), SNAPSHOT),
            "The training failed. It is so.",
            "训练失败。It is so.",
        ),
        (
            lambda: finished_note(result("failed", "run.killed", diagnosis={"cause": None}), SNAPSHOT),
            "The training failed. The engine was ended from outside, by a signal.",
            "训练失败。引擎被外部信号终止。",
        ),
        (
            lambda: finished_note(result("stopped", "run.stopped"), SNAPSHOT),
            "The training was stopped.",
            "训练已停止。",
        ),
    ],
)
def test_words_in_both_languages(note: Callable[[], Note], english: str, chinese: str) -> None:
    try:
        texts.use_language("en")
        assert (note().title, note().message) == ("kohya-driver: 宁光", english)
        texts.use_language("zh")
        assert (note().title, note().message) == ("kohya-driver：宁光", chinese)
    finally:
        texts.use_language(None)


def test_what_is_posted() -> None:
    texts.use_language("en")
    try:
        value = trouble_note(DISK, SNAPSHOT).to_json()
    finally:
        texts.use_language(None)
    assert abs(value.pop("time") - time.time()) < 60
    message = "Only 0.4 GB are left on the disk; what is written next needs 1.2 GB. The training is ended."
    assert value == {
        "version": 1,
        "event": "trouble",
        "run": "宁光",
        "message": message,
        "folder": "/runs/宁光-001",
        "outcome": "",
        "code": "trouble.disk",
        "policy": "stop",
        "step": 120,
        "steps": 900,
        "final": "",
        "text": f"kohya-driver: 宁光: {message}",
        "content": f"kohya-driver: 宁光: {message}",
    }


@pytest.mark.parametrize("page", ["webhook.md", "webhook.zh-CN.md"])
def test_every_key_is_documented(page: str) -> None:
    text = (Path(__file__).parents[2] / "docs" / page).read_text(encoding="utf-8")
    assert re.findall(r"^\| `(\w+)` \|", text, re.M) == list(trouble_note(DISK, SNAPSHOT).to_json())


# The address


def test_a_message_arrives(receiver: Receiver) -> None:
    sender = notifier(webhook=f"{receiver.address}/hook/宁?key=a%20b&x=1")
    sender.send(trouble_note(DISK, SNAPSHOT))
    sender.close(SECONDS)
    ((path, kind, value),) = receiver.got
    assert (path, kind) == ("/hook/%E5%AE%81?key=a%20b&x=1", "application/json; charset=utf-8")
    assert (value["event"], value["run"], value["code"]) == ("trouble", "宁光", "trouble.disk")
    assert sender.failures() == ()


@pytest.mark.parametrize("status", [400, 404, 500])
def test_a_refusal_is_told_once(receiver: Receiver, status: int) -> None:
    receiver.status = status
    sender = notifier(webhook=f"{receiver.address}/secret")
    for _ in range(3):
        sender.send(trouble_note(DISK, SNAPSHOT))
        sender.close(SECONDS)
    (failure,) = sender.failures()
    assert (failure.code, failure.policy) == ("trouble.webhook", "warn")
    assert str(status) in str(failure.values["reason"])
    assert "secret" not in str(failure.values)
    assert texts.say(failure.code, **failure.values)
    assert sender.failures() == ()
    assert len(receiver.got) == 3


def test_nobody_listens() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and does not listen
        sender = notifier(webhook=f"http://127.0.0.1:{taken.getsockname()[1]}")
        sender.send(trouble_note(DISK, SNAPSHOT))
        sender.close(SECONDS)
    assert [failure.code for failure in sender.failures()] == ["trouble.webhook"]


def test_an_answer_that_is_none() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        sender = notifier(webhook=f"http://127.0.0.1:{server.getsockname()[1]}")
        sender.send(trouble_note(DISK, SNAPSHOT))
        connection, _ = server.accept()
        with connection:
            connection.recv(65536)
            connection.sendall(b"SSH-2.0-OpenSSH_9.0\r\n")
        sender.close(SECONDS)
    assert [failure.code for failure in sender.failures()] == ["trouble.webhook"]


def test_one_that_hangs_delays_nothing(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notify, "TIMEOUT_SECONDS", 5.0)
    receiver.status = 0
    sender = notifier(webhook=receiver.address)
    begin = time.monotonic()
    for _ in range(100):
        sender.send(trouble_note(DISK, SNAPSHOT))
    assert time.monotonic() - begin < 4.9
    sender.close(60)
    assert [failure.code for failure in sender.failures()] == ["trouble.webhook"]
    assert len(receiver.got) <= notify.MOST_WAITING


def test_closing_waits_no_longer_than_it_may(receiver: Receiver) -> None:
    receiver.status = 0
    sender = notifier(webhook=receiver.address)
    sender.send(trouble_note(DISK, SNAPSHOT))
    begin = time.monotonic()
    sender.close(0.2)
    assert time.monotonic() - begin < 5
    assert sender.failures() == ()


# The system's notifications


def test_words_are_arguments_of_the_script_not_a_part_of_it(install: Callable[..., Path]) -> None:
    said = install("osascript")
    sender = notifier(show=True)
    sender.send(Note("trouble", NASTY, NASTY, "/x"))
    sender.close(SECONDS)
    assert sender.failures() == ()
    (got,) = arguments(said)
    assert got[:-2] == ["-e", notify.APPLESCRIPT[0], "-e", notify.APPLESCRIPT[1], "-e", notify.APPLESCRIPT[2]]
    assert got[-1] == NASTY
    assert got[-2] == texts.say("notify.title", name=NASTY)
    assert not any("{" in line or "%" in line for line in notify.APPLESCRIPT)


def test_linux(install: Callable[..., Path]) -> None:
    said = install("notify-send")
    sender = notifier(show=True, host=CPU)
    sender.send(Note("trouble", NASTY, NASTY, "/x"))
    sender.close(SECONDS)
    ((*options, title, message),) = arguments(said)
    assert options == ["--app-name=kohya-driver", "--"]
    assert title == texts.say("notify.title", name=NASTY)
    assert "<b>" not in message
    assert "&lt;b&gt;宁" in message
    assert sender.failures() == ()


def test_a_system_that_shows_none_is_told_once(install: Callable[..., Path]) -> None:
    install("osascript", status=1, says="execution error: not authorised (-1743)")
    sender = notifier(show=True)
    for _ in range(3):
        sender.send(trouble_note(DISK, SNAPSHOT))
        sender.close(SECONDS)
    (failure,) = sender.failures()
    assert failure == TroubleSeen(
        "trouble.notification", "warn", {"reason": "execution error: not authorised (-1743)"}
    )
    assert sender.failures() == ()


def test_one_that_hangs_is_ended(install: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notify, "TIMEOUT_SECONDS", 5.0)
    install("osascript", seconds=60)
    sender = notifier(show=True)
    begin = time.monotonic()
    sender.send(trouble_note(DISK, SNAPSHOT))
    assert time.monotonic() - begin < 4.9
    sender.close(50)
    assert time.monotonic() - begin < 50
    assert [failure.code for failure in sender.failures()] == ["trouble.notification"]


@pytest.mark.parametrize("host", [MAC, CPU])
def test_where_there_is_no_such_program_nothing_happens(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert notification_command(host, "a", "b") is None
    sender = notifier(show=True, host=host)
    sender.send(trouble_note(DISK, SNAPSHOT))
    sender.close(SECONDS)
    assert sender.failures() == ()


def test_nothing_is_sent_unless_asked(install: Callable[..., Path], receiver: Receiver) -> None:
    said = install("osascript")
    sender = notifier()
    sender.send(trouble_note(DISK, SNAPSHOT))
    sender.close(SECONDS)
    assert not said.exists()
    assert receiver.got == []


def test_both_at_once(install: Callable[..., Path], receiver: Receiver) -> None:
    said = install("osascript")
    sender = notifier(show=True, webhook=receiver.address)
    sender.send(finished_note(result("succeeded", final="/o/宁.safetensors"), SNAPSHOT))
    sender.close(SECONDS)
    assert len(arguments(said)) == len(receiver.got) == 1
    assert receiver.got[0][2]["outcome"] == "succeeded"
