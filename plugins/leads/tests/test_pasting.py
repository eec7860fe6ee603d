"""Leads pasted as lines."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
import sqlalchemy as sa
from flask import Flask
from salesman_leads.models import Lead
from salesman_leads.pasting import paste_leads, taken_apart

from salesman_core.errors import InvalidError
from salesman_core.toolkit import reading

Statements = Callable[[], AbstractContextManager[list[str]]]


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        (
            "Anna\tBoilers Ltd\t+7 916 123-45-67\tanna@example.com",
            ("Anna", "Boilers Ltd", ["+7 916 123-45-67"], ["anna@example.com"]),
        ),
        (
            "anna@example.com; 8 (916) 123-45-67; Анна Петрова; ООО «Ромашка»",
            ("Анна Петрова", "ООО «Ромашка»", ["8 (916) 123-45-67"], ["anna@example.com"]),
        ),
        ("Anna", ("Anna", "", [], [])),
        ("8 916 123-45-67", ("", "", ["8 916 123-45-67"], [])),
        ("Anna, order 1234567", ("Anna", "order 1234567", [], [])),
    ],
)
@pytest.mark.databases("sqlite")
def test_line_is_taken_apart(
    app: Flask, line: str, parts: tuple[str, str, list[str], list[str]]
) -> None:
    found = taken_apart(line)

    assert (found["name"], found["company"], found["phones"], found["emails"]) == parts


def test_each_line_becomes_a_lead(app: Flask) -> None:
    ids = paste_leads("Anna\n\n  Boris, Boilers Ltd  \n", {"source": "exhibition"})

    rows = reading().execute(sa.select(Lead.title, Lead.source).order_by(Lead.id)).all()
    assert len(ids) == 2
    assert [tuple(row) for row in rows] == [
        ("Anna", "exhibition"),
        ("Boris, Boilers Ltd", "exhibition"),
    ]


def test_line_that_says_nothing_is_named_and_nothing_is_taken_in(app: Flask) -> None:
    with pytest.raises(InvalidError, match="Line 2"):
        paste_leads("Anna\n;;\nBoris", {})

    assert reading().scalar(sa.select(sa.func.count(Lead.id))) == 0


def test_each_line_that_cannot_be_taken_in_is_named(app: Flask) -> None:
    with pytest.raises(InvalidError) as caught:
        paste_leads(f"Anna\n;;\n{'A' * 301}\nBoris\n{'B ' * 1001}", {})

    nobody = "Give a name, a company, a phone, an email or a key in another system."
    assert str(caught.value.fields["lines"]) == (
        f"Line 2: {nobody} Line 3: At most 300 characters fit here. Line 5: "
        "At most 2000 characters fit here."
    )


def test_many_wrong_lines_are_named_as_far_as_anybody_reads(app: Flask) -> None:
    with pytest.raises(InvalidError) as caught:
        paste_leads("\n".join([";;"] * 25), {})

    told = str(caught.value)
    assert (told.count("Line "), told.endswith("And 5 more lines.")) == (20, True)


def test_many_lines_are_written_together(app: Flask, statements: Statements) -> None:
    pasted = "\n".join(f"Anna {number}" for number in range(40))

    with statements() as sent:
        ids = paste_leads(pasted, {"source": "exhibition"})

    assert (len(ids), len(sent) < 20) == (40, True)


def test_line_with_too_long_a_name_is_named(app: Flask) -> None:
    with pytest.raises(InvalidError, match="Line 2") as caught:
        paste_leads("Anna\n" + "A" * 301, {})

    assert set(caught.value.fields) == {"lines"}


def test_what_is_wrong_with_all_lines_is_told_at_its_own_field(app: Flask) -> None:
    with pytest.raises(InvalidError) as caught:
        paste_leads("Anna", {"source": "s" * 101})

    assert set(caught.value.fields) == {"source"}
