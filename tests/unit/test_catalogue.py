"""The option catalogue: extracted from source, read back, and values checked against it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from kohya_driver.engine import static
from kohya_driver.engine.catalogue import Option, build_catalogue, fault, load_catalogue, read_catalogue
from kohya_driver.engine.extract import extract_catalogue, render_catalogue, write_catalogue
from kohya_driver.engine.extract_options import script_options
from kohya_driver.errors import EngineError
from kohya_driver.texts.engine_help import ZH
from tests.chinese import CHINESE, english_in

HELPERS = """
import argparse

def add_training_arguments(parser: argparse.ArgumentParser, support_regularisation: bool, support_masks=False):
    def int_or_float(value):
        if value.endswith("%"):
            return float(value[:-1]) / 100
        return int(value)

    parser.add_argument("--lr_warmup_steps", type=int_or_float, default=0, help=f"warm-up")
    if support_regularisation:
        parser.add_argument("--prior_loss_weight", type=float, default=1.0)
    if not support_masks:
        parser.add_argument("--no_masks", action="store_true")
    else:
        parser.add_argument("--masks", action="store_true")
"""

CONFIG_UTIL = """
import functools
from dataclasses import dataclass
from voluptuous import Any, Required

def add_config_arguments(parser):
    parser.add_argument("--dataset_config", type=Path, default=None, help="the file \\ / ファイル")

@dataclass
class BaseDatasetParams:
    network_multiplier: float = 1.0
    validation_seed: Optional[int] = None
@dataclass
class DreamBoothDatasetParams(BaseDatasetParams):
    batch_size: int = 1
@dataclass
class BaseSubsetParams:
    image_dir: Optional[str] = None
    validation_seed: int = 0
@dataclass
class DreamBoothSubsetParams(BaseSubsetParams):
    is_reg: bool = False
class FineTuningSubsetParams(BaseSubsetParams):
    metadata_file: Optional[str] = None
class ControlNetSubsetParams(BaseSubsetParams):
    conditioning_data_dir: str = None

class ConfigSanitizer:
    SUBSET_ASCENDABLE_SCHEMA = {
        "range": functools.partial(__validate_and_convert_twodim.__func__, float),
        "rate": Any(float, int),
    }
    DB_SUBSET_DISTINCT_SCHEMA = {Required("image_dir"): str, "is_reg": bool}
    FT_SUBSET_DISTINCT_SCHEMA = {Required("metadata_file"): str, "image_dir": str}
    DATASET_ASCENDABLE_SCHEMA = {
        "batch_size": int,
        "validation_seed": int,
        "network_multiplier": float,
        "resolution": functools.partial(__validate_and_convert_scalar_or_twodim.__func__, int),
    }
    ARGPARSE_SPECIFIC_SCHEMA = {"max_token_length": Any(None, int)}
    ARGPARSE_OPTNAME_TO_CONFIG_OPTNAME = {"train_batch_size": "batch_size"}

    def __init__(self, support_dreambooth: bool) -> None:
        assert support_dreambooth
        self.db_subset_schema = self.__merge_dict(
            self.SUBSET_ASCENDABLE_SCHEMA,
            self.DB_SUBSET_DISTINCT_SCHEMA if support_dreambooth else {},
        )
        self.ft_subset_schema = self.__merge_dict(self.SUBSET_ASCENDABLE_SCHEMA, self.FT_SUBSET_DISTINCT_SCHEMA)
        self.cn_subset_schema = self.__merge_dict(self.SUBSET_ASCENDABLE_SCHEMA)
        self.db_dataset_schema = self.__merge_dict(
            self.DATASET_ASCENDABLE_SCHEMA, self.SUBSET_ASCENDABLE_SCHEMA, {"subsets": [self.db_subset_schema]}
        )
        self.ft_dataset_schema = self.__merge_dict(self.DATASET_ASCENDABLE_SCHEMA, {"subsets": []})
        self.cn_dataset_schema = self.__merge_dict(self.DATASET_ASCENDABLE_SCHEMA, {"subsets": []})
        self.general_schema = self.__merge_dict(self.DATASET_ASCENDABLE_SCHEMA, self.SUBSET_ASCENDABLE_SCHEMA)
