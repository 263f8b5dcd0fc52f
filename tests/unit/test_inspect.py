"""What is told of a model file: kinds, families, ranks, tags, and how much an adapter changes, held against the engine's modules."""

from __future__ import annotations

import io
import json
import math
import pickle
import struct
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy
import pytest
from rich.console import Console

from kohya_driver import api, files, texts
from kohya_driver.cli.main import main
from kohya_driver.engine.weights import Tensor, read_header
from kohya_driver.errors import DriverError, EngineError, UsageError
from kohya_driver.inspection.base_layers import diffusers_path, open_base
from kohya_driver.inspection.change import change_of
from kohya_driver.inspection.layers import layers_of
from kohya_driver.inspection.look import inspect_file
from kohya_driver.inspection.metadata import tags_of, trigger_of
from kohya_driver.inspection.names import naming_of, place_of, split_name
from kohya_driver.inspection.tensors import decode, open_tensors
from kohya_driver.views.inspect import print_inspection
from tests.project import write_safetensors

GOLDEN = Path(__file__).parent.parent / "golden" / "adapters"
"""Written by tests/contract/inside/write_adapters.py with the pinned engine and its LyCORIS."""
EXPECTED: Mapping[str, Mapping[str, float | None]] = json.loads((GOLDEN / "expected.json").read_text())
UNMEASURED = ("boft", "glora")
KINDS = {"kohya_lora": "locon", "kohya_oft": "oft", "kohya_oft_free": "oft", "dora_columns": "dora"}

Numbers = Any


def save(path: Path, tensors: Mapping[str, Numbers], metadata: Mapping[str, str] | None = None) -> Path:
    entries: dict[str, Any] = {"__metadata__": dict(metadata)} if metadata else {}
    data = b""
    for name, values in tensors.items():
        array = numpy.asarray(values, numpy.float32)
        added = array.tobytes()
        offsets = [len(data), len(data) + len(added)]
        entries[name] = {"dtype": "F32", "shape": list(array.shape), "data_offsets": offsets}
        data += added
    header = json.dumps(entries).encode()
    path.write_bytes(struct.pack("<Q", len(header)) + header + data)
    return path


def lora(
    layer: str, rank: int = 2, rows: int = 6, columns: int = 5, alpha: float | None = 1.0
) -> dict[str, Numbers]:
    draw = numpy.random.default_rng(len(layer))
    made: dict[str, Numbers] = {
        f"{layer}.lora_down.weight": draw.normal(size=(rank, columns)),
        f"{layer}.lora_up.weight": draw.normal(size=(rows, rank)),
    }
    return made if alpha is None else {**made, f"{layer}.alpha": alpha}


LAYER = "lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn2_to_k"


# --- how much it changes


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_the_change_is_the_one_that_the_module_makes(name: str) -> None:
    header = read_header(GOLDEN / f"{name}.safetensors")
    read, base = open_tensors(GOLDEN / f"{name}.safetensors", header), open_base(GOLDEN / "base.safetensors")
    layers = layers_of(header.tensors)
    assert {layer.name for layer in layers} == set(EXPECTED[name])
    for layer in layers:
        weights = base((layer.place.part, layer.place.path))
        assert weights is not None
        found = change_of(layer, read, weights)
        if name in UNMEASURED:
            assert found.norm is None
            continue
        assert found.norm is not None
        assert found.norm == pytest.approx(EXPECTED[name][layer.name], rel=1e-5)
        assert found.share == pytest.approx(found.norm / numpy.linalg.norm(weights), rel=1e-6)


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_the_kind_is_told_from_the_names(name: str) -> None:
    found = inspect_file(GOLDEN / f"{name}.safetensors")
    assert found.kind == KINDS.get(name, name.partition("_")[0])
    assert found.is_decomposed == ("dora" in name)


@pytest.mark.parametrize("name", ["kohya_lora", "loha", "lokr"])
def test_without_the_base_the_norm_is_the_same(name: str) -> None:
    path, base = GOLDEN / f"{name}.safetensors", GOLDEN / "base.safetensors"
    alone, against = inspect_file(path, norms=True).norms, inspect_file(path, base=base).norms
    assert alone and against
    assert alone.norm == pytest.approx(against.norm)
    assert alone.share is None
    assert against.share is not None and against.share > 0


