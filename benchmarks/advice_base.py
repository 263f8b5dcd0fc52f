"""Teaches a tiny base model to take noise out of pictures; a stand-alone script that runs in the engine's interpreter.

    python advice_base.py --tiny FOLDER --pictures FOLDER --output FOLDER [--steps 1500]

The tiny base of the embedded engine has random weights: its losses say nothing of a real training, which depend on the
time step above all. What this makes has learnt something, so that a LoRA on it can be trained well, badly and too long.
The VAE stays random, with its output brought to mean 0 and deviation 1, as a latent of a true one has.
"""

from __future__ import annotations

import argparse
import random
import shutil
import time
from pathlib import Path
from typing import Any

SIDE = 64
SCALE = 0.18215
BATCH = 8
RATE = 1e-3


def main() -> None:
    parser = argparse.ArgumentParser()
    for name in ("tiny", "pictures", "output"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=1500)
    options = parser.parse_args()
    import torch

    torch.set_num_threads(1)
    torch.manual_seed(0)
    random.seed(0)
    teach(options.tiny, options.pictures, options.output, options.steps)


def teach(tiny: Path, pictures: Path, output: Path, steps: int) -> None:
    import torch
    from diffusers import AutoencoderKL, DDPMScheduler, UNet2DConditionModel
    from transformers import CLIPTextModel, CLIPTokenizer

    unet = UNet2DConditionModel.from_pretrained(tiny / "unet", torch_dtype=torch.float32)
    vae = AutoencoderKL.from_pretrained(tiny / "vae", torch_dtype=torch.float32)
    text_encoder = CLIPTextModel.from_pretrained(tiny / "text_encoder", torch_dtype=torch.float32)
    tokenizer = CLIPTokenizer.from_pretrained(tiny / "tokenizer")
    schedule = DDPMScheduler.from_pretrained(tiny / "scheduler")
    named = [(path.stem.replace("_", " "), picture(path)) for path in sorted(pictures.iterdir())]
    with torch.no_grad():
        level(vae, torch.stack([crop(one) for _, one in named for _ in range(8)]))
        words = tokenizer(
            [name for name, _ in named], padding="max_length", max_length=77, return_tensors="pt"
        )
        contexts = text_encoder(words.input_ids)[0]
    optimizer = torch.optim.AdamW(unet.parameters(), lr=RATE)
    began, losses = time.monotonic(), []
    for step in range(1, steps + 1):
        chosen = [random.randrange(len(named)) for _ in range(BATCH)]
        with torch.no_grad():
            latents = (
                vae.encode(torch.stack([crop(named[one][1]) for one in chosen])).latent_dist.mode() * SCALE
            )
        noise, times = torch.randn_like(latents), torch.randint(0, 1000, (BATCH,))
        answer = unet(schedule.add_noise(latents, noise, times), times, contexts[chosen]).sample
        loss = torch.nn.functional.mse_loss(answer, noise)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        losses.append(float(loss))
        if step % 50 == 0:
            print(step, f"{sum(losses[-50:]) / 50:.4f}", f"{time.monotonic() - began:.0f} s", flush=True)
    shutil.copytree(tiny, output, dirs_exist_ok=True)
    unet.half().save_pretrained(output / "unet")
    vae.half().save_pretrained(output / "vae")


def picture(path: Path) -> Any:
    from PIL import Image

    image = Image.open(path).convert("RGB")
    image.thumbnail((160, 160))
    return image


def crop(image: Any) -> Any:
    """Any part of it, mirrored or not."""
    import numpy
    import torch

    side = random.randint(min(SIDE, *image.size), min(image.size))
    left, top = (random.randint(0, length - side) for length in image.size)
    part = image.crop((left, top, left + side, top + side)).resize((SIDE, SIDE))
    values = torch.from_numpy(numpy.asarray(part, numpy.float32) / 127.5 - 1).permute(2, 0, 1)
    return values.flip(-1) if random.random() < 0.5 else values


def level(vae: Any, pictures: Any) -> None:
    """Changes the last layer so that latents have mean 0 and deviation 1 once they are scaled."""
    latents = vae.encode(pictures).latent_dist.mode() * SCALE
    mean, deviation = latents.mean((0, 2, 3)), latents.std((0, 2, 3))
    count = len(mean)
    vae.quant_conv.weight[:count] /= deviation[:, None, None, None]
    vae.quant_conv.bias[:count] = (vae.quant_conv.bias[:count] - mean / SCALE) / deviation


if __name__ == "__main__":
    main()