"""

SCRIPT = """
import argparse
from library import train_util
import library.config_util as config_util

def setup_parser() -> argparse.ArgumentParser:
    "The parser."
    parser = argparse.ArgumentParser()
    train_util.add_training_arguments(parser, True)
    config_util.add_config_arguments(parser)
    print("nothing to do with options")
    parser.add_argument("--train_batch_size", type=int, default=4, help="batch " "size" + " of one step" " / バッチ")
    parser.add_argument("--rate", type=float, default=-1.0, choices=[None, 0.5, -1.0], nargs="*", required=True)
    return parser
"""

SDXL_SCRIPT = """
import train_network
from library.train_util import add_training_arguments as more

def setup_parser():
    parser = train_network.setup_parser()
    parser.add_argument("-f", "--full-name")
    return parser
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    (tmp_path / "library").mkdir()
    (tmp_path / "library/train_util.py").write_text(HELPERS, encoding="utf-8")
    (tmp_path / "library/config_util.py").write_text(CONFIG_UTIL, encoding="utf-8")
    (tmp_path / "train_network.py").write_text(SCRIPT, encoding="utf-8")
    (tmp_path / "sdxl_train_network.py").write_text(SDXL_SCRIPT, encoding="utf-8")
    return tmp_path


def read_body(folder: Path, body: str) -> list[dict[str, Any]]:
    """The options that a `setup_parser` of these statements has."""
    indented = "\n".join(f"    {line}" for line in body.splitlines())
    (folder / "script.py").write_text(
        f"import argparse\nimport train_network\ndef setup_parser():\n{indented}\n"
    )
    return script_options(static.Checkout(folder), "script")


def test_an_extracted_option_has_every_attribute(checkout: Path) -> None:
    option = build_catalogue(extract_catalogue(checkout, "c0ffee")).scripts["train_network"]
    assert option["train_batch_size"] == Option(
        name="train_batch_size",
        flags=("--train_batch_size",),
        action="store",
        type="int",
        default=4,
        choices=None,
        nargs=None,
        required=False,
        help="batch size of one step / バッチ",
        group="setup_parser",
    )
    rate = option["rate"]
    assert (rate.default, rate.choices, rate.nargs, rate.required) == (-1.0, (None, 0.5, -1.0), "*", True)
    assert (option["no_masks"].action, option["no_masks"].default) == ("store_true", False)
    assert (option["lr_warmup_steps"].type, option["lr_warmup_steps"].help) == ("int_or_float", "warm-up")


def test_helpers_and_branches_are_followed_with_their_arguments_in_order(checkout: Path) -> None:
    scripts = build_catalogue(extract_catalogue(checkout, "c0ffee")).scripts
    names = ["lr_warmup_steps", "prior_loss_weight", "no_masks", "dataset_config", "train_batch_size", "rate"]
    assert list(scripts["train_network"]) == names
    assert list(scripts["sdxl_train_network"]) == [*names, "full_name"]
    assert scripts["train_network"]["no_masks"].group == "add_training_arguments"
    assert scripts["sdxl_train_network"]["full_name"].flags == ("-f", "--full-name")


def test_equal_definitions_are_stored_once_and_equal_numbers_of_two_types_are_not(tmp_path: Path) -> None:
    (tmp_path / "library").mkdir()
    (tmp_path / "library/config_util.py").write_text(CONFIG_UTIL, encoding="utf-8")
    for script, default in (
        ("train_network", "1"),
        ("sdxl_train_network", "1.0"),
        ("sd3_train_network", "1"),
    ):
        (tmp_path / f"{script}.py").write_text(
            "import argparse\ndef setup_parser():\n    parser = argparse.ArgumentParser()\n"
            f"    parser.add_argument('--a', default={default})\n    return parser\n"
        )
    data = extract_catalogue(tmp_path, "c0ffee")
    assert data["scripts"] == {"train_network": [0], "sdxl_train_network": [1], "sd3_train_network": [0]}
    assert [type(option["default"]) for option in data["options"]] == [int, float]


