"""Checks of the network and of the weights it starts from: the engine makes it after loading and caching."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator

from kohya_driver.engine.networks import NetworkModule, load_networks
from kohya_driver.errors import Finding, error, warning
from kohya_driver.planning.checks.subject import Check, Subject
from kohya_driver.planning.pairs import pairs
from kohya_driver.preset.network_types import type_named

LYCORIS = "lycoris.kohya"
EMPTY_PRESETS = ("ia3",)
"""They name layers that no model of the engine's has."""
WITH_DROPOUT = ("networks.lora", "networks.lora_fa")
REFUSED_ALGOS = ("boft", "ia3")
"""Those of LyCORIS that do not train with the version in the engine's environment (docs/networks.md)."""
MODULES = ("networks.lora", "networks.lora_fa", "networks.dylora", "networks.oft", LYCORIS)
"""Those for SD 1.x, SD 2.x and SDXL; the others are for one other family each."""

NARROWEST = {"sdxl": 640}
"""Of the layers that OFT cuts into blocks; 320 for all other families."""
LARGE_DIM, WIDEST = 256, 1024
"""Above it a LoRA only gets large: most layers of SD 1.x are 320 to 1280 wide."""
WHOLE = frozenset({"conv_dim", "unit", "block_size", "factor"})
NUMBERS = frozenset(
    {
        "conv_alpha", "rank_dropout", "module_dropout", "dropout", "constraint", "block_lr_zero_threshold",
        "loraplus_lr_ratio", "loraplus_unet_lr_ratio", "loraplus_text_encoder_lr_ratio",
    }
)  # fmt: skip
BLOCK_LISTS = {"block_dims": int, "block_alphas": float, "conv_block_dims": int, "conv_block_alphas": float}
CURVES = frozenset({"cosine", "sine", "linear", "reverse_linear", "zeros"})
"""Names for the weights of all blocks, with an optional `+0.1` (networks/lora.py:609-634)."""


def _name(subject: Subject) -> str:
    return str(subject.draft.training.get("network_module"))


def _module(subject: Subject) -> NetworkModule | None:
    return load_networks().modules.get(_name(subject))


def _arguments(subject: Subject) -> dict[str, str]:
    return pairs(subject.draft.training.get("network_args"))


def _place(subject: Subject, argument: str) -> str:
    return subject.preset.where(f"network.args.{argument}")


def _fits(kind: Callable[[str], float], text: str) -> bool:
    try:
        kind(text)
    except ValueError:
        return False
    return True


def _known_module(subject: Subject) -> Iterator[Finding]:
    name, where = _name(subject), subject.where("network_module")
    if _module(subject) is None:
        close = next(iter(difflib.get_close_matches(name, MODULES, n=1)), MODULES[0])
        yield error("network.module_unknown", where, name=name, close=close)
    elif name not in MODULES:
        yield error("network.module_family", where, name=name, known=", ".join(MODULES))


def _known_arguments(subject: Subject) -> Iterator[Finding]:
    module = _module(subject)
    if module is None or type_named(subject.preset.network.type):
        return
    for name in _arguments(subject):
        if name not in module.arguments:
            close = next(iter(difflib.get_close_matches(name, module.arguments, n=1)), "")
            code = "network.argument_unknown_close" if close else "network.argument_unknown"
            known = ", ".join(module.arguments)
            yield error(
                code, _place(subject, name), name=name, module=_name(subject), close=close, known=known
            )


def _numbers(subject: Subject) -> Iterator[Finding]:
    for name, value in _arguments(subject).items():
        kind: Callable[[str], float] = int if name in WHOLE else float
        if name in WHOLE | NUMBERS and not _fits(kind, value):
            code = "network.argument_whole" if name in WHOLE else "network.argument_number"
            yield error(code, _place(subject, name), name=name, value=value)


def _dropout(subject: Subject) -> Iterator[Finding]:
    """1 is no error of the engine's, but a network that is never there learns nothing."""
    given = subject.draft.training.get("network_dropout")
    found = {} if given is None else {subject.where("network_dropout"): given}
    for name, value in _arguments(subject).items():
        if name.endswith("dropout") and _fits(float, value):
            found[_place(subject, name)] = float(value)
    for where, value in found.items():
        if not 0 <= value < 1:
            yield error("network.dropout", where, value=value)


def _large_dim(subject: Subject) -> Iterator[Finding]:
    """Not for LoKr, where a large number means the whole matrix. Others gain nothing above the width of the layers."""
    dim = subject.draft.training.get("network_dim")
    if dim and dim > LARGE_DIM and _arguments(subject).get("algo") != "lokr":
        tell = error if dim > WIDEST else warning
        yield tell("network.dim_large", subject.where("network_dim"), dim=dim)


