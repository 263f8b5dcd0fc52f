"""Presets by name: the shipped ones and their sizes, one's own, what they build on, and what they say of themselves."""

from __future__ import annotations

import re
import sys
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from kohya_driver import api, texts
from kohya_driver.errors import DriverError, HostError, PresetError, UsageError
from kohya_driver.preset import editor
from kohya_driver.preset.comments import in_language, read_comments
from kohya_driver.preset.describe import as_text, describe
from kohya_driver.preset.editor import MAC_EDITOR, edit_preset
from kohya_driver.preset.editor import editor as editor_of
from kohya_driver.preset.library import (
    RENAMED,
    family_of,
    find_source,
    known_names,
    memory_sizes,
    own_folder,
    shipped_presets,
    sized_names,
)
from kohya_driver.preset.load import load_preset
from kohya_driver.preset.own import check_preset, list_presets, new_preset
from kohya_driver.preset.places import key_lines
from tests.project import GIB, MAC, OLD_MAC, write_base, write_picture

BASES = {"sd15": "base.safetensors", "sd2": "v2-1_768-ema-pruned.safetensors", "sdxl": "base.safetensors"}
SIZED = [(name, size) for base in shipped_presets() for size, name in sized_names(base).items()]
CHINESE = re.compile(r"[\u4e00-\u9fff]")
ROOMY = 0.75
"""The share of a Mac's memory that leaves room for macOS."""
TIGHT = {"sdxl-16gb": 0.92}
"""SDXL's weights alone take 13.7 GB while they are loaded: the preset says so."""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KOHYA_DRIVER_HOME", str(tmp_path / "home 数据"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def own(name: str, text: str) -> Path:
    own_folder().mkdir(parents=True, exist_ok=True)
    path = own_folder() / f"{name}.toml"
    path.write_text(text, encoding="utf-8")
    return path


def refused(source: str | Path) -> DriverError:
    with pytest.raises(PresetError) as caught:
        load_preset(source)
    assert caught.value.exit_code == 3
    return caught.value


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Path]]:
    """Pictures and a base of each family."""
    folder = tmp_path_factory.mktemp("项目")
    for number in range(8):
        write_picture(folder / "图片" / f"{number}.png", (1024, 1024))
    return {
        family: {"images": folder / "图片", "base": write_base(folder / family / name, family)}
        for family, name in BASES.items()
    }


def test_there_is_one_of_each() -> None:
    uses = ("anime-character", "concept", "realistic-person", "style")
    assert list(shipped_presets()) == [
        f"{family}-{use}" for family in ("sd15", "sd2", "sdxl") for use in uses
    ]
    assert list(memory_sizes("sd15")) == list(memory_sizes("sd2")) == [8, 16, 24, 32, 64]
    assert list(memory_sizes("sdxl")) == [16, 24, 32, 64]
    assert len(SIZED) == 56 and {name for name, _ in SIZED} <= set(known_names())


@pytest.mark.parametrize(("name", "size"), SIZED)
def test_each_size_fits_a_mac_of_that_memory(parts: dict[str, dict[str, Path]], name: str, size: int) -> None:
    family = family_of(name)
    preset = load_preset(name, trigger="ning", images=parts[family]["images"], base=parts[family]["base"])
    planned = api.plan(preset, host=replace(MAC, memory_bytes=size * GIB))
    assert {finding.code for finding in planned.findings} <= {
        "plan.engine_missing",
        "base.prediction_by_name",
    }
    assert [one.id for one in planned.overrides if one.before is not None] == []
    assert planned.memory is not None
    share = TIGHT.get(f"{family}-{size}gb", ROOMY)
    assert planned.memory.peak_bytes <= share * planned.memory.total_bytes


@pytest.mark.parametrize("name", ["sd15-style-8gb", "sd2-style-16gb", "sdxl-style-24gb"])
def test_what_needs_macos_14_is_told_on_an_older_one(parts: dict[str, dict[str, Path]], name: str) -> None:
    given = parts[family_of(name)]
    preset = load_preset(name, trigger="ning", images=given["images"], base=given["base"])
    planned = api.plan(preset, host=OLD_MAC)
    assert not planned.errors
    assert "precision.no_bf16" in {one.id for one in planned.overrides}
    assert "macOS 14" in " ".join(describe(name).head)


