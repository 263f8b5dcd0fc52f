"""Prompts, samples and comparison grids on the real engine."""

from __future__ import annotations

import ast
import functools
import logging
import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kohya_driver.engine.install import find_engine
from kohya_driver.planning.prompts import SAMPLERS, Prompt, prompt_line, read_prompts

pytestmark = pytest.mark.engine

WORDS = st.text(st.sampled_from("ab宁 ,.()-#:"), min_size=1, max_size=20).map(lambda text: "x" + text)


@functools.cache
def line_reader() -> Callable[[str], dict[str, Any]]:
    """The engine's own function, without the engine's other imports."""
    engine = find_engine()
    if engine is None:
        pytest.skip(
            "the engine is not installed here: `kohya-driver engine install` (then run the tests again)"
        )
    tree = ast.parse((engine.checkout / "library" / "train_util.py").read_text(encoding="utf-8"))
    found = next(
        node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "line_to_prompt_dict"
    )
    names: dict[str, Any] = {"re": re, "logger": logging.getLogger(__name__)}
    exec(compile(ast.Module([found], []), "train_util.py", "exec"), names)
    reader: Callable[[str], dict[str, Any]] = names["line_to_prompt_dict"]
    return reader


@settings(max_examples=100, deadline=None)
@given(
    st.builds(
        Prompt,
        text=WORDS,
        negative=WORDS,
        width=st.integers(64, 4096),
        height=st.integers(64, 4096),
        seed=st.integers(0, 2**32 - 1),
        steps=st.integers(1, 150),
        scale=st.sampled_from([1.0, 7.0, 7.5, 12.25]),
        sampler=st.sampled_from(SAMPLERS),
    )
)
def test_the_engine_reads_a_prompt_as_we_do(prompt: Prompt) -> None:
    line = prompt_line(prompt)
    (ours,) = read_prompts(line)
    assert line_reader()(line) == {
        "prompt": ours.text,
        "negative_prompt": ours.negative,
        "width": ours.width,
        "height": ours.height,
        "seed": ours.seed,
        "sample_steps": ours.steps,
        "scale": ours.scale,
        "sample_sampler": ours.sampler,
    }
