"""Inquiries join what their lead became, and give it what is known of a client."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask
from salesman_calendar.models import Activity
from salesman_inquiries import becoming, queries
from salesman_leads import queries as leads
from salesman_leads.qualifying import qualify_lead

from salesman_core.clients.models import ClientEvidence
from salesman_core.errors import InvalidError
from salesman_core.jobs import Jobs
from salesman_core.plugins import switches
from salesman_core.testing.people import Make, apart
from salesman_core.toolkit import AnyRow, reading

Note = Callable[..., int]

PHONE = "+7 916 123-45-67"


def inquiry(inquiry_id: int) -> AnyRow:
    reading().rollback()
    return queries.one_inquiry(reading(), inquiry_id)


def lead_of(inquiry_id: int) -> int:
    lead_id = becoming.make_lead(inquiry_id)["lead_id"]
    assert lead_id is not None
    return lead_id


def phones_of_lead(lead_id: int) -> list[str]:
    return [one.typed for one in leads.hanging(reading(), [lead_id]).phones.get(lead_id, [])]


def done_jobs(app: Flask) -> None:
    """Do what waits, as a worker would."""
    jobs: Jobs = app.extensions["salesman_jobs"]

    def work() -> None:
        jobs.prepare()
        jobs.look_after()
        while runs := jobs.claim("tests", 10):
            for run in runs:
                jobs.execute(run)

    apart(work)


def test_inquiry_joins_the_client_that_its_lead_became(app: Flask, note: Note) -> None:
    inquiry_id = note(company="Boilers Ltd", next_step="Send the price list")
    made = qualify_lead(lead_of(inquiry_id), {"deal_name": "Boilers"})
    done_jobs(app)

    found = inquiry(inquiry_id)
    became = ("client_id", "contact_id", "deal_id")
    assert {name: getattr(found, name) for name in became} == {name: made[name] for name in became}
    step = reading().get_one(Activity, found.activity_id)
    assert (step.client_id, step.deal_id) == (made["client_id"], made["deal_id"])


def test_inquiry_and_its_lead_count_as_one_deal_on_the_ladder(app: Flask, note: Note) -> None:
    made = qualify_lead(lead_of(note()), {"deal_name": "Boilers"})
    done_jobs(app)

    reading().rollback()
    told = sa.select(ClientEvidence.sale).where(ClientEvidence.client_id == made["client_id"])
    assert set(reading().scalars(told)) == {f"deal:{made['deal_id']}"}


def test_inquiry_of_a_client_stays_theirs_whatever_its_lead_became(
    app: Flask, make: Make, note: Note
) -> None:
    client_id = make.client()
    inquiry_id = note(client_id=client_id)
    qualify_lead(lead_of(inquiry_id), {"client_id": make.client(), "deal_name": "Boilers"})
    done_jobs(app)

    found = inquiry(inquiry_id)
    assert (found.client_id, found.deal_id) == (client_id, None)


def test_inquiry_joins_the_client_once_its_plugin_is_active_again(app: Flask, note: Note) -> None:
    inquiry_id = note()
    lead_id = lead_of(inquiry_id)
    switches.suspend("inquiries")
    switches.follow_now()
    made = qualify_lead(lead_id, {})
    done_jobs(app)
    switches.activate("inquiries")
    switches.follow_now()
    done_jobs(app)

    assert inquiry(inquiry_id).client_id == made["client_id"]


def test_ways_to_reach_whom_an_inquiry_is_of_go_along_to_its_lead(make: Make, note: Note) -> None:
    client_id = make.client(phones=["+7 495 111-22-33"])
    contact_id = make.contact(client_id, phones=[PHONE])
    lead_id = lead_of(note(client_id=client_id, contact_id=contact_id, phones=[PHONE]))

    assert phones_of_lead(lead_id) == [PHONE, "+7 495 111-22-33"]


def test_nobody_makes_a_lead_of_a_client_whom_they_do_not_see(make: Make, note: Note) -> None:
    inquiry_id = note(client_id=make.client(owner_id=make.user("seller")))

    with make.acting(make.user("telemarketer")), pytest.raises(InvalidError) as error:
        becoming.make_lead(inquiry_id)
    assert set(error.value.fields) == {"client_id"}
