"""Several processes and machines: what is planned for them, and which combinations are refused before anything starts."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from kohya_driver import api, texts
from kohya_driver.dataset.buckets import Bucket, DatasetCount
from kohya_driver.errors import RunError, Severity
from kohya_driver.host import Host, interface_towards
from kohya_driver.planning.arguments import accelerate_config
from kohya_driver.planning.distribution import PORT, Distribution
from kohya_driver.planning.memory import LAUNCHER_BYTES
from kohya_driver.planning.model import Plan
from kohya_driver.planning.schedule import build_schedule
from kohya_driver.preset.load import load_preset
from kohya_driver.run.attempt import begin_attempt, inside_settings
from kohya_driver.run.folder import Run
from kohya_driver.run.prepare import prepare_folder
from kohya_driver.run.recorder import Recorder
from kohya_driver.run.result import judge, result_of
from kohya_driver.run.resume import plan_resume
from kohya_driver.run.supervisor import Ended
from kohya_driver.views.plan import render_plan
from tests.project import CPU, CUDA, MAC, write_project
from tests.unit.test_plan import codes, overrides

MACHINES = ("launch.num_machines=2", 'launch.main_process_ip="127.0.0.1"')
CARDS = replace(CUDA, cards=4)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return write_project(tmp_path)


def plan_of(path: Path, *sets: str, host: Host = CPU) -> Plan:
    return api.plan(load_preset(path, sets=sets), host=host)


def option(plan: Plan, name: str) -> str:
    return plan.command[plan.command.index(name) + 1]


def test_one_process_is_started_as_ever(project: Path) -> None:
    plan = plan_of(project)
    assert plan.distribution == Distribution() and plan.effective_batch == 1
    assert "--multi_gpu" not in plan.command and "--num_processes" not in plan.command


def test_two_processes_share_the_batches(project: Path) -> None:
    """18 pictures in three shapes of six are 18 batches of one, or nine for each process."""
    plan = plan_of(project, "launch.num_processes=2", "training.gradient_accumulation_steps=2")
    assert codes(plan) == set()
    assert (plan.batches_per_epoch, plan.steps_per_epoch, plan.steps) == (9, 5, 50)
    assert plan.effective_batch == 4 and plan.warmup_steps == 5
    assert option(plan, "--num_processes") == "2" and option(plan, "--main_process_port") == "0"
    assert "--multi_gpu" in plan.command and "--cpu" not in plan.command
    assert plan.environment["ACCELERATE_USE_CPU"] == "true"
    assert Plan.from_json(plan.to_json()) == plan


def test_memory_is_needed_for_each_process(project: Path) -> None:
    one, two = plan_of(project), plan_of(project, "launch.num_processes=2")
    assert one.memory and two.memory
    assert 0 <= two.memory.peak_bytes - 2 * one.memory.peak_bytes <= LAUNCHER_BYTES


def test_the_second_of_two_machines(project: Path) -> None:
    plan = plan_of(project, *MACHINES, "launch.num_processes=4", "launch.machine_rank=1", host=CARDS)
    assert codes(plan) == set()
    assert plan.distribution == Distribution(4, 2, 1, "127.0.0.1", PORT, "lo")
    assert (plan.distribution.here, plan.distribution.is_main) == (2, False)
    assert (option(plan, "--machine_rank"), option(plan, "--main_process_ip")) == ("1", "127.0.0.1")
    assert option(plan, "--main_process_port") == str(PORT)
    for name in ("GLOO_SOCKET_IFNAME", "NCCL_SOCKET_IFNAME"):
        assert overrides(plan)[f"launch.interface:environment.{name}"] == (None, "lo")
    assert plan.safety["recover"] == 0 and overrides(plan)["launch.no_recovery:safety.recover"] == (2, 0)


def test_who_names_an_interface_is_heeded(project: Path) -> None:
    plan = plan_of(
        project, *MACHINES, "launch.num_processes=2", 'launch.env={GLOO_SOCKET_IFNAME="eth7"}', host=CARDS
    )
    assert plan.environment["GLOO_SOCKET_IFNAME"] == "eth7"


def test_cards_are_for_one_process_each(project: Path) -> None:
    plan = plan_of(project, "launch.num_processes=4", host=CARDS)
    assert plan.device == "cuda" and codes(plan) == set()
    assert "ACCELERATE_USE_CPU" not in plan.environment and "--multi_gpu" in plan.command
    assert plan.threads == 2


@pytest.mark.parametrize(
    ("host", "sets", "code"),
    [
        (CPU, ["launch.num_processes=3", *MACHINES], "launch.uneven"),
        (CPU, ["launch.num_processes=2", "launch.machine_rank=2", *MACHINES], "launch.rank_outside"),
        (CPU, ["launch.machine_rank=1"], "launch.rank_outside"),
        (CPU, ["launch.num_processes=2", "launch.num_machines=2"], "launch.no_address"),
        (CPU, ["launch.num_processes=2", "launch.num_machines=2", 'launch.main_process_ip="no.such.host.invalid"'], "launch.no_way"),
        (MAC, ["launch.num_processes=2"], "launch.on_mps"),
        (CUDA, ["launch.num_processes=2"], "launch.few_cards"),
        (CPU, ["launch.num_processes=32"], "launch.few_batches"),
    ],
)  # fmt: skip
def test_refused(project: Path, host: Host, sets: list[str], code: str) -> None:
    plan = plan_of(project, *sets, host=host)
    assert code in {finding.code for finding in plan.errors}
    assert texts.has(f"{code}.hint")


def test_told_and_not_refused(project: Path) -> None:
    plan = plan_of(project, 'launch.main_process_ip="127.0.0.1"')
    assert codes(plan) == {"launch.one_machine"} and not plan.errors
    plan = plan_of(project, "launch.num_processes=4")
    (again,) = (one for one in plan.findings if one.code == "launch.batches_again")
    assert again.severity is Severity.INFO and again.values == {"batches": 18, "again": 2}


def test_a_warmup_in_steps_is_that_many_steps(project: Path) -> None:
    """The engine moves its scheduler on once for each process."""
    plan = plan_of(project, "launch.num_processes=2", "optimizer.lr_warmup_steps=9")
    assert plan.warmup_steps == 9 and plan.training_config["lr_warmup_steps"] == 18


@pytest.mark.parametrize("processes", [1, 2, 3, 5])
@pytest.mark.parametrize("accumulation", [1, 2, 3])
def test_the_steps_are_those_of_the_engines_formula(processes: int, accumulation: int) -> None:
    """train_network.py:801 counts before accelerate has shared the batches out, and 978 after that."""
    for batches in range(1, 30):
        count = DatasetCount(1, (Bucket(64, 64, batches),), batches, batches, 0)
        schedule = build_schedule(
            [count], gradient_accumulation_steps=accumulation, max_train_epochs=3, processes=processes
        )
        assert schedule.steps == 3 * -(-batches // (processes * accumulation))
        assert schedule.epochs == 3


def test_the_launchers_config_says_the_same() -> None:
    text = accelerate_config(cpu=True, distribution=Distribution(4, 2, 1, "10.0.0.1", PORT))
    lines = text.splitlines()
    assert {"distributed_type: 'MULTI_GPU'", "num_processes: 4", "num_machines: 2", "machine_rank: 1"} <= set(
        lines
    )


def test_the_way_to_a_machine() -> None:
    assert interface_towards("127.0.0.1") == "lo"
    assert interface_towards("no.such.host.invalid") == ""


@pytest.mark.parametrize(("language", "words"), [("en", "machine 1 of 2"), ("zh", "2 台机器中的第 1 号")])
def test_the_plan_names_the_pictures_of_a_step(project: Path, language: str, words: str) -> None:
    texts.use_language(language)
    plan = plan_of(project, *MACHINES, "launch.num_processes=4", "launch.machine_rank=1", host=CARDS)
    console = Console(width=400, file=io.StringIO(), record=True)
    console.print(render_plan(plan))
    text = console.export_text()
    assert words in text and ("4: 1" in text or "4：" in text)


@pytest.mark.parametrize(
    ("ended", "outcome", "final"),
    [
        (Ended(0, ""), "succeeded", ""),
        (Ended(0, "stopped"), "stopped", ""),
        (Ended(1, ""), "failed", ""),
    ],
)
def test_how_it_ends_on_another_machine_than_the_first(
    project: Path, ended: Ended, outcome: str, final: str
) -> None:
    """No LoRA is wanted there; what the first one has decided is told by the trainer."""
    plan = plan_of(project, *MACHINES, "launch.num_processes=4", "launch.machine_rank=1", host=CARDS)
    run = prepare_folder(plan)
    run.log_file.write_bytes(b"")
    attempt = begin_attempt(run, plan, None)
    recorder = Recorder(run.events_file, None, None)
    verdict = judge(plan, run, recorder.snapshot, attempt, ended, stop="", halt="")
    assert verdict.outcome == outcome
    assert result_of(plan, run, recorder, verdict, ended.status).final == final


def test_what_must_be_alike_is_told_to_the_trainers(project: Path) -> None:
    plan = plan_of(project, *MACHINES, "launch.num_processes=4", host=CARDS)
    told = inside_settings(Run(plan.folder), plan, None)["alike"]
    assert (told["device"], told["steps"], told["pictures"]) == ("cuda", plan.steps, 3)
    assert "alike" not in inside_settings(Run(plan.folder), plan_of(project), None)


def test_it_cannot_be_resumed(project: Path) -> None:
    plan = plan_of(project, *MACHINES, "launch.num_processes=2", host=CARDS)
    with pytest.raises(RunError) as raised:
        plan_resume(prepare_folder(plan))
    assert raised.value.code == "run.resume_machines"
