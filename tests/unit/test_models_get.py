"""Getting base models from a hub on this machine: which files, resumed, checked, and every way in which it fails."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from kohya_driver import files
from kohya_driver import hub as hub_module
from kohya_driver.engine.families import PARTS
from kohya_driver.errors import DriverError, HostError, UsageError
from kohya_driver.hub import HubFile, HubRepo
from kohya_driver.models import choose
from kohya_driver.models.catalogue import known_models
from kohya_driver.models.choose import choose_files
from kohya_driver.models.get import RESERVE_BYTES, Download, get_model
from kohya_driver.models.places import models_folder
from tests.hub import REVISION, Hub, serve
from tests.project import base_shapes, write_base, write_safetensors

REPO = "someone/some-model"
NAME = "some-model.safetensors"


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return write_base(tmp_path_factory.mktemp("base") / "b.safetensors").read_bytes()


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, base: bytes) -> Iterator[Hub]:
    monkeypatch.setenv("KOHYA_DRIVER_HOME", str(tmp_path / "home 数据"))
    monkeypatch.delenv("HF_TOKEN", raising=False)
    monkeypatch.setattr(choose, "LEAST_BYTES", 10_000)
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    held = {f"{REPO}/{REVISION}/{NAME}": base, f"{REPO}/{REVISION}/README.md": b"# model\n"}
    with serve(Hub(held, licence="openrail++")) as served:
        monkeypatch.setenv("HF_ENDPOINT", served.address + "/")
        yield served


def ranges(hub: Hub) -> list[str]:
    return [wanted for path, wanted in hub.asked if "/resolve/" in path]


def refused(name: str = REPO, **options: object) -> DriverError:
    with pytest.raises(DriverError) as caught:
        get_model(name, **options)  # type: ignore[arg-type]
    assert caught.value.findings[0].hint
    return caught.value


def parts_left() -> list[str]:
    return sorted(path.name for path in models_folder().rglob("*.part"))


def test_it_is_got_once(hub: Hub, base: bytes) -> None:
    hub.redirects = True
    seen: list[tuple[str, int, int]] = []
    started: list[Download] = []
    got = get_model(REPO, on_start=started.append, on_bytes=lambda *what: seen.append(what))
    assert got.target == models_folder() / NAME and got.target.read_bytes() == base
    assert (got.is_done, got.findings, got.licence, got.revision) == (True, (), "openrail++", REVISION)
    assert got.page == f"https://huggingface.co/{REPO}"
    assert seen[-1] == (NAME, len(base), len(base)) and [one.is_done for one in started] == [False]
    asked = len(ranges(hub))
    assert get_model(REPO).is_done and len(ranges(hub)) == asked
    assert [path.name for path in models_folder().iterdir()] == [NAME]


def test_a_dry_run_gets_nothing(hub: Hub, tmp_path: Path) -> None:
    got = get_model(REPO, to=tmp_path / "elsewhere", dry_run=True)
    assert not got.is_done and got.target == tmp_path / "elsewhere" / NAME
    assert got.needed_bytes == got.total_bytes > 0
    assert not ranges(hub) and not (tmp_path / "elsewhere").exists()
    assert got.to_json()["files"][0]["sha256"] == got.files[0].sha256 != ""


def test_a_cut_is_gone_on_with_in_the_same_run(
    hub: Hub, base: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub_module, "PIECE", 10_000)
    hub.cut = [30_000, 20_000]
    assert get_model(REPO).target.read_bytes() == base
    assert list(dict.fromkeys(hub.begins(NAME))) == [0, 30_000, 50_000]


def test_and_in_the_next_one(hub: Hub, base: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub_module, "PIECE", 1000)

    def interrupted(name: str, here: int, total: int) -> None:
        if here > 40_000:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        get_model(REPO, on_bytes=interrupted)
    (part,) = models_folder().iterdir()
    here = part.stat().st_size
    assert re.fullmatch(rf"{re.escape(NAME)}\.[0-9a-f]{{12}}\.part", part.name) and 40_000 < here < len(base)
    assert get_model(REPO, dry_run=True).needed_bytes == len(base) - here
    assert get_model(REPO).target.read_bytes() == base
    assert ranges(hub)[-1] == f"bytes={here}-" and not parts_left()


def test_a_killed_process_leaves_no_file_of_that_name(hub: Hub, base: bytes) -> None:
    hub.piece_seconds = 0.05
    code = (
        "from kohya_driver import api, hub; from kohya_driver.models import choose; "
        f"hub.PIECE, choose.LEAST_BYTES = 1000, 1; api.get_model({REPO!r})"
    )
    child = subprocess.Popen([sys.executable, "-c", code], env={**os.environ}, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while not any(path.stat().st_size for path in models_folder().glob("*.part")):
        assert child.poll() is None and time.monotonic() < deadline
        threading.Event().wait(0.02)
    child.kill()
    child.wait()
    assert not (models_folder() / NAME).exists()
    hub.piece_seconds = 0.0
    assert get_model(REPO).target.read_bytes() == base
    assert ranges(hub)[-1].startswith("bytes=")


def test_the_part_of_another_revision_is_left_alone(hub: Hub, base: bytes) -> None:
    models_folder().mkdir(parents=True)
    other = models_folder() / f"{NAME}.{'f' * 12}.part"
    other.write_bytes(b"x" * 5000)
    assert get_model(REPO).target.read_bytes() == base
    assert ranges(hub) == [""] and other.exists()


def test_what_came_is_not_what_is_described(hub: Hub, base: bytes) -> None:
    hub.files[f"{REPO}/{REVISION}/{NAME}"] = base[:-1] + b"\x01"
    hub.described[NAME] = base
    failure = refused()
    assert failure.code == "models.wrong_content" and hub.address in str(failure)
    assert list(models_folder().iterdir()) == []
    hub.files[f"{REPO}/{REVISION}/{NAME}"] = base[:-10]
    assert refused().code == "models.wrong_content"
    hub.files[f"{REPO}/{REVISION}/{NAME}"] = base
    assert get_model(REPO).is_done


@pytest.mark.parametrize(("status", "code"), [
    (401, "models.hub_private"), (404, "models.hub_missing"), (429, "models.hub_busy"), (500, "models.hub_unreachable"),
    (503, "models.hub_unreachable"),
])  # fmt: skip
def test_a_hub_that_refuses(hub: Hub, status: int, code: str) -> None:
    hub.status = status
    failure = refused()
    assert failure.code == code and failure.exit_code == HostError.exit_code
    assert not models_folder().exists()


def test_a_gated_repository(hub: Hub) -> None:
    hub.gated = True
    failure = refused()
    assert failure.code == "models.hub_gated"
    assert f"https://huggingface.co/{REPO}" in str(failure) and "hf auth login" in str(failure)


def test_a_repository_that_is_not_there(hub: Hub) -> None:
    assert refused("someone/no-such-model").code == "models.hub_missing"


def test_no_hub_at_all(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    failure = refused()
    assert failure.code == "models.hub_unreachable" and "hf-mirror.com" in str(failure)


def test_offline(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    assert refused().code == "models.hub_offline"


def test_a_hub_that_hangs(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub_module, "SECONDS", 0.3)
    hub.hangs = True
    start = time.monotonic()
    assert refused().code == "models.hub_unreachable"
    assert time.monotonic() - start < 15


def test_a_slow_hub_is_waited_for(hub: Hub, base: bytes) -> None:
    hub.piece_seconds = 0.01
    counts: list[int] = []
    assert get_model(REPO, on_bytes=lambda name, here, total: counts.append(here)).target.read_bytes() == base
    assert counts == sorted(counts) and counts[-1] == len(base)


def test_a_disk_without_room(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "free_bytes", lambda path: RESERVE_BYTES + 10_000)
    failure = refused()
    assert failure.code == "models.no_room" and "--to" in str(failure)
    assert not ranges(hub) and not models_folder().exists()


def test_a_disk_that_fills_up(hub: Hub, base: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    real = hub_module._Counted.write

    def full(counted: hub_module._Counted, data: bytes) -> int:
        if counted.tell() > 20_000:
            raise files.host_error(OSError(28, "No space left on device"), Path("x"))
        return real(counted, data)

    monkeypatch.setattr(hub_module, "PIECE", 1000)
    monkeypatch.setattr(hub_module._Counted, "write", full)
    assert refused().code == "files.disk_full"
    assert len(parts_left()) == 1 and not (models_folder() / NAME).exists()
    monkeypatch.setattr(hub_module._Counted, "write", real)
    assert get_model(REPO).target.read_bytes() == base
    assert ranges(hub)[-1].startswith("bytes=2")


def test_another_file_of_the_name_is_not_touched(hub: Hub) -> None:
    models_folder().mkdir(parents=True)
    mine = models_folder() / NAME
    mine.write_bytes(b"mine")
    failure = refused()
    assert failure.code == "models.target_taken" and mine.read_bytes() == b"mine"


def test_a_mirror_gets_no_token_unless_it_is_given_on_purpose(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert hub_module.token() is False
    monkeypatch.setenv("HF_TOKEN", "hf_x")
    assert hub_module.token() is None
    monkeypatch.delenv("HF_TOKEN")
    monkeypatch.setenv("HF_ENDPOINT", "https://huggingface.co/")
    assert hub_module.token() is None
    monkeypatch.setenv("HF_ENDPOINT", "https://huggingface.co.evil.example")
    assert hub_module.token() is False


def test_a_file_of_ones_choice(hub: Hub, base: bytes) -> None:
    hub.files[f"{REPO}/{REVISION}/other/更多.safetensors"] = base
    hub.files[f"{REPO}/{REVISION}/second.safetensors"] = base
    failure = refused()
    assert (
        failure.code == "models.choose_file" and "second.safetensors" in str(failure) and NAME in str(failure)
    )
    assert get_model(REPO, file="other/更多.safetensors").target.name == "更多.safetensors"
    failure = refused(file="secnd.safetensors")
    assert failure.code == "models.no_such_file" and "second.safetensors" in str(failure)


def test_a_model_in_diffusers_form(hub: Hub, tmp_path: Path) -> None:
    start = f"{REPO}/{REVISION}/"
    hub.files.clear()
    weights = write_safetensors(tmp_path / "w.safetensors", {"a": (600,)}).read_bytes()
    texts = {"model_index.json": b"{}", "unet/config.json": b'{"cross_attention_dim": 768, "in_channels": 4}'}
    for part, file in (
        ("unet", "diffusion_pytorch_model"),
        ("vae", "diffusion_pytorch_model"),
        ("text_encoder", "model"),
    ):
        texts[f"{part}/{file}.safetensors"] = weights
        texts[f"{part}/{file}.fp16.safetensors"] = b"v" * 2000
        texts[f"{part}/{file}.bin"] = b"b" * 2000
    texts |= {"tokenizer/merges.txt": b"a b", "safety_checker/model.safetensors": b"s" * 2000, "a.png": b"p"}
    hub.files |= {start + name: data for name, data in texts.items()}
    hub.cut = [2]
    got = get_model(REPO)
    names = sorted(
        path.relative_to(got.target).as_posix() for path in got.target.rglob("*") if path.is_file()
    )
    assert names == [
        "model_index.json", "text_encoder/model.safetensors", "tokenizer/merges.txt", "unet/config.json",
        "unet/diffusion_pytorch_model.safetensors", "vae/diffusion_pytorch_model.safetensors",
    ]  # fmt: skip
    assert got.target == models_folder() / "some-model" and got.findings == () and not parts_left()
    assert get_model(REPO).is_done
    (got.target / "unet" / "config.json").write_bytes(b"{}")
    assert refused().code == "models.target_taken"


def test_a_folder_that_is_cut_off_has_another_name(hub: Hub, tmp_path: Path) -> None:
    test_files = {"model_index.json": b"{}", "tokenizer/merges.txt": b"a b"}
    weights = write_safetensors(tmp_path / "w.safetensors", {"a": (600,)}).read_bytes()
    for part in ("unet", "vae", "text_encoder"):
        test_files[f"{part}/model.safetensors"] = weights
    hub.files = {f"{REPO}/{REVISION}/{name}": data for name, data in test_files.items()}
    wrong = f"{REPO}/{REVISION}/vae/model.safetensors"
    hub.described = {"vae/model.safetensors": weights}
    hub.files[wrong] = b"x" * len(weights)
    assert refused().code == "models.wrong_content"
    assert [path.name for path in models_folder().iterdir()] == [f"some-model.{REVISION[:12]}.part"]
    before = len(ranges(hub))
    hub.files[wrong] = weights
    assert get_model(REPO).target.is_dir() and not parts_left()
    assert len(ranges(hub)) < before + len(test_files)


def test_what_is_wrong_with_the_model_itself_is_told(hub: Hub, tmp_path: Path) -> None:
    lacking = write_safetensors(tmp_path / "x.safetensors", base_shapes(without="vae"))
    hub.files[f"{REPO}/{REVISION}/{NAME}"] = lacking.read_bytes()
    got = get_model(REPO)
    assert got.is_done and [finding.code for finding in got.findings] == ["base.parts_missing"]


def repo_of(*named: tuple[str, int]) -> HubRepo:
    return HubRepo(REPO, REVISION, tuple(HubFile(name, size) for name, size in named), "", False)


@pytest.mark.parametrize("named", [
    [("model.ckpt", 10**10)], [("lora.safetensors", 10**8)], [], [("sub/x.safetensors", 10**10)],
    [("model_index.json", 10), ("unet/model.fp16.safetensors", 10**9), ("vae/m.bin", 1)],
])  # fmt: skip
def test_what_is_no_base_model(named: list[tuple[str, int]]) -> None:
    with pytest.raises(UsageError) as caught:
        choose_files(repo_of(*named))
    assert caught.value.code == "models.no_checkpoint"


def test_pieces_belong_to_a_model() -> None:
    names = ["model_index.json", "unet/m-00001-of-00002.safetensors", "unet/m-00002-of-00002.safetensors",
             "unet/m.safetensors.index.json", "unet/m.non_ema.safetensors", "vae/m.safetensors", "text_encoder/m.safetensors"]  # fmt: skip
    chosen = [one.name for one in choose_files(repo_of(*((name, 5) for name in names)))]
    assert chosen == [name for name in names if "non_ema" not in name]


@pytest.mark.parametrize(("name", "code"), [
    ("animagin", "models.unknown_close"), ("nothing like it", "models.unknown"), ("a/b/c", "models.unknown"), ("/b", "models.unknown"),
])  # fmt: skip
def test_names_that_are_none(hub: Hub, name: str, code: str) -> None:
    assert refused(name).code == code and not hub.asked


def test_one_of_the_catalogue(hub: Hub, base: bytes) -> None:
    known = known_models().models["noobai"]
    hub.files = {
        f"{known.repo}/{REVISION}/{known.file}": base,
        f"{known.repo}/{REVISION}/other.safetensors": base,
    }
    hub.licence = ""
    got = get_model("noobai", dry_run=True)
    assert (got.target.name, got.licence) == (known.file, known.licence)


def test_the_catalogue() -> None:
    catalogue = known_models()
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", catalogue.as_of)
    assert {model.family for model in catalogue.models.values()} == set(PARTS)
    for name, model in catalogue.models.items():
        assert re.fullmatch(r"[a-z0-9-]+", name) and re.fullmatch(r"[\w.-]+/[\w.-]+", model.repo)
        assert model.file.endswith(".safetensors") and model.style in ("anime", "realistic", "any")
        assert model.en.endswith(".") and model.zh.endswith("。") and re.search(r"[\u4e00-\u9fff]", model.zh)
    # Of the guide's recommendations, those that can be had.
    assert {"sd15", "anything-v3", "anything-v5", "anylora", "chilloutmix", "realistic-vision", "majicmix-realistic", "rev-animated"} <= set(catalogue.models)  # fmt: skip
