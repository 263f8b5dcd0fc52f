"""Prompts of samples: from a preset to the lines that the engine reads, and back.

A prompt may carry the engine's own short options, `smiling --n blurry --w 512 --d 7`; what it does not say is the preset's.
Source of their meaning: library/train_util.py:6259 (line_to_prompt_dict).
"""

from __future__ import annotations

import re
import string
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, get_args

from kohya_driver.preset.model import Preset, Sampling

OPTIONS = {
    "n": "negative",
    "w": "width",
    "h": "height",
    "d": "seed",
    "s": "steps",
    "l": "scale",
    "ss": "sampler",
}
"""The engine's letters, and what they are called here."""
SAMPLERS: tuple[str, ...] = get_args(Sampling.model_fields["sampler"].annotation)
"""The engine takes any other name for DDIM (train_util.py:6199)."""
_SPLIT = re.compile(r" --(?=[A-Za-z])")


@dataclass(frozen=True, slots=True)
class Prompt:
    """One picture to draw. The defaults are the engine's."""

    text: str
    negative: str = ""
    width: int = 512
    height: int = 512
    seed: int | None = None
    """None: another one each time."""
    steps: int = 30
    scale: float = 7.5
    sampler: str = ""
    """Empty: that of the training config."""


def prompts_of(preset: Preset, resolution: int | Sequence[int]) -> tuple[Prompt, ...]:
    """What a preset draws, with all that its prompts leave open filled in."""
    sampling = preset.sampling
    width, height = (resolution, resolution) if isinstance(resolution, int) else resolution
    common = {
        "negative": _plain(_one_line(sampling.negative)),
        "width": sampling.width or width,
        "height": sampling.height or height,
        "seed": sampling.seed,
        "steps": sampling.steps,
        "scale": sampling.scale,
    }
    trigger = preset.dataset.trigger or ""
    return tuple(Prompt(**{**common, **_read(_fill(prompt, trigger))[0]}) for prompt in sampling.prompts)


def largest_size(preset: Preset, resolution: int | Sequence[int]) -> tuple[int, int] | None:
    """Of the pictures that are drawn: what memory and disk have to hold. None if nothing is drawn."""
    sizes = [(one.width, one.height) for one in prompts_of(preset, resolution)]
    return max(sizes, key=lambda size: size[0] * size[1]) if sizes else None


def has_words(prompt: str) -> bool:
    """Whether anything but options stands in a preset's prompt."""
    return bool(_read(_fill(prompt, "x"))[0]["text"])


def bad_options(prompt: str) -> tuple[str, ...]:
    """The options in a preset's prompt that the engine would pass over without a word, or take for something else."""
    return _read(_fill(prompt, "x"))[1]


def prompt_of(words: str, trigger: str, usual: Prompt) -> Prompt:
    """One prompt as a person writes it; what it does not say is as usual."""
    return replace(usual, **_read(_fill(words, trigger))[0])


def prompts_text(preset: Preset, resolution: int | Sequence[int]) -> str:
    """The prompts file: one prompt a line, each with its size, seed and steps."""
    return "".join(f"{prompt_line(prompt)}\n" for prompt in prompts_of(preset, resolution))


def prompt_line(prompt: Prompt) -> str:
    """As the engine reads it."""
    negative = _plain(prompt.negative)
    options = [f"--n {negative}"] if negative else []
    options += [f"--w {prompt.width} --h {prompt.height}"]
    options += [] if prompt.seed is None else [f"--d {prompt.seed}"]
    options += [f"--s {prompt.steps} --l {prompt.scale:g}"]
    options += [f"--ss {prompt.sampler}"] if prompt.sampler else []
    return " ".join((_plain(prompt.text), *options))


def read_prompts(text: str) -> tuple[Prompt, ...]:
    """A prompts file, in the engine's order; its samples are numbered so, from 0."""
    lines = (line.strip() for line in text.splitlines() if not line.startswith("#"))
    return tuple(Prompt(**_read(line)[0]) for line in lines if line)


def _read(line: str) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The fields that a line gives, and its options that mean nothing."""
    text, *options = _SPLIT.split(f" {line}")
    found: dict[str, Any] = {"text": _plain(text)}
    bad = []
    for option in options:
        letter, _, words = option.strip().partition(" ")
        name = OPTIONS.get(letter.lower(), "")
        value = _value(name, words.strip())
        if value is None:
            bad.append(f"--{option.strip()}")
        else:
            found[name] = value
    return found, tuple(bad)


def _value(name: str, words: str) -> str | int | float | None:
    """None for what the engine would not understand."""
    if name == "negative":
        return _plain(words) or None
    if name == "sampler":
        return words if words in SAMPLERS else None
    if name == "scale":
        return float(words) if re.fullmatch(r"\d+(\.\d+)?", words) else None
    return int(words) if name and re.fullmatch(r"\d{1,10}", words, re.ASCII) else None


def _fill(prompt: str, trigger: str) -> str:
    return _one_line(prompt.replace("{trigger}", trigger))


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _plain(text: str) -> str:
    # A line that begins with # would be a comment; two dashes that begin no option would be cut off with what follows.
    return text.lstrip("#" + string.whitespace).strip().replace(" --", " —")
