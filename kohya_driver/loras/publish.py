"""Publishing a LoRA on the Hugging Face Hub: what would go there is told before anything does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kohya_driver import hub
from kohya_driver.errors import DriverError, Finding, HostError, RunError, UsageError
from kohya_driver.hub import HubFailure
from kohya_driver.loras.card import Card
from kohya_driver.loras.subject import Subject

_REPO = re.compile(r"(?!.*(--|\.\.))[A-Za-z0-9][\w-]{0,41}/[A-Za-z0-9_][\w.-]{0,94}[A-Za-z0-9_]")
"""What the Hub takes for a name (huggingface_hub's validate_repo_id), with its owner."""


@dataclass(frozen=True, slots=True)
class Upload:
    """One file that would go there."""

    name: str
    """In the repository."""
    size: int
    content: Path | bytes = field(repr=False)
    replaces: bool = False
    """A file of this name is there already."""


@dataclass(frozen=True, slots=True)
class Publication:
    """All that publishing means, and what came of it."""

    repo: str
    endpoint: str
    is_new: bool
    is_private: bool
    uploads: tuple[Upload, ...]
    says: int = 0
    """Entries of metadata in the LoRA file, which anybody there can read."""
    findings: tuple[Finding, ...] = ()
    page: str = ""
    """Where it stands; empty until it does."""

    @property
    def total_bytes(self) -> int:
        return sum(one.size for one in self.uploads)

    def to_json(self) -> dict[str, Any]:
        return {
            "version": 1,
            "repo": self.repo,
            "endpoint": self.endpoint,
            "is_new": self.is_new,
            "is_private": self.is_private,
            "files": [{"name": one.name, "size": one.size, "replaces": one.replaces} for one in self.uploads],
            "page": self.page,
            "findings": [finding.to_json() for finding in self.findings],
        }


def check_repo(repo: str) -> None:
    """Before anything is read or asked.

    Raises:
        UsageError: `share.bad_repo`.
        RunError: `share.no_token`, `share.no_token_for_mirror`.
    """
    if not _REPO.fullmatch(repo):
        raise UsageError("share.bad_repo", repo=repo)
    if not hub.has_token():
        code = "share.no_token_for_mirror" if hub.is_mirror() else "share.no_token"
        raise RunError(code, hub.endpoint(), page=f"{hub.HOME}/settings/tokens")


def plan_publication(
    subject: Subject, card: Card, repo: str, *, public: bool = False, overwrite: bool = False
) -> Publication:
    """What would go there; asks the Hub what is there already.

    Raises:
        RunError: `share.files_there`, unless they may be replaced.
        HostError: the Hub cannot be reached, or refuses (`share.hub_…`).
    """
    try:
        there = hub.read_target(repo)
    except HubFailure as failure:
        raise hub_error(failure, repo) from failure
    uploads = tuple(_uploads(subject, card, there.names if there else frozenset()))
    replaced = [one.name for one in uploads if one.replaces]
    if replaced and not overwrite:
        raise RunError("share.files_there", repo, files=", ".join(replaced))
    private = there.is_private if there else not public
    return Publication(
        repo, hub.endpoint(), there is None, private, uploads, len(subject.found.metadata), card.findings
    )


def _uploads(subject: Subject, card: Card, present: frozenset[str]) -> Iterator[Upload]:
    name = f"{subject.name}.safetensors"
    yield Upload(name, subject.path.stat().st_size, subject.path, name in present)
    text = card.text.encode()
    # The Hub itself writes .gitattributes, and a README only where somebody makes one.
    yield Upload("README.md", len(text), text, "README.md" in present)
    for picture, path in card.pictures.items():
        yield Upload(picture, path.stat().st_size, path, picture in present)


def publish(publication: Publication) -> str:
    """Make the repository if it is not there, and put all files into it in one commit; returns its page.

    Raises:
        HostError: the Hub cannot be reached, or refuses. Then no file of this is there.
    """
    contents = {one.name: one.content for one in publication.uploads}
    try:
        return hub.upload(
            publication.repo, contents, private=publication.is_private, create=publication.is_new
        )
    except HubFailure as failure:
        raise hub_error(failure, publication.repo) from failure


def hub_error(failure: HubFailure, repo: str) -> DriverError:
    """What a person is told of it; what it finds wrong with the files themselves is a ValueError of the hub's client."""
    trouble = "refused" if isinstance(failure.__cause__, ValueError) else failure.trouble
    return HostError(
        f"share.hub_{trouble}", repo, repo=repo, endpoint=hub.endpoint(), reason=failure.reason,
        page=f"{hub.HOME}/settings/tokens",
    )  # fmt: skip
