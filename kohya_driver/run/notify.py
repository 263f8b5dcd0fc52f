"""Tells the person of a trouble and of the end: a notification of the system, and a message to an address of theirs.

Each is sent in a thread of its own, with a limit of time, and never delays or ends a training. What fails is told once.
"""

from __future__ import annotations

import html
import json
import shutil
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from kohya_driver import __version__, process, texts
from kohya_driver.events.model import TroubleSeen
from kohya_driver.events.snapshot import RunSnapshot
from kohya_driver.host import Host
from kohya_driver.run.folder import RunResult

TIMEOUT_SECONDS = 10.0
CLOSE_SECONDS = 5.0
"""The longest that the end of a run waits for its last messages to get out."""
MOST_WAITING = 4
"""Messages under way; with more, the address or the system does not answer, and they are left out."""

# The words are arguments, never a part of the script.
APPLESCRIPT = (
    "on run argv",
    "display notification (item 2 of argv) with title (item 1 of argv)",
    "end run",
)


@dataclass(frozen=True, slots=True)
class Note:
    """One message, as it is sent to the address."""

    event: str
    """`trouble`, `recovered` or `finished`."""
    run: str
    """The LoRA's name."""
    message: str
    """A sentence, in the language in use."""
    folder: str
    outcome: str = ""
    """Of `finished`: succeeded, failed or stopped."""
    code: str = ""
    """What went wrong, such as `trouble.nan` or `run.engine_failed`; empty if nothing did."""
    policy: str = ""
    """Of `trouble`: stop, warn or recover."""
    step: int = 0
    steps: int = 0
    final: str = ""
    """Of `finished`: the LoRA."""
    time: float = field(default_factory=time.time)

    @property
    def title(self) -> str:
        return texts.say("notify.title", name=self.run)

    def to_json(self) -> dict[str, Any]:
        """`text` and `content` are the names under which chats look for the words."""
        words = f"{self.title}: {self.message}"
        return {"version": 1, **asdict(self), "text": words, "content": words}


def trouble_note(trouble: TroubleSeen, snapshot: RunSnapshot) -> Note:
    said = texts.say(trouble.code, **trouble.values)
    done = texts.say(f"notify.policy.{trouble.policy}")
    message = texts.say("notify.trouble", said=said, done=done)
    return _note("trouble", message, snapshot, code=trouble.code, policy=trouble.policy)


def recovered_note(snapshot: RunSnapshot, reason: str) -> Note:
    """After an attempt ended by itself and the next one trains on. `reason` is the code of what ended it."""
    return _note("recovered", texts.say("notify.recovered", step=snapshot.step), snapshot, code=reason)


def finished_note(result: RunResult, snapshot: RunSnapshot) -> Note:
    message = texts.say(f"notify.{result.outcome}", final=result.final, reason=_reason(result))
    return _note(
        "finished", message, snapshot, outcome=result.outcome, code=result.reason, final=result.final
    )


def _reason(result: RunResult) -> str:
    """What was found in the engine's own words, where that says more than that it failed; else what the code says."""
    cause = result.diagnosis.get("cause") or {}
    if cause.get("message") and not result.reason.startswith("trouble."):
        return str(cause["message"])
    try:
        return texts.say(result.reason, **result.reason_values) if texts.has(result.reason) else result.reason
    except KeyError:  # it wants values that the result does not have
        return result.reason


def _note(event: str, message: str, snapshot: RunSnapshot, **more: Any) -> Note:
    return Note(
        event, snapshot.name, message, snapshot.folder, step=snapshot.step, steps=snapshot.steps, **more
    )


class Notifier:
    """Sends notes by the ways that the plan's `safety` asks for.

    Args:
        safety: the plan's: `notify` and `webhook`.
        host: this machine, not the plan's where it was made for another.
    """

    def __init__(self, safety: Mapping[str, Any], host: Host) -> None:
        self._address = str(safety.get("webhook") or "")
        self._shows = bool(safety.get("notify"))
        self._host = host
        self._threads: list[threading.Thread] = []
        self._failed: dict[str, TroubleSeen] = {}
        self._told: set[str] = set()

    def send(self, note: Note) -> None:
        """Returns at once."""
        command = notification_command(self._host, note.title, note.message) if self._shows else None
        if command:
            self._start("trouble.notification", lambda: _show(command))
        if self._address:
            body = json.dumps(note.to_json(), ensure_ascii=False).encode()
            self._start("trouble.webhook", lambda: _post(self._address, body))

    def failures(self) -> tuple[TroubleSeen, ...]:
        """Ways that failed for the first time since this was last asked: to be recorded, not to be sent."""
        new = [code for code in list(self._failed) if code not in self._told]
        self._told.update(new)
        return tuple(self._failed[code] for code in new)

    def close(self, seconds: float = CLOSE_SECONDS) -> None:
        """Give what is under way a little time; what is not out then is lost."""
        end = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, end - time.monotonic()))

    def _start(self, code: str, act: Callable[[], str]) -> None:
        self._threads = [thread for thread in self._threads if thread.is_alive()]
        if len(self._threads) >= MOST_WAITING:
            return
        thread = threading.Thread(target=self._try, args=(code, act), daemon=True)
        self._threads.append(thread)
        try:
            thread.start()
        except RuntimeError:  # the system has no more threads
            self._threads.pop()

    def _try(self, code: str, act: Callable[[], str]) -> None:
        try:
            failure = act()
        except Exception as error:
            failure = str(error) or type(error).__name__
        if failure:
            self._failed.setdefault(code, TroubleSeen(code, "warn", {"reason": failure[:200]}))


def notification_command(host: Host, title: str, message: str) -> tuple[str, ...] | None:
    """What shows a notification on this system; None where nothing is known to, or it is not there."""
    if host.is_mac:
        script = [part for line in APPLESCRIPT for part in ("-e", line)]
        command: tuple[str, ...] = ("osascript", *script, title, message)
    else:
        # What is shown may be read as markup.
        command = ("notify-send", "--app-name=kohya-driver", "--", title, html.escape(message, quote=False))
    tool = shutil.which(command[0])
    return (tool, *command[1:]) if tool else None


def _show(command: tuple[str, ...]) -> str:
    """Why it failed; empty if it did not."""
    done = process.run_tool(command, timeout_seconds=TIMEOUT_SECONDS)
    return "" if done.status == 0 else done.output.strip() or str(done.status)


def _post(address: str, body: bytes) -> str:
    """As `_show`. The address itself may hold a secret: it is in no reason."""
    import urllib.error
    import urllib.parse
    import urllib.request

    address = urllib.parse.quote(address, safe="%/:=&?~#+!$,;'@()*[]")
    headers = {"Content-Type": "application/json; charset=utf-8", "User-Agent": f"kohya-driver/{__version__}"}
    request = urllib.request.Request(address, data=body, headers=headers, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS):
            return ""
    except urllib.error.HTTPError as failure:
        failure.close()
        return f"{failure.code} {failure.reason}"
    except urllib.error.URLError as failure:
        return str(failure.reason)
