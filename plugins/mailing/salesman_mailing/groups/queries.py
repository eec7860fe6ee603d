"""Who is in a group: whom it names, and whom its filters find, but for those kept out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from salesman_core.toolkit import AnyRow, MissingError, User, visible
from salesman_mailing.consent.consent import may_write
from salesman_mailing.consent.models import Purpose
from salesman_mailing.groups.filters import found_by
from salesman_mailing.groups.kinds import Kind, kinds
from salesman_mailing.groups.models import KIND, Group, GroupFilter, Member
from salesman_mailing.texts import texts

_ = texts.lazy

GROUP = (
    Group.id,
    Group.name,
    Group.description,
    Group.purpose_id,
    Group.owner_id,
    Group.created_at,
    Group.updated_at,
    Group.version,
)
NAMED = (*GROUP, Purpose.name.label("purpose"), User.name.label("owner_name"))
SOURCE = sa.join(Group, Purpose, Purpose.id == Group.purpose_id).outerjoin(
    User, User.id == Group.owner_id
)

Columns = Callable[[Kind], Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Counted:
    """How many are in a group at the moment.

    :param records: clients, contacts and others.
    :param addresses: different addresses among them.
    :param writable: those of the addresses that may be written to.
    """

    records: int
    addresses: int
    writable: int


def one_group(session: Session, group_id: int) -> AnyRow:
    """Give a group that whoever acts may see.

    :raises MissingError: where there is none.
    """
    query = sa.select(*NAMED).select_from(SOURCE).where(Group.id == group_id, visible(KIND))
    row = session.execute(query).one_or_none()
    if row is None:
        raise MissingError(_("There is no such group, or you may not see it."))
    return row


def filters_of(session: Session, group_id: int) -> Sequence[AnyRow]:
    """Give the filters that a group follows, the oldest first."""
    columns = (GroupFilter.id, GroupFilter.kind, GroupFilter.whom, GroupFilter.args)
    query = sa.select(*columns).where(GroupFilter.group_id == group_id)
    return session.execute(query.order_by(GroupFilter.id)).all()


def members(session: Session, group_id: int) -> sa.Select[Any]:
    """Give the query of those to write to: one row for each address.

    It finds whom whoever acts sees: whoever works for a person later on acts as that person. Of a
    record its first valid address counts, whether it may be written to or not: who has left with
    that one is not written to at another. Where several records have an address, a contact is
    meant before a client, and that before others.

    :returns: ``kind``, ``record_id``, ``address`` (as addresses are compared), ``name`` (what names
        the record), ``client_id`` (of a client and a contact, else null). Whether an address may be
        written to is for :func:`salesman_mailing.consent.consent.may_write`, over ``address``.
    """
    found = _with_addresses(session, group_id).subquery()
    first = sa.func.row_number().over(
        partition_by=found.c.address, order_by=(found.c.rank, found.c.record_id)
    )
    ranked = sa.select(found, first.label("place")).subquery()
    shown = ("kind", "record_id", "address", "name", "client_id")
    return sa.select(*(ranked.c[name] for name in shown)).where(ranked.c.place == 1)


def counted(session: Session, group_id: int) -> Counted:
    """Count who is in a group at the moment, as far as whoever acts sees them."""
    group = one_group(session, group_id)
    purpose = session.get_one(Purpose, group.purpose_id)
    found = _with_addresses(session, group_id).subquery()
    addresses = sa.select(found.c.address).distinct().subquery()
    may = sa.case((may_write(addresses.c.address, purpose, group_id), 1), else_=0)
    different = sa.select(
        sa.func.count().label("addresses"),
        sa.func.coalesce(sa.func.sum(may), 0).label("writable"),
    ).select_from(addresses)
    whole = sa.select(sa.func.count().label("records")).select_from(
        records(session, group_id).subquery()
    )
    one, two = whole.subquery(), different.subquery()
    both = sa.select(one.c.records, two.c.addresses, two.c.writable)
    row = session.execute(both.select_from(one.join(two, sa.true()))).one()
    return Counted(row.records, row.addresses, row.writable)


def records(session: Session, group_id: int) -> Any:
    """Give the query of the records in a group, each once: ``kind`` and ``record_id``."""
    by_kind: dict[str, list[sa.Select[Any]]] = {}
    for kind, select in _parts(session, group_id, key):
        by_kind.setdefault(kind.name, []).append(select)
    each_once = [some[0] if len(some) == 1 else sa.union(*some) for some in by_kind.values()]
    return each_once[0] if len(each_once) == 1 else sa.union_all(*map(_whole, each_once))


def _whole(part: Any) -> sa.Select[Any]:
    found = part.subquery()
    return sa.select(found.c.kind, found.c.record_id)


def key(kind: Kind) -> tuple[Any, ...]:
    """Give by what a record is known among those of all kinds."""
    return (
        sa.literal(kind.name).label("kind"),
        sa.type_coerce(kind.id, sa.BigInteger()).label("record_id"),
    )


def _with_addresses(session: Session, group_id: int) -> Any:
    """Give the records in a group with their first valid addresses; some may be met twice."""

    def columns(kind: Kind) -> tuple[Any, ...]:
        told = sa.type_coerce(kind.emails.normalised, sa.Text()).label("address")
        rank = sa.literal(kind.rank).label("rank")
        name, client_id = kind.label.label("name"), kind.client_id.label("client_id")
        return (*key(kind), rank, name, client_id, told)

    parts = [
        select.where(kind.of_email == kind.id, *_first_valid(kind))
        for kind, select in _parts(session, group_id, columns)
    ]
    return parts[0] if len(parts) == 1 else sa.union_all(*parts)


def _first_valid(kind: Kind) -> Iterator[sa.ColumnElement[bool]]:
    other = aliased(kind.emails)
    before = sa.or_(
        other.position < kind.emails.position,
        sa.and_(other.position == kind.emails.position, other.id < kind.emails.id),
    )
    same = getattr(other, kind.of_email.key) == kind.of_email
    yield kind.emails.normalised.is_not(None)
    yield ~sa.exists().where(same, other.normalised.is_not(None), before)


def _parts(
    session: Session, group_id: int, columns: Columns
) -> Iterator[tuple[Kind, sa.Select[Any]]]:
    """Give the parts of a group: whom it names of each kind, and what each filter finds.

    There is always one, which may find nobody.

    :raises MissingError: where whoever acts sees no kind of record that can be written to.
    """
    if not kinds():
        raise MissingError(_("You may see none of the records that can be written to."))
    named_kinds = _named_kinds(session, group_id)
    filters = list(_found(session, group_id, columns))
    for kind in kinds():
        if kind.name in named_kinds or not (named_kinds or filters):
            named = sa.select(kind.named).where(
                Member.group_id == group_id,
                kind.is_named(),
                Member.way.is_not(None),
                Member.excluded_at.is_(None),
            )
            yield kind, sa.select(*columns(kind)).where(kind.id.in_(named), visible(kind.name))
    yield from filters


def _named_kinds(session: Session, group_id: int) -> set[str]:
    """Give the kinds of which a group names records: the query need not ask for others."""
    kind = sa.case(
        *((getattr(Member, column).is_not(None), name) for name, column in Member.BY_KIND.items()),
        else_=Member.kind,
    )
    query = sa.select(kind).where(Member.group_id == group_id).distinct()
    return set(session.scalars(query))


def _found(
    session: Session, group_id: int, columns: Columns
) -> Iterator[tuple[Kind, sa.Select[Any]]]:
    for one in filters_of(session, group_id):
        found = found_by(one, columns)
        if found is not None:
            kind, select = found
            yield kind, select.where(kind.id.not_in(_kept_out(kind, group_id)))


def _kept_out(kind: Kind, group_id: int) -> sa.Select[Any]:
    return sa.select(kind.named).where(
        Member.group_id == group_id, kind.is_named(), Member.excluded_at.is_not(None)
    )
