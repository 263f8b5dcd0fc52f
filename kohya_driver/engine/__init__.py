"""The engine, sd-scripts: its pin, checkout, environment and options."""

from pathlib import Path


def entry_script() -> Path:
    """The script that runs a training script inside the engine's interpreter."""
    return Path(__file__).with_name("entry.py")


def draw_script() -> Path:
    """The script that draws pictures there."""
    return Path(__file__).with_name("draw.py")


def random_base_script() -> Path:
    """The script that makes a base model with random weights there."""
    return Path(__file__).with_name("random_base.py")


def selftest_script() -> Path:
    """The script that holds torch's operations against the processor's there."""
    return Path(__file__).with_name("selftest.py")


def tool_script() -> Path:
    """The script that runs the engine's tools for LoRA files there."""
    return Path(__file__).with_name("tool.py")
