"""The next step in a folder: every situation made for real in a folder, and what `kohya-driver` says there."""

from __future__ import annotations

import json
import os
import re
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from kohya_driver import files, process, texts
from kohya_driver.cli.main import build_parser, main
from kohya_driver.exchange import formats
from kohya_driver.exchange.model import FORMATS, Format
from kohya_driver.guidance.look import MODEL_BYTES, SETTINGS_BYTES, look
from kohya_driver.guidance.model import Here
from kohya_driver.guidance.step import next_step
from kohya_driver.run.noted import remember_run
from tests import exchanged
from tests.faults.stand_in_engine import environment, install_stand_in
from tests.project import write_picture, write_project

Make = Callable[[Path], object]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder in which one stands, on a machine where nothing was done."""
    folder = tmp_path / "我的 folder"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("KOHYA_DRIVER_HOME", str(tmp_path / "home"))
    return folder


def home() -> Path:
    return files.home()


def a_run(folder: Path, outcome: str = "", *, name: str = "ning-001", age: float = -100) -> Path:
    """A run's folder as far as the next step looks: begun some seconds before now."""
    run = folder / "runs" / name
    files.write_json(run / "plan.json", {})
    moment = run.stat().st_mtime + age
    os.utime(run / "plan.json", (moment, moment))
    if outcome:
        files.write_json(run / "result.json", {"outcome": outcome})
    return run


def a_preset(folder: Path, *, age: float = -200) -> Path:
    preset = write_project(folder)
    moment = preset.stat().st_mtime + age
    os.utime(preset, (moment, moment))
    return preset


def ready(folder: Path) -> None:
    install_stand_in(home())
    a_preset(folder)


def run_with(outcome: str) -> Make:
    def make(folder: Path) -> None:
        ready(folder)
        a_run(folder, outcome)

    return make


def going_on(folder: Path) -> None:
    """This process stands for the supervisor."""
    run = a_run(folder)
    facts = {"folder": str(run), "pid": os.getpid(), "started": process.own_start()}
    files.write_json(home() / "training.json", facts)


def dead_holder(folder: Path) -> None:
    run = a_run(folder)
    files.write_json(home() / "training.json", {"folder": str(run), "pid": os.getpid(), "started": 1.0})


def changed(folder: Path) -> None:
    install_stand_in(home())
    a_preset(folder, age=0)
    a_run(folder, "failed")


def other_engine(folder: Path) -> None:
    preset = a_preset(folder)
    preset.write_text(
        preset.read_text(encoding="utf-8") + '[launch]\nengine = "embedded"\n', encoding="utf-8"
    )


def photos(folder: Path, *, count: int = 3, caption: str | None = None) -> None:
    for number in range(count):
        write_picture(folder / f"图 {number}.jpg", caption=caption)


def captioned_otherwise(folder: Path) -> None:
    photos(folder, caption="a")
    photos(folder / "6_x", caption="b")


def base_here(folder: Path) -> None:
    photos(folder / "photos")
    with (folder / "any v5.safetensors").open("wb") as file:
        file.truncate(MODEL_BYTES)


def concepts(folder: Path) -> None:
    photos(folder / "image" / "6_ning", caption="ning, 1girl, smile")


def project_of_photos(folder: Path) -> None:
    photos(folder / "photos")
    install_stand_in(home())
    a_preset(folder / "ning")
    files.write_json(
        folder / "ning" / "manifest.json", {"request": {"images": str(folder / "photos"), "concepts": []}}
    )


def both_projects(folder: Path) -> None:
    install_stand_in(home())
    a_preset(folder / "a")
    a_preset(folder / "z")
    os.utime(folder / "z", (1, 1))


def broken(folder: Path) -> None:
    (folder / "preset.toml").write_text("[model\nbase = 1", encoding="utf-8")


def foreign(folder: Path) -> None:
    (folder / "notes.json").write_text("{}", encoding="utf-8")
    files.write_json(folder / "kohya.json", {"pretrained_model_name_or_path": "x", "LoRA_type": "Standard"})


def names_what_is_not_here(folder: Path) -> None:
    ready(folder)
    (folder / "base.safetensors").unlink()


def pictures_that_are_not_here(folder: Path) -> None:
    text = '[[dataset.subsets]]\nimage_dir = "C:\\\\train\\\\6_x"\n[model]\nbase = "owner/some-base-1.0"\n'
    (folder / "preset.toml").write_text(text, encoding="utf-8")


def trained_once(folder: Path) -> None:
    remember_run(a_run(folder.parent / "elsewhere", "succeeded"))


