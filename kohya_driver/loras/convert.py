"""The same LoRA for another program, in other numbers, or out of a DyLoRA, by the engine's converters."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kohya_driver.errors import Finding, RunError, UsageError, error
from kohya_driver.inspection.model import Inspection
from kohya_driver.loras import place, says
from kohya_driver.loras.merge import ADD, ADD_SDXL
from kohya_driver.loras.model import Convert, ToolPlan
from kohya_driver.loras.read import check_plain, read_lora

FLUX, ANIMA, HUNYUAN = (
    f"networks/convert_{name}.py"
    for name in ("flux_lora", "anima_lora_to_comfy", "hunyuan_image_lora_to_comfy")
)
DYLORA = "networks/extract_lora_from_dylora.py"


@dataclass(frozen=True, slots=True)
class Converter:
    """One of the engine's converters, and the way it goes."""

    script: str
    arguments: tuple[str, ...]
    """Before the source."""
    save_option: str = ""


CONVERTERS = {
    ("flux", "kohya", "diffusers"): Converter(FLUX, ("--src", "sd-scripts", "--dst", "ai-toolkit", "--src_path"), "--dst_path"),
    ("flux", "peft", "kohya"): Converter(FLUX, ("--src", "ai-toolkit", "--dst", "sd-scripts", "--src_path"), "--dst_path"),
    ("anima", "kohya", "comfyui"): Converter(ANIMA, ()),
    ("anima", "peft", "kohya"): Converter(ANIMA, ("--reverse",)),
    ("hunyuan-image", "kohya", "comfyui"): Converter(HUNYUAN, ()),
}  # fmt: skip
"""(family, whose names it has, for whom) → how."""
AS_THEY_ARE = ("sd15", "sd2", "sdxl")
"""Families whose LoRA files, as the engine writes them, webui, Forge, ComfyUI and diffusers read."""


def plan_convert(wish: Convert) -> ToolPlan:
    place.check_ranks(wish.rank)
    if (wish.rank is not None) != (wish.to == "lora"):
        raise UsageError("lora.convert_rank")
    found = read_lora(wish.lora)
    if wish.to == "same":
        return _numbers(wish, found)
    return _out_of_dylora(wish, found) if wish.to == "lora" else _names(wish, found)


def _numbers(wish: Convert, found: Inspection) -> ToolPlan:
    """The merging tool, with one LoRA at 1, writes the same numbers in another type."""
    if wish.output.precision == "auto":
        raise UsageError("lora.convert_to_what")
    precision = place.written_as(wish.output, found.dtype)
    same = [error("lora.convert_same", wish.lora, precision=precision)] if found.dtypes and all(
        place.PRECISIONS.get(one) == precision for one in found.dtypes) else []  # fmt: skip
    script = ADD_SDXL if found.family == "sdxl" else ADD
    models = ("--models", str(wish.lora.absolute()), "--ratios", "1")
    return _plan(
        wish, found, f"{wish.lora.stem}-{precision}", script, (*models, "--save_precision", precision), "--save_to",
        findings=(*check_plain(found), *same),
    )  # fmt: skip


def _out_of_dylora(wish: Convert, found: Inspection) -> ToolPlan:
    """The tool writes one file for each multiple of the rank; the first is the one that is kept."""
    highest = max(found.ranks, default=0)
    rank = wish.rank or 0
    wrong: list[Finding] = []
    if found.kind != "dylora":
        wrong.append(error("lora.not_dylora", wish.lora, kind=found.kind))
    elif rank >= highest:
        wrong.append(error("lora.rank_not_lower", wish.lora, rank=rank, present=highest))
    name = f"{wish.lora.stem}-r{rank}"
    changes = {
        "ss_network_module": "networks.lora",
        "ss_network_dim": str(rank),
        says.COMMENT: f"rank {rank} of a DyLoRA of rank {highest}",
    }
    return _plan(
        wish, found, name, DYLORA, ("--model", str(wish.lora.absolute()), "--unit", str(rank)), "--save_to",
        written=f"-{rank:04d}", changes=changes, findings=tuple(wrong),
    )  # fmt: skip


def _names(wish: Convert, found: Inspection) -> ToolPlan:
    """Raises RunError: `lora.convert_needless`, `lora.no_converter`."""
    how = CONVERTERS.get((found.family, found.naming, wish.to))
    if how is None:
        needless = found.naming == "kohya" and (wish.to == "kohya" or found.family in AS_THEY_ARE)
        code = "lora.convert_needless" if needless else "lora.no_converter"
        raise RunError(code, wish.lora, family=found.family, naming=found.naming, to=wish.to)
    return _plan(
        wish, found, f"{wish.lora.stem}-{wish.to}", how.script, (*how.arguments, str(wish.lora.absolute())), how.save_option,
        findings=tuple(_check_untyped(wish, found)),
    )  # fmt: skip


def _check_untyped(wish: Convert, found: Inspection) -> Iterator[Finding]:
    """These converters change names, not numbers."""
    if wish.output.precision != "auto" and wish.output.precision != place.PRECISIONS.get(found.dtype):
        yield error("lora.convert_one_thing", wish.lora)


def _plan(
    wish: Convert, found: Inspection, name: str, script: str, arguments: tuple[str, ...], save_option: str, *,
    written: str = "", changes: dict[str, str] | None = None, findings: tuple[Finding, ...] = (),
) -> ToolPlan:  # fmt: skip
    output = place.output_path(wish.output, wish.lora, name)
    return ToolPlan(
        verb="convert",
        script=script,
        arguments=arguments,
        save_option=save_option,
        written=written,
        sources=(found,),
        output=output,
        overwrite=wish.output.overwrite,
        device="cpu",
        precision=place.written_as(wish.output, found.dtype),
        metadata=says.converted(found, output, changes or {}),
        is_long=False,
        expected_share=None if written else 1.0,
        findings=(
            *findings,
            *place.check_output(output, wish.output, [wish.lora]),
            *place.check_room(output, 2 * found.size_bytes),
        ),
    )
