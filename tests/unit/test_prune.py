"""What pruning takes away and what it never does; removing whole runs."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from kohya_driver import api, files, texts
from kohya_driver.api import PruneOptions, Pruning
from kohya_driver.errors import HostError, RunError, UsageError
from kohya_driver.run import queue
from kohya_driver.run.folder import Run
from kohya_driver.run.late import settle_ended
from kohya_driver.run.resume import check_can_resume
from kohya_driver.run.states import newest_whole
from tests.unit.kept_runs import NOW, make_plan, make_run, make_state


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KOHYA_DRIVER_HOME", str(tmp_path / "home"))
    if sys.platform != "darwin":
        from send2trash import plat_other

        monkeypatch.setattr(plat_other, "HOMETRASH_B", bytes(tmp_path / "xdg" / "Trash"))
        monkeypatch.setattr(plat_other, "XDG_DATA_HOME", bytes(tmp_path / "xdg"))
    return tmp_path / "home"


no_trash_of_a_person = pytest.mark.skipif(
    sys.platform == "darwin", reason="it would fill the person's own Trash"
)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return tmp_path / "我的 项目"


def names(pruning: Pruning) -> tuple[list[str], dict[str, str]]:
    goes = [
        one.path.name.removeprefix("ning-step000000").removesuffix(".safetensors") for one in pruning.goes
    ]
    stays = {
        one.product.path.name.removeprefix("ning-step000000").removesuffix(".safetensors"): one.why
        for one in pruning.stays
    }
    return goes, stays


def test_all_but_the_finished_one(project: Path) -> None:
    run = make_run(make_plan(project))
    pruning = api.plan_prune(run)
    assert names(pruning) == (["09", "18", "27"], {"ning": "final"})
    assert pruning.size_bytes == 3054
    freed = api.prune([pruning])
    assert (freed.size_bytes, freed.failed) == (3054, ())
    assert [path.name for path in sorted((run.folder / "models").iterdir())] == ["ning.safetensors"]
    assert names(api.plan_prune(run)) == ([], {"ning": "final"})
    assert api.prune([pruning]).gone == ()  # a second time there is nothing


@pytest.mark.parametrize(
    ("keep", "goes"),
    [("final", ["09", "18", "27"]), ("1", ["09", "18"]), ("0", ["09", "18", "27"]), ("9", [])],
)
def test_keep(project: Path, keep: str, goes: list[str]) -> None:
    run = make_run(make_plan(project))
    assert names(api.plan_prune(run, PruneOptions(keep)))[0] == goes


def test_the_best_by_validation_or_else_by_the_average(project: Path) -> None:
    run = make_run(make_plan(project), validations=[(9, 0.3), (19, 0.1), (27, 0.2), (36, 0.4)])
    assert names(api.plan_prune(run, PruneOptions("best"))) == (["09", "27"], {"18": "best", "ning": "final"})
    run = make_run(make_plan(project))  # its average falls to the end
    assert names(api.plan_prune(run, PruneOptions("best"))) == (["09", "18", "27"], {"ning": "final"})


def test_what_a_resume_needs(project: Path) -> None:
    run = make_run(make_plan(project), outcome="stopped", states=(10, 20, 30), saved=(30,))
    (run.states_folder / "step-00000030" / "network.bin").write_bytes(b"cut off")
    (run.states_folder / ".step-00000034").mkdir()
    (run.states_folder / "mine").mkdir()
    goes, stays = names(api.plan_prune(run))
    assert goes == [".step-00000034", "09", "step-00000010", "18", "27", "step-00000030"]
    assert stays == {"step-00000020": "resume", "30": "newest"}
    assert names(api.plan_prune(run, PruneOptions(checkpoints=False)))[1] == {"step-00000020": "resume"}
    assert "step-00000020" in names(api.plan_prune(run, PruneOptions(resume=False)))[0]
    api.prune([api.plan_prune(run)])
    state, passed = newest_whole(run.states_folder)
    assert state and (state.step, passed) == (20, ())
    assert sorted(path.name for path in run.states_folder.iterdir()) == ["mine", "step-00000020"]
    check_can_resume(run)


def test_a_folder_that_several_share(project: Path, tmp_path: Path) -> None:
    """Only what this run wrote, by name, and only as long as no later training has taken the name."""
    shared = tmp_path / "loras"
    first = make_run(make_plan(project, output_dir=shared), ended=NOW - 9000)
    files.write_bytes(shared / "ning-step00000011.safetensors", b"a person's own")
    make_state(shared / "ning-state", 36)
    second = make_run(make_plan(project, output_dir=shared), checkpoints=(18,), ended=NOW - 100)
    assert names(api.plan_prune(first)) == (["09", "27"], {})
    assert names(api.plan_prune(second)) == (["18"], {"ning": "final"})
    api.prune([api.plan_prune(first), api.plan_prune(second)])
    assert sorted(path.name for path in shared.iterdir()) == [
        "ning-state", "ning-step00000011.safetensors", "ning.safetensors",
    ]  # fmt: skip


def test_what_is_no_longer_what_the_run_wrote(project: Path, tmp_path: Path) -> None:
    run = make_run(make_plan(project), checkpoints=(9, 18, 27, 28))
    models = run.folder / "models"
    (models / "ning-step00000009.safetensors").write_bytes(b"another")
    (models / "ning-step00000018.safetensors").unlink()
    (models / "ning-step00000027.safetensors").unlink()
    (models / "ning-step00000027.safetensors").symlink_to(models / "ning.safetensors")
    pruning = api.plan_prune(run)
    assert names(pruning)[0] == ["28"]
    os.utime(pruning.goes[0].path, (1, 1))  # written over while the person was asked
    assert api.prune([pruning]).gone == ()
    assert pruning.goes[0].path.exists()


def test_another_run_begins_from_it(project: Path) -> None:
    run = make_run(make_plan(project))
    weights = run.folder / "models" / "ning-step00000018.safetensors"
    other = prepare(project, f"network.weights={weights}")
    goes, stays = names(api.plan_prune(run))
    assert (goes, stays) == (["09", "27"], {"18": "named", "ning": "final"})
    [named] = [one for one in api.plan_prune(run).stays if one.why == "named"]
    assert named.by == other.folder.name


def prepare(project: Path, *sets: str) -> Run:
    return make_run(make_plan(project, *sets), outcome="stopped", checkpoints=())


def test_one_that_cannot_be_removed_keeps_no_other(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = make_run(make_plan(project))
    unlink = Path.unlink

    def refuse(self: Path, missing_ok: bool = False) -> None:
        if "18" in self.name:
            raise PermissionError(13, "Permission denied")
        unlink(self, missing_ok)

    monkeypatch.setattr(Path, "unlink", refuse)
    freed = api.prune([api.plan_prune(run)])
    assert [one.step for one in freed.gone] == [9, 27]
    assert [(one.code, Path(one.where).name) for one in freed.failed] == [
        ("files.not_writable", "ning-step00000018.safetensors")
    ]


@no_trash_of_a_person
def test_to_the_trash(project: Path, tmp_path: Path) -> None:
    run = make_run(make_plan(project), outcome="stopped", states=(10, 20))
    freed = api.prune([api.plan_prune(run)], trash=True)
    assert freed.failed == () and {one.path.name for one in freed.gone} >= {"step-00000010"}
    assert not (run.states_folder / "step-00000010").exists()
    thrown = {path.name for path in (tmp_path / "xdg" / "Trash" / "files").iterdir()}
    assert "step-00000010" in thrown and (run.states_folder / "step-00000020").is_dir()


def test_there_is_no_trash(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = make_run(make_plan(project))

    def refuse(path: str) -> None:
        raise OSError(18, "other disk")

    monkeypatch.setattr("send2trash.send2trash", refuse)
    freed = api.prune([api.plan_prune(run)], trash=True)
    assert {one.code for one in freed.failed} == {"files.no_trash"} and freed.gone == ()
    with pytest.raises(HostError) as caught:
        api.remove_run(run)
    assert caught.value.code == "files.no_trash" and run.plan_file.is_file()


def test_runs_that_are_not_pruned(project: Path) -> None:
    run = make_run(make_plan(project))
    entry = queue.add(queue.Entry("p", str(project)))
    queue.update(entry.id, run=str(run.folder))
    for do in (api.plan_prune, api.plan_remove, api.remove_run):
        with pytest.raises(RunError) as caught:
            do(run)
        assert caught.value.code == "kept.queued"
    queue.remove(entry.id)
    with pytest.raises(UsageError):
        PruneOptions("all")
    pruning = api.plan_prune(run)
    files.write_json(run.plan_file, {**files.read_json(run.plan_file), "version": 2})
    with pytest.raises(RunError) as newer:
        api.plan_prune(run)
    assert newer.value.code == "kept.newer"
    for damaged in ("{", "[]", "{}"):
        run.plan_file.write_text(damaged)
        with pytest.raises(RunError) as unreadable:
            api.plan_prune(run)
        assert unreadable.value.code == "kept.unreadable"
    run.plan_file.unlink()
    assert [one.code for one in api.prune([pruning]).failed] == ["run.not_a_run"]
    assert len(list((run.folder / "models").iterdir())) == 4


@no_trash_of_a_person
def test_a_whole_run_goes(project: Path, tmp_path: Path) -> None:
    shared = tmp_path / "loras"
    run = make_run(make_plan(project, output_dir=shared), saved=(5,))
    removal = api.plan_remove(run)
    assert [one.path.name for one in removal.loras] == ["ning-step00000005.safetensors"]
    assert len(removal.elsewhere) == 4 and removal.size_bytes > 1000
    api.remove_run(run)
    assert not run.folder.exists() and len(list(shared.iterdir())) == 4
    assert (tmp_path / "xdg" / "Trash" / "files" / run.folder.name / "plan.json").is_file()
    other = make_run(make_plan(project))
    (run.folder.parent / ".removed-old").mkdir()
    api.remove_run(other, trash=False)
    assert list(run.folder.parent.iterdir()) == []


def test_a_damaged_run_can_be_removed(project: Path) -> None:
    run = make_run(make_plan(project))
    run.plan_file.write_text("{")
    assert not settle_ended(run)
    removal = api.plan_remove(run)
    # Nobody knows any more what it wrote: every LoRA in its folder is listed, and why is said.
    assert len(removal.loras) == 4 and all(one.path.parent == run.folder / "models" for one in removal.loras)
    assert [one.code for one in removal.doubts] == ["kept.unreadable", "kept.by_name"]
    assert [one["code"] for one in removal.to_json()["doubts"]] == ["kept.unreadable", "kept.by_name"]
    api.remove_run(run, trash=False)
    assert not run.folder.exists()


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_every_reason_and_kind_has_words(language: str) -> None:
    texts.use_language(language)
    for why in ("final", "newest", "last", "best", "resume", "named"):
        assert texts.say(f"runs.stays.{why}", by="x")
    for kind in ("final", "checkpoint", "saved", "state", "rest"):
        assert texts.say(f"runs.kind.{kind}", step=3)


def test_a_report_that_is_there_follows(project: Path) -> None:
    texts.use_language("en")
    run = make_run(make_plan(project))
    api.rename_run(api.rename_run(run, "no-report"), run.folder.name)
    assert not run.report_file.exists()
    api.report(run)
    renamed = api.rename_run(run, "最好的")
    assert "<h1><span>最好的</span>" in renamed.report_file.read_text(encoding="utf-8")
    before = renamed.report_file.read_text(encoding="utf-8").count('href="models/')
    api.prune([api.plan_prune(renamed)])
    assert renamed.report_file.read_text(encoding="utf-8").count('href="models/') < before