def test_a_size_is_laid_over_its_preset() -> None:
    base, sized = load_preset("sd15-realistic-person"), load_preset("sd15-realistic-person-64gb")
    assert (base.training.train_batch_size, sized.training.train_batch_size) == (1, 4)
    assert sized.network == base.network and sized.dataset == base.dataset
    assert sized.where("training.train_batch_size").partition(":")[0].endswith("sd15-64gb.toml")
    assert sized.source.startswith('extends = "sd15-realistic-person"\n')
    assert sized.folder == Path.cwd()
    assert sized.name == "sd15-realistic-person-64gb"


def test_what_a_size_leaves_behind_repeats_it(home: Path) -> None:
    path = home / "preset.toml"
    sized = load_preset("sdxl-style-24gb")
    path.write_text(sized.source, encoding="utf-8")
    assert load_preset(path).precision == sized.precision


@pytest.mark.parametrize(("name", "code"), [
    ("sdxl-style-8gb", "preset.no_such_size"),
    ("sd15-style-12gb", "preset.no_such_size"),
    ("sd15-stile-16gb", "preset.not_found_close"),
    ("other-16gb", "preset.not_found"),
])  # fmt: skip
def test_sizes_that_there_are_not(name: str, code: str) -> None:
    failure = refused(name)
    assert failure.code == code
    if code == "preset.no_such_size":
        assert sized_names(name.rpartition("-")[0])[64] in failure.findings[0].hint


def test_earlier_names_go_on_working() -> None:
    for old, new in RENAMED.items():
        assert old not in known_names() and load_preset(old).training == load_preset(new).training
    assert load_preset("sdxl-character-32gb").training == load_preset("sdxl-anime-character-32gb").training


def test_ones_own_are_found_by_name(home: Path) -> None:
    own("mine", 'extends = "below"\n[network]\ndim = 12\n')
    own("below", 'extends = "sd15-style-16gb"\n[model]\nbase = "b.safetensors"\n')
    preset = load_preset("mine")
    assert (preset.network.dim, preset.network.alpha) == (12, 16)
    assert preset.model.base == str(own_folder() / "b.safetensors")
    assert preset.folder == home and "mine" in known_names()
    path = home / "project.toml"
    path.write_text('extends = "mine"\n', encoding="utf-8")
    assert load_preset(path).network.dim == 12
    assert refused("mein").findings[0].hint.count("mine") == 1


def test_a_file_goes_before_a_name(home: Path) -> None:
    (home / "sd15-style").write_text("[network]\ndim = 3\n", encoding="utf-8")
    assert load_preset("sd15-style").network.dim == 3


def test_one_that_stands_before_a_shipped_one(home: Path) -> None:
    path = own("sd15-style", 'extends = "sd15-style"\n[network]\ndim = 5\n')
    assert load_preset("sd15-style").network.dim == 5
    assert load_preset("sd15-style").network.alpha == 16
    assert [finding.code for finding in check_preset("sd15-style")] == ["preset.shadowing"]
    assert str(path) in check_preset("sd15-style")[0].hint
    assert find_source("sd15-style-16gb").base == "sd15-style"
    assert load_preset("sd15-style-16gb").network.dim == 32
    infos = {(info.name, info.origin): info for info in list_presets()}
    assert infos["sd15-style", "own"].shadows and not infos["sd15-style", "shipped"].shadows


@pytest.mark.parametrize("names", [("a",), ("a", "b"), ("a", "b", "c")])
def test_circles(names: tuple[str, ...]) -> None:
    for name, other in zip(names, (*names[1:], names[0]), strict=True):
        own(name, f'extends = "{other}"\n' if len(names) > 1 else 'extends = "a.toml"\n')
    failure = refused("a")
    assert failure.code == "preset.extends_itself"
    assert " → ".join((*names, "a")) in failure.findings[0].message


