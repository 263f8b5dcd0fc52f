"""Headers, families and checks of safetensors files, on tiny files written by hand."""

from __future__ import annotations

import json
import os
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from kohya_driver import files
from kohya_driver.engine.base import read_base
from kohya_driver.engine.families import missing_parts, model_family, prediction_in_name, quantisation
from kohya_driver.engine.lora import check_lora
from kohya_driver.engine.weights import Header, Tensor, main_dtype, read_header
from kohya_driver.errors import EngineError

LONG_AGO = 1_000_000.0
DOWN, UP, ALPHA = (
    f"lora_unet_mid_block_attn1_to_q.{part}" for part in ("lora_down.weight", "lora_up.weight", "alpha")
)


def encode(dtype: str, values: Sequence[float]) -> bytes:
    if dtype == "BF16":  # the upper half of a float32
        return b"".join(struct.pack("<f", value)[2:] for value in values)
    return struct.pack(f"<{len(values)}{ {'F16': 'e', 'F32': 'f', 'F64': 'd', 'I64': 'q'}[dtype] }", *values)


def write(
    path: Path, tensors: Mapping[str, tuple[str, Sequence[float]]], metadata: Mapping[str, str] | None = None
) -> Path:
    entries: dict[str, Any] = {"__metadata__": dict(metadata)} if metadata else {}
    data = b""
    for name, (dtype, values) in tensors.items():
        added = encode(dtype, values)
        offsets = [len(data), len(data) + len(added)]
        entries[name] = {"dtype": dtype, "shape": [len(values)], "data_offsets": offsets}
        data += added
    return write_raw(path, json.dumps(entries).encode(), data)


def write_raw(path: Path, header: bytes, data: bytes) -> Path:
    path.write_bytes(struct.pack("<Q", len(header)) + header + data)
    return path


def lora(
    dtype: str = "F16", down: Sequence[float] = (0.5, -1.0), up: Sequence[float] = (0.0, 0.25)
) -> dict[str, Any]:
    return {DOWN: (dtype, down), UP: (dtype, up), ALPHA: (dtype, [4.0])}


def codes(path: Path, before: str = "") -> list[str]:
    return [finding.code for finding in check_lora(path, before)]


def test_a_header_tells_names_types_places_and_metadata(tmp_path: Path) -> None:
    path = write(tmp_path / "猫.safetensors", lora(), {"ss_network_dim": "4"})
    header = read_header(path)
    assert header.metadata == {"ss_network_dim": "4"}
    assert list(header.tensors) == [DOWN, UP, ALPHA]
    down = header.tensors[DOWN]
    assert (down.dtype, down.shape, down.size_bytes) == ("F16", (2,), 4)
    assert path.read_bytes()[down.start :][:4] == encode("F16", [0.5, -1.0])


@pytest.mark.parametrize("kept", [0, 5, 8, 40, -1])
def test_a_file_that_is_cut_off_is_refused(tmp_path: Path, kept: int) -> None:
    path = write(tmp_path / "a.safetensors", lora())
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(EngineError) as caught:
        read_header(path)
    assert caught.value.code == "engine.weights_broken"


GOOD = {"dtype": "F16", "shape": [2], "data_offsets": [0, 4]}


@pytest.mark.parametrize(
    "entries",
    [
        {"a": {**GOOD, "shape": [3]}},
        {"a": {**GOOD, "shape": [-2]}},
        {"a": {**GOOD, "shape": 2}},
        {"a": {**GOOD, "dtype": "F17"}},
        {"a": {**GOOD, "data_offsets": [4, 8]}},
        {"a": {**GOOD, "data_offsets": [0]}},
        {"a": {**GOOD, "data_offsets": [4, 0]}},
        {"a": {"dtype": "F16"}},
        {"a": 7},
        {"a": GOOD, "b": GOOD},
        {"a": GOOD, "__metadata__": {"n": 1}},
        {"a": GOOD, "__metadata__": "n"},
        {},
        [],
        "text",
    ],
)
def test_a_header_that_does_not_describe_its_file_is_refused(tmp_path: Path, entries: object) -> None:
    path = write_raw(tmp_path / "a.safetensors", json.dumps(entries).encode(), b"\0" * 4)
    with pytest.raises(EngineError) as caught:
        read_header(path)
    assert caught.value.code == "engine.weights_broken"
    assert caught.value.findings[0].hint


@pytest.mark.parametrize("header", [b"{not json", b"\xff\xfe{}", b"[" * 100_000])
def test_a_header_that_is_no_json_is_refused(tmp_path: Path, header: bytes) -> None:
    with pytest.raises(EngineError):
        read_header(write_raw(tmp_path / "a.safetensors", header, b""))


def test_a_missing_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(EngineError) as caught:
        read_header(tmp_path / "none.safetensors")
    assert caught.value.code == "engine.weights_missing"


def header_of(**shapes: tuple[int, ...]) -> Header:
    return Header({name.replace("__", "."): Tensor("F16", shape, 0, 0) for name, shape in shapes.items()}, {})


