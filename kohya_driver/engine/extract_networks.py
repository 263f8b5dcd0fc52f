"""Extracts what network modules and optimizers can be told, with `ast`, from a checkout and its environment's packages.

The engine passes `network_args` on as keywords: a module reads those it knows with `kwargs.get("NAME")`, and ignores the
rest without a word. Optimizers refuse what they do not know, but only after everything has been loaded and cached.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from kohya_driver import files
from kohya_driver.engine import static
from kohya_driver.engine.extract import render_catalogue
from kohya_driver.errors import EngineError

LYCORIS = "lycoris.kohya"
OPTIMIZER_PACKAGES = (
    "torch.optim",
    "transformers.optimization",
    "lion_pytorch",
    "prodigyopt",
    "prodigyplus",
    "schedulefree",
    "pytorch_optimizer",
)
"""Where the classes are that `optimizer_type` may name, in the engine's locked environment."""


SCHEDULER_PACKAGES: Mapping[str, str] = {
    "torch.optim.lr_scheduler": "torch.optim.lr_scheduler",
    "pytorch_optimizer": "pytorch_optimizer.lr_scheduler",
}
"""What `lr_scheduler_type` may begin with, and where the classes are."""


def extract_networks(checkout: Path, packages: Path, commit: str) -> dict[str, Any]:
    """Every network module with its arguments, LyCORIS' algorithms and presets, and every optimizer with its keywords.

    Args:
        packages: the `site-packages` of the engine's environment.

    Returns:
        `commit`; `networks`: module → `arguments` (sorted names), `max_norm` (whether `scale_weight_norms` works);
        `lycoris`: `algos`, `presets`; `optimizers`: package → class → keywords, or None where it takes any; `schedulers`:
        package → class → `takes`, all its keywords, and `needs`, those without a default.

    Raises:
        EngineError: `engine.catalogue_missing` or `engine.catalogue_unreadable`.
    """
    own, installed = static.Checkout(checkout), static.Checkout(packages)
    names = [f"networks.{path.stem}" for path in sorted((checkout / "networks").glob("*.py"))]
    networks = {name: _network(own, name) for name in names if _is_network(own, name)}
    networks[LYCORIS] = _network(installed, LYCORIS)
    deprecated = _keys(packages / "lycoris" / "wrapper.py", "deprecated_arg_dict")
    networks[LYCORIS]["arguments"] = sorted({*networks[LYCORIS]["arguments"], *deprecated})
    return {
        "commit": commit,
        "networks": networks,
        "lycoris": {
            "algos": _keys(packages / "lycoris" / "wrapper.py", "network_module_dict"),
            "presets": _keys(packages / "lycoris" / "config.py", "PRESET"),
        },
        "optimizers": {name: _optimizers(packages, name) for name in OPTIMIZER_PACKAGES},
        "schedulers": {name: _schedulers(packages, place) for name, place in SCHEDULER_PACKAGES.items()},
    }


def write_networks(checkout: Path, packages: Path, commit: str, path: Path) -> None:
    """Extract, and write one definition a line."""
    files.write_text(path, render_catalogue(extract_networks(checkout, packages, commit)))


def _is_network(source: static.Checkout, name: str) -> bool:
    """Tools lie beside the modules; only a module can be trained."""
    return "create_network" in source.module(name).functions


def _network(source: static.Checkout, name: str) -> dict[str, Any]:
    module = source.module(name)
    create = module.functions["create_network"]
    keywords = create.args.kwarg
    if keywords is None:
        raise module.unreadable(create)
    classes = module.classes.values()
    methods = {node.name for kind in classes for node in kind.body if isinstance(node, ast.FunctionDef)}
    return {
        "arguments": sorted(set(_read_names(module, create, keywords.arg))),
        "max_norm": "apply_max_norm_regularization" in methods,
    }


def _read_names(module: static.Module, function: ast.FunctionDef, table: str) -> Iterator[str]:
    """The keys that a function reads from one of its parameters, and those that functions read which it hands it to."""
    for node in ast.walk(function):
        match node:
            case ast.Call(ast.Attribute(ast.Name(name), "get" | "pop"), [ast.Constant(str(key)), *_]):
                if name == table:
                    yield key
            case ast.Subscript(ast.Name(name), ast.Constant(str(key))) if name == table:
                yield key
            case ast.Call(ast.Name(called), arguments) if called in module.functions:
                other = module.functions[called]
                for place, argument in enumerate(arguments):
                    if isinstance(argument, ast.Name) and argument.id == table and other is not function:
                        yield from _read_names(module, other, other.args.args[place].arg)


def _parse(path: Path) -> ast.Module:
    try:
        return ast.parse(path.read_bytes())
    except OSError as failure:
        raise EngineError("engine.catalogue_missing", path, name=path.name) from failure
    except SyntaxError as failure:
        raise EngineError(
            "engine.catalogue_unreadable", f"{path}:{failure.lineno}", text=failure.msg
        ) from failure


def _keys(path: Path, name: str) -> list[str]:
    """The keys of a dictionary that a module assigns."""
    for node in _parse(path).body:
        match node:
            case ast.Assign([ast.Name(target)], ast.Dict(keys)) if target == name:
                return [str(key.value) for key in keys if isinstance(key, ast.Constant)]
    raise EngineError("engine.catalogue_missing", path, name=name)


def _optimizers(packages: Path, name: str) -> dict[str, list[str] | None]:
    found: dict[str, list[str] | None] = {}
    for node in _classes(packages, name):
        for keywords in _keywords(node):
            # Packages keep variants of a class in several files: what one of them takes is never refused.
            found[node.name] = _either(found.get(node.name, []), keywords)
    return dict(sorted(found.items()))


def _classes(packages: Path, name: str) -> Iterator[ast.ClassDef]:
    place = packages.joinpath(*name.split("."))
    for path in sorted(place.rglob("*.py")) if place.is_dir() else [place.with_suffix(".py")]:
        for node in _parse(path).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                yield node


def _schedulers(packages: Path, name: str) -> dict[str, dict[str, list[str]]]:
    found = {}
    for kind in _classes(packages, name):
        for node in kind.body:
            if isinstance(node, ast.FunctionDef) and node.name == "__init__":
                names = [argument.arg for argument in (*node.args.posonlyargs, *node.args.args)]
                needed = names[2 : len(names) - len(node.args.defaults)]
                if names[1:2] == ["optimizer"]:
                    found[kind.name] = {"takes": names[2:], "needs": needed}
    return dict(sorted(found.items()))


def _either(some: list[str] | None, others: list[str] | None) -> list[str] | None:
    return None if some is None or others is None else sorted({*some, *others})


def _keywords(kind: ast.ClassDef) -> Iterator[list[str] | None]:
    """Of a class that is made from parameters to train; nothing for any other."""
    for node in kind.body:
        if isinstance(node, ast.FunctionDef) and node.name == "__init__":
            names = [argument.arg for argument in (*node.args.posonlyargs, *node.args.args)]
            if names[1:2] == ["params"]:
                only = [argument.arg for argument in node.args.kwonlyargs]
                yield None if node.args.kwarg else sorted({*names[2:], *only} - {"lr"})
