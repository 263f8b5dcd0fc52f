"""Runs a training script of the engine inside the engine's own interpreter, unchanged, and takes part in its training loop.

Started by `accelerate launch entry.py SCRIPT ARGUMENTS…` with the checkout as current folder. This file stands alone, with
`entry_loop.py`, `entry_states.py`, `entry_kept.py` and `entry_unfilled.py` beside it: it has nothing of this package, and nothing of the engine is changed on disk.

KOHYA_DRIVER_METRICS names the file to which each micro-step is appended as one line of JSON, because the engine's bar shows
three digits of an average only:

    {"time": 1760000000.0, "step": 12, "sync": true, "values": {"loss/current": 0.1, "lr/unet": 0.0001}}

`sync` is false for the micro-steps of gradient accumulation that do not end an optimizer step. The rates are those that the
step was made with; the engine itself logs those of the next one, because it asks after the scheduler has moved on.

A validation is a line of the same kind, with the values `loss/validation/…`. Its step is the optimizer step after which it was made;
the engine itself counts those at the end of an epoch by epochs.

KOHYA_DRIVER_KEPT names a folder for what is the same in every training (`entry_kept.py`). What is of no use to any is left out then
(`entry_unfilled.py`, `look_at_new_objects`).

KOHYA_DRIVER_ATTEMPT names a file that says what this attempt is to do beyond that: where to go on from, where to keep train
states and how often (`entry_loop.Loop`). What happens is told in the same metrics file (`{"event": "state", …}`), and how the
trainer ended in `trainer.json` beside it, because the launcher hides it.
"""

import errno
import gc
import importlib.util
import io
import json
import math
import os
import re
import runpy
import sys
import time


def main():
    script = os.path.abspath(sys.argv[1])
    # This file's own folder must not lend its module names to the engine; the script's folder stands there instead.
    sys.path[0] = os.path.dirname(script)
    sys.argv = sys.argv[1:]
    sys.stdout, sys.stderr = undaunted(sys.stdout), undaunted(sys.stderr)
    metrics, attempt = os.environ.get("KOHYA_DRIVER_METRICS"), os.environ.get("KOHYA_DRIVER_ATTEMPT")
    loop = None
    if attempt:
        loop = beside("entry_loop").take_part(
            attempt, beside("entry_states"), lambda line: append(metrics, line)
        )
    if metrics:
        record_metrics(metrics, loop)
    kept = os.environ.get("KOHYA_DRIVER_KEPT")
    if metrics and kept:
        when_imported = beside("entry_loop").when_imported
        beside("entry_kept").keep(kept, sys.argv[1:], lambda line: append(metrics, line), when_imported)
        when_imported("library.model_util", beside("entry_unfilled").leave_unfilled)
        when_imported("library.train_util", look_at_new_objects)
    run(script, loop)


def look_at_new_objects(module):
    """The engine cleans up memory again and again, after each batch of the VAE too: 0.2 s each, for objects that imports have made."""
    gc.freeze()


def run(script, loop):
    status = 1
    try:
        runpy.run_path(script, run_name="__main__")
        status = 0
    except SystemExit as leaving:
        status = leaving.code if isinstance(leaving.code, int) else int(leaving.code is not None)
        raise
    except BaseException:
        # Of several processes torch writes "[rank0]: " before each line of a traceback, and the driver could not read it.
        sys.excepthook = sys.__excepthook__
        raise
    finally:
        if loop is not None:
            loop.note_end(status)


def beside(name):
    """A module from this file's folder, under a name that cannot be one of the engine's."""
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), f"{name}.py")
    spec = importlib.util.spec_from_file_location(f"kohya_driver_{name}", path)
    if spec.name not in sys.modules:
        sys.modules[spec.name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[spec.name])
    return sys.modules[spec.name]


NO_ROOM = (errno.ENOSPC, errno.EDQUOT)


