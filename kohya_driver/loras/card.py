"""A model card: the README of a LoRA, with the YAML at its head that the Hugging Face Hub reads, and pictures drawn with it."""

from __future__ import annotations

import re
import secrets
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kohya_driver import files, texts
from kohya_driver.engine.pickles import SUFFIXES
from kohya_driver.errors import Finding, RunError, Severity
from kohya_driver.loras.subject import Shown, Subject, settings
from kohya_driver.models.catalogue import known_models

MOST_PICTURES = 8
ENDINGS = (".safetensors", *SUFFIXES)
_CACHED = re.compile(r"models--([^/]+)--([^/]+)")
"""How the Hub's cache calls a repository's folder."""
_REPO = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")
TAGS = {"sd15": "stable-diffusion", "sd2": "stable-diffusion", "sdxl": "stable-diffusion-xl", "flux": "flux"}


@dataclass(frozen=True, slots=True)
class Card:
    """The text, and the pictures that it shows."""

    text: str
    pictures: Mapping[str, Path]
    """Name beside the text → the picture."""
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class CardFolder:
    """A card that stands in a folder."""

    folder: Path
    readme: Path
    pictures: tuple[Path, ...]
    findings: tuple[Finding, ...] = field(default=())

    def to_json(self) -> dict[str, Any]:
        return {
            "version": 1,
            "folder": str(self.folder),
            "readme": str(self.readme),
            "pictures": [str(path) for path in self.pictures],
            "findings": [finding.to_json() for finding in self.findings],
        }


def build_card(subject: Subject, *, base_model: str = "", license: str = "", repo: str = "") -> Card:
    """The card in the language in use.

    Args:
        base_model: the base's repository on the Hub; found by its name where it is not said.
        license: as the Hub names it, such as `creativeml-openrail-m`.
        repo: where it is going to be published.
    """
    shown = subject.pictures[:MOST_PICTURES]
    named = {f"images/{number:02d}{one.path.suffix.lower()}": one for number, one in enumerate(shown, 1)}
    base = base_model or hub_name(subject.base_path)
    head = front_matter(subject, named, base, license)
    text = "\n".join(("---", head.rstrip(), "---", "", *_body(subject, named, base, license, repo))) + "\n"
    return Card(
        text, {name: one.path for name, one in named.items()}, tuple(_remarks(subject, base, license))
    )


def hub_name(base_path: str) -> str:
    """A base model's repository on the Hub, as far as its place or its name tell."""
    if cached := _CACHED.search(base_path):
        return f"{cached[1]}/{cached[2]}"
    if _REPO.fullmatch(base_path) and not base_path.endswith(ENDINGS) and not Path(base_path).exists():
        return base_path
    name = base_path.replace("\\", "/").rpartition("/")[2]
    known = known_models().models.values()
    return next((one.repo for one in known if name and one.file.rpartition("/")[2] == name), "")


def front_matter(subject: Subject, shown: Mapping[str, Shown], base: str, license: str) -> str:
    """As huggingface.co/docs/hub/model-cards describes it; `template:sd-lora` makes a gallery of the pictures."""
    import yaml

    family = subject.found.family
    widget = [
        {
            "text": one.prompt or subject.trigger or "-",
            **({"parameters": {"negative_prompt": one.negative}} if one.negative else {}),
            "output": {"url": name},
        }
        for name, one in shown.items()
    ]
    tags = ["text-to-image", TAGS.get(family, family), "lora", "diffusers", "template:sd-lora"]
    head: dict[str, Any] = {
        **({"license": license} if license else {}),
        **({"base_model": base, "base_model_relation": "adapter"} if base else {}),
        "library_name": "diffusers",
        "pipeline_tag": "text-to-image",
        "tags": [tag for tag in tags if tag != "unknown"],
        **({"instance_prompt": subject.trigger} if subject.trigger else {}),
        **({"widget": widget} if widget else {}),
    }
    told: str = yaml.safe_dump(head, allow_unicode=True, sort_keys=False, width=10_000)
    return told


