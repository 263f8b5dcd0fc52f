"""The command line as a person uses it: each time a process of its own, with a data folder of its own."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kohya_driver import files, texts
from kohya_driver.models.catalogue import known_models
from kohya_driver.preset.library import shipped_presets
from tests.faults.stand_in_engine import QUIET, command, environment, install_stand_in, start
from tests.hub import REVISION, Hub, serve
from tests.project import MAC, write_base, write_project

SECONDS = 60
COMMANDS = [
    "", "init", "train", "plan", "quickstart", "show", "presets", "presets list", "presets show", "presets new",
    "presets edit", "presets check", "models", "models list", "models catalogue", "models get",
    "engine", "engine install", "engine status", "engine verify", "engine update", "engine remove",
    "watch", "runs", "queue", "queue add", "queue list", "queue remove", "queue move", "queue retry", "queue clear",
    "queue start",
]  # fmt: skip
CHINESE = re.compile(r"[\u4e00-\u9fff]")
# Commands in backticks, quoted values and paths are the same in every language.
SAME_IN_BOTH = re.compile(r'`[^`]*`|"[^"]*"|\S*/\S*|kohya-driver(?: [a-z0-9-]+)*')
ENGLISH_SENTENCE = re.compile(r"(?:[A-Za-z']+ ){2}[A-Za-z']+")

Done = subprocess.CompletedProcess[str]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home 数据"


@pytest.fixture
def preset(tmp_path: Path) -> Path:
    return write_project(tmp_path / "我的 项目", extra=f"[training]\nmax_train_epochs = 1\n{QUIET}")


def run(home: Path, *arguments: str | Path, **more: str) -> Done:
    return finish(start(*arguments, env=environment(home, **more), cwd=home.parent))


def run_in_both(home: Path, *arguments: str | Path) -> tuple[Done, Done]:
    """In English and in Chinese, at the same time."""
    environments = [environment(home, KOHYA_DRIVER_LANG=language) for language in texts.LANGUAGES]
    english, chinese = [start(*arguments, env=env, cwd=home.parent) for env in environments]
    return finish(english), finish(chinese)


def finish(child: subprocess.Popen[str]) -> Done:
    with child:
        stdout, stderr = child.communicate(timeout=SECONDS)
    return Done(child.args, child.returncode, stdout, stderr)


def check_silence(done: Done) -> None:
    """Neither a traceback nor colours, whatever happened."""
    assert "Traceback" not in done.stdout + done.stderr
    assert "\x1b" not in done.stdout + done.stderr


def check_chinese(text: str) -> None:
    assert CHINESE.search(text)
    assert not [line for line in text.splitlines() if ENGLISH_SENTENCE.search(SAME_IN_BOTH.sub("", line))]


@pytest.mark.parametrize("words", COMMANDS)
def test_help(home: Path, words: str) -> None:
    english, chinese = run_in_both(home, *words.split(), "--help")
    for done in (english, chinese):
        assert (done.returncode, done.stderr) == (0, "")
        assert f"kohya-driver {words}".strip() in done.stdout
        check_silence(done)
    assert not CHINESE.search(english.stdout)
    check_chinese(chinese.stdout)


def test_version(home: Path) -> None:
    assert re.fullmatch(r"kohya-driver \d+\.\d+\.\d+\S*\n", run(home, "--version").stdout)


# what is typed (PRESET and FOLDER stand for paths), exit code, words of the error
FAULTS = [
    ("nonsense", 2, "nonsense"),
    ("plan", 2, "preset"),
    ("plan PRESET --nonsense", 2, "--nonsense"),
    ("plan PRESET --lang fr", 2, "fr"),
    ("train PRESET --plain --json", 2, "--json"),
    ("plan PRESET --host FOLDER/nowhere.json", 2, "cli.host_unreadable"),
    ("plan PRESET --host PRESET", 2, "cli.host_unreadable"),
    ("plan FOLDER/nowhere.toml", 3, "preset."),
    ("plan nobody-knows-this", 3, "preset."),
    ("presets show nobody-knows-this", 3, "preset."),
    ("train PRESET --set network.dmi=4", 3, "dim"),
    ("train PRESET --set nonsense", 3, "preset."),
    ("engine verify", 6, "engine.not_installed"),
    ("engine install --source FOLDER/nowhere", 6, "nowhere"),
    ("train PRESET --source FOLDER/nowhere", 6, "nowhere"),
    ("train PRESET --base FOLDER/nowhere.safetensors", 7, "base.not_found"),
    ("train PRESET --images FOLDER/nowhere", 7, "dataset.folder_missing"),
    ("show FOLDER/nowhere", 8, "run.not_a_run"),
    ("watch", 8, "run.none"),
    ("watch nobody-knows-this", 8, "run.unknown"),
    ("queue add PRESET --base FOLDER/nowhere.safetensors", 7, "base.not_found"),
    ("queue remove 7", 8, "queue.no_entry"),
    ("queue remove seven", 2, "seven"),
]


@pytest.mark.parametrize(
    ("typed", "code", "words"), FAULTS, ids=[typed or "nothing" for typed, _, _ in FAULTS]
)
def test_exit_code(home: Path, preset: Path, typed: str, code: int, words: str) -> None:
    before = sorted(preset.parent.rglob("*"))
    arguments = [
        part.replace("PRESET", str(preset)).replace("FOLDER", str(preset.parent)) for part in typed.split()
    ]
    english, chinese = run_in_both(home, *arguments)
    for done in (english, chinese):
        assert done.returncode == code, done.stderr
        assert words in done.stderr and "→" in done.stderr
        assert "engine" in typed or "--source" in typed or not done.stdout
        check_silence(done)
    assert not CHINESE.search(english.stderr.replace(str(preset.parent), "").replace(str(home), ""))
    if code > 2:
        check_chinese(chinese.stderr)
    assert sorted(preset.parent.rglob("*")) == before


def test_a_machine_that_refuses(preset: Path) -> None:
    """The data folder cannot be made, because a file is there."""
    done = run(preset, "engine", "install", "--source", preset.parent)
    assert done.returncode == 5 and "files.not_writable" in done.stderr and str(preset) in done.stderr
    check_silence(done)


def test_a_bug_is_called_a_bug(home: Path, preset: Path) -> None:
    done = run(home, "plan", preset, KOHYA_DRIVER_HOST_FACTS=str(preset.parent / "nowhere.json"))
    bug = home / "logs" / "bug.txt"
    assert (done.returncode, done.stdout) == (70, "")
    assert str(bug) in done.stderr and "FileNotFoundError" in bug.read_text(encoding="utf-8")
    check_silence(done)


def test_plan(home: Path, preset: Path) -> None:
    done = run(home, "plan", preset)
    assert (done.returncode, done.stderr) == (0, "")
    assert "18 in 1 epoch(s) of 18" in done.stdout and "max_train_epochs = 1" in done.stdout
    check_silence(done)
    bad = run(home, "plan", preset, "--base", "nowhere.safetensors")
    assert bad.returncode == 7 and "base.not_found" in bad.stdout
    assert not (preset.parent / "runs").exists() and not home.exists()


def test_plan_as_json(home: Path, preset: Path) -> None:
    """Only JSON, also where there are warnings and errors."""
    for base, code, finding in (
        ("owner/name", 0, "base.on_hub"),
        ("nowhere.safetensors", 7, "base.not_found"),
    ):
        done = run(home, "plan", preset, "--json", "--base", base)
        value = json.loads(done.stdout)
        assert (done.returncode, done.stderr, value["steps"]) == (code, "", 18)
        assert finding in {finding["code"] for finding in value["findings"]}


def test_plan_for_another_machine(home: Path, preset: Path) -> None:
    facts = preset.parent / "mac.json"
    files.write_json(facts, MAC.to_json())
    value = json.loads(
        run(home, "plan", preset, "--json", "--host", facts, "--set", "optimizer.type=AdamW8bit").stdout
    )
    assert (value["device"], value["host"]["chip"]) == ("mps", MAC.chip)
    assert value["training_config"]["optimizer_type"] == "AdamW"
    check_chinese(run(home, "--lang=zh", "plan", preset, "--host", facts).stdout)


def test_presets(home: Path) -> None:
    listed = run(home, "presets", "list")
    words = listed.stdout.split()
    assert listed.returncode == 0 and [word for word in words if word in shipped_presets()] == list(
        shipped_presets()
    )
    assert [info["name"] for info in json.loads(run(home, "presets", "list", "--json").stdout)] == list(
        shipped_presets()
    )
    check_chinese(run(home, "presets", "list", "--lang", "zh").stdout)
    for name in ("sd15-anime-character", "sdxl-style-16gb"):
        shown = run(home, "presets", "show", name)
        assert (shown.returncode, shown.stderr) == (0, "")
        assert files.parse_toml(shown.stdout)["network"]["dim"] == 16
        check_chinese(run(home, "presets", "show", name, "--lang", "zh").stdout)
    shown = run(home, "presets", "show", "sdxl-style-16gb", "--all", "--json")
    settings = {setting["key"]: setting["value"] for setting in json.loads(shown.stdout)["settings"]}
    assert settings["dataset.resolution"] == 768 and settings["model.vae"] is None


def test_presets_of_ones_own(home: Path, tmp_path: Path) -> None:
    made = run(home, "presets", "new", "sd15-style", "--from", "sd15-style-8gb")
    path = home / "presets" / "sd15-style.toml"
    assert (
        made.returncode == 0
        and str(path) in made.stdout.replace("\n", "")
        and "preset.shadowing" in made.stderr
    )
    assert run(home, "presets", "new", "sd15-style").returncode == 2
    assert run(home, "presets", "check", "sd15-style").returncode == 0
    script = tmp_path / "editor.sh"
    script.write_text('#!/bin/sh\nprintf "[network]\\ndmi = 7\\nalpha = -1\\n" > "$1"\n', encoding="utf-8")
    script.chmod(0o755)
    edited = run(home, "presets", "edit", "sd15-style", EDITOR=str(script), VISUAL="")
    assert edited.returncode == 3 and "preset.unknown_key_close" in edited.stderr
    found = run(home, "presets", "check", str(path), "--json")
    codes = [finding["code"] for finding in json.loads(found.stdout)]
    assert (found.returncode, codes) == (3, ["preset.unknown_key_close", "preset.out_of_range"])
    assert "does not load" in run(home, "presets", "list").stdout
    for words in (("list",), ("check", "sd15-style"), ("new", "neu", "--lang", "zh")):
        done = run(home, "presets", *words, KOHYA_DRIVER_LANG="zh")
        check_chinese(done.stdout + done.stderr)


def test_models(home: Path, tmp_path: Path) -> None:
    write_base(tmp_path / "底模 bases" / "good.safetensors", "sdxl")
    (tmp_path / "底模 bases" / "page.safetensors").write_text("<html>", encoding="utf-8")
    found = json.loads(run(home, "models", "list", tmp_path / "底模 bases", "--json").stdout)
    assert [(model["name"], model["family"], model["is_usable"]) for model in found["models"]] == [
        ("good.safetensors", "sdxl", True), ("page.safetensors", "", False),
    ]  # fmt: skip
    listed = run(home, "models", "list", tmp_path / "底模 bases")
    assert listed.returncode == 0 and "good.safetensors" in listed.stdout and "sdxl" in listed.stdout
    check_chinese(run(home, "models", "list", tmp_path / "底模 bases", "--lang", "zh").stdout)
    assert run(home, "models", "list", tmp_path / "no").returncode == 2
    nothing = run(home, "models", "list", HOME=str(tmp_path / "nobody")).stdout
    assert "kohya-driver models list FOLDER" in nothing
    shown = run(home, "models", "catalogue", "--lang", "zh").stdout
    for model in known_models().models.values():
        # The names of models and licences are the same in every language.
        assert model.repo in shown and model.zh[:8] in shown
    assert "read its page" not in shown
    assert len(json.loads(run(home, "models", "catalogue", "--json").stdout)["models"]) >= 10


def test_getting_a_model(home: Path, tmp_path: Path) -> None:
    base = write_base(tmp_path / "b.safetensors").read_bytes()
    name = "stable-diffusion-v1-5/stable-diffusion-v1-5"
    with serve(Hub({f"{name}/{REVISION}/v1-5-pruned-emaonly.safetensors": base}, piece_seconds=0.05)) as hub:
        child = start("models", "get", "sd15", env=environment(home, HF_ENDPOINT=hub.address), cwd=tmp_path)
        deadline = time.monotonic() + SECONDS
        while not any("/resolve/" in path for path, _ in hub.asked):
            assert child.poll() is None and time.monotonic() < deadline
            time.sleep(0.05)
        child.send_signal(signal.SIGINT)
        stopped = finish(child)
        assert stopped.returncode == 130 and "the same command goes on" in stopped.stderr
        assert not list((home / "models").glob("*.safetensors"))
        hub.piece_seconds = 0.0
        would = run(home, "models", "get", "sd15", "--dry-run", "--lang", "zh", HF_ENDPOINT=hub.address)
        check_chinese(would.stdout.replace("CreativeML Open RAIL-M", ""))
        got = run(home, "models", "get", "sd15", HF_ENDPOINT=hub.address)
        path = home / "models" / "v1-5-pruned-emaonly.safetensors"
        assert got.returncode == 0 and str(path) in got.stdout and path.read_bytes() == base
        hub.gated = True
        again = json.loads(run(home, "models", "get", "sd15", "--json", HF_ENDPOINT=hub.address).stdout)
        assert again["is_done"] and again["licence"] == "CreativeML Open RAIL-M"
        refused = run(
            home, "models", "get", "sd15", "--to", tmp_path / "x", "--lang", "zh", HF_ENDPOINT=hub.address
        )
        assert refused.returncode == 5 and "models.hub_gated" in refused.stderr
        check_chinese(refused.stderr)


def test_engine_status(home: Path) -> None:
    value = json.loads(run(home, "engine", "status", "--json").stdout)
    assert value["installed"] is False and value["path"].startswith(str(home)) and value["sources"]
    check_chinese(run(home, "engine", "status", KOHYA_DRIVER_LANG="zh").stdout)
    install_stand_in(home)
    assert json.loads(run(home, "engine", "status", "--json").stdout)["installed"] is True
    removed = run(home, "engine", "remove")
    assert (removed.returncode, removed.stderr) == (0, "") and "removed" in removed.stdout
    assert json.loads(run(home, "engine", "status", "--json").stdout)["installed"] is False


def test_train_and_show(home: Path, preset: Path) -> None:
    install_stand_in(home)
    done = run(home, "train", preset, LC_ALL="C", PYTHONWARNINGS="error")
    assert (done.returncode, done.stderr) == (0, "")
    check_silence(done)
    folder = preset.parent / "runs" / "ning-001"
    final = folder / "models" / "ning.safetensors"
    assert str(final) in done.stdout and final.exists()
    shown = run(home, "show", folder)
    assert (shown.returncode, shown.stderr) == (0, "")
    assert "Done: 18 steps" in shown.stdout and str(final) in shown.stdout
    check_silence(shown)
    check_chinese(run(home, "show", folder, "--lang", "zh").stdout)
    value = json.loads(run(home, "show", folder, "--json").stdout)
    assert (value["state"], value["result"]["final"], value["snapshot"]["step"]) == (
        "succeeded",
        str(final),
        18,
    )
    (folder / "result.json").unlink()
    assert json.loads(run(home, "show", folder, "--json").stdout)["state"] == "succeeded"  # judged anew
    (folder / "result.json").unlink()
    (folder / "trainer.json").unlink()
    assert json.loads(run(home, "show", folder, "--json").stdout)["state"] == "cut off"
    assert "cut off" in run(home, "show", folder).stdout


def test_train_as_json(home: Path, preset: Path) -> None:
    install_stand_in(home)
    done = run(home, "train", preset, "--json")
    kinds = [json.loads(line)["kind"] for line in done.stdout.splitlines()]
    assert (done.returncode, done.stderr) == (0, "")
    assert kinds[0] == "run_started" and kinds[-1] == "run_finished" and kinds.count("step") == 18


def test_a_training_that_fails(home: Path, preset: Path) -> None:
    install_stand_in(home)
    done = run(home, "train", preset, STAND_IN="crash")
    assert done.returncode == 9
    assert (
        "ImportError: No bitsandbytes" in done.stderr
        and "run.engine_failed" in done.stderr
        and "→" in done.stderr
    )
    chinese = run(home, "train", preset, STAND_IN="nan", KOHYA_DRIVER_LANG="zh")
    assert chinese.returncode == 9 and "run.final_not_finite" in chinese.stderr
    check_chinese(chinese.stderr)


@pytest.mark.parametrize(
    "typed", ["--help", "plan PRESET", "plan PRESET --json", "presets list", "engine status --json"]
)
def test_nobody_reads(home: Path, preset: Path, typed: str) -> None:
    """As with `| head -1`, but at the first byte."""
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        command(*(str(preset) if part == "PRESET" else part for part in typed.split())),
        env=environment(home), cwd=preset.parent, stdout=writing, stderr=subprocess.PIPE, encoding="utf-8", timeout=SECONDS,
    )  # fmt: skip
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("typed", ["--help", "plan PRESET", "presets list", "engine status", "show PRESET"])
def test_any_locale_and_no_warning(home: Path, preset: Path, typed: str) -> None:
    """A terminal that cannot show Chinese gets something else in its place."""
    arguments = [str(preset) if part == "PRESET" else part for part in typed.split()]
    ascii_only = {"PYTHONIOENCODING": "ascii", "LC_ALL": "C", "KOHYA_DRIVER_LANG": "zh"}
    done = run(home, *arguments, PYTHONWARNINGS="error", **ascii_only)
    assert done.returncode == (8 if typed.startswith("show") else 0), done.stderr
    assert (done.stdout + done.stderr).isascii()
    check_silence(done)


def test_colours_only_where_they_are_wanted(home: Path, preset: Path) -> None:
    def plan_in_terminal(**more: str) -> str:
        window, inside = os.openpty()
        env = environment(home, TERM="xterm-256color", **more)
        with subprocess.Popen(
            command("plan", preset), env=env, stdin=inside, stdout=inside, stderr=inside
        ) as child:
            os.close(inside)
            shown = b""
            try:
                while data := os.read(window, 1 << 16):
                    shown += data
            except OSError:  # the end of a terminal is an error on Linux
                pass
        os.close(window)
        assert child.returncode == 0
        return shown.decode()

    colour = re.compile(r"\x1b\[[\d;]*(?:[349]\d)[\d;]*m")
    assert colour.search(plan_in_terminal())
    assert not colour.search(plan_in_terminal(NO_COLOR="1"))


def test_help_is_instant(home: Path) -> None:
    """Nothing heavy is loaded for it."""
    heavy = "pydantic", "rich", "git", "PIL", "onnxruntime", "psutil"
    script = "import sys; sys.argv = ['x', '--help']\ntry:\n    from kohya_driver.cli.main import main; main()\nexcept SystemExit:\n    pass\n"
    script += f"sys.exit(' '.join(set({heavy}) & set(sys.modules)) or 0)"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, env=environment(home)
    )
    assert done.returncode == 0, done.stderr
