"""What a crop keeps of 60 tall figures: ours with and without faces, beside a centre crop."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.figures import Figure, make_figures
from benchmarks.measure import Row, keep
from kohya_driver.prepare.boxes import Box
from kohya_driver.prepare.crop import CropConfig, CropPlan
from kohya_driver.prepare.crop_plan import plan_crop
from kohya_driver.prepare.faces import Detector, NoFaces, open_detector
from kohya_driver.prepare.subject import find_subject

WHOLE = 0.98
FACE_BOUND, NO_FACES_BOUND = 58, 57


@dataclass(frozen=True, slots=True)
class Kept:
    """How many of the figures kept their whole face, head, body; and how much of the bodies on average."""

    figures: int
    faces: int
    heads: int
    bodies: int
    body_share: float
    padded: int
    padding: float
    buckets: int


def ours(detector: Detector, config: CropConfig) -> Callable[[Figure], CropPlan]:
    def plan(figure: Figure) -> CropPlan:
        faces = None if isinstance(detector, NoFaces) else detector.detect(figure.image)
        return plan_crop(figure.image.size, faces, find_subject(figure.image), config)

    return plan


def centre(size: tuple[int, int]) -> Callable[[Figure], CropPlan]:
    def plan(figure: Figure) -> CropPlan:
        width, height = figure.image.size
        across = min(width, height * size[0] / size[1])
        down = across * size[1] / size[0]
        box = Box((width - across) / 2, (height - down) / 2, (width + across) / 2, (height + down) / 2)
        return CropPlan((width, height), "crop", box.pixels, size)

    return plan


def measure(figures: Sequence[Figure], plan: Callable[[Figure], CropPlan]) -> Kept:
    pairs = [(figure, plan(figure)) for figure in figures]
    windows = [(figure, Box(*made.window)) for figure, made in pairs]
    return Kept(
        len(figures),
        sum(window.holds(figure.face, slack=1) for figure, window in windows),
        sum(window.holds(figure.head, slack=1) for figure, window in windows),
        sum(window.share_of(figure.body) >= WHOLE for figure, window in windows),
        sum(window.share_of(figure.body) for figure, window in windows) / len(figures),
        sum(made.padding > 0 for _, made in pairs),
        sum(made.padding for _, made in pairs) / len(figures),
        len({made.output for _, made in pairs}),
    )


def measure_all(figures: Sequence[Figure]) -> dict[str, Kept]:
    yunet = open_detector("yunet")
    found = {}
    for size in ((512, 512), (512, 768)):
        name = f"{size[0]}x{size[1]}"
        crop = CropConfig(size, fit="crop")
        found[f"{name}, faces and subject"] = measure(figures, ours(yunet, crop))
        found[f"{name}, faces off"] = measure(figures, ours(NoFaces(), crop))
        found[f"{name}, centre"] = measure(figures, centre(size))
    found["fit = bucket at 512"] = measure(figures, ours(yunet, CropConfig()))
    found["fit = bucket at 512, faces off"] = measure(figures, ours(NoFaces(), CropConfig()))
    found["fit = pad at 512"] = measure(figures, ours(yunet, CropConfig(fit="pad")))
    return found


def main() -> None:
    found = measure_all(list(make_figures()))
    print(
        "| what | whole face | whole head | whole body | body, mean share | padded | padding, mean | sizes |"
    )
    print("|---|---|---|---|---|---|---|---|")
    for name, kept in found.items():
        print(
            f"| {name} | {kept.faces}/{kept.figures} | {kept.heads}/{kept.figures} | {kept.bodies}/{kept.figures} "
            f"| {kept.body_share:.2f} | {kept.padded} | {kept.padding:.2f} | {kept.buckets} |"
        )
    against = found["512x512, centre"]
    rows = [
        row("faces kept whole of 60 tall figures at 512x512", found["512x512, faces and subject"].faces, against.faces, f">= {FACE_BOUND}"),
        row("the same, face detection off", found["512x512, faces off"].faces, against.faces, f">= {NO_FACES_BOUND}"),
        row("bodies kept whole, fit = bucket", found["fit = bucket at 512"].bodies, against.bodies, "60"),
    ]  # fmt: skip
    print()
    keep("tall_figures", rows)


def row(figure: str, ours: int, theirs: int, bound: str) -> Row:
    return Row(figure, ours, "of 60", "centre crop", theirs, bound)


if __name__ == "__main__":
    main()
