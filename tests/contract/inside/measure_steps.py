"""Runs inside the engine's interpreter: lets the engine train nothing, really, and writes down what it counted.

Standard input: {"configs": [training TOML, ...], "sizes": [{"settings": {...}, "sizes": [[w, h], ...]}, ...]}.
The last line of output: {"runs": [...], "sizes": [...]}.

The engine's parser, dataset, data loader, training loop, saving and sampling are its own. Replaced are the models (one
parameter each), the tokenizer (77 zeros) and the loss (the network's parameter), so that a step takes a millisecond.
"""

import contextlib
import gc
import io
import json
import os
import re
import sys
import types
from pathlib import Path

os.environ["ACCELERATE_USE_CPU"] = "true"

import torch
import train_network
from accelerate.state import AcceleratorState, GradientState, PartialState
from library import config_util, strategy_base, train_util
from PIL import Image

NUMBERS = {
    "train_images": r"num train images \* repeats .*: (\d+)",
    "validation_images": r"num validation images \* repeats .*: (\d+)",
    "reg_images": r"num reg images .*: (\d+)",
    "batches_per_epoch": r"num batches per epoch .*: (\d+)",
    "epochs": r"num epochs .*: (\d+)",
    "steps": r"total optimization steps .*: (\d+)",
}
SAVED = []


class Tiny(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.weights = torch.nn.ParameterList(torch.nn.Parameter(torch.zeros(1)) for _ in range(3))
        self.device, self.dtype = torch.device("cpu"), torch.float32

    def encode(self, images):
        count, _, height, width = images.shape
        latents = torch.zeros(count, 4, height // 8, width // 8)
        return types.SimpleNamespace(latent_dist=types.SimpleNamespace(sample=lambda: latents))


class TinyNetwork(Tiny):
    def apply_to(self, *_):
        pass

    def prepare_grad_etc(self, *_):
        pass

    def on_epoch_start(self, *_):
        pass

    def get_trainable_params(self):
        return self.parameters()

    def prepare_optimizer_params(self, text_encoder_lr, unet_lr, learning_rate):
        return [{"params": list(self.parameters()), "lr": learning_rate}]

    def save_weights(self, file, dtype, metadata):
        Path(file).touch()
        SAVED.append([Path(file).name, int(metadata["ss_steps"])])


class TinyPipeline:
    def __init__(self, **_):
        self.scheduler = None

    def to(self, device):
        return self

    def __call__(self, **_):
        return None

    def latents_to_image(self, latents):
        return [Image.new("RGB", (1, 1))]


class Tokens:
    def tokenize(self, text):
        return [torch.zeros(1, 77, dtype=torch.long)]


class Trainer(train_network.NetworkTrainer):
    def get_tokenize_strategy(self, args):
        return Tokens()

    def get_tokenizers(self, tokenize_strategy):
        return [None]

    def load_target_model(self, args, weight_dtype, accelerator):
        return "sd_v1", Tiny(), Tiny(), Tiny()

    def process_batch(self, batch, text_encoders, unet, network, *_, **__):
        return sum(weight.sum() for weight in network.parameters())


def reset():
    for strategy in (
        strategy_base.TokenizeStrategy,
        strategy_base.TextEncodingStrategy,
        strategy_base.LatentsCachingStrategy,
        strategy_base.TextEncoderOutputsCachingStrategy,
    ):
        strategy._strategy = None
    AcceleratorState._reset_state(reset_partial_state=True)
    PartialState._reset_state()
    GradientState._reset_state()
    SAVED.clear()


def counted(group):
    """For each dataset of a group: its buckets in use, as [width, height, count]."""
    managers = [dataset.bucket_manager for dataset in (group.datasets if group else ())]
    return [
        sorted([*size, len(bucket)] for size, bucket in zip(one.resos, one.buckets, strict=True) if bucket)
        for one in managers
    ]


def run(config):
    """Train by one config; what the engine printed, counted and wrote."""
    reset()
    groups = []
    make_groups = config_util.generate_dataset_group_by_blueprint

    def remember(blueprint):
        groups.extend(make_groups(blueprint))
        return tuple(groups)

    sys.argv = ["train_network.py", "--config_file", config]
    parser = train_network.setup_parser()
    args = train_util.read_config_from_file(parser.parse_args(), parser)
    printed = io.StringIO()
    config_util.generate_dataset_group_by_blueprint = remember
    try:
        with contextlib.redirect_stdout(printed):
            Trainer().train(args)
    finally:
        config_util.generate_dataset_group_by_blueprint = make_groups
    written = sorted(path.name for path in Path(args.output_dir).glob("*") if path.name != "sample")
    samples = sorted(path.name for path in Path(args.output_dir).glob("sample/*"))
    # Of several processes only the first one says them.
    said = {name: re.search(rule, printed.getvalue()) for name, rule in NUMBERS.items()}
    numbers = {name: int(found[1]) for name, found in said.items() if found}
    return {
        **numbers,
        "buckets": counted(groups[0]),
        "validation_buckets": counted(groups[1]),
        "saved": list(SAVED),
        "written": written,
        "samples": samples,
    }


def assign(settings, sizes):
    """Bucket and resized size of each picture, by the engine's bucket manager; null where it raises."""
    resolution = settings["resolution"]
    if settings["enable"]:
        manager = train_util.BucketManager(
            settings["no_upscale"], resolution, settings["minimum"], settings["maximum"], settings["step"]
        )
        if not settings["no_upscale"]:
            manager.make_buckets()
    else:
        manager = train_util.BucketManager(False, resolution, None, None, None)
        manager.set_predefined_resos([tuple(resolution)])
    return [select(manager, *size) for size in sizes]


def select(manager, width, height):
    try:
        bucket, resized, _ = manager.select_bucket(width, height)
    except ZeroDivisionError:
        return None
    # A bucket without width passes here, and breaks the training at that picture.
    return [bucket, resized] if bucket[0] else None


def main():
    module = types.ModuleType("tiny_network")
    module.create_network = lambda *_, **__: TinyNetwork()
    sys.modules["tiny_network"] = module
    train_util.StableDiffusionLongPromptWeightingPipeline = TinyPipeline
    asked = json.load(sys.stdin)
    # The engine collects garbage after every batch of latents; walking all of torch took half the time here.
    gc.freeze()
    answer = {
        "runs": [run(config) for config in asked["configs"]],
        "sizes": [assign(one["settings"], one["sizes"]) for one in asked["sizes"]],
    }
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