def test_a_parent_that_is_not_there(home: Path) -> None:
    path = own("mine", '# mine\nextends = "sd15-stile"\n')
    finding = refused("mine").findings[0]
    assert (finding.code, finding.where) == ("preset.not_found_close", f"{path}:2 extends: sd15-stile")
    assert "sd15-style" in finding.hint
    own("other", "extends = 3\n")
    assert refused("other").code == "preset.wrong_type"


@pytest.mark.parametrize("path", [*shipped_presets().values(), *(path for f in ("sd15", "sd2", "sdxl") for path in memory_sizes(f).values())], ids=lambda path: path.stem)  # fmt: skip
def test_every_line_of_a_shipped_preset_is_explained_in_both_languages(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    comments = read_comments(text)
    for said in (comments.head, *(comments.by_key.get(key, ()) for key in key_lines(text) if "." in key)):
        assert any(CHINESE.search(line) for line in said), said
        assert not all(CHINESE.search(line) for line in said), said
    assert not CHINESE.search(in_language(comments.head, "en")[0])


def test_comments() -> None:
    text = (
        "# head\n# 头\n\n# above\n# 上\na = 1  # behind\n\n"
        'b = "x # no comment"\n[t]\n# of c\nc = [ # inside\n  1,\n]\nd = "#" # of d\n'
    )
    found = read_comments(text)
    assert found.head == ("head", "头")
    assert found.by_key == {"a": ("above", "上", "behind"), "t.c": ("of c",), "t.d": ("of d",)}
    assert in_language(found.by_key["a"], "en") == ("above", "behind")
    assert in_language(found.by_key["a"], "zh") == ("上",)
    assert in_language(("only English",), "zh") == ("only English",)
    assert read_comments("# of a\na = 1\n").head == ("of a",)
    assert read_comments("# of a\na = 1\n").by_key == {}


@pytest.mark.parametrize("name", [*shipped_presets(), "sdxl-style-16gb", "sd15-concept-8gb"])
@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("every", [False, True])
def test_shown_in_full_it_loads_to_the_same(home: Path, name: str, language: str, every: bool) -> None:
    texts.use_language(language)
    try:
        shown = as_text(describe(name, every=every))
    finally:
        texts.use_language(None)
    assert bool(CHINESE.search(shown)) is (language == "zh")
    path = home / f"{name}.toml"
    path.write_text(shown, encoding="utf-8")
    assert load_preset(path).model_dump() == load_preset(name).model_dump()
    for section, table in tomllib.loads(shown).items():
        for key in table:
            above = shown[: shown.index(f"\n{key} = ", shown.index(f"[{section}]"))].splitlines()[-1]
            assert above.startswith("# "), key


def test_shown_says_where_each_comes_from() -> None:
    found = describe("sdxl-style-16gb")
    origins = {setting.key: setting.origin for setting in found.settings}
    assert found.chain == ("sdxl-style", "sdxl-style-16gb")
    assert origins["network.dim"] == "sdxl-style" and origins["dataset.resolution"] == "sdxl-style-16gb"
    assert "dim = 16  # from sdxl-style\n" in as_text(found)
    assert found.head[0] == describe("sdxl-style").head[0]
    data = found.to_json()
    assert [(one["key"], one["value"]) for one in data["settings"][:2]] == [
        ("model.family", "sdxl"),
        ("dataset.num_repeats", 2),
    ]


def test_shown_tables_are_merged_as_they_are_loaded() -> None:
    own("below", '[optimizer]\nargs = { weight_decay = 0.01, "odd key" = [1, 2] }\n')
    path = own("above", 'extends = "below"\n[optimizer.args]\nbetas = [0.9, 0.99]\n')
    shown = path.with_name("shown.toml")
    shown.write_text(as_text(describe("above")), encoding="utf-8")
    assert load_preset(shown).optimizer.args == load_preset("above").optimizer.args
    assert set(load_preset(shown).optimizer.args) == {"weight_decay", "odd key", "betas"}


def test_one_that_does_not_load_is_not_shown() -> None:
    own("wrong", "[network]\ndmi = 3\n")
    with pytest.raises(PresetError):
        describe("wrong")
    info = next(info for info in list_presets() if info.name == "wrong")
    assert [finding.code for finding in info.findings] == ["preset.unknown_key_close"]
    assert info.to_json()["findings"][0]["code"] == "preset.unknown_key_close"


@pytest.mark.parametrize("source", ["sd15-realistic-person", "sdxl-style-24gb"])
def test_a_new_one_is_what_it_builds_on_until_a_line_is_changed(source: str) -> None:
    path = new_preset("mine", source=source)
    sections = {"model", "dataset", "network", "optimizer", "training", "precision", "sampling", "safety"}
    assert load_preset("mine").model_dump(include=sections) == load_preset(source).model_dump(
        include=sections
    )
    text = path.read_text(encoding="utf-8")
    changed = text.replace("# dim = ", "dim = 1", 1)
    assert changed != text
    path.write_text(changed, encoding="utf-8")
    assert load_preset("mine").network.dim == int(f"1{load_preset(source).network.dim}")
    info = next(info for info in list_presets() if info.name == "mine")
    assert (info.family, info.parent) == (family_of(source), source)
    assert info.summary == describe(source).head[0]


def test_every_line_of_a_new_one_is_good_toml() -> None:
    text = new_preset("mine", source="sd15-style").read_text(encoding="utf-8")
    freed = re.sub(r"(?m)^# (\w+ = )", r"\1", text)
    assert freed.count("\nlearning_rate = ") == 1
    path = own("freed", freed)
    assert load_preset(path).optimizer == load_preset("sd15-style").optimizer


def test_a_new_one_that_builds_on_nothing() -> None:
    new_preset("bare", family="sd2")
    assert load_preset("bare").model.family == "sd2"
    assert load_preset("bare").is_set("network.dim") is False
    assert "# dim = 16\n" in find_source("bare").path.read_text(encoding="utf-8")
    assert next(info for info in list_presets() if info.name == "bare").family == "sd2"
    new_preset("plain")
    assert load_preset("plain").model.family is None


@pytest.mark.parametrize("name", ["", "a b", "../x", ".x", "x.toml", "a/b", "名 字"])
def test_bad_names(name: str) -> None:
    with pytest.raises(UsageError) as caught:
        new_preset(name)
    assert caught.value.code == "preset.bad_name" and not own_folder().exists()


@pytest.mark.parametrize("typed", ["./mine/my.toml", "mine/my.toml"])
def test_a_new_one_from_a_file_finds_it_from_its_own_folder(home: Path, typed: str) -> None:
    path = home / "mine" / "my.toml"
    path.parent.mkdir()
    path.write_text("[network]\ndim = 9\n", encoding="utf-8")
    new_preset("y", source=typed)
    assert f'extends = "{path}"\n' in find_source("y").path.read_text(encoding="utf-8")
    assert load_preset("y").network.dim == 9


def test_a_new_one_says_its_family_once() -> None:
    text = new_preset("mine", source="sdxl-style", family="sdxl").read_text(encoding="utf-8")
    assert re.findall(r".*family = .*", text) == ['family = "sdxl"']


@pytest.mark.parametrize("name", [*shipped_presets(), "sdxl-style-24gb", "sd2-style-8gb"])
def test_what_is_not_for_sd_1_says_so(name: str) -> None:
    """A base that cannot be looked into, such as a name on the Hub, is taken for it."""
    family = family_of(name)
    assert load_preset(name).model.family == (None if family == "sd15" else family)


def test_a_base_of_another_family_is_refused(parts: dict[str, dict[str, Path]]) -> None:
    given = parts["sd15"]
    preset = load_preset("sdxl-style", trigger="x", images=given["images"], base=given["base"])
    (finding,) = api.plan(preset, host=MAC).errors
    assert finding.code == "base.other_family" and "sd15" in finding.hint


def test_a_base_on_the_hub_is_planned_for_the_presets_family(parts: dict[str, dict[str, Path]]) -> None:
    name = "stabilityai/stable-diffusion-xl-base-1.0"
    preset = load_preset("sdxl-style", trigger="x", images=parts["sdxl"]["images"], base=name)
    planned = api.plan(preset, host=MAC)
    assert not planned.errors and (planned.base, planned.family) == (name, "sdxl")


def test_a_new_one_overwrites_nothing_and_fits_its_family() -> None:
    path = new_preset("名字", source="sd15-style")
    before = path.read_bytes()
    with pytest.raises(UsageError) as caught:
        new_preset("名字")
    assert caught.value.code == "preset.exists" and path.read_bytes() == before
    for source in ("sd15-style", "sd15-style-8gb", "名字"):
        with pytest.raises(UsageError) as caught:
            new_preset("other", source=source, family="sdxl")
        assert caught.value.code == "preset.family_differs" and "sdxl-style" in str(caught.value)
    new_preset("other", source="名字", family="sd15")
    with pytest.raises(PresetError):
        new_preset("third", source="no-such")
    assert "third" not in known_names()


def test_editors() -> None:
    assert editor_of({"VISUAL": "code --wait", "EDITOR": "nano"}, "darwin") == ("code", "--wait")
    assert editor_of({"EDITOR": "nano"}, "linux") == ("nano",)
    assert editor_of({"VISUAL": " "}, "darwin") == MAC_EDITOR == ("open", "-t")
    assert editor_of({}, "linux") == ("vi",)


def test_editing(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = new_preset("mine", source="sd15-style")
    script = home / "编辑 器.sh"
    script.write_text('#!/bin/sh\nprintf "[network]\\ndim = 7\\n" > "$1"\n', encoding="utf-8")
    script.chmod(0o755)
    monkeypatch.setenv("VISUAL", f"'{script}'")
    edited = edit_preset("mine")
    assert (edited.path, edited.waited) == (path.resolve(), True)
    assert load_preset("mine").network.dim == 7
    with pytest.raises(UsageError) as refusal:
        edit_preset("sd15-style")
    assert refusal.value.code == "preset.not_yours"
    for command in ("no-such-editor-here", "false"):
        monkeypatch.setenv("VISUAL", command)
        with pytest.raises(HostError) as caught:
            edit_preset("mine")
        assert caught.value.code == "preset.no_editor" and str(path) in str(caught.value)


def test_a_macs_editor_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    new_preset("mine")
    ran: list[list[str]] = []

    def opens(command: list[str | Path]) -> int:
        ran.append(list(map(str, command)))
        return 0

    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.delenv("EDITOR", raising=False)
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(editor, "run_in_terminal", opens)
    edited = edit_preset("mine")
    assert not edited.waited and ran == [["open", "-t", str(edited.path)]]


DOCS = Path(__file__).parent.parent.parent / "docs"
ADVICE = {
    "repeats": (r"anime 5 to 10, realistic 10 to 30", r"二次元 5 到 10，写实 10 到 30"),
    "bases and their sizes": (r"512×512.*768×768.*1024×1024", r"512×512.*768×768.*1024×1024"),
    "a family of its own": (r"fits only the family", r"只适用于训练时所用的模型系列"),
    "what bases understand": (r"danbooru tags.*sentences and tags", r"danbooru 标签.*懂句子，也懂标签"),
    "types": (r"locon.*loha.*lokr.*ia3.*ordinary use.*dylora.*oft", r"locon.*loha.*lokr.*ia3.*日常使用足够.*dylora.*oft"),
    "batch": (r"below 10 gb keep 1", r"低于 10 gb 保持 1"),
    "epochs": (r"too few underfit, too many overfit", r"太少会欠拟合，太多会过拟合"),
    "steps": (r"max_train_steps.*cap the whole training", r"max_train_steps.*限制整个训练"),
    "checkpoints to choose from": (r"saving.every_n_epochs.*to choose from", r"saving.every_n_epochs.*供挑选"),
    "rate": (r"higher for complex subjects, lower for simple", r"复杂的对象高一些，简单的低一些"),
    "8 bit": (r"adamw8bit.*needs cuda", r"adamw8bit.*需要 cuda"),
    "prodigy": (r"prodigy.*every learning rate is 1", r"prodigy.*所有学习率都是 1"),
    "buckets": (r"many buckets of few pictures cost steps", r"桶多而每桶图片少会浪费步数"),
    "restarts": (r"cosine_with_restarts.*3 to 5, more for complex", r"cosine_with_restarts.*3 到 5，\s*对象越复杂越多"),
    "rank": (r"8, 16 or 32 for simple things, 64 or 128 for complex", r"简单的 8、16、32，复杂的 64、128"),
    "alpha, as the engine has it": (r"near the rank strongly, near 0 weakly", r"接近 rank 时强，接近 0 时弱"),
    "realistic subjects": (r"doubling rank and alpha", r"rank\s*和 alpha 加倍"),
    "computing": (r"fp16 fails there.*bf16 saves memory, needs\s+macos 14", r"fp16 会失败.*bf16 省内存，需要 macos 14"),
    "saving": (r"fp16 is half the size", r"fp16 的体积是它的一半"),
    "latents": (r"to disk.*pays when the same pictures", r"缓存到磁盘.*同一批图片"),
    "attention": (r"sdpa.*xformers.*mem_eff_attn.*not advised", r"sdpa.*xformers.*mem_eff_attn.*不推荐"),
    "warmup": (r"rises from 0; it does not begin high", r"从 0 升起，而不是从高处开始"),
    "previews": (r"sampling.every_n_steps", r"sampling.every_n_steps"),
    "overfitting": (r"lower learning rate, fewer steps, lower rank, regularization", r"降低学习率、减少步数、降低 rank、加正则化图像"),
    "underfitting": (r"underfitting.*the reverse", r"欠拟合.*反过来"),
    "other ways": (r"another lora type, optimizer or scheduler; or other pictures", r"换 lora 类型、优化器、调度器，或换图片"),
    "regularization": (r"reg_data_dir.*as before", r"reg_data_dir.*像以前一样"),
    "trigger": (r"trigger word.*first in every caption, once", r"触发词.*最前面，只写一次"),
}  # fmt: skip
"""What a person who trains by hand is told to mind."""


@pytest.mark.parametrize("topic", ADVICE)
@pytest.mark.parametrize(("index", "page"), [(0, "settings.md"), (1, "settings.zh-CN.md")])
def test_no_advice_is_missing(topic: str, index: int, page: str) -> None:
    text = (DOCS / page).read_text(encoding="utf-8").lower()
    assert re.search(ADVICE[topic][index], text, re.DOTALL), topic


@pytest.mark.parametrize("page", ["settings.md", "settings.zh-CN.md"])
def test_the_documented_peaks_are_those_of_the_plan(parts: dict[str, dict[str, Path]], page: str) -> None:
    rows = re.findall(r"^\| `(\w+)-…` \|(.*)\|$", (DOCS / page).read_text(encoding="utf-8"), re.M)
    told = {
        family: [cell.strip() for cell in cells.split("|")]
        for family, cells in rows
        if len(cells.split("|")) == 5
    }
    assert set(told) == set(BASES)
    for family, cells in told.items():
        for size, cell in zip((8, 16, 24, 32, 64), cells, strict=True):
            names = [name for name, gigabytes in SIZED if gigabytes == size and family_of(name) == family]
            peaks = [planned_peak(name, size, parts[family]) for name in names]
            assert cell == (f"{max(peaks) / GIB:.1f}" if peaks else "")


def planned_peak(name: str, size: int, given: dict[str, Path]) -> int:
    planned = api.plan(
        load_preset(name, trigger="ning", images=given["images"], base=given["base"]),
        host=replace(MAC, memory_bytes=size * GIB),
    )
    assert planned.memory is not None
    return planned.memory.peak_bytes
