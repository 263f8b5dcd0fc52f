"""The report's page: nothing from outside, nothing that breaks out of its place, something for those who do not see it."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kohya_driver import files, resources, texts
from kohya_driver.judging.model import Advice, Evidence, Judgement, Remedy
from kohya_driver.report.advice import remarks_of
from kohya_driver.report.charts import Chart, Mark, Series, aligned, figure, number, script_json, table_places
from kohya_driver.report.gather import gather
from kohya_driver.report.markdown import as_markdown
from kohya_driver.report.markup import clean, element, escape, link, raw
from kohya_driver.report.model import Failure, Remark, RunReport, Told
from kohya_driver.report.page import page, prompt_words
from kohya_driver.report.run_charts import run_charts
from kohya_driver.report.still import Line, still
from kohya_driver.report.web import as_html
from kohya_driver.run.history import read_history
from tests.reports import make_run

VOID = {"meta", "img", "br"}


class Read(HTMLParser):
    """What a browser makes of a page: its elements in order, each with its attributes and its text."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert not self._open, "not every element is closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open and self._open.pop() == tag, f"</{tag}> in the wrong place"

    def handle_data(self, data: str) -> None:
        self.texts.append((self._open[-1] if self._open else "", data))

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]

    def words(self) -> str:
        return "".join(text for tag, text in self.texts if tag not in ("script", "style"))


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> RunReport:
    texts.use_language("en")
    made = gather(make_run(tmp_path_factory.mktemp("whole"), steps=24, validate_every=6))
    remark = Remark(
        "change", "Too many steps", "It gets worse.", ("validation rises",), ("fewer epochs",), "likely"
    )
    return replace(
        made,
        failure=Failure("run.killed", "It was killed.", "why", "hint", "Traceback"),
        advice=(remark,),
        warnings=(Told("x", "warning", "message", "hint", "where"),),
        troubles=(Told("y", "error", "trouble", where="2 s"),),
        missing=(Told("z", "warning", "gone", "look", "there"),),
    )


@pytest.fixture(autouse=True)
def english() -> None:
    texts.use_language("en")


# Nothing from outside


def addresses(read: Read) -> Iterator[tuple[str, str]]:
    for tag, attributes in read.elements:
        for name in ("src", "href", "srcset", "action", "formaction", "data", "poster", "background", "ping"):
            if attributes.get(name) is not None:
                yield f"{tag} {name}", str(attributes[name])


def test_nothing_is_fetched(report: RunReport) -> None:
    read = Read(as_html(report))
    found = list(addresses(read))
    assert len(found) > 20
    for where, address in found:
        allowed = address.startswith(("#", "data:image/jpeg;base64,", "models/"))
        assert allowed and not re.match(r"(?i)\s*[a-z][a-z0-9+.-]*:(?!image)", address), (where, address[:60])
    styles = "".join(text for tag, text in read.texts if tag == "style")
    assert "url(" not in styles and "@import" not in styles
    assert not read.of("link") and not read.of("iframe") and not read.of("object") and not read.of("base")


def test_links_lead_to_files(report: RunReport) -> None:
    linked = [unquote(address) for where, address in addresses(Read(as_html(report))) if where == "a href"]
    names = [name for name in linked if not name.startswith("#")]
    assert len(names) >= 8 + 8 + 4
    assert all((report.folder / name).is_file() for name in names)
    elsewhere = [
        unquote(address)
        for where, address in addresses(Read(as_html(report, report.folder.parent / "x" / "y")))
        if where == "a href"
    ]
    assert f"../../{report.folder.name}/models/ning.safetensors" in elsewhere


def test_only_what_is_on_the_page_may_run(report: RunReport) -> None:
    text = as_html(report)
    read = Read(text)
    (policy,) = [
        meta["content"] for meta in read.of("meta") if meta.get("http-equiv") == "Content-Security-Policy"
    ]
    assert policy is not None
    directives = {words[0]: words[1:] for words in (part.split() for part in policy.split(";"))}
    assert directives["default-src"] == ["'none'"] and directives["img-src"] == ["data:"]
    for tag in ("script", "style"):
        blocks = re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.S)
        hashes = [base64.b64encode(hashlib.sha256(block.encode()).digest()).decode() for block in blocks]
        assert directives[f"{tag}-src"] == [f"'sha256-{one}'" for one in hashes] and len(hashes) == 2
    assert not any(
        name.startswith("on") or name == "style" for _, attributes in read.elements for name in attributes
    )
    data = [attributes for attributes in read.of("script") if attributes]
    assert all(attributes == {"type": "application/json"} for attributes in data)
    # The policy must stand before whatever it is to hold.
    assert text.index("Content-Security-Policy") < text.index("<style>") < text.index("<script")


