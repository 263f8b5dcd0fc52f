"""Finding base models where other programs keep them; folders full of other things, links, iCloud, what cannot be read."""

from __future__ import annotations

import os
import sqlite3
import time
from pathlib import Path
from typing import Any

import pytest

from kohya_driver.errors import UsageError
from kohya_driver.host import SF_DATALESS, is_evicted
from kohya_driver.models import places, scan
from kohya_driver.models.find import FoundModels, find_models, look_through
from kohya_driver.models.places import Place, find_places, hub_cache, models_folder
from kohya_driver.preset.library import own_folder
from tests.project import base_shapes, write_base, write_safetensors

DRAW_THINGS = Path("Library/Containers/com.liuliu.draw-things/Data/Documents/Models")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A person's home, on which nothing else is."""
    home = tmp_path / "家 home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("KOHYA_DRIVER_HOME", str(home / "kd"))
    for name in ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_HOME", "XDG_CACHE_HOME", "INVOKEAI_ROOT"):
        monkeypatch.delenv(name, raising=False)
    return home


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def where(found: FoundModels) -> dict[str, str]:
    return {model.name: model.program for model in found.models}


def snapshot(cache: Path, repo: str, revision: str = "a" * 40) -> Path:
    folder = cache / f"models--{repo.replace('/', '--')}" / "snapshots" / revision
    folder.mkdir(parents=True)
    return folder


def in_blobs(folder: Path, name: str) -> Path:
    """A file as the Hub's cache holds it: a link to a blob without an ending."""
    blob = folder.parent.parent / "blobs" / f"{len(name):064x}"
    write_base(blob.with_suffix(".safetensors"), "sdxl")
    blob.with_suffix(".safetensors").rename(blob)
    (folder / name).symlink_to(os.path.relpath(blob, folder))
    return folder / name


def test_every_program(home: Path) -> None:
    write_base(models_folder() / "got.safetensors", "sd2")
    write_base(home / "stable-diffusion-webui/models/Stable-diffusion/动漫/any.safetensors")
    write_base(home / "Documents/ComfyUI/models/checkpoints/comfy.safetensors", "sdxl")
    write_base(home / "invokeai/models/sd-1/main/invoke.safetensors")
    in_blobs(snapshot(home / ".cache/huggingface/hub", "owner/name"), "hub.safetensors")
    (home / DRAW_THINGS).mkdir(parents=True)
    with sqlite3.connect(home / DRAW_THINGS / "sd_v1.5_f16.ckpt") as database:
        database.execute("create table tensors (name, data)")
    found = find_models()
    assert where(found) == {
        "got.safetensors": "own", "any.safetensors": "webui", "comfy.safetensors": "comfyui", "invoke.safetensors": "invokeai",
        "owner/name/hub.safetensors": "hub", "sd_v1.5_f16.ckpt": "drawthings",
    }  # fmt: skip
    families = {model.name: model.family for model in found.models}
    assert families["owner/name/hub.safetensors"] == families["comfy.safetensors"] == "sdxl"
    (draw_things,) = [model for model in found.models if not model.is_usable]
    assert [finding.code for finding in draw_things.findings] == ["base.draw_things"]
    assert found.models[-1] is draw_things and {model.dtype for model in found.models[:-1]} == {"F16"}
    assert {place.program for place in found.places} == {
        "own",
        "webui",
        "comfyui",
        "invokeai",
        "hub",
        "drawthings",
    }
    assert found.to_json()["models"][0]["is_usable"] is True


def test_what_settings_point_to(home: Path) -> None:
    write(home / "stable-diffusion-webui-forge/webui-user.sh", '#export COMMANDLINE_ARGS="--ckpt-dir ~/no"\nexport COMMANDLINE_ARGS="--api --ckpt-dir ~/外置"\n')  # fmt: skip
    write_base(home / "外置/a.safetensors")
    write(
        home / "ComfyUI/extra_model_paths.yaml",
        "a111:\n  base_path: ../webui\n  checkpoints: models/Stable-diffusion\n  loras: models/Lora\n"
        f"other:\n  checkpoints: |\n    {home}/two\n    three\nnothing: 5\n",
    )
    for folder in ("webui/models/Stable-diffusion", "two", "ComfyUI/three"):
        write_base(home / folder / f"{Path(folder).name}.safetensors")
    write(home / "Library/Application Support/ComfyUI/extra_models_config.yaml", f"desktop:\n  base_path: {home}/desk\n  checkpoints: models/checkpoints/\n")  # fmt: skip
    write_base(home / "desk/models/checkpoints/desk.safetensors")
    write(home / "invokeai/invokeai.yaml", f"schema_version: 4.0.2\nmodels_dir: {home}/inv\n")
    write_base(home / "inv/inv.safetensors")
    write(own_folder() / "mine.toml", '[model]\nbase = "../../bases/mine.safetensors"\n')
    write(own_folder() / "broken.toml", "[model\n")
    write(own_folder() / "hub.toml", '[model]\nbase = "owner/name"\n')
    write_base(home / "bases/mine.safetensors")
    write_base(home / "bases/deeper/not-looked-at.safetensors")
    assert where(find_models()) == {
        "a.safetensors": "webui", "Stable-diffusion.safetensors": "comfyui", "two.safetensors": "comfyui",
        "three.safetensors": "comfyui", "desk.safetensors": "comfyui", "inv.safetensors": "invokeai", "mine.safetensors": "preset",
    }  # fmt: skip


