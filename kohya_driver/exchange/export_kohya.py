"""A file that kohya_ss's LoRA tab opens: every field of it, so that nothing of an earlier training stays on the screen."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

from kohya_driver.exchange.elsewhere import Elsewhere
from kohya_driver.exchange.export_config import DATASET
from kohya_driver.exchange.kohya_defaults import DEFAULTS
from kohya_driver.exchange.kohya_fields import EMPTY, MULTIRES, OFFSET, OTHERS_FIELDS, RENAMED, WORKERS
from kohya_driver.exchange.kohya_networks import ARGUMENT_DEFAULTS, LORAPLUS, TYPES, GuiNetwork, argument
from kohya_driver.exchange.options import find_option
from kohya_driver.planning.pairs import pairs
from kohya_driver.texts import say

Fields = dict[str, Any]
Lost = list[tuple[str, str]]
THEIRS = {engine: gui for gui, engine in RENAMED.items() if gui != "lora_network_weights"}
OWN_WAY = frozenset(
    {
        "network_module", "network_args", "network_train_unet_only", "network_train_text_encoder_only", "learning_rate", "unet_lr",
        "text_encoder_lr", "sdpa", "xformers", "lr_warmup_steps", "max_train_epochs", "max_train_steps", "sample_prompts", "v2",
        "optimizer_args", "lr_scheduler_args", "resolution", *OFFSET, *MULTIRES,
    }
)  # fmt: skip
SDXL_FIELDS = {
    "no_half_vae": "sdxl_no_half_vae",
    "cache_text_encoder_outputs": "sdxl_cache_text_encoder_outputs",
}
_SAFE = re.compile(r"[\w@%+=:,./-]+", re.ASCII)
"""What the GUI passes on in "additional parameters" without breaking it."""
_CONCEPT = re.compile(r"\d+_(?P<name>.+)")


def kohya_json(there: Elsewhere, path: Path) -> tuple[str, bool, Lost]:
    """The file's text, whether a dataset config must lie beside it, and what no field of the GUI can say."""
    fields: Fields = {
        **DEFAULTS,
        "save_every_n_epochs": 0,
        "max_train_steps": 0,
        "bucket_no_upscale": False,
        "enable_bucket": False,
    }
    extra: list[str] = []
    lost: Lost = []
    with_dataset = needs_dataset(there)
    _pictures(fields, there, path, with_dataset)
    _network(fields, there, extra, lost)
    _rates(fields, there)
    _length(fields, there, with_dataset)
    _noise(fields, there, extra, lost)
    _lists(fields, there, lost)
    _warmup(fields, there, extra, lost)
    fields["sdxl"], fields["v2"] = there.family == "sdxl", there.family == "sd2"
    fields["sample_prompts"] = there.prompts.rstrip("\n")
    fields["xformers"] = next((name for name in ("xformers", "sdpa") if there.training.get(name)), "none")
    for name, value in _rest(there, with_dataset):
        _field(fields, there, name, value, extra, lost)
    fields["additional_parameters"] = " ".join(extra)
    return json.dumps(dict(sorted(fields.items())), indent=2, ensure_ascii=False) + "\n", with_dataset, lost


def _rest(there: Elsewhere, with_dataset: bool) -> Iterator[tuple[str, Any]]:
    yield from ((name, value) for name, value in there.training.items() if name not in OWN_WAY)
    for name, value in there.dataset.items():
        if name not in ("resolution", "class_tokens", "num_repeats") and not (
            with_dataset and name not in DEFAULTS
        ):
            yield name, value


def _field(fields: Fields, there: Elsewhere, name: str, value: Any, extra: list[str], lost: Lost) -> None:
    """A field of its own where there is one that can say this value, else an additional parameter."""
    own = THEIRS.get(name) or (SDXL_FIELDS.get(name) if there.family == "sdxl" else None) or name
    if own in DEFAULTS and own not in OTHERS_FIELDS and _can_say(name, value):
        fields[own] = value
    else:
        _add(extra, lost, name, value)


def _can_say(name: str, value: Any) -> bool:
    """The GUI drops what is 0, false or empty, so that the engine's default holds."""
    option = find_option(name)
    if value not in EMPTY or name == WORKERS:
        return not isinstance(value, list)
    return value is False or (option is not None and option.default is not None and option.default == value)


def _add(extra: list[str], lost: Lost, name: str, value: Any) -> None:
    values = [str(one) for one in (value if isinstance(value, list) else [value])]
    if value is False:
        return
    if value is not True and not all(_SAFE.fullmatch(one) for one in values):
        lost.append((name, say("exchange_screen.why.no_blanks")))
        return
    joined = (
        f"--{name}={values[0]}"
        if len(values) == 1 and values[0].startswith("-")
        else f"--{name} {' '.join(values)}"
    )
    extra.append(f"--{name}" if value is True else joined)


def needs_dataset(there: Elsewhere) -> bool:
    """Whether folder names and the GUI's fields cannot say all about the pictures."""
    if not there.folder:
        return True
    names = [PurePosixPath(PureWindowsPath(str(one["image_dir"])).as_posix()).name for one in there.subsets]
    unseen = [
        str(one["image_dir"])
        for one in there.subsets
        if str(one["image_dir"]) in (there.folder, there.reg_folder)
    ]
    concepts = [match["name"] for name in names if (match := _CONCEPT.fullmatch(name))]
    tokens = there.dataset.get("class_tokens")
    known = (
        len(concepts) == len(names) and all(name == tokens for name in concepts)
        if tokens
        else len(concepts) == len(names)
    )
    said = any(set(one) - {"image_dir", "num_repeats", "is_reg"} for one in there.subsets)
    blank = any(
        isinstance(value, str) and not _SAFE.fullmatch(value)
        for name, value in there.dataset.items()
        if name not in DEFAULTS and name != "class_tokens"
    )
    return said or blank or not (known or (unseen and not tokens))


