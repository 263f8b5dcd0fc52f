"""Inside the embedded engine: how far a LoRA changes a picture that diffusers' own pipeline draws.

usage: python draw_with_lora.py BASE LORA TOKENIZER
"""

import json
import sys
from pathlib import Path

import torch
from diffusers import DDIMScheduler, StableDiffusionPipeline
from library.models import load_base
from transformers import CLIPTokenizer


def main():
    base_path, lora, tokenizer = sys.argv[1:]
    base = load_base(Path(base_path), sdpa=True)
    schedule = DDIMScheduler(
        beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", clip_sample=False, steps_offset=1
    )
    pipeline = StableDiffusionPipeline(
        base.vae, base.text_encoder, CLIPTokenizer.from_pretrained(tokenizer), base.unet, schedule, None, None,
        requires_safety_checker=False,
    )  # fmt: skip

    def draw():
        drawn = pipeline(
            "ning, smile", width=64, height=64, num_inference_steps=2, output_type="np",
            generator=torch.Generator().manual_seed(1),
        )  # fmt: skip
        return torch.from_numpy(drawn.images)

    without = draw()
    again = draw()
    pipeline.load_lora_weights(str(Path(lora).parent), weight_name=Path(lora).name)
    with_it = draw()
    layers = sum(
        hasattr(module, "lora_A") for part in (base.unet, base.text_encoder) for module in part.modules()
    )
    same, changed = (float((each - without).abs().max()) for each in (again, with_it))
    print(json.dumps({"same": same, "changed": changed, "layers": layers}))


if __name__ == "__main__":
    main()
