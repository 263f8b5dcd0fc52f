"""Comparison grids: what is decided, how it is drawn by a stand-in for the engine, and what is laid out."""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from kohya_driver import files, process, texts
from kohya_driver.engine.model import Engine
from kohya_driver.errors import DriverError, RunError, StoppedError, UsageError
from kohya_driver.planning.prompts import Prompt
from kohya_driver.run import machine
from kohya_driver.run.stop import Stop
from kohya_driver.sampling.adapter import read_adapter
from kohya_driver.sampling.build import build_grid_plan, next_number
from kohya_driver.sampling.columns import choose
from kohya_driver.sampling.draw import draw_grid
from kohya_driver.sampling.job import arguments, workplace
from kohya_driver.sampling.model import Grid, GridConfig, GridPlan, GridProgress, Lora
from kohya_driver.sampling.sheet import OWN, draw_sheet
from kohya_driver.sampling.subject import Base, GridSubject, read_given_base, read_subject
from tests.project import CPU, MAC, OLD_MAC, SMALL_MAC, write_base, write_safetensors

LORA = {
    "lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn2_to_k.lora_down.weight": (4, 768),
    "lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn2_to_k.lora_up.weight": (320, 4),
}
SDXL = {"lora_unet_input_blocks_4_1_proj_in.lora_down.weight": (4, 640)}
COLUMNS = tuple(
    Lora(Path(f"{step}.safetensors"), f"step {step}", step, step // 10) for step in range(10, 130, 10)
)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("KOHYA_DRIVER_HOME", str(tmp_path / "home"))
    texts.use_language("en")
    yield
    texts.use_language(None)


# --- which LoRA files


@pytest.mark.parametrize(
    ("wish", "steps"),
    [
        ("", [10, 40, 70, 90, 120]),
        ("all", list(range(10, 130, 10))),
        ("last", [120]),
        ("last:3", [100, 110, 120]),
        ("last 2", [110, 120]),
        ("last99", list(range(10, 130, 10))),
        ("50", [50]),
        ("120, 20", [120, 20]),
    ],
)
def test_checkpoints(wish: str, steps: list[int]) -> None:
    assert [one.step for one in choose(COLUMNS, wish)] == steps


@pytest.mark.parametrize(("wish", "code"), [("first", "grid.bad_checkpoints"), ("15", "grid.no_such_step"), ("10,x", "grid.bad_checkpoints")])  # fmt: skip
def test_checkpoints_that_are_none(wish: str, code: str) -> None:
    with pytest.raises(UsageError) as failure:
        choose(COLUMNS, wish)
    assert failure.value.code == code


def test_few_are_all_taken() -> None:
    assert choose(COLUMNS[:4], "") == COLUMNS[:4]


@pytest.mark.parametrize(
    ("shapes", "metadata", "family", "module"),
    [
        (LORA, {}, "sd15", "networks.lora"),
        (LORA, {"ss_base_model_version": "sd_v2_768_v"}, "sd2", "networks.lora"),
        (LORA, {"ss_network_module": "networks.dylora"}, "sd15", "networks.lora"),
        (LORA, {"ss_network_module": "lycoris.kohya"}, "sd15", "lycoris.kohya"),
        (SDXL, {}, "sdxl", "networks.lora"),
        ({"lora_unet_x.hada_w1_a": (4, 4)}, {}, "", "lycoris.kohya"),
        ({"oft_unet_x.oft_blocks": (4, 4)}, {}, "", "networks.oft"),
    ],
)
def test_what_a_file_tells(
    tmp_path: Path, shapes: dict[str, tuple[int, ...]], metadata: dict[str, str], family: str, module: str
) -> None:
    adapter = read_adapter(write_safetensors(tmp_path / "a.safetensors", shapes, metadata=metadata))
    assert (adapter.family, adapter.module) == (family, module)


@pytest.mark.parametrize(
    ("shapes", "code"),
    [
        ({"model.diffusion_model.input_blocks.0.0.weight": (4, 4)}, "grid.not_a_lora"),
        ({"unet.down.0.to_k.lora_A.weight": (4, 768)}, "grid.other_lora"),
    ],
)
def test_files_that_cannot_be_drawn_with(
    tmp_path: Path, shapes: dict[str, tuple[int, ...]], code: str
) -> None:
    with pytest.raises(RunError) as failure:
        read_adapter(write_safetensors(tmp_path / "a.safetensors", shapes))
    assert failure.value.code == code


# --- what is decided


def subject_of(tmp_path: Path, **changes: Any) -> GridSubject:
    loras = tuple(
        Lora(write_safetensors(tmp_path / f"ning-{step}.safetensors", LORA), f"step {step}", step, step // 10)
        for step in (10, 20)
    )
    base = Base(write_base(tmp_path / "base.safetensors"), "sd15", {"clip_skip": 2})
    plain = GridSubject(
        tmp_path, True, loras, base, "ning", (Prompt("ning, smile", "bad", 512, 768, 7, 20, 6.0),)
    )
    return replace(plain, **changes)


def plan_of(tmp_path: Path, config: GridConfig = GridConfig(), host: Any = CPU, **changes: Any) -> GridPlan:  # noqa: B008
    return build_grid_plan(subject_of(tmp_path, **changes), config, host)


def test_everything_comes_from_the_run(tmp_path: Path) -> None:
    plan = plan_of(tmp_path)
    assert plan.findings == ()
    assert plan.prompts == (Prompt("ning, smile", "bad", 512, 768, 7, 20, 6.0),)
    assert [one.label for one in plan.loras] == ["no LoRA", "step 10", "step 20"]
    assert [(one.lora, one.weight) for one in plan.cells] == [
        (0, None), (1, 0.6), (1, 0.8), (1, 1.0), (2, 0.6), (2, 0.8), (2, 1.0),
    ]  # fmt: skip
    assert plan.folder == tmp_path / "grids" / "grid-001"
    words = list(arguments(plan))
    assert words[words.index("--clip_skip") + 1] == "2" and words[0] == "--v1"
    assert len({one.file for one in plan.cells}) == len(plan.cells)


def test_what_is_said_counts_more(tmp_path: Path) -> None:
    config = GridConfig(
        prompts=("{trigger}, hat --n old --d 5 --w 64", "a cat"),
        negative="new", weights=(1.0,), seed=9, steps=3, scale=2.0, sampler="ddim", size=(128, 192),
        output=tmp_path / "mine",
    )  # fmt: skip
    plan = plan_of(tmp_path, config)
    assert plan.prompts == (
        Prompt("ning, hat", "new", 128, 192, 9, 3, 2.0), Prompt("a cat", "new", 128, 192, 9, 3, 2.0),
    )  # fmt: skip
    assert (plan.sampler, plan.folder, len(plan.cells)) == ("ddim", tmp_path / "mine", 6)


def test_a_prompt_s_own_options_hold_where_nothing_is_said(tmp_path: Path) -> None:
    config = GridConfig(prompts=("hat --n old --d 5 --w 64 --h 128 --s 4 --l 3 --ss heun",))
    plan = plan_of(tmp_path, config)
    assert plan.prompts == (Prompt("hat", "old", 64, 128, 5, 4, 3.0, "heun"),)
    assert plan.sampler == "heun"


def test_a_file_from_elsewhere(tmp_path: Path) -> None:
    lora = write_safetensors(tmp_path / "宁.safetensors", LORA)
    subject = read_subject(lora, "")
    with pytest.raises(UsageError) as failure:
        build_grid_plan(subject, GridConfig(prompts=("a",)), CPU)
    assert failure.value.code == "grid.base_needed"
    config = GridConfig(prompts=("a",), base=write_base(tmp_path / "base.safetensors"))
    plan = build_grid_plan(subject, config, CPU)
    assert plan.findings == ()
    assert [one.label for one in plan.loras] == ["no LoRA", "LoRA"]
    assert plan.folder == tmp_path / "宁-grid-001"
    assert (plan.prompts[0].width, plan.prompts[0].seed) == (512, 42)


def codes(plan: GridPlan) -> list[str]:
    return [finding.code for finding in plan.findings]


def test_what_stands_in_the_way(tmp_path: Path) -> None:
    other = Base(write_base(tmp_path / "xl.safetensors", "sdxl"), "sdxl", {})
    assert codes(plan_of(tmp_path, base=other)) == ["grid.other_family"] * 2
    gone = Base(tmp_path / "gone.safetensors", "sd15", {})
    assert codes(plan_of(tmp_path, base=gone)) == ["grid.base_missing"]
    assert codes(plan_of(tmp_path, GridConfig(size=(512, 500)))) == ["grid.bad_size"]
    files.write_text(tmp_path / "mine" / "a.txt", "x")
    taken = plan_of(tmp_path, GridConfig(output=tmp_path / "mine"))
    assert codes(taken) == ["grid.folder_taken"]
    with pytest.raises(RunError):
        taken.raise_for_errors()


def test_no_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "free_bytes", lambda path: 1 << 20)
    assert codes(plan_of(tmp_path)) == ["grid.no_room"]


@pytest.mark.parametrize(
    ("config", "code"),
    [
        (GridConfig(weights=()), "grid.bad_weights"),
        (GridConfig(weights=(float("nan"),)), "grid.bad_weights"),
        (GridConfig(weights=(99.0,)), "grid.bad_weights"),
        (GridConfig(sampler="eulr"), "grid.bad_sampler"),
        (GridConfig(prompts=("a --q 3",)), "plan.prompt_option"),
        (GridConfig(prompts=(" ",)), "plan.prompt_empty"),
        (GridConfig(prompts=("a --ss heun", "b --ss ddim")), "grid.one_sampler"),
    ],
)
def test_wishes_that_mean_nothing(tmp_path: Path, config: GridConfig, code: str) -> None:
    with pytest.raises(UsageError) as failure:
        plan_of(tmp_path, config)
    assert failure.value.code == code


def test_no_prompt(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as failure:
        plan_of(tmp_path, prompts=())
    assert failure.value.code == "grid.no_prompt"


@pytest.mark.parametrize(
    ("family", "host", "precision"),
    [("sd15", MAC, "no"), ("sdxl", MAC, "bf16"), ("sdxl", OLD_MAC, "no"), ("sdxl", CPU, "no"), ("sdxl", SMALL_MAC, "bf16")],
)  # fmt: skip
def test_precision(tmp_path: Path, family: str, host: Any, precision: str) -> None:
    base = Base(write_base(tmp_path / "other.safetensors", family), family, {})
    plan = plan_of(tmp_path, host=host, base=base)
    assert plan.precision == precision
    assert ("--bf16" in arguments(plan)) == (precision == "bf16")
    assert plan.device == host.accelerator
    assert plan_of(tmp_path, host=host, base=base, device="cpu").device == "cpu"


def test_a_base_that_could_run_code(tmp_path: Path) -> None:
    pickled = tmp_path / "base.ckpt"
    pickled.write_bytes(b"PK\x03\x04" + bytes(100))
    with pytest.raises(DriverError) as failure:
        read_given_base(pickled)
    assert failure.value.code == "grid.base_pickle"


def write_tiny_base(folder: Path) -> Path:
    """A diffusers folder with a narrow U-Net, as far as its configs tell."""
    files.write_json(folder / "model_index.json", {"_class_name": "StableDiffusionPipeline"})
    files.write_json(
        folder / "unet" / "config.json", {"cross_attention_dim": 768, "block_out_channels": [32, 64]}
    )
    write_safetensors(
        folder / "unet" / "diffusion_pytorch_model.safetensors", {"conv_in.weight": (32, 4, 3, 3)}
    )
    return folder


def test_a_base_that_only_the_embedded_engine_can_load(tmp_path: Path) -> None:
    tiny = Base(write_tiny_base(tmp_path / "tiny"), "sd15", {})
    plan = plan_of(tmp_path, base=tiny)
    assert (plan.engine, codes(plan)) == ("embedded", [])
    assert plan_of(tmp_path).engine == "sd-scripts"
    assert plan_of(tmp_path, engine="embedded").engine == "embedded"
    refused = plan_of(tmp_path, GridConfig(sampler="lms"), base=tiny)
    assert codes(refused) == ["grid.not_by_engine"]


def test_the_engine_that_trained_it_gives_way_for_a_family_that_it_does_not_know(tmp_path: Path) -> None:
    other = Base(write_base(tmp_path / "xl.safetensors", "sdxl"), "sdxl", {})
    assert plan_of(tmp_path, base=other, engine="embedded").engine == "sd-scripts"


def test_numbers(tmp_path: Path) -> None:
    for name in ("grid-002", "grid-010", "grid-x", "other-099"):
        (tmp_path / name).mkdir()
    assert next_number(tmp_path, "grid") == tmp_path / "grid-011"


# --- how it is drawn, by a stand-in for the engine

STAND_IN = """
import hashlib, json, os, sys, time
from PIL import Image
job = json.load(open(sys.argv[1]))
out = job["arguments"][job["arguments"].index("--outdir") + 1]
def tell(**facts):
    with open(job["tell"], "a") as file:
        file.write(json.dumps(facts) + chr(10))
tell(event="ready")
for number, picture in enumerate(job["pictures"], 1):
    tell(event="begun", number=number)
    if number > int(os.environ.get("SLOW_AFTER", "0")):
        time.sleep(float(os.environ.get("SLOW", "0")))
    if os.environ.get("FAIL_AT") == str(number):
        print("Traceback (most recent call last):\\n  File \\"gen_img.py\\", line 1, in main\\nRuntimeError: MPS backend out of memory")
        sys.exit(1)
    tell(event="step", number=number, done=1, of=1)
    image = Image.new("RGB", (64, 64), tuple(hashlib.sha256(picture["file"].encode()).digest()[:3]))
    path = os.path.join(out, picture["file"])
    image.save(path + ".png")
    os.replace(path + ".png", path)
    tell(event="drawn", number=number, seconds=0.5)
tell(event="done")
"""


@dataclass(frozen=True, slots=True)
class Drawing:
    """A grid, and what stands in for the engine."""

    plan: GridPlan
    engine: Engine
    script: Path

    def draw(self, plan: GridPlan | None = None, **options: Any) -> Grid:
        return draw_grid(plan or self.plan, self.engine, script=self.script, **options)


@pytest.fixture
def drawing(tmp_path: Path) -> Drawing:
    engine = Engine(tmp_path / "engine", "c", "t", "l")
    engine.checkout.mkdir(parents=True)
    engine.python.parent.mkdir(parents=True)
    engine.python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n', encoding="utf-8")
    engine.python.chmod(0o755)
    script = tmp_path / "stand_in.py"
    script.write_text(STAND_IN, encoding="utf-8")
    plan = plan_of(tmp_path, GridConfig(prompts=("宁, smile", "hat"), weights=(0.5, 1.0), size=(64, 64)))
    return Drawing(plan, engine, script)


def test_a_grid(drawing: Drawing) -> None:
    plan = drawing.plan
    seen: list[GridProgress] = []
    grid = drawing.draw(on_progress=seen.append)
    assert (seen[0].done, seen[-1].done, seen[-1].of) == (0, 10, 10)
    assert grid.folder == plan.folder and grid.reused == 0 and grid.timings["picture"] == 0.5
    assert sorted(path.name for path in grid.folder.iterdir()) == [
        "cells", "engine.log", "grid-2.png", "grid.html", "grid.json", "grid.png",
    ]  # fmt: skip
    told = json.loads((grid.folder / "grid.json").read_text(encoding="utf-8"))
    assert [cell["file"] for cell in told["cells"]] == [cell.file for cell in plan.cells]
    assert told["sheets"] == ["grid.png", "grid-2.png"] and told["prompts"][0]["text"] == "宁, smile"
    assert not list(plan.folder.parent.glob(".grid-*")) and machine.holder() is None
    assert not process.marked(str(plan.folder))


def test_settings_stand_in_every_picture(drawing: Drawing) -> None:
    plan = drawing.plan
    grid = drawing.draw()
    cell = plan.cell(0, 2, 0.5)
    assert cell is not None
    with Image.open(grid.folder / cell.file) as picture:
        own = json.loads(picture.text[OWN])  # type: ignore[attr-defined]
        assert picture.text["parameters"].startswith("宁, smile <lora:ning-20:0.5>\n")  # type: ignore[attr-defined]
    assert (own["prompt"], own["lora"], own["weight"], own["step"], own["seed"]) == (
        "宁, smile", "ning-20.safetensors", 0.5, 20, 42,
    )  # fmt: skip


def test_the_page(drawing: Drawing) -> None:
    plan = drawing.plan
    texts.use_language("zh")
    page = drawing.draw().page.read_text(encoding="utf-8")
    assert page.count("<img ") == len(plan.cells) and 'lang="zh-CN"' in page
    assert "宁, smile" in page and "权重 0.5" in page and "第 20 步" in page
    assert all(f'href="{cell.file}"' in page for cell in plan.cells)
    # It holds small copies: the page alone can be passed on.
    assert page.count('src="data:image/jpeg;base64,') == len(plan.cells) and "Content-Security-Policy" in page
    assert page.count("<caption") == len(plan.prompts)


def test_the_sheet_shows_each_picture_in_its_place(drawing: Drawing) -> None:
    plan = drawing.plan
    grid = drawing.draw()
    with Image.open(grid.sheets[1]) as sheet:
        colours = {colour for _, colour in sheet.getcolors(1 << 24) or ()}
    for cell in plan.cells:
        with Image.open(grid.folder / cell.file) as picture:
            assert (picture.getpixel((1, 1)) in colours) == (cell.prompt == 1)


@pytest.mark.parametrize(("side", "count"), [(64, 1), (512, 3), (1024, 40)])
def test_a_sheet_keeps_to_a_size(tmp_path: Path, side: int, count: int) -> None:
    loras = tuple(Lora(Path(f"{n}.safetensors"), f"step {n}", n, 1) for n in range(count))
    plan = replace(plan_of(tmp_path), loras=loras, cells=(), prompts=(Prompt("a", width=side, height=side),))
    sheet = draw_sheet(plan, tmp_path, 0)
    assert max(sheet.size) <= 8000 and min(sheet.size) >= 128


def test_the_engine_fails_and_the_same_wish_goes_on(
    drawing: Drawing, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = drawing.plan
    monkeypatch.setenv("FAIL_AT", "4")
    with pytest.raises(RunError) as failure:
        drawing.draw()
    assert failure.value.code == "grid.failed"
    assert "out of memory" in failure.value.findings[0].message
    assert Path(failure.value.findings[0].where).is_file() and not plan.folder.exists()
    monkeypatch.delenv("FAIL_AT")
    grid = drawing.draw()
    assert grid.reused == 3 and len(list((grid.folder / "cells").iterdir())) == 10


def test_another_lora_of_the_same_name_is_drawn_anew(
    drawing: Drawing, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = drawing.plan
    monkeypatch.setenv("FAIL_AT", "4")
    with pytest.raises(RunError):
        drawing.draw()
    before = workplace(plan)
    write_safetensors(Path(str(plan.loras[1].path)), LORA | {"lora_unet_x.alpha": ()})
    assert workplace(plan) != before


def test_stopped(drawing: Drawing, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = drawing.plan
    monkeypatch.setenv("SLOW_AFTER", "2")
    monkeypatch.setenv("SLOW", "10")
    stop = Stop()

    def watch(progress: GridProgress) -> None:
        if progress.done == 2:
            stop.ask("SIGINT")

    with pytest.raises(StoppedError) as failure:
        drawing.draw(on_progress=watch, stop=stop)
    assert failure.value.exit_code == 10 and failure.value.findings[0].values["kept"] in (2, 3)
    assert not process.marked(str(plan.folder)) and machine.holder() is None and not plan.folder.exists()


def test_one_heavy_thing_at_a_time(drawing: Drawing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = drawing.plan
    monkeypatch.setenv("SLOW", "10")
    stop = Stop()
    begun = threading.Event()
    errors: list[BaseException] = []

    def first() -> None:
        try:
            drawing.draw(on_progress=lambda progress: begun.set(), stop=stop)
        except BaseException as failure:
            errors.append(failure)

    thread = threading.Thread(target=first)
    thread.start()
    assert begun.wait(20)
    holder = files.read_json(files.home() / "training.json")
    files.write_json(files.home() / "training.json", {**holder, "pid": 1, "started": 0.0})
    end = time.monotonic() + 20
    while not process.marked(str(plan.folder)) and time.monotonic() < end:
        time.sleep(0.02)
    with pytest.raises(RunError) as failure:
        drawing.draw(replace(plan, folder=tmp_path / "other"))
    assert failure.value.code == "run.machine_busy"
    stop.ask("api")
    thread.join(30)
    assert [type(one) for one in errors] == [StoppedError]


def test_a_number_that_was_taken_meanwhile(drawing: Drawing) -> None:
    plan = drawing.plan

    def take(progress: GridProgress) -> None:
        files.write_text(plan.folder / "a.txt", "of another")

    grid = drawing.draw(on_progress=take)
    assert grid.folder == plan.folder.parent / "grid-002" and grid.page.is_file()
