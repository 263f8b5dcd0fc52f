"""Configs that are broken in one way each: as the engine is given them, and as a preset that says the same."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kohya_driver import files

RESULT = Path(__file__).parents[1] / "golden" / "broken.json"
"""What the last whole run of test_broken.py kept, as its index.json: docs/caught.md shows it."""
WIDTH = 90
ENDING = re.compile(r"^\w[\w.]*(?:Error|Exception|Invalid)\b.*", re.M)
ERROR = re.compile(r" (ERROR +[^/\r\n]*)")
SILENT = "exit 0"
"""The engine trains on, or ends, without a word that anything is wrong."""


def nothing(folder: Path) -> None:
    """Leave the files as they are."""


@dataclass(frozen=True)
class Broken:
    rule: str
    code: str
    """Of the finding, or the id of the override, by which the plan catches it."""
    engine: str
    """What the engine's output must hold when it fails; `SILENT` if it does not fail."""
    training: Mapping[str, Any] = field(default_factory=dict)
    dataset: Mapping[str, Any] = field(default_factory=dict)
    sets: tuple[str, ...] = ()
    files: Callable[[Path], None] = nothing
    config: Callable[[str], str] = str
    """Changes the text of the training config."""
    what: str = ""
    """In words, where `sets` do not tell."""


def pictures(folder: Path) -> Path:
    return folder / "image" / "1_ning"


def caption(data: bytes) -> Callable[[Path], None]:
    return lambda folder: void((pictures(folder) / "a.txt").write_bytes(data))


def void(_: object) -> None:
    return None


def no_pictures(folder: Path) -> None:
    shutil.rmtree(pictures(folder))
    pictures(folder).mkdir()


def own(name: str, value: str) -> tuple[str, ...]:
    return (f"engine_options.{name}={value}",)


