"""The plans of the engine's tools for LoRA files: what is started, what is refused, and what the new file says of itself."""

from __future__ import annotations

import json
import os
import struct
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kohya_driver import api, files, process, texts
from kohya_driver.cli.main import main
from kohya_driver.engine.weights import read_header
from kohya_driver.errors import DriverError, HostError, RunError, Severity, UsageError
from kohya_driver.loras.check import parse_check
from kohya_driver.loras.model import Convert, Extract, Merge, Output, Resize, ToolPlan, Wish
from kohya_driver.loras.plan import plan_tool
from kohya_driver.loras.rewrite import HASH, write_with_metadata
from kohya_driver.run import machine
from kohya_driver.run.detach import adopt_unwatched
from tests.lora_files import CONV, LAYERS, SD15, lora_tensors, write_lora, write_tensors
from tests.project import CPU, CUDA, MAC, base_shapes, write_base, write_safetensors


def codes(plan: ToolPlan) -> list[str]:
    return [finding.code for finding in plan.findings if finding.severity is Severity.ERROR]


def after(plan: ToolPlan, option: str) -> str:
    return plan.arguments[plan.arguments.index(option) + 1]


@pytest.fixture
def first(tmp_path: Path) -> Path:
    return write_lora(tmp_path / "一.safetensors", rank=4, seed=1)


@pytest.fixture
def second(tmp_path: Path) -> Path:
    return write_lora(tmp_path / "two.safetensors", rank=8, alpha=8, seed=2)


# --- what is started


def test_resize(first: Path) -> None:
    plan = plan_tool(Resize(first, 2), MAC)
    assert not plan.findings and plan.output == first.with_name("一-r2.safetensors")
    assert after(plan, "--new_rank") == "2" and after(plan, "--save_precision") == "float" == plan.precision
    assert "--device" not in plan.arguments and plan.device == "cpu"
    assert after(plan_tool(Resize(first, 2), CUDA), "--device") == "cuda"


def test_kept_by_share(first: Path) -> None:
    plan = plan_tool(Resize(first, 4, keep=0.9), MAC)
    assert not plan.findings and plan.output.name == "一-r4-sv_fro-0.9.safetensors"
    assert (after(plan, "--dynamic_method"), after(plan, "--dynamic_param")) == ("sv_fro", "0.9")


def test_merge_exactly_or_to_a_rank(first: Path, second: Path) -> None:
    exact = plan_tool(Merge((first, second), (1, 0.25)), MAC)
    assert not exact.findings and exact.script == "networks/merge_lora.py" and "--concat" in exact.arguments
    ratios = exact.arguments[exact.arguments.index("--ratios") + 1 :][:2]
    assert [float(ratio) ** 2 for ratio in ratios] == pytest.approx([12 / 4, 0.25 * 12 / 8])
    ranked = plan_tool(Merge((first, second), (1, 0.25), rank=6), MAC)
    assert ranked.script == "networks/svd_merge_lora.py" and after(ranked, "--new_rank") == "6"
    assert ranked.arguments[4:6] == ("1.000000000", "0.250000000")


def test_a_negative_weight_stays_one_for_argparse(first: Path, second: Path) -> None:
    plan = plan_tool(Merge((first, second), (1, -0.00001), rank=6), MAC)
    assert plan.arguments[5] == "-0.000010000"


def test_sdxl_is_merged_by_its_own_tool(tmp_path: Path) -> None:
    said = {"ss_base_model_version": "sdxl_base_v1-0"}
    paths = tuple(write_lora(tmp_path / f"{n}.safetensors", seed=n, metadata=said) for n in range(2))
    assert plan_tool(Merge(paths), MAC).script == "networks/sdxl_merge_lora.py"


