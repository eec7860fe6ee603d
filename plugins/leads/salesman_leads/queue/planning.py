"""Calls that are promised: an activity of whoever promised one, where the calendar is active."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.toolkit import SYSTEM, acting_as, service
from salesman_leads.models import KIND, Lead
from salesman_leads.queue.models import Attempt
from salesman_leads.texts import texts


class Calendar(Protocol):
    """What leads ask of the calendar; `salesman_calendar.toolkit` says what each gives."""

    def kind(self, base: str) -> int | None: ...

    def plan(self, values: Mapping[str, Any]) -> int: ...

    def is_open(self, activity_id: int) -> bool: ...

    def finish(self, activity_id: int, values: Mapping[str, Any]) -> int | None: ...

    def follow(self, kind: str, record_id: int, values: Mapping[str, Any]) -> int: ...

    def reopen(self, activity_id: int) -> None: ...

    def drop(self, activity_id: int) -> None: ...


def plan_call(lead: Lead, at: datetime, comment: str) -> int | None:
    """Plan a call to a lead; give the activity's id, None where nobody keeps activities."""
    calendar = _calendar()
    kind_id = calendar.kind("call") if calendar is not None else None
    if calendar is None or kind_id is None:
        return None
    planned = {"kind_id": kind_id, "starts_at": at, "about_kind": KIND, "about_id": lead.id}
    # Others may see the activity and not the lead: who it is, the calendar says by the lead.
    return calendar.plan({**planned, "subject": texts.gettext("Call back"), "text": comment})


class Discussions(Protocol):
    """What leads ask of discussions; `salesman_discussions.toolkit` says what it gives."""

    def follow(self, kind: str, record_id: int, values: Mapping[str, Any]) -> int: ...


def follow_lead(lead: Lead, made: Mapping[str, int | None]) -> None:
    """Let what is planned, done and discussed about a lead concern what it has become.

    The change of the lead was judged: what follows from it needs no right in these plugins.

    :param made: ``client_id``, ``contact_id`` and ``deal_id``.
    """
    _follow_in_calendar(lead, made)
    _follow_in_discussions(lead, made)


def _follow_in_discussions(lead: Lead, made: Mapping[str, int | None]) -> None:
    """Let discussions be about the deal, and where there is none, about the client.

    The client's card shows those of its deals; who sees the client alone reads no more for it.
    """
    discussions = cast("Discussions | None", service("discussions"))
    if discussions is None:
        return
    name = "client_id" if made["deal_id"] is None else "deal_id"
    with acting_as(SYSTEM):
        discussions.follow(KIND, lead.id, {name: made[name]})


def _follow_in_calendar(lead: Lead, made: Mapping[str, int | None]) -> None:
    calendar = _calendar()
    if calendar is None:
        return
    contact_id = made["contact_id"]
    values = {
        "client_id": made["client_id"],
        "deal_id": made["deal_id"],
        "contact_ids": [] if contact_id is None else [contact_id],
    }
    with acting_as(SYSTEM):
        calendar.follow(KIND, lead.id, values)


def finish_call(activity_id: int | None, came_of_it: str) -> int | None:
    """Say what came of a planned call; give its id, None where it is not open any more.

    A colleague may have promised it, whose activities whoever acts does not see: it is done all
    the same, and nobody is named.
    """
    calendar = _calendar()
    if calendar is None or activity_id is None:
        return None
    told = {"result_text": came_of_it}
    if calendar.is_open(activity_id):
        calendar.finish(activity_id, told)
        return activity_id
    with acting_as(SYSTEM):
        if not calendar.is_open(activity_id):
            return None
        calendar.finish(activity_id, told)
    return activity_id


def undo_planning(planned_id: int | None, finished_id: int | None) -> None:
    """Take a planned call back, and take up the one again that it followed.

    That the call to the lead is taken back was judged: what follows needs no right in the calendar.
    """
    calendar = _calendar()
    if calendar is None:
        return
    with acting_as(SYSTEM):
        if planned_id is not None and calendar.is_open(planned_id):
            calendar.drop(planned_id)
        if finished_id is not None:
            calendar.reopen(finished_id)


def promised_call(session: Session, lead_id: int) -> int | None:
    """Give the activity that the last call to a lead planned, None where it planned none."""
    last = sa.select(Attempt.activity_id).where(Attempt.lead_id == lead_id)
    return session.scalar(last.order_by(Attempt.at.desc(), Attempt.id.desc()).limit(1))


def _calendar() -> Calendar | None:
    return cast("Calendar | None", service("calendar"))
