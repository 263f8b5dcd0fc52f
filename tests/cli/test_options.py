"""`kohya-driver options` and `completion`: the catalogue with our advice, and what a real shell makes of the script."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from kohya_driver import api, texts
from kohya_driver.cli.main import COMMANDS, main
from kohya_driver.cli.shells import completion_script
from kohya_driver.engine.catalogue import load_catalogue
from kohya_driver.errors import UsageError

Captured = pytest.CaptureFixture[str]


def names(search: str = "", script: str | None = None) -> list[str]:
    return [advice.option.name for advice in api.find_options(search, script=script)]


def test_all_options_of_the_scripts_that_presets_use() -> None:
    scripts = load_catalogue().scripts
    assert set(names()) == {*scripts["train_network"], *scripts["sdxl_train_network"]}
    assert set(names(script="flux_train_network.py")) == set(scripts["flux_train_network"])


def test_a_word_is_looked_for_in_name_key_and_help() -> None:
    # The help of network_alpha speaks of network_dim.
    assert names("network_dim") == names("--network-dim") == ["network_dim", "network_alpha"]
    assert "network_dim" in names("network.dim")
    assert "dim_from_weights" in names("rank")
    assert names("NO_SUCH_THING") == []
    found = names("dim")
    assert found.index("network_dim") < found.index("network_alpha")


def test_advice() -> None:
    (optimizer,) = (a for a in api.find_options("optimizer_type") if a.option.name == "optimizer_type")
    assert optimizer.key == "optimizer.type" and optimizer.preset_default == "AdamW"
    assert "optimizer.no_8bit" in optimizer.rules and not optimizer.owned
    (folder,) = api.find_options("logging_dir")
    assert folder.owned and folder.key is None
    (free,) = api.find_options("huber_schedule")
    assert free.key is None and not free.owned and free.option.choices
    value = free.to_json()
    assert value["type"] == "str" and "exponential" in value["choices"]
    assert value["scripts"] and value["help"].isascii()


def test_advice_says_which_engine_carries_it_out(capsys: Captured) -> None:
    (noise,) = (a for a in api.find_options("noise_offset") if a.option.name == "noise_offset")
    assert noise.engines == {"sd-scripts": (), "embedded": ()}
    (huber,) = api.find_options("huber_schedule")
    assert huber.to_json()["engines"] == {"sd-scripts": []}
    assert main(["options", "huber_schedule", "--lang", "en"]) == 0
    assert "Needs the engine sd-scripts" in capsys.readouterr().out
    assert main(["options", "network_module", "--lang", "en"]) == 0
    assert "The engine embedded knows only: networks.lora" in capsys.readouterr().out


def test_an_unknown_script_is_refused_with_a_suggestion() -> None:
    with pytest.raises(UsageError) as caught:
        api.find_options(script="sdxl_train_netwrk")
    assert "sdxl_train_network?" in caught.value.findings[0].hint


def test_options_are_printed(capsys: Captured) -> None:
    assert main(["options", "network_dim", "--lang", "en"]) == 0
    text = capsys.readouterr().out
    assert "network_dim  int" in text and "[network] dim (unset: 16)" in text and "2 option(s)" in text
    assert main(["options", "huber_schedule", "--lang", "zh"]) == 0
    text = capsys.readouterr().out
    assert "可选值：constant, exponential, snr" in text and "[engine_options] huber_schedule" in text


def test_options_as_json(capsys: Captured) -> None:
    assert main(["options", "v_parameterization", "--json"]) == 0
    by_name = {item["name"]: item for item in json.loads(capsys.readouterr().out)}
    option = by_name["v_parameterization"]
    assert option["key"] == "model.v_parameterization" and option["type"] == "switch"
    assert {rule["id"] for rule in option["overrides"]} == {"base.v_prediction", "base.v_by_name"}
    assert all(rule["reason"] for rule in option["overrides"])


def test_every_option_can_be_printed(capsys: Captured) -> None:
    for script in load_catalogue().scripts:
        assert main(["options", "--script", script]) == 0
        assert len(capsys.readouterr().out.splitlines()) > 200


def completed(script: Path, *words: str) -> set[str]:
    """What bash offers for the last of these words."""
    line = " ".join(f"'{word}'" for word in words)
    commands = f"""
        source '{script}' || exit 9
        COMP_WORDS=(kohya-driver {line})
        COMP_CWORD={len(words)}
        _kohya_driver 2>/dev/null
        printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    done = subprocess.run(["bash", "-c", commands], capture_output=True, text=True, check=True, timeout=60)
    return set(done.stdout.split())


@pytest.fixture(scope="module")
def bash(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if shutil.which("bash") is None:
        pytest.skip("there is no bash here")
    path = tmp_path_factory.mktemp("补全") / "completion.bash"
    path.write_text(completion_script("bash"), encoding="utf-8")
    return path


def test_bash_completes_commands_and_options(bash: Path) -> None:
    assert completed(bash, "") == set(COMMANDS)
    assert completed(bash, "pl") == {"plan"}
    assert {"--json", "--strict", "--set", "--base"} <= completed(bash, "plan", "--")
    assert completed(bash, "engine", "in") == {"install"}
    assert completed(bash, "engine", "install", "--fo") == {"--force"}
    assert completed(bash, "plan", "--lang", "") == set(texts.LANGUAGES)
    assert completed(bash, "completion", "") == {"bash", "fish", "zsh"}


def test_bash_completes_keys_and_names(bash: Path) -> None:
    assert completed(bash, "train", "p.toml", "--set", "network.di") == {
        "network.dim=",
        "network.dim_from_weights=",
    }
    assert "model.allow_pickle=" in completed(bash, "plan", "p.toml", "--strict", "--set", "model.")
    assert completed(bash, "options", "network_di") == {"network_dim"}
    assert "flux_train_network" in completed(bash, "options", "--script", "")


def test_bash_leaves_files_to_itself(bash: Path) -> None:
    for words in (
        ("plan", "--base", ""),
        ("plan", "--images", "im"),
        ("diagnose", ""),
        ("plan", "p", "--set", "a", "=", ""),
    ):
        assert completed(bash, *words) == set(), words


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_every_word_is_in_every_script(shell: str, capsys: Captured) -> None:
    assert main(["completion", shell]) == 0
    script = capsys.readouterr().out
    for word in (*COMMANDS, "network.dim=", "network_dim", "sdxl_train_network"):
        assert re.search(rf"(?<![\w.]){re.escape(word)}(?![\w])", script), word


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_other_shells_read_their_script(shell: str, tmp_path: Path) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"there is no {shell} here")
    path = tmp_path / "script"
    path.write_text(completion_script(shell), encoding="utf-8")
    subprocess.run([shell, "-n", str(path)], check=True, timeout=60)
