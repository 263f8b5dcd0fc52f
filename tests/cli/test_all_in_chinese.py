"""Every command in Chinese, as it is typed, with what goes well and what goes wrong: no English sentence is in it.

Each is a process of its own. The engine is a stand-in; `test_real_in_chinese.py` does the same with a real one.
"""

from __future__ import annotations

import argparse
import json
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from kohya_driver import files, texts
from kohya_driver.cli.main import HIDDEN, build_parser
from tests import golden
from tests.chinese import CHINESE, english_in, visible_text
from tests.cli.forking import Ended, Forks, forking
from tests.faults.stand_in_engine import environment, install_stand_in, start
from tests.project import MAC, write_base, write_picture, write_project, write_safetensors
from tests.unit.test_sampling import LORA
from tests.wd_model import write_model

CASES = """\
0 |
0 | --version
2 | trian
2 | plan
2 | plan p --nonsense
2 | plan p --lang fr
2 | plan p --engine
2 | train p --plain --json
2 | runs list --limit none
2 | bench --steps x
2 | queue move 1
2 | models list --json=3
2 | captions add set
0 | models list bases
2 | models list nowhere
0 | models catalogue
2 | models get nothing-of-it
0 | options rate
0 | options
0 | options 学习率
0 | options --script flux_train_network
0 | options nothing-of-it-at-all
2 | options --script nobody
0 | options learning_rate --script sdxl_train_network.py
0 | presets list
0 | presets list --names
0 | presets show sd15-style
0 | presets show sdxl-realistic-person-24gb --all
3 | presets show nobody
0 | presets new mine --from sd15-style
2 | presets new mine
0 | presets new plain --family sdxl
0 | EDITOR=true presets edit mine
5 | EDITOR=nowhere-to-be-found presets edit mine
0 | presets check mine
3 | presets check broken.toml
3 | presets check no-toml.toml
0 | import kohya.json
3 | import nowhere.json
0 | import kohya.json --from onetrainer --output other.toml
3 | import no-toml.toml
3 | import broken/a.json
3 | import broken/b.yaml
3 | import broken/c.yaml
3 | import broken/d.sh
3 | import broken/e.safetensors
3 | import broken/f.toml --from easy-training
3 | import broken/g.json --from onetrainer
3 | import project/preset.toml
0 | export project/preset.toml --to sd-scripts --output out-sd
0 | export project/preset.toml --to kohya_ss --output out.json
0 | export project/preset.toml --to shell --output out.sh
0 | export sd15-style --to shell --output open.sh
3 | export nobody --to shell
0 | cloud project/preset.toml --dry-run --gpu A100:2
0 | cloud start project/preset.toml --write task.yaml --nodes 2
2 | cloud project/preset.toml --gpu A100:x
7 | cloud project/preset.toml --base nowhere.safetensors
0 | engine status
6 | engine verify
6 | engine install --source nowhere
6 | engine update --source nowhere
6 | engine update --ref v9 --source nowhere
6 | engine update --ref v9 --source set
0 | engine update --back
2 | engine update --ref v9 --back
0 | engine remove
0 | doctor --quick
0 | doctor project/preset.toml --quick
0 | plan project/preset.toml
0 | plan project/preset.toml --host mac.json
7 | plan project/preset.toml --base nowhere.safetensors
3 | plan broken.toml
! engine
0 | engine status
0 | engine status --engine embedded
0 | train project/preset.toml --plain
0 | train project/preset.toml --json
9 | STAND_IN=crash train project/preset.toml --plain
9 | STAND_IN=nan train project/preset.toml --plain
7 | train project/preset.toml --images nowhere
0 | show project/runs/ning-001
0 | show project/runs/ning-003
8 | show nowhere
0 | report ning-001 --format md
0 | report ning-003
8 | report nothing
0 | watch ning-001 --once
0 | watch ning-001 --plain
8 | watch nothing
8 | stop
8 | save
8 | resume ning-001
0 | advise ning-001
0 | advise ning-003
8 | advise nothing
0 | runs
0 | runs list --state failed
2 | runs list nowhere
2 | runs list --since never
0 | runs compare ning-001 ning-002 --html compare.html
0 | runs rename ning-002 ning-b
8 | runs rename ning-002 ning-b
0 | runs prune ning-001 --checkpoints --dry-run
0 | runs prune ning-001 --checkpoints --states --keep 0 --no-resume --yes
0 | runs remove ning-b --dry-run
2 | runs remove ning-b
0 | runs remove ning-b --yes
0 | queue list
0 | queue add project/preset.toml
7 | queue add project/preset.toml --base nowhere.safetensors
0 | queue list
0 | queue move 1 1
8 | queue move 7 1
8 | queue retry 1
0 | queue start --plain
0 | queue list
0 | queue clear
8 | queue remove 1
0 | queue start
0 | diagnose project/runs/ning-003/engine.log
2 | diagnose nowhere.log
0 | diagnose kohya.json
0 | inspect project/runs/ning-001/models/ning.safetensors --norms
0 | inspect project/base.safetensors
6 | inspect bases/page.safetensors
6 | inspect nowhere
0 | sample ning-001 --dry-run
8 | sample nothing
0 | lora resize lora.safetensors --rank 2 --dry-run
8 | lora resize nowhere --rank 2
0 | lora merge lora.safetensors lora.safetensors --dry-run
8 | lora convert lora.safetensors --to comfyui --dry-run
0 | lora convert lora.safetensors --precision float --dry-run
2 | lora convert lora.safetensors
8 | lora extract project/base.safetensors nowhere --dry-run
8 | lora check nowhere
0 | lora install lora.safetensors --to comfyui --folder loras --dry-run
0 | lora install ning-001 --to webui --folder loras
8 | lora install nowhere --to webui --folder loras
0 | lora card ning-001 --output card
8 | lora publish lora.safetensors me/mine --dry-run
8 | cloud sync nothing
3 | cloud start nobody
0 | cloud start project/preset.toml --gpu T4 --dry-run
0 | crop photos --out cut --detector none --sheet cut-sheet
4 | crop nowhere --out cut2 --detector none
4 | crop photos --out photos --detector none
0 | tag photos --model m --trigger ning
0 | tag photos --model m --trigger ning
4 | tag nowhere --model m
0 | captions list set
0 | captions common set
0 | captions add set smile
0 | captions add set smile --write
0 | captions remove set smile --write
0 | captions replace set 1girl=2girls
4 | captions list nowhere
0 | audit set
0 | audit set --deep --fix --out fixed
0 | audit project/preset.toml
4 | audit nowhere
0 | init neu --images set --trigger ning --style anime --base bases/good.safetensors --tag none --detector none
0 | init neu
0 | init neu --dry-run
2 | init other
6 | quickstart --engine sd-scripts --source nowhere --base bases/good.safetensors
6 | bench --steps 3 --source nowhere
0 | completion bash
"""
"""Exit code, and what is typed. They follow one another: what one leaves the next ones find."""

