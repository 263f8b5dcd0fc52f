"""kohya_ss's "LoRA type": which module of the engine it means, and which fields of the GUI become its arguments.

Source: kohya_gui/lora_gui.py, `train_model`, of 2026-07.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kohya_driver.engine.networks import load_networks


@dataclass(frozen=True, slots=True)
class GuiNetwork:
    module: str
    algo: str = ""
    """Of LyCORIS."""
    arguments: tuple[str, ...] = ()
    """The GUI's fields that become network arguments."""
    family: str = ""
    """What it is for, if not for SD 1.x, 2.x and SDXL."""


BLOCKS = (
    "down_lr_weight", "mid_lr_weight", "up_lr_weight", "block_lr_zero_threshold",
    "block_dims", "block_alphas", "conv_block_dims", "conv_block_alphas", "rank_dropout", "module_dropout",
)  # fmt: skip
CONV = ("conv_dim", "conv_alpha")
LORAPLUS = ("loraplus_lr_ratio", "loraplus_unet_lr_ratio", "loraplus_text_encoder_lr_ratio")
_DROPOUTS = ("rank_dropout", "module_dropout", "rank_dropout_scale", "train_norm")
_COMMON = ("LyCORIS_preset", *CONV)
_DECOMPOSED = ("bypass_mode", "dora_wd", "use_scalar")
RENAMED: Mapping[str, Mapping[str, str]] = {
    "LyCORIS/Diag-OFT": {"constrain": "constraint"},
    "LyCORIS/DyLoRA": {"unit": "block_size"},
}
"""Fields whose argument is called otherwise; LyCORIS_preset is `preset` everywhere."""

TYPES: Mapping[str, GuiNetwork] = {
    "Standard": GuiNetwork("networks.lora", "", BLOCKS),
    "Kohya LoCon": GuiNetwork("networks.lora", "", (*CONV, *BLOCKS)),
    "LoRA-FA": GuiNetwork("networks.lora_fa", "", BLOCKS),
    "Kohya DyLoRA": GuiNetwork("networks.dylora", "", (*CONV, *BLOCKS, "unit")),
    "LyCORIS/BOFT": GuiNetwork("lycoris.kohya", "boft", (*_COMMON, "use_tucker", *_DROPOUTS)),
    "LyCORIS/Diag-OFT": GuiNetwork("lycoris.kohya", "diag-oft", (*_COMMON, "use_tucker", *_DROPOUTS, "constrain", "rescaled")),
    "LyCORIS/DyLoRA": GuiNetwork(
        "lycoris.kohya", "dylora", (*_COMMON, "use_tucker", "unit", "rank_dropout", "module_dropout", "train_norm")),
    "LyCORIS/GLoRA": GuiNetwork("lycoris.kohya", "glora", (*_COMMON, "use_tucker", *_DROPOUTS)),
    "LyCORIS/iA3": GuiNetwork("lycoris.kohya", "ia3", (*_COMMON, "train_on_input")),
    "LyCORIS/LoCon": GuiNetwork("lycoris.kohya", "locon", (*_COMMON, "use_tucker", *_DECOMPOSED, *_DROPOUTS)),
    "LyCORIS/LoHa": GuiNetwork("lycoris.kohya", "loha", (*_COMMON, "use_tucker", *_DECOMPOSED, *_DROPOUTS)),
    "LyCORIS/LoKr": GuiNetwork(
        "lycoris.kohya", "lokr", (*_COMMON, *_DECOMPOSED, "factor", "use_cp", "decompose_both", *_DROPOUTS)),
    "LyCORIS/Native Fine-Tuning": GuiNetwork("lycoris.kohya", "full", ("LyCORIS_preset", *_DROPOUTS)),
    # sd-scripts' own, newer than the pin: LyCORIS has the same method.
    "Kohya LoHa": GuiNetwork("lycoris.kohya", "loha", (*CONV, "use_tucker", "rank_dropout", "module_dropout")),
    "Kohya LoKr": GuiNetwork("lycoris.kohya", "lokr", (*CONV, "use_tucker", "factor", "rank_dropout", "module_dropout")),
    "Flux1": GuiNetwork("networks.lora_flux", family="FLUX.1"),
    "Flux1 OFT": GuiNetwork("networks.oft_flux", family="FLUX.1"),
    "Anima": GuiNetwork("networks.lora_anima", family="Anima"),
    "Lumina": GuiNetwork("networks.lora_lumina", family="Lumina"),
    "HunyuanImage-2.1": GuiNetwork("networks.lora_hunyuan_image", family="HunyuanImage"),
}  # fmt: skip
FIELDS = frozenset({field for one in TYPES.values() for field in one.arguments} | set(LORAPLUS))
"""Fields that are arguments of some LoRA type; with another type the GUI does not use them."""
NEWER = ("Kohya LoHa", "Kohya LoKr")

ARGUMENT_DEFAULTS: Mapping[str, object] = {
    "preset": "full", "use_tucker": False, "rank_dropout": 0, "module_dropout": 0, "rank_dropout_scale": False, "train_norm": False,
    "bypass_mode": False, "dora_wd": False, "use_scalar": False, "factor": -1, "use_cp": False, "decompose_both": False,
    "constraint": 0, "rescaled": False, "block_lr_zero_threshold": 0,
    "loraplus_lr_ratio": 0, "loraplus_unet_lr_ratio": 0, "loraplus_text_encoder_lr_ratio": 0,
}  # fmt: skip
"""What the modules do without them (lycoris/kohya.py:42-127; networks/lora.py:388-500)."""


def find_type(name: str) -> GuiNetwork | None:
    """The GUI still opens files in which LyCORIS's LoCon has its old name."""
    return TYPES.get("LyCORIS/LoCon" if name == "LoCon" else name)


def argument(type_name: str, field: str) -> str:
    """What a field is called among the network's arguments."""
    return "preset" if field == "LyCORIS_preset" else RENAMED.get(type_name, {}).get(field, field)


def can_train(network: GuiNetwork) -> bool:
    """Whether the pinned engine's environment has it."""
    known = load_networks()
    return (
        not network.family and network.module in known.modules and network.algo in ("", *known.lycoris_algos)
    )


def is_read(network: GuiNetwork, name: str) -> bool:
    """Whether the module looks at this argument; it ignores all others."""
    module = load_networks().modules.get(network.module)
    return module is not None and name in module.arguments