def _body(subject: Subject, shown: Mapping[str, Shown], base: str, license: str, repo: str) -> Iterator[str]:
    yield f"# {subject.name}"
    yield ""
    yield _say("about", family=_family(subject), base=base or subject.base or _say("unknown"))
    yield from ("", f"## {_say('use')}", "")
    yield _say("trigger", trigger=_code(subject.trigger)) if subject.trigger else _say("no_trigger")
    yield ""
    yield _say("weight", weight=f"{subject.weight:g}")
    yield ""
    prompt = f"{subject.trigger}, <lora:{subject.name}:{subject.weight:g}>".removeprefix(", ")
    yield from (_say("webui"), "", "```text", prompt, "```", "", _say("comfyui"), "")
    yield from (_say("diffusers"), "", "```python", *_snippet(subject, base, repo), "```")
    if shown:
        yield from ("", f"## {_say('pictures')}", "")
        for name, one in shown.items():
            yield from (f"![{_plain(one.prompt)}]({name})", "", _plain(one.prompt), "")
    yield from ("", f"## {_say('settings')}", "", f"| {_say('setting')} | {_say('value')} |", "|---|---|")
    for name, value in settings(subject).items():
        yield f"| {texts.say(f'share_screen.setting.{name}')} | {_plain(value)} |"
    yield from ("", _say("licence", licence=license) if license else _say("no_licence"))


def _snippet(subject: Subject, base: str, repo: str) -> Iterator[str]:
    prompt = next((one.prompt for one in subject.pictures if one.prompt), subject.trigger or "…")
    yield "from diffusers import AutoPipelineForText2Image"
    yield ""
    yield f"pipeline = AutoPipelineForText2Image.from_pretrained({base or '…'!r})"
    yield f"pipeline.load_lora_weights({repo or '.'!r}, weight_name={subject.name + '.safetensors'!r})"
    yield f"pipeline.fuse_lora(lora_scale={subject.weight:g})"
    yield f"image = pipeline({prompt!r}).images[0]"


def _family(subject: Subject) -> str:
    code = f"report_page.family.{subject.found.family}"
    return texts.say(code) if texts.has(code) else subject.found.family


def _code(text: str) -> str:
    """As code in Markdown, whatever is in it."""
    fence = "`" * (max((len(run) for run in re.findall("`+", text)), default=0) + 1)
    return f"{fence}{text}{fence}" if len(fence) == 1 else f"{fence} {text} {fence}"


def _plain(text: str) -> str:
    """As text in Markdown: what a person wrote makes no link, picture or cell of it."""
    return re.sub(r"([\\`*_\[\]<>|#!])", r"\\\1", " ".join(text.split()))


def _remarks(subject: Subject, base: str, license: str) -> Iterator[Finding]:
    where = str(subject.path)
    if not base:
        yield Finding("share.base_unknown", Severity.INFO, where)
    if not license:
        yield Finding("share.no_licence", Severity.INFO, where)
    if not subject.trigger:
        yield Finding("share.no_trigger", Severity.INFO, where)
    if not subject.pictures:
        yield Finding("share.no_pictures", Severity.INFO, where)


def _say(code: str, **values: object) -> str:
    return texts.say(f"share_screen.card_{code}", **values)


def write_card(subject: Subject, card: Card, output: Path | None, *, overwrite: bool = False) -> CardFolder:
    """The card and its pictures as a folder, whole or not at all.

    Raises:
        RunError: `share.card_taken`.
        HostError: it cannot be written.
    """
    folder = (output.expanduser() if output else subject.path.with_name(f"{subject.name}-card")).absolute()
    taken = folder.exists() and (not folder.is_dir() or any(folder.iterdir()))
    if taken and not (overwrite and (folder / "README.md").is_file()):
        raise RunError("share.card_taken", folder)
    partial = folder.with_name(f".{folder.name[:60]}.{secrets.token_hex(4)}.partial")
    try:
        partial.mkdir(parents=True)
        for name, picture in card.pictures.items():
            (partial / name).parent.mkdir(exist_ok=True)
            shutil.copyfile(picture, partial / name)
        files.write_text(partial / "README.md", card.text)
        _exchange(partial, folder)
    except OSError as failure:
        raise files.host_error(failure, folder) from failure
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    pictures = tuple(folder / name for name in card.pictures)
    return CardFolder(folder, folder / "README.md", pictures, card.findings)


def _exchange(partial: Path, folder: Path) -> None:
    """An older card goes only when the new one is whole; what else a person put into its folder stays."""
    if not folder.exists() or not any(folder.iterdir()):
        partial.replace(folder)
        return
    for made in sorted(path for path in partial.rglob("*") if path.is_file()):
        target = folder / made.relative_to(partial)
        target.parent.mkdir(parents=True, exist_ok=True)
        made.replace(target)
