"""Presets: layers, paths, and every fault at once with its place."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from kohya_driver.errors import PresetError
from kohya_driver.preset.library import shipped_presets
from kohya_driver.preset.load import load_preset
from kohya_driver.preset.model import Preset, Section, fields
from kohya_driver.preset.places import key_lines

GOOD = """\
[model]
base = "models/x.safetensors"

[dataset]
trigger = "宁光"

[[dataset.subsets]]
image_dir = "图片 文件夹/6_NingGuang"

[[dataset.subsets]]
image_dir = "reg"
is_reg = true

[network]
args = { conv_dim = 4 }
"""


def write(folder: Path, text: str, name: str = "preset.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def faults(path: Path, **options: object) -> dict[str, str]:
    with pytest.raises(PresetError) as caught:
        load_preset(path, **options)  # type: ignore[arg-type]
    assert caught.value.exit_code == 3
    return {finding.where: finding.code for finding in caught.value.findings}


def test_paths_are_relative_to_the_preset(tmp_path: Path) -> None:
    preset = load_preset(write(tmp_path, GOOD))
    assert preset.model.base == str(tmp_path / "models/x.safetensors")
    assert preset.dataset.subsets[0].image_dir == tmp_path / "图片 文件夹/6_NingGuang"
    assert preset.folder == tmp_path
    assert preset.source == GOOD
    assert preset.name == "宁光"


@pytest.mark.parametrize(
    "name",
    ["stabilityai/stable-diffusion-2", "stabilityai/stable-diffusion-xl-base-1.0", "Laxhar/noobai-XL-1.1", "SG161222/RealVisXL_V5.0",
     "SG161222/Realistic_Vision_V5.1_noVAE", "xyn-ai/anything-v3.0"],
)  # fmt: skip
def test_a_hub_name_stays(tmp_path: Path, name: str) -> None:
    assert load_preset(write(tmp_path, f'[model]\nbase = "{name}"\n')).model.base == name
    assert load_preset(write(tmp_path, ""), base=name).model.base == name


@pytest.mark.parametrize(
    "path",
    ["models/x.safetensors", "models/x.1.SAFETENSORS", "m/x.ckpt", "m/x.pt", "m/x.Bin", "./m/x-1.0", "../m", "m/n/x-1.0", "x-1.0"],
)  # fmt: skip
def test_a_path_is_no_hub_name(tmp_path: Path, path: str) -> None:
    assert Path(load_preset(write(tmp_path, f'[model]\nbase = "{path}"\n')).model.base).is_absolute()


def test_what_is_there_is_no_hub_name(tmp_path: Path) -> None:
    (tmp_path / "models" / "xl-1.0").mkdir(parents=True)
    preset = load_preset(write(tmp_path, '[model]\nbase = "models/xl-1.0"\n'))
    assert preset.model.base == str(tmp_path / "models" / "xl-1.0")


def test_presets_are_frozen(tmp_path: Path) -> None:
    preset = load_preset(write(tmp_path, GOOD))
    with pytest.raises(ValidationError):
        preset.network.dim = 4  # type: ignore[misc]


def test_all_faults_at_once_with_their_places(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        '[dataset]\nresolutoin = 512\n[network]\ndim = "8"\nalpha = -1\nnetwork_dim = 4\n'
        '[training]\nattention = "flash"\nnetwork_dim = 3\n[foo]\na = 1\n',
    )
    assert faults(path) == {
        f"{path}:2 [dataset] resolutoin": "preset.unknown_key_close",
        f"{path}:4 [network] dim": "preset.wrong_type",
        f"{path}:5 [network] alpha": "preset.out_of_range",
        f"{path}:6 [network] network_dim": "preset.unknown_key_close",
        f"{path}:8 [training] attention": "preset.not_a_choice",
        f"{path}:9 [training] network_dim": "preset.unknown_key_elsewhere",
        f"{path}:10 foo": "preset.unknown_key",
    }


def test_choices_are_a_list_in_both_languages(tmp_path: Path) -> None:
    with pytest.raises(PresetError) as caught:
        load_preset(write(tmp_path, '[training]\nattention = "flash"\n'))
    choices = caught.value.findings[0].values["choices"]
    assert choices == "'sdpa', 'xformers', 'mem_eff_attn', 'plain'"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("[model\n", "preset.not_toml"),
        ("[model]\nbase = True\n", "preset.not_toml"),
        ('extends = "preset.toml"\n', "preset.extends_itself"),
        ('extends = "sd15-anime-charakter"\n', "preset.not_found_close"),
        ('extends = "nothing-like-it"\n', "preset.not_found"),
        ("[[dataset.subsets]]\nnum_repeats = 2\n", "preset.missing_key"),
        ("[training]\ngradient_checkpointing = 1\n", "preset.wrong_type"),
        ("[optimizer]\nlearning_rate = nan\n", "preset.wrong_type"),
        ("dataset = 3\n", "preset.wrong_type"),
    ],
)
def test_faults(tmp_path: Path, text: str, code: str) -> None:
    assert code in faults(write(tmp_path, text)).values()


def test_faults_stand_in_the_order_of_the_file_whatever_its_folder_is_called(tmp_path: Path) -> None:
    folder = tmp_path / "我的 项目: 1"
    folder.mkdir()
    path = write(folder, "[network]\ndmi = 3\nalpha = -1\n" + "# \n" * 7 + "drpout = 1\n")
    assert list(faults(path).values()) == [
        "preset.unknown_key_close",
        "preset.out_of_range",
        "preset.unknown_key_close",
    ]


def test_not_utf8(tmp_path: Path) -> None:
    path = tmp_path / "preset.toml"
    path.write_bytes('[dataset]\ntrigger = "宁光"\n'.encode("gbk"))
    assert list(faults(path).values()) == ["preset.not_utf8"]


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "preset.toml"
    path.write_bytes(b"\xef\xbb\xbf[network]\ndim = 4\n")
    assert load_preset(path).network.dim == 4


def test_a_folder_and_a_missing_file(tmp_path: Path) -> None:
    assert list(faults(tmp_path).values()) == ["preset.is_folder"]
    assert list(faults(tmp_path / "x.toml").values()) == ["preset.not_found"]


def test_extends_and_sets_and_flags(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    path = write(tmp_path, 'extends = "sd15-anime-character"\n[network]\ndim = 32\n')
    preset = load_preset(
        path,
        images="pics",
        base="b.safetensors",
        trigger="ning",
        sets=["optimizer.learning_rate=5e-5", "optimizer.type=Lion", "optimizer.args.betas=[0.9, 0.99]"],
    )
    assert preset.network.dim == 32
    assert preset.network.alpha == 8
    assert preset.optimizer.learning_rate == 5e-5
    assert preset.optimizer.type == "Lion"
    assert preset.optimizer.args == {"betas": [0.9, 0.99]}
    assert preset.dataset.train_data_dir == tmp_path / "pics"
    assert preset.where("network.dim") == f"{path}:3 [network] dim"
    assert preset.where("optimizer.type") == "--set optimizer.type [optimizer] type"
    assert preset.is_set("network.dim") and not preset.is_set("network.dropout")


def test_set_reaches_into_a_subset(tmp_path: Path) -> None:
    preset = load_preset(write(tmp_path, GOOD), sets=["dataset.subsets.0.num_repeats=9"])
    assert preset.dataset.subsets[0].num_repeats == 9
    assert preset.dataset.subsets[1].is_reg


def test_images_replace_the_presets_subsets(tmp_path: Path) -> None:
    preset = load_preset(write(tmp_path, GOOD), images=tmp_path)
    assert preset.dataset.subsets == ()


@pytest.mark.parametrize("item", ["network", "network=3", "=3", "network.=3"])
def test_bad_set(tmp_path: Path, item: str) -> None:
    assert list(faults(write(tmp_path, GOOD), sets=[item]).values()) == ["preset.bad_set"]


@pytest.mark.parametrize("name", sorted(shipped_presets()))
def test_shipped_presets_load(name: str) -> None:
    preset = load_preset(name)
    assert preset.training.max_train_epochs
    assert preset.folder == Path.cwd()


def test_every_field_is_documented() -> None:
    def walk(section: type[Section]) -> None:
        for name, info in section.model_fields.items():
            kind = info.annotation
            if isinstance(kind, type) and issubclass(kind, Section):
                walk(kind)
            else:
                assert info.description, f"{section.__name__}.{name}"

    walk(Preset)


def test_no_option_has_two_fields() -> None:
    seen: list[str] = []
    for info in Preset.model_fields.values():
        if isinstance(info.annotation, type) and issubclass(info.annotation, Section):
            seen += fields(info.annotation, "option").values()
    assert len(seen) == len(set(seen))


def test_places() -> None:
    text = 'a = 1\n# c = 2\n[x.y]\nlong = """\nb = 3\n"""\nlist = [\n  1, # d = 4\n]\n"quoted" = 5\n[[s]]\nk = 1\n[[s]]\nk = 2\nm.n = 3\n'
    assert key_lines(text) == {
        "a": 1,
        "x.y": 3,
        "x.y.long": 4,
        "x.y.list": 7,
        "x.y.quoted": 10,
        "s.0": 11,
        "s.0.k": 12,
        "s.1": 13,
        "s.1.k": 14,
        "s.1.m.n": 15,
    }


def test_a_table_among_the_arguments_is_a_fault_and_no_crash(tmp_path: Path) -> None:
    path = tmp_path / "p.toml"
    path.write_text("[network]\nargs = { algo = {} }\n", encoding="utf-8")
    with pytest.raises(PresetError) as failure:
        load_preset(path)
    assert failure.value.code == "preset.wrong_type"
