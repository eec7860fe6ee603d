"""Whose the client and the deal are that come of a lead."""

from __future__ import annotations

from sqlalchemy.orm import Session

from salesman_core.toolkit import AnyRow, current_person, handing_on, recognising
from salesman_leads.models import Lead
from salesman_leads.permissions import ASSIGN

Found = recognising.Recognised


def owner_of(
    session: Session,
    lead: Lead,
    chosen: int | None,
    client_id: int | None,
    found: Found | None = None,
) -> int | None:
    """Give whose that is which a lead becomes.

    :param chosen: who it is to be, where that is said: who may give the lead to somebody may as
        well give them what it becomes.
    :param client_id: the client that it is to be, where that is known.
    :param found: a colleague's client that was recognised.
    :raises ForbiddenError: where somebody else is chosen by whoever may not give leads.
    :raises InvalidError: for somebody who can work on no client or deal.
    """
    if chosen is None:
        return usual_owner(session, lead, client_id, found)
    return handing_on.checked_holder(session, chosen, ASSIGN, lead.owner_id)


def usual_owner(
    session: Session,
    lead: AnyRow | Lead,
    client_id: int | None = None,
    found: Found | None = None,
) -> int | None:
    """Give whose it becomes where nobody says: of somebody who can work on it.

    That is whose the client is that was recognised, else the lead's owner, else whose the client
    is, else whoever qualifies it. Rules have dealt the lead already; so what a telemarketer finds
    goes on to who has the fewest open deals.
    """
    recognised = None if found is None else found.owner_id
    client_owner = handing_on.client_owner(session, client_id)
    usual = (recognised, lead.owner_id, client_owner, current_person().id)
    return handing_on.first_holder(usual) or handing_on.free_holder(session)
