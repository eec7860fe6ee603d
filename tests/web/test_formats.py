"""Amounts, dates and names as people read them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from flask import Flask
from flask_babel import force_locale

from salesman_core.web import formats
from salesman_core.web.formats import all_whole

THIN = "\u202f"
WIDE = "\xa0"


@pytest.fixture
def russian(app: Flask) -> Iterator[None]:
    """Speak Russian."""
    with app.test_request_context("/"), force_locale("ru"):
        yield


@pytest.fixture
def english(app: Flask) -> Iterator[None]:
    """Speak English."""
    with app.test_request_context("/"), force_locale("en"):
        yield


def test_money_has_thin_spaces_and_its_sign_behind_in_russian(russian: None) -> None:
    text = formats.money(Decimal("1234567.50"), "RUB")

    assert text == f"1{THIN}234{THIN}567,50{WIDE}₽"


def test_whole_money_is_rounded_and_has_no_hundredths(russian: None) -> None:
    assert formats.money(Decimal("1234567.50"), "RUB", whole=True) == f"1{THIN}234{THIN}568{WIDE}₽"


@pytest.mark.parametrize(
    ("currency", "text"),
    [("USD", "$1,234.50"), ("RUB", "₽1,234.50"), ("KZT", f"KZT{WIDE}1,234.50")],
)
def test_money_in_english_parts_letters_from_the_number(
    english: None, currency: str, text: str
) -> None:
    assert formats.money(Decimal("1234.5"), currency) == text


def test_short_money_is_in_millions(russian: None) -> None:
    assert formats.money_short(Decimal(1_234_567), "RUB") == f"1,2{WIDE}млн{WIDE}₽"


@pytest.mark.parametrize(
    ("octets", "text"),
    [(0, "0 байт"), (1023, f"1{THIN}023 байта"), (1_234_567, "1,2 МБ"), (20 * 1024**2, "20 МБ")],
)
def test_size_is_in_units_of_1024(russian: None, octets: int, text: str) -> None:
    assert formats.size(octets).replace(WIDE, " ") == text


def test_percent_has_a_space_in_russian_only(app: Flask) -> None:
    with app.test_request_context("/"), force_locale("ru"):
        assert formats.percent(Decimal("40.00")) == f"40{THIN}%"
    with app.test_request_context("/"), force_locale("en"):
        assert formats.percent(Decimal("40.00")) == "40%"


def test_moment_is_shown_in_the_company_zone(russian: None) -> None:
    late = datetime(2026, 3, 1, 22, 30, tzinfo=UTC)

    assert formats.moment(late) == f"2 мар. 2026{THIN}г., 01:30"


def test_day_of_a_moment_is_that_of_the_company_zone(russian: None) -> None:
    late = datetime(2026, 3, 1, 22, 30, tzinfo=UTC)

    assert formats.day(late, style="long") == f"2 марта 2026{THIN}г."


@pytest.mark.parametrize(
    ("when", "text"),
    [
        (date(2026, 3, 2), "today"),
        (date(2026, 3, 3), "tomorrow"),
        (date(2026, 3, 1), "yesterday"),
        (date(2026, 3, 7), "in 5 days"),
        (date(2026, 2, 16), "2 weeks ago"),
    ],
)
def test_days_from_now_are_said_in_words(english: None, when: date, text: str) -> None:
    assert formats.days_from_now(when) == text


@pytest.mark.parametrize(
    ("name", "letters"), [("Анна Петрова", "АП"), ("anna", "A"), ("ООО «Ромашка»", "ОР"), ("", "?")]
)
def test_initials_are_the_first_letters_of_two_words(name: str, letters: str) -> None:
    assert formats.initials(name) == letters


@pytest.mark.parametrize("filter_", [formats.number, formats.percent, formats.day, formats.moment])
def test_nothing_is_shown_for_what_is_not_known(filter_: object) -> None:
    assert callable(filter_)
    assert filter_(None) == ""


@pytest.mark.parametrize(
    ("amounts", "whole"),
    [([], True), (["1250.00", None], True), (["1250.00", "0.50"], False), (["-0.01"], False)],
)
def test_column_of_amounts_does_without_hundredths_where_none_has_any(
    amounts: list[str | None], *, whole: bool
) -> None:
    assert all_whole(None if one is None else Decimal(one) for one in amounts) is whole