ORIGINAL = "model__diffusion_model__input_blocks__1__1__transformer_blocks__0__attn2__to_k__weight"
DIFFUSERS = "down_blocks__0__attentions__0__transformer_blocks__0__attn2__to_k__weight"


@pytest.mark.parametrize(
    ("shapes", "family"),
    [
        ({ORIGINAL: (320, 768)}, "sd15"),
        ({ORIGINAL: (320, 1024)}, "sd2"),
        ({ORIGINAL: (640, 2048)}, "sdxl"),
        ({ORIGINAL: (768, 1280)}, "sdxl-refiner"),
        ({ORIGINAL: (320, 5)}, "unknown"),
        ({ORIGINAL: ()}, "unknown"),
        ({DIFFUSERS: (320, 768)}, "sd15"),
        ({"model__diffusion_model__joint_blocks__0__x_block__attn__qkv__weight": (4, 4)}, "sd3"),
        ({"double_blocks__0__img_attn__qkv__weight": (4, 4)}, "flux"),
        ({"decoder__conv_in__weight": (4, 4)}, "vae"),
        ({"text_model__encoder__layers__0__mlp__fc1__weight": (4, 4)}, "text-encoder"),
        ({"lora_unet_x__lora_down__weight": (4, 4)}, "lora"),
        ({"lora_unet_x__hada_w1_a": (4, 4)}, "lora"),
        ({"lora_unet_x__lokr_w1": (4, 4)}, "lora"),
        ({"unet__down_blocks__0__attn2__to_k__lora_A__weight": (4, 768)}, "lora"),
        ({"something": (4,)}, "unknown"),
        ({}, "unknown"),
    ],
)
def test_the_family_is_read_off_names_and_shapes(shapes: dict[str, tuple[int, ...]], family: str) -> None:
    assert model_family(header_of(**shapes)) == family


def test_the_main_type_is_that_of_most_bytes() -> None:
    header = Header({"a": Tensor("F32", (2,), 0, 8), "b": Tensor("F16", (8,), 8, 16)}, {})
    assert main_dtype(header) == "F16"


def test_a_base_in_one_file(tmp_path: Path) -> None:
    path = write(tmp_path / "a.safetensors", lora())
    base = read_base(path)
    assert (base.family, base.format, base.dtype, base.size_bytes) == (
        "lora",
        "safetensors",
        "F16",
        path.stat().st_size,
    )


def test_of_an_old_checkpoint_only_the_size_is_told(tmp_path: Path) -> None:
    path = tmp_path / "old.CKPT"
    path.write_bytes(b"PK\x03\x04")
    base = read_base(path)
    assert (base.family, base.format, base.size_bytes) == ("unknown", "ckpt", 4)


@pytest.mark.parametrize(("width", "family"), [(768, "sd15"), (1024, "sd2"), (2048, "sdxl")])
def test_a_base_in_a_diffusers_folder(tmp_path: Path, width: int, family: str) -> None:
    (tmp_path / "unet").mkdir()
    (tmp_path / "model_index.json").write_text('{"_class_name": "StableDiffusionPipeline"}')
    (tmp_path / "unet" / "config.json").write_text(json.dumps({"cross_attention_dim": width}))
    weights = write(tmp_path / "unet" / "diffusion_pytorch_model.safetensors", {"a": ("F32", [1.0])})
    base = read_base(tmp_path)
    assert (base.family, base.format, base.dtype) == (family, "diffusers", "F32")
    assert base.size_bytes == weights.stat().st_size


@pytest.mark.parametrize("index", [None, "[]", "{"])
def test_another_folder_is_no_base(tmp_path: Path, index: str | None) -> None:
    if index:
        (tmp_path / "model_index.json").write_text(index)
    with pytest.raises(EngineError) as caught:
        read_base(tmp_path)
    assert caught.value.code == "engine.base_folder"


@pytest.mark.parametrize("dtype", ["F16", "BF16", "F32", "F64"])
def test_a_sound_lora_has_no_findings(tmp_path: Path, dtype: str) -> None:
    largest = {"F16": 65504.0, "BF16": 3e38, "F32": 3e38, "F64": 1e308}[dtype]
    assert codes(write(tmp_path / "a.safetensors", lora(dtype, down=(largest, -largest)))) == []


@pytest.mark.parametrize("dtype", ["F16", "BF16", "F32", "F64"])
@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
@pytest.mark.parametrize("place", ["down", "up"])
def test_one_value_that_is_no_number_is_found(tmp_path: Path, dtype: str, value: float, place: str) -> None:
    path = write(tmp_path / "a.safetensors", lora(dtype, **{place: (1.0, value)}))
    assert codes(path) == ["run.final_not_finite"]


def test_a_value_far_into_a_large_tensor_is_found(tmp_path: Path) -> None:
    path = write(tmp_path / "a.safetensors", lora("F16", down=[1.0] * 1_200_000 + [float("nan")]))
    assert codes(path) == ["run.final_not_finite"]


