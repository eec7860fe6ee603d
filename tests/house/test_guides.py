"""The guides for users name what is on the screen as it stands on the screen."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[2]
GUIDES = sorted((ROOT / "docs/user").glob("*/*.md"))
CATALOGUES = sorted(
    file
    for folder in ("salesman_core", "plugins")
    for file in (ROOT / folder).rglob("translations/ru/LC_MESSAGES/*.po")
)
NAMED = re.compile(r"\*\*(.+?)\*\*")
ILLUSTRATIONS = {"жирным", "bold"}
"""What stands in bold to show what bold means."""


def on_screen(language: str) -> set[str]:
    """Give all texts of pages in a language, English ones being the keys of the others."""
    found: set[str] = set()
    for file in CATALOGUES:
        with file.open("rb") as stream:
            for message in read_po(stream, locale="ru"):
                text = message.id if language == "en" else message.string
                found.update([text] if isinstance(text, str) else text)
    return found


@pytest.mark.parametrize("guide", GUIDES, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_what_a_guide_names_is_on_the_screen(guide: Path) -> None:
    named = set(NAMED.findall(guide.read_text("utf-8"))) - ILLUSTRATIONS

    assert named - on_screen(guide.parent.name) == set()


def test_each_guide_is_there_in_both_languages() -> None:
    by_language = {
        language: {file.name for file in GUIDES if file.parent.name == language}
        for language in ("en", "ru")
    }

    assert by_language["en"] == by_language["ru"]
    assert len(by_language["en"]) == 9