@pytest.mark.parametrize("text", ["a: [", "- 1\n- 2\n", "a: {base_path: [1]}\n", "a:\n  checkpoints: 7\n", "\x00", "!!python/object/apply:os.system ['true']"])  # fmt: skip
def test_settings_that_are_none(home: Path, text: str) -> None:
    write(home / "ComfyUI/extra_model_paths.yaml", text)
    write(home / "invokeai/invokeai.yaml", text)
    assert find_models().models == ()


def test_the_hubs_cache_by_its_own_variables(home: Path) -> None:
    assert hub_cache(home, {}) == home / ".cache/huggingface/hub"
    assert hub_cache(home, {"XDG_CACHE_HOME": "/x"}) == Path("/x/huggingface/hub")
    assert hub_cache(home, {"HF_HOME": "~/hf", "XDG_CACHE_HOME": "/x"}) == home / "hf/hub"
    assert hub_cache(home, {"HUGGINGFACE_HUB_CACHE": "/old", "HF_HOME": "/hf"}) == Path("/old")
    assert hub_cache(home, {"HF_HUB_CACHE": "/new", "HUGGINGFACE_HUB_CACHE": "/old"}) == Path("/new")


def test_the_hubs_cache_holds_folders_and_the_last_snapshot_counts(home: Path) -> None:
    cache = home / ".cache/huggingface/hub"
    old, new = snapshot(cache, "a/b", "1" * 40), snapshot(cache, "a/b", "2" * 40)
    in_blobs(old, "old.safetensors")
    os.utime(old, (1, 1))
    write(new / "model_index.json", '{"_class_name": "StableDiffusionPipeline"}')
    write(new / "unet/config.json", '{"cross_attention_dim": 768, "in_channels": 4}')
    for part in ("unet", "vae", "text_encoder"):
        write_safetensors(new / part / "model.safetensors", {"a": (4,)})
    half = snapshot(cache, "c/half")
    write(half / "model_index.json", "{}")
    write(half / "unet/config.json", '{"cross_attention_dim": 768}')
    snapshot(cache, "d/empty")
    (cache / "datasets--x--y/snapshots/1").mkdir(parents=True)
    found = {model.name: model for model in find_models().models}
    assert list(found) == ["a/b", "c/half"]
    assert (found["a/b"].format, found["a/b"].family, found["a/b"].is_usable) == ("diffusers", "sd15", True)
    assert [finding.code for finding in found["c/half"].findings] == ["base.no_unet"] or found[
        "c/half"
    ].missing


def test_what_is_no_base_model_is_counted_only(tmp_path: Path) -> None:
    write_safetensors(tmp_path / "lora.safetensors", {"lora_unet_x.lora_down.weight": (4, 4)})
    write_safetensors(tmp_path / "vae.safetensors", {"decoder.conv_in.weight": (4,)})
    write_safetensors(tmp_path / "upscaler.safetensors", {"body.0.weight": (4,)})
    write(tmp_path / "notes.txt", "x")
    found = find_models([tmp_path])
    assert (found.models, found.others) == ((), 3)


@pytest.mark.parametrize(("name", "content", "code"), [
    ("page.safetensors", b"<!DOCTYPE html><html>", "base.web_page"),
    ("pointer.safetensors", b"version https://git-lfs.github.com/spec/v1\n", "base.lfs_pointer"),
    ("empty.ckpt", b"", "base.empty"),
    ("cut.safetensors", (5000).to_bytes(8, "little") + b'{"a":' , "engine.weights_broken"),
])  # fmt: skip
def test_files_that_are_something_else(tmp_path: Path, name: str, content: bytes, code: str) -> None:
    (tmp_path / name).write_bytes(content)
    (model,) = find_models([tmp_path]).models
    assert [finding.code for finding in model.findings] == [code] and not model.is_usable


