"""Prompts of samples from other tools: the engine's lines, with what they leave unsaid as the engine would have it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kohya_driver.exchange.model import Claim, idle, left
from kohya_driver.planning.prompts import Prompt, bad_options, prompt_line, read_prompts

COMMON = ("negative", "width", "height", "steps", "scale", "seed")


def claim_prompts(key: str, value: Any, text: str) -> Claim:
    """What a text of prompts becomes, one prompt a line."""
    found = read_prompts(text)
    if not found:
        return idle(key, value, "unset")
    unknown = [
        option for line in text.splitlines() if not line.startswith("#") for option in bad_options(line)
    ]
    if unknown:
        return left(key, value, "prompt_options", options=", ".join(unknown))
    return Claim(key, value, prompt_keys(found))


def prompt_keys(prompts: Sequence[Prompt]) -> dict[str, Any]:
    """Dotted keys: what all of them say alike is said once."""
    sets: dict[str, Any] = {}
    for name in COMMON:
        values = {getattr(prompt, name) for prompt in prompts}
        if len(values) == 1 and (value := values.pop()) not in (None, ""):
            sets[f"sampling.{name}"] = value
    common = {place.partition(".")[2] for place in sets}
    alike = bool({"width", "height", "steps", "scale"} <= common)
    sets["sampling.prompts"] = [_line(prompt, common) if alike else prompt_line(prompt) for prompt in prompts]
    return sets


def _line(prompt: Prompt, common: set[str]) -> str:
    parts = [prompt.text.strip()]
    if prompt.negative and "negative" not in common:
        parts.append(f"--n {prompt.negative}")
    if prompt.seed is not None and "seed" not in common:
        parts.append(f"--d {prompt.seed}")
    if prompt.sampler:
        parts.append(f"--ss {prompt.sampler}")
    return " ".join(parts)
