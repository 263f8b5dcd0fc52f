"""Rules of folders, pictures, captions, buckets and caches (D*, I*, C*, K*, N* of the rules' table).

Each case breaks one thing in a good project, and gets exactly the finding, or the change, that belongs to it.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image

from kohya_driver import api
from kohya_driver.errors import PresetError
from kohya_driver.planning.model import Plan
from kohya_driver.preset.load import load_preset
from tests.broken_pictures import (
    a_number_without_captions,
    animated,
    another_concept,
    bomb,
    caption,
    copy_with_caption,
    cut_off,
    earlier_run,
    empty,
    face_name,
    images,
    latents,
    latents_of_an_earlier_run,
    loose_pictures,
    new_picture,
    no_captions,
    nothing,
    picture,
    reg_folder,
    renamed,
    rotated,
    saved,
    see_through,
    text_cache,
    texts_of_an_earlier_run,
)
from tests.project import CPU, MAC, write_picture, write_project

HANDLED = {
    "D01": "dataset.no_pictures",  # and dataset.no_concepts, plan.pictures_missing
    "D02": "by construction: such a folder becomes an image_dir of the dataset config",
    "D03": "dataset.repeats_missing",  # and dataset.no_concepts
    "D04": "dataset.repeats_below_one",  # and preset.out_of_range
    "D05": "by construction: a folder's name never becomes a caption; dataset.caption_missing where nothing else does",
    "D06": "dataset.nested_pictures",
    "D07": "dataset.folder_twice",
    "D08": "plan.option_owned",  # an error: the engine's own dataset config is always ours
    "D09": "preset.unknown_key_close",
    "D10": "preset.wrong_type",  # and preset.unknown_key, preset.unknown_key_elsewhere
    "D11": "plan.pictures_missing",
    "D12": "by construction: the dataset config's batch_size is the preset's train_batch_size",
    "D13": "dataset.reg_surplus",
    "D14": "by construction: presets know no metadata_file; in_json is plan.option_owned",
    "D15": "dataset.mask_missing",
    "D16": "dataset.mask_without_alpha",
    "D17": "dataset.short_batches",
    "D18": "plan.option_owned",
    "D19": "dataset.folder_not_writable",
    "D20": "preset.out_of_range",
    "D21": "by construction: presets know no conditioning_data_dir, and without it there is nothing to fit",
    "D22": "by construction: presets know no metadata_file",
    "D23": "dataset.face_range",
    "I01": "dataset.ignored_pictures",
    "I02": "dataset.unreadable",  # and dataset.zero_bytes, dataset.bomb, dataset.picture_refused
    "I03": "dataset.truncated",
    "I04": "dataset.picture_too_small",
    "I05": "dataset.rotated",
    "I06": "dataset.sixteen_bit",  # and dataset.cmyk
    "I07": "dataset.transparent",
    "I08": "dataset.animated",
    "I09": "dataset.shared_caption",  # and dataset.shared_cache, an error, where caches are kept on disk
    # Names alone (1.png, 10.png) are no fault: it takes a picture without latents beside one that has them, and then it
    # is an error, as the picture is trained at another's size.
    "I10": "dataset.latents_size",
    # Open, buckets are switched on (override dataset.buckets). Switched off by the person they stay off: that is a
    # way to train, and what it costs is said.
    "I11": "dataset.picture_cropped",  # and dataset.picture_not_resolution, an error, without cached latents
    "I12": "by construction: names that begin with a dot are not looked at",
    "I13": "dataset.picture_enlarged",
    "I14": "dataset.extreme_ratio",
    "C01": "dataset.caption_extension",
    "C02": "dataset.caption_empty",
    "C03": "dataset.caption_not_utf8",  # never rewritten: the person's only copy
    "C04": "dataset.caption_bom",  # the same; a warning, as training goes on
    "C05": "dataset.caption_lines",  # and dataset.caption_blank
    "C06": "dataset.caption_too_long",
    "C07": "preset.not_a_choice",  # and plan.option_modelled
    "C08": "dataset.caption_of_another",
    "C09": "dataset.caption_missing",  # and dataset.caption_missing_some, dataset.caption_missing_reg
    "C10": "dataset.keep_tokens_idle",
    "C11": "dataset.separator_empty",
    "C12": "dataset.dropout_all",
    "C13": "dataset.caption_braces",  # choices and further lines are what the option is for
    "C14": "dataset.caption_without_trigger",  # and dataset.trigger_typo, trigger_not_first, trigger_twice
    "C15": "dataset.dropout_every_epoch",
    "C16": "dataset.tag_twice",
    "K01": "dataset.resolution",
    "K02": "by construction: numbers for the dataset config, a string for the training config",
    "K03": "dataset.bucket_step",
    # Open, they are chosen to fit (overrides dataset.min_bucket, dataset.max_bucket). Two numbers of the person that
    # contradict each other are an error: which one is meant is not known.
    "K04": "dataset.bucket_minimum",  # and dataset.bucket_maximum
    "K05": "buckets.whole_steps",
    "K06": "dataset.bucket_limits_unused",
    "K07": "preset.out_of_range",
    "K08": "dataset.resolution_small",  # and dataset.resolution_large
    "N01": "plan.cache_and_augment",  # an error: a preset that asks for both does not say which it wants
    # Cache files are named, not deleted: they lie among a person's pictures.
    "N02": "dataset.latents_resolution",
    "N03": "dataset.latents_stale",  # a warning: a copied folder looks the same; dataset.latents_size where sizes differ
    "N04": "dataset.cache_broken",
    "N05": "dataset.latents_other_base",
    "N06": "dataset.latents_old_name",
    "N07": "dataset.text_cache_stale",  # and dataset.text_cache_other_base, dataset.text_cache_other_length
    "N08": "dataset.cache_check_off",
    "N09": "caching.on",
    "N10": "plan.text_cache_needs_fixed_captions",
    "N11": "plan.text_cache_needs_unet_only",  # an error: whether the text encoder is trained is the person's to say
    "N12": "dataset.text_cache_ignores",
    "N13": "plan.option_other_script",
    "N14": "dataset.latents_nan",
    "N15": "preset.out_of_range",
}

DISK = "training.cache_latents_to_disk=true"
TEXT_CACHE = ("engine_options.cache_text_encoder_outputs_to_disk=true", "network.train_unet_only=true")
REG = '[[dataset.subsets]]\nimage_dir = "reg"\nis_reg = true\n'


@dataclass(frozen=True)
class Case:
    """One broken project; `code` is a finding's, or the id of a change."""

    rule: str
    code: str
    severity: str = "warning"
    sets: tuple[str, ...] = ()
    make: Callable[[Path], object] = nothing
    extra: str = ""
    companions: frozenset[str] = frozenset()
    family: str = "sd15"