CASES = [
    # what is given to the trainer
    Broken("T01", "plan.option_unknown_close", SILENT, {"masked_los": True}, sets=own("masked_los", "true")),
    Broken("T02", "preset.wrong_type", "'<=' not supported", {"learning_rate": "1e-4"}, sets=('optimizer.learning_rate="1e-4"',)),
    Broken("T02", "preset.wrong_type", "TypeError", {"network_dim": "4"}, sets=('network.dim="4"',)),
    Broken("T02", "preset.wrong_type", "TypeError", {"max_train_steps": 1.5}, sets=("training.max_train_steps=1.5",)),
    Broken("T03", "plan.option_choice", SILENT, {"save_model_as": "foo"}, sets=own("save_model_as", "foo")),
    Broken("T03", "preset.not_a_choice", "NotImplementedError", {"loss_type": "hubr"}, sets=("training.loss_type=hubr",)),
    Broken("T04", "preset.wrong_type", SILENT, {"gradient_checkpointing": "false"}, sets=('training.gradient_checkpointing="false"',)),
    Broken("T07", "preset.not_toml", "TomlDecodeError", sets=("@\n[training]\ncache_latents = True\n",), config=lambda t: t + "\nlowram = True\n", what="`cache_latents = True`"),
    Broken("T08", "preset.wrong_type", "not enough values to unpack", {"network_args": "conv_dim=4"}, sets=('network.args="conv_dim=4"',)),
    Broken("H12", "attention.sdpa", "No xformers", {"xformers": True, "sdpa": False}, sets=("training.attention=xformers",)),
    Broken("H13", "optimizer.no_8bit", "No bitsandbytes", {"optimizer_type": "AdamW8bit"}, sets=("optimizer.type=AdamW8bit",)),
    Broken("H10", "workers.not_persistent", "persistent_workers option needs num_workers", {"persistent_data_loader_workers": True},
           sets=("training.persistent_data_loader_workers=true",)),
    # the base model
    Broken("M01", "base.not_found", "Error", {"pretrained_model_name_or_path": "/nowhere/x.safetensors"}, sets=("model.base=/nowhere/x.safetensors",)),
    Broken("M06", "base.web_page", "Error", {"pretrained_model_name_or_path": "@broken.safetensors"}, sets=("model.base=@broken.safetensors",),
           files=lambda folder: void((folder / "broken.safetensors").write_bytes(b"<html>not a model</html>")), what="a web page as the base model"),
    # pictures and captions
    Broken("D01", "dataset.no_pictures", SILENT, files=no_pictures, what="a folder without pictures"),
    Broken("D10", "preset.unknown_key", "extra keys not allowed", dataset={"no_such_key": 1}, sets=("dataset.no_such_key=1",)),
    Broken("I01", "dataset.ignored_pictures", SILENT, files=lambda folder: void(shutil.copy(pictures(folder) / "a.png", pictures(folder) / "c.Png")), what="a picture named `c.Png`"),
    Broken("I02", "dataset.unreadable", "ZeroDivisionError", files=lambda folder: void((pictures(folder) / "a.png").write_bytes(b"")), what="an empty picture"),
    Broken("I03", "dataset.truncated", "truncated", files=lambda folder: void((pictures(folder) / "a.png").write_bytes((pictures(folder) / "a.png").read_bytes()[:-30])), what="a picture cut off at its end"),
    Broken("C02", "dataset.caption_empty", "AssertionError", files=caption(b""), what="an empty caption"),
    Broken("C03", "dataset.caption_not_utf8", "UnicodeDecodeError", files=caption("标签".encode("gbk")), what="a caption in GBK"),
    Broken("C04", "dataset.caption_bom", SILENT, files=caption(b"\xef\xbb\xbfning"), what="a caption with a byte-order mark"),
    Broken("C05", "dataset.caption_lines", SILENT, files=caption(b"ning\n1girl"), what="a caption of two lines"),
    Broken("C11", "dataset.separator_empty", "ValueError", dataset={"caption_separator": "", "shuffle_caption": True},
           sets=('dataset.caption_separator=""', "dataset.shuffle_caption=true")),
    Broken("C12", "dataset.dropout_all", SILENT, dataset={"caption_dropout_rate": 1.0}, sets=("dataset.caption_dropout_rate=1.0",)),
    # buckets and caches
    Broken("K03", "dataset.bucket_step", "AssertionError", dataset={"bucket_reso_steps": 32}, sets=("dataset.bucket_reso_steps=32",)),
    Broken("K04", "dataset.bucket_minimum", "AssertionError", dataset={"min_bucket_reso": 256}, sets=("dataset.min_bucket_reso=256",)),
    Broken("N01", "plan.cache_and_augment", "AssertionError", dataset={"color_aug": True}, sets=("dataset.color_aug=true",)),
    Broken("I11", "dataset.picture_not_resolution", "AssertionError", {"cache_latents": False}, {"enable_bucket": False},
           ("dataset.enable_bucket=false", "training.cache_latents=false")),
    # steps, optimizer, scheduler
    Broken("O03", "preset.out_of_range", SILENT, {"max_train_steps": 0}, sets=("training.max_train_steps=0",)),
    Broken("O04", "preset.out_of_range", "ZeroDivisionError", {"gradient_accumulation_steps": 0}, sets=("training.gradient_accumulation_steps=0",)),
    Broken("O05", "scheduler.constant_warmup", "ValueError", {"lr_scheduler": "constant", "lr_warmup_steps": 1},
           sets=("optimizer.lr_scheduler=constant", "optimizer.lr_warmup_steps=1")),
    Broken("O06", "learning.warmup_too_long", SILENT, {"lr_warmup_steps": 100}, sets=("optimizer.lr_warmup_steps=100",)),
    Broken("O08", "learning.optimizer_unknown_close", "AttributeError", {"optimizer_type": "AdamWW"}, sets=("optimizer.type=AdamWW",)),
    Broken("O09", "learning.argument_unknown", "TypeError", {"optimizer_args": ["qqqqqq=1"]}, sets=("optimizer.args={qqqqqq = 1}",)),
    Broken("O10", "learning.argument_literal", "SyntaxError", {"optimizer_args": ["weight_decay=a b"]}, sets=('optimizer.args={weight_decay = "a b"}',)),
    Broken("O10", "learning.argument_literal", "malformed", {"optimizer_args": ["weight_decay=small"]}, sets=('optimizer.args={weight_decay = "small"}',)),
    Broken("O17", "learning.scheduler_adafactor", "AssertionError", {"lr_scheduler": "adafactor"}, sets=("optimizer.lr_scheduler=adafactor",)),
    Broken("O19", "scheduler.min_lr", "ValueError", {"lr_scheduler": "cosine_with_min_lr"}, sets=("optimizer.lr_scheduler=cosine_with_min_lr",)),
    Broken("O21", "learning.rates_zero", "empty parameter list", {"learning_rate": 0.0, "unet_lr": 0.0, "text_encoder_lr": [0.0]},
           sets=("optimizer.learning_rate=0.0",)),
    Broken("O22", "learning.both_only", "empty parameter list", {"network_train_unet_only": True, "network_train_text_encoder_only": True},
           sets=("network.train_unet_only=true", "network.train_text_encoder_only=true")),
    # the network
    Broken("W01", "network.module_unknown", "ModuleNotFoundError", {"network_module": "networks.loraa"}, sets=("network.module=networks.loraa",)),
    Broken("W05", "preset.out_of_range", "empty parameter list", {"network_dim": 0}, sets=("network.dim=0",)),
    Broken("W05", "preset.out_of_range", "negative dimension", {"network_dim": -1}, sets=("network.dim=-1",)),
    Broken("W08", "network.argument_unknown_close", SILENT, {"network_args": ["conv_dims=4"]}, sets=("network.args={conv_dims = 4}",)),
    Broken("W09", "network.argument_whole", "ValueError", {"network_args": ["conv_dim=four"]}, sets=("network.args={conv_dim = 'four'}",)),
    Broken("W12", "preset.out_of_range", "ValueError", {"network_dropout": 1.5}, sets=("network.dropout=1.5",)),
    Broken("W17", "network.weights_missing", "FileNotFoundError", {"network_weights": "/nowhere.safetensors"}, sets=("network.weights=/nowhere.safetensors",)),
    Broken("W19", "network.dim_from_nothing", "TypeError", {"dim_from_weights": True}, sets=("network.dim_from_weights=true",)),
    # saving and sampling
    Broken("S03", "plan.bad_output_name", "Error", {"output_name": "no/such/folder"}, sets=("saving.output_name=no/such/folder",)),
    Broken("S05", "preset.out_of_range", "ZeroDivisionError", {"save_every_n_steps": 0}, sets=("saving.every_n_steps=0",)),
    Broken("S07", "saving.last_without_every", SILENT, {"save_last_n_epochs": 2}, sets=("saving.last_n_epochs=2",)),
    Broken("S10", "plan.samples_without_prompts", "TypeError", {"sample_every_n_steps": 1}, sets=("sampling.every_n_steps=1",)),
]  # fmt: skip


