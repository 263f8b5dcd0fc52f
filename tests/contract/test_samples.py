"""Prompts, samples and comparison grids on the real engine."""

from __future__ import annotations

import ast
import functools
import json
import logging
import re
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from kohya_driver import api, process
from kohya_driver.engine import draw_script
from kohya_driver.engine.kinds import kind_of
from kohya_driver.engine.model import Engine
from kohya_driver.engine.store import find_engine
from kohya_driver.errors import RunError
from kohya_driver.host import probe_host
from kohya_driver.planning.prompts import SAMPLERS, Prompt, prompt_line, read_prompts
from kohya_driver.sampling.build import build_grid_plan
from kohya_driver.sampling.draw import draw_grid
from kohya_driver.sampling.model import Grid, GridConfig, Lora
from kohya_driver.sampling.subject import Base, GridSubject
from tests.contract.conftest import run_inside
from tests.project import write_picture

pytestmark = pytest.mark.engine

WORDS = st.text(st.sampled_from("ab宁 ,.()-#:"), min_size=1, max_size=20).map(lambda text: "x" + text)


@functools.cache
def line_reader() -> Callable[[str], dict[str, Any]]:
    """The engine's own function, without the engine's other imports."""
    engine = find_engine()
    if engine is None:
        pytest.skip(
            "the engine is not installed here: `kohya-driver engine install` (then run the tests again)"
        )
    tree = ast.parse((engine.checkout / "library" / "train_util.py").read_text(encoding="utf-8"))
    found = next(
        node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "line_to_prompt_dict"
    )
    names: dict[str, Any] = {"re": re, "logger": logging.getLogger(__name__)}
    exec(compile(ast.Module([found], []), "train_util.py", "exec"), names)
    reader: Callable[[str], dict[str, Any]] = names["line_to_prompt_dict"]
    return reader


@settings(max_examples=100, deadline=None)
@given(
    st.builds(
        Prompt,
        text=WORDS,
        negative=WORDS,
        width=st.integers(64, 4096),
        height=st.integers(64, 4096),
        seed=st.integers(0, 2**32 - 1),
        steps=st.integers(1, 150),
        scale=st.sampled_from([1.0, 7.0, 7.5, 12.25]),
        sampler=st.sampled_from(SAMPLERS),
    )
)
def test_the_engine_reads_a_prompt_as_we_do(prompt: Prompt) -> None:
    line = prompt_line(prompt)
    (ours,) = read_prompts(line)
    assert line_reader()(line) == {
        "prompt": ours.text,
        "negative_prompt": ours.negative,
        "width": ours.width,
        "height": ours.height,
        "seed": ours.seed,
        "sample_steps": ours.steps,
        "scale": ours.scale,
        "sample_sampler": ours.sampler,
    }


# --- comparison grids


TARGETS = (
    ("lora_unet_mid_block_attentions_0_transformer_blocks_0_attn2_to_k", 768, 1280),
    ("lora_unet_up_blocks_1_attentions_0_transformer_blocks_0_attn2_to_v", 768, 1280),
    ("lora_te_text_model_encoder_layers_0_mlp_fc1", 768, 3072),
)


def write_lora(path: Path, seed: int, rank: int = 4) -> Path:
    """A LoRA of random weights, strong enough to be seen."""
    chance = numpy.random.default_rng(seed)
    tensors: dict[str, Any] = {}
    for name, inside, outside in TARGETS:
        tensors[f"{name}.alpha"] = numpy.float32(rank)
        tensors[f"{name}.lora_down.weight"] = chance.normal(0, 0.3, (rank, inside)).astype("<f4")
        tensors[f"{name}.lora_up.weight"] = chance.normal(0, 0.3, (outside, rank)).astype("<f4")
    header: dict[str, Any] = {
        "__metadata__": {"ss_network_module": "networks.lora", "ss_base_model_version": "sd_v1"}
    }
    data = b""
    for name, values in tensors.items():
        piece = values.tobytes()
        header[name] = {
            "dtype": "F32",
            "shape": list(values.shape),
            "data_offsets": [len(data), len(data) + len(piece)],
        }
        data += piece
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)
    return path


PROMPTS = ("ning, a {red|blue} hat", "ning, a {red|blue} hat", "宁光 AND a cat")


@pytest.fixture(scope="module")
def grid(installed_engine: Engine, random_base: Path, tmp_path_factory: pytest.TempPathFactory) -> Grid:
    """Two LoRA files and the base alone, at no weight and at full weight; the first prompt twice."""
    folder = tmp_path_factory.mktemp("对比 图")
    loras = tuple(
        Lora(write_lora(folder / f"宁光-{step}.safetensors", step), f"step {step}", step, 1)
        for step in (1, 2)
    )
    subject = GridSubject(folder, False, loras, Base(random_base, "sd15", {}), device="cpu")
    config = GridConfig(PROMPTS, "bad", weights=(0.0, 1.0), steps=2, size=(64, 64), output=folder / "grid")
    plan = build_grid_plan(subject, config, probe_host())
    assert not plan.findings
    return draw_grid(plan, installed_engine)


def pixels(grid: Grid, prompt: int, lora: int, weight: float | None) -> bytes:
    cell = grid.plan.cell(prompt, lora, weight)
    assert cell is not None
    with Image.open(grid.folder / cell.file) as picture:
        assert picture.size == (64, 64)
        return picture.convert("RGB").tobytes()


def test_the_weight_and_the_checkpoint_are_seen(grid: Grid) -> None:
    one, other, base = pixels(grid, 0, 1, 1.0), pixels(grid, 0, 2, 1.0), pixels(grid, 0, 0, None)
    assert len({one, other, base}) == 3


