"""The quickstart's project, as far as it needs neither the network nor the engine."""

from __future__ import annotations

from pathlib import Path

import pytest

from kohya_driver import api, quickstart
from kohya_driver.host import Host
from tests.project import CPU, MAC, write_base, write_picture


@pytest.mark.parametrize("host", [MAC, CPU], ids=lambda host: host.accelerator)
def test_the_preset_makes_a_plan_without_a_finding(tmp_path: Path, host: Host) -> None:
    base = write_base(tmp_path / "底 模" / "base.safetensors")
    for name, caption in quickstart.PHOTOS.items():
        write_picture(tmp_path / "image" / quickstart.CONCEPT / name, (512, 400), caption)
    preset = tmp_path / "preset.toml"
    preset.write_text(quickstart.preset_text(base, host), encoding="utf-8")
    plan = api.plan(api.load_preset(preset), host=host)
    assert not [finding for finding in plan.findings if finding.severity != "info"]
    assert (plan.images, plan.epochs, plan.steps) == (len(quickstart.PHOTOS), 2, 24)
    assert plan.checkpoints == ("quickstart-000001.safetensors", "quickstart.safetensors")
    assert plan.trigger == quickstart.TRIGGER


def test_every_caption_begins_with_the_trigger() -> None:
    assert all(caption.startswith(f"{quickstart.TRIGGER}, ") for caption in quickstart.PHOTOS.values())
