"""The layers, the owners of outside libraries, and no cycles: held with `ast`."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent / "kohya_driver"

LAYERS: tuple[tuple[str, ...], ...] = (
    ("texts",),
    ("errors", "wording"),
    ("files",),
    ("hub", "process", "resources"),
    ("host",),
    ("preset", "events"),
    ("dataset", "diagnosis", "engine"),
    ("inspection", "models", "planning", "prepare"),
    ("checkup", "exchange", "run"),
    ("judging",),
    ("report",),
    ("cloud", "guidance", "loras", "moving", "sampling", "trial"),
    ("api",),
    ("quickstart", "views"),
    ("bench",),
    ("cli",),
)
LEVEL = {unit: level for level, units in enumerate(LAYERS) for unit in units}

OWNERS = {
    "subprocess": {"process"},
    "psutil": {"process", "host"},
    "git": {"engine"},
    "uv": {"engine"},
    "PIL": {"dataset", "prepare", "report", "sampling"},
    "onnxruntime": {"prepare"},
    "huggingface_hub": {"hub"},
    "pydantic": {"preset"},
    "pydantic_core": {"preset", "events"},
    "rich": {"views"},
    "argparse": {"cli"},
    "toml": {"files"},
    "tomlkit": {"files"},
    "platformdirs": {"files"},
    "send2trash": {"files"},
    "numpy": {"engine", "inspection", "prepare"},
    "picklescan": {"engine"},
    "yaml": {"cloud", "exchange", "loras", "models"},
}
INSIDE = {
    "engine/entry.py", "engine/entry_loop.py", "engine/entry_states.py", "engine/entry_kept.py", "engine/entry_unfilled.py", "engine/random_base.py", "engine/probe.py", "engine/draw.py",
    "engine/selftest.py", "engine/tool.py",
}  # fmt: skip
"""These run in the engine's interpreter, which has nothing of ours."""
EMBEDDED = ROOT / "engine" / "embedded"
TRAINER = {
    path.relative_to(ROOT).as_posix()
    for path in EMBEDDED.rglob("*.py")
    if path not in (EMBEDDED / "__init__.py", EMBEDDED / "scope.py")
}
"""These do too. The trainer takes a few modules of ours by path, and itself stands on the engine's libraries."""
SHARED = "engine/embedded/library/shared.py"


def sources() -> Iterator[tuple[Path, str, ast.Module]]:
    for path in sorted(ROOT.rglob("*.py")):
        name = path.relative_to(ROOT).as_posix()
        if name not in INSIDE | TRAINER:
            yield path, name, ast.parse(path.read_text(encoding="utf-8"))