BROKEN = {
    "a.json": '{"LoRA_type": ',
    "b.yaml": "job: extension\nconfig:\n\t- x\n",
    "c.yaml": "a: 2024-99-99\n",
    "d.sh": "accelerate launch train_db.py --x 1\n",
    "e.safetensors": "no such thing",
    "f.toml": "[general_args.args\n",
    "g.json": '{"training_method": "FINE_TUNE"}',
}
"""A file of each format of an import, cut off or of something else."""
PROGRAMS = ("completion bash", "presets list --names", "train project/preset.toml --json")
"""What they write is read by a program."""


@dataclass(frozen=True, slots=True)
class Case:
    number: int
    """Some are typed twice, and say something else then."""
    typed: str
    code: int
    env: tuple[tuple[str, str], ...]
    words: tuple[str, ...]


def read_cases() -> Iterator[Case | None]:
    """None: from here on there is an engine."""
    for number, line in enumerate(CASES.splitlines()):
        code, separator, typed = line.partition(" |")
        words = shlex.split(typed)
        env = [word for word in words[:1] if word.partition("=")[0].isupper()]
        pairs = [(name, value) for name, _, value in (word.partition("=") for word in env)]
        case = (
            Case(number, typed.strip(), int(code), tuple(pairs), tuple(words[len(env) :]))
            if separator
            else None
        )
        yield case


