"""Reading folders of pictures, made here, as the engine would read them."""

from __future__ import annotations

import io
import os
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from kohya_driver.dataset.captions import caption_candidates
from kohya_driver.dataset.model import CaptionState, Fault, FolderState
from kohya_driver.dataset.npz import read_cache_head
from kohya_driver.dataset.scan import find_subsets, folder_repeats, scan_folder
from tests.broken_pictures import bomb


def draw(path: Path, width: int = 40, height: int = 30) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    kind = {".jpg": "JPEG", ".jpeg": "JPEG"}.get(path.suffix.lower(), path.suffix[1:].upper())
    Image.new("RGB", (width, height)).save(path, format={"TIF": "TIFF"}.get(kind, kind))
    return path


def latents_file(path: Path, width: int, height: int, numbers: tuple[float, ...] = (0.5,) * 8) -> Path:
    """An .npz as numpy writes it, its array cut off after the first numbers."""
    header = (
        f"{{'descr': '<f4', 'fortran_order': False, 'shape': (4, {height // 8}, {width // 8}), }}\n".encode()
    )
    data = b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("latents.npy", data + struct.pack(f"<{len(numbers)}f", *numbers))
    return path


def test_every_type_the_engine_takes_is_read_in_order(tmp_path: Path) -> None:
    for place, kind in enumerate(("png", "jpg", "jpeg", "webp", "bmp", "PNG", "JPG")):
        draw(tmp_path / f"{9 - place}.{kind}", 100 + place, 50)
    found = scan_folder(tmp_path)
    assert [picture.path.name for picture in found.pictures] == sorted(
        path.name for path in tmp_path.iterdir()
    )
    assert [picture.width for picture in found.pictures] == [106, 105, 104, 103, 102, 101, 100]
    assert not found.unreadable
    assert not found.ignored


def test_chinese_names_and_spaces(tmp_path: Path) -> None:
    folder = tmp_path / "我的 图片" / "6_凝 光"
    draw(folder / "凝光 一.png", 64, 96)
    (folder / "凝光 一.txt").write_text("ningguang, 1个女孩\n第二行", encoding="utf-8")
    (picture,) = scan_folder(folder).pictures
    assert picture.size == (64, 96)
    assert picture.caption.text == "ningguang, 1个女孩"
    (subset,) = find_subsets(folder.parent)
    assert (subset.path, subset.repeats, subset.concept) == (folder, 6, "凝 光")


def test_exif_rotation_is_not_applied(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (80, 40)).save(tmp_path / "phone.jpg", exif=exif)
    assert scan_folder(tmp_path).sizes == ((80, 40),)


def test_what_the_engine_leaves_out_is_told(tmp_path: Path) -> None:
    draw(tmp_path / "taken.png")
    draw(tmp_path / ".hidden.png")
    draw(tmp_path / "loop.gif")
    draw(tmp_path / "Phone.Jpg")
    draw(tmp_path / "scan.tif")
    (tmp_path / "notes.md").write_text("no picture")
    draw(tmp_path / "more" / "inner.png")
    (tmp_path / "nothing").mkdir()
    found = scan_folder(tmp_path)
    assert [picture.path.name for picture in found.pictures] == ["taken.png"]
    assert [path.name for path in found.ignored] == ["Phone.Jpg", "loop.gif", "scan.tif"]
    assert found.nested == ((tmp_path / "more", 1),)


def test_unreadable_pictures_are_values(tmp_path: Path) -> None:
    draw(tmp_path / "good.png")
    (tmp_path / "text.jpg").write_text("not a picture")
    (tmp_path / "zero.png").touch()
    (tmp_path / "folder.png").mkdir()
    (tmp_path / "gone.webp").symlink_to(tmp_path / "nowhere")
    found = scan_folder(tmp_path)
    assert len(found.pictures) == 1
    assert [one.path.name for one in found.unreadable] == ["folder.png", "gone.webp", "text.jpg", "zero.png"]
    assert all(one.reason for one in found.unreadable)


