"""Which contacts of its client a deal names."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.access.records import visible
from salesman_core.clients.models import Contact
from salesman_core.deals.models import Deal, DealContact
from salesman_core.errors import InvalidError
from salesman_core.i18n import texts
from salesman_core.records.changes import Planned

_ = texts.lazy


def plan_contacts(
    session: Session, deal: Deal, contact_ids: Collection[int], client_id: int | None
) -> Iterator[Planned]:
    """Plan to make exactly these the contacts that a deal names.

    Who sees a deal but not its client may leave the contacts that it names already, and name no
    others: they would read the names of people whom they may not see.

    :param client_id: of the client that the deal will have.
    :raises InvalidError: for one that is no contact of that client, or newly named and not seen.
    """
    named_in = sa.select(DealContact).where(DealContact.deal_id == deal.id)
    held = {one.contact_id: one for one in session.scalars(named_in)}
    of_client = sa.select(Contact.id).where(
        Contact.id.in_(contact_ids),
        Contact.client_id == client_id,
        sa.or_(Contact.id.in_(held), visible("contact")),
    )
    wanted = set(session.scalars(of_client))
    if set(contact_ids) - wanted:
        message = _("A contact of the deal must be one of its client's that you may see.")
        raise InvalidError(message, {"contact_ids": message})

    def apply() -> None:
        for contact_id in held.keys() - wanted:
            session.delete(held[contact_id])
        session.add_all(
            DealContact(deal_id=deal.id, contact_id=id_) for id_ in wanted - held.keys()
        )

    if held.keys() != wanted:
        yield Planned("contact_ids", sorted(held), sorted(wanted), apply)
