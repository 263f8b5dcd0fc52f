"""The embedded engine beside sd-scripts: the same parts, the same steps, losses and files, and LoRAs that each can read.

Its parts are compared number by number, and a short training step by step with the random numbers set equal. Fifty steps as
anybody would make them, and what becomes of the two LoRAs, are long.
"""

from __future__ import annotations

import json
import math
import random
from array import array
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from kohya_driver import api
from kohya_driver.dataset.buckets import BucketSettings, assign
from kohya_driver.engine.bases import TOKENIZER
from kohya_driver.engine.kinds import EMBEDDED, SD_SCRIPTS, kind_of
from kohya_driver.engine.model import Engine, EngineName
from kohya_driver.engine.weights import read_header
from kohya_driver.events.model import StepDone
from kohya_driver.run.prepare import prepare_folder
from tests.contract.conftest import run_inside
from tests.project import write_picture

pytestmark = pytest.mark.engine

PRESET = """
[dataset]
trigger = "ning"
train_data_dir = "image"
resolution = 64
shuffle_caption = true
caption_tag_dropout_rate = 0.1

[network]
dim = 8
alpha = 4.0

[optimizer]
text_encoder_lr = 5e-5

[training]
seed = 7
min_snr_gamma = 5
noise_offset = 0.05

[precision]
mixed_precision = "no"
save_precision = "float"

[saving]
every_n_steps = 20

[launch]
device = "cpu"

[safety]
notify = false
"""
SIZES = ((64, 64), (96, 64), (64, 150), (128, 64))


@pytest.fixture(scope="session")
def embedded() -> Engine:
    found = kind_of(EMBEDDED).find()
    if found is None:
        pytest.skip(
            "the embedded engine is not installed here: `kohya-driver engine install --engine embedded`"
        )
    return found


def load(folder: Path, base: Path, engine: EngineName, *sets: str) -> Any:
    for number, size in enumerate(SIZES):
        write_picture(folder / "image" / "1_ning" / f"{number}.png", size, "ning, red, blue, green, smile")
    path = folder / "preset.toml"
    path.write_text(f'[model]\nbase = "{base}"\n{PRESET}', encoding="utf-8")
    return api.load_preset(path, sets=[f"launch.engine={engine}", *sets])


# Part by part


def cases(folder: Path) -> dict[str, Any]:
    """Captions under many rules, texts of every length, pictures of many shapes, losses, and all schedules."""
    return {
        "captions": [caption_case(seed) for seed in range(300)],
        "texts": [
            "",
            "ning, smile",
            ", ".join(f"tag {number}" for number in range(70)),
            "星 空, ' \" (a:1.2)",
        ],
        "lengths": [None, 150, 225],
        "skips": [None, 1, 2, 3],
        "pictures": list(picture_cases(folder)),
        "losses": [
            {"seed": seed, "noise_offset": offset, "min_snr_gamma": gamma, "weights": [1.0, 0.5, 1.0]}
            for seed in range(5)
            for offset in (None, 0.1)
            for gamma in (None, 1, 5)
        ],
        "rates": [
            {**SCHEDULE, "lr_scheduler": name, "lr_warmup_steps": warmup}
            for name in SCHEDULES
            for warmup in ((0,) if name == "constant" else (0, 3, 0.2))
        ],
    }


SCHEDULES = (
    "constant", "constant_with_warmup", "linear", "cosine", "cosine_with_restarts", "cosine_with_min_lr", "polynomial",
)  # fmt: skip
SCHEDULE = {
    "optimizer_type": "AdamW", "learning_rate": 1e-3, "max_train_steps": 20, "lr_scheduler_num_cycles": 3,
    "lr_scheduler_power": 2.0, "lr_scheduler_min_lr_ratio": 0.1, "lr_scheduler_args": None, "lr_scheduler_type": "",
    "lr_decay_steps": 0, "lr_scheduler_timescale": None,
}  # fmt: skip


