"""Decides how a picture is cut: heads first, then the body, then as little as the training's buckets ask. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from kohya_driver.dataset.buckets import bucket_resolutions
from kohya_driver.dataset.model import Size
from kohya_driver.prepare.boxes import Box, Pixels, union
from kohya_driver.prepare.crop import FLAGS, NO_OVERRIDE, CropConfig, CropPlan, Override
from kohya_driver.prepare.faces import Face
from kohya_driver.prepare.subject import Subject

_HEAD = {"sides": 0.45, "up": 0.55, "down": 0.30}
"""A head is larger than the face on it: shares of the face's width and height."""
_BACKGROUND_FACE = 0.1
"""Faces smaller than this share of the main one belong to passers-by and posters."""
_ABOVE = 0.05
_HEAD_AT = 0.3
_MARGIN = 0.04
_MUCH_PADDING = 0.35
_WHOLE_BODY = 0.98
_SPANS = 0.97
_BUCKETS_TRIED = 4
_MORE_CUT = 0.1
"""Another bucket than the nearest may cut so much more of the picture, if no body is cut then."""


@dataclass(frozen=True, slots=True)
class _Scene:
    """What is in a picture, as far as the cut goes by it."""

    frame: Box
    heads: tuple[Box, ...]
    subject: Subject | None
    focus: tuple[float, float] | None = None

    @property
    def keep(self) -> Box | None:
        """All heads."""
        return union(self.heads)

    @property
    def body(self) -> Box | None:
        """The subject with its heads."""
        if self.subject is None:
            return None
        return union([self.subject.box.within(self.frame), *self.heads])


def plan_crop(
    size: Size,
    faces: Sequence[Face] | None,
    subject: Subject | None,
    config: CropConfig,
    override: Override | None = None,
) -> CropPlan:
    """How a picture is to be cut.

    Args:
        size: of the upright picture.
        faces: None if nobody looked for any.
        subject: what stands out from the background, if anything does.
        override: what the person wants for this one.
    """
    override = override or NO_OVERRIDE
    whole = Box(0, 0, *size)
    frame = Box(*override.box).within(whole) if override.box else whole
    scene, flags = _scene(frame, faces, subject, override)
    if override != NO_OVERRIDE:
        flags.append("override")
    chosen = _choose(scene, replace(config, fit=override.fit or config.fit))
    plan = replace(
        chosen,
        size=size,
        fill=config.pad_fill,
        heads=tuple(head.pixels for head in scene.heads),
        subject=scene.subject.box.pixels if scene.subject else None,
    )
    if override.skip:
        return replace(plan, skipped="crop.left_out", flags=("override",))
    return _judged(plan, scene, flags, config)


def _scene(
    frame: Box, faces: Sequence[Face] | None, subject: Subject | None, override: Override
) -> tuple[_Scene, list[str]]:
    if override.focus:
        return _Scene(frame, (), None, override.focus), []
    inside = [face for face in faces or () if frame.holds(Box(*face.box.centre, *face.box.centre))]
    if subject and subject.box.within(frame).area < 0.01 * frame.area:
        subject = None
    picked, flag = _pick(inside, subject)
    flags = [flag] if flag and faces is not None else []
    if subject is None and not picked:
        flags.append("whole-frame")
    return _Scene(frame, tuple(head_box(face.box).within(frame) for face in picked), subject), flags


def _pick(faces: Sequence[Face], subject: Subject | None) -> tuple[list[Face], str]:
    """The faces that a cut must keep. An unsure one counts where it is the only one, and on the subject if there is one."""
    strong = [face for face in faces if face.is_strong]
    if strong:
        main = max(strong, key=lambda face: face.score * math.sqrt(face.box.area))
        return [face for face in strong if face.box.area >= _BACKGROUND_FACE * main.box.area], ""
    if not faces:
        return [], "no-face"
    best = max(faces, key=lambda face: face.score)
    is_on_subject = subject is None or subject.box.share_of(best.box) > 0.5
    return ([best] if is_on_subject else []), "weak-face"


def head_box(face: Box) -> Box:
    """The head that a face is on."""
    return face.grown(_HEAD["sides"] * face.width, _HEAD["up"] * face.height, _HEAD["down"] * face.height)


def _choose(scene: _Scene, config: CropConfig) -> CropPlan:
    if config.fit == "none":
        return _only_smaller(scene.frame, config)
    if config.fit == "pad":
        return _padded(scene, config.resolution, config)
    if config.fit == "crop":
        plan = _cut(scene, config.resolution, config, "crop")
        if _heads_kept(plan, scene) and _body_share(plan, scene) >= config.min_body:
            return plan
    nearest = _buckets(scene.frame, config)
    least = Box(*_cut(scene, nearest[0], config, "bucket").window).area - _MORE_CUT * scene.frame.area
    for size in nearest:
        plan = _cut(scene, size, config, "bucket")
        allowed = size == nearest[0] or Box(*plan.window).area >= least
        if allowed and _heads_kept(plan, scene) and _body_kept(plan, scene):
            return plan
    return _padded(scene, config.resolution if config.fit == "crop" else nearest[0], config)


def _buckets(frame: Box, config: CropConfig) -> list[Size]:
    """The nearest first, as the engine measures it."""
    ratio = frame.width / frame.height
    sizes = bucket_resolutions(config.buckets)
    return sorted(sizes, key=lambda size: abs(size[0] / size[1] - ratio))[:_BUCKETS_TRIED]


