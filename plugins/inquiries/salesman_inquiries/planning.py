"""What is next with an inquiry, as an activity, where the calendar is active."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from salesman_core.toolkit import (
    SYSTEM,
    Changes,
    When,
    acting_as,
    link_to,
    now,
    reaches,
    service,
    worktime,
)
from salesman_inquiries.models import LEAD, Channel, Inquiry
from salesman_inquiries.references import CONCERNS
from salesman_inquiries.toolkit import Calendar


def plan(session: Session, inquiry: Inquiry) -> None:
    """Plan what is next; nothing where the calendar cannot hold it.

    Without a time it is due when the working day ends.
    """
    inquiry.activity_id = None
    calendar = _calendar()
    if calendar is None or not inquiry.next_step:
        return
    base = "call" if session.get_one(Channel, inquiry.channel_id).call else "task"
    owner_id = inquiry.owner_id
    kind_id = calendar.kind(base, owner_id) or calendar.kind("task", owner_id)
    if kind_id is None:
        return
    about = {"subject": inquiry.next_step, "text": _links(inquiry), "owner_id": owner_id}
    planned = {"kind_id": kind_id, **about, **_time(inquiry), **_about(inquiry)}
    inquiry.activity_id = calendar.plan(planned)


def follow(session: Session, inquiry: Inquiry, changes: Changes) -> None:
    """Let what is planned be as its inquiry is after *changes*; another step is planned anew.

    What was settled in the calendar alone, as another time, stays. The change of the inquiry was
    judged: what follows from it needs no right in the calendar.
    """
    calendar = _calendar()
    if calendar is None:
        return
    with acting_as(SYSTEM):
        activity_id = _open(calendar, inquiry)
        if activity_id is not None:
            _move(calendar, activity_id, inquiry, changes)
            return
    if "next_step" in changes or (inquiry.activity_id is None and "became_kind" in changes):
        plan(session, inquiry)


def take_out(inquiry: Inquiry) -> None:
    """Let what is planned leave the calendar with its inquiry."""
    calendar = _calendar()
    if calendar is None:
        return
    with acting_as(SYSTEM):
        activity_id = _open(calendar, inquiry)
        if activity_id is not None:
            calendar.drop(activity_id)


def bring_back(inquiry: Inquiry) -> None:
    """Let what is planned come back into the calendar with its inquiry."""
    calendar = _calendar()
    if calendar is not None and inquiry.activity_id is not None:
        with acting_as(SYSTEM):
            calendar.restore(inquiry.activity_id)


def _calendar() -> Calendar | None:
    calendar: Calendar | None = service("calendar")
    return calendar


def _open(calendar: Calendar, inquiry: Inquiry) -> int | None:
    """Give what is planned as long as it is to be done."""
    activity_id = inquiry.activity_id
    return activity_id if activity_id is not None and calendar.is_open(activity_id) else None


def _move(calendar: Calendar, activity_id: int, inquiry: Inquiry, changes: Changes) -> None:
    if not inquiry.next_step:
        calendar.drop(activity_id)
        inquiry.activity_id = None
    elif values := _moved(inquiry, changes):
        calendar.change(activity_id, values)


def _moved(inquiry: Inquiry, changes: Changes) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if "next_step" in changes:
        values["subject"] = inquiry.next_step
    if "deadline_at" in changes:
        values |= _time(inquiry)
    if "owner_id" in changes:
        values["owner_id"] = inquiry.owner_id
    if not changes.keys().isdisjoint(CONCERNS):
        values |= _about(inquiry)
    return values


def _time(inquiry: Inquiry) -> dict[str, Any]:
    """Give the day, and the moment where the deadline is not just the end of its working day."""
    moment = inquiry.deadline_at or worktime().next_moment(now())
    day = When.at(moment).day
    whole = inquiry.deadline_at is None or moment == worktime().ends_on(day)
    return {"day": day, "starts_at": None if whole else moment}


def _about(inquiry: Inquiry) -> dict[str, Any]:
    """Give whom it concerns, as far as whoever acts sees them."""
    ids = {kind: getattr(inquiry, f"{kind}_id") for kind in ("client", "deal", "contact")}
    seen = {kind: id_ for kind, id_ in ids.items() if id_ is not None and reaches(kind, id_)}
    about: dict[str, Any] = {"client_id": seen.get("client"), "deal_id": seen.get("deal")}
    if "contact" in seen and len(seen) > 1:  # somebody at a client
        about["contact_ids"] = [seen["contact"]]
    return about


def _links(inquiry: Inquiry) -> str:
    """Give where the work goes on: the inquiry, and the lead that it has become."""
    links = [f"/inquiries/{inquiry.id}"]
    if inquiry.became_kind == LEAD:
        links.append(f"/leads/{inquiry.became_id}")
    return "\n".join(map(link_to, links))