def _block_lists(subject: Subject) -> Iterator[Finding]:
    wanted = 23 if subject.draft.family == "sdxl" and _name(subject) == "networks.lora" else 25
    for name, value in _arguments(subject).items():
        kind = BLOCK_LISTS.get(name)
        items = value.split(",")
        if kind and (len(items) != wanted or not all(_fits(kind, item) for item in items)):
            yield error(
                "network.block_list", _place(subject, name), name=name, wanted=wanted, count=len(items)
            )


def _block_weights(subject: Subject) -> Iterator[Finding]:
    wanted = 9 if subject.draft.family == "sdxl" and _name(subject) == "networks.lora" else 12
    for name, value in _arguments(subject).items():
        items = value.split(",")
        # An empty item is a 0 for the engine.
        numbers = all(not item or _fits(float, item) for item in items)
        if name == "mid_lr_weight":
            good = numbers
        elif name in ("down_lr_weight", "up_lr_weight"):
            good = (numbers and len(items) == wanted) if len(items) > 1 else _is_curve(value)
        else:
            continue
        if not good:
            curves = ", ".join(sorted(CURVES))
            yield error(
                "network.block_weights", _place(subject, name), name=name, wanted=wanted, curves=curves
            )


def _is_curve(text: str) -> bool:
    name, _, base = text.partition("+")
    return name in CURVES and (not base or _fits(float, base))


def _dylora(subject: Subject) -> Iterator[Finding]:
    if _name(subject) != "networks.dylora":
        return
    dim, arguments = subject.draft.training.get("network_dim") or 4, _arguments(subject)
    unit, conv = arguments.get("unit", "1"), arguments.get("conv_dim", str(dim))
    if _fits(int, unit) and (int(unit) < 1 or dim % int(unit)):
        yield error("network.dylora_unit", _place(subject, "unit"), unit=unit, dim=dim)
    if _fits(int, conv) and int(conv) != dim:
        yield error("network.dylora_conv", _place(subject, "conv_dim"), conv=conv, dim=dim)


def _oft(subject: Subject) -> Iterator[Finding]:
    training = subject.draft.training
    if _name(subject) != "networks.oft":
        return
    if training.get("network_train_text_encoder_only"):
        yield error("network.oft_needs_unet", subject.where("network_train_text_encoder_only"))
    if training.get("network_alpha", 1) >= 1:
        yield warning("network.oft_alpha", subject.where("network_alpha"), alpha=training["network_alpha"])
    width, blocks = NARROWEST.get(subject.draft.family, 320), training.get("network_dim") or 4
    if width % blocks:
        yield error("network.oft_blocks", subject.where("network_dim"), dim=blocks, width=width)


def _lycoris(subject: Subject) -> Iterator[Finding]:
    if _name(subject) != LYCORIS:
        return
    arguments, known = _arguments(subject), load_networks()
    algo, preset = arguments.get("algo", "lora"), arguments.get("preset", "full")
    typed = type_named(subject.preset.network.type)
    if algo.lower() in REFUSED_ALGOS and not typed:
        yield error(f"network.no_{algo.lower()}", _place(subject, "algo"), name=algo)
    elif algo.lower() not in known.lycoris_algos and not typed:
        yield error(
            "network.lycoris_algo", _place(subject, "algo"), name=algo, known=", ".join(known.lycoris_algos)
        )
    if preset not in known.lycoris_presets and not preset.endswith(".toml"):
        names = ", ".join(known.lycoris_presets)
        yield error("network.lycoris_preset", _place(subject, "preset"), name=preset, known=names)
    if preset in EMPTY_PRESETS:
        yield error("network.lycoris_preset_empty", _place(subject, "preset"), name=preset)


def _max_norm(subject: Subject) -> Iterator[Finding]:
    module = _module(subject)
    if subject.draft.training.get("scale_weight_norms") and module and not module.max_norm:
        yield warning("network.no_max_norm", subject.where("scale_weight_norms"), module=_name(subject))


def _no_dropout(subject: Subject) -> Iterator[Finding]:
    """LyCORIS has it in a way of computing that nothing but bypass_mode switches on (lycoris/modules/locon.py:304)."""
    name, bypass = _name(subject), _arguments(subject).get("bypass_mode", "False")
    without = name in MODULES and name not in WITH_DROPOUT and bypass.lower() == "false"
    if without and subject.draft.training.get("network_dropout"):
        yield warning("network.no_dropout", subject.where("network_dropout"), module=name)


CHECKS: tuple[Check, ...] = (
    _known_module,
    _known_arguments,
    _numbers,
    _dropout,
    _large_dim,
    _block_lists,
    _block_weights,
    _dylora,
    _oft,
    _lycoris,
    _max_norm,
    _no_dropout,
)
