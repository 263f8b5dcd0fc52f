"""What a model was tuned to do, as a LoRA, by the engine's extract_lora_from_models.py."""

from __future__ import annotations

from collections.abc import Iterator

from kohya_driver.engine.base import BaseModel
from kohya_driver.errors import Finding, UsageError, error
from kohya_driver.host import Host
from kohya_driver.inspection.look import inspect_file
from kohya_driver.loras import place, says
from kohya_driver.loras.model import Extract, ToolPlan
from kohya_driver.loras.read import check_model, read_model

SCRIPT = "networks/extract_lora_from_models.py"
SWITCHES = {"sd2": ("--v2",), "sdxl": ("--sdxl",)}
BYTES_OF_RANK = {"sd15": 800_000, "sd2": 900_000, "sdxl": 5_500_000}
"""Of a LoRA in 32 bit, for each of its ranks: measured on files with all layers, rounded up."""


def plan_extract(wish: Extract, host: Host) -> ToolPlan:
    place.check_ranks(wish.rank, wish.conv_rank)
    if not 0 <= wish.min_diff < 1:
        raise UsageError("lora.bad_min_diff", value=f"{wish.min_diff:g}")
    base, tuned = read_model(wish.base), read_model(wish.tuned)
    output = place.output_path(wish.output, wish.tuned, f"{wish.tuned.stem}-lora-r{wish.rank}")
    precision = place.written_as(wish.output, "")
    device = place.device_for(wish.device, host)
    halves = base.dtype == tuned.dtype == "F16"
    size = BYTES_OF_RANK.get(base.family, 0) * max(wish.rank, wish.conv_rank or 0)
    return ToolPlan(
        verb="extract",
        script=SCRIPT,
        arguments=(
            *_arguments(wish, tuned), "--save_precision", precision, *(("--load_precision", "fp16") if halves else ()),
            *(("--device", device) if device != "cpu" else ()),
        ),
        save_option="--save_to",
        written="",
        sources=tuple(inspect_file(one.path) for one in (base, tuned)),
        output=output,
        overwrite=wish.output.overwrite,
        device=device,
        precision=precision,
        metadata=says.extracted(wish.base, wish.tuned, output),
        findings=(
            *check_model(base),
            *check_model(tuned),
            *_check_pair(base, tuned),
            *place.check_device(wish.device, host),
            *place.check_output(output, wish.output, [wish.base, wish.tuned]),
            *place.check_room(output, size * place.BYTES[precision] / 4),
            *place.check_memory(wish.tuned, (base.size_bytes + tuned.size_bytes) * (1 if halves else 2), host),
        ),
    )  # fmt: skip


def _arguments(wish: Extract, tuned: BaseModel) -> Iterator[str]:
    yield from ("--model_org", str(wish.base.absolute()), "--model_tuned", str(wish.tuned.absolute()))
    yield from ("--dim", str(wish.rank), "--min_diff", f"{wish.min_diff:g}")
    if wish.conv_rank is not None:
        yield from ("--conv_dim", str(wish.conv_rank))
    yield from SWITCHES.get(tuned.family, ())
    if tuned.prediction == "v":
        yield "--v_parameterization"


def _check_pair(base: BaseModel, tuned: BaseModel) -> Iterator[Finding]:
    if base.path.samefile(tuned.path):
        yield error("lora.same_models", tuned.path)
    elif base.family != tuned.family:
        told = f"{base.path.name}: {base.family}, {tuned.path.name}: {tuned.family}"
        yield error("lora.other_family", tuned.path, families=told)