def caption_case(seed: int) -> dict[str, Any]:
    draw = random.Random(seed)
    separator, fence = draw.choice([",", ";"]), draw.choice(["", "|||"])
    tags = [draw.choice(["red", " blue", "a b ", "", "green;;;x"]) for _ in range(draw.randrange(8))]
    caption = separator.join(tags) + fence.join(["", *draw.sample(["x, y", "z", ""], draw.randrange(3))])
    return {
        "seed": seed,
        "epoch": draw.randrange(1, 5),
        "caption": caption,
        "rules": {
            "caption_prefix": draw.choice([None, "photo of"]),
            "caption_suffix": draw.choice([None, "hd"]),
            "caption_dropout_rate": draw.choice([0.0, 0.3]),
            "caption_dropout_every_n_epochs": draw.choice([0, 3]),
            "caption_tag_dropout_rate": draw.choice([0.0, 0.4]),
            "shuffle_caption": draw.random() < 0.6,
            "keep_tokens": draw.randrange(3),
            "keep_tokens_separator": fence,
            "caption_separator": separator,
            "secondary_separator": draw.choice([None, ";;;"]),
        },
    }


def picture_cases(folder: Path) -> list[dict[str, Any]]:
    settings = BucketSettings((128, 128), enable=True, minimum=64, maximum=256)
    found = []
    for number, size in enumerate([(128, 128), (300, 170), (100, 40), (61, 200), (500, 501)]):
        path = write_picture(folder / f"{number}.png", size)
        bucket, resized = assign(*size, settings)
        found.append({"path": str(path), "bucket": bucket, "resized": resized})
    return found


def test_its_parts_are_those_of_sd_scripts(
    installed_engine: Engine, embedded: Engine, tmp_path: Path
) -> None:
    given = json.dumps(cases(tmp_path))
    theirs = run_inside(installed_engine, "parts_of_engine.py", str(installed_engine.tokenizers), stdin=given)
    ours = run_inside(embedded, "parts_of_embedded.py", str(embedded.tokenizers), stdin=given)
    assert ours["captions"] == theirs["captions"]
    assert ours["ids"] == theirs["ids"]
    for part in ("states", "pictures", "losses", "rates"):
        assert len(ours[part]) == len(theirs[part]) > 0
        for mine, other in zip(ours[part], theirs[part], strict=True):
            assert flat(mine) == pytest.approx(flat(other), rel=1e-5, abs=1e-9), part


def flat(values: Any) -> list[float]:
    return [number for each in values for number in (flat(each) if isinstance(each, list) else [each])]


# Step by step


@dataclass(frozen=True)
class Trained:
    losses: list[float]
    lora: Path


def aligned(engine: Engine, preset: Any) -> Trained:
    """A training of one engine with the other's random numbers (inside/aligned_training.py)."""
    plan = api.plan(preset)
    prepare_folder(plan)
    script = engine.checkout / plan.script
    told = run_inside(
        engine,
        "aligned_training.py",
        str(script),
        "--config_file",
        str(plan.folder / "config.toml"),
        timeout=3000,
    )
    return Trained(told["losses"], plan.final)


def norms(lora: Path) -> dict[str, float]:
    """The size of every matrix of a LoRA in float32."""
    header, data = read_header(lora), lora.read_bytes()
    found = {}
    for name, tensor in header.tensors.items():
        assert tensor.dtype == "F32"
        values = array("f", data[tensor.start : tensor.start + tensor.size_bytes])
        found[name] = math.sqrt(math.fsum(value * value for value in values))
    return found


def shapes(lora: Path) -> dict[str, tuple[int, ...]]:
    return {name: tensor.shape for name, tensor in read_header(lora).tensors.items()}


