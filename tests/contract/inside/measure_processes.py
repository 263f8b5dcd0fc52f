"""Runs inside the engine's interpreter, once for each of several processes: what `measure_steps.py` asks, of all of them together.

    python -m torch.distributed.run --standalone --nproc-per-node 2 measure_processes.py ENTRY_LOOP CONFIGS ANSWER

Of the driver's own part in the loop only that is hooked in without which the engine would not begin. The first process writes
the answer.
"""

import importlib.util
import json
import os
import sys
import types
from pathlib import Path

import measure_steps
from accelerate import Accelerator, PartialState


def driver_part(path):
    spec = importlib.util.spec_from_file_location("entry_loop", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def main():
    entry_loop, configs, answer = sys.argv[1:4]
    module = types.ModuleType("tiny_network")
    module.create_network = lambda *_, **__: measure_steps.TinyNetwork()
    sys.modules["tiny_network"] = module
    Accelerator.prepare_model = driver_part(entry_loop).bare_unless_trained(Accelerator.prepare_model)
    # The processes stay together from one training to the next.
    PartialState.destroy_process_group = lambda *_, **__: None
    runs = [measure_steps.run(config) for config in json.loads(Path(configs).read_text(encoding="utf-8"))]
    if os.environ["RANK"] == "0":
        Path(answer).write_text(json.dumps(runs), encoding="utf-8")


if __name__ == "__main__":
    main()
