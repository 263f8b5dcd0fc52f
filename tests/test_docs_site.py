"""Every page of the documents is built as a site, in both languages, strictly: no link and no anchor leads nowhere."""

from __future__ import annotations

import importlib.util
import re
import runpy
from pathlib import Path
from typing import Any

import pytest

from tests.chinese import CHINESE

ROOT = Path(__file__).parent.parent
SITE: dict[str, Any] = runpy.run_path(str(ROOT / "docs" / "site.py"))
LANGUAGES = ("en", "zh")
pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("zensical") is None, reason="the builder of the site, zensical, is not installed"
)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("site") / "out"
    SITE["build"](target)
    return target


def test_every_page_is_built(built: Path) -> None:
    for language, folder in zip(LANGUAGES, (built, built / "zh"), strict=True):
        wanted = {name.replace("README", "index").replace(".md", ".html") for name in SITE["pages"](language)}
        assert wanted <= {path.name for path in folder.glob("*.html")}
        assert len(wanted) > 25


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_contents_name_every_page(language: str) -> None:
    pages = SITE["pages"](language)
    named = [page for _, found in SITE["navigation"](pages["README.md"]) for _, page in found]
    assert sorted(named) == sorted(set(pages) - {"README.md"})


def test_the_languages_are_told_apart(built: Path) -> None:
    english, chinese = built / "tutorial.html", built / "zh" / "tutorial.html"
    assert '<html lang="en"' in english.read_text(encoding="utf-8")
    text = chinese.read_text(encoding="utf-8")
    assert '<html lang="zh"' in text and len(CHINESE.findall(text)) > 500
    assert "zh-CN" not in "".join(re.findall(r'href="([^"]*)"', text))


def test_nothing_is_fetched_from_elsewhere(built: Path) -> None:
    for page in built.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert not re.findall(
            r'<(?:script|img|link)[^>]+(?:src|href)="https?://(?!zensical\.org)[^"]*\.(?:js|css|woff2?|png)"',
            text,
        ), page


@pytest.mark.parametrize("link", ["nowhere.md", "settings.md#no-such-heading"])
def test_a_broken_link_ends_it(tmp_path: Path, link: str) -> None:
    pages = {language: SITE["pages"](language) for language in LANGUAGES}
    pages["zh"] = {**pages["zh"], "models.md": f"# 底模\n\n[这里]({link})\n"}
    with pytest.raises(SystemExit) as ended:
        SITE["build"](tmp_path / "out", pages)
    assert "models.md" in str(ended.value) and "does not exist" in str(ended.value)
