"""Which records a person reaches: the one place from which every read gets its filter."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.access.models import User
from salesman_core.access.person import current_person
from salesman_core.db import reading
from salesman_core.errors import ForbiddenError, MissingError
from salesman_core.i18n import texts
from salesman_core.plugins.dispatch import Denied
from salesman_core.plugins.host import current_host
from salesman_core.plugins.switches import follower
from salesman_hookspecs import Person, RecordType, Scope
from salesman_hookspecs.access import salesman_record_filter
from salesman_hookspecs.data import salesman_record_types

_ = texts.lazy

Condition = sa.ColumnElement[bool]


def record_type(kind: str) -> RecordType:
    """Give a kind of record by its name.

    :raises MissingError: where neither the core nor an active plugin keeps such records.
    """
    for one in current_host().contributions(salesman_record_types):
        if one.value.kind == kind:
            return one.value
    raise MissingError(_("There are no records of the kind %(kind)s.", kind=kind))


def visible(kind: str, permission: str | None = None, person: Person | None = None) -> Condition:
    """Give the SQL condition of the records of *kind* that a person reaches.

    Scope, guards, every plugin's ``salesman_record_filter`` and the bin are in it. Nothing is
    filtered after a query, so counts and sums cannot leak either.

    :param permission: what is to be done with them; to see them where not given.
    :param person: who asks; whoever acts where not given.
    """
    type_ = record_type(kind)
    person = person or current_person()
    permission = permission or type_.view_permission
    if not person.everything and kind in follower().closed_kinds:
        return sa.false()
    conditions = [_within_scope(type_, permission, person)]
    if type_.deleted is not None:
        conditions.append(getattr(type_.model, type_.deleted).is_(None))
    try:
        conditions += _narrowing(kind, permission, person)
    except Denied:
        return sa.false()
    return sa.and_(*conditions)


def _narrowing(kind: str, permission: str, person: Person) -> list[Condition]:
    """Give what plugins add to the condition.

    :raises Denied: where one of them fails, or gives what is no condition.
    """
    host = current_host()
    given = host.call(salesman_record_filter, kind=kind, permission=permission, person=person)
    for one in given:
        if not _is_condition(one.value):
            message = f"gave {type(one.value).__name__}, not a condition of SQLAlchemy"
            host.dispatcher.faults.note(one.owner, "salesman_record_filter", TypeError(message))
            raise Denied(one.owner)
    return [sa.true() & one.value for one in given]


def _is_condition(value: object) -> bool:
    if isinstance(value, sa.ColumnElement):
        return isinstance(value.type, sa.Boolean)
    return isinstance(value, bool)


def _within_scope(type_: RecordType, permission: str, person: Person) -> Condition:
    scope = person.scope(permission)
    if scope is Scope.ALL:
        return sa.true()
    if scope is Scope.NONE:
        return sa.false()
    if type_.through is not None:
        parent_kind, attribute = type_.through
        parent = record_type(parent_kind)
        reached = sa.select(parent.model.id).where(visible(parent_kind, permission, person))
        within: Condition = getattr(type_.model, attribute).in_(reached)
        return within
    return sa.or_(*_shares(type_, scope, person))


def _shares(type_: RecordType, scope: Scope, person: Person) -> list[Condition]:
    """Give the ways in which a record can be one's own or one's team's."""
    ways: list[Condition] = []
    if type_.owner is not None:
        owner = getattr(type_.model, type_.owner)
        ways.append(owner == person.id)
        if scope is Scope.TEAM and person.team_ids:
            ways.append(owner.in_(sa.select(User.id).where(User.team_id.in_(person.team_ids))))
    if type_.participants is not None:
        part = type_.participants
        ways.append(type_.model.id.in_(sa.select(part.record_id).where(part.user_id == person.id)))
    return ways or [sa.false()]


def reaches(
    kind: str,
    record_id: int,
    permission: str | None = None,
    *,
    person: Person | None = None,
    session: Session | None = None,
) -> bool:
    """Tell whether a person reaches one record."""
    model = record_type(kind).model
    condition = sa.and_(model.id == record_id, visible(kind, permission, person))
    # Said explicitly, because a condition that is never true names no table.
    there = sa.exists().select_from(model).where(condition)
    found = (session or reading()).scalar(sa.select(there))
    return bool(found)


def demand(
    kind: str,
    record_id: int,
    permission: str,
    *,
    person: Person | None = None,
    session: Session | None = None,
) -> None:
    """Let only those pass who may do *permission* with a record.

    :raises MissingError: where they may not even know of it.
    :raises ForbiddenError: where they see it, but no more.
    """
    if reaches(kind, record_id, permission, person=person, session=session):
        return
    if reaches(kind, record_id, person=person, session=session):
        raise ForbiddenError(_("You may see this record, but not do this with it."), permission)
    raise MissingError(_("There is no such record, or you may not see it."))


def demand_permission(permission: str, person: Person | None = None) -> None:
    """Let only those pass who hold *permission* for any record at all.

    :raises ForbiddenError: for the others, naming the permission.
    """
    if not (person or current_person()).may(permission):
        message = _("Your roles do not include this (%(permission)s).", permission=permission)
        raise ForbiddenError(message, permission)


def label_of(kind: str, record_id: int) -> str:
    """Give a record's name for somebody who may see it."""
    type_ = record_type(kind)
    label: Any = getattr(type_.model, type_.label)
    name = reading().scalar(sa.select(label).where(type_.model.id == record_id))
    return str(name or "")
