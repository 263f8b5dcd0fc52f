"""What a check looks at, and where in the preset an engine option stands."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from kohya_driver.dataset.buckets import Bucket, BucketSettings
from kohya_driver.engine.kinds import DEFAULT, Kind, kind_of
from kohya_driver.errors import Finding
from kohya_driver.planning.disk import DiskUse
from kohya_driver.planning.inputs import Inputs
from kohya_driver.planning.memory import MemoryUse
from kohya_driver.planning.model import Override
from kohya_driver.planning.overrides import Draft
from kohya_driver.planning.overrides.pictures import BUCKET_DIVISOR as BUCKET_DIVISOR
from kohya_driver.planning.schedule import Schedule
from kohya_driver.preset.model import Preset, Section, fields


@dataclass(frozen=True, slots=True)
class Subject:
    """What the checks look at: the inputs, and the draft after all overrides."""

    inputs: Inputs
    draft: Draft
    overrides: tuple[Override, ...]
    settings: BucketSettings
    buckets: tuple[Bucket, ...]
    schedule: Schedule
    """All zero where there is nothing to count."""
    disk: DiskUse
    memory: MemoryUse | None
    strict: bool

    @property
    def preset(self) -> Preset:
        return self.inputs.preset

    @property
    def kind(self) -> Kind:
        return self.inputs.kind

    @property
    def script(self) -> str:
        """Whose options the catalogue tells; another engine carries out some of them."""
        return kind_of(DEFAULT).script(self.draft.family).removesuffix(".py")

    @property
    def all_keys(self) -> list[Mapping[str, Any]]:
        """Dataset-config keys of the dataset and of each subset."""
        return [self.draft.dataset, *(subset.keys for subset in self.inputs.subsets)]

    def where(self, option: str) -> str:
        """The place of an engine option in the preset."""
        return self.preset.where(preset_key(option) or f"engine_options.{option}")


Check = Callable[[Subject], Iterable[Finding]]


def preset_key(option: str) -> str | None:
    """The preset's key for an engine option: `network_dim` is `network.dim`; None if no field carries it."""
    return _KEYS.get(option)


def _preset_keys() -> dict[str, str]:
    found: dict[str, str] = {"sdxl": "model.family"}
    for section, info in Preset.model_fields.items():
        kind = info.annotation
        if isinstance(kind, type) and issubclass(kind, Section):
            found |= {theirs: f"{section}.{ours}" for ours, theirs in fields(kind, "option").items()}
            found |= {theirs: f"{section}.{ours}" for ours, theirs in fields(kind, "key").items()}
    for name in ("sdpa", "xformers", "mem_eff_attn"):
        found[name] = "training.attention"
    return found


_KEYS = _preset_keys()