@pytest.mark.parametrize(("family", "script", "switch"), [
    ("sd15", "merge_lora", ""), ("sd2", "merge_lora", "--v2"), ("sdxl", "sdxl_merge_lora", ""),
])  # fmt: skip
def test_into_a_base(tmp_path: Path, family: str, script: str, switch: str) -> None:
    said = {"sd15": "sd_v1", "sd2": "sd_v2", "sdxl": "sdxl_base_v1-0"}[family]
    lora = write_lora(tmp_path / "l.safetensors", metadata={"ss_base_model_version": said})
    base = write_base(tmp_path / "base.safetensors", family)
    plan = plan_tool(Merge((lora,), base=base), MAC)
    assert not plan.findings and plan.script == f"networks/{script}.py" and plan.makes_checkpoint
    assert after(plan, "--sd_model") == str(base) and ("--v2" in plan.arguments) == bool(switch)
    assert plan.output.name == "base+l.safetensors" and plan.precision == "fp16" and not plan.metadata


def test_extract(tmp_path: Path) -> None:
    base, tuned = (write_base(tmp_path / f"{name}.safetensors", "sdxl") for name in ("base", "tuned"))
    plan = plan_tool(Extract(base, tuned, conv_rank=4), MAC)
    assert not plan.findings and plan.output.name == "tuned-lora-r16.safetensors"
    assert after(plan, "--conv_dim") == "4" and "--sdxl" in plan.arguments
    assert after(plan, "--load_precision") == "fp16"
    small = replace(MAC, memory_bytes=1000)
    assert [one.code for one in plan_tool(Extract(base, tuned), small).findings] == ["lora.memory"]


@pytest.mark.parametrize(("version", "names", "to", "script"), [
    ("flux1", LAYERS, "diffusers", "convert_flux_lora"),
    ("anima", LAYERS, "comfyui", "convert_anima_lora_to_comfy"),
    ("hunyuan_image", LAYERS, "comfyui", "convert_hunyuan_image_lora_to_comfy"),
])  # fmt: skip
def test_for_other_programs(tmp_path: Path, version: str, names: Any, to: Any, script: str) -> None:
    path = write_lora(tmp_path / "l.safetensors", layers=names, metadata={"ss_base_model_version": version})
    plan = plan_tool(Convert(path, to), MAC)
    assert not plan.findings and plan.script == f"networks/{script}.py"
    assert plan.output.name == f"l-{to}.safetensors" and str(path) in plan.arguments


def test_what_the_new_file_says(first: Path, tmp_path: Path) -> None:
    told = {
        "ss_tag_frequency": '{"1_b": {"b": 2}}', "ss_dataset_dirs": '{"1_b": {"img_count": 2}}', "ss_clip_skip": "2",
        "ss_learning_rate": "1e-4", "ss_network_dropout": "0.1",
    }  # fmt: skip
    two = write_lora(tmp_path / "b.safetensors", metadata=told, seed=2)
    three = write_lora(tmp_path / "c.safetensors", metadata={**told, "ss_learning_rate": "2e-4"}, seed=3)
    plan = plan_tool(Merge((two, three), output=Output(tmp_path / "d"), rank=4), MAC)
    assert plan.metadata["ss_clip_skip"] == "2" and "ss_learning_rate" not in plan.metadata
    assert "ss_network_dropout" not in plan.metadata and plan.metadata["ss_output_name"] == "d"
    assert json.loads(plan.metadata["ss_tag_frequency"]) == {"b: 1_b": {"b": 2}, "c: 1_b": {"b": 2}}
    assert plan.metadata["modelspec.trigger_phrase"] == "b"


def test_the_rank_of_convolutions_is_told_anew(tmp_path: Path) -> None:
    said = {"ss_network_args": '{"conv_dim": "4", "conv_alpha": "1", "dropout": "0.1"}'}
    path = write_lora(tmp_path / "c.safetensors", layers=CONV, rank=4, metadata=said)
    plan = plan_tool(Resize(path, 3, conv_rank=2), MAC)
    assert json.loads(plan.metadata["ss_network_args"]) == {"conv_dim": 2, "conv_alpha": 2, "dropout": "0.1"}
    kept = plan_tool(Resize(path, 4, keep=0.9), MAC)
    assert json.loads(kept.metadata["ss_network_args"])["conv_dim"] == "Dynamic"


# --- what is refused