def test_the_library_is_verbatim() -> None:
    folder = resources.report()
    pin = files.parse_toml((folder / "pin.toml").read_text(encoding="utf-8"))
    assert f"v{pin['version']}" in (folder / "uPlot.iife.min.js").read_text(encoding="utf-8")[:100]
    assert pin["version"] in pin["url"]
    for name, expected in pin["sha256"].items():
        assert files.sha256(folder / name) == expected, name
        assert b"</script" not in (folder / name).read_bytes().lower()
        assert b"</style" not in (folder / name).read_bytes().lower()
    assert "MIT" in (folder / "uPlot.LICENSE").read_text(encoding="utf-8")


# Languages


@pytest.mark.parametrize(("language", "lang"), [("en", "en"), ("zh", "zh-CN")])
def test_the_language_is_told(report: RunReport, language: str, lang: str) -> None:
    texts.use_language(language)
    read = Read(as_html(replace(report, language=language)))
    assert read.of("html") == [{"lang": lang}]
    chinese = re.findall(r"[\u4e00-\u9fff]", read.words())
    assert bool(chinese) == (language == "zh")
    if language == "zh":
        pairs = texts.table("report_page").items()
        ours = [pair[1] for code, pair in pairs if code.endswith(".title") and "{" not in pair[1]]
        assert sum(title in read.words() for title in ours) >= 12


# For those who do not see it


def test_every_chart_has_words_and_a_table(report: RunReport) -> None:
    read = Read(as_html(report))
    plots = [attributes for attributes in read.of("div") if attributes.get("class") == "plot"]
    assert len(plots) == len(read.of("figure")) == len(run_charts(report.curves)) == 4
    ids = {attributes.get("id") for _, attributes in read.elements}
    for plot in plots:
        assert plot["role"] == "img" and plot["aria-label"] and plot["aria-describedby"] in ids
    for chart in run_charts(report.curves):
        assert len(chart.summary) > 30 and chart.summary in read.words()
    assert all(attributes.get("alt") for attributes in read.of("img"))
    assert len(read.of("caption")) == len(read.of("table"))


