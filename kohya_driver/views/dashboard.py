"""The live screen of a run: a pure function of the snapshot, and the frame that keeps it on the terminal."""

from __future__ import annotations

import time
from collections.abc import Callable
from types import TracebackType

from rich.cells import cell_len
from rich.console import Console, Group, RenderableType
from rich.text import Text

from kohya_driver import texts
from kohya_driver.events.snapshot import RunSnapshot
from kohya_driver.sampling.thumbnail import Thumbnail
from kohya_driver.views import panels
from kohya_driver.views.chart import render_chart
from kohya_driver.views.console import cut_middle, stdout_console
from kohya_driver.views.frame import Frame
from kohya_driver.views.picture import Newest, half_blocks, protocol

WIDE = 140
"""Cells from which on the lists stand in a column of their own."""
ROOMY = 20
"""Lines from which on there are blank lines between the parts."""
SIDE_SHARE = 0.4
CHART_LINES = 3
"""The fewest that show anything; the most is half the width, so that slopes keep their look."""
GAP = 3
LEAST_CHART = 40
"""Cells that a chart keeps beside a picture."""


def render(
    snapshot: RunSnapshot,
    width: int,
    height: int,
    now: float | None = None,
    keys: str = "view.keys",
    picture: Thumbnail | None = None,
) -> RenderableType:
    """The screen, in exactly `width` by `height` cells or less.

    Args:
        now: Unix seconds, by which the clocks run on between two events; None: the time of the last event.
        keys: code of the text that says what Ctrl-C does.
        picture: the newest sample, shown where there is room for it.
    """
    return Group(*screen_lines(snapshot, width, height, snapshot.time if now is None else now, keys, picture))


def screen_lines(
    snapshot: RunSnapshot,
    width: int,
    height: int,
    now: float,
    keys: str,
    picture: Thumbnail | None = None,
) -> list[Text]:
    """The same, line by line."""
    layout = _wide if width >= WIDE else _narrow
    lines = layout(snapshot, width, height, now, keys, picture)
    for line in lines:
        line.truncate(width, overflow="ellipsis")
        line.no_wrap = True
    return lines[:height]


