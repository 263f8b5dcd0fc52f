"""Builds these pages as a web site, in both languages: `make docs`. A link that leads nowhere ends it.

GitHub shows the pages as they stand here, with the languages side by side (`x.md`, `x.zh-CN.md`). For the site each language has a
folder of its own in which a page is `x.md`; one that there is only in English stands in both.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

DOCS = Path(__file__).parent
CHINESE = ".zh-CN.md"
NAMES: Mapping[str, Mapping[str, str]] = {
    "en": {"site": "kohya-driver", "language": "en", "home": "Contents"},
    "zh": {"site": "kohya-driver", "language": "zh", "home": "目录"},
}
OTHER_LANGUAGE = re.compile(r"^\[(?:中文|English)\]\(README[^)]*\)\n+", re.MULTILINE)
"""The site has a switch for it."""


def pages(language: str) -> dict[str, str]:
    """File name to text, of one language; README.md is the first page."""
    english = {path.name: path for path in DOCS.glob("*.md") if not path.name.endswith(CHINESE)}
    taken = english
    if language == "zh":
        taken = {name: _twin(path) for name, path in english.items()}
    return {name: _for_site(path.read_text(encoding="utf-8")) for name, path in taken.items()}


def _twin(path: Path) -> Path:
    chinese = path.with_name(f"{path.stem}{CHINESE}")
    return chinese if chinese.is_file() else path


def _for_site(text: str) -> str:
    return OTHER_LANGUAGE.sub("", re.sub(r"\]\(([\w-]+)\.zh-CN\.md", r"](\1.md", text))


def navigation(contents: str) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """The sections of README.md with their pages, each with its words there."""
    for part in re.split(r"^\*\*", contents, flags=re.MULTILINE)[1:]:
        yield part.partition("**")[0], re.findall(r"\[([^\]]+)\]\(([\w-]+\.md)\)", part)


def config(language: str, contents: str) -> str:
    """zensical.toml."""
    words = NAMES[language]
    sections = ", ".join(
        f"{{{_text(title)} = [{', '.join(f'{{{_text(name)} = {_text(page)}}}' for name, page in pages)}]}}"
        for title, pages in navigation(contents)
    )
    here, there = ("./", "./zh/") if language == "en" else ("../", "./")
    return f"""\
[project]
site_name = {_text(words["site"])}
docs_dir = "pages"
site_dir = "site"
use_directory_urls = false
nav = [{{{_text(words["home"])} = "README.md"}}, {sections}]

[project.theme]
language = {_text(words["language"])}
font = false
features = ["navigation.footer", "content.code.copy", "search.highlight"]

[[project.extra.alternate]]
name = "English"
link = "{here}"
lang = "en"

[[project.extra.alternate]]
name = "中文"
link = "{there}"
lang = "zh"
"""


def _text(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def build(target: Path, texts: Mapping[str, Mapping[str, str]] | None = None) -> None:
    """The site in `target`, English; in `target/zh`, Chinese.

    Args:
        texts: other pages than these, by language, for tests.

    Raises:
        SystemExit: a link or an anchor leads nowhere; what the builder says stands in it.
    """
    shutil.rmtree(target, ignore_errors=True)
    for language in NAMES:
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch)
            found = dict((texts or {}).get(language) or pages(language))
            for name, text in found.items():
                (folder / "pages").mkdir(exist_ok=True)
                (folder / "pages" / name).write_text(text, encoding="utf-8")
            (folder / "zensical.toml").write_text(config(language, found["README.md"]), encoding="utf-8")
            _run(folder)
            shutil.copytree(
                folder / "site", target if language == "en" else target / language, dirs_exist_ok=True
            )


def _run(folder: Path) -> None:
    command = [sys.executable, "-m", "zensical", "build", "--strict", "--clean"]
    done = subprocess.run(command, cwd=folder, capture_output=True, encoding="utf-8", timeout=300)
    if done.returncode:
        raise SystemExit(re.sub(r"\x1b\[[\d;]*m", "", done.stdout + done.stderr))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target", nargs="?", type=Path, default=Path("site"))
    build(parser.parse_args().target)
