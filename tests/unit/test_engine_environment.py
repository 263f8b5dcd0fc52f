"""How uv is started, and what its output is taken to mean."""

from __future__ import annotations

import sys

import pytest

from kohya_driver.engine.environment import FOREIGN, Downloads, choose_python, explain_uv, uv_environment

# Each printed by uv 0.13.9.
SAMPLES = [
    (
        "error: Failed to fetch: `http://127.0.0.1:1/simple/toylib/`\n  Caused by: error sending request for url "
        "(http://127.0.0.1:1/simple/toylib/)\n  Caused by: client error (Connect)\n  Caused by: tcp connect error\n"
        "  Caused by: Connection refused (os error 111)\n",
        "engine.index_unreachable",
    ),
    (
        "  × Failed to read `toylib==1.0`\n  ╰─▶ Hash mismatch for `toylib==1.0`\n\n      Expected:\n"
        "        sha256:0000\n\n      Computed:\n        sha256:1f2e\n",
        "engine.hash_mismatch",
    ),
    (
        "  × No solution found when resolving dependencies:\n  ╰─▶ Because nobody-has-this was not found in the provided "
        "package locations and you require\n      nobody-has-this==1.0, we can conclude that your requirements are "
        "unsatisfiable.\n",
        "engine.no_package",
    ),
    (
        "error: Failed to install: toylib-1.0\n  Caused by: No space left on device (os error 28)\n",
        "engine.no_space",
    ),
    (
        "error: No interpreter found for Python 3.13 in managed installations or search path\n",
        "engine.no_python",
    ),
    ("thread 'main' panicked\n", "engine.environment_failed"),
]


@pytest.mark.parametrize(("output", "code"), SAMPLES, ids=[code for _, code in SAMPLES])
def test_why_uv_failed(output: str, code: str) -> None:
    failure = explain_uv(output, 2)
    assert failure.code == code
    assert str(failure)


def test_only_the_last_lines_are_shown() -> None:
    failure = explain_uv("\n".join(f"line {number}" for number in range(100)), 2)
    assert "line 99" in str(failure)
    assert "line 50" not in str(failure)


def test_pips_index_is_honoured_where_uv_has_none() -> None:
    assert (
        uv_environment(caller={"PIP_INDEX_URL": "https://m/simple"})["UV_DEFAULT_INDEX"] == "https://m/simple"
    )
    for own in ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "UV_INDEX"):
        caller = {"PIP_INDEX_URL": "https://m/simple", own: "https://own/simple"}
        assert uv_environment(caller=caller).get("UV_DEFAULT_INDEX") != "https://m/simple"


def test_other_environments_stay_out() -> None:
    env = uv_environment(
        caller={**dict.fromkeys(FOREIGN, "/elsewhere"), "UV_CACHE_DIR": "/cache", "HOME": "/home/u"}
    )
    assert not set(FOREIGN) & env.keys()
    assert (env["UV_CACHE_DIR"], env["HOME"]) == ("/cache", "/home/u")


def test_the_running_python_is_taken_where_the_locks_serve_it() -> None:
    assert choose_python(("3.11", "3.12"), (3, 12)) == sys.executable
    assert choose_python(("3.11", "3.12"), (3, 14)) == "3.12"


def test_downloads_are_counted_by_their_bytes() -> None:
    downloads = Downloads()
    assert downloads.part("Resolved 77 packages in 2.27s") is None
    assert downloads.part("Downloading torch (500.0MiB)") == 0.0
    assert downloads.part("Downloading pygments (1024.0KiB)") == 0.0
    assert downloads.part("Downloading nvidia-cublas (499.0MiB)") == 0.0
    assert downloads.part("Downloaded pygments") == pytest.approx(0.001)
    assert downloads.part("Downloaded torch") == pytest.approx(0.501)
    assert downloads.part("Downloaded nvidia-cublas") == 1.0