def test_what_turns_has_a_share_of_its_own() -> None:
    """‖R - I‖ / √rows is what a rotation changes of weights that favour no direction; exact for the identity as weights."""
    norms = inspect_file(GOLDEN / "oft_held.safetensors", norms=True).norms
    exact = inspect_file(GOLDEN / "oft_held.safetensors", base=GOLDEN / "base.safetensors").norms
    assert norms and exact and norms.share and exact.share
    assert norms.norm is None
    assert norms.share == pytest.approx(exact.share, rel=0.15)


def test_blocks_are_put_together_as_one_vector(tmp_path: Path) -> None:
    other = LAYER.replace("to_k", "to_v")
    path = save(
        tmp_path / "a.safetensors",
        {**lora(LAYER), **lora(other), **lora("lora_te_text_model_encoder_layers_3_mlp_fc1")},
    )
    norms = inspect_file(path, norms=True).norms
    assert norms
    header = read_header(path)
    read = open_tensors(path, header)
    each = [change_of(layer, read).norm or 0.0 for layer in layers_of(header.tensors)]
    assert [(one.part, one.block, one.layers) for one in norms.blocks] == [
        ("unet", "down_blocks_0", 2),
        ("text_encoder", "layers_3", 1),
    ]
    assert norms.blocks[0].norm == pytest.approx(math.hypot(*each[:2]))
    assert norms.norm == pytest.approx(math.hypot(*each))


@pytest.mark.parametrize(("alpha", "scale"), [(None, 1.0), (0.0, 1.0), (1.0, 0.5), (4.0, 2.0)])
def test_the_scale_is_alpha_over_rank(tmp_path: Path, alpha: float | None, scale: float) -> None:
    tensors = lora(LAYER, alpha=alpha)
    path = save(tmp_path / "a.safetensors", tensors)
    product = tensors[f"{LAYER}.lora_up.weight"] @ tensors[f"{LAYER}.lora_down.weight"]
    norms = inspect_file(path, norms=True).norms
    assert norms and norms.norm == pytest.approx(scale * numpy.linalg.norm(product), rel=1e-5)


def test_rank_stabilised_is_said_by_the_metadata(tmp_path: Path) -> None:
    said = {"ss_network_args": '{"rs_lora": "True"}'}
    plain = inspect_file(save(tmp_path / "a.safetensors", lora(LAYER)), norms=True).norms
    rooted = inspect_file(save(tmp_path / "b.safetensors", lora(LAYER), said), norms=True).norms
    assert plain and rooted and plain.norm and rooted.norm
    assert rooted.norm / plain.norm == pytest.approx(2 / math.sqrt(2))


# --- numbers


@pytest.mark.parametrize(
    ("dtype", "data", "values"),
    [
        ("BF16", struct.pack("<f", 1.5)[2:] + struct.pack("<f", -0.25)[2:], [1.5, -0.25]),
        ("F16", struct.pack("<2e", 0.1, -3), [numpy.float32(numpy.float16(0.1)), -3]),
        ("F64", struct.pack("<d", 1e-300), [1e-300]),
        ("F8_E5M2", bytes([0x3C, 0xC0, 0x01]), [1.0, -2.0, 2.0**-16]),
        ("F8_E4M3", bytes([0x38, 0xC0, 0x7E, 0x01, 0x00]), [1.0, -2.0, 448.0, 2.0**-9, 0.0]),
        ("I64", struct.pack("<q", -7), [-7]),
    ],
)
def test_number_types(dtype: str, data: bytes, values: Sequence[float]) -> None:
    found = decode(numpy.frombuffer(data, numpy.uint8), Tensor(dtype, (len(values),), 0, len(data)))
    assert found.tolist() == pytest.approx(list(values), rel=1e-12)


def test_the_eight_bit_type_without_infinity_has_one_nan_of_each_sign() -> None:
    every = decode(numpy.arange(256, dtype=numpy.uint8), Tensor("F8_E4M3", (256,), 0, 256))
    assert numpy.flatnonzero(numpy.isnan(every)).tolist() == [127, 255]
    assert not numpy.isinf(every).any()
    assert (numpy.diff(every[:127]) > 0).all()


# --- names


