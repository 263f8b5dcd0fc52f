"""`network.type`: one word for a kind of network, what it stands for, and what it cannot be told."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

import pytest

from kohya_driver import api, texts
from kohya_driver.engine.networks import load_networks
from kohya_driver.errors import PresetError, Severity
from kohya_driver.planning.arguments import training_options
from kohya_driver.planning.model import Plan
from kohya_driver.planning.pairs import pairs
from kohya_driver.preset.load import build_preset, load_preset
from kohya_driver.preset.model import Network
from kohya_driver.preset.network_types import LYCORIS, TYPES, TypeName, is_kind, types_with
from tests.project import MAC, write_project

STARTING = sorted(name for name, one in TYPES.items() if one.starts)


@pytest.fixture(scope="module")
def projects(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    sizes = {"sd15": 512, "sd2": 768, "sdxl": 1024}
    return {
        family: write_project(tmp_path_factory.mktemp(family), family=family, sizes=[(side, side)])
        for family, side in sizes.items()
    }


def plan_of(project: Path, *sets: str) -> Plan:
    return api.plan(load_preset(project, sets=list(sets)), host=MAC)


def faults(plan: Plan) -> list[str]:
    return [finding.code for finding in plan.findings if finding.severity is Severity.ERROR]


def options(**network: Any) -> dict[str, Any]:
    return training_options(build_preset({"network": network}, Path()))


def test_every_word_has_a_kind_and_a_sentence() -> None:
    assert set(TYPES) == set(get_args(TypeName))
    assert set(texts.table("network_types")) == {f"network_types.{name}" for name in TYPES}


@pytest.mark.parametrize("name", STARTING)
def test_what_it_is_told_is_read_by_its_module(name: TypeName) -> None:
    kind = TYPES[name]
    read = load_networks().modules[kind.module].arguments
    assert {*kind.arguments, *kind.fixed, *kind.defaults} <= set(read)
    assert set(kind.defaults) <= set(kind.arguments) and not set(kind.fixed) & set(kind.arguments)
    assert all(is_kind(kind.arguments[argument], value) for argument, value in kind.defaults.items())
    assert kind.module != LYCORIS or kind.fixed["algo"] in load_networks().lycoris_algos


@pytest.mark.parametrize("family", ["sd15", "sd2", "sdxl"])
@pytest.mark.parametrize("name", STARTING)
def test_it_plans_as_it_stands(projects: dict[str, Path], family: str, name: TypeName) -> None:
    plan = plan_of(projects[family], f"network.type={name}")
    assert not [
        finding
        for finding in plan.findings
        if finding.code.startswith("network.") and finding.severity is not Severity.INFO
    ]
    assert not faults(plan)
    assert plan.training_config["network_module"] == TYPES[name].module
    told = [finding for finding in plan.findings if finding.code == f"network_types.{name}"]
    assert len(told) == 1 and told[0].message and "[network] type" in told[0].where


@pytest.mark.parametrize("name", sorted(set(TYPES) - set(STARTING)))
def test_what_does_not_train_is_refused(projects: dict[str, Path], name: str) -> None:
    assert faults(plan_of(projects["sd15"], f"network.type={name}")) == [f"network.no_{name}"]


def test_what_fits_gives_way_to_what_is_said() -> None:
    left, said = options(type="loha"), options(type="loha", dim=6, alpha=2.0, args={"conv_dim": 3})
    assert (left["network_dim"], left["network_alpha"]) == (8, 4.0)
    assert pairs(left["network_args"]) == {"algo": "loha", "conv_dim": "4", "conv_alpha": "2"}
    assert (said["network_dim"], said["network_alpha"]) == (6, 2.0)
    assert pairs(said["network_args"])["conv_dim"] == "3"


def test_without_a_type_all_is_as_it_was() -> None:
    assert options() == options(module="networks.lora", dim=16, alpha=8.0)
    assert "network_args" not in options() and "network_type" not in options()


def test_a_word_that_is_none_is_refused_with_those_that_are() -> None:
    with pytest.raises(PresetError) as caught:
        build_preset({"network": {"type": "lorra"}}, Path())
    assert "loha" in str(caught.value)


@pytest.mark.parametrize(
    ("sets", "code"),
    [
        (("network.type=lora", "network.args={conv_dim = 4}"), "network.argument_of_others"),
        (("network.type=loha", "network.args={factor = 8}"), "network.argument_of_others"),
        (("network.type=dora", "network.args={dora_wd = false}"), "network.argument_of_others"),
        (("network.type=lokr", "network.args={facter = 8}"), "network.argument_of_none_close"),
        (("network.type=oft", "network.args={qqq = 8}"), "network.argument_of_none"),
        (("network.type=loha", "network.args={algo = 'lokr'}"), "network.argument_of_none"),
        (("network.type=lokr", "network.args={factor = 8.5}"), "network.wants_whole"),
        (("network.type=lokr", "network.args={factor = true}"), "network.wants_whole"),
        (("network.type=locon", "network.args={conv_alpha = 'x'}"), "network.wants_number"),
        (("network.type=lora", "network.args={rank_dropout = 1.0}"), "network.wants_share"),
        (("network.type=loha", "network.args={use_tucker = 'yes'}"), "network.wants_switch"),
        (("network.type=loha", "network.args={preset = 3}"), "network.wants_text"),
        (("network.type=lora", "network.args={block_dims = [true]}"), "network.wants_numbers"),
        (("network.type=loha", "network.module=networks.oft"), "network.type_and_module"),
    ],
)
def test_what_does_not_belong_to_it_is_refused_by_name(
    projects: dict[str, Path], sets: tuple[str, ...], code: str
) -> None:
    plan = plan_of(projects["sd15"], *sets)
    (finding,) = [one for one in plan.findings if one.code == code]
    assert finding.hint and finding.where and code in faults(plan)


def test_its_own_module_may_be_said_too(projects: dict[str, Path]) -> None:
    sets = ("network.type=loha", "network.module=lycoris.kohya", "network.args={algo = 'loha'}")
    assert not faults(plan_of(projects["sd15"], *sets))


def test_an_argument_names_the_types_that_have_it() -> None:
    assert types_with("factor") == ("lokr",) and "locon" in types_with("conv_dim")


def test_the_reading_of_a_type_is_in_the_run_too(projects: dict[str, Path]) -> None:
    """What is resolved keeps the word; it must mean the same again."""
    plan = plan_of(projects["sd15"], "network.type=lokr")
    again = Network.model_validate({"type": "lokr"})
    assert 'type = "lokr"' in plan.resolved_preset
    assert training_options(build_preset({"network": again.model_dump(exclude_unset=True)}, Path()))[
        "network_args"
    ]
