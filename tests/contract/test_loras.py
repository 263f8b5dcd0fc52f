"""The engine's own tools for LoRA files, driven as a person drives them: what they make is held against the numbers themselves."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy
import pytest

from kohya_driver import api, files
from kohya_driver.engine.bases import TOKENIZER
from kohya_driver.engine.kinds import EMBEDDED, kind_of
from kohya_driver.engine.model import Engine
from kohya_driver.errors import RunError, StoppedError
from kohya_driver.inspection.look import inspect_file
from kohya_driver.loras.rewrite import HASH
from kohya_driver.run.stop import Stop
from tests.contract.conftest import run_inside
from tests.lora_files import CONV, LAYERS, SD15, UNET, apart, changes, lora_tensors, write_lora, write_tensors

pytestmark = pytest.mark.engine

TAGS = {
    "ss_tag_frequency": '{"6_ning": {"ning": 6, "smile": 3}}',
    "ss_dataset_dirs": '{"6_ning": {"img_count": 6}}',
}


@pytest.fixture(scope="module")
def pair(installed_engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two LoRAs of the same layers with other ranks and alphas, in a folder whose name is no ASCII."""
    folder = tmp_path_factory.mktemp("合并 图")
    first = write_lora(folder / "宁光.safetensors", rank=4, alpha=2.0, seed=1, metadata=TAGS)
    second = write_lora(folder / "style one.safetensors", rank=8, alpha=8.0, seed=2)
    return first, second


def hash_of_tensors(path: Path) -> str:
    import hashlib

    data = path.read_bytes()
    return hashlib.sha256(data[8 + int.from_bytes(data[:8], "little") :]).hexdigest()


@pytest.fixture
def logs() -> Callable[[], set[Path]]:
    """Those that are new."""
    folder = files.home() / "logs"
    before = set(folder.glob("lora-*"))
    return lambda: set(folder.glob("lora-*")) - before


def test_resized_it_does_nearly_the_same(
    pair: tuple[Path, Path], tmp_path: Path, logs: Callable[[], set[Path]]
) -> None:
    seen: list[api.ToolPlan] = []
    wish = api.Resize(pair[1], rank=4, output=api.Output(tmp_path / "small.safetensors", "fp16"))
    made = api.make_lora(wish, on_plan=seen.append)
    before, after = changes(pair[1]), changes(made.path)
    assert made.found.ranks == {4: len(LAYERS)} and made.found.dtypes.keys() == {"F16"}
    for name, matrix in before.items():  # the best that four ranks can be, to 16 bits
        best = numpy.linalg.svd(matrix, compute_uv=False)
        off = float(numpy.linalg.norm(after[name] - matrix))
        assert off == pytest.approx(float(numpy.sqrt(numpy.sum(best[4:] ** 2))), rel=2e-3)
    assert made.share is not None and 0.5 < made.share < 1
    told = made.found.metadata
    assert (
        told["ss_output_name"] == "small"
        and told["ss_network_dim"] == "4"
        and told["ss_base_model_version"] == "sd_v1"
    )
    assert told["ss_training_comment"].startswith("dimension is resized from 8 to 4")
    assert told[HASH] == hash_of_tensors(made.path)
    assert seen[0].output == made.path and list(tmp_path.iterdir()) == [made.path] and not logs()


@pytest.mark.long
@pytest.mark.parametrize(("rank", "fewer"), [(8, 4), (200, 100)])
def test_wide_layers_are_cut_as_well(installed_engine: Engine, tmp_path: Path, rank: int, fewer: int) -> None:
    """Where few directions are found first, and where there are too many for that (engine/tool.py)."""
    path = write_lora(tmp_path / "wide.safetensors", layers={f"{UNET}_attn2_to_k": (900, 700)}, rank=rank)
    made = api.make_lora(api.Resize(path, rank=fewer, output=api.Output(tmp_path / "cut", "float")))
    ((name, matrix),) = changes(path).items()
    rest = numpy.linalg.svd(matrix, compute_uv=False)[fewer:]
    off = float(numpy.linalg.norm(changes(made.path)[name] - matrix))
    assert off == pytest.approx(float(numpy.sqrt(numpy.sum(rest**2))), rel=1e-4)


