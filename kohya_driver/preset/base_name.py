"""What is told from the text of `model.base` alone."""

from __future__ import annotations

import re

MODEL_ENDINGS = (".safetensors", ".ckpt", ".pt", ".pth", ".bin")
"""A model's name on the Hub may have a dot too, as in `stable-diffusion-xl-base-1.0`: only these make it a file."""
_OWNER_AND_NAME = re.compile(r"[\w-][\w.-]*/[\w.-]+")


def is_hub_name(text: str) -> bool:
    """Whether it may be `owner/name` on the Hub. What is there under this name is a path all the same."""
    return bool(_OWNER_AND_NAME.fullmatch(text)) and not text.lower().endswith(MODEL_ENDINGS)