def test_words_and_numbers(first: Path, second: Path) -> None:
    wrong: list[tuple[Wish, str]] = [
        (Resize(first, 0), "lora.bad_rank"), (Resize(first, 2000), "lora.bad_rank"),
        (Resize(first, 2, keep=1.5), "lora.bad_keep"), (Resize(first, 2, keep=0.5, method="sv_ratio"), "lora.bad_keep"),
        (Merge((first,)), "lora.merge_one"), (Merge((first, second), (1,)), "lora.weights_count"),
        (Merge((first, second), (1, 0)), "lora.bad_weights"), (Merge((first, second), (1, float("nan"))), "lora.bad_weights"),
        (Merge((first,), rank=4, base=write_base(first.with_name("base.safetensors"))), "lora.base_and_rank"),
        (Convert(first), "lora.convert_to_what"), (Convert(first, "lora"), "lora.convert_rank"),
        (Convert(first, "diffusers", rank=2), "lora.convert_rank"),
        (Extract(first, first, min_diff=2), "lora.bad_min_diff"),
        (Resize(first, 2, output=Output(first.with_name("x.ckpt"))), "lora.output_name"),
    ]  # fmt: skip
    for wish, code in wrong:
        with pytest.raises(UsageError) as refused:
            plan_tool(wish, MAC)
        assert refused.value.code == code, wish


def test_files_that_are_none(tmp_path: Path, first: Path) -> None:
    web_page = tmp_path / "page.safetensors"
    web_page.write_text("<html>")
    text = tmp_path / "notes.md"
    text.write_text("hello")
    pickle = tmp_path / "old.pt"
    pickle.write_bytes(b"\x80\x02}.")
    base = write_base(tmp_path / "base.safetensors")
    wrong = {
        tmp_path / "no.safetensors": "lora.missing", web_page: "base.web_page", pickle: "lora.pickle",
        text: "inspect.no_model", base: "lora.not_a_lora",
    }  # fmt: skip
    for path, code in wrong.items():
        with pytest.raises(RunError) as refused:
            plan_tool(Resize(path, 2), MAC)
        assert refused.value.code == code, path
    with pytest.raises(RunError) as refused:
        plan_tool(Merge((first,), base=tmp_path / "no"), MAC)
    assert refused.value.code == "lora.base_missing"


def test_ranks_that_are_not_lower(first: Path, tmp_path: Path) -> None:
    for wish in (
        Resize(first, 4),
        Resize(first, 8),
        Resize(first, 2, conv_rank=8),
        Resize(first, 8, keep=0.9),
    ):
        assert codes(plan_tool(wish, MAC)) == ["lora.rank_not_lower"], wish
    conv = write_lora(tmp_path / "conv.safetensors", layers=CONV)
    assert not codes(plan_tool(Resize(conv, 4, conv_rank=2), MAC))


def test_layers_narrower_than_the_rank(tmp_path: Path) -> None:
    layers = {**LAYERS, "lora_unet_conv_out": (4, 16, 3, 3)}
    path = write_lora(tmp_path / "l.safetensors", layers=layers, rank=16)
    assert codes(plan_tool(Resize(path, 8), MAC)) == ["lora.rank_above_layer"]
    assert not codes(plan_tool(Resize(path, 8, conv_rank=4), MAC))
    assert not codes(plan_tool(Resize(path, 8, keep=0.9), MAC))


def test_kinds_that_the_tools_pass_over(tmp_path: Path) -> None:
    """Each would become an empty or a wrong file without a word."""
    plain = lora_tensors(LAYERS)
    name = next(iter(LAYERS))
    peft = {
        key.replace("lora_down", "lora_A").replace("lora_up", "lora_B"): each for key, each in plain.items()
    }
    peft = {key.replace("lora_unet_", "unet."): each for key, each in peft.items()}
    cases = {
        "lora.other_names": peft,
        "lora.kind_unfit": {**plain, f"{name}.dora_scale": [[1.0]] * 24},
    }
    for code, tensors in cases.items():
        path = write_tensors(tmp_path / "l.safetensors", tensors, SD15)
        assert codes(plan_tool(Resize(path, 2), MAC)) == [code]
    core = {**plain, f"{name}.lora_mid.weight": [[1.0] * 4] * 4}
    assert codes(plan_tool(Resize(write_tensors(tmp_path / "m.safetensors", core, SD15), 2), MAC)) == [
        "lora.kind_unfit"
    ]


