"""What the engine prints and what it means: one small rule beside the real line that it reads.

A rule matches from the start of a line that has lost its bars, colours, time, level and source. All expressions are
linear: none has two repetitions that could share the same characters.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from dataclasses import dataclass

from kohya_driver.events.model import (
    Announced,
    BucketMade,
    CheckpointRemoved,
    EpochStarted,
    Event,
    LogMessage,
    ModelSaved,
    Phase,
    SavingCheckpoint,
    StateSaved,
)

PIN = "sd-scripts v0.10.1 (ae72efb9)"

Events = tuple[Event, ...]
Match = re.Match[str]


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of line."""

    name: str
    pattern: re.Pattern[str]
    sample: str
    """A real line, as `printed_by` printed it."""
    make: Callable[[Match], Events] = lambda match: ()
    phase: Phase | None = None
    """The phase that this line begins."""
    bar: str = ""
    """What the bars without a name are about from here on."""
    printed_by: str = PIN


def _announced(what: str, *, text: bool = False) -> Callable[[Match], Events]:
    return lambda match: (Announced(what, match[1] if text else int(match[1])),)


def _header(what: str, words: str, sample: str, *, text: bool = False) -> Rule:
    """A line of the block that the engine prints before it trains: two blanks, English / Japanese, a number."""
    number = r"([\d, ]{1,200})" if text else r"(\d+)"
    pattern = re.compile(rf"  {re.escape(words)} / [^:=]*[:=] {number}$")
    return Rule(what, pattern, sample, _announced(what, text=text))


def _bucket(match: Match) -> Events:
    return (BucketMade(int(match[1]), int(match[2]), int(match[3])),)


def _epoch(match: Match) -> Events:
    return (EpochStarted(int(match[1]), int(match[2])),)


def _state(match: Match) -> Events:
    """The line names the file train_state.json inside the state's folder. One with a dot is told when it is whole."""
    folder = posixpath.dirname(match[1])
    return () if posixpath.basename(folder).startswith(".") else (StateSaved(folder),)


def _nan_latents(match: Match) -> Events:
    return (LogMessage("warning", match[0]),)


RULES: tuple[Rule, ...] = (
    Rule(
        "settings",
        re.compile("Loading settings from "),
        "Loading settings from /Users/ming/lora/runs/ningguang-1/config.toml...",
        phase=Phase.LOADING,
    ),
    Rule("tokenizer", re.compile("Using v[12] tokenizer"), "Using v1 tokenizer", phase=Phase.LOADING),
    Rule(
        "cached_sizes",
        re.compile("get image size from name of cache files"),
        "get image size from name of cache files",
        bar="names of cache files",
    ),
    Rule("sizes", re.compile("loading image sizes"), "loading image sizes.", bar="image sizes"),
    Rule(
        "bucket",
        re.compile(r"bucket \d+: resolution \((\d+), (\d+)\), count: (\d+)"),
        "bucket 1: resolution (128, 64), count: 2",
        _bucket,
    ),
    Rule(
        "device",
        re.compile(r"accelerator device: (\S+)$"),
        "accelerator device: cpu",
        _announced("device", text=True),
    ),
    Rule(
        "base",
        re.compile("loading model for process "),
        "loading model for process 0/1",
        phase=Phase.LOADING,
    ),
    Rule(
        "cache_latents",
        re.compile("caching latents with caching strategy"),
        "caching latents with caching strategy.",
        phase=Phase.CACHING,
        bar="caching latents",
    ),
    Rule(
        "cache_texts",
        re.compile("caching Text Encoder outputs with caching strategy"),
        "caching Text Encoder outputs with caching strategy.",
        phase=Phase.CACHING,
        bar="caching text encoder outputs",
    ),
    Rule(
        "network",
        re.compile(r"import network module: (\S.*)$"),
        "import network module: networks.lora",
        _announced("network", text=True),
        phase=Phase.PREPARING,
    ),
    Rule(
        "optimizer",
        re.compile("prepare optimizer, data loader etc"),
        "prepare optimizer, data loader etc.",
        phase=Phase.PREPARING,
    ),
    Rule("header", re.compile("running training / "), "running training / 学習開始", phase=Phase.PREPARING),
    _header(
        "images", "num train images * repeats", "  num train images * repeats / 学習画像の数×繰り返し回数: 6"
    ),
    _header(
        "validation_images",
        "num validation images * repeats",
        "  num validation images * repeats / 学習画像の数×繰り返し回数: 0",
    ),
    _header("regularization_images", "num reg images", "  num reg images / 正則化画像の数: 0"),
    _header("batches_per_epoch", "num batches per epoch", "  num batches per epoch / 1epochのバッチ数: 6"),
    _header("epochs", "num epochs", "  num epochs / epoch数: 2"),
    _header("batch_size", "batch size per device", "  batch size per device / バッチサイズ: 1", text=True),
    _header(
        "accumulation",
        "gradient accumulation steps",
        "  gradient accumulation steps / 勾配を合計するステップ数 = 1",
    ),
    _header("steps", "total optimization steps", "  total optimization steps / 学習ステップ数: 12"),
    Rule("epoch", re.compile(r"epoch (\d+)/(\d+)$"), "epoch 1/2", _epoch, phase=Phase.TRAINING),
    Rule(
        "sampling",
        re.compile("generating sample images at step"),
        "generating sample images at step / サンプル画像生成 ステップ: 6",
        phase=Phase.SAMPLING,
        bar="sample",
    ),
    Rule(
        "saving",
        re.compile(r"saving checkpoint: (\S.*)$"),
        "saving checkpoint: /Users/ming/lora/out/ningguang-000001.safetensors",
        lambda match: (SavingCheckpoint(match[1]),),
        phase=Phase.SAVING,
    ),
    Rule(
        "removing",
        re.compile(r"removing old (?:checkpoint|model|state): (\S.*)$"),
        "removing old checkpoint: /Users/ming/lora/out/ningguang-step00000002.safetensors",
        lambda match: (CheckpointRemoved(match[1]),),
    ),
    Rule("saving_state", re.compile("saving state at "), "saving state at epoch 1", phase=Phase.SAVING),
    Rule("saving_last_state", re.compile("saving last state"), "saving last state.", phase=Phase.SAVING),
    Rule(
        "state",
        re.compile(r"save train state to (\S.*) at epoch \d+ step \d+$"),
        "save train state to /Users/ming/lora/out/ningguang-000001-state/train_state.json at epoch 1 step 6",
        _state,
    ),
    Rule("model_saved", re.compile(r"model saved\.$"), "model saved.", lambda match: (ModelSaved(),)),
    Rule(
        "nan_latents",
        re.compile("NaN found in latents, replacing with zeros"),
        "NaN found in latents, replacing with zeros",
        _nan_latents,
    ),
)