TRAIN = "train sd15-anime-character --images"
SITUATIONS: dict[str, tuple[Make, str, str]] = {
    "nothing, on a new machine": (lambda folder: None, "first", "quickstart"),
    "nothing": (trained_once, "own", "init my-lora --images DIR --trigger WORD --base FILE --style anime"),
    "photos here": (photos, "pictures", "init ../my-lora --images . --trigger WORD --base FILE --style anime"),
    "photos one below": (lambda folder: photos(folder / "photos"), "pictures", "init my-lora --images photos --trigger WORD --base FILE --style anime"),
    "photos and a base": (base_here, "pictures", "init my-lora --images photos --trigger WORD --base any v5.safetensors --style anime"),
    "captioned": (lambda folder: photos(folder / "set", caption="ning, smile"), "captioned", f"{TRAIN} set --trigger ning --base FILE"),
    "captioned, no common word": (captioned_otherwise, "captioned", f"{TRAIN} . --trigger WORD --base FILE"),
    "prepared": (concepts, "captioned", f"{TRAIN} image --trigger ning --base FILE"),
    "settings of another program": (foreign, "foreign", "import kohya.json"),
    "a preset whose base is not here": (names_what_is_not_here, "missing", "plan preset.toml"),
    "a preset whose pictures are elsewhere": (pictures_that_are_not_here, "missing", "plan preset.toml"),
    "a preset that is broken": (broken, "broken", "presets check preset.toml"),
    "a preset, no engine": (a_preset, "no_engine", "engine install"),
    "a preset, not its engine": (other_engine, "no_engine", "engine install --engine embedded"),
    "a preset, all there": (ready, "ready", "train preset.toml"),
    "made from these photos": (project_of_photos, "ready", "train ning/preset.toml"),
    "two projects below": (both_projects, "ready", "train a/preset.toml"),
    "going on": (going_on, "running", "watch"),
    "a dead holder": (dead_holder, "cut_off", "resume runs/ning-001"),
    "cut off": (run_with(""), "cut_off", "resume runs/ning-001"),
    "stopped": (run_with("stopped"), "stopped", "resume runs/ning-001"),
    "failed": (run_with("failed"), "failed", "show runs/ning-001"),
    "finished": (run_with("succeeded"), "finished", "report runs/ning-001 --open"),
    "changed since": (changed, "changed", "train preset.toml"),
    "runs alone": (lambda folder: a_run(folder, "stopped"), "stopped", "resume runs/ning-001"),
}  # fmt: skip


@pytest.mark.parametrize("name", SITUATIONS)
def test_situation(here: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    make, code, command = SITUATIONS[name]
    make(here)
    texts.use_language("en")
    step = next_step(look(Path()))
    assert (step.code, " ".join(step.command)) == (f"guidance.{code}", f"kohya-driver {command}")
    # The command line takes it, and says it in both languages.
    build_parser(step.command[1:]).parse_args(step.command[1:])
    for language in texts.LANGUAGES:
        assert main(["--lang", language]) == 0
        texts.use_language(language)
        said = capsys.readouterr().out
        assert said.startswith(texts.say(step.code, **step.values))
        assert said.endswith(texts.say("guidance.more") + "\n")
        shown = command.replace("any v5.safetensors", "'any v5.safetensors'")
        for blank in ("images", "trigger", "base"):
            english = texts.table("guidance")[f"guidance.blank_{blank}"][0]
            shown = re.sub(rf"\b{english}\b", texts.say(f"guidance.blank_{blank}"), shown)
        assert f"    kohya-driver {shown}\n" in said
    texts.use_language(None)


FILES: dict[Format, tuple[str, object]] = {
    "kohya_ss": ("a.json", exchanged.OLD_GUI),
    "sd-scripts": ("config.toml", exchanged.CONFIG),
    "command": ("train.sh", exchanged.SHELL),
    "easy-training": ("easy.toml", exchanged.EASY),
    "onetrainer": ("one.json", exchanged.ONETRAINER),
    "ai-toolkit": ("ai.yaml", exchanged.AITOOLKIT),
}


@pytest.mark.parametrize("source_format", FORMATS)
def test_every_format_of_an_import_is_known(here: Path, source_format: Format) -> None:
    """But for a LoRA, which says nothing of what is to be done with it."""
    if source_format == "lora":
        return
    name, text = FILES[source_format]
    for other, said in (
        ("package.json", "{}"),
        ("a.yml", "a: 1"),
        ("z.toml", "[tool.x]\nlearning_rate = 1\n"),
    ):
        exchanged.write(here, other, said)
    exchanged.write(here, "a data.toml", exchanged.DATASET if source_format == "sd-scripts" else "")
    exchanged.write(here, name, text)  # type: ignore[arg-type]
    assert look(here).foreign == name


def test_what_is_no_settings_is_not_looked_into(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What tells formats apart is slow to load."""
    monkeypatch.setattr(formats, "guess", lambda path, text: pytest.fail(f"{path} was looked into"))
    for number in range(3):
        exchanged.write(here, f"{number}.json", {"name": "x", "steps": 3})
    exchanged.write(here, "large.json", json.dumps(exchanged.OLD_GUI) + " " * SETTINGS_BYTES)
    assert look(here).foreign == ""


def test_every_situation_has_a_test() -> None:
    told = {f"guidance.{code}" for _, code, _ in SITUATIONS.values()}
    named = {code for code in texts.table("guidance") if "about_" not in code and "blank_" not in code}
    assert told == named - {"guidance.more"}


def test_in_a_runs_own_folder(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(a_run(here, "failed"))
    assert next_step(look(Path())).command == ("kohya-driver", "show", ".")


def test_a_folder_that_is_gone_or_full(here: Path) -> None:
    assert look(here / "nowhere") == Here()
    for number in range(300):
        (here / f"{number} things").mkdir()
    (here / "loop").symlink_to(here)
    (here / "nowhere.safetensors").symlink_to("nobody")
    (here / "preset.toml").mkdir()
    assert look(here) == Here()


def test_it_is_instant(here: Path) -> None:
    """0.3 seconds of a processor at most, and nothing heavy is loaded, also where there is much to see."""
    ready(here)
    a_run(here, "succeeded")
    for number in range(2000):
        (here / "image" / f"{number}.jpg").touch()
    heavy = "pydantic", "rich", "git", "PIL", "onnxruntime", "numpy", "huggingface_hub"
    script = "import sys; from kohya_driver.cli.main import main; code = main([]); "
    script += f"sys.exit(' '.join(set({heavy}) & set(sys.modules)) or code)"
    seconds = []
    for _ in range(5):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(
            [sys.executable, "-c", script], env=environment(home()), check=True, stdout=subprocess.DEVNULL
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    assert min(seconds) < 0.3
