"""The SkyPilot task: what is asked of the provider, what goes up, what is installed and what is run there. Pure."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from kohya_driver.cloud.machine import Rented
from kohya_driver.cloud.upload import HOME, Upload

PYTHON = "3.12"
LIBRARIES = ("libgl1", "libglib2.0-0")
"""What opencv-python, which the engine reads pictures with, needs of the system."""
VENV = "$HOME/kohya/venv"
SURROUNDINGS = (
    'export PATH="$HOME/.local/bin:$PATH" KOHYA_DRIVER_HOME="$HOME/kohya/home" PYTHONPATH="$HOME/kohya/app"\n'
    f'driver() {{ "{VENV}/bin/python" -m kohya_driver "$@"; }}\n'
)
"""Of both scripts: where things are, and this program under a short name."""


def build_task(
    name: str,
    rented: Rented,
    upload: Upload,
    *,
    preset_file: Path,
    application: Mapping[str, Path],
    requirements: Iterable[str],
    engine: str,
    extras: Iterable[str] = (),
    source: str = "",
) -> dict[str, Any]:
    """As SkyPilot's YAML has it.

    Args:
        name: of the run here.
        preset_file: the preset for there, as it lies here.
        engine: `sd-scripts` or `embedded`.
        extras: packages to be added to the engine's environment.
        source: where the engine is fetched from; empty: as the pin says.
    """
    project = project_folder(name)
    mounts = {
        **{place: str(path) for place, path in application.items()},
        **{f"{project}/{place}": str(path) for place, path in upload.mounts.items()},
        f"{project}/preset.toml": str(preset_file),
    }
    return {
        "name": cluster_name(name),
        "num_nodes": rented.nodes,
        "resources": _resources(rented),
        "file_mounts": mounts,
        "setup": setup_script(requirements, engine, extras, source),
        "run": run_script(name, rented),
    }


def project_folder(name: str) -> str:
    """From where it is started there."""
    return f"{HOME}/{name}"


def cluster_name(name: str) -> str:
    """What a provider takes: letters, digits and dashes, not too many."""
    plain = "".join(one if one.isascii() and one.isalnum() else "-" for one in name.lower())
    return f"kohya-{plain.strip('-') or 'run'}"[:40].rstrip("-")


def _resources(rented: Rented) -> dict[str, Any]:
    asked: dict[str, Any] = {
        "disk_size": rented.disk_gb,
        "autostop": {"idle_minutes": rented.idle_minutes, "down": False},
    }
    if rented.gpu:
        asked["accelerators"] = f"{rented.gpu}:{rented.cards}"
    if rented.infra:
        asked["infra"] = rented.infra
    return asked | ({"use_spot": True} if rented.spot else {})


def setup_script(requirements: Iterable[str], engine: str, extras: Iterable[str], source: str) -> str:
    """Everything may be there already: a machine is used again."""
    needed = " ".join(shlex.quote(one) for one in requirements)
    given = f" --source {shlex.quote(source)}" if source else ""
    lines = [
        "set -e",
        SURROUNDINGS.rstrip("\n"),
        "command -v uv >/dev/null || curl -LsSf https://astral.sh/uv/install.sh | sh",
        f"ldconfig -p | grep -q libGL.so.1 || {{ sudo apt-get update -qq; sudo apt-get install -y -qq {' '.join(LIBRARIES)}; }}",
        f'[ -x "{VENV}/bin/python" ] || uv venv --quiet --python {PYTHON} "{VENV}"',
        f'uv pip install --quiet --python "{VENV}/bin/python" {needed}',
        f"driver engine install --engine {engine}{given}",
    ]
    for package in sorted(extras):
        # Without what it depends on: torch is there, and must stay the one that it is.
        lines.append(
            f'for each in "$KOHYA_DRIVER_HOME"/engines/*/env/bin/python; do uv pip install --quiet --python "$each" --no-deps {package}; done'
        )
    return "\n".join(lines) + "\n"


def run_script(name: str, rented: Rented) -> str:
    """Each machine starts its own part; SkyPilot tells it which one it is."""
    rank = ""
    if rented.nodes > 1:
        address = "$(printf '%s\\n' \"$SKYPILOT_NODE_IPS\" | head -n 1)"
        rank = (
            f' --set "launch.machine_rank=$SKYPILOT_NODE_RANK" --set "launch.main_process_ip=\\"{address}\\""'
        )
    return f'set -e\n{SURROUNDINGS}cd "$HOME/kohya/{name}"\ndriver train preset.toml --plain{rank}\n'


def as_yaml(task: Mapping[str, Any]) -> str:
    """Scripts as blocks, so that a person can read them."""
    import yaml

    def text(dumper: Any, value: str) -> Any:
        return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|" if "\n" in value else None)

    readable = type("Readable", (yaml.SafeDumper,), {})
    yaml.add_representer(str, text, Dumper=readable)
    dumped: str = yaml.dump(dict(task), Dumper=readable, sort_keys=False, allow_unicode=True, width=1000)
    return dumped
