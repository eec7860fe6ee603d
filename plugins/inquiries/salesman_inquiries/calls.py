"""Calls that another plugin takes, as a queue or telephony: noted, and taken back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from salesman_core.toolkit import announce, audit, current_person, now, touch, writing
from salesman_inquiries import choosing
from salesman_inquiries.models import KIND, LEAD, PROCESSED, Inquiry
from salesman_inquiries.permissions import CREATE
from salesman_inquiries.service import create_inquiry


def note_call(
    values: Mapping[str, Any], result: str, *, reached: bool, interest: bool, lead_id: int | None
) -> int | None:
    """See :meth:`salesman_inquiries.toolkit.Inquiries.note_call`."""
    with writing() as session:
        channel_id = _channel_of_calls(session)
        if channel_id is None or not current_person().may(CREATE):
            return None
        result_id = _result_of(session, result, reached=reached, interest=interest)
        noted = {**values, "channel_id": channel_id, "result_id": result_id}
        inquiry = session.get_one(Inquiry, create_inquiry(noted))
        inquiry.status = PROCESSED  # also where no result of ours counts the same
        if lead_id is not None:
            inquiry.became_kind, inquiry.became_id = LEAD, lead_id
        return inquiry.id


def take_back(inquiry_id: int) -> None:
    """See :meth:`salesman_inquiries.toolkit.Inquiries.take_back`."""
    with writing() as session:
        inquiry = session.get(Inquiry, inquiry_id, with_for_update=True)
        if inquiry is None or inquiry.deleted_at or inquiry.taken_by_id != current_person().id:
            return
        inquiry.deleted_at = now()
        touch(inquiry)
        session.flush()
        audit(session, KIND, inquiry.id, inquiry.title, "deleted", {})
        about = {name: getattr(inquiry, name) for name in ("client_id", "deal_id", "owner_id")}
        announce(session, "inquiries.inquiry.deleted", KIND, inquiry.id, about)


def _channel_of_calls(session: Session) -> int | None:
    offered = choosing.channels(session, offered=True)
    return next((row.id for row in offered if row.call), None)


def _result_of(session: Session, called: str, *, reached: bool, interest: bool) -> int | None:
    """Give the first result that counts the same, of those the first that is called alike."""
    offered = choosing.results(session, offered=True)
    alike = [one for one in offered if (one.reached, one.interest) == (reached, interest)]
    named = [one for one in alike if called.casefold() in one.name.casefold()]
    return next((one.id for one in (*named, *alike)), None)
