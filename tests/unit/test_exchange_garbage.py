"""Whatever is given to an import: a clear error with a code and exit code 2 or 3, or a preset; never a crash."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
import toml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kohya_driver import resources, texts
from kohya_driver.errors import DriverError, PresetError
from kohya_driver.exchange import reading
from kohya_driver.exchange.model import FORMATS, Imported
from kohya_driver.files import parse_toml
from kohya_driver.preset.library import shipped_presets
from kohya_driver.preset.load import build_preset
from tests import exchanged
from tests.chinese import english_in
from tests.exchanged import imported, write
from tests.project import write_safetensors

QUICK = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def outcome(path: Path, **more: Any) -> Imported | str:
    """The import, or the code of its error."""
    try:
        result = imported(path, **more)
    except DriverError as failure:
        assert failure.exit_code in (2, 3)
        for finding in failure.findings:
            assert finding.message and texts.has(finding.code)
        return failure.code
    assert parse_toml(result.text) == result.values
    build_preset(result.values, path.parent)
    json.dumps(result.to_json(), allow_nan=False, ensure_ascii=False).encode("utf-8")
    return result


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("a.json", b"", "exchange.empty"),
        ("a.json", b'{"LoRA_type": "Standard", "net', "exchange.not_json"),
        ("a.json", b"[1, 2]", "exchange.no_table"),
        ("a.json", b"{}", "exchange.unknown_format"),
        ("a.json", b'{"a": ' * 5000 + b"1" + b"}" * 5000, "exchange.too_deep"),
        ("a.json", b'{"LoRA_type": ' + b"[" * 60 + b"]" * 60 + b"}", "exchange.too_deep"),
        ("a.toml", b"network_dim = \n", "exchange.not_toml"),
        ("a.toml", b"a = 1\nb = 2\n", "exchange.unknown_format"),
        ("a.toml", b"[network]\ndim = 8\n", "exchange.is_preset"),
        ("a.toml", b"# nothing\n", "exchange.unknown_format"),
        ("a.yaml", b"a: " + b"[" * 3000, "exchange.too_deep"),
        ("a.yaml", b"config: [\n", "exchange.not_yaml"),
        ("a.yaml", b"config: !!python/object/apply:os.system ['true']\n", "exchange.not_yaml"),
        ("a.yaml", b"- 1\n- 2\n", "exchange.no_table"),
        ("a.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "exchange.no_text"),
        ("a.bin", bytes(range(256)) * 10, "exchange.no_text"),
        ("a.safetensors", b"\x08\0\0\0\0\0\0\0{}      ", "exchange.no_metadata"),
        ("a.safetensors", b"no such thing", "engine.weights_broken"),
        ("a.txt", b"just words\n", "exchange.unknown_format"),
        ("a.sh", b"accelerate launch train_db.py --x 1\n", "exchange.not_lora"),
        ("a.json", b'{"training_method": "FINE_TUNE"}', "exchange.not_lora"),
        ("a.yaml", b"config: {process: [{type: x}]}\n", "exchange.not_lora"),
    ],
)  # fmt: skip
def test_what_is_no_settings(tmp_path: Path, name: str, data: bytes, code: str) -> None:
    assert outcome(write(tmp_path, name, data)) == code


def test_what_is_wrong_with_yaml_has_its_place(tmp_path: Path) -> None:
    path = write(tmp_path, "a.yaml", "a: 1\nb:\n\t- x\n")
    said = {}
    for language in ("en", "zh"):
        texts.use_language(language)
        with pytest.raises(PresetError) as failure:
            imported(path)
        said[language] = failure.value.findings[0].message
    texts.use_language(None)
    assert "line 3 column 1" in said["en"] and "第 3 行第 1 列" in said["zh"]
    assert "scanning" not in said["zh"] and not english_in(said["zh"])


@pytest.mark.parametrize("name", [*shipped_presets(), "memory/sdxl-24gb"])
def test_a_shipped_preset_is_one(name: str) -> None:
    assert outcome(resources.presets() / f"{name}.toml") == "exchange.is_preset"


@pytest.mark.parametrize(
    "text",
    ['extends = "sd15-style"\n', "[training]\nmax_train_epochs = 3\nseed = 1\n", "[engine_options]\nmasked_loss = true\n",
     '[model]\nbase = "x"\n[optimizer]\nlearning_rate = 1e-4\n[network]\nnetwork_dim = 4\n', "[network]\ndmi = 4\n"],
)  # fmt: skip
def test_a_preset_is_one_whatever_it_says(tmp_path: Path, text: str) -> None:
    assert outcome(write(tmp_path, "a.toml", text)) == "exchange.is_preset"


@pytest.mark.parametrize(
    "text",
    ['[model]\npretrained_model_name_or_path = "x"\n[dataset]\nresolution = "512"\n[training]\nseed = 1\n',
     "[training]\nnetwork_dim = 4\nmax_train_epochs = 3\n[saving]\noutput_name = 'x'\nsave_every_n_epochs = 1\n", exchanged.CONFIG],
)  # fmt: skip
def test_a_config_with_sections_like_ours_is_none(tmp_path: Path, text: str) -> None:
    result = outcome(write(tmp_path, "a.toml", text))
    assert isinstance(result, Imported) and result.format == "sd-scripts"


def test_a_format_that_was_asked_for_and_looks_like_another(tmp_path: Path) -> None:
    path = write(tmp_path, "a.json", exchanged.OLD_GUI)
    told = [
        one for one in imported(path, wanted="onetrainer").findings if one.code == "exchange.other_format"
    ]
    assert [one.where for one in told] == [str(path)] and "--from kohya_ss" in told[0].hint
    for right in ("kohya_ss", None):
        assert "exchange.other_format" not in {one.code for one in imported(path, wanted=right).findings}


def test_paths_that_are_no_files(tmp_path: Path) -> None:
    assert outcome(tmp_path / "nowhere.json") == "exchange.not_found"
    assert outcome(tmp_path) == "exchange.is_folder"
    assert outcome(tmp_path / "nowhere.safetensors") == "engine.weights_missing"
    locked = write(tmp_path, "locked.json", b"{}")
    locked.chmod(0)
    if not os.access(locked, os.R_OK):
        assert outcome(locked) == "preset.unreadable"


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "huge.json"
    with path.open("wb") as file:
        file.truncate(reading.MOST_BYTES + 1)
    assert outcome(path) == "exchange.too_large"


def test_a_bomb_of_references(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    assert outcome(write(tmp_path, "bomb.yaml", "\n".join(lines))) == "exchange.too_deep"


def test_anchors_are_followed(tmp_path: Path) -> None:
    text = exchanged.AITOOLKIT.replace("dtype: bf16", "dtype: &d bf16").replace(
        "job: extension", "job: extension\nnote: &n x\nmore: *n"
    )
    assert isinstance(outcome(write(tmp_path, "a.yaml", text)), Imported)


@pytest.mark.parametrize("name", ["x" * 5000, "\0", "~nobody/x", "\ud800", "/dev/null/x", "\n", "🙂" * 300])
@pytest.mark.parametrize(
    "field", ["pretrained_model_name_or_path", "train_data_dir", "vae", "network_weights", "output_name"]
)
def test_odd_paths(tmp_path: Path, field: str, name: str) -> None:
    assert isinstance(outcome(write(tmp_path, "a.json", {**exchanged.OLD_GUI, field: name})), Imported)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "gb18030"])
@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_encodings_and_line_ends(tmp_path: Path, encoding: str, ends: str) -> None:
    text = exchanged.CONFIG.replace("\n", ends)
    result = outcome(write(tmp_path, "config.toml", text.encode(encoding)))
    assert isinstance(result, Imported) and result.values["saving"]["output_name"] == "宁光"


@pytest.mark.parametrize("source_format", FORMATS)
def test_every_format_refuses_the_others(tmp_path: Path, source_format: str) -> None:
    samples = {
        "a.json": json.dumps(exchanged.ONETRAINER),
        "b.toml": exchanged.EASY,
        "c.yaml": exchanged.AITOOLKIT,
        "d.sh": exchanged.SHELL,
    }
    for name, text in samples.items():
        outcome(write(tmp_path, name, text), wanted=source_format)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.sampled_from(["0", "", "512,512", "1e400", "-1", "true"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip


def changed(table: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    return {**table, **{name: value for name, value in changes.items() if name in table}}


@QUICK
@given(changes=st.dictionaries(st.sampled_from(sorted(exchanged.OLD_GUI)), VALUES, max_size=8))
def test_a_gui_file_with_wrong_types(
    tmp_path_factory: pytest.TempPathFactory, changes: dict[str, Any]
) -> None:
    outcome(write(tmp_path_factory.mktemp("gui"), "a.json", changed(exchanged.OLD_GUI, changes)))


@QUICK
@given(changes=st.dictionaries(st.sampled_from(sorted(exchanged.ONETRAINER)), VALUES, max_size=5))
def test_a_onetrainer_file_with_wrong_types(
    tmp_path_factory: pytest.TempPathFactory, changes: dict[str, Any]
) -> None:
    outcome(write(tmp_path_factory.mktemp("one"), "a.json", changed(exchanged.ONETRAINER, changes)))


@QUICK
@given(data=st.data())
def test_nested_settings_with_wrong_types(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """One table somewhere inside is anything."""
    import yaml

    sample = data.draw(st.sampled_from(["ai", "easy", "set"]))
    table = {"ai": yaml.safe_load, "easy": toml.loads, "set": toml.loads}[sample](
        {"ai": exchanged.AITOOLKIT, "easy": exchanged.EASY, "set": exchanged.DATASET}[sample]
    )
    place: Any = table
    for _ in range(data.draw(st.integers(1, 4))):
        names = (
            list(place)
            if isinstance(place, dict)
            else list(range(len(place)))
            if isinstance(place, list)
            else []
        )
        if not names:
            break
        name = data.draw(st.sampled_from(names))
        if data.draw(st.booleans()):
            place[name] = data.draw(VALUES)
            break
        place = place[name]
    folder = tmp_path_factory.mktemp("nested")
    outcome(write(folder, "a.json", json.dumps(table, default=str)), wanted="ai-toolkit")
    try:
        text = toml.dumps(table)
    except (TypeError, ValueError, AttributeError, IndexError):
        return
    outcome(write(folder, "a.toml", text))


@QUICK
@given(text=st.text(st.sampled_from("abc \"'\\\n\r\t=-#$%^{}[]&|;`宁train_network.py--\0"), max_size=200))
def test_any_script(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    outcome(write(tmp_path_factory.mktemp("sh"), "a.sh", f"accelerate launch train_network.py {text}"))


@QUICK
@given(
    text=st.text(st.sampled_from("ab \"'`\\\n#=+-$(){}[]@;|,.0"), max_size=80),
    name=st.sampled_from(["a.ps1", "a.sh", "a.bat"]),
)
def test_any_script_before_the_command(
    tmp_path_factory: pytest.TempPathFactory, text: str, name: str
) -> None:
    folder = tmp_path_factory.mktemp("script")
    outcome(write(folder, name, f"{text}\npython train_network.py --network_dim 4"), wanted="command")


@QUICK
@given(
    data=st.binary(max_size=300),
    name=st.sampled_from(["a.json", "a.toml", "a.yaml", "a.sh", "a.safetensors", "a"]),
)
def test_any_bytes(tmp_path_factory: pytest.TempPathFactory, data: bytes, name: str) -> None:
    outcome(write(tmp_path_factory.mktemp("any"), name, data))


@QUICK
@given(
    cut=st.integers(0, 1500),
    sample=st.sampled_from(["config.toml", "easy.toml", "one.json", "ai.yaml", "t.sh", "t.bat"]),
)
def test_cut_off(tmp_path_factory: pytest.TempPathFactory, cut: int, sample: str) -> None:
    samples = {
        "config.toml": exchanged.CONFIG, "easy.toml": exchanged.EASY, "one.json": json.dumps(exchanged.ONETRAINER), "ai.yaml": exchanged.AITOOLKIT,
        "t.sh": exchanged.SHELL, "t.bat": exchanged.BATCH,
    }  # fmt: skip
    outcome(write(tmp_path_factory.mktemp("cut"), sample, samples[sample].encode()[:cut]))


@QUICK
@given(
    changes=st.dictionaries(
        st.sampled_from(sorted(exchanged.LORA_METADATA)), st.text(max_size=40), max_size=5
    )
)
def test_a_lora_with_odd_metadata(tmp_path_factory: pytest.TempPathFactory, changes: dict[str, str]) -> None:
    metadata = {
        name: value.encode("utf-8", "replace").decode()
        for name, value in {**exchanged.LORA_METADATA, **changes}.items()
    }
    path = tmp_path_factory.mktemp("lora") / "a.safetensors"
    outcome(write_safetensors(path, {"lora_unet_x.lora_up.weight": (1, 1)}, metadata=metadata))
