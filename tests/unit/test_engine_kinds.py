"""Both engines behind one interface, and what the plan refuses by name where the chosen one does not carry it out."""

from __future__ import annotations

import re
import typing
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kohya_driver import api, files
from kohya_driver.engine.base import read_base
from kohya_driver.engine.catalogue import load_catalogue
from kohya_driver.engine.embedded import scope
from kohya_driver.engine.install import install_engine
from kohya_driver.engine.kinds import DEFAULT, EMBEDDED, FAMILIES, KINDS, SD_SCRIPTS, kind_of
from kohya_driver.engine.model import EMBEDDED_SCRIPTS, NAMES
from kohya_driver.engine.pin import BORROWED, load_recipe, sources_hash
from kohya_driver.engine.store import find_engine, write_state
from kohya_driver.errors import Finding, UsageError
from kohya_driver.planning.model import Plan
from kohya_driver.planning.prompts import OPTIONS as PROMPT_OPTIONS
from kohya_driver.preset.model import Launch
from tests.project import CPU, CUDA, MAC, write_picture, write_project, write_safetensors

NEEDS = ("plan.needs_sd_scripts", "plan.needs_sd_scripts_value", "plan.needs_sd_scripts_family")


def plan_of(
    preset: Path, *, engine: str | None = "embedded", sets: Sequence[str] = (), host: Any = CPU
) -> Plan:
    return api.plan(api.load_preset(preset, engine=engine, sets=sets), host=host)


def refused(plan: Plan) -> dict[str, Finding]:
    """What needs sd-scripts, by name."""
    return {
        str(finding.values.get("name", finding.values.get("family"))): finding
        for finding in plan.findings
        if finding.code in NEEDS
    }


# --- the interface


def test_the_preset_knows_the_same_engines() -> None:
    assert typing.get_args(Launch.model_fields["engine"].annotation) == NAMES == tuple(KINDS)
    assert Launch().engine == DEFAULT == SD_SCRIPTS
    assert all(kind.name == name for name, kind in KINDS.items())


def test_every_family_of_the_embedded_engine_is_one_of_sd_scripts() -> None:
    assert set(kind_of(EMBEDDED).scripts) <= FAMILIES == set(kind_of(SD_SCRIPTS).scripts)


def test_sd_scripts_carries_out_everything() -> None:
    kind = kind_of(SD_SCRIPTS)
    assert kind.outside_training({"network_module": "lycoris.kohya", "fp8_base": True}) == ()
    assert kind.outside_dataset({"datasets": [{"flip_aug": True}]}) == ()


def test_the_scripts_of_the_embedded_engine_come_with_the_package() -> None:
    engine = kind_of(EMBEDDED).expected()
    assert (engine.checkout / kind_of(EMBEDDED).script("sd15")).is_file()
    assert engine.checkout.parent.name == "engine"
    assert engine.commit == sources_hash()
    assert len(engine.commit) == 40


def test_the_hash_of_its_sources_changes_with_each_of_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scripts = tmp_path / "engine" / "embedded"
    monkeypatch.setattr("kohya_driver.engine.pin.EMBEDDED_SCRIPTS", scripts)
    for name in BORROWED:
        files.write_text(tmp_path / name, "1")
    hashed = sources_hash.__wrapped__
    seen = {hashed()}
    for path, text in (
        (scripts / "a.py", "1"),
        (scripts / "a.py", "2"),
        (scripts / "library/b.py", "2"),
        (scripts / "library/c.py", "2"),
        *((tmp_path / name, "2") for name in BORROWED),
    ):
        files.write_text(path, text)
        seen.add(hashed())
    assert len(seen) == 5 + len(BORROWED)
    files.write_text(scripts / "notes.txt", "not a source")
    assert hashed() in seen


def test_what_it_borrows_is_all_that_it_imports_of_the_package() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in EMBEDDED_SCRIPTS.rglob("*.py"))
    names = set(re.findall(r"^from kohya_driver\.([\w.]+) import", text, re.M)) - {"engine.embedded"}
    assert {name.replace(".", "/") + ".py" for name in names} == set(BORROWED)


def test_it_is_taken_from_nowhere(home: Path) -> None:
    with pytest.raises(UsageError) as caught:
        install_engine(home, engine="embedded")
    assert caught.value.code == "engine.has_no_source"


