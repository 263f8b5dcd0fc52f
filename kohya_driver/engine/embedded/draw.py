"""Draws pictures with LoRA files, as ../draw.py does with sd-scripts: the same job, with the base model loaded once.

    python draw.py JOB.json

Runs in the engine's interpreter, with this folder as current one. Pictures are drawn as the trainer draws its samples.
"""

from __future__ import annotations

import importlib.util
import sys
from argparse import Namespace
from pathlib import Path
from types import ModuleType
from typing import Any

import torch
from library import models, samples, text
from library.network import ADAPTER, TEXT_ENCODER, UNET, Network, sizes_of, targets
from safetensors.torch import load_file


class Adjustable(Network):
    """A network that can be left out, and made to act more or less strongly."""

    def build(self, base: models.Base, tensors: dict[str, torch.Tensor]) -> None:
        """Its layers are those of the file, which has to be in the form of networks.lora."""
        sizes, self.layers = sizes_of(tensors), []
        for beginning, model in ((TEXT_ENCODER, base.text_encoder), (UNET, base.unet)):
            places = [(name, place) for name, place in targets(model, beginning) if name in sizes]
            if places:
                self.add(model, beginning, sizes, 0.0)
            self.layers += [(model.get_submodule(place), *sizes[name]) for name, place in places]
        self.load_state_dict(tensors)

    def set_enabled(self, enabled: bool) -> None:
        for layer, _, _ in self.layers:
            layer.enable_adapters(enabled)

    def set_multiplier(self, weight: float) -> None:
        for layer, rank, alpha in self.layers:
            layer.scaling[ADAPTER] = weight * alpha / rank


def shared() -> ModuleType:
    """The script for sd-scripts, for its way to take a job and to tell of it."""
    spec = importlib.util.spec_from_file_location(
        "kohya_driver_draw", Path(__file__).parent.parent / "draw.py"
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def main() -> None:
    job = shared().Job(sys.argv[1])
    wanted = job.settings
    device, folder = torch.device(wanted["device"]), Path(wanted["base"])
    base = models.load_base(folder, sdpa=True)
    job.network = Adjustable()
    job.network.build(base, load_file(job.loaded))
    for model in (base.text_encoder, base.vae, base.unet, job.network):
        model.to(device, models.weight_type(wanted["precision"]))
    base.vae.to(device, torch.float32)
    tokenizer = text.Tokenizer(text.tokenizer_folder(wanted["tokenizers"], folder), None)
    job.tell("ready")
    args = Namespace(sample_sampler=wanted["sampler"], clip_skip=wanted["clip_skip"])
    with torch.no_grad():
        while picture := job.next_picture():
            draw(picture, job, args, base, tokenizer, device)
    job.tell("done")


def draw(
    picture: Any, job: Any, args: Any, base: models.Base, tokenizer: text.Tokenizer, device: Any
) -> None:
    job.network.set_multiplier(picture["weight"])
    image = samples.draw(samples.read_prompt(picture["prompt"]), args, base, tokenizer, device)
    image.save(Path(job.settings["folder"]) / picture["file"])


if __name__ == "__main__":
    main()
