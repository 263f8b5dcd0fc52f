"""Whether what an installation or a download needs can be reached; asked all at once, each with a short timeout."""

from __future__ import annotations

import ssl
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from kohya_driver import __version__, texts
from kohya_driver.checkup.addresses import parts, without_credentials
from kohya_driver.checkup.facts import Facts
from kohya_driver.checkup.model import Item
from kohya_driver.engine.environment import uv_environment
from kohya_driver.engine.store import sources_in_order
from kohya_driver.errors import Finding, Severity
from kohya_driver.wording import reason_of

TIMEOUT_SECONDS = 2.0
"""For one answer, and with half a second more for all together: a name that resolves slowly has no timeout of its own."""
PYPI, HUB = "https://pypi.org/simple", "https://huggingface.co"
_INDEXES = ("UV_DEFAULT_INDEX", "UV_INDEX_URL")
FIRST_REFUSAL = 400


@dataclass(frozen=True, slots=True)
class Site:
    """One thing to reach."""

    name: str
    """`github`, `index` or `hub`."""
    address: str
    """As it is known."""
    url: str
    """What is asked for: something small that answers only if the thing works."""
    is_needed: bool
    """Now: what is there already need not be fetched."""
    proxy: str = ""
    """What it is asked through."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of asking; `status` 0: nothing came."""

    status: int = 0
    seconds: float = 0.0
    reason: str = ""
    is_certificate: bool = False


def sites(facts: Facts) -> tuple[Site, ...]:
    """Where this environment would fetch from."""
    environment, needed = facts.environment, facts.engine is None
    source = sources_in_order(None, facts.recipe)[0]
    uv = uv_environment(caller=environment)
    index = next((uv[name] for name in _INDEXES if uv.get(name)), PYPI).rstrip("/")
    hub = (environment.get("HF_ENDPOINT") or HUB).rstrip("/")
    found = [
        Site("index", index, f"{index}/toml/", needed),
        Site("hub", hub, f"{hub}/api/models/openai/clip-vit-large-patch14", False),
    ]
    # A folder or a bundle file needs no network.
    if "://" in source:
        address = source.rstrip("/")
        found.insert(0, Site("github", address, f"{address}/info/refs?service=git-upload-pack", needed))
    return tuple(replace(site, proxy=_proxy(site.url, facts.proxies)) for site in found)


def _proxy(url: str, proxies: Mapping[str, str]) -> str:
    host = parts(url).hostname
    bypassed = not host or urllib.request.proxy_bypass(host)
    return "" if bypassed else without_credentials(proxies.get(parts(url).scheme, ""))


class Reach:
    """Asks all sites from the moment it is made, each in a thread of its own."""

    def __init__(self, asked: Sequence[Site], timeout_seconds: float = TIMEOUT_SECONDS) -> None:
        self._asked = asked
        self._end = time.monotonic() + timeout_seconds + 0.5
        self._answers: dict[str, Answer] = {}
        self._threads = [
            # A daemon: one that hangs in the resolver must not keep the program from ending.
            threading.Thread(target=self._ask, args=(site, timeout_seconds), daemon=True)
            for site in asked
        ]
        for thread in self._threads:
            thread.start()

    def _ask(self, site: Site, timeout_seconds: float) -> None:
        self._answers[site.name] = ask(site.url, timeout_seconds)

    def items(self) -> Iterator[Item]:
        """What came; waits for it, but not longer than the timeout."""
        for thread in self._threads:
            thread.join(max(0.0, self._end - time.monotonic()))
        answers = dict(self._answers)
        for site in self._asked:
            yield site_item(site, answers.get(site.name, Answer(reason=texts.say("system.timeout"))))


def ask(url: str, timeout_seconds: float) -> Answer:
    """Ask for a page and read its first byte. Nothing is raised: whatever goes wrong is the answer."""
    if parts(url).scheme not in ("http", "https"):
        return Answer(reason=texts.say("system.no_scheme"))
    started = time.monotonic()
    headers: Mapping[str, str] = {"User-Agent": f"kohya-driver/{__version__}"}
    try:
        request = urllib.request.Request(url, headers=dict(headers))
        with urllib.request.urlopen(request, timeout=timeout_seconds) as page:
            page.read(1)
            return Answer(page.status, time.monotonic() - started)
    except urllib.error.HTTPError as failure:
        failure.close()
        return Answer(failure.code, time.monotonic() - started)
    except (OSError, ValueError) as failure:
        reason = getattr(failure, "reason", failure)
        return Answer(reason=_words(reason), is_certificate=isinstance(reason, ssl.SSLCertVerificationError))
    except Exception as failure:  # http.client's own, for an answer that is none
        return Answer(reason=f"{type(failure).__name__}: {failure}")


def _words(reason: object) -> str:
    return without_credentials(reason_of(reason) if isinstance(reason, Exception) else str(reason))


def site_item(site: Site, answer: Answer) -> Item:
    address = without_credentials(site.address)
    if 0 < answer.status < FIRST_REFUSAL:
        milliseconds = round(answer.seconds * 1000)
        return Item(
            "network", site.name, "doctor.reached", {"address": address, "milliseconds": milliseconds}
        )
    values = {"address": address, "reason": answer.reason or f"HTTP {answer.status}"}
    code = f"doctor.unreachable_{site.name}"
    if answer.is_certificate:
        code = "doctor.certificate"
    elif site.proxy and not answer.status:
        code, values = "doctor.unreachable_proxy", {**values, "proxy": site.proxy}
    found = Finding(code, Severity.WARNING if site.is_needed else Severity.INFO, values=values)
    return Item("network", site.name, "doctor.not_reached", values, (found,))
