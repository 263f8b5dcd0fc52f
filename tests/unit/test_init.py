"""From photos to a project: what is made, and what a second time changes."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from kohya_driver import api, files, texts
from kohya_driver.errors import DriverError, Severity, UsageError
from kohya_driver.files import parse_toml
from kohya_driver.prepare.steps import CropWish, Cutting, OnDone
from kohya_driver.preset.load import load_preset
from tests.preparing import FakeSteps, init, tree
from tests.project import CPU, write_base, write_picture

PROJECT = "项目 一"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KOHYA_DRIVER_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "照片"
    for number in (1, 2, 10):
        write_picture(folder / f"IMG_{number}.png", (90, 60 + number), caption=None)
    return folder


def codes(report: object) -> set[str]:
    return {finding.code for finding in report.findings}  # type: ignore[attr-defined]


def image(folder: Path) -> dict[str, bytes]:
    return tree(folder / PROJECT / "image")


def test_a_project_that_trains_as_it_is(tmp_path: Path, photos: Path) -> None:
    before = tree(photos)
    report = init(tmp_path)
    project = tmp_path / PROJECT
    assert sorted(path.name for path in project.iterdir()) == [
        "image", "log", "manifest.json", "models", "preset.toml",
    ]  # fmt: skip
    assert sorted(image(tmp_path)) == [
        f"6_ningguang/000{n}.{end}" for n in (1, 2, 3) for end in ("png", "txt")
    ]
    assert image(tmp_path)["6_ningguang/0001.txt"].startswith(b"ningguang, colour ")
    plan = api.plan(load_preset(report.preset), host=CPU)
    assert not [finding for finding in plan.findings if finding.severity is Severity.ERROR]
    assert (plan.images, plan.repeats, plan.epochs) == (3, 18, 10)
    assert tree(photos) == before
    assert not list(tmp_path.glob(".*"))


def test_the_manifest_says_where_each_file_comes_from(tmp_path: Path, photos: Path) -> None:
    init(tmp_path)
    data = json.loads((tmp_path / PROJECT / "manifest.json").read_text(encoding="utf-8"))
    assert [Path(one["source"]).name for one in data["files"]] == ["IMG_1.png", "IMG_2.png", "IMG_10.png"]
    first = data["files"][0]
    assert first["picture"] == "image/6_ningguang/0001.png"
    assert first["tag_model"] == "fake-v1" and first["caption_from"] == "tags"
    assert first["box"] and first["flags"] == ["no-face"]
    folder = tmp_path / PROJECT
    assert first["picture_sha256"] == files.sha256(folder / first["picture"])
    assert first["caption_sha256"] == files.sha256(folder / first["caption"])
    assert first["source_sha256"] == files.sha256(photos / "IMG_1.png")


def test_a_second_time_it_does_nothing(tmp_path: Path, photos: Path) -> None:
    init(tmp_path)
    before = tree(tmp_path / PROJECT)
    steps = FakeSteps()
    report = init(tmp_path, steps)
    assert (steps.cut, steps.tagged) == ([], 0)
    assert report.counts.unchanged == 3 and not report.counts.added
    assert tree(tmp_path / PROJECT) == before


def test_a_second_time_nothing_need_be_said(tmp_path: Path, photos: Path) -> None:
    init(tmp_path, repeats=9)
    write_picture(photos / "new.png", caption=None)
    report = init(tmp_path, images=None, trigger="", style=None, base=None)
    assert report.counts.added == 1
    assert sorted({name.partition("/")[0] for name in image(tmp_path)}) == ["9_ningguang"]


def test_only_what_differs_is_done(tmp_path: Path, photos: Path) -> None:
    init(tmp_path)
    before = image(tmp_path)
    write_picture(photos / "IMG_2.png", (100, 50), caption=None)
    write_picture(photos / "IMG_3.png", caption=None)
    (photos / "IMG_1.png").rename(photos / "renamed.png")
    (photos / "IMG_10.png").unlink()
    steps = FakeSteps()
    report = init(tmp_path, steps)
    after = image(tmp_path)
    assert sorted(steps.cut) == ["IMG_2.png", "IMG_3.png"]
    counts = report.counts
    assert (counts.added, counts.changed, counts.removed, counts.unchanged) == (1, 1, 1, 1)
    assert sorted({name[:-4] for name in after}) == [
        "6_ningguang/0001",
        "6_ningguang/0002",
        "6_ningguang/0004",
    ]
    assert after["6_ningguang/0001.png"] == before["6_ningguang/0001.png"]
    assert after["6_ningguang/0002.png"] != before["6_ningguang/0002.png"]


def test_a_line_in_crops_toml_cuts_one_picture_anew(tmp_path: Path, photos: Path) -> None:
    init(tmp_path)
    (tmp_path / PROJECT / "crops.toml").write_text('["IMG_2.png"]\nskip = false\n', encoding="utf-8")
    steps = FakeSteps()
    init(tmp_path, steps)
    assert steps.cut == ["IMG_2.png"]
    steps = FakeSteps()
    init(tmp_path, steps, resolution=64)
    assert len(steps.cut) == 3


def test_what_a_person_has_changed_stays(tmp_path: Path, photos: Path) -> None:
    init(tmp_path)
    folder = tmp_path / PROJECT / "image" / "6_ningguang"
    (folder / "0001.txt").write_text("ningguang, my own words\n", encoding="utf-8")
    shutil.copy(folder / "0002.png", folder / "0003.png")
    write_picture(folder / "mine.png", caption="ningguang, mine")
    preset = tmp_path / PROJECT / "preset.toml"
    edited = preset.read_text(encoding="utf-8").replace("dim = 16", "dim = 32")
    preset.write_text(edited, encoding="utf-8")
    write_picture(photos / "IMG_1.png", (99, 99), caption=None)
    report = init(tmp_path, resolution=64)
    after = image(tmp_path)
    assert after["6_ningguang/0001.txt"] == b"ningguang, my own words\n"
    assert after["6_ningguang/0003.png"] == (folder / "0003.png").read_bytes()
    assert "6_ningguang/mine.png" in after and "6_ningguang/mine.txt" in after
    assert preset.read_text(encoding="utf-8") == edited
    found = {finding.code: finding for finding in report.findings}
    assert {"init.caption_kept", "init.picture_kept", "init.foreign_kept", "init.preset_differs"} <= set(
        found
    )
    assert found["init.preset_differs"].values["keys"] == "dataset.resolution"
    assert (report.counts.captions_kept, report.counts.pictures_kept) == (1, 1)


def test_a_preset_that_nobody_has_changed_is_kept_up_to_date(tmp_path: Path, photos: Path) -> None:
    report = init(tmp_path)
    init(tmp_path, resolution=64)
    assert load_preset(report.preset).dataset.resolution == 64
    text = report.preset.read_text(encoding="utf-8")
    texts.use_language("zh")
    try:
        init(tmp_path, resolution=64)
    finally:
        texts.use_language(None)
    assert report.preset.read_text(encoding="utf-8") == text


def test_a_renamed_folder_keeps_its_number(tmp_path: Path, photos: Path) -> None:
    init(tmp_path)
    tree_folder = tmp_path / PROJECT / "image"
    (tree_folder / "6_ningguang").rename(tree_folder / "8_ningguang")
    (tree_folder / "8_ningguang" / "0001.txt").write_text("ningguang, mine", encoding="utf-8")
    report = init(tmp_path)
    assert [(one.repeats, one.repeats_from) for one in report.concepts] == [(8, "kept")]
    assert report.counts.unchanged == 3
    assert sorted({name.partition("/")[0] for name in image(tmp_path)}) == ["8_ningguang"]
    report = init(tmp_path, repeats=7)
    assert [(one.repeats, one.repeats_from) for one in report.concepts] == [(7, "asked")]
    assert image(tmp_path)["7_ningguang/0001.txt"] == b"ningguang, mine"


def test_words_of_a_person_outlive_their_picture(tmp_path: Path, photos: Path) -> None:
    init(tmp_path)
    (tmp_path / PROJECT / "image/6_ningguang/0001.txt").write_text("my own words", encoding="utf-8")
    (photos / "IMG_1.png").unlink()
    report = init(tmp_path)
    kept = tmp_path / PROJECT / "removed/image/6_ningguang/0001.txt"
    assert kept.read_text(encoding="utf-8") == "my own words"
    assert "init.removed_kept" in codes(report)


def test_latents_of_what_has_changed_are_not_used_again(tmp_path: Path, photos: Path) -> None:
    init(tmp_path)
    folder = tmp_path / PROJECT / "image" / "6_ningguang"
    for name in ("0001_0064x0064_sd.npz", "0002_0064x0064_sd.npz", "mine.npz"):
        (folder / name).write_bytes(b"latents")
    write_picture(photos / "IMG_2.png", (100, 50), caption=None)
    init(tmp_path)
    assert sorted(path.name for path in folder.glob("*.npz")) == ["0001_0064x0064_sd.npz", "mine.npz"]


def test_everything_in_the_trees_that_is_a_persons_stays(tmp_path: Path, photos: Path) -> None:
    init(tmp_path)
    names = (
        "notes.txt",
        ".kohya-driver/backup/0001.txt",
        "6_ningguang/.kohya-driver/backup/0001.txt",
        "2_own/x.txt",
    )
    for name in names:
        path = tmp_path / PROJECT / "image" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name, encoding="utf-8")
    write_picture(photos / "new.png", caption=None)
    init(tmp_path, repeats=8)
    after = image(tmp_path)
    assert {name.replace("6_ningguang", "8_ningguang") for name in names} <= set(after)


class WritesMeanwhile(FakeSteps):
    """Somebody saves a caption while pictures are cut."""

    def crop(self, pictures: Mapping[str, Path], target: Path, wish: CropWish, on_done: OnDone) -> Cutting:
        project = target.parents[3] if target.parents[2].name == ".partial" else target.parents[4]
        own = project / "image" / "6_ningguang" / "0001.txt"
        if own.is_file():
            own.unlink()
            own.write_text("ningguang, just now", encoding="utf-8")
        return super().crop(pictures, target, wish, on_done)


def test_what_is_written_meanwhile_is_not_lost(tmp_path: Path, photos: Path) -> None:
    init(tmp_path)
    write_picture(photos / "new.png", caption=None)
    with pytest.raises(DriverError) as caught:
        init(tmp_path, WritesMeanwhile())
    assert caught.value.code == "init.changed_meanwhile"
    assert image(tmp_path)["6_ningguang/0001.txt"] == b"ningguang, just now"
    assert init(tmp_path).counts.captions_kept == 1


def test_captions_of_the_source_come_along(tmp_path: Path, photos: Path) -> None:
    (photos / "IMG_1.txt").write_bytes("\ufeff1girl, ningguang, smile\n".encode())
    (photos / "IMG_2.txt").write_bytes("凝光，微笑".encode("gb18030"))
    (photos / "IMG_10.caption").write_text("a photo of Ningguang, who smiles\nin the rain", encoding="utf-8")
    steps = FakeSteps()
    report = init(tmp_path, steps)
    assert steps.tagged == 0
    texts_made = [image(tmp_path)[f"6_ningguang/000{n}.txt"].decode() for n in (1, 2, 3)]
    assert texts_made == [
        "ningguang, 1girl, smile\n",
        "ningguang, 凝光，微笑\n",
        "a photo of Ningguang, who smiles, in the rain\n",
    ]
    assert report.counts.captions_from_source == 3
    assert "init.caption_guessed" in codes(report)


@pytest.mark.parametrize(
    ("existing", "expected"), [("skip", "ningguang, smile"), ("merge", "ningguang, smile, c"), ("overwrite", "ningguang, c")]
)  # fmt: skip
def test_existing_captions(tmp_path: Path, photos: Path, existing: str, expected: str) -> None:
    (photos / "IMG_1.txt").write_text("smile", encoding="utf-8")
    init(tmp_path, existing=existing)
    assert image(tmp_path)["6_ningguang/0001.txt"].decode().startswith(expected)


def test_without_a_tagger_the_trigger_alone_and_a_word_about_it(tmp_path: Path, photos: Path) -> None:
    report = init(tmp_path, FakeSteps(has_tagger=False))
    assert image(tmp_path)["6_ningguang/0001.txt"] == b"ningguang\n"
    assert {"init.no_tagger", "init.trigger_only"} <= codes(report)
    assert report.counts.captions_trigger_only == 3
    again = init(tmp_path, FakeSteps())
    assert again.counts.captions_from_tags == 3
    assert b"colour" in image(tmp_path)["6_ningguang/0001.txt"]
    with pytest.raises(DriverError):
        init(tmp_path, FakeSteps(has_tagger=False), tag="some-model")


def test_tags_are_not_thrown_away_for_want_of_a_tagger(tmp_path: Path, photos: Path) -> None:
    init(tmp_path)
    before = image(tmp_path)
    assert init(tmp_path, tag="none").counts.captions_new == 0
    write_picture(photos / "IMG_1.png", (95, 95), caption=None)
    report = init(tmp_path, FakeSteps(has_tagger=False), tag="auto")
    after = image(tmp_path)
    assert after["6_ningguang/0001.png"] != before["6_ningguang/0001.png"]
    assert after["6_ningguang/0001.txt"] == before["6_ningguang/0001.txt"]
    assert "init.no_tagger" in codes(report)
    again = init(tmp_path)
    assert again.counts.captions_new == 1
    assert image(tmp_path)["6_ningguang/0001.txt"] != before["6_ningguang/0001.txt"]
    assert init(tmp_path, tag="another").counts.captions_new == 3


def test_no_tagging_on_request(tmp_path: Path, photos: Path) -> None:
    steps = FakeSteps()
    report = init(tmp_path, steps, tag="none")
    assert steps.tagged == 0
    assert "init.trigger_only" in codes(report) and "init.no_tagger" not in codes(report)


def test_several_concepts_and_regularization_images(tmp_path: Path, photos: Path) -> None:
    write_picture(tmp_path / "裙" / "a.png", caption=None)
    write_picture(tmp_path / "girl" / "b.png", caption=None)
    report = init(
        tmp_path,
        FakeSteps(has_tagger=False),
        concepts=(("dress 裙", tmp_path / "裙"),),
        reg=tmp_path / "girl",
    )
    found = tree(tmp_path / PROJECT)
    assert found["image/6_dress 裙/0001.txt"].decode() == "ningguang, dress 裙\n"
    assert found["reg/1_girl/0001.txt"] == b"girl\n"
    assert len(report.concepts) == 3
    plan = api.plan(load_preset(report.preset), host=CPU)
    assert not [finding for finding in plan.findings if finding.severity is Severity.ERROR]
    again = init(tmp_path, FakeSteps(has_tagger=False))
    assert [one.folder for one in again.concepts] == ["image/6_ningguang"]
    assert again.counts.removed == 2
    assert not any(name.startswith("reg/") for name in tree(tmp_path / PROJECT))
    assert load_preset(report.preset).dataset.reg_data_dir is None


def test_a_tree_is_taken_over_as_it_is(tmp_path: Path) -> None:
    picture = write_picture(
        tmp_path / "old" / "img" / "7_宁 光" / "a_b_c_d_e.png", caption="ningguang, smile"
    )
    write_picture(tmp_path / "old" / "img" / "2_other" / "x.png", caption="ningguang, x")
    write_picture(tmp_path / "old" / "reg" / "1_girl" / "r.png", caption="girl")
    steps = FakeSteps()
    report = init(tmp_path, steps, images=tmp_path / "old")
    found = tree(tmp_path / PROJECT)
    assert found["image/7_宁 光/0001.png"] == picture.read_bytes()
    assert found["image/7_宁 光/0001.txt"] == b"ningguang, smile\n"
    assert {one.folder for one in report.concepts} == {"image/7_宁 光", "image/2_other", "reg/1_girl"}
    assert {one.repeats_from for one in report.concepts} == {"folder"}
    assert steps.cut == []


def test_auto_repeats_are_told(tmp_path: Path, photos: Path) -> None:
    report = init(tmp_path, repeats="auto")
    assert [(one.repeats, one.repeats_from) for one in report.concepts] == [(10, "auto")]


@pytest.mark.parametrize("family", ["sd15", "sd2", "sdxl"])
@pytest.mark.parametrize("style", ["anime", "realistic"])
def test_the_preset_of_each_style_and_family(tmp_path: Path, photos: Path, style: str, family: str) -> None:
    write_base(tmp_path / "base.safetensors", family)
    report = init(tmp_path, style=style)
    assert (report.family, report.resolution) == (family, {"sd15": 512, "sd2": 768, "sdxl": 1024}[family])
    for language in texts.LANGUAGES:
        texts.use_language(language)
        try:
            report.preset.unlink()
            init(tmp_path, style=style)
        finally:
            texts.use_language(None)
        preset = load_preset(report.preset)
        plan = api.plan(preset, host=CPU)
        wrong = {
            finding.code
            for finding in plan.findings
            if finding.code.split(".")[0] in ("preset", "network", "learning", "dataset")
        }
        assert not wrong - {"dataset.picture_enlarged"}, plan.findings
        assert preset.dataset.shuffle_caption is (style == "anime")
        assert preset.network.alpha == (preset.network.dim or 0) / 2
        assert preset.network.dim == {"anime": 16, "realistic": 32 if family == "sdxl" else 64}[style]
    comments = [line for line in report.preset.read_text(encoding="utf-8").splitlines() if line[:1] == "#"]
    assert any("触发词" in line for line in comments)


def test_bad_pictures_are_named_and_the_rest_goes_on(tmp_path: Path, photos: Path) -> None:
    (photos / "broken.png").write_bytes((photos / "IMG_1.png").read_bytes()[:60])
    (photos / "notes.pdf").write_bytes(b"x")
    report = init(tmp_path)
    assert report.counts.added == 3
    assert {"init.passed_over", "prepare.truncated"} <= codes(report) | {"prepare.truncated"}
    assert any(finding.where.endswith("broken.png") for finding in report.findings)


def test_nothing_left_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "照片").mkdir()
    (tmp_path / "照片" / "a.png").write_bytes(b"x")
    with pytest.raises(DriverError) as caught:
        init(tmp_path)
    assert caught.value.code == "init.nothing_left"
    assert not (tmp_path / PROJECT).exists() and not list(tmp_path.glob(".*"))


def test_a_dry_run_writes_nothing(tmp_path: Path, photos: Path, home: Path) -> None:
    report = init(tmp_path, dry_run=True)
    assert report.dry_run and report.counts.added == 3
    assert not (tmp_path / PROJECT).exists() and not home.exists()
    init(tmp_path)
    before = tree(tmp_path)
    write_picture(photos / "x.png", caption=None)
    assert init(tmp_path, dry_run=True).counts.added == 1
    assert {name: data for name, data in tree(tmp_path).items() if name != "照片/x.png"} == before


def listed(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if "home" not in path.parts)


def refused(tmp_path: Path, **asked: object) -> str:
    before = listed(tmp_path)
    with pytest.raises(DriverError) as caught:
        init(tmp_path, **asked)  # type: ignore[arg-type]
    assert str(caught.value)
    assert listed(tmp_path) == before
    return caught.value.code


def test_source_and_project_must_be_apart(tmp_path: Path, photos: Path) -> None:
    write_base(tmp_path / "base.safetensors")
    project = tmp_path / PROJECT
    assert refused(tmp_path, images=tmp_path) == "init.target_in_source"
    project.symlink_to(photos)
    assert refused(tmp_path) == "init.source_is_target"
    project.unlink()
    (photos / "inner").mkdir()
    project.symlink_to(photos / "inner")
    assert refused(tmp_path) == "init.target_in_source"
    project.unlink()
    write_picture(project / "raw" / "a.png")
    assert refused(tmp_path, images=project / "raw") == "init.source_in_target"
    (photos / "link").symlink_to(project)
    assert refused(tmp_path) == "init.source_in_target"


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"trigger": ""}, "init.missing"),
        ({"trigger": "a, b"}, "init.trigger"),
        ({"repeats": 0}, "init.repeats"),
        ({"repeats": 1000}, "init.repeats"),
        ({"resolution": 3}, "init.resolution"),
        ({"concepts": (("a/b", Path("x")),)}, "init.concept_name"),
        ({"concepts": (("  ", Path("x")),)}, "init.concept_empty"),
        ({"concepts": (("6_x", Path("x")),)}, "init.concept_number"),
        ({"images": Path("nowhere")}, "prepare.folder_missing"),
        ({"base": Path("nowhere.safetensors")}, "engine.weights_missing"),
    ],
)
def test_what_cannot_be_is_refused(tmp_path: Path, photos: Path, asked: dict[str, object], code: str) -> None:
    write_base(tmp_path / "base.safetensors")
    assert refused(tmp_path, **asked) == code


def test_names_that_differ_by_case_only_are_one_folder_on_a_mac(tmp_path: Path, photos: Path) -> None:
    write_picture(tmp_path / "x" / "a.png")
    write_base(tmp_path / "base.safetensors")
    assert refused(tmp_path, concepts=(("NingGuang", tmp_path / "x"),)) == "init.concept_twice"


def test_a_folder_of_somebody_elses_is_not_touched(tmp_path: Path, photos: Path) -> None:
    write_base(tmp_path / "base.safetensors")
    write_picture(tmp_path / PROJECT / "image" / "6_x" / "a.png")
    assert refused(tmp_path) == "init.not_ours"


def test_a_lora_is_no_base(tmp_path: Path, photos: Path) -> None:
    from tests.project import write_safetensors

    write_safetensors(tmp_path / "base.safetensors", {"lora_unet_x.lora_down.weight": (4, 4)})
    assert refused(tmp_path) == "init.base_family"


def test_a_trigger_in_chinese_with_blanks(tmp_path: Path, photos: Path) -> None:
    report = init(tmp_path, FakeSteps(has_tagger=False), trigger=" 凝光  大人 ")
    assert report.concepts[0].folder == "image/6_凝光 大人"
    assert image(tmp_path)["6_凝光 大人/0001.txt"].decode() == "凝光 大人\n"
    assert parse_toml(report.preset.read_text(encoding="utf-8"))["dataset"]["trigger"] == "凝光 大人"


def test_a_broken_manifest_is_said(tmp_path: Path, photos: Path) -> None:
    init(tmp_path)
    (tmp_path / PROJECT / "manifest.json").write_text("{", encoding="utf-8")
    with pytest.raises(DriverError) as caught:
        init(tmp_path)
    assert caught.value.code == "init.manifest_broken"


def test_usage_errors_are_usage_errors(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        init(tmp_path, images=None)
