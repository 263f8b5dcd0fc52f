"""Puts a set together in its stage: pictures, captions, what a person has added, the preset, the manifest."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from pathlib import Path

from kohya_driver import __version__, files
from kohya_driver.dataset.scan import TAKEN
from kohya_driver.errors import Finding, Severity, warning
from kohya_driver.host import Host
from kohya_driver.prepare import layout
from kohya_driver.prepare.captioning import Captioned
from kohya_driver.prepare.differences import Before, concept_folders
from kohya_driver.prepare.gather import Concept, shortened
from kohya_driver.prepare.manifest import NAME, Entry, Manifest
from kohya_driver.prepare.request import Settled
from kohya_driver.prepare.staging import PRESET, Stage
from kohya_driver.prepare.steps import OnDone
from kohya_driver.prepare.style import Wanted, differing, preset_text

Folders = Mapping[tuple[str, str], str]
"""Tree and concept to the folder's name, such as `6_ningguang`."""


def build_trees(
    stage: Stage, captions: Sequence[Captioned], folders: Folders, host: Host, on_done: OnDone
) -> tuple[Entry, ...]:
    """Write every picture and caption into the stage; returns what the manifest says of them."""
    entries = []
    for number, one in enumerate(captions, 1):
        taken, item = one.taken, one.taken.item
        folder = f"{item.concept.tree}/{folders[item.concept.key]}"
        stem = layout.stem(item.number)
        picture, caption = f"{folder}/{stem}{taken.path.suffix}", f"{folder}/{stem}.txt"
        layout.take_over(taken.path, stage.folder / picture, host)
        if one.path is not None:
            layout.take_over(one.path, stage.folder / caption, host)
        else:
            files.write_text(stage.folder / caption, one.text)
        entries.append(_entry(one, picture, caption))
        on_done(number, len(captions))
    return tuple(entries)


def _entry(one: Captioned, picture: str, caption: str) -> Entry:
    item, cut = one.taken.item, one.taken.cut
    return Entry(
        picture=picture,
        caption=caption,
        source=str(item.source.path),
        source_sha256=item.sha256,
        source_caption=str(item.source.caption or ""),
        picture_sha256=one.taken.written_sha256,
        caption_sha256=one.written_sha256,
        recipe=one.taken.recipe,
        caption_recipe=one.recipe,
        caption_from=one.made_from,
        box=cut.box,
        size=cut.size,
        fit=cut.fit,
        flags=cut.flags,
        tag_model=one.tag_model,
        tag_asked=one.tag_asked,
        crop=cut.record,
    )


def take_foreign(
    stage: Stage, before: Sequence[Before], captions: Sequence[Captioned], folders: Folders, host: Host
) -> list[Finding]:
    """Take over what a person has put into the trees: it is theirs. Caches stay with pictures that stayed."""
    if stage.is_new:
        return []
    ours = {path for one in before for path in (one.picture, one.caption)}
    stems = {one.picture.with_suffix("") for one in before}
    stayed = {
        one.taken.path.with_suffix("")
        for one in captions
        if not one.taken.is_new and not one.is_new and not one.taken.is_kept and not one.is_kept
    }
    moved = {
        path: stage.folder / key[0] / folders[key]
        for key, path in concept_folders(stage.project).items()
        if key in folders
    }
    pictures: list[str] = []
    for tree in layout.TREES:
        for path in _files(stage.project / tree):
            owner = _cache_of(path, stems)
            if path in ours or (owner is not None and owner not in stayed):
                continue
            if owner is None and path.name.endswith(TAKEN) and not _is_hidden(path, stage.project):
                pictures.append(path.relative_to(stage.project).as_posix())
            within = path.relative_to(stage.project)
            folder = stage.project / tree / within.parts[1]
            place = moved[folder] / path.relative_to(folder) if folder in moved else stage.folder / within
            layout.take_over(path, place, host)
    if not pictures:
        return []
    found = {"count": len(pictures), "names": shortened(pictures)}
    return [Finding("init.foreign_kept", Severity.INFO, str(stage.project), found)]


def _files(folder: Path) -> Iterable[Path]:
    """All of them but what a Mac leaves everywhere."""
    return (path for path in sorted(folder.rglob("*")) if path.is_file() and not _is_junk(path.name))


def _is_junk(name: str) -> bool:
    return name == ".DS_Store" or name.startswith("._")


def _is_hidden(path: Path, project: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(project).parts)


def _cache_of(path: Path, stems: Container[Path]) -> Path | None:
    """The picture of ours to which an .npz belongs: `0001.npz`, `0001_0512x0768_sd.npz`."""
    if path.suffix != ".npz":
        return None
    stem = path.with_name(path.stem.partition("_")[0])
    return stem if stem in stems else None


def write_preset(
    stage: Stage, settled: Settled, concepts: Sequence[Concept], earlier: Manifest | None
) -> tuple[str, list[Finding]]:
    """Write preset.toml unless a person has changed theirs; returns the text as it should be, and what is to be told."""
    text = preset_text(
        Wanted(
            name=settled.project.name,
            style=settled.style,
            family=settled.family,
            trigger=settled.config.trigger,
            base=settled.base,
            resolution=settled.resolution,
            has_reg=any(concept.is_reg for concept in concepts),
        )
    )
    place = settled.project / PRESET
    if not place.exists():
        files.write_text(stage.folder / PRESET, text)
        return text, []
    theirs = place.read_text(encoding="utf-8-sig", errors="replace")
    written = earlier.preset if earlier else ""
    if theirs == written:
        if differing(text, theirs):
            files.write_text(stage.folder / PRESET, text)
            return text, []
        return theirs, []
    # What was told once need not be told again: only what init itself would do otherwise than last time.
    keys = [key for key in differing(text, written) if key in differing(text, theirs)]
    if not keys:
        return text, [Finding("init.preset_kept", Severity.INFO, str(place))]
    return text, [warning("init.preset_differs", place, keys=", ".join(keys))]


def write_manifest(stage: Stage, settled: Settled, entries: Sequence[Entry], preset: str) -> None:
    made = Manifest(tuple(entries), settled.config.to_json(), preset, __version__)
    files.write_json(stage.folder / NAME, made.to_json())
