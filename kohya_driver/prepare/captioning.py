"""The captions of a set: a person's own stay, those of the source come along, the others are made by a tagger."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from kohya_driver import files
from kohya_driver.errors import DatasetError, Finding, warning
from kohya_driver.host import Host
from kohya_driver.prepare import layout
from kohya_driver.prepare.cutting import Taken
from kohya_driver.prepare.differences import Before, State, recipe_of
from kohya_driver.prepare.gather import read_caption_text, shortened, with_trigger
from kohya_driver.prepare.request import NO_TAGS, Settled
from kohya_driver.prepare.steps import OnTag, Steps, TagWish


@dataclass(frozen=True, slots=True)
class Captioned:
    """A picture's caption."""

    taken: Taken
    text: str
    """Empty: the file in the project stays."""
    path: Path | None
    """That file."""
    recipe: str
    made_from: str
    """As in the manifest."""
    written_sha256: str
    tag_model: str = ""
    tag_asked: str = ""
    is_new: bool = False
    is_kept: bool = False


@dataclass(frozen=True, slots=True)
class _Draft:
    taken: Taken
    source: str
    """The source's own caption; empty if there is none."""
    recipe: str


def caption(
    taken: Sequence[Taken], settled: Settled, steps: Steps, work: Path, host: Host, on_tag: OnTag
) -> tuple[list[Captioned], list[Finding]]:
    """A caption for each picture.

    Raises:
        DatasetError: the tagger that was asked for by name is not to be had.
    """
    findings: list[Finding] = []
    drafts, guessed = _drafts(taken, settled)
    if guessed:
        findings.append(warning("init.caption_guessed", count=len(guessed), names=shortened(guessed)))
    stay = {id(draft): found for draft in drafts if (found := _staying(draft, settled))}
    to_make = [draft for draft in drafts if id(draft) not in stay]
    to_tag = [draft for draft in to_make if _wants_tags(draft, settled)]
    tags, model = _tagged(to_tag, settled, steps, work, host, on_tag, findings)
    several = len({one.item.concept.name for one in taken if not one.item.concept.is_reg}) > 1
    made = {
        id(draft): _made(draft, tags.get(draft.taken.path, ""), model, settled, several) for draft in to_make
    }
    return [stay.get(id(draft)) or made[id(draft)] for draft in drafts], findings


def _drafts(taken: Iterable[Taken], settled: Settled) -> tuple[list[_Draft], list[str]]:
    drafts, guessed = [], []
    config = settled.config
    for one in taken:
        concept, source = one.item.concept, one.item.source
        text, was_guessed = read_caption_text(source.caption) if source.caption else ("", False)
        if was_guessed and source.caption:
            guessed.append(source.caption.name)
        recipe = recipe_of(one.recipe, text, config.existing, "" if concept.is_reg else config.trigger)
        drafts.append(_Draft(one, text, recipe))
    return drafts, guessed


def _staying(draft: _Draft, settled: Settled) -> Captioned | None:
    """The caption that is in the project, if a person wrote it or nothing would be different now."""
    before = draft.taken.item.before
    if before is None or before.caption_state is State.MISSING:
        return None
    entry = before.entry
    if before.caption_state is State.CHANGED:
        return _as_before(draft, before, draft.recipe, is_kept=True)
    if entry.caption_recipe != draft.recipe:
        return None
    # With the trigger alone it is worth another try: a model may be at hand by now.
    tried_in_vain = entry.caption_from in ("trigger", "class")
    another_model = bool(entry.tag_model) and entry.tag_asked != settled.config.tag
    if _wants_tags(draft, settled) and (tried_in_vain or another_model):
        return None
    return _as_before(draft, before, draft.recipe)


def _as_before(draft: _Draft, before: Before, recipe: str, *, is_kept: bool = False) -> Captioned:
    entry = before.entry
    return Captioned(
        draft.taken, "", before.caption, recipe, entry.caption_from, entry.caption_sha256, entry.tag_model,
        entry.tag_asked, is_kept=is_kept,
    )  # fmt: skip


def _wants_tags(draft: _Draft, settled: Settled) -> bool:
    if settled.config.tag == NO_TAGS:
        return False
    return not draft.source or settled.config.existing in ("merge", "overwrite")


def _tagged(
    drafts: Sequence[_Draft],
    settled: Settled,
    steps: Steps,
    work: Path,
    host: Host,
    on_tag: OnTag,
    findings: list[Finding],
) -> tuple[dict[Path, str], str]:
    """What a tagger says of these pictures, and which it was. None that is to be had is no reason to stop, unless it was named."""
    found: dict[Path, str] = {}
    model = ""
    config = settled.config
    done = 0
    for is_reg in (False, True):
        folder = work / "tags" / ("reg" if is_reg else "image")
        places: dict[Path, Path] = {}
        for number, draft in enumerate(d for d in drafts if d.taken.item.concept.is_reg is is_reg):
            place = folder / f"{number:05d}{draft.taken.path.suffix}"
            layout.take_over(draft.taken.path, place, host)
            if draft.source and config.existing == "merge":
                files.write_text(place.with_suffix(".txt"), draft.source + "\n")
            places[draft.taken.path] = place
        if not places:
            continue
        wish = TagWish(config.tag, "" if is_reg else config.trigger, config.existing or "skip")
        try:
            result = steps.tag(folder, wish, _shifted(on_tag, done, len(drafts)))
        except DatasetError as failure:
            if config.tag:
                raise
            reason = failure.findings[0].message
            findings.append(warning("init.no_tagger", settled.project, count=len(drafts), reason=reason))
            return {}, ""
        model = result.model
        findings += result.findings
        done += len(places)
        for picture, place in places.items():
            text = place.with_suffix(".txt")
            if text.is_file():
                found[picture] = text.read_text(encoding="utf-8").strip()
    return found, model


def _shifted(on_tag: OnTag, before: int, of: int) -> OnTag:
    """Of pictures in several folders as of one; of bytes as they are."""

    def tell(step: Literal["download", "tag"], done: int, total: int) -> None:
        on_tag(step, *((done, total) if step == "download" else (before + done, of)))

    return tell


def _made(draft: _Draft, tags: str, model: str, settled: Settled, several: bool) -> Captioned:
    concept = draft.taken.item.concept
    trigger = "" if concept.is_reg else settled.config.trigger
    if tags:
        text, made_from = tags, "merged" if draft.source and settled.config.existing == "merge" else "tags"
    elif draft.source:
        text, made_from = with_trigger(draft.source, trigger), "source"
    elif (before := _with_tags(draft, trigger)) is not None:
        # Better the tags of the picture as it was cut before than none; without a recipe they are made anew when they can be.
        return _as_before(draft, before, "")
    elif concept.is_reg:
        text, made_from = concept.name, "class"
    else:
        text, made_from = trigger, "trigger"
        if several and concept.name != trigger:
            text = f"{trigger}, {concept.name}"
    text = f"{text}\n"
    model, asked = (model, settled.config.tag) if tags else ("", "")
    return Captioned(
        draft.taken, text, None, draft.recipe, made_from, _sha256(text), model, asked, is_new=True
    )


def _with_tags(draft: _Draft, trigger: str) -> Before | None:
    """The picture as it is in the project, if a tagger has written its caption, with this trigger."""
    before = draft.taken.item.before
    if before is None or before.caption_state is not State.AS_WRITTEN or not before.entry.tag_model:
        return None
    return before if before.caption.read_text(encoding="utf-8").startswith(trigger) else None


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
