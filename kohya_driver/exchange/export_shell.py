"""A script that trains with sd-scripts as it stands: every option on the command line, the pictures' settings inside."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from typing import Any

from kohya_driver import texts
from kohya_driver.exchange.elsewhere import Elsewhere
from kohya_driver.exchange.export_config import (
    DATASET,
    PROMPTS,
    SD_SCRIPTS,
    dataset_text,
    launcher,
    training_config,
)

END = "END_OF_FILE"
SHARES = ("lr_warmup_steps", "lr_decay_steps")


def script_text(there: Elsewhere) -> str:
    """For bash on Linux and macOS; everything is quoted."""
    lines = [
        "#!/usr/bin/env bash",
        f"# {texts.say('exchange_screen.exported', script=there.script)}",
        f"# {texts.say('exchange_screen.exported_shell', variable=SD_SCRIPTS)}",
        "set -euo pipefail",
        f': "${{{SD_SCRIPTS}:?{texts.say("exchange_screen.exported_shell", variable=SD_SCRIPTS)}}}"',
        *_file(DATASET, dataset_text(there)),
        *(_file(PROMPTS, there.prompts) if there.prompts else ()),
        " \\\n  ".join([" ".join(launcher(there)), *_options(training_config(there))]),
    ]
    return "\n".join(lines) + "\n"


def _file(name: str, text: str) -> Iterator[str]:
    """Written by the script itself, letter for letter."""
    end = END
    while end in text.split("\n"):
        end += "_"
    yield f"cat > {name} <<'{end}'"
    yield text.rstrip("\n")
    yield end


def _options(config: Mapping[str, Any]) -> Iterator[str]:
    for name, value in sorted(config.items()):
        if value is True:
            yield f"--{name}"
        elif value is not False:
            values = value if isinstance(value, list) else [value]
            words = [_word(name, one) for one in values]
            joined = len(words) == 1 and words[0].startswith("-")
            yield (
                shlex.quote(f"--{name}={words[0]}")
                if joined
                else " ".join([f"--{name}", *map(shlex.quote, words)])
            )


def _word(name: str, value: Any) -> str:
    """As argparse reads it back: there, 1.0 would be no share of the steps (train_util.py:3664)."""
    return f"{value * 100:g}%" if name in SHARES and isinstance(value, float) and value >= 1 else str(value)