def test_merged_without_a_rank_it_is_the_sum(pair: tuple[Path, Path], tmp_path: Path) -> None:
    """Number for number, with weights, alphas and ranks of each: what the tool alone gives differs (below)."""
    wish = api.Merge(pair, weights=(0.8, -0.5), output=api.Output(tmp_path / "both", "float"))
    made = api.make_lora(wish)
    first, second = (changes(path) for path in pair)
    assert apart(changes(made.path), {name: 0.8 * first[name] - 0.5 * second[name] for name in first}) < 1e-5
    assert made.path == tmp_path / "both.safetensors" and made.found.ranks == {12: len(LAYERS)}
    told = made.found.metadata
    assert told["ss_network_dim"] == "12" and told["ss_base_model_version"] == "sd_v1"
    assert told["ss_training_comment"] == "merged from 宁光 x 0.8, style one x -0.5"
    assert told["modelspec.trigger_phrase"] == "ning" and told[HASH] == hash_of_tensors(made.path)
    assert json.loads(told["ss_tag_frequency"]) == {"宁光: 6_ning": {"ning": 6, "smile": 3}}
    assert inspect_file(made.path).trigger == "ning"


@pytest.mark.long
def test_of_sdxl_too(installed_engine: Engine, tmp_path: Path) -> None:
    """It has a merging tool of its own, which is as wrong and is set right in the same way."""
    said = {"ss_base_model_version": "sdxl_base_v1-0"}
    layers = {"lora_unet_input_blocks_4_1_transformer_blocks_0_attn2_to_k": (24, 20)}
    paths = [
        write_lora(
            tmp_path / f"{rank}.safetensors", layers=layers, rank=rank, alpha=3, seed=rank, metadata=said
        )
        for rank in (4, 8)
    ]
    made = api.make_lora(api.Merge(tuple(paths), (1.5, 0.5), output=api.Output(tmp_path / "both")))
    assert made.plan.script == "networks/sdxl_merge_lora.py" and made.found.family == "sdxl"
    first, second = (changes(path) for path in paths)
    assert apart(changes(made.path), {name: 1.5 * first[name] + 0.5 * second[name] for name in first}) < 1e-5
    half = api.make_lora(api.Convert(paths[0], output=api.Output(tmp_path / "half", "fp16")))
    assert apart(changes(half.path), first) < 1e-3 and half.found.family == "sdxl"


@pytest.mark.long
def test_the_tool_alone_does_not_give_the_sum(
    pair: tuple[Path, Path], installed_engine: Engine, tmp_path: Path
) -> None:
    """Why the ratios are corrected: `--concat` squares them, and divides by the rank of all. When this fails, it was mended."""
    from kohya_driver.loras.tool import run_script

    target = tmp_path / "tool.safetensors"
    arguments = ["--models", *map(str, pair), "--ratios", "0.8", "0.5", "--concat", "--save_to", str(target)]
    run_script(installed_engine, "networks/merge_lora.py", arguments, "merge", Stop(), lambda progress: None)
    first, second = (changes(path) for path in pair)
    wanted = {name: 0.8 * first[name] + 0.5 * second[name] for name in first}
    # (alpha / all ranks) · ratio² of each, instead of (alpha / its rank) · ratio.
    given = {name: 0.64 * 4 / 12 * first[name] + 0.25 * 8 / 12 * second[name] for name in first}
    assert apart(changes(target), given) < 1e-5 and apart(changes(target), wanted) > 0.5


