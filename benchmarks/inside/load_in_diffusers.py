"""Runs in the engine's interpreter, with the embedded engine's library: which LoRA files diffusers' own pipeline loads, and what they change.

usage: python load_in_diffusers.py BASE TOKENIZER FILE…

Prints one line of JSON: file → `{"layers": count, "changed": largest change of a pixel}` or `{"error": text}`.
"""

import json
import sys
from pathlib import Path

import torch
from diffusers import DDIMScheduler, StableDiffusionPipeline
from library.models import load_base
from transformers import CLIPTokenizer


def main():
    base_path, tokenizer, *paths = sys.argv[1:]
    torch.set_num_threads(1)
    pipeline = make_pipeline(load_base(Path(base_path), sdpa=True), tokenizer)
    without = draw(pipeline)
    assert torch.equal(without, draw(pipeline))
    print(json.dumps({path: load(pipeline, Path(path), without) for path in paths}))


def make_pipeline(base, tokenizer):
    schedule = DDIMScheduler(
        beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", clip_sample=False, steps_offset=1
    )
    return StableDiffusionPipeline(
        base.vae, base.text_encoder, CLIPTokenizer.from_pretrained(tokenizer), base.unet, schedule, None, None,
        requires_safety_checker=False,
    )  # fmt: skip


def draw(pipeline):
    drawn = pipeline(
        "photos, noise", width=64, height=64, num_inference_steps=1, output_type="np",
        generator=torch.Generator().manual_seed(1),
    )  # fmt: skip
    return torch.from_numpy(drawn.images)


def load(pipeline, path, without):
    try:
        pipeline.load_lora_weights(str(path.parent), weight_name=path.name)
    except Exception as failure:
        return {"error": f"{type(failure).__name__}: {failure}"[:300]}
    parts = (pipeline.unet, pipeline.text_encoder)
    layers = sum(hasattr(module, "lora_A") for part in parts for module in part.modules())
    changed = float((draw(pipeline) - without).abs().max())
    pipeline.unload_lora_weights()
    return {"layers": layers, "changed": changed}


if __name__ == "__main__":
    main()
