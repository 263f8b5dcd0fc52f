"""The tokenizers built here give what CLIP's own tokenizer gives, in the engine's own hands, with no network."""

from __future__ import annotations

import json
import random

import pytest

from kohya_driver.engine.assets import fetch_wheel_files
from kohya_driver.engine.model import Engine
from kohya_driver.engine.tokenizer_files import ASSET, BYTE_PAIRS
from tests.contract.conftest import run_inside

pytestmark = pytest.mark.engine

START, END, POSITIONS = 49406, 49407, 77
PADS = {"v1.0": END, "v2.0": 0, "sdxl.0": END, "sdxl.1": 0}
WORDS = [
    "a",
    "photo",
    "of",
    "1girl,",
    "best_quality",
    "(masterpiece:1.2)",
    "\\(ningguang\\)",
    "it's",
    "don't",
    "1024x768",
    "Ωmega",
    "naïve",
    "café",
    "ß-_-'",
    "<3",
    "@#$%",
]
CHINESE = "凝光一位站在樱花树下的少女，高清。「」！"
EMOJI = "🐱👩‍👩‍👧🇨🇳❤️✨"


def captions() -> list[str]:
    """The fixed ones first, then random mixtures of English, Chinese and emoji."""
    chance = random.Random(49408)
    pieces = [*WORDS, *WORDS, *CHINESE, *EMOJI]
    mixed = [
        chance.choice([" ", "", ", "]).join(chance.choices(pieces, k=chance.randint(0, 30)))
        for _ in range(400)
    ]
    return ["a photo of a cat", "", "word " * 100, "hello! !!", *mixed]


@pytest.fixture(scope="module")
def tokenized(installed_engine: Engine) -> dict[str, dict[str, list[list[int]]]]:
    module = "clip/simple_tokenizer.py"
    clip = fetch_wheel_files(ASSET, [module, BYTE_PAIRS])[module].parent
    given = json.dumps(captions())
    answer = run_inside(
        installed_engine, "tokenize_captions.py", str(installed_engine.tokenizers), str(clip), stdin=given
    )
    return {**answer, "clip": {"all": answer["clip"]}}


@pytest.mark.parametrize("which", PADS)
def test_a_known_caption(which: str, tokenized: dict[str, dict[str, list[list[int]]]]) -> None:
    cat = [START, 320, 1125, 539, 320, 2368, END]
    assert tokenized["ids"][which][0] == cat + [PADS[which]] * (POSITIONS - len(cat))


@pytest.mark.parametrize("which", PADS)
def test_ids_are_clips_own(which: str, tokenized: dict[str, dict[str, list[list[int]]]]) -> None:
    """But for a "!" with SD 2.x, where Stability's tokenizer makes it the pad token: see the next test."""
    compared = 0
    for caption, ids, clip in zip(captions(), tokenized["ids"][which], tokenized["clip"]["all"], strict=True):
        if which == "v2.0" and ("!" in caption or "！" in caption):
            continue
        expected = [START, *clip[: POSITIONS - 2], END]
        assert ids == expected + [PADS[which]] * (POSITIONS - len(expected)), caption
        compared += 1
    assert compared > 250


def test_an_exclamation_mark_pads_only_with_sd2(tokenized: dict[str, dict[str, list[list[int]]]]) -> None:
    where = captions().index("hello! !!")
    hello = 3306
    found = {which: tokenized["ids"][which][where][:5] for which in PADS}
    plain = [START, hello, 256, 748, END]
    assert found == {"v1.0": plain, "sdxl.0": plain, "sdxl.1": plain, "v2.0": [START, hello, 0, 0, 0]}
