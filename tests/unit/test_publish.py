"""Publishing on the Hub, held against a server that answers as it does. The real one was never asked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from huggingface_hub import constants

from kohya_driver import api, texts
from kohya_driver.cli.main import main
from kohya_driver.errors import DriverError, HostError, RunError, UsageError
from tests.hub_uploads import Repository, Uploads, serve
from tests.lora_files import write_lora
from tests.project import write_picture

pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")
"""Of the hub's client, which hands a file to its own HTTP library in an older way."""
TAGS = {"ss_tag_frequency": '{"1_ning": {"ning": 2}}', "ss_dataset_dirs": '{"1_ning": {"img_count": 2}}'}
Plans = list[api.Publication]


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Uploads]:
    with serve(Uploads()) as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.address)
        monkeypatch.setenv("HF_TOKEN", hub.token)
        # Its other protocol for large files, which goes to servers of its own; this stand-in has the plain one.
        monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)
        monkeypatch.setattr(constants, "HF_TOKEN_PATH", str(tmp_path / "no-token"))
        yield hub


@pytest.fixture
def lora(tmp_path: Path) -> Path:
    return write_lora(tmp_path / "宁光.safetensors", metadata=TAGS)


def publish(
    lora: Path, repo: str = "me/ning", agree: bool = True, **more: Any
) -> tuple[api.Publication, Plans]:
    seen: Plans = []

    def agreed(wanted: api.Publication) -> bool:
        seen.append(wanted)
        return agree

    return api.publish(lora, repo, on_plan=agreed, **more), seen


def test_all_of_it_goes_there_in_one_commit(hub: Uploads, lora: Path, tmp_path: Path) -> None:
    picture = write_picture(tmp_path / "样图.png", (32, 32))
    published, (wanted,) = publish(lora, preview=picture, license="mit", base_model="a/b")
    assert published.page == f"{hub.address}/me/ning" and hub.commits == 1
    stored = hub.repositories["me/ning"]
    assert stored.is_private and wanted.is_private and wanted.is_new
    assert stored.files["宁光.safetensors"] == lora.read_bytes()
    assert stored.files["images/01.png"] == picture.read_bytes()
    # Nothing went there that was not shown first, with its size.
    assert {one.name: one.size for one in wanted.uploads} == {
        name: len(data) for name, data in stored.files.items()
    }
    head = yaml.safe_load(stored.files["README.md"].decode().split("---")[1])
    assert head["instance_prompt"] == "ning" and head["license"] == "mit" and head["base_model"] == "a/b"
    assert head["widget"] == [{"text": "ning", "output": {"url": "images/01.png"}}]
    assert (
        "load_lora_weights('me/ning', weight_name='宁光.safetensors')" in stored.files["README.md"].decode()
    )


def test_nothing_goes_there_unless_somebody_agrees(hub: Uploads, lora: Path) -> None:
    published, (wanted,) = publish(lora, agree=False)
    assert not published.page and not hub.repositories
    assert [method for method, _ in hub.asked] == ["GET"] and wanted.total_bytes > 0


def test_public_only_if_asked_for(hub: Uploads, lora: Path) -> None:
    publish(lora, public=True)
    assert not hub.repositories["me/ning"].is_private


def test_a_repository_that_is_there_stays_as_it_is(hub: Uploads, lora: Path) -> None:
    hub.repositories["me/ning"] = Repository(False, {"other.txt": b"x"})
    published, (wanted,) = publish(lora)
    assert published.page and not wanted.is_new and not wanted.is_private
    assert ("POST", "/api/repos/create") not in hub.asked
    assert hub.repositories["me/ning"].files["other.txt"] == b"x"


def test_files_that_are_there_are_replaced_only_if_asked_for(hub: Uploads, lora: Path) -> None:
    hub.repositories["me/ning"] = Repository(True, {"README.md": b"mine"})
    with pytest.raises(RunError) as refused:
        publish(lora)
    assert refused.value.code == "share.files_there" and "README.md" in str(refused.value)
    assert hub.repositories["me/ning"].files == {"README.md": b"mine"}
    _, (wanted,) = publish(lora, overwrite=True)
    assert [one.name for one in wanted.uploads if one.replaces] == ["README.md"]
    assert hub.repositories["me/ning"].files["README.md"] != b"mine"