def name_of(case: Broken) -> str:
    """Of its log."""
    same = [other for other in CASES if (other.rule, other.code) == (case.rule, case.code)]
    number = f"-{same.index(case) + 1}" if len(same) > 1 else ""
    return f"{case.rule}-{case.code}{number}.log"


def last_word(status: int, output: str) -> str:
    """The last word of failure in the engine's output, without its Japanese half, shortened to fit a table."""
    words: list[str] = [*output.splitlines()[-1:], *ENDING.findall(output)]
    if not status:
        words = ["exit 0, nothing said", *(f"exit 0; {word}" for word in ERROR.findall(output))]
    word = " ".join(words[-1].partition(" / ")[0].replace("|", "/").split())
    return word if len(word) <= WIDTH else f"{word[:WIDTH]}…"


def table() -> str:
    """What was broken, what the engine did, and what the plan said, as Markdown."""
    lines = ["| rule | what is wrong | the engine | after | the plan | after |", "|---|---|---|---|---|---|"]
    index = files.read_json(RESULT)
    for case in CASES:
        kept = index[name_of(case)]
        said = case.what or " ".join(f"`{item}`" for item in case.sets)
        lines.append(
            f"| {case.rule} | {said} | {kept['did']} | {kept['seconds']:.0f} s "
            f"| `{case.code}` | {kept['milliseconds']} ms |"
        )
    return "\n".join(lines)
