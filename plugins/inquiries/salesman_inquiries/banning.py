"""Who of an inquiry wants no calls or no mailing, said where they would be called or written to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy.orm import Session

from salesman_core.toolkit import AnyRow, bans
from salesman_inquiries.queries import Hanging, Way


def marked(session: Session, inquiry: AnyRow, hanging: Hanging) -> tuple[list[Way], list[Way]]:
    """Give the phones and emails of an inquiry, each with why it may not be used.

    A ban may be of the phone or email itself, of the client, or of the person there.
    """
    phones, emails = hanging.phones.get(inquiry.id, []), hanging.emails.get(inquiry.id, [])
    held = bans.bans_of(
        session,
        addresses={one.normalised for one in (*phones, *emails) if one.normalised},
        client_ids=_known(inquiry.client_id),
        contact_ids=_known(inquiry.contact_id),
    )

    def told(way: str, ways: Sequence[Way]) -> list[Way]:
        people = {"client_ids": [inquiry.client_id], "contact_ids": [inquiry.contact_id]}
        reasons = [held.reason(way, addresses=[one.normalised], **people) for one in ways]
        return [replace(one, banned=reason) for one, reason in zip(ways, reasons, strict=True)]

    return told(bans.CALLS, phones), told(bans.MAILING, emails)


def _known(record_id: int | None) -> list[int]:
    return [] if record_id is None else [record_id]