def test_what_is_wrong_with_each(tmp_path: Path) -> None:
    write_safetensors(tmp_path / "a no vae.safetensors", base_shapes(without="vae"))
    write_safetensors(tmp_path / "b paints over.safetensors", base_shapes(channels=9))
    write_safetensors(tmp_path / "c flux.safetensors", {"double_blocks.0.img_attn.proj.weight": (4, 4)})
    write_base(tmp_path / "d good.safetensors")
    codes = {model.name: [f.code for f in model.findings] for model in find_models([tmp_path]).models}
    assert codes == {
        "d good.safetensors": [], "a no vae.safetensors": ["base.parts_missing"], "b paints over.safetensors": ["base.inpainting"],
        "c flux.safetensors": ["models.not_trained"],
    }  # fmt: skip


def test_one_file_under_several_names_is_one(tmp_path: Path) -> None:
    first = write_base(tmp_path / "a/one.safetensors")
    (tmp_path / "b").mkdir()
    (tmp_path / "b/two.safetensors").symlink_to(first)
    (tmp_path / "b/three.safetensors").hardlink_to(first)
    (model,) = find_models([tmp_path / "a", tmp_path / "b"]).models
    assert model.path == first and {path.name for path in model.also} == {
        "two.safetensors",
        "three.safetensors",
    }


def test_links_in_a_circle_and_to_nowhere(tmp_path: Path) -> None:
    write_base(tmp_path / "a/b/one.safetensors")
    (tmp_path / "a/b/up").symlink_to(tmp_path / "a")
    (tmp_path / "self").symlink_to(tmp_path / "self")
    (tmp_path / "gone.safetensors").symlink_to(tmp_path / "nowhere")
    found = find_models([tmp_path])
    assert [model.name for model in found.models] == ["one.safetensors"]
    assert {Path(finding.where).name for finding in found.findings} == {"self", "gone.safetensors"}


def test_what_icloud_has_taken_away_is_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_base(tmp_path / "away.safetensors")
    (tmp_path / ".older.safetensors.icloud").write_bytes(b"bplist00")
    (tmp_path / ".hidden.safetensors").write_bytes(b"x")
    away = (tmp_path / "away.safetensors").stat().st_ino
    real = is_evicted
    monkeypatch.setattr(scan, "is_evicted", lambda name, status: status.st_ino == away or real(name, status))
    opened: list[str] = []
    real_open = Path.open

    def opens(path: Path, *rest: Any, **more: Any) -> Any:
        opened.append(path.name)
        return real_open(path, *rest, **more)

    monkeypatch.setattr(Path, "open", opens)
    models = find_models([tmp_path]).models
    assert {model.name: model.findings[0].code for model in models} == {
        "away.safetensors": "models.evicted", "older.safetensors": "models.evicted",
    }  # fmt: skip
    assert opened == [] and SF_DATALESS == 0x40000000


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_that_may_not_be_read(tmp_path: Path) -> None:
    (tmp_path / "shut").mkdir(mode=0)
    write_base(tmp_path / "one.safetensors")
    found = find_models([tmp_path])
    assert len(found.models) == 1 and [finding.code for finding in found.findings] == ["models.refused"]


def test_a_folder_that_is_refused_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As macOS does with other programs' data."""
    (tmp_path / "shut").mkdir()
    write_base(tmp_path / "one.safetensors")
    real = os.scandir

    def refusing(path: Path) -> object:
        if Path(path).name == "shut":
            raise PermissionError(1, "Operation not permitted")
        return real(path)

    monkeypatch.setattr(os, "scandir", refusing)
    found = find_models([tmp_path])
    assert len(found.models) == 1
    assert [(finding.code, finding.where) for finding in found.findings] == [
        ("models.refused", str(tmp_path / "shut"))
    ]


def test_there_is_an_end_to_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(30):
        write(tmp_path / f"{number:02}.txt", "")
    monkeypatch.setattr(scan, "MOST_ENTRIES", 10)
    walk = scan.Walk(Place("given", tmp_path), _left=10)
    assert list(walk.candidates()) == [] and walk.is_cut
    deep = tmp_path / "/".join(["d"] * 20)
    write_base(deep / "x.safetensors")
    assert look_through([Place("given", tmp_path / "d")]).models == ()


def test_thousands_of_files(tmp_path: Path) -> None:
    for folder in range(20):
        (tmp_path / f"{folder}").mkdir()
        for number in range(200):
            (tmp_path / f"{folder}/{number}.png").touch()
    for number in range(50):
        write_base(tmp_path / f"0/{number}.safetensors")
    counted: list[int] = []
    start = time.process_time()
    found = find_models([tmp_path], on_found=counted.append)
    assert len(found.models) == 50 and counted[-1] == 50
    assert time.process_time() - start < 10


def test_a_folder_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        find_models([tmp_path / "x"])
    assert caught.value.code == "models.no_folder"


def test_nothing_is_there(home: Path) -> None:
    assert find_places(home, {}) == ()
    assert find_models().to_json() == {"models": [], "places": [], "others": 0, "findings": []}
    assert places.WEBUIS