CASES = [
    Case("D01", "dataset.no_pictures", "error", make=empty),
    Case("D01", "dataset.no_concepts", "error", make=lambda p: shutil.rmtree(images(p))),
    Case("D03", "dataset.repeats_missing", make=another_concept("10-name")),
    Case("D03", "dataset.repeats_missing", make=another_concept("1.5_x")),
    Case("D03", "dataset.repeats_missing", "error", make=renamed("name")),
    Case("D04", "dataset.repeats_below_one", "error", make=another_concept("0_name")),
    Case("D04", "dataset.repeats_below_one", "error", make=renamed("-3_name")),
    Case("D05", "dataset.caption_missing", sets=("dataset.trigger=",), make=a_number_without_captions),
    Case("D06", "dataset.nested_pictures", make=new_picture("more/inner/a.png")),
    Case("D07", "dataset.folder_twice", "error", extra='[[dataset.subsets]]\nimage_dir = "image/6_宁 光"\n'),
    Case("D07", "dataset.folder_twice", "error", extra='[[dataset.subsets]]\nimage_dir = "image/../image/6_宁 光"\nis_reg = true\n'),
    Case("D08", "plan.option_owned", "error", ("engine_options.dataset_config=x",)),
    Case("D08", "plan.option_owned", "error", ("engine_options.train_data_dir=x",)),
    Case("D11", "plan.pictures_missing", "error", make=lambda p: (p / "preset.toml").write_text('[model]\nbase = "base.safetensors"\n')),
    Case("D13", "dataset.reg_surplus", make=reg_folder(19), extra=REG),
    Case("D14", "plan.option_owned", "error", ("engine_options.in_json=x",)),
    Case("D15", "dataset.mask_missing", "error", ("engine_options.masked_loss=true",)),
    Case("D16", "dataset.mask_without_alpha", sets=("engine_options.masked_loss=true", "engine_options.alpha_mask=true")),
    Case("D17", "dataset.short_batches", sets=("training.train_batch_size=8",)),
    Case("D18", "plan.option_owned", "error", ("engine_options.debug_dataset=true",)),
    Case("D23", "dataset.face_range", "error", ("dataset.face_crop_aug_range=[4.0, 2.0]",)),
    Case("D23", "dataset.face_range", "error", ("dataset.face_crop_aug_range=[0.0, 2.0]",)),
    Case("I01", "dataset.ignored_pictures", make=saved(Image.new("RGB", (512, 512)), "a.Jpg", "JPEG")),
    Case("I01", "dataset.ignored_pictures", make=lambda p: (images(p) / "a.heic").touch()),
    Case("I02", "dataset.unreadable", "error", make=lambda p: picture(p).write_bytes(b"<html>")),
    Case("I02", "dataset.zero_bytes", "error", make=lambda p: picture(p).write_bytes(b"")),
    Case("I02", "dataset.bomb", "error", make=lambda p: picture(p).write_bytes(bomb())),
    Case("I03", "dataset.truncated", "error", make=cut_off),
    Case("I04", "dataset.picture_too_small", "error", ("dataset.bucket_no_upscale=true",), saved(Image.new("RGB", (100, 40)))),
    Case("I05", "dataset.rotated", make=rotated),
    Case("I06", "dataset.sixteen_bit", make=saved(Image.new("I;16", (512, 512)))),
    Case("I06", "dataset.cmyk", make=saved(Image.new("CMYK", (512, 512)), "图 0.png", "JPEG")),
    Case("I07", "dataset.transparent", make=see_through),
    Case("I08", "dataset.animated", make=animated),
    Case("I09", "dataset.shared_caption", make=copy_with_caption("图 0.jpg")),
    Case("I09", "dataset.shared_cache", "error", (DISK,), copy_with_caption("图 0.jpg")),
    Case("I10", "dataset.latents_size", "error", (DISK,), lambda p: (
        write_picture(images(p) / "im1.png", (640, 480)), new_picture("im1_0.png")(p), latents("im1_0_0512x0512_sd.npz")(p))),
    Case("I11", "dataset.picture_cropped", sets=("dataset.enable_bucket=false",)),
    Case("I11", "dataset.picture_not_resolution", "error", ("dataset.enable_bucket=false", "training.cache_latents=false")),
    Case("I13", "dataset.picture_enlarged", make=saved(Image.new("RGB", (200, 200)))),
    Case("I14", "dataset.extreme_ratio", make=saved(Image.new("RGB", (512, 1600)))),
    Case("C02", "dataset.caption_empty", "error", make=caption(b"")),
    Case("C03", "dataset.caption_not_utf8", "error", make=caption("ning, 标签".encode("gbk"))),
    Case("C04", "dataset.caption_bom", make=caption(b"\xef\xbb\xbfning, 1girl")),
    Case("C05", "dataset.caption_lines", make=caption(b"ning\n1girl")),
    Case("C05", "dataset.caption_blank", make=caption(b"\nning")),
    Case("C06", "dataset.caption_too_long", make=caption(b"ning" + b", red shirt worn by her" * 4 + b", " + b"a " * 60), companions=frozenset({"dataset.tag_twice"})),
    Case("C07", "plan.option_modelled", "error", ("engine_options.max_token_length=100",), companions=frozenset({"plan.option_choice"})),
    Case("C08", "dataset.caption_of_another", make=face_name),
    Case("C09", "dataset.caption_missing", sets=("dataset.trigger=",), make=no_captions),
    Case("C09", "dataset.caption_missing_some", make=lambda p: picture(p).with_suffix(".txt").unlink()),
    Case("C09", "dataset.caption_missing_reg", make=reg_folder(3, None), extra=REG),
    Case("C10", "dataset.keep_tokens_idle", sets=("dataset.keep_tokens=1",)),
    Case("C11", "dataset.separator_empty", "error", ('dataset.caption_separator=""', "dataset.shuffle_caption=true")),
    Case("C12", "dataset.dropout_all", "error", ("dataset.caption_dropout_rate=1",)),
    Case("C12", "dataset.dropout_all", "error", ("dataset.caption_tag_dropout_rate=1.0",)),
    Case("C13", "dataset.caption_braces", sets=("dataset.enable_wildcard=true",), make=caption(b"ning, {smile}")),
    Case("C14", "dataset.caption_without_trigger", make=caption(b"1girl")),
    Case("C14", "dataset.trigger_typo", make=caption(b"nnig, 1girl")),
    Case("C14", "dataset.trigger_not_first", make=caption(b"1girl, ning")),
    Case("C14", "dataset.trigger_twice", make=caption(b"ning, 1girl, Ning")),
    Case("C16", "dataset.tag_twice", make=caption(b"ning, white_hair, white hair")),
    Case("C15", "dataset.dropout_every_epoch", "error", ("dataset.caption_dropout_every_n_epochs=1",)),
    Case("K03", "dataset.bucket_step", "error", ("dataset.bucket_reso_steps=32",)),
    Case("K03", "dataset.bucket_step", "error", ("dataset.bucket_reso_steps=48",), family="sdxl"),
    Case("K04", "dataset.bucket_minimum", "error", ("dataset.min_bucket_reso=576",)),
    Case("K04", "dataset.bucket_maximum", "error", ("dataset.max_bucket_reso=448", "dataset.bucket_no_upscale=true"),
         companions=frozenset({"dataset.bucket_limits_unused"})),
    Case("K06", "dataset.bucket_limits_unused", sets=("dataset.min_bucket_reso=256", "dataset.bucket_no_upscale=true")),
    Case("K08", "dataset.resolution_small", sets=("dataset.resolution=512",), family="sdxl"),
    Case("K08", "dataset.resolution_large", sets=("dataset.resolution=832",), companions=frozenset({"dataset.picture_enlarged"})),
    Case("N01", "plan.cache_and_augment", "error", ("dataset.color_aug=true",)),
    Case("N01", "plan.cache_and_augment", "error", ("dataset.random_crop=true",)),
    Case("N02", "dataset.latents_resolution", "error", (DISK,), latents("图 0_0512x0512_sd.npz", (256, 256))),
    Case("N03", "dataset.latents_stale", sets=(DISK,), make=latents("图 0_0512x0512_sd.npz", age_seconds=60)),
    Case("N03", "dataset.latents_size", "error", (DISK,), latents("图 0_0640x0480_sd.npz")),
    Case("N04", "dataset.cache_broken", "error", (DISK,), lambda p: (images(p) / "图 0_0512x0512_sd.npz").write_bytes(b"PK")),
    Case("N05", "dataset.latents_other_base", sets=(DISK,), make=latents_of_an_earlier_run),
    Case("N06", "dataset.latents_old_name", sets=(DISK,), make=latents("图 0.npz")),
    Case("N07", "dataset.text_cache_stale", sets=TEXT_CACHE, make=text_cache(60), family="sdxl"),
    Case("N07", "dataset.text_cache_other_base", sets=TEXT_CACHE, make=texts_of_an_earlier_run, family="sdxl",
         companions=frozenset({"dataset.text_cache_other_length"})),
    Case("N08", "dataset.cache_check_off", "error", ("engine_options.skip_cache_check=true",)),
    *(Case("N10", "plan.text_cache_needs_fixed_captions", "error", (*TEXT_CACHE, f"dataset.{what}"), family="sdxl") for what in (
        "shuffle_caption=true", "caption_dropout_rate=0.1", "caption_tag_dropout_rate=0.1", "token_warmup_step=10")),
    Case("N11", "plan.text_cache_needs_unet_only", "error", TEXT_CACHE[:1], family="sdxl"),
    *(Case("N12", "dataset.text_cache_ignores", "error", (*TEXT_CACHE, f"dataset.{what}"), family="sdxl") for what in (
        'caption_prefix="ning,"', 'caption_suffix="x"', "enable_wildcard=true", 'secondary_separator=";"', "caption_dropout_every_n_epochs=3")),
    Case("N13", "plan.option_other_script", "error", ("training.cache_text_encoder_outputs=true", "network.train_unet_only=true")),
    Case("N14", "dataset.latents_nan", "error", (DISK,), latents("图 0_0512x0512_sd.npz", value=float("nan"))),
]  # fmt: skip