@pytest.mark.parametrize(
    ("data", "state", "text"),
    [
        (None, CaptionState.MISSING, ""),
        (b"", CaptionState.EMPTY, ""),
        (b"\n", CaptionState.BLANK, ""),
        (b"  \nsecond", CaptionState.BLANK, ""),
        (b" a, b \r\nsecond", CaptionState.PRESENT, "a, b"),
        ("标签".encode(), CaptionState.PRESENT, "标签"),
        ("标签".encode("gbk"), CaptionState.NOT_UTF8, ""),
        (b"fine first line\n\xff", CaptionState.NOT_UTF8, ""),
        (b"\xef\xbb\xbfa", CaptionState.PRESENT, "\ufeffa"),
        ("a\u2028b".encode(), CaptionState.PRESENT, "a\u2028b"),
    ],
)
def test_caption_states(tmp_path: Path, data: bytes | None, state: CaptionState, text: str) -> None:
    draw(tmp_path / "one.png")
    if data is not None:
        (tmp_path / "one.txt").write_bytes(data)
    caption = scan_folder(tmp_path).pictures[0].caption
    assert (caption.state, caption.text) == (state, text)
    assert caption.path == (None if data is None else tmp_path / "one.txt")


@pytest.mark.parametrize("extension", [".caption", "caption"])
def test_another_caption_extension(tmp_path: Path, extension: str) -> None:
    draw(tmp_path / "one.png")
    (tmp_path / "one.caption").write_text("a")
    (tmp_path / "one.txt").write_text("b")
    assert scan_folder(tmp_path, caption_extension=extension).pictures[0].caption.text == "a"


def test_face_coordinates_are_left_out_of_the_captions_name() -> None:
    found = caption_candidates(Path("/data/girl_10_20_30_40.png"), ".txt")
    assert found == (Path("/data/girl_10_20_30_40.txt"), Path("/data/girl.txt"))
    assert caption_candidates(Path("/data/girl_10.png"), ".txt") == (Path("/data/girl_10.txt"),)
    # As in the engine, underscores of the folders count too.
    assert caption_candidates(Path("/a_b_c_d/girl_1.png"), ".txt")[1] == Path("/a.txt")


def test_a_caption_used_by_face_name_is_no_orphan(tmp_path: Path) -> None:
    draw(tmp_path / "girl_1_2_3_4.png")
    draw(tmp_path / "photo.gif")
    for name in ("girl", "photo", "left over", ".hidden"):
        (tmp_path / f"{name}.txt").write_text("a")
    found = scan_folder(tmp_path)
    assert found.pictures[0].caption.path == tmp_path / "girl.txt"
    assert [path.name for path in found.orphans] == ["left over.txt"]


def test_folders_that_cannot_be_read(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    assert scan_folder(tmp_path / "none").state is FolderState.MISSING
    assert scan_folder(file).state is FolderState.NOT_A_FOLDER


def test_a_folder_that_the_system_refuses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # macOS answers so for folders it protects; the superuser cannot be refused by permissions, so scandir is asked to.
    def refuse(path: Path) -> None:
        raise PermissionError(1, "Operation not permitted", str(path))

    monkeypatch.setattr(os, "scandir", refuse)
    assert scan_folder(tmp_path).state is FolderState.REFUSED


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("6_NingGuang", (6, "NingGuang")),
        ("06_a_b", (6, "a_b")),
        ("6", (6, "")),
        ("0_off", (0, "off")),
        ("-1_off", (-1, "off")),
        ("NingGuang", None),
        ("six_girl", None),
        ("6 girl", None),
    ],
)
def test_folder_repeats(name: str, found: tuple[int, str] | None) -> None:
    assert folder_repeats(name) == found


def test_find_subsets_takes_what_the_engine_takes(tmp_path: Path) -> None:
    for name in ("10_b", "6_a", "0_off", "plain", ".6_hidden"):
        (tmp_path / name).mkdir()
    (tmp_path / "7_file").touch()
    assert [(one.path.name, one.repeats) for one in find_subsets(tmp_path)] == [("10_b", 10), ("6_a", 6)]
    assert find_subsets(tmp_path / "none") == ()