def engines(home: Path, *recipes: Any) -> None:
    """What an installation leaves, as far as `find_engine` looks."""
    for recipe in recipes:
        root = home / "engines" / recipe.folder_name
        (root / "env" / "bin").mkdir(parents=True)
        (root / "env" / "bin" / "python").touch()
        (root / "sd-scripts").mkdir()
        write_state(
            root, engine=recipe.engine, commit=recipe.pin.commit, tag=recipe.pin.tag, lock=recipe.lock
        )


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KOHYA_DRIVER_HOME", str(tmp_path / "家"))
    return tmp_path / "家"


def test_the_embedded_engine_lives_in_sd_scripts_environment(home: Path) -> None:
    assert kind_of(EMBEDDED).find() is None
    engines(home, load_recipe())
    engine, host = kind_of(EMBEDDED).find(), kind_of(SD_SCRIPTS).find()
    assert engine is not None and host is not None
    assert (engine.root, engine.python, engine.tokenizers) == (host.root, host.python, host.tokenizers)
    assert (engine.name, engine.commit) == ("embedded", sources_hash())
    assert engine.checkout != host.checkout


def test_an_environment_of_another_lock_is_no_home_for_it(home: Path) -> None:
    recipe = load_recipe()
    engines(home, recipe)
    state = home / "engines" / recipe.folder_name / "state.json"
    files.write_json(state, {**files.read_json(state), "lock": "0" * 64})
    assert kind_of(EMBEDDED).find() is None


def test_it_has_an_environment_of_its_own_where_there_is_no_other(home: Path) -> None:
    engines(home, load_recipe(EMBEDDED))
    own = kind_of(EMBEDDED).find()
    assert own is not None
    assert own.root.name == f"embedded-{own.lock[:12]}"
    assert kind_of(SD_SCRIPTS).find() is None
    engines(home, load_recipe())
    other = kind_of(EMBEDDED).find()
    assert other is not None
    assert other.root.name.startswith(load_recipe().pin.commit[:12])


def test_an_engine_installed_by_an_earlier_version_is_sd_scripts(home: Path) -> None:
    recipe = load_recipe()
    engines(home, recipe)
    state = home / "engines" / recipe.folder_name / "state.json"
    files.write_json(state, {name: v for name, v in files.read_json(state).items() if name != "engine"})
    found = find_engine(recipe)
    assert found is not None
    assert found.name == SD_SCRIPTS


# --- the plan


def test_a_plan_says_which_engine_it_is_for(tmp_path: Path) -> None:
    preset = write_project(tmp_path)
    for name in NAMES:
        plan = plan_of(preset, engine=name)
        assert plan.engine_name == plan.engine.name == name
        assert plan.environment["PYTHONPATH"] == str(plan.engine.checkout)
        assert str(plan.engine.checkout / "train_network.py") in plan.command
        assert Plan.from_json(plan.to_json()).engine == plan.engine
        assert api.load_preset(preset, engine=name).launch.engine == name
    assert plan_of(preset, engine=None).engine_name == SD_SCRIPTS


def test_an_older_plan_is_of_sd_scripts(tmp_path: Path) -> None:
    data = plan_of(write_project(tmp_path), engine=None).to_json()
    data["engine"] = {name: data["engine"][name] for name in ("root", "commit", "lock")}
    assert Plan.from_json(data).engine_name == SD_SCRIPTS


def test_the_engine_stays_in_the_preset_that_repeats_the_run(tmp_path: Path) -> None:
    plan = plan_of(write_project(tmp_path))
    again = tmp_path / "again.toml"
    again.write_text(plan.resolved_preset, encoding="utf-8")
    assert plan_of(again, engine=None).engine_name == EMBEDDED


@pytest.mark.parametrize("host", [MAC, CPU, CUDA], ids=lambda host: host.accelerator)
def test_what_the_plan_adds_itself_is_carried_out(tmp_path: Path, host: Any) -> None:
    extra = (
        '[sampling]\nprompts = ["{trigger}, smile --ss ddim"]\n[saving]\nevery_n_epochs = 1\nstate = true\n'
    )
    plan = plan_of(write_project(tmp_path, extra=extra), host=host)
    assert not plan.errors
    kind = kind_of(EMBEDDED)
    assert kind.outside_training(plan.training_config) == ()
    assert kind.outside_dataset(plan.dataset_config) == ()


