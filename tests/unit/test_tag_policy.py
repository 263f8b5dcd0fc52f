"""Which tags are written, in which order; and rules that cannot all be kept."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kohya_driver.prepare.captions import compose
from kohya_driver.prepare.tag_check import check_policy
from kohya_driver.prepare.tag_names import KAOMOJI, clean, fold, matches, replaced
from kohya_driver.prepare.tag_policy import (
    Category,
    CharacterTags,
    TagPolicy,
    TagRow,
    largest_gap,
    select,
)
from tests.wd_model import ROWS

SCORES = {
    "general": 0.9, "sensitive": 0.2, "questionable": 0.05, "explicit": 0.01, "long_hair": 0.6, "1girl": 0.8, "solo": 0.9,
    "blue_hair": 0.7, "red_eyes": 0.01, "white_background": 0.01, "very_long_hair": 0.55, "^_^": 0.5, ":d": 0.45,
    "just_above": 0.36, "just_below": 0.34, "faint": 0.05, "ningguang_(genshin_impact)": 0.95, "hatsune_miku": 0.38,
}  # fmt: skip


def names(policy: TagPolicy, **other: float) -> list[str]:
    scores = [{**SCORES, **other}[row.name] for row in ROWS]
    return [tag.name for tag in select(ROWS, scores, policy)]


USUAL = ["1girl", "solo", "blue hair", "long hair", "very long hair", "^_^", ":d", "just above"]


def test_people_first_then_by_score_and_no_characters() -> None:
    assert names(TagPolicy()) == USUAL


@pytest.mark.parametrize(
    ("policy", "wanted"),
    [
        (TagPolicy(threshold=0.33), [*USUAL, "just below"]),
        (TagPolicy(threshold=0.5), USUAL[:5]),
        (TagPolicy(characters=CharacterTags.FIRST), ["ningguang (genshin impact)", *USUAL]),
        (
            TagPolicy(characters=CharacterTags.FIRST, character_threshold=0.35),
            ["ningguang (genshin impact)", "hatsune miku", *USUAL],
        ),
        (TagPolicy(characters=CharacterTags.EXPAND), ["ningguang", "genshin impact", *USUAL]),
        (TagPolicy(rating=True), [*USUAL, "general"]),
        (TagPolicy(exclude=("LONG_hair", ":d")), [one for one in USUAL if one not in ("long hair", ":d")]),
        (TagPolicy(exclude=("*hair",)), [one for one in USUAL if not one.endswith("hair")]),
        (TagPolicy(exclude=("re:(very )?long hair",)), [one for one in USUAL if "long hair" not in one]),
        (TagPolicy(keep=("just below", "faint")), [*USUAL, "just below"]),
        (TagPolicy(max_tags=3), ["1girl", "solo", "blue hair"]),
        (TagPolicy(max_tags=3, keep=("just below",)), ["1girl", "solo", "just below"]),
        (TagPolicy(replace=(("blue hair", "azure hair"),)), ["1girl", "solo", "azure hair", *USUAL[3:]]),
        (
            TagPolicy(replace=((r"re:(\w+) hair", r"hair, \1"),)),
            ["1girl", "solo", "hair", "blue", "long", "very long hair", "^_^", ":d", "just above"],
        ),
        (TagPolicy(drop_overlaps=True), [one for one in USUAL if one != "long hair"]),
        (TagPolicy(prefix=("solo",), suffix=(":d",)), [one for one in USUAL if one not in ("solo", ":d")]),
        (TagPolicy(trigger="BLUE_HAIR"), [one for one in USUAL if one != "blue hair"]),
    ],
    ids=str,
)  # fmt: skip
def test_each_rule(policy: TagPolicy, wanted: list[str]) -> None:
    assert names(policy) == wanted


def test_mcut_is_the_middle_of_the_largest_gap() -> None:
    assert largest_gap([0.9, 0.8, 0.3, 0.2]) == pytest.approx(0.55)
    assert largest_gap([0.5]) == largest_gap([]) == 0
    assert names(TagPolicy(mcut=True), solo=0.99, faint=0.35) == [*USUAL, "faint", "just below"]
    few = {name: 0.02 for name, score in SCORES.items() if score < 0.6}
    assert names(TagPolicy(mcut=True), **few) == ["1girl", "solo", "blue hair", "long hair"]


def test_faces_keep_their_underscores() -> None:
    assert len(KAOMOJI) == 19
    assert all(clean(face) == face for face in KAOMOJI)
    assert clean("<o>_<o>") == "<o>_<o>" and clean("very_long_hair") == "very long hair"


def test_names_are_the_same_however_they_are_written() -> None:
    assert matches("Long_Hair", "long hair") and matches("*_hair", "long hair")
    assert not matches("long", "long hair") and not matches("re:long", "long hair")
    assert replaced("long hair", [("re:(long|short) hair", r"hair, \1")]) == ("hair", "long")


def test_the_trigger_stands_once_and_first() -> None:
    policy = TagPolicy(trigger="ning guang", prefix=("illustration",), suffix=("simple background",))
    tags = ["1girl", "ning_guang", "simple background", "smile", "Ning Guang"]
    assert compose(tags, policy) == "ning guang, illustration, 1girl, smile, simple background"
    assert policy.keep_tokens == 2
    assert compose(tags, policy, "old words, NING_GUANG, smile") == (
        "ning guang, illustration, old words, smile, 1girl, simple background"
    )


def test_without_a_trigger_nothing_is_fixed() -> None:
    assert compose(["1girl"], TagPolicy()) == "1girl"
    assert TagPolicy().keep_tokens == 0
    assert TagPolicy(trigger=" a ", prefix=("A", "b")).keep_tokens == 2


@pytest.mark.parametrize(
    ("policy", "codes"),
    [
        (TagPolicy(exclude=("re:(",)), ["tag.bad_pattern"]),
        (TagPolicy(replace=((r"re:a", r"\2"),)), ["tag.bad_pattern"]),
        (TagPolicy(threshold=1.5, character_threshold=-1), ["tag.bad_threshold"] * 2),
        (TagPolicy(threshold=float("nan")), ["tag.bad_threshold"]),
        (TagPolicy(max_tags=0), ["tag.bad_max_tags"]),
        (TagPolicy(trigger="a, b"), ["tag.not_one_tag"]),
        (TagPolicy(replace=(("a", ""),)), ["tag.empty_replacement"]),
        (TagPolicy(exclude=("smile",), keep=("Smile",)), ["tag.contradiction"]),
        (TagPolicy(trigger="ning_guang", exclude=("ning*",)), ["tag.contradiction"]),
        (TagPolicy(prefix=("a b",), exclude=("re:a.b",)), ["tag.contradiction"]),
        (TagPolicy(suffix=("a",), prefix=("A",)), ["tag.contradiction"]),
        (TagPolicy(replace=(("a", "b"),), exclude=("b",)), ["tag.contradiction"]),
        (TagPolicy(replace=(("a", "b"),), exclude=("a",)), ["tag.contradiction"]),
        (TagPolicy(replace=(("a", "b"),), keep=("a",)), ["tag.contradiction"]),
        (TagPolicy(replace=(("a", "b"), ("A", "c"))), ["tag.replaced_twice"]),
        (TagPolicy(trigger="a", prefix=("b",), suffix=("c",), exclude=("d*",), keep=("e",), replace=(("f", "g"),)), []),
    ],
    ids=str,
)  # fmt: skip
def test_rules_that_cannot_all_be_kept(policy: TagPolicy, codes: list[str]) -> None:
    assert [one.code for one in check_policy(policy)] == codes


WORDS = st.text(st.sampled_from("ab_ "), min_size=1, max_size=4).filter(lambda text: bool(fold(text)))


@given(
    st.lists(st.tuples(WORDS, st.floats(0, 1)), min_size=1, max_size=20),
    WORDS,
    st.lists(WORDS, max_size=3),
    st.integers(1, 5),
    st.text(st.sampled_from("ab, \n_"), max_size=20),
)
def test_any_caption_begins_with_the_trigger_and_says_each_tag_once(
    scored: list[tuple[str, float]], trigger: str, prefix: list[str], most: int, old: str
) -> None:
    policy = TagPolicy(trigger=trigger, prefix=tuple(prefix), max_tags=most)
    rows = [TagRow(name, Category.GENERAL) for name, _ in scored]
    tags = [tag.name for tag in select(rows, [score for _, score in scored], policy)]
    assert len(tags) <= most
    caption = compose(tags, policy, old)
    parts = [fold(part) for part in caption.split(",")]
    assert parts[: policy.keep_tokens] == [fold(name) for name in policy.front]
    assert parts[0] == fold(trigger) and len(parts) == len(set(parts))
    assert "\n" not in caption
    assert compose(tags, policy, caption) == caption
