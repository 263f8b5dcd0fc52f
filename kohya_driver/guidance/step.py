"""From what a folder holds to the one next command. Pure: whatever is asked for here was looked at before."""

from __future__ import annotations

from kohya_driver import texts
from kohya_driver.guidance.model import Here, Pictures, Project, Step

DRIVER = "kohya-driver"
FIRST_PRESET = "sd15-anime-character"


def next_step(here: Here) -> Step:
    """What comes first: what runs, then this folder's own project, then pictures, then projects one folder below."""
    if here.running:
        return _step("running", "watch", run=here.running)
    if here.project:
        return _of_project(here.project, here.engines)
    if here.foreign:
        return _step("foreign", "import", here.foreign, file=here.foreign)
    if here.pictures and not (here.below and here.pictures.path in here.below.sources):
        return _of_pictures(here.pictures, here.base)
    if here.below:
        return _of_project(here.below, here.engines)
    return _own(here) if here.has_trained else _step("first", "quickstart")


def _of_project(project: Project, engines: tuple[str, ...]) -> Step:
    if not project.is_readable:
        return _step("broken", "presets", "check", project.preset, preset=project.preset)
    if project.run and not project.is_changed:
        return _of_run(project.run, project.state)
    if project.missing:
        return _step("missing", "plan", project.preset, preset=project.preset, path=project.missing)
    if project.engine not in engines if project.engine else not engines:
        wanted = ("--engine", project.engine) if project.engine else ()
        return _step("no_engine", "engine", "install", *wanted, preset=project.preset)
    code = "changed" if project.run else "ready"
    return _step(code, "train", project.preset, preset=project.preset, run=project.run)


_BY_STATE = {
    "running": ("running", ("watch",), ()),
    "unwatched": ("running", ("watch",), ()),
    "cut off": ("cut_off", ("resume",), ()),
    "stopped": ("stopped", ("resume",), ()),
    "succeeded": ("finished", ("report",), ("--open",)),
    "failed": ("failed", ("show",), ()),
}


def _of_run(run: str, state: str) -> Step:
    code, before, after = _BY_STATE.get(state, _BY_STATE["failed"])
    return _step(code, *before, run, *after, run=run)


def _of_pictures(pictures: Pictures, base: str) -> Step:
    code = "captioned" if pictures.is_ready else "pictures"
    trigger, trigger_blank = _or_blank(pictures.trigger, "trigger")
    model, model_blank = _or_blank(base, "base")
    common = ("--images", pictures.path, "--trigger", trigger, "--base", model)
    blanks = (*trigger_blank, *model_blank)
    values = {"folder": pictures.path, "count": pictures.count}
    if pictures.is_ready:
        return Step(f"guidance.{code}", (DRIVER, "train", FIRST_PRESET, *common), values, (*blanks, "preset"))
    # The project must not lie within the pictures.
    project = "../my-lora" if pictures.path == "." else "my-lora"
    command = (DRIVER, "init", project, *common, "--style", "anime")
    return Step(f"guidance.{code}", command, values, (*blanks, "style"))


def _own(here: Here) -> Step:
    images, images_blank = _or_blank("", "images")
    step = _of_pictures(Pictures(images, 0, is_ready=False), here.base)
    return Step("guidance.own", step.command, {}, (*images_blank, *step.blanks))


def _or_blank(known: str, name: str) -> tuple[str, tuple[str, ...]]:
    return (known, ()) if known else (texts.say(f"guidance.blank_{name}"), (name,))


def _step(code: str, *command: str, **values: object) -> Step:
    return Step(f"guidance.{code}", (DRIVER, *command), values)
