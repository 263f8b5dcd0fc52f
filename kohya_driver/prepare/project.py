"""From a folder of photos to a project that can be trained: find, cut, caption, build, put in place, look once more.

Run again, it does what differs: a picture or caption that a person has changed in the project stays as it is.
"""

from __future__ import annotations

import itertools
import shlex
from collections import Counter
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal, TypeVar

from kohya_driver import files
from kohya_driver.dataset.scan import folder_repeats
from kohya_driver.errors import DatasetError, Finding, Severity, error, warning
from kohya_driver.host import Host, probe_host
from kohya_driver.prepare import layout
from kohya_driver.prepare.building import build_trees, take_foreign, write_manifest, write_preset
from kohya_driver.prepare.captioning import Captioned, caption
from kohya_driver.prepare.cutting import Taken, cut, recipes_for, split
from kohya_driver.prepare.differences import Before, Item, State, assign, concept_folders, look
from kohya_driver.prepare.gather import Concept, gather, shortened
from kohya_driver.prepare.manifest import Manifest, read_manifest
from kohya_driver.prepare.report import ConceptReport, Counts, InitReport, OnProgress, Progress, RepeatsFrom
from kohya_driver.prepare.request import InitConfig, Settled, absolute, settle
from kohya_driver.prepare.staging import PRESET, Stage, commit, lock_file, snapshot, staged, sweep
from kohya_driver.prepare.steps import AuditWish, OnDone, Shown, Steps
from kohya_driver.prepare.style import STYLE, choose_repeats

SHEET = "contact-sheet"
REMOVED = "removed"
"""Where captions go that a person has written for a picture which is no longer in the set."""


def init_project(
    config: InitConfig,
    steps: Steps,
    *,
    dry_run: bool = False,
    on_progress: OnProgress = lambda progress: None,
    on_wait: Callable[[], None] | None = None,
    host: Host | None = None,
) -> InitReport:
    """Make a project, or bring one up to date with its sources, which are never written to.

    Args:
        steps: who cuts, tags and audits.
        dry_run: say what would be done; nothing is written.
        on_wait: called once if another `init` works on the same project; then it is waited for.

    Raises:
        UsageError: what was asked for cannot be.
        DatasetError: there are no pictures, or none that can be read.
        EngineError: the base model cannot be read; or the tagger that was named is not to be had.
        HostError: the disk is full, or cannot be written to. The project is as it was.
    """
    config = absolute(config)
    making = _Making(steps, host or probe_host(), on_progress)
    if dry_run:
        return making.look_only(config)
    try:
        with files.lock(lock_file(config.project), on_wait):
            sweep(config.project, making.host)
            return making.make(config)
    except OSError as failure:
        raise files.host_error(failure, Path(failure.filename or config.project)) from failure


Step = Literal["scan", "crop", "download", "tag", "build", "sheet", "audit"]
Made = TypeVar("Made")
Reports = Mapping[tuple[str, str], ConceptReport]


