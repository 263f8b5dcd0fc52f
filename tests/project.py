"""Makes small projects: pictures, captions, and files that look like base models by their headers."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path

from kohya_driver import files
from kohya_driver.engine.families import PARTS, TRUE_WIDTH
from kohya_driver.host import Host

GIB = 1 << 30
MAC = Host("Darwin", "arm64", "Apple M1 Max", "14.5", "23F79", 64 * GIB, 6, "mps")
SMALL_MAC = Host("Darwin", "arm64", "Apple M1 Pro", "14.5", "23F79", 16 * GIB, 6, "mps")
OLD_MAC = Host("Darwin", "arm64", "Apple M1", "13.6", "22G", 64 * GIB, 4, "mps")
CUDA = Host("Linux", "x86_64", "AMD EPYC", "6.1", "", 64 * GIB, 8, "cuda")
CPU = Host("Linux", "x86_64", "AMD EPYC", "6.1", "", 64 * GIB, 2, "cpu")

CONTEXT_WIDTH = {"sd15": 768, "sd2": 1024, "sdxl": 2048}


def empty_home(home: Path) -> Path:
    """A data folder with this machine's engines, in which nothing else is kept."""
    home.mkdir()
    for name in ("engines", "assets"):
        (home / name).symlink_to(files.home() / name)
    return home


def write_safetensors(
    path: Path,
    shapes: Mapping[str, Sequence[int]],
    *,
    dtype: str = "F16",
    metadata: Mapping[str, str] | None = None,
) -> Path:
    """A file of zeros with these tensors, all of one type."""
    entries: dict[str, object] = {"__metadata__": dict(metadata)} if metadata else {}
    offset = 0
    for name, shape in shapes.items():
        size = {"F8_E4M3": 1, "F16": 2, "F32": 4}[dtype]
        for side in shape:
            size *= side
        entries[name] = {"dtype": dtype, "shape": list(shape), "data_offsets": [offset, offset + size]}
        offset += size
    header = json.dumps(entries).encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(struct.pack("<Q", len(header)) + header + bytes(offset))
    return path


def base_shapes(family: str = "sd15", *, without: str = "", channels: int = 4) -> dict[str, Sequence[int]]:
    """The tensors of a whole base model as far as its header tells: as many as the engine wants, most of them empty."""
    unet = "model.diffusion_model."
    shapes: dict[str, Sequence[int]] = {
        f"{unet}input_blocks.0.0.weight": (TRUE_WIDTH, channels, 1, 1),
        f"{unet}input_blocks.1.1.transformer_blocks.0.attn2.to_k.weight": (4, CONTEXT_WIDTH[family]),
    }
    for part, (beginning, count) in PARTS[family].items():
        told = sum(name.startswith(beginning) for name in shapes)
        shapes |= {f"{beginning}{number}": (0,) for number in range(count - told) if part != without}
    return shapes


def write_base(path: Path, family: str = "sd15") -> Path:
    """A base model as far as its header tells; nothing can be trained on it."""
    return write_safetensors(path, base_shapes(family))


def write_picture(path: Path, size: tuple[int, int] = (64, 64), caption: str | None = "ning, 1girl") -> Path:
    from PIL import Image

    path.parent.mkdir(parents=True, exist_ok=True)
    seed = sum(map(ord, path.name)) % 255
    Image.new("RGB", size, (seed, 255 - seed, 128)).save(path)
    if caption is not None:
        path.with_suffix(".txt").write_text(caption + "\n", encoding="utf-8")
    return path


def write_project(
    folder: Path, *, family: str = "sd15", extra: str = "", sizes: Sequence[tuple[int, int]] = ()
) -> Path:
    """A good project in a folder of its own; `extra` is added to its preset. Returns the preset."""
    write_base(folder / "base.safetensors", family)
    for number, size in enumerate(sizes or [(512, 512), (640, 480), (480, 640)]):
        write_picture(folder / "image" / "6_宁 光" / f"图 {number}.png", size)
    preset = folder / "preset.toml"
    text = '[model]\nbase = "base.safetensors"\n[dataset]\ntrigger = "ning"\ntrain_data_dir = "image"\n'
    preset.write_text(text + extra, encoding="utf-8")
    return preset