@pytest.mark.parametrize(
    ("name", "role", "part", "block", "naming"),
    [
        (f"{LAYER}.lora_down.weight", "down", "unet", "down_blocks_0", "kohya"),
        ("lora_unet_input_blocks_4_1_proj_in.lora_up.weight", "up", "unet", "input_blocks_4", "kohya"),
        ("lora_te2_text_model_encoder_layers_11_mlp_fc1.alpha", "alpha", "text_encoder_2", "layers_11", "kohya"),
        ("lora_unet_double_blocks_3_img_attn_qkv.lora_down.weight", "down", "transformer", "double_blocks_3", "kohya"),
        ("unet.down_blocks.1.attentions.0.transformer_blocks.0.attn1.to_q.lora_A.weight", "down", "unet", "down_blocks_1", "peft"),
        ("base_model.model.unet.mid_block.attentions.0.proj_in.lora_B.weight", "up", "unet", "mid_block", "peft"),
        ("text_encoder.text_model.encoder.layers.3.self_attn.k_proj.lora_A.weight", "down", "text_encoder", "layers_3", "peft"),
        ("unet.up_blocks.1.attentions.0.transformer_blocks.0.attn1.processor.to_q_lora.down.weight", "down", "unet", "up_blocks_1", "diffusers"),
        ("transformer.single_transformer_blocks.7.attn.to_k.lora_A.weight", "down", "transformer", "single_transformer_blocks_7", "peft"),
        ("diffusion_model.double_blocks.0.img_attn.qkv.lora_B.weight", "up", "transformer", "double_blocks_0", "peft"),
        ("lora_unet_mid_block_attentions_0_proj_in.hada_w1_a", "w1_a", "unet", "mid_block", "kohya"),
        ("lora_unet_mid_block_attentions_0_proj_in.lokr_w2_b", "w2_b", "unet", "mid_block", "kohya"),
        ("oft_unet_mid_block_attentions_0_proj_in.oft_blocks", "oft_blocks", "unet", "mid_block", "kohya"),
        ("lora_unet_mid_block_attentions_0_proj_in.on_input", "on_input", "unet", "mid_block", "kohya"),
    ],
)  # fmt: skip
def test_names(name: str, role: str, part: str, block: str, naming: str) -> None:
    split = split_name(name)
    assert split is not None and split[1] == role
    assert naming_of(name) == naming
    place = place_of(split[0])
    assert (place.part, place.block) == (part, block)


def test_one_layer_by_three_names() -> None:
    """As kohya, as PEFT and as old diffusers write it."""
    names = (
        "lora_unet_down_blocks_1_attentions_0_transformer_blocks_0_attn1_to_out_0.lora_up.weight",
        "unet.down_blocks.1.attentions.0.transformer_blocks.0.attn1.to_out.0.lora_B.weight",
        "unet.down_blocks.1.attentions.0.transformer_blocks.0.attn1.processor.to_out_lora.up.weight",
    )
    assert len({place_of((split_name(name) or ("", ""))[0]) for name in names}) == 1


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("input_blocks_1_0_in_layers_2", "down_blocks_0_resnets_0_conv1"),
        ("input_blocks_3_0_op", "down_blocks_0_downsamplers_0_conv"),
        (
            "input_blocks_5_1_transformer_blocks_0_attn1_to_k",
            "down_blocks_1_attentions_1_transformer_blocks_0_attn1_to_k",
        ),
        ("middle_block_0_out_layers_3", "mid_block_resnets_0_conv2"),
        ("middle_block_1_proj_in", "mid_block_attentions_0_proj_in"),
        ("middle_block_2_emb_layers_1", "mid_block_resnets_1_time_emb_proj"),
        ("output_blocks_2_1_conv", "up_blocks_0_upsamplers_0_conv"),
        ("output_blocks_5_2_conv", "up_blocks_1_upsamplers_0_conv"),
        ("output_blocks_11_1_proj_out", "up_blocks_3_attentions_2_proj_out"),
        ("output_blocks_6_0_skip_connection", "up_blocks_2_resnets_0_conv_shortcut"),
        ("input_blocks_0_0", "conv_in"),
        ("out_2", "conv_out"),
        ("down_blocks_0_resnets_0_conv1", "down_blocks_0_resnets_0_conv1"),
    ],
)
def test_a_checkpoints_names_become_those_of_diffusers(path: str, expected: str) -> None:
    assert diffusers_path(path) == expected


