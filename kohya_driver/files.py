"""Files: atomic writes, TOML and JSON in and out, safe names, locks, hashes."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import json
import os
import re
import secrets
import shutil
import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from kohya_driver.errors import HostError, PresetError
from kohya_driver.wording import reason_of


def write_bytes(path: Path, data: bytes) -> None:
    """Write the whole file or nothing: a temporary file beside it, flushed to disk, then renamed over it.

    Raises:
        HostError: `files.disk_full` or `files.not_writable`; the file is as it was before.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as failure:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise host_error(failure, path) from failure


def write_text(path: Path, text: str) -> None:
    write_bytes(path, text.encode("utf-8"))


def write_json(path: Path, value: object) -> None:
    write_text(path, dump_json(value))


def dump_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def read_json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def host_error(failure: OSError, path: Path) -> HostError:
    """The error for a file operation that the system refused."""
    if failure.errno in (errno.ENOSPC, errno.EDQUOT):
        return HostError("files.disk_full", path)
    return HostError("files.not_writable", path, reason=reason_of(failure))


def parse_toml(text: str) -> dict[str, Any]:
    """TOML 1.0, as people write it. A byte-order mark is dropped.

    Raises:
        tomllib.TOMLDecodeError: with line and column in its text.
    """
    return tomllib.loads(text.removeprefix("\ufeff"))


def dump_toml(value: Mapping[str, Any]) -> str:
    """TOML as the engine's own library (`toml`) writes it; read back with it, and compared, before it is returned.

    Raises:
        PresetError: `files.not_for_engine`; that library cannot read a text in it.
    """
    import toml

    encoder = toml.TomlEncoder()
    encoder.dump_funcs[str] = _toml_text
    text = toml.dumps(dict(value), encoder=encoder)
    if not _reads_back(text, dict(value)):
        for one in _texts(value):
            if not _reads_back(f"a = [{_toml_text(one)}]", {"a": [one]}):
                raise PresetError("files.not_for_engine", text=one)
        raise AssertionError("the TOML read back differs from what was written")
    return text


def _reads_back(text: str, value: Mapping[str, Any]) -> bool:
    import toml

    try:
        return bool(toml.loads(text) == value)
    except (ValueError, IndexError):
        return False


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner)


def _toml_text(text: str) -> str:
    """As the library reads it back: its own writer loses the backslash before an x, its reader stumbles over some quotes."""
    basic = json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
    quoted = not {"\\", '"'}.isdisjoint(text) and "'" not in text and text.isprintable()
    return f"'{text}'" if quoted and not _reads_back(f"a = {basic}", {"a": text}) else basic


def edit_toml(text: str, changes: Mapping[str, Any]) -> str:
    """A TOML text with other values, and with everything else as it stands, comments too.

    Args:
        changes: dotted key to value; tables that are missing are made; None takes the key out.

    Raises:
        ValueError: the text is no TOML, or one of the keys leads through something that is no table.
    """
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    try:
        document = tomlkit.parse(text.removeprefix("\ufeff"))
        for dotted, value in changes.items():
            _put(document, dotted.split("."), value)
        edited = tomlkit.dumps(document)
        tomllib.loads(edited)
    except (TOMLKitError, TypeError) as failure:
        raise ValueError(str(failure)) from failure
    return edited


def _put(table: Any, names: list[str], value: Any) -> None:
    import tomlkit

    name, *rest = names
    if rest:
        if name not in table:
            if value is None:
                return
            table[name] = tomlkit.table()
        _put(table[name], rest, value)
    elif value is None:
        table.pop(name, None)
    else:
        table[name] = value


def move_into_place(made: Path, target: Path, *, overwrite: bool = False) -> None:
    """Give a whole file its name, in one step; what has come to stand there meanwhile is not lost unless that is wanted.

    Raises:
        HostError: `files.taken`, or what the disk says.
    """
    try:
        if overwrite:
            made.replace(target)
            return
        try:
            os.link(made, target)  # fails where a file is; a rename would take its place
        except FileExistsError:
            raise
        except OSError:  # no links on this disk, such as exFAT
            if target.exists():
                raise FileExistsError(target) from None
            made.rename(target)
        made.unlink(missing_ok=True)
    except FileExistsError as failure:
        raise HostError("files.taken", target) from failure
    except OSError as failure:
        raise host_error(failure, target) from failure


def safe_name(name: str, fallback: str = "run") -> str:
    """A file name from any text: no separators, no control characters, no leading dots; Chinese stays."""
    cleaned = re.sub(r'[\x00-\x1f/\\:*?"<>|]+', "_", name).strip(" .")
    return cleaned[:80] or fallback


def read_tail(path: Path, size: int, end: int | None = None) -> bytes:
    """At most the last `size` bytes before `end`, or of the whole file; nothing of a file that cannot be read."""
    try:
        with path.open("rb") as file:
            end = path.stat().st_size if end is None else end
            start = max(0, end - size)
            file.seek(start)
            return file.read(end - start)
    except OSError:
        return b""


def is_file(path: Path) -> bool:
    """Whether a file stands there. A place that nobody may look at has none, nor a name that no disk could hold."""
    try:
        return path.is_file()
    except OSError:
        return False


def exists(path: Path) -> bool:
    """The same of anything that may stand there."""
    try:
        return path.exists()
    except OSError:
        return False


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def stamp(path: Path) -> str:
    """What changes when a file is written anew, without a look at any clock; empty if there is none."""
    try:
        status = path.stat()
    except OSError:
        return ""
    return f"{status.st_mtime_ns}:{status.st_size}:{status.st_ino}"


def tree_bytes(folder: Path) -> int:
    """Bytes of all files below a folder, links not followed."""
    return sum(path.lstat().st_size for path in folder.rglob("*") if not path.is_dir())


def remove_tree(folder: Path) -> None:
    """With all that is in it; what cannot be removed stays."""
    shutil.rmtree(folder, ignore_errors=True)


def move_to_trash(path: Path) -> None:
    """Out of the way, in one step, from where a person can put it back.

    Raises:
        HostError: `files.no_trash`; it stays where it is.
    """
    from send2trash import send2trash

    try:
        send2trash(str(path))
    except OSError as failure:
        raise HostError("files.no_trash", path, reason=reason_of(failure)) from failure


def free_bytes(path: Path) -> int:
    """Free bytes where this path is, or will be."""
    while not path.exists():
        path = path.parent
    return shutil.disk_usage(path).free


def home() -> Path:
    """The user's data folder: KOHYA_DRIVER_HOME, else where the system keeps such things."""
    chosen = os.environ.get("KOHYA_DRIVER_HOME")
    if chosen:
        return Path(chosen).expanduser().resolve()
    import platformdirs

    return Path(platformdirs.user_data_dir("kohya-driver", appauthor=False))


@contextlib.contextmanager
def lock(path: Path, on_wait: Callable[[], None] | None = None) -> Iterator[None]:
    """Hold an exclusive lock; the system releases it when this process ends, however it ends.

    Args:
        on_wait: called once if somebody else holds it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if on_wait:
                on_wait()
            fcntl.flock(file, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(file, fcntl.LOCK_UN)
