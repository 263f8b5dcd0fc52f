"""A model file as a person reads it: what it is, how to use it, what it was trained with, tags, change by block."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from kohya_driver import texts
from kohya_driver.inspection.model import Inspection, Norms
from kohya_driver.views.console import SEPARATOR, human_bytes, stdout_console

BAR = 24
MOST_LETTERS = 300
"""Of one value of the metadata; `--json` has all of it."""
INPAINTING = 9
FIRST_WEIGHT = 0.8
TIMES = ("ss_training_started_at", "ss_training_finished_at")
"""Unix seconds."""


def print_inspection(found: Inspection, console: Console | None = None, *, tags: int = 20) -> None:
    """
    Args:
        tags: how many of the most frequent are shown.
    """
    console = console or stdout_console()
    console.print(Text(_clean(found.path.name), style="bold"))
    console.print(_pairs(_rows(found)))
    for name, values in found.groups.items():
        console.print(Text(_say(f"group.{name}"), style="bold"))
        console.print(_pairs((_bare(key), _readable(key, value)) for key, value in values.items()))
    if found.is_adapter and not found.metadata:
        console.print(Text(_say("no_metadata"), style="dim"))
    if tags and found.tags:
        _print_tags(found, tags, console)
    if found.norms:
        _print_norms(found.norms, console)


def _rows(found: Inspection) -> Iterator[tuple[str, str]]:
    kind = _say(f"kind.{found.kind}")
    if found.is_decomposed and found.kind != "dora":
        kind = SEPARATOR.join((kind, _say("decomposed")))
    yield _say("row.kind"), kind
    if found.kind == "checkpoint" or found.is_adapter:
        family = found.family if found.family != "unknown" else _say("family_unknown")
        yield _say("row.family"), family
    yield _say("row.size"), human_bytes(found.size_bytes)
    if found.parameters:
        yield _say("row.numbers"), f"{found.parameters:,}{SEPARATOR}{' '.join(found.dtypes)}"
    yield from _adapter_rows(found) if found.is_adapter else _model_rows(found)


def _adapter_rows(found: Inspection) -> Iterator[tuple[str, str]]:
    if found.ranks:
        yield _say("row.rank"), _counted({str(rank): count for rank, count in found.ranks.items()})
    if found.alphas:
        alphas = _counted({f"{alpha:g}": count for alpha, count in found.alphas.items()})
        scale = _say("scale", scale=f"{_first(found.alphas) / _first(found.ranks):g}") if found.ranks else ""
        yield _say("row.alpha"), SEPARATOR.join(part for part in (alphas, scale) if part)
    parts = SEPARATOR.join(f"{part} {count}" for part, count in found.parts.items())
    mixed = f" ({_counted(found.kinds)})" if len(found.kinds) > 1 else ""
    yield _say("row.layers"), parts + mixed
    yield _say("row.names"), found.naming
    guess = not found.metadata.get("modelspec.trigger_phrase")
    told = f"{_clean(found.trigger)}  ({_say('trigger_guess')})" if guess else _clean(found.trigger)
    yield _say("row.trigger"), told if found.trigger else _say("trigger_none")
    if found.kind == "unknown":  # nobody knows how it is used
        return
    prompt = f"<lora:{found.path.stem}:{FIRST_WEIGHT:g}>" + (f", {found.trigger}" if found.trigger else "")
    yield _say("row.use"), _say("use", prompt=_clean(prompt))


def _model_rows(found: Inspection) -> Iterator[tuple[str, str]]:
    if found.tensors:
        parts = SEPARATOR.join(f"{part} {count}" for part, count in found.parts.items())
        yield _say("row.tensors"), f"{found.tensors}{f' ({parts})' if parts else ''}"
    if found.prediction:
        yield _say("row.predicts"), _say(f"predicts.{found.prediction}")
    if found.channels == INPAINTING:
        yield _say("row.inpainting"), _say("inpainting", channels=found.channels)
    if found.quantised:
        yield _say("row.quantised"), found.quantised
    if found.missing:
        yield _say("row.lacks"), SEPARATOR.join(found.missing)


def _first(counts: Mapping[int, int] | Mapping[float, int]) -> float:
    """The most frequent."""
    return next(iter(counts))


def _counted(counts: Mapping[str, int]) -> str:
    """`16`, or `16 ×192, 8 ×32`."""
    if len(counts) == 1:
        return next(iter(counts))
    return ", ".join(f"{name} ×{count}" for name, count in counts.items())


def _print_tags(found: Inspection, most: int, console: Console) -> None:
    shown = found.tags[:most]
    values = {"shown": len(shown), "count": len(found.tags), "pictures": found.pictures}
    console.print(Text(_say("tags_of" if found.pictures else "tags", **values), style="bold"))
    table = _table()
    for tag in shown:
        share = f"{100 * tag.share:.0f}%" if tag.share is not None else ""
        table.add_row(str(tag.count), share, Text(_clean(tag.name), overflow="fold"))
    console.print(Padding(table, (0, 0, 0, 2), expand=False))


def _print_norms(norms: Norms, console: Console) -> None:
    console.print(Text(_say("norms"), style="bold"))
    sizes = [one.norm if one.norm is not None else one.share or 0.0 for one in norms.blocks]
    largest = max((size for size in sizes if size - size == 0), default=0.0)
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    for _ in range(3):
        table.add_column(justify="right", no_wrap=True)
    table.add_column(no_wrap=True, style="blue")
    table.add_row("", *(Text(_say(f"norm_{name}"), style="dim") for name in ("layers", "change", "share")))
    rows = zip(norms.blocks, sizes, strict=True)
    for part, blocks in groupby(rows, key=lambda row: row[0].part):
        table.add_row(Text(part, style="cyan"))
        for one, size in blocks:
            bar = "█" * round(BAR * size / largest) if largest and size - size == 0 else ""
            table.add_row(f"  {one.block}", str(one.layers), _norm(one.norm), _share(one.share), bar)
    table.add_row(_say("norm_total"), str(norms.measured), _norm(norms.norm), _share(norms.share))
    console.print(Padding(table, (0, 0, 0, 2), expand=False))
    console.print(Text(" ".join(_how(norms)), style="dim"))


def _how(norms: Norms) -> Iterator[str]:
    yield _say("norms_how")
    if norms.against:
        yield _say("norms_share", base=norms.against)
    elif norms.share is not None:
        yield _say("norms_turn")


def _norm(value: float | None) -> str:
    return "–" if value is None else f"{value:.4g}"


def _share(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.3g}%"


def _table() -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column()
    table.add_column(justify="right", no_wrap=True)
    table.add_column(no_wrap=False, overflow="fold")
    return table


def _pairs(rows: Iterable[tuple[str, str]]) -> Padding:
    table = Table.grid(padding=(0, 2))
    table.add_column(style="cyan", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in rows:
        table.add_row(_clean(name), Text(value))
    return Padding(table, (0, 0, 0, 2), expand=False)


def _bare(key: str) -> str:
    return key.removeprefix("ss_").removeprefix("modelspec.")


def _readable(key: str, value: str) -> str:
    """Times as people write them; everything else as it stands."""
    if key in TIMES:
        with contextlib.suppress(ValueError, OverflowError, OSError):
            return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(float(value)))
    if len(value) > MOST_LETTERS:
        return _say("cut", start=_clean(value[:MOST_LETTERS]).rstrip(), count=f"{len(value):,}")
    return _clean(value)


def _clean(text: str) -> str:
    """On one line, without what would steer a terminal: a stranger wrote it."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


def _say(code: str, **values: object) -> str:
    return texts.say(f"inspect_screen.{code}", **values)
