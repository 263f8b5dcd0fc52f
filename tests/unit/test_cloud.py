"""Trainings on rented machines: the plan for there, what goes up, the task, and how such a run is seen here."""

from __future__ import annotations

import io
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from rich.console import Console

from kohya_driver import api, files, process, texts
from kohya_driver.cli.main import main
from kohya_driver.cloud import start, sync
from kohya_driver.cloud.following import kept_in_step
from kohya_driver.cloud.machine import ONE_CARD, Rented, extras_for, read_gpu
from kohya_driver.cloud.start import prepare_rental, task_text
from kohya_driver.cloud.task import cluster_name, run_script
from kohya_driver.cloud.upload import build_upload, requirements
from kohya_driver.errors import DriverError, HostError, RunError, UsageError
from kohya_driver.preset.load import load_preset
from kohya_driver.run.overview import overview
from kohya_driver.run.registry import find_run
from kohya_driver.run.remote import Remote, read_mark, write_mark
from kohya_driver.views.cloud import print_rental
from tests.project import write_base, write_picture, write_project

NVIDIA = "[optimizer]\ntype = 'AdamW8bit'\n[precision]\nmixed_precision = 'fp16'\nfull_fp16 = true\n[launch]\ndevice = 'mps'\n"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KOHYA_DRIVER_HOME", str(tmp_path / "home"))
    return write_project(tmp_path / "我的 项目", extra=NVIDIA)


def rental_of(path: Path, rented: Rented = ONE_CARD, *sets: str) -> api.Rental:
    return api.plan_cloud(load_preset(path, sets=sets), rented)


def task_of(rental: api.Rental) -> dict[str, Any]:
    prepare_rental(rental)
    loaded: dict[str, Any] = yaml.safe_load(rental.task_file.read_text(encoding="utf-8"))
    return loaded


# --- the plan is for the machine that trains


def test_nothing_is_taken_away_that_works_there(project: Path) -> None:
    """What is refused or changed on a Mac stays as it is on a card; what its environment is to have is installed."""
    rental = rental_of(project)
    assert not rental.plan.errors
    told = rental.plan.training_config
    assert (rental.plan.device, told["optimizer_type"]) == ("cuda", "AdamW8bit")
    assert (told["mixed_precision"], told["full_fp16"]) == ("fp16", True)
    assert not [one for one in rental.plan.overrides if one.before is not None]
    setup = task_of(rental)["setup"]
    assert "--no-deps bitsandbytes" in setup and "xformers" not in setup


def test_every_card_has_a_process(project: Path) -> None:
    plan = rental_of(project, Rented("A100", cards=4, nodes=2)).plan
    assert not plan.errors
    assert (plan.distribution.processes, plan.distribution.machines) == (8, 2)
    assert plan.effective_batch == 8 and plan.batches_per_epoch == 3


def test_what_cannot_be_done_there_is_refused_before_anything_is_written(project: Path) -> None:
    rental = rental_of(project, Rented("A100", cards=32))
    assert "launch.few_batches" in {one.code for one in rental.plan.errors}
    with pytest.raises(DriverError):
        prepare_rental(rental)
    assert not rental.plan.folder.exists()


def test_a_processor_alone(project: Path) -> None:
    rental = rental_of(project, Rented(*read_gpu("none")))
    assert rental.plan.device == "cpu" and rental.upload.preset["launch"]["device"] == "cpu"
    assert rental.plan.training_config["optimizer_type"] == "AdamW"
    assert "accelerators" not in task_of(rental)["resources"]


@pytest.mark.parametrize(
    ("text", "read"),
    [("A10G", ("A10G", 1)), ("A100:4", ("A100", 4)), ("RTX-4090:2", ("RTX-4090", 2)), ("none", ("", 0))],
)
def test_a_card(text: str, read: tuple[str, int]) -> None:
    assert read_gpu(text) == read


@pytest.mark.parametrize("text", ["", "A100:0", "4", "A100:x", "a;b"])
def test_no_card(text: str) -> None:
    with pytest.raises(UsageError) as raised:
        read_gpu(text)
    assert raised.value.code == "cloud.gpu"


# --- what goes up


