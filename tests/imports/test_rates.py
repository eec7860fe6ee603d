"""Rates out of files, as a bank or an accountant gives them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from salesman_core.db import reading
from salesman_core.deals.models import Deal
from salesman_core.deals.rate_table import latest_rates
from salesman_core.jobs.port import jobs
from salesman_core.records.imports import ImportResult, mapping_of
from salesman_core.records.imports.journal import Journal
from salesman_core.records.imports.keeping import note_import
from salesman_core.records.imports.service import import_run, import_type
from salesman_core.records.imports.undo import take_back
from salesman_core.services.rates import rate_on
from salesman_core.testing.people import Make

pytestmark = pytest.mark.usefixtures("app")

WriteCsv = Callable[..., Path]

HEAD = "Дата;Букв. код;Номинал;Курс"
NOVEMBER = date(2026, 11, 2)


@pytest.fixture
def bring(write_csv: WriteCsv) -> Callable[..., tuple[int, ImportResult]]:
    """A function that imports lines of rates; gives the number of the import, and its result."""

    def bring(*lines: str) -> tuple[int, ImportResult]:
        type_, number = import_type("rates"), note_import("rates", "rates.csv")
        path = write_csv(HEAD, *lines)
        run = import_run(type_, path, mapping_of("", type_.fields), journal=Journal(number))
        return number, run.apply()

    return bring


Bring = Callable[..., tuple[int, ImportResult]]


def held() -> list[tuple[str, date, Decimal]]:
    reading().rollback()
    return [(one.currency, one.day, one.rate) for one in latest_rates()]


def test_rates_of_a_bank_are_read_for_one_unit(bring: Bring) -> None:
    bring("02.11.2026;USD;1;92,5", "02.11.2026;JPY;100;61,2345")

    assert held() == [("JPY", NOVEMBER, Decimal("0.612345")), ("USD", NOVEMBER, Decimal("92.5"))]


def test_same_rates_once_more_change_nothing(bring: Bring) -> None:
    bring("02.11.2026;USD;1;92,5")

    _number, result = bring("02.11.2026;USD;1;92,5", "03.11.2026;USD;;93")

    assert result.last_line == "created 1, updated 0, unchanged 1, refused 0"


def test_row_that_is_no_rate_is_refused_at_its_field(bring: Bring) -> None:
    _number, result = bring(
        "02.11.2026;RUB;1;1", "02.11.2026;USD;1;0", "02.11.2026;USD;3;1", "02.11.2026;USD;0.5;1"
    )

    assert [list(one.problems) for one in result.refused_rows] == [
        ["currency"],
        ["rate"],
        ["rate"],
        ["per"],
    ]
    assert held() == []


def test_import_of_rates_is_taken_back_and_what_stood_before_is_there_again(bring: Bring) -> None:
    bring("02.11.2026;USD;1;92,5")
    number, _result = bring("02.11.2026;USD;1;95", "03.11.2026;USD;1;96")

    take_back(number)

    assert held() == [("USD", NOVEMBER, Decimal("92.5"))]
    assert rate_on("RUB", "USD", date(2026, 11, 3)) == Decimal("92.5")


def test_deals_that_lacked_a_rate_have_it_after_the_import(bring: Bring, make: Make) -> None:
    deal_id = make.deal(amount="1", currency="USD", opened_on=NOVEMBER)

    bring("02.11.2026;USD;1;92,5")
    jobs().drain()

    reading().rollback()
    assert reading().get_one(Deal, deal_id).rate == Decimal("92.5")
