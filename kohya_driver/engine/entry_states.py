"""Train states of the engine, written whole or not at all, with what the engine leaves out. Stands alone, as entry.py does.

The engine's own state (accelerator.save_state) holds the network, the optimizer, the scheduler and the random numbers of the
processor. To go on as if nothing had happened, more is needed, and `driver.bin` in the same folder holds it: how many
micro-batches were seen, their losses, in which order this epoch's batches come, the random numbers of the Metal device, and
those from before the batch that the data loader has fetched ahead. `driver.json` is written last. It names every file with its
size and SHA-256: a folder without it, or where a file differs, is a state that was cut off.
"""

import hashlib
import json
import os
import pickle
import random
import shutil

MANIFEST = "driver.json"
REST = "driver.bin"
VERSION = 1


class Position:
    """Where a training stands: read from a state's folder, or to be written into one."""

    def __init__(self, folder, facts, rest):
        self.folder = folder
        self.kind = facts["kind"]  # "step": saved within a step; "epoch": at an epoch's end
        self.step = facts["step"]
        self.epoch = facts["epoch"]  # counted from 0
        self.micro = facts["micro"]  # micro-batches trained on
        self.rest = rest


def read(folder):
    """Raises OSError, ValueError or KeyError where the folder holds no state of this version."""
    with open(os.path.join(folder, MANIFEST), encoding="utf-8") as file:
        facts = json.load(file)
    if facts["version"] != VERSION:
        raise ValueError(f"a train state of version {facts['version']}")
    with open(os.path.join(folder, REST), "rb") as file:
        return Position(folder, facts, pickle.load(file))


def seal(folder, facts, rest):
    """Add what the engine leaves out to the state in this folder, and name what is in it; on the disk when this returns."""
    with open(os.path.join(folder, REST), "wb") as file:
        pickle.dump(rest, file)
    names = sorted(name for name in os.listdir(folder) if name != MANIFEST)
    files = {
        name: {"size": size, "sha256": digest}
        for name, size, digest in (_kept(folder, name) for name in names)
    }
    text = json.dumps({"version": VERSION, **facts, "files": files}, indent=1)
    partial = os.path.join(folder, f".{MANIFEST}")
    with open(partial, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(partial, os.path.join(folder, MANIFEST))
    _sync_folder(folder)


def _kept(folder, name):
    with open(os.path.join(folder, name), "rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        os.fsync(file.fileno())
        return name, os.fstat(file.fileno()).st_size, digest


def _sync_folder(folder):
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def is_whole(folder):
    """Every file that the manifest names is there in its size. (Their hashes are compared before a state is resumed from.)"""
    try:
        with open(os.path.join(folder, MANIFEST), encoding="utf-8") as file:
            files = json.load(file)["files"]
        return all(
            os.path.getsize(os.path.join(folder, name)) == kept["size"] for name, kept in files.items()
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False


def prune(root, keep):
    """Remove all but the newest whole states in this folder, and whatever an earlier attempt left half-written."""
    names = sorted(name for name in os.listdir(root) if name.startswith("step-"))
    whole = [name for name in names if is_whole(os.path.join(root, name))]
    if not whole:
        return
    for name in os.listdir(root):
        if name.startswith(".step-") or (name in names and name not in whole[-keep:]):
            shutil.rmtree(os.path.join(root, name), ignore_errors=True)


def random_numbers():
    """The state of every source of random numbers that a training uses."""
    import numpy
    import torch

    states = {
        "python": random.getstate(),
        "numpy": numpy.random.get_state(),
        "torch": torch.get_rng_state(),
    }
    device = _device()
    return {**states, "device": device.get_rng_state()} if device else states


def restore_random_numbers(states):
    import numpy
    import torch

    random.setstate(states["python"])
    numpy.random.set_state(states["numpy"])
    torch.set_rng_state(states["torch"])
    device = _device()
    if device and "device" in states:
        device.set_rng_state(states["device"])


def _device():
    """torch's module of the accelerator in use, which has random numbers of its own; None on a processor."""
    import torch

    if torch.cuda.is_available():
        return torch.cuda
    return torch.mps if torch.backends.mps.is_available() else None
