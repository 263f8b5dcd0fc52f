"""The pictures of a set: those that are as they should be stay, the others are cut from their sources."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
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
from kohya_driver.prepare.request import Settled
from kohya_driver.prepare.steps import CropWish, Cut, OnDone, Steps

OVERRIDES = "crops.toml"
"""In the project: what a person wants for single pictures."""
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


@dataclass(frozen=True, slots=True)
class Recipes:
    """What decides over each picture of a set."""

    names: Mapping[int, str]
    """As crops.toml knows it, by the item's `id`."""
    by_item: Mapping[int, str]

    def name(self, item: Item) -> str:
        return self.names[id(item)]

    def of(self, item: Item) -> str:
        return self.by_item[id(item)]


def recipes_for(items: Sequence[Item], settled: Settled, steps: Steps) -> tuple[Recipes, tuple[Finding, ...]]:
    """Where there are several concepts, a picture's name has its concept's before it."""
    several = len({item.concept.key for item in items}) > 1
    names = {
        id(item): f"{item.concept.name}/{item.source.name}" if several else item.source.name for item in items
    }
    wish = CropWish("", settled.resolution, settled.config.detector, settled.project / OVERRIDES)
    keys, findings = steps.keys(list(names.values()), wish)
    made = {}
    for item in items:
        own = crop_wish(item.concept, settled)
        fit = AS_IS if _is_as_it_is(item.concept, settled) else own.fit
        made[id(item)] = recipe_of(item.sha256, fit, own.resolution, keys.get(names[id(item)], ""))
    return Recipes(names, made), findings


def split(items: Iterable[Item], recipes: Recipes) -> tuple[list[Taken], list[Item]]:
    """Which pictures can stay, and which are to be cut."""
    stay: list[Taken] = []
    to_cut: list[Item] = []
    for item in items:
        before = item.before
        if before is None or before.picture_state is State.MISSING:
            to_cut.append(item)
            continue
        kept = before.picture_state is State.CHANGED
        if kept or before.entry.recipe == recipes.of(item):
            entry = before.entry
            old = Cut(before.picture, entry.size, entry.box, entry.fit, entry.flags, entry.crop)
            stay.append(
                Taken(item, before.picture, recipes.of(item), old, entry.picture_sha256, is_kept=kept)
            )
        else:
            to_cut.append(item)
    return stay, to_cut


def crop_wish(concept: Concept, settled: Settled) -> CropWish:
    fit = settled.config.fit or ("none" if concept.is_built else "bucket")
    return CropWish(fit, settled.resolution, settled.config.detector, settled.project / OVERRIDES)


def _is_as_it_is(concept: Concept, settled: Settled) -> bool:
    return concept.is_built and settled.config.fit is None


def cut(
    to_cut: Sequence[Item],
    recipes: Recipes,
    settled: Settled,
    steps: Steps,
    work: Path,
    host: Host,
    on_done: OnDone,
) -> tuple[list[Taken], list[Finding]]:
    """Cut these into `work`. What cannot be read is left out, with a finding for each."""
    taken: list[Taken] = []
    findings: list[Finding] = []
    seen = 0
    for concept in {item.concept.key: item.concept for item in to_cut}.values():
        own = {recipes.name(item): item for item in to_cut if item.concept is concept}
        folder = work / "pictures" / concept.tree / concept.name
        done = _as_they_are(own, folder, host) if _is_as_it_is(concept, settled) else {}
        rest = {name: item.source.path for name, item in own.items() if name not in done}
        if rest:
            before = seen + len(done)
            made = steps.crop(
                rest, folder, crop_wish(concept, settled), _shifted(on_done, before, len(to_cut))
            )
            findings += made.findings
            done |= made.done
        for name, item in own.items():
            if name in done:
                one = done[name]
                taken.append(
                    Taken(item, one.path, recipes.of(item), one, files.sha256(one.path), is_new=True)
                )
        seen += len(own)
        on_done(seen, len(to_cut))
    return taken, findings


def _shifted(on_done: OnDone, before: int, of: int) -> OnDone:
    return lambda done, _: on_done(before + done, of)


def _as_they_are(own: Mapping[str, Item], folder: Path, host: Host) -> dict[str, Cut]:
    """Copies of those in a built tree that the engine reads as they are meant."""
    done: dict[str, Cut] = {}
    for name, item in own.items():
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