@pytest.mark.long
def test_merged_to_a_rank_it_is_the_nearest_to_the_sum(
    pair: tuple[Path, Path], installed_engine: Engine, tmp_path: Path
) -> None:
    """To as many ranks as they have together it is the sum; the tool alone cuts off the largest hundredth of the numbers."""
    first, second = (changes(path) for path in pair)
    wanted = {name: 0.8 * first[name] + 0.5 * second[name] for name in first}
    output = api.Output(tmp_path / "both", "float")
    made = api.make_lora(api.Merge(pair, weights=(0.8, 0.5), rank=12, output=output))
    assert apart(changes(made.path), wanted) < 1e-5
    assert made.found.metadata["ss_network_dim"] == "12"
    fewer = api.make_lora(
        api.Merge(pair, weights=(0.8, 0.5), rank=6, output=api.Output(tmp_path / "fewer", "float"))
    )
    for name, matrix in wanted.items():  # the best that six ranks can be
        rest = numpy.linalg.svd(matrix, compute_uv=False)[6:]
        off = float(numpy.linalg.norm(changes(fewer.path)[name] - matrix))
        assert off == pytest.approx(float(numpy.sqrt(numpy.sum(rest**2))), rel=1e-3)
    alone = tmp_path / "alone.safetensors"
    environment = {**os.environ, "PYTHONPATH": str(installed_engine.checkout), "PYTHONDONTWRITEBYTECODE": "1"}
    command: list[str | Path] = [
        installed_engine.python,
        "networks/svd_merge_lora.py",
        "--models",
        *pair,
        "--ratios",
        "0.8",
        "0.5",
    ]
    command += ["--new_rank", "12", "--save_to", alone]
    subprocess.run(command, cwd=installed_engine.checkout, env=environment, check=True, capture_output=True)
    off = apart(changes(alone), wanted)
    print(f"the tool alone is off by {off:.1%}")
    assert off > 0.02


@pytest.mark.long
def test_loras_of_other_layers_merge_to_a_rank(pair: tuple[Path, Path], tmp_path: Path) -> None:
    conv = write_lora(tmp_path / "conv.safetensors", layers=CONV, rank=4, seed=3)
    with pytest.raises(RunError) as failure:
        api.make_lora(api.Merge((pair[0], conv)))
    assert failure.value.code == "lora.merge_uneven"
    made = api.make_lora(api.Merge((pair[0], conv), rank=8, conv_rank=2, output=api.Output(tmp_path / "m")))
    assert made.found.ranks == {8: len(LAYERS), 2: 1} and made.found.kind == "locon"


@pytest.mark.long
def test_kept_by_share(pair: tuple[Path, Path], tmp_path: Path) -> None:
    output = api.Output(tmp_path / "kept", "float")
    made = api.make_lora(api.Resize(pair[1], rank=8, keep=0.8, output=output))
    before, after = changes(pair[1]), changes(made.path)
    assert len(made.found.ranks) >= 1 and max(made.found.ranks) < 8
    for name, matrix in before.items():
        assert numpy.linalg.norm(after[name]) >= 0.8 * numpy.linalg.norm(matrix)
    assert made.found.metadata["ss_network_dim"] == "Dynamic"


@pytest.mark.long
def test_in_fewer_bits_it_is_the_same(pair: tuple[Path, Path], tmp_path: Path) -> None:
    made = api.make_lora(api.Convert(pair[0], output=api.Output(tmp_path / "half", "fp16")))
    assert apart(changes(made.path), changes(pair[0])) < 1e-3 and made.found.dtypes.keys() == {"F16"}
    told = made.found.metadata
    assert told["ss_tag_frequency"] == TAGS["ss_tag_frequency"] and told["ss_output_name"] == "half"
    assert told[HASH] == hash_of_tensors(made.path) and not made.findings


