"""What an installed engine is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Engine:
    """One installed engine: a checkout, the environment that runs it, and its tokenizers, in one folder."""

    root: Path
    commit: str
    tag: str
    lock: str
    """SHA-256 of the requirements file that the environment was built from."""

    @property
    def checkout(self) -> Path:
        return self.root / "sd-scripts"

    @property
    def python(self) -> Path:
        return self.root / "env" / "bin" / "python"

    @property
    def tokenizers(self) -> Path:
        """What `tokenizer_cache_dir` is set to: CLIP's tokenizers for SD 1.x, 2.x and SDXL."""
        return self.root / "tokenizers"