@pytest.mark.parametrize(
    "statement",
    [
        'parser.add_argument("--a", default=os.cpu_count())',
        'parser.add_argument("--a", help=f"of {name}")',
        'parser.add_argument("--a", action="append")',
        'parser.add_argument("--a", dest="b")',
        'parser.add_argument("--a", type=lambda text: text)',
        'parser.add_argument("a")',
        'parser.add_argument("--a", **settings)',
        'for name in ("--a", "--b"):\n    parser.add_argument(name)',
        'group = parser.add_argument_group("more")',
        'if sys.platform == "darwin":\n    parser.add_argument("--a")',
        "if tired:\n    return parser",
        'def more():\n    parser.add_argument("--a")\nmore()',
        "for name in names:\n    return None",
        "again = parser",
    ],
)
def test_what_only_running_could_tell_is_refused_with_its_line(tmp_path: Path, statement: str) -> None:
    with pytest.raises(EngineError) as caught:
        read_body(tmp_path, f"parser = argparse.ArgumentParser()\n{statement}\nreturn parser")
    (finding,) = caught.value.findings
    assert finding.code == "engine.catalogue_unreadable"
    assert finding.where.rpartition(":")[0] == str(tmp_path / "script.py")
    assert int(finding.where.rpartition(":")[2]) >= 5


@pytest.mark.parametrize("call", ["library.gone.add(parser)", "add_more(parser)", "argparse.more(parser)"])
def test_a_helper_that_is_not_in_the_checkout_is_named(tmp_path: Path, call: str) -> None:
    with pytest.raises(EngineError) as caught:
        read_body(tmp_path, f"parser = argparse.ArgumentParser()\n{call}\nreturn parser")
    assert caught.value.code == "engine.catalogue_missing"


def test_a_folder_that_is_no_checkout_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EngineError) as caught:
        extract_catalogue(tmp_path, "c0ffee")
    assert caught.value.code == "engine.catalogue_missing"


@pytest.mark.parametrize(
    "arguments",
    ["parser", "parser, True, True, 3", "parser, True, wrong=1", "parser, *more", "parser, **more"],
)
def test_a_call_that_does_not_fit_the_helper_is_refused(checkout: Path, arguments: str) -> None:
    script = SCRIPT.replace("arguments(parser, True)", f"arguments({arguments})")
    (checkout / "train_network.py").write_text(script, encoding="utf-8")
    with pytest.raises(EngineError) as caught:
        extract_catalogue(checkout, "c0ffee")
    assert caught.value.code == "engine.catalogue_unreadable"