@pytest.mark.long
def test_one_rank_of_a_dylora(installed_engine: Engine, tmp_path: Path) -> None:
    path = write_lora(
        tmp_path / "dy.safetensors", rank=8, alpha=8, metadata={"ss_network_module": "networks.dylora"}
    )
    made = api.make_lora(api.Convert(path, to="lora", rank=2))
    assert made.path == tmp_path / "dy-r2.safetensors" and made.found.ranks == {2: len(LAYERS)}
    assert inspect_file(made.path).kind == "lora" and made.found.metadata["ss_network_dim"] == "2"
    assert sorted(one.name for one in tmp_path.iterdir()) == ["dy-r2.safetensors", "dy.safetensors"]


FLUX = {
    "lora_unet_double_blocks_0_img_attn_proj": (3072, 3072),
    "lora_unet_single_blocks_0_linear2": (3072, 15360),
}


@pytest.mark.long
def test_for_diffusers_and_back(installed_engine: Engine, tmp_path: Path) -> None:
    """A LoRA of FLUX, which the engine writes under other names than ai-toolkit and diffusers."""
    metadata = {"ss_base_model_version": "flux1", "ss_network_module": "networks.lora_flux", "ss_v2": ""}
    path = write_lora(tmp_path / "flux.safetensors", layers=FLUX, metadata=metadata)
    there = api.make_lora(api.Convert(path, to="diffusers"))
    assert there.found.naming == "peft" and there.share == pytest.approx(1, abs=1e-4)
    back = api.make_lora(api.Convert(there.path, to="kohya"))
    assert apart(changes(back.path), changes(path)) < 1e-5


def test_checked(pair: tuple[Path, Path], tmp_path: Path) -> None:
    tensors = lora_tensors(LAYERS)
    names = [name for name in tensors if name.endswith("lora_up.weight")]
    tensors[names[0]][0, 0] = numpy.nan
    tensors[names[1]][:] = 0
    checked = api.check_lora(write_tensors(tmp_path / "broken.safetensors", tensors, SD15))
    assert len(checked.tensors) == 2 * len(LAYERS)
    assert [finding.code for finding in checked.findings] == ["lora.check_not_finite", "lora.check_partly"]
    sound = next(one for one in checked.tensors if one.name == names[2])
    assert sound.shape == tensors[names[2]].shape
    assert sound.mean == pytest.approx(float(numpy.mean(numpy.abs(tensors[names[2]]))), rel=1e-5)


def test_what_fails_leaves_a_log_and_nothing_else(
    pair: tuple[Path, Path], tmp_path: Path, logs: Callable[[], set[Path]]
) -> None:
    """Two halves that do not fit together: no header tells, the engine's tool does."""
    tensors = lora_tensors(LAYERS, rank=8)
    name = next(name for name in tensors if name.endswith("lora_up.weight"))
    tensors[name] = tensors[name][:, :6]
    path = write_tensors(tmp_path / "torn.safetensors", tensors, SD15)
    with pytest.raises(RunError) as failure:
        api.make_lora(api.Resize(path, rank=4))
    (finding,) = failure.value.findings
    assert finding.code == "lora.failed" and "resize_lora.py" in finding.message
    assert "rank 8 6 mismatch" in finding.message
    (log,) = logs()
    assert str(log) == finding.where and "Traceback" in log.read_text(encoding="utf-8")
    log.unlink()
    assert list(tmp_path.iterdir()) == [path]


def test_stopped_it_leaves_nothing(
    pair: tuple[Path, Path], tmp_path: Path, logs: Callable[[], set[Path]]
) -> None:
    stop = Stop()
    stop.ask()
    with pytest.raises(StoppedError) as stopped:
        api.make_lora(api.Resize(pair[1], rank=2, output=api.Output(tmp_path / "x")), stop=stop)
    assert stopped.value.code == "lora.stopped" and not list(tmp_path.iterdir()) and not logs()


# --- with whole models, and in a program that draws


@pytest.fixture(scope="module")
def embedded(installed_engine: Engine) -> Engine:
    found = kind_of(EMBEDDED).find()
    if found is None:
        pytest.skip("the engine is not installed here: `kohya-driver engine install --engine embedded`")
    return found


