"""Writes the reference pages from the code itself: `python docs/generate.py`.

presets.md from the preset's schema, errors.md from the exception tree and the texts, overrides.md from the rules,
diagnosis.md from the causes that a log can tell, audit.md from the kinds of faults in a set of pictures, networks.md from the
kinds of network and what was kept of their trainings (tests/golden/starts); each in English and in Chinese, with the words of words.toml around it. A test compares the pages on disk with what this makes.
"""

from __future__ import annotations

import json
import string
import sys
from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks import tables
from benchmarks.optimizers import SCHEDULER_ARGUMENTS, scheduler_names
from kohya_driver import errors, files, texts
from kohya_driver.diagnosis.model import Cause
from kohya_driver.engine.catalogue import load_catalogue
from kohya_driver.host import Host
from kohya_driver.planning.advice import find_options, said_help
from kohya_driver.planning.checks.subject import preset_key
from kohya_driver.planning.overrides import RULES, Draft
from kohya_driver.prepare.audit_codes import KINDS
from kohya_driver.preset.describe import toml_pair
from kohya_driver.preset.model import CaptionRules, Preset, Section, Subset
from kohya_driver.preset.network_types import TYPES
from kohya_driver.texts import diagnosis
from kohya_driver.texts.fields import ZH

DOCS = Path(__file__).parent
Pair = tuple[str, str]

PROSE: Mapping[str, Mapping[str, Pair]] = files.parse_toml((DOCS / "words.toml").read_text(encoding="utf-8"))
PAGES, WORDS, EXITS = PROSE["pages"], PROSE["words"], PROSE["exits"]
AREAS = PROSE["areas"]
"""The areas whose messages are listed, in this order, with their headings."""

BEYOND_RULES = {
    "optimizer.own_warmup": ("training.optimizer_args", "training.lr_warmup_steps"),
    "memory.checkpointing": ("training.gradient_checkpointing",),
    "launch.no_recovery": ("safety.recover",),
    "training.shorter": ("training.max_train_epochs", "training.max_train_steps"),
    "memory.fit_vae_batch": ("training.vae_batch_size",),
    "memory.fit_checkpointing": ("training.gradient_checkpointing",),
    "memory.fit_batch": ("training.train_batch_size", "training.gradient_accumulation_steps"),
    "memory.fit_cache_latents": ("training.cache_latents", "training.vae_batch_size"),
    "memory.fit_unet_only": ("training.network_train_unet_only",),
    "memory.fit_bf16": ("training.mixed_precision",),
    "memory.fit_resolution": ("dataset.resolution", "dataset.min_bucket_reso"),
    "recovery.lower_rate": ("training.learning_rate", "training.unet_lr", "training.text_encoder_lr"),
}
"""What the plan changes after counting, and what is changed after a failure, which no rule of the table can."""


def pages() -> dict[str, str]:
    """File name to text of every generated page."""
    made = {}
    for index, ending in enumerate((".md", ".zh-CN.md")):
        for name, parts in PARTS.items():
            lines = [PAGES["note"][index], "", *parts(index)]
            made[f"{name}{ending}"] = "\n".join(lines).rstrip() + "\n"
    return made


def preset_page(index: int) -> Iterator[str]:
    yield PAGES["presets"][index]
    outside = [name for name in Preset.model_fields if not _section(name)]
    yield from ("", PAGES["outside"][index], "", *_table(Preset, outside, "", index))
    for name in Preset.model_fields:
        kind = _section(name)
        if kind:
            own = [field for field in kind.model_fields if field not in CaptionRules.model_fields]
            yield from (
                "",
                f"## [{name}]",
                "",
                _about(kind, name, index),
                "",
                *_table(kind, own, name, index),
            )
        if name == "dataset":
            yield from (
                "",
                PAGES["shared"][index],
                "",
                *_table(CaptionRules, CaptionRules.model_fields, "dataset", index),
            )
            own = [field for field in Subset.model_fields if field not in CaptionRules.model_fields]
            yield from ("", "## [[dataset.subsets]]", "", _about(Subset, "subsets", index), "")
            yield from _table(Subset, own, "subsets", index)


def _section(name: str) -> type[Section] | None:
    kind = Preset.model_fields[name].annotation
    return kind if isinstance(kind, type) and issubclass(kind, Section) else None


def _about(kind: type[Section], section: str, index: int) -> str:
    return ZH[f"field.{section}"] if index else (kind.__doc__ or "")


def _table(kind: type[Section], names: Iterable[str], section: str, index: int) -> Iterator[str]:
    schemas = kind.model_json_schema()["properties"]
    required = {name for name, info in kind.model_fields.items() if info.is_required()}
    yield WORDS["field_head"][index]
    yield "|---" * 5 + "|"
    for name in names:
        schema = schemas[name]
        dotted = f"{section}.{name}" if section else name
        text = ZH[f"field.{dotted}"] if index else kind.model_fields[name].description or ""
        theirs = schema.get("option") or schema.get("key")
        where = f"`{theirs}`" if theirs else WORDS["own"][index]
        unset = WORDS["required"][index] if name in required else _unset(schema, dotted, index)
        yield _row(f"`{name}`", text, _value(schema, index), unset, where)


