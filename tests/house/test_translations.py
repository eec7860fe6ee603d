"""The catalogues are complete, and say the same as the code in another language."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[2]
CATALOGUES = sorted(
    [
        *ROOT.glob("salesman_core/translations/*/*/*.po"),
        *ROOT.glob("plugins/*/*/translations/*/*/*.po"),
    ]
)
PLACE = re.compile(r"%\(\w+\)[sd]|\{\w+\}")
FOREIGN_QUOTES = {"ru": set("“”")}


@pytest.fixture(params=CATALOGUES, ids=lambda file: file.stem)
def catalogue(request: pytest.FixtureRequest) -> Catalog:
    file: Path = request.param
    with file.open("rb") as stream:
        return read_po(stream, locale=file.parts[-3], domain=file.stem)


def forms(message: Message) -> list[str]:
    """Give what a text is in the other language: several forms where it is counted."""
    given = message.string or ""
    return [given] if isinstance(given, str) else list(given)


def texts(catalogue: Catalog) -> list[tuple[str, str]]:
    """Give each text beside each of its forms; of a counted one, the text for many."""
    return [
        (message.id if isinstance(message.id, str) else message.id[-1], form)
        for message in catalogue
        if message.id
        for form in forms(message)
    ]


def test_catalogues_hold_every_text_of_the_code_and_no_other() -> None:
    command = [sys.executable, str(ROOT / "tools" / "translations"), "--check"]

    answer = subprocess.run(command, capture_output=True, text=True, check=False)

    assert answer.returncode == 0, (
        f"run tools/translations, and translate what is new:\n{answer.stdout}{answer.stderr}"
    )


def test_translations_keep_the_places_that_values_go_to(catalogue: Catalog) -> None:
    other = [
        (text, translated)
        for text, translated in texts(catalogue)
        if sorted(set(PLACE.findall(text))) != sorted(set(PLACE.findall(translated)))
    ]

    assert other == []


def test_counted_texts_have_every_form_of_the_language(catalogue: Catalog) -> None:
    counted = [message for message in catalogue if message.pluralizable]
    complete = {message.id[0]: len(list(filter(None, forms(message)))) for message in counted}

    assert complete == dict.fromkeys(complete, catalogue.num_plurals)


def test_translations_have_the_quotes_of_their_language(catalogue: Catalog) -> None:
    foreign = FOREIGN_QUOTES[str(catalogue.locale)]

    assert [translated for _, translated in texts(catalogue) if set(translated) & foreign] == []