def _cut(scene: _Scene, target: Size, config: CropConfig, fit: str) -> CropPlan:
    """The largest window of the target's shape, where it shows most of what counts."""
    frame, ratio = scene.frame, target[0] / target[1]
    width = min(frame.width, frame.height * ratio)
    least = max(1.0, target[0] / config.max_upscale)
    width = max(width / config.zoom, min(width, least))
    if scene.keep:
        width = max(
            width, min(frame.width, frame.height * ratio, scene.keep.width, scene.keep.height * ratio)
        )
    height = width / ratio
    left, top = _place(scene, width, height)
    window = Box(left, top, left + width, top + height)
    return CropPlan((0, 0), fit, _whole_pixels(window, frame), target)


def _whole_pixels(window: Box, frame: Box) -> Pixels:
    left, top = max(frame.left, round(window.left)), max(frame.top, round(window.top))
    right = min(frame.right, left + max(1, round(window.width)))
    bottom = min(frame.bottom, top + max(1, round(window.height)))
    return round(left), round(top), round(right), round(bottom)


def _place(scene: _Scene, width: float, height: float) -> tuple[float, float]:
    """The window's left top corner."""
    frame, body, keep = scene.frame, scene.body, scene.keep
    if scene.focus:
        x, y = scene.focus
        left, top = x - width / 2, y - height / 2
        keep = body = None
    else:
        left = (keep or body or frame).centre[0] - width / 2
        top = _top(frame, body, keep, height)
    if body:
        left = _around(left, width, body.left, body.right)
        top = _around(top, height, body.top, body.bottom)
    if keep:
        left = _around(left, width, keep.left, keep.right)
        top = _around(top, height, keep.top, keep.bottom)
    return (
        min(max(left, frame.left), frame.right - width),
        min(max(top, frame.top), frame.bottom - height),
    )


def _top(frame: Box, body: Box | None, keep: Box | None, height: float) -> float:
    if body and body.height <= height:
        return body.centre[1] - height / 2
    if body:
        return body.top - _ABOVE * height
    if keep:
        return keep.centre[1] - _HEAD_AT * height
    return frame.top + (frame.height - height) * _HEAD_AT


def _around(start: float, length: float, first: float, last: float) -> float:
    """Moved so that first to last is inside, if it fits."""
    return start if last - first > length else min(max(start, last - length), first)


def _heads_kept(plan: CropPlan, scene: _Scene) -> bool:
    return scene.keep is None or Box(*plan.window).holds(scene.keep, slack=1.0)


def _body_share(plan: CropPlan, scene: _Scene) -> float:
    return Box(*plan.window).share_of(scene.body) if scene.body else 1.0


def _body_kept(plan: CropPlan, scene: _Scene) -> bool:
    """Whether the subject is whole.

    One that runs from edge to edge is cut off by the picture itself: then the nearest bucket is no worse; unless it
    stands before an even background, as figures do that were cut out along their outline.
    """
    body, frame = scene.body, scene.frame
    if body is None or scene.subject is None or _body_share(plan, scene) >= _WHOLE_BODY:
        return True
    window = Box(*plan.window)
    across = window.left - 1 <= body.left and window.right + 1 >= body.right
    down = window.top - 1 <= body.top and window.bottom + 1 >= body.bottom
    if scene.subject.is_on_plain:
        return False
    return (across or body.width >= _SPANS * frame.width) and (down or body.height >= _SPANS * frame.height)


def _padded(scene: _Scene, target: Size, config: CropConfig) -> CropPlan:
    """The smallest window of the target's shape around what counts; what it lacks of the picture is padding."""
    frame, ratio = scene.frame, target[0] / target[1]
    wanted = frame
    if scene.body and not config.pad_whole:
        margin = _MARGIN * max(scene.body.width, scene.body.height)
        wanted = scene.body.grown(margin, margin, margin).within(frame)
    width = max(wanted.width, wanted.height * ratio)
    # As long as there is picture, it is better than padding.
    width = max(width, min(frame.width, frame.height * ratio))
    height = width / ratio
    x, y = wanted.centre
    left = _inside(x - width / 2, width, frame.left, frame.right)
    top = _inside(y - height / 2, height, frame.top, frame.bottom)
    left, top = round(left), round(top)
    return CropPlan(
        (0, 0), "pad", (left, top, left + max(1, round(width)), top + max(1, round(height))), target
    )


def _inside(start: float, length: float, first: float, last: float) -> float:
    """Moved into the picture; in its middle where it is longer."""
    if length >= last - first:
        return (first + last - length) / 2
    return min(max(start, first), last - length)


def _only_smaller(frame: Box, config: CropConfig) -> CropPlan:
    area = config.resolution[0] * config.resolution[1]
    factor = min(1.0, math.sqrt(area / frame.area))
    output = max(1, round(frame.width * factor)), max(1, round(frame.height * factor))
    return CropPlan((0, 0), "none", frame.pixels, output)


def _judged(plan: CropPlan, scene: _Scene, flags: list[str], config: CropConfig) -> CropPlan:
    found = set(flags) | set(_faults(plan, scene))
    if plan.scale > config.max_upscale:
        least = tuple(math.ceil(side / config.max_upscale) for side in plan.output)
        values: dict[str, object] = {
            "size": f"{plan.size[0]}×{plan.size[1]}",
            "target": f"{plan.output[0]}×{plan.output[1]}",
            "least": f"{least[0]}×{least[1]}",
        }
        plan = replace(plan, skipped="crop.too_small", values=values)
    return replace(plan, flags=tuple(flag for flag in FLAGS if flag in found))


def _faults(plan: CropPlan, scene: _Scene) -> Iterator[str]:
    if not _heads_kept(plan, scene):
        yield "head-cut"
    if not (_body_kept(plan, scene) if plan.fit == "bucket" else _body_share(plan, scene) >= _WHOLE_BODY):
        yield "body-cut"
    if plan.padding > _MUCH_PADDING:
        yield "much-padding"
    if plan.scale > 1.0 + 1e-9:
        yield "upscaled"
