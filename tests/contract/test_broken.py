"""The real engine on broken configs: it fails late or says nothing, and the plan says it first.

Behind the marker `long`: some fifty starts of the engine, about half an hour. Where KOHYA_DRIVER_KEEP_LOGS names a folder, what the
engine printed is kept there, one file for each case, with an index.json: what the engine did and after how many seconds, and after how
many milliseconds the plan had said it. Copied to tests/golden/broken.json it becomes the table of docs/caught.md.
"""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import pytest
import toml

from kohya_driver import api, files, process
from kohya_driver.engine.model import Engine
from kohya_driver.errors import PresetError
from kohya_driver.planning.model import Plan
from tests.contract.broken_cases import CASES, SILENT, Broken, last_word, name_of
from tests.project import MAC, write_picture

pytestmark = [pytest.mark.engine, pytest.mark.long, pytest.mark.timeout(1800)]

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
KEEP = "KOHYA_DRIVER_KEEP_LOGS"


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


def run_engine(plan: Plan, engine: Engine, folder: Path, case: Broken) -> tuple[int, float, bytes]:
    """Its exit status, seconds, and both streams as they came."""
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
        timeout=1200,
    )
    return done.returncode, time.monotonic() - begin, done.stdout


def here(value: object, folder: Path) -> object:
    return str(folder / value[1:]) if isinstance(value, str) and value.startswith("@") else value


def keep(case: Broken, output: bytes, places: dict[Path, str], about: dict[str, object]) -> None:
    """Write down what the engine printed, without a path of this machine, if a folder was named for that."""
    if not (named := os.environ.get(KEEP)):
        return
    for path in sorted(places, key=lambda path: -len(str(path))):
        output = output.replace(str(path).encode(), places[path].encode())
    folder = Path(named)
    index = folder / "index.json"
    known = files.read_json(index) if index.is_file() else {}
    name = name_of(case)
    files.write_bytes(folder / name, output)
    known[name] = {"rule": case.rule, "code": case.code, **about}
    files.write_json(index, known)


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
    case: Broken, installed_engine: Engine, random_base: Path, tmp_path: Path
) -> None:
    preset = write_broken(tmp_path, random_base, case)
    said, milliseconds = what_we_say(preset, tmp_path, case)
    assert case.code in said
    plan = good_plan(preset, tmp_path, case)
    status, seconds, raw = run_engine(plan, installed_engine, tmp_path, case)
    places = {
        tmp_path: "/Users/ming/lora",
        installed_engine.root: "/Users/ming/engine",
        random_base.parent: "/Users/ming/models",
        Path.home(): "/Users/ming",
    }
    output = raw.decode(errors="replace")
    did = last_word(status, output)
    about = {"status": status, "seconds": round(seconds, 1), "did": did, "milliseconds": round(milliseconds)}
    keep(case, raw, places, about)
    if case.engine == SILENT:
        assert status == 0, output[-2000:]
    else:
        assert status != 0 and case.engine in output, output[-2000:]