def test_dataset_keys_have_types_places_and_what_stands_behind_them(checkout: Path) -> None:
    keys = build_catalogue(extract_catalogue(checkout, "c0ffee")).dataset_keys
    datasets = ("dreambooth_dataset", "fine_tuning_dataset", "controlnet_dataset")
    assert keys["batch_size"].places == ("general", *datasets)
    assert (keys["batch_size"].option, keys["batch_size"].default) == ("train_batch_size", 4)
    assert (keys["network_multiplier"].option, keys["network_multiplier"].default) == (None, 1.0)
    assert keys["validation_seed"].default is None
    assert keys["resolution"].types == ("int", "[int, int]")
    assert keys["range"].types == ("[float, float]",)
    assert keys["rate"].types == ("float", "int")
    assert keys["image_dir"].places == ("dreambooth_subset", "fine_tuning_subset")
    assert keys["image_dir"].required_in == ("dreambooth_subset",)
    assert keys["metadata_file"].required_in == ("fine_tuning_subset",)
    assert "max_token_length" not in keys


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        ("class ConfigSanitizer", "class Renamed", "engine.catalogue_missing"),
        ("self.general_schema =", "self.other =", "engine.catalogue_missing"),
        ('"is_reg": bool', '"is_reg": All(bool)', "engine.catalogue_unreadable"),
        ('"is_reg": bool', "name: bool", "engine.catalogue_unreadable"),
        ('"is_reg": bool', '"batch_size": str', "engine.catalogue_unreadable"),
        ("support_dreambooth else {}", "support_dreambooth else more", "engine.catalogue_unreadable"),
    ],
)
def test_a_changed_dataset_schema_is_refused(checkout: Path, before: str, after: str, code: str) -> None:
    assert before in CONFIG_UTIL
    (checkout / "library/config_util.py").write_text(CONFIG_UTIL.replace(before, after), encoding="utf-8")
    with pytest.raises(EngineError) as caught:
        extract_catalogue(checkout, "c0ffee")
    assert caught.value.code == code


def test_a_written_catalogue_reads_back_equal_with_one_definition_a_line(
    checkout: Path, tmp_path: Path
) -> None:
    data = extract_catalogue(checkout, "c0ffee")
    write_catalogue(checkout, "c0ffee", tmp_path / "options.json")
    text = (tmp_path / "options.json").read_text(encoding="utf-8")
    assert text == render_catalogue(data)
    assert json.loads(text) == data
    assert read_catalogue(tmp_path / "options.json") == build_catalogue(data)
    assert sum('"flags"' in line for line in text.splitlines()) == len(data["options"])


def option(
    type: str | None = None,
    *,
    action: str = "store",
    nargs: str | int | None = None,
    choices: tuple[Any, ...] | None = None,
) -> Option:
    return Option("x", ("--x",), action, type, None, choices, nargs, False, "", "g")


@pytest.mark.parametrize(
    ("wanted", "value", "reason"),
    [
        (option("int"), 8, None),
        (option("int"), 8.0, "type"),
        (option("int"), "8", "type"),
        (option("int"), True, "type"),
        (option("int"), [8], "type"),
        (option("float"), 1e-4, None),
        (option("float"), 1, None),
        (option("float"), "1e-4", "type"),
        (option("float"), False, "type"),
        (option("str"), "a", None),
        (option("str"), 512, "type"),
        (option("str"), None, "type"),
        (option(), "a", None),
        (option(), 1, "type"),
        (option("Path"), "a/b.toml", None),
        (option("Path"), 1, "type"),
        (option("int_or_float"), 100, None),
        (option("int_or_float"), 0.1, None),
        (option("int_or_float"), "10%", "type"),
        (option("int_or_float"), True, "type"),
        (option("some_new_function"), "a", None),
        (option("some_new_function"), True, "type"),
        (option(action="store_true"), True, None),
        (option(action="store_true"), "false", "type"),
        (option(action="store_true"), 0, "type"),
        (option("str", choices=(None, "fp16", "bf16")), "bf16", None),
        (option("str", choices=(None, "fp16", "bf16")), "fp32", "choice"),
        (option("str", choices=(None, "fp16")), None, "type"),
        (option("int", choices=(None, 150, 225)), 75, "choice"),
        (option("str", nargs="*"), ["conv_dim=4"], None),
        (option("str", nargs="*"), [], None),
        (option("str", nargs="*"), "conv_dim=4", "nargs"),
        (option("str", nargs="*"), ["a", 1], "type"),
        (option("float", nargs="*"), [1, 0.5], None),
        (option("float", nargs="*"), 1e-4, "nargs"),
        (option("str", nargs="+"), [], "nargs"),
        (option("str", nargs="?"), "a", None),
        (option("int", nargs=2), [1, 2], None),
        (option("int", nargs=2), [1], "nargs"),
        (option("str", nargs="*", choices=("a",)), ["a", "b"], "choice"),
    ],
)
def test_fault_tells_why_a_toml_value_does_not_fit(wanted: Option, value: object, reason: str | None) -> None:
    assert fault(wanted, value) == reason


