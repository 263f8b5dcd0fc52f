"""The real engine on broken configs: it fails late or says nothing, and the plan says it first.

Behind the marker `long`: some fifty starts of the engine, a quarter of an hour. Prints a table: the rule, what the engine did and after
how many seconds, what the plan said and after how many milliseconds.
"""

from __future__ import annotations

import re
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import toml

from kohya_driver import api, files, process
from kohya_driver.engine.model import Engine
from kohya_driver.errors import PresetError
from kohya_driver.planning.model import Plan
from tests.contract.broken_cases import CASES, SILENT, Broken
from tests.project import MAC, write_picture

pytestmark = [pytest.mark.engine, pytest.mark.long]

PRESET = """
[dataset]
trigger = "ning"
train_data_dir = "image"
resolution = 64
[network]
dim = 4
alpha = 2.0
[training]
max_train_steps = 1
[precision]
mixed_precision = "no"
"""
ENDING = re.compile(r"^\w[\w.]*(?:Error|Exception|Invalid)\b.*", re.M)


@pytest.fixture(scope="module")
def table() -> Iterator[list[str]]:
    rows = ["| rule | the engine | after | the plan | after |", "|---|---|---|---|---|"]
    yield rows
    print("\n" + "\n".join(rows))


def write_broken(folder: Path, base: Path, case: Broken) -> Path:
    for name in ("a", "b"):
        write_picture(folder / "image" / "1_ning" / f"{name}.png", (64, 96))
    case.files(folder)
    added = "".join(item.removeprefix("@") for item in case.sets if item.startswith("@\n"))
    preset = folder / "preset.toml"
    preset.write_text(f'[model]\nbase = "{base}"\n{PRESET}{added}', encoding="utf-8")
    return preset


def good_plan(preset: Path, folder: Path, case: Broken) -> Plan:
    """The plan without what is broken in the preset; broken files stay broken."""
    text = preset.read_text(encoding="utf-8")
    for item in case.sets:
        text = text.replace(item.removeprefix("@"), "") if item.startswith("@\n") else text
    good = folder / "good.toml"
    good.write_text(text, encoding="utf-8")
    return api.plan(api.load_preset(good), folder=folder / "run")


def run_engine(plan: Plan, engine: Engine, folder: Path, case: Broken) -> tuple[int, float, str]:
    training = {**plan.training_config, **case.training}
    training = {name: here(value, folder) for name, value in training.items()}
    dataset = dict(plan.dataset_config)
    if not dataset["datasets"][0]["subsets"]:
        dataset["datasets"][0]["subsets"] = [
            {"image_dir": str(folder / "image" / "1_ning"), "num_repeats": 1}
        ]
    dataset["datasets"][0] = {**case.dataset, **dataset["datasets"][0], **case.dataset}
    run = plan.folder
    files.write_text(run / "config.toml", case.config(toml.dumps(training)))
    files.write_text(run / "dataset.toml", toml.dumps(dataset))
    begin = time.monotonic()
    done = subprocess.run(
        [str(engine.python), str(engine.checkout / plan.script), "--config_file", str(run / "config.toml")],
        cwd=engine.checkout,
        env=process.clean_environment(plan.environment, plan.removed_environment),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        timeout=600,
    )
    return done.returncode, time.monotonic() - begin, done.stdout


def here(value: object, folder: Path) -> object:
    return str(folder / value[1:]) if isinstance(value, str) and value.startswith("@") else value


def what_we_say(preset: Path, folder: Path, case: Broken) -> tuple[set[str], float]:
    """Codes of all findings and ids of all overrides, as on a Mac."""
    sets = [item.replace("@", f"{folder}/") for item in case.sets if not item.startswith("@\n")]
    begin = time.monotonic()
    try:
        plan = api.plan(api.load_preset(preset, sets=sets), host=MAC)
        said = {finding.code for finding in plan.findings} | {override.id for override in plan.overrides}
    except PresetError as failure:
        said = {finding.code for finding in failure.findings}
    return said, (time.monotonic() - begin) * 1000


@pytest.mark.parametrize("case", CASES, ids=[f"{case.rule}-{case.code}" for case in CASES])
def test_the_plan_says_it_first(
    case: Broken, installed_engine: Engine, random_base: Path, tmp_path: Path, table: list[str]
) -> None:
    preset = write_broken(tmp_path, random_base, case)
    said, milliseconds = what_we_say(preset, tmp_path, case)
    assert case.code in said
    status, seconds, output = run_engine(good_plan(preset, tmp_path, case), installed_engine, tmp_path, case)
    endings = ENDING.findall(output)
    did = endings[-1][:70].replace("|", "/") if status else "exit 0, not a word of failure"
    table.append(f"| {case.rule} | {did} | {seconds:.0f} s | {case.code} | {milliseconds:.0f} ms |")
    if case.engine == SILENT:
        assert status == 0, output[-2000:]
    else:
        assert status != 0 and case.engine in output, output[-2000:]


def test_there_are_enough() -> None:
    assert len(CASES) >= 40
