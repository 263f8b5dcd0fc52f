"""Makes a tiny base model with random weights; a stand-alone script that runs in the engine's interpreter.

    python tiny_base.py --output FOLDER --tokenizer FOLDER [--seed 0]

It is SD 1.x in everything but width: the same blocks, layers and names, so that a LoRA of it has the modules of a real
one. Its text encoder is narrow, because CLIP's vocabulary alone would weigh 76 MB at SD 1.x's width of 768; the U-Net widens
what it says to that width (diffusers' `text_proj`). Nothing is read from the network.

The last line on the output is JSON: `{"output": FOLDER, "bytes": size}` or, with exit status 1, `{"error": "disk_full" |
"not_writable", "reason": text}`.
"""

from __future__ import annotations

import argparse
import errno
import json
import os
import shutil
import signal
import sys
from pathlib import Path
from typing import Any

WIDTH = 32
"""Of the text encoder, and the unit of all channels: group norms have 32 groups."""
UNET = {
    "sample_size": 8,
    "block_out_channels": (WIDTH, WIDTH, 2 * WIDTH, 2 * WIDTH),
    "attention_head_dim": 8,
    "cross_attention_dim": 768,
    "encoder_hid_dim": WIDTH,
    "encoder_hid_dim_type": "text_proj",
}
VAE = {
    "block_out_channels": (WIDTH,) * 4,
    "down_block_types": ("DownEncoderBlock2D",) * 4,
    "up_block_types": ("UpDecoderBlock2D",) * 4,
    "latent_channels": 4,
    "sample_size": 64,
}
TEXT_ENCODER = {
    "vocab_size": 49408,
    "hidden_size": WIDTH,
    "projection_dim": WIDTH,
    "intermediate_size": 4 * WIDTH,
    "num_hidden_layers": 12,
    "num_attention_heads": 4,
}
SCHEDULE = {
    "_class_name": "PNDMScheduler",
    "beta_start": 0.00085,
    "beta_end": 0.012,
    "beta_schedule": "scaled_linear",
    "clip_sample": False,
    "set_alpha_to_one": False,
    "steps_offset": 1,
    "skip_prk_steps": True,
}
INDEX = {
    "_class_name": "StableDiffusionPipeline",
    "_diffusers_version": "0.32.1",
    "feature_extractor": [None, None],
    "image_encoder": [None, None],
    "requires_safety_checker": False,
    "safety_checker": [None, None],
    "scheduler": ["diffusers", "PNDMScheduler"],
    "text_encoder": ["transformers", "CLIPTextModel"],
    "tokenizer": ["transformers", "CLIPTokenizer"],
    "unet": ["diffusers", "UNet2DConditionModel"],
    "vae": ["diffusers", "AutoencoderKL"],
}
TOKENIZER = ("vocab.json", "merges.txt", "tokenizer_config.json")


def main(arguments: list[str] | None = None) -> int:
    options = parse_arguments(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the partial folder is removed
    try:
        make(options.output, options.tokenizer, options.seed)
    except OSError as failure:
        full = failure.errno in (errno.ENOSPC, errno.EDQUOT)
        say(error="disk_full" if full else "not_writable", reason=str(failure))
        return 1
    say(output=str(options.output), bytes=size_of(options.output))
    return 0


def parse_arguments(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Make a tiny base model with random weights.")
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--tokenizer", type=Path, required=True, help="CLIP's, as the engine keeps it")
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args(arguments)


def say(**values: object) -> None:
    print(json.dumps(values), flush=True)


def make(output: Path, tokenizer: Path, seed: int) -> None:
    """Write the folder whole or not at all; the temporary one beside it is `.NAME.part`. One that is there is replaced."""
    part = output.with_name(f".{output.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    try:
        write_pipeline(part, tokenizer, seed)
        for path in part.rglob("*"):
            synchronise(path)
        shutil.rmtree(output, ignore_errors=True)
        part.replace(output)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def synchronise(path: Path) -> None:
    """Onto the disk, before the folder gets its name."""
    if path.is_file():
        with path.open("rb") as file:
            os.fsync(file.fileno())


def write_pipeline(folder: Path, tokenizer: Path, seed: int) -> None:
    """As diffusers' own pipeline would save itself. In fp16, as bases are published."""
    for name, model in models(seed).items():
        model.half().save_pretrained(folder / name)
    write_json(folder / "scheduler" / "scheduler_config.json", SCHEDULE)
    (folder / "tokenizer").mkdir()
    for name in TOKENIZER:
        shutil.copyfile(tokenizer / name, folder / "tokenizer" / name)
    write_json(folder / "model_index.json", INDEX)


def models(seed: int) -> dict[str, Any]:
    """The three models, each as its library initialises it."""
    import torch
    from diffusers import AutoencoderKL, UNet2DConditionModel
    from transformers import CLIPTextConfig, CLIPTextModel

    torch.manual_seed(seed)
    return {
        "unet": UNet2DConditionModel(**UNET),
        "vae": AutoencoderKL(**VAE),
        "text_encoder": CLIPTextModel(CLIPTextConfig(**TEXT_ENCODER)),
    }


def write_json(path: Path, value: object) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(value, indent=2) + "\n", encoding="utf-8")


def size_of(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


if __name__ == "__main__":
    sys.exit(main())
