"""Runs in the engine's interpreter and checkout: prints its live parsers and dataset schemas as one line of JSON.

Arguments: the names of the training scripts.
"""

import argparse
import functools
import importlib
import json
import sys

ACTIONS = {"_StoreAction": "store", "_StoreTrueAction": "store_true"}
add_argument = argparse.ArgumentParser.add_argument


def add_argument_with_group(self, *args, **kwargs):
    action = add_argument(self, *args, **kwargs)
    action.group = sys._getframe(1).f_code.co_name
    return action


def option(action):
    switch = type(action).__name__ == "_StoreTrueAction"
    return {
        "name": action.dest,
        "flags": action.option_strings,
        "action": ACTIONS.get(type(action).__name__, type(action).__name__),
        "type": None if action.type is None else action.type.__name__,
        "default": action.default,
        "choices": action.choices,
        "nargs": None if switch and action.nargs == 0 else action.nargs,
        "required": action.required,
        "help": action.help or "",
        "group": action.group,
    }


def options(script):
    parser = importlib.import_module(script).setup_parser()
    return [option(action) for action in parser._actions if not isinstance(action, argparse._HelpAction)]


def types(validator):
    """The names of what a validator accepts."""
    if isinstance(validator, functools.partial):
        (item,) = validator.args
        pair = f"[{item.__name__}, {item.__name__}]"
        return [item.__name__, pair] if "scalar_or" in validator.func.__name__ else [pair]
    if hasattr(validator, "validators"):
        return [name for inner in validator.validators for name in types(inner)]
    return [validator.__name__]


def schema(table):
    import voluptuous

    return {
        str(key): {"types": types(value), "required": isinstance(key, voluptuous.Required)}
        for key, value in table.items()
        if key != "subsets"
    }


def dataset_schemas():
    from library.config_util import ConfigSanitizer

    sanitizer = ConfigSanitizer(True, True, True, True)
    names = ["general"] + [
        f"{style}_{part}" for style in ("db", "ft", "cn") for part in ("dataset", "subset")
    ]
    return {f"{name}_schema": schema(getattr(sanitizer, f"{name}_schema")) for name in names}


def dataset_defaults():
    """What the engine takes where neither the dataset config nor the training options say anything."""
    import train_network
    from library.config_util import BlueprintGenerator, ConfigSanitizer

    arguments = train_network.setup_parser().parse_args([])
    generator = BlueprintGenerator(ConfigSanitizer(True, True, True, True))
    styles = (
        {"image_dir": "a", "conditioning_data_dir": "b"},
        {"metadata_file": "a"},
        {"image_dir": "a"},
    )
    found = {}
    for subset in styles:
        blueprint = generator.generate({"datasets": [{"subsets": [subset]}]}, arguments)
        dataset = blueprint.dataset_group.datasets[0]
        found |= vars(dataset.subsets[0].params) | vars(dataset.params)
    return found


argparse.ArgumentParser.add_argument = add_argument_with_group
dump = {
    "scripts": {script: options(script) for script in sys.argv[1:]},
    "dataset_schemas": dataset_schemas(),
    "dataset_defaults": dataset_defaults(),
}
print(json.dumps(dump))
