"""The pictures of the documentation are there, are shown, and show the reader's language."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PICTURES = ROOT / "docs/pictures"
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
SHOWN = re.compile(r"!\[(?P<text>[^\]]*)\]\((?P<file>[^)\s]+\.(?:png|svg|webp))\)")
TAKEN = re.compile(r'^    "(?P<name>[\w-]+)": Picture\(', re.MULTILINE)
MEGABYTE = 1_000_000


def shown() -> list[tuple[Path, str, Path]]:
    """Give (page, words for who does not see it, file) of each picture that a page shows."""
    return [
        (page, found["text"], (page.parent / found["file"]).resolve())
        for page in PAGES
        for found in SHOWN.finditer(page.read_text("utf-8"))
    ]


def taken() -> set[str]:
    """Give the names of the pictures that the browser takes for each language."""
    files = (ROOT / "tests/browser/pictures").glob("*.py")
    return {name for file in files for name in TAKEN.findall(file.read_text("utf-8"))}


def test_each_picture_that_a_page_shows_is_there() -> None:
    assert [str(file) for _page, _text, file in shown() if not file.is_file()] == []


def test_each_picture_is_shown_by_a_page() -> None:
    files = {file.resolve() for file in PICTURES.rglob("*.*")}

    assert files - {file for _page, _text, file in shown()} == set()


def test_each_picture_says_in_words_what_it_shows() -> None:
    assert [str(page) for page, text, _file in shown() if not text.strip()] == []


@pytest.mark.parametrize("language", ["en", "ru"])
def test_pictures_of_a_language_are_those_that_the_browser_takes(language: str) -> None:
    assert {file.stem for file in (PICTURES / language).glob("*.webp")} == taken()


@pytest.mark.parametrize("language", ["en", "ru"])
def test_guide_shows_pictures_of_its_own_language(language: str) -> None:
    guides = ROOT / "docs/user" / language
    folders = {file.parent for page, _text, file in shown() if page.parent == guides}

    assert folders == {PICTURES / language}


def test_guides_show_the_same_pictures_in_both_languages() -> None:
    by_language = {
        language: [
            (page.name, file.name) for page, _text, file in shown() if page.parent.name == language
        ]
        for language in ("en", "ru")
    }

    assert by_language["en"] == by_language["ru"]


def test_pictures_take_little_of_a_checkout() -> None:
    """Each is small, and all together are no burden to whoever clones."""
    sizes = [file.stat().st_size for file in PICTURES.rglob("*.*")]

    assert max(sizes) < MEGABYTE / 10
    assert 0 < sum(sizes) < 4 * MEGABYTE


def test_all_pictures_are_taken_at_once_though_browsers_take_turns() -> None:
    files = [ROOT / "tests/browser" / name for name in ("test_pictures.py", "test_every_page.py")]
    asked = ("--collect-only", "-q", "-n", "0", "-m", "browser", "--databases", "turns")
    listed = subprocess.run(
        [sys.executable, "-m", "pytest", *asked, *files],
        cwd=ROOT,
        env=os.environ | {"PYTEST_ADDOPTS": ""},  # those of this run may say how much is listed
        capture_output=True,
        text=True,
        check=True,
    ).stdout

    assert listed.count("::test_picture_of_a_guide_can_be_taken[") == 2 * len(taken())
    assert "::test_every_address_is_looked_at_or_is_no_page[" in listed  # it opens none
