"""Draws pictures with the engine's own script, gen_img.py: one after the other, with the base model loaded once.

    python draw.py JOB.json

Runs in the engine's interpreter, with the checkout as current folder. This file stands alone, as entry.py does, and nothing
of the engine is changed on disk. The job, as kohya_driver/sampling/job.py writes it:

    {"arguments": ["--ckpt", …],      for gen_img.py
     "settings": {"device": "mps", …}, for embedded/draw.py, which does the same without sd-scripts
     "tell": FILE,                    one line of JSON for everything that happens
     "first": FILE,                   the LoRA that the network is built from
     "pictures": [{"file": "p1-….png", "prompt": "a girl --d 42 …", "lora": FILE or null, "weight": 0.8}]}

gen_img.py asks a module for its prompts if it is told to (`--from_module`). This file is that module: before it gives the
next prompt, it puts the next LoRA's weights into the one network that gen_img.py has built. So a grid over many LoRA files
takes no more memory, and no more time for a picture, than one LoRA does. What is set right inside, each held by
tests/contract/test_samples.py:

- gen_img.py knows CUDA and the processor only (gen_img.py:1831): on a Mac its torch.device is answered with mps.
- It takes {a|b} in a prompt for a choice, which the samples of a training do not: a prompt means the same in both.
- It has no ear for the end of whoever started it, who alone can make something of the pictures.
"""

import json
import os
import sys
import time
from pathlib import Path

NAME = "kohya_driver_draw"
"""Of this module, for the copy that gen_img.py makes of it when it loads its module of prompts."""
JOB = None


class Job:
    """What is to be drawn, and how far it has come."""

    def __init__(self, path):
        with Path(path).open(encoding="utf-8") as file:
            facts = json.load(file)
        self.arguments, self.settings, self.pictures = (
            facts["arguments"],
            facts["settings"],
            facts["pictures"],
        )
        self.path, self.parent = facts["tell"], os.getppid()
        self.network = None
        self.loaded = facts["first"]
        self.number = 0
        self.begun = time.monotonic()

    def tell(self, event, **facts):
        with Path(self.path).open("a", encoding="utf-8") as file:
            file.write(json.dumps({"event": event, **facts}) + "\n")

    def next_prompt(self):
        """As gen_img.py reads it, with the LoRA's weights in the network; None after the last one."""
        picture = self.next_picture()
        return picture and f"{picture['prompt']} --am {picture['weight']} --f {picture['file']}"

    def next_picture(self):
        """The picture that was drawn before is there; None after the last one."""
        self.leave_if_alone()
        now = time.monotonic()
        if self.number:
            self.tell("drawn", number=self.number, seconds=round(now - self.begun, 3))
        if self.number == len(self.pictures):
            return None
        picture = self.pictures[self.number]
        self.number, self.begun = self.number + 1, now
        self.tell("begun", number=self.number)
        if self.network is not None:
            self.take(picture["lora"])
        return picture

    def take(self, lora):
        """The network with this file's weights; with none it is left out of the computing altogether."""
        if hasattr(self.network, "set_enabled"):
            self.network.set_enabled(lora is not None)
        if lora is None or lora == self.loaded:
            return
        from safetensors.torch import load_file

        weights, own = load_file(lora), self.network.state_dict()
        other = [name for name in own if name not in weights or own[name].shape != weights[name].shape]
        if other or len(own) != len(weights):
            raise ValueError(
                f"{lora} is built otherwise than the LoRA before it: {(other or ['more tensors'])[0]}"
            )
        self.network.load_state_dict(weights)
        self.loaded = lora

    def leave_if_alone(self):
        if os.getppid() != self.parent:
            os._exit(143)

    def bar(self, steps, *arguments, **options):
        """In place of the engine's bar over the steps of a picture."""
        steps = list(steps)
        for done, step in enumerate(steps):
            self.leave_if_alone()
            yield step
            self.tell("step", number=self.number, done=done + 1, of=len(steps))


def get_prompter(args, pipe, networks):
    """gen_img.py asks for it once everything is loaded."""
    job = sys.modules[NAME].JOB
    job.network = networks[0] if networks else None
    job.tell("ready")
    return lambda *arguments: job.next_prompt()


class TorchWithDevice:
    """torch, but for the device that it names."""

    def __init__(self, torch, device):
        self._torch, self._device = torch, device

    def device(self, *arguments):
        return self._torch.device(self._device)

    def __getattr__(self, name):
        return getattr(self._torch, name)


def main():
    global JOB
    JOB = Job(sys.argv[1])
    sys.path[0] = str(Path.cwd())
    sys.modules[NAME] = sys.modules["__main__"]
    import gen_img

    gen_img.torch = TorchWithDevice(gen_img.torch, JOB.settings["device"])
    gen_img.handle_dynamic_prompt_variants = lambda prompt, count, chance, seeds=None: ([prompt], seeds)
    gen_img.tqdm = JOB.bar
    arguments = gen_img.setup_parser().parse_args(JOB.arguments)
    gen_img.setup_logging(arguments, reset=True)
    gen_img.main(arguments)
    JOB.tell("done")


if __name__ == "__main__":
    main()
