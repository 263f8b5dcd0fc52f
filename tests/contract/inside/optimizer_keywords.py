"""Runs in the engine's interpreter: prints the live keywords of optimizers as one line of JSON.

Arguments: pairs `package.Class`. Null stands for any keyword.
"""

import importlib
import inspect
import json
import sys


def keywords(name):
    package, _, kind = name.rpartition(".")
    parameters = inspect.signature(getattr(importlib.import_module(package), kind)).parameters
    if any(one.kind is one.VAR_KEYWORD for one in parameters.values()):
        return None
    return sorted(set(parameters) - {"params", "lr"})


print(json.dumps({name: keywords(name) for name in sys.argv[1:]}))