def test_the_vendored_catalogue_is_the_pins() -> None:
    catalogue = load_catalogue()
    assert catalogue.commit == "ae72efb92babe89ff8e70f057e42db68440e8d61"
    assert {script: len(options) for script, options in catalogue.scripts.items()} == {
        "train_network": 193,
        "sdxl_train_network": 196,
        "sd3_train_network": 218,
        "flux_train_network": 215,
        "lumina_train_network": 213,
        "hunyuan_image_train_network": 214,
        "anima_train_network": 220,
    }
    assert len({name for options in catalogue.scripts.values() for name in options}) == 253
    assert len(catalogue.dataset_keys) == 38
    assert load_catalogue() is catalogue


def test_questions_to_the_vendored_catalogue() -> None:
    catalogue = load_catalogue()
    warmup = catalogue.option("train_network", "lr_warmup_steps")
    assert warmup is not None
    assert (warmup.type, warmup.default, warmup.group) == ("int_or_float", 0, "add_optimizer_arguments")
    assert catalogue.option("train_network", "clip_l") is None
    assert catalogue.option("no_such_script", "seed") is None
    assert catalogue.scripts_with("split_mode") == ("flux_train_network",)
    assert len(catalogue.scripts_with("seed")) == 7
    assert catalogue.closest("train_network", "max-train-step") == "max_train_steps"
    assert catalogue.closest("train_network", "zzzzzz") is None
    shifts = {
        s: o["discrete_flow_shift"].default
        for s, o in catalogue.scripts.items()
        if "discrete_flow_shift" in o
    }
    assert shifts == {
        "flux_train_network": 3.0,
        "lumina_train_network": 6.0,
        "hunyuan_image_train_network": 5.0,
        "anima_train_network": 1.0,
    }


def test_every_help_of_the_vendored_catalogue_has_an_english_part() -> None:
    for script, options in load_catalogue().scripts.items():
        for entry in options.values():
            english = entry.english_help
            assert english or not entry.help, (script, entry.name)
            assert not any("\u3040" <= letter <= "\u30ff" for letter in english), (script, entry.name)


def test_every_help_of_the_vendored_catalogue_is_there_in_chinese() -> None:
    said = {
        name for options in load_catalogue().scripts.values() for name, entry in options.items() if entry.help
    }
    assert said == set(ZH)
    assert all(CHINESE.search(sentence) and not english_in(sentence) for sentence in ZH.values())


@pytest.mark.parametrize(
    ("text", "english"),
    [
        ("learning rate / 学習率", "learning rate"),
        ("do it and/or not / SDXL モデル", "do it and/or not"),
        ("only English, with/without a slash ", "only English, with/without a slash"),
        ("no slash 学習率", "no slash"),
        ("", ""),
    ],
)
def test_english_help_ends_before_the_japanese(text: str, english: str) -> None:
    assert Option("x", ("--x",), "store", "str", None, None, None, False, text, "g").english_help == english


def test_every_default_of_the_vendored_catalogue_would_be_accepted() -> None:
    odd = {
        (entry.name, fault(entry, entry.default))
        for options in load_catalogue().scripts.values()
        for entry in options.values()
        if entry.default is not None
    }
    assert {pair for pair in odd if pair[1]} == set()


def test_reading_the_catalogue_needs_no_extractor_and_takes_under_30_ms() -> None:
    code = """
import sys, time
from kohya_driver import resources
from kohya_driver.engine.catalogue import read_catalogue
path = resources.vendor() / "options.json"
times = []
for _ in range(5):
    start = time.perf_counter()
    read_catalogue(path)
    times.append(time.perf_counter() - start)
print(min(times) < 0.03, {"git", "kohya_driver.engine.extract"} & set(sys.modules))
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "True set()\n"