@pytest.mark.parametrize("dtype", ["F16", "BF16", "F32"])
def test_a_lora_whose_up_weights_are_zero_is_untrained(tmp_path: Path, dtype: str) -> None:
    path = write(tmp_path / "a.safetensors", lora(dtype, up=(0.0, -0.0)))
    assert codes(path) == ["run.final_untrained"]


def test_one_moved_module_is_training(tmp_path: Path) -> None:
    still = {"lora_te_x.lora_up.weight": ("F16", [0.0])}
    assert codes(write(tmp_path / "a.safetensors", {**still, **lora()})) == []


def test_whole_numbers_beside_the_values_do_no_harm(tmp_path: Path) -> None:
    ia3: Mapping[str, tuple[str, Sequence[float]]] = {
        "lora_unet_x.weight": ("F32", [0.5]),
        "lora_unet_x.on_input": ("I64", [-1]),
    }
    assert codes(write(tmp_path / "a.safetensors", ia3)) == []


def test_a_missing_lora(tmp_path: Path) -> None:
    assert codes(tmp_path / "a.safetensors") == ["run.final_missing"]


def test_a_lora_of_an_earlier_run(tmp_path: Path) -> None:
    path = write(tmp_path / "a.safetensors", lora())
    before = files.stamp(path)
    assert codes(path, before) == ["run.final_old"]
    write(path, lora())
    os.utime(path, (LONG_AGO, LONG_AGO))  # the clock was set back meanwhile
    assert codes(path, before) == []


def test_a_lora_that_is_cut_off(tmp_path: Path) -> None:
    path = write(tmp_path / "a.safetensors", lora())
    path.write_bytes(path.read_bytes()[:-1])
    assert codes(path) == ["run.final_unreadable"]


def test_a_whole_model_is_no_lora(tmp_path: Path) -> None:
    path = write(tmp_path / "a.safetensors", {"model.diffusion_model.out.2.bias": ("F16", [1.0])})
    assert codes(path) == ["run.final_unreadable"]


@pytest.mark.parametrize(
    ("name", "family"),
    [
        ("distilled_guidance_layer.in_proj.weight", "chroma"),
        ("byt5_in.fc1.weight", "hunyuan-image"),
        ("cap_embedder.0.weight", "lumina"),
        ("net.llm_adapter.embed.weight", "anima"),
        ("control_model.input_hint_block.0.weight", "controlnet"),
        ("controlnet_cond_embedding.conv_in.weight", "controlnet"),
        ("emb_params", "embedding"),
        ("clip_l", "embedding"),
    ],
)
def test_other_kinds_are_known_by_their_names(name: str, family: str) -> None:
    assert model_family(Header({name: Tensor("F16", (4, 4), 0, 0)}, {})) == family


def test_a_controlnet_in_diffusers_names_is_no_base() -> None:
    shapes: dict[str, tuple[int, ...]] = {
        DIFFUSERS: (320, 768),
        "controlnet_down_blocks__0__weight": (320, 320),
    }
    assert model_family(header_of(**shapes)) == "controlnet"


@pytest.mark.parametrize(
    ("tensors", "kind"),
    [
        ({"a.weight": "F16", "position_ids": "I64"}, ""),
        ({"a.weight": "F8_E4M3"}, "fp8"),
        ({"a.weight": "F8_E5M2", "b.weight": "F16"}, "fp8"),
        ({"a.weight": "I8"}, "int8"),
        ({"a.weight": "F4"}, "f4"),
        ({"a.weight": "U8", "a.weight.quant_state.bitsandbytes__nf4": "U8"}, "nf4"),
        ({"a.weight": "U8", "a.weight.quant_map": "F32"}, "bitsandbytes"),
        ({"a.qweight": "I32"}, "int4"),
        ({"a.weight": "BF16", "a.scale_weight": "F32"}, "fp8"),
    ],
)
def test_how_a_model_was_made_smaller(tensors: dict[str, str], kind: str) -> None:
    header = Header({name: Tensor(dtype, (4,), 0, 0) for name, dtype in tensors.items()}, {})
    assert quantisation(header) == kind


@pytest.mark.parametrize(
    ("name", "family", "expected"),
    [
        ("noobai-vpred-1.0.safetensors", "sdxl", "v"),
        ("Model V-Pred.safetensors", "sd15", "v"),
        ("v2-1_768-ema-pruned.safetensors", "sd2", "v"),
        ("512-base-ema.safetensors", "sd2", "epsilon"),
        ("sd15-768.safetensors", "sd15", ""),
        ("model-17680.safetensors", "sd2", ""),
    ],
)
def test_what_a_name_hints_at(name: str, family: str, expected: str) -> None:
    assert prediction_in_name(name, family) == expected


def test_parts_are_counted() -> None:
    shapes: dict[str, tuple[int, ...]] = {ORIGINAL: (320, 768), "first_stage_model__x": (1,)}
    assert missing_parts(header_of(**shapes), "sd15") == ("unet 1/686", "text_encoder", "vae 1/248")
    assert missing_parts(header_of(**shapes), "flux") == ()
