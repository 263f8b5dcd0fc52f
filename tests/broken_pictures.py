"""Ways to break the pictures, captions and caches of a good project; each takes the project's folder."""

from __future__ import annotations

import os
import shutil
import struct
import time
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from kohya_driver import files
from tests.project import write_picture


def nothing(folder: Path) -> None:
    pass


def images(folder: Path) -> Path:
    return folder / "image" / "6_宁 光"


def picture(folder: Path) -> Path:
    return images(folder) / "图 0.png"


def caption(data: bytes) -> Callable[[Path], object]:
    return lambda folder: picture(folder).with_suffix(".txt").write_bytes(data)


def new_picture(name: str) -> Callable[[Path], object]:
    return lambda folder: write_picture(images(folder) / name, (512, 512))


def saved(image: Image.Image, name: str = "图 0.png", kind: str | None = None) -> Callable[[Path], object]:
    return lambda folder: image.save(images(folder) / name, kind)


def bomb() -> bytes:
    """A PNG whose header says 30000 x 30000."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 30000, 30000, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
    )


def cut_off(folder: Path) -> None:
    Image.effect_noise((512, 512), 90).save(picture(folder))
    data = picture(folder).read_bytes()
    picture(folder).write_bytes(data[: len(data) // 2])


def rotated(folder: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (512, 512)).save(picture(folder), exif=exif)


def copy_with_caption(name: str) -> Callable[[Path], object]:
    """Another picture with the caption of the first."""

    def copy(folder: Path) -> None:
        Image.new("RGB", (512, 512)).save(images(folder) / name)

    return copy


def latents(
    name: str, size: tuple[int, int] = (512, 512), value: float = 0.5, age_seconds: float = 0.0
) -> Callable[[Path], object]:
    """A file as the engine writes it."""

    def write(folder: Path) -> None:
        path = images(folder) / name
        np.savez(path, latents=np.full((4, size[1] // 8, size[0] // 8), value, dtype=np.float32))
        at = time.time() - age_seconds
        os.utime(path, (at, at))

    return write


def text_cache(age_seconds: float) -> Callable[[Path], object]:
    return latents("图 0_te_outputs.npz", age_seconds=age_seconds)


def loose_pictures(folder: Path) -> None:
    """The concept folder's content one level higher."""
    for file in images(folder).iterdir():
        shutil.move(file, folder / "image" / file.name)
    images(folder).rmdir()


def renamed(name: str) -> Callable[[Path], object]:
    return lambda folder: images(folder).rename(folder / "image" / name)


def another_concept(name: str) -> Callable[[Path], object]:
    return lambda folder: write_picture(folder / "image" / name / "a.png", (512, 512))


def empty(folder: Path) -> None:
    for file in images(folder).iterdir():
        file.unlink()


def no_captions(folder: Path) -> None:
    for file in images(folder).glob("*.txt"):
        file.unlink()


def a_number_without_captions(folder: Path) -> None:
    no_captions(folder)
    renamed("10")(folder)


def reg_folder(count: int, text: str | None = "1girl") -> Callable[[Path], object]:
    def write(folder: Path) -> None:
        for number in range(count):
            write_picture(folder / "reg" / f"{number}.png", (512, 512), text)

    return write


def see_through(folder: Path) -> None:
    Image.new("RGBA", (512, 512), (9, 9, 9, 0)).save(picture(folder))


def animated(folder: Path) -> None:
    frames = [Image.new("RGB", (512, 512), colour) for colour in ("red", "blue")]
    frames[0].save(picture(folder), save_all=True, append_images=frames[1:])


def face_name(folder: Path) -> None:
    Image.new("RGB", (512, 512)).save(images(folder) / "photo_2024_01_02_03.png")
    (images(folder) / "photo.txt").write_text("ning")


def earlier_run(folder: Path, **training: object) -> None:
    """A run with another base, which wrote its caches a minute ago."""
    subsets = [{"image_dir": str(images(folder))}]
    plan = {
        "base": "old.safetensors",
        "training_config": training,
        "dataset_config": {"datasets": [{"subsets": subsets}]},
    }
    path = folder / "runs" / "ning-001" / "plan.json"
    files.write_json(path, plan)
    at = time.time() - 60
    os.utime(path, (at, at))


def latents_of_an_earlier_run(folder: Path) -> None:
    earlier_run(folder)
    latents("图 0_0512x0512_sd.npz")(folder)


def texts_of_an_earlier_run(folder: Path) -> None:
    earlier_run(folder, max_token_length=225)
    text_cache(0)(folder)
