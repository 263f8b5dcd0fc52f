"""kohya_ss's JSON files: what its fields mean to the engine.

Before it writes the engine's config, the GUI drops everything that is empty, false or 0 (lora_gui.py, "Remove all values"), and makes
numbers of texts where an older version wrote those (common_gui.py, `update_my_data`). Each rule below stands beside the form
that it reads.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kohya_driver.errors import Finding, warning
from kohya_driver.exchange.arguments import claim_arguments
from kohya_driver.exchange.defaults import engine_defaults
from kohya_driver.exchange.kohya_fields import (
    ARGUMENTS,
    ASSUMED,
    EMPTY,
    MACHINE,
    MULTIRES,
    OFFSET,
    OTHERS,
    OTHERS_FIELDS,
    OTHERS_PREFIXES,
    RENAMED,
    SCREEN,
    WORKERS,
)
from kohya_driver.exchange.kohya_networks import (
    ARGUMENT_DEFAULTS,
    FIELDS,
    LORAPLUS,
    NEWER,
    GuiNetwork,
    argument,
    can_train,
    find_type,
    is_read,
)
from kohya_driver.exchange.model import Claim, Reading, idle, left, planned, takes
from kohya_driver.exchange.options import SECRETS, claim_option, find_option, literal, number, whole
from kohya_driver.exchange.prompts import claim_prompts
from kohya_driver.exchange.sdscripts import beside


@dataclass(frozen=True, slots=True)
class Gui:
    """All fields, so that one may depend on another."""

    fields: Mapping[str, Any]

    def number(self, name: str) -> float:
        """As the GUI takes it: what is no number is 0."""
        try:
            return number(self.fields.get(name)) or 0.0
        except ValueError:
            return 0.0

    def is_number(self, name: str) -> bool:
        """Whether it is a number, or empty."""
        try:
            number(self.fields.get(name) or 0)
        except ValueError:
            return False
        return True

    def is_on(self, name: str) -> bool:
        return self.fields.get(name) is True

    @property
    def type_name(self) -> str:
        return str(self.fields.get("LoRA_type") or "Standard")

    @property
    def network(self) -> GuiNetwork | None:
        return find_type(self.type_name)

    @property
    def has_rank(self) -> bool:
        """Whether what it says of the rank holds for the LoRA that is trained here: iA3 has none."""
        return self.network is not None and (self.network.algo != "ia3" or can_train(self.network))

    @property
    def other_family(self) -> str:
        """The family that this is for, if it cannot be trained here."""
        switched = next((name for switch, name in OTHERS.items() if self.is_on(switch)), "")
        return switched or (self.network.family if self.network else "")

    @property
    def family(self) -> str:
        return "sdxl" if self.is_on("sdxl") else "sd2" if self.is_on("v2") else ""


def read_gui(table: Mapping[str, Any], folder: Path) -> Reading:
    """What a file says; the dataset config that it names is looked for in this folder too."""
    gui = Gui(table)
    claims = [claim for key, value in table.items() for claim in _claims(gui, key, value, folder)]
    defaults = {**engine_defaults(), **ASSUMED}
    if not gui.has_rank:
        defaults = {place: value for place, value in defaults.items() if not place.startswith("network.")}
    return Reading("kohya_ss", tuple(claims), defaults, tuple(_findings(gui)))


def _findings(gui: Gui) -> list[Finding]:
    if gui.other_family:
        return [warning("exchange.other_family", family=gui.other_family)]
    if gui.network is None or not can_train(gui.network):
        return [warning("exchange.network_replaced", name=gui.type_name)]
    return [warning("exchange.network_lycoris", name=gui.type_name)] if gui.type_name in NEWER else []


def _claims(gui: Gui, key: str, value: Any, folder: Path) -> list[Claim]:
    if key == "dataset_config" and isinstance(value, str) and value:
        return beside(key, value, key, folder)
    if key == "additional_parameters" and isinstance(value, str) and value.strip():
        # "--lr_scheduler_type \"CosineAnnealingLR\" --network_train_unet_only"
        return claim_arguments(f"{key}: ", value.replace('"', "").split(), family=gui.family, rank=20)
    return [_claim(gui, key, value)]


def _claim(gui: Gui, key: str, value: Any) -> Claim:
    rule = _RULES.get(key)
    if rule:
        return rule(gui, key, value)
    if key in SCREEN:
        return idle(key, value, "screen")
    if key in MACHINE:
        return planned(key, value, "own_machine")
    if key in OTHERS_FIELDS or key.startswith(OTHERS_PREFIXES):
        return _of_other_family(gui, key, value)
    if key in FIELDS:
        return _network_argument(gui, key, value)
    return _option(gui, key, value)


def _of_other_family(gui: Gui, key: str, value: Any) -> Claim:
    if not gui.other_family:
        return idle(key, value, "not_this_family")
    return (
        idle(key, value, "unset")
        if value in EMPTY
        else left(key, value, "other_family_gui", family=gui.other_family)
    )


def _option(gui: Gui, key: str, value: Any) -> Claim:
    """A field that is called as the engine's option; one that is empty, false or 0 leaves the engine's default."""
    name = RENAMED.get(key, key)
    option = find_option(name)
    zero = isinstance(value, str) and _is_zero(value)
    if value not in EMPTY and not (zero and option is not None and option.type in ("int", "float")):
        return claim_option(key, value, name, family=gui.family)
    if name == WORKERS and value != "":
        return takes(key, value, training__max_data_loader_n_workers=0)
    if key in SECRETS or name == "vae_batch_size" or option is None or option.default is None:
        return idle(key, value, "unset")
    given = False if option.action == "store_true" else option.default
    return claim_option(key, value, name, given, gui.family)


def _is_zero(text: str) -> bool:
    try:
        return number(text) == 0
    except ValueError:
        return False


def _network_argument(gui: Gui, key: str, value: Any) -> Claim:
    network = gui.network
    name = argument(gui.type_name, key)
    if network is not None and key not in (*network.arguments, *LORAPLUS):
        return idle(key, value, "not_this_type", name=gui.type_name)
    if value in EMPTY or value == ARGUMENT_DEFAULTS.get(name):
        return idle(key, value, "unset")
    if network is None or not can_train(network):
        return left(key, value, "no_network", name=gui.type_name)
    if not is_read(network, name):
        return idle(key, value, "not_this_type", name=gui.type_name)
    native = literal(str(value)) if isinstance(value, str) else value
    if isinstance(native, float) and native == int(native):
        native = int(native)
    return Claim(key, value, {f"network.args.{name}": native})


def _lora_type(gui: Gui, key: str, value: Any) -> Claim:
    """ "Standard", "LyCORIS/LoKr", "Kohya DyLoRA" …"""
    network = gui.network
    if network is None or not can_train(network):
        return left(key, value, "no_network", name=gui.type_name)
    algo = {"network.args.algo": network.algo} if network.algo else {}
    return Claim(key, value, {"network.module": network.module, **algo})


def _rank(gui: Gui, key: str, value: Any) -> Claim:
    """iA3 has no rank: that of a file says nothing to the LoRA that stands in its place."""
    if not gui.has_rank:
        return left(key, value, "no_network", name=gui.type_name)
    return _option(gui, key, value)


def _sdxl(gui: Gui, key: str, value: Any) -> Claim:
    return takes(key, value, model__family="sdxl") if value is True else idle(key, value, "unset")


def _xformers(gui: Gui, key: str, value: Any) -> Claim:
    """true/false in older files, "xformers", "sdpa", "none" since."""
    chosen = "xformers" if value is True else str(value)
    return (
        claim_option(key, value, chosen, True)
        if chosen in ("xformers", "sdpa")
        else idle(key, value, "unset")
    )


def _sdxl_only(name: str) -> Callable[[Gui, str, Any], Claim]:
    def claim(gui: Gui, key: str, value: Any) -> Claim:
        if not gui.is_on("sdxl"):
            return idle(key, value, "not_this_family")
        return claim_option(key, value, name, value is True)

    return claim


def _epoch(gui: Gui, key: str, value: Any) -> Claim:
    """Only where neither steps nor epochs are given: the GUI makes steps of it."""
    other = next((name for name in ("max_train_epochs", "max_train_steps") if gui.number(name)), "")
    if other:
        return idle(key, value, "overruled", by=other)
    return _number_or_left(key, value, "training.max_train_epochs", whole)


def _number_or_left(key: str, value: Any, place: str, kind: Callable[[Any], Any]) -> Claim:
    try:
        native = kind(value)
    except ValueError:
        return left(key, value, "wrong_type", wanted="1")
    return Claim(key, value, {place: native}) if native else idle(key, value, "unset")


def _warmup_percent(gui: Gui, key: str, value: Any) -> Claim:
    """10 is a tenth of all steps."""
    if gui.number("lr_warmup_steps"):
        return idle(key, value, "overruled", by="lr_warmup_steps")
    if not gui.is_number(key):
        return left(key, value, "wrong_type", wanted="10")
    share = gui.number(key) / 100
    return Claim(key, value, {"optimizer.lr_warmup_steps": share if share else 0})


def _warmup_steps(gui: Gui, key: str, value: Any) -> Claim:
    if not gui.is_number(key):
        return left(key, value, "wrong_type", wanted="100")
    if not gui.number(key):
        return idle(key, value, "unset")
    return Claim(key, value, {"optimizer.lr_warmup_steps": int(gui.number(key))})


def _rate(gui: Gui, key: str, value: Any) -> Claim:
    """A rate of 0 leaves its part untrained, if the other has one (`resolve_network_train_flags`)."""
    if not gui.is_number(key):
        return claim_option(key, value, key)
    text, unet = gui.number("text_encoder_lr"), gui.number("unet_lr")
    mine, other = (text, unet) if key == "text_encoder_lr" else (unet, text)
    if mine:
        return claim_option(key, value, key)
    if not other:
        return idle(key, value, "unset")
    flag = "train_unet_only" if key == "text_encoder_lr" else "train_text_encoder_only"
    return Claim(key, value, {f"network.{flag}": True})


def _noise(gui: Gui, key: str, value: Any) -> Claim:
    kind = str(gui.fields.get("noise_offset_type") or "Original")
    if (key in OFFSET) is not (kind == "Original"):
        return idle(key, value, "noise_type", kind=kind)
    return _option(gui, key, value)


def _stop_text(gui: Gui, key: str, value: Any) -> Claim:
    is_empty = gui.is_number(key) and not gui.number(key)
    return idle(key, value, "unset") if is_empty else left(key, value, "gui_ignores")


def _arguments(gui: Gui, key: str, value: Any) -> Claim:
    """ "\"weight_decay=0.1\" \"betas=0.9,0.99\"": quotes go, blanks part; or a list of such pairs."""
    parts = value if isinstance(value, list) else [value or ""]
    if not all(isinstance(part, str) for part in parts):
        return left(key, value, "wrong_type", wanted="name=value")
    words = [word for part in parts for word in part.replace('"', "").split()]
    return claim_option(key, value, key, words) if words else idle(key, value, "unset")


def _prompts(gui: Gui, key: str, value: Any) -> Claim:
    """The prompts themselves, one a line."""
    if value and not isinstance(value, str):
        return left(key, value, "wrong_type", wanted='"prompt"')
    return claim_prompts(key, value, value) if value else idle(key, value, "unset")


def _noise_kind(gui: Gui, key: str, value: Any) -> Claim:
    return idle(key, value, "goes_with")


_RULES: Mapping[str, Callable[[Gui, str, Any], Claim]] = {
    "LoRA_type": _lora_type, "network_dim": _rank, "network_alpha": _rank,
    "sdxl": _sdxl, "xformers": _xformers, "sdxl_no_half_vae": _sdxl_only("no_half_vae"),
    "sdxl_cache_text_encoder_outputs": _sdxl_only("cache_text_encoder_outputs"),
    "epoch": _epoch, "lr_warmup": _warmup_percent, "lr_warmup_steps": _warmup_steps,
    "text_encoder_lr": _rate, "unet_lr": _rate, "noise_offset_type": _noise_kind,
    **dict.fromkeys((*OFFSET, *MULTIRES), _noise),
    "stop_text_encoder_training": _stop_text, "stop_text_encoder_training_pct": _stop_text,
    **dict.fromkeys(ARGUMENTS, _arguments), "sample_prompts": _prompts,
}  # fmt: skip
