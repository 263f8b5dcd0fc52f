"""What somebody asks of a running training, as a file in its folder."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from kohya_driver import files
from kohya_driver.run.folder import Run
from kohya_driver.run.requests import Request, ask, forget_requests, read_request


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return Run(tmp_path)


def test_nobody_has_asked(run: Run) -> None:
    assert read_request(run) is None
    forget_requests(run)


def test_each_request_has_a_higher_number(run: Run) -> None:
    asked = [ask(run, save=True), ask(run, save=True, sample=True), ask(run, stop=True)]
    assert [request.id for request in asked] == [1, 2, 3]
    assert read_request(run) == asked[-1] == Request(3, stop=True)
    assert files.read_json(run.request_file) == {"id": 3, "save": False, "sample": False, "stop": True}


def test_a_stop_is_not_forgotten_by_a_later_save(run: Run) -> None:
    ask(run, stop=True)
    assert ask(run, save=True) == Request(2, save=True, stop=True)
    assert ask(run, save=True, sample=True) == Request(3, save=True, sample=True, stop=True)


def test_a_further_attempt_begins_with_none(run: Run) -> None:
    ask(run, stop=True)
    forget_requests(run)
    assert read_request(run) is None
    assert ask(run, save=True) == Request(1, save=True)


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"id": 1, "of tomorrow": true}', "\xff"])
def test_a_torn_file_is_no_request_and_no_obstacle(run: Run, text: str) -> None:
    run.request_file.write_text(text, encoding="latin-1")
    assert read_request(run) is None
    assert ask(run, stop=True).stop
    assert read_request(run) == Request(1, stop=True)


def test_asked_from_everywhere_at_once(run: Run) -> None:
    ids: list[int] = []
    threads = [threading.Thread(target=lambda: ids.append(ask(run, save=True).id)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ids) == list(range(1, 9))
