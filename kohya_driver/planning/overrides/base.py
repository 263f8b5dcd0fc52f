"""What follows from the base model's own file."""

from __future__ import annotations

from kohya_driver.planning.overrides.draft import Draft, Rule, to


def _to_pure_noise(draft: Draft) -> bool:
    velocity = bool(draft.get("training.v_parameterization"))
    return draft.zero_terminal_snr and velocity and draft.get("training.zero_terminal_snr") is None


RULES: tuple[Rule, ...] = (
    Rule("base.v2", "training.v2", lambda d: d.family == "sd2", to(True)),
    Rule("base.v_prediction", "training.v_parameterization", lambda d: d.v_by == "file", to(True)),
    Rule("base.v_by_name", "training.v_parameterization", lambda d: d.v_by == "name", to(True)),
    Rule("base.zero_terminal_snr", "training.zero_terminal_snr", _to_pure_noise, to(True)),
    Rule("base.real_file", "training.pretrained_model_name_or_path",
         lambda d: bool(d.base_load), lambda d: d.base_load),
)  # fmt: skip
