"""The engines behind one interface. What differs between them is answered here; nobody above asks which one it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kohya_driver.engine import bases, draw_script
from kohya_driver.engine.base import BaseModel
from kohya_driver.engine.bases import OnProgress
from kohya_driver.engine.embedded import scope
from kohya_driver.engine.embedded.scope import Outside
from kohya_driver.engine.model import EMBEDDED, EMBEDDED_SCRIPTS, SD_SCRIPTS, Engine, EngineName
from kohya_driver.engine.pin import Recipe, load_recipe
from kohya_driver.engine.store import engines_folder, find_engine

__all__ = ["DEFAULT", "EMBEDDED", "FAMILIES", "KINDS", "SD_SCRIPTS", "Kind", "Outside", "kind_of"]

DEFAULT = SD_SCRIPTS


@dataclass(frozen=True, slots=True)
class Kind:
    """An engine as the rest sees it, installed or not. What is written here holds for sd-scripts."""

    name: EngineName
    scripts: Mapping[str, str]
    """Family → the script that trains it."""
    is_measured: bool = True
    """Whether planning/memory.py was measured on it."""

    def script(self, family: str) -> str:
        """The training script for a family; that of SD 1.x for one that is not known."""
        return self.scripts.get(family, self.scripts["sd15"])

    def recipe(self) -> Recipe:
        """What this version of the package would install."""
        return load_recipe(self.name)

    def find(self) -> Engine | None:
        """The installed engine. Looks at files only."""
        return find_engine(self.recipe())

    def expected(self) -> Engine:
        """The engine as it will be once it is installed."""
        recipe = self.recipe()
        return recipe.engine_in(engines_folder() / recipe.folder_name)

    def carried_out(self, option: str) -> tuple[object, ...] | None:
        """The values of a training option that it carries out: nothing for any, None where it has no such option."""
        return ()

    def outside_training(self, options: Mapping[str, Any]) -> tuple[Outside, ...]:
        """The training options of the catalogue that it does not carry out."""
        return ()

    def outside_dataset(self, config: Mapping[str, Any]) -> tuple[Outside, ...]:
        """The keys of a dataset config that it does not carry out."""
        return ()

    def trains_on(self, base: BaseModel) -> bool:
        """Whether it can build a U-Net of this size: sd-scripts' has its channels in the code (original_unet.py)."""
        return not base.is_small

    def draw_script(self) -> Path:
        """What draws pictures with a LoRA, in its interpreter."""
        return draw_script()

    def random_base(self, engine: Engine, family: str, on_progress: OnProgress) -> Path:
        """A base with random weights, made once and kept, on which a first training can be made.

        Raises:
            EngineError: the engine could not make it.
            HostError: there is no space for it.
        """
        return bases.random_base(engine, family, on_progress)


class Embedded(Kind):
    """What comes with this package: a small part of sd-scripts, as `embedded/scope.py` lists it."""

    __slots__ = ()

    def carried_out(self, option: str) -> tuple[object, ...] | None:
        values = scope.OPTIONS.get(option)
        return () if values == scope.ON_OR_OFF else values

    def outside_training(self, options: Mapping[str, Any]) -> tuple[Outside, ...]:
        return tuple(scope.outside_training(options))

    def outside_dataset(self, config: Mapping[str, Any]) -> tuple[Outside, ...]:
        return tuple(scope.outside_dataset(config))

    def trains_on(self, base: BaseModel) -> bool:
        """It takes the size from the model's own config."""
        return True

    def draw_script(self) -> Path:
        """By diffusers' own pipeline, as it draws samples."""
        return EMBEDDED_SCRIPTS / "draw.py"

    def random_base(self, engine: Engine, family: str, on_progress: OnProgress) -> Path:
        """In half a second, and of one family."""
        return bases.tiny_base(engine)


TRAIN = "train_network.py"
KINDS: Mapping[EngineName, Kind] = {
    SD_SCRIPTS: Kind(SD_SCRIPTS, {"sd15": TRAIN, "sd2": TRAIN, "sdxl": "sdxl_train_network.py"}),
    EMBEDDED: Embedded(EMBEDDED, dict.fromkeys(scope.FAMILIES, TRAIN), is_measured=False),
}


FAMILIES = frozenset(KINDS[DEFAULT].scripts)
"""What can be trained at all."""


def kind_of(name: EngineName) -> Kind:
    return KINDS[name]
