"""What still names somebody who has left, and why plugins kept it with them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.access.records import Bin, visible
from salesman_core.db import table_of
from salesman_core.people.handing_over import REFUSED, Holding, holdings
from salesman_core.people.named_users import naming, naming_types
from salesman_core.people.taken_over import since_leaving
from salesman_core.records.models import Audit
from salesman_hookspecs import RecordType

MOST_NAMED: Final = 20


@dataclass(frozen=True, slots=True)
class Kept:
    """A record that a plugin did not let go.

    :param card: the endpoint of its card.
    :param why: in the words of the plugin.
    """

    id: int
    label: str
    card: str
    why: str


@dataclass(frozen=True, slots=True)
class Remaining:
    """What still names a user.

    :param held: how much, by kind.
    :param kept: what plugins kept, as far as whoever reads may see it; at most :data:`MOST_NAMED`
        of a kind, the latest first.
    """

    held: tuple[Holding, ...]
    kept: tuple[Kept, ...]


def remaining(session: Session, user_id: int) -> Remaining:
    """Give what still names a user."""
    held = holdings(session, user_id)
    kinds = {one.kind for one in held}
    types = [one for one in naming_types() if one.kind in kinds]
    kept = [one for type_ in types for one in _kept(session, type_, user_id)]
    return Remaining(tuple(held), tuple(kept))


def _kept(session: Session, type_: RecordType, user_id: int) -> Iterator[Kept]:
    table = table_of(type_.model)
    seen = sa.and_(naming(type_, user_id), visible(type_.kind, bin=Bin.INCLUDED))
    # What was refused before this user left was refused to somebody else.
    told = (
        sa.select(sa.func.max(Audit.id))
        .where(Audit.kind == type_.kind, Audit.action == REFUSED)
        .where(Audit.id > since_leaving(user_id))
        .where(Audit.record_id.in_(sa.select(table.c.id).where(seen)))
        .group_by(Audit.record_id)
    )
    entries = sa.select(Audit.record_id, Audit.label, Audit.changes).where(Audit.id.in_(told))
    for row in session.execute(entries.order_by(Audit.id.desc()).limit(MOST_NAMED)):
        _before, why = row.changes["reason"]
        yield Kept(row.record_id, row.label, type_.card_endpoint, why)