def test_its_steps_are_those_of_sd_scripts(
    installed_engine: Engine,
    embedded: Engine,
    random_base: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """In three buckets, from the same LoRA and with the same random numbers: what differs is float arithmetic."""
    monkeypatch.setenv("ACCELERATE_USE_CPU", "true")
    begin = tmp_path / "begin.safetensors"
    run_inside(embedded, "make_lora.py", str(begin), "8", "4")
    sets = (
        "training.max_train_steps=3",
        "optimizer.lr_warmup_steps=0",
        "dataset.resolution=[128, 64]",
        f'network.weights="{begin}"',
    )
    theirs = aligned(installed_engine, load(tmp_path / "a", random_base, SD_SCRIPTS, *sets))
    ours = aligned(embedded, load(tmp_path / "b", random_base, EMBEDDED, *sets))
    print(f"losses {ours.losses} and {theirs.losses}")
    assert ours.losses == pytest.approx(theirs.losses, rel=1e-4)
    assert shapes(ours.lora) == shapes(theirs.lora) == shapes(begin)
    assert norms(ours.lora) == pytest.approx(norms(theirs.lora), rel=1e-2)


# Fifty steps, as anybody would make them


@pytest.fixture(scope="module")
def fifty(random_base: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[EngineName, api.Run]:
    runs = {}
    for engine in (SD_SCRIPTS, EMBEDDED):
        result = api.train(
            load(tmp_path_factory.mktemp(engine), random_base, engine, "training.max_train_steps=50")
        )
        assert result.outcome == "succeeded", result.evidence
        runs[engine] = api.open_run(result.folder)
    return runs


def losses(run: api.Run) -> list[float]:
    return [record.event.loss for record in run.events() if isinstance(record.event, StepDone)]


@pytest.mark.long
def test_fifty_steps_come_to_the_same(fifty: dict[EngineName, api.Run]) -> None:
    """The same counts, buckets and files; a mean loss within 3 %, the matrices' sizes within 10 %."""
    theirs, ours = fifty[SD_SCRIPTS], fifty[EMBEDDED]
    assert len(losses(ours)) == len(losses(theirs)) == ours.plan().steps == 50
    assert ours.snapshot().buckets == theirs.snapshot().buckets
    names = [sorted(path.name for path in run.plan().output_dir.glob("*")) for run in (ours, theirs)]
    assert names[0] == names[1] and "ning-step00000040.safetensors" in names[0]
    means = [math.fsum(losses(run)) / 50 for run in (ours, theirs)]
    print(f"mean loss {means[0]:.4f} and {means[1]:.4f}")
    assert means[0] == pytest.approx(means[1], rel=0.03)
    for half in ("lora_down", "lora_up"):
        sizes = [together(norms(run.plan().final), half) for run in (ours, theirs)]
        print(f"{half}: {sizes[0]:.4f} and {sizes[1]:.4f}")
        assert sizes[0] == pytest.approx(sizes[1], rel=0.1)


def together(sizes: dict[str, float], half: str) -> float:
    return math.sqrt(math.fsum(size**2 for name, size in sizes.items() if f".{half}." in name))


@pytest.mark.long
@pytest.mark.parametrize(("giver", "taker"), [(SD_SCRIPTS, EMBEDDED), (EMBEDDED, SD_SCRIPTS)])
def test_each_begins_where_the_other_ended(
    fifty: dict[EngineName, api.Run], random_base: Path, tmp_path: Path, giver: EngineName, taker: EngineName
) -> None:
    lora = fifty[giver].plan().final
    begin = (f'network.weights="{lora}"', "training.max_train_steps=1", "optimizer.learning_rate=1e-12")
    result = api.train(load(tmp_path, random_base, taker, *begin, "optimizer.text_encoder_lr=1e-12"))
    assert result.outcome == "succeeded", result.evidence
    log = api.open_run(result.folder).log_file.read_text(encoding="utf-8")
    assert f"load network weights from {lora}: <All keys matched successfully>" in log
    assert norms(Path(result.final)) == pytest.approx(norms(lora), rel=1e-5)


@pytest.mark.long
@pytest.mark.parametrize("giver", [SD_SCRIPTS, EMBEDDED])
def test_diffusers_draws_otherwise_with_it(
    fifty: dict[EngineName, api.Run], embedded: Engine, random_base: Path, giver: EngineName
) -> None:
    lora, tokenizer = fifty[giver].plan().final, embedded.tokenizers / TOKENIZER
    told = run_inside(embedded, "draw_with_lora.py", str(random_base), str(lora), str(tokenizer))
    assert told["same"] == 0 and told["changed"] > 0 and told["layers"] == 264
