"""Which records a person reaches: the one place from which every read gets its filter."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from enum import Enum, auto
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session
from sqlalchemy.sql import operators

from salesman_core.access.models import User
from salesman_core.access.person import current_person
from salesman_core.db import among, reading, rows_of, table_of
from salesman_core.errors import ForbiddenError, MissingError
from salesman_core.i18n import texts
from salesman_core.plugins.dispatch import Contribution, Denied
from salesman_core.plugins.host import PluginHost, current_host
from salesman_core.plugins.switches import follower
from salesman_hookspecs import Person, RecordType, Scope
from salesman_hookspecs.access import salesman_guarded_kinds, salesman_record_filter
from salesman_hookspecs.data import salesman_record_types
from salesman_hookspecs.web import salesman_slots

_ = texts.lazy

Condition = sa.ColumnElement[bool]


class Bin(Enum):
    """What becomes of records that lie in the bin.

    ``LEFT_OUT`` is usual. ``INCLUDED`` is for what was done to records, wherever they are now;
    ``ALONE`` gives those in place of all others, without what was merged into another record.
    """

    LEFT_OUT = auto()
    INCLUDED = auto()
    ALONE = auto()


def record_type(kind: str) -> RecordType:
    """Give a kind of record by its name.

    :raises MissingError: where neither the core nor an active plugin keeps such records.
    """
    found = known_type(kind)
    if found is not None:
        return found
    raise MissingError(_("There are no records of the kind %(kind)s.", kind=kind))


def known_type(kind: str) -> RecordType | None:
    """Give a kind of record by its name, None where nobody keeps such records."""
    return current_host().derived(_types_by_kind).get(kind)


def record_types() -> list[RecordType]:
    """Give every kind of record that the core and active plugins keep."""
    return list(current_host().derived(_types_by_kind).values())


def _types_by_kind(host: PluginHost) -> dict[str, RecordType]:
    return {one.value.kind: one.value for one in host.contributions(salesman_record_types)}


def kinds_with_panels() -> frozenset[str]:
    """Give the kinds of record whose cards have a place for panels, be they a plugin's.

    Records of others may be about such a record: its card shows them.
    """
    return current_host().derived(_kinds_with_panels)


def _kinds_with_panels(host: PluginHost) -> frozenset[str]:
    places = {one.value.name for one in host.contributions(salesman_slots)}
    return frozenset(kind for kind in _types_by_kind(host) if f"{kind}.card.panels" in places)


def kinds_meant(type_: RecordType) -> list[str]:
    """Give the kinds of record that records of *type_* may name by kind and number.

    See ``RecordType.about`` and ``RecordType.ties``; clients and deals have columns of their own.
    """
    if not is_about_any(type_):
        return []
    named = {kind for kind, _attribute in type_.along}
    named |= {*type_.ties.BY_KEY} if type_.ties is not None else set()
    return [
        other.kind
        for other in record_types()
        if not is_about_any(other) and other.kind in kinds_with_panels() - named
    ]


def is_about_any(type_: RecordType) -> bool:
    """Tell whether records of *type_* may be about others of whatever kind."""
    return type_.about is not None or type_.ties is not None


def visible(
    kind: str,
    permission: str | None = None,
    person: Person | None = None,
    *,
    bin: Bin = Bin.LEFT_OUT,  # noqa: A002  # the word for it
) -> Condition:
    """Give the SQL condition of the records of *kind* that a person reaches.

    Scope, guards, every plugin's ``salesman_record_filter`` and the bin are in it. Nothing is
    filtered after a query, so counts and sums cannot leak either.

    :param permission: what is to be done with them; to see them where not given.
    :param person: who asks; whoever acts where not given.
    :param bin: what becomes of the records that lie in the bin.
    """
    type_ = record_type(kind)
    person = person or current_person()
    permission = permission or type_.view_permission
    if not person.everything and kind in follower().closed_kinds:
        return sa.false()
    within = _within_scope(type_, permission, person, bin)
    try:
        narrower = [one.value for one in narrowing(kind, permission, person)]
    except Denied:
        return sa.false()
    return sa.and_(within, *narrower) if narrower else within


def unlimited(kind: str, *permissions: str) -> bool:
    """Tell whether whoever acts reaches every record of *kind* that is not in the bin.

    Only then may they be shown what was counted for everybody.
    """
    person = current_person()
    if not person.everything and kind in follower().closed_kinds:
        return False
    if any(person.scope(one) is not Scope.ALL for one in permissions):
        return False
    if record_type(kind).through is not None:
        return False  # what belongs to a record in the bin is reached by nobody
    return kind not in current_host().derived(_guards_by_kind)


def narrowing(kind: str, permission: str, person: Person) -> list[Contribution[Condition]]:
    """Give what plugins add to the condition, by plugin.

    :raises Denied: where one of them fails, or gives what is no condition.
    """
    host = current_host()
    guards = host.derived(_guards_by_kind).get(kind)
    if guards is None:
        return []
    given = host.dispatcher.among(guards).call(
        salesman_record_filter, kind=kind, permission=permission, person=person
    )
    for one in given:
        if not _is_condition(one.value):
            message = f"gave {type(one.value).__name__}, not a condition of SQLAlchemy"
            host.dispatcher.faults.note(one.owner, "salesman_record_filter", TypeError(message))
            raise Denied(one.owner)
    return [Contribution(one.owner, sa.true() & one.value) for one in given]


def _guards_by_kind(host: PluginHost) -> dict[str, set[str]]:
    """Give who guards each kind; only they are asked to narrow it."""
    found: dict[str, set[str]] = {}
    for one in host.contributions(salesman_guarded_kinds):
        found.setdefault(one.value, set()).add(one.owner)
    return found


def _is_condition(value: object) -> bool:
    if isinstance(value, sa.ColumnElement):
        negated = isinstance(value, sa.UnaryExpression) and value.operator is operators.inv
        return negated or isinstance(value.type, sa.Boolean)  # what is negated may have no type
    return isinstance(value, bool)


def _within_scope(type_: RecordType, permission: str, person: Person, bin_: Bin) -> Condition:
    scope = person.scope(permission)
    if type_.through is None or scope is Scope.NONE:
        way = _way_to(type_, bin_)
        own = _reached(way, scope, person.id, person.team_ids)
        if scope in {Scope.ALL, Scope.NONE} or permission != type_.view_permission:
            return own
        return _with_those_along(way, own, tuple(_seen_along(type_, person, bin_)))
    parent_kind, attribute = type_.through
    of_parent = Bin.INCLUDED if bin_ is Bin.INCLUDED else Bin.LEFT_OUT
    within = visible(parent_kind, permission, person, bin=of_parent)
    refers = table_of(type_.model).c[attribute]
    part = _part(refers, table_of(record_type(parent_kind).model), within, scope)
    columns = table_of(type_.model).c
    return sa.and_(part, *_kept(columns, type_.deleted, type_.merged, bin_))


@functools.lru_cache(maxsize=512)
def _part(refers: sa.Column[Any], parents: sa.Table, within: Condition, scope: Scope) -> Condition:
    """Give the records that belong to one of the parents which a condition lets through.

    Whoever reaches all parents is asked row by row, else a page would first gather all of them;
    the few of one's own or one's team are gathered, and their parts found by an index.
    """
    if scope is not Scope.ALL:
        return refers.in_(sa.select(parents.c.id).where(within))
    parent = sa.select(parents.c.id).where(parents.c.id == refers, within)
    return parent.correlate(refers.table).exists()


class _Beside(NamedTuple):
    """Along with which records a kind is seen.

    :param attribute: refers to them; ``kind_attribute`` holds their kind where it may be any.
    :param condition: which of them one sees.
    :param ties: the class whose rows refer to them, where it is not the record's own.
    """

    attribute: str
    model: type[Any]
    condition: Condition
    kind_attribute: str = ""
    kind: str = ""
    ties: type[Any] | None = None


def _seen_along(type_: RecordType, person: Person, bin_: Bin) -> Iterator[_Beside]:
    of_others = Bin.INCLUDED if bin_ is Bin.INCLUDED else Bin.LEFT_OUT
    for kind, attribute in type_.along:
        other = known_type(kind)
        if other is not None:
            yield _Beside(attribute, other.model, visible(kind, person=person, bin=of_others))
    if type_.about is not None:
        kind_attribute, attribute = type_.about
        for kind in kinds_meant(type_):
            seen = visible(kind, person=person, bin=of_others)
            yield _Beside(attribute, record_type(kind).model, seen, kind_attribute, kind)
    if type_.ties is not None:
        for kind, attribute in type_.ties.BY_KEY.items():
            seen = visible(kind, person=person, bin=of_others)
            yield _Beside(attribute, record_type(kind).model, seen, ties=type_.ties)
        for kind in kinds_meant(type_):
            seen, model = visible(kind, person=person, bin=of_others), record_type(kind).model
            yield _Beside("about_id", model, seen, "about_kind", kind, type_.ties)


class Way(NamedTuple):
    """How a kind of record is reached; see :class:`RecordType` for what it holds."""

    model: type[Any]
    owner: str | None
    team: str | None
    participants: type[Any] | None
    deleted: str | None
    merged: str | None
    bin: Bin


def _way_to(type_: RecordType, bin_: Bin) -> Way:
    own = (type_.owner, type_.team, type_.participants)
    return Way(type_.model, *own, type_.deleted, type_.merged, bin_)


@functools.lru_cache(maxsize=4096)
def _reached(way: Way, scope: Scope, person_id: int | None, team_ids: tuple[int, ...]) -> Condition:
    """Give the records within a scope that lie in the bin, or all others.

    Nearly every statement has such a condition in it. It is the very same object for the same
    question, so that statements which are made of it can be kept, too.
    """
    columns = table_of(way.model).c
    if scope is Scope.ALL:
        within: Condition = sa.true()
    elif scope is Scope.NONE:
        within = sa.false()
    else:
        within = sa.or_(*_shares(way, scope, person_id, team_ids))
    return sa.and_(within, *_kept(columns, way.deleted, way.merged, way.bin))


@functools.lru_cache(maxsize=4096)
def _with_those_along(way: Way, own: Condition, along: tuple[_Beside, ...]) -> Condition:
    """Add the records that are seen along with others, to the very same question as above."""
    if not along:
        return own
    columns = table_of(way.model).c
    seen = [_seen_beside(columns, one) for one in along]
    return sa.and_(sa.or_(own, *seen), *_kept(columns, way.deleted, way.merged, way.bin))


def _seen_beside(columns: Any, one: _Beside) -> Condition:
    refers = columns if one.ties is None else table_of(one.ties).c
    found = refers[one.attribute].in_(sa.select(one.model.id).where(one.condition))
    found = sa.and_(refers[one.kind_attribute] == one.kind, found) if one.kind else found
    return found if one.ties is None else columns.id.in_(sa.select(refers.record_id).where(found))


def _kept(columns: Any, deleted: str | None, merged: str | None, bin_: Bin) -> list[Condition]:
    """Leave out what is in the bin; or what is not, and what was merged into another record."""
    if bin_ is Bin.INCLUDED:
        return []
    if bin_ is Bin.LEFT_OUT:
        return [] if deleted is None else [columns[deleted].is_(None)]
    binned = sa.false() if deleted is None else columns[deleted].is_not(None)
    return [binned] if merged is None else [binned, columns[merged].is_(None)]


def _shares(
    way: Way, scope: Scope, person_id: int | None, team_ids: tuple[int, ...]
) -> list[Condition]:
    """Give the ways in which a record can be one's own or one's team's."""
    columns, ways = table_of(way.model).c, []
    if way.owner is not None:
        owner = columns[way.owner]
        ways.append(owner == person_id)
        if scope is Scope.TEAM and team_ids:
            users = table_of(User).c
            ways.append(among(owner, sa.select(users.id).where(users.team_id.in_(team_ids))))
    if way.team is not None and scope is Scope.TEAM and team_ids:
        ways.append(columns[way.team].in_(team_ids))
    if way.participants is not None:
        part = table_of(way.participants).c
        taking_part = sa.select(part.record_id).where(part.user_id == person_id)
        ways.append(among(columns.id, taking_part))
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
    table = table_of(record_type(kind).model)
    there = _there(table, visible(kind, permission, person))
    ((found,),) = rows_of(session or reading(), there, {"record_id": record_id})
    return bool(found)


@functools.lru_cache(maxsize=512)
def _there(table: sa.Table, condition: Condition) -> sa.Select[Any]:
    """Ask whether a record is among those that a condition lets through."""
    # The table is said, because a condition that is never true names none.
    record = sa.exists().select_from(table).where(table.c.id == sa.bindparam("record_id"))
    return sa.select(record.where(condition))


def reached_for(kind: str, record_id: int, *permissions: str) -> frozenset[str]:
    """Give those of some permissions with which whoever acts reaches one record."""
    table = table_of(record_type(kind).model)
    asked = _there_for(table, tuple(visible(kind, one) for one in permissions))
    (row,) = rows_of(reading(), asked, {"record_id": record_id})
    return frozenset(one for one, found in zip(permissions, row, strict=True) if found)


@functools.lru_cache(maxsize=512)
def _there_for(table: sa.Table, conditions: tuple[Condition, ...]) -> sa.Select[Any]:
    asked = (_there(table, condition).scalar_subquery() for condition in conditions)
    return sa.select(*(one.label(f"found_{number}") for number, one in enumerate(asked)))


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
        message = _("You may see this record, but not do this with it.")
        raise ForbiddenError(message, permission, record=(kind, record_id))
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
