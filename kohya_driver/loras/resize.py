"""A LoRA of a lower rank, by the engine's resize_lora.py: each layer's change is computed, and its largest parts kept."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from kohya_driver.engine.weights import read_header
from kohya_driver.errors import Finding, UsageError, error
from kohya_driver.host import Host
from kohya_driver.inspection.layers import layers_of
from kohya_driver.inspection.model import Inspection
from kohya_driver.loras import place, says
from kohya_driver.loras.model import Resize, ToolPlan
from kohya_driver.loras.read import check_plain, read_lora

SCRIPT = "networks/resize_lora.py"


def plan_resize(wish: Resize, host: Host) -> ToolPlan:
    place.check_ranks(wish.rank, wish.conv_rank)
    _check_keep(wish)
    found = read_lora(wish.lora)
    output = place.output_path(wish.output, wish.lora, _name(wish))
    precision = place.written_as(wish.output, found.dtype)
    device = place.device_for(wish.device, host)
    smaller = min(1.0, wish.rank / max(found.ranks, default=wish.rank))
    size = found.parameters * place.BYTES[precision] * smaller
    return ToolPlan(
        verb="resize",
        script=SCRIPT,
        arguments=(*_arguments(wish), "--save_precision", precision, *(("--device", device) if device != "cpu" else ())),
        save_option="--save_to",
        written="",
        sources=(found,),
        output=output,
        overwrite=wish.output.overwrite,
        device=device,
        precision=precision,
        metadata=says.resized(found, output, "Dynamic" if wish.keep else wish.conv_rank or wish.rank),
        expected_share=1.0,
        findings=(
            *check_plain(found),
            *_check_smaller(wish, found.ranks),
            *_check_narrow(wish, found),
            *place.check_device(wish.device, host),
            *place.check_output(output, wish.output, [wish.lora]),
            *place.check_room(output, size),
        ),
    )  # fmt: skip


def _name(wish: Resize) -> str:
    how = f"r{wish.rank}" if wish.keep is None else f"r{wish.rank}-{wish.method}-{wish.keep:g}"
    return f"{wish.lora.stem}-{how}"


def _arguments(wish: Resize) -> Iterator[str]:
    yield from ("--model", str(wish.lora.absolute()), "--new_rank", str(wish.rank), "--verbose")
    if wish.conv_rank is not None:
        yield from ("--new_conv_rank", str(wish.conv_rank))
    if wish.keep is not None:
        yield from ("--dynamic_method", wish.method, "--dynamic_param", f"{wish.keep:g}")


def _check_keep(wish: Resize) -> None:
    """Raises UsageError: `lora.bad_keep`."""
    if wish.keep is None:
        return
    fits = 1 < wish.keep <= 10000 if wish.method == "sv_ratio" else 0 < wish.keep < 1
    if not fits:
        limits = "1–10000" if wish.method == "sv_ratio" else "0–1"
        raise UsageError("lora.bad_keep", keep=f"{wish.keep:g}", method=wish.method, limits=limits)


def _check_smaller(wish: Resize, present: Mapping[int, int]) -> Iterator[Finding]:
    """To a higher rank the engine's tool would write the same numbers and fill up with noise."""
    highest = max(present, default=0)
    asked = max(wish.rank, wish.conv_rank or 0)
    lowest_asked = min(wish.rank, wish.conv_rank or wish.rank)
    if present and (asked > highest or (wish.keep is None and lowest_asked >= highest)):
        yield error("lora.rank_not_lower", wish.lora, rank=asked, present=highest)


def _check_narrow(wish: Resize, found: Inspection) -> Iterator[Finding]:
    """A layer of four outputs has four directions; the engine's tool stumbles where it is to cut to more (resize_lora.py:101, :196)."""
    if wish.keep is not None or found.naming != "kohya":
        return
    for layer in layers_of(read_header(found.path).tensors):
        up, down = layer.shapes.get("up"), layer.shapes.get("down")
        if not up or not down:
            continue
        rank = wish.rank if len(down) == 2 else wish.conv_rank or wish.rank
        side = min(up[0], math.prod(down[1:]))
        if side < rank:
            yield error("lora.rank_above_layer", wish.lora, layer=layer.name, side=side, rank=rank)
            return