RUN = [case for case in read_cases() if case]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with everything that the commands are about."""
    folder = tmp_path_factory.mktemp("世界")
    extra = (
        "[training]\nmax_train_epochs = 1\n[sampling]\nprompts = ['{trigger}, smile']\nevery_n_epochs = 1\n"
    )
    write_project(folder / "project", extra=extra)
    for number in range(4):
        write_picture(folder / "photos" / f"图 {number}.png", (600, 520 + 40 * number), caption=None)
        write_picture(folder / "set" / f"图 {number}.png", (600, 520 + 40 * number))
    write_base(folder / "bases" / "good.safetensors")
    (folder / "bases" / "page.safetensors").write_text("<html>", encoding="utf-8")
    write_model(folder / "m")
    write_safetensors(folder / "lora.safetensors", LORA)
    (folder / "loras").mkdir()
    foreign = {"pretrained_model_name_or_path": "base.safetensors", "LoRA_type": "Standard", "optimizer": "AdamW8bit", "mixed_precision": "fp16", "epoch": 3, "nonsense": 1}  # fmt: skip
    files.write_json(folder / "kohya.json", foreign)
    files.write_json(folder / "mac.json", MAC.to_json())
    (folder / "broken.toml").write_text("[network]\ndmi = 4\nalpha = -1\n", encoding="utf-8")
    (folder / "no-toml.toml").write_text("[network\n", encoding="utf-8")
    for name, text in BROKEN.items():
        files.write_text(folder / "broken" / name, text)
    return folder


def in_chinese(world: Path, **more: str) -> dict[str, str]:
    # The proxy is closed, so that nobody outside is asked; wide, so that no sentence is cut in two.
    closed = dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), "http://127.0.0.1:9")
    nobody = {"HF_HOME": str(world / "hf"), "HF_TOKEN": ""}
    return environment(
        world / "家", KOHYA_DRIVER_LANG="zh", COLUMNS="240", VISUAL="", **closed, **nobody, **more
    )


@pytest.fixture(scope="module")
def said(world: Path) -> dict[Case, Ended]:
    with forking() as forks:
        return dict(_all_said(world, forks))


def _all_said(world: Path, forks: Forks) -> Iterator[tuple[Case, Ended]]:
    for case in read_cases():
        if case is None:
            install_stand_in(world / "家")
        else:
            yield case, forks.run(*case.words, cwd=world, env=in_chinese(world, **dict(case.env)))


def check(text: str) -> None:
    assert not english_in(text)
    assert CHINESE.search(text) or not text.strip()


@pytest.mark.parametrize("case", RUN, ids=[case.typed or "nothing" for case in RUN])
def test_command(said: dict[Case, Ended], case: Case) -> None:
    ended = said[case]
    assert ended.code == case.code, ended.err
    assert "bug.txt" not in ended.err
    check(ended.err)
    if case.typed not in (*PROGRAMS, "--version"):
        check(ended.out)
        assert ended.out.strip() or ended.err.strip()


def commands(parser: argparse.ArgumentParser, trail: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    below = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    for action in below:
        for name, inner in action.choices.items():
            yield from commands(inner, (*trail, name))
    if not below:
        yield trail


def test_no_command_is_left_out() -> None:
    """A new one has its lines in CASES, one that goes well and one that does not."""
    typed = {case.words[:length] for case in RUN for length in (1, 2)}
    missing = [trail for trail in commands(build_parser((), every=True)) if trail not in typed]
    assert missing == [(name,) for name in HIDDEN]


def parsers(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    yield parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for inner in action.choices.values():
                yield from parsers(inner)


def test_the_help_of_every_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "400")
    texts.use_language("zh")
    try:
        for parser in parsers(build_parser((), every=True)):
            check(parser.format_help())
    finally:
        texts.use_language(None)


PAGES = ("project/runs/ning-001/report.html", "project/runs/ning-003/report.html", "compare.html", "cut-sheet/index.html", "neu/contact-sheet/index.html")  # fmt: skip
WRITTEN = ("neu/preset.toml", "家/presets/mine.toml", "家/presets/plain.toml", "kohya.toml", "out.sh")  # fmt: skip


@pytest.mark.parametrize("name", PAGES)
def test_page(world: Path, said: dict[Case, Ended], name: str) -> None:
    """Of what a browser runs there is only the page itself: tests/browser looks at it in one."""
    check(visible_text((world / name).read_text(encoding="utf-8")))


@pytest.mark.parametrize("name", WRITTEN)
def test_written_file(world: Path, said: dict[Case, Ended], name: str) -> None:
    text = (world / name).read_text(encoding="utf-8")
    comments = [line for line in text.splitlines() if line.startswith("#")]
    check("\n".join(comments))


@pytest.mark.parametrize("path", sorted((golden.FOLDER / "screens").glob("*zh*")), ids=lambda path: path.name)
def test_dashboard(path: Path) -> None:
    check(path.read_text(encoding="utf-8"))


def test_while_it_trains(world: Path, said: dict[Case, Ended]) -> None:
    """A training that goes on is watched, saved and stopped from another window."""
    env = in_chinese(world, STAND_IN_STEP_SECONDS="1")
    with forking() as forks, start("train", "project/preset.toml", "--plain", env=env, cwd=world) as training:
        assert training.stdout
        heard = ""
        while "1/18" not in heard:
            line = training.stdout.readline()
            assert line, heard
            heard += line
        for words in (("watch", "--once"), ("save",), ("stop",), ("runs",), ()):
            ended = forks.run(*words, cwd=world, env=env)
            assert ended.code == 0, ended.err
            check(ended.out + ended.err)
        heard += training.communicate(timeout=60)[0]
    check(heard)


@pytest.mark.parametrize(
    "line", ["  The disk is full.", "找不到 such file", "错误  Cannot write", "  --set KEY  change a value"]
)
def test_english_is_found(line: str) -> None:
    assert english_in(line)


def test_pages_are_looked_through() -> None:
    page = '<p title="All of it">好</p><script>let it be</script><pre>as typed</pre><p>Look <b>here</b> at it</p>'
    assert english_in(visible_text(page)) == ["All of it", " at it"]
    assert json.dumps(visible_text("<code>not this</code>")) == '""'
