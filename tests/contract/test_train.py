"""The whole way on the real engine: preset, plan, training, LoRA."""

from __future__ import annotations

import json
import math
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kohya_driver import api, files, process
from kohya_driver.engine.model import Engine
from kohya_driver.engine.weights import read_header
from kohya_driver.events.model import CheckpointSaved, EpochStarted, MemorySampled, SampleSaved, StepDone
from kohya_driver.run.samples import run_samples
from tests.contract.conftest import run_inside
from tests.project import write_picture

pytestmark = pytest.mark.engine

SMALL = """
[dataset]
trigger = "ning"
train_data_dir = "图 片"
resolution = 64
shuffle_caption = true

[network]
dim = 4
alpha = 2.0

[optimizer]
text_encoder_lr = 5e-5

[precision]
mixed_precision = "no"
"""


def project(folder: Path, base: Path, extra: str = "") -> Path:
    """Four pictures in two shapes, in a Chinese path with spaces."""
    for number, size in enumerate([(64, 64), (96, 96), (128, 64), (200, 100)]):
        write_picture(folder / "图 片" / "1_宁 光" / f"图 {number}.png", size)
    preset = folder / "预设 一.toml"
    preset.write_text(f'[model]\nbase = "{base}"\n{SMALL}{extra}', encoding="utf-8")
    return preset


def start_cli(preset: Path, *arguments: str, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "kohya_driver", "train", str(preset), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        env={**os.environ, **environment},
    )


def wait_for_step(run: api.Run, step: int, child: subprocess.Popen[str]) -> None:
    end = time.monotonic() + 400
    while run.snapshot().step < step:
        assert child.poll() is None, "it ended early"
        assert time.monotonic() < end
        time.sleep(0.5)


@pytest.fixture(scope="module")
def finished(random_base: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[api.Run, str]]:
    """Two epochs with accumulation, a sample and a checkpoint in between; in a C locale."""
    extra = """
[training]
max_train_epochs = 2
gradient_accumulation_steps = 2
min_snr_gamma = 5

[sampling]
prompts = ["{trigger}, smile"]
every_n_epochs = 2
steps = 2

[saving]
every_n_epochs = 1
state_on_train_end = true
"""
    folder = tmp_path_factory.mktemp("项目 一")
    child = start_cli(
        project(folder, random_base, extra), "--plain", LC_ALL="C", LANG="C", KOHYA_DRIVER_LANG="zh"
    )
    output, _ = child.communicate(timeout=800)
    assert child.returncode == 0, output
    yield api.open_run(folder / "runs" / "ning-001"), output


def test_the_result(finished: tuple[api.Run, str]) -> None:
    run, output = finished
    result, plan = run.result(), run.plan()
    assert result is not None and result.outcome == "succeeded"
    assert result.steps == plan.steps == 4
    assert result.final == str(plan.final) and Path(result.final).is_file()
    assert [Path(path).name for path in result.checkpoints] == list(plan.checkpoints)
    assert sorted(path.name for path in plan.output_dir.glob("*.safetensors")) == sorted(plan.checkpoints)
    assert (plan.output_dir / "ning-state").is_dir()
    assert "完成" in output
    assert run.state() == "succeeded" and not run.is_running()
    assert not process.marked(str(run.folder))


def test_the_lora_has_the_engines_metadata(finished: tuple[api.Run, str], installed_engine: Engine) -> None:
    plan = finished[0].plan()
    header = read_header(plan.final)
    assert header.metadata["ss_steps"] == str(plan.steps)
    assert header.metadata["ss_num_epochs"] == str(plan.epochs)
    assert header.metadata["ss_network_dim"] == "4"
    assert header.metadata["ss_output_name"] == "ning"
    assert header.metadata["ss_sd_scripts_commit_hash"] == installed_engine.commit
    assert header.metadata["modelspec.resolution"] == "64x64"
    assert {tensor.dtype for tensor in header.tensors.values()} == {"F16"}


def test_the_lora_loads_with_safetensors(finished: tuple[api.Run, str], installed_engine: Engine) -> None:
    told = run_inside(installed_engine, "load_lora.py", str(finished[0].plan().final))
    assert told["finite"] and told["tensors"] == 3 * told["ups"]
    # At 64 pixels the middle block has one token, so the queries and keys of its self-attention have no gradient.
    assert told["moved"] == told["ups"] - 2


def test_every_step_is_known_exactly(finished: tuple[api.Run, str]) -> None:
    """Losses are means over the micro-steps; rates are those of the cosine schedule with its warmup, as used."""
    run, _ = finished
    plan = run.plan()
    steps = [record.event for record in run.events() if isinstance(record.event, StepDone)]
    assert [step.step for step in steps] == [1, 2, 3, 4]
    lines = [json.loads(line) for line in run.metrics_file.read_text().splitlines()]
    raw = [line for line in lines if "values" in line]
    assert len(raw) == 2 * plan.batches_per_epoch
    assert [line["sync"] for line in raw].count(True) == plan.steps
    losses = [line["values"]["loss/current"] for line in raw]
    assert steps[0].loss == pytest.approx((losses[0] + losses[1]) / 2)
    assert all(math.isfinite(step.loss) for step in steps)
    assert set(steps[0].learning_rates) == {"unet", "textencoder"}
    for number, step in enumerate(steps):
        factor = cosine(number, plan.warmup_steps, plan.steps)
        assert step.learning_rates["unet"] == pytest.approx(1e-4 * factor)
        assert step.learning_rates["textencoder"] == pytest.approx(5e-5 * factor)


def cosine(step: int, warmup: int, steps: int) -> float:
    """transformers' get_cosine_schedule_with_warmup, half a cycle."""
    if step < warmup:
        return step / max(1, warmup)
    return 0.5 * (1 + math.cos(math.pi * (step - warmup) / max(1, steps - warmup)))


