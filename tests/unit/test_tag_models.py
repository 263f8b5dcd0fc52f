"""Models by name: fetched from a hub on this machine, once, whole, and only if they are the pinned ones."""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from kohya_driver import hub as hub_module
from kohya_driver.errors import DatasetError
from kohya_driver.prepare.tag_models import (
    DEFAULT,
    LIST,
    MODEL,
    MODELS,
    ModelFiles,
    PinnedModel,
    digest_of,
    find_model,
    model_folder,
)
from tests.hub import Hub, serve
from tests.wd_model import list_bytes, model_bytes

ONNX = model_bytes() + bytes(300_000)
REPO, REVISION = "SmilingWolf/wd-x-tagger", "1234567890abcdef1234567890abcdef12345678"
PIN = PinnedModel(
    REPO, REVISION, hashlib.sha256(ONNX).hexdigest(), hashlib.sha256(list_bytes()).hexdigest(), len(ONNX)
)


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    monkeypatch.setenv("KOHYA_DRIVER_HOME", str(tmp_path / "home 数据"))
    # The client's pauses, shortened: with none at all a busy machine has not closed what it gave up.
    sleep = time.sleep
    monkeypatch.setattr("time.sleep", lambda seconds: sleep(min(seconds, 0.1)))
    names = {f"{REPO}/{REVISION}/{MODEL}": ONNX, f"{REPO}/{REVISION}/{LIST}": list_bytes()}
    with serve(Hub(names)) as served:
        monkeypatch.setenv("HF_ENDPOINT", served.address + "/")
        yield served


def find(seen: list[tuple[str, int, int]] | None = None, pin: PinnedModel = PIN) -> ModelFiles:
    taken = seen if seen is not None else []
    return find_model("x", on_bytes=lambda *what: taken.append(what), known={"x": pin})


def refused(pin: PinnedModel = PIN) -> DatasetError:
    with pytest.raises(DatasetError) as caught:
        find(pin=pin)
    return caught.value


def folder() -> Path:
    return model_folder("x", PIN)


def test_every_pin_is_one() -> None:
    assert DEFAULT in MODELS and len(MODELS) == 6
    for pin in MODELS.values():
        assert re.fullmatch(r"SmilingWolf/wd-[a-z0-9-]+", pin.repo)
        assert re.fullmatch(r"[0-9a-f]{40}", pin.revision)
        assert re.fullmatch(r"[0-9a-f]{64}", pin.sha256) and re.fullmatch(r"[0-9a-f]{64}", pin.list_sha256)
    assert len({pin.sha256 for pin in MODELS.values()}) == 6


@pytest.mark.parametrize("redirects", [False, True])
def test_it_is_fetched_once(hub: Hub, redirects: bool) -> None:
    hub.redirects = redirects
    seen: list[tuple[str, int, int]] = []
    found = find(seen)
    assert (found.model.read_bytes(), found.list.read_bytes()) == (ONNX, list_bytes())
    assert found.digest == PIN.sha256
    assert seen[-1] == (MODEL, len(ONNX), len(ONNX))
    asked = len(hub.asked)
    assert find() == found and len(hub.asked) == asked
    assert sorted(path.name for path in folder().iterdir()) == [MODEL, LIST]


@pytest.mark.parametrize("resets", [False, True])
def test_a_download_that_is_cut_off_goes_on_within_the_same_run(
    hub: Hub, monkeypatch: pytest.MonkeyPatch, resets: bool
) -> None:
    hub.resets = resets
    monkeypatch.setattr(hub_module, "PIECE", 10_000)
    hub.cut = [50, 1 << 20, 100_000, 70_000]  # the list, twice; the model
    assert find().model.read_bytes() == ONNX
    begins = hub.begins(MODEL)
    if resets:  # how much of it was read before is the system's affair
        assert len(begins) >= 3 and begins == sorted(begins) and 0 < begins[-1] <= 170_000
    else:
        assert list(dict.fromkeys(begins)) == [0, 100_000, 170_000]


