"""Cells read into the values of fields."""

# Spreadsheets know no time zones: their moments are naive.
# ruff: noqa: DTZ001

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesman_core.records.imports.cells import READERS, Hints, Reading, read_cell, text_of
from salesman_core.records.imports.errors import CellError
from salesman_core.records.imports.sheet import Cell

PLAIN = Hints()


def value(kind: str, cell: Cell) -> Any:
    """Give what a cell is read into."""
    reading = read_cell(kind, cell, PLAIN)
    assert reading is not None
    return reading.value


def refused_value(kind: str, cell: Cell) -> str | None:
    """Give the value that is named where a cell is refused, None where it is read."""
    try:
        read_cell(kind, cell, PLAIN)
    except CellError as refused:
        return refused.value
    return None


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("как есть", "как есть"),
        (1054.0, "1054"),
        (1000003, "1000003"),
        (0.6, "0.6"),
        (102.60000000000001, "102.6"),
        (1e-7, "0.0000001"),
        (5.80502800005684e18, "5805028000056840000"),
        (True, "TRUE"),
        (date(2014, 3, 23), "2014-03-23"),
        (datetime(2014, 3, 23, 15, 30), "2014-03-23 15:30:00"),
        (time(0, 26, 43), "00:26:43"),
        (timedelta(days=2, seconds=1046), "48:17:26"),
    ],
)
def test_text_of_a_cell_is_what_its_spreadsheet_shows(cell: Cell, text: str) -> None:
    assert text_of(cell) == text


@pytest.mark.parametrize("kind", READERS)
def test_blank_cell_holds_nothing(kind: str) -> None:
    assert read_cell(kind, "", PLAIN) is None


@pytest.mark.parametrize("kind", sorted(set(READERS) - {"text"}))
def test_lone_dash_holds_nothing(kind: str) -> None:
    assert read_cell(kind, "—", PLAIN) is None


@pytest.mark.parametrize("kind", READERS)
@pytest.mark.parametrize("shown", ["#REF!", "#N/A", "#DIV/0!"])
def test_failed_formula_is_refused(kind: str, shown: str) -> None:
    with pytest.raises(CellError, match="A formula of the spreadsheet failed here"):
        read_cell(kind, shown, PLAIN)


def test_text_that_looks_like_a_formula_stays_text() -> None:
    assert value("text", "=IF(A1;1;2)") == "=IF(A1;1;2)"


def test_number_that_lost_digits_is_kept_with_a_warning() -> None:
    reading = read_cell("text", 5.80502800005684e18, PLAIN)

    assert reading == Reading(
        "5805028000056840000",
        "The spreadsheet kept only the first 15 digits of this number.",
    )


def test_money_of_a_number_cell_is_exact() -> None:
    assert value("money", 102.60000000000001) == Decimal("102.60")


def test_money_is_rounded_with_a_warning() -> None:
    assert read_cell("money", "10,505 €", Hints(decimal_mark=",")) == Reading(
        Decimal("10.51"), "rounded to 10.51", "EUR"
    )


def test_money_of_a_date_cell_is_refused() -> None:
    with pytest.raises(CellError, match="“2014-03-23”: A number is expected"):
        read_cell("money", date(2014, 3, 23), PLAIN)


@pytest.mark.parametrize(
    ("cell", "phones"),
    [
        ("+7(342)2000000", ("+7(342)2000000",)),
        ("8 912 345-67-89, +7 (342) 200-00-00", ("8 912 345-67-89", "+7 (342) 200-00-00")),
        ("200-00-00; 200-00-01 / 200-00-02", ("200-00-00", "200-00-01", "200-00-02")),
        ("+7 342 200-00-00, доб. 12", ("+7 342 200-00-00, доб. 12",)),
        ("200-00-00\n200-00-00", ("200-00-00",)),
        (79123456789.0, ("79123456789",)),
        ("нет", ("нет",)),
    ],
)
def test_phones_of_one_cell_are_split(cell: Cell, phones: tuple[str, ...]) -> None:
    assert value("phones", cell) == phones


@pytest.mark.parametrize(
    ("cell", "emails"),
    [
        ("client@ya.ru1", ("client@ya.ru1",)),
        ("a@b.ru, c@d.com;e@f.org", ("a@b.ru", "c@d.com", "e@f.org")),
        ("mailto:a@b.ru", ("a@b.ru",)),
        ("A@b.ru a@B.ru", ("A@b.ru",)),
        ("не указан", ("не указан",)),
    ],
)
def test_email_addresses_of_one_cell_are_split(cell: str, emails: tuple[str, ...]) -> None:
    assert value("emails", cell) == emails


@pytest.mark.parametrize(
    ("kind", "cell"),
    [
        ("phones", "+7 *** ** 67"),
        ("phones", "***"),
        ("phones", '8 495 000-00-01, "+7 *** ** 67"'),
        ("emails", "a***@…"),
        ("emails", "anna@example.com, ***@…"),
    ],
)
def test_what_was_written_masked_is_no_phone_and_no_address(kind: str, cell: str) -> None:
    with pytest.raises(CellError) as refused:
        read_cell(kind, cell, Hints())

    assert str(refused.value.reason) == "This is masked: whoever wrote the file might not read it."


def test_words_beside_an_address_are_told() -> None:
    reading = read_cell("emails", "Иван Петров <ivan@example.com>", PLAIN)

    assert reading == Reading(("ivan@example.com",), "Beside the address stood: Иван Петров.")


def test_list_is_split_and_each_word_kept_once() -> None:
    assert value("list", "VIP; опт , vip;;Москва и область") == ("VIP", "опт", "Москва и область")


@pytest.mark.parametrize("cell", ["Да", "yes", "TRUE", "1", 1.0, True, "x"])
def test_flag_is_set_in_many_words(cell: Cell) -> None:
    assert value("flag", cell) is True


@pytest.mark.parametrize("cell", ["Нет", "no", "false", "0", 0.0, False])
def test_flag_is_cleared_in_many_words(cell: Cell) -> None:
    assert value("flag", cell) is False


def test_flag_that_is_none_is_refused() -> None:
    with pytest.raises(CellError, match="“возможно”: Yes or no is expected"):
        read_cell("flag", "возможно", PLAIN)


@given(kind=st.sampled_from(sorted(READERS)), cell=st.text(max_size=40).map(str.strip))
def test_any_text_is_read_or_refused_by_name(kind: str, cell: str) -> None:
    assert refused_value(kind, cell) in (None, cell)


@given(
    kind=st.sampled_from(sorted(READERS)),
    cell=st.one_of(
        st.integers(-(10**18), 10**18),
        st.floats(allow_nan=False, allow_infinity=False),
        st.booleans(),
        st.dates(),
        st.datetimes(),
        st.times(),
        st.timedeltas(timedelta(0), timedelta(days=1000)),
    ),
)
def test_any_typed_cell_is_read_or_refused(kind: str, cell: Cell) -> None:
    assert refused_value(kind, cell) in (None, text_of(cell))