def _row(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def _value(schema: Mapping[str, Any], index: int) -> str:
    """A field's type, limits and choices, in TOML's words."""
    kinds = [kind for kind in schema.get("anyOf", [schema]) if kind.get("type") != "null"]
    return WORDS["or"][index].join(dict.fromkeys(_kind(kind, index) for kind in kinds))


def _kind(schema: Mapping[str, Any], index: int) -> str:
    if "enum" in schema:
        return WORDS["or"][index].join(f"`{_toml(choice)}`" for choice in schema["enum"])
    if "prefixItems" in schema:
        return "[" + ", ".join(_kind(item, index) for item in schema["prefixItems"]) + "]"
    if "$ref" in schema.get("items", {}):
        return WORDS["tables"][index]
    word = WORDS["path" if schema.get("format") == "path" else schema["type"]][index]
    limits = WORDS["comma"][index].join(_limits(schema, index))
    return word + (WORDS["limits"][index].format(limits) if limits else "")


def _limits(schema: Mapping[str, Any], index: int) -> list[str]:
    if "minimum" in schema and "maximum" in schema:
        return [WORDS["to"][index].format(_number(schema["minimum"]), _number(schema["maximum"]))]
    marks = {"minimum": "least", "exclusiveMinimum": "more", "maximum": "most", "exclusiveMaximum": "less"}
    return [
        WORDS[word][index].format(_number(schema[mark])) for mark, word in marks.items() if mark in schema
    ]


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else str(value)


def _toml(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


NEVER_LEFT_OPEN = (None, "max_train_steps")
"""Options whose default in the engine never holds: the plan always gives a length."""


def _unset(schema: Mapping[str, Any], dotted: str, index: int) -> str:
    """What holds where the preset says nothing: a default, the plan's choice, or the engine's own default."""
    default = schema.get("default")
    if default not in (None, "", [], {}):
        return f"`{_toml(default)}`"
    option = schema.get("option")
    place = f"dataset.{schema['key']}" if "key" in schema else f"training.{option}" if option else dotted
    if place in CHOSEN:
        return WORDS["chosen"][index].format(CHOSEN[place])
    known = load_catalogue().option("train_network", option) if option not in NEVER_LEFT_OPEN else None
    if default is None and known and known.default is not None and known.action == "store":
        return WORDS["engine"][index].format(_toml(known.default))
    return WORDS["nothing"][index]


def _chosen() -> dict[str, str]:
    """Setting to rule, for the rules that fill in what a preset leaves open: asked of a draft that needs them all."""
    training = {"cache_latents": True, "sample_prompts": "prompts.txt"}
    dataset = {"enable_bucket": True, "shuffle_caption": True, "validation_split": 0.1}
    host = Host("Darwin", "arm64", "Apple M1", "14.5", "", 1 << 34, 4, "mps")
    full = Draft("sd15", "mps", host, "ningguang", True, training, {**dataset, "resolution": 512}, {}, {})
    found = {}
    for rule in RULES:
        draft = full.put(rule.option, None)
        if not rule.option.startswith("environment.") and rule.applies(draft):
            found[rule.option] = rule.id
    return found


CHOSEN = _chosen()


def error_page(index: int) -> Iterator[str]:
    yield from (PAGES["errors"][index], "")
    yield WORDS["code_head"][index]
    yield "|---|---|"
    missing = set(map(str, errors.EXIT_CODES.values())) - set(EXITS)
    if missing:
        raise ValueError(f"exit codes without a sentence: {missing}")
    yield from (_row(code, sentence[index]) for code, sentence in EXITS.items())
    for area in AREAS:
        codes = _messages(area)
        if codes:
            yield from ("", AREAS[area][index])
        for code in codes:
            yield from ("", f"### `{code}`", "", _said(code, index))
            if texts.has(f"{code}.hint"):
                yield from ("", f"→ {_said(f'{code}.hint', index)}")


def _messages(area: str) -> list[str]:
    """The codes of an area; of the command line's, which are mostly words of its help, those that say what to do."""
    codes = [code for code in texts.table(area) if not code.endswith(".hint")]
    return [code for code in codes if area not in ("cli", "audit") or texts.has(f"{code}.hint")]


def _said(code: str, index: int) -> str:
    """A sentence with the names of its values where they will stand."""
    template = texts.table(code.partition(".")[0])[code][index]
    parts = string.Formatter().parse(template)
    return "".join(text + (f"‹{name}›" if name else "") for text, name, _, _ in parts).replace("\n", " ")


def override_page(index: int) -> Iterator[str]:
    yield from (PAGES["overrides"][index], "")
    yield WORDS["rule_head"][index]
    yield "|---|---|---|"
    settings: dict[str, list[str]] = {rule: list(options) for rule, options in BEYOND_RULES.items()}
    for rule in RULES:
        settings.setdefault(rule.id, []).append(rule.option)
    for code in texts.table("override"):
        rule_id = code.removeprefix("override.")
        named = ", ".join(f"`{_setting(option)}`" for option in settings[rule_id])
        yield _row(f"`{rule_id}`", named, _said(code, index))


def _setting(option: str) -> str:
    """An option by the name that it has in a preset; an environment variable by its own."""
    section, _, name = option.partition(".")
    return name if section == "environment" else preset_key(name) or option


def diagnosis_page(index: int) -> Iterator[str]:
    yield PAGES["diagnosis"][index]
    for code in diagnosis.FILES:
        if not code.endswith(".hint"):
            yield from ("", f"### `{code}`", "", _said(code, index), "", f"→ {_said(f'{code}.hint', index)}")
    for name, heading in PROSE["causes"].items():
        causes: Iterable[str] = import_module(f"kohya_driver.texts.diagnosis_{name}").CAUSES
        yield from ("", heading[index])
        for kind in causes:
            code = Cause(kind).code
            told = [_said(f"{code}{ending}", index) for ending in ("", ".why")]
            yield from ("", f"### `{kind}`", "", *told, "", f"→ {_said(f'{code}.hint', index)}")


def audit_page(index: int) -> Iterator[str]:
    """Each kind of fault, as bad as it is, and what its codes say."""
    before, after = PAGES["audit"][index].split("‹table›")
    yield before.rstrip()
    for level in errors.Severity:
        yield from ("", PAGES[f"audit_{level}"][index], "", PAGES["audit_head"][index], "|---" * 4 + "|")
        for kind in (kind for kind in KINDS if kind.level is level):
            quick = PAGES["audit_no" if kind.needs_pixels else "audit_yes"][index]
            for number, code in enumerate(kind.codes):
                yield _row(f"`{kind.name}`" if number == 0 else "", f"`{code}`", _said(code, index), quick)
    yield after.rstrip()


def option_page(index: int) -> Iterator[str]:
    """Every option of the scripts that presets use, as `kohya-driver options` tells of it."""
    texts.use_language(texts.LANGUAGES[index])
    try:
        yield PAGES["options"][index].strip()
        yield from ("", WORDS["option_head"][index], "|---" * 4 + "|")
        for advice in find_options():
            default = advice.option.default
            shown = f"`{_toml(default)}`" if default not in (None, False, "") else ""
            place = (
                WORDS["plans_own"][index]
                if advice.owned
                else f"`{advice.key or f'engine_options.{advice.option.name}'}`"
            )
            yield _row(f"`{advice.option.name}`", " ".join(said_help(advice.option).split()), shown, place)
    finally:
        texts.use_language(None)


def network_page(index: int) -> Iterator[str]:
    """Each kind by its word, and what two steps of it were like."""
    kept = tables.kept("networks")
    text = PAGES["networks"][index].replace("‹machine›", kept["machine"]).replace("‹date›", kept["date"])
    types = "\n".join((PAGES["types_head"][index], "|---" * 7 + "|", *_types(index)))
    measured = "\n".join(tables.network_table(index))
    yield text.replace("‹types›", types).replace("‹measured›", measured).rstrip()


def _types(index: int) -> Iterator[str]:
    for name, kind in TYPES.items():
        if kind.starts:
            brings = ", ".join(toml_pair(*one) for one in {**kind.fixed, **kind.defaults}.items())
            takes = ", ".join(f"`{argument}`" for argument in kind.arguments)
            numbers = (str(kind.dim), f"{kind.alpha:g}")
            purpose = _said(f"network_types.{name}", index)
            yield _row(f"`{name}`", purpose, f"`{kind.module}`", *numbers, brings and f"`{brings}`", takes)


def optimizer_page(index: int) -> Iterator[str]:
    """What was kept of two steps with each optimizer and scheduler."""
    kept, told, schedulers = tables.kept("optimizers"), PROSE["optimizers"], scheduler_names()
    text = PAGES["optimizers"][index].replace("‹machine›", kept["machine"]).replace("‹date›", kept["date"])
    found = {
        "‹told›": tables.optimizer_table(index, told),
        "‹more›": tables.more_optimizers_table(index, told, schedulers),
        "‹failing›": tables.failing_table(index, schedulers),
        "‹schedulers›": tables.scheduler_table(index, schedulers, SCHEDULER_ARGUMENTS),
    }
    for mark, lines in found.items():
        text = text.replace(mark, "\n".join(lines))
    yield text.rstrip()


PARTS = {
    "presets": preset_page,
    "errors": error_page,
    "overrides": override_page,
    "diagnosis": diagnosis_page,
    "audit": audit_page,
    "options": option_page,
    "networks": network_page,
    "optimizers": optimizer_page,
}


if __name__ == "__main__":
    for page, content in pages().items():
        (DOCS / page).write_text(content, encoding="utf-8")
