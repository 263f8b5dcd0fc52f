"""What an installed engine is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

EngineName = Literal["sd-scripts", "embedded"]
SD_SCRIPTS: EngineName = "sd-scripts"
EMBEDDED: EngineName = "embedded"
NAMES: tuple[EngineName, ...] = (SD_SCRIPTS, EMBEDDED)
EMBEDDED_SCRIPTS = Path(__file__).with_name("embedded")
"""They come with this package: there is nothing to fetch."""


@dataclass(frozen=True, slots=True)
class Engine:
    """One installed engine: its training scripts, the environment that runs them, and its tokenizers."""

    root: Path
    """Holds the environment and the tokenizers, and the checkout of what was cloned."""
    commit: str
    """Of sd-scripts; of the embedded engine a hash of its sources."""
    tag: str
    lock: str
    """SHA-256 of the requirements file that the environment was built from."""
    name: EngineName = SD_SCRIPTS

    @property
    def checkout(self) -> Path:
        """Where its training scripts stand, and start."""
        return EMBEDDED_SCRIPTS if self.name == EMBEDDED else self.root / "sd-scripts"

    @property
    def python(self) -> Path:
        return self.root / "env" / "bin" / "python"

    @property
    def tokenizers(self) -> Path:
        """What `tokenizer_cache_dir` is set to: CLIP's tokenizers for SD 1.x, 2.x and SDXL."""
        return self.root / "tokenizers"
