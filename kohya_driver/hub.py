"""The Hugging Face Hub, or a mirror of it: what a repository holds, getting a file so that a cut costs
nothing, and putting files of one's own there.

huggingface_hub makes addresses, headers and requests. Its own `hf_hub_download` begins anew after a crash (since 2.x each
process has a temporary file of its own), so it is not used: a file grows in a `.part`, from wherever that ends.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Literal
from urllib.parse import urlsplit

from kohya_driver import files
from kohya_driver.errors import DriverError
from kohya_driver.wording import reason_of

HOME = "https://huggingface.co"
PIECE = 1 << 18
"""Bytes that are asked for, written and counted at once."""
RESETS = 6
"""How often a file is asked for that brings nothing but connections that are reset. The Hub's client goes on after other
breaks by itself, after this one it does not."""
SECONDS = 20.0
"""For the list of a repository's files."""

Trouble = Literal["missing", "private", "gated", "busy", "offline", "unreachable"]
OnCount = Callable[[int], None]
"""Called with the bytes that are here."""


class HubFailure(Exception):
    """The Hub did not give what was asked for."""

    def __init__(self, trouble: Trouble, reason: str):
        super().__init__(reason)
        self.trouble: Trouble = trouble
        self.reason = reason


@dataclass(frozen=True, slots=True)
class HubFile:
    """One file of a repository, as the Hub describes it."""

    name: str
    """With its folders."""
    size: int
    sha256: str = ""
    """Of a large file; small ones lie in git itself and have `git_id` alone."""
    git_id: str = ""

    def is_same(self, path: Path) -> bool:
        """Whether a file on this machine holds just these bytes."""
        if path.stat().st_size != self.size:
            return False
        if self.sha256:
            return files.sha256(path) == self.sha256
        return not self.git_id or _git_id(path) == self.git_id


@dataclass(frozen=True, slots=True)
class HubRepo:
    """A repository at one revision."""

    name: str
    revision: str
    """A commit, so that all files are of one state."""
    files: tuple[HubFile, ...]
    licence: str
    """As its page names it; empty where it does not."""
    is_gated: bool


def endpoint() -> str:
    """Where the Hub is: HF_ENDPOINT, else Hugging Face."""
    return (os.environ.get("HF_ENDPOINT") or HOME).rstrip("/")


def token() -> str | bool | None:
    """None: the person's own, if there is one. A mirror is somebody else: it gets none, unless HF_TOKEN gives it on purpose."""
    return None if not is_mirror() or os.environ.get("HF_TOKEN") else False


def is_mirror() -> bool:
    return urlsplit(endpoint()).hostname != urlsplit(HOME).hostname


def has_token() -> bool:
    """Whether the person can be told from a stranger there: HF_TOKEN, or what `hf auth login` has kept."""
    from huggingface_hub import get_token

    return token() is not False and bool(get_token())


@dataclass(frozen=True, slots=True)
class HubTarget:
    """A repository of one's own, before something is put into it."""

    is_private: bool
    names: frozenset[str]
    """Of the files that are there."""


def read_target(name: str) -> HubTarget | None:
    """What is there; None if there is no such repository yet, or none that this person may see.

    Raises:
        HubFailure: the Hub cannot be asked.
    """
    from huggingface_hub import HfApi
    from huggingface_hub.errors import RepositoryNotFoundError

    with _hub_failures(), _quiet():
        api = HfApi(endpoint=endpoint(), token=token(), library_name="kohya-driver")
        try:
            info = api.model_info(name, timeout=SECONDS)
        except RepositoryNotFoundError as failure:
            if getattr(failure.response, "status_code", 404) == 404:
                return None
            raise
    return HubTarget(bool(info.private), frozenset(one.rfilename for one in info.siblings or ()))


def upload(name: str, contents: Mapping[str, Path | bytes], *, private: bool, create: bool) -> str:
    """Put files into a repository, in one commit; returns the address of its page.

    Args:
        create: the repository is to be made first.

    Raises:
        HubFailure: it is not done.
    """
    from huggingface_hub import CommitOperationAdd, HfApi

    added = [CommitOperationAdd(path_in_repo=place, path_or_fileobj=each) for place, each in contents.items()]
    with _hub_failures(), _quiet(), _no_bars():
        api = HfApi(endpoint=endpoint(), token=token(), library_name="kohya-driver")
        if create:
            api.create_repo(name, private=private)
        api.create_commit(name, added, commit_message=f"Upload {next(iter(contents))}")
    return f"{endpoint()}/{name}"


def read_repo(name: str, revision: str | None = None) -> HubRepo:
    """What a repository holds.

    Raises:
        HubFailure: it cannot be had.
    """
    from huggingface_hub import HfApi

    with _hub_failures(), _quiet():
        api = HfApi(endpoint=endpoint(), token=token(), library_name="kohya-driver")
        info = api.model_info(name, revision=revision, files_metadata=True, timeout=SECONDS)
    found = tuple(
        HubFile(one.rfilename, one.size or 0, one.lfs.sha256 if one.lfs else "", one.blob_id or "")
        for one in info.siblings or ()
    )
    return HubRepo(name, info.sha or "main", found, _licence(info), bool(info.gated))