def test_every_file_has_its_place_there(project: Path) -> None:
    folder = project.parent
    write_picture(folder / "more" / "3_cat" / "a.png")
    write_picture(folder / "reg" / "1_person" / "a.png")
    write_base(folder / "vae.safetensors")
    (folder / "preset.toml").write_text(
        project.read_text(encoding="utf-8")
        + '[[dataset.subsets]]\nimage_dir = "more/3_cat"\n[saving]\noutput_dir = "out"\n',
        encoding="utf-8",
    )
    sets = ('dataset.reg_data_dir="reg"', 'model.vae="vae.safetensors"', "launch.num_processes=3")
    upload = build_upload(load_preset(project, sets=sets), Rented())
    assert upload.mounts == {
        "pictures/image": folder / "image",
        "regularization/reg": Path("reg").absolute(),
        "subsets/0/3_cat": folder / "more" / "3_cat",
        "models/base.safetensors": folder / "base.safetensors",
        "models/vae/vae.safetensors": Path("vae.safetensors").absolute(),
    }
    said = upload.preset
    assert (
        said["dataset"]["train_data_dir"] == "pictures/image"
        and said["model"]["base"] == "models/base.safetensors"
    )
    assert said["dataset"]["subsets"] == [{"image_dir": "subsets/0/3_cat"}]
    assert said["launch"] == {"device": "cuda", "num_processes": 1, "num_machines": 1}
    assert "output_dir" not in said["saving"]


def test_a_name_on_the_hub_stays_a_name(project: Path) -> None:
    upload = build_upload(load_preset(project, sets=['model.base="owner/name"']), Rented())
    assert upload.preset["model"]["base"] == "owner/name"
    assert not [place for place in upload.mounts if place.startswith("models")]


@pytest.mark.parametrize(
    ("base", "told"),
    [("owner/some-base-1.0", "base_there"), ("/nowhere/x.safetensors", "base_missing"), ("", "base_up")],
)
def test_where_the_base_is(project: Path, base: str, told: str) -> None:
    preset = load_preset(project, base=base or None)
    rental = api.plan_cloud(preset, Rented())
    console = Console(width=300, file=io.StringIO())
    print_rental(rental, console)
    assert isinstance(console.file, io.StringIO)
    assert texts.say(f"cloud.{told}", base=rental.plan.base) in console.file.getvalue()


def test_the_preset_there_is_a_preset(project: Path, tmp_path: Path) -> None:
    """It is read back from where the files will lie, and plans the same steps."""
    rental = rental_of(project)
    task = task_of(rental)
    there = lay_out(task, tmp_path / "there")
    plan = api.plan(load_preset(there / "kohya" / rental.name / "preset.toml"), host=Rented().host())
    assert not plan.errors
    assert (plan.steps, plan.images) == (rental.plan.steps, rental.plan.images)


def lay_out(task: dict[str, Any], home: Path) -> Path:
    """What SkyPilot does with file_mounts."""
    for place, local in task["file_mounts"].items():
        target = home / place.removeprefix("~/")
        target.parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if Path(local).is_dir() else shutil.copy)(local, target)
    return home


def test_this_very_program_goes_up(project: Path) -> None:
    mounts = task_of(rental_of(project))["file_mounts"]
    assert Path(mounts["~/kohya/app/kohya_driver"], "__main__.py").is_file()
    for place in ("vendor", "presets"):
        assert Path(mounts[f"~/kohya/app/{place}"]).is_dir()
    needed = requirements()
    assert any(one.startswith("pydantic>=") for one in needed) and not any(
        "extra ==" in one for one in needed
    )


# --- the task