def test_connections_that_are_only_reset_are_given_up(hub: Hub) -> None:
    hub.resets, hub.cut = True, [0] * 100
    assert refused().code == "tag.model_unreachable"
    assert len(hub.asked) == hub_module.RESETS


def test_a_download_goes_on_in_the_next_run(hub: Hub) -> None:
    folder().mkdir(parents=True)
    (folder() / f"{MODEL}.part").write_bytes(ONNX[:123_456])
    seen: list[tuple[str, int, int]] = []
    assert find(seen).model.read_bytes() == ONNX
    assert [wanted for path, wanted in hub.asked if path.endswith(MODEL)] == ["bytes=123456-"]
    assert all(here >= 123_456 for name, here, _ in seen if name == MODEL)


def test_a_hub_that_knows_no_ranges(hub: Hub) -> None:
    hub.ignores_ranges = True
    folder().mkdir(parents=True)
    (folder() / f"{MODEL}.part").write_bytes(ONNX[:123_456])
    assert find().model.read_bytes() == ONNX


def test_a_part_of_another_file_is_begun_anew(hub: Hub) -> None:
    folder().mkdir(parents=True)
    (folder() / f"{MODEL}.part").write_bytes(b"x" * 1000)
    (folder() / f"{LIST}.part").write_bytes(list_bytes())
    assert find().model.read_bytes() == ONNX
    assert [wanted for path, wanted in hub.asked if path.endswith(MODEL)] == ["bytes=1000-", ""]
    assert [wanted for path, wanted in hub.asked if path.endswith(LIST)] == [f"bytes={len(list_bytes())}-"]


def test_a_part_that_is_too_long_is_begun_anew(hub: Hub) -> None:
    folder().mkdir(parents=True)
    (folder() / f"{MODEL}.part").write_bytes(ONNX + b"x")
    assert find().model.read_bytes() == ONNX


def test_a_wrong_hash(hub: Hub) -> None:
    hub.files[f"{REPO}/{REVISION}/{MODEL}"] = ONNX[:-1] + b"x"
    failure = refused()
    assert failure.code == "tag.model_wrong_hash"
    assert hub.address in str(failure) and PIN.sha256[:12] in str(failure)
    assert sorted(path.name for path in folder().iterdir()) == [LIST]
    hub.files[f"{REPO}/{REVISION}/{MODEL}"] = ONNX
    assert find().model.read_bytes() == ONNX


def test_a_file_that_was_changed_later_is_fetched_again(hub: Hub) -> None:
    find()
    (folder() / MODEL).write_bytes(b"damaged")
    assert find().model.read_bytes() == ONNX


@pytest.mark.parametrize("status", [0, 401, 404])
def test_a_hub_without_it(hub: Hub, status: int) -> None:
    hub.files.clear()
    hub.status = status
    failure = refused()
    assert failure.code == "tag.model_not_found"
    assert REPO in str(failure) and hub.address in str(failure)


@pytest.mark.parametrize("status", [500, 503])
def test_a_hub_that_is_ill(hub: Hub, status: int) -> None:
    hub.status = status
    assert refused().code == "tag.model_unreachable"


def test_a_hub_that_hangs(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_DOWNLOAD_TIMEOUT", 0.2)
    hub.hangs = True
    start = time.monotonic()
    failure = refused()
    assert failure.code == "tag.model_unreachable" and "What has arrived is kept" in str(failure)
    assert time.monotonic() - start < 15


def test_no_hub_at_all(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    failure = refused()
    assert failure.code == "tag.model_unreachable" and "HF_ENDPOINT" in str(failure)


def test_a_digest_is_remembered_for_the_same_file_only(hub: Hub, tmp_path: Path) -> None:
    path = tmp_path / "m"
    path.write_bytes(b"1")
    assert digest_of(path) == digest_of(path) == hashlib.sha256(b"1").hexdigest()
    path.write_bytes(b"22")
    assert digest_of(path) == hashlib.sha256(b"22").hexdigest()
