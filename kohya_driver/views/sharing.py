"""Installing, describing and publishing a LoRA, in a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console
from rich.text import Text

from kohya_driver import texts
from kohya_driver.loras.card import CardFolder
from kohya_driver.loras.deliver import Installed
from kohya_driver.loras.publish import Publication
from kohya_driver.views.console import human_bytes, stdout_console
from kohya_driver.views.rows import named_rows


def print_installed(installed: Installed, console: Console | None = None) -> None:
    console = console or stdout_console()
    console.print(named_rows("share_screen", _of_installed(installed)))
    code = f"installed_{installed.program}" if installed.is_done else "would_install"
    console.print(Text(_say(code), "bold green"), soft_wrap=True)


def _of_installed(installed: Installed) -> Iterator[tuple[str, str]]:
    subject = installed.subject
    yield "source", str(subject.path)
    yield "folder", str(installed.folder)
    yield "trigger", subject.trigger or _say("none")
    if installed.program == "webui":
        yield "prompt", f"{subject.trigger} <lora:{subject.name}:{subject.weight:g}>".strip()
    else:
        yield "weight", f"{subject.weight:g}"
    for path in installed.written:
        yield "written" if installed.is_done else "would", path.name
    for path in installed.kept:
        yield "kept", path.name


def print_card(card: CardFolder, console: Console | None = None) -> None:
    console = console or stdout_console()
    console.print(Text(_say("card_written", path=card.readme)), soft_wrap=True)


def print_publication(wanted: Publication, console: Console | None = None) -> None:
    """All that would be seen there, and by whom."""
    console = console or stdout_console()
    console.print(named_rows("share_screen", _of_publication(wanted)))
    if wanted.says:
        console.print(Text(_say("what_it_says", count=wanted.says), "dim"), soft_wrap=True)


def _of_publication(wanted: Publication) -> Iterator[tuple[str, str]]:
    yield "repo", f"{wanted.endpoint}/{wanted.repo}"
    yield "seen", _say(f"{'new' if wanted.is_new else 'old'}_{'private' if wanted.is_private else 'public'}")
    for one in wanted.uploads:
        code = "file_replaces" if one.replaces else "file"
        yield "files", _say(code, name=one.name, size=human_bytes(one.size))


def question(wanted: Publication) -> str:
    return _say("ask", size=human_bytes(wanted.total_bytes), endpoint=wanted.endpoint)


def print_uploading(wanted: Publication, console: Console | None = None) -> None:
    console = console or stdout_console()
    console.print(Text(_say("uploading", size=human_bytes(wanted.total_bytes))))


def print_published(wanted: Publication, console: Console | None = None) -> None:
    console = console or stdout_console()
    if wanted.page:
        console.print(Text(_say("published", page=wanted.page), "bold green"), soft_wrap=True)
    else:
        console.print(Text(_say("would_publish"), "bold green"), soft_wrap=True)


def _say(code: str, **values: object) -> str:
    return texts.say(f"share_screen.{code}", **values)