def unit_of(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


def imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            if node.module == "kohya_driver":
                yield from (f"kohya_driver.{alias.name}" for alias in node.names)
            else:
                submodules = [f"{node.module}.{alias.name}" for alias in node.names]
                yield from (name if is_module(name) else node.module for name in submodules)


def is_module(name: str) -> bool:
    path = ROOT.parent / name.replace(".", "/")
    return path.with_suffix(".py").is_file() or (path / "__init__.py").is_file()


def own_unit(name: str) -> str:
    return name.removesuffix(".py").split("/")[0]


def test_imports_point_down() -> None:
    wrong = []
    for _, name, tree in sources():
        unit = own_unit(name)
        if unit in ("__init__", "__main__"):
            continue
        for module in imports(tree):
            target = unit_of(module) if module.startswith("kohya_driver") else ""
            if target in ("", "__version__") or target == unit:
                continue
            if LEVEL[target] >= LEVEL[unit]:
                wrong.append(f"{name} imports {module}")
    assert not wrong


def test_every_unit_has_a_level() -> None:
    units = {own_unit(name) for _, name, _ in sources()} - {"__init__", "__main__"}
    assert units == set(LEVEL)


def test_outside_libraries_have_one_owner() -> None:
    wrong = []
    for _, name, tree in sources():
        for module in imports(tree):
            owners = OWNERS.get(module.split(".")[0])
            if owners is not None and own_unit(name) not in owners:
                wrong.append(f"{name} imports {module}")
    assert not wrong


@pytest.mark.parametrize("library", ["torch", "transformers", "diffusers", "accelerate", "safetensors"])
def test_the_engines_libraries_are_nowhere(library: str) -> None:
    users = [name for _, name, tree in sources() if any(m.split(".")[0] == library for m in imports(tree))]
    assert not users


@pytest.mark.parametrize("name", sorted({*INSIDE, "engine/embedded/tiny_base.py"}))
def test_scripts_for_the_engines_interpreter_stand_alone(name: str) -> None:
    tree = ast.parse((ROOT / name).read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            for module in imports(ast.Module(body=[node], type_ignores=[])):
                assert module.split(".")[0] in sys.stdlib_module_names, f"{name} imports {module} at its top"
    assert not any(module.startswith("kohya_driver") for module in imports(tree))


def test_nobody_above_the_engines_asks_which_one_it_is() -> None:
    """engine/kinds.py answers for both: no comparison with a name, no match on one."""
    names = {"sd-scripts", "embedded", "SD_SCRIPTS", "EMBEDDED"}
    wrong = []
    for _, name, tree in sources():
        if own_unit(name) == "engine":
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Compare):
                parts: list[ast.AST] = [node.left, *node.comparators]
            elif isinstance(node, ast.MatchValue):
                parts = [node.value]
            else:
                continue
            asked = {word_of(one) for part in parts for one in getattr(part, "elts", [part])}
            wrong += [f"{name}:{node.lineno} compares with {word}" for word in sorted(asked & names)]
    assert not wrong


def word_of(node: ast.AST) -> str:
    """A text, or the last part of a name."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def test_the_embedded_trainer_takes_ours_in_one_place() -> None:
    """And only what needs no library: the engine's interpreter has none of ours."""
    files = {name: imports(ast.parse((ROOT / name).read_text(encoding="utf-8"))) for name in TRAINER}
    ours = {name: {one for one in found if is_ours(one)} for name, found in files.items()}
    ours = {name: found for name, found in ours.items() if found}
    assert set(ours) == {SHARED}
    waiting, seen = ours[SHARED], set[str]()
    while waiting:
        module = waiting.pop()
        seen.add(module)
        for one in imported_at_once(module):
            assert is_ours(one) or one.split(".")[0] in sys.stdlib_module_names, f"{module} imports {one}"
            waiting |= {one} - seen if is_ours(one) else set()


def is_ours(module: str) -> bool:
    return module.split(".")[0] == "kohya_driver"


def imported_at_once(module: str) -> set[str]:
    """What is imported when a module is: at its top, and the packages that it stands in."""
    path = ROOT.parent / module.replace(".", "/")
    path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    top = [
        node
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    package = module.rpartition(".")[0]
    return {*imports(ast.Module(body=[*top], type_ignores=[])), *([package] if package else [])}


def test_no_cycles_between_modules() -> None:
    graph: dict[str, set[str]] = {}
    for _, name, tree in sources():
        module = "kohya_driver." + name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        graph[module] = {target for target in imports(tree) if target.startswith("kohya_driver.")}
    done: set[str] = set()

    def visit(module: str, path: tuple[str, ...]) -> None:
        assert module not in path, " → ".join((*path, module))
        if module in done or module not in graph:
            return
        for target in graph[module]:
            visit(target, (*path, module))
        done.add(module)

    for module in graph:
        if module != "kohya_driver.__init__":
            visit(module, ())


def test_heavy_libraries_are_not_loaded_for_help() -> None:
    import subprocess
    import sys

    code = "import sys; from kohya_driver.cli.main import build_parser; build_parser(['--help']); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    slow = {"pydantic", "rich", "git", "PIL", "onnxruntime", "numpy", "psutil", "toml", "huggingface_hub"}
    assert not loaded & slow


def test_nobody_prints() -> None:
    """Only views and cli write to the terminal; ruff's T20 finds print(), this finds the rest."""
    for _, name, tree in sources():
        if own_unit(name) in ("views", "cli"):
            continue
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Attribute)
                and isinstance(node.value, ast.Name)
                and node.value.id == "sys"
            ):
                assert node.attr not in ("stdout", "stderr"), f"{name} uses sys.{node.attr}"
