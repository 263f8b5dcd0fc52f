"""Every kind of picture is found, and opened as it is meant to be seen; every fault has a name and a place."""

from __future__ import annotations

import os
import struct
import sys
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy
import pytest
from PIL import Image, ImageCms

from kohya_driver import process, texts
from kohya_driver.errors import DatasetError
from kohya_driver.prepare import images
from kohya_driver.prepare.images import EXTENSIONS, find_images, natural_key, open_picture, open_rgb
from kohya_driver.prepare.pixels import Colour
from kohya_driver.process import ToolResult

RED, GREEN, BLUE, YELLOW = (220, 20, 20), (20, 200, 20), (20, 20, 210), (220, 220, 20)


def quarters(width: int = 96, height: int = 64) -> Image.Image:
    """Another colour in each corner, so that any turn shows."""
    image = Image.new("RGB", (width, height), RED)
    image.paste(GREEN, (width // 2, 0, width, height // 2))
    image.paste(BLUE, (0, height // 2, width // 2, height))
    image.paste(YELLOW, (width // 2, height // 2, width, height))
    return image


def corners(image: Image.Image) -> list[tuple[int, ...]]:
    right, bottom = image.width - 6, image.height - 6
    found = [image.getpixel(at) for at in ((6, 6), (right, 6), (6, bottom), (right, bottom))]
    return [pixel for pixel in found if isinstance(pixel, tuple)]


def is_like(image: Image.Image, wanted: Image.Image, within: int = 12) -> bool:
    pairs = zip(corners(image), corners(wanted), strict=True)
    return image.size == wanted.size and all(
        abs(a - b) <= within for one, other in pairs for a, b in zip(one, other, strict=True)
    )


@pytest.mark.parametrize(
    "name",
    ["a.png", "a.jpg", "a.JPEG", "a.webp", "a.bmp", "a.gif", "a.tif", "a.TIFF", "a.avif", "图 片.PnG", "a.jfif"],
)  # fmt: skip
def test_every_format(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    quarters().save(path, format="JPEG" if name.endswith("jfif") else None, quality=95)
    assert is_like(open_rgb(path), quarters())
    assert find_images(tmp_path).images == (path,)


TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}
"""How a camera that writes this orientation has stored an upright picture."""


@pytest.mark.parametrize("kind", ["jpg", "png", "webp", "tif", "avif"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation(tmp_path: Path, orientation: int, kind: str) -> None:
    stored = quarters().transpose(TURNS[orientation]) if orientation in TURNS else quarters()
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = tmp_path / f"a.{kind}"
    stored.save(path, exif=exif, quality=95)
    opened = open_picture(path)
    assert is_like(opened.image, quarters())
    assert opened.size == (96, 64)


def test_a_large_jpeg_is_decoded_smaller_but_not_below_what_is_needed(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    path = tmp_path / "a.jpg"
    quarters(1600, 1200).transpose(Image.Transpose.ROTATE_90).save(path, exif=exif)
    opened = open_picture(path, min_side=300)
    assert opened.size == (1600, 1200)
    assert opened.image.size == (400, 300)
    assert open_rgb(path, min_side=5000).size == (1600, 1200)


def test_damaged_metadata_are_no_reason_to_refuse_a_picture(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    quarters().save(path, exif=b"Exif\0\0MM\0*\0\0\0\x08\xff\xff" + b"\xff" * 30)
    assert open_rgb(path).size == (96, 64)


@pytest.mark.parametrize("background", [(255, 255, 255), (10, 20, 30)])
@pytest.mark.parametrize(
    "make",
    [
        lambda: Image.new("RGBA", (8, 8), (200, 0, 0, 0)),
        lambda: Image.new("LA", (8, 8), (200, 0)),
        lambda: palette(transparent=True),
    ],
    ids=["RGBA", "LA", "palette"],
)
def test_transparent_places_show_the_background(
    tmp_path: Path, make: Callable[[], Image.Image], background: Colour
) -> None:
    path = tmp_path / "a.png"
    make().save(path)
    opened = open_picture(path, background=background)
    assert opened.image.getpixel((3, 3)) == background
    assert opened.has_alpha


def palette(*, transparent: bool) -> Image.Image:
    image = Image.new("P", (8, 8), 1)
    image.putpalette([0, 0, 0, 30, 140, 250])
    if transparent:
        image.info["transparency"] = 1
    return image


def test_a_palette(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    palette(transparent=False).save(path)
    assert open_rgb(path).getpixel((3, 3)) == (30, 140, 250)


def test_rgb_with_one_transparent_colour(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    Image.new("RGB", (8, 8), (1, 2, 3)).save(path, transparency=(1, 2, 3))
    assert open_rgb(path).getpixel((3, 3)) == (255, 255, 255)


@pytest.mark.parametrize("kind", ["png", "tif"])
def test_sixteen_bit_grey_is_scaled(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"a.{kind}"
    Image.fromarray(numpy.linspace(0, 65535, 64, dtype=numpy.uint16).reshape(8, 8)).save(path)
    got = numpy.asarray(open_rgb(path))[..., 0].ravel()
    assert abs(got.astype(int) - numpy.linspace(0, 255, 64)).max() <= 1


@pytest.mark.parametrize(("highest", "dtype"), [(1.0, "float32"), (255.0, "float32"), (65535, "int32")])
def test_wider_pixels_are_scaled_by_their_range(tmp_path: Path, highest: float, dtype: str) -> None:
    path = tmp_path / "a.tif"
    values = numpy.linspace(0, highest, 64).astype(dtype).reshape(8, 8)
    if dtype == "float32":
        values[0, 0] = numpy.nan
    Image.fromarray(values).save(path)
    got = numpy.asarray(open_rgb(path))[..., 0]
    assert got.max() == 255
    assert abs(int(got[4, 0]) - 255 * 32 / 63) <= 1


def test_cmyk(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    quarters().convert("CMYK").save(path, quality=95)
    assert is_like(open_rgb(path), quarters(), within=30)


def test_cmyk_with_a_profile_that_does_not_fit(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    quarters().convert("CMYK").save(path, quality=95, icc_profile=profile)
    assert is_like(open_rgb(path), quarters(), within=30)


def wide_profile() -> bytes:
    """sRGB with red and green exchanged, and without its name: a colour space that cannot be mistaken."""
    data = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    data = bytearray(bytes(data).replace(b"s\0R\0G\0B", b"o\0t\0h\0r").replace(b"sRGB", b"othr"))
    count = struct.unpack(">I", data[128:132])[0]
    entries = {bytes(data[132 + 12 * i : 136 + 12 * i]): 132 + 12 * i for i in range(count)}
    red, green = entries[b"rXYZ"], entries[b"gXYZ"]
    data[red + 4 : red + 12], data[green + 4 : green + 12] = (
        data[green + 4 : green + 12],
        data[red + 4 : red + 12],
    )
    return bytes(data)


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_another_colour_space_becomes_srgb(tmp_path: Path, mode: str) -> None:
    path = tmp_path / "a.png"
    Image.new("RGB", (8, 8), (250, 10, 10)).convert(mode).save(path, icc_profile=wide_profile())
    opened = open_rgb(path)
    red, green, _ = opened.getpixel((3, 3))  # type: ignore[misc]
    assert green > 200 > 100 > red
    assert not opened.info


def test_a_profile_of_srgb_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    quarters().save(path, icc_profile=profile)
    assert open_rgb(path).tobytes() == quarters().tobytes()


def test_lab(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    Image.new("LAB", (8, 8), (255, 128, 128)).save(path)
    assert min(open_rgb(path).getpixel((3, 3))) > 240  # type: ignore[arg-type]


def test_the_first_frame_of_a_gif(tmp_path: Path) -> None:
    path = tmp_path / "a.gif"
    frames = [Image.new("RGB", (8, 8), colour) for colour in (RED, GREEN, BLUE)]
    frames[0].save(path, save_all=True, append_images=frames[1:])
    assert open_rgb(path).getpixel((3, 3)) == RED


def test_a_wrong_extension_does_not_matter(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    quarters().save(path, format="JPEG", quality=95)
    assert is_like(open_rgb(path), quarters())


def failure_of(path: Path) -> DatasetError:
    with pytest.raises(DatasetError) as caught:
        open_rgb(path)
    assert caught.value.findings[0].where == str(path)
    assert texts.has(f"{caught.value.code}.hint")
    return caught.value


@pytest.mark.parametrize("kind", ["jpg", "png", "bmp", "gif", "tif", "webp", "avif"])
def test_cut_off(tmp_path: Path, kind: str) -> None:
    noise = numpy.random.default_rng(1).integers(0, 255, (64, 96, 3), dtype=numpy.uint8)
    path = tmp_path / f"图 {kind}.{kind}"
    Image.fromarray(noise).save(path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])
    known = {"prepare.truncated"}
    if kind in ("webp", "avif"):  # whose readers do not say what is wrong
        known |= {"prepare.unreadable", "prepare.no_picture"}
    assert failure_of(path).code in known


def test_a_jpeg_that_is_cut_off_is_found_when_decoded_smaller(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    noise = numpy.random.default_rng(1).integers(0, 255, (800, 800, 3), dtype=numpy.uint8)
    Image.fromarray(noise).save(path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(DatasetError) as caught:
        open_rgb(path, min_side=100)
    assert caught.value.code == "prepare.truncated"


def png_header(width: int, height: int) -> bytes:
    """A PNG that says to be enormous."""
    body = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + body
    data = zlib.compress(b"\0" * 100)
    return (
        b"\x89PNG\r\n\x1a\n"
        + struct.pack(">I", len(body))
        + chunk
        + struct.pack(">I", zlib.crc32(chunk))
        + struct.pack(">I", len(data))
        + b"IDAT"
        + data
        + struct.pack(">I", zlib.crc32(b"IDAT" + data))
    )


def test_a_bomb(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(png_header(50000, 50000))
    assert failure_of(path).code == "prepare.bomb"


def test_a_large_picture_below_the_limit_is_opened_without_a_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 96 * 64 - 1)
    path = tmp_path / "a.png"
    quarters().save(path)
    assert open_rgb(path).size == (96, 64)


def test_what_is_no_picture(tmp_path: Path) -> None:
    cases = {
        "empty.jpg": (b"", "prepare.empty_file"),
        "text.png": (b"<html>404 not found</html>", "prepare.no_picture"),
        "short.png": (b"\x89PNG", "prepare.no_picture"),
        "x.jxl": (b"\xff\x0a" + b"0" * 40, "prepare.unsupported"),
        "x.png": (b"\x00\x00\x00\x0cJXL \r\n\x87\n" + b"0" * 40, "prepare.unsupported"),
        "film.jpg": (b"\x00\x00\x00\x18ftypqt  " + b"0" * 40, "prepare.unsupported"),
    }
    for name, (data, code) in cases.items():
        path = tmp_path / name
        path.write_bytes(data)
        assert failure_of(path).code == code, name
    assert failure_of(tmp_path / "gone.png").code == "prepare.unreadable"
    assert failure_of(tmp_path).code == "prepare.unreadable"


def test_a_pipe_does_not_block(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.png")
    assert failure_of(tmp_path / "a.png").code == "prepare.no_picture"
    assert find_images(tmp_path).others == ((tmp_path / "a.png", "prepare.passed.no_file"),)


HEIC = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + b"0" * 64


def test_heic_without_a_reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images, "register_heic", lambda: False)
    monkeypatch.setattr(sys, "platform", "linux")
    path = tmp_path / "a.HEIC"
    path.write_bytes(HEIC)
    assert failure_of(path).code == "prepare.heic_needs_extra"


def test_heic_on_a_mac_goes_through_sips(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images, "register_heic", lambda: False)
    monkeypatch.setattr(sys, "platform", "darwin")
    path = tmp_path / "照 片.heic"
    path.write_bytes(HEIC)
    seen: list[list[str]] = []

    def sips(command: list[str | Path], *, timeout_seconds: float) -> ToolResult:
        seen.append([str(part) for part in command])
        quarters().save(command[-1])
        return ToolResult(0, "")

    monkeypatch.setattr(process, "run_tool", sips)
    assert is_like(open_rgb(path), quarters())
    assert seen[0][:6] == ["/usr/bin/sips", "-s", "format", "png", str(path), "--out"]

    monkeypatch.setattr(
        process,
        "run_tool",
        lambda command, **_: ToolResult(0, "Warning\nError 13: an unknown error\n"),
    )
    failure = failure_of(path)
    assert failure.code == "prepare.unreadable"
    assert "Error 13" in str(failure)

    def missing(command: list[str | Path], *, timeout_seconds: float) -> ToolResult:
        raise FileNotFoundError(command[0])

    monkeypatch.setattr(process, "run_tool", missing)
    assert failure_of(path).code == "prepare.heic_needs_extra"


def test_many_threads(tmp_path: Path) -> None:
    paths = []
    for number in range(24):
        paths.append(tmp_path / f"{number}.{('png', 'jpg', 'webp')[number % 3]}")
        quarters().save(paths[-1])
    with ThreadPoolExecutor(8) as pool:
        assert all(is_like(image, quarters(), within=40) for image in pool.map(open_rgb, paths))


def test_find_images(tmp_path: Path) -> None:
    names = (
        "10.png", "2.PNG", "图 1.jpg", "b/3.webp", "b/c/4.gif", "._2.png", ".DS_Store", ".hidden/5.png", "Thumbs.db",
        "__MACOSX/6.png", "2.txt", "notes.pdf", "new.jxl", "shot.heic",
    )  # fmt: skip
    for name in names:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "b" / "loop").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "self.png").symlink_to(tmp_path / "self.png")
    (tmp_path / "gone.png").symlink_to(tmp_path / "nowhere.png")
    found = find_images(tmp_path)
    shown = [str(path.relative_to(tmp_path)) for path in found.images]
    assert shown == ["2.PNG", "10.png", "shot.heic", "图 1.jpg", "b/3.webp", "b/c/4.gif"]
    assert [path.name for path in found.captions] == ["2.txt"]
    assert {path.name: reason.rpartition(".")[2] for path, reason in found.others} == {
        "notes.pdf": "no_picture",
        "new.jxl": "jxl",
        "loop": "seen",
        "self.png": "broken_link",
        "gone.png": "broken_link",
    }
    assert all(texts.has(reason) for _, reason in found.others)
    assert [path.name for path in find_images(tmp_path, recursive=False).images] == [
        "2.PNG", "10.png", "shot.heic", "图 1.jpg",
    ]  # fmt: skip


def test_find_images_where_there_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    for path, code in ((tmp_path / "没有", "folder_missing"), (tmp_path / "file", "not_a_folder")):
        with pytest.raises(DatasetError) as caught:
            find_images(path)
        assert caught.value.code == f"prepare.{code}"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_that_may_not_be_read(tmp_path: Path) -> None:
    inner = tmp_path / "a"
    inner.mkdir()
    inner.chmod(0)
    try:
        assert find_images(tmp_path).others == ((inner, "prepare.passed.refused"),)
        with pytest.raises(DatasetError):
            find_images(inner)
    finally:
        inner.chmod(0o700)


@pytest.mark.skipif(sys.platform == "darwin", reason="APFS refuses such names")
def test_a_name_that_is_not_utf8(tmp_path: Path) -> None:
    (Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff\xfe.png"))).write_bytes(b"x")
    ((_, reason),) = find_images(tmp_path).others
    assert reason == "prepare.passed.odd_name"


def test_natural_order() -> None:
    names = ["a10", "a9", "A1", "a", "10", "9", "图2", "图10", "a1b2", "a1b10"]
    assert sorted(names, key=natural_key) == [
        "9", "10", "a", "A1", "a1b2", "a1b10", "a9", "a10", "图2", "图10",
    ]  # fmt: skip


def test_every_extension_is_lower_case() -> None:
    assert all(name == name.lower() and name.startswith(".") for name in EXTENSIONS)


def test_a_stream_of_pil_is_closed(tmp_path: Path) -> None:
    """What is given back holds no file open: a folder of 10,000 pictures would run out of them."""
    path = tmp_path / "a.png"
    quarters().save(path)
    kept = [open_rgb(path) for _ in range(50)]
    folder = Path("/dev/fd") if sys.platform == "darwin" else Path("/proc/self/fd")
    assert len(list(folder.iterdir())) < 50
    assert kept[0].tobytes()
