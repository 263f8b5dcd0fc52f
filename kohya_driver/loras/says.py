"""What a new file says of itself: all that still holds of its sources, and how it was made."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from kohya_driver.inspection.model import Inspection

OF_THE_NETWORK = frozenset({
    "ss_network_dim", "ss_network_alpha", "ss_network_args", "ss_network_module", "ss_network_dropout", "ss_output_name",
    "ss_training_comment", "ss_v2", "ss_base_model_version", "ss_tag_frequency", "ss_dataset_dirs", "ss_session_id",
})  # fmt: skip
"""Which the tools write anew, or which are put together here."""
STALE = ("sshs_legacy_hash", "modelspec.hash_sha256", "modelspec.thumbnail")
"""What was true of other numbers only."""
COMMENT = "ss_training_comment"


def resized(found: Inspection, output: Path, conv_rank: int | str) -> dict[str, str]:
    """The engine's tool keeps the rest, and says what it did; it leaves the rank of convolutions as it was."""
    told = {"ss_output_name": output.stem}
    arguments = _table(found.metadata.get("ss_network_args", ""))
    if "conv_dim" in arguments:
        told["ss_network_args"] = json.dumps({**arguments, "conv_dim": conv_rank, "conv_alpha": conv_rank})
    return told


def merged(sources: Sequence[Inspection], weights: Sequence[float], output: Path) -> dict[str, str]:
    """What all sources say alike; tags, folders and trigger words of each; and what was merged how strongly."""
    first, *others = (source.metadata for source in sources)
    alike = {
        key: value
        for key, value in first.items()
        if key.startswith("ss_")
        and key not in OF_THE_NETWORK
        and all(other.get(key) == value for other in others)
    }
    told = {**alike, "ss_output_name": output.stem, COMMENT: _mixture(sources, weights)}
    for key in ("ss_tag_frequency", "ss_dataset_dirs"):
        tables = {
            f"{source.path.stem}: {name}": value
            for source in sources
            for name, value in _table(source.metadata.get(key, "")).items()
            if isinstance(value, dict)
        }
        if tables:
            told[key] = json.dumps(tables, ensure_ascii=False)
    if triggers := ", ".join(dict.fromkeys(source.trigger for source in sources if source.trigger)):
        told["modelspec.trigger_phrase"] = triggers
    return told


def _mixture(sources: Iterable[Inspection], weights: Iterable[float]) -> str:
    parts = (f"{source.path.stem} x {weight:g}" for source, weight in zip(sources, weights, strict=True))
    return f"merged from {', '.join(parts)}"


def extracted(base: Path, tuned: Path, output: Path) -> dict[str, str]:
    return {
        "ss_output_name": output.stem,
        "ss_sd_model_name": base.name,
        COMMENT: f"extracted: what {tuned.stem} does otherwise than {base.stem}",
    }


def converted(found: Inspection, output: Path, changes: Mapping[str, str]) -> dict[str, str]:
    """All that it said before."""
    return {**found.metadata, "ss_output_name": output.stem, **changes}


def _table(text: str) -> dict[str, object]:
    try:
        read = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return read if isinstance(read, dict) else {}
