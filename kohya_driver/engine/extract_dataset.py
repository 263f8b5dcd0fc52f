"""Reads the keys of the dataset config from the source of the engine's `library/config_util.py`."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from kohya_driver.engine import static
from kohya_driver.errors import EngineError

PLACES = {
    "general_schema": "general",
    "db_dataset_schema": "dreambooth_dataset",
    "ft_dataset_schema": "fine_tuning_dataset",
    "cn_dataset_schema": "controlnet_dataset",
    "db_subset_schema": "dreambooth_subset",
    "ft_subset_schema": "fine_tuning_subset",
    "cn_subset_schema": "controlnet_subset",
}
"""The schemas of the engine's `ConfigSanitizer`, and what the catalogue calls the places they describe."""

_CONVERTERS = {
    "__validate_and_convert_twodim": ("[{0}, {0}]",),
    "__validate_and_convert_scalar_or_twodim": ("{0}", "[{0}, {0}]"),
}
_TABLES = ("_ASCENDABLE_SCHEMA", "_DISTINCT_SCHEMA")
_PARAMS = (
    "BaseDatasetParams",  # before the subsets': both have validation_seed, a key of datasets only
    "DreamBoothDatasetParams",
    "BaseSubsetParams",
    "DreamBoothSubsetParams",
    "FineTuningSubsetParams",
    "ControlNetSubsetParams",
)
"""The engine's parameter classes; the first that has a name gives its default."""

_Table = Mapping[str, tuple[list[str], bool]]
"""Key → its types, and whether it is required."""


def dataset_keys(module: static.Module, option_defaults: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The keys of the dataset config: types, places, and the value where the file says nothing.

    Args:
        option_defaults: the training options and their defaults, which stand behind the file's values.

    Raises:
        EngineError: `engine.catalogue_missing` or `engine.catalogue_unreadable`.
    """
    body = _class_body(module, "ConfigSanitizer")
    constants = {name: value for name, value in _assigned(body) if isinstance(value, ast.Dict)}
    tables = {name: _table(value, module) for name, value in constants.items() if name.endswith(_TABLES)}
    renamed = _renamed_options(constants, module)
    params = _param_defaults(module)
    keys = []
    for key in _merge(_places(body, tables, module), module):
        option = renamed.get(key["name"], key["name"])
        default = option_defaults.get(option)
        keys.append(
            {
                **key,
                "option": option if option in option_defaults else None,
                "default": params.get(key["name"]) if default is None else default,
            }
        )
    return keys


def _class_body(module: static.Module, name: str) -> list[ast.stmt]:
    if name not in module.classes:
        raise EngineError("engine.catalogue_missing", module.file, name=name)
    return module.classes[name].body


def _assigned(body: Sequence[ast.stmt]) -> Iterator[tuple[str, ast.expr]]:
    """`NAME = value`, `NAME: type = value` and `self.NAME = value` statements."""
    for statement in body:
        match statement:
            case ast.Assign([ast.Name(name) | ast.Attribute(ast.Name("self"), name)], value):
                yield name, value
            case ast.AnnAssign(ast.Name(name), value=ast.expr() as value):
                yield name, value


def _table(node: ast.Dict, module: static.Module) -> _Table:
    found = {}
    for key, value in zip(node.keys, node.values, strict=True):
        match key:
            case ast.Constant(str(name)):
                found[name] = (_types(value, module), False)
            case ast.Call(ast.Name("Required"), [ast.Constant(str(name))]):
                found[name] = (_types(value, module), True)
            case _:
                raise module.unreadable(key or node)
    return found


def _types(node: ast.expr, module: static.Module) -> list[str]:
    match node:
        case ast.Name(name):
            return [name]
        case ast.Call(ast.Name("Any"), choices):
            return [name for choice in choices for name in _types(choice, module)]
        case ast.Call(_, [ast.Attribute(ast.Name(function)), ast.Name(item)]) if function in _CONVERTERS:
            return [form.format(item) for form in _CONVERTERS[function]]
    raise module.unreadable(node)


def _places(
    body: Sequence[ast.stmt], tables: Mapping[str, _Table], module: static.Module
) -> dict[str, _Table]:
    """Place → its keys, as `ConfigSanitizer.__init__` merges them from the tables."""
    setup = [node for node in body if isinstance(node, ast.FunctionDef) and node.name == "__init__"]
    schemas = dict(_assigned(setup[0].body)) if setup else {}
    found: dict[str, _Table] = {}
    for schema, place in PLACES.items():
        match schemas.get(schema):
            case ast.Call(_, parts):
                found[place] = {
                    name: key for part in parts for name, key in _part(part, tables, module).items()
                }
            case None:
                raise EngineError("engine.catalogue_missing", module.file, name=schema)
            case other:
                raise module.unreadable(other)
    return found


def _part(node: ast.expr, tables: Mapping[str, _Table], module: static.Module) -> _Table:
    match node:
        case ast.Attribute(ast.Name("self"), name) if name in tables:
            return tables[name]
        case ast.IfExp(ast.Name(test), then, ast.Dict([], [])) if test.startswith("support_"):
            return _part(
                then, tables, module
            )  # the LoRA trainers support all (ControlNet's with masked_loss)
        case ast.Dict([ast.Constant("subsets")]):
            return {}  # a place of its own
    raise module.unreadable(node)


def _merge(places: Mapping[str, _Table], module: static.Module) -> list[dict[str, Any]]:
    keys: dict[str, dict[str, Any]] = {}
    for place, table in places.items():
        for name, (types, required) in table.items():
            key = keys.setdefault(name, {"name": name, "types": types, "places": [], "required_in": []})
            if key["types"] != types:
                raise EngineError("engine.catalogue_unreadable", module.file, text=f"{name}: {place}")
            key["places"].append(place)
            key["required_in"] += [place] if required else []
    return list(keys.values())


def _renamed_options(constants: Mapping[str, ast.Dict], module: static.Module) -> dict[str, str]:
    """Key → the training option that stands behind it, where the two have different names."""
    table = constants.get("ARGPARSE_OPTNAME_TO_CONFIG_OPTNAME", ast.Dict([], []))
    pairs = zip(table.keys, table.values, strict=True)
    return {
        static.evaluate(key, {}, module): static.evaluate(option, {}, module)
        for option, key in pairs
        if option is not None
    }


def _param_defaults(module: static.Module) -> dict[str, Any]:
    """Defaults of the parameter classes: the values where neither the file nor the training options give one."""
    values = [item for name in _PARAMS for item in _assigned(_class_body(module, name))]
    return {name: static.evaluate(value, {}, module) for name, value in reversed(values)}
