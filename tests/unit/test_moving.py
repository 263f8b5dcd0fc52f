"""Another commit of sd-scripts (`engine update --ref`): what is compared, what is refused, and that a move is whole or none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kohya_driver import api, files, moving, resources, texts
from kohya_driver.engine import environment, move
from kohya_driver.engine.catalogue import Catalogue, Option, load_catalogue
from kohya_driver.engine.changes import (
    NetworkChange,
    changed_requirements,
    compare_networks,
    compare_options,
    compare_requirements,
    read_requirements,
)
from kohya_driver.engine.networks import NetworkModule, load_networks
from kohya_driver.engine.pin import Pin, load_pin, load_recipe
from kohya_driver.engine.seams import check_seams
from kohya_driver.engine.store import engine_status, engines_folder, installed_engines
from kohya_driver.errors import DriverError, EngineError
from kohya_driver.planning.arguments import training_options
from kohya_driver.planning.touched import PLANNED, missing_options, touched_presets
from kohya_driver.preset.load import load_preset
from kohya_driver.preset.own import new_preset
from kohya_driver.views.moved import moved_lines
from tests.faults.fake_engine import FakeEngine, commit, git, make_fake_engine
from tests.project import MAC, write_project

SCRIPTS = ("train_network", "sdxl_train_network")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KOHYA_DRIVER_HOME", str(tmp_path / "home 数据"))
    monkeypatch.delenv("KOHYA_DRIVER_ENGINE_SOURCE", raising=False)
    return tmp_path / "home 数据"


def changed(
    catalogue: Catalogue, changes: Mapping[str, Option | None], scripts: tuple[str, ...] = SCRIPTS
) -> Catalogue:
    """With other options in these scripts; None takes one out."""
    made = {
        script: {name: option for name, option in {**options, **changes}.items() if option}
        if script in scripts
        else options
        for script, options in catalogue.scripts.items()
    }
    return replace(catalogue, scripts=made)


def option(name: str) -> Option:
    return load_catalogue().scripts["train_network"][name]


NEW = Option("newcomer", ("--newcomer",), "store", "int", 3, None, None, False, "new", "g")


def test_what_differs_between_two_catalogues() -> None:
    before = load_catalogue()
    after = changed(before, {
        "newcomer": NEW, "flip_aug": None, "clip_skip": replace(option("clip_skip"), default=2),
        "lr_scheduler_power": replace(option("lr_scheduler_power"), type="str"),
    })  # fmt: skip
    after = changed(
        after, {"save_precision": replace(option("save_precision"), choices=("float",))}, ("train_network",)
    )
    found = [(one.name, one.kind, one.scripts) for one in compare_options(before, after, SCRIPTS)]
    assert found == [
        ("clip_skip", "default", SCRIPTS),
        ("flip_aug", "removed", SCRIPTS),
        ("lr_scheduler_power", "type", SCRIPTS),
        ("newcomer", "added", SCRIPTS),
        ("save_precision", "choices", ("train_network",)),
    ]
    assert compare_options(before, before, SCRIPTS) == ()


def test_a_default_of_another_type_is_another_default() -> None:
    before = changed(load_catalogue(), {"newcomer": NEW})
    after = changed(before, {"newcomer": replace(NEW, default=3.0)})
    assert [one.kind for one in compare_options(before, after, SCRIPTS)] == ["default"]


def test_what_differs_between_two_engines_networks() -> None:
    before = load_networks()
    lora = before.modules["networks.lora"]
    rest = {name: module for name, module in before.modules.items() if name != "networks.oft"}
    module = NetworkModule((*lora.arguments[1:], "zeal"), lora.max_norm)
    after = replace(before, modules={**rest, "networks.lora": module, "networks.new": module})
    assert [(one.name, one.kind, one.arguments) for one in compare_networks(before, after)] == [
        ("networks.lora", "removed", lora.arguments[:1]), ("networks.lora", "added", ("zeal",)),
        ("networks.new", "added", ()), ("networks.oft", "removed", ()),
    ]  # fmt: skip


def test_requirements() -> None:
    asked = read_requirements("a==1  # why\n# b==1\n\n-e .\nC_d[x]==2\ne\n")
    assert asked == ("a==1", "C_d[x]==2", "e")
    changes = compare_requirements(asked, ("a==2", "C_d[x]==2", "xformers", "f==1"))
    assert changes == (("a==1", "a==2"), ("e", ""), ("", "f==1"), ("", "xformers"))
    # What we ask for otherwise on purpose stays; what we leave out stays out.
    ours = "# reason\na==1\nC_d[x]==7\ne\n"
    assert changed_requirements(ours, changes) == "# reason\na==2\nC_d[x]==7\n\nf==1\n"
    assert "C_d[x]==7" in changed_requirements(ours, [("C_d[x]==2", "C_d[x]==3")])


def test_which_presets_are_touched() -> None:
    new_preset("mine", family="sd15")
    path = files.home() / "presets" / "mine.toml"
    path.write_text('[network]\ndim = 8\n[engine_options]\nmulti = 1\nflip = "a"\n', encoding="utf-8")
    multi, flip = replace(NEW, name="multi"), replace(NEW, name="flip")
    before = changed(load_catalogue(), {"multi": multi, "flip": flip})
    after = changed(before, {
        "flip": None, "multi": replace(multi, default=9),
        "clip_skip": replace(option("clip_skip"), default=2), "huber_c": replace(option("huber_c"), default=1.0),
    })  # fmt: skip
    touched = {one.preset: one for one in touched_presets(compare_options(before, after, SCRIPTS), (), after)}
    assert touched["mine"].is_own and touched["mine"].refused == ("flip",)
    assert touched["mine"].otherwise == ("clip_skip", "huber_c")
    with_skip = "clip_skip" in training_options(load_preset("sd15-anime-character"))
    assert ("clip_skip" in touched["sd15-anime-character"].otherwise) is not with_skip
    assert touched["sdxl-style"].otherwise and not touched["sdxl-style"].refused
    assert touched_presets((), (), after) == ()


def test_a_network_that_is_gone_touches_the_presets_that_name_it() -> None:
    for name, text in (
        ("lycoris", 'module = "lycoris.kohya"\nargs = { algo = "loha", use_tucker = "True" }'),
        ("plain", "dim = 4"),
    ):
        files.write_text(files.home() / "presets" / f"{name}.toml", f"[network]\n{text}\n")
    gone = NetworkChange("lycoris.kohya", "removed")
    (touched,) = touched_presets((), (gone,), load_catalogue())
    assert (touched.preset, touched.refused) == ("lycoris", ("network_module = lycoris.kohya",))
    one = replace(gone, arguments=("use_tucker", "block_size"))
    (touched,) = touched_presets((), (one, replace(one, kind="added")), load_catalogue())
    assert touched.refused == ("network_args use_tucker",)


def test_what_every_plan_gives_must_be_there(tmp_path: Path) -> None:
    before = load_catalogue()
    assert missing_options(before, before) == ()
    gone = changed(before, {"output_dir": None, "network_dim": None, "flip_aug": None})
    assert missing_options(gone, before) == ("network_dim", "output_dir")
    plan = api.plan(load_preset(write_project(tmp_path / "p")), host=MAC)
    given = {name for name in plan.training_config if before.option("train_network", name)} - PLANNED
    assert [name for name in given if missing_options(changed(before, {name: None}), before) != (name,)] == []


SCRIPT = """
class NetworkTrainer:
    def sample_images(self, accelerator, args, epoch, global_step, device): ...
    def process_batch(self, batch, is_train): ...
    def train(self, args):
        train_dataloader = torch.utils.data.DataLoader(train_dataset_group, batch_size=1, shuffle=True)
        train_dataset_group.set_max_train_steps(args.max_train_steps)
        accelerator.skip_first_batches(train_dataloader, 0)
        self.process_batch(batch, is_train=True).backward()
        accelerator.clip_grad_norm_(params, 1)
        self.sample_images(accelerator, args, None, global_step, device)
        if args.save_every_n_steps is not None and global_step % args.save_every_n_steps == 0: ...
        self.process_batch(batch, is_train=False)
        self.step_logging(accelerator, logs, global_step, epoch + 1)
        if (epoch + 1) % args.save_every_n_epochs == 0: ...
        self.sample_images(accelerator, args, epoch + 1, global_step, device)