def test_what_does_not_go_together(first: Path, tmp_path: Path) -> None:
    other = write_lora(tmp_path / "x.safetensors", metadata={"ss_base_model_version": "sdxl_base_v1-0"})
    assert codes(plan_tool(Merge((first, other)), MAC)) == ["lora.other_family"]
    flux = write_lora(tmp_path / "f.safetensors", metadata={"ss_base_model_version": "flux1"})
    assert "lora.family_unfit" in codes(plan_tool(Merge((first, flux), rank=4), MAC))
    base = write_base(tmp_path / "base.safetensors", "sdxl")
    assert codes(plan_tool(Merge((first,), base=base), MAC)) == ["lora.other_family"]
    conv = write_lora(tmp_path / "conv.safetensors", layers=CONV)
    assert codes(plan_tool(Merge((first, conv)), MAC)) == ["lora.merge_uneven"]
    assert not codes(plan_tool(Merge((first, conv), rank=4), MAC))


def test_bases_that_cannot_be_loaded(first: Path, tmp_path: Path) -> None:
    whole = write_base(tmp_path / "base.safetensors")
    part = write_safetensors(tmp_path / "part.safetensors", base_shapes(without="vae"))
    other = write_base(tmp_path / "xl.safetensors", "sdxl")
    assert codes(plan_tool(Merge((first,), base=part), MAC)) == ["lora.base_incomplete"]
    assert codes(plan_tool(Extract(whole, whole), MAC)) == ["lora.same_models"]
    assert codes(plan_tool(Extract(whole, other), MAC)) == ["lora.other_family"]


def test_conversions_that_nobody_needs_or_can_do(first: Path, tmp_path: Path) -> None:
    lumina = write_lora(tmp_path / "lu.safetensors", metadata={"ss_base_model_version": "lumina2"})
    for path, to, code in ((first, "diffusers", "lora.convert_needless"), (first, "kohya", "lora.convert_needless"),
                           (lumina, "comfyui", "lora.no_converter")):  # fmt: skip
        with pytest.raises(RunError) as refused:
            plan_tool(Convert(path, to), MAC)  # type: ignore[arg-type]
        assert refused.value.code == code
    assert codes(plan_tool(Convert(first, output=Output(precision="float")), MAC)) == ["lora.convert_same"]
    assert codes(plan_tool(Convert(first, "lora", 2), MAC)) == ["lora.not_dylora"]


def test_devices(first: Path) -> None:
    assert codes(plan_tool(Resize(first, 2, device="mps"), MAC)) == ["lora.no_svd_on_mps"]
    assert codes(plan_tool(Resize(first, 2, device="cuda"), CPU)) == ["lora.no_cuda"]


