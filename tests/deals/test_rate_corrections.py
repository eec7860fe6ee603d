"""Deals that took a wrong rate are counted, corrected with a result for each, and put back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from salesman_core.access.person import Person
from salesman_core.clock import today
from salesman_core.db import reading
from salesman_core.deals.models import Deal
from salesman_core.deals.rate_corrections import Correction, corrections
from salesman_core.deals.rate_table import DatedRate, delete_rate, enter_rates, latest_rates
from salesman_core.deals.service import change_deal, close_deal
from salesman_core.records.bulk.choosing import chosen_by_ids
from salesman_core.records.bulk.queries import own_run
from salesman_core.records.bulk.service import begin_run, undo_run
from salesman_core.records.models import Audit
from salesman_core.services.company import company
from salesman_core.testing.people import Api, Make

ApiFor = Callable[[str], Api]
BrowserFor = Callable[[str], FlaskClient]

NOVEMBER = date(2026, 11, 2)


@pytest.fixture
def administrator(app: Flask, make: Make) -> Iterator[Person]:
    with make.acting(make.user_of("administrator")) as person:
        yield person


def entered(rate: str, day: date = NOVEMBER) -> None:
    enter_rates([DatedRate("USD", day, Decimal(rate))])


def dollars(make: Make, opened_on: date = NOVEMBER) -> int:
    return make.deal(amount="100.10", currency="USD", opened_on=opened_on)


def rate_of(deal_id: int) -> Decimal | None:
    reading().rollback()
    return reading().scalar(sa.select(Deal.rate).where(Deal.id == deal_id))


def counted() -> list[Correction]:
    reading().rollback()
    return list(corrections())


def corrected(*deal_ids: int) -> tuple[int, list[int]]:
    """Correct some deals; give the run, and how many were done, unchanged and refused."""
    run = own_run(begin_run("deal", "core.take_rate", {}, chosen_by_ids(deal_ids)))
    return run.id, [run.done, run.unchanged, run.refused]


def test_corrected_rate_is_told_of_the_deals_that_took_it(
    administrator: Person, make: Make
) -> None:
    entered("92.5")
    dollars(make), dollars(make, date(2026, 11, 9))
    close_deal(dollars(make), "won")
    make.deal(amount="1", currency="EUR", opened_on=NOVEMBER)
    assert counted() == []

    entered("95.2")
    entered("95.2", today(company().tz))

    assert counted() == [Correction("USD", open=2, closed=1)]


def test_deals_of_other_days_keep_a_rate_that_is_right(administrator: Person, make: Make) -> None:
    entered("92.5")
    entered("93", date(2026, 11, 10))
    dollars(make, date(2026, 11, 10))
    dollars(make, date(2026, 11, 9))

    entered("94", date(2026, 11, 10))

    assert counted() == [Correction("USD", open=1, closed=0)]


def test_rate_that_holds_no_longer_corrects_nobody(administrator: Person, make: Make) -> None:
    entered("90", date(2026, 10, 1))
    entered("92.5")
    dollars(make)
    (last, _first) = latest_rates()

    delete_rate(last.id)

    assert counted() == []


def test_deal_is_corrected_with_its_audit_and_put_back(administrator: Person, make: Make) -> None:
    entered("92.5")
    deal_id, right = dollars(make), make.deal(amount="1")
    entered("95.2")

    run_id, result = corrected(deal_id, right)
    assert (rate_of(deal_id), result) == (Decimal("95.2"), [1, 1, 0])
    told = sa.select(Audit.changes).where(Audit.kind == "deal", Audit.record_id == deal_id)
    newest = reading().scalars(told.order_by(Audit.id.desc()).limit(1)).one()
    assert newest["rate"] == ["92.50000000", "95.20000000"]

    undo_run(run_id)
    assert rate_of(deal_id) == Decimal("92.5")


def test_deal_that_was_changed_since_is_not_put_back(administrator: Person, make: Make) -> None:
    entered("92.5")
    deal_id = dollars(make)
    entered("95.2")
    run_id, _result = corrected(deal_id)
    change_deal(deal_id, {"name": "Another"})

    assert own_run(undo_run(run_id)).refused == 1
    assert rate_of(deal_id) == Decimal("95.2")


def test_correction_takes_no_rate_away(administrator: Person, make: Make) -> None:
    entered("92.5")
    deal_id = dollars(make)
    (rate,) = latest_rates()
    delete_rate(rate.id)
    reading().rollback()

    assert corrected(deal_id)[1] == [0, 0, 1]
    assert rate_of(deal_id) == Decimal("92.5")


def test_page_corrects_deals_in_work_and_leaves_closed_ones_alone(
    app: Flask, make: Make, browser_for: BrowserFor
) -> None:
    entered("92.5")
    entered("92.5", today(company().tz))
    deal_id, closed_id = dollars(make), dollars(make)
    close_deal(closed_id, "won")
    entered("95.2")
    entered("95.2", today(company().tz))
    browser = browser_for("administrator")
    page = browser.get("/admin/rates").text
    assert "2 deals in USD keep another rate" in page
    sent = {"whole_filter": "true", "next": "/admin/rates"}
    sent["filter"] = "currency=USD&rate_differs=true&state=open"

    assert browser.post("/lists/deal/acts/core.take_rate", data=sent).location == "/admin/rates"

    assert (rate_of(deal_id), rate_of(closed_id)) == (Decimal("95.2"), Decimal("92.5"))


@pytest.mark.databases("sqlite")
def test_only_who_keeps_rates_corrects_deals(app: Flask, make: Make, api_for: ApiFor) -> None:
    body = {"action": "core.take_rate", "ids": [dollars(make)]}

    assert api_for("head").post("/deals/bulk", body).status_code == 403