def test_no_token_is_told_before_anything_is_asked(
    hub: Uploads, lora: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HF_TOKEN")
    with pytest.raises(RunError) as mirror:
        publish(lora)
    assert mirror.value.code == "share.no_token_for_mirror" and not hub.asked
    monkeypatch.delenv("HF_ENDPOINT")
    with pytest.raises(RunError) as refused:
        publish(lora)
    assert refused.value.code == "share.no_token" and "https://huggingface.co/settings/tokens" in str(
        refused.value
    )


def test_the_kept_token_is_not_sent_to_a_mirror(
    hub: Uploads, lora: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("HF_TOKEN")
    (tmp_path / "no-token").write_text("hf_kept")
    with pytest.raises(RunError) as refused:
        publish(lora)
    assert refused.value.code == "share.no_token_for_mirror" and not hub.asked


@pytest.mark.parametrize("repo", ["ning", "a/b/c", "a b/c", "a/..", "-/x", "me/ning--x", "a/"])
def test_names_that_are_none(hub: Uploads, lora: Path, repo: str) -> None:
    with pytest.raises(UsageError) as refused:
        publish(lora, repo)
    assert refused.value.code == "share.bad_repo" and not hub.asked


def test_what_the_hub_refuses(hub: Uploads, lora: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(HostError) as refused:
        publish(lora, "somebody/ning")
    assert refused.value.code == "share.hub_gated"
    hub.refuses_card = '"license" must be one of [...]'
    with pytest.raises(HostError) as refused:
        publish(lora, license="nonsense")
    assert refused.value.code == "share.hub_refused" and not hub.repositories["me/ning"].files
    hub.refuses_card, hub.fails_at = "", "/commit/"
    with pytest.raises(HostError) as refused:
        publish(lora)
    assert refused.value.code == "share.hub_unreachable" and not hub.repositories["me/ning"].files
    monkeypatch.setenv("HF_TOKEN", "hf_wrong")
    with pytest.raises(HostError) as refused:
        publish(lora)
    assert refused.value.code == "share.hub_private"
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(HostError) as refused:
        publish(lora)
    assert refused.value.code == "share.hub_unreachable"


def end_of_input(words: str) -> str:
    raise EOFError


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_the_command_asks_first(
    hub: Uploads,
    lora: Path,
    language: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    command = ["lora", "publish", str(lora), "me/ning", "--lang", language]
    assert main(command) == UsageError.exit_code  # nobody to ask
    assert "share.ask_needed" in capsys.readouterr().err and not hub.repositories
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("builtins.input", lambda words: "n")
    assert main(command) == 10 and not hub.repositories
    shown = capsys.readouterr().out
    assert "宁光.safetensors" in shown and "README.md" in shown and hub.address in shown
    assert ("you alone" if language == "en" else "只有你自己") in shown
    monkeypatch.setattr("builtins.input", end_of_input)
    assert main(command) == 10 and not hub.repositories
    assert main([*command, "--dry-run"]) == 0 and not hub.repositories
    monkeypatch.setattr("builtins.input", lambda words: "y")
    assert main(command) == 0 and hub.commits == 1
    assert f"{hub.address}/me/ning" in capsys.readouterr().out


def test_as_json(hub: Uploads, lora: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lora", "publish", str(lora), "me/ning", "--yes", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["page"] == f"{hub.address}/me/ning" and told["is_private"] is True
    assert [one["name"] for one in told["files"]] == ["宁光.safetensors", "README.md"]


def test_a_file_that_is_no_lora_is_told_before_the_hub_is_asked(hub: Uploads, tmp_path: Path) -> None:
    with pytest.raises(DriverError) as refused:
        publish(tmp_path / "no.safetensors")
    assert refused.value.code == "lora.missing" and not hub.asked
