"""Runs side by side: only what differs, as it really holds; numbers, curves and samples that belong together."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from rich.cells import cell_len
from rich.console import Console

from kohya_driver import api, files, texts
from kohya_driver.cli.main import main
from kohya_driver.errors import RunError, UsageError
from kohya_driver.planning.model import Plan
from kohya_driver.planning.settings import differences
from kohya_driver.report.comparison import Comparison
from kohya_driver.report.comparison_page import as_page
from kohya_driver.report.comparison_words import grouped, results
from kohya_driver.run.folder import Run
from kohya_driver.views.chart import render_curves
from kohya_driver.views.compare import print_comparison
from tests.project import OLD_MAC, write_picture
from tests.unit.kept_runs import STEPS, make_plan, make_run

PROMPTS = 'sampling.prompts=["{trigger}, smile", "{trigger}, 全身"]'


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KOHYA_DRIVER_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return tmp_path / "我的 项目"


def found(*plans: Plan) -> dict[str, tuple[object, ...]]:
    return {f"{one.group}.{one.name}": one.values for one in differences(plans)}


def test_what_is_the_same_is_not_told(project: Path) -> None:
    """Each run has files of its own in its own folder."""
    first = make_plan(project)
    make_run(first)
    second = make_plan(project)
    assert first.folder != second.folder and first.training_config != second.training_config
    assert found(first, second) == {}


def test_what_differs_in_a_presets_words(project: Path) -> None:
    first = make_plan(project)
    second = make_plan(
        project, "network.dim=32", "optimizer.learning_rate=5e-4", "dataset.flip_aug=true", "safety.recover=0",
        "training.max_train_epochs=3", "engine_options.huber_c=0.2",
    )  # fmt: skip
    told = found(first, second)
    assert told == {
        "dataset.flip_aug": (False, True),
        "network.dim": (16, 32),
        "optimizer.learning_rate": (1e-4, 5e-4),
        "training.max_train_epochs": (2, 3),
        "training.steps": (36, 54),
        "safety.recover": (2, 0),
        "engine_options.huber_c": (0.1, 0.2),
    }
    assert [one.group for one in differences([first, second])] == [
        "dataset", "network", "optimizer", "training", "training", "safety", "engine_options",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "same",
    [
        "dataset.min_bucket_reso=256",  # the plan's own value, and the engine's
        "optimizer.unet_lr=1e-4",  # follows the rate
        "optimizer.text_encoder_lr=0.0001",
        "training.min_snr_gamma=5",
        "saving.last_n_epochs=2",
    ],
)
def test_defaults_are_filled_in(project: Path, same: str) -> None:
    said = found(make_plan(project), make_plan(project, same))
    expected = {"training.min_snr_gamma=5": (None, 5), "saving.last_n_epochs=2": (None, 2)}
    name = same.partition("=")[0]
    assert said == ({name: expected[same]} if same in expected else {})


def test_pictures_engine_and_machine(project: Path) -> None:
    first = make_plan(project)
    write_picture(project / "image" / "6_宁 光" / "new.png", (512, 512))
    second = replace(
        make_plan(project), host=OLD_MAC, engine_commit="f" * 40,
        environment={**first.environment, "HF_TOKEN": "hf_secret", "EXTRA": "1"},
        safety={**first.safety, "webhook": "https://example.com/key"},
    )  # fmt: skip
    told = found(first, second)
    assert told["dataset.train: 6_宁 光"] == ("3 × 6", "4 × 6")
    assert told["machine.chip"] == ("Apple M1 Max", "Apple M1") and told["engine.commit"][1] == "f" * 12
    assert told["launch.env.EXTRA"] == (None, "1")
    assert "secret" not in str(told) and "example.com" not in str(told)


def test_three_at_once(project: Path) -> None:
    plans = [
        make_plan(project, *said) for said in ([], ["network.dim=8"], ["network.dim=8", "training.seed=1"])
    ]
    assert found(*plans) == {"network.dim": (16, 8, 8), "training.seed": (42, 42, 1)}


def with_samples(run: Run, *drawn: tuple[int, int]) -> Run:
    """Pictures of these epochs and prompts."""
    for epoch, prompt in drawn:
        path = (
            run.folder
            / "models"
            / "sample"
            / f"ning_e{epoch:06d}_{prompt:02d}_2026110112{epoch:02d}{prompt:02d}_42.png"
        )
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (64, 96), (epoch * 40, 90, prompt * 90)).save(path)
    return run


@pytest.fixture
def three(project: Path) -> list[Run]:
    first = with_samples(make_run(make_plan(project, PROMPTS)), (0, 0), (0, 1), (1, 0), (2, 0), (2, 1))
    second = make_run(make_plan(project, PROMPTS, "network.dim=32"), outcome="stopped", saved=(20,))
    third = make_run(make_plan(project, "optimizer.type=Lion"), validations=[(18, 0.2), (36, 0.1)])
    return [first, with_samples(second, (0, 0), (1, 0), (1, 1)), third]


def test_a_comparison(three: list[Run]) -> None:
    compared = api.compare_runs([run.folder for run in three])
    assert [one.state for one in compared.runs] == ["succeeded", "stopped", "succeeded"]
    by_name = {one.name: one for one in compared.results}
    assert by_name["steps"].values == (STEPS, STEPS, STEPS)
    assert by_name["loss_common"].steps == (34, 36)
    assert by_name["loss_common"].values[0] == pytest.approx((1 / 34 + 1 / 35 + 1 / 36) / 3)
    assert by_name["validation"].values == (None, None, 0.1)
    assert by_name["lora_bytes"].values == (1036, 1027, 1036)
    pairs = [
        (pair.prompt, pair.step, [one and one.step for one in pair.pictures]) for pair in compared.samples
    ]
    assert pairs == [
        ("ning, smile", 0, [0, 0, None]),
        ("ning, smile", 18, [18, 18, None]),
        ("ning, smile", 36, [36, 18, None]),
        ("ning, 全身", 0, [0, 18, None]),
        ("ning, 全身", 36, [36, 18, None]),
    ]
    told = compared.to_json()
    assert json.loads(files.dump_json(told)) == told
    assert told["curves"][0]["steps"][-1] == STEPS and told["version"] == 1


@pytest.mark.parametrize("language", texts.LANGUAGES)
@pytest.mark.parametrize("width", [80, 120])
def test_in_a_terminal(three: list[Run], language: str, width: int) -> None:
    texts.use_language(language)
    compared = api.compare_runs(three)
    text = shown(compared, width)
    assert max(cell_len(line) for line in text.splitlines() if ".png" not in line) <= width
    assert str(three[0].folder / "models" / "sample" / "ning_e000002_00_20261101120200_42.png") in text
    for words in ("ning-003", "dim", "32", "Lion", "ning, smile", "⣀"):
        assert words in text
    assert ("Settings that differ" in text) == (language == "en")


def shown(compared: Comparison, width: int) -> str:
    console = Console(file=io.StringIO(), width=width)
    print_comparison(compared, console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_six_at_80_columns(project: Path) -> None:
    runs = [make_run(make_plan(project, f"network.dim={dim}")) for dim in (4, 8, 12, 16, 20, 24)]
    text = shown(api.compare_runs(runs), 80)
    assert max(map(cell_len, text.splitlines())) <= 80
    assert next(line.split() for line in text.splitlines() if " dim" in line) == [
        "dim",
        "4",
        "8",
        "12",
        "16",
        "20",
        "24",
    ]
    assert all(letter in text for letter in "ABCDEF")


def test_alike(project: Path) -> None:
    texts.use_language("en")
    runs = [make_run(make_plan(project)) for _ in range(2)]
    compared = api.compare_runs(runs)
    assert compared.differences == () and "All settings are the same" in shown(compared, 80)
    assert "All settings are the same" in as_page(compared, project)


def test_curves_end_with_their_letters() -> None:
    rows = [row.plain for row in render_curves([[(1, 1.0), (50, 0.0)], [(1, 0.0), (100, 1.0)]], "AB", 60, 8)]
    assert len(rows) == 9 and all(len(row) <= 60 for row in rows)
    assert rows[0].endswith("B") and rows[7].rstrip().endswith("A")
    assert rows[8].split() == ["1", "100"]
    assert any(0x2800 < ord(sign) < 0x2900 for row in rows for sign in row)


@pytest.mark.parametrize(
    "lines",
    [[], [[]], [[(1, float("nan"))]], [[(1, float("inf"))], []]],
)
def test_no_curve_at_all(lines: list[list[tuple[int, float]]]) -> None:
    assert render_curves(lines, "AB", 60, 8) == []
    assert render_curves([[(1, 1.0)]], "A", 8, 8) == []


def test_gaps_and_one_point() -> None:
    rows = render_curves([[(5, 1.0)], [(5, float("nan"))]], "AB", 40, 3)
    assert [row.plain[-2:] for row in rows[:3]].count("A ") == 1


def test_a_page(three: list[Run], tmp_path: Path) -> None:
    texts.use_language("en")
    page = as_page(api.compare_runs(three), tmp_path)
    assert page.count('src="data:image/jpeg;base64,') == 10 and "ning, 全身" in page
    assert "http://" not in page and "https://" not in page.replace("https://github.com/leeoniya/uPlot", "")
    assert page.count('"x":"Step"') >= 2 and "C · ning-003" in page
    before = "我的 项目/runs".encode()
    assert "".join(f"%{byte:02X}" for byte in before[:3]) in page  # links lead from where the page is
    texts.use_language("zh")
    assert "不同的设置" in as_page(api.compare_runs(three), tmp_path)


def test_a_broken_picture_and_damaged_lines(three: list[Run], tmp_path: Path) -> None:
    picture = next((three[0].folder / "models" / "sample").glob("*e000002_00*"))
    picture.write_bytes(b"\x89PNG no more")
    with three[1].events_file.open("a") as file:
        file.write('{"kind": "step", "st\n[]\nnull\n')
    assert as_page(api.compare_runs(three), tmp_path).count('src="data:image/jpeg;base64,') == 9


def test_words_for_every_result_and_group(three: list[Run]) -> None:
    for language in texts.LANGUAGES:
        texts.use_language(language)
        compared = api.compare_runs(three)
        assert len(list(results(compared))) == len(compared.results)
        assert [title for title, _ in grouped(compared)] == ["[network]", "[optimizer]", "[sampling]"]


def test_the_command(three: list[Run], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    named = [str(run.folder) for run in three[:2]]
    page = tmp_path / "a b" / "比较.html"
    assert main(["--lang", "en", "runs", "compare", *named, "--html", str(page)]) == 0
    assert f"Written: {page}" in capsys.readouterr().out and page.stat().st_size > 50_000
    assert main(["runs", "compare", *named, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["differences"][0]["name"] == "dim"


def test_bad_input(three: list[Run], capsys: pytest.CaptureFixture[str]) -> None:
    first, second = str(three[0].folder), three[1]
    for words, code, exit_code in (
        ([first], "kept.compare_two", 2),
        ([first, first], "kept.compare_two", 2),
        ([first, "no-such-run"], "run.unknown", 8),
        ([first, "/no/such/folder"], "run.not_a_run", 8),
    ):
        assert main(["--lang", "en", "runs", "compare", *words]) == exit_code
        assert code in capsys.readouterr().err
    with pytest.raises(UsageError) as many:
        api.compare_runs([Run(Path(f"/r/{number}")) for number in range(7)])
    assert many.value.code == "kept.compare_many"
    plan = files.read_json(second.plan_file)
    for text, code in (
        (json.dumps({**plan, "version": 2}), "kept.newer"),
        ("{", "kept.unreadable"),
        ("[]", "kept.unreadable"),
    ):
        second.plan_file.write_text(text)
        with pytest.raises(RunError) as caught:
            api.compare_runs([first, second])
        assert caught.value.code == code
