"""Looks at a model file: the header, and of the tensors only what it is asked for."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from kohya_driver.engine import families
from kohya_driver.engine.base import HEAD_BYTES, BaseModel, read_base
from kohya_driver.engine.pickles import SUFFIXES, begins_as_pickle, scan_pickle
from kohya_driver.engine.weights import Header, main_dtype, read_header
from kohya_driver.errors import EngineError, Finding, Severity, UsageError, warning
from kohya_driver.inspection.family import adapter_family
from kohya_driver.inspection.layers import Layer, kinds_of, layers_of, main_kind
from kohya_driver.inspection.metadata import grouped, pictures_of, tags_of, trigger_of
from kohya_driver.inspection.model import Inspection, Norms
from kohya_driver.inspection.names import naming_of
from kohya_driver.inspection.norms import norms_of
from kohya_driver.inspection.tensors import open_tensors
from kohya_driver.wording import reason_of

T = TypeVar("T")
NO_CHECKPOINT = ("vae", "embedding", "controlnet", "text-encoder", "unknown")
_SAID_KINDS: Mapping[str, str] = {"networks.dylora": "dylora", "networks.lora_fa": "lora-fa"}
"""They write what a LoRA has; only the metadata tell."""


def inspect_file(path: Path, *, norms: bool = False, base: Path | None = None) -> Inspection:
    """
    Args:
        norms: of an adapter, how much it changes each block; reads all of it.
        base: the model that it was trained on, to say how much that is of what is there. Means `norms`.

    Raises:
        EngineError: the file is not there, broken, or something else: a web page, a git-lfs pointer …
        UsageError: `inspect.no_norms` where there is nothing to measure.
    """
    model = _read(path)
    if model.format != "safetensors":
        found = _of_base(model, None)
    else:
        header = read_header(path)
        layers = layers_of(header.tensors) if _is_adapter(header) else ()
        found = _of_adapter(path, header, layers, model) if layers else _of_base(model, header)
    if not (norms or base):
        return found
    if not found.is_adapter:
        raise UsageError("inspect.no_norms", path, kind=found.kind)
    return _measured(found, base)


def _read(path: Path) -> BaseModel:
    """A .safetensors by another name is one all the same; only the engine is particular about it."""
    try:
        model = read_base(path)
    except EngineError as failure:
        if failure.code != "base.safetensors_by_another_name":
            raise
    else:
        if model.format == "ckpt" and not _claims_to_be_pickle(path):
            raise EngineError("inspect.no_model", path)
        return model
    header = read_header(path)
    return BaseModel(
        path, families.model_family(header), "safetensors", main_dtype(header), path.stat().st_size
    )


def _claims_to_be_pickle(path: Path) -> bool:
    """By its name, and then it is looked through even if it is damaged; or by how it begins."""
    if path.suffix.lower() in SUFFIXES:
        return True
    with path.open("rb") as file:
        return begins_as_pickle(file.read(HEAD_BYTES))


def _is_adapter(header: Header) -> bool:
    return families.is_adapter(header.tensors) or any(
        naming_of(name) == "diffusers" for name in header.tensors
    )


# --- adapters


def _of_adapter(path: Path, header: Header, layers: tuple[Layer, ...], model: BaseModel) -> Inspection:
    metadata = header.metadata
    tags = tags_of(metadata)
    kind = main_kind(layers)
    said = _SAID_KINDS.get(metadata.get("ss_network_module", ""), "")
    alphas = _alphas(path, header, layers)
    return Inspection(
        path,
        model.size_bytes,
        "safetensors",
        said if said and kind in ("lora", "locon") else kind,
        adapter_family(header, layers),
        main_dtype(header),
        dtypes=_dtypes(header),
        tensors=len(header.tensors),
        parameters=sum(layer.parameters for layer in layers),
        naming=max(counted(map(naming_of, header.tensors)).items(), key=lambda pair: pair[1])[0],
        is_decomposed=any(layer.is_decomposed for layer in layers),
        kinds=kinds_of(layers),
        parts=counted(layer.place.part for layer in layers),
        ranks=counted(layer.rank for layer in layers if layer.rank is not None),
        alphas=alphas,
        metadata=metadata,
        groups=grouped(metadata),
        tags=tags,
        pictures=pictures_of(metadata),
        trigger=trigger_of(metadata, tags),
        findings=tuple(_doubts(header, layers, alphas)),
    )  # fmt: skip


def _alphas(path: Path, header: Header, layers: Iterable[Layer]) -> dict[float, int]:
    """A few bytes for each layer."""
    try:
        read = open_tensors(path, header)
        values = [read(layer.tensors["alpha"]) for layer in layers if "alpha" in layer.tensors]
    except (OSError, KeyError, ValueError) as failure:
        raise EngineError("engine.weights_missing", path, reason=reason_of(failure)) from failure
    return counted(float(value.reshape(-1)[0]) for value in values if value.size)


def _doubts(header: Header, layers: tuple[Layer, ...], alphas: Mapping[float, int]) -> Iterable[Finding]:
    """What does not go together."""
    owned = {name for layer in layers for name in layer.tensors.values()}
    others = [name for name in header.tensors if name not in owned]
    if others:
        yield Finding(
            "inspect.other_tensors", Severity.INFO, "", {"count": len(others), "example": others[0]}
        )
    ranks = [layer.rank for layer in layers if layer.rank is not None]
    if alphas and ranks and max(alphas) > max(ranks) and not any(layer.kind == "lokr" for layer in layers):
        yield warning("inspect.alpha_high", alpha=f"{max(alphas):g}", rank=max(ranks))


def _measured(found: Inspection, base: Path | None) -> Inspection:
    header = read_header(found.path)
    try:
        norms = norms_of(found.path, header, base)
    except OSError as failure:
        raise EngineError("engine.weights_missing", found.path, reason=reason_of(failure)) from failure
    return replace(found, norms=norms, findings=(*found.findings, *_doubts_of(norms, base)))


def _doubts_of(norms: Norms, base: Path | None) -> Iterable[Finding]:
    size = norms.norm if norms.norm is not None else norms.share
    if size is not None and not math.isfinite(size):
        yield warning("inspect.not_finite")
    elif size == 0 and norms.measured:
        yield warning("inspect.untrained")
    if base and norms.measured and norms.share is None:
        yield warning("inspect.other_base", base)
    if norms.unmeasured:
        count = norms.unmeasured
        yield Finding("inspect.unmeasured", Severity.INFO, "", {"count": count})


# --- everything else


def _of_base(model: BaseModel, header: Header | None) -> Inspection:
    kind = model.family if model.family in NO_CHECKPOINT else "checkpoint"
    if model.family == "lora":  # a pickle that calls itself so
        kind = "lora"
    tensors = header.tensors if header else {}
    metadata = header.metadata if header else {}
    return Inspection(
        model.path,
        model.size_bytes,
        "pickle" if model.format == "ckpt" else model.format,
        kind,
        model.family if kind == "checkpoint" else "unknown",
        model.dtype,
        dtypes=_dtypes(header) if header else {},
        tensors=len(tensors),
        parameters=sum(math.prod(tensor.shape) for tensor in tensors.values()),
        parts=_parts(model, tensors),
        metadata=metadata,
        groups=grouped(metadata),
        prediction=model.prediction,
        channels=model.channels,
        quantised=model.quantised,
        missing=model.missing,
        findings=tuple(finding for pickle in model.pickles for finding in (_pickle(pickle), *scan_pickle(pickle))),
    )  # fmt: skip


def _pickle(path: Path) -> Finding:
    return Finding("inspect.pickle", Severity.INFO, str(path))


def _parts(model: BaseModel, tensors: Iterable[str]) -> dict[str, int]:
    names = tuple(tensors)
    known = families.PARTS.get(model.family, {})
    found = {part: sum(name.startswith(start) for name in names) for part, (start, _) in known.items()}
    return {part: count for part, count in found.items() if count}


def _dtypes(header: Header) -> dict[str, int]:
    sizes: dict[str, int] = {}
    for tensor in header.tensors.values():
        sizes[tensor.dtype] = sizes.get(tensor.dtype, 0) + tensor.size_bytes
    return dict(sorted(sizes.items(), key=lambda pair: -pair[1]))


def counted(values: Iterable[T]) -> dict[T, int]:
    """The most frequent first."""
    counts: dict[T, int] = {}
    for value in values:
        counts[value] = counts.get(value, 0) + 1
    return dict(sorted(counts.items(), key=lambda pair: -pair[1]))