def test_latents_files_of_the_family_are_found(tmp_path: Path) -> None:
    draw(tmp_path / "girl_1.png", 512, 768)
    latents_file(tmp_path / "girl_1_0512x0768_sd.npz", 512, 768)
    latents_file(tmp_path / "girl_1_0512x0768_sdxl.npz", 1024, 1024)
    (one,) = scan_folder(tmp_path).latents
    assert (one.stem, one.width, one.height) == ("girl_1", 512, 768)
    assert read_cache_head(one.path).size == (512, 768)
    (other,) = scan_folder(tmp_path, latents_suffix="_sdxl.npz").latents
    assert read_cache_head(other.path).size == (1024, 1024)


@pytest.mark.parametrize("data", [b"", b"no zip"])
def test_damaged_latents(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a_0512x0512_sd.npz"
    path.write_bytes(data)
    head = read_cache_head(path)
    assert head.is_broken and head.size is None


def test_latents_without_the_array_have_no_size(tmp_path: Path) -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("other.npy", b"")
    path = tmp_path / "a_0512x0512_sd.npz"
    path.write_bytes(archive.getvalue())
    head = read_cache_head(path)
    assert head.size is None and not head.is_broken


@pytest.mark.parametrize("kind", ["float16", "float32", "float64"])
@pytest.mark.parametrize("bad", [False, True])
def test_latents_gone_wrong_are_seen_in_their_first_numbers(tmp_path: Path, kind: str, bad: bool) -> None:
    path = tmp_path / "a_0512x0512_sd.npz"
    np.savez(path, latents=np.full((4, 64, 64), np.nan if bad else 0.5, dtype=kind))
    head = read_cache_head(path)
    assert (head.size, head.has_nan, head.is_broken) == ((512, 512), bad, False)


def test_other_caches_of_the_pictures_are_found(tmp_path: Path) -> None:
    draw(tmp_path / "girl.png")
    for name in ("girl.npz", "girl_te_outputs.npz", "notes.npz", "other_te_outputs.npz"):
        (tmp_path / name).touch()
    found = scan_folder(tmp_path)
    assert [file.path.name for file in found.old_latents] == ["girl.npz"]
    assert [(file.path.name, file.stem) for file in found.text_caches] == [("girl_te_outputs.npz", "girl")]


def test_pictures_far_down_are_counted(tmp_path: Path) -> None:
    draw(tmp_path / "taken.png")
    draw(tmp_path / "more" / "inner" / "one.png")
    draw(tmp_path / "more" / ".cache" / "two.png")
    assert scan_folder(tmp_path).nested == ((tmp_path / "more", 1),)


def test_links_that_lead_back_up_are_not_followed(tmp_path: Path) -> None:
    draw(tmp_path / "a.png")
    draw(tmp_path / "more" / "b.png")
    (tmp_path / "loop").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "more" / "again").symlink_to(tmp_path / "more", target_is_directory=True)
    assert scan_folder(tmp_path).nested == ((tmp_path / "more", 1),)


@pytest.mark.timeout(20)
def test_what_is_no_file_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    (tmp_path / "circle.png").symlink_to(tmp_path / "circle.png")
    assert [one.fault for one in scan_folder(tmp_path).unreadable] == [Fault.BROKEN, Fault.BROKEN]


def test_why_a_picture_cannot_be_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.png").touch()
    (tmp_path / "b.png").write_bytes(bomb())
    (tmp_path / "c.png").write_bytes(b"<html>")
    assert [one.fault for one in scan_folder(tmp_path).unreadable] == [Fault.EMPTY, Fault.BOMB, Fault.BROKEN]

    def refuse(path: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("kohya_driver.dataset.scan.read_header", refuse)
    assert {one.fault for one in scan_folder(tmp_path).unreadable} == {Fault.REFUSED}


def test_what_systems_leave_behind_is_told_apart(tmp_path: Path) -> None:
    draw(tmp_path / "a.png")
    for name in ("._a.png", ".DS_Store", "Thumbs.db", ".hidden"):
        (tmp_path / name).write_bytes(b"x")
    assert [path.name for path in scan_folder(tmp_path).junk] == [".DS_Store", "._a.png", "Thumbs.db"]
