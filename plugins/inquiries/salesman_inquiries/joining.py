"""Inquiries join the client, the person and the deal that their lead became."""

from __future__ import annotations

import sqlalchemy as sa

from salesman_core.toolkit import locked, writing
from salesman_hookspecs import Event
from salesman_inquiries.models import LEAD, Inquiry
from salesman_inquiries.service import note_concerned


def join_client(event: Event) -> None:
    """Let what became a lead concern the client that this became; not what is another client's."""
    client_id = event.payload.get("client_id")
    if client_id is None:
        return
    of_lead = sa.select(Inquiry.id).where(
        Inquiry.became_kind == LEAD,
        Inquiry.became_id == event.record_id,
        sa.or_(Inquiry.client_id.is_(None), Inquiry.client_id == client_id),
    )
    with writing() as session:
        for inquiry_id in session.scalars(of_lead.order_by(Inquiry.id)).all():
            note_concerned(session, locked(session, Inquiry, inquiry_id), event.payload)
