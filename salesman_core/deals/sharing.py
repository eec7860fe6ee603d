"""Who has a part in a deal: each colleague and each contact comes and goes by itself.

The deal is locked before it is read who there is: two who add somebody at once add both.
"""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.db import writing
from salesman_core.deals.models import Deal, DealContact, DealParticipant
from salesman_core.deals.service import change_deal
from salesman_core.records.participants import Participation
from salesman_core.records.saving import locked

_participation: Final = Participation(Deal, DealParticipant, change_deal)
add_participant: Final = _participation.add
include_participants: Final = _participation.include
remove_participant: Final = _participation.remove


def add_contact(deal_id: int, contact_id: int) -> bool:
    """Name a contact of the client in a deal; tell whether that is new."""
    with writing() as session:
        locked(session, Deal, deal_id)
        return change_deal(deal_id, {"contact_ids": _contact_ids(session, deal_id) | {contact_id}})


def remove_contact(deal_id: int, contact_id: int) -> bool:
    """Name a contact in a deal no longer; tell whether it was named."""
    with writing() as session:
        locked(session, Deal, deal_id)
        return change_deal(deal_id, {"contact_ids": _contact_ids(session, deal_id) - {contact_id}})


def _contact_ids(session: Session, deal_id: int) -> set[int]:
    named = sa.select(DealContact.contact_id).where(DealContact.deal_id == deal_id)
    return set(session.scalars(named))
