"""In which groups a record is: for its card."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.toolkit import AnyRow, visible
from salesman_mailing.groups import queries
from salesman_mailing.groups.filters import found_by
from salesman_mailing.groups.kinds import Kind, kind_named
from salesman_mailing.groups.models import KIND, Group, GroupFilter, Member

MOST_FILTERS: Final = 200
MOST_GROUPS: Final = 100


@dataclass(frozen=True, slots=True)
class InGroup:
    """A group with which a record is met.

    :param named: whether the group names it; else one of its filters finds it.
    :param kept_out: whether it is kept out of it.
    """

    group: AnyRow
    named: bool
    kept_out: bool


def groups_of(session: Session, kind_name: str, record_id: int) -> Sequence[InGroup]:
    """Give the groups in which a record is or of which it is kept out, that whoever acts sees.

    It takes four statements, however many groups and filters there are; filters past the two
    hundredth are not asked.
    """
    kind = kind_named(kind_name)
    own = sa.select(Member.group_id, Member.way, Member.excluded_at)
    rows = session.execute(own.where(kind.is_named(), kind.named == record_id)).all()
    named = {row.group_id for row in rows if row.way is not None}
    out = {row.group_id for row in rows if row.excluded_at is not None}
    found = _found(session, kind, record_id)
    query = sa.select(*queries.NAMED).select_from(queries.SOURCE)
    mine = query.where(Group.id.in_(named | out | found), visible(KIND)).order_by(Group.search_name)
    groups = session.execute(mine.limit(MOST_GROUPS)).all()
    return [InGroup(one, one.id in named, one.id in out) for one in groups]


def _found(session: Session, kind: Kind, record_id: int) -> set[int]:
    filters = sa.select(GroupFilter.group_id, GroupFilter.kind, GroupFilter.whom, GroupFilter.args)
    seen = filters.join(Group, Group.id == GroupFilter.group_id).where(visible(KIND))
    asked = []
    for one in session.execute(seen.order_by(GroupFilter.id).limit(MOST_FILTERS)):
        number = sa.literal(one.group_id).label("group_id")
        part = found_by(one, lambda _kind, number=number: (number,))
        if part is not None and part[0].name == kind.name:
            asked.append(part[1].where(kind.id == record_id))
    return set(session.scalars(_one(asked))) if asked else set()


def _one(asked: Sequence[sa.Select[Any]]) -> Any:
    return sa.union_all(*asked)