def test_headings_and_ids_are_in_order(report: RunReport) -> None:
    read = Read(as_html(report))
    levels = [int(tag[1]) for tag, _ in read.elements if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    ids = [attributes["id"] for _, attributes in read.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    targets = {
        str(attributes["href"])[1:] for attributes in read.of("a") if str(attributes["href"]).startswith("#")
    }
    assert targets <= set(ids) and len(targets) == len(read.of("section"))


# Hostile words


def spoilt(report: RunReport, words: str) -> RunReport:
    """The words in every place that comes from a person, a file or the engine."""
    told = Told(words, "warning", words, words, words)
    picture, *rest = report.samples.pictures
    row, *rows = report.checkpoints
    hostile = report.folder / (words.replace("/", "_").replace("\x00", "") or "x")
    assert report.usage is not None
    return replace(
        report,
        name=words,
        headline=words,
        failure=Failure(words, words, words, words, words, words),
        troubles=(told,),
        warnings=(told,),
        missing=(told,),
        advice=(Remark("change", words, words, (words,), (words,), words),),
        usage=replace(report.usage, trigger=words, prompt=words, file=hostile),
        samples=replace(
            report.samples, prompts=(words, words), pictures=(replace(picture, path=hostile), *rest),
        ),
        checkpoints=(replace(row, path=hostile), *rows),
        changes=(replace(report.changes[0], option=words, before=words, after=words, reason=words),),
        preset=words or "x",
        resolved=words + "y",
        surroundings=replace(
            report.surroundings, base=words, device=words or "x", packages={words: words}, host={"chip": words or "x"},
            command=(words,),
        ),
        curves=replace(report.curves, rates={words: next(iter(report.curves.rates.values()))}),
    )  # fmt: skip


NASTY = [
    "</script><script>alert(1)</script>",
    "<!--<script>",
    "]]></style><img src=x onerror=alert(1)>",
    '" onmouseover="alert(1)" x="',
    "' onclick='1",
    "javascript:alert(1)",
    "&lt;b&gt;&amp;#x3c;",
    "{steps} {0} {",
    "\x00\x07\x1b[31m\ud800\ufffe",
    "\u202egnp.exe\u2028\u2029",
    "宁光 <b>",
    "`code` **bold** | cell",
]


def check_hostile(report: RunReport, words: str) -> None:
    # Between backticks a sentence has code, which may stand anywhere.
    shape = [tag for tag, _ in Read(as_html(spoilt(report, "benign"))).elements if tag != "code"]
    text = as_html(spoilt(report, words))
    text.encode("utf-8")
    read = Read(text)
    assert [tag for tag, _ in read.elements if tag != "code"] == shape
    assert not any(name.startswith("on") for _, attributes in read.elements for name in attributes)
    assert all(not address.lower().startswith("javascript:") for _, address in addresses(read))
    for block in re.findall(r'<script type="application/json">(.*?)</script>', text, re.S):
        json.loads(block)
        assert "<" not in block
    if words.strip() == words and "\r" not in words:
        assert clean(words) in read.words()


@pytest.mark.parametrize("words", NASTY)
def test_nothing_breaks_out(report: RunReport, words: str) -> None:
    check_hostile(report, words)


@given(words=st.text(min_size=1, max_size=40) | st.text("<>\"'&/!-script= \n`", min_size=1, max_size=30))
def test_no_text_breaks_out(report: RunReport, words: str) -> None:
    texts.use_language("en")
    check_hostile(report, words)


@given(st.text())
def test_markup_escapes_whatever_it_is_not(words: str) -> None:
    found = Read(str(element("p", words, title=words)))
    assert [tag for tag, _ in found.elements] == ["p"]
    title = found.elements[0][1]["title"]
    assert title == clean(words)
    assert escape(raw("<b>")) == "<b>" and escape("<b>") == "&lt;b&gt;"


@pytest.mark.parametrize(
    "name",
    [
        "a b.png",
        "100%.png",
        "a#b?.png",
        "宁 光.png",
        "x:y.png",
        "'\"<>.png",
        b"\xff.png".decode("utf-8", "surrogateescape"),
    ],
)
def test_links_to_files_of_any_name(tmp_path: Path, name: str) -> None:
    address = link(tmp_path / "models" / name, tmp_path)
    assert re.fullmatch(r"[A-Za-z0-9%._~/-]+", address)
    assert unquote(address, errors="surrogateescape") == f"models/{name}"


def test_json_in_a_script_cannot_end_it() -> None:
    value = {"a": "</script><!--", "b": "\u2028&"}
    text = script_json(value)
    assert "<" not in text and ">" not in text and json.loads(text) == value


# Charts, for whoever draws other things with them


def test_curves_of_one_chart_share_their_places() -> None:
    xs, (first, second) = aligned([{1: 0.5, 3: 0.25}, {2: 1.0, 3: float("nan")}])
    assert xs == (1, 2, 3) and first == (0.5, None, 0.25) and second == (None, 1.0, None)


def test_a_chart_of_two_runs_needs_no_run() -> None:
    xs, values = aligned([{float(x): x / 7 for x in range(100)}, {float(x): x / 9 for x in range(0, 100, 3)}])
    series = (Series("a <b>", values[0]), Series("b", values[1], "dashed", 2))
    chart = Chart(
        "two", "Loss", "Step", xs, series, "a falls, b too", scale=(0.0, 20.0), marks=(Mark(5, "here"),)
    )
    read = Read(str(figure(chart)))
    (data,) = [json.loads(text) for tag, text in read.texts if tag == "script"]
    assert (
        len(data["data"]) == 3
        and data["scale"] == [0.0, 20.0]
        and data["marks"] == [{"x": 5, "label": "here"}]
    )
    assert len(table_places(chart)) == 10
    whole = Read(page("Two runs", figure(chart)))
    assert "Two runs" in whole.words()


def test_a_table_shows_the_places_at_which_most_curves_have_a_value() -> None:
    xs, values = aligned([dict.fromkeys(range(100), 1.0), dict.fromkeys((20, 40, 60, 80), 2.0)])
    chart = Chart("x", "x", "x", xs, (Series("a", values[0]), Series("b", values[1])), "")
    assert [xs[place] for place in table_places(chart)] == [20, 40, 60, 80]
    assert table_places(replace(chart, xs=(), series=())) == []


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "–"), (float("nan"), "–"), (0, "0"), (0.1234567, "0.1235"), (1e-4, "1e-4"), (0.00012345, "1.234e-4"),
     (12345.6, "12,346"), (-0.5, "-0.5"), (1e20, "1.000e+20")],
)  # fmt: skip
def test_numbers(value: Any, text: str) -> None:
    assert number(value) == text


def test_every_word_of_the_page_is_used() -> None:
    """The page's own short codes are put together, so that the test for all texts cannot see it."""
    folder = Path(texts.__file__).parent.parent / "report"
    source = "\n".join(path.read_text(encoding="utf-8") for path in folder.glob("*.py"))
    source = source.replace("'", '"')
    beginnings = set(re.findall(r'f"([a-z_.]+\.)\{', source)) - {"report_page."}
    assert {"report_page.headline.", "report_page.family.", "state.", "kind."} <= beginnings
    for code in texts.table("report_page"):
        own = code.removeprefix("report_page.").removesuffix("_one")
        named = f'"{code.removesuffix("_one")}"' in source or f'"{own}"' in source
        listed = f'"{own.partition(".")[2]}"' in source and f"{own.partition('.')[0]}." in beginnings
        whole = any(code.startswith(start) for start in beginnings)
        assert named or listed or whole or own.startswith(("state.", "kind.")), code


