"""Several texts on one line: what is written so is read the same again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesman_core.records.export_files import guarded
from salesman_core.records.imports.cells import Hints, read_cell
from salesman_core.records.imports.delimited import unguarded
from salesman_core.records.listing import listed, on_one_line

PARTS = st.text("ab ,;|/\"\n'", min_size=1).map(lambda one: " ".join(one.split())).filter(bool)


@given(st.lists(PARTS))
def test_parts_on_one_line_are_read_as_the_same_parts(parts: list[str]) -> None:
    assert listed(on_one_line(parts)) == parts


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        ("vip, big;old|new\nlast", ["vip", "big", "old", "new", "last"]),
        ('"big, really", vip', ["big, really", "vip"]),
        ('ООО "Ромашка", "Лютик" ЗАО', ['ООО "Ромашка"', '"Лютик" ЗАО']),
        (' , "", ;', []),
    ],
)
def test_line_is_read_as_people_write_it(line: str, parts: list[str]) -> None:
    assert listed(line) == parts


@pytest.mark.parametrize("kind", ["phones", "emails"])
def test_phones_and_addresses_in_quotation_marks_are_kept_as_they_are(kind: str) -> None:
    parts = ("ask, please/5", "b@example.com; c", "+7 495 123-45-67/68")

    reading = read_cell(kind, on_one_line(parts), Hints())

    assert reading is not None
    assert (reading.value, reading.warning) == (parts, "")


@given(st.text("=+-@\t\r'a1"))
def test_text_that_is_kept_from_running_is_read_as_it_was_typed(text: str) -> None:
    assert unguarded(guarded(text)) == text
    assert not guarded(text).startswith(("=", "+", "-", "@", "\t", "\r"))
