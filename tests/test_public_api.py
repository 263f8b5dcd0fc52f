"""The Python API and the command line say the same things with the same words."""

from __future__ import annotations

import argparse
import inspect
import typing

import pytest

import kohya_driver
from kohya_driver import api
from kohya_driver.cli.main import build_parser

PARITY = {
    "plan": ("plan", api.plan),
    "train": ("train", api.train),
    "engine install": ("engine install", api.install_engine),
    "show": ("show", api.open_run),
    "diagnose": ("diagnose", api.diagnose_log),
    "doctor": ("doctor", api.doctor),
}
ONLY_API = {
    "on_plan",
    "on_event",
    "on_install",
    "on_progress",
    "on_step",
    "on_wait",
    "stop",
    "folder",
    "recipe",
}
"""Callbacks, and what the command line decides by itself."""
ONLY_CLI = {"help", "lang", "json", "plain"}
"""How it is shown."""


def parser_of(words: str) -> argparse.ArgumentParser:
    parser = build_parser(words.split(), every=True)
    for word in words.split():
        action = next(a for a in parser._actions if isinstance(a, argparse._SubParsersAction))
        parser = action.choices[word]
    return parser


def cli_words(words: str) -> set[str]:
    return {
        action.dest for action in parser_of(words)._actions if action.dest != argparse.SUPPRESS
    } - ONLY_CLI


def api_words(function: typing.Callable[..., object]) -> set[str]:
    return set(inspect.signature(function).parameters) - ONLY_API


def test_plan_and_train_take_what_load_preset_takes() -> None:
    preset_words = api_words(api.load_preset)
    assert cli_words("plan") == (api_words(api.plan) | preset_words | {"preset"}) - {"source"} - {"self"}
    # --detach is api.train_detached, --resume is api.find_earlier and api.resume, --no-recover is [safety] recover = 0.
    other_words = {"detach", "resume", "recover"}
    assert cli_words("train") - other_words == api_words(api.train) | preset_words | {"preset"}
    assert api_words(api.train_detached) == api_words(api.train)


def test_resume() -> None:
    assert cli_words("resume") - {"detach", "name"} == api_words(api.resume) - {"run", "preset"}
    assert api_words(api.resume_detached) == api_words(api.resume)


def test_engine_install() -> None:
    assert cli_words("engine install") == api_words(api.install_engine)


def test_diagnose() -> None:
    assert cli_words("diagnose") == api_words(api.diagnose_log)


def test_inspect() -> None:
    """--tags is how many of them are shown."""
    assert cli_words("inspect") - {"tags"} == api_words(api.inspect)


def test_doctor() -> None:
    assert cli_words("doctor") == api_words(api.doctor)


def test_report() -> None:
    """--open is what a person does with the file."""
    assert cli_words("report") - {"open", "name"} == api_words(api.report) - {"run"}


def test_init() -> None:
    assert cli_words("init") == api_words(api.init_project)


def test_import() -> None:
    assert cli_words("import") == api_words(api.import_preset)


def test_export() -> None:
    """--set and --trigger go into the preset."""
    assert cli_words("export") - {"sets", "trigger"} == api_words(api.export_preset)


def test_audit() -> None:
    """--quick and --deep are a depth, --fix --out is a place for the copy, --strict an exit code."""
    only_cli = {"quick", "deep", "fix", "strict"}
    assert cli_words("audit") - only_cli == api_words(api.audit) - {"depth", "on_progress"}


def test_crop() -> None:
    """The settings are a config there, --strict is an exit code, and the folders have their own names."""
    settings = {"resolution", "fit", "pad_fill", "max_upscale", "strict"}
    own_words = {"folder": "source", "out": "target"}
    words = {own_words.get(word, word) for word in cli_words("crop") - settings}
    assert words == api_words(api.crop) - {"config", "on_progress", "on_sheet"}


def test_lora_goes_out() -> None:
    """--dry-run and --yes of publishing are what its callback answers."""
    source = {"name_or_file"}
    assert cli_words("lora install") - source == set(inspect.signature(api.install_lora).parameters) - {
        "source"
    }
    assert cli_words("lora card") - source == api_words(api.write_card) - {"source"}
    assert cli_words("lora publish") - source - {"dry_run", "yes"} == api_words(api.publish) - {"source"}


def test_show_opens_a_run() -> None:
    assert [word.removeprefix("run_") for word in cli_words("show")] == [
        *inspect.signature(api.open_run).parameters
    ]


@pytest.mark.parametrize("name", api.__all__)
def test_everything_public_is_documented_and_typed(name: str) -> None:
    thing = getattr(api, name)
    assert inspect.getdoc(thing), name
    if inspect.isfunction(thing):
        hints = typing.get_type_hints(thing)
        assert set(hints) == {*inspect.signature(thing).parameters, "return"}


def test_the_package_lends_its_names() -> None:
    for name in kohya_driver.__all__:
        assert getattr(kohya_driver, name) is not None
    assert kohya_driver.plan is api.plan
    assert kohya_driver.train is api.train
    with pytest.raises(AttributeError):
        _ = kohya_driver.nothing_of_the_kind