def test_the_larger_text_encoder_keeps_three_matrices_as_one(tmp_path: Path) -> None:
    whole = numpy.arange(36, dtype=numpy.float32).reshape(9, 4)
    start = "conditioner.embedders.1.model.transformer.resblocks.3."
    path = save(
        tmp_path / "base.safetensors",
        {f"{start}attn.in_proj_weight": whole, f"{start}mlp.c_fc.weight": whole},
    )
    base = open_base(path)
    layer = "text_model_encoder_layers_3_"
    for third, name in enumerate("qkv"):
        found = base(("text_encoder_2", f"{layer}self_attn_{name}_proj"))
        assert found is not None and found.tolist() == whole[3 * third : 3 * third + 3].tolist()
    assert base(("text_encoder_2", f"{layer}mlp_fc1")) is not None
    assert base(("text_encoder", f"{layer}mlp_fc1")) is None


@pytest.mark.parametrize(
    ("tensors", "metadata", "family"),
    [
        (lora(LAYER, columns=768), {}, "sd15"),
        (lora(LAYER, columns=1024), {}, "sd2"),
        (lora(LAYER, columns=2048), {}, "sdxl"),
        (lora(LAYER, columns=768), {"ss_base_model_version": "sd_v2_v"}, "sd2"),
        (lora(LAYER, columns=5), {"modelspec.architecture": "stable-diffusion-xl-v1-base/lora"}, "sdxl"),
        (lora("lora_unet_input_blocks_4_1_proj_in"), {}, "sdxl"),
        (lora("lora_te2_text_model_encoder_layers_1_self_attn_k_proj", columns=1280), {}, "sdxl"),
        (lora("lora_te_text_model_encoder_layers_1_self_attn_k_proj", columns=1024), {}, "sd2"),
        (lora("lora_unet_double_blocks_0_img_attn_qkv"), {}, "flux"),
        (lora("lora_unet_joint_blocks_0_x_block_attn_qkv"), {}, "sd3"),
        (lora(LAYER, columns=5), {}, "unknown"),
    ],
)  # fmt: skip
def test_families(tmp_path: Path, tensors: dict[str, Numbers], metadata: dict[str, str], family: str) -> None:
    assert inspect_file(save(tmp_path / "a.safetensors", tensors, metadata)).family == family


# --- metadata


def test_tags_of_several_folders_and_the_trigger() -> None:
    metadata = {
        "ss_tag_frequency": json.dumps({"6_a": {"ning": 10, "smile": 4}, "2_b": {"ning ": 5, "hat": 5}}),
        "ss_dataset_dirs": json.dumps(
            {"6_a": {"n_repeats": 6, "img_count": 10}, "2_b": {"n_repeats": 2, "img_count": 5}}
        ),
    }
    tags = tags_of(metadata)
    assert [(tag.name, tag.count) for tag in tags] == [("ning", 15), ("hat", 5), ("smile", 4)]
    assert tags[0].share == 1.0
    assert trigger_of(metadata, tags) == "ning"
    assert trigger_of({**metadata, "modelspec.trigger_phrase": "nong"}, tags) == "nong"
    assert trigger_of({}, tags[1:]) == ""


@pytest.mark.parametrize("text", ["", "{", "[]", "7", '{"a": 1}', '{"a": {"b": "c"}}', "[" * 5000])
def test_strange_tags_harm_nobody(text: str) -> None:
    assert all(
        isinstance(tag.count, int) for tag in tags_of({"ss_tag_frequency": text, "ss_dataset_dirs": text})
    )


def test_json_has_everything_and_is_json(tmp_path: Path) -> None:
    metadata = {
        "ss_tag_frequency": '{"1_a": {"x": 3}}',
        "modelspec.thumbnail": "data:image/png",
        "ss_lr": "NaN",
    }
    body = inspect_file(save(tmp_path / "a.safetensors", lora(LAYER), metadata), norms=True).to_json()
    assert json.loads(json.dumps(body, allow_nan=False)) == body
    assert body["metadata"] == {"ss_tag_frequency": {"1_a": {"x": 3}}, "ss_lr": "NaN"}
    assert (body["kind"], body["ranks"], body["alphas"], body["naming"]) == (
        "lora",
        {"2": 1},
        {"1": 1},
        "kohya",
    )
    assert body["norms"]["blocks"][0]["block"] == "down_blocks_0"