def project(folder: Path, family: str = "sd15", extra: str = "") -> Path:
    sizes = [(1024, 1024), (1280, 960), (960, 1280)] if family == "sdxl" else []
    return write_project(folder / "我的 项目", family=family, extra=extra, sizes=sizes)


def plan_of(preset: Path, *sets: str, host: object = MAC) -> Plan:
    return api.plan(load_preset(preset, sets=sets), host=host)  # type: ignore[arg-type]


def found(plan: Plan) -> dict[str, str]:
    """Without what depends on how busy the machine is that runs the test."""
    return {
        one.code: str(one.severity)
        for one in plan.findings
        if one.severity != "info" and not one.code.startswith("memory.")
    }


@pytest.mark.parametrize("family", ["sd15", "sdxl"])
def test_the_good_project_has_no_finding(tmp_path: Path, family: str) -> None:
    sets = TEXT_CACHE if family == "sdxl" else ()
    assert found(plan_of(project(tmp_path, family), DISK, *sets)) == {}


@pytest.mark.parametrize("case", CASES, ids=[f"{case.rule}-{case.code}" for case in CASES])
def test_a_broken_project_gets_its_finding(tmp_path: Path, case: Case) -> None:
    preset = project(tmp_path, case.family, case.extra)
    case.make(preset.parent)
    plan = plan_of(preset, *case.sets)
    codes = found(plan)
    assert codes.get(case.code) == case.severity
    assert codes.keys() - {case.code} <= case.companions
    (finding, *_) = [one for one in plan.findings if one.code == case.code]
    assert finding.message and finding.hint and finding.where