Draw = Callable[[Path], dict[str, float]]


@pytest.fixture(scope="module")
def draw(embedded: Engine) -> Draw:
    """How far a LoRA changes a picture that diffusers' own pipeline draws with the tiny base."""
    base = kind_of(EMBEDDED).random_base(embedded, "sd15", lambda share: None)

    def draw(path: Path) -> dict[str, float]:
        tokenizer = str(embedded.tokenizers / TOKENIZER)
        told: dict[str, float] = run_inside(embedded, "draw_with_lora.py", str(base), str(path), tokenizer)
        return told

    return draw


@pytest.fixture(scope="module")
def whole(embedded: Engine, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A LoRA of all layers that a training has, for the tiny base."""
    base = kind_of(EMBEDDED).random_base(embedded, "sd15", lambda share: None)
    path = tmp_path_factory.mktemp("whole") / "whole.safetensors"
    run_inside(embedded, "random_lora.py", str(base), str(path), "8", "1")
    return path


@pytest.mark.long
def test_diffusers_draws_otherwise_with_a_resized_one(whole: Path, draw: Draw, tmp_path: Path) -> None:
    small = api.make_lora(api.Resize(whole, rank=4, output=api.Output(tmp_path / "small")))
    told = draw(small.path)
    assert told["same"] == 0 and told["changed"] > 0 and told["layers"] == 264


@pytest.mark.long
def test_diffusers_draws_otherwise_with_all_that_is_made(
    whole: Path, draw: Draw, embedded: Engine, tmp_path: Path
) -> None:
    """Merged with itself at a half each, exactly or to its own rank, or put in 16 bit, it draws as it did."""
    plain = draw(whole)
    half = api.make_lora(api.Convert(whole, output=api.Output(tmp_path / "half", "fp16")))
    copy = tmp_path / "copy.safetensors"
    copy.write_bytes(whole.read_bytes())
    exact = api.make_lora(api.Merge((whole, copy), (0.5, 0.5), output=api.Output(tmp_path / "exact")))
    ranked = api.make_lora(
        api.Merge((whole, copy), (0.5, 0.5), rank=8, output=api.Output(tmp_path / "ranked"))
    )
    drawn = {made.path.stem: draw(made.path) for made in (half, exact, ranked)}
    print({"plain": plain, **drawn})
    for told in drawn.values():
        assert told["same"] == 0 and told["changed"] > 0 and told["layers"] == 264
        assert told["changed"] == pytest.approx(plain["changed"], rel=0.01)


@pytest.mark.long
def test_into_a_base_model_and_out_of_it_again(
    installed_engine: Engine, embedded: Engine, random_base: Path, tmp_path: Path
) -> None:
    """A LoRA of SD 1.5 becomes a part of the base; the difference of the two bases is the LoRA."""
    lora = tmp_path / "one.safetensors"
    layers = {
        "lora_unet_mid_block_attentions_0_transformer_blocks_0_attn2_to_k": (1280, 768),
        "lora_te_text_model_encoder_layers_0_mlp_fc1": (3072, 768),
    }
    write_lora(lora, layers=layers, rank=4, alpha=4, seed=5)
    output = api.Output(tmp_path / "with.safetensors", "float")
    merged = api.make_lora(api.Merge((lora,), (0.5,), base=random_base, output=output))
    assert merged.found.kind == "checkpoint" and merged.found.family == "sd15"
    wish = api.Extract(
        random_base, merged.path, rank=4, output=api.Output(tmp_path / "out.safetensors", "float")
    )
    found = api.make_lora(wish)
    before, after = changes(lora), changes(found.path)
    for name in layers:
        share = float(numpy.sum(after[name] * before[name]) / numpy.sum(before[name] ** 2))
        print(f"{name}: {share:.3f}")
        assert share == pytest.approx(0.5, abs=0.01), name
    assert found.found.metadata["ss_sd_model_name"] == random_base.name