if __name__ == "__main__":
    args = train_util.read_config_from_file(args, parser)
    trainer = NetworkTrainer()
"""
LIBRARY = """
class DatasetGroup(torch.utils.data.ConcatDataset):
    def set_max_train_steps(self, steps): ...
def read_config_from_file(args, parser): ...
"""
SPOILT = [
    ("global_step, device): ...", "device, global_step): ..."),
    ("batch, is_train): ...", "batch): ..."),
    ("args = train_util.read_config_from_file(args, parser)", "args = parser.parse_args()"),
    ("    trainer = NetworkTrainer()\n", ""),
    ("class NetworkTrainer", "class Other"),
    ("def train(", "def run("),
    ("batch_size=1, shuffle=True", "batch_size=4, shuffle=False"),
    ("accelerator.skip_first_batches(train_dataloader, 0)", "pass"),
    (".backward()", ""),
    ("accelerator.clip_grad_norm_(params, 1)", "pass"),
    ("is_train=False", "True"),
    ("self.step_logging(accelerator, logs, global_step, epoch + 1)", "pass"),
    ("if (epoch + 1) % args.save_every_n_epochs == 0", "if True"),
    ("class DatasetGroup(torch.utils.data.ConcatDataset)", "class DatasetGroup(list)"),
    ("def set_max_train_steps", "def other"),
    ("def read_config_from_file", "def other"),
    ("def read_config_from_file", "def ?"),
]


def checkout(folder: Path, old: str = "", new: str = "") -> Path:
    for name, text in (("train_network.py", SCRIPT), ("library/train_util.py", LIBRARY)):
        files.write_text(folder / name, text.replace(old, new) if old else text)
    return folder


def test_where_our_code_takes_part(tmp_path: Path) -> None:
    assert check_seams(checkout(tmp_path), ("train_network.py",)) == ()
    assert [one.code for one in check_seams(tmp_path, ("nobody.py",))] == ["engine.seam_missing"]


@pytest.mark.parametrize("change", SPOILT, ids=[old[:40] for old, _ in SPOILT])
def test_a_place_that_is_not_there_is_found(tmp_path: Path, change: tuple[str, str]) -> None:
    assert change[0] in SCRIPT + LIBRARY
    assert check_seams(checkout(tmp_path, *change), ("train_network.py",))


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "源 source"
    folder.mkdir()
    (folder / "a").write_text("1", encoding="utf-8")
    git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "add", ".")
    commit(folder, "one")
    git(folder, "-c", "user.name=T", "-c", "user.email=t@e", "tag", "-a", "v1", "-m", "annotated")
    commit(folder, "two")
    git(folder, "branch", "-f", "dev")
    return folder


def test_what_a_ref_means(repository: Path, tmp_path: Path) -> None:
    one, two = git(repository, "rev-parse", "v1^{commit}"), git(repository, "rev-parse", "HEAD")
    bundle = tmp_path / "b.bundle"
    git(repository, "bundle", "create", str(bundle), "--all")
    for place in (str(repository), str(bundle), "git+file"):
        place = repository.as_uri().replace("file://", "file://localhost") if place == "git+file" else place
        assert move.resolve_ref(place, "v1") == one
        assert move.resolve_ref(place, "dev") == move.resolve_ref(place, "main") == two
        assert move.resolve_ref(place, two) == two
        for unknown in ("v2", "--all", "", "a b"):
            with pytest.raises(EngineError) as caught:
                move.resolve_ref(place, unknown)
            assert caught.value.code == "engine.ref_unknown"
    assert move.resolve_ref(str(repository), two[:9]) == two


def moved_pin(tag: str = "v9", requirements: str = "") -> Pin:
    """Move as `move_pin` does, without an engine."""
    asked = requirements or "\n".join(load_pin().requirements)
    with move.staged_pin(replace(load_pin(), tag=tag, commit="1" * 40), asked) as (recipe, changes):
        assert changes == ()
        move.put_in_place(recipe.locks, {"version": 1})
    return load_pin()


def test_a_pin_is_moved_and_taken_back() -> None:
    shipped, lock = load_pin(), load_recipe().lock
    pin = moved_pin()
    assert (pin.tag, pin.commit, pin.pythons) == ("v9", "1" * 40, shipped.pythons)
    assert load_recipe().lock == lock and load_recipe().folder_name.startswith("111111111111-")
    assert load_recipe("embedded").pin.tag != "v9"
    assert engine_status().moved_from == shipped.tag
    for number in (2, 3):
        (resources.moved_vendor() / "options.json").write_text(
            (resources.shipped_vendor() / "options.json")
            .read_text(encoding="utf-8")
            .replace(shipped.commit, str(number) * 40),
            encoding="utf-8",
        )
        assert load_catalogue().commit == str(number) * 40
    assert moved_pin("v10").tag == "v10"
    back = api.take_engine_back()
    assert back and back.tag == "v10"
    assert load_pin() == shipped and engine_status().moved_from == ""
    assert api.take_engine_back() is None
    assert [path.name for path in files.home().iterdir()] == ["engines"]


def test_with_another_version_of_the_package_the_move_has_no_say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved_pin()
    other = tmp_path / "vendor"
    files.write_text(
        other / "pin.toml", (resources.shipped_vendor() / "pin.toml").read_text(encoding="utf-8") + "\n"
    )
    monkeypatch.setattr(resources, "shipped_vendor", lambda: other)
    assert resources.vendor() == other
    files.write_text(resources.moved_vendor() / "moved.json", "torn")
    assert resources.vendor() == other


def test_a_lock_is_made_where_other_packages_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []

    def compile_lock(arguments: list[Any], **more: object) -> str:
        asked.append((Path(arguments[-3]).read_text(encoding="utf-8"), Path(arguments[-1]).name))
        return ""

    monkeypatch.setattr(environment, "run_uv", compile_lock)
    wanted = [line.replace("1.4.1", "1.4.2") for line in load_pin().requirements]
    with move.staged_pin(load_pin(), "\n".join(wanted)) as (recipe, changes):
        assert changes == (("imagesize==1.4.1", "imagesize==1.4.2"),)
        text, lock = asked[0]
        assert "\nimagesize==1.4.2\n" in text and "accelerate==1.15.0" in text
        assert lock == recipe.requirements.name
        assert [path.name for path in recipe.locks.glob("requirements-*.txt")] == [lock]
    assert not files.home().exists() or not list(files.home().glob(".engine-pin*"))


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeEngine:
    """A toy engine for this version's, with the catalogue of the real one."""
    made = make_fake_engine(tmp_path)
    for name, value in made.environment().items():
        monkeypatch.setenv(name, value)
    vendor = tmp_path / "vendor"
    for path in (made.root / "pin.toml", *(made.root / "locks").iterdir()):
        files.write_bytes(vendor / path.name, path.read_bytes())
    for name in ("options.json", "network_args.json"):
        files.write_bytes(vendor / name, (resources.shipped_vendor() / name).read_bytes())
    monkeypatch.setattr(resources, "shipped_vendor", lambda: vendor)
    monkeypatch.setattr(resources, "assets", lambda: vendor)
    return made