def test_nothing_is_said_of_memory_that_nobody_measured(tmp_path: Path) -> None:
    preset = write_project(tmp_path)
    assert plan_of(preset, engine="sd-scripts").memory is not None
    assert plan_of(preset).memory is None


# --- what needs sd-scripts

OUTSIDE = {
    "network_module": 'network.module="lycoris.kohya"',
    "scale_weight_norms": "network.scale_weight_norms=1.0",
    "optimizer_type": 'optimizer.type="Prodigy"',
    "lr_scheduler": 'optimizer.lr_scheduler="inverse_sqrt"',
    "multires_noise_iterations": "training.multires_noise_iterations=6",
    "ip_noise_gamma": "training.ip_noise_gamma=0.1",
    "loss_type": 'training.loss_type="huber"',
    "cache_latents_to_disk": "training.cache_latents_to_disk=true",
    "mem_eff_attn": 'training.attention="mem_eff_attn"',
    "v_parameterization": "model.v_parameterization=true",
    "full_bf16": "precision.full_bf16=true",
    "sample_sampler": 'sampling.sampler="lms"',
    "conv_dim": "network.args.conv_dim=8",
    "amsgrad": "optimizer.args.amsgrad=true",
    "flip_aug": "dataset.flip_aug=true",
    "random_crop": "dataset.random_crop=true",
    "enable_wildcard": "dataset.enable_wildcard=true",
    "resize_interpolation": 'dataset.resize_interpolation="area"',
    "validation_split": "dataset.validation_split=0.2",
    "token_warmup_step": "dataset.token_warmup_step=10",
    "masked_loss": "engine_options.masked_loss=true",
    "adaptive_noise_scale": "engine_options.adaptive_noise_scale=0.1",
    "save_model_as": 'engine_options.save_model_as="pt"',
}
"""Option → how a preset says it."""
ALONG = {
    "sample_sampler": ('sampling.prompts=["a cat"]',),
    "full_bf16": ('precision.mixed_precision="bf16"',),
}


@pytest.mark.parametrize("name", OUTSIDE)
def test_each_is_refused_by_name_with_its_place(tmp_path: Path, name: str) -> None:
    sets = (OUTSIDE[name], *ALONG.get(name, ()))
    plan = plan_of(write_project(tmp_path), sets=sets)
    found = refused(plan)[name]
    assert found in plan.errors
    assert found.where.startswith("--set")
    assert "needs sd-scripts" in found.message
    assert "--engine sd-scripts" in found.hint
    assert not refused(plan_of(write_project(tmp_path), engine="sd-scripts", sets=sets))


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.sets(st.sampled_from(sorted(OUTSIDE)), min_size=1, max_size=6))
def test_all_are_named_at_once(tmp_path: Path, names: set[str]) -> None:
    sets = [item for name in sorted(names) for item in (OUTSIDE[name], *ALONG.get(name, ()))]
    assert names == set(refused(plan_of(write_project(tmp_path), sets=sets)))


def test_a_subsets_own_key_is_refused_where_it_stands(tmp_path: Path) -> None:
    picture = write_picture(tmp_path / "more" / "1.png", (512, 512))
    extra = f'[[dataset.subsets]]\nimage_dir = "{picture.parent}"\nalpha_mask = true\nflip_aug = false\n'
    plan = plan_of(write_project(tmp_path, extra=extra))
    assert list(refused(plan)) == ["alpha_mask"]
    assert refused(plan)["alpha_mask"].where == f"{tmp_path / 'preset.toml'}:8 [dataset.subsets.0] alpha_mask"


@pytest.mark.parametrize("family", ["sd2", "sdxl"])
def test_another_family_is_refused(tmp_path: Path, family: str) -> None:
    plan = plan_of(write_project(tmp_path, family=family, sizes=[(1024, 1024)]))
    found = refused(plan)[family]
    assert found.code == "plan.needs_sd_scripts_family"
    assert "sd15" in found.message


