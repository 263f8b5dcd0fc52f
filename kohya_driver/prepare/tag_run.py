"""One run of a tagging model over pictures: decoding in threads, batches, scores that are known already, captions."""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from kohya_driver import files
from kohya_driver.errors import DatasetError, Finding, HostError, error, warning
from kohya_driver.host import Host, probe_host
from kohya_driver.prepare import tag_provider
from kohya_driver.prepare.captions import Writer, compose, decode
from kohya_driver.prepare.tag_config import Existing, OnProgress, Stage, TagConfig, TagProgress, TagReport
from kohya_driver.prepare.tag_models import ModelFiles, find_model
from kohya_driver.prepare.tag_policy import Category, TagRow, select
from kohya_driver.prepare.tag_provider import Choice, Provider
from kohya_driver.prepare.tag_scores import ScoreStore, rounded
from kohya_driver.prepare.tag_session import MakeSession, WdModel, read_pixels, read_rows
from kohya_driver.wording import reason_of

if TYPE_CHECKING:
    from kohya_driver.prepare.tag_session import Pixels, Scores

DECODERS = 4
AHEAD = 2
"""Batches of pictures that are decoded while the model computes."""
NEVER = 2.0
"""A threshold that no score reaches."""


@dataclass(frozen=True, slots=True)
class Job:
    """A picture to be tagged, and its caption as it is."""

    picture: Path
    caption: Path
    old: bytes | None


@dataclass(frozen=True, slots=True)
class Ready:
    """A picture with its scores, or with its pixels where no scores are known, or with what is wrong with it."""

    job: Job
    digest: str = ""
    scores: Scores | None = None
    pixels: Pixels | None = None
    findings: tuple[Finding, ...] = ()


