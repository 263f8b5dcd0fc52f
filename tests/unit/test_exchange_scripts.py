"""Imported scripts: bash, batch and PowerShell give the words that the shell would give, or say what was not understood."""

from __future__ import annotations

from pathlib import Path

import pytest

from kohya_driver import texts
from kohya_driver.exchange.shell_words import read_script
from tests.exchanged import imported, write

TRAIN = "accelerate launch train_network.py"
BASH = """\
#!/bin/bash
base="./models/base.ckpt"   # base model | 底模路径
v2=0                        # SD 2.x
lr=1e-4  # learning rate
unet_only=1
clip_skip='2'
regular=""
export HF_HOME="huggingface"
extArgs=()
launchArgs=()
if [[ $multi_gpu == 1 ]]; then launchArgs+=("--multi_gpu"); fi
if [[ $v2 == 1 ]]; then
  extArgs+=("--v2")
else
  extArgs+=("--clip_skip $clip_skip")
fi
if [ "$unet_only" -eq 1 ]; then extArgs+=("--network_train_unet_only"); fi
[[ -n "$regular" ]] && extArgs+=("--reg_data_dir $regular")
python -m accelerate.commands.launch ${launchArgs[@]} --num_cpu_threads_per_process=8 "./train_network.py" \\
  --pretrained_model_name_or_path=$base \\
  --learning_rate=$lr \\
  --network_dim=32 ${extArgs[@]} # the end
"""
POWERSHELL = """\
# a run
$base = "./models/base.ckpt" # 底模路径
$v2 = 0
$lr = "1e-4"
$dims = @(24)
$ext_args = [System.Collections.ArrayList]::new()
$Env:HF_HOME = "huggingface"
$Env:XFORMERS_FORCE_DISABLE_TRITON = "1"
if ($v2) {
  [void]$ext_args.Add("--v2")
}
else {
  [void]$ext_args.Add("--clip_skip=2")
}
if ($v2 -eq 0) { $ext_args += "--network_train_unet_only" }
python -m accelerate.commands.launch $launch_args "./train_network.py" `
  --pretrained_model_name_or_path=$base --reg_data_dir=.\\train\\reg --train_data_dir='.\\my pictures' `
  --learning_rate=$($LR) --network_dim=${dims} $ext_args
"""


def words(text: str, suffix: str = "") -> list[str]:
    """What the training is called with."""
    found = [command.words for command in read_script(text, suffix).commands]
    training = next(words for words in found if any("train_network.py" in word for word in words))
    place = next(n for n, word in enumerate(training) if "train_network.py" in word)
    return list(training[place + 1 :])


def whys(folder: Path, name: str, text: str) -> dict[str, tuple[str, str]]:
    return {item.key: (item.fate, item.why) for item in imported(write(folder, name, text)).items}


@pytest.mark.parametrize(
    ("lines", "given", "expected"),
    [
        ("lr=1e-4  # learning rate\n", "--learning_rate=$lr --network_dim=32", ["--learning_rate=1e-4", "--network_dim=32"]),
        ('lr="1e-4" # rate\n', '--a="$lr" --b=${lr} # no more', ["--a=1e-4", "--b=1e-4"]),
        ("lr='#1'\n", "--a=$lr", ["--a=#1"]),
        ('d="my pictures"\n', '--a "$d" --b', ["--a", "my pictures", "--b"]),
        ('d="x"\n', "--a '$d'", ["--a", "$d"]),
        ('e=" --v2"\ne+=" --clip_skip 2"\n', "$e", ["--v2", "--clip_skip", "2"]),
        ('e=()\ne+=("--v2" "--c d")\n', '"${e[@]}"', ["--v2", "--c d"]),
        ('e=(\n  --v2 # two\n  --dim 4\n)\n', "${e[@]}", ["--v2", "--dim", "4"]),
        ("", "--a=${WHERE:-/data} --b=$1", ["--a=/data", "--b=$1"]),
        ("", r'--a "D:\my set" --b C:\new\a', ["--a", r"D:\my set", "--b", r"C:\new\a"]),
        ("", r"--a my\ folder --b", ["--a", "my folder", "--b"]),
        ("", "--a=$(pwd)/x --b", ["--a=$(pwd)/x", "--b"]),
        ("", "--a \\  \n  --b", ["--a", "--b"]),
        ("", "--a 2>&1 | tee log", ["--a", "2>&1"]),
        ("", 'it\'s "open --a', ["it's", '"open', "--a"]),
    ],
)  # fmt: skip
def test_words_of_bash(lines: str, given: str, expected: list[str]) -> None:
    assert words(f"{lines}{TRAIN} {given}\n") == expected


