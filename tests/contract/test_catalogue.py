"""The catalogue, extracted without running the engine, is what the engine's live parsers and schemas are."""

from __future__ import annotations

from typing import Any

import pytest

from kohya_driver.engine.catalogue import Catalogue, Option, build_catalogue, load_catalogue
from kohya_driver.engine.extract import SCRIPTS, extract_catalogue
from kohya_driver.engine.extract_dataset import PLACES
from kohya_driver.engine.model import Engine
from tests.contract.conftest import run_inside

pytestmark = pytest.mark.engine


@pytest.fixture(scope="module")
def live(installed_engine: Engine) -> Any:
    return run_inside(installed_engine, "dump_parsers.py", *SCRIPTS)


@pytest.fixture(scope="module", params=["vendored", "extracted now"])
def catalogue(request: pytest.FixtureRequest, installed_engine: Engine) -> Catalogue:
    if request.param == "vendored":
        return load_catalogue()
    return build_catalogue(extract_catalogue(installed_engine.checkout, installed_engine.commit))


def attributes(option: Option) -> dict[str, Any]:
    """An option as `dump_parsers.py` writes one. The default's type is told apart: 1, 1.0 and True are equal."""
    return {
        "name": option.name,
        "flags": list(option.flags),
        "action": option.action,
        "type": option.type,
        "default": (type(option.default).__name__, option.default),
        "choices": None if option.choices is None else list(option.choices),
        "nargs": option.nargs,
        "required": option.required,
        "help": option.help,
        "group": option.group,
    }


def test_the_catalogue_is_of_the_installed_commit(catalogue: Catalogue, installed_engine: Engine) -> None:
    assert catalogue.commit == installed_engine.commit


@pytest.mark.parametrize("script", SCRIPTS)
def test_every_attribute_of_every_option_is_the_live_parsers(
    catalogue: Catalogue, live: Any, script: str
) -> None:
    expected = [
        {**option, "default": (type(option["default"]).__name__, option["default"])}
        for option in live["scripts"][script]
    ]
    assert [attributes(option) for option in catalogue.scripts[script].values()] == expected


@pytest.mark.parametrize("schema", PLACES)
def test_every_place_of_the_dataset_config_has_the_live_schemas_keys(
    catalogue: Catalogue, live: Any, schema: str
) -> None:
    place = PLACES[schema]
    here = {
        name: {"types": list(key.types), "required": place in key.required_in}
        for name, key in catalogue.dataset_keys.items()
        if place in key.places
    }
    assert here == live["dataset_schemas"][schema]


def test_a_dataset_key_left_out_has_the_value_the_engine_takes(catalogue: Catalogue, live: Any) -> None:
    given = {"image_dir", "metadata_file", "conditioning_data_dir"}
    here = {
        name: (type(key.default).__name__, key.default)
        for name, key in catalogue.dataset_keys.items()
        if name not in given
    }
    engine = {name: (type(value).__name__, value) for name, value in live["dataset_defaults"].items()}
    assert here == {name: engine[name] for name in here}
