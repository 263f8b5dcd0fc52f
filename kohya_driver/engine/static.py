"""Reads Python source without running it: modules, where names come from, constant expressions."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kohya_driver.errors import EngineError


@dataclass(frozen=True, slots=True)
class Module:
    """One parsed source file."""

    name: str
    file: Path
    functions: Mapping[str, ast.FunctionDef]
    classes: Mapping[str, ast.ClassDef]
    imports: Mapping[str, str]
    """What a local name stands for, as a dotted path: `{"util": "library.train_util"}`."""

    def unreadable(self, node: ast.AST) -> EngineError:
        """The error for source that only running it could tell the meaning of."""
        where = f"{self.file}:{getattr(node, 'lineno', 1)}"
        return EngineError("engine.catalogue_unreadable", where, text=ast.unparse(node).splitlines()[0][:120])


class Checkout:
    """The modules below one folder, each parsed once."""

    def __init__(self, root: Path):
        self.root = root
        self._modules: dict[str, Module] = {}

    def module(self, name: str) -> Module:
        """
        Raises:
            EngineError: `engine.catalogue_missing` (no such file), `engine.catalogue_unreadable` (not Python).
        """
        if name not in self._modules:
            self._modules[name] = self._parse(name)
        return self._modules[name]

    def _parse(self, name: str) -> Module:
        file = self.root.joinpath(*name.split(".")).with_suffix(".py")
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # the engine's docstrings have invalid escapes
                tree = ast.parse(file.read_bytes())
        except OSError as failure:
            raise EngineError("engine.catalogue_missing", file, name=file.name) from failure
        except SyntaxError as failure:
            raise EngineError(
                "engine.catalogue_unreadable", f"{file}:{failure.lineno}", text=failure.msg
            ) from failure
        functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
        classes = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
        return Module(name, file, functions, classes, _imports(tree, name))

    def function(self, module: Module, dotted: str) -> tuple[Module, ast.FunctionDef]:
        """The function that a dotted name means inside a module, however many imports away it is defined.

        Raises:
            EngineError: `engine.catalogue_missing`.
        """
        if dotted in module.functions:
            return module, module.functions[dotted]
        first, _, rest = dotted.partition(".")
        if first not in module.imports:
            raise EngineError("engine.catalogue_missing", module.file, name=dotted)
        target = ".".join(filter(None, (module.imports[first], rest)))
        parent, _, name = target.rpartition(".")
        return self.function(self.module(parent), name)


def _imports(tree: ast.Module, name: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for node in tree.body:
        if isinstance(node, ast.Import):
            for alias in node.names:
                first = alias.name.partition(".")[0]
                found[alias.asname or first] = alias.name if alias.asname else first
        elif isinstance(node, ast.ImportFrom):
            package = name.split(".")[: -node.level] if node.level else []
            source = ".".join([*package, *filter(None, [node.module])])
            found |= {alias.asname or alias.name: f"{source}.{alias.name}" for alias in node.names}
    return found


def evaluate(node: ast.expr, names: Mapping[str, Any], module: Module) -> Any:
    """The value of an expression made of constants, lists, f-strings with no fields, `+`, `-x`, `not x` and the names given.

    Raises:
        EngineError: `engine.catalogue_unreadable` for anything else.
    """
    match node:
        case ast.Constant(value) if isinstance(value, bool | int | float | str | None):
            return value
        case ast.Name(name) if name in names:
            return names[name]
        case ast.List(items) | ast.Tuple(items):
            return [evaluate(item, names, module) for item in items]
        case ast.JoinedStr(parts):
            return "".join(evaluate(part, names, module) for part in parts)
        case ast.BinOp(left, ast.Add(), right):
            return evaluate(left, names, module) + evaluate(right, names, module)
        case ast.UnaryOp(ast.USub(), operand):
            return -evaluate(operand, names, module)
        case ast.UnaryOp(ast.Not(), operand):
            return not evaluate(operand, names, module)
    raise module.unreadable(node)