# Without a script


def test_curves_stand_there_before_any_script_runs(report: RunReport) -> None:
    text = as_html(report)
    charts = run_charts(report.curves)
    read = Read(text)
    assert len(read.of("svg")) == len(charts)
    ways = [attributes["d"] or "" for attributes in read.of("path")]
    assert len(ways) == sum(len(chart.series) for chart in charts)
    places = re.findall(r"(-?\d+) (-?[\d.]+)", "".join(ways))
    assert places and all(0 <= int(x) <= 1000 and -200 <= float(y) <= 400 for x, y in places)
    assert "style=" not in text.split("<body>")[1]


def test_a_curve_that_stands_still_is_short_and_has_its_gaps() -> None:
    xs = [float(x) for x in range(5000)]
    values = [None if x == 2500 else float(x % 7) for x in range(5000)]
    text = still(xs, [Line(values, "line", 1)], None, number)
    (way,) = re.findall(r' d="([^"]+)"', text)
    assert way.count("M") == 2 and way.count("L") < 2 * 240
    assert ">0<" in text and ">4,999<" in text
    assert still([], [], None, number) == "" and still([1.0], [Line([None], "line", 1)], None, number) == ""
    dots = still([1.0, 2.0], [Line([1.0, None], "dots", 2)], (0.0, 2.0), number)
    assert dots.count("h0") == 1


# Words that would turn others around, and very long ones


@given(st.text(alphabet="\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069a"))
def test_no_word_turns_another_around(value: str) -> None:
    assert not re.search("[\u202a-\u202e\u2066-\u2069]", clean(value))
    assert clean("a\u202eb") == "a[U+202E]b"


def test_prompts_have_their_own_direction_and_long_ones_are_folded(report: RunReport) -> None:
    short, long = "\u05e9\u05dc\u05d5\u05dd", "a long prompt " * 40
    assert prompt_words(short) == f'<span dir="auto">{short}</span>'
    text = prompt_words(long)
    assert text.startswith("<details>") and long in text
    assert len(text.partition("</summary>")[0]) < 200
    sheet = replace(report.samples, prompts=(short, long))
    read = Read(as_html(replace(report, samples=sheet)))
    assert any(attributes.get("dir") == "auto" for attributes in read.of("span"))


# Advice


def test_advice_has_the_changed_lines_and_the_command(report: RunReport) -> None:
    changes = {"training.max_train_epochs": 5, "network.dropout": None, "training.seed": 7}
    remark = Remark(
        "change", "Too long", "", ("it rose",), ("fewer epochs",), "likely", ("no validation",), changes
    )
    made = replace(report, advice=(remark,))
    lines = "[network]\n# dropout: taken out\n[training]\nmax_train_epochs = 5\nseed = 7"
    command = f"kohya-driver advise {report.name} --apply next.toml"
    page, words = as_html(made), as_markdown(made)
    assert lines in page and command in page and f"```toml\n{lines}\n```" in words and command in words
    order = [words.index(one) for one in ("- fewer epochs", lines, "- it rose", "- no validation")]
    assert order == sorted(order)
    assert words.count(texts.say("report_page.advice.gaps")) == 1
    assert made.to_json()["advice"][0]["changes"] == changes
    assert made.to_json()["advice"][0]["gaps"] == ["no validation"]


def test_gaps_evidence_and_remedies_stand_apart(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    advice = Advice(
        (Judgement("overfit", "likely", (Evidence("gap.few_steps"),)), Judgement("too_long", "hint", ())),
        (Remedy("shorter", {}, {"training.max_train_epochs": 4}),),
        ("no_validation",),
    )
    monkeypatch.setattr(Remedy, "sentence", property(lambda remedy: "fewer epochs"))
    monkeypatch.setattr("kohya_driver.report.advice.advise", lambda run, history: advice)
    run = make_run(tmp_path, steps=4)
    first, second = remarks_of(run, read_history(run))
    assert first.gaps == (texts.say("advice.gap.no_validation"),) and first.remedies == ("fewer epochs",)
    assert first.evidence == (texts.say("advice.gap.few_steps"),)
    assert first.changes == {"training.max_train_epochs": 4}
    assert (second.gaps, second.remedies, second.changes) == ((), (), {})
