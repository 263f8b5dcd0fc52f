"""Installing a LoRA in other programs, and describing it: what is written, in which form, and what is left alone."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from kohya_driver import api, files, texts
from kohya_driver.cli.main import main
from kohya_driver.errors import DriverError, RunError, UsageError
from kohya_driver.loras import deliver
from kohya_driver.loras.card import hub_name
from kohya_driver.loras.subject import Subject, read_subject
from kohya_driver.models.places import find_lora_places
from tests.lora_files import write_lora
from tests.project import write_picture
from tests.reports import make_run

TAGS = {
    "ss_tag_frequency": '{"1_ning": {"ning": 2}}', "ss_dataset_dirs": '{"1_ning": {"img_count": 2}}', "ss_steps": "120",
    "ss_optimizer": "torch.optim.adamw.AdamW(weight_decay=0.1)", "ss_unet_lr": "0.0001", "ss_lr_scheduler": "None",
    "ss_resolution": "(512, 768)", "ss_sd_model_name": "v1-5-pruned-emaonly.safetensors",
}  # fmt: skip


@pytest.fixture
def lora(tmp_path: Path) -> Path:
    return write_lora(tmp_path / "files" / "宁光.safetensors", metadata=TAGS)


@pytest.fixture
def run(tmp_path: Path) -> api.Run:
    """With samples, whose finished LoRA says what it was trained with."""
    run = make_run(tmp_path / "project")
    write_lora(run.plan().final, metadata={**TAGS, "ss_tag_frequency": "{}"})
    return run


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A person's home with a webui and a ComfyUI that have just been cloned."""
    home = tmp_path / "home"
    (home / "stable-diffusion-webui" / "models").mkdir(parents=True)
    (home / "Documents" / "ComfyUI" / "models").mkdir(parents=True)
    monkeypatch.setattr(Path, "home", lambda: home)
    return home


def read(path: Path) -> dict[str, Any]:
    told = json.loads(path.read_text(encoding="utf-8"))
    assert isinstance(told, dict)
    return told


# --- what is known of it


def test_of_a_run(run: api.Run) -> None:
    subject = read_subject(run.folder)
    plan = run.plan()
    assert (
        subject.path == plan.final
        and subject.name == plan.final.stem
        and subject.trigger == plan.trigger == "ning"
    )
    assert subject.base == Path(str(plan.training_config["pretrained_model_name_or_path"])).name
    assert [one.prompt for one in subject.pictures] == [
        "ning, 1girl, upper body, smile", "ning, 1girl, full body, standing on a bridge at night",
    ]  # fmt: skip
    assert {one.step for one in subject.pictures} == {plan.steps}
    assert read_subject(plan.final).pictures == subject.pictures  # the file alone knows where it lies


def test_of_an_earlier_checkpoint(run: api.Run) -> None:
    """It is shown as it was then, not as the training ended."""
    early = run.snapshot().checkpoints[0]
    path = write_lora(Path(early.path))
    assert {one.step for one in read_subject(path).pictures} == {early.step}


def test_of_a_run_that_was_moved(run: api.Run, tmp_path: Path) -> None:
    moved = tmp_path / "elsewhere" / "ning-001"
    moved.parent.mkdir()
    run.folder.rename(moved)
    subject = read_subject(moved)
    assert subject.path.is_relative_to(moved) and all(
        one.path.is_relative_to(moved) for one in subject.pictures
    )


def test_of_a_file_alone(lora: Path) -> None:
    subject = read_subject(lora)
    assert (subject.trigger, subject.base, subject.pictures) == (
        "ning",
        "v1-5-pruned-emaonly.safetensors",
        (),
    )


def test_a_run_without_a_lora(run: api.Run) -> None:
    for path in run.plan().output_dir.glob("*.safetensors"):
        path.unlink()
    with pytest.raises(RunError) as refused:
        read_subject(run.folder)
    assert refused.value.code == "share.no_lora_yet"