@dataclass
class _Making:
    steps: Steps
    host: Host
    on_progress: OnProgress
    findings: list[Finding] = field(default_factory=list)

    def look_only(self, config: InitConfig) -> InitReport:
        earlier = read_manifest(config.project)
        settled = settle(config, earlier)
        concepts, items, before = self._scan(settled, earlier)
        recipes, _ = recipes_for(items, settled, self.steps)
        stay, to_cut = split(items, recipes)
        reports = _reports(settled, concepts, items)
        counts = _counts(before, {id(item.before) for item in items}, len(stay), to_cut)
        return self._report(settled, reports, counts, dry_run=True)

    def make(self, config: InitConfig) -> InitReport:
        earlier = read_manifest(config.project)
        settled = settle(config, earlier)
        project = settled.project
        seen = snapshot(project)
        concepts, items, before = self._scan(settled, earlier)
        with staged(project, self.host) as stage:
            recipes, told = recipes_for(items, settled, self.steps)
            self.findings += told
            stay, to_cut = split(items, recipes)
            fresh = self._heed(
                cut(to_cut, recipes, settled, self.steps, stage.work, self.host, self._tell("crop"))
            )
            taken = _in_order(items, [*stay, *fresh])
            self._check_something_left(settled, taken)
            captions = self._heed(caption(taken, settled, self.steps, stage.work, self.host, self._tell_tag))
            reports = _reports(settled, concepts, [one.item for one in taken])
            folders = {key: Path(report.folder).name for key, report in reports.items()}
            entries = build_trees(stage, captions, folders, self.host, self._tell("build"))
            self.findings += take_foreign(stage, before, captions, folders, self.host)
            preset, said = write_preset(stage, settled, concepts, earlier)
            self.findings += said
            write_manifest(stage, settled, entries, preset)
            self._keep_removed(project, before, captions)
            for name in (layout.LOG, layout.MODELS):
                ((stage.folder if stage.is_new else project) / name).mkdir(exist_ok=True)
            trees = self._trees(stage)
            if fresh or len(stay) < len(before) or not (project / SHEET).is_dir():
                shown = [Shown(recipes.name(one.item), one.item.source.path, one.cut) for one in taken]
                sheet, links = stage.folder / SHEET, stage.work / "sheet"
                trees += [SHEET] if self.steps.sheet(shown, sheet, links, self._tell("sheet")) else []
            if snapshot(project) != seen:
                raise DatasetError("init.changed_meanwhile", project)
            commit(stage, trees, self.host)
        self.findings += _told(captions, project)
        wish = AuditWish(settled.config.trigger, settled.resolution, len(taken))
        self.findings += self.steps.audit(project, wish, self._tell("audit"))
        used = {id(one.item.before) for one in taken}
        counts = _with_captions(_counts(before, used, len(stay), [one.item for one in fresh]), captions)
        return self._report(settled, reports, counts, model=_model(captions))

    def _tell(self, step: Step) -> OnDone:
        return lambda done, of: self.on_progress(Progress(step, done, of))

    def _tell_tag(self, step: Literal["download", "tag"], done: int, of: int) -> None:
        self.on_progress(Progress(step, done, of))

    def _heed(self, made: tuple[list[Made], list[Finding]]) -> list[Made]:
        self.findings += made[1]
        return made[0]

    def _scan(
        self, settled: Settled, earlier: Manifest | None
    ) -> tuple[tuple[Concept, ...], tuple[Item, ...], tuple[Before, ...]]:
        """Every picture's bytes are read once: by their hash it is known what is new."""
        config = settled.config
        gathered = gather(
            config.images, config.concepts, config.reg, trigger=config.trigger, project=settled.project
        )
        self.findings += gathered.findings
        paths = [source.path for concept in gathered.concepts for source in concept.sources]
        of = len(paths) + (len(earlier.entries) if earlier else 0)
        hashes: dict[Path, str] = {}
        for number, path in enumerate(paths, 1):
            hashes[path] = _hash(path)
            self.on_progress(Progress("scan", number, of))
        counter = itertools.count(len(paths) + 1)
        before = look(settled.project, earlier, lambda: self.on_progress(Progress("scan", next(counter), of)))
        places = concept_folders(settled.project) if earlier else {}

        def taken(concept: Concept) -> Iterator[int]:
            folder = places.get(concept.key)
            for path in folder.iterdir() if folder else ():
                if path.stem.isdigit():
                    yield int(path.stem)

        return gathered.concepts, assign(gathered.concepts, hashes, before, taken), before

    def _check_something_left(self, settled: Settled, taken: Sequence[Taken]) -> None:
        if not any(not one.item.concept.is_reg for one in taken):
            where = settled.config.images or settled.config.concepts[0][1]
            raise DatasetError(findings=[error("init.nothing_left", where), *self.findings])

    def _keep_removed(self, project: Path, before: Sequence[Before], captions: Sequence[Captioned]) -> None:
        """A person's own words outlive the picture that they were written for."""
        used = {id(one.taken.item.before) for one in captions}
        for one in before:
            if id(one) in used:
                continue
            for path, state in ((one.caption, one.caption_state), (one.picture, one.picture_state)):
                if state is State.CHANGED:
                    place = project / REMOVED / one.entry.folder / path.name
                    files.write_bytes(place, path.read_bytes())
                    self.findings.append(warning("init.removed_kept", place, source=one.entry.source))

    def _trees(self, stage: Stage) -> list[str]:
        """What is exchanged. A tree that has become empty is exchanged for an empty one."""
        trees = []
        for tree in layout.TREES:
            if not (stage.folder / tree).is_dir() and (stage.project / tree).is_dir():
                (stage.folder / tree).mkdir()
            if (stage.folder / tree).is_dir():
                trees.append(tree)
        return trees

    def _report(
        self,
        settled: Settled,
        reports: Reports,
        counts: Counts,
        *,
        model: str = "",
        dry_run: bool = False,
    ) -> InitReport:
        page = settled.project / SHEET / "index.html"
        return InitReport(
            project=settled.project,
            preset=settled.project / PRESET,
            family=settled.family,
            resolution=settled.resolution,
            concepts=tuple(reports.values()),
            counts=counts,
            findings=tuple(self.findings),
            sheet=page if page.is_file() else None,
            tag_model=model,
            dry_run=dry_run,
        )


