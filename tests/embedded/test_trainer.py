"""The embedded trainer's own work: what it refuses, what else it carries out, and its base.

Two processes of it train in test_processes.py.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kohya_driver import api, files
from kohya_driver.engine.base import read_base
from kohya_driver.engine.bases import TOKENIZER
from kohya_driver.engine.lora import check_lora
from kohya_driver.engine.model import Engine
from kohya_driver.engine.weights import read_header
from kohya_driver.events.model import StepDone
from kohya_driver.run.prepare import prepare_folder
from tests.contract.test_resume import project
from tests.embedded.conftest import EMBEDDED_HERE, preset, run_trainer
from tests.project import write_picture

pytestmark = pytest.mark.engine

SHORT = (
    "training.max_train_epochs=1",
    "sampling.every_n_epochs=50",
    "sampling.at_first=false",
    "saving.every_n_epochs=5",
    "saving.every_n_steps=50",
)


def train(folder: Path, base: Path, *sets: str) -> api.RunResult:
    result = api.train(preset(folder, base, *SHORT, *sets))
    assert result.outcome == "succeeded", result.evidence
    assert not check_lora(Path(result.final))
    return result


def losses(result: api.RunResult) -> list[float]:
    events = (record.event for record in api.open_run(result.folder).events())
    return [event.loss for event in events if isinstance(event, StepDone)]


def test_the_tiny_base_is_a_whole_sd15(engine: Engine, tmp_path: Path) -> None:
    done = run_trainer(
        engine, "tiny_base.py", "--output", tmp_path / "tiny", "--tokenizer", engine.tokenizers / TOKENIZER
    )
    assert done.returncode == 0, done.stderr
    base = read_base(tmp_path / "tiny")
    assert (base.family, base.format, base.missing, base.dtype) == ("sd15", "diffusers", (), "F16")
    told = json.loads(done.stdout)
    assert told["output"] == str(tmp_path / "tiny") and told["bytes"] < 15_000_000
    assert not list(tmp_path.glob(".*"))


def test_a_base_that_cannot_be_written_leaves_nothing(engine: Engine, tmp_path: Path) -> None:
    done = run_trainer(engine, "tiny_base.py", "--output", tmp_path / "tiny", "--tokenizer", tmp_path)
    assert done.returncode == 1 and json.loads(done.stdout)["error"] == "not_writable"
    assert not list(tmp_path.iterdir())


def test_everything_outside_is_refused_by_name(engine: Engine, tiny_base: Path, tmp_path: Path) -> None:
    """The plan would have said so before; the trainer says it too, of all at once, and exits with 1."""
    plan = api.plan(preset(tmp_path, tiny_base))
    prepare_folder(plan)
    config = plan.folder / "config.toml"
    told = {
        **plan.training_config,
        "optimizer_type": "Lion",
        "scale_weight_norms": 1.0,
        "v2": True,
        "fp8_base": False,
    }
    files.write_text(config, files.dump_toml({**told, "network_args": ["conv_dim=4"]}))
    done = run_trainer(engine, "train_network.py", "--config_file", config)
    assert done.returncode == 1
    for name in ("optimizer_type = 'Lion'", "scale_weight_norms = 1.0", "v2 = True", "conv_dim = '4'"):
        assert name in done.stderr
    assert "fp8_base" not in done.stderr and "Traceback" not in done.stderr
    assert not list(plan.output_dir.iterdir())


def test_a_dataset_key_outside_is_refused(engine: Engine, tiny_base: Path, tmp_path: Path) -> None:
    plan = api.plan(preset(tmp_path, tiny_base))
    prepare_folder(plan)
    dataset = dict(plan.dataset_config)
    dataset["datasets"][0]["subsets"][0]["alpha_mask"] = True
    files.write_text(plan.folder / "dataset.toml", files.dump_toml(dataset))
    done = run_trainer(engine, "train_network.py", "--config_file", plan.folder / "config.toml")
    assert done.returncode == 1 and "alpha_mask = True (subset)" in done.stderr


def test_a_prompt_option_outside_is_refused(engine: Engine, tiny_base: Path, tmp_path: Path) -> None:
    plan = api.plan(preset(tmp_path, tiny_base))
    prepare_folder(plan)
    files.write_text(plan.folder / "sample_prompts.txt", "ning --w 64 --cn a.png --ss lms\n# --x 1\n")
    done = run_trainer(engine, "train_network.py", "--config_file", plan.folder / "config.toml")
    assert (
        done.returncode == 1 and "--cn a.png (prompt)" in done.stderr and "--ss lms (prompt)" in done.stderr
    )
    assert "--w 64" not in done.stderr and "--x 1" not in done.stderr


def pickled(engine: Engine, lora: str) -> Path:
    """The same LoRA as older programs wrote them."""
    path = Path(lora).with_suffix(".pt")
    script = "import sys, torch; from safetensors.torch import load_file; torch.save(load_file(sys.argv[1]), sys.argv[2])"
    done = run_trainer(engine, "-c", script, lora, path)
    assert done.returncode == 0, done.stderr
    return path


def test_names_of_older_checkpoints(engine: Engine) -> None:
    """Their text encoder has no `text_model.`; sd-scripts knows them, too (library/model_util.py:968)."""
    script = "import sys; from library.models import OLD_NAMES; print(*(OLD_NAMES.sub(r'\\1text_model.', name) for name in sys.argv[1:]))"
    start = "cond_stage_model.transformer."
    old = ("embeddings.position_ids", "encoder.layers.0.mlp.fc1.weight", "final_layer_norm.bias")
    new = tuple(f"text_model.{name}" for name in old)
    others = ("model.diffusion_model.out.0.bias", "first_stage_model.encoder.conv_in.bias")
    done = run_trainer(engine, "-c", script, *(start + name for name in (*old, *new)), *others)
    assert done.stdout.split() == [*(start + name for name in (*new, *new)), *others]


def test_tags_of_folders_with_one_name(engine: Engine, tiny_base: Path, tmp_path: Path) -> None:
    """They count together, as with sd-scripts (library/train_util.py:800)."""
    file = project(tmp_path, tiny_base)
    subsets = ""
    for part in ("a", "b"):
        folder = tmp_path / part / "1_ning"
        write_picture(folder / "1.png", (64, 64), f"ning, {part}")
        subsets += f'[[dataset.subsets]]\nimage_dir = "{folder}"\nnum_repeats = 1\n'
    text = file.read_text(encoding="utf-8").replace('train_data_dir = "image"\n', "")
    file.write_text(text.replace("[network]", f"{subsets}[network]"), encoding="utf-8")
    result = api.train(api.load_preset(file, sets=[*EMBEDDED_HERE, *SHORT]))
    assert result.outcome == "succeeded", result.evidence
    told = json.loads(read_header(Path(result.final)).metadata["ss_tag_frequency"])
    assert told == {"1_ning": {"ning": 2, "a": 1, "b": 1}}


def test_many_options_together(engine: Engine, tiny_base: Path, tmp_path: Path) -> None:
    """Then a second training begins where the first ended, with its ranks, and a third where the second did."""
    for number in range(3):
        write_picture(tmp_path / "reg" / "1_person" / f"{number}.png", (64, 64), "a person")
    result = train(
        tmp_path,
        tiny_base,
        f'dataset.reg_data_dir="{tmp_path / "reg"}"',
        "dataset.keep_tokens=1",
        "dataset.caption_tag_dropout_rate=0.2",
        'dataset.caption_prefix="photo of"',
        "model.clip_skip=2",
        "model.max_token_length=225",
        "network.dropout=0.1",
        "network.dim=3",
        "training.train_batch_size=2",
        "training.noise_offset=0.05",
        "training.prior_loss_weight=0.5",
        "training.min_snr_gamma=5",
        "training.gradient_checkpointing=true",
        "optimizer.lr_scheduler=cosine_with_min_lr",
        "optimizer.args={ weight_decay = 0.1, betas = [0.9, 0.99] }",
        "precision.mixed_precision=bf16",
        "saving.comment=many",
    )  # fmt: skip
    told = read_header(Path(result.final)).metadata
    assert (told["ss_num_reg_images"], told["ss_training_comment"]) == ("3", "many")
    assert told["ss_optimizer"] == "torch.optim.adamw.AdamW(weight_decay=0.1,betas=(0.9, 0.99))"
    further = train(
        tmp_path,
        tiny_base,
        f'network.weights="{result.final}"',
        "network.dim_from_weights=true",
        "network.train_unet_only=true",
        "training.cache_latents=false",
        "training.attention=plain",
        "optimizer.lr_scheduler=polynomial",
        "saving.every_n_steps=1",
        "saving.last_n_steps=2",
        "saving.state=true",
    )
    header = read_header(Path(further.final))
    assert {name.split("_")[1] for name in header.tensors} == {"unet"}
    assert {each.shape[0] for name, each in header.tensors.items() if ".lora_down." in name} == {3}
    third = train(
        tmp_path,
        tiny_base,
        f'network.weights="{pickled(engine, further.final)}"',  # of the U-Net alone
        "network.dim_from_weights=true",
        "training.cache_latents=false",
        "training.train_batch_size=3",
        "training.vae_batch_size=2",
    )
    assert read_header(Path(third.final)).tensors.keys() == header.tensors.keys()
    models = Path(further.final).parent
    plan = api.open_run(further.folder).plan()
    assert sorted(path.name for path in models.glob("*.safetensors")) == sorted(plan.checkpoints)
    assert sorted(path.name for path in models.glob("*-state")) == [
        "ning-state", "ning-step00000002-state", "ning-step00000003-state", "ning-step00000004-state",
    ]  # fmt: skip


def test_checkpointing_changes_no_number(tiny_base: Path, tmp_path: Path) -> None:
    plain = train(tmp_path / "a", tiny_base, "training.gradient_checkpointing=false")
    frugal = train(tmp_path / "b", tiny_base, "training.gradient_checkpointing=true")
    assert losses(frugal) == pytest.approx(losses(plain), rel=1e-4)
