"""Who took over what named somebody that has left: kept with the user, and read on their page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.access.person import current_person, people_names
from salesman_core.access.records import known_type
from salesman_core.records.changes import audit
from salesman_core.records.models import Audit
from salesman_core.records.record_list import list_of
from salesman_core.web.addresses import address_of
from salesman_hookspecs import RecordType, Scope, Text

_USER: Final = "user"
HANDED: Final = "records_handed_over"
"""What the audit of a user says of records of theirs that others took over."""
FIELD: Final = "handed"


@dataclass(frozen=True, slots=True)
class TakenOver:
    """What somebody took over of one kind.

    :param title: of such records.
    :param count: how many; None for a reader who does not see all such records.
    :param to: who took over, as they are called now.
    :param address: the list of what belongs to them now; empty where there is none.
    """

    title: Text
    count: int | None
    to: str
    address: str


def keep(session: Session, type_: RecordType, count: int, from_id: int, to_id: int) -> None:
    """Keep with a user that somebody else took over so many records."""
    names = people_names()
    told = {"kind": type_.kind, "to_id": to_id, "to": names.get(to_id, ""), "count": count}
    audit(session, _USER, from_id, names.get(from_id, ""), HANDED, {FIELD: (None, [told])})


def in_words(told: Mapping[str, Any]) -> str:
    """Give an entry of the audit as people read it."""
    type_ = known_type(told["kind"])
    return f"{told['kind'] if type_ is None else type_.plural}: {told['count']}, {told['to']}"


def since_leaving(user_id: int) -> sa.ColumnElement[int]:
    """Give the SQL of the entry of the audit by which a user left last; 0 for who never did."""
    leaving = sa.select(sa.func.max(Audit.id)).where(
        Audit.kind == _USER, Audit.record_id == user_id, Audit.action == "deactivated"
    )
    return sa.func.coalesce(leaving.scalar_subquery(), 0)


def taken_over(session: Session, user_id: int) -> list[TakenOver]:
    """Give what others took over since a user left, of what whoever reads may see at all."""
    entries = sa.select(Audit.changes).where(
        Audit.kind == _USER,
        Audit.record_id == user_id,
        Audit.action == HANDED,
        Audit.id > since_leaving(user_id),
    )
    counts: Counter[tuple[str, int]] = Counter()
    for changes in session.scalars(entries.order_by(Audit.id)):
        for told in changes[FIELD][1]:
            counts[told["kind"], told["to_id"]] += told["count"]
    found = (_told(kind, to_id, count) for (kind, to_id), count in counts.items())
    return [one for one in found if one is not None]


def _told(kind: str, to_id: int, count: int) -> TakenOver | None:
    type_, person = known_type(kind), current_person()
    if type_ is None or not person.may(type_.view_permission):
        return None
    sees_all = person.scope(type_.view_permission) is Scope.ALL
    name = people_names().get(to_id, "")
    return TakenOver(type_.plural, count if sees_all else None, name, _address(type_, to_id))


def _address(type_: RecordType, user_id: int) -> str:
    listed = list_of(type_)
    if listed is None or type_.owner is None or listed.spec.find(type_.owner) is None:
        return ""
    return address_of(listed.endpoint, {type_.owner: user_id})