def _hash(path: Path) -> str:
    """Empty for a file that cannot be read: cutting it says why."""
    try:
        return files.sha256(path)
    except OSError:
        return ""


def _in_order(items: Sequence[Item], taken: Sequence[Taken]) -> list[Taken]:
    places = {id(item): number for number, item in enumerate(items)}
    return sorted(taken, key=lambda one: places[id(one.item)])


def _reports(settled: Settled, concepts: Sequence[Concept], items: Sequence[Item]) -> Reports:
    """Each concept's folder, with the repeats that it gets and why. One whose pictures all failed has none."""
    counts = Counter(item.concept.key for item in items)
    places = concept_folders(settled.project)
    own = sum(not concept.is_reg for concept in concepts)
    found = {}
    for concept in concepts:
        if counts[concept.key]:
            repeats, why = _repeats(settled, concept, counts[concept.key], own, places.get(concept.key))
            folder = f"{concept.tree}/{layout.folder_name(repeats, concept.name)}"
            found[concept.key] = ConceptReport(folder, counts[concept.key], repeats, why, concept.is_reg)
    return found


def _repeats(
    settled: Settled, concept: Concept, pictures: int, concepts: int, place: Path | None
) -> tuple[int, RepeatsFrom]:
    """A number that a person has written before the folder's name in the project holds until another is asked for."""
    wanted = settled.config.repeats
    chosen: tuple[int, RepeatsFrom]
    if concept.is_reg or wanted is None:
        usual: tuple[int, RepeatsFrom] = (
            (1, "reg") if concept.is_reg else (STYLE[settled.style].repeats, "style")
        )
        chosen = (concept.repeats, "folder") if concept.repeats is not None else usual
    elif isinstance(wanted, int):
        chosen = wanted, "asked"
    else:
        chosen = choose_repeats(settled.style, pictures, concepts), "auto"
    there = folder_repeats(place.name) if place else None
    is_asked_now = settled.repeats_now is not None and not concept.is_reg
    if is_asked_now or there is None or there[0] in (chosen[0], 0) or there[0] > layout.MOST_REPEATS:
        return chosen
    return there[0], "kept"


def _counts(before: Sequence[Before], used: Container[int], stay: int, fresh: Sequence[Item]) -> Counts:
    return Counts(
        added=sum(item.before is None for item in fresh),
        changed=sum(item.before is not None for item in fresh),
        removed=sum(id(one) not in used for one in before),
        unchanged=stay,
    )


def _with_captions(counts: Counts, captions: Sequence[Captioned]) -> Counts:
    made = Counter(one.made_from for one in captions if not one.is_kept)
    return replace(
        counts,
        pictures_kept=sum(one.taken.is_kept for one in captions),
        captions_kept=sum(one.is_kept for one in captions),
        captions_new=sum(one.is_new for one in captions),
        captions_from_source=made["source"],
        captions_from_tags=made["tags"] + made["merged"],
        captions_trigger_only=made["trigger"],
    )


def _model(captions: Sequence[Captioned]) -> str:
    return next((one.tag_model for one in captions if one.tag_model), "")


def _told(captions: Sequence[Captioned], project: Path) -> Iterator[Finding]:
    """What a person should know of files of theirs, and of captions that say nothing."""
    for code, kept in (
        ("init.caption_kept", [one for one in captions if one.is_kept]),
        ("init.picture_kept", [one for one in captions if one.taken.is_kept]),
    ):
        if kept:
            yield Finding(code, Severity.INFO, str(project), {"count": len(kept), "names": _names(kept)})
    bare = [one for one in captions if one.made_from == "trigger" and not one.is_kept]
    if bare:
        values = {"count": len(bare), "names": _names(bare), "project": shlex.quote(str(project))}
        yield warning("init.trigger_only", project, **values)


def _names(captions: Sequence[Captioned]) -> str:
    return shortened(sorted(layout.stem(one.taken.item.number) for one in captions))
