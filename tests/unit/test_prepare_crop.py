"""Where pictures are cut: heads and bodies, whatever the shapes are. Nothing here looks at a pixel."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kohya_driver import texts
from kohya_driver.dataset.buckets import assign, bucket_resolutions
from kohya_driver.prepare.boxes import Box, union
from kohya_driver.prepare.crop import (
    FITS,
    FLAGS,
    CropConfig,
    CropPlan,
    Override,
    check_config,
)
from kohya_driver.prepare.crop_plan import head_box, plan_crop
from kohya_driver.prepare.crop_report import CropRecord, plan_from_json, plan_to_json
from kohya_driver.prepare.faces import Face
from kohya_driver.prepare.subject import Subject

sides = st.integers(600, 5000)
shares = st.floats(0.0, 1.0)


@st.composite
def boxes(draw: st.DrawFn, width: int, height: int) -> Box:
    across, down = draw(st.floats(0.02, 1.0)) * width, draw(st.floats(0.02, 1.0)) * height
    left, top = draw(shares) * (width - across), draw(shares) * (height - down)
    return Box(left, top, left + across, top + down)


@st.composite
def scenes(draw: st.DrawFn) -> tuple[tuple[int, int], list[Face], Subject | None]:
    size = draw(sides), draw(sides)
    faces = [Face(draw(boxes(*size)), draw(st.floats(0.4, 1.0))) for _ in range(draw(st.integers(0, 4)))]
    subject = Subject(draw(boxes(*size)), draw(st.booleans())) if draw(st.booleans()) else None
    return size, faces, subject


configs = st.builds(
    CropConfig,
    resolution=st.sampled_from([(512, 512), (512, 768), (768, 512), (1024, 1024)]),
    fit=st.sampled_from(FITS),
    pad_whole=st.booleans(),
    zoom=st.sampled_from([1.0, 1.5]),
    max_upscale=st.just(16.0),
)


@given(scenes(), configs)
def test_whatever_comes_the_plan_holds_together(
    scene: tuple[tuple[int, int], list[Face], Subject | None], config: CropConfig
) -> None:
    size, faces, subject = scene
    plan = plan_crop(size, faces, subject, config)
    frame, window, box = Box(0, 0, *size), Box(*plan.window), Box(*plan.box)
    assert window.width > 0 and window.height > 0
    assert frame.holds(box) and box.area > 0
    assert "head-cut" not in plan.flags
    assert all(window.holds(Box(*head), slack=2) for head in plan.heads)
    assert set(plan.flags) <= set(FLAGS)
    left, top, right, bottom = plan.paste
    assert 0 <= left < right <= plan.output[0] and 0 <= top < bottom <= plan.output[1]
    # The shape is kept, to a pixel.
    assert abs(window.width / window.height * plan.output[1] - plan.output[0]) <= 1.5 * max(
        plan.output[0] / window.height + plan.output[1] / window.width * 2, 1
    )
    if plan.fit != "pad":
        assert frame.holds(window) and plan.padding == 0
    if plan.fit == "bucket":
        assert plan.output in bucket_resolutions(config.buckets)
    if plan.fit == "none":
        assert plan.scale <= 1 and box == frame
    assert plan_from_json(plan_to_json(plan)) == plan
    assert plan == plan_crop(size, faces, subject, config)


@given(sides, sides)
def test_the_bucket_is_the_engines(width: int, height: int) -> None:
    config = CropConfig(max_upscale=16.0)
    plan = plan_crop((width, height), [], None, config)
    wanted, resized = assign(width, height, config.buckets)
    distances = [abs(w / h - width / height) for w, h in (plan.output, wanted)]
    assert distances[0] == distances[1]
    # The engine finds nothing left to do.
    assert assign(*plan.output, config.buckets) == (plan.output, plan.output)
    # No more is cut than it would have cut itself.
    cut = 1 - Box(*plan.window).area / (width * height)
    theirs = 1 - wanted[0] * wanted[1] / (resized[0] * resized[1])
    assert cut <= theirs + 0.01


@given(scenes(), st.sampled_from([(512, 512), (512, 768), (1024, 1024)]))
def test_a_subject_on_an_even_background_is_whole_in_a_bucket(
    scene: tuple[tuple[int, int], list[Face], Subject | None], resolution: tuple[int, int]
) -> None:
    size, faces, subject = scene
    if subject is None or subject.box.area < 0.01 * size[0] * size[1]:  # a speck is no subject
        return
    subject = Subject(subject.box, is_on_plain=True)
    plan = plan_crop(size, faces, subject, CropConfig(resolution, max_upscale=16.0))
    window, heads = Box(*plan.window), [Box(*head) for head in plan.heads]
    apart = [head for head in heads if not subject.box.holds(head, slack=1)]
    boxes = [subject.box, *apart]
    across = max(box.right for box in boxes) - min(box.left for box in boxes)
    down = max(box.bottom for box in boxes) - min(box.top for box in boxes)
    if apart and (across > window.width or down > window.height) and window.share_of(subject.box) < 0.95:
        # No window of this shape shows both; heads come first.
        assert all(window.holds(head, slack=1) for head in apart)
        return
    assert window.share_of(subject.box) >= 0.95
    assert "body-cut" not in plan.flags


@given(scenes(), st.data())
def test_a_box_of_ones_own_is_all_that_is_shown(
    scene: tuple[tuple[int, int], list[Face], Subject | None], data: st.DataObject
) -> None:
    size, faces, subject = scene
    box = data.draw(boxes(*size)).pixels
    if box[2] - box[0] < 10 or box[3] - box[1] < 10:
        return
    plan = plan_crop(size, faces, subject, CropConfig(max_upscale=1000.0), Override(box=box))
    assert Box(*box).holds(Box(*plan.box), slack=1) or plan.fit == "pad"
    assert "override" in plan.flags


@given(sides, sides, shares, shares)
def test_a_focus_is_as_near_to_the_middle_as_the_edge_lets_it(
    width: int, height: int, x: float, y: float
) -> None:
    point = (x * width, y * height)
    plan = plan_crop(
        (width, height), [], None, CropConfig(fit="crop", max_upscale=16.0), Override(focus=point)
    )
    window = Box(*plan.window)
    assert window.holds(Box(*point, *point), slack=1)
    if width < height:
        best = min(max(point[1], window.height / 2), height - window.height / 2)
        assert abs(window.centre[1] - best) <= 1.5


def tall(faces: list[Face] | None, **config: object) -> CropPlan:
    subject = Subject(Box(150, 200, 450, 1700))
    return plan_crop((600, 1800), faces, subject, CropConfig(**config))  # type: ignore[arg-type]


FACE = Face(Box(260, 230, 340, 330), 0.9)


def test_a_tall_figure() -> None:
    square = tall([FACE], fit="crop")
    assert square.window[1] <= head_box(FACE.box).top <= square.window[1] + 60
    assert square.output == (512, 512) and square.flags == ("body-cut", "upscaled")[:1]
    bucket = tall([FACE])
    assert bucket.flags == () and Box(*bucket.window).holds(Box(150, 200, 450, 1700))
    padded = tall([FACE], fit="pad")
    assert padded.padding > 0.35 and "much-padding" in padded.flags
    assert tall(None, fit="crop").window == tall([], fit="crop").window


def test_no_face_is_told_only_where_somebody_looked() -> None:
    assert "no-face" in tall([]).flags
    assert "no-face" not in tall(None).flags
    nothing = plan_crop((900, 700), [], None, CropConfig())
    assert nothing.flags == ("whole-frame", "no-face")
    assert nothing.needs_a_look
    assert not tall([]).needs_a_look


def test_an_unsure_face_counts_where_it_is_the_only_one_and_on_the_subject() -> None:
    unsure = Face(FACE.box, 0.45)
    assert tall([unsure]).heads == tall([FACE]).heads
    assert tall([unsure]).flags == ("weak-face",)
    aside = Face(Box(0, 1700, 60, 1780), 0.45)
    assert tall([aside]).heads == ()
    assert tall([aside, FACE]).heads == tall([FACE]).heads


def test_passers_by_do_not_count() -> None:
    small = Face(Box(10, 1750, 30, 1775), 0.95)
    assert tall([FACE, small]).heads == tall([FACE]).heads


def test_a_group_is_never_cut() -> None:
    people = [Face(Box(x, 400, x + 200, 600), 0.9) for x in (60, 1200, 2600)]
    plan = plan_crop((3000, 1000), people, None, CropConfig(fit="crop"))
    heads = union(Box(*head) for head in plan.heads)
    assert heads and Box(*plan.window).holds(heads, slack=1)
    assert plan.fit in ("bucket", "pad")


def test_too_little_of_the_body_goes_to_a_bucket() -> None:
    assert tall([FACE], fit="crop", min_body=0.9).fit == "bucket"
    assert tall([FACE], fit="crop", min_body=0.1).fit == "crop"


def test_a_small_picture_is_left_out_and_says_how_large_it_should_be() -> None:
    plan = plan_crop((300, 300), [], None, CropConfig())
    assert plan.skipped == "crop.too_small"
    assert "410×410" in texts.say("crop.too_small.hint", **plan.values)
    assert plan_crop((300, 300), [], None, CropConfig(max_upscale=2.0)).flags[0] == "upscaled"
    assert plan_crop((300, 300), [], None, CropConfig(fit="none")).skipped == ""


def test_only_made_smaller() -> None:
    plan = plan_crop((4000, 3000), [FACE], None, CropConfig(fit="none"))
    assert plan.box == (0, 0, 4000, 3000)
    assert math.isclose(plan.output[0] * plan.output[1], 512 * 512, rel_tol=0.01)
    assert plan_crop((300, 200), [], None, CropConfig(fit="none")).output == (300, 200)


def test_left_out_on_request() -> None:
    assert plan_crop((900, 900), [], None, CropConfig(), Override(skip=True)).skipped == "crop.left_out"


def test_a_fit_of_its_own() -> None:
    assert plan_crop((600, 1800), [], None, CropConfig(), Override(fit="crop")).output == (512, 512)


@pytest.mark.parametrize(
    ("config", "code"),
    [
        (CropConfig(fit="squeeze"), "crop.fit_unknown"),
        (CropConfig(pad_fill="#12"), "crop.fill_unknown"),
        (CropConfig((32, 512)), "crop.resolution_odd"),
        (CropConfig(minimum=512, maximum=256), "crop.buckets_odd"),
        (CropConfig(step=0), "crop.buckets_odd"),
        (CropConfig(zoom=0.5), "crop.number_odd"),
        (CropConfig(max_upscale=float("nan")), "crop.number_odd"),
    ],
)
def test_a_wrong_config(config: CropConfig, code: str) -> None:
    (finding,) = check_config(config)
    assert finding.code == code
    assert finding.message and finding.hint


def test_good_configs() -> None:
    assert not check_config(CropConfig())
    assert not check_config(CropConfig((1024, 1024), "pad", pad_fill="#A0b1C2"))
    assert CropConfig((1024, 1024)).buckets.maximum == 2048
    assert CropConfig((768, 768)).buckets.maximum == 1024


def test_records_go_to_json_and_back() -> None:
    record = CropRecord("子/a.jpg", "子/a.png", plan=tall([FACE]), faces=(FACE,))
    assert CropRecord.from_json(record.to_json()).to_json() == record.to_json()


def test_boxes() -> None:
    box = Box(0, 0, 10, 10)
    assert box.within(Box(20, 20, 30, 30)).area == 0
    assert box.overlap(Box(5, 0, 15, 10)) == pytest.approx(1 / 3)
    assert box.overlap(Box(20, 20, 30, 30)) == 0
    assert union([]) is None
    assert box.share_of(Box(5, 0, 15, 10)) == 0.5