def test_what_was_seen(finished: tuple[api.Run, str]) -> None:
    run, _ = finished
    events = [record.event for record in run.events()]
    assert [event.epoch for event in events if isinstance(event, EpochStarted)] == [1, 2]
    saved = [event for event in events if isinstance(event, CheckpointSaved)]
    assert [event.step for event in saved] == [run.plan().steps_per_epoch, run.plan().steps]
    samples = [Path(event.path) for event in events if isinstance(event, SampleSaved)]
    assert len(samples) == run.plan().samples == 2 and all(path.is_file() for path in samples)
    drawn = [(one.path, one.step, one.epoch, one.prompt, one.seed) for one in run_samples(run)]
    assert drawn == [(samples[0], 0, 0, "ning, smile", 42), (samples[1], 4, 2, "ning, smile", 42)]
    memory = [event.tree_bytes for event in events if isinstance(event, MemorySampled)]
    assert max(memory) > 2 << 30
    snapshot = run.snapshot()
    assert snapshot.step == 4 and snapshot.outcome == "succeeded" and not snapshot.traceback
    assert sorted(snapshot.buckets) == [(b.width, b.height, b.count) for b in run.plan().buckets]
    times = [record.elapsed for record in run.events()]
    assert times == sorted(times)


def test_ctrl_c_ends_everything(random_base: Path, tmp_path: Path) -> None:
    preset = project(tmp_path, random_base)
    child = start_cli(preset, "--json", "--set", "launch.launcher=accelerate")
    run = api.Run(tmp_path / "runs" / "ning-001")
    wait_for_step(run, 1, child)
    assert len(process.marked(str(run.folder))) >= 2
    child.send_signal(signal.SIGINT)
    output, _ = child.communicate(timeout=300)  # it ends its step and saves first
    assert child.returncode == 10, output
    assert not process.marked(str(run.folder))
    result = run.result()
    assert result is not None and result.outcome == "stopped" and result.reason == "run.stopped"
    assert all(json.loads(line)["kind"] for line in output.splitlines())


def test_a_killed_trainer_is_no_success(random_base: Path, tmp_path: Path) -> None:
    child = start_cli(project(tmp_path, random_base), "--plain", "--no-recover", "--lang", "en")
    run = api.Run(tmp_path / "runs" / "ning-001")
    wait_for_step(run, 1, child)
    trainer = max(process.marked(str(run.folder)), key=lambda found: found.memory_info().rss)
    trainer.kill()
    output, _ = child.communicate(timeout=300)
    result = run.result()
    assert child.returncode == 9, output
    assert result is not None and result.reason == "run.killed" and "SIGKILL" in result.evidence
    assert "run.killed" in output and not process.marked(str(run.folder))


def test_a_crash_shows_the_engines_own_words(random_base: Path, tmp_path: Path) -> None:
    preset = project(tmp_path, random_base)
    result = api.train(api.load_preset(preset, sets=["optimizer.lr_scheduler_args={no_such_argument = 1}"]))
    assert result.outcome == "failed" and result.reason == "run.engine_failed"
    assert "no_such_argument" in result.evidence and "CalledProcessError" not in result.evidence
    with pytest.raises(Exception, match=r"run\.engine_failed"):
        result.raise_for_failure()


VARIANTS: list[list[str]] = [
    [],
    ["dataset.resolution=[96, 64]", "dataset.bucket_no_upscale=true"],
    ["dataset.enable_bucket=false", "dataset.num_repeats=3"],
    [
        "dataset.validation_split=0.25",
        "dataset.caption_dropout_rate=1",
        "dataset.caption_tag_dropout_rate=0.1",
    ],
    ["dataset.caption_prefix=a, ", "dataset.caption_suffix=, b", "dataset.secondary_separator=;;;"],
    ["dataset.token_warmup_min=1", "dataset.token_warmup_step=0.5", "dataset.enable_wildcard=true"],
    ["dataset.face_crop_aug_range=[2.0, 4.0]", "training.cache_latents=false", "dataset.flip_aug=true"],
    ["dataset.keep_tokens=2", "dataset.keep_tokens_separator=|||", "dataset.caption_separator=;"],
    ["dataset.resize_interpolation=lanczos", "dataset.caption_dropout_every_n_epochs=2"],
    ["dataset.caption_extension=.caption", "training.train_batch_size=3"],
]


def test_dataset_configs_are_accepted_by_the_engines_own_sanitizer(
    installed_engine: Engine, tmp_path: Path
) -> None:
    preset = project(tmp_path, tmp_path / "base.safetensors")
    preset.write_text(
        preset.read_text(encoding="utf-8").replace('train_data_dir = "图 片"\n', "")
        + '\n[[dataset.subsets]]\nimage_dir = "图 片/1_宁 光"\nalpha_mask = true\nclass_tokens = "x"\n'
        + '\n[[dataset.subsets]]\nimage_dir = "reg"\nis_reg = true\nnum_repeats = 2\nkeep_tokens = 3\n',
        encoding="utf-8",
    )
    paths = []
    for number, sets in enumerate(VARIANTS):
        plan = api.plan(api.load_preset(preset, sets=sets))
        paths.append(str(tmp_path / f"{number}.toml"))
        files.write_text(Path(paths[-1]), files.dump_toml(plan.dataset_config))
    bad = tmp_path / "bad.toml"
    bad.write_text("[[datasets]]\nresolution = 64\nno_such_key = 1\nsubsets = []\n")
    told: list[Any] = run_inside(installed_engine, "sanitize.py", stdin=json.dumps([*paths, str(bad)]))
    assert told[:-1] == ["ok"] * len(VARIANTS)
    assert "extra keys not allowed" in told[-1]
