"""Which files of a repository make up a base model."""

from __future__ import annotations

import difflib

from kohya_driver.errors import UsageError
from kohya_driver.hub import HubFile, HubRepo
from kohya_driver.models.scan import INDEX
from kohya_driver.wording import human_bytes

LEAST_BYTES = 1_000_000_000
"""Of a whole checkpoint; a LoRA or a VAE is smaller."""
PARTS = ("unet", "vae", "text_encoder", "text_encoder_2")
BESIDE = ("tokenizer", "tokenizer_2", "scheduler")


def choose_files(repo: HubRepo, file: str = "") -> tuple[HubFile, ...]:
    """One checkpoint, or the files of a model in diffusers' form.

    Raises:
        UsageError: there is no such file, there are several to choose from, or there is none.
    """
    if file:
        return (_named(repo, file),)
    checkpoints = [
        one
        for one in repo.files
        if "/" not in one.name and one.name.endswith(".safetensors") and one.size >= LEAST_BYTES
    ]
    if len(checkpoints) == 1:
        return tuple(checkpoints)
    if checkpoints:
        raise UsageError("models.choose_file", repo.name, repo=repo.name, files=_list(checkpoints))
    parts = _diffusers(repo)
    if parts:
        return parts
    raise UsageError("models.no_checkpoint", repo.name, repo=repo.name)


def _named(repo: HubRepo, file: str) -> HubFile:
    by_name = {one.name: one for one in repo.files}
    if file in by_name:
        return by_name[file]
    close = difflib.get_close_matches(file, by_name, n=1) or [
        name for name in by_name if name.endswith((".safetensors", ".ckpt"))
    ]
    raise UsageError(
        "models.no_such_file", repo.name, file=file, repo=repo.name, close=", ".join(close[:5]) or "–"
    )


def _list(found: list[HubFile]) -> str:
    return ", ".join(f"{one.name} ({human_bytes(one.size)})" for one in found)


def _diffusers(repo: HubRepo) -> tuple[HubFile, ...]:
    """What is loaded of such a model: the settings, and of each part the weights without a variant in their name; nothing that
    could run code when it is loaded."""
    if not any(one.name == INDEX for one in repo.files):
        return ()
    chosen = [one for one in repo.files if _is_loaded(one.name)]
    weighed = {one.name.partition("/")[0] for one in chosen if one.name.endswith(".safetensors")}
    return tuple(chosen) if "unet" in weighed and "vae" in weighed and "text_encoder" in weighed else ()


def _is_loaded(name: str) -> bool:
    folder, _, file = name.rpartition("/")
    if not folder:
        return file == INDEX
    if folder in BESIDE:
        return file.endswith((".json", ".txt"))
    if folder not in PARTS:
        return False
    # `model.fp16.safetensors` is a variant, which the engine does not ask for; `x-00001-of-00002.safetensors` is a piece.
    plain = file.endswith(".safetensors") and file.count(".") == 1 and "non_ema" not in file
    return plain or file.endswith(".json")
