"""What the U-Net is asked in a step, and how far its answer is off (library/train_util.py:6071, custom_train_functions.py)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from diffusers import DDPMScheduler

LATENT_SCALE = 0.18215


@dataclass(frozen=True)
class Question:
    noise: torch.Tensor
    noisy: torch.Tensor
    timesteps: torch.Tensor


def make_schedule() -> DDPMScheduler:
    return DDPMScheduler(
        beta_start=0.00085,
        beta_end=0.012,
        beta_schedule="scaled_linear",
        num_train_timesteps=1000,
        clip_sample=False,
    )


def drawn_like(values: torch.Tensor) -> torch.Tensor:
    """Random numbers from the processor: a device's own are others, and a training could not be held against another's."""
    return torch.randn(values.shape, dtype=values.dtype).to(values.device)


def ask(latents: torch.Tensor, schedule: DDPMScheduler, args: Any) -> Question:
    """Noise first, then its offset, then the time: the order of random draws is sd-scripts'."""
    noise = drawn_like(latents)
    if args.noise_offset:
        noise = noise + args.noise_offset * drawn_like(latents[:, :, :1, :1])
    times = torch.randint(0, schedule.config.num_train_timesteps, (len(latents),)).to(latents.device)
    return Question(noise, schedule.add_noise(latents, noise, times), times)


def loss_of(
    answer: torch.Tensor, asked: Question, weights: torch.Tensor, schedule: DDPMScheduler, args: Any
) -> torch.Tensor:
    """Each picture's squared error, by its own weight and by min-SNR's, then the mean."""
    each = (
        torch.nn.functional.mse_loss(answer.float(), asked.noise.float(), reduction="none").mean(
            dim=(1, 2, 3)
        )
        * weights
    )
    if args.min_snr_gamma:
        share = schedule.alphas_cumprod.to(asked.timesteps.device)[asked.timesteps]
        signal_to_noise = share / (1 - share)
        each = each * signal_to_noise.clamp(max=args.min_snr_gamma) / signal_to_noise
    return each.mean()
