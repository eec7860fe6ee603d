"""A deal keeps the rate of its day; where none is known that is said, and never taken as 1."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from salesman_core.clock import today
from salesman_core.db import reading
from salesman_core.deals.rate_lines import rates_of
from salesman_core.deals.rate_table import DatedRate, delete_rate, enter_rates, latest_rates
from salesman_core.deals.rates import converted
from salesman_core.deals.service import change_deal, close_deal, reopen_deal
from salesman_core.errors import InvalidError
from salesman_core.jobs.port import jobs
from salesman_core.records.models import Audit
from salesman_core.services.company import change_company, company
from salesman_core.services.rates import MOST_DAYS, rate_on
from salesman_core.testing.people import Api, Make

ApiFor = Callable[[str], Api]
BrowserFor = Callable[[str], FlaskClient]

NOVEMBER = date(2026, 11, 2)


def entered(currency: str = "USD", day: date = NOVEMBER, rate: str = "92.5") -> None:
    enter_rates([DatedRate(currency, day, Decimal(rate))])


def worth(api_for: ApiFor, deal_id: int) -> tuple[str | None, str | None]:
    reading().rollback()
    deal = api_for("head").get(f"/deals/{deal_id}").json
    return deal["rate"], deal["company_amount"]


def dollars(make: Make, opened_on: date = NOVEMBER) -> int:
    return make.deal(amount="100.10", currency="USD", opened_on=opened_on)


def test_deal_keeps_the_rate_of_the_day_it_was_opened(
    app: Flask, make: Make, api_for: ApiFor
) -> None:
    entered()
    deal_id = dollars(make)

    entered(rate="300")

    assert worth(api_for, deal_id) == ("92.50000000", "9259.25")


def test_deal_in_the_companys_currency_needs_no_rate(
    app: Flask, make: Make, api_for: ApiFor
) -> None:
    assert worth(api_for, make.deal(amount="100.10")) == (None, "100.10")


def test_missing_rate_is_none_and_never_one(app: Flask, make: Make, api_for: ApiFor) -> None:
    deal_id = dollars(make)

    assert worth(api_for, deal_id) == (None, None)
    listed = api_for("head").get("/deals?rate_missing=true").json["items"]
    assert [one["id"] for one in listed] == [deal_id]


def test_missing_rate_is_said_on_the_card_and_in_the_list(
    app: Flask, make: Make, browser_for: BrowserFor
) -> None:
    deal_id = dollars(make)

    head = browser_for("head").get(f"/deals/{deal_id}").text
    administrator = browser_for("administrator").get(f"/deals/{deal_id}").text

    assert "The rate of USD for Nov 2, 2026 is missing." in head
    assert ("/admin/rates" in head, "/admin/rates" in administrator) == (False, True)
    columns = {"column": ["name", "company_amount"]}
    browser_for("head").post("/deals/columns", data=columns)
    assert "rate is missing" in browser_for("head").get("/deals").text


def test_rate_that_comes_later_reaches_the_deals_that_lack_it(
    app: Flask, make: Make, api_for: ApiFor
) -> None:
    lacking, later = dollars(make), dollars(make, date(2026, 11, 23))
    entered()
    entered(day=date(2026, 11, 20), rate="95")

    jobs().drain()

    assert worth(api_for, lacking) == ("92.50000000", "9259.25")
    assert worth(api_for, later) == ("95.00000000", "9509.50")
    last = sa.select(Audit.changes).where(Audit.kind == "deal", Audit.record_id == lacking)
    newest = reading().scalars(last.order_by(Audit.id.desc()).limit(1)).one()
    assert newest["rate"] == [None, "92.50000000"]


def test_closed_deal_keeps_the_rate_of_its_closing_until_it_is_opened_again(
    app: Flask, make: Make, api_for: ApiFor
) -> None:
    entered()
    deal_id = dollars(make)
    entered(day=today(company().tz), rate="100")

    close_deal(deal_id, "won")
    assert worth(api_for, deal_id)[0] == "100.00000000"
    reopen_deal(deal_id)
    assert worth(api_for, deal_id)[0] == "92.50000000"


def test_deal_in_another_currency_has_another_rate(app: Flask, make: Make, api_for: ApiFor) -> None:
    entered()
    entered("EUR", rate="101")
    deal_id = dollars(make)

    change_deal(deal_id, {"currency": "EUR"})
    assert worth(api_for, deal_id)[0] == "101.00000000"
    change_deal(deal_id, {"currency": "CNY"})
    assert worth(api_for, deal_id) == (None, None)


def test_rate_holds_until_the_next_but_not_for_ever(app: Flask) -> None:
    entered()

    assert rate_on("RUB", "USD", date(2026, 11, 1)) is None
    assert rate_on("RUB", "USD", date.fromordinal(NOVEMBER.toordinal() + MOST_DAYS - 1)) == 92.5
    assert rate_on("RUB", "USD", date.fromordinal(NOVEMBER.toordinal() + MOST_DAYS)) is None


def test_rate_to_a_former_currency_of_the_company_counts_as_missing(
    app: Flask, make: Make, api_for: ApiFor
) -> None:
    entered()
    deal_id = dollars(make)

    change_company({"currency": "EUR"})
    assert worth(api_for, deal_id) == (None, None)
    change_company({"currency": "RUB"})
    assert worth(api_for, deal_id)[0] == "92.50000000"


def test_deleted_rate_stays_with_the_deals_that_took_it(
    app: Flask, make: Make, api_for: ApiFor
) -> None:
    entered()
    deal_id = dollars(make)
    (rate,) = latest_rates()

    delete_rate(rate.id)

    assert worth(api_for, deal_id)[0] == "92.50000000"
    assert worth(api_for, dollars(make)) == (None, None)


def test_rates_page_enters_deletes_and_puts_back(app: Flask, browser_for: BrowserFor) -> None:
    browser = browser_for("administrator")
    values = {"currency": "USD", "day": "02.11.2026", "rate": "92.5"}

    assert browser.post("/admin/rates", data=values).status_code == 302
    assert "92.50" in browser.get("/admin/rates").text
    (rate,) = latest_rates()
    browser.post(f"/admin/rates/{rate.id}/delete")
    reading().rollback()
    assert latest_rates() == []
    browser.post("/admin/rates?currency=USD&day=2026-11-02&rate=92.50000000")
    reading().rollback()
    assert [tuple(one)[1:] for one in latest_rates()] == [("USD", NOVEMBER, Decimal("92.5"))]


def test_rates_page_takes_lines_of_a_file(app: Flask, browser_for: BrowserFor) -> None:
    lines = "currency;day;rate\nUSD;02.11.2026;92,5\n2026-11-03 eur 101.25\n"

    assert browser_for("administrator").post("/admin/rates/lines", data={"lines": lines}).location

    held = [(one.currency, one.day, one.rate) for one in latest_rates()]
    assert held == [
        ("EUR", date(2026, 11, 3), Decimal("101.25")),
        ("USD", NOVEMBER, Decimal("92.5")),
    ]


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    "line", ["USD 02.11.2026", "USD 02.11.2026 0", "RUB 02.11.2026 1", "XXY 02.11.2026 5", "a b c"]
)
def test_line_that_is_no_rate_is_named_and_nothing_is_entered(
    app: Flask, browser_for: BrowserFor, line: str
) -> None:
    sent = {"lines": f"USD 01.11.2026 92.5\n{line}"}

    refused = browser_for("administrator").post("/admin/rates/lines", data=sent)

    assert (refused.status_code, "Line 2" in refused.text) == (422, True)
    assert latest_rates() == []


@pytest.mark.databases("sqlite")
def test_only_who_may_enters_rates(app: Flask, browser_for: BrowserFor) -> None:
    assert browser_for("head").get("/admin/rates").status_code == 403
    with pytest.raises(InvalidError):
        rates_of("")


@pytest.mark.databases("sqlite")
@given(st.decimals(0, 10**13, places=2, allow_nan=False), st.decimals(0, 10**9, places=8))
def test_amount_at_a_rate_is_rounded_once_and_by_half_a_hundredth_at_most(
    amount: Decimal, rate: Decimal
) -> None:
    units = int(amount.scaleb(2)) * int(rate.scaleb(8))

    assert converted(amount, rate).scaleb(2) == (units + 5 * 10**7) // 10**8
