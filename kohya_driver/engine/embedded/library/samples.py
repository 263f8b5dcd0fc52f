"""Draws the prompts of a file with diffusers' own pipeline, at the same times and under the same names as sd-scripts."""

from __future__ import annotations

import random
import re
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import diffusers
import torch
from library.diffusion import LATENT_SCALE
from library.log import logger
from library.memory import clean
from library.shared import scope
from library.text import PIECE, Tokenizer, encode

SCHEDULERS = {
    "ddim": "DDIMScheduler", "pndm": "PNDMScheduler", "euler": "EulerDiscreteScheduler", "heun": "HeunDiscreteScheduler",
    "euler_a": "EulerAncestralDiscreteScheduler", "dpm_2": "KDPM2DiscreteScheduler",
    "dpm_2_a": "KDPM2AncestralDiscreteScheduler", "dpmsolver": "DPMSolverMultistepScheduler",
    "dpmsolver++": "DPMSolverMultistepScheduler", "dpmsingle": "DPMSolverSinglestepScheduler",
}  # fmt: skip
FIELDS = {
    "w": "width",
    "h": "height",
    "d": "seed",
    "s": "steps",
    "l": "scale",
    "n": "negative",
    "ss": "sampler",
}
WEIGHTED = re.compile(r"[(\[][^()\[\]]*(?::[\d.]+)?[)\]]")


@dataclass(frozen=True)
class Prompt:
    text: str
    negative: str = ""
    width: int = 512
    height: int = 512
    steps: int = 30
    scale: float = 7.5
    seed: int | None = None
    sampler: str = ""


def lines_of(path: Path) -> list[str]:
    lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
    return [line for line in lines if line and not line.startswith("#")]


def outside(path: Path) -> list[str]:
    """The options behind the prompts that are not carried out."""
    given = [option.partition(" ") for line in lines_of(path) for option in line.split(" --")[1:]]
    return [f"--{name} {value} (prompt)" for name, _, value in given if not is_known(name.lower(), value)]


def is_known(name: str, value: str) -> bool:
    samplers = scope.OPTIONS["sample_sampler"]
    return name in scope.PROMPT_OPTIONS and (name != "ss" or value in samplers)


def read_prompt(line: str) -> Prompt:
    text, *options = line.split(" --")
    given: dict[str, Any] = {}
    for option in options:
        name, _, value = option.partition(" ")
        field = FIELDS[name.lower()]
        given[field] = (
            value if field in ("negative", "sampler") else float(value) if field == "scale" else int(value)
        )
    return Prompt(text, **given)


def is_due(args: Any, epoch: int | None, step: int) -> bool:
    """`epoch` is None within one, 0 before the first step, and its number at its end."""
    if step == 0:
        return bool(args.sample_at_first)
    if args.sample_every_n_epochs is not None:
        return epoch is not None and epoch % args.sample_every_n_epochs == 0
    return args.sample_every_n_steps is not None and epoch is None and step % args.sample_every_n_steps == 0


def draw_all(
    accelerator: Any, args: Any, epoch: int | None, step: int, base: Any, tokenizer: Tokenizer
) -> None:
    """Each prompt of the file. Random numbers of its own: the training's are left alone."""
    logger.info(f"generating sample images at step / サンプル画像生成 ステップ: {step}")
    prompts = [read_prompt(line) for line in lines_of(Path(args.sample_prompts))]
    folder = Path(args.output_dir) / "sample"
    folder.mkdir(parents=True, exist_ok=True)
    home = base.vae.device
    base.vae.to(accelerator.device)
    with torch.no_grad(), accelerator.autocast():
        for number, prompt in enumerate(prompts):
            image = draw(prompt, args, base, tokenizer, accelerator.device)
            image.save(folder / file_name(args.output_name, epoch, step, number, prompt.seed))
    base.vae.to(home)
    clean(accelerator.device)


def draw(prompt: Prompt, args: Any, base: Any, tokenizer: Tokenizer, device: torch.device) -> Any:
    sampler = prompt.sampler or args.sample_sampler
    width, height = (max(64, side - side % 8) for side in (prompt.width, prompt.height))
    tell(prompt, sampler, width, height)
    pipeline = diffusers.StableDiffusionPipeline(
        base.vae,
        base.text_encoder,
        tokenizer.clip,
        base.unet,
        make_scheduler(sampler),
        None,
        None,
        requires_safety_checker=False,
    )
    wanted, unwanted = encode_both(prompt, args.clip_skip, base, tokenizer)
    latents = pipeline(
        prompt_embeds=wanted,
        negative_prompt_embeds=unwanted,
        width=width,
        height=height,
        num_inference_steps=prompt.steps,
        guidance_scale=prompt.scale,
        generator=torch.Generator().manual_seed(
            random.SystemRandom().getrandbits(32) if prompt.seed is None else prompt.seed
        ),
        output_type="latent",
    ).images
    pixels = base.vae.decode(latents.to(base.vae.dtype) / LATENT_SCALE).sample
    return pipeline.image_processor.postprocess(pixels.float(), output_type="pil")[0]


def tell(prompt: Prompt, sampler: str, width: int, height: int) -> None:
    if WEIGHTED.search(f"{prompt.text} {prompt.negative}"):
        logger.warning(
            "weights in a prompt, such as (word:1.2), are taken as plain text; sd-scripts is needed for them"
        )
    for name, value in (
        ("prompt", prompt.text), ("negative_prompt", prompt.negative), ("height", height), ("width", width),
        ("sample_steps", prompt.steps), ("scale", prompt.scale), ("sample_sampler", sampler), ("seed", prompt.seed),
    ):  # fmt: skip
        if value is not None:
            logger.info(f"{name}: {value}")


def make_scheduler(sampler: str) -> Any:
    kind = SCHEDULERS[sampler.removeprefix("k_")]
    own: dict[str, Any] = {"algorithm_type": sampler} if sampler in ("dpmsolver", "dpmsolver++") else {}
    if sampler == "ddim":
        own["clip_sample"] = False  # as diffusers' pipeline wants it, and the next line too
    if sampler != "dpmsingle":
        own["steps_offset"] = 1
    beginning, end = 0.00085, 0.012
    return getattr(diffusers, kind)(beta_start=beginning, beta_end=end, beta_schedule="scaled_linear", **own)


def encode_both(prompt: Prompt, clip_skip: int | None, base: Any, tokenizer: Tokenizer) -> list[torch.Tensor]:
    """The prompt and its opposite, in as many pieces as the longer one needs."""
    texts = (prompt.text, prompt.negative)
    length = PIECE * max(map(tokenizer.pieces_of, texts))
    return [
        encode(tokenizer.ids(text, length)[None], base.text_encoder, clip_skip).to(base.unet.dtype)
        for text in texts
    ]


def file_name(name: str | None, epoch: int | None, step: int, number: int, seed: int | None) -> str:
    when = f"{step:06d}" if epoch is None else f"e{epoch:06d}"
    beginning = f"{name}_" if name else ""
    ending = "" if seed is None else f"_{seed}"
    return f"{beginning}{when}_{number:02d}_{time.strftime('%Y%m%d%H%M%S')}{ending}.png"
