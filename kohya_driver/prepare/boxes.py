"""Rectangles in pixels of a picture, origin at its top left. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

Pixels = tuple[int, int, int, int]
"""left, top, right, bottom."""


@dataclass(frozen=True, slots=True)
class Box:
    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def area(self) -> float:
        return max(0.0, self.width) * max(0.0, self.height)

    @property
    def centre(self) -> tuple[float, float]:
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    @property
    def pixels(self) -> Pixels:
        return round(self.left), round(self.top), round(self.right), round(self.bottom)

    def scaled(self, factor_x: float, factor_y: float | None = None) -> Box:
        vertical = factor_x if factor_y is None else factor_y
        return Box(self.left * factor_x, self.top * vertical, self.right * factor_x, self.bottom * vertical)

    def moved(self, right: float, down: float) -> Box:
        return Box(self.left + right, self.top + down, self.right + right, self.bottom + down)

    def grown(self, sides: float, up: float, down: float) -> Box:
        return Box(self.left - sides, self.top - up, self.right + sides, self.bottom + down)

    def within(self, frame: Box) -> Box:
        """The part of it that is in the frame; empty, at the frame's edge, where it lies outside."""
        left, top = _clamp(self.left, frame.left, frame.right), _clamp(self.top, frame.top, frame.bottom)
        return Box(
            left,
            top,
            max(left, min(self.right, frame.right)),
            max(top, min(self.bottom, frame.bottom)),
        )

    def holds(self, other: Box, slack: float = 0.0) -> bool:
        return (
            self.left - slack <= other.left
            and self.top - slack <= other.top
            and self.right + slack >= other.right
            and self.bottom + slack >= other.bottom
        )

    def share_of(self, other: Box) -> float:
        """How much of the other box is in this one, 0 to 1."""
        return other.within(self).area / other.area if other.area else 1.0

    def overlap(self, other: Box) -> float:
        """Area in both over area in either."""
        both = Box(
            max(self.left, other.left),
            max(self.top, other.top),
            min(self.right, other.right),
            min(self.bottom, other.bottom),
        )
        common = both.area if both.width > 0 and both.height > 0 else 0.0
        either = self.area + other.area - common
        return common / either if either else 0.0


def _clamp(value: float, low: float, high: float) -> float:
    return min(max(value, low), high)


def union(boxes: Iterable[Box]) -> Box | None:
    """The smallest box around all; None of none."""
    found = list(boxes)
    if not found:
        return None
    return Box(
        min(box.left for box in found),
        min(box.top for box in found),
        max(box.right for box in found),
        max(box.bottom for box in found),
    )