def _licence(info: Any) -> str:
    card = info.card_data
    named = (getattr(card, "license_name", None), getattr(card, "license", None)) if card else ()
    tagged = (tag.partition(":")[2] for tag in info.tags or () if tag.startswith("license:"))
    return next((str(one) for one in (*named, *tagged) if one and one != "other"), "")


def fetch(repo: str, name: str, revision: str, part: Path, on_count: OnCount, *, size: int = 0) -> None:
    """Let `part` grow until it is the whole file, from wherever it ends. Whether it is the right one is the caller's to see.

    Raises:
        HubFailure: it cannot be had now; what has arrived stays.
        HostError: the disk is full.
        OSError: the disk refuses.
    """
    left = RESETS
    while True:
        here = part.stat().st_size if part.is_file() else 0
        if size and here >= size:
            return
        try:
            _fetch(repo, name, revision, part, on_count, here)
            return
        except HubFailure as failure:
            left = RESETS if part.is_file() and part.stat().st_size > here else left - 1
            if not left or not any(isinstance(each, ConnectionResetError) for each in _causes(failure)):
                raise
        time.sleep(RESETS - left)


def _fetch(repo: str, name: str, revision: str, part: Path, on_count: OnCount, here: int) -> None:
    from huggingface_hub import hf_hub_url
    from huggingface_hub.file_download import http_get
    from huggingface_hub.utils._headers import build_hf_headers

    address = hf_hub_url(repo, name, revision=revision, endpoint=endpoint())
    # Of a compressed answer no range could be asked for.
    headers = {**build_hf_headers(token=token(), library_name="kohya-driver"), "Accept-Encoding": "identity"}
    with _hub_failures(), _quiet(), part.open("ab") as file:
        http_get(address, _Counted(file, part, on_count), resume_size=here, headers=headers)  # type: ignore[arg-type]


class _Counted:
    """A file that says how much of it is here; of a file object the hub's client uses no more than this."""

    def __init__(self, file: BinaryIO, path: Path, on_count: OnCount) -> None:
        self._file = file
        self._path = path
        self._on_count = on_count
        self.tell, self.seek, self.truncate = file.tell, file.seek, file.truncate

    def write(self, data: bytes) -> int:
        try:
            written = self._file.write(data)
            self._file.flush()
        except OSError as failure:
            raise files.host_error(failure, self._path) from failure
        self._on_count(self._file.tell())
        return written


_LOCAL = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES)
"""What only the own disk says."""


@contextlib.contextmanager
def _hub_failures() -> Iterator[None]:
    """What the hub's client raises, as one kind; each version of it has errors of its own."""
    try:
        yield
    except DriverError:
        raise
    except Exception as failure:
        response = getattr(failure, "response", None)
        status = getattr(response, "status_code", None)
        if status == 416:
            return  # all of it is here
        if isinstance(failure, OSError) and failure.errno in _LOCAL:
            raise
        code = response.headers.get("X-Error-Code", "") if response is not None else ""
        raise HubFailure(_trouble(failure, status, code), _reason(failure)) from failure


def _trouble(failure: Exception, status: int | None, code: str) -> Trouble:
    if type(failure).__name__ == "OfflineModeIsEnabled":
        return "offline"
    if code == "GatedRepo" or status == 403:
        return "gated"
    if status == 401:
        return "private"  # or not there: the Hub does not tell a stranger which
    if status == 404:
        return "missing"
    return "busy" if status == 429 else "unreachable"


def _causes(failure: BaseException) -> Iterator[BaseException]:
    """Its client wraps what the system said once or twice."""
    inner: BaseException | None = failure
    while inner:
        yield inner
        inner = inner.__cause__ or inner.__context__


def _reason(failure: Exception) -> str:
    for inner in _causes(failure):
        if isinstance(inner, socket.gaierror | TimeoutError) or (isinstance(inner, OSError) and inner.errno):
            return reason_of(inner)
    lines = str(failure).splitlines() or [""]
    return lines[0].rstrip(". ") or type(failure).__name__


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """The hub's client without its own progress bar and remarks, and in small pieces.

    Of its pieces of 10 MB each broken connection would lose one, and progress would be seen twice a minute.
    """
    from huggingface_hub import constants, utils

    hub: Any = utils
    before = hub.logging.get_verbosity(), constants.DOWNLOAD_CHUNK_SIZE
    hub.logging.set_verbosity_error()
    hub.disable_progress_bars("huggingface_hub.http_get")
    constants.DOWNLOAD_CHUNK_SIZE = PIECE
    try:
        yield
    finally:
        constants.DOWNLOAD_CHUNK_SIZE = before[1]
        hub.enable_progress_bars("huggingface_hub.http_get")
        hub.logging.set_verbosity(before[0])


@contextlib.contextmanager
def _no_bars() -> Iterator[None]:
    """No progress bar of the hub's client at all; what a person wishes of them otherwise stays."""
    from huggingface_hub import utils

    hub: Any = utils
    wished = not hub.are_progress_bars_disabled()
    hub.disable_progress_bars()
    try:
        yield
    finally:
        if wished:
            hub.enable_progress_bars()


def _git_id(path: Path) -> str:
    """The name that git has for a file's content: SHA-1 over its length and itself."""
    data = path.read_bytes()
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()