class Undaunted(io.FileIO):
    """A file that loses what a full disk has no room for. tqdm and print would end the training instead."""

    def write(self, data):
        try:
            return super().write(data)
        except OSError as failure:
            if failure.errno not in NO_ROOM:
                raise
            return memoryview(data).nbytes


def undaunted(stream):
    """The same stream, on such a file; left as it is where it is none of Python's own."""
    try:
        stream.flush()
        raw = Undaunted(stream.fileno(), "w", closefd=False)
        target = raw if stream.write_through else io.BufferedWriter(raw)
        options = {"line_buffering": stream.line_buffering, "write_through": stream.write_through}
        return io.TextIOWrapper(target, encoding=stream.encoding, errors=stream.errors, **options)
    except (AttributeError, OSError, ValueError):
        return stream


TORN = set()
"""Files whose last line may be half a line, because the disk was full."""


def append(path, line):
    """One more line; a disk that refuses it never ends a training."""
    try:
        with open(path, "a", encoding="utf-8") as file:
            file.write("\n" * (path in TORN) + json.dumps(line) + "\n")
        TORN.discard(path)
    except OSError:
        TORN.add(path)


def record_metrics(path, loop):
    """Append what the trainer logs to `path`; only the main process logs.

    train_network.py hands a step's values to the TensorBoard tracker itself (accelerator_logging), not to Accelerator.log.
    """
    from accelerate.optimizer import AcceleratedOptimizer
    from accelerate.state import GradientState
    from accelerate.tracking import TensorBoardTracker

    log, step_optimizer = TensorBoardTracker.log, AcceleratedOptimizer.step
    gradient, used = GradientState(), loop.rates if loop is not None else []
    reached = [0]  # the optimizer steps done

    def remember_rates(self, *arguments, **options):
        if gradient.sync_gradients:
            used[:] = [float(group["lr"]) for group in self.param_groups]
        return step_optimizer(self, *arguments, **options)

    def log_and_record(self, values, step=None, **options):
        if "loss/current" in values:
            reached[:] = [step]
        if loop is not None and loop.replaying:
            return None  # an earlier attempt has logged these steps
        if "loss/current" in values:
            numbers = {**plain(values), **rates_used(values, used)}
            line = {"time": time.time(), "step": step, "sync": gradient.sync_gradients, "values": numbers}
            append(path, line)
        elif any(name.startswith("loss/validation/") for name in values):
            append(path, {"time": time.time(), "step": reached[0], "sync": True, "values": plain(values)})
        result = unless_full(log)(self, values, step=step, **options)
        if loop is not None and "loss/current" in values:
            loop.after_log(float(values["loss/current"]))
        return result

    AcceleratedOptimizer.step = remember_rates
    TensorBoardTracker.log = log_and_record
    TensorBoardTracker.finish = unless_full(TensorBoardTracker.finish)


def unless_full(write):
    """TensorBoard's writer gives up for good when the disk is full, and says so to whoever logs next: that is no reason to end."""

    def write_if_possible(*arguments, **options):
        try:
            return write(*arguments, **options)
        except OSError as failure:
            if failure.errno not in NO_ROOM:
                raise
            return None

    return write_if_possible


def rates_used(values, used):
    """The logged rates' names with the rates that the step was made with, where it is plain which is which."""
    names = [name for name in values if name.startswith("lr/") and "d*lr" not in name]
    described = [name for name in names if not re.fullmatch(r"lr/group\d+", name)]
    places = dict(zip(described, range(len(used)), strict=True)) if len(described) == len(used) else {}
    places.update((name, int(name[len("lr/group") :])) for name in names if name not in described)
    return {name: used[place] for name, place in places.items() if place < len(used)}


def plain(values):
    """Numbers only; JSON has no NaN, so such numbers become words."""
    numbers = {}
    for name, value in values.items():
        try:
            number = float(value)
        except (TypeError, ValueError):
            continue
        words = "NaN" if math.isnan(number) else "Infinity" if number > 0 else "-Infinity"
        numbers[name] = number if math.isfinite(number) else words
    return numbers


if __name__ == "__main__":
    main()
