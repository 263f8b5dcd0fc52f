"""The tree that kohya's trainers read: `image/<repeats>_<concept>/`, from names to files in place.

A project's trees are exchanged whole, so that nobody ever finds half of one.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import re
import shutil
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from kohya_driver import files
from kohya_driver.dataset.scan import find_subsets
from kohya_driver.errors import UsageError
from kohya_driver.host import Host

IMAGE, REG, LOG, MODELS = "image", "reg", "log", "models"
TREES = (IMAGE, REG)
MOST_REPEATS = 999
_MOST_BYTES = 200
_TREE_NAMES = (IMAGE, "img", "images")

_NO_LINKS = (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EXDEV, errno.EMLINK, errno.ENOSYS)
"""What systems say where a file cannot have two names: exFAT, network drives."""

_AT_FDCWD_LINUX = -100
_RENAME_EXCHANGE = 2
_RENAME_SWAP = 2


def check_concept(name: str) -> str:
    """A concept's name as it goes into a folder's: composed (NFC), as macOS and Linux then agree on it.

    Raises:
        UsageError: `init.concept_empty`, `init.concept_name`, `init.concept_number`.
    """
    concept = unicodedata.normalize("NFC", name).strip()
    if not concept:
        raise UsageError("init.concept_empty", name)
    wrong = sorted({letter for letter in concept if letter in "/\\:" or ord(letter) < 32})
    if wrong or concept.startswith(".") or len(concept.encode()) > _MOST_BYTES:
        raise UsageError("init.concept_name", name)
    if re.match(r"\d+_", concept):
        raise UsageError("init.concept_number", name, rest=re.sub(r"^(\d+_)+", "", concept) or "…")
    return concept


def concept_from(text: str) -> str:
    """A concept's name from a trigger word or a folder's name, whatever is in it."""
    name = unicodedata.normalize("NFC", files.safe_name(text.strip(), fallback="concept"))
    name = re.sub(r"^(\d+_)+", "", name).strip(" .") or "concept"
    while len(name.encode()) > _MOST_BYTES:
        name = name[:-1]
    return name


def check_repeats(repeats: int) -> int:
    if not 1 <= repeats <= MOST_REPEATS:
        raise UsageError("init.repeats", repeats, most=MOST_REPEATS)
    return repeats


def folder_name(repeats: int, concept: str) -> str:
    return f"{check_repeats(repeats)}_{concept}"


@dataclass(frozen=True, slots=True)
class Built:
    """A folder of a tree that is there already."""

    path: Path
    repeats: int
    concept: str
    is_reg: bool


def find_tree(root: Path) -> tuple[Built, ...]:
    """The concept folders of a tree that somebody has built: `root` is the tree, or the project that holds it.

    Empty for a folder of pictures.
    """
    direct = _built(root, is_reg=False)
    if direct:
        return direct
    for name in _TREE_NAMES:
        inner = _built(root / name, is_reg=False)
        if inner:
            return (*inner, *_built(root / REG, is_reg=True))
    return ()


def _built(parent: Path, *, is_reg: bool) -> tuple[Built, ...]:
    if not parent.is_dir():
        return ()
    named = (one for one in find_subsets(parent) if one.concept.strip())
    return tuple(Built(one.path, min(one.repeats, MOST_REPEATS), one.concept, is_reg) for one in named)


def check_apart(sources: Iterable[Path], target: Path) -> None:
    """Refuse a source and a target that are one folder, or one within the other, by whatever links.

    Raises:
        UsageError: `init.source_is_target`, `init.source_in_target`, `init.target_in_source`.
    """
    aims = [target, *(target / tree for tree in TREES if (target / tree).is_symlink())]
    for source in sources:
        for aim in aims:
            if _same(source, aim):
                raise UsageError("init.source_is_target", source, target=target)
            if _is_within(source, aim):
                raise UsageError("init.source_in_target", source, target=target)
            if _is_within(aim, source):
                raise UsageError("init.target_in_source", target, source=source)
    for tree in TREES:
        if (target / tree).is_symlink():
            raise UsageError("init.tree_is_link", target / tree)


def is_within(path: Path, folder: Path) -> bool:
    """Whether a file really lies below a folder, links followed."""
    return _is_within(path, folder)


def _real(path: Path) -> Path:
    return Path(os.path.realpath(path))


def _same(one: Path, other: Path) -> bool:
    """By what the system says, which knows letter case and links; by name where one does not exist."""
    try:
        return one.samefile(other)
    except OSError:
        return _real(one) == _real(other)


def _is_within(path: Path, folder: Path) -> bool:
    return any(_same(above, folder) for above in _real(path).parents)


def copy_file(source: Path, target: Path, host: Host) -> None:
    """A copy that shares its bytes with the original where the file system can do that (APFS), else a plain one.

    Raises:
        HostError: the disk is full, or it cannot be written.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        if host.is_mac and _clone(source, target):
            return
        with source.open("rb") as reader, target.open("wb") as writer:
            shutil.copyfileobj(reader, writer, 1 << 20)
            writer.flush()
            os.fsync(writer.fileno())
    except OSError as failure:
        raise files.host_error(failure, target) from failure


def _clone(source: Path, target: Path) -> bool:
    """`clonefile(2)`, macOS 10.12 and later; False where the file systems cannot, or are two."""
    try:
        clonefile = ctypes.CDLL(None, use_errno=True).clonefile
    except (OSError, AttributeError):
        return False
    clonefile.argtypes = (ctypes.c_char_p, ctypes.c_char_p, ctypes.c_uint32)
    return int(clonefile(os.fsencode(_real(source)), os.fsencode(target), 0)) == 0


def take_over(old: Path, new: Path, host: Host) -> None:
    """The same file under another name too: nothing is copied where the file system knows hard links."""
    try:
        new.parent.mkdir(parents=True, exist_ok=True)
        new.hardlink_to(old)
    except OSError as failure:
        if failure.errno in _NO_LINKS:
            copy_file(old, new, host)
        else:
            raise files.host_error(failure, new) from failure


def put_in_place(new: Path, place: Path, host: Host) -> None:
    """Put a folder where another may be; in one step where the system can exchange two names.

    What was there is afterwards at `new`, or gone. Where there is no such step, a kill between two leaves the place
    empty and `new` as it was, so that it can be done again.
    """
    try:
        if not place.exists():
            new.rename(place)
        elif not exchange(new, place, host):
            aside = new.with_name(f"{new.name}.old")
            files.remove_tree(aside)
            place.rename(aside)
            new.rename(place)
    except OSError as failure:
        raise files.host_error(failure, place) from failure


def exchange(one: Path, other: Path, host: Host) -> bool:
    """Exchange two names in one step (`renamex_np` on a Mac, `renameat2` on Linux); False where that is not to be had."""
    with contextlib.suppress(OSError, AttributeError):
        library = ctypes.CDLL(None, use_errno=True)
        first, second = os.fsencode(one), os.fsencode(other)
        if host.is_mac:
            return int(library.renamex_np(first, second, ctypes.c_uint(_RENAME_SWAP))) == 0
        here = ctypes.c_int(_AT_FDCWD_LINUX)
        return int(library.renameat2(here, first, here, second, ctypes.c_uint(_RENAME_EXCHANGE))) == 0
    return False


def free_numbers(taken: Iterable[int], count: int) -> Sequence[int]:
    """The next numbers for files, after all that are taken: a name never comes to mean another picture."""
    first = max(taken, default=0) + 1
    return range(first, first + count)


def stem(number: int) -> str:
    """`0001`: without underscores, at which the engine would look for another picture's caption."""
    return f"{number:04d}"
