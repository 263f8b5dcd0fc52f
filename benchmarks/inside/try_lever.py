"""Runs the driver's entry inside the engine's interpreter with one thing about the training changed: `try_lever.py LEVER entry.py SCRIPT …`.

For what the driver does not do, so that it can be said what it would be worth.
"""

import gc
import runpy
import sys
from pathlib import Path
from types import SimpleNamespace


def main():
    lever, entry = sys.argv[1], sys.argv[2]
    sys.argv = sys.argv[2:]
    sys.path[0] = str(Path(entry).parent)
    LEVERS[lever]()
    runpy.run_path(entry, run_name="__main__")


def nothing():
    pass


def compiled():
    sys.argv += ["--torch_compile", "--dynamo_backend", "inductor"]


def channels_last():
    """The U-Net's weights with channels innermost; what goes through its convolutions then is laid out so, too."""
    import torch
    from accelerate import Accelerator

    prepare = Accelerator.prepare

    def prepare_channels_last(self, *prepared, **options):
        for one in prepared:
            if isinstance(one, torch.nn.Module):
                one.to(memory_format=torch.channels_last)
        return prepare(self, *prepared, **options)

    Accelerator.prepare = prepare_channels_last


def sorted_buckets():
    """Batches of one size after each other, as an epoch would have them if sizes were not shuffled."""
    import random

    shuffle = random.shuffle

    def shuffle_and_sort(items):
        shuffle(items)
        if items and hasattr(items[0], "bucket_index"):
            items.sort(key=lambda one: one.bucket_index)

    random.shuffle = shuffle_and_sort


def filled():
    sys.modules["kohya_driver_entry_unfilled"] = SimpleNamespace(leave_unfilled=lambda model_util: None)


def all_collected():
    gc.freeze = lambda: None


def one_copy():
    """The base's file is mapped into memory and its tensors become the models' weights, instead of being copied into them."""
    import torch

    load = torch.nn.Module.load_state_dict

    def assign(self, state, strict=True, assign=False):
        return load(self, state, strict=strict, assign=True)

    torch.nn.Module.load_state_dict = assign


LEVERS = {
    "nothing": nothing,
    "sizes shuffled": nothing,
    "compiled": compiled,
    "channels_last": channels_last,
    "sorted_buckets": sorted_buckets,
    "one_copy": one_copy,
    "filled": filled,
    "all_collected": all_collected,
}

if __name__ == "__main__":
    main()
