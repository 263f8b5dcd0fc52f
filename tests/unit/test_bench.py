"""The bench's own project: pictures that can be read, and a preset that plans without a fault."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from kohya_driver import api, bench
from kohya_driver.dataset.noise import noise_picture
from kohya_driver.host import Host
from tests.project import CPU, MAC, write_base


def test_noise_is_a_picture() -> None:
    data = noise_picture(64, seed=1)
    with Image.open(io.BytesIO(data)) as picture:
        picture.load()
        assert picture.size == (64, 64) and picture.mode == "RGB"
        assert len(set(picture.tobytes())) > 200
    assert data == noise_picture(64, seed=1) != noise_picture(64, seed=2)


@pytest.mark.parametrize("family", bench.FAMILIES)
@pytest.mark.parametrize("host", [MAC, CPU], ids=lambda host: host.accelerator)
def test_its_project_can_be_trained(tmp_path: Path, family: str, host: Host) -> None:
    base = write_base(tmp_path / "base.safetensors", family)
    preset = bench.write_project(tmp_path / "project", base, family, 128, steps=5, batch=6)
    plan = api.plan(api.load_preset(preset), host=host)
    assert not plan.errors
    assert plan.steps == 5 and plan.images == 6 and plan.family == family
    assert [(bucket.width, bucket.height) for bucket in plan.buckets] == [(128, 128)]
