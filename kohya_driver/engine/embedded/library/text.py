"""From a caption to what the U-Net attends to: tokens in pieces of 75, one pass of the text encoder for each.

As sd-scripts does it for SD 1.x (library/train_util.py:934-981, library/strategy_sd.py).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from library.log import logger
from transformers import CLIPTokenizer

FOLDER = "openai_clip-vit-large-patch14"
PIECE = 75
"""Tokens of a piece, without its start and end."""


class Tokenizer:
    """CLIP's, for texts of up to 75, 150 or 225 tokens."""

    def __init__(self, folder: Path, max_token_length: int | None) -> None:
        logger.info("Using v1 tokenizer")
        self.clip = CLIPTokenizer.from_pretrained(str(folder), local_files_only=True)
        self.length = max_token_length or PIECE

    def ids(self, text: str, length: int | None = None) -> torch.Tensor:
        """Pieces by 77: each with a start and an end of its own."""
        length = length or self.length
        found = self.clip(
            text, padding="max_length", truncation=True, max_length=length + 2, return_tensors="pt"
        ).input_ids[0]
        pieces = found[1:-1].view(-1, PIECE)
        start, end = found[:1].expand(len(pieces), 1), found[-1:].expand(len(pieces), 1)
        return torch.cat([start, pieces, end], dim=1)

    def pieces_of(self, text: str) -> int:
        """How many pieces a text fills, three at the most."""
        tokens = len(self.clip(text, truncation=True, max_length=3 * PIECE + 2).input_ids) - 2
        return max(1, -(-tokens // PIECE))


def tokenizer_folder(cache: str | None, base: Path) -> Path:
    """The engine's own, else the one that a diffusers folder brings along."""
    return Path(cache) / FOLDER if cache else base / "tokenizer"


def encode(ids: torch.Tensor, text_encoder: Any, clip_skip: int | None) -> torch.Tensor:
    """Batch by pieces by 77 ids → batch by (75 · pieces + 2) vectors."""
    batch, pieces = ids.shape[:2]
    ids = ids.reshape(batch * pieces, -1).to(text_encoder.device)
    if clip_skip is None:
        states = text_encoder(ids)[0]
    else:
        hidden = text_encoder(ids, output_hidden_states=True, return_dict=True)["hidden_states"]
        states = text_encoder.text_model.final_layer_norm(hidden[-clip_skip])
    states = states.reshape(batch, pieces, PIECE + 2, -1)
    return torch.cat([states[:, 0, :1], states[:, :, 1:-1].flatten(1, 2), states[:, -1, -1:]], dim=1)
