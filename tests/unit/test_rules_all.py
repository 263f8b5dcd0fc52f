"""All rules of what can be seen before a training: each handled in one place, each that was seen to hurt broken by a test.

tests/golden/rules.json has the rules' names, each with the evidence for it: V, seen on the real engine; S, seen with a Mac's
graphics simulated; C, read in the engine's code; I, told by people who met it. The tables may hold further rules.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from kohya_driver import files, texts
from tests.contract import broken_cases as broken
from tests.unit import test_engine_tokenizer_files as tokenizers
from tests.unit import test_rules_base as base
from tests.unit import test_rules_learning as learning
from tests.unit import test_rules_pictures as pictures
from tests.unit import test_rules_run as run
from tests.unit import test_run_by_construction as construction

ROOT = Path(__file__).parents[2]
RULES: Mapping[str, str] = files.read_json(ROOT / "tests" / "golden" / "rules.json")
TABLES: tuple[Mapping[str, str], ...] = (base.HANDLED, learning.HANDLED, pictures.HANDLED, run.HANDLED)
IN_CASES = {
    *(case.rule for case in base.CASES),
    *(case.rule for case in learning.CASES),
    *(case.rule for case in pictures.CASES),
    *(case.rule for case in run.CASES),
    *(rule for rule, _, _ in (*learning.REFUSED, *learning.CHANGED, *pictures.PRESET_FAULTS)),
}
BY_ITS_OWN_TEST: Mapping[str, Callable[..., object]] = {
    "H04": construction.test_the_launcher_has_its_own_config,
    "M03": base.test_v2_and_the_script_follow_the_family,
    "M08": base.test_a_link_is_followed_for_the_engine,
    "M11": base.test_every_config_names_the_folder_of_the_tokenizers,
    "M12": tokenizers.test_changed_missing_and_added_files_are_named,
    "M15": base.test_clip_skip_out_of_range,
    "D02": pictures.test_d02_pictures_without_a_concept_folder_are_trained,
    "D09": pictures.test_d09_a_dataset_config_is_no_preset,
    "I12": pictures.test_i12_the_macs_shadow_files_are_no_pictures,
    "C01": pictures.test_c01_captions_are_txt,
    "K01": pictures.test_k01_k02_the_resolution_is_always_there_in_the_type_each_config_wants,
    "T06": construction.test_a_byte_order_mark_is_read_and_never_written,
    "T07": construction.test_lists_of_numbers_read_back_with_the_engines_library,
    "T09": construction.test_a_preset_that_is_not_there,
    "W15": learning.test_the_environment_is_what_the_rules_believe,
    "S01": construction.test_what_the_engine_always_gets,
}
"""Where no table of cases can show it."""


def test_every_rule_is_handled_exactly_once() -> None:
    handled = Counter(rule for table in TABLES for rule in table)
    assert len(RULES) == 203 and set(RULES) <= set(handled)
    assert set(handled.values()) == {1}


def test_every_rule_that_was_seen_to_hurt_is_broken_by_a_test() -> None:
    seen = {rule for rule, evidence in RULES.items() if evidence == "V"}
    assert len(seen) == 137
    assert seen - IN_CASES == set(BY_ITS_OWN_TEST)
    assert {rule for table in TABLES for rule in table} >= IN_CASES


@pytest.mark.parametrize("table", TABLES, ids=["base", "learning", "pictures", "run"])
def test_what_handles_a_rule_exists(table: Mapping[str, str]) -> None:
    for rule, how in table.items():
        if not how.startswith("by construction: "):
            for code in how.split(", "):
                assert texts.has(code) or texts.has(f"override.{code}"), rule


def test_the_document_shows_what_the_engine_did_with_each_broken_config() -> None:
    kept = files.read_json(broken.RESULT)
    assert set(kept) == {broken.name_of(case) for case in broken.CASES}
    assert len(broken.CASES) >= 40 and {case.rule for case in broken.CASES} <= set(RULES)
    for case in broken.CASES:
        assert (kept[broken.name_of(case)]["status"] == 0) == (case.engine == broken.SILENT)
    assert broken.table() in (ROOT / "docs" / "caught.md").read_text(encoding="utf-8")
