"""What engine/entry_loop.py sets right inside the engine: that the pin still needs it, and still allows it.

Most of it is read off the engine's source, where a new pin would show it first; NaN is trained for real.
"""

from __future__ import annotations

import ast
import inspect
from pathlib import Path

import pytest

from kohya_driver import api, process
from kohya_driver.engine import entry_script
from kohya_driver.engine.kinds import DEFAULT, kind_of
from kohya_driver.engine.lora import check_lora
from kohya_driver.engine.model import Engine
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


@pytest.mark.parametrize("script", sorted(set(kind_of(DEFAULT).scripts.values())))
def test_a_script_is_as_it_is_hooked(installed_engine: Engine, script: str) -> None:
    """Its options are read by train_util when its trainer's class is there and no trainer is made yet."""
    tree = ast.parse(source(installed_engine, script))
    main = next(
        node for node in tree.body if isinstance(node, ast.If) and "__main__" in ast.unparse(node.test)
    )
    lines = [ast.unparse(line) for line in main.body]
    read = next(i for i, line in enumerate(lines) if "train_util.read_config_from_file(args, parser)" in line)
    made = next(i for i, line in enumerate(lines) if "NetworkTrainer()" in line)
    assert read < made
    trainers = [
        node for node in tree.body if isinstance(node, ast.ClassDef) and "NetworkTrainer" in node.name
    ]
    assert len(trainers) == 1
    for node in trainers[0].body:
        if isinstance(node, ast.FunctionDef) and node.name == "sample_images":
            assert [argument.arg for argument in node.args.args][:5] == [
                "self", "accelerator", "args", "epoch", "global_step",
            ]  # fmt: skip
        if isinstance(node, ast.FunctionDef) and node.name == "process_batch":
            assert "is_train" in [argument.arg for argument in node.args.args]


def test_the_loop_is_as_it_is_taken_part_in(training: ast.FunctionDef) -> None:
    """Samples are drawn before the engine saves, each step is logged after that, and the same at the end of an epoch."""
    text = ast.unparse(training)
    step_sample = text.index("self.sample_images(accelerator, args, None, global_step")
    step_save = text.index(
        "args.save_every_n_steps is not None and global_step % args.save_every_n_steps == 0"
    )
    step_log = text.index("self.step_logging(accelerator, logs, global_step, epoch + 1)")
    epoch_save = text.index("(epoch + 1) % args.save_every_n_epochs == 0")
    epoch_sample = text.index("self.sample_images(accelerator, args, epoch + 1, global_step")
    assert step_sample < step_save < step_log < epoch_save < epoch_sample
    assert text.index("train_dataset_group.set_max_train_steps(args.max_train_steps)") < step_sample
    assert "is_train=True" in text and "is_train=False" in text
    for name in ("backward", "clip_grad_norm_", "skip_first_batches"):
        assert calls(training, name), name
    assert "max_train_steps" in inspect.cleandoc(text)


def test_batches_come_as_they_are_counted(installed_engine: Engine, training: ast.FunctionDef) -> None:
    """One micro-batch is one item of the dataset, in an order drawn by torch's own sampler."""
    loaders = calls(training, "DataLoader")
    options = {keyword.arg: ast.unparse(keyword.value) for keyword in loaders[0].keywords}
    assert options["shuffle"] == "True" and options["batch_size"] == "1"
    tree = ast.parse(source(installed_engine, "library/train_util.py"))
    group = next(node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == "DatasetGroup")
    assert "ConcatDataset" in ast.unparse(group.bases[0])
    assert "set_max_train_steps" in {node.name for node in group.body if isinstance(node, ast.FunctionDef)}