def test_a_prompts_own_sampler_is_refused(tmp_path: Path) -> None:
    extra = '[sampling]\nprompts = ["a cat --ss k_lms", "a dog"]\n'
    assert list(refused(plan_of(write_project(tmp_path, extra=extra)))) == ["sample_sampler"]


def test_a_prompts_options_are_all_carried_out() -> None:
    assert set(PROMPT_OPTIONS) == set(scope.PROMPT_OPTIONS)


@pytest.mark.parametrize("name", sorted(scope.OPTIONS))
def test_what_is_carried_out_is_in_the_catalogue(name: str) -> None:
    """Under the engine's own names, with values that it knows."""
    option = load_catalogue().option("train_network", name)
    assert option is not None
    if option.choices and scope.OPTIONS[name]:
        assert set(scope.OPTIONS[name]) <= set(option.choices)


@pytest.mark.parametrize("name", sorted({*scope.DATASET_KEYS, *scope.SUBSET_KEYS}))
def test_dataset_keys_that_are_carried_out_are_in_the_catalogue(name: str) -> None:
    assert name in load_catalogue().dataset_keys


def test_every_option_of_the_catalogue_is_carried_out_or_refused(tmp_path: Path) -> None:
    """With a value that means something: nothing slips through."""
    kind = kind_of(EMBEDDED)
    for name, option in load_catalogue().scripts["train_network"].items():
        value: object = True if option.action == "store_true" else "something"
        outside = {one.name for one in kind.outside_training({name: value})}
        carried = name in scope.OPTIONS and (not scope.OPTIONS[name] or value in scope.OPTIONS[name])
        assert (name in outside) is not (carried or name in scope.PAIRS), name


# --- what needs the embedded engine


def tiny_folder(folder: Path, width: int) -> Path:
    """A diffusers folder as far as its configs tell."""
    config = {
        "cross_attention_dim": 768,
        "in_channels": 4,
        "block_out_channels": [width, width, 2 * width, 2 * width],
    }
    files.write_json(folder / "model_index.json", {"_class_name": "StableDiffusionPipeline"})
    files.write_json(folder / "unet" / "config.json", config)
    for part in ("unet", "vae", "text_encoder"):
        write_safetensors(folder / part / "model.safetensors", {"x": (1,)})
    return folder


def test_a_tiny_base_needs_the_embedded_engine(tmp_path: Path) -> None:
    preset = write_project(tmp_path)
    base = tiny_folder(tmp_path / "tiny", 32)
    loaded = api.load_preset(preset, base=base)
    found = [
        finding for finding in api.plan(loaded, host=CPU).errors if finding.code == "plan.needs_embedded"
    ]
    assert len(found) == 1
    assert "--engine embedded" in found[0].hint
    assert "32" in found[0].message
    assert not api.plan(api.load_preset(preset, base=base, engine="embedded"), host=CPU).errors


def test_a_tiny_base_is_computed_by_one_thread(tmp_path: Path) -> None:
    preset, base = write_project(tmp_path), tiny_folder(tmp_path / "tiny", 32)
    assert api.plan(api.load_preset(preset, base=base, engine="embedded"), host=MAC).threads == 1
    asked = api.load_preset(
        preset, base=base, engine="embedded", sets=["launch.num_cpu_threads_per_process=3"]
    )
    assert api.plan(asked, host=MAC).threads == 3
    assert plan_of(preset, host=MAC).threads == MAC.performance_cores


@pytest.mark.parametrize(("width", "small"), [(32, True), (320, False)])
def test_a_base_tells_its_width(tmp_path: Path, width: int, small: bool) -> None:
    base = read_base(tiny_folder(tmp_path / "folder", width))
    assert (base.width, base.is_small) == (width, small)
    file = write_safetensors(
        tmp_path / "file.safetensors", {"model.diffusion_model.input_blocks.0.0.weight": (width, 4, 3, 3)}
    )
    assert (read_base(file).width, read_base(file).is_small) == (width, small)


def test_a_base_that_does_not_tell_its_width_is_not_refused(tmp_path: Path) -> None:
    base = replace(read_base(tiny_folder(tmp_path / "folder", 32)), width=0)
    assert kind_of(SD_SCRIPTS).trains_on(base)