def test_a_move_that_fails_leaves_everything_as_it_was(fake: FakeEngine) -> None:
    """The toy starts, and has none of the options: it is refused after it was installed."""
    present = api.install_engine(fake.source)
    commit(fake.source, "two")
    git(fake.source, "tag", "v2")
    events: list[str] = []
    with pytest.raises(DriverError) as caught:
        api.move_engine("v2", fake.source, on_event=lambda event: events.append(event.code))
    assert caught.value.code.startswith("engine.catalogue_")
    assert "engine.installed" in events and "engine.move_reading" in events
    assert installed_engines() == (present,) and load_pin().tag == "v1"
    assert {path.name for path in engines_folder().iterdir()} == {".lock", present.root.name}
    assert not list(files.home().glob("*engine-pin*"))
    with pytest.raises(EngineError) as caught:
        api.move_engine("v3", fake.source)
    assert caught.value.code == "engine.ref_unknown"


def test_a_move_from_the_toy_to_another_toy(fake: FakeEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    """All of the way but the reading of the engine, which a toy has not: that is the contract tests'."""
    present = api.install_engine(fake.source)
    commit(fake.source, "two")
    git(fake.source, "tag", "v2")
    after = changed(load_catalogue(), {"newcomer": NEW, "huber_c": replace(option("huber_c"), default=1.0)})
    monkeypatch.setattr(moving, "_extract", lambda engine, recipe: after)
    monkeypatch.setattr(moving, "_try_out", lambda *arguments: 7)
    moved = api.move_engine("v2", fake.source)
    assert (moved.tag_before, moved.tag, moved.operations) == ("v1", "v2", 7)
    assert load_pin().commit == moved.commit == git(fake.source, "rev-parse", "v2")
    assert len(installed_engines()) == 2
    kept = files.read_json(resources.moved_vendor() / "moved.json")
    assert kept["options"][0]["name"] == "huber_c" and kept["presets"]
    for language, word in (("en", "another default: huber_c, 0.1 → 1.0"), ("zh", "默认值改变：huber_c")):
        texts.use_language(language)
        told = list(moved_lines(moved))
        texts.use_language(None)
        assert any(word in line for line in told) and any("newcomer" in line for line in told)
        assert any("sd15-style" in line and "…" in line for line in told) == (len(moved.presets) > 12)
    api.take_engine_back()
    assert api.install_engine(fake.source) == present