def test_no_file_is_lost(first: Path, second: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert codes(plan_tool(Resize(first, 2, output=Output(second)), MAC)) == ["lora.output_taken"]
    assert not codes(plan_tool(Resize(first, 2, output=Output(second, overwrite=True)), MAC))
    assert codes(plan_tool(Resize(first, 2, output=Output(first, overwrite=True)), MAC)) == [
        "lora.output_is_source"
    ]
    monkeypatch.setattr(files, "free_bytes", lambda path: 1000)
    assert codes(plan_tool(Resize(first, 2), MAC)) == ["lora.no_room"]


# --- the parts


def test_other_metadata_same_numbers(first: Path, tmp_path: Path) -> None:
    target = tmp_path / "new.safetensors"
    write_with_metadata(first, target, {"名": "宁光", "a": "b"})
    old, new = first.read_bytes(), target.read_bytes()
    lengths = [struct.unpack("<Q", data[:8])[0] for data in (old, new)]
    assert old[8 + lengths[0] :] == new[8 + lengths[1] :] and lengths[1] % 8 == 0
    header = read_header(target)
    assert header.metadata["名"] == "宁光" and len(header.metadata[HASH]) == 64
    assert {name: one.shape for name, one in header.tensors.items()} == {
        name: one.shape for name, one in read_header(first).tensors.items()
    }


def test_into_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made, target = tmp_path / "made", tmp_path / "target"
    made.write_text("new")
    target.write_text("old")
    with pytest.raises(HostError) as refused:
        files.move_into_place(made, target)
    assert refused.value.code == "files.taken" and target.read_text() == "old" and made.exists()
    files.move_into_place(made, target, overwrite=True)
    assert target.read_text() == "new" and not made.exists()

    def no_links(*arguments: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", no_links)  # as on exFAT
    target.rename(made)
    files.move_into_place(made, target)
    assert target.read_text() == "new" and not made.exists()
    made.write_text("newer")
    with pytest.raises(HostError):
        files.move_into_place(made, target)
    assert target.read_text() == "new"


PRINTED = """\
2026-01-01 INFO loading: x.safetensors
number of LoRA modules: 3
lora_unet_a.lora_down.weight,(4-320),0.026900000870227814,1.2e-08
lora_unet_a.lora_up.weight,(320-4-1-1),0.0,0.0
lora_unet_b.oft_blocks,(320,),nan,nan
"""
"""check_lora_weights.py of sd-scripts v0.10.1."""


def test_what_the_check_prints() -> None:
    found = list(parse_check(PRINTED))
    assert [(one.name, one.shape) for one in found] == [
        ("lora_unet_a.lora_down.weight", (4, 320)), ("lora_unet_a.lora_up.weight", (320, 4, 1, 1)),
        ("lora_unet_b.oft_blocks", (320,)),
    ]  # fmt: skip
    assert found[0].mean == pytest.approx(0.0269) and found[2].mean != found[2].mean


# --- as a person meets it


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_the_command_says_what_it_would_do(
    first: Path, language: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["lora", "resize", str(first), "--rank", "2", "--dry-run", "--lang", language]) == 0
    shown = capsys.readouterr().out
    assert (
        "一-r2.safetensors" in shown
        and ("Nothing was written" if language == "en" else "没有写入任何文件") in shown
    )
    assert not first.with_name("一-r2.safetensors").exists()


def test_weights_on_the_command_line(first: Path, second: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One for each file: equal ones are not one."""
    command = ["lora", "merge", str(first), str(second), "--dry-run", "--json", "--rank", "4", "--weights"]
    assert main([*command, "0.5,0.5"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["arguments"][4:6] == ["0.500000000", "0.500000000"]
    assert main([*command, "0.5，-1"]) == 0  # a Chinese comma
    assert main([*command, "a,b"]) == 2 and "lora.bad_weights" in capsys.readouterr().err


def test_as_json(first: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lora", "resize", str(first), "--rank", "2", "--dry-run", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["verb"], told["version"], told["sources"]) == ("resize", 1, [str(first)])


def test_every_refusal_says_what_to_do() -> None:
    table = texts.table("lora")
    told = {code for code in table if not code.endswith(".hint")}
    assert {code for code in told if f"{code}.hint" not in table} == {"lora.check_unfit"}


def test_what_holds_the_machine_and_is_no_run_is_not_taken_for_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A grid, or one of these tools, whose process carries its name: nobody else tries to watch over it as over a training."""
    monkeypatch.setenv("KOHYA_DRIVER_HOME", str(tmp_path / "home"))
    held = tmp_path / "grid"
    log = tmp_path / "log"
    child = process.start_child(["sleep", "30"], cwd=tmp_path, env=dict(os.environ), log=log, mark=str(held))
    try:
        with machine.holding(held):
            assert machine.holder() is not None and adopt_unwatched() is None
            with pytest.raises(RunError) as busy, machine.holding(tmp_path / "other"):
                pass
            assert busy.value.code == "run.machine_busy"
    finally:
        process.stop_child(child, hurry=lambda: True)


def test_a_plan_with_errors_is_not_started(first: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KOHYA_DRIVER_HOME", str(first.parent / "home"))
    with pytest.raises(DriverError) as refused:
        api.make_lora(Resize(first, 4))
    assert refused.value.code == "lora.rank_not_lower" and refused.value.exit_code == 8