# --- what is wrong


def test_a_nan_and_an_untrained_one_are_told(tmp_path: Path) -> None:
    broken, still = lora(LAYER), lora(LAYER)
    broken[f"{LAYER}.lora_up.weight"][0, 0] = math.nan
    still[f"{LAYER}.lora_up.weight"][:] = 0
    assert codes(save(tmp_path / "a.safetensors", broken)) == ["inspect.not_finite"]
    assert codes(save(tmp_path / "b.safetensors", still)) == ["inspect.untrained"]
    assert codes(save(tmp_path / "c.safetensors", lora(LAYER))) == []
    assert codes(save(tmp_path / "d.safetensors", lora(LAYER, alpha=16))) == ["inspect.alpha_high"]
    assert codes(save(tmp_path / "e.safetensors", {**lora(LAYER), "emb_params": [1.0]})) == [
        "inspect.other_tensors"
    ]


def codes(path: Path) -> list[str]:
    return [finding.code for finding in inspect_file(path, norms=True).findings]


def test_a_base_of_another_kind(tmp_path: Path) -> None:
    found = inspect_file(
        save(tmp_path / "a.safetensors", lora("lora_unet_x")), base=GOLDEN / "base.safetensors"
    )
    assert [finding.code for finding in found.findings] == ["inspect.other_base"]


def test_shapes_that_do_not_fit_are_counted_not_raised(tmp_path: Path) -> None:
    tensors = {**lora(LAYER), f"{LAYER}.lora_up.weight": numpy.ones((6, 3))}
    found = inspect_file(save(tmp_path / "a.safetensors", tensors), norms=True)
    assert found.norms and (found.norms.measured, found.norms.unmeasured) == (0, 1)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "base.empty"),
        (b"<!DOCTYPE html><html>", "base.web_page"),
        (b"  <html>", "base.web_page"),
        (b"version https://git-lfs.github.com/spec/v1", "base.lfs_pointer"),
        (b"GGUF\3\0\0\0", "base.gguf"),
        (b"\x80\x02}q\0.", "base.pickle_named_safetensors"),
        (struct.pack("<Q", 1 << 60) + b"{", "engine.weights_broken"),
        (struct.pack("<Q", 2) + b"{}", None),
        (struct.pack("<Q", 20) + b'{"a": 1', "engine.weights_broken"),
    ],
)
def test_what_is_no_model_says_what_it_is(tmp_path: Path, data: bytes, code: str | None) -> None:
    path = tmp_path / "a.safetensors"
    path.write_bytes(data)
    if code is None:
        assert inspect_file(path).kind == "unknown"
        return
    with pytest.raises(DriverError) as caught:
        inspect_file(path)
    assert caught.value.code == code


def test_a_file_that_was_cut_off(tmp_path: Path) -> None:
    path = save(tmp_path / "a.safetensors", lora(LAYER))
    path.write_bytes(path.read_bytes()[:-3])
    with pytest.raises(DriverError) as caught:
        inspect_file(path)
    assert caught.value.code == "engine.weights_broken"


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(DriverError) as caught:
        inspect_file(tmp_path / "none.safetensors")
    assert caught.value.code == "engine.weights_missing"


class Harm:
    ran = False

    def __reduce__(self) -> Any:
        return (exec, ("import tests.unit.test_inspect as t; t.Harm.ran = True",))


def test_a_pickle_is_looked_through_and_not_run(tmp_path: Path) -> None:
    path = tmp_path / "a.ckpt"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("archive/data.pkl", pickle.dumps({"cond_stage_model.transformer.x": Harm()}))
    found = inspect_file(path)
    assert (found.format, found.kind, found.family) == ("pickle", "checkpoint", "sd15")
    assert [finding.code for finding in found.findings] == ["inspect.pickle", "base.pickle_dangerous"]
    assert not Harm.ran


