"""Discussions are about leads, and go along to what these become."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from salesman_discussions import ties
from salesman_discussions.models import KIND, ThreadTie
from salesman_discussions.service import open_thread
from salesman_discussions.typed import about_of
from salesman_leads.intake import create_lead
from salesman_leads.qualifying import qualify_lead
from salesman_leads.service import delete_lead

from salesman_core.access.explaining import explain
from salesman_core.db import table_of
from salesman_core.plugins import purge, switches
from salesman_core.records.bin.service import purge as purge_record
from salesman_core.testing.people import Make
from salesman_core.toolkit import ConflictError, reaches, reading


@pytest.fixture
def lead(app: Flask, make: Make) -> int:
    return create_lead({"name": "Anna", "owner_id": make.user_of("seller")})


def discuss(lead: int) -> int:
    return open_thread({"subject": "Terms", "about_kind": "leads.lead", "about_id": lead})


def tied(thread: int) -> list[tuple[str, int]]:
    reading().rollback()
    shown = ties.ties_of(reading(), [thread]).get(thread, [])
    return [(one.kind, one.record.id) for one in shown]


def test_discussion_of_a_lead_goes_along_to_its_deal(lead: int) -> None:
    thread = discuss(lead)
    made = qualify_lead(lead, {"deal_name": "Three boilers"})
    assert tied(thread) == [("leads.lead", lead), ("deal", made["deal_id"])]


def test_discussion_of_a_lead_without_a_deal_goes_along_to_its_client(lead: int) -> None:
    thread = discuss(lead)
    made = qualify_lead(lead, {})
    assert tied(thread) == [("leads.lead", lead), ("client", made["client_id"])]


def test_lead_is_qualified_while_discussions_are_suspended(lead: int) -> None:
    discuss(lead)
    switches.suspend("discussions")
    switches.follow_now()
    assert qualify_lead(lead, {})["client_id"] is not None


def test_whoever_sees_the_lead_sees_why_they_see_its_discussion(lead: int, make: Make) -> None:
    thread, seller = discuss(lead), make.user_of("seller")
    assert reaches(KIND, thread, person=make.person(seller))
    told = explain(seller, "discussions.thread.view", KIND, thread)
    assert (told.allowed, str(told.reasons[-1])) == (True, "Seen along with “Anna”.")


def test_lead_does_not_leave_the_bin_for_good_while_something_is_discussed_about_it(
    lead: int,
) -> None:
    discuss(lead)
    delete_lead(lead)
    with pytest.raises(ConflictError):
        purge_record("leads.lead", lead)


def test_discussion_stays_and_is_about_nothing_once_the_data_of_leads_is_removed(
    lead: int, make: Make
) -> None:
    thread = discuss(lead)
    switches.suspend("leads")
    switches.suspend("inquiries")
    switches.follow_now()
    purge.purge("leads")
    reading().rollback()
    ties_left = table_of(ThreadTie)
    assert reading().execute(ties_left.select()).all() == []
    assert reaches(KIND, thread)


def test_discussion_is_tied_to_records_of_every_kind_by_their_names(
    lead: int, make: Make, browser_for: Callable[[str], Any]
) -> None:
    client = make.client(name="Anna and sons", owner_id=make.user_of("seller"))
    make.client(name="Anna elsewhere", owner_id=make.user("seller"))
    chosen = browser_for("seller").get("/discussions/choose?q=anna").json
    assert chosen == [
        {"value": f"client:{client}", "text": "Client: Anna and sons"},
        {"value": f"leads.lead:{lead}", "text": "Lead: Anna"},
    ]
    named = about_of({"about": f"leads.lead:{lead}"})
    assert named == {"about_kind": "leads.lead", "about_id": lead}