@pytest.mark.parametrize(("words", "code"), [
    ({"weight": 0.0}, "share.bad_weight"), ({"weight": 3.0}, "share.bad_weight"), ({"name": "a/b"}, "share.bad_name"),
    ({"name": ".safetensors"}, "share.bad_name"), ({"preview": Path("no.png")}, "share.bad_preview"),
    ({"preview": Path(__file__)}, "share.bad_preview"),
])  # fmt: skip
def test_words_that_mean_nothing(lora: Path, words: dict[str, object], code: str) -> None:
    with pytest.raises(UsageError) as refused:
        read_subject(lora, **words)  # type: ignore[arg-type]
    assert refused.value.code == code


# --- installing


def test_for_webui(run: api.Run, home: Path) -> None:
    installed = api.install_lora(run.folder, to="webui", weight=0.7)
    folder = home / "stable-diffusion-webui" / "models" / "Lora"
    name = run.plan().final.stem
    assert {path.name for path in folder.iterdir()} == {
        f"{name}.safetensors", f"{name}.json", f"{name}.civitai.info", f"{name}.preview.png",
    }  # fmt: skip
    assert installed.target.read_bytes() == run.plan().final.read_bytes() and installed.is_done
    card = read(folder / f"{name}.json")
    # The keys of webui's own editor (extensions-builtin/Lora/ui_edit_user_metadata.py).
    assert set(card) == {
        "description", "sd version", "activation text", "preferred weight", "negative text", "notes",
    }  # fmt: skip
    assert (card["activation text"], card["preferred weight"], card["sd version"]) == ("ning", 0.7, "SD1")
    info = read(folder / f"{name}.civitai.info")
    assert (
        info["trainedWords"] == ["ning"]
        and info["baseModel"] == "SD 1.5"
        and not {"id", "modelId"} & set(info)
    )
    assert [one["meta"]["prompt"] for one in info["images"]] == [
        one.prompt for one in installed.subject.pictures
    ]
    preview = (folder / f"{name}.preview.png").read_bytes()
    assert preview == installed.subject.pictures[0].path.read_bytes()


REQUIRED = {"file_name", "model_name", "file_path", "size", "modified", "sha256", "base_model", "preview_url"}
"""Without any of these ComfyUI-Lora-Manager skips the file (py/utils/models.py: BaseModelMetadata)."""


def test_for_comfyui(run: api.Run, home: Path) -> None:
    installed = api.install_lora(run.folder, to="comfyui", name="宁光")
    folder = home / "Documents" / "ComfyUI" / "models" / "loras"
    assert {path.name for path in folder.iterdir()} == {
        "宁光.safetensors",
        "宁光.metadata.json",
        "宁光.preview.png",
    }
    table = read(folder / "宁光.metadata.json")
    assert set(table) >= REQUIRED and table["sha256"] == files.sha256(installed.target)
    assert table["file_path"] == str(installed.target) and table["size"] == installed.target.stat().st_size
    assert table["civitai"] == {"trainedWords": ["ning"]} and table["from_civitai"] is False
    assert json.loads(str(table["usage_tips"])) == {"strength": 0.8}


def test_again_it_only_adds_what_is_missing(run: api.Run, home: Path) -> None:
    first = api.install_lora(run.folder, to="webui")
    card = first.target.with_suffix(".json")
    card.write_text('{"notes": "my own words"}', encoding="utf-8")
    first.target.with_suffix(".preview.png").unlink()
    again = api.install_lora(run.folder, to="webui")
    assert [path.suffixes for path in again.written] == [[".preview", ".png"]]
    assert card.read_text(encoding="utf-8") == '{"notes": "my own words"}'
    assert "share.already_there" in [finding.code for finding in again.findings]


def test_another_lora_of_that_name_is_not_lost(run: api.Run, lora: Path, home: Path) -> None:
    first = api.install_lora(run.folder, to="webui")
    before = first.target.read_bytes()
    with pytest.raises(RunError) as refused:
        api.install_lora(lora, to="webui", name=first.subject.name)
    assert refused.value.code == "share.taken" and first.target.read_bytes() == before
    api.install_lora(lora, to="webui", name=first.subject.name, overwrite=True)
    assert first.target.read_bytes() == lora.read_bytes()


