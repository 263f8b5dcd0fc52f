"""Where a new file is to stand, in which numbers, on which device; and whether there is room for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal, cast

from kohya_driver import files
from kohya_driver.engine.pickles import SUFFIXES
from kohya_driver.errors import Finding, UsageError, error, warning
from kohya_driver.host import Host
from kohya_driver.loras.model import Device, Output
from kohya_driver.wording import human_bytes

ENDING = ".safetensors"
HIGHEST_RANK = 1024
SPARE_BYTES = 64 << 20
PRECISIONS = {"F32": "float", "F16": "fp16", "BF16": "bf16"}
BYTES = {"float": 4, "fp16": 2, "bf16": 2}

Written = Literal["float", "fp16", "bf16"]


def output_path(output: Output, beside: Path, name: str) -> Path:
    """What was asked for, else NAME beside the first source.

    Raises:
        UsageError: `lora.output_name`, it has another ending.
    """
    usual = f"{files.safe_name(name, 'lora')}{ENDING}"
    if output.path is None:
        return beside.absolute().parent / usual
    wanted = output.path.expanduser().absolute()
    if wanted.is_dir():
        return wanted / usual
    if wanted.suffix.lower() == ENDING:
        return wanted
    if wanted.suffix.lower() in SUFFIXES:
        raise UsageError("lora.output_name", wanted)
    return wanted.with_name(f"{wanted.name}{ENDING}")


def check_output(path: Path, output: Output, sources: Sequence[Path]) -> Iterator[Finding]:
    """No file is lost: neither what stands there, nor one that something is made from."""
    if any(path.exists() and source.exists() and path.samefile(source) for source in sources):
        yield error("lora.output_is_source", path)
    elif path.exists() and (path.is_dir() or not output.overwrite):
        yield error("lora.output_taken", path)


def check_room(path: Path, size_bytes: float) -> Iterator[Finding]:
    """The file is written once by the engine, and once more with what it says of itself."""
    need = int(2 * size_bytes) + SPARE_BYTES
    free = files.free_bytes(path.parent)
    if free < need:
        yield error("lora.no_room", path.parent, need=human_bytes(need), free=human_bytes(free))


def check_memory(path: Path, need: float, host: Host) -> Iterator[Finding]:
    if need > host.memory_bytes:
        yield warning("lora.memory", path, need=human_bytes(int(need)), have=human_bytes(host.memory_bytes))


def written_as(output: Output, dtype: str) -> Written:
    """The number type that was asked for, else that of the source, else 16 bit."""
    wanted = PRECISIONS.get(dtype, "fp16") if output.precision == "auto" else output.precision
    return cast(Written, wanted)


def device_for(wanted: Device, host: Host) -> Literal["cpu", "cuda"]:
    return "cuda" if wanted in ("auto", "cuda") and host.accelerator == "cuda" else "cpu"


def check_device(wanted: Device, host: Host) -> Iterator[Finding]:
    """torch has singular value decomposition for processors and CUDA (native_functions.yaml: `_linalg_svd.U`)."""
    if wanted == "mps":
        yield error("lora.no_svd_on_mps")
    if wanted == "cuda" and host.accelerator != "cuda":
        yield error("lora.no_cuda")


def check_ranks(*ranks: int | None) -> None:
    """Raises UsageError: `lora.bad_rank`."""
    for rank in ranks:
        if rank is not None and not 1 <= rank <= HIGHEST_RANK:
            raise UsageError("lora.bad_rank", rank=rank, most=HIGHEST_RANK)
