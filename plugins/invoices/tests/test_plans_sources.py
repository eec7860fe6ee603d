"""Plans held against invoices: issued, paid in parts, paid within deals that were won."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from salesman_catalogue.lines.service import replace_lines
from salesman_catalogue.service import create_product
from salesman_invoices import service
from salesman_invoices.payments.service import delete_payment, enter_payment
from salesman_plans.bases import set_basis
from salesman_plans.service import Goal, set_goals

from salesman_core.deals.models import CloseReason
from salesman_core.deals.rate_table import enter_rates, judged_rate
from salesman_core.deals.service import close_deal
from salesman_core.errors import InvalidError
from salesman_core.services.company import change_company
from salesman_core.testing.clock import FrozenClock
from salesman_core.testing.people import Api, Make, api_of, browser_of
from salesman_core.toolkit import reading

from .conftest import Bill

MARCH = {"from": "2026-03-01", "to": "2026-03-31"}
APRIL = {"from": "2026-04-01", "to": "2026-04-30"}
Fact = Callable[..., str]


@pytest.fixture
def clock(app: Flask) -> FrozenClock:
    """It is Monday, 16 March 2026, noon in Moscow."""
    clock = FrozenClock(datetime(2026, 3, 16, 9, tzinfo=UTC))
    app.extensions["salesman_clock"] = clock.now
    return clock


@pytest.fixture
def api(app: Flask, make: Make) -> Api:
    return api_of(app, make.user("administrator"))


@pytest.fixture
def fact(api: Api) -> Fact:
    def fact(basis: str, metric: str = "turnover", days: Any = None, **asked: Any) -> str:
        query = {**(days or MARCH), "basis": basis, "metric": metric, **asked}
        answer = api.get("/plans/facts", query_string=query)
        assert answer.status_code == 200, answer.text
        return str(answer.json["fact"])

    return fact


def test_invoice_counts_on_its_day_whole_and_draft_and_cancelled_ones_never(
    bill: Bill, fact: Fact
) -> None:
    bill.invoice(bill.deal(lines=True))
    bill.draft(bill.deal())
    service.cancel_invoice(bill.invoice(bill.deal()))
    before = bill.draft(amount="70.00", lines=[{"name": "x", "quantity": Decimal(1),
                                                "price": Decimal(70)}])  # fmt: skip
    service.issue_invoice(before, date(2026, 2, 28))

    assert fact("issued") == "500.00"
    assert fact("issued", "margin") == "270.00"
    assert fact("issued", "units") == "4.000"
    assert fact("issued", days={"from": "2026-02-28", "to": "2026-02-28"}) == "70.00"
    assert (fact("paid"), fact("paid", "margin")) == ("0.00", "0.00")


def test_part_payment_brings_its_share_of_the_margin_and_a_return_takes_it_back(
    bill: Bill, fact: Fact, clock: FrozenClock
) -> None:
    invoice_id = bill.invoice(bill.deal(lines=True))
    clock.set(datetime(2026, 4, 20, 9, tzinfo=UTC))
    bill.pay("200.00", invoice_id, day=date(2026, 3, 5))
    bill.pay("300.00", invoice_id, day=date(2026, 4, 5))

    assert (fact("paid"), fact("paid", "margin")) == ("200.00", "108.00")
    assert (fact("paid", days=APRIL), fact("paid", "margin", APRIL)) == ("300.00", "162.00")
    assert (fact("paid", "units"), fact("paid", "units", APRIL)) == ("0.000", "4.000")
    bill.pay("100.00", invoice_id, day=date(2026, 4, 20), direction="back")
    assert (fact("paid", days=APRIL), fact("paid", "margin", APRIL)) == ("200.00", "108.00")
    assert fact("paid", "units", APRIL) == "0.000"


def test_payments_without_vat_add_up_to_the_invoice_without_it(bill: Bill, fact: Fact) -> None:
    change_company({"vat": "without"})
    line = {"name": "Boiler", "quantity": Decimal(1), "price": Decimal(100)}
    invoice_id = bill.invoice(lines=[{**line, "vat_percent": Decimal(20)}])
    assert bill.row(invoice_id).net == Decimal("83.33")
    last = None
    for day in range(2, 6):  # each 20.83 by itself, that is a hundredth too little
        last = bill.pay("25.00", invoice_id, day=date(2026, 3, day))
    assert fact("paid") == "83.33"

    assert last is not None
    delete_payment(last)
    bill.pay("25.00", invoice_id, day=date(2026, 3, 1))

    assert fact("paid") == "83.33"
    assert fact("paid", days={"from": "2026-03-01", "to": "2026-03-01"}) == "20.83"


def test_advance_that_belongs_to_no_invoice_does_not_count(bill: Bill, fact: Fact) -> None:
    enter_payment({"amount": Decimal(200), "client_id": bill.client_id, "day": date(2026, 3, 5)})

    assert fact("paid") == "0.00"


def test_paid_within_deals_won_counts_on_the_day_of_closing(
    bill: Bill, fact: Fact, clock: FrozenClock
) -> None:
    won, lost, open_ = (bill.deal(lines=True) for _each in range(3))
    invoices = [bill.invoice(one) for one in (won, lost, open_)]
    for invoice_id in invoices:
        bill.pay("250.00", invoice_id, day=date(2026, 3, 5))
    bill.pay("250.00", invoices[0], day=date(2026, 3, 6))
    clock.set(datetime(2026, 4, 7, 9, tzinfo=UTC))
    close_deal(won, "won")
    close_deal(lost, "lost", reading().query(CloseReason.id).limit(1).scalar())

    assert fact("paid") == "1000.00"
    assert fact("paid_in_closed") == "0.00"
    april = [fact("paid_in_closed", one, APRIL) for one in ("turnover", "margin", "units", "deals")]
    assert april == ["500.00", "270.00", "4.000", "1"]
    assert fact("issued", "deals", APRIL) == fact("paid", "deals", APRIL) == "1"


def test_figure_is_of_whoever_owns_the_invoice_and_of_their_team(
    app: Flask, make: Make, bill: Bill, fact: Fact
) -> None:
    team = make.team("East")
    anna = make.user("seller", team_id=team)
    bill.invoice(bill.deal(owner_id=anna))
    bill.invoice(bill.deal("70.00", owner_id=make.user("seller")))

    assert fact("issued", owner_id=anna) == "500.00"
    assert fact("issued", team_id=team) == "500.00"
    assert fact("issued") == "570.00"
    query = {**MARCH, "basis": "issued", "owner_id": anna}
    assert api_of(app, anna).get("/plans/facts", query_string=query).json["fact"] == "500.00"
    query.pop("owner_id")
    assert api_of(app, anna).get("/plans/facts", query_string=query).status_code == 403


@pytest.mark.parametrize("metric", ["turnover", "units", "deals"])
@pytest.mark.parametrize("basis", ["issued", "paid", "paid_in_closed"])
def test_figure_opens_to_the_list_of_exactly_its_records(
    app: Flask, make: Make, bill: Bill, basis: str, metric: str
) -> None:
    inside, outside = (bill.deal(lines=True, name=name) for name in ("Inside", "Outside"))
    counted, other = bill.invoice(inside), bill.draft(outside)
    bill.pay("500.00", counted, day=date(2026, 3, 5))
    close_deal(inside, "won")
    browser = browser_of(app, make.user("head"))

    page = browser.get(f"/plans/figure?whose=company&period=2026-03&metric={metric}&basis={basis}")

    address = re.search(r'href="([^"]*)">Open as a list', page.text)
    assert address is not None
    listed = browser.get(address.group(1).replace("&amp;", "&"))
    assert listed.status_code == 200
    here, there = (inside, outside) if metric == "deals" else (counted, other)
    room = "deals" if metric == "deals" else "invoices"
    assert f'href="/{room}/{here}"' in listed.text
    assert f'href="/{room}/{there}"' not in listed.text
    rows = page.text.partition("Open as a list")[2]
    assert f'href="/{room}/{here}"' in rows


def test_widget_moves_when_a_payment_is_entered(app: Flask, make: Make, bill: Bill) -> None:
    anna = make.user("seller")
    set_basis("paid", date(2026, 3, 1))
    set_goals([Goal(f"person:{anna}", date(2026, 3, 1), "turnover", Decimal(500))])
    invoice_id = bill.invoice(bill.deal(owner_id=anna))
    browser = browser_of(app, anna)

    before = browser.get("/plans/widget").text
    bill.pay("400.00", invoice_id, day=date(2026, 3, 16))
    after = browser.get("/plans/widget").text

    assert ("0%" in before, "80%" in after) == (True, True)


def test_bases_are_compared_with_the_invoices_that_make_the_difference(
    app: Flask, make: Make, bill: Bill
) -> None:
    paid, unpaid = (bill.invoice(bill.deal()) for _each in range(2))
    bill.pay("500.00", paid, day=date(2026, 3, 5))
    browser = browser_of(app, make.user("head"))

    page = browser.get("/plans/compare?whose=company&period=2026-03&basis=issued").text

    less = page.partition("What makes the difference: Invoices paid<")[2].partition("</section>")[0]
    assert re.findall(r'href="/invoices/(\d+)"', less) == [str(unpaid)]


def test_bases_that_count_an_invoice_with_different_sums_tell_both_of_them(
    app: Flask, make: Make, bill: Bill
) -> None:
    whole, partly = (bill.invoice(bill.deal()) for _each in range(2))
    bill.pay("500.00", whole, day=date(2026, 3, 5))
    bill.pay("120.00", partly, day=date(2026, 3, 6))
    bill.pay("80.00", partly, day=date(2026, 3, 9))
    browser = browser_of(app, make.user("head"))

    page = browser.get("/plans/compare?whose=company&period=2026-03&basis=issued").text

    both = page.partition("What makes the difference: Invoices paid<")[2].partition("</section>")[0]
    assert re.findall(r'href="/invoices/(\d+)"', both) == [str(partly)]
    assert re.findall(r'amount" data-label="[^"]+">([^<]+)<', both) == [
        "₽200.00",
        "₽500.00",
        "-₽300.00",
    ]


def test_bases_of_deals_and_of_invoices_are_compared_by_the_deals(
    app: Flask, make: Make, bill: Bill
) -> None:
    billed, unbilled, partly = (bill.deal() for _each in range(3))
    for deal_id in (billed, unbilled, partly):
        close_deal(deal_id, "won", None)
    bill.invoice(billed)
    bill.invoice(partly, share=Decimal(200))
    elsewhere = bill.invoice(bill.deal())
    browser = browser_of(app, make.user("head"))

    page = browser.get("/plans/compare?whose=company&period=2026-03&basis=won").text

    told = page.partition("What makes the difference: Invoices issued<")[2]
    alone, _here, rest = told.partition("</section>")[0].partition("Does not count here")
    missing, _here, both = rest.partition("Counts in both, with different sums")
    assert [re.findall(r'href="(/[a-z]+/\d+)"', one) for one in (alone, missing, both)] == [
        [f"/invoices/{elsewhere}"],
        [f"/deals/{unbilled}"],
        [f"/deals/{partly}"],
    ]
    assert re.findall(r'amount" data-label="[^"]+">([^<]+)<', both) == [
        "₽200.00",
        "₽500.00",
        "-₽300.00",
    ]


def test_bases_tell_sums_of_another_currency_as_their_figures_do(
    app: Flask, make: Make, bill: Bill, fact: Fact
) -> None:
    enter_rates([judged_rate("USD", date(2026, 3, 1), Decimal("90.555"))])
    invoice_id = bill.invoice(bill.deal(amount="1.00", currency="USD"))
    for day in (5, 6, 7):  # 0.91 each, though all together are worth 2.72
        bill.pay("0.01", invoice_id, day=date(2026, 3, day), currency="USD")
    browser = browser_of(app, make.user("head"))

    page = browser.get("/plans/compare?whose=company&period=2026-03&basis=issued").text

    both = page.partition("What makes the difference: Invoices paid<")[2].partition("</section>")[0]
    assert (fact("issued"), fact("paid")) == ("90.56", "2.73")
    assert re.findall(r'amount" data-label="[^"]+">([^<]+)<', both) == [
        "₽2.73",
        "₽90.56",
        "-₽87.83",
    ]


def test_units_stay_when_the_lines_of_the_deal_are_made_anew(bill: Bill, fact: Fact) -> None:
    deal_id = bill.deal(lines=True)
    bill.invoice(deal_id)
    before = fact("issued", "units")

    replace_lines(deal_id, [{"name": "Rack", "quantity": Decimal(3), "price": Decimal(200)}])

    assert (before, fact("issued", "units")) == ("4.000", "4.000")


def test_units_of_a_product_are_told_and_open_to_its_invoices(
    app: Flask, make: Make, bill: Bill, fact: Fact
) -> None:
    rack, tape = (create_product({"name": name}) for name in ("Rack", "Tape"))
    of_rack, of_tape = (bill.deal() for _each in range(2))
    terms = {"price": Decimal(10), "quantity": Decimal(3)}
    replace_lines(of_rack, [{"product_id": rack, **terms}, {"product_id": tape, **terms}])
    replace_lines(of_tape, [{"product_id": tape, **terms}])
    invoice_id, _other = bill.invoice(of_rack), bill.invoice(of_tape)
    asked = {"whose": "company", "period": "2026-03", "metric": "units", "basis": "issued"}
    browser = browser_of(app, make.user("head"))

    page = browser.get("/plans/figure", query_string={**asked, "item": f"product:{rack}"}).text
    (address,) = re.findall(r'href="(/invoices\?[^"]*sold=[^"]*)"', page)
    listed = browser.get(address.replace("&amp;", "&")).text

    assert fact("issued", "units") == "9.000"
    assert fact("issued", "units", item=f"product:{rack}") == "3.000"
    assert fact("issued", "units", item=f"product:{tape}") == "6.000"
    assert fact("paid", "units", item=f"product:{tape}") == "0.000"
    assert set(re.findall(r'href="/invoices/(\d+)"', listed)) == {str(invoice_id)}
    assert "Rack" in listed


def test_invoice_without_a_deal_sells_the_products_that_its_lines_name(
    bill: Bill, fact: Fact
) -> None:
    rack = create_product({"name": "Rack"})
    line = {"name": "Rack, white", "quantity": Decimal(3), "price": Decimal(10)}

    bill.invoice(lines=[{**line, "product_id": rack}, line])
    with pytest.raises(InvalidError) as refused:
        bill.draft(lines=[line, {**line, "product_id": rack + 1}])

    assert fact("issued", "units") == "6.000"
    assert fact("issued", "units", item=f"product:{rack}") == "3.000"
    assert list(refused.value.fields) == ["lines.1.product_id"]


def test_share_of_a_deal_sells_no_units(bill: Bill, fact: Fact) -> None:
    bill.invoice(bill.deal(lines=True), share=Decimal(100))

    assert fact("issued", "units") == "0.000"