@pytest.mark.parametrize("nodes", [1, 2])
def test_the_scripts_are_scripts(project: Path, nodes: int) -> None:
    task = task_of(rental_of(project, Rented("A10G", nodes=nodes)))
    for name in ("setup", "run"):
        done = subprocess.run(["bash", "-n"], input=task[name], text=True, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr
    assert ("SKYPILOT_NODE_RANK" in task["run"]) == (nodes == 2)


def test_each_node_is_told_who_it_is(tmp_path: Path) -> None:
    """The run's script, with a stand-in for the program that prints what it is given."""
    python = tmp_path / "kohya" / "venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n', encoding="utf-8")
    python.chmod(0o755)
    (tmp_path / "kohya" / "ning-001").mkdir()
    done = subprocess.run(
        ["bash", "-c", run_script("ning-001", Rented(nodes=2))],
        env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin", "SKYPILOT_NODE_RANK": "1", "SKYPILOT_NODE_IPS": "10.0.0.1\n10.0.0.2"},
        text=True, capture_output=True, check=True,
    )  # fmt: skip
    assert done.stdout.split("\n")[2:] == [
        "train", "preset.toml", "--plain", "--set", "launch.machine_rank=1", "--set", 'launch.main_process_ip="10.0.0.1"', "",
    ]  # fmt: skip


def test_what_is_asked_of_the_provider(project: Path) -> None:
    rented = Rented("L4", cards=2, infra="gcp/us-central1", spot=True, disk_gb=200, idle_minutes=5)
    task = task_of(rental_of(project, rented))
    assert task["resources"] == {
        "disk_size": 200, "autostop": {"idle_minutes": 5, "down": False}, "accelerators": "L4:2",
        "infra": "gcp/us-central1", "use_spot": True,
    }  # fmt: skip


@pytest.mark.parametrize("name", ["ning-001", "宁光-001", "A" * 90, "-x-", "宁"])
def test_a_cluster_has_a_name_that_providers_take(name: str) -> None:
    made = cluster_name(name)
    assert made.isascii() and len(made) <= 40 and made[0].isalpha() and made[-1].isalnum()
    assert set(made) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")


def test_a_source_is_passed_on(project: Path) -> None:
    rental = api.plan_cloud(load_preset(project), source="https://example.org/sd scripts.git")
    assert "--source 'https://example.org/sd scripts.git'" in task_of(rental)["setup"]


# --- starting it


def test_it_is_started_by_skypilot(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(start, "find_sky", lambda: "/bin/sky")
    commands: list[Sequence[str]] = []
    rental = rental_of(project)

    def launch(command: Sequence[str]) -> int:
        commands.append(command)
        return 0

    run = start.start_rental(rental, launch=launch)
    assert commands == [["/bin/sky", "launch", "-c", rental.cluster, "-d", str(rental.task_file)]]
    assert run.state() == "running" and run.folder == rental.plan.folder
    assert find_run(run.folder.name) == run
    mark = read_mark(run.folder)
    assert mark and (mark.host, mark.project) == (rental.cluster, f"~/kohya/{rental.name}")
    assert mark.folder == f"~/kohya/{rental.name}/runs/ning-001"


def test_who_said_yes_is_asked_by_nobody(project: Path) -> None:
    assert "-y" in start.launch_command(rental_of(project), yes=True)


def test_a_start_that_fails_leaves_the_task(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(start, "find_sky", lambda: "/bin/sky")
    rental = rental_of(project)
    with pytest.raises(RunError) as raised:
        start.start_rental(rental, launch=lambda command: 1)
    assert raised.value.code == "cloud.not_started"
    assert rental.task_file.is_file() and api.open_run(rental.plan.folder).state() == "cut off"


def test_without_skypilot_the_task_is_written(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(api, "find_sky", lambda: None)
    monkeypatch.setattr(start, "find_sky", lambda: None)
    assert main(["cloud", str(project), "--yes"]) == 0
    told = capsys.readouterr().out
    assert "task.yaml" in told and "uv tool install" in told and "sky launch -c" in told
    with pytest.raises(RunError) as raised:
        start.start_rental(rental_of(project))
    assert raised.value.code == "cloud.no_skypilot"


def test_it_asks_before_it_costs_anything(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(api, "find_sky", lambda: "/bin/sky")
    assert main(["cloud", str(project)]) == UsageError.exit_code
    assert not (project.parent / "runs").exists()
    assert "--yes" in capsys.readouterr().err


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_a_dry_run_shows_and_writes_nothing(
    project: Path, capsys: pytest.CaptureFixture[str], language: str
) -> None:
    assert main(["--lang", language, "cloud", str(project), "--dry-run", "--gpu", "A100:2"]) == 0
    told = capsys.readouterr().out
    assert "A100:2" in told and "90" in told and "base.safetensors" in told
    assert not (project.parent / "runs").exists()


def test_a_file_of_ones_own(project: Path, tmp_path: Path) -> None:
    assert main(["cloud", "start", str(project), "--write", str(tmp_path / "t.yaml"), "--json"]) == 0
    task = yaml.safe_load((tmp_path / "t.yaml").read_text(encoding="utf-8"))
    assert Path(task["file_mounts"]["~/kohya/ning-001/preset.toml"]) == tmp_path / "t.preset.toml"
    assert not (project.parent / "runs").exists()


# --- how it is seen here


@pytest.fixture
def elsewhere(project: Path, tmp_path: Path) -> api.Run:
    """A run whose folder "there" is on this machine."""
    run = prepare_rental(rental_of(project))
    there = tmp_path / "there" / "runs" / "ning-001"
    there.mkdir(parents=True)
    shutil.copy(run.plan_file, there)
    write_mark(run.folder, Remote("", str(there), str(tmp_path / "there"), "A10G:1"))
    return run


needs_rsync = pytest.mark.skipif(shutil.which("rsync") is None, reason="rsync is not installed here")


@needs_rsync
def test_its_files_are_fetched(elsewhere: api.Run) -> None:
    mark = read_mark(elsewhere.folder)
    assert mark
    there = Path(mark.folder)
    (there / "models").mkdir()
    (there / "models" / "ning.safetensors").write_bytes(b"lora")
    (there / "states").mkdir()
    (there / "states" / "large").write_bytes(b"x")
    (there / "supervisor.json").write_text('{"pid": 999999999, "started": 1}', encoding="utf-8")
    told = api.sync_run(elsewhere)
    assert (elsewhere.folder / "models" / "ning.safetensors").read_bytes() == b"lora"
    assert not (elsewhere.folder / "states").exists() and not (elsewhere.folder / "supervisor.json").exists()
    assert not told.alive and told.synced > 0 and elsewhere.state() == "cut off"
    assert (elsewhere.folder / "cloud" / "task.yaml").is_file()


@needs_rsync
def test_whether_it_lives_is_asked_there(elsewhere: api.Run) -> None:
    """Before it has begun it does; then as long as its supervisor does."""
    import os

    assert api.sync_run(elsewhere).alive
    mark = read_mark(elsewhere.folder)
    assert mark
    holder = Path(mark.folder) / "supervisor.json"
    files.write_json(holder, {"pid": os.getpid(), "started": 1.0, "engine_pid": 0})
    assert api.sync_run(elsewhere).alive and elsewhere.state() == "running"
    files.write_json(Path(mark.folder) / "result.json", {"outcome": "succeeded"})
    assert not api.sync_run(elsewhere).alive


@needs_rsync
def test_it_is_kept_in_step_while_somebody_watches(elsewhere: api.Run) -> None:
    fetched: list[api.Run] = []
    with kept_in_step(elsewhere, every_seconds=0.01, fetch=fetched.append):
        while len(fetched) < 3:
            pass
    assert set(map(id, fetched)) == {id(elsewhere)}


def test_a_run_of_this_machine_needs_no_fetching(tmp_path: Path) -> None:
    with kept_in_step(api.Run(tmp_path), fetch=lambda run: pytest.fail("fetched")):
        pass
    with pytest.raises(RunError) as raised:
        sync.fetch_run(api.Run(tmp_path))
    assert raised.value.code == "remote.local_run"


def test_a_machine_that_does_not_answer(elsewhere: api.Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: f"/bin/{name}")

    def silent(command: Sequence[str], **options: Any) -> process.ToolResult:
        return process.ToolResult(255, "ssh: connect to host kohya-x port 22: Connection timed out")

    with pytest.raises(RunError) as raised:
        sync.fetch_run(elsewhere, tool=silent)
    assert raised.value.code == "remote.unreachable" and "timed out" in str(raised.value)


def test_without_rsync(elsewhere: api.Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(HostError) as raised:
        sync.fetch_run(elsewhere)
    assert raised.value.code == "remote.no_rsync"


def test_over_ssh(elsewhere: api.Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is said to ssh and rsync of a SkyPilot cluster, whose name ssh knows."""
    monkeypatch.setattr(shutil, "which", lambda name: f"/bin/{name}")
    write_mark(
        elsewhere.folder, Remote("kohya-ning-001", "~/kohya/ning-001/runs/ning-001", "~/kohya/ning-001")
    )
    said: list[Sequence[str]] = []

    def tool(command: Sequence[str], **options: Any) -> process.ToolResult:
        said.append(command)
        return process.ToolResult(0, "")

    sync.fetch_run(elsewhere, tool=tool)
    sync.ask_there(elsewhere, "stop", "--no-wait", tool=tool)
    asked, fetched, stopped = said
    assert asked[0] == "ssh" and asked[-2] == "kohya-ning-001" and "kill -0" in asked[-1]
    assert fetched[0] == "rsync" and fetched[-2] == "kohya-ning-001:kohya/ning-001/runs/ning-001/"
    assert fetched[-1] == f"{elsewhere.folder}/"
    assert stopped[-1].endswith('driver stop "$HOME"/kohya/ning-001/runs/ning-001 --no-wait')
    assert 'cd "$HOME"/kohya/ning-001' in stopped[-1]


def test_where_it_trains_is_told(elsewhere: api.Run, capsys: pytest.CaptureFixture[str]) -> None:
    mark = read_mark(elsewhere.folder)
    assert mark
    write_mark(elsewhere.folder, replace(mark, host="kohya-ning-001"))
    told = overview(elsewhere)
    assert (told.state, told.host) == ("running", "kohya-ning-001")
    assert main(["runs", str(elsewhere.folder.parent)]) == 0
    assert "@kohya-ning-001" in capsys.readouterr().out
    assert main(["watch", str(elsewhere.folder), "--once"]) == 0
    assert "A10G:1 (kohya-ning-001)" in capsys.readouterr().out
    assert main(["watch", str(elsewhere.folder), "--once", "--plain"]) == 0
    assert "@kohya-ning-001" in capsys.readouterr().out


def test_it_goes_on_only_there(elsewhere: api.Run) -> None:
    mark = read_mark(elsewhere.folder)
    assert mark
    write_mark(elsewhere.folder, replace(mark, alive=False))
    with pytest.raises(RunError) as raised:
        api.resume(elsewhere.folder)
    assert raised.value.code == "remote.cannot_resume"


def test_a_torn_mark_is_none(tmp_path: Path) -> None:
    (tmp_path / "remote.json").write_text('{"host": "x"', encoding="utf-8")
    assert read_mark(tmp_path) is None
    (tmp_path / "remote.json").write_text(
        '{"host": "x", "folder": "/a", "project": "/", "newer": 1}', encoding="utf-8"
    )
    assert read_mark(tmp_path) == Remote("x", "/a", "/")


@pytest.mark.parametrize("host", ["-oProxyCommand=touch /tmp/x", "a b", "a;b", 7])
def test_a_mark_that_names_no_host_is_none(tmp_path: Path, host: object) -> None:
    """It is said to ssh, and a run's folder may come from anybody."""
    files.write_json(tmp_path / "remote.json", {"host": host, "folder": "/a", "project": "/"})
    assert read_mark(tmp_path) is None


def test_what_is_installed_beside(project: Path) -> None:
    assert extras_for(load_preset(project)) == {"bitsandbytes"}
    assert not extras_for(load_preset(project, sets=["optimizer.type=AdamW"]))
    assert "engine install --engine embedded" in task_text_of(project, "launch.engine=embedded")


def task_text_of(path: Path, *sets: str) -> str:
    rental = rental_of(
        path,
        Rented(),
        "optimizer.type=AdamW",
        "precision.mixed_precision=no",
        "precision.full_fp16=false",
        *sets,
    )
    prepare_rental(rental)
    return task_text(rental, rental.preset_file)


@needs_rsync
def test_at_first_nothing_is_there(elsewhere: api.Run) -> None:
    """The machine is made and the engine installed: it is on its way, and no error."""
    mark = read_mark(elsewhere.folder)
    assert mark
    shutil.rmtree(mark.folder)
    told = api.sync_run(elsewhere)
    assert told.alive and not told.synced and elsewhere.state() == "running"