PRESET_FAULTS = [
    ("D04", "dataset.num_repeats=0", "preset.out_of_range"),
    ("D10", 'dataset.resolution="512"', "preset.wrong_type"),
    ("D10", "dataset.flip=true", "preset.unknown_key_close"),
    ("D12", "dataset.batch_size=2", "preset.unknown_key"),
    ("D14", "dataset.metadata_file=x", "preset.unknown_key"),
    ("D20", "dataset.validation_split=1.5", "preset.out_of_range"),
    ("D20", "dataset.validation_split=-0.1", "preset.out_of_range"),
    ("C07", "model.max_token_length=100", "preset.not_a_choice"),
    ("K02", 'dataset.resolution="512,768"', "preset.wrong_type"),
    ("K07", "training.train_batch_size=0", "preset.out_of_range"),
    ("N15", "training.vae_batch_size=0", "preset.out_of_range"),
]


@pytest.mark.parametrize(
    ("rule", "line", "code"), PRESET_FAULTS, ids=[f"{r}-{c}" for r, _, c in PRESET_FAULTS]
)
def test_a_preset_that_cannot_be_read(tmp_path: Path, rule: str, line: str, code: str) -> None:
    with pytest.raises(PresetError) as caught:
        load_preset(project(tmp_path), sets=[line])
    assert [finding.code for finding in caught.value.findings] == [code]


