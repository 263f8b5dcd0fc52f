"""Behaves like `accelerate launch … entry.py train_network.py --config_file config.toml`, as far as the driver sees.

Stands alone, like the engine. It is two processes, as the engine is: a launcher, and the trainer that it waits for.
What it prints is taken from tests/golden/logs. STAND_IN names the fault that it plays, STAND_IN_STEP_SECONDS its pace,
STAND_IN_SLOW_AFTER the step behind which it dawdles: a test comes there soon, and then has many seconds for what it does.
A stop ends that after one step, and so does the file that STAND_IN_HURRY names, once it is there.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import struct
import subprocess
import sys
import time
import tomllib
import traceback
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

FAULT = os.environ.get("STAND_IN", "")
STEP_SECONDS = float(os.environ.get("STAND_IN_STEP_SECONDS", "0"))
SLOW_AFTER = int(os.environ.get("STAND_IN_SLOW_AFTER", sys.maxsize))
SLOW_SECONDS = 1.0
HURRY = os.environ.get("STAND_IN_HURRY", "")
if os.environ.get("STAND_IN_ONCE") and Path(os.environ["STAND_IN_ONCE"]).exists():
    FAULT, SLOW_AFTER = "", sys.maxsize  # it went wrong before, and does so once only
FLOOD_LINES = 200_000
MILLION = 1_000_000
HALF_SECONDS = 0.5
INFO = " " * 20 + "INFO     "
PICTURES = {".png", ".jpg", ".jpeg", ".webp", ".bmp"}
PNG = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 0) + b"IEND\xaeB`\x82"
FAULT_STEP = int(os.environ.get("STAND_IN_STEP", "3"))
"""At which the faults of single steps come."""
STUBBORN = ("stubborn", "stubborn_orphan", "stalled_stubborn")
"""These do not hear SIGINT and SIGTERM."""
SLEEPER = "import time; time.sleep(600)"

BEGINNING = f"""\
2026-11-22 21:26:42 INFO     Loading settings from config.toml...{" " * 200}train_util.py:4563
{INFO}Using v1 tokenizer{" " * 200}strategy_sd.py:26
{INFO}prepare images.{" " * 200}train_util.py:2089
                    WARNING  no regularization images / 正則化画像が見つかりませんでした{" " * 150}train_util.py:2167
{INFO}bucket 0: resolution (512, 512), count: 6{" " * 200}train_util.py:1036
accelerator device: cpu
{INFO}loading model for process 0/1{" " * 200}sd_train.py:40
{INFO}caching latents with caching strategy.{" " * 200}train_util.py:1111
{INFO}caching latents...{" " * 200}train_util.py:1160
\r  0%|          | 0/3 [00:00<?, ?it/s]\r 33%|███▎      | 1/3 [00:00<00:01,  1.21it/s]\r100%|██████████| 3/3 [00:02<00:00,  1.27it/s]
import network module: networks.lora
prepare optimizer, data loader etc.
running training / 学習開始
"""
LAUNCHED = (
    '  File "/opt/env/lib/python3.11/site-packages/accelerate/commands/launch.py", line 999, in simple_launcher\n'
    "    raise subprocess.CalledProcessError(returncode=process.returncode, cmd=cmd)\n"
)
NO_BITSANDBYTES = (
    "Traceback (most recent call last):\n"
    '  File "/opt/sd-scripts/train_network.py", line 1913, in <module>\n'
    "    trainer.train(args)\n"
    "ImportError: No bitsandbytes / bitsandbytesがインストールされていないようです\n"
)


OUT_OF_MEMORY = (
    "Traceback (most recent call last):\n"
    '  File "/opt/sd-scripts/train_network.py", line 1913, in <module>\n'
    "    trainer.train(args)\n"
    "RuntimeError: MPS backend out of memory (MPS allocated: 17.50 GB, other allocations: 412.03 MB, max allowed: "
    "18.13 GB). Tried to allocate 512.00 MB on private pool. Use PYTORCH_MPS_HIGH_WATERMARK_RATIO=0.0 to disable "
    "upper limit for memory allocations (may cause system failure).\n"
)


def main() -> int:
    if FAULT == "clock_back":
        now = time.time
        time.time = lambda: now() - 86_400
    if FAULT in STUBBORN:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if sys.argv[1] == "--trainer":
        return train(tomllib.loads(Path(sys.argv[2]).read_text(encoding="utf-8")))
    if "accelerate.commands.launch" in sys.argv:
        return launch(sys.argv[-1])
    return train(tomllib.loads(Path(sys.argv[-1]).read_text(encoding="utf-8")))


def launch(config: str) -> int:
    """As accelerate's simple_launcher: the trainer's signal is only told in a text, its status is lost."""
    command = [sys.executable, "-I", "-S", __file__, "--trainer", config]
    # -I forgets PYTHONUTF8.
    trainer = subprocess.Popen([*command[:1], "-X", "utf8", *command[1:]])
    if FAULT == "launcher_killed":
        time.sleep(0.5)
        os.kill(os.getpid(), signal.SIGKILL)
    status = trainer.wait()
    if not status:
        return 0
    told = subprocess.CalledProcessError(status, command)
    print(
        f"Traceback (most recent call last):\n{LAUNCHED}subprocess.CalledProcessError: {told}",
        file=sys.stderr,
    )
    return 1


def say(text: str) -> None:
    with contextlib.suppress(OSError):  # as Python's logging does on a full disk
        sys.stderr.write(text)
        sys.stderr.flush()


def train(config: Mapping[str, Any]) -> int:
    sys.path.insert(0, str(Path(__file__).parent))
    from stand_in_loop import Loop  # type: ignore[import-not-found]

    loop = Loop(FAULT, save)
    if FAULT not in STUBBORN:
        signal.signal(signal.SIGTERM, lambda number, frame: terminate(loop))
    status = 1
    try:
        status = train_on(config, loop)
    except KeyboardInterrupt:
        traceback.print_exc()
    finally:
        loop.note(status=status, left=loop.left)
    return status


def terminate(loop: Any) -> None:
    if loop.terminated or not loop.begun:
        os._exit(143)
    loop.terminated = True


def train_on(config: Mapping[str, Any], loop: Any) -> int:
    dataset = tomllib.loads(Path(config["dataset_config"]).read_text(encoding="utf-8"))["datasets"][0]
    epoch_steps = sum(map(count, dataset["subsets"])) // dataset["batch_size"]
    epochs = config.get("max_train_epochs") or -(-config["max_train_steps"] // epoch_steps)
    steps = min(epochs * epoch_steps, config.get("max_train_steps") or sys.maxsize)
    output = Path(config["output_dir"])
    say(BEGINNING)
    if FAULT == "no_data":
        say(
            "                    ERROR    No data found. Please verify arguments (train_data_dir must be the parent\n"
        )
        return 0
    if FAULT == "crash":
        say(NO_BITSANDBYTES)
        return 1
    say(f"  num epochs / epoch数: {epochs}\n  total optimization steps / 学習ステップ数: {steps}\n")
    begin_fault(output)
    if loop.first > 1:
        loop.resumed()
        log_step(loop.first - 1, 1 / (loop.first - 1))  # a state is saved before its step is logged
    loop.begun = time.time()
    say(f"\rsteps: {0:3}%|          | {loop.first - 1}/{steps} [00:00<?, ?it/s]")
    for step in range(loop.first, steps + 1):
        if step % epoch_steps == 1:
            say(f"\nepoch {-(-step // epoch_steps)}/{epochs}\n")
        take_step(step, steps, loop)
        if loop.stopping:
            loop.leave("stopped")
            return 0
        if step % epoch_steps == 0 and step < steps:
            end_epoch(config, output, step // epoch_steps)
    finish(output / f"{config['output_name']}.safetensors", steps)
    return 0


def count(subset: Mapping[str, Any]) -> int:
    found = [path for path in Path(subset["image_dir"]).iterdir() if path.suffix in PICTURES]
    return len(found) * int(subset["num_repeats"])


def hurried() -> bool:
    return bool(HURRY) and Path(HURRY).exists()


def take_step(step: int, steps: int, loop: Any) -> None:
    if not hurried():
        time.sleep(STEP_SECONDS if step <= SLOW_AFTER else SLOW_SECONDS)
    loss: float | str = 1 / step
    if step == FAULT_STEP:
        fault_at_step()
        loss = "NaN" if FAULT == "nan_loss" else loss
    if FAULT == "nan_loss" and step == FAULT_STEP and loop.settings["leave_when_not_finite"]:
        loop.leave("not_finite")
        sys.exit(86)
    loop.step(step, 1 / step, steps)
    log_step(step, loss)
    say(
        f"\rsteps: {step * 100 // steps:3}%|█         | {step}/{steps} [00:06<01:06,  6.04s/it, avr_loss={1 / step:.3g}]"
    )


def log_step(step: int, loss: float | str) -> None:
    line = {
        "time": time.time(),
        "step": step,
        "sync": True,
        "values": {"loss/current": loss, "loss/average": loss, "lr/unet": 1e-4},
    }
    with (
        contextlib.suppress(OSError),
        Path(os.environ["KOHYA_DRIVER_METRICS"]).open("a", encoding="utf-8") as metrics,
    ):
        metrics.write(json.dumps(line) + "\n")


def fault_at_step() -> None:
    if os.environ.get("STAND_IN_ONCE") and FAULT:
        Path(os.environ["STAND_IN_ONCE"]).touch()
    if FAULT in ("killed", "lost_status"):
        os.kill(os.getpid(), signal.SIGKILL)
    if FAULT == "out_of_memory":
        say(OUT_OF_MEMORY)
        sys.exit(1)
    if FAULT in ("stalled", "stalled_stubborn"):
        time.sleep(600)
    if FAULT == "stalled_for_a_while":
        while not hurried():
            time.sleep(0.1)
    if FAULT == "metal":
        say("Error: command buffer exited with error status.\n")


def end_epoch(config: Mapping[str, Any], output: Path, epoch: int) -> None:
    if config.get("save_every_n_epochs"):
        save(output / f"{config['output_name']}-{epoch:06}.safetensors")
    if config.get("sample_every_n_epochs"):
        say(
            f"{INFO}generating sample images at step / サンプル画像生成 ステップ: {epoch}{' ' * 100}train_util.py:6355\n"
        )
        (output / "sample").mkdir(exist_ok=True)
        (output / "sample" / f"ning_e{epoch:06}_00.png").write_bytes(PNG)


def begin_fault(output: Path) -> None:
    """What goes wrong before the first step."""
    if FAULT in ("orphan", "stubborn_orphan", "killed", "lost_status"):
        subprocess.Popen([sys.executable, "-c", SLEEPER], start_new_session=True)
    if FAULT == "flood":
        for number in range(FLOOD_LINES):
            sys.stderr.write(f"{INFO}line {number} of many{' ' * 60}train_util.py:1\n")
    if FAULT == "flood_of_a_million":
        for number in range(0, MILLION, 1000):
            sys.stderr.write("".join(f"line {line} of a million\n" for line in range(number, number + 1000)))
    if FAULT == "flood_of_warnings":
        for number in range(FLOOD_LINES // 20):
            sys.stderr.write(f"                    WARNING  warning {number}{' ' * 60}train_util.py:1\n")
    if FAULT == "endless_flood":
        while True:
            sys.stderr.write(f"{INFO}and so on{' ' * 60}train_util.py:1\n" * 1000)
            time.sleep(0.005)
    if FAULT == "bytes":
        os.write(
            2, b"\xff\xfe\x00 \xe5\xae half a character \xf0\x9f\r\x00\x1b[31m\n" + b"\xe5" * 70_000 + b"\n"
        )
    if FAULT == "closed":
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
    if FAULT in ("full", "full_for_a_while"):
        fill(output / "filler")


def fill(path: Path) -> None:
    """Take all the space that there is."""
    try:
        with path.open("wb", buffering=0) as file:
            while file.write(bytes(1 << 20)) == 1 << 20:
                pass
    except OSError:
        say("no space left\n")
    if FAULT == "full_for_a_while":
        for _ in range(50):
            say(f"                    WARNING  no space{' ' * 60}train_util.py:1\n")
            time.sleep(0.01)
        path.unlink()


def finish(final: Path, steps: int) -> None:
    """The last file, and that it is saved: together, as the engine says it, or not."""
    if FAULT == "no_final":
        say(f"\nsaving checkpoint: {final}\n")
    else:
        save(final)
    if FAULT != "silent":
        say(f"{INFO}model saved.{' ' * 200}train_network.py:1873\n")
    say(f"\rsteps: 100%|██████████| {steps}/{steps} [00:49<00:00,  4.10s/it, avr_loss=1.08]\n")


def save(path: Path) -> None:
    say(f"\nsaving checkpoint: {path}\n")
    data = b"".join(lora())
    half = len(data) // 2
    with path.open("wb") as file:
        file.write(data[:half])
        file.flush()
        if FAULT == "halves":
            time.sleep(HALF_SECONDS)
        if FAULT != "torn":
            file.write(data[half:])
    if FAULT == "clock_back":
        os.utime(path, (time.time(), time.time()))


def lora() -> Iterator[bytes]:
    """A LoRA of one module, rank 2, in F32: trained, or with a NaN, or as it was before the first step."""
    up = {"nan": float("nan"), "untrained": 0.0}.get(FAULT, 0.25)
    tensors = {"lora_down": [0.5] * 8, "lora_up": [up] * 8, "alpha": [2.0]}
    entries: dict[str, Any] = {"__metadata__": {"ss_network_module": "networks.lora"}}
    begin = 0
    for part, values in tensors.items():
        end = begin + 4 * len(values)
        name = f"lora_unet_mid.{part}" if part == "alpha" else f"lora_unet_mid.{part}.weight"
        shape = {"lora_down": [2, 4], "lora_up": [4, 2]}.get(part, [])
        entries[name] = {"dtype": "F32", "shape": shape, "data_offsets": [begin, end]}
        begin = end
    header = json.dumps(entries).encode()
    yield struct.pack("<Q", len(header)) + header
    for values in tensors.values():
        yield struct.pack(f"<{len(values)}f", *values)


if __name__ == "__main__":
    sys.exit(main())