def test_norms_of_no_lora_are_refused(tmp_path: Path) -> None:
    path = save(tmp_path / "a.safetensors", {"decoder.conv_in.weight": [1.0]})
    assert inspect_file(path).kind == "vae"
    with pytest.raises(UsageError) as caught:
        inspect_file(path, norms=True)
    assert caught.value.code == "inspect.no_norms"


def test_a_lora_by_another_name(tmp_path: Path) -> None:
    assert inspect_file(save(tmp_path / "a.lora", lora(LAYER))).kind == "lora"


# --- how it is shown


@pytest.mark.parametrize("language", texts.LANGUAGES)
@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_every_kind_is_shown_in_both_languages(name: str, language: str) -> None:
    texts.use_language(language)
    console = Console(width=100, file=io.StringIO(), record=True)
    print_inspection(inspect_file(GOLDEN / f"{name}.safetensors", norms=True), console)
    shown = console.export_text()
    assert texts.say("inspect_screen.row.trigger") in shown
    assert texts.say("inspect_screen.no_metadata") in shown


def test_a_strangers_words_do_not_steer_the_terminal(tmp_path: Path) -> None:
    metadata = {
        "ss_training_comment": "a\x1b[2Jb\nc",
        "ss_tag_frequency": '{"1_a": {"\\u001b]0;x": 3}}',
        "\x1b[1mss_x": "[red]y",
    }
    console = Console(width=100, file=io.StringIO(), record=True)
    print_inspection(inspect_file(save(tmp_path / "a.safetensors", lora(LAYER), metadata)), console)
    shown = console.export_text()
    assert "\x1b" not in shown
    assert "[red]y" in shown


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = save(
        tmp_path / "a.safetensors", lora(LAYER), {"ss_tag_frequency": '{"1_a": {"ning": 3, "hat": 1}}'}
    )
    assert main(["--lang", "en", "inspect", str(path), "--tags", "1"]) == 0
    shown = capsys.readouterr().out
    assert "ning" in shown and "hat" not in shown
    assert main(["inspect", str(path), "--norms", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == api.inspect(path, norms=True).to_json()
    assert main(["inspect", str(tmp_path / "none.safetensors")]) == 6


# What strangers write


def test_numbers_that_json_cannot_hold_stay_as_they_were_written(tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    told = '{"1_a": {"img_count": 1e999, "n_repeats": -1e999, "x": NaN}}'
    write_safetensors(path, {"lora_unet_x.lora_up.weight": (4, 8), "lora_unet_x.lora_down.weight": (8, 4)},
                      metadata={"ss_dataset_dirs": told})  # fmt: skip
    found = inspect_file(path)
    body = json.loads(files.dump_json(found.to_json()))
    assert body["metadata"]["ss_dataset_dirs"]["1_a"] == {
        "img_count": "1e999",
        "n_repeats": "-1e999",
        "x": "NaN",
    }
    assert found.pictures == 0


def test_what_is_no_model_is_not_called_one(tmp_path: Path) -> None:
    for name, content in (("a.png", b"\x89PNG\r\n\x1a\n0000"), ("a.txt", b"a bird in the hand")):
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(EngineError) as caught:
            inspect_file(path)
        assert caught.value.code == "inspect.no_model"


def test_a_harmful_pickle_ends_with_a_status(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, content, status in (("bad.ckpt", Harm(), EngineError.exit_code), ("good.ckpt", 1, 0)):
        with zipfile.ZipFile(tmp_path / name, "w") as archive:
            archive.writestr("archive/data.pkl", pickle.dumps({"cond_stage_model.transformer.x": content}))
        assert main(["inspect", str(tmp_path / name)]) == status
        assert main(["inspect", str(tmp_path / name), "--json"]) == status
    capsys.readouterr()


def test_nobody_is_told_to_try_what_nobody_knows(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.safetensors"
    write_safetensors(
        path, {"lora_unet_x.lora_up.weight": (4, 8)}, metadata={"ss_training_comment": "b" * 80_000}
    )
    assert main(["inspect", str(path)]) == 0
    said = capsys.readouterr().out
    assert (
        "<lora:" not in said and said.count("b" * 40) < 10 and "80,000 characters" in " ".join(said.split())
    )
    assert main(["inspect", str(path), "--json"]) == 0
    assert "b" * 80_000 in capsys.readouterr().out
