"""Train a LoRA with kohya-ss/sd-scripts on a Mac.

The map, lowest layer first; each imports only from those before it:

    texts       every sentence shown to a person, in English and Chinese
    errors      Finding, and one exception tree with exit codes
    wording     sizes, durations and codes in the words of the language in use
    files       atomic writes, TOML and JSON, locks, hashes
    hub         the Hugging Face Hub, or a mirror of it
    process     the only starter and ender of processes
    host        facts about this machine
    resources   finds presets/ and vendor/
    preset/     WHAT the user wants
    events/     WHAT happened: lines to events to a snapshot
    diagnosis/  WHY it failed: a log to a cause, with the lines that show it
    dataset/    pictures, captions, buckets
    engine/     sd-scripts and the embedded engine: pin, checkout, environment, catalogue
    inspection/ model files: what a LoRA or a checkpoint is, how much it changes
    models/     base models: finding them in other programs' folders, getting them from the Hub
    planning/   HOW it will run, decided before anything starts
    prepare/    from a folder of photos to a training set: crop, tag, captions, audit, layout
    checkup/    what this machine, the engine and the network are like (`doctor`)
    exchange/   presets from other programs' files, and files for them
    run/        DOING it
    judging/    what a training was like, and what to change for the next
    moving      another commit of sd-scripts: installed, tried, and what it changes
    cloud/      ELSEWHERE: a rented machine, by SkyPilot, and how its run comes back
    guidance/   WHAT NEXT: the one next step in a folder
    sampling/   COMPARING what LoRA files draw
    loras/      what is made of LoRA files after a training, by the engine's own tools; where they go
    report/     SHOWING it afterwards: everything about a run on one page
    views/      SHOWING it
    api         the Python API
    cli/        the command line
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

__all__ = [
    "Diagnosis",
    "Engine",
    "Plan",
    "Preset",
    "Run",
    "RunResult",
    "__version__",
    "diagnose_log",
    "doctor",
    "init_project",
    "install_engine",
    "load_preset",
    "open_run",
    "plan",
    "resume",
    "train",
]

if TYPE_CHECKING:
    from kohya_driver.api import (
        Diagnosis,
        Engine,
        Plan,
        Preset,
        Run,
        RunResult,
        diagnose_log,
        doctor,
        init_project,
        install_engine,
        load_preset,
        open_run,
        plan,
        resume,
        train,
    )


def __getattr__(name: str) -> Any:
    """The API is loaded when it is first used, so that `--help` stays instant."""
    if name in __all__:
        # `plan` and `train` are functions here; importing the subpackage `plan` would otherwise take the name.
        from kohya_driver import api

        for public in __all__:
            if public != "__version__":
                globals()[public] = getattr(api, public)
        return globals()[name]
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
