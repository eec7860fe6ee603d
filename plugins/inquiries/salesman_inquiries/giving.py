"""Whose the client and the deal are that come of an inquiry."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.toolkit import AnyRow, current_person, handing_on, recognising, service
from salesman_inquiries.models import Inquiry, InquiryProduct
from salesman_inquiries.permissions import ASSIGN
from salesman_inquiries.toolkit import Leads

Found = recognising.Recognised


def owner_of(
    session: Session, inquiry: Inquiry, chosen: int | None, found: Found | None = None
) -> int | None:
    """Give whose that is which an inquiry becomes.

    :param chosen: who it is to be, where that is said: who may give the inquiry to somebody may
        as well give them what it becomes.
    :param found: a colleague's client that was recognised.
    :raises ForbiddenError: where somebody else is chosen by whoever may not give inquiries.
    :raises InvalidError: for somebody who can work on no client or deal.
    """
    if chosen is None:
        return usual_owner(session, inquiry, found)
    return handing_on.checked_holder(session, chosen, ASSIGN, inquiry.owner_id)


def usual_owner(
    session: Session, inquiry: AnyRow | Inquiry, found: Found | None = None
) -> int | None:
    """Give whose it becomes where nobody says: of somebody who can work on it.

    That is whose the client is that was recognised, else who works on the inquiry, else whose the
    client is, else whoever acts; else who gets it by the rules of leads, where these are active,
    or has the fewest open deals.

    :param session: one that writes where they get it indeed, any other to ask who would.
    """
    client_owner = handing_on.client_owner(session, inquiry.client_id)
    recognised = None if found is None else found.owner_id
    usual = (recognised, inquiry.owner_id, client_owner, current_person().id)
    holder = handing_on.first_holder(usual) or _by_rules(session, inquiry)
    return holder or handing_on.free_holder(session)


def _by_rules(session: Session, inquiry: AnyRow | Inquiry) -> int | None:
    leads: Leads | None = service("leads")
    if leads is None:
        return None
    asked = sa.select(InquiryProduct.name).where(InquiryProduct.inquiry_id == inquiry.id)
    products = session.scalars(asked).all()
    return leads.owner_for(session, {"source": inquiry.source, "products": products})
