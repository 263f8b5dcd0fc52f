"""How pictures are to be cut, what a person wants for one of them, and what comes of it: values only."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from kohya_driver.dataset.buckets import BucketSettings
from kohya_driver.dataset.model import Size
from kohya_driver.errors import Finding, error
from kohya_driver.prepare.boxes import Box, Pixels

FITS = ("bucket", "crop", "pad", "none")
FILLS = ("edge", "blur", "mean")
FLAGS = (
    "head-cut", "body-cut", "much-padding", "upscaled", "weak-face", "whole-frame", "no-face", "override",
)  # fmt: skip
"""What is worth a look, the worst first."""
HARMLESS = frozenset(("no-face", "override"))


@dataclass(frozen=True, slots=True)
class CropConfig:
    """How pictures are cut."""

    resolution: Size = (512, 512)
    """The training's; with `fit = "crop"` or `"pad"` the size of every picture."""
    fit: str = "bucket"
    """`bucket`: the training bucket that is nearest to the picture; `crop`: one size; `pad`: one size, nothing cut;
    `none`: only made smaller."""
    minimum: int = 256
    maximum: int = 0
    """Longest side of a bucket; 0: 1024, or 2048 for a training size above 768."""
    step: int = 64
    pad_fill: str = "edge"
    """What added room is filled with: `edge`, `blur`, `mean` or `#RRGGBB`."""
    pad_whole: bool = False
    """With padding show the whole picture, not only the subject."""
    zoom: float = 1.0
    """Above 1 the window is made so much smaller around the subject."""
    min_body: float = 0.0
    """With `fit = "crop"`: a picture that shows less of the subject than this share goes to a bucket instead."""
    max_upscale: float = 1.25
    """A picture that would have to be enlarged more than this is left out."""

    @property
    def buckets(self) -> BucketSettings:
        longest = self.maximum or (1024 if self.resolution[0] * self.resolution[1] <= 768 * 768 else 2048)
        return BucketSettings(self.resolution, True, self.minimum, longest, self.step)


def check_config(config: CropConfig) -> tuple[Finding, ...]:
    """What is wrong with a config."""
    found = []
    if config.fit not in FITS:
        found.append(error("crop.fit_unknown", config.fit, known=", ".join(FITS)))
    if config.pad_fill not in FILLS and not re.fullmatch(r"#[0-9a-fA-F]{6}", config.pad_fill):
        found.append(error("crop.fill_unknown", config.pad_fill, known=", ".join(FILLS)))
    if not all(64 <= side <= 4096 for side in config.resolution):
        found.append(error("crop.resolution_odd", "×".join(map(str, config.resolution))))
    if config.step < 1 or config.minimum < config.step or not config.minimum <= config.buckets.maximum:
        found.append(error("crop.buckets_odd"))
    numbers = (
        ("zoom", config.zoom, 1.0, 10.0),
        ("min_body", config.min_body, 0.0, 1.0),
        ("max_upscale", config.max_upscale, 1.0, 16.0),
    )
    for name, value, low, high in numbers:
        if not low <= value <= high:
            found.append(error("crop.number_odd", name, value=value, low=low, high=high))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Override:
    """What crops.toml says of one picture."""

    box: Pixels | None = None
    """Take only this part of it."""
    focus: tuple[float, float] | None = None
    """Put the window around this point."""
    skip: bool = False
    fit: str = ""
    line: int = 0

    def to_json(self) -> dict[str, object]:
        """What it changes, to tell whether a picture has to be made anew."""
        return {"box": self.box, "focus": self.focus, "skip": self.skip, "fit": self.fit}


NO_OVERRIDE = Override()


@dataclass(frozen=True, slots=True)
class CropPlan:
    """How one picture is cut. Everything but `output` and `paste` is in pixels of the upright picture."""

    size: Size
    fit: str
    """The one that was used; not the config's where that would have cut a head."""
    window: Pixels
    """What is shown; where it reaches over the picture's edge there is padding."""
    output: Size
    fill: str = "edge"
    flags: tuple[str, ...] = ()
    skipped: str = ""
    """The code of why it is left out; empty if it is not."""
    heads: tuple[Pixels, ...] = ()
    subject: Pixels | None = None
    values: dict[str, object] = field(default_factory=dict)
    """For the sentence of `skipped`."""

    @property
    def box(self) -> Pixels:
        """The part of the picture that is shown."""
        return Box(*self.window).within(Box(0, 0, *self.size)).pixels

    @property
    def paste(self) -> Pixels:
        """Where in the output that part goes: all of it without padding."""
        window, box = Box(*self.window), Box(*self.box)
        across, down = self.output[0] / window.width, self.output[1] / window.height
        left, top, right, bottom = box.moved(-window.left, -window.top).scaled(across, down).pixels
        return left, top, max(left + 1, right), max(top + 1, bottom)

    @property
    def scale(self) -> float:
        """Output pixels for one of the picture; above 1 it is enlarged."""
        return self.output[0] / (self.window[2] - self.window[0])

    @property
    def padding(self) -> float:
        """The share of the output that is no picture."""
        shown = Box(*self.paste).area
        return max(0.0, 1 - shown / (self.output[0] * self.output[1]))

    @property
    def needs_a_look(self) -> bool:
        return bool(self.skipped) or any(flag not in HARMLESS for flag in self.flags)