def test_at_no_weight_it_is_the_base_alone(grid: Grid) -> None:
    for prompt in range(len(PROMPTS)):
        assert {pixels(grid, prompt, 1, 0.0), pixels(grid, prompt, 2, 0.0)} == {pixels(grid, prompt, 0, None)}


def test_the_same_seed_gives_the_same_picture(grid: Grid) -> None:
    """In the same start of the engine, with other LoRA files, weights and prompts drawn in between."""
    for lora, weight in ((0, None), (1, 0.0), (1, 1.0), (2, 1.0)):
        assert pixels(grid, 0, lora, weight) == pixels(grid, 1, lora, weight) != pixels(grid, 2, lora, weight)


def test_a_prompt_means_what_it_means_in_training(grid: Grid) -> None:
    """No choice among {red|blue}; the settings stand in the picture."""
    for cell in grid.plan.cells:
        with Image.open(grid.folder / cell.file) as picture:
            told = picture.text  # type: ignore[attr-defined]
        assert told["prompt"] == PROMPTS[cell.prompt].replace(" AND ", " and ")
        assert (told["seed"], told["steps"], told["negative-prompt"]) == ("42", "2", "bad")
        assert json.loads(told["kohya-driver"])["weight"] == cell.weight


def test_the_base_is_loaded_once_and_nothing_is_written_into_the_engine(
    grid: Grid, installed_engine: Engine
) -> None:
    log = (grid.folder / "engine.log").read_text(encoding="utf-8")
    assert log.count("load StableDiffusion checkpoint") == 1
    assert not list(installed_engine.checkout.glob("kohya_driver*"))
    assert grid.timings["loading"] > 0 and not process.marked(str(grid.plan.folder))


def test_a_lora_that_is_built_otherwise_is_refused(
    installed_engine: Engine, random_base: Path, tmp_path: Path
) -> None:
    loras = tuple(
        Lora(write_lora(tmp_path / f"{rank}.safetensors", 1, rank), f"step {rank}", rank, 1)
        for rank in (4, 8)
    )
    subject = GridSubject(tmp_path, False, loras, Base(random_base, "sd15", {}), device="cpu")
    config = GridConfig(("a",), weights=(1.0,), steps=1, size=(64, 64), output=tmp_path / "grid")
    with pytest.raises(RunError) as failure:
        draw_grid(build_grid_plan(subject, config, probe_host()), installed_engine)
    assert failure.value.code == "grid.failed" and "built otherwise" in failure.value.findings[0].message


def test_the_script_still_knows_no_mps_and_the_answer_reaches_it(installed_engine: Engine) -> None:
    """The one place where it names a device; every other word of CUDA in it asks first whether there is any."""
    text = (installed_engine.checkout / "gen_img.py").read_text(encoding="utf-8")
    named = re.findall(r"torch\.device\(.*\)", text)
    assert named == ['torch.device("cuda" if torch.cuda.is_available() else "cpu")']
    for line in text.splitlines():
        if "torch.cuda." in line:
            assert "is_available()" in line or "empty_cache()" in line
    assert run_inside(installed_engine, "device_of_drawing.py", str(draw_script())) == {
        "device": "mps", "other": "float32", "was": "cpu",
    }  # fmt: skip


# --- without sd-scripts


@pytest.fixture(scope="module")
def tiny_run(tmp_path_factory: pytest.TempPathFactory) -> api.Run:
    """Two checkpoints of the embedded engine, trained far too fast, so that they are seen."""
    kind = kind_of("embedded")
    engine = kind.find()
    if engine is None:
        pytest.skip("the engine is not installed here: `kohya-driver engine install --engine embedded`")
    folder = tmp_path_factory.mktemp("tiny")
    for number in range(3):
        write_picture(folder / "image" / "1_ning" / f"{number}.png", (64, 64), "ning, smile")
    preset = folder / "preset.toml"
    preset.write_text(
        TINY.format(base=kind.random_base(engine, "sd15", lambda share: None)), encoding="utf-8"
    )
    result = api.train(api.load_preset(preset))
    assert result.outcome == "succeeded", result.evidence
    return api.open_run(result.folder)


TINY = """
[model]
base = "{base}"
[dataset]
trigger = "ning"
train_data_dir = "image"
resolution = 64
[network]
dim = 4
alpha = 4.0
[optimizer]
learning_rate = 0.02
[training]
max_train_epochs = 2
[saving]
every_n_epochs = 1
[launch]
engine = "embedded"
[safety]
notify = false
"""


def test_the_embedded_engine_draws_its_own(tiny_run: api.Run) -> None:
    """The same as above, on a base that only it can load: weights and checkpoints are seen, weight 0 is the base alone."""
    config = GridConfig(
        ("{trigger}, smile", "{trigger}, smile"), weights=(0.0, 1.0), steps=2, checkpoints="all"
    )
    grid = api.sample(tiny_run.folder, config)
    assert grid.plan.engine == "embedded" and [one.step for one in grid.plan.loras] == [None, 3, 6]
    base = pixels(grid, 0, 0, None)
    assert {pixels(grid, 0, lora, 0.0) for lora in (1, 2)} == {base}
    assert len({base, pixels(grid, 0, 1, 1.0), pixels(grid, 0, 2, 1.0)}) == 3
    assert all(pixels(grid, 0, lora, 1.0) == pixels(grid, 1, lora, 1.0) for lora in (1, 2))
    with Image.open(grid.folder / "cells" / "p1-step000003-w1.png") as picture:
        assert json.loads(picture.text["kohya-driver"])["prompt"] == "ning, smile"  # type: ignore[attr-defined]
