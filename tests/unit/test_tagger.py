"""A folder is tagged: by a model whose tags answer to colours, so that each mistake of preparation shows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy
import pytest
from PIL import Image

from kohya_driver.errors import DatasetError, UsageError
from kohya_driver.prepare import tag_run, tag_session
from kohya_driver.prepare.tag_config import Existing, TagConfig, TagProgress, TagReport
from kohya_driver.prepare.tag_models import find_model
from kohya_driver.prepare.tag_policy import CharacterTags, TagPolicy
from kohya_driver.prepare.tag_session import WdModel, read_pixels, read_rows
from kohya_driver.prepare.tagger import tag_folder
from tests.wd_model import COLOURED, ROWS, expected, list_bytes, model_bytes, write_model

BLUE, GREEN, RED, WHITE = (0, 0, 255), (0, 255, 0), (255, 0, 0), (255, 255, 255)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KOHYA_DRIVER_HOME", str(tmp_path / "home 数据"))
    return tmp_path / "home 数据"


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return write_model(tmp_path / "模型 m")


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    folder = tmp_path / "图 片"
    folder.mkdir()
    for name, colour in (("1 blue.png", BLUE), ("2 green.png", GREEN), ("10 red.png", RED)):
        Image.new("RGB", (500, 480), colour).save(folder / name)
    Image.new("RGBA", (460, 500), (0, 0, 255, 0)).save(folder / "11 clear.png")
    return folder


def tag(
    folder: Path, model: Path, existing: Existing = Existing.SKIP, batch: int = 4, **policy: Any
) -> TagReport:
    config = TagConfig(TagPolicy(**policy), model=str(model), existing=existing, batch=batch)
    return tag_folder(folder, config)


def captions(folder: Path) -> dict[str, str]:
    return {path.stem: path.read_bytes().decode() for path in folder.glob("*.txt")}


def test_colours_layout_range_and_background(pictures: Path, model: Path) -> None:
    """Blue only in BGR, white only from 0 to 255 and where transparent places are white; NHWC, or it would not run."""
    report = tag(pictures, model, trigger="ning")
    same = "long hair, very long hair, ^_^, :d, just above"
    assert captions(pictures) == {
        "1 blue": f"ning, 1girl, solo, blue hair, {same}",
        "2 green": f"ning, 1girl, solo, {same}",
        "10 red": f"ning, 1girl, solo, red eyes, {same}",
        "11 clear": f"ning, 1girl, solo, white background, {same}",
    }
    assert (report.written, report.inferred, report.cached, report.findings) == (4, 4, 0, ())
    assert (report.keep_tokens, report.extension, report.backup) == (1, ".txt", None)
    assert len(report.model_sha256) == 64


def test_thresholds_of_both_kinds(pictures: Path, model: Path) -> None:
    tag(pictures, model, characters=CharacterTags.EXPAND, threshold=0.58)
    assert captions(pictures)["2 green"] == "ningguang, genshin impact, 1girl, solo, long hair"
    tag(
        pictures,
        model,
        Existing.OVERWRITE,
        characters=CharacterTags.FIRST,
        character_threshold=0.37,
        threshold=0.7,
    )
    assert captions(pictures)["2 green"] == "ningguang (genshin impact), hatsune miku, 1girl, solo"
    assert captions(pictures)["10 red"] == "hatsune miku, 1girl, solo, red eyes"


@pytest.mark.parametrize("batch", [1, 2, 3, 8, "batch_size"])
def test_scores_whatever_the_batch(tmp_path: Path, batch: int | str) -> None:
    """Models of v1 and v2 take one picture at a time; a fixed batch is filled up."""
    folder = write_model(tmp_path / "m", model_bytes(64, batch))
    generator = numpy.random.default_rng(5)
    paths = [tmp_path / f"{number}.png" for number in range(5)]
    for path in paths:
        width, height = (int(one) for one in generator.integers(40, 200, 2))
        noise = generator.integers(0, 256, (height, width, 3), dtype=numpy.uint8)
        Image.fromarray(noise).save(path)
    loaded = WdModel(find_model(str(folder)))
    assert loaded.shape.size == 64
    pixels = [read_pixels(path, 64) for path in paths]
    size = loaded.shape.batch or 2
    found = numpy.concatenate([loaded.scores(pixels[at : at + size]) for at in range(0, 5, size)])
    assert found.shape == (5, len(ROWS))
    assert found == pytest.approx(numpy.array([expected(one) for one in pixels]), abs=1e-4)


@pytest.mark.parametrize("batch", [1, 3, "N"])
def test_a_folder_with_any_batch(pictures: Path, tmp_path: Path, batch: int | str) -> None:
    tag(pictures, write_model(tmp_path / "m", model_bytes(batch=batch)), batch=3)
    assert "blue hair" in captions(pictures)["1 blue"]
    assert "red eyes" in captions(pictures)["10 red"] and "red eyes" not in captions(pictures)["11 clear"]


def test_other_thresholds_cost_no_inference(
    pictures: Path, model: Path, monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    first = tag(pictures, model)
    before = captions(pictures)
    monkeypatch.setattr(tag_session, "make_session", None)
    again = tag(pictures, model, Existing.OVERWRITE)
    assert (again.written, again.unchanged, again.inferred, again.cached) == (0, 4, 0, 4)
    assert again.provider is None and again.backup is None and again.model_sha256 == first.model_sha256
    assert captions(pictures) == before
    other = tag(pictures, model, Existing.OVERWRITE, threshold=0.33)
    assert (other.written, other.inferred) == (4, 0)
    assert captions(pictures)["1 blue"].endswith("just above, just below")
    assert len([*(home / "tags").rglob("*.f16")]) == 4


def test_a_picture_that_changed_is_looked_at_again(pictures: Path, model: Path) -> None:
    tag(pictures, model)
    Image.new("RGB", (500, 480), RED).save(pictures / "1 blue.png")
    report = tag(pictures, model, Existing.OVERWRITE)
    assert (report.written, report.unchanged) == (1, 3)
    assert "red eyes" in captions(pictures)["1 blue"]


def test_damaged_scores_are_computed_again(pictures: Path, model: Path, home: Path) -> None:
    tag(pictures, model)
    before = captions(pictures)
    kept = sorted((home / "tags").rglob("*.f16"))
    kept[0].write_bytes(kept[0].read_bytes()[:-4])
    kept[1].write_bytes(b"\0" * len(kept[1].read_bytes()))
    kept[2].write_bytes(b"")
    report = tag(pictures, model, Existing.OVERWRITE)
    assert (report.inferred, report.cached, report.unchanged) == (3, 1, 4)
    assert captions(pictures) == before


def test_captions_that_are_there(pictures: Path, model: Path) -> None:
    old = "\ufeffOld words, ning, solo\r\n"
    (pictures / "1 blue.txt").write_text(old, encoding="utf-8", newline="")
    (pictures / "2 green.txt").write_bytes(b" \n")
    report = tag(pictures, model, trigger="ning")
    assert (report.skipped, report.written) == (1, 3)
    assert (pictures / "1 blue.txt").read_bytes() == old.encode()
    assert captions(pictures)["2 green"].startswith("ning, 1girl")
    assert [one.code for one in report.findings] == ["tag.skipped_without_trigger"]

    report = tag(pictures, model, Existing.MERGE, trigger="ning", threshold=0.7)
    assert captions(pictures)["1 blue"] == "ning, Old words, solo, 1girl, blue hair"
    assert report.backup is not None
    assert (report.backup / "1 blue.txt").read_bytes() == old.encode()
    assert tag(pictures, model, Existing.MERGE, trigger="ning", threshold=0.7).written == 0

    report = tag(pictures, model, Existing.OVERWRITE, trigger="ning", threshold=0.7)
    assert captions(pictures)["1 blue"] == "ning, 1girl, solo, blue hair"
    assert report.backup is not None
    assert "Old words" in (report.backup / "1 blue.txt").read_text(encoding="utf-8")


def test_a_caption_that_is_no_utf8(pictures: Path, model: Path) -> None:
    latin = "ning, café".encode("latin-1")
    (pictures / "1 blue.txt").write_bytes(latin)
    report = tag(pictures, model, Existing.MERGE)
    assert [one.code for one in report.findings] == ["tag.caption_not_utf8"]
    assert (pictures / "1 blue.txt").read_bytes() == latin
    report = tag(pictures, model, Existing.OVERWRITE)
    assert report.backup and (report.backup / "1 blue.txt").read_bytes() == latin
    assert captions(pictures)["1 blue"].startswith("1girl")


def test_bad_pictures_are_named_and_the_rest_goes_on(pictures: Path, model: Path) -> None:
    (pictures / "cut.png").write_bytes((pictures / "1 blue.png").read_bytes()[:400])
    (pictures / "empty.jpg").write_bytes(b"")
    (pictures / "text.webp").write_text("no picture")
    (pictures / "._1 blue.png").write_bytes(b"junk")
    report = tag(pictures, model)
    assert (report.pictures, report.written, report.failed) == (7, 4, False)
    assert sorted(Path(one.where).name for one in report.findings) == ["cut.png", "empty.jpg", "text.webp"]
    assert all(one.code.startswith("prepare.") for one in report.findings)
    assert len(captions(pictures)) == 4


def test_two_pictures_with_one_caption(pictures: Path, model: Path) -> None:
    Image.new("RGB", (500, 480), RED).save(pictures / "1 blue.jpg")
    report = tag(pictures, model)
    assert [one.code for one in report.findings] == ["tag.shared_caption"]
    assert report.written == 4


def test_folders_within_and_another_ending(pictures: Path, model: Path) -> None:
    inner = pictures / "6_ning guang"
    inner.mkdir()
    (pictures / "1 blue.png").rename(inner / "a.b.png")
    config = TagConfig(TagPolicy(), model=str(model), extension="caption")
    report = tag_folder(pictures, config)
    assert report.written == 4 and report.extension == ".caption"
    assert "blue hair" in (inner / "a.b.caption").read_text(encoding="utf-8")


def test_progress_and_json(pictures: Path, model: Path) -> None:
    seen: list[TagProgress] = []
    report = tag_folder(pictures, TagConfig(model=str(model), batch=2), seen.append)
    assert [(one.done, one.total) for one in seen] == [(done, 4) for done in range(5)]
    data = json.loads(json.dumps(report.to_json()))
    assert data["written"] == 4 and data["provider"]["provider"] == "cpu"


def test_nothing_is_done_where_the_rules_contradict(pictures: Path) -> None:
    with pytest.raises(UsageError) as caught:
        tag(pictures, Path("no such"), exclude=("a", "re:("), keep=("a",), batch=0)
    assert [one.code for one in caught.value.findings] == ["tag.bad_pattern", "tag.bad_batch"]
    with pytest.raises(UsageError) as caught:
        tag(pictures, Path("no such"))
    assert caught.value.code == "tag.unknown_model"
    assert not captions(pictures)


def test_a_list_that_does_not_fit(pictures: Path, tmp_path: Path) -> None:
    short = write_model(tmp_path / "m", names=list_bytes([*COLOURED][:-1]))
    with pytest.raises(DatasetError) as caught:
        tag(pictures, short)
    assert caught.value.code == "tag.list_mismatch"
    assert caught.value.findings[0].values == {"rows": 17, "outputs": 18}
    assert not captions(pictures)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "no rows"),
        (b"a,b\n1,2\n", "no column 'name'"),
        (b"tag_id,name,category,count\n1,x,y,2\n", "invalid literal"),
        (b"tag_id,name,category,count\n1,\xff,0,2\n", "not UTF-8"),
        (b"tag_id,name,category,count\n1\n", "int()"),
    ],
)
def test_a_list_that_cannot_be_read(content: bytes, said: str, tmp_path: Path) -> None:
    path = tmp_path / "selected_tags.csv"
    path.write_bytes(content)
    with pytest.raises(DatasetError) as caught:
        read_rows(path)
    assert caught.value.code == "tag.list_unreadable"
    assert said in str(caught.value.findings[0].values["reason"])


def test_rows_with_quotes_and_commas(tmp_path: Path) -> None:
    path = tmp_path / "selected_tags.csv"
    path.write_bytes(b'\xef\xbb\xbftag_id,name,category,count\r\n1,"a,b",0,2\r\n2,"""x""",4,1\r\n')
    assert [(row.name, row.category) for row in read_rows(path)] == [("a,b", 0), ('"x"', 4)]


@pytest.mark.parametrize(
    ("model", "code"),
    [
        (b"no model", "tag.model_not_loaded"),
        (model_bytes(shape=(1, 64, 32, 3)), "tag.model_unsuitable"),
        (model_bytes(shape=("N", "H", "W", 3)), "tag.model_unsuitable"),
    ],
    ids=["damaged", "not square", "no size"],
)
def test_a_model_of_another_kind(model: bytes, code: str, pictures: Path, tmp_path: Path) -> None:
    with pytest.raises(DatasetError) as caught:
        tag(pictures, write_model(tmp_path / "m", model))
    assert caught.value.code == code
    assert not captions(pictures)


def test_an_incomplete_folder_and_none(pictures: Path, tmp_path: Path) -> None:
    folder = write_model(tmp_path / "m")
    (folder / "selected_tags.csv").unlink()
    with pytest.raises(DatasetError) as caught:
        tag(pictures, folder)
    assert caught.value.code == "tag.model_incomplete"
    (tmp_path / "empty").mkdir()
    for place, code in ((tmp_path / "empty", "tag.no_pictures"), (tmp_path / "no", "prepare.folder_missing")):
        with pytest.raises(DatasetError) as caught:
            tag(place, folder)
        assert caught.value.code == code


def test_scores_that_are_no_numbers(pictures: Path, model: Path) -> None:
    class Broken:
        def __init__(self, real: Any) -> None:
            self._real = real

        def __getattr__(self, name: str) -> Any:
            return getattr(self._real, name)

        def run(self, *arguments: Any) -> Any:
            (found,) = self._real.run(*arguments)
            found[1] = numpy.nan
            return [found]

    def make(*arguments: Any) -> Any:
        return Broken(tag_session.make_session(*arguments))

    report = tag_folder(pictures, TagConfig(model=str(model)), make=make)
    assert [one.code for one in report.findings] == ["tag.not_finite"]
    assert report.written == 3


def test_no_more_than_two_batches_are_decoded_ahead(
    pictures: Path, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(30):
        Image.new("RGB", (20, 20), (number, 0, 0)).save(pictures / f"more {number}.png")
    decoded: list[Path] = []
    ahead: list[int] = []
    real = read_pixels

    def watched(path: Path, size: int) -> Any:
        decoded.append(path)
        return real(path, size)

    class Model(WdModel):
        def scores(self, pictures: Any) -> Any:
            ahead.append(len(decoded) - done[0])
            done[0] += len(pictures)
            return super().scores(pictures)

    done = [0]
    monkeypatch.setattr(tag_run, "read_pixels", watched)
    monkeypatch.setattr(tag_run, "WdModel", Model)
    assert tag(pictures, model, batch=3).written == 34
    assert sum(done) == 34 and max(ahead) <= 9
