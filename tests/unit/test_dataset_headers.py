"""What a picture's header and last bytes tell, against what decoding it shows."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from kohya_driver.dataset import headers
from kohya_driver.dataset.headers import look_through, read_header
from kohya_driver.dataset.model import Trait
from kohya_driver.dataset.scan import scan_folder
from tests.unit.test_dataset_scan import draw

NOISE = Image.effect_noise((300, 200), 80).convert("RGB")
KINDS = ["PNG", "JPEG", "BMP"]


def save(folder: Path, kind: str, **options: object) -> Path:
    path = folder / f"a.{kind.lower()}"
    NOISE.save(path, kind, **options)
    return path


def opens(path: Path) -> bool:
    try:
        with Image.open(path) as image:
            image.load()
    except OSError:
        return False
    return True


@pytest.fixture
def never_decode(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The pictures that were decoded all the same."""
    decoded: list[Path] = []
    real = headers._decodes

    def note(path: Path) -> bool:
        decoded.append(path)
        return real(path)

    monkeypatch.setattr(headers, "_decodes", note)
    return decoded


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("behind", [b"", b"\0" * 100, b"a camera's own words" * 500])
def test_a_whole_picture_is_known_without_decoding(
    tmp_path: Path, kind: str, behind: bytes, never_decode: list[Path]
) -> None:
    path = save(tmp_path, kind)
    path.write_bytes(path.read_bytes() + behind)
    assert read_header(path).traits is Trait.NONE
    assert not never_decode


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("share", [0.3, 0.6, 0.9, 0.999])
def test_a_cut_off_picture_is_found(tmp_path: Path, kind: str, share: float) -> None:
    path = save(tmp_path, kind)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    assert not opens(path)
    assert read_header(path).traits is Trait.TRUNCATED


@pytest.mark.parametrize("kind", KINDS)
def test_a_picture_that_lacks_nothing_but_its_end_mark_is_left_alone(tmp_path: Path, kind: str) -> None:
    path = save(tmp_path, kind)
    if kind == "PNG":
        path.write_bytes(path.read_bytes()[:-12])
    assert opens(path)
    assert Trait.TRUNCATED not in read_header(path).traits


def test_a_preview_in_the_header_does_not_hide_the_cut(tmp_path: Path) -> None:
    inner = save(tmp_path, "JPEG", quality=20)
    exif = b"Exif\0\0" + inner.read_bytes()
    path = save(tmp_path, "JPEG", exif=exif, quality=95)
    data = path.read_bytes()
    assert data.count(b"\xff\xd9") >= 2
    path.write_bytes(data[: len(data) * 2 // 3])
    assert Trait.TRUNCATED in read_header(path).traits


def test_a_file_filled_up_with_zeros_is_cut_off(tmp_path: Path) -> None:
    path = save(tmp_path, "PNG")
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2] + bytes(len(data) // 2))
    assert Trait.TRUNCATED in read_header(path).traits


def test_a_cut_off_webp_does_not_open_at_all(tmp_path: Path) -> None:
    path = save(tmp_path, "WEBP")
    path.write_bytes(path.read_bytes()[:-50])
    (found,) = scan_folder(tmp_path).unreadable
    assert found.path == path


@pytest.mark.parametrize(
    ("mode", "traits"),
    [("RGB", Trait.NONE), ("L", Trait.NONE), ("P", Trait.NONE), ("1", Trait.NONE), ("I;16", Trait.SIXTEEN_BIT),
     ("RGBA", Trait.ALPHA), ("LA", Trait.ALPHA)],
)  # fmt: skip
def test_modes(tmp_path: Path, mode: str, traits: Trait) -> None:
    Image.new(mode, (64, 64)).save(tmp_path / "a.png")
    assert read_header(tmp_path / "a.png").traits is traits


@pytest.mark.parametrize(
    ("orientation", "traits"), [(1, Trait.NONE), (6, Trait.ROTATED), (3, Trait.ROTATED), (0, Trait.NONE)]
)
@pytest.mark.parametrize("kind", ["jpg", "png", "webp"])
def test_orientation(tmp_path: Path, kind: str, orientation: int, traits: Trait) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    NOISE.save(tmp_path / f"a.{kind}", exif=exif)
    assert read_header(tmp_path / f"a.{kind}").traits is traits


@pytest.mark.parametrize("kind", ["png", "webp", "gif"])
def test_animations(tmp_path: Path, kind: str) -> None:
    frames = [Image.new("RGB", (64, 64), colour) for colour in ("red", "blue")]
    frames[0].save(tmp_path / "a", kind, save_all=True, append_images=frames[1:])
    assert Trait.ANIMATED in read_header(tmp_path / "a").traits


def test_an_opaque_alpha_channel_is_not_see_through(tmp_path: Path) -> None:
    Image.new("RGBA", (64, 64), (9, 9, 9, 255)).save(tmp_path / "opaque.png")
    Image.new("RGBA", (64, 64), (9, 9, 9, 254)).save(tmp_path / "thin.png")
    Image.new("P", (64, 64)).save(tmp_path / "palette.png", transparency=0)
    draw(tmp_path / "plain.png")
    found = scan_folder(tmp_path).transparency
    assert found.looked_at == 3
    assert [path.name for path in found.see_through] == ["palette.png", "thin.png"]


def test_only_a_few_are_looked_through(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(4):
        Image.new("RGBA", (64, 64)).save(tmp_path / f"{number}.png")
    monkeypatch.setattr(headers, "_LOOK_AT_PIXELS", 64 * 64)
    assert look_through(scan_folder(tmp_path).pictures).looked_at == 2
