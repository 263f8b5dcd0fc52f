"""What webui, Forge, Civitai Helper and ComfyUI's LoRA managers read beside a LoRA file.

- `NAME.json`: webui's and Forge's card (extensions-builtin/Lora/ui_edit_user_metadata.py): description, version, activation text, weight, notes.
- `NAME.civitai.info`: the extension Civitai Helper, in the form of Civitai's own answer for a version of a model. Without the numbers `id` and
  `modelId`, which only Civitai gives, it takes the file for one that may be looked for again, and uses words and prompts all the same.
- `NAME.metadata.json`: ComfyUI-Lora-Manager (py/utils/models.py), which skips a file whose table lacks one of its required keys.
- `NAME.preview.png`: all of them.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kohya_driver import texts
from kohya_driver.loras.subject import Subject, settings

WEBUI_VERSIONS = {"sd15": "SD1", "sd2": "SD2", "sdxl": "SDXL", "sd3": "SD3"}
CIVITAI_BASES = {
    "sd15": "SD 1.5", "sd2": "SD 2.1", "sdxl": "SDXL 1.0", "sd3": "SD 3", "flux": "Flux.1 D", "lumina": "Lumina", "chroma": "Chroma",
}  # fmt: skip
"""As Civitai names base models; ComfyUI-Lora-Manager takes its names."""


def webui_card(subject: Subject) -> Mapping[str, Any]:
    shown = subject.pictures[0] if subject.pictures else None
    return {
        "description": description(subject),
        "sd version": WEBUI_VERSIONS.get(subject.found.family, "Unknown"),
        "activation text": subject.trigger,
        "preferred weight": subject.weight,
        "negative text": shown.negative if shown else "",
        "notes": notes(subject),
    }


def civitai_info(subject: Subject, sha256: str) -> Mapping[str, Any]:
    images = [
        {"meta": {"prompt": one.prompt, "negativePrompt": one.negative, **({"seed": one.seed} if one.seed is not None else {})}}
        for one in subject.pictures
        if one.prompt
    ]  # fmt: skip
    return {
        "name": subject.name,
        "trainedWords": [subject.trigger] if subject.trigger else [],
        "baseModel": CIVITAI_BASES.get(subject.found.family, "Other"),
        "description": description(subject),
        "model": {"name": subject.name, "type": "LORA", "nsfw": False, "description": description(subject), "tags": []},
        # No `primary` file: ComfyUI-Lora-Manager would take this for an answer of Civitai, which has no such version.
        "files": [{"name": f"{subject.name}.safetensors", "type": "Model", "hashes": {"SHA256": sha256.upper()}}],
        "images": images,
    }  # fmt: skip


def lora_manager(
    subject: Subject, target: Path, size: int, sha256: str, preview: Path | None
) -> Mapping[str, Any]:
    return {
        "file_name": target.stem,
        "model_name": subject.name,
        "file_path": target.as_posix(),
        "size": size,
        "modified": time.time(),
        "sha256": sha256,
        "base_model": CIVITAI_BASES.get(subject.found.family, "Unknown"),
        "preview_url": preview.as_posix() if preview else "",
        "preview_nsfw_level": 0,
        "notes": notes(subject),
        "from_civitai": False,
        "civitai": {"trainedWords": [subject.trigger] if subject.trigger else []},
        "tags": [],
        "modelDescription": description(subject),
        "usage_tips": json.dumps({"strength": subject.weight}),
    }  # fmt: skip


def description(subject: Subject) -> str:
    """One line, in the language in use."""
    parts = (
        subject.trigger and _say("side_trigger", trigger=subject.trigger),
        subject.base and _say("side_base", base=subject.base),
    )
    return "  ".join(part for part in parts if part)


def notes(subject: Subject) -> str:
    """What it was trained with, one a line, and a prompt that was drawn with it."""
    told = [
        _say("side_setting", name=_say(f"setting.{name}"), value=value)
        for name, value in settings(subject).items()
    ]
    shown = next((one.prompt for one in subject.pictures if one.prompt), "")
    return "\n".join([*told, *([_say("side_prompt", prompt=shown)] if shown else [])])


def _say(code: str, **values: object) -> str:
    return texts.say(f"share_screen.{code}", **values)
