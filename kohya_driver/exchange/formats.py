"""Which program wrote a file, and who reads it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from kohya_driver.engine.catalogue import load_catalogue
from kohya_driver.errors import Finding, PresetError, warning
from kohya_driver.exchange import aitoolkit, easy_training, lora_file, onetrainer
from kohya_driver.exchange.commandline import is_command, read_command
from kohya_driver.exchange.dataset_config import is_dataset_config
from kohya_driver.exchange.kohya_fields import is_gui_file
from kohya_driver.exchange.kohya_gui import read_gui
from kohya_driver.exchange.model import FORMATS, Format, Reading
from kohya_driver.exchange.reading import parse_json, parse_toml, parse_yaml, read_text, table
from kohya_driver.exchange.sdscripts import is_training_config, read_config, read_dataset
from kohya_driver.preset.model import Preset

MODEL = ".safetensors"


def read_files(paths: Sequence[Path], wanted: Format | None = None) -> Reading:
    """What one file says, or a training config and a dataset config together.

    Args:
        wanted: the format, where it is not to be guessed.

    Raises:
        PresetError: they cannot be read, or are nothing that is known here.
    """
    if len(paths) == 1:
        return _read_one(paths[0], wanted)
    tables = [(path, parse_toml(path, read_text(path))) for path in paths]
    sets = [one for one in tables if is_dataset_config(one[1])]
    configs = [one for one in tables if one not in sets]
    if len(sets) != 1 or len(configs) != 1:
        raise PresetError("exchange.two_files", ", ".join(map(str, paths)))
    return read_config(configs[0][1], configs[0][0].parent, dataset=sets[0][1])


def _read_one(path: Path, wanted: Format | None) -> Reading:
    if path.suffix.lower() == MODEL or wanted == "lora":
        return lora_file.read_lora(path)
    text = read_text(path)
    if not text.strip():
        raise PresetError("exchange.empty", path)
    reading = _READERS[wanted or guess(path, text)](path, text)
    return replace(reading, findings=(*reading.findings, *_doubts(path, text, wanted))) if wanted else reading


def _doubts(path: Path, text: str, wanted: Format) -> Iterator[Finding]:
    """What was asked for is done, and told where it looks like a mistake: the wrong reader leaves nearly all out."""
    try:
        looks = guess(path, text)
    except PresetError:
        return
    if looks != wanted:
        yield warning("exchange.other_format", path, wanted=wanted, looks=looks)


def _read_toml(path: Path, text: str) -> Reading:
    value = parse_toml(path, text)
    return read_dataset(value) if is_dataset_config(value) else read_config(value, path.parent)


def _parsed(path: Path, text: str) -> dict[str, Any]:
    return table(path, parse_json(path, text) if _looks_like_json(text) else parse_yaml(path, text))


_READERS: Mapping[Format, Callable[[Path, str], Reading]] = {
    "kohya_ss": lambda path, text: read_gui(_parsed(path, text), path.parent),
    "sd-scripts": _read_toml,
    "command": read_command,
    "easy-training": lambda path, text: easy_training.read_easy_training(parse_toml(path, text), path.parent),
    "onetrainer": lambda path, text: onetrainer.read_onetrainer(_parsed(path, text), path),
    "ai-toolkit": lambda path, text: aitoolkit.read_aitoolkit(_parsed(path, text), path),
    "lora": lambda path, text: lora_file.read_lora(path),
}


def guess(path: Path, text: str) -> Format:
    """The format of a text.

    Raises:
        PresetError: it is none of them, or a preset already.
    """
    if _looks_like_json(text):
        return _guess_json(path, table(path, parse_json(path, text)))
    if path.suffix.lower() in (".yaml", ".yml"):
        return _guess_yaml(path, text)
    if path.suffix.lower() == ".toml":
        return _guess_toml(path, parse_toml(path, text))
    if is_command(text, path.suffix):
        return "command"
    return _guess_by_content(path, text)


def _looks_like_json(text: str) -> bool:
    return (
        text.lstrip()[:1] in ("{", "[")
        and not text.lstrip().startswith(("[[", "[general]"))
        and _braced(text)
    )


def _braced(text: str) -> bool:
    """A TOML file may begin with `[section]`."""
    first = text.lstrip().split("\n", 1)[0].strip()
    return text.lstrip().startswith("{") or not (
        first.startswith("[") and first.endswith("]") and first[1:-1].replace("_", "").isalnum()
    )


def _guess_json(path: Path, value: dict[str, Any]) -> Format:
    if aitoolkit.is_aitoolkit(value):
        return "ai-toolkit"
    if onetrainer.is_onetrainer(value):
        return "onetrainer"
    if is_gui_file(value):
        return "kohya_ss"
    raise PresetError("exchange.unknown_format", path, known=", ".join(FORMATS))


def _guess_yaml(path: Path, text: str) -> Format:
    if aitoolkit.is_aitoolkit(table(path, parse_yaml(path, text))):
        return "ai-toolkit"
    raise PresetError("exchange.unknown_format", path, known=", ".join(FORMATS))


def _guess_toml(path: Path, value: dict[str, Any]) -> Format:
    if _is_preset(value):
        raise PresetError("exchange.is_preset", path)
    if easy_training.is_easy_training(value):
        return "easy-training"
    if is_dataset_config(value) or is_training_config(value):
        return "sd-scripts"
    raise PresetError("exchange.unknown_format", path, known=", ".join(FORMATS))


def _is_preset(value: Mapping[str, Any]) -> bool:
    """The sections alone do not tell: a config of sd-scripts may have any, as they mean nothing there. But its keys are the
    engine's names, which a preset has only where they say the same in fewer words."""
    if not value or not set(value) <= set(Preset.model_fields):
        return False
    engine = {name for options in load_catalogue().scripts.values() for name in options}
    ours = theirs = 0
    for section, keys in value.items():
        known = getattr(Preset.model_fields[section].annotation, "model_fields", None)
        if known is None:  # `extends`, `engine_options`: nobody else has these
            return True
        names = set(keys) if isinstance(keys, Mapping) else set()
        ours += len(names & set(known) - engine)
        theirs += len(names & engine - set(known))
    return ours >= theirs


def _guess_by_content(path: Path, text: str) -> Format:
    """Without a telling name: TOML if it is that, else YAML."""
    try:
        value = parse_toml(path, text)
    except PresetError:
        try:
            return _guess_yaml(path, text)
        except PresetError as failure:
            raise PresetError("exchange.unknown_format", path, known=", ".join(FORMATS)) from failure
    return _guess_toml(path, value)
