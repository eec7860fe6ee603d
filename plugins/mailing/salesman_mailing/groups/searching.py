"""Finding whom and what to add to a group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.toolkit import AnyRow, contains, visible
from salesman_hookspecs import Text
from salesman_mailing.groups.kinds import Kind, kinds
from salesman_mailing.groups.models import KIND, Group
from salesman_mailing.permissions import EDIT

MOST_FOUND: Final = 8
MOST_GROUPS: Final = 200
LONGEST: Final = 200


@dataclass(frozen=True, slots=True)
class Found:
    """A record that may be added."""

    kind: str
    kind_title: Text
    id: int
    name: str


def found(session: Session, typed: str) -> list[Found]:
    """Give the records that can be written to whose names have what was typed in them."""
    words = typed.strip()[:LONGEST]
    if not words:
        return []
    return [one for kind in kinds() for one in _found(session, kind, words)]


def _found(session: Session, kind: Kind, words: str) -> list[Found]:
    label = kind.type.label
    searched = getattr(kind.type.model, f"search_{label}", None)
    if searched is None:
        return []
    query = sa.select(kind.id, kind.label).where(contains(searched, words), visible(kind.name))
    rows = session.execute(query.order_by(searched, kind.id).limit(MOST_FOUND))
    return [Found(kind.name, kind.type.title, row[0], row[1]) for row in rows]


def other_groups(session: Session, group_id: int | None = None) -> Sequence[AnyRow]:
    """Give the other groups that whoever acts sees, for a choice."""
    query = sa.select(Group.id, Group.name).where(visible(KIND))
    if group_id is not None:
        query = query.where(Group.id != group_id)
    return session.execute(query.order_by(Group.search_name, Group.id).limit(MOST_GROUPS)).all()


def groups_to_change(session: Session) -> Sequence[AnyRow]:
    """Give the groups that whoever acts may change, for a choice."""
    query = sa.select(Group.id, Group.name).where(visible(KIND, EDIT))
    return session.execute(query.order_by(Group.search_name, Group.id).limit(MOST_GROUPS)).all()
