"""Makes a base model with random weights; a stand-alone script that runs in the engine's interpreter and checkout.

    python random_base.py --family sd15|sd2|sdxl --output FILE [--seed 0]

The engine's own classes and converters say which tensors there are and how they are called; they are built without
storage (torch's meta device), and the values are drawn while the file is written, a few tensors at a time, so that
it takes little memory. Nothing is read from the network.

Every line on the output that begins with `{` is JSON: `{"done": bytes, "of": bytes, "what": tensor}`, and as the
last one `{"output": FILE, "tensors": count, "bytes": size}` or, with exit status 1, `{"error": "disk_full" |
"not_writable", "reason": text}`.
"""

from __future__ import annotations

import argparse
import errno
import json
import math
import os
import shutil
import signal
import struct
import sys
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

Layout = Mapping[str, tuple[int, ...]]
"""Shape by tensor name, in the order of the file."""

HALF_BYTES = 2
THREADS = 2
EMBEDDING_STD = 0.02  # as CLIP is initialised
SLACK_BYTES = 64 << 20  # left free on the disk
CLIP_L = {"hidden_size": 768, "intermediate_size": 3072, "num_hidden_layers": 12, "num_attention_heads": 12}
CLIP_H = {"hidden_size": 1024, "intermediate_size": 4096, "num_hidden_layers": 23, "num_attention_heads": 16}
CLIP_G = {"hidden_size": 1280, "intermediate_size": 5120, "num_hidden_layers": 32, "num_attention_heads": 20}