def _narrow(
    snapshot: RunSnapshot, width: int, height: int, now: float, keys: str, picture: Thumbnail | None
) -> list[Text]:
    """Everything in one column; the chart takes what the rest leaves, and the newest sample stands beside it."""
    space = [Text()] if height >= ROOMY else []
    head = [*panels.header(snapshot, width), *space, *panels.clocks(snapshot, width, now)]
    head += [*panels.attempt(snapshot), *panels.latest_trouble(snapshot, width)]
    foot = [*space, _footer(snapshot, width, keys)]
    values = panels.values(snapshot, width)
    room = height - len(head) - len(foot) - len(values) - 1
    lists = _lists(snapshot, width, max(2, room // 2))
    chart = _chart_and_picture(snapshot, width, room - len(lists) - len(space), picture)
    body = [*head, *panels.losses(snapshot, width), *chart, *values, *space, *lists]
    return _with_footer(body, foot, height)


def _wide(
    snapshot: RunSnapshot, width: int, height: int, now: float, keys: str, picture: Thumbnail | None
) -> list[Text]:
    """Numbers and chart to the left, lists and the newest sample to the right."""
    side = int(width * SIDE_SHARE)
    main = width - side - GAP
    head = [*panels.header(snapshot, width), Text()]
    foot = [Text(), _footer(snapshot, width, keys)]
    room = height - len(head) - len(foot)
    left = [*panels.clocks(snapshot, main, now), *panels.attempt(snapshot)]
    left += [*panels.latest_trouble(snapshot, main), Text()]
    left += panels.losses(snapshot, main)
    values = panels.values(snapshot, main)
    left += [*_chart(snapshot, main, room - len(left) - len(values) - 1), Text(), *values]
    right = _lists(snapshot, side, room)
    right += _below(picture, side, room - len(right))
    body = _side_by_side(left, right, main)
    return _with_footer([*head, *body[:room]], foot, height)


def _side_by_side(left: list[Text], right: list[Text], width: int) -> list[Text]:
    rows = []
    for i in range(max(len(left), len(right))):
        row = left[i].copy() if i < len(left) else Text()
        row.truncate(width, overflow="ellipsis", pad=True)
        row.append(" " * GAP)
        rows.append(row.append_text(right[i]) if i < len(right) else row)
    return rows


def _below(picture: Thumbnail | None, width: int, room: int) -> list[Text]:
    """The picture with a blank line above it, in line with the values; nothing where there is too little room."""
    indent = panels.label_width()
    lines = half_blocks(picture, width - indent, room - 1) if picture else []
    return [Text(), *(Text(" " * indent).append_text(line) for line in lines)] if lines else []


def _chart_and_picture(snapshot: RunSnapshot, width: int, room: int, picture: Thumbnail | None) -> list[Text]:
    """The picture takes as much of the width as its shape asks for, if the chart keeps enough."""
    most = width - panels.label_width() - LEAST_CHART - GAP
    lines = half_blocks(picture, most, room) if picture else []
    if not lines:
        return _chart(snapshot, width, room)
    left = width - lines[0].cell_len - GAP
    return _side_by_side(_chart(snapshot, left, len(lines)), lines, left)


def _chart(snapshot: RunSnapshot, width: int, room: int) -> list[Text]:
    """As high as there is room for; nothing where there is too little or no curve yet."""
    if room < CHART_LINES or not snapshot.losses.points:
        return []
    indent = panels.label_width()
    lines = render_chart(snapshot.losses.points, width - indent, min(room, max(CHART_LINES, width // 2)))
    return [Text(" " * indent).append_text(line) for line in lines]


def _lists(snapshot: RunSnapshot, width: int, room: int) -> list[Text]:
    """Troubles first get their lines, then the checkpoints take the rest."""
    troubles = panels.troubles(snapshot, width, max(1, room // 2))
    samples = panels.samples(snapshot, width) if room > len(troubles) + 1 else []
    checkpoints = panels.checkpoints(snapshot, width, max(1, room - len(troubles) - len(samples)))
    return [*checkpoints, *samples, *troubles]


def _footer(snapshot: RunSnapshot, width: int, keys: str) -> Text:
    words = "" if snapshot.is_over else texts.say(keys)
    room = width - panels.label_width() - cell_len(words) - 2
    return panels.between(
        panels.labelled("view.folder", cut_middle(snapshot.folder, room)), Text(words, "dim"), width
    )


def _with_footer(body: list[Text], foot: list[Text], height: int) -> list[Text]:
    """The footer stands at the very bottom, and is the last to go."""
    body = body[: max(0, height - len(foot))]
    return [*body, *(Text() for _ in range(height - len(body) - len(foot))), *foot]


class Dashboard:
    """Shows a run on the terminal's second screen, from the first `update` until it is left, however that comes about.

    What is printed before the first `update`, such as the installation of the engine, stays on the usual screen.
    `update` is cheap and may be called at any rate: the screen is drawn once a second, in its present size.
    """

    def __init__(
        self,
        console: Console | None = None,
        clock: Callable[[], float] = time.time,
        *,
        keys: str = "view.keys",
    ) -> None:
        self._clock = clock
        self._keys = keys
        self._snapshot = RunSnapshot()
        console = console or stdout_console()
        self._newest = Newest(shown=protocol(console) != "none")
        self._frame = Frame(console, self._draw)
        self._begun = False

    def update(self, snapshot: RunSnapshot) -> None:
        self._snapshot = snapshot
        if not self._begun:
            self._begun = True
            self._frame.open()

    def __enter__(self) -> Dashboard:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._frame.close()

    def _draw(self, width: int, height: int) -> list[Text]:
        snapshot = self._snapshot
        picture = self._newest.of(snapshot.samples[-1] if snapshot.samples else "")
        return screen_lines(snapshot, width, height, self._clock(), self._keys, picture)