@pytest.mark.parametrize("extra", ["[[datasets]]\nresolution = 512\n", "[general]\nresolution = 512\n"])
def test_d09_a_dataset_config_is_no_preset(tmp_path: Path, extra: str) -> None:
    with pytest.raises(PresetError) as caught:
        load_preset(project(tmp_path, extra=extra))
    assert caught.value.code.startswith("preset.unknown_key")


def test_d19_a_folder_that_may_not_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # The superuser may write anywhere, so that permissions cannot show it.
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    preset = project(tmp_path)
    assert found(plan_of(preset, DISK))["dataset.folder_not_writable"] == "error"
    assert "dataset.folder_not_writable" not in found(plan_of(preset))


def test_d02_pictures_without_a_concept_folder_are_trained(tmp_path: Path) -> None:
    preset = project(tmp_path)
    loose_pictures(preset.parent)
    plan = plan_of(preset)
    assert found(plan) == {} and plan.images == 3
    assert plan.dataset_config["datasets"][0]["subsets"][0]["image_dir"] == str(preset.parent / "image")


def test_d05_a_folder_that_is_a_number_gives_repeats_and_no_caption(tmp_path: Path) -> None:
    preset = project(tmp_path)
    renamed("10")(preset.parent)
    (dataset,) = plan_of(preset).dataset_config["datasets"]
    assert dataset["class_tokens"] == "ning"
    assert dataset["subsets"] == [{"image_dir": str(preset.parent / "image" / "10"), "num_repeats": 10}]


