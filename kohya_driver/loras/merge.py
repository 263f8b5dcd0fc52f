"""Several LoRAs as one, or as a part of a base model, by the engine's merge tools.

Without a rank the LoRAs are laid side by side (`--concat`), which changes nothing; with one their sum is computed and cut
down (svd_merge_lora.py). The tools' third way, to add up the halves of the LoRAs, is not offered: products of halves that
were never trained together come into it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from kohya_driver.engine.base import BaseModel
from kohya_driver.engine.weights import read_header
from kohya_driver.errors import Finding, UsageError, error
from kohya_driver.host import Host
from kohya_driver.inspection.layers import layers_of
from kohya_driver.inspection.look import inspect_file
from kohya_driver.inspection.model import Inspection
from kohya_driver.loras import place, says
from kohya_driver.loras.model import Merge, ToolPlan
from kohya_driver.loras.read import check_family, check_model, check_plain, read_lora, read_model

SVD, ADD, ADD_SDXL = (f"networks/{name}.py" for name in ("svd_merge_lora", "merge_lora", "sdxl_merge_lora"))
MOST_WEIGHT = 10.0


def plan_merge(wish: Merge, host: Host) -> ToolPlan:
    place.check_ranks(wish.rank, wish.conv_rank)
    weights = _weights(wish)
    sources = tuple(read_lora(path) for path in wish.loras)
    if wish.base is not None:
        return _into_base(wish, sources, weights, read_model(wish.base), host)
    if len(sources) < 2:
        raise UsageError("lora.merge_one", wish.loras[0] if wish.loras else "")
    output = place.output_path(wish.output, wish.loras[0], "+".join(path.stem for path in wish.loras))
    precision = place.written_as(wish.output, sources[0].dtype)
    exact = wish.rank is None
    device = "cpu" if exact else place.device_for(wish.device, host)
    metadata = says.merged(sources, weights, output)
    total = sum(max(one.ranks, default=0) for one in sources)
    size = max(one.parameters / max(1, max(one.ranks, default=1)) for one in sources) * (wish.rank or total)
    return ToolPlan(
        verb="merge",
        script=_script(sources[0].family) if exact else SVD,
        arguments=(
            *_models(sources, _exact_ratios(sources, weights) if exact else weights),
            *(("--concat",) if exact else _svd_arguments(wish, device)),
            "--save_precision", precision,
        ),
        save_option="--save_to",
        written="",
        sources=sources,
        output=output,
        overwrite=wish.output.overwrite,
        device=device,
        precision=precision,
        # The tool writes the rank of the first.
        metadata={**metadata, "ss_network_dim": str(total)} if exact else metadata,
        findings=(
            *_check_sources(sources),
            *(_check_even(sources) if exact else place.check_device(wish.device, host)),
            *place.check_output(output, wish.output, wish.loras),
            *place.check_room(output, size * place.BYTES[precision]),
        ),
    )  # fmt: skip


def _weights(wish: Merge) -> tuple[float, ...]:
    weights = wish.weights or (1.0,) * len(wish.loras)
    if len(weights) != len(wish.loras):
        raise UsageError("lora.weights_count", given=len(weights), count=len(wish.loras))
    if not all(0 < abs(weight) <= MOST_WEIGHT for weight in weights):  # NaN is neither
        raise UsageError("lora.bad_weights", limit=f"{MOST_WEIGHT:g}")
    return weights


def _script(family: str) -> str:
    return ADD_SDXL if family == "sdxl" else ADD


def _models(sources: Sequence[Inspection], ratios: Sequence[float]) -> Iterator[str]:
    # argparse takes -1e-05 for an option.
    yield from ("--models", *(str(one.path.absolute()) for one in sources))
    yield from ("--ratios", *(f"{ratio:.9f}" for ratio in ratios))


def _svd_arguments(wish: Merge, device: str) -> Iterator[str]:
    yield from ("--new_rank", str(wish.rank))
    if wish.conv_rank is not None:
        yield from ("--new_conv_rank", str(wish.conv_rank))
    if device != "cpu":
        yield from ("--device", device)


def _exact_ratios(sources: Sequence[Inspection], weights: Sequence[float]) -> tuple[float, ...]:
    """With which the tool's `--concat` gives the weighted sum, number for number.

    It multiplies both halves by the ratio, so that its square acts, and keeps the first alpha with a rank that is the sum of
    all, so that everything acts more weakly (merge_lora.py:176, :193).
    """
    ranks = [max(one.ranks, default=1) for one in sources]
    squares = [abs(weight) * sum(ranks) / rank for weight, rank in zip(weights, ranks, strict=True)]
    return tuple(math.copysign(math.sqrt(one), weight) for one, weight in zip(squares, weights, strict=True))


def _check_sources(sources: Sequence[Inspection]) -> Iterator[Finding]:
    for one in sources:
        yield from check_plain(one)
        yield from check_family(one)
    if len({one.family for one in sources}) > 1:
        told = ", ".join(f"{one.path.name}: {one.family}" for one in sources)
        yield error("lora.other_family", sources[-1].path, families=told)


def _check_even(sources: Sequence[Inspection]) -> Iterator[Finding]:
    """Side by side go LoRAs of the same layers, each of one rank."""
    layers = [frozenset(layer.name for layer in layers_of(read_header(one.path).tensors)) for one in sources]
    if any(len(one.ranks) > 1 for one in sources) or len(set(layers)) > 1:
        rank = sum(max(one.ranks, default=0) for one in sources)
        yield error("lora.merge_uneven", sources[-1].path, rank=rank)


# --- into a base model


def _into_base(
    wish: Merge, sources: Sequence[Inspection], weights: Sequence[float], base: BaseModel, host: Host
) -> ToolPlan:
    if wish.rank is not None or wish.conv_rank is not None:
        raise UsageError("lora.base_and_rank")
    output = place.output_path(
        wish.output, base.path, "+".join((base.path.stem, *(one.path.stem for one in sources)))
    )
    precision = place.written_as(wish.output, base.dtype)
    families = {base.family, *(one.family for one in sources)}
    wrong = [error("lora.other_family", one.path, families=f"{one.path.name}: {one.family}, {base.path.name}: {base.family}")
             for one in sources if one.family != base.family]  # fmt: skip
    return ToolPlan(
        verb="merge",
        script=_script(base.family),
        arguments=(
            *_models(sources, weights), "--sd_model", str(base.path.absolute()), *(("--v2",) if base.family == "sd2" else ()),
            "--save_precision", precision,
        ),
        save_option="--save_to",
        written="",
        sources=(*sources, inspect_file(base.path)),
        output=output,
        overwrite=wish.output.overwrite,
        device="cpu",
        precision=precision,
        metadata={},
        makes_checkpoint=True,
        findings=(
            *check_model(base),
            *(finding for one in sources for finding in check_plain(one)),
            *(wrong if len(families) > 1 else ()),
            *place.check_output(output, wish.output, (base.path, *wish.loras)),
            *place.check_room(output, base.size_bytes * place.BYTES[precision] / 2),
            *place.check_memory(base.path, base.size_bytes * (2 if base.dtype == "F32" else 4), host),
        ),
    )  # fmt: skip