def _metal(match: Match) -> Events:
    return (LogMessage("error", match[0].strip(), METAL),)


METAL = "metal"
"""The source of what the Mac's graphics part reports. Nothing is raised: the engine goes on with wrong numbers."""
METAL_SIGNS = ("ommand buffer", "NDArray", "(000000", "(000001")
"""A line of the rules below has one of these."""

METAL_RULES: tuple[Rule, ...] = (
    Rule(
        "aborted",
        re.compile(
            r"Execution of the command buffer was aborted due to an error[^|().]{0,80}\.?(?:[^|()]{0,80}\([^|()]{1,100}\)){0,2}"
        ),
        "Execution of the command buffer was aborted due to an error during execution. Insufficient Memory "
        "(00000008:kIOGPUCommandBufferCallbackErrorOutOfMemory)",
        _metal,
        printed_by="macOS 13 to 15, Metal (as reported to torch, OpenSplat, llama.cpp)",
    ),
    Rule(
        "status",
        re.compile(r"(?:Error: )?[Cc]ommand buffer exited with error status\.?"),
        "Error: command buffer exited with error status.",
        _metal,
        printed_by="macOS 12 to 15, Metal Performance Shaders (pytorch issue 125442)",
    ),
    Rule(
        "cause",
        re.compile(
            r"(?:[A-Z][\w /]{2,60} )?\([0-9a-f]{8}:(?:kIO(?:GPU|Accel)CommandBuffer\w+|Internal Error)\)"
        ),
        "\tInternal Error (0000000e:Internal Error)",
        _metal,
        printed_by="macOS 12 to 15, Metal Performance Shaders (pytorch issue 125442)",
    ),
    Rule(
        "array",
        re.compile(r"\[MPS\w*NDArray[^\]]{0,80}\] Error: [^'`|]{1,120}"),
        "/AppleInternal/Library/BuildRoots/x/MPSCore/Types/MPSNDArray.mm:782: failed assertion "
        "`[MPSNDArray, initWithBuffer:descriptor:] Error: buffer is not large enough. Must be 1024 bytes",
        _metal,
        printed_by="macOS 12 to 15, Metal Performance Shaders (pytorch issues 78492, 143859)",
    ),
)
"""Looked for anywhere in a line: the system writes them in between whatever the engine is printing."""
