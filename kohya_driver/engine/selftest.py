"""Stand-alone: run by the engine's interpreter, says whether torch computes what training needs, and where.

usage: python selftest.py

Each operation runs forward and backward on the device that training would use, and on the processor in float32; the two
must agree. Where the processor is the only device, its float32 is held against its float64. One JSON line for the device,
then two for each operation, before and after it, so that an operation that kills the process is known by its name:

    {"torch": "2.13.0", "device": "mps", "reference": "cpu float32", "trains_on": "mps", …}
    {"begin": "linear"}
    {"operation": "linear", "output": 3.1e-07, "gradient": 4.4e-07, "limit": 0.001, "failure": "", "fell_back": false}
    {"seconds": 4.2}

An error is the largest difference over the reference's largest value; null: not a finite number.
"""

import json
import math
import os
import sys
import time
import warnings

LIMIT = 1e-3  # float32 on two devices differs by about 1e-6; the known faults of MPS by 1e-1 and more
LIMIT_BF16 = 5e-2  # bfloat16 has 8 bits
MANY_ROWS = 33_024  # more than 2^15


def operations():
    """Name to a function and the shapes of the tensors it takes; it gives one tensor."""
    import torch
    from torch.nn import functional as F

    return {
        "linear": (F.linear, (2, 77, 768), (320, 768), (320,)),
        # As the time embedding at batch 1: macOS 26 lost the bias of such inputs (pytorch#188438).
        "linear_one_row": (F.linear, (80, 1, 32), (192, 32), (192,)),
        # pytorch#162730
        "linear_transposed_weight": (lambda x, w: F.linear(x, w.T), (2, 77, 64), (64, 96)),
        "linear_more_rows_than_before": (more_rows_than_before, (MANY_ROWS, 32), (32, 32), (32, 32)),
        # The gradient of a sum is one number, expanded: wrong on macOS 26.3 (pytorch#180201).
        "sum_of_linear": (lambda x, w, v: (torch.sin(x @ w.T) @ v.T).squeeze(-1).sum(), (64, 3), (16, 3), (1, 16)),
        "lora_branch": (
            lambda x, w, down, up: F.linear(x, w) + F.linear(F.linear(x, down), up) * 0.5,
            (2, 256, 320), (320, 320), (8, 320), (320, 8),
        ),
        "conv2d": (lambda x, w, b: F.conv2d(x, w, b, padding=1), (2, 32, 16, 16), (64, 32, 3, 3), (64,)),
        "conv2d_stride_2": (lambda x, w: F.conv2d(x, w, stride=2, padding=1), (1, 32, 17, 15), (32, 32, 3, 3)),
        # pytorch#192212
        "conv2d_not_contiguous": (
            lambda x, w: F.conv2d(x.permute(0, 3, 1, 2), w.permute(3, 2, 0, 1), padding=1),
            (2, 16, 16, 32), (3, 3, 32, 48),
        ),
        "group_norm": (lambda x, w, b: F.group_norm(x, 32, w, b), (2, 64, 16, 16), (64,), (64,)),
        "layer_norm": (lambda x, w, b: F.layer_norm(x, (320,), w, b), (2, 77, 320), (320,), (320,)),
        "silu": (F.silu, (2, 64, 16, 16)),
        # pytorch#175188
        "silu_permuted": (lambda x: F.silu(x.permute(0, 3, 1, 2)), (2, 16, 16, 64)),
        "gelu": (F.gelu, (2, 256, 320)),
        "geglu": (geglu, (2, 128, 160), (640, 160), (640,)),
        "softmax": (lambda x: torch.softmax(x * 4, dim=-1), (2, 8, 64, 77)),
        "attention": (F.scaled_dot_product_attention, (2, 8, 64, 40), (2, 8, 64, 40), (2, 8, 64, 40)),
        "attention_not_contiguous": (heads_apart, (2, 256, 320), (2, 77, 320), (2, 77, 320)),
        "attention_larger_batch_than_before": (larger_batch_than_before, (4, 160, 320), (4, 160, 320), (4, 160, 320)),
        "embedding": (lambda table: F.embedding(torch.arange(154, device=table.device).view(2, 77) * 3, table), (500, 768)),
        "upsample": (lambda x: F.interpolate(x, scale_factor=2.0, mode="nearest"), (2, 32, 8, 8)),
        # As the engine takes it: not reduced, the mean of each picture, then of all.
        "mse_loss": (
            lambda found, wanted: F.mse_loss(found, wanted, reduction="none").mean(dim=[1, 2, 3]).mean(),
            (4, 4, 32, 32), (4, 4, 32, 32),
        ),
        "adamw_step": (adamw_steps, (320, 8), (320, 8), (320, 8), (320, 8)),
        # Another result at each call (pytorch#180776).
        "bf16_linear": (F.linear, (2, 13, 1024), (1024, 1024)),
        # Ends the process on macOS 27 (pytorch#197796).
        "bf16_linear_transposed_weight": (lambda x, w: F.linear(x, w.T), (2, 256, 256), (256, 256)),
        "bf16_attention": (heads_apart, (2, 256, 320), (2, 77, 320), (2, 77, 320)),
    }  # fmt: skip


def more_rows_than_before(x, w, v):
    """A larger batch after a smaller one: gradients 1,000 times too large (pytorch#177116)."""
    import torch

    def residual(rows):
        return rows + torch.nn.functional.silu(rows @ w.T) @ v.T

    torch.autograd.grad(residual(x[:512]).square().mean(), [w, v])
    return residual(x)


