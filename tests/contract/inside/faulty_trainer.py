"""Runs the embedded trainer on a torch in which something is wrong; in the engine's interpreter, in train_network.py's place.

    accelerate launch entry.py faulty_trainer.py --config_file config.toml

KOHYA_DRIVER_FAULT names what is wrong. The faults are those that have been seen on MPS, made by hand.
"""

import os
import runpy
import sys
from pathlib import Path

import torch
import torch.nn.functional as F


class Times(torch.autograd.Function):
    """The same value, and a gradient that is multiplied (pytorch#177116: a thousand times too large)."""

    @staticmethod
    def forward(context, x, factor):
        context.factor = factor
        return x.view_as(x)

    @staticmethod
    def backward(context, gradient):
        return gradient * context.factor, None


def gradient_too_large():
    """Of one layer in ten: AdamW makes up for a factor that all have."""
    linear, calls = F.linear, iter(range(1 << 60))
    F.linear = lambda x, *rest: Times.apply(linear(x, *rest), 1000.0 if next(calls) % 10 == 0 else 1.0)


def attention_of_strides():
    """Attention that takes a tensor which is not contiguous as if it were (pytorch#163597)."""
    attention = F.scaled_dot_product_attention

    def wrong(q, k, v, *rest, **options):
        return attention(q.transpose(1, 2).reshape(q.shape), k, v, *rest, **options)

    F.scaled_dot_product_attention = wrong


def silu_of_a_permuted():
    """A silu that is off by a little wherever its input is large (pytorch#175188)."""
    silu = F.silu
    F.silu = lambda x, *rest, **options: silu(x, *rest, **options).clamp(max=2.0)


def zero_gradient():
    """A tenth of the layers learn nothing."""
    linear, calls = F.linear, iter(range(1 << 60))
    F.linear = lambda x, *rest: Times.apply(linear(x, *rest), 0.0 if next(calls) % 10 == 0 else 1.0)


def rounding():
    """No fault: each product differs in the last bits, as another order of summing makes it."""
    linear = F.linear

    def rounded(x, *rest):
        found = linear(x, *rest)
        off = torch.linspace(-1, 1, found.numel(), dtype=found.dtype).view(found.shape)
        return found * (1 + 1e-6 * off)

    F.linear = rounded


FAULTS = {
    found.__name__: found
    for found in (gradient_too_large, attention_of_strides, silu_of_a_permuted, zero_gradient, rounding)
}

if __name__ == "__main__":
    FAULTS.get(os.environ.get("KOHYA_DRIVER_FAULT"), lambda: None)()
    folder = Path(os.environ["PYTHONPATH"].split(os.pathsep)[0])
    sys.path[0] = str(folder)
    runpy.run_path(str(folder / "train_network.py"), run_name="__main__")
