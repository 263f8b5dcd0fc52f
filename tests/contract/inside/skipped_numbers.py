"""Inside the engine: where the random numbers stand after models were built without being filled, and after they were filled.

usage: python skipped_numbers.py ENTRY_FOLDER BASE [v2]

The last line of output is JSON: {"wrong": seeds and numbers drawn before at which small layers end otherwise, "untold": which
of the draws that cannot be counted are told as such, "base": whether the base's models end alike}.
"""

import json
import sys

import torch
from library import model_util

sys.path.insert(0, sys.argv[1])
from entry_unfilled import SkippedNumbers, unfilled


def layers():
    torch.nn.Linear(37, 11)
    torch.nn.Embedding(50, 16)
    torch.nn.Conv2d(3, 5, 3)
    torch.empty(1000, 3).t().uniform_()
    torch.empty(17).normal_()
    torch.nn.Linear(3, 3, device="meta")


def skip(make):
    skipped = SkippedNumbers(torch.get_rng_state())
    with unfilled(skipped.note):
        make()
    return skipped.after()


def is_alike(make):
    before = torch.get_rng_state()
    skipped = skip(make)
    torch.set_rng_state(before)
    make()
    return skipped is not None and torch.equal(skipped, torch.get_rng_state())


def many():
    torch.empty(3000, 1801).uniform_()
    torch.empty(1001).normal_()


wrong = []
for seed in (0, 42, 2**40):
    for drawn in (0, 1, 623, 624, 625, 1000):
        torch.manual_seed(seed)
        for make in (layers, many):
            torch.empty(drawn).uniform_()
            if not is_alike(make):
                wrong.append([seed, drawn, make.__name__])

uncounted = {
    "few normal numbers": lambda: torch.empty(3).normal_(),
    "another type": lambda: torch.empty(100, dtype=torch.float64).uniform_(),
    "drawn otherwise": lambda: torch.rand(3),
    "drawn again": lambda: torch.nn.init.trunc_normal_(torch.empty(4, 7)),
    "another generator": lambda: torch.empty(100).uniform_(generator=torch.Generator()),
}
untold = [name for name, make in uncounted.items() if skip(make) is None]

torch.manual_seed(42)
base = is_alike(
    lambda: model_util.load_models_from_stable_diffusion_checkpoint("v2" in sys.argv, sys.argv[2], "cpu")
)
print(json.dumps({"wrong": wrong, "untold": untold, "base": base}))
