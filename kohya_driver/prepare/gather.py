"""What a set is made from: concepts, each a folder of pictures with whatever captions lie beside them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from kohya_driver.errors import DatasetError, Finding, UsageError, warning
from kohya_driver.prepare.images import find_images
from kohya_driver.prepare.layout import Built, check_concept, concept_from, find_tree, is_within
from kohya_driver.wording import reason_of

CAPTION_ENDINGS = (".txt", ".caption")
"""In this order, where a picture has both."""
_CODECS = ("utf-8-sig", "gb18030")
"""Captions that were written on a Chinese Windows are not UTF-8."""


@dataclass(frozen=True, slots=True)
class Source:
    """One picture of a source, with the caption beside it."""

    path: Path
    name: str
    """Its path within the source folder: how a person calls it."""
    caption: Path | None


@dataclass(frozen=True, slots=True)
class Concept:
    """What goes into one folder of the tree."""

    name: str
    root: Path
    sources: tuple[Source, ...]
    is_reg: bool = False
    repeats: int | None = None
    """From the folder's name, in a tree that somebody has built."""

    @property
    def is_built(self) -> bool:
        """Taken over as it is: nothing is cut."""
        return self.repeats is not None

    @property
    def tree(self) -> str:
        return "reg" if self.is_reg else "image"

    @property
    def key(self) -> tuple[str, str]:
        """Its tree and its name, which tell it from all others."""
        return self.tree, self.name


@dataclass(frozen=True, slots=True)
class Gathered:
    concepts: tuple[Concept, ...]
    findings: tuple[Finding, ...]


def gather(
    images: Path | None,
    named: Sequence[tuple[str, Path]],
    reg: Path | None,
    *,
    trigger: str,
    project: Path,
) -> Gathered:
    """Find every concept and its pictures.

    Args:
        images: a folder of pictures, or a tree of `<repeats>_<concept>` folders, or the project that holds one.
        named: further concepts, each a name and a folder of pictures.
        reg: regularization images, in the same ways.

    Raises:
        DatasetError: a folder is missing, or holds no picture.
        UsageError: two concepts of one name, or a picture that lies in the project itself.
    """
    concepts: list[Concept] = []
    findings: list[Finding] = []

    def add(name: str, root: Path, *, is_reg: bool = False, built: Built | None = None) -> None:
        found = find_images(root, recursive=built is None)
        if not found.images:
            raise DatasetError("init.no_pictures", root)
        findings.extend(_passed(root, found.others))
        sources = tuple(
            Source(path, path.relative_to(root).as_posix(), _caption_beside(path)) for path in found.images
        )
        _check_links(sources, project)
        concepts.append(
            Concept(check_concept(name), root, sources, is_reg, None if built is None else built.repeats)
        )

    if images is not None:
        tree = find_tree(images)
        for one in tree:
            add(one.concept, one.path, is_reg=one.is_reg, built=one)
        if not tree:
            add(concept_from(trigger), images)
    for name, folder in named:
        add(name, folder)
    if reg is not None:
        tree = find_tree(reg)
        for one in tree:
            add(one.concept, one.path, is_reg=True, built=one)
        if not tree:
            add(concept_from(reg.name), reg, is_reg=True)
    _check_names(concepts)
    return Gathered(tuple(concepts), tuple(findings))


def _check_links(sources: Sequence[Source], project: Path) -> None:
    """No link in the source may lead into the project, which would then feed on itself."""
    doubtful = {source.path.parent / "x": source.path for source in sources}
    doubtful |= {source.path: source.path for source in sources if source.path.is_symlink()}
    for path, shown in doubtful.items():
        if is_within(path, project):
            raise UsageError("init.source_in_target", shown, target=project)


def _check_names(concepts: Iterable[Concept]) -> None:
    """A Mac's disk takes `Cat` and `cat` for one."""
    seen: dict[tuple[str, str], Concept] = {}
    for concept in concepts:
        other = seen.setdefault((concept.tree, concept.name.casefold()), concept)
        if other is not concept:
            raise UsageError("init.concept_twice", concept.root, name=concept.name, other=other.root)


def _passed(root: Path, others: Sequence[tuple[Path, str]]) -> list[Finding]:
    """What was passed over, one finding for each reason."""
    reasons: dict[str, list[str]] = {}
    for path, code in others:
        reasons.setdefault(code, []).append(path.relative_to(root).as_posix())
    return [
        warning("init.passed_over", root, count=len(names), names=shortened(names), reason=Said(code))
        for code, names in reasons.items()
    ]


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence within another one, in the language in which that is shown."""

    code: str

    def __str__(self) -> str:
        from kohya_driver import texts

        return texts.say(self.code)


def shortened(names: Sequence[str], most: int = 5) -> str:
    """The first names; how many there are stands beside them in every sentence."""
    return ", ".join(names[:most]) + (" …" if len(names) > most else "")


def _caption_beside(picture: Path) -> Path | None:
    for ending in CAPTION_ENDINGS:
        path = picture.with_suffix(ending)
        if path.is_file():
            return path
    return None


def read_caption_text(path: Path) -> tuple[str, bool]:
    """A caption on one line, and whether it had to be guessed how it is written. Empty if nothing is in it.

    Raises:
        DatasetError: `init.caption_unreadable`.
    """
    try:
        data = path.read_bytes()
    except OSError as failure:
        raise DatasetError("init.caption_unreadable", path, reason=reason_of(failure)) from failure
    codecs = ("utf-16",) if data.startswith((b"\xff\xfe", b"\xfe\xff")) else _CODECS
    for codec in codecs:
        try:
            text = data.decode(codec)
        except UnicodeDecodeError:
            continue
        return on_one_line(text), codec != "utf-8-sig"
    return on_one_line(data.decode("latin-1")), True


def on_one_line(text: str) -> str:
    """The engine reads the first line only."""
    lines = (" ".join(line.replace("\0", "").split()).strip(", ") for line in text.splitlines())
    return ", ".join(line for line in lines if line)


def with_trigger(caption: str, trigger: str) -> str:
    """The trigger first and once among tags. In a sentence that says it already it stays where it is."""
    if not trigger:
        return caption
    tags = [tag.strip() for tag in caption.split(",")]
    others = [tag for tag in tags if tag and _folded(tag) != _folded(trigger)]
    if len(others) == len([tag for tag in tags if tag]) and _says(caption, trigger):
        return caption
    return ", ".join([trigger, *others])


def _folded(text: str) -> str:
    return " ".join(text.casefold().replace("_", " ").split())


def _says(caption: str, trigger: str) -> bool:
    words, wanted = _words(caption), _words(trigger)
    if not wanted.isascii():
        return wanted in words  # Chinese has no blanks between words
    return f" {wanted} " in f" {words} "


def _words(text: str) -> str:
    return " ".join("".join(letter if letter.isalnum() else " " for letter in _folded(text)).split())
