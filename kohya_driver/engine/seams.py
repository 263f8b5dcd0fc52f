"""Where our own code takes part in the engine's (entry.py, entry_loop.py): whether a checkout still has these places.

Read off the source with `ast`. What is not as it is expected here would show only in the middle of a training.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from kohya_driver.errors import Finding, error

LIBRARY = "library/train_util.py"
TRAINING = "train_network.py"
IN_ORDER = (
    "self.sample_images(accelerator, args, None, global_step",
    "args.save_every_n_steps is not None and global_step % args.save_every_n_steps == 0",
    "self.step_logging(accelerator, logs, global_step, epoch + 1)",
    "(epoch + 1) % args.save_every_n_epochs == 0",
    "self.sample_images(accelerator, args, epoch + 1, global_step",
)
"""Samples are drawn before the engine saves, each step is logged after that, and the same at the end of an epoch."""


def check_seams(checkout: Path, scripts: tuple[str, ...]) -> tuple[Finding, ...]:
    """What is not where our code looks for it; nothing if all is.

    Args:
        scripts: the training scripts, each with a trainer of its own.
    """
    looks: list[tuple[str, Callable[[ast.Module], Iterator[str]]]] = [
        *((script, _script) for script in scripts),
        (TRAINING, _loop),
        (LIBRARY, _library),
    ]
    return tuple(
        error("engine.seam_missing", checkout / name, name=name, what=what)
        for name, look in looks
        for what in _missing(checkout / name, look)
    )


def _missing(path: Path, look: Callable[[ast.Module], Iterator[str]]) -> Iterator[str]:
    try:
        tree = ast.parse(path.read_bytes())
    except (OSError, SyntaxError):
        yield path.name
        return
    yield from look(tree)


def _script(tree: ast.Module) -> Iterator[str]:
    """Its options are read by train_util when its trainer's class is there and no trainer is made yet."""
    main = next(
        (node for node in tree.body if isinstance(node, ast.If) and "__main__" in ast.unparse(node.test)),
        None,
    )
    lines = [ast.unparse(line) for line in main.body] if main else []
    read = _first(lines, "train_util.read_config_from_file(args, parser)")
    made = _first(lines, "NetworkTrainer()")
    if read is None or made is None or read > made:
        yield "train_util.read_config_from_file(args, parser)"
    trainers = [
        node for node in tree.body if isinstance(node, ast.ClassDef) and "NetworkTrainer" in node.name
    ]
    if len(trainers) != 1:
        yield "class …NetworkTrainer"
        return
    methods = _methods(trainers[0])
    if "sample_images" in methods and methods["sample_images"][:5] != [
        "self",
        "accelerator",
        "args",
        "epoch",
        "global_step",
    ]:
        yield "sample_images(self, accelerator, args, epoch, global_step, …)"
    if "process_batch" in methods and "is_train" not in methods["process_batch"]:
        yield "process_batch(…, is_train)"


def _loop(tree: ast.Module) -> Iterator[str]:
    found = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name == "train"]
    if len(found) != 1:
        yield "def train"
        return
    text, place = ast.unparse(found[0]), -1
    for part in ("train_dataset_group.set_max_train_steps(args.max_train_steps)", *IN_ORDER):
        next_place = text.find(part)
        if next_place <= place:
            yield part
        place = max(place, next_place)
    for part in ("is_train=True", "is_train=False", ".backward(", "clip_grad_norm_(", "skip_first_batches("):
        if part not in text:
            yield part
    if "shuffle=True" not in text or "DataLoader(train_dataset_group, batch_size=1" not in text:
        yield "DataLoader(train_dataset_group, batch_size=1, shuffle=True, …)"


def _library(tree: ast.Module) -> Iterator[str]:
    if not any(
        isinstance(node, ast.FunctionDef) and node.name == "read_config_from_file" for node in tree.body
    ):
        yield "def read_config_from_file"
    group = next(
        (node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == "DatasetGroup"), None
    )
    if group is None or not group.bases or "ConcatDataset" not in ast.unparse(group.bases[0]):
        yield "class DatasetGroup(ConcatDataset)"
    elif "set_max_train_steps" not in _methods(group):
        yield "DatasetGroup.set_max_train_steps"


def _first(lines: list[str], part: str) -> int | None:
    return next((number for number, line in enumerate(lines) if part in line), None)


def _methods(kind: ast.ClassDef) -> Mapping[str, list[str]]:
    return {
        node.name: [argument.arg for argument in node.args.args]
        for node in kind.body
        if isinstance(node, ast.FunctionDef)
    }
