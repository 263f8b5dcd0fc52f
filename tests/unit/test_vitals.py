"""What is asked of the machine, and how often."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from kohya_driver.host import Power, read_power_source
from kohya_driver.run.vitals import Vitals, VitalsReader, free_bytes


class Machine:
    """Counts how often it is asked."""

    def __init__(self, *, on_battery: bool | None = False) -> None:
        self.on_battery = on_battery
        self.asked = {"power": 0, "disk": 0}

    def power(self) -> Power:
        self.asked["power"] += 1
        return Power(on_battery=self.on_battery, battery_percent=None if self.on_battery is None else 80)

    def disk(self, folders: Iterable[Path]) -> int | None:
        self.asked["disk"] += 1
        return self.asked["disk"]


def hour(machine: Machine) -> list[Vitals]:
    reader = VitalsReader((Path("/x"),), power=machine.power, disk=machine.disk)
    looks = (reader.read(100 + i / 10) for i in range(36_000))
    return [vitals for vitals in looks if vitals is not None]


def test_it_asks_seldom() -> None:
    machine = Machine()
    told = hour(machine)
    assert machine.asked == {"power": 60, "disk": 360}
    assert told[0] == Vitals(1, False, 80)
    assert told[-1] == Vitals(360, False, 80)


def test_a_machine_that_does_not_tell_of_its_power_is_asked_once() -> None:
    machine = Machine(on_battery=None)
    assert hour(machine)[-1] == Vitals(360, None, None)
    assert machine.asked == {"power": 1, "disk": 360}


def test_this_machine(tmp_path: Path) -> None:
    vitals = VitalsReader((tmp_path, tmp_path / "missing")).read(0)
    assert vitals is not None
    assert vitals.disk_free is not None
    assert vitals.disk_free > 0
    assert isinstance(read_power_source(), Power)


def test_folders_that_cannot_be_asked(tmp_path: Path) -> None:
    assert free_bytes([tmp_path / "missing"]) is None
    assert free_bytes([]) is None
