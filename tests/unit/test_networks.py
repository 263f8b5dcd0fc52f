"""What network modules and optimizers can be told, read from their source without running it."""

from __future__ import annotations

from pathlib import Path

import pytest

from kohya_driver.engine.catalogue import load_catalogue
from kohya_driver.engine.extract_networks import OPTIMIZER_PACKAGES, extract_networks, write_networks
from kohya_driver.engine.networks import load_networks, read_networks
from kohya_driver.errors import EngineError

LORA = """
def helper(first, table):
    return table.get("down_lr_weight"), first.get("not_this")

def create_network(multiplier, network_dim, **kwargs):
    conv_dim = int(kwargs.get("conv_dim", 4))
    unit = kwargs["unit"]
    other = {}.get("nor_this")
    return helper(other, kwargs)

class Network:
    def apply_max_norm_regularization(self, value):
        pass
"""
TOOL = "def merge(**kwargs):\n    return kwargs.get('ratio')\n"
KOHYA = "def create_network(multiplier, **kwargs):\n    return kwargs.get('algo')\n"
WRAPPER = "network_module_dict = {'lora': 1, 'lokr': 2}\ndeprecated_arg_dict = {'use_cp': 'use_tucker'}\n"
OPTIMIZER = """
class AdamW(Base):
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), *, foreach=None):
        pass

class Open(Base):
    def __init__(self, params, lr=1e-3, **kwargs):
        pass

class Wrapper:
    def __init__(self, optimizer, factor):
        pass
"""

SCHEDULER = """
class StepLR(Base):
    def __init__(self, optimizer, step_size, gamma=0.1):
        pass

class Chained:
    def __init__(self, schedulers):
        pass
"""


@pytest.fixture
def sources(tmp_path: Path) -> tuple[Path, Path]:
    """A checkout and its environment's packages."""
    checkout, packages = tmp_path / "checkout", tmp_path / "packages"
    texts = {
        checkout / "networks/lora.py": LORA,
        checkout / "networks/merge.py": TOOL,
        packages / "lycoris/kohya.py": KOHYA,
        packages / "lycoris/wrapper.py": WRAPPER,
        packages / "lycoris/config.py": "PRESET = {'full': {}, 'attn-mlp': {}}\n",
        **{packages / name.replace(".", "/") / "one.py": OPTIMIZER for name in OPTIMIZER_PACKAGES},
        packages / "torch/optim/lr_scheduler.py": SCHEDULER,
        packages / "pytorch_optimizer/lr_scheduler/one.py": SCHEDULER,
        packages / "lion_pytorch/two.py": OPTIMIZER.replace("betas", "eps"),
    }
    for path, text in texts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return checkout, packages


def test_arguments_are_those_that_are_read(sources: tuple[Path, Path]) -> None:
    found = extract_networks(*sources, "c0ffee")["networks"]
    assert found == {
        "networks.lora": {"arguments": ["conv_dim", "down_lr_weight", "unit"], "max_norm": True},
        "lycoris.kohya": {"arguments": ["algo", "use_cp"], "max_norm": False},
    }


def test_optimizers_are_classes_made_from_parameters(sources: tuple[Path, Path]) -> None:
    found = extract_networks(*sources, "c0ffee")["optimizers"]
    assert found["torch.optim"] == {"AdamW": ["betas", "foreach"], "Open": None}
    assert found["lion_pytorch"]["AdamW"] == ["betas", "eps", "foreach"]


def test_schedulers_are_classes_made_from_an_optimizer(sources: tuple[Path, Path]) -> None:
    found = extract_networks(*sources, "c0ffee")["schedulers"]
    assert found["torch.optim.lr_scheduler"] == {
        "StepLR": {"takes": ["step_size", "gamma"], "needs": ["step_size"]}
    }


def test_what_is_written_reads_back(sources: tuple[Path, Path], tmp_path: Path) -> None:
    write_networks(*sources, "c0ffee", tmp_path / "networks.json")
    networks = read_networks(tmp_path / "networks.json")
    assert (networks.commit, networks.lycoris_algos) == ("c0ffee", ("lora", "lokr"))
    assert networks.lycoris_presets == ("full", "attn-mlp")
    assert networks.modules["networks.lora"].max_norm
    assert networks.optimizers["torch.optim"]["Open"] is None
    assert networks.schedulers["pytorch_optimizer"]["StepLR"].needs == ("step_size",)


@pytest.mark.parametrize(
    ("file", "text", "code"),
    [
        ("lycoris/config.py", "PRESETS = {}", "engine.catalogue_missing"),
        ("lycoris/config.py", "PRESET = {", "engine.catalogue_unreadable"),
        ("lycoris/kohya.py", "def create_network(multiplier):\n    pass", "engine.catalogue_unreadable"),
    ],
)
def test_a_changed_source_is_refused(sources: tuple[Path, Path], file: str, text: str, code: str) -> None:
    (sources[1] / file).write_text(text, encoding="utf-8")
    with pytest.raises(EngineError) as caught:
        extract_networks(*sources, "c0ffee")
    assert caught.value.code == code


def test_a_missing_package_is_named(sources: tuple[Path, Path]) -> None:
    (sources[1] / "lycoris/wrapper.py").unlink()
    with pytest.raises(EngineError, match=r"wrapper\.py"):
        extract_networks(*sources, "c0ffee")


def test_the_vendored_file_is_the_pins() -> None:
    networks = load_networks()
    assert networks.commit == load_catalogue().commit
    assert "loraplus_lr_ratio" in networks.modules["networks.lora"].arguments
    assert "rank_dropout" not in networks.modules["networks.dylora"].arguments
    assert networks.optimizers["transformers.optimization"].keys() == {"Adafactor"}
    assert networks.optimizers["pytorch_optimizer"]["CAME"] is None
    assert networks.schedulers["torch.optim.lr_scheduler"]["CosineAnnealingLR"].needs == ("T_max",)
    assert "lr" not in (networks.optimizers["torch.optim"]["AdamW"] or ())