def test_d12_steps_come_from_the_batch_size_that_is_written(tmp_path: Path) -> None:
    plan = plan_of(project(tmp_path), "training.train_batch_size=3")
    assert plan.dataset_config["datasets"][0]["batch_size"] == 3
    assert plan.batches_per_epoch == sum(-(-bucket.count // 3) for bucket in plan.buckets)


def test_i11_buckets_are_on_unless_switched_off(tmp_path: Path) -> None:
    assert plan_of(project(tmp_path)).dataset_config["datasets"][0]["enable_bucket"] is True


def test_i12_the_macs_shadow_files_are_no_pictures(tmp_path: Path) -> None:
    preset = project(tmp_path)
    (images(preset.parent) / "._图 0.png").write_bytes(b"Mac OS X")
    plan = plan_of(preset)
    assert found(plan) == {} and plan.images == 3


def test_c01_captions_are_txt(tmp_path: Path) -> None:
    plan = plan_of(project(tmp_path))
    assert plan.dataset_config["datasets"][0]["caption_extension"] == ".txt"
    assert "dataset.caption_extension" in {change.id for change in plan.overrides}


def test_k01_k02_the_resolution_is_always_there_in_the_type_each_config_wants(tmp_path: Path) -> None:
    plan = plan_of(project(tmp_path))
    assert plan.dataset_config["datasets"][0]["resolution"] == 512
    assert plan.training_config["resolution"] == "512,512"
    plan = plan_of(project(tmp_path / "2"), "dataset.resolution=[512, 768]")
    assert plan.dataset_config["datasets"][0]["resolution"] == [512, 768]
    assert plan.training_config["resolution"] == "512,768"


def test_k04_open_limits_are_chosen_to_fit(tmp_path: Path) -> None:
    plan = plan_of(project(tmp_path), "dataset.resolution=[128, 768]")
    (dataset,) = plan.dataset_config["datasets"]
    assert dataset["min_bucket_reso"] <= 128 and dataset["max_bucket_reso"] >= 768


def test_k05_limits_become_whole_steps(tmp_path: Path) -> None:
    plan = plan_of(project(tmp_path), "dataset.min_bucket_reso=300", "dataset.max_bucket_reso=1000")
    (dataset,) = plan.dataset_config["datasets"]
    assert (dataset["min_bucket_reso"], dataset["max_bucket_reso"]) == (256, 1024)
    assert found(plan) == {}


def test_n09_what_is_kept_on_disk_is_cached(tmp_path: Path) -> None:
    plan = plan_of(project(tmp_path, "sdxl"), "training.cache_latents=false", DISK, *TEXT_CACHE)
    assert plan.training_config["cache_latents"] and plan.training_config["cache_text_encoder_outputs"]


@pytest.mark.parametrize(
    "sets",
    [
        ("dataset.shuffle_caption=true", "dataset.keep_tokens=1"),
        ("dataset.caption_tag_dropout_rate=0.1", "dataset.keep_tokens=1"),
        ("dataset.enable_bucket=false", "dataset.random_crop=true", "training.cache_latents=false", "dataset.resolution=448"),
        ("engine_options.masked_loss=true", "engine_options.alpha_mask=true"),
        ('dataset.caption_separator=""',),
    ],
)  # fmt: skip
def test_what_only_looks_like_a_mistake(tmp_path: Path, sets: tuple[str, ...]) -> None:
    preset = project(tmp_path)
    for number in range(3):
        Image.new("RGBA", (512, 512)).save(images(preset.parent) / f"图 {number}.png")
    alpha = {"dataset.transparent"}
    assert found(plan_of(preset, *sets, host=CPU)).keys() <= alpha


def test_caches_of_the_same_base_are_welcome(tmp_path: Path) -> None:
    preset = project(tmp_path)
    earlier_run(preset.parent)
    record = preset.parent / "runs" / "ning-001" / "plan.json"
    text = record.read_text(encoding="utf-8").replace(
        "old.safetensors", str(preset.parent / "base.safetensors")
    )
    record.write_text(text, encoding="utf-8")
    latents("图 0_0512x0512_sd.npz", age_seconds=-5)(preset.parent)
    assert found(plan_of(preset, DISK)) == {}


def test_every_rule_has_a_case_or_a_construction() -> None:
    tested = {case.rule for case in CASES} | {rule for rule, _, _ in PRESET_FAULTS}
    own = {"C01", "D02", "D05", "D09", "D12", "D19", "I11", "I12", "K01", "K02", "K04", "K05", "N09"}
    by_construction = {rule for rule, how in HANDLED.items() if how.startswith("by construction")}
    assert HANDLED.keys() - tested - own == by_construction - tested - own
    assert {case.rule: case.code for case in reversed(CASES)}.items() <= {
        **HANDLED, "D05": "dataset.caption_missing", "C07": "plan.option_modelled", "D14": "plan.option_owned",
    }.items()  # fmt: skip
