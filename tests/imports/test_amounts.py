"""Amounts as people write them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesman_core.records.imports.amounts import (
    MarkEvidence,
    currency_of,
    read_money,
    read_number,
)
from salesman_core.records.imports.errors import CellError

AMOUNTS = st.decimals(min_value=-(10**14), max_value=10**14, places=2)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1054", "1054"),
        ("45 000,00", "45000"),
        ("45\u00a0000,00", "45000"),
        ("45\u202f000,5", "45000.5"),
        ("1,054", "1054"),
        ("1.054", "1054"),
        ("1,054.50", "1054.50"),
        ("3 756 000,00", "3756000"),
        ("1,5", "1.5"),
        ("0,125", "0.125"),
        ("1100.04", "1100.04"),
        (",50", "0.50"),
        ("1'054.50", "1054.50"),
        ("1’054", "1054"),
        ("1.054.200", "1054200"),
        ("12 345,678", "12345.678"),
        ("-5,00", "-5"),
        ("\u22125", "-5"),
        ("(12.50)", "-12.50"),
        ("1000-", "-1000"),
        ("5.000,-", "5000"),
        ("+10", "10"),
    ],
)
def test_money_is_read_as_people_write_it(text: str, amount: str) -> None:
    assert read_money(text) == (Decimal(amount), "")


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("€ 3.500,00", "3500", "EUR"),
        ("3500 €", "3500", "EUR"),
        ("$1,054", "1054", "USD"),
        ("-$5", "-5", "USD"),
        ("45 000 руб.", "45000", "RUB"),
        ("45000р.", "45000", "RUB"),
        ("руб. 500", "500", "RUB"),
        ("100 ₽", "100", "RUB"),
        ("1000 USD", "1000", "USD"),
        ("chf 20", "20", "CHF"),
    ],
)
def test_money_tells_the_currency_beside_it(text: str, amount: str, currency: str) -> None:
    assert read_money(text) == (Decimal(amount), currency)


@pytest.mark.parametrize(
    "text",
    ["abc", "12 34", "30 000 - 50 000", "1,2,3", "5 штук", "1.2.3,4", "12 345 67", "10 руб 5 коп"],
)
def test_money_that_is_none_is_refused_with_its_text(text: str) -> None:
    with pytest.raises(CellError) as refused:
        read_money(text)

    assert refused.value.value == text
    assert refused.value.reason == "An amount is expected, as 45 000,00 or 1,054.50."


def test_money_too_large_for_a_table_is_refused() -> None:
    with pytest.raises(CellError, match="The number is too large"):
        read_money("1 000 000 000 000 000")


def test_mark_of_the_column_decides_what_a_cell_leaves_open() -> None:
    assert read_money("1,054", ",") == (Decimal("1.054"), "")
    assert read_money("1,054", ".") == (Decimal(1054), "")


def test_mark_that_a_cell_shows_itself_is_stronger_than_its_column() -> None:
    assert read_money("1100.04", ",") == (Decimal("1100.04"), "")


def test_number_takes_a_lone_point_for_decimals() -> None:
    assert read_number("1.054") == Decimal("1.054")
    assert read_number("1,054") == Decimal(1054)
    assert read_number("18 %") == Decimal(18)


def test_number_with_a_unit_is_refused() -> None:
    with pytest.raises(CellError, match="A number is expected"):
        read_number("5 шт.")


@pytest.mark.parametrize(
    ("cells", "mark"),
    [
        (["1,054", "2,5"], ","),
        (["1,054", "1,054.20"], "."),
        (["1,054", "45 000,000"], ","),
        (["1,054", "12"], ""),
        (["1,5", "1.5"], ""),
        (["a, b", "1,5"], ","),
    ],
)
def test_column_shows_its_decimal_mark(cells: list[str], mark: str) -> None:
    evidence = MarkEvidence()
    for cell in cells:
        evidence.add(cell)

    assert evidence.mark == mark


@pytest.mark.parametrize(
    ("cells", "parting"),
    [
        (["45 000,50", "1.054"], {" ", "."}),
        (["1.054,20"], {"."}),
        (["1'054.20"], {"'"}),
        (["12,5", "7"], set()),
    ],
)
def test_column_shows_what_parts_its_thousands(cells: list[str], parting: set[str]) -> None:
    evidence = MarkEvidence()
    for cell in cells:
        evidence.add(cell)

    assert evidence.parting - {"", evidence.mark} == parting


def test_word_that_is_no_currency_is_none() -> None:
    assert currency_of("Отдел") is None
    assert currency_of("abc") is None


@given(AMOUNTS)
def test_amount_written_in_russian_reads_back(amount: Decimal) -> None:
    written = f"{amount:,.2f}".replace(",", "\u202f").replace(".", ",") + " ₽"

    assert read_money(written) == (amount, "RUB")


@given(AMOUNTS)
def test_amount_written_in_english_reads_back(amount: Decimal) -> None:
    assert read_money(f"{amount:,.2f}") == (amount, "")


@given(AMOUNTS)
def test_amount_written_in_german_reads_back(amount: Decimal) -> None:
    written = f"{amount:,.2f}".translate(str.maketrans(",.", ".,"))

    assert read_money(f"€ {written}") == (amount, "EUR")
