"""Inside either engine: a training with torch's random numbers set to the same value where both have come equally far.

usage: python aligned_training.py SCRIPT --config_file FILE

The engines build their models differently, and so have drawn differently many numbers before the first step; and rich takes some
of Python's for every line of log, before the seed of the batches' order is drawn. The last line of output is JSON:
{"losses": of every micro-step}.
"""

import json
import random
import runpy
import sys
from pathlib import Path

import torch
from accelerate.tracking import TensorBoardTracker
from diffusers import AutoencoderKL

LOSSES = []


ORDER = 4


def at_first(original, seed):
    called = []

    def call(self, *arguments, **options):
        if not called:
            called.append(True)
            torch.manual_seed(seed)
            random.seed(seed)
            for one in getattr(self, "datasets", ()):
                one.seed = ORDER
        return original(self, *arguments, **options)

    return call


def note(original):
    def call(self, values, **options):
        if "loss/current" in values:
            LOSSES.append(float(values["loss/current"]))
        return original(self, values, **options)

    return call


def main():
    sys.argv = sys.argv[1:]
    sys.path[0] = str(Path(sys.argv[0]).parent)
    import library.train_util as train_util

    AutoencoderKL.encode = at_first(AutoencoderKL.encode, 1)
    group = train_util.DatasetGroup
    group.set_max_train_steps = at_first(group.set_max_train_steps, 2)
    group.__getitem__ = at_first(group.__getitem__, 3)
    TensorBoardTracker.log = note(TensorBoardTracker.log)
    runpy.run_path(sys.argv[0], run_name="__main__")
    print(json.dumps({"losses": LOSSES}))


if __name__ == "__main__":
    main()
