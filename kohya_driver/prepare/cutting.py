"""The pictures of a set: those that are as they should be stay, the others are cut from their sources."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from kohya_driver import files
from kohya_driver.dataset.headers import read_header
from kohya_driver.dataset.model import Trait
from kohya_driver.dataset.scan import TAKEN
from kohya_driver.errors import Finding
from kohya_driver.host import Host
from kohya_driver.prepare import layout
from kohya_driver.prepare.differences import Item, State, recipe_of
from kohya_driver.prepare.gather import Concept
from kohya_driver.prepare.manifest import Entry
from kohya_driver.prepare.request import Settled
from kohya_driver.prepare.steps import CropWish, Cut, OnDone, Steps

AS_IS = "as it is"
"""The fit of a picture that was taken over byte for byte."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A picture that goes into the set."""

    item: Item
    path: Path
    """The file to take: in the project as it is now, or a new one."""
    recipe: str
    cut: Cut
    written_sha256: str
    """Of the file as `init` wrote it."""
    is_new: bool = False
    """Cut just now."""
    is_kept: bool = False
    """A person has changed it."""


def split(items: Iterable[Item], settled: Settled, steps: Steps) -> tuple[list[Taken], list[Item]]:
    """Which pictures can stay, and which are to be cut."""
    stay: list[Taken] = []
    to_cut: list[Item] = []
    for item in items:
        before = item.before
        recipe = picture_recipe(item, settled, steps)
        if before is None or before.picture_state is State.MISSING:
            to_cut.append(item)
        elif before.picture_state is State.CHANGED or before.entry.recipe == recipe:
            entry = before.entry
            kept = before.picture_state is State.CHANGED
            stay.append(
                Taken(
                    item,
                    before.picture,
                    recipe,
                    _cut_of(entry, before.picture),
                    entry.picture_sha256,
                    is_kept=kept,
                )
            )
        else:
            to_cut.append(item)
    return stay, to_cut


def picture_recipe(item: Item, settled: Settled, steps: Steps) -> str:
    wish = crop_wish(item.concept, settled)
    said = steps.overrides_key(wish, item.source.name)
    fit = AS_IS if item.concept.is_built and settled.config.fit is None else wish.fit
    # Whatever the fit, no picture is larger than its training size asks for, so that this is always part of it.
    return recipe_of(item.sha256, fit, wish.resolution, wish.detector, said)


def crop_wish(concept: Concept, settled: Settled) -> CropWish:
    fit = settled.config.fit or ("none" if concept.is_built else "bucket")
    return CropWish(fit, settled.resolution, settled.config.detector, settled.project / "crops.toml")


def _cut_of(entry: Entry, path: Path) -> Cut:
    return Cut(path, entry.size, entry.box, entry.fit, entry.flags)


def cut(
    to_cut: Sequence[Item], settled: Settled, steps: Steps, work: Path, host: Host, on_done: OnDone
) -> tuple[list[Taken], list[Finding]]:
    """Cut these into `work`. What cannot be read is left out, with a finding for each."""
    taken: list[Taken] = []
    findings: list[Finding] = []
    of = len(to_cut)
    for concept in {item.concept.key: item.concept for item in to_cut}.values():
        own = {item.source.name: item for item in to_cut if item.concept is concept}
        folder = work / "pictures" / concept.tree / concept.name
        done = _as_they_are(own, folder, settled, host)
        rest = [name for name in own if name not in done]
        if rest:
            before = len(taken) + len(done)
            made = steps.crop(
                concept.root,
                rest,
                folder,
                crop_wish(concept, settled),
                _shifted(on_done, before, of),
            )
            findings += made.findings
            done |= made.done
        for name, item in own.items():
            if name in done:
                one = done[name]
                taken.append(
                    Taken(
                        item,
                        one.path,
                        picture_recipe(item, settled, steps),
                        one,
                        files.sha256(one.path),
                        is_new=True,
                    )
                )
        on_done(len(taken), of)
    return taken, findings


def _shifted(on_done: OnDone, before: int, of: int) -> OnDone:
    return lambda done, _: on_done(before + done, of)


def _as_they_are(own: dict[str, Item], folder: Path, settled: Settled, host: Host) -> dict[str, Cut]:
    """Copies of those in a built tree that the engine reads as they are meant."""
    done: dict[str, Cut] = {}
    for name, item in own.items():
        if item.concept.is_built and settled.config.fit is None:
            size = _size_if_sound(item.source.path)
            if size is not None:
                path = folder / "as-is" / f"{layout.stem(item.number)}{item.source.path.suffix.lower()}"
                layout.copy_file(item.source.path, path, host)
                done[name] = Cut(path, size, fit=AS_IS)
    return done


def _size_if_sound(path: Path) -> tuple[int, int] | None:
    from PIL import Image

    if path.suffix.lower() not in TAKEN:
        return None
    try:
        header = read_header(path)
        with Image.open(path) as image:
            mode = image.mode
    except (
        Exception
    ):  # PIL's plugins raise whatever a damaged header leads them to; cutting it will say what is wrong
        return None
    return header.size if header.traits is Trait.NONE and mode in ("1", "L", "P", "RGB") else None
