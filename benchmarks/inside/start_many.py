"""Runs in the engine's interpreter: imports once what every training imports, then starts each training in a fork of itself.

Reads lines of JSON, `{"command": [entry, script, …], "cwd": folder, "environment": {…}, "log": file, "counts": file, "base": file, "family":
…}`, and answers each with `{"pid": number}` at its start and `{"code": number}` at its end. The fork runs the entry as if it had been started alone;
when it ends, `counts` holds how many numbers were trained and how many the optimizer kept beside them. A base is loaded once, by the
engine's own loader, and read once for its hash; a fork finds both done.
"""

import contextlib
import functools
import json
import os
import runpy
import sys
import traceback
from pathlib import Path

MODULES = (
    "accelerate", "diffusers", "transformers", "safetensors.torch", "library.train_util", "library.model_util",
    "library.sdxl_model_util", "library.sdxl_train_util", "library.config_util", "library.custom_train_functions",
    "lycoris.kohya", "networks.lora", "prodigyopt", "prodigyplus", "pytorch_optimizer", "schedulefree", "lion_pytorch",
    "torch.utils.tensorboard",
)  # fmt: skip


def main():
    import importlib

    for name in MODULES:
        importlib.import_module(name)
    bases, hashes = load_once(), hash_once()
    say(ready=True)
    for line in sys.stdin:
        order = json.loads(line)
        bases[order["family"]](order["base"])
        hashes(order["base"])
        pid = os.fork()
        if pid == 0:
            os._exit(train(order))
        say(pid=pid)
        say(code=os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))


def load_once():
    """By family, what loads a base beforehand. The engine's loaders then give what is there, by the file's name."""
    from library import model_util, sdxl_model_util

    kept = {}

    def once(module, name, place):
        load = getattr(module, name)

        def give(*arguments, **options):
            path = str(arguments[place])
            if path not in kept:
                kept[path] = load(*arguments, **options)
            return kept[path]

        setattr(module, name, give)
        return give

    sd = once(model_util, "load_models_from_stable_diffusion_checkpoint", 1)
    sdxl = once(sdxl_model_util, "load_models_from_sdxl_checkpoint", 1)
    return {
        "sd15": lambda path: sd(False, path, "cpu", unet_use_linear_projection_in_v2=False),
        "sd2": lambda path: sd(True, path, "cpu", unet_use_linear_projection_in_v2=False),
        "sdxl": lambda path: sdxl("sdxl_base_v1-0", path, "cpu", None),
    }


def hash_once():
    from library import train_util

    train_util.calculate_sha256 = functools.cache(train_util.calculate_sha256)
    return train_util.calculate_sha256


def say(**values):
    print(json.dumps(values), flush=True)


def train(order):
    os.setsid()
    log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for stream in (1, 2):
        os.dup2(log, stream)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.chdir(order["cwd"])
    os.environ.update(order["environment"])
    sys.argv = order["command"]
    # As Python does where it is started with a script.
    sys.path.insert(0, str(Path(sys.argv[0]).parent))
    made = remember_optimizers()
    code = 1
    try:
        runpy.run_path(sys.argv[0], run_name="__main__")
        code = 0
    except SystemExit as leaving:
        code = leaving.code if isinstance(leaving.code, int) else int(leaving.code is not None)
    except BaseException:
        traceback.print_exc()
    Path(order["counts"]).write_text(json.dumps(counts(made)), encoding="utf-8")
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    return code


def remember_optimizers():
    """All that are made from now on; one that wraps another comes after it."""
    import torch

    made, begin = [], torch.optim.Optimizer.__init__

    def begin_and_remember(self, *arguments, **options):
        begin(self, *arguments, **options)
        made.append(self)

    torch.optim.Optimizer.__init__ = begin_and_remember
    return made


def counts(made):
    import torch

    if not made:
        return {"trained": 0, "kept": 0}
    groups = made[0].param_groups
    kept = {id(one): one for optimizer in made for one in tensors(dict(optimizer.state))}
    return {
        "trained": sum(one.numel() for group in groups for one in group["params"]),
        "kept": sum(
            one.numel() for one in kept.values() if isinstance(one, torch.Tensor) and one.numel() > 1
        ),
    }


def tensors(value):
    import torch

    if isinstance(value, torch.Tensor):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from tensors(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from tensors(inner)


if __name__ == "__main__":
    main()