def geglu(x, w, b):
    import torch

    value, gate = torch.nn.functional.linear(x, w, b).chunk(2, dim=-1)
    return value * torch.nn.functional.gelu(gate)


def heads_apart(q, k, v):
    """Attention as the engine calls it: `b n (h d)` seen as `b h n d`, not contiguous (pytorch#163597)."""
    import torch

    q, k, v = (part.unflatten(-1, (8, -1)).transpose(1, 2) for part in (q, k, v))
    return torch.nn.functional.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2)


def larger_batch_than_before(q, k, v):
    import torch

    torch.autograd.grad(heads_apart(q[:1], k[:1], v[:1]).square().mean(), [q, k, v])
    return heads_apart(q, k, v)


def adamw_steps(weight, *gradients):
    """What three steps change."""
    import torch

    trained = torch.nn.Parameter(weight.detach().clone())
    optimizer = torch.optim.AdamW([trained], lr=1e-2)
    for gradient in gradients:
        trained.grad = gradient.detach().clone()
        torch.nn.utils.clip_grad_norm_([trained], 1.0)
        optimizer.step()
    return trained.detach() - weight.detach()


def evaluate(torch, inputs, run, device, dtype):
    """The output, and the gradients of all inputs that have one, in float64 on the processor."""
    placed = [tensor.clone().to(device, dtype).requires_grad_() for tensor in inputs]
    output = run(*placed)
    gradients = []
    if output.requires_grad:
        chance = torch.Generator().manual_seed(1)
        output.backward(torch.randn(output.shape, generator=chance).to(device, dtype))
        gradients = [tensor.grad for tensor in placed]
    return [tensor.detach().cpu().double() for tensor in (output, *gradients)]


def largest_error(found, wanted):
    """Of several tensors; None if a number is not finite, 0 if there are none."""
    errors = [
        ((a - b).abs().max() / b.abs().max().clamp_min(1e-30)).item()
        for a, b in zip(found, wanted, strict=True)
    ]
    return max(errors, default=0.0) if all(map(math.isfinite, errors)) else None


def make_inputs(torch, shapes, dtype):
    """Normal numbers, smaller the more of them are summed up, so that outputs are about 1."""
    chance = torch.Generator().manual_seed(0)
    inputs = [torch.randn(shape, generator=chance) for shape in shapes]
    inputs = [tensor / tensor.shape[-1] ** 0.25 if tensor.dim() > 1 else tensor for tensor in inputs]
    # Both sides start from the same numbers, those that the smaller type has.
    return [tensor.to(dtype).float() for tensor in inputs]


def try_operation(torch, name, run, shapes, device):
    short = name.startswith("bf16_")
    dtype, limit = (torch.bfloat16, LIMIT_BF16) if short else (torch.float32, LIMIT)
    exact = torch.float64 if device == "cpu" else torch.float32
    answer = {"operation": name, "output": None, "gradient": None, "limit": limit, "failure": ""}
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        try:
            inputs = make_inputs(torch, shapes, dtype)
            found = evaluate(torch, inputs, run, device, dtype)
            wanted = evaluate(torch, inputs, run, "cpu", exact)
            answer["output"] = largest_error(found[:1], wanted[:1])
            answer["gradient"] = largest_error(found[1:], wanted[1:])
        except Exception as failure:
            answer["failure"] = f"{type(failure).__name__}: {failure}"[:500]
    return {**answer, "fell_back": any("fall back to run on the CPU" in str(one.message) for one in said)}


def multiplication_seconds(torch, device):
    """Of one product of two 1024 x 1024 matrices: the best of five, after one to warm up."""
    matrix = torch.ones(1024, 1024, device=device)
    times = []
    for _ in range(6):
        started = time.perf_counter()
        (matrix @ matrix)[0, 0].item()  # waits for the result
        times.append(time.perf_counter() - started)
    return min(times[1:])


def describe(torch, device):
    """What torch and accelerate say of the device, and whether a tensor put there takes memory there."""
    from accelerate import PartialState

    taken = {"mps": torch.mps.current_allocated_memory, "cuda": torch.cuda.memory_allocated}.get(
        device, lambda: 0
    )
    before = taken()
    block = torch.ones(4 << 20, device=device)
    return {
        "torch": torch.__version__,
        "device": device,
        "reference": "cpu float64" if device == "cpu" else "cpu float32",
        "trains_on": PartialState().device.type,
        "mps_built": torch.backends.mps.is_built(),
        "mps_available": torch.backends.mps.is_available(),
        "block_bytes": block.nbytes,
        "allocated_bytes": taken() - before,
        "device_seconds": multiplication_seconds(torch, device),
        "cpu_seconds": multiplication_seconds(torch, "cpu"),
    }


def main():
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what the libraries print must not mix with the answer

    def tell(**values):
        out.write("\n" + json.dumps(values))
        out.flush()

    started = time.perf_counter()
    import torch

    # Else a CUDA device takes float32 at 10 bits in convolutions.
    torch.backends.cudnn.allow_tf32 = False
    device = "mps" if torch.backends.mps.is_available() else "cuda" if torch.cuda.is_available() else "cpu"
    tell(**describe(torch, device))
    for name, (run, *shapes) in operations().items():
        tell(begin=name)
        tell(**try_operation(torch, name, run, shapes, device))
    tell(seconds=round(time.perf_counter() - started, 1))
    out.write("\n")


if __name__ == "__main__":
    sys.exit(main())
