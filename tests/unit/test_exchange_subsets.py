"""Imported subsets and datasets: what each inherits, what --images leaves of them, and what has a wrong shape."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kohya_driver.exchange.model import Imported
from tests.exchanged import imported, write

NETWORK = {"type": "lora", "linear": 4}


def fates(result: Imported) -> dict[str, tuple[str, str]]:
    return {item.key: (item.fate, item.why) for item in result.items}


def dataset(folder: Path, text: str, **more: Any) -> Imported:
    return imported(write(folder, "dataset.toml", text), **more)


def ai(folder: Path, process: dict[str, Any], **more: Any) -> Imported:
    table = {"job": "extension", "config": {"name": "a", "process": [{"network": NETWORK, **process}]}}
    return imported(write(folder, "a.json", table), **more)


def one(folder: Path, table: dict[str, Any], **more: Any) -> Imported:
    return imported(write(folder, "one.json", {"training_method": "LORA", "lora_rank": 4, **table}), **more)


TWO_SETS = """\
[general]
keep_tokens = 3
[[datasets]]
resolution = 512
keep_tokens = 2
shuffle_caption = true
num_repeats = 4
[[datasets.subsets]]
image_dir = "9_a"
[[datasets.subsets]]
image_dir = "b"
keep_tokens = 1
[[datasets]]
resolution = 512
flip_aug = true
[[datasets.subsets]]
image_dir = "7_c"
"""


def test_a_set_inherits_nothing_of_another(tmp_path: Path) -> None:
    result = dataset(tmp_path, TWO_SETS)
    assert result.values["dataset"]["subsets"] == [
        {"keep_tokens": 2, "shuffle_caption": True, "num_repeats": 4, "image_dir": "9_a"},
        {"keep_tokens": 1, "shuffle_caption": True, "num_repeats": 4, "image_dir": "b"},
        {"flip_aug": True, "num_repeats": 1, "image_dir": "7_c"},
    ]
    assert result.values["dataset"]["keep_tokens"] == 3 and result.values["dataset"]["resolution"] == 512
    assert "shuffle_caption" not in result.values["dataset"]
    assert fates(result)["datasets[0].keep_tokens"] == ("taken", "on_subsets")
    assert fates(result)["datasets[1].resolution"] == ("default", "same_as")


def test_what_all_sets_say_is_said_once(tmp_path: Path) -> None:
    text = '[[datasets]]\nkeep_tokens = 2\n[[datasets.subsets]]\nimage_dir = "a"\n'
    result = dataset(tmp_path, text * 2)
    assert result.values["dataset"]["keep_tokens"] == 2
    assert result.values["dataset"]["subsets"] == [{"image_dir": "a", "num_repeats": 1}] * 2


SHARED = """\
[general]
shuffle_caption = true
[[datasets]]
[[datasets.subsets]]
image_dir = "/a"
num_repeats = 6
caption_extension = ".txt"
keep_tokens = 2
flip_aug = false
class_tokens = "x"
alpha_mask = true
[[datasets.subsets]]
image_dir = "/b"
num_repeats = 6
caption_extension = ".txt"
keep_tokens = 2
alpha_mask = true
[[datasets.subsets]]
image_dir = "/reg"
is_reg = true
num_repeats = 1
"""


def test_images_replace_only_where_they_are(tmp_path: Path) -> None:
    result = dataset(tmp_path, SHARED, images="here")
    values = result.values["dataset"]
    assert values["train_data_dir"] == "here" and "subsets" not in values
    assert values["num_repeats"] == 6 and values["keep_tokens"] == 2 and values["caption_extension"] == ".txt"
    assert values["shuffle_caption"] is True and result.values["engine_options"] == {"alpha_mask": True}
    found = fates(result)
    subset = "datasets[0].subsets"
    assert found[f"{subset}[0].image_dir"] == ("default", "overruled")
    assert found[f"{subset}[1].keep_tokens"] == ("default", "same_as")
    assert found[f"{subset}[0].flip_aug"] == ("default", "same"), "off is what the other one has too"
    assert found[f"{subset}[0].class_tokens"] == ("left", "not_for_all")
    assert {found[f"{subset}[2].{name}"] for name in ("image_dir", "is_reg", "num_repeats")} == {
        ("left", "reg_images")
    }


def test_images_and_what_every_subset_says_otherwise(tmp_path: Path) -> None:
    text = SHARED.replace("shuffle_caption = true", "keep_tokens = 1")
    result = dataset(tmp_path, text, images="here")
    assert result.values["dataset"]["keep_tokens"] == 2
    assert fates(result)["general.keep_tokens"] == ("default", "overruled")


def test_images_and_repeats_that_the_file_does_not_say(tmp_path: Path) -> None:
    """Without a word each picture is shown once there, whatever the folder is called."""
    result = dataset(tmp_path, '[[datasets]]\n[[datasets.subsets]]\nimage_dir = "/9_a"\n', images="here")
    assert result.assumed["dataset.num_repeats"] == 1 and result.values["dataset"]["num_repeats"] == 1


def test_images_with_other_programs(tmp_path: Path) -> None:
    result = ai(
        tmp_path, {"datasets": [{"folder_path": "/a", "num_repeats": 3, "shuffle_tokens": True}]}, images="x"
    )
    assert (
        result.values["dataset"]["num_repeats"] == 3 and result.values["dataset"]["shuffle_caption"] is True
    )
    concept = {"path": "/a", "balancing": 4.0, "text": {"enable_tag_shuffling": True, "keep_tags_count": 2}}
    result = one(tmp_path, {"concepts": [concept]}, images="x")
    values = result.values["dataset"]
    assert (values["num_repeats"], values["keep_tokens"], values["shuffle_caption"]) == (4, 2, True)
    assert not result.of_fate("left")


def test_a_trigger_of_the_command_is_told(tmp_path: Path) -> None:
    result = ai(tmp_path, {"trigger_word": "old"}, trigger="new")
    assert result.values["dataset"]["trigger"] == "new"
    assert fates(result)["config.process[0].trigger_word"] == ("default", "overruled")


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        ({"folder_path": "/a", "num_repeats": None}, ("default", "unset")),
        ({"folder_path": "/a", "num_repeats": "x"}, ("left", "no_place")),
        ({"folder_path": "/a", "num_repeats": 2}, ("taken", "")),
        ({"num_repeats": 2}, ("left", "no_folder")),
    ],
)
def test_repeats_of_aitoolkit(tmp_path: Path, entry: dict[str, Any], why: tuple[str, str]) -> None:
    result = ai(tmp_path, {"datasets": [entry, {"folder_path": "/b", "buckets": None}]})
    assert fates(result)["config.process[0].datasets[0].num_repeats"] == why
    subsets = result.values["dataset"]["subsets"]
    assert subsets[-1] == {"image_dir": "/b", "num_repeats": 1}
    assert "num_repeats = " in result.text


def test_the_first_dataset_of_aitoolkit_holds(tmp_path: Path) -> None:
    sets = [
        {"folder_path": "/a", "resolution": [512], "trigger_word": "one", "cache_latents_to_disk": True},
        {"folder_path": "/b", "resolution": 768, "trigger_word": "two", "cache_latents_to_disk": True},
    ]
    result = ai(tmp_path, {"datasets": sets})
    found, place = fates(result), "config.process[0].datasets"
    assert result.values["dataset"]["resolution"] == 512 and result.values["dataset"]["trigger"] == "one"
    assert found[f"{place}[1].resolution"] == ("left", "one_set")
    assert found[f"{place}[1].trigger_word"] == ("left", "one_trigger")
    assert found[f"{place}[1].cache_latents_to_disk"] == ("default", "same_as")
    result = ai(tmp_path, {"datasets": sets, "trigger_word": "two"})
    found = fates(result)
    assert result.values["dataset"]["trigger"] == "two"
    assert found[f"{place}[0].trigger_word"] == ("left", "one_trigger")
    assert found[f"{place}[1].trigger_word"] == ("default", "same_as")


BAD_SUBSETS = """\
[[datasets]]
[[datasets.subsets]]
metadata_file = "m.json"
image_dir = "/fine"
[[datasets.subsets]]
image_dir = "/a"
keep_tokens = -1
num_repeats = 0
[[datasets.subsets]]
image_dir = "/b"
keep_tokens = 2
[[datasets.subsets]]
image_dir = 3
keep_tokens = 2
"""


def test_a_bad_subset_is_left_alone(tmp_path: Path) -> None:
    result = dataset(tmp_path, BAD_SUBSETS)
    assert result.values["dataset"]["subsets"] == [
        {"image_dir": "/a"},
        {"image_dir": "/b", "keep_tokens": 2, "num_repeats": 1},
    ]
    place = "datasets[0].subsets"
    assert {key: value for key, value in fates(result).items() if value[0] == "left"} == {
        f"{place}[0].metadata_file": ("left", "fine_tuning"), f"{place}[0].image_dir": ("left", "fine_tuning"),
        f"{place}[1].keep_tokens": ("left", "no_place"), f"{place}[1].num_repeats": ("left", "no_place"),
        f"{place}[3].image_dir": ("left", "fine_tuning"), f"{place}[3].keep_tokens": ("left", "fine_tuning"),
    }  # fmt: skip
    assert f'# {place}[2].image_dir = "/b"\nimage_dir = "/b"' in result.text


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("datasets = [3]\n[general]\nkeep_tokens = 1\n", "datasets[0]"),
        ("[[datasets]]\nsubsets = [3, 'x']\n", "datasets[0].subsets[1]"),
        ("[[datasets]]\nsubsets = 'x'\n", "datasets[0].subsets"),
    ],
)
def test_sets_of_a_wrong_shape(tmp_path: Path, text: str, key: str) -> None:
    assert fates(dataset(tmp_path, text))[key] == ("left", "wrong_type")


@pytest.mark.parametrize(
    ("process", "key", "why"),
    [
        ({"datasets": {"folder_path": "/x"}}, "datasets", ("left", "wrong_type")),
        ({"datasets": []}, "datasets", ("default", "unset")),
        ({"sample": [1]}, "sample", ("left", "wrong_type")),
        ({"sample": {"prompts": "a"}}, "sample.prompts", ("left", "wrong_type")),
        ({"sample": {"prompts": ["a", 3], "sample_every": 9}}, "sample.prompts[1]", ("left", "wrong_type")),
        ({"sample": {"prompts": ["a"], "sample_every": 9}}, "sample.prompts", ("taken", "")),
        ({"sample": {"samples": {"a": 1}}}, "sample.samples", ("left", "wrong_type")),
        ({"sample": {"samples": [{"prompt": "a"}, 4], "prompts": ["b"]}}, "sample.samples[1]", ("left", "wrong_type")),
        ({"sample": {"samples": [{"prompt": "a"}], "prompts": ["b"]}}, "sample.prompts", ("default", "overruled")),
        ({"sample": {"width": "wide"}}, "sample.width", ("left", "wrong_type")),
    ],
)  # fmt: skip
def test_lists_of_aitoolkit_of_a_wrong_shape(
    tmp_path: Path, process: dict[str, Any], key: str, why: tuple[str, str]
) -> None:
    assert fates(ai(tmp_path, process))[f"config.process[0].{key}"] == why


@pytest.mark.parametrize(
    ("table", "key", "why"),
    [
        ({"concepts": "a"}, "concepts", ("left", "wrong_type")),
        ({"concepts": [3]}, "concepts[0]", ("left", "wrong_type")),
        ({"samples": {}}, "samples", ("default", "unset")),
        ({"samples": {"a": 1}}, "samples", ("left", "wrong_type")),
        ({"samples": [3]}, "samples[0]", ("left", "wrong_type")),
        ({"concepts": "a", "concept_file_name": "c.json"}, "concepts", ("left", "wrong_type")),
        ({"concepts": [{"path": "/9_a", "balancing": 2.5}]}, "concepts[0].balancing", ("taken", "rounded")),
        ({"concepts": [{"path": "/9_a", "balancing": "2"}]}, "concepts[0].balancing", ("left", "wrong_type")),
        ({"concepts": [{"path": "/9_a", "balancing": 200.0, "balancing_strategy": "SAMPLES"}]}, "concepts[0].balancing",
         ("left", "no_counterpart")),
    ],
)  # fmt: skip
def test_lists_of_onetrainer_of_a_wrong_shape(
    tmp_path: Path, table: dict[str, Any], key: str, why: tuple[str, str]
) -> None:
    write(tmp_path, "c.json", json.dumps([{"path": "/c"}]))
    result = one(tmp_path, table)
    assert fates(result)[key] == why
    subsets = result.values.get("dataset", {}).get("subsets", [])
    assert all(subset["num_repeats"] in (1, 2) for subset in subsets), "never what the folder's name says"