@pytest.mark.parametrize(
    ("lines", "given", "expected"),
    [
        ('$lr = "1e-4" # rate\n', "--a=$lr --b", ["--a=1e-4", "--b"]),
        ("$x = 1\n", r"--a .\train\reg", ["--a", r".\train\reg"]),
        ("", "--a `\n  --b", ["--a", "--b"]),
        ('$e = @("--v2", "--x y")\n', "$e", ["--v2", "--x y"]),
        ('$e = "--a b"\n', "$e --c", ["--a b", "--c"]),
        ('$e = @()\n$e += "--v2"\n', "@e", ["--v2"]),
        ('$d = "x"\n', "'$d' \"a $d `\" b\"", ["$d", 'a x " b']),
        ('$v = $false\nif (!$v) { $e = "--no" } elseif ($v) { $e = "--yes" } else { $e = "--other" }\n', "$e", ["--no"]),
    ],
)  # fmt: skip
def test_words_of_powershell(lines: str, given: str, expected: list[str]) -> None:
    assert words(f"{lines}{TRAIN} {given}\n", ".ps1") == expected


@pytest.mark.parametrize(("name", "text"), [("train.sh", BASH), ("train.ps1", POWERSHELL)])
def test_scripts_with_options_in_a_list(tmp_path: Path, name: str, text: str) -> None:
    result = imported(write(tmp_path, name, text))
    values = result.values
    assert values["model"] == {"base": "./models/base.ckpt", "clip_skip": 2}
    assert values["optimizer"]["learning_rate"] == 1e-4
    assert (
        values["network"]["dim"] == (32 if name == "train.sh" else 24)
        and values["network"]["train_unet_only"]
    )
    found = whys(tmp_path, name, text)
    assert found["environment: lr"] == ("default", "filled_in")
    assert found["environment: v2"] == ("default", "goes_with"), "the condition was decided by it"
    assert found["environment: HF_HOME"] == ("left", "environment")
    assert [item.key for item in result.of_fate("left") if item.why != "environment"] == []


def test_paths_and_switches_of_powershell(tmp_path: Path) -> None:
    result = imported(write(tmp_path, "a.txt", POWERSHELL))
    assert result.values["dataset"]["reg_data_dir"] == r".\train\reg"
    assert result.values["dataset"]["train_data_dir"] == r".\my pictures"
    found = whys(tmp_path, "a.txt", POWERSHELL)
    assert found["environment: XFORMERS_FORCE_DISABLE_TRITON"] == ("left", "environment"), (
        "1 stands in 1e-4 too"
    )


@pytest.mark.parametrize(
    ("name", "lines", "lost"),
    [
        ("a.sh", "if [ -f x ]; then e+=(--v2); fi", "e+=(--v2)"),
        ("a.sh", "case $1 in\n  a) e=--v2 ;;\nesac", ""),
        ("a.sh", f"{TRAIN} --network_dim=4\n  --v2", "--v2"),
        ("a.ps1", "$e = Get-Content x", "$e = Get-Content x"),
        ("a.ps1", "if (Test-Path x) { $e += '--v2' }", "$e += '--v2'"),
        ("a.bat", "@echo off\nset /p e=which", "set /p e=which"),
        ("a.bat", "@echo off\nif exist x set e=--v2", "if exist x set e=--v2"),
    ],
)
def test_what_is_not_understood_is_told(tmp_path: Path, name: str, lines: str, lost: str) -> None:
    found = whys(tmp_path, name, f"{lines}\n{TRAIN} --network_dim=4\n")
    told = [key for key, (fate, why) in found.items() if fate == "left" and why == "not_understood"]
    assert told == ([f"script: {lost}"] if lost else told)


def test_a_batch_file_fills_in_first(tmp_path: Path) -> None:
    text = '@echo off\nset "LR=1e-4"\nset ARGS=--network_dim=4 --sdpa\npython train_network.py --learning_rate=%lr% %ARGS%\n'
    result = imported(write(tmp_path, "a.bat", text))
    assert result.values["network"]["dim"] == 4 and result.values["optimizer"]["learning_rate"] == 1e-4


@pytest.mark.parametrize(
    "line", ["export HF_TOKEN=hf_x", "if [ -f x ]; then HF_TOKEN=hf_x; fi", "WANDB_API_KEY=hf_x"]
)
def test_passwords_of_a_script_stay_there(tmp_path: Path, line: str) -> None:
    result = imported(write(tmp_path, "a.sh", f"{line}\n{TRAIN} --network_dim=4\n"))
    assert "hf_x" not in result.text and "hf_x" not in str(result.to_json())


def test_the_password_of_a_log_is_no_token_of_the_hub(tmp_path: Path) -> None:
    result = imported(
        write(tmp_path, "a.toml", 'wandb_api_key = "x"\nhuggingface_token = "y"\nnetwork_dim = 4\n')
    )
    reasons = {item.key: item.reason for item in result.items}
    assert "HF_TOKEN" in reasons["huggingface_token"] and "HF_TOKEN" not in reasons["wandb_api_key"]
    assert texts.say("exchange_screen.why.secret_log") == reasons["wandb_api_key"]
