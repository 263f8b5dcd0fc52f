"""Stand-alone: run by the engine's interpreter, says in one JSON line whether the engine can work there.

usage: python probe.py CHECKOUT MODULE[,MODULE…] [SCRIPT.py[,SCRIPT.py…]]

    {"python": "3.11.7", "machine": "x86_64", "versions": {"torch": "2.13.0", …}, "accelerators": ["cuda"],
     "failures": {"train_network.py": "ImportError: …"}}
"""

import importlib
import importlib.metadata
import json
import os
import platform
import sys


def version(module_name):
    """The version that a module tells of itself, else its package's."""
    module = importlib.import_module(module_name)
    own = getattr(module, "__version__", None)
    if own:
        return str(own)
    packages = importlib.metadata.packages_distributions().get(module_name, [module_name])
    return importlib.metadata.version(packages[0])


def accelerators():
    torch = sys.modules.get("torch")
    found = []
    if torch is not None and torch.backends.mps.is_available():
        found.append("mps")
    if torch is not None and torch.cuda.is_available():
        found.append("cuda")
    return found


def probe(checkout, modules, scripts):
    versions, failures = {}, {}
    for name in modules:
        try:
            versions[name] = version(name)
        except Exception as failure:
            failures[name] = f"{type(failure).__name__}: {failure}"
    sys.path.insert(0, checkout)
    os.chdir(checkout)
    for script in scripts:
        try:
            importlib.import_module(script.removesuffix(".py"))
        except BaseException as failure:  # a script may also leave with SystemExit
            failures[script] = f"{type(failure).__name__}: {failure}"
    return {
        "python": platform.python_version(),
        "machine": platform.machine(),
        "versions": versions,
        "accelerators": accelerators(),
        "failures": failures,
    }


def main():
    checkout, modules, scripts = (*sys.argv[1:], "")[:3]
    real_stdout = os.dup(1)
    os.dup2(2, 1)  # what the engine prints while it is imported must not mix with the answer
    answer = probe(checkout, [m for m in modules.split(",") if m], [s for s in scripts.split(",") if s])
    with os.fdopen(real_stdout, "w", encoding="utf-8") as out:
        out.write("\n" + json.dumps(answer) + "\n")


if __name__ == "__main__":
    main()
