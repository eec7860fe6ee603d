"""Days of invoices and leads in the calendar."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from salesman_invoices.models import Invoice
from salesman_invoices.testing import make_invoices
from salesman_leads.intake import create_lead
from salesman_leads.models import Lead
from salesman_leads.queue import queries, service

from salesman_core.testing.people import Make, browser_of
from salesman_core.toolkit import company, now, reading, today, writing

pytestmark = [pytest.mark.plugins, pytest.mark.databases("sqlite", "postgresql")]


def shown(app: Flask, user_id: int, source: str) -> list[dict[str, Any]]:
    """Give what a source gives to somebody's next seven days."""
    answer = browser_of(app, user_id).get(f"/calendar/grid/entries?with={source}")
    return [one for one in answer.json if "title" in one]


def change(model: type[Any], record_id: int, **values: Any) -> None:
    with writing() as session:
        session.execute(sa.update(model).where(model.id == record_id).values(**values))


def test_invoice_that_is_not_paid_stands_on_the_day_on_which_it_is_due(
    app: Flask, make: Make
) -> None:
    seller = make.user_of("seller")
    ids = {"client_id": make.client(owner_id=seller), "owner_id": seller}
    _draft, issued = make_invoices(lambda name: name, ids)
    due = today(company().tz) + timedelta(days=2)
    change(Invoice, issued, due_on=due)

    (entry,) = shown(app, seller, "invoices.due")
    assert (entry["start"], entry["url"]) == (due.isoformat(), f"/invoices/{issued}")
    change(Invoice, issued, paid_on=due)
    assert shown(app, seller, "invoices.due") == []


def test_lead_stands_at_the_hour_at_which_it_is_to_be_called(app: Flask, make: Make) -> None:
    seller = make.user_of("seller")
    lead = create_lead({"name": "Anna", "owner_id": seller})
    change(Lead, lead, next_call_at=now() + timedelta(hours=1))

    (entry,) = shown(app, seller, "leads.calls")
    assert (entry["url"], entry["allDay"]) == (f"/leads/{lead}", False)
    assert shown(app, make.user("seller"), "leads.calls") == []


def test_call_that_was_promised_stands_there_once_as_an_activity(app: Flask, make: Make) -> None:
    caller = make.user_of("telemarketer")
    lead = create_lead({"name": "Anna", "phones": ["+7 495 000-00-01"], "owner_id": caller})
    with make.acting(caller):
        offered = queries.call_results(reading(), offered=True)
        base = next(one.id for one in offered if one.base == "call_back")
        later = now() + timedelta(hours=1)
        service.record_attempt(lead, {"call_result_id": base, "call_back_at": later})

    entries = shown(app, caller, "leads.calls")
    assert [one["id"] for one in entries] == ["activity-1"]
