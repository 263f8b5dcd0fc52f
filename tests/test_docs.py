"""What the documents say is true: every command exists, every key, every code, every link, in both languages."""

from __future__ import annotations

import argparse
import json
import re
import runpy
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kohya_driver import api, errors, texts
from kohya_driver.cli.main import COMMANDS, build_parser
from kohya_driver.diagnosis.classify import diagnose_text
from kohya_driver.files import parse_toml
from kohya_driver.planning.overrides import RULES
from kohya_driver.preset.load import load_preset
from kohya_driver.preset.model import CaptionRules, Preset, Section, Subset
from kohya_driver.texts.diagnosis import CAUSES, FILES
from kohya_driver.texts.fields import ZH
from tests.project import MAC, write_project

ROOT = Path(__file__).parent.parent
DOCS = sorted([*ROOT.glob("README*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "CHANGELOG.md"])
IDS = [str(path.relative_to(ROOT)) for path in DOCS]
TWINS = [(path, path.with_name(f"{path.stem}.zh-CN.md")) for path in DOCS if "zh-CN" not in path.name]
TWINS = [pair for pair in TWINS if pair[1].exists()]
MUST_HAVE_TWINS = {
    "README.md",
    "docs/README.md",
    "docs/install.md",
    "docs/tutorial.md",
    "docs/howto.md",
    "docs/options.md",
    "docs/advice.md",
    "docs/audit.md",
    "docs/diagnosis.md",
    "docs/engines.md",
    "docs/errors.md",
    "docs/inspect.md",
    "docs/machines.md",
    "docs/models.md",
    "docs/networks.md",
    "docs/optimizers.md",
    "docs/settings.md",
    "docs/overrides.md",
    "docs/plan.md",
    "docs/presets.md",
    "docs/report.md",
}
PLACEHOLDERS = {
    "PRESET": "p.toml",
    "RUN": "runs/x-001",
    "NAME": "p",
    "LOG": "training.log",
    "DIR": "pictures",
    "FILE": "f",
    "WORD": "w",
    "‹engine›": "embedded",
}
ERROR_AREAS = (
    "advise", "base", "captions", "cloud", "crop", "dataset", "doctor", "engine", "exchange", "files", "host", "init", "inspect", "kept", "launch", "learning", "lora",
    "machine", "memory", "models", "network", "option", "plan", "prepare", "preset", "queue", "recovery", "remote", "report", "run", "saving", "share", "tag", "trouble",
)  # fmt: skip


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def blocks(text: str, kind: str) -> list[str]:
    return [re.sub(r"(?m)^ +", "", found) for found in re.findall(rf"```{kind}\n(.*?)```", text, re.S)]


def shell_lines(text: str) -> list[list[str]]:
    lines = [line for block in blocks(text, "sh") for line in block.replace("\\\n", " ").splitlines()]
    inline = re.findall(r"`((?:kohya-driver|make) [^`]+)`", text)
    lines += [line for line in inline if "|" not in line.replace("\\|", "|").partition("--")[0]]
    return [shlex.split(line.replace("\\|", "|"), comments=True) for line in lines if line.strip()]


def headings(text: str) -> list[str]:
    outside_code = re.sub(r"```.*?```", "", text, flags=re.S)
    return re.findall(r"^(#+) ", outside_code, re.M)


def test_there_are_documents_to_look_at() -> None:
    assert {"README.md", "README.zh-CN.md", "docs/tested.md", "docs/architecture.md"} <= set(IDS)
    assert {str(english.relative_to(ROOT)) for english, _ in TWINS} >= MUST_HAVE_TWINS


@pytest.mark.parametrize("path", DOCS, ids=IDS)
def test_every_command_exists(path: Path) -> None:
    for words in shell_lines(read(path)):
        if words == ["kohya-driver"]:
            continue  # alone, it names the next step
        if words[0] == "kohya-driver":
            check_command([PLACEHOLDERS.get(word, word) for word in words[1:]])
        elif words[0] == "make":
            targets = set(re.findall(r"^([a-z]+):", read(ROOT / "Makefile"), re.M))
            assert {word for word in words[1:] if "=" not in word} <= targets, words


def test_readmes_show_commands() -> None:
    for name in ("README.md", "README.zh-CN.md"):
        shown = {words[1] for words in shell_lines(read(ROOT / name)) if words[0] == "kohya-driver"}
        assert shown >= set(COMMANDS)


def check_command(words: list[str]) -> None:
    """As the parser takes it; a command that a sentence only names may lack its arguments."""
    parser = build_parser(words, every=True)
    if words[0].startswith("--"):
        assert words[0] in option_strings(parser, words), words
        return
    assert words[0] in COMMANDS, words
    try:
        parser.parse_args(words)
    except (SystemExit, errors.UsageError):
        assert len(words) <= 2 or "--source" in words[2:], f"the parser refuses {words}"
        known = option_strings(parser, words)
        assert all(word.partition("=")[0] in known for word in words if word.startswith("--")), words


def option_strings(parser: argparse.ArgumentParser, words: list[str]) -> set[str]:
    found = {option for action in parser._actions for option in action.option_strings}
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            chosen = next((word for word in words if word in action.choices), None)
            if chosen:
                found |= option_strings(action.choices[chosen], words[words.index(chosen) + 1 :])
    return found


@pytest.mark.parametrize(
    "words", [["trian", "p"], ["train", "p", "--imgs", "x"], ["engine", "instal", "--x"], ["--x"]]
)
def test_a_wrong_command_is_found(words: list[str]) -> None:
    with pytest.raises(AssertionError):
        check_command(words)


@pytest.mark.parametrize("path", DOCS, ids=IDS)
def test_links_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)", read(path)):
        if "://" not in target:
            assert (path.parent / target).exists(), target


def presets_in_documents() -> list[Any]:
    found = []
    for path in DOCS:
        for number, block in enumerate(blocks(read(path), "toml")):
            found.append(pytest.param(block, id=f"{path.relative_to(ROOT)}-{number}"))
    return found


@pytest.mark.parametrize("block", presets_in_documents())
def test_presets_in_documents_are_valid(block: str, tmp_path: Path) -> None:
    assert set(parse_toml(block)) <= set(Preset.model_fields)
    path = tmp_path / "preset.toml"
    path.write_text(block, encoding="utf-8")
    assert load_preset(path).folder == tmp_path


@pytest.mark.parametrize(("english", "chinese"), TWINS, ids=[english.name for english, _ in TWINS])
def test_twins_have_the_same_commands_and_headings(english: Path, chinese: Path) -> None:
    first, second = read(english), read(chinese)
    commands = [
        sorted(
            {tuple(w) for w in shell_lines(text) if w[0] in ("kohya-driver", "make") and "--source" not in w}
        )
        for text in (first, second)
    ]
    assert commands[0] == commands[1]
    assert headings(first) == headings(second)
    kinds = ("sh", "toml", "python")
    assert [len(blocks(first, k)) for k in kinds] == [len(blocks(second, k)) for k in kinds]
    assert blocks(first, "python") == blocks(second, "python")


@pytest.mark.parametrize("path", DOCS, ids=IDS)
def test_chinese_is_where_it_belongs(path: Path) -> None:
    """English pages name 中文 at most; Chinese ones are not left in English."""
    characters = len(re.findall(r"[\u4e00-\u9fff]", read(path)))
    assert characters > 150 if "zh-CN" in path.name else characters < 10


def test_generated_pages_are_up_to_date() -> None:
    pages: Callable[[], dict[str, str]] = runpy.run_path(str(ROOT / "docs" / "generate.py"))["pages"]
    made = pages()
    assert len(made) == 16
    for name, text in made.items():
        assert read(ROOT / "docs" / name) == text, f"run: python docs/generate.py ({name})"


@pytest.mark.parametrize("name", ["errors.md", "errors.zh-CN.md"])
def test_every_exit_code_is_documented(name: str) -> None:
    text = read(ROOT / "docs" / name)
    for code in errors.EXIT_CODES.values():
        assert re.search(rf"^\| {code} \|", text, re.M), code


@pytest.mark.parametrize("name", ["errors.md", "errors.zh-CN.md"])
def test_every_code_is_documented(name: str) -> None:
    text = read(ROOT / "docs" / name)
    for area in ERROR_AREAS:
        for code in texts.table(area):
            if not code.endswith(".hint"):
                assert f"### `{code}`\n" in text, code
    for code in texts.table("cli"):
        if texts.has(f"{code}.hint"):
            assert f"### `{code}`\n" in text, code


@pytest.mark.parametrize("name", ["overrides.md", "overrides.zh-CN.md"])
def test_every_rule_is_documented(name: str) -> None:
    listed = re.findall(r"^\| `([a-z0-9_.]+)` \|", read(ROOT / "docs" / name), re.M)
    assert {rule.id for rule in RULES} <= set(listed)
    assert len(listed) == len(set(listed)) == len(texts.table("override"))


@pytest.mark.parametrize("name", ["diagnosis.md", "diagnosis.zh-CN.md"])
def test_every_cause_is_documented(name: str) -> None:
    text = read(ROOT / "docs" / name)
    assert all(f"### `{kind}`\n" in text for kind in CAUSES)
    assert all(f"### `{code}`\n" in text for code in FILES if not code.endswith(".hint"))
    keys = re.findall(r"^\| `(\w+)` \|", text, re.M)
    assert keys == list(diagnose_text("").to_json())


def declared_fields() -> dict[str, str]:
    """`field.<section>.<name>`, as texts/fields.py names them, to the key as a preset has it."""
    found = {}
    for section, info in Preset.model_fields.items():
        kind = info.annotation
        found[f"field.{section}"] = section
        if isinstance(kind, type) and issubclass(kind, Section):
            found |= {f"field.{section}.{name}": name for name in kind.model_fields}
    found["field.subsets"] = "subsets"
    own = (name for name in Subset.model_fields if name not in CaptionRules.model_fields)
    return found | {f"field.subsets.{name}": name for name in own}


@pytest.mark.parametrize("name", ["presets.md", "presets.zh-CN.md"])
def test_every_field_is_documented(name: str) -> None:
    sections = re.split(r"^## ", read(ROOT / "docs" / name), flags=re.M)
    for section, info in Preset.model_fields.items():
        kind = info.annotation
        if isinstance(kind, type) and issubclass(kind, Section):
            own = "".join(part for part in sections if part.startswith((f"[{section}]", f"[[{section}.")))
            for field in kind.model_fields:
                assert f"\n| `{field}` |" in own, f"{section}.{field}"


def test_every_field_has_a_chinese_sentence_and_none_is_stale() -> None:
    assert set(ZH) == set(declared_fields())
    for name, sentence in ZH.items():
        assert re.search(r"[\u4e00-\u9fff]", sentence), name
        assert sentence.endswith("。"), name


def test_every_field_has_an_english_sentence() -> None:
    kinds = [kind.annotation for kind in Preset.model_fields.values()]
    for kind in [*kinds, Subset]:
        if isinstance(kind, type) and issubclass(kind, Section):
            assert kind.__doc__
            assert all(info.description for info in kind.model_fields.values()), kind.__name__


@pytest.fixture(scope="module")
def real_plan(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    preset = load_preset(write_project(tmp_path_factory.mktemp("project")))
    planned: dict[str, Any] = json.loads(json.dumps(api.plan(preset, host=MAC).to_json()))
    return planned


@pytest.mark.parametrize("name", ["plan.md", "plan.zh-CN.md"])
def test_the_plans_keys_are_documented(name: str, real_plan: dict[str, Any]) -> None:
    tables = re.findall(r"(?:^\|.*\n)+", read(ROOT / "docs" / name), re.M)
    _, keys, override, finding = ([*re.findall(r"^\| `(\w+)` \|", table, re.M)] for table in tables)
    assert keys == list(real_plan)
    assert override == list(real_plan["overrides"][0])
    assert finding == list(errors.error("base.missing").to_json())


def test_the_plans_example_is_like_a_real_one(real_plan: dict[str, Any]) -> None:
    (block,) = blocks(read(ROOT / "docs" / "plan.md"), "json")
    example = json.loads(block)
    assert list(example) == list(real_plan)
    assert {name: type(value) for name, value in example.items()} == {
        name: type(value) for name, value in real_plan.items()
    }
    assert example["repeats"] == sum(bucket["count"] for bucket in example["buckets"])
    assert example["steps"] == example["epochs"] * example["steps_per_epoch"]
    assert {item["id"] for item in example["overrides"]} <= {rule.id for rule in RULES}
    for item in example["findings"]:
        assert texts.has(item["code"])
    for name in ("engine", "host"):
        assert list(example[name]) == list(real_plan[name])


def test_the_plans_chinese_example_is_a_part_of_the_english_one() -> None:
    english, chinese = (
        json.loads(blocks(read(ROOT / "docs" / f"plan{end}.md"), "json")[0]) for end in ("", ".zh-CN")
    )
    same = ("version", "name", "images", "repeats", "epochs", "steps")
    assert {name: chinese[name] for name in same} == {name: english[name] for name in same}
    texts.use_language("zh")
    try:
        for item in chinese["overrides"]:
            assert item["reason"] == texts.say(f"override.{item['id']}")
        for item in chinese["findings"]:
            assert (item["message"], item["hint"]) == (
                texts.say(item["code"]),
                texts.say(f"{item['code']}.hint"),
            )
    finally:
        texts.use_language(None)


def test_architecture_names_every_layer_in_order() -> None:
    from tests.test_architecture import LAYERS

    rows = re.findall(r"^\| \d+ \| ([^|]+) \|", read(ROOT / "docs" / "architecture.md"), re.M)
    assert [tuple(sorted(re.findall(r"`(\w+)`", row))) for row in rows] == [
        tuple(sorted(row)) for row in LAYERS
    ]


def test_architecture_names_every_file_of_a_run() -> None:
    run = api.Run(Path("run"))
    named = read(ROOT / "docs" / "architecture.md").partition("## The run's folder")[2].partition("## ")[0]
    files = [name for name in dir(type(run)) if name.endswith("_file")]
    assert len(files) >= 10
    for name in files:
        assert f"`{getattr(run, name).name}`" in named, name


ADVISED = (
    "dataset.num_repeats", "dataset.enable_bucket", "keep_tokens", "dataset.reg_data_dir", "network.dim", "network.alpha",
    "optimizer.learning_rate", "optimizer.type", "optimizer.lr_scheduler", "cosine_with_restarts", "lr_scheduler_num_cycles",
    "optimizer.lr_warmup_steps", "training.max_train_epochs", "training.max_train_steps", "training.train_batch_size",
    "precision.mixed_precision", "precision.save_precision", "training.cache_latents", "cache_latents_to_disk", "training.attention", "sdpa",
    "mem_eff_attn", "training.gradient_checkpointing", "saving.every_n_epochs", "sampling.prompts", "anime-character", "realistic-person",
    "AdamW8bit", "Prodigy", "xformers", "bf16", "512×512", "768×768", "1024×1024", "LoCon", "LoHa", "LoKr", "IA3", "DyLoRA", "OFT",
)  # fmt: skip
"""What people ask about most when they choose settings."""


@pytest.mark.parametrize("name", ["settings.md", "settings.zh-CN.md"])
def test_the_guide_to_the_settings_speaks_of_each(name: str) -> None:
    text = read(ROOT / "docs" / name)
    assert [word for word in ADVISED if word not in text] == []


@pytest.mark.parametrize("path", DOCS, ids=IDS)
def test_no_path_of_a_developers_machine(path: Path) -> None:
    assert not re.search(r"(?<![\w.])/(?:work|tmp|root|home)/", read(path))
