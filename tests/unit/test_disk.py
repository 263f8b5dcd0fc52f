"""How much a training writes, against files that the real engine wrote."""

from __future__ import annotations

from typing import Any

import pytest

from kohya_driver.planning.arguments import network_options
from kohya_driver.planning.disk import (
    DiskUse,
    disk_use,
    latents_bytes,
    lora_bytes,
    state_bytes,
    text_bytes,
)
from kohya_driver.planning.layers import TEXT_ENCODERS, TRANSFORMERS, Small, trained_numbers
from kohya_driver.planning.schedule import Saving, Schedule, checkpoints
from kohya_driver.preset.model import Network

FP16 = {"save_precision": "fp16"}


@pytest.mark.parametrize(
    ("family", "training", "measured"),
    [
        ("sd15", {"network_dim": 4}, 4_832_544),
        ("sd15", {"network_dim": 8}, 9_552_104),
        ("sdxl", {"network_dim": 4, "network_train_unet_only": True}, 21_584_588),
    ],
)
def test_a_lora_is_as_large_as_the_engine_made_it(
    family: str, training: dict[str, Any], measured: int
) -> None:
    assert lora_bytes(family, {**training, **FP16}) == pytest.approx(measured, rel=0.002)


@pytest.mark.parametrize(
    ("network", "trained", "size"),
    [
        ({"type": "lora"}, 9_437_184, 18_989_768),
        ({"type": "locon"}, 15_115_264, 30_378_340),
        ({"type": "lora-plus"}, 9_437_184, 18_989_856),
        ({"type": "lora-fa"}, 5_121_024, 18_989_776),
        ({"type": "dylora"}, 9_437_184, 18_989_832),
        ({"type": "oft"}, 24_780_800, 49_602_024),
    ],
)
def test_so_is_every_kind_of_network(network: dict[str, Any], trained: int, size: int) -> None:
    """Two steps of each on SD 1.5, as the types stand by themselves."""
    training = {**network_options(Network.model_validate(network)), **FP16}
    assert trained_numbers("sd15", training) == pytest.approx(trained, rel=0.001)
    assert lora_bytes("sd15", training) == pytest.approx(size, rel=0.002)


def test_what_makes_a_lora_larger() -> None:
    plain = lora_bytes("sd15", {"network_dim": 16, **FP16})
    assert lora_bytes("sd15", {"network_dim": 16}) == pytest.approx(2 * plain, rel=0.02)
    assert lora_bytes("sd15", FP16) < plain / 3
    conv = lora_bytes("sd15", {"network_dim": 16, "network_args": ["conv_dim=8"], **FP16})
    assert conv - plain == pytest.approx(2 * (16 * 82_880 + 8 * 544_000), rel=0.01)
    lycoris = lora_bytes("sd15", {"network_dim": 16, "network_module": "lycoris.kohya", **FP16})
    assert lycoris > conv
    parts = [
        lora_bytes("sd15", {"network_dim": 16, name: True, **FP16})
        for name in ("network_train_unet_only", "network_train_text_encoder_only")
    ]
    assert sum(parts) == pytest.approx(plain, rel=0.001)


def test_an_unknown_family_writes_next_to_nothing() -> None:
    assert lora_bytes("", {"network_dim": 16}) < 10_000


@pytest.mark.parametrize(
    ("optimizer", "copies"),
    [("AdamW", 2), ("Lion", 1), ("AdaFactor", 0), ("prodigyopt.Prodigy", 4), (None, 2)],
)
def test_a_state_holds_the_network_and_the_optimizers_copies_of_it(
    optimizer: str | None, copies: int
) -> None:
    numbers = 589_824 * 4 + 264
    training = {"network_dim": 4, "optimizer_type": optimizer}
    assert state_bytes("sd15", training) == numbers * 4 * (1 + copies)
    assert state_bytes("sd15", {**training, "full_bf16": True}) == numbers * 2 * (1 + copies)


def test_only_what_is_kept_counts() -> None:
    schedule = Schedule(3, 18, 0, 0, 18, 18, 10, 180, 0)
    saving = Saving("ning", every_n_epochs=1, last_n_epochs=2, last_n_epochs_state=1, state=True)
    training = {"network_dim": 4, **FP16}
    use = disk_use(
        "sd15",
        training,
        checkpoints(schedule, saving),
        samples=10,
        sample_size=(512, 768),
        caches=7,
        steps=180,
        autosaves=3,
    )
    assert use.checkpoints == 3 * use.lora
    assert use.states == 2 * state_bytes("sd15", training)
    assert use.samples == 10 * 512 * 768 * 2
    assert use.autosaves == 3 * state_bytes("sd15", training)
    assert use.total == use.checkpoints + use.states + use.samples + 7 + use.logs + use.autosaves
    assert DiskUse.from_json(use.to_json()) == use


def test_a_plan_of_before_the_clock_wrote_states_is_read() -> None:
    old = {"lora": 1, "checkpoints": 2, "states": 3, "samples": 4, "caches": 5, "logs": 6, "total": 20}
    assert DiskUse.from_json(old).total == 20


def test_caches() -> None:
    assert latents_bytes(10, (512, 512), flipped=False) == 10 * 4 * 64 * 64 * 4
    assert latents_bytes(10, (512, 512), flipped=True) == 2 * latents_bytes(10, (512, 512), flipped=False)
    assert text_bytes(2, None) == 2 * (77 * 2048 + 1280) * 4
    assert text_bytes(2, 225) == 3 * text_bytes(2, None)


def test_a_base_of_true_widths_is_no_special_case() -> None:
    small = Small((320, 640, 1280, 1280), 768)
    for ours, true in ((small.attention, TRANSFORMERS["sd15"]), (small.text_encoders, TEXT_ENCODERS["sd15"])):
        assert (ours.count, ours.width) == (true.count, true.width)


def test_a_lora_on_a_tiny_base_is_tiny() -> None:
    tiny = Small((32, 32, 64, 64), 32)
    training = {"network_dim": 8, **FP16}
    assert lora_bytes("sd15", training, tiny) < lora_bytes("sd15", training) / 8
    assert state_bytes("sd15", training, tiny) < state_bytes("sd15", training) / 8


@pytest.mark.parametrize(("factor", "counted"), [(-1, 2_877_296), (6, 105_462_368)])
def test_a_lokr_of_whole_matrices_is_no_giant(factor: int, counted: int) -> None:
    """Counted in LyCORIS 3.2.0.post2's network on SDXL's U-Net, with a rank of 100000."""
    training = {
        "network_module": "lycoris.kohya",
        "network_dim": 100_000,
        "network_args": ["algo=lokr", "conv_dim=100000", f"factor={factor}"],
        "network_train_unet_only": True,
    }
    assert trained_numbers("sdxl", training) == pytest.approx(counted, rel=0.2)
