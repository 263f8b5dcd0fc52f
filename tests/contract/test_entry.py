"""What engine/entry_loop.py sets right inside the engine: that the pin still needs it, and still allows it.

Most of it is read off the engine's source, where a new pin would show it first; NaN is trained for real.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from kohya_driver import api, process
from kohya_driver.engine import entry_script
from kohya_driver.engine.kinds import DEFAULT, kind_of
from kohya_driver.engine.lora import check_lora
from kohya_driver.engine.model import Engine
from kohya_driver.engine.seams import check_seams
from kohya_driver.run.prepare import prepare_folder
from tests.contract.conftest import run_inside
from tests.contract.test_resume import project

pytestmark = pytest.mark.engine


def source(engine: Engine, name: str) -> str:
    return (engine.checkout / name).read_text(encoding="utf-8")


def function(tree: ast.AST, name: str) -> ast.FunctionDef:
    found = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name == name]
    assert len(found) == 1, name
    return found[0]


def calls(tree: ast.AST, name: str) -> list[ast.Call]:
    """Calls of a function or method of this name, in the order in which they stand."""
    found = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == name
    ]
    return sorted(found, key=lambda call: call.lineno)


@pytest.fixture
def training(installed_engine: Engine) -> ast.FunctionDef:
    return function(ast.parse(source(installed_engine, "train_network.py")), "train")


# Still needed


def test_nobody_listens_to_signals(installed_engine: Engine) -> None:
    for name in ("train_network.py", "library/train_util.py"):
        assert "signal.signal(" not in source(installed_engine, name)


def test_its_own_resume_counts_anew(training: ast.FunctionDef) -> None:
    text = ast.unparse(training)
    begins = text.index("global_step = 0")
    assert (
        begins
        < text.index("global_step = initial_step")
        < text.index("range(args.max_train_steps - initial_step)")
    )
    assert "initial_step *= args.gradient_accumulation_steps" in text
    assert "initial_step // math.ceil(len(train_dataloader) / args.gradient_accumulation_steps)" in text


def test_validation_on_mps_asks_cuda(installed_engine: Engine) -> None:
    """And with the stand-in it works: the engine's own two functions, as on MPS."""
    told = run_inside(
        installed_engine, "random_numbers_on_mps.py", str(entry_script().with_name("entry_loop.py"))
    )
    assert told["without"] != "works"
    assert told["restored"] == [7]


def test_sampling_forgets_the_random_numbers_of_mps(installed_engine: Engine) -> None:
    drawing = function(ast.parse(source(installed_engine, "library/train_util.py")), "sample_images_common")
    text = ast.unparse(drawing)
    assert "torch.set_rng_state(rng_state)" in text and "torch.cuda.set_rng_state(cuda_rng_state)" in text
    assert "mps" not in text


def spoilt(folder: Path, base: Path) -> Path:
    """A project whose first step makes every weight infinite."""
    preset = project(folder, base)
    text = preset.read_text(encoding="utf-8") + '[optimizer]\nunet_lr = 1e30\ntype = "SGDNesterov"\n'
    preset.write_text(text, encoding="utf-8")
    return preset


@pytest.mark.long
def test_alone_it_saves_what_is_no_number(random_base: Path, tmp_path: Path) -> None:
    """And says that all is well."""
    plan = api.plan(api.load_preset(spoilt(tmp_path, random_base)))
    prepare_folder(plan)
    alone = {name: value for name, value in plan.environment.items() if name != "KOHYA_DRIVER_ATTEMPT"}
    child = process.start_child(
        plan.command,
        cwd=plan.engine.checkout,
        env=process.clean_environment(alone, plan.removed_environment),
        log=plan.folder / "engine.log",
        mark=str(plan.folder),
    )
    assert child.wait_all(600)
    assert child.poll() == 0
    assert [finding.code for finding in check_lora(plan.final)] == ["run.final_not_finite"]


def test_a_loss_that_is_no_number(random_base: Path, tmp_path: Path) -> None:
    """It is left before anything is saved."""
    preset = spoilt(tmp_path, random_base)
    result = api.train(api.load_preset(preset, sets=['safety.nan="stop"']))
    assert (result.outcome, result.reason, result.attempts) == ("failed", "trouble.nan", 1)
    written = [*(Path(result.folder) / "models").glob("*.safetensors")]
    assert not any(check_lora(path) for path in written)


# Still allowed


def test_everything_is_where_we_take_part(installed_engine: Engine) -> None:
    """As `engine update --ref` holds it of any other commit; tests/unit/test_moving.py spoils each of these places."""
    assert check_seams(installed_engine.checkout, tuple(sorted(set(kind_of(DEFAULT).scripts.values())))) == ()
