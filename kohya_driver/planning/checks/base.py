"""Checks of the base model: what it is, whether it is whole, and what it was trained to predict."""

from __future__ import annotations

from collections.abc import Iterator

from kohya_driver.engine.base import BaseModel
from kohya_driver.engine.kinds import FAMILIES
from kohya_driver.errors import Finding, error, warning
from kohya_driver.planning.checks.subject import Check, Subject

NOT_ON_MPS = frozenset({"flux", "chroma", "hunyuan-image"})
"""The engine computes with 64-bit numbers there (flux_models.py `rope`, which chroma shares; hunyuan_image_utils.py
`normalized_guidance_apg`), which MPS has not."""
NOT_YET = frozenset({"sd3", "flux", "chroma", "lumina", "anima", "hunyuan-image"})
"""The engine has scripts for these; a preset cannot describe them yet."""
NO_BASE = frozenset({"lora", "vae", "text-encoder", "controlnet", "embedding", "sdxl-refiner"})


def _base(subject: Subject) -> Iterator[Finding]:
    base, preset = subject.inputs.base, subject.preset
    where = preset.where("model.base")
    if base is None:
        if preset.model.base and not subject.inputs.base_input.findings:
            yield warning("base.on_hub", where, name=preset.model.base)
    elif base.pickles and not preset.model.allow_pickle:
        return  # refused already
    elif base.family not in FAMILIES:
        yield from _not_trained(subject, base, where)
    elif preset.model.family not in (None, base.family):
        said = preset.model.family
        yield error("base.other_family", preset.where("model.family"), family=base.family, said=said)


def _not_trained(subject: Subject, base: BaseModel, where: str) -> Iterator[Finding]:
    """What is known for another thing is refused whatever the preset says; what is not known is taken for what it says."""
    family = base.family
    if family in NOT_ON_MPS and subject.draft.device == "mps":
        yield error("base.not_on_mps", where, family=family)
    elif family in NOT_YET:
        yield error("base.not_yet", where, family=family)
    elif family in NO_BASE:
        yield error(f"base.is_{family.replace('-', '_')}", where, path=base.path)
    elif said := subject.preset.model.family:
        yield warning("base.unknown_taken", where, path=base.path, family=said)
    else:
        yield error("base.unknown", where, path=base.path)


def _whole(subject: Subject) -> Iterator[Finding]:
    base, where = subject.inputs.base, subject.preset.where("model.base")
    if base is None or base.family not in FAMILIES:
        return
    if base.channels not in (0, 4):
        yield error("base.inpainting", where, channels=base.channels)
    if base.quantised:
        yield error("base.quantised", where, kind=base.quantised)
    if "unet" in base.missing:
        yield error("base.no_unet", where, path=base.path)
    elif base.missing:
        yield error("base.parts_missing", where, parts=", ".join(base.missing))


def _link(subject: Subject) -> Iterator[Finding]:
    base = subject.inputs.base
    if base is not None and subject.inputs.base_input.load is None:
        yield error("base.link_to_other_disk", subject.preset.where("model.base"), path=base.path)


def _prediction(subject: Subject) -> Iterator[Finding]:
    base, preset = subject.inputs.base, subject.preset
    if base is None or base.family not in FAMILIES:
        return
    where, velocity = preset.where("model.v_parameterization"), preset.model.v_parameterization
    said = preset.is_set("model.v_parameterization")
    if base.prediction:
        if said and velocity != (base.prediction == "v"):
            yield warning(f"base.v_{'on_epsilon' if velocity else 'left_out'}", where)
    elif said:
        if velocity and base.family != "sd2" and base.name_hint != "v":
            yield warning("base.v_unproven", where)
    elif base.name_hint:
        kind = "768-v" if base.name_hint == "v" else "512-base"
        yield warning("base.prediction_by_name", where, name=base.path.name, kind=kind)
    elif base.family == "sd2":
        yield warning("base.prediction_unknown", where)


def _clip_skip(subject: Subject) -> Iterator[Finding]:
    """Out of 1 to 12, the preset's own schema refuses it."""
    family, where = subject.draft.family, subject.preset.where("model.clip_skip")
    if subject.preset.model.clip_skip is None:
        return
    if family == "sdxl":
        yield warning("base.clip_skip_sdxl", where)
    elif family == "sd2":
        yield warning("base.clip_skip_sd2", where)


CHECKS: tuple[Check, ...] = (_base, _whole, _link, _prediction, _clip_skip)
