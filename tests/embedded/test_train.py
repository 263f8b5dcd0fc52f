"""A training with the embedded engine from preset to LoRA, through all of the driver."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from kohya_driver import api, process
from kohya_driver.engine.bases import TOKENIZER
from kohya_driver.engine.lora import check_lora
from kohya_driver.engine.model import Engine
from kohya_driver.engine.weights import read_header
from kohya_driver.events.model import EpochStarted, SampleSaved, StepDone
from tests.contract.conftest import run_inside
from tests.contract.test_train import cosine
from tests.embedded.conftest import preset

pytestmark = pytest.mark.engine


@pytest.fixture(scope="module")
def finished(tiny_base: Path, tmp_path_factory: pytest.TempPathFactory) -> api.Run:
    """With accumulation, samples, files in between and a train state, in a path with spaces and Chinese characters."""
    result = api.train(
        preset(
            tmp_path_factory.mktemp("项目 一"),
            tiny_base,
            "training.min_snr_gamma=5",
            "optimizer.text_encoder_lr=5e-5",
            "saving.state_on_train_end=true",
        )
    )
    assert result.outcome == "succeeded", result.evidence
    return api.open_run(result.folder)


def test_it_comes_out_as_planned(finished: api.Run) -> None:
    plan, result = finished.plan(), finished.result()
    assert result is not None and result.steps == plan.steps == 16
    assert not check_lora(plan.final)
    assert sorted(path.name for path in plan.output_dir.glob("*.safetensors")) == sorted(plan.checkpoints)
    assert (plan.output_dir / "ning-state" / "train_state.json").is_file()
    assert finished.state() == "succeeded" and not process.marked(str(finished.folder))


def test_every_step_is_known_exactly(finished: api.Run) -> None:
    steps = [record.event for record in finished.events() if isinstance(record.event, StepDone)]
    raw = [json.loads(line) for line in finished.metrics_file.read_text().splitlines()]
    losses = [line["values"]["loss/current"] for line in raw if "values" in line]
    assert [step.step for step in steps] == list(range(1, 17))
    assert len(losses) == 4 * finished.plan().batches_per_epoch
    assert steps[0].loss == pytest.approx((losses[0] + losses[1]) / 2)
    assert all(math.isfinite(loss) for loss in losses)
    for number, step in enumerate(steps):
        factor = cosine(number, finished.plan().warmup_steps, 16)
        assert step.learning_rates == pytest.approx({"unet": 1e-4 * factor, "textencoder": 5e-5 * factor})


def test_what_was_seen(finished: api.Run) -> None:
    events = [record.event for record in finished.events()]
    snapshot, plan = finished.snapshot(), finished.plan()
    assert [event.epoch for event in events if isinstance(event, EpochStarted)] == [1, 2, 3, 4]
    assert sorted(snapshot.buckets) == [(one.width, one.height, one.count) for one in plan.buckets]
    samples = [Path(event.path) for event in events if isinstance(event, SampleSaved)]
    assert len(samples) == plan.samples and all(path.is_file() for path in samples)
    assert not snapshot.traceback and snapshot.outcome == "succeeded"
    assert list((finished.folder / "tensorboard").glob("*/network_train/events.out.tfevents.*"))


def test_the_file_is_one_of_networks_lora(finished: api.Run) -> None:
    header = read_header(finished.plan().final)
    layers = {name.partition(".")[0] for name in header.tensors}
    assert {name.partition(".")[2] for name in header.tensors} == {
        "lora_down.weight", "lora_up.weight", "alpha",
    }  # fmt: skip
    # As many as networks.lora has for SD 1.x: the tiny base has all its layers.
    assert sum(name.startswith("lora_te_text_model_encoder_layers_") for name in layers) == 72
    assert sum(name.startswith("lora_unet_") for name in layers) == 192 and len(layers) == 264
    assert header.tensors["lora_unet_mid_block_attentions_0_proj_in.lora_down.weight"].shape == (2, 64, 1, 1)
    assert {tensor.dtype for tensor in header.tensors.values()} == {"F16"}
    told = header.metadata
    assert (told["ss_steps"], told["ss_num_epochs"], told["ss_network_dim"]) == ("16", "4", "2")
    assert (told["ss_output_name"], told["ss_network_module"]) == ("ning", "networks.lora")
    assert told["modelspec.resolution"] == "64x64" and told["modelspec.architecture"].endswith("/lora")
    (dataset,) = json.loads(told["ss_datasets"])
    assert dataset["subsets"][0]["img_count"] == 7 and dataset["tag_frequency"]["1_ning"]["smile"] == 7


def test_diffusers_draws_otherwise_with_it(finished: api.Run, engine: Engine, tiny_base: Path) -> None:
    lora, tokenizer = finished.plan().final, engine.tokenizers / TOKENIZER
    told = run_inside(engine, "draw_with_lora.py", str(tiny_base), str(lora), str(tokenizer))
    assert told["same"] == 0 and told["changed"] > 0 and told["layers"] == 264


def test_it_learns(tiny_base: Path, tmp_path: Path) -> None:
    """The same few pictures over and over: the loss falls clearly against the same training with a rate of next to nothing."""
    sets = (
        "training.max_train_epochs=8",
        "training.gradient_accumulation_steps=1",
        "optimizer.lr_scheduler=constant",
        "optimizer.lr_warmup_steps=0",
        "saving.every_n_epochs=50",
        "saving.every_n_steps=1000",
        "sampling.every_n_epochs=50",
        "sampling.at_first=false",
        "network.dim=16",
        "network.alpha=16",
    )
    still = api.train(preset(tmp_path / "a", tiny_base, *sets, "optimizer.learning_rate=1e-12"))
    learning = api.train(preset(tmp_path / "b", tiny_base, *sets, "optimizer.learning_rate=0.005"))
    assert learning.outcome == "succeeded", learning.evidence
    assert still.reason == "run.final_untrained"  # so small a change is none in the file's 16 bits
    assert still.steps == learning.steps == 56
    means = [sum(last_losses(result)) / LAST for result in (learning, still)]
    print(f"mean loss of the last {LAST} steps: {means[0]:.4f}, without learning {means[1]:.4f}")
    assert means[0] < 0.8 * means[1]


LAST = 28


def last_losses(result: api.RunResult) -> list[float]:
    events = [record.event for record in api.open_run(result.folder).events()]
    return [event.loss for event in events if isinstance(event, StepDone)][-LAST:]
