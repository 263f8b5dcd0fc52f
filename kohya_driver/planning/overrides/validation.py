"""Pictures that are kept apart, by whose loss learning is told from learning by heart."""

from __future__ import annotations

from kohya_driver.dataset.buckets import even_share
from kohya_driver.planning.overrides.draft import Draft, Rule, every, is_on, is_open

FEWEST = 40
"""Of fewer pictures each is missed in training, and the loss of three or less says nothing."""
SHARE = 0.1
FEWEST_HELD, MOST_HELD = 4, 40
"""Each is run four times, without a way back, at the end of every epoch; more of them say little more."""


def share_of(draft: Draft) -> float | None:
    """A tenth, or less of a large set, such that no picture is in both parts or in none.

    None for too few pictures, or for several small folders that no one share cuts cleanly.
    """
    count = sum(draft.pictures)
    if count < FEWEST:
        return None
    return even_share(draft.pictures, min(SHARE, MOST_HELD / count), FEWEST_HELD)


def _is_wanted(draft: Draft) -> bool:
    return draft.get("dataset.validation_split") is None and share_of(draft) is not None


RULES: tuple[Rule, ...] = (
    Rule("validation.on", "dataset.validation_split", _is_wanted, share_of),
    Rule("validation.seed", "dataset.validation_seed",
         every(is_on("dataset.validation_split"), is_open("dataset.validation_seed")), lambda d: d.get("training.seed") or 42),
)  # fmt: skip
