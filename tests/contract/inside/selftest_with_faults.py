"""Runs the driver's self-test with a torch that computes wrongly, or dies: `selftest_with_faults.py SELFTEST FAULT[,FAULT…]`."""

import os
import runpy
import sys
import warnings

import torch

functional = torch.nn.functional
silu, embedding, gelu, layer_norm = (
    functional.silu,
    functional.embedding,
    functional.gelu,
    functional.layer_norm,
)


class WrongGradient(torch.autograd.Function):
    """The right result, and gradients 1,000 times too large, as in pytorch#177116."""

    @staticmethod
    def forward(context, value):
        context.save_for_backward(value)
        return silu(value)

    @staticmethod
    def backward(context, gradient):
        (value,) = context.saved_tensors
        share = torch.sigmoid(value)
        return gradient * share * (1 + value * (1 - share)) * 1000


def wrong_gradient(value):
    # The reference is computed in float64.
    return WrongGradient.apply(value) if value.dtype == torch.float32 else silu(value)


def wrong_result(value):
    return gelu(value) + (0.01 if value.dtype == torch.float32 else 0)


def not_a_number(value, *others):
    found = layer_norm(value, *others)
    return found * float("nan") if value.dtype == torch.float32 else found


def falls_back(places, table):
    warnings.warn(
        "The operator 'aten::embedding' is not currently supported on the MPS backend and will fall back to run on the CPU.",
        stacklevel=2,
    )
    return embedding(places, table)


def dies(*arguments):
    print("failed assertion", file=sys.stderr, flush=True)
    os.abort()


FAULTS = {
    "wrong_gradient": ("silu", wrong_gradient),
    "wrong_result": ("gelu", wrong_result),
    "not_a_number": ("layer_norm", not_a_number),
    "falls_back": ("embedding", falls_back),
    "dies": ("embedding", dies),
}

if __name__ == "__main__":
    selftest, faults = sys.argv[1:]
    for name, replacement in map(FAULTS.get, faults.split(",")):
        setattr(functional, name, replacement)
    runpy.run_path(selftest, run_name="__main__")
