"""Sets of pictures for the audit: a clean one, and ways to spoil it, each with the one code that tells of it."""

from __future__ import annotations

import io
import random
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from tests.broken_pictures import bomb

TRIGGER = "ningguang"
TAGS = ("smile", "frown", "standing", "sitting", "running", "night", "rain", "window", "flower", "umbrella")
Spoil = Callable[[Path], object]


def scene(seed: int, size: tuple[int, int] = (512, 512)) -> Image.Image:
    """A picture like no other: soft blobs, and shapes upon them."""
    chance = np.random.default_rng(seed)
    blobs = Image.fromarray(chance.integers(0, 255, (6, 6, 3), dtype=np.uint8))
    picture = blobs.resize(size, Image.Resampling.BICUBIC)
    draw = ImageDraw.Draw(picture)
    for _ in range(6):
        x, y = (int(chance.integers(0, side)) for side in size)
        colour = tuple(int(one) for one in chance.integers(0, 255, 3))
        draw.ellipse((x, y, x + size[0] // 4, y + size[1] // 5), fill=colour)
    return picture


@cache
def _png(seed: int) -> bytes:
    data = io.BytesIO()
    scene(seed).save(data, "PNG", compress_level=1)
    return data.getvalue()


def clean_set(folder: Path, count: int = 8) -> Path:
    """A tree that nothing is wrong with; returns its concept folder."""
    images = folder / "6_凝 光"
    images.mkdir(parents=True)
    chance = random.Random(1)
    for number in range(count):
        (images / f"图 {number}.png").write_bytes(_png(number))
        (images / f"图 {number}.txt").write_text(
            ", ".join((TRIGGER, *chance.sample(TAGS, 3))) + "\n", encoding="utf-8"
        )
    return images


def caption(data: bytes) -> Spoil:
    return lambda images: (images / "图 0.txt").write_bytes(data)


def replaced(picture: Image.Image, kind: str = "PNG") -> Spoil:
    return lambda images: picture.save(images / "图 0.png", kind)


def added(picture: Image.Image, name: str, text: str | None = f"{TRIGGER}, hat") -> Spoil:
    def add(images: Path) -> None:
        picture.save(images / name, {".Jpg": "JPEG", ".tif": "TIFF"}.get(Path(name).suffix))
        if text:
            (images / name).with_suffix(".txt").write_text(text, encoding="utf-8")

    return add


def written(name: str, data: bytes, text: str | None = None) -> Spoil:
    def write(images: Path) -> None:
        (images / name).write_bytes(data)
        if text:
            (images / name).with_suffix(".txt").write_text(text, encoding="utf-8")

    return write


def rotated(images: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    scene(0).save(images / "图 0.png", exif=exif)


def see_through() -> Image.Image:
    picture = scene(90).convert("RGBA")
    picture.putalpha(Image.linear_gradient("L").resize(picture.size))
    return picture


def animated(images: Path) -> None:
    scene(0).save(images / "图 0.png", save_all=True, append_images=[scene(91)])


def cut_off(images: Path) -> None:
    data = (images / "图 0.png").read_bytes()
    (images / "图 0.png").write_bytes(data[: len(data) // 2])


def damaged(images: Path) -> None:
    """In the middle, with a good end."""
    data = bytearray((images / "图 0.png").read_bytes())
    middle = len(data) // 2
    data[middle : middle + 400] = bytes(400)
    (images / "图 0.png").write_bytes(data)


def copied(images: Path) -> None:
    shutil.copy(images / "图 0.png", images / "again.png")
    (images / "again.txt").write_text(f"{TRIGGER}, hat")


def nested(images: Path) -> None:
    (images / "more").mkdir()
    scene(92).save(images / "more" / "a.png")


def renamed(name: str) -> Spoil:
    return lambda images: images.rename(images.parent / name)


def common(images: Path) -> None:
    for path in images.glob("*.txt"):
        path.write_text(path.read_text(encoding="utf-8").strip() + ", White Hair\n", encoding="utf-8")


def emptied(images: Path) -> None:
    for path in images.iterdir():
        path.unlink()


@dataclass(frozen=True)
class Case:
    kind: str
    code: str
    spoil: Spoil


CASES = (
    Case("no-images", "no_pictures", emptied),
    Case("bad-folder-name", "repeats_missing", renamed("凝光")),
    Case("bad-folder-name", "repeats_below_one", renamed("0_凝光")),
    Case("nested-images", "nested_pictures", nested),
    Case("nested-images", "loose_pictures", lambda images: scene(93).save(images.parent / "loose.png")),
    Case("unreadable", "unreadable", written("page.png", b"<html>")),
    Case("unreadable", "truncated", cut_off),
    Case("damaged", "damaged", damaged),
    Case("zero-bytes", "zero_bytes", written("nothing.jpg", b"")),
    Case("bomb", "bomb", written("bomb.png", bomb())),
    Case("unsupported-type", "ignored_pictures", written("phone.heic", b"\0\0\0\x18ftypheic", f"{TRIGGER}, hat")),
    Case("unsupported-type", "ignored_pictures", added(scene(94), "phone.Jpg")),
    Case("unsupported-type", "ignored_pictures", added(scene(94), "scan.tif")),
    Case("caption-empty", "caption_empty", caption(b"")),
    Case("caption-not-utf8", "caption_not_utf8", caption(f"{TRIGGER}, 标签".encode("gbk"))),
    Case("caption-bom", "caption_bom", caption(f"\ufeff{TRIGGER}, smile".encode())),
    Case("exif-rotated", "rotated", rotated),
    Case("alpha", "transparent", replaced(see_through())),
    Case("sixteen-bit", "sixteen_bit", replaced(Image.fromarray(np.asarray(scene(0).convert("L"), np.uint16) * 257))),
    Case("cmyk", "cmyk", replaced(scene(0).convert("CMYK"), "JPEG")),
    Case("animated", "animated", animated),
    Case("tiny", "picture_enlarged", replaced(scene(0, (300, 300)))),
    Case("extreme-ratio", "extreme_ratio", replaced(scene(0, (512, 1700)))),
    Case("duplicate", "duplicate", copied),
    Case("near-duplicate", "near_duplicate", added(scene(0), "again.jpg")),
    Case("near-duplicate", "near_duplicate", added(scene(0).resize((450, 450)), "again.png")),
    Case("mirror-duplicate", "mirror_duplicate", added(scene(0).transpose(Image.Transpose.FLIP_LEFT_RIGHT), "again.png")),
    Case("caption-missing", "caption_missing", lambda images: (images / "图 0.txt").unlink()),
    Case("caption-missing", "caption_blank", caption(b"\n\n")),
    Case("caption-multiline", "caption_lines", caption(f"{TRIGGER}, smile\nhat".encode())),
    Case("trigger-missing", "caption_without_trigger", caption(b"smile, hat")),
    Case("trigger-not-first", "trigger_not_first", caption(f"smile, {TRIGGER}".encode())),
    Case("trigger-typo", "trigger_typo", caption(b"ninguang, smile")),
    Case("trigger-twice", "trigger_twice", caption(f"{TRIGGER}, smile, {TRIGGER}".encode())),
    Case("tag-twice", "tag_twice", caption(f"{TRIGGER}, blue_eyes, blue eyes".encode())),
    Case("too-long", "caption_too_long", caption(f"{TRIGGER}, {'a ' * 80}".encode())),
    Case("orphan-caption", "caption_without_picture", lambda images: (images / "lost.txt").write_text("a")),
    Case("name-underscores", "name_underscores", added(scene(95), "IMG_2023_10_05_1234.png")),
    Case("name-underscores", "caption_of_another", lambda images: (
        added(scene(95), "IMG_2023_10_05_1234.png", None)(images), added(scene(96), "IMG.png")(images))),
    Case("stem-clash", "shared_caption", added(scene(95), "图 0.jpg", None)),
    Case("common-tag", "common_tag", common),
    Case("class-word-missing", "class_word_missing", renamed("6_NingGuang girl")),
    Case("macos-junk", "junk", written("._图 0.png", b"\0\5\x16\7")),
)  # fmt: skip
