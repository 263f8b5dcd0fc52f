"""What the embedded engine carries out, against the catalogue of sd-scripts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kohya_driver import api
from kohya_driver.engine.catalogue import load_catalogue
from kohya_driver.engine.embedded import scope
from tests.project import write_base, write_picture

SCRIPT = "train_network"


def test_every_option_is_one_of_the_engines() -> None:
    catalogue = load_catalogue()
    for name, values in scope.OPTIONS.items():
        option = catalogue.option(SCRIPT, name)
        assert option is not None, name
        if option.action == "store_true":
            assert values in (scope.ON_OR_OFF, scope.OFF), name
        if option.choices:
            assert set(values) <= set(option.choices), name
    assert set(scope.PAIRS) <= set(scope.OPTIONS)


@pytest.mark.parametrize(
    ("keys", "places"),
    [(scope.DATASET_KEYS, {"dreambooth_dataset"}), (scope.SUBSET_KEYS, {"dreambooth_subset"})],
)
def test_every_dataset_key_is_one_of_the_engines(keys: dict[str, Any], places: set[str]) -> None:
    known = load_catalogue().dataset_keys
    for name in keys:
        assert places <= set(known[name].places), (name, known[name].places)


@pytest.mark.parametrize("shipped", ["sd15-anime-character", "sd15-realistic-person"])
def test_shipped_presets_are_carried_out_whole(shipped: str, tmp_path: Path) -> None:
    write_picture(tmp_path / "image" / "1_ning" / "a.png", (512, 512), "ning")
    base = write_base(tmp_path / "base.safetensors")
    preset = api.load_preset(shipped, images=tmp_path / "image", base=base, trigger="ning")
    plan = api.plan(preset)
    assert not list(scope.outside_training(plan.training_config))
    assert not list(scope.outside_dataset(plan.dataset_config))


OUTSIDE: list[tuple[dict[str, Any], list[str]]] = [
    ({"v2": True, "fp8_base": True}, ["v2 = True (option)", "fp8_base = True (option)"]),
    ({"v2": False, "network_dim": 4}, []),
    ({"optimizer_type": "Lion"}, ["optimizer_type = 'Lion' (option): only 'AdamW', 'adamw'"]),
    ({"max_data_loader_n_workers": 0}, []),
    ({"max_data_loader_n_workers": 2}, ["max_data_loader_n_workers = 2 (option): only 0"]),
    ({"max_data_loader_n_workers": False}, ["max_data_loader_n_workers = False (option): only 0"]),
    ({"cache_latents": 1}, ["cache_latents = 1 (option): only True, False"]),
    ({"network_args": ["conv_dim=4"]}, ["conv_dim = '4' (network_args)"]),
    ({"optimizer_args": ["weight_decay=0.1", "fused=True"]}, ["fused = 'True' (optimizer_args)"]),
    ({"no_such_option": 3}, ["no_such_option = 3 (option)"]),
]


@pytest.mark.parametrize(("options", "lines"), OUTSIDE)
def test_what_is_outside_is_named(options: dict[str, Any], lines: list[str]) -> None:
    assert list(scope.words(scope.outside_training(options))) == lines


def test_dataset_keys_outside_are_named_wherever_they_stand() -> None:
    config = {
        "general": {"color_aug": True, "shuffle_caption": True},
        "datasets": [
            {
                "resolution": 512,
                "validation_split": 0.1,
                "token_warmup_step": 0,
                "subsets": [{"image_dir": "a", "alpha_mask": True, "flip_aug": False, "resolution": 64}],
            }
        ],
        "more": {},
    }
    assert list(scope.words(scope.outside_dataset(config))) == [
        "more = {} (dataset)",
        "color_aug = True (dataset)",
        "validation_split = 0.1 (dataset): only 0",
        "alpha_mask = True (subset)",
        "resolution = 64 (subset)",
    ]
