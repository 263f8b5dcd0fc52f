"""Reads the options of a training script from its source, by following `setup_parser` as Python would."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from typing import Any

from kohya_driver.engine import static

_DEFAULT_OF_ACTION = {"store": None, "store_true": False}
_KEYWORDS = frozenset({"action", "type", "default", "choices", "nargs", "required", "help"})


class _Parser(list[dict[str, Any]]):
    """Stands for an `argparse.ArgumentParser` while its setup function is read: the options added so far."""


def script_options(source: static.Checkout, script: str) -> list[dict[str, Any]]:
    """The options of one script in the parser's order; attributes that are None or false are left out.

    Raises:
        EngineError: `engine.catalogue_missing` or `engine.catalogue_unreadable`.
    """
    return _made(ast.Call(ast.Name("setup_parser"), [], []), source.module(script), {}, source)


def _read(
    body: Sequence[ast.stmt],
    module: static.Module,
    group: str,
    names: dict[str, Any],
    source: static.Checkout,
) -> _Parser | None:
    """Do what the statements do to the parsers in `names`; returns the parser where they return one."""
    for statement in body:
        match statement:
            case ast.Assign([ast.Name(name)], ast.Call() as call) if _makes_parser(call):
                names[name] = _made(call, module, names, source)
            case ast.Expr(ast.Call(ast.Attribute(ast.Name(name), "add_argument")) as call) if _is_parser(
                name, names
            ):
                names[name].append(_option(call, module, group, names))
            case ast.Expr(ast.Call() as call) if _matters(call, names):
                _called(call, module, names, source)
            case ast.If(test, then, otherwise) if _matters(statement, names):
                branch = then if static.evaluate(test, names, module) else otherwise
                if (parser := _read(branch, module, group, names, source)) is not None:
                    return parser
            case ast.Return(ast.Name(name)) if _is_parser(name, names):
                returned: _Parser = names[name]
                return returned
            case _ if _matters(statement, names):
                raise module.unreadable(statement)
    return None


def _makes_parser(call: ast.Call) -> bool:
    return ast.unparse(call.func).split(".")[-1] in ("ArgumentParser", "setup_parser")


def _made(
    call: ast.Call, module: static.Module, names: Mapping[str, Any], source: static.Checkout
) -> _Parser:
    if ast.unparse(call.func) == "argparse.ArgumentParser":
        return _Parser()
    parser = _called(call, module, names, source)
    if parser is None:
        raise module.unreadable(call)
    return parser


def _called(
    call: ast.Call, module: static.Module, names: Mapping[str, Any], source: static.Checkout
) -> _Parser | None:
    owner, function = source.function(module, ast.unparse(call.func))
    bound = _bound(function, owner, call, module, names)
    return _read(function.body, owner, function.name, bound, source)


def _bound(
    function: ast.FunctionDef,
    owner: static.Module,
    call: ast.Call,
    module: static.Module,
    names: Mapping[str, Any],
) -> dict[str, Any]:
    """The values that a function's parameters have in one call."""
    parameters = [argument.arg for argument in (*function.args.posonlyargs, *function.args.args)]
    given: dict[str | None, ast.expr] = dict(zip(parameters, call.args, strict=False))
    given |= {keyword.arg: keyword.value for keyword in call.keywords}
    if len(call.args) > len(parameters) or not set(given) <= set(parameters):
        raise module.unreadable(call)
    defaults = zip(reversed(parameters), reversed(function.args.defaults), strict=False)
    bound = {name: static.evaluate(value, {}, owner) for name, value in defaults}
    return bound | {str(name): static.evaluate(value, names, module) for name, value in given.items()}


def _is_parser(name: str, names: Mapping[str, Any]) -> bool:
    return isinstance(names.get(name), _Parser)


def _matters(tree: ast.AST, names: Mapping[str, Any]) -> bool:
    """Whether this could add an option or end the function: then it must be understood, else it is passed over."""
    nested = isinstance(tree, ast.FunctionDef)
    return any(
        (isinstance(node, ast.Return) and not nested)
        or (isinstance(node, ast.Name) and _is_parser(node.id, names))
        or (isinstance(node, ast.Attribute) and node.attr == "add_argument")
        for node in ast.walk(tree)
    )


def _option(call: ast.Call, module: static.Module, group: str, names: Mapping[str, Any]) -> dict[str, Any]:
    keywords = {str(keyword.arg): keyword.value for keyword in call.keywords}
    flags = [static.evaluate(flag, names, module) for flag in call.args]
    long = [flag for flag in flags if flag.startswith("--")]
    value_type = keywords.pop("type", None)
    given = {name: static.evaluate(value, names, module) for name, value in keywords.items()}
    action = given.get("action", "store")
    if not long or set(keywords) - _KEYWORDS or action not in _DEFAULT_OF_ACTION:
        raise module.unreadable(call)
    option = {
        "name": long[0].removeprefix("--").replace("-", "_"),
        "flags": flags,
        "action": action,
        "type": _type_name(value_type, module),
        "default": given.get("default", _DEFAULT_OF_ACTION[action]),
        "choices": given.get("choices"),
        "nargs": given.get("nargs"),
        "required": given.get("required") or None,
        "group": group,
        "help": given.get("help"),
    }
    return {name: value for name, value in option.items() if value is not None}


def _type_name(node: ast.expr | None, module: static.Module) -> str | None:
    if node is None or (isinstance(node, ast.Constant) and node.value is None):
        return None
    if isinstance(node, ast.Name):
        return node.id
    raise module.unreadable(node)
