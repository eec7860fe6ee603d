"""Whose the client and the deal are that come of something else: an inquiry, a lead.

Whoever takes inquiries or calls leads often works on no deals. What they make of one is to be with
somebody who does (``product.md``, rule 5).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.access.colleagues import colleagues, scopes_of_users
from salesman_core.access.person import acting_as, current_person, people_names, person_of
from salesman_core.access.records import visible
from salesman_core.clients.models import Client
from salesman_core.clients.service import change_client
from salesman_core.db import as_writing
from salesman_core.deals.models import Deal
from salesman_core.deals.service import change_deal
from salesman_core.errors import InvalidError
from salesman_core.i18n import speaking, texts
from salesman_core.records.saving import checked_owner
from salesman_core.services.company import company
from salesman_core.services.notices import notify
from salesman_hookspecs import Scope, Text

_ = texts.lazy

_EDIT: Final = "core.deal.edit"
_VIEW: Final = "core.deal.view"
_TO_HAVE: Final = ("core.client.edit", _EDIT)
"""What somebody may do whose a client and a deal can become."""
_TO_GIVE: Final = {
    "core.client.edit": Scope.OWN,
    "core.client.assign": Scope.ALL,
    "core.deal.view": Scope.OWN,
    "core.deal.edit": Scope.OWN,
    "core.deal.assign": Scope.ALL,
    "core.user.view": Scope.ALL,
}
"""What making something of an inquiry or lead lets somebody do with what they have just made."""


def can_have(user_id: int | None) -> bool:
    """Tell whether somebody can work on a client and a deal that become theirs."""
    person = person_of(user_id) if user_id is not None else None
    return person is not None and all(person.may(one) for one in _TO_HAVE)


def first_holder(candidates: Iterable[int | None]) -> int | None:
    """Give the first of some people who can have a client and a deal; None where nobody can."""
    return next((one for one in candidates if can_have(one)), None)


def client_owner(session: Session, client_id: int | None) -> int | None:
    """Give whose a client is that the person sees; None for nobody's, and for no client."""
    if client_id is None:
        return None
    owner = sa.select(Client.owner_id).where(Client.id == client_id, visible("client"))
    owner_id: int | None = session.scalar(owner)
    return owner_id


def free_holder(session: Session) -> int | None:
    """Give who is to have what nobody else is: whoever has the fewest open deals.

    Those go first who work on deals of their own; who steers gets one where there is nobody else.
    Where nobody at all works on deals, whoever acts has it.
    """
    people = scopes_of_users(*_TO_HAVE, _VIEW)
    if not people:
        return current_person().id
    counted = sa.select(Deal.owner_id, sa.func.count(Deal.id)).where(
        Deal.owner_id.in_(sorted(people)), Deal.outcome.is_(None), Deal.deleted_at.is_(None)
    )
    loads = {row[0]: row[1] for row in session.execute(counted.group_by(Deal.owner_id))}
    return min(
        people, key=lambda one: (people[one][_EDIT], people[one][_VIEW], loads.get(one, 0), one)
    )


def checked_holder(session: Session, chosen: int, assign: str, before: int | None) -> int:
    """Judge whom somebody gives a client and a deal that are to be made.

    :param assign: what lets them give to others that of which it is made.
    :param before: whose that is.
    :raises ForbiddenError: where somebody else is chosen by whoever may give nothing.
    :raises InvalidError: for somebody who can work on no client or deal.
    """
    if chosen != before:
        checked_owner(session, chosen, assign)
    if not can_have(chosen):
        message = _("Clients and deals can be given only to those who work on them.")
        raise InvalidError(message, {"owner_id": message})
    return chosen


def holders_offered(assign: str, also: Iterable[int | None] = ()) -> list[tuple[int, str]]:
    """Give to whom whoever acts may give a client and a deal, as pairs of id and name.

    :param assign: as :func:`checked_holder` takes it.
    :param also: who may be chosen in any case.
    """
    people = scopes_of_users(*_TO_HAVE)
    return [one for one in colleagues(assign, also) if one[0] in people]


def holder_name(user_id: int | None) -> str:
    """Give what somebody is called to whom something went; an empty string for whoever acts."""
    if user_id is None or user_id == current_person().id:
        return ""
    return people_names().get(user_id, "")


def give_made(owner_id: int | None, *, client_id: int | None, deal_id: int | None) -> None:
    """Give what somebody has just made to whose it is; None for what they have not made.

    Handing over is what making it means: it takes no right to give clients and deals in general.
    """
    person = current_person()
    if owner_id == person.id:
        return
    scopes = {name: max(scope, person.scope(name)) for name, scope in _TO_GIVE.items()}
    with acting_as(replace(person, scopes={**person.scopes, **scopes})):
        if client_id is not None:
            change_client(client_id, {"owner_id": owner_id})
        if deal_id is not None:
            change_deal(deal_id, {"owner_id": owner_id})


def tell_holder(session: Session, owner_id: int | None, deal_id: int) -> None:
    """Tell somebody, in their language, that a deal was opened for them by somebody else."""
    name = session.get_one(Deal, deal_id).name
    told = _("%(who)s has given you a deal: %(deal)s", who=current_person().name, deal=name)
    _tell(session, owner_id, told, f"/deals/{deal_id}")


def tell_client_owner(session: Session, client: Client) -> None:
    """Tell whose a client is, in their language, that somebody else was in touch with it."""
    who = current_person().name
    told = _("%(who)s was in touch with your client %(client)s", who=who, client=client.name)
    _tell(session, client.owner_id, told, f"/clients/{client.id}")


def _tell(session: Session, user_id: int | None, told: Text, address: str) -> None:
    holder = person_of(user_id) if user_id is not None else None
    if holder is None or holder.id == current_person().id:
        return
    with speaking(holder.locale or company().language):
        notify(as_writing(session), holder.id, told, address)