def test_only_said(run: api.Run, home: Path) -> None:
    told = api.install_lora(run.folder, to="webui", dry_run=True)
    assert len(told.written) == 4 and not told.is_done and not told.folder.exists()


def test_into_its_own_folder_it_is_only_described(lora: Path) -> None:
    installed = api.install_lora(lora, to="webui", folder=lora.parent)
    assert {path.name for path in installed.written} == {"宁光.json", "宁光.civitai.info"}


def test_where_programs_are(home: Path, tmp_path: Path, lora: Path) -> None:
    given = tmp_path / "disk" / "my loras"
    given.mkdir(parents=True)
    webui = home / "stable-diffusion-webui-forge"
    (webui / "models").mkdir(parents=True)
    (webui / "webui-user.sh").write_text(f"export COMMANDLINE_ARGS=\"--api --lora-dir '{given}'\"\n")
    found = [(place.program, place.folder) for place in find_lora_places(home)]
    assert ("webui", given) in found and (
        "comfyui",
        home / "Documents" / "ComfyUI" / "models" / "loras",
    ) in found
    with pytest.raises(RunError) as several:
        api.install_lora(lora, to="webui")
    assert several.value.code == "share.several_places" and "my loras" in str(several.value)
    assert api.install_lora(lora, to="webui", folder=given).folder == given


@pytest.mark.parametrize("to", ["webui", "comfyui"])
def test_where_there_is_no_program(
    lora: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, to: deliver.Program
) -> None:
    monkeypatch.setattr(Path, "home", lambda: tmp_path / "nobody")
    with pytest.raises(RunError) as refused:
        api.install_lora(lora, to=to)
    assert refused.value.code == f"share.no_place_{to}"
    with pytest.raises(RunError) as refused:
        api.install_lora(lora, to=to, folder=lora)
    assert refused.value.code == "share.no_folder"


def test_a_full_disk_leaves_nothing(lora: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "free_bytes", lambda path: 100)
    with pytest.raises(RunError) as refused:
        api.install_lora(lora, to="webui")
    assert refused.value.code == "share.no_room" and not list(
        (home / "stable-diffusion-webui" / "models").iterdir()
    )


