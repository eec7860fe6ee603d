"""Dates in the order that their column shows."""

# Spreadsheets know no time zones: their moments are naive.
# ruff: noqa: DTZ001

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesman_core.records.imports.dates import OrderEvidence, read_date, read_moment
from salesman_core.records.imports.errors import CellError

MOSCOW = ZoneInfo("Europe/Moscow")
DAYS = st.dates(date(1900, 1, 1), date(2199, 12, 31))
CLOSE_DAYS = st.dates(date(1970, 1, 1), date(2069, 12, 31))


def read(text: str, order: str = "") -> date:
    """Give the date of a text."""
    return read_date(text, text, order, UTC)


@pytest.mark.parametrize(
    ("text", "order", "day"),
    [
        ("10/20/2016", "mdy", date(2016, 10, 20)),
        ("3/1/2017", "mdy", date(2017, 3, 1)),
        ("3/1/2017", "dmy", date(2017, 1, 3)),
        ("12.3.26", "", date(2026, 3, 12)),
        ("12.03.1970 г.", "", date(1970, 3, 12)),
        ("2014-03-23", "", date(2014, 3, 23)),
        ("2014-03-23", "mdy", date(2014, 3, 23)),
        ("21.06.2024 15:30", "", date(2024, 6, 21)),
        ("26-12-31", "ymd", date(2026, 12, 31)),
        ("20/10/2016", "", date(2016, 10, 20)),
        ("10/20/2016", "", date(2016, 10, 20)),
        ("05/05/2016", "", date(2016, 5, 5)),
    ],
)
def test_date_is_read_in_its_order(text: str, order: str, day: date) -> None:
    assert read(text, order) == day


def test_date_whose_order_nobody_knows_is_refused() -> None:
    with pytest.raises(CellError, match="Day and month cannot be told apart"):
        read("3/4/2017")


@pytest.mark.parametrize(
    ("text", "order", "example"),
    [
        ("10/20/2016", "dmy", "31.12.2026"),
        ("20/10/2016", "mdy", "12/31/2026"),
        ("31.02.2026", "", "31.12.2026"),
        ("01.01.0001", "", "31.12.2026"),
        ("завтра", "", "31.12.2026"),
        ("2026-13-01", "", "2026-12-31"),
    ],
)
def test_date_that_is_none_is_refused_with_an_example(text: str, order: str, example: str) -> None:
    with pytest.raises(CellError) as refused:
        read(text, order)

    assert refused.value.value == text
    assert refused.value.reason == f"A date like {example} is expected."


def test_date_cell_is_taken_as_it_is() -> None:
    assert read_date(date(2014, 3, 23), "2014-03-23", "mdy", UTC) == date(2014, 3, 23)


def test_number_that_lost_its_date_format_is_a_date() -> None:
    assert read_date(42663.0, "42663", "", UTC) == date(2016, 10, 20)


def test_number_that_is_a_year_is_no_date() -> None:
    with pytest.raises(CellError):
        read_date(2016.0, "2016", "", UTC)


def test_date_of_a_moment_is_the_day_in_the_companys_zone() -> None:
    text = "2024-06-21T23:30:00Z"

    assert read_date(text, text, "", MOSCOW) == date(2024, 6, 22)


@pytest.mark.parametrize(
    ("cell", "hour", "minute"),
    [
        ("21.06.2024 15:30", 12, 30),
        ("21.06.2024", 21, 0),
        ("6/21/2024 3:15 PM", 12, 15),
        ("2024-06-21T15:30:10.123+03:00", 12, 30),
        ("2024-06-21 15:30:00Z", 15, 30),
        (datetime(2024, 6, 21, 15, 30), 12, 30),
    ],
)
def test_moment_is_read_in_the_companys_zone(cell: object, hour: int, minute: int) -> None:
    moment = read_moment(cell, str(cell), "", MOSCOW)

    assert (moment.hour, moment.minute, moment.tzinfo) == (hour, minute, UTC)


def test_moment_with_a_wrong_time_is_refused() -> None:
    with pytest.raises(CellError, match="A time like 15:30 is expected"):
        read_moment("21.06.2024 25:30", "21.06.2024 25:30", "", UTC)


@pytest.mark.parametrize(
    ("cells", "order"),
    [
        (["3/1/2017", "10/20/2016"], "mdy"),
        (["3/1/2017", "20/10/2016"], "dmy"),
        (["3/1/2017", "4/1/2017"], ""),
        (["2017-01-03", "завтра"], ""),
        (["10/20/2016"] * 50 + ["20/10/2016"], "mdy"),
        (["10/20/2016", "20/10/2016"], ""),
    ],
)
def test_column_shows_the_order_of_its_dates(cells: list[str], order: str) -> None:
    evidence = OrderEvidence()
    for cell in cells:
        evidence.add(cell)

    assert evidence.order == order


@given(DAYS)
def test_date_written_in_any_order_reads_back(day: date) -> None:
    assert read(day.isoformat()) == day
    assert read(f"{day.day}.{day.month}.{day.year}", "dmy") == day
    assert read(f"{day.month}/{day.day}/{day.year}", "mdy") == day


@given(CLOSE_DAYS)
def test_date_with_two_digits_of_its_year_reads_back(day: date) -> None:
    assert read(f"{day.day}.{day.month}.{day.year % 100:02}", "dmy") == day


@given(
    st.datetimes(datetime(1971, 1, 1), datetime(2100, 1, 1)).map(lambda at: at.replace(tzinfo=UTC))
)
def test_moment_in_iso_form_reads_back(moment: datetime) -> None:
    whole = moment.replace(microsecond=0)

    assert read_moment(whole.isoformat(), whole.isoformat(), "", MOSCOW) == whole