def main(arguments: list[str] | None = None) -> int:
    options = parse_arguments(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the partial file is removed
    try:
        layout = LAYOUTS[options.family]()
        metadata = {"kohya_driver.random_base": options.family, "kohya_driver.seed": str(options.seed)}
        write_random(options.output, layout, metadata, options.seed)
    except OSError as failure:
        full = failure.errno in (errno.ENOSPC, errno.EDQUOT)
        say(error="disk_full" if full else "not_writable", reason=failure.strerror or str(failure))
        return 1
    say(output=str(options.output), tensors=len(layout), bytes=options.output.stat().st_size)
    return 0


def parse_arguments(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Make a base model with random weights.")
    parser.add_argument("--family", choices=sorted(LAYOUTS), required=True)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args(arguments)


def say(**values: object) -> None:
    print(json.dumps(values), flush=True)


def sd15_layout() -> Layout:
    return sd_layout(False, CLIP_L)


def sd2_layout() -> Layout:
    """Its text encoder has one layer more in a file than is ever used; the engine makes it up."""
    return sd_layout(True, CLIP_H)


def sd_layout(v2: bool, text_sizes: Mapping[str, int]) -> Layout:
    import torch
    from library import model_util
    from library.original_unet import UNet2DConditionModel
    from transformers import CLIPTextModel

    with torch.device("meta"):
        unet = UNet2DConditionModel(**model_util.create_unet_diffusers_config(v2=v2))
        text_encoder = CLIPTextModel(clip_config(text_sizes))
        vae = empty_vae(model_util)
    return captured(
        model_util,
        lambda: model_util.save_stable_diffusion_checkpoint(
            v2, "base.safetensors", text_encoder, unet, None, 0, 0, None, vae=vae
        ),
    )


def sdxl_layout() -> Layout:
    import torch
    from library import model_util, sdxl_model_util
    from library.sdxl_original_unet import SdxlUNet2DConditionModel
    from transformers import CLIPTextModel, CLIPTextModelWithProjection

    with torch.device("meta"):
        unet = SdxlUNet2DConditionModel()
        first = CLIPTextModel(clip_config(CLIP_L))
        second = CLIPTextModelWithProjection(clip_config(CLIP_G))
        vae = empty_vae(model_util)
        logit_scale = torch.empty(())
    return captured(
        sdxl_model_util,
        lambda: sdxl_model_util.save_stable_diffusion_checkpoint(
            "base.safetensors", first, second, unet, 0, 0, None, vae, logit_scale, None
        ),
    )


def clip_config(sizes: Mapping[str, int]) -> Any:
    """CLIP's text encoders as the engine builds them to load a checkpoint (it has the sizes inside that function)."""
    from transformers import CLIPTextConfig

    return CLIPTextConfig(
        vocab_size=49408, max_position_embeddings=77, projection_dim=sizes["hidden_size"], **sizes
    )


def empty_vae(model_util: Any) -> Any:
    from diffusers import AutoencoderKL

    return AutoencoderKL(**model_util.create_vae_diffusers_config())


def captured(module: Any, save: Callable[[], object]) -> Layout:
    """What the engine's own `save_…_checkpoint` would hand to safetensors: tensors in the checkpoint's names."""
    layout: dict[str, tuple[int, ...]] = {}

    def save_file(tensors: Mapping[str, Any], *_: object) -> None:
        layout.update({name: tuple(tensor.shape) for name, tensor in tensors.items()})

    original, module.save_file = module.save_file, save_file
    try:
        save()
    finally:
        module.save_file = original
    return layout


LAYOUTS: Mapping[str, Callable[[], Layout]] = {"sd15": sd15_layout, "sd2": sd2_layout, "sdxl": sdxl_layout}


def write_random(path: Path, layout: Layout, metadata: Mapping[str, str], seed: int) -> None:
    """Write a float16 safetensors file whole or not at all; the temporary file beside it is `.NAME.part`.

    Raises:
        OSError: ENOSPC before anything is written if the disk has too little room; any other as it comes.
    """
    header = safetensors_header(layout, metadata)
    total = sum(map(tensor_bytes, layout.values()))
    path.parent.mkdir(parents=True, exist_ok=True)
    if shutil.disk_usage(path.parent).free < len(header) + total + SLACK_BYTES:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("wb") as file:
            file.write(header)
            for done, name, values in random_tensors(layout, seed):
                file.write(values)
                say(done=done, of=total, what=name)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def safetensors_header(layout: Layout, metadata: Mapping[str, str]) -> bytes:
    """Eight bytes of length, then JSON, padded to a multiple of eight (the format's own rule for alignment)."""
    entries: dict[str, object] = {"__metadata__": dict(metadata)}
    offset = 0
    for name, shape in layout.items():
        end = offset + tensor_bytes(shape)
        entries[name] = {"dtype": "F16", "shape": shape, "data_offsets": [offset, end]}
        offset = end
    text = json.dumps(entries, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text


def tensor_bytes(shape: tuple[int, ...]) -> int:
    return math.prod(shape) * HALF_BYTES


def random_tensors(layout: Layout, seed: int) -> Iterator[tuple[int, str, Any]]:
    """Bytes so far with this one, name, values (float16, flat); a few are drawn ahead while others are written."""
    waiting: deque[tuple[str, Future[Any]]] = deque()
    done = 0
    with ThreadPoolExecutor(THREADS) as pool:
        for index, name in enumerate([*layout, *[""] * THREADS]):
            if name:
                waiting.append((name, pool.submit(draw, name, layout[name], (seed << 32) + index)))
            if index >= THREADS:
                first, values = waiting.popleft()
                done += tensor_bytes(layout[first])
                yield done, first, values.result()


def draw(name: str, shape: tuple[int, ...], seed: int) -> Any:
    """One tensor's values; a seed of its own makes them the same however the threads run."""
    import torch

    mean, std = distribution(name, shape)
    values = torch.full((math.prod(shape),), mean, dtype=torch.float16)
    if std:
        values.normal_(mean, std, generator=torch.Generator().manual_seed(seed))
    return values.numpy()


def distribution(name: str, shape: tuple[int, ...]) -> tuple[float, float]:
    """Mean and standard deviation: ones for norms, zeros for biases, else so small that activations stay finite.

    Half of 1/√fan-in is about the spread of torch's own default for linear and convolution layers (1/√3 of it).
    """
    if name.endswith("bias"):
        return 0.0, 0.0
    if len(shape) < 2:
        return 1.0, 0.0
    if "embedding" in name:
        return 0.0, EMBEDDING_STD
    return 0.0, 0.5 / math.sqrt(math.prod(shape[1:]))


if __name__ == "__main__":
    sys.exit(main())