def test_a_copy_that_breaks_leaves_no_half(lora: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(made: Path, target: Path, *, overwrite: bool = False) -> None:
        raise files.host_error(OSError(28, "No space left on device"), target)

    monkeypatch.setattr(files, "move_into_place", fails)
    with pytest.raises(DriverError) as refused:
        api.install_lora(lora, to="webui")
    assert refused.value.code == "files.disk_full"
    assert not list((home / "stable-diffusion-webui" / "models" / "Lora").iterdir())


# --- describing


Card = Callable[..., tuple[dict[str, object], str, api.CardFolder]]


@pytest.fixture
def card(run: api.Run) -> Card:
    def make(**words: object) -> tuple[dict[str, object], str, api.CardFolder]:
        made = api.write_card(run.folder, overwrite=True, **words)  # type: ignore[arg-type]
        _, head, body = made.readme.read_text(encoding="utf-8").split("---\n", 2)
        return yaml.safe_load(head), body, made

    return make


def test_the_head_is_what_the_hub_reads(card: Card) -> None:
    head, body, made = card(base_model="stable-diffusion-v1-5/stable-diffusion-v1-5", license="mit")
    assert head == {
        "license": "mit",
        "base_model": "stable-diffusion-v1-5/stable-diffusion-v1-5",
        "base_model_relation": "adapter",
        "library_name": "diffusers",
        "pipeline_tag": "text-to-image",
        "tags": ["text-to-image", "stable-diffusion", "lora", "diffusers", "template:sd-lora"],
        "instance_prompt": "ning",
        "widget": [
            {"text": "ning, 1girl, upper body, smile", "output": {"url": "images/01.png"}},
            {
                "text": "ning, 1girl, full body, standing on a bridge at night",
                "output": {"url": "images/02.png"},
            },
        ],
    }
    assert all((made.folder / f"images/0{number}.png").is_file() for number in (1, 2)) and not made.findings
    assert (
        "`ning`" in body
        and "<lora:" in body
        and "| Steps | 120 |" in body
        and "| Optimizer | AdamW |" in body
    )
    assert "| Resolution | 512x768 |" in body and "Scheduler" not in body
    compile(body.split("```python\n")[1].split("```")[0], "card", "exec")


def test_huggingface_hub_reads_it_too(card: Card) -> None:
    from huggingface_hub import ModelCard

    _, _, made = card(base_model="a/b", license="mit")
    data = ModelCard.load(made.readme).data
    assert data.base_model == "a/b" and data.license == "mit" and "lora" in data.tags


def test_no_place_of_this_machine_is_told(card: Card, run: api.Run, tmp_path: Path) -> None:
    _, _, made = card()
    text = made.readme.read_text(encoding="utf-8")
    assert str(tmp_path) not in text and str(Path.home()) not in text
    assert [finding.code for finding in made.findings] == ["share.base_unknown", "share.no_licence"]


def test_in_chinese(card: Card) -> None:
    texts.use_language("zh")
    try:
        _, body, _ = card()
    finally:
        texts.use_language(None)
    assert "触发词：`ning`" in body and "| 步数 | 120 |" in body


@pytest.mark.parametrize(
    "word", ["---", "a: b", "`x` |y| <b>", "宁光，微笑", '"quoted" #1', "- list\nsecond"]
)
def test_words_that_mean_something_in_yaml_or_markdown(card: Card, word: str) -> None:
    head, body, _ = card(trigger=word)
    assert head["instance_prompt"] == word.strip()
    assert "\n---\n" not in body


def test_a_card_that_is_there_is_not_lost(run: api.Run, tmp_path: Path) -> None:
    made = api.write_card(run.folder, output=tmp_path / "card")
    made.readme.write_text("my own")
    (made.folder / "more.txt").write_text("kept")
    with pytest.raises(RunError) as refused:
        api.write_card(run.folder, output=tmp_path / "card")
    assert refused.value.code == "share.card_taken" and made.readme.read_text() == "my own"
    api.write_card(run.folder, output=tmp_path / "card", overwrite=True)
    assert made.readme.read_text() != "my own" and (made.folder / "more.txt").read_text() == "kept"
    other = tmp_path / "other"
    write_picture(other / "holiday.png")
    with pytest.raises(RunError):  # a folder without a card is somebody else's
        api.write_card(run.folder, output=other, overwrite=True)
    assert not list(tmp_path.glob(".*"))


@pytest.mark.parametrize(("base", "repo"), [
    ("/x/hub/models--Lykon--dreamshaper-8/snapshots/abc", "Lykon/dreamshaper-8"),
    ("stabilityai/stable-diffusion-xl-base-1.0", "stabilityai/stable-diffusion-xl-base-1.0"),
    ("/models/v1-5-pruned-emaonly.safetensors", "stable-diffusion-v1-5/stable-diffusion-v1-5"),
    ("C:\\models\\v1-5-pruned-emaonly.safetensors", "stable-diffusion-v1-5/stable-diffusion-v1-5"),
    ("models/my-own.safetensors", ""), ("/models/my-own", ""), ("", ""),
])  # fmt: skip
def test_where_the_hub_has_a_base(base: str, repo: str) -> None:
    assert hub_name(base) == repo


# --- as a person meets it


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_the_commands(run: api.Run, home: Path, language: str, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["lora", "install", str(run.folder), "--to", "webui", "--lang", language]
    assert main(command) == 0
    shown = capsys.readouterr().out
    assert "<lora:" in shown and ("Installed." if language == "en" else "安装完成。") in shown
    assert main(["lora", "card", str(run.folder), "--lang", language]) == 0
    assert "README.md" in capsys.readouterr().out
    assert main([*command, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["trigger"] == "ning"


def test_settings_say_only_what_is_known(lora: Path) -> None:
    subject: Subject = read_subject(lora)
    from kohya_driver.loras.subject import settings

    assert settings(subject) == {
        "rank": "4", "alpha": "2", "pictures": "2", "resolution": "512x768", "steps": "120", "optimizer": "AdamW",
        "rate": "0.0001",
    }  # fmt: skip