def _pictures(fields: Fields, there: Elsewhere, path: Path, with_dataset: bool) -> None:
    size = there.dataset.get("resolution", 512)
    fields["max_resolution"] = f"{size},{size}" if isinstance(size, int) else ",".join(map(str, size))
    if with_dataset:
        fields["dataset_config"] = str(path.with_name(f"{path.stem}-{DATASET}").absolute())
    else:
        fields["train_data_dir"], fields["reg_data_dir"] = there.folder, there.reg_folder


def _network(fields: Fields, there: Elsewhere, extra: list[str], lost: Lost) -> None:
    module, args = str(there.training["network_module"]), pairs(there.training.get("network_args"))
    found = _type_of(module, args)
    fields["conv_dim"], fields["conv_alpha"] = DEFAULTS["conv_dim"], DEFAULTS["conv_alpha"]
    if found is None:
        _add(extra, lost, "network_module", module)
        if args:
            _add(extra, lost, "network_args", [f"{name}={value}" for name, value in args.items()])
        return
    name, network = found
    fields["LoRA_type"] = name
    if module == "lycoris.kohya":
        # LyCORIS takes the LoRA's own rank where nothing is said, the GUI always says something.
        fields["conv_dim"] = there.training.get("network_dim", 4)
        fields["conv_alpha"] = there.training.get("network_alpha", 1)
    for field in (*network.arguments, *LORAPLUS):
        if argument(name, field) in args:
            fields[field] = _plain(args[argument(name, field)])


def _type_of(module: str, args: Mapping[str, str]) -> tuple[str, GuiNetwork] | None:
    """The GUI's LoRA type that means the same; None if none does."""
    algo = args.get("algo", "locon" if module == "lycoris.kohya" else "")
    algo = "locon" if algo == "lora" and module == "lycoris.kohya" else algo
    for name, network in TYPES.items():
        known = {argument(name, field) for field in (*network.arguments, *LORAPLUS)} | {"algo"}
        asked = {key for key, value in args.items() if _plain(value) != ARGUMENT_DEFAULTS.get(key)}
        is_same = (network.module, network.algo) == (module, algo) and not network.family
        if is_same and asked <= known and _says_conv(network, args):
            return name, network
    return None


def _says_conv(network: GuiNetwork, args: Mapping[str, str]) -> bool:
    """Standard, Kohya LoCon and DyLoRA differ by it."""
    return network.module == "lycoris.kohya" or ("conv_dim" in args) is ("conv_dim" in network.arguments)


def _plain(text: str) -> Any:
    if text in ("True", "False"):
        return text == "True"
    for kind in (int, float):
        try:
            value = kind(text)
        except ValueError:
            continue
        if str(value) == text:
            return value
    return text


def _rates(fields: Fields, there: Elsewhere) -> None:
    """A rate of 0 is how the GUI leaves a part untrained."""
    training = there.training
    common = training.get("learning_rate", 0)
    text = (training.get("text_encoder_lr") or [common])[0]
    unet = training.get("unet_lr", common)
    fields["learning_rate"] = common
    fields["text_encoder_lr"] = 0 if training.get("network_train_unet_only") else text
    fields["unet_lr"] = 0 if training.get("network_train_text_encoder_only") else unet


def _length(fields: Fields, there: Elsewhere, with_dataset: bool) -> None:
    training = there.training
    epochs, steps = training.get("max_train_epochs", 0), training.get("max_train_steps", 0)
    fields["epoch"] = epochs or 1
    fields["max_train_epochs"], fields["max_train_steps"] = epochs, steps if not epochs else 0


def _noise(fields: Fields, there: Elsewhere, extra: list[str], lost: Lost) -> None:
    """Of the two kinds of noise the GUI can say one; the other goes into the additional parameters."""
    training = there.training
    fields["noise_offset_type"] = "Multires" if "multires_noise_iterations" in training else "Original"
    said = MULTIRES if fields["noise_offset_type"] == "Multires" else OFFSET
    for name in (*OFFSET, *MULTIRES):
        if name in training and name in said:
            fields[name] = training[name]
        elif name in training:
            _add(extra, lost, name, training[name])


def _lists(fields: Fields, there: Elsewhere, lost: Lost) -> None:
    """The GUI parts these at blanks."""
    for name in ("optimizer_args", "lr_scheduler_args"):
        entries = there.training.get(name) or []
        good = [entry for entry in entries if not re.search(r"[\s\"]", entry)]
        fields[name] = " ".join(good)
        lost += [(name, say("exchange_screen.why.no_blanks")) for entry in entries if entry not in good]


def _warmup(fields: Fields, there: Elsewhere, extra: list[str], lost: Lost) -> None:
    """A whole percentage of the steps, or steps; any other share is an additional parameter."""
    warmup = there.training.get("lr_warmup_steps", 0)
    percent = round(warmup * 100) if isinstance(warmup, float) else 0
    fields["lr_warmup"], fields["lr_warmup_steps"] = percent, 0 if isinstance(warmup, float) else warmup
    if isinstance(warmup, float) and percent / 100 != warmup:
        fields["lr_warmup"] = 0
        _add(extra, lost, "lr_warmup_steps", warmup)
