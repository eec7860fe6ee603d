"""Whose the client and the deal are that come of a lead."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from sqlalchemy.orm import Session

from salesman_core.toolkit import (
    AnyRow,
    InvalidError,
    acting_as,
    change_client,
    change_deal,
    checked_owner,
    current_person,
    person_of,
)
from salesman_hookspecs import Scope
from salesman_leads.models import Lead
from salesman_leads.permissions import ASSIGN
from salesman_leads.texts import texts

_ = texts.lazy

_TO_HAVE: Final = ("core.client.edit", "core.deal.view")
"""What somebody may do whose a client and a deal can become."""
_TO_GIVE: Final = {
    "core.client.edit": Scope.OWN,
    "core.client.assign": Scope.ALL,
    "core.deal.edit": Scope.OWN,
    "core.deal.assign": Scope.ALL,
    "core.user.view": Scope.ALL,
}
"""What qualifying lets somebody do with what they have just made of a lead, and nothing else."""


def owner_of(session: Session, lead: Lead, chosen: int | None) -> int | None:
    """Give whose that is which a lead becomes: the lead's owner's, else of whoever qualifies it.

    :param chosen: who it is to be, where that is said: who may give the lead to somebody may as
        well give them what it becomes.
    :raises ForbiddenError: where somebody else is chosen by whoever may not give leads.
    :raises InvalidError: for somebody who can work on no client.
    """
    if chosen not in (None, lead.owner_id):
        checked_owner(session, chosen, ASSIGN)
    if chosen is None:
        return usual_owner(lead)
    if not _can_have(chosen):
        message = _("Clients and deals can be given only to those who work on them.")
        raise InvalidError(message, {"owner_id": message})
    return chosen


def usual_owner(lead: AnyRow | Lead) -> int | None:
    """Give whose it becomes where nobody says."""
    owner_id: int | None = lead.owner_id
    if owner_id is not None and _can_have(owner_id):
        return owner_id
    return current_person().id


def _can_have(user_id: int) -> bool:
    person = person_of(user_id)
    return person is not None and all(person.may(one) for one in _TO_HAVE)


def give(owner_id: int | None, *, client_id: int | None, deal_id: int | None) -> None:
    """Give what somebody has just made of a lead to whose it is; None for what they have not made.

    Handing over is what qualifying means: it takes no right to give clients and deals in general.
    """
    person = current_person()
    if owner_id == person.id:
        return
    with acting_as(replace(person, scopes={**person.scopes, **_TO_GIVE})):
        if client_id is not None:
            change_client(client_id, {"owner_id": owner_id})
        if deal_id is not None:
            change_deal(deal_id, {"owner_id": owner_id})