class TagRun:
    """One run over the pictures of one folder."""

    def __init__(
        self, folder: Path, config: TagConfig, tell: OnProgress, host: Host | None, make: MakeSession | None
    ) -> None:
        self._config = config
        self._tell = tell
        self._make = make
        self._host = host
        self._writer = Writer.begin(folder)
        self._files: ModelFiles = find_model(config.model, on_bytes=self._on_bytes)
        self._rows: Sequence[TagRow] = read_rows(self._files.list)
        forced = "-coreml" if config.provider == Provider.COREML else ""
        self._store = ScoreStore(self._files.digest, len(self._rows), forced)
        self._model: WdModel | None = None
        self._choice: Choice | None = None
        self._loading = threading.Lock()
        self._findings: list[Finding] = []
        self._keeps = True

    def run(self, jobs: Sequence[Job], report: TagReport) -> TagReport:
        written = unchanged = inferred = cached = 0
        self._tell(TagProgress(Stage.TAG, 0, len(jobs)))
        for done, ready in enumerate(self._scored(jobs), start=1):
            if ready.scores is None:
                self._findings += ready.findings
            elif self._write(ready.job, ready.scores):
                written += 1
            else:
                unchanged += 1
            inferred += ready.pixels is not None
            cached += ready.scores is not None and ready.pixels is None
            self._tell(TagProgress(Stage.TAG, done, len(jobs), ready.job.picture.name))
        return replace(
            report, model=self._files.name, model_sha256=self._files.digest, provider=self._choice, written=written,
            unchanged=unchanged, inferred=inferred, cached=cached, backup=self._writer.used,
            findings=(*report.findings, *self._findings),
        )  # fmt: skip

    def _on_bytes(self, name: str, here: int, total: int) -> None:
        self._tell(TagProgress(Stage.DOWNLOAD, here, total, name))

    def _write(self, job: Job, scores: Scores) -> bool:
        policy = self._config.policy
        tags = select(self._rows, scores.tolist(), policy)
        merged = self._config.existing == Existing.MERGE and job.old is not None
        old = (decode(job.old) or "") if merged and job.old else ""
        return self._writer.write(job.caption, compose((tag.name for tag in tags), policy, old), job.old)

    def _scored(self, jobs: Sequence[Job]) -> Iterator[Ready]:
        """Each picture once; decoding goes on in threads while the model computes."""
        waiting: list[Ready] = []
        rest = iter(jobs)
        running: deque[Future[Ready]] = deque()
        with _pool(min(DECODERS, os.cpu_count() or 1)) as pool:
            while True:
                free = AHEAD * self._config.batch - len(running)
                running.extend(pool.submit(self._prepare, job) for job in islice(rest, free))
                if not running:
                    break
                ready = running.popleft().result()
                if ready.pixels is None:
                    yield ready
                    continue
                waiting.append(ready)
                if len(waiting) >= self._batch:
                    yield from self._infer(waiting)
                    waiting = []
            while waiting:
                yield from self._infer(waiting[: self._batch])
                waiting = waiting[self._batch :]

    def _prepare(self, job: Job) -> Ready:
        """In a thread: known scores, else pixels."""
        try:
            digest = files.sha256(job.picture)
            scores = self._store.read(digest)
            if scores is not None:
                return Ready(job, digest, scores)
            size = self._loaded().shape.size
            return Ready(job, digest, pixels=read_pixels(job.picture, size))
        except DatasetError as failure:
            if any(one.code.startswith("tag.") for one in failure.findings):
                raise  # of the model, not of this picture
            return Ready(job, findings=failure.findings)
        except OSError as failure:
            reason = reason_of(failure)
            return Ready(job, findings=(error("prepare.unreadable", job.picture, reason=reason),))

    def _infer(self, batch: Sequence[Ready]) -> Iterator[Ready]:
        import numpy

        pixels = [one.pixels for one in batch if one.pixels is not None]
        if self._choice is None:
            self._choice = self._choose(pixels)
        found = self._loaded().scores(pixels)
        for ready, scores in zip(batch, found, strict=True):
            if numpy.isfinite(scores).all():
                yield replace(ready, scores=self._keep(ready.digest, scores))
            else:
                yield replace(ready, findings=(error("tag.not_finite", ready.job.picture),))

    def _keep(self, digest: str, scores: Scores) -> Scores:
        """Into the store; a full disk there does not end the tagging."""
        if self._keeps:
            try:
                return self._store.write(digest, scores)
            except HostError as failure:
                self._keeps = False
                reason = " ".join(one.message for one in failure.findings).rstrip("。.")
                values = {"reason": reason, "path": self._store.folder}
                self._findings.append(warning("tag.scores_not_kept", **values))
        return rounded(scores)

    @property
    def _batch(self) -> int:
        return self._loaded().shape.batch or self._config.batch

    def _loaded(self) -> WdModel:
        """The model, loaded when the first picture needs it."""
        with self._loading:
            if self._model is None:
                self._model = WdModel(self._files, make=self._make)
            return self._model

    def _choose(self, batch: Sequence[Pixels]) -> Choice:
        """What to compute on; on a Mac the first batch may decide."""
        import onnxruntime

        host = self._host or probe_host()
        if not tag_provider.candidate(self._config.provider, host, onnxruntime.get_available_providers()):
            return Choice(Provider.CPU, "tag_screen.provider.cpu")
        key = tag_provider.key_of(self._files, onnxruntime.__version__, host, self._config.batch)
        forced = self._config.provider == Provider.COREML
        known = (
            Choice(Provider.COREML, "tag_screen.provider.forced") if forced else tag_provider.remembered(key)
        )
        if known is not None and known.provider == Provider.CPU:
            return known
        cpu = self._loaded()
        try:
            other = tag_provider.open_coreml(self._files, cpu.shape.batch or self._config.batch, self._make)
            choice = known or tag_provider.judge(tag_provider.try_both(cpu, other, batch, self._thresholds()))
        except Exception:  # CoreML compiles models in its own way, and fails in its own ways
            if forced:
                raise
            choice = Choice(Provider.CPU, "tag_screen.provider.failed")
        if not forced:
            tag_provider.remember(key, choice)
        if choice.provider == Provider.COREML:
            self._model = other
        return choice

    def _thresholds(self) -> Scores:
        import numpy

        policy = self._config.policy
        limits: dict[int, float] = {
            Category.GENERAL: policy.threshold,
            Category.CHARACTER: policy.character_threshold,
        }
        return numpy.array([limits.get(row.category, NEVER) for row in self._rows], numpy.float32)


@contextmanager
def _pool(threads: int) -> Iterator[ThreadPoolExecutor]:
    """Ended at once, whatever ends the work."""
    pool = ThreadPoolExecutor(threads, thread_name_prefix="decode")
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)
