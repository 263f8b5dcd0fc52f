"""A training's command line: a shell or batch script, or what was pasted from one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from kohya_driver.engine.catalogue import load_catalogue
from kohya_driver.errors import Finding, PresetError, warning
from kohya_driver.exchange.arguments import claim_arguments
from kohya_driver.exchange.dataset_config import claim_datasets, is_dataset_config
from kohya_driver.exchange.model import SECRET_SHOWN, Claim, Reading, idle, left, planned
from kohya_driver.exchange.prompts import claim_prompts
from kohya_driver.exchange.reading import parse_toml, read_text
from kohya_driver.exchange.sdscripts import beside, config_claims, engine_assumed, find_beside, with_family
from kohya_driver.exchange.shell_words import Script, read_script

_SCRIPT = re.compile(r"(?:.*[/\\])?(?P<name>\w*train\w*|fine_tune)\.py", re.S)
_SECRET = re.compile(r"(HF|HUB|FACE|WANDB|CIVITAI|GITHUB)\w*(TOKEN|KEY)|API_KEY|PASSWORD|SECRET", re.I)
FAMILY = {"train_network": "", "sdxl_train_network": "sdxl"}
"""train_network.py trains SD 1.x, and 2.x with --v2."""
ARGV_RANK = 20


@dataclass(frozen=True, slots=True)
class _Training:
    name: str
    """The script's."""
    before: tuple[str, ...]
    words: tuple[str, ...]
    """Its options."""
    names: frozenset[str]
    """The variables that stand in the command."""


def _trainings(script: Script) -> list[_Training]:
    """Every training command."""
    found = []
    for command in script.commands:
        words = command.words
        for place, word in enumerate(words):
            match = _SCRIPT.fullmatch(word)
            if match:
                found.append(_Training(str(match["name"]), words[:place], words[place + 1 :], command.names))
                break
    return found


def is_command(text: str, suffix: str = "") -> bool:
    return bool(_trainings(read_script(text, suffix)))


def read_command(path: Path, text: str) -> Reading:
    """The first training command of a script.

    Raises:
        PresetError: there is none, or it trains no LoRA.
    """
    script = read_script(text, path.suffix)
    commands = _trainings(script)
    if not commands:
        raise PresetError("exchange.no_command", path)
    name, words = commands[0].name, commands[0].words
    if name not in load_catalogue().scripts:
        raise PresetError("exchange.not_lora", path, name=f"{name}.py")
    family = _family(name, words)
    claims = [*_launcher(commands[0].before), *_environment(script, commands[0].names)]
    claims += list(map(_unread, script.unread))
    claims += with_family(_options(words, script, path.parent, family), f"{name}.py", FAMILY.get(name, ""))
    findings: list[Finding] = []
    if name not in FAMILY:
        findings.append(warning("exchange.other_family", family=name.removesuffix("_train_network")))
    if len(commands) > 1:
        findings.append(warning("exchange.several_commands", path, count=len(commands)))
    return Reading("command", tuple(claims), engine_assumed(tuple(claims)), tuple(findings))


def _family(name: str, words: Sequence[str]) -> str:
    if name not in FAMILY:
        return ""
    return FAMILY[name] or ("sd2" if "--v2" in words else "sd15")


def _launcher(words: Sequence[str]) -> Iterator[Claim]:
    """`accelerate launch --num_cpu_threads_per_process 2`: how it was started there."""
    options = [place for place, word in enumerate(words) if word.startswith("--")]
    for place in options:
        flag, _, value = words[place].partition("=")
        follows = words[place + 1] if place + 1 < len(words) else ""
        value = value or ("" if follows.startswith("-") else follows)
        yield planned(f"launch: {flag}", value, "own_machine")


def _environment(script: Script, names: frozenset[str]) -> Iterator[Claim]:
    for known, variable in script.variables.items():
        key, value = f"environment: {variable.name}", variable.value
        if _SECRET.search(variable.name) and value:
            yield left(key, SECRET_SHOWN, "secret_variable", name=variable.name)
        elif known in names:
            yield idle(key, value, "filled_in")
        elif variable.is_tested:
            yield idle(key, value, "goes_with")
        else:
            yield (
                left(key, value, "environment")
                if variable.is_exported
                else idle(key, value, "not_in_command")
            )


def _unread(line: str) -> Claim:
    shown = f"{line.partition('=')[0].strip()}={SECRET_SHOWN}" if _SECRET.search(line) else line
    return left(f"script: {shown}", shown, "not_understood")


def _options(words: Sequence[str], script: Script, folder: Path, family: str) -> list[Claim]:
    """The options, and what stands in the files that they name; options go before the config."""
    claims: list[Claim] = []
    for claim in claim_arguments("", words, family=family, rank=ARGV_RANK):
        name = claim.key.removeprefix("--")
        if name == "config_file" and isinstance(claim.value, str):
            claims += [claim, *_config(claim.value, folder, family)]
        elif name in ("dataset_config", "sample_prompts") and isinstance(claim.value, str) and claim.value:
            claims += _named(claim, name, script, folder)
        else:
            claims.append(claim)
    return claims


def _config(value: str, folder: Path, family: str) -> list[Claim]:
    path = find_beside(value if value.endswith(".toml") else f"{value}.toml", folder)
    if path is None:
        return [left(f"--config_file: {value}", value, "not_here")]
    claims = config_claims(parse_toml(path, read_text(path)), folder, family=family)
    return [replace(claim, key=f"{path.name}: {claim.key}") for claim in claims]


def _named(claim: Claim, name: str, script: Script, folder: Path) -> list[Claim]:
    """A file that the script itself writes, or one that lies beside it."""
    written = script.files.get(claim.value.replace("\\", "/").rpartition("/")[2])
    if written is None:
        return [one.ranked(max(one.rank, claim.rank)) for one in beside(claim.key, claim.value, name, folder)]
    if name == "sample_prompts":
        return [claim_prompts(claim.key, claim.value, written).ranked(claim.rank)]
    table: Mapping[str, object] = parse_toml(folder / claim.value, written)
    return (
        [claim, *claim_datasets(table)]
        if is_dataset_config(table)
        else [left(claim.key, claim.value, "no_dataset_config")]
    )
