"""Values that the engine takes without a word and stumbles over later."""

from __future__ import annotations

from kohya_driver.planning.overrides.draft import Rule, is_open, to


def _never(name: str) -> Rule:
    """The engine divides by it (train_network.py:1536, 1610)."""
    option = f"training.{name}"
    return Rule("saving.never", option, lambda draft: draft.get(option) == 0, to(None))


RULES: tuple[Rule, ...] = (
    _never("validate_every_n_steps"), _never("validate_every_n_epochs"),
    Rule("saving.half", "training.save_precision", is_open("training.save_precision"), to("fp16")),
)  # fmt: skip
