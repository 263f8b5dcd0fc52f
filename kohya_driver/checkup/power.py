"""Checks of power and sleep, where the system tells of them."""

from __future__ import annotations

from kohya_driver.checkup.facts import Facts
from kohya_driver.checkup.model import Item
from kohya_driver.errors import warning


def _source(facts: Facts) -> Item | None:
    power = facts.power
    if power.on_battery is None:
        return None
    values = {"percent": power.battery_percent}
    if power.on_battery:
        return Item("power", "source", "doctor.on_battery", values, (warning("doctor.battery", **values),))
    code = "doctor.on_mains" if power.battery_percent is None else "doctor.on_mains_charged"
    return Item("power", "source", code, values)


def _low_power(facts: Facts) -> Item | None:
    if facts.power.low_power_mode is None:
        return None
    if facts.power.low_power_mode:
        return Item("power", "low_power", "doctor.on", findings=(warning("doctor.low_power"),))
    return Item("power", "low_power", "doctor.off")


def _sleep(facts: Facts) -> Item | None:
    minutes, awake_for = facts.power.sleep_minutes, facts.power.awake_for
    if minutes is None:
        return None
    if minutes == 0:
        return Item("power", "sleep", "doctor.never_sleeps")
    # What keeps it awake now may end before the training does.
    found = (warning("doctor.sleeps", minutes=minutes),)
    code = "doctor.sleeps_not_now" if awake_for else "doctor.sleeps_after"
    return Item("power", "sleep", code, {"minutes": minutes, "awake_for": awake_for}, found)


CHECKS = (_source, _low_power, _sleep)
