"""The real crop, tagger and audit behind `init`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

from kohya_driver import api
from kohya_driver.errors import DatasetError
from kohya_driver.prepare import parts
from tests.preparing import tree
from tests.project import write_base
from tests.wd_model import write_model

SIZE = (600, 700)


@pytest.fixture
def photos(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KOHYA_DRIVER_HOME", str(tmp_path / "home"))
    folder = tmp_path / "照片"
    folder.mkdir()
    for name, colour in {"红": (255, 0, 0), "蓝": (0, 0, 255)}.items():
        Image.new("RGB", SIZE, colour).save(folder / f"{name}.png")
    return folder


def test_tags_captions_and_findings_come_from_the_real_ones(tmp_path: Path, photos: Path) -> None:
    model = write_model(tmp_path / "model")
    said: list[str] = []
    report = api.init_project(
        tmp_path / "项目", images=photos, trigger="ning", style="anime", base=write_base(tmp_path / "b.safetensors"),
        tag=str(model), detector="none", on_progress=lambda progress: said.append(progress.step),
    )  # fmt: skip
    made = tree(report.project)
    captions = sorted(data.decode() for name, data in made.items() if name.endswith(".txt"))
    assert all(caption.startswith("ning, ") and caption.count("ning,") == 1 for caption in captions)
    assert any("red eyes" in caption for caption in captions) and any(
        "blue hair" in caption for caption in captions
    )
    assert list(dict.fromkeys(said)) == ["scan", "crop", "tag", "build", "sheet", "audit"]
    assert report.counts.captions_from_tags == 2 and report.tag_model
    assert report.sheet is not None and "红.png" in report.sheet.read_text(encoding="utf-8")
    first = json.loads(made["manifest.json"])["files"][0]
    assert first["tag_model"] == report.tag_model and first["crop"]["plan"]["fit"] == first["fit"]
    again = api.init_project(report.project)
    assert again.counts.unchanged == 2
    assert tree(report.project) == made


def test_names_in_crops_toml_with_several_concepts(tmp_path: Path, photos: Path) -> None:
    base = write_base(tmp_path / "b.safetensors")
    other = tmp_path / "other"
    other.mkdir()
    Image.new("RGB", SIZE, (0, 255, 0)).save(other / "红.png")
    project = tmp_path / "项目"
    project.mkdir()
    overrides = project / "crops.toml"
    overrides.write_text('"dress/红.png" = { skip = true }\n"蓝.png" = { fit = "none" }\n', encoding="utf-8")
    Image.new("RGB", SIZE, (9, 9, 9)).save(other / "黑.png")
    report = api.init_project(
        project, images=photos, trigger="ning", style="anime", base=base, concepts=[("dress", other)], tag="none",
        detector="none",
    )  # fmt: skip
    assert {one.folder: one.pictures for one in report.concepts} == {"image/6_ning": 2, "image/6_dress": 1}
    data = json.loads((project / "manifest.json").read_text(encoding="utf-8"))
    fits = {Path(one["source"]).name: one["fit"] for one in data["files"]}
    assert fits["蓝.png"] == "none"
    overrides.write_text('"红.png" = { skip = true }\n', encoding="utf-8")
    report = api.init_project(project)
    assert "crop.override_close" in {
        finding.code for finding in report.findings
    }  # two pictures have this name
    assert sum(one.pictures for one in report.concepts) == 4


def test_without_the_detector_it_goes_on_and_says_so(
    tmp_path: Path, photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(name: str) -> None:
        raise DatasetError("crop.vision_missing")

    monkeypatch.setattr(parts, "open_detector", refuse)
    base = write_base(tmp_path / "b.safetensors")
    report = api.init_project(
        tmp_path / "p", images=photos, trigger="ning", style="anime", base=base, tag="none"
    )
    assert "init.no_detector" in {finding.code for finding in report.findings}
    with pytest.raises(DatasetError):
        api.init_project(tmp_path / "p", detector="vision")
