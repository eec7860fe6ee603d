"""What is read of groups that are linked with lists of services."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.toolkit import (
    AnyRow,
    MissingError,
    ban_reasons,
    bans,
    current_person,
    one_of,
    visible,
)
from salesman_mailing.bounces.models import BadAddress
from salesman_mailing.consent.models import REFUSED, Consent, Leaver, Purpose
from salesman_mailing.groups.models import KIND as GROUP
from salesman_mailing.groups.models import Group
from salesman_mailing.services.models import (
    CARRYING,
    COMING_IN,
    COMPARING,
    GOING_OUT,
    TAKE_IN,
    Change,
    Happened,
    Link,
)
from salesman_mailing.texts import texts

_ = texts.lazy

WITH_GROUP: Final = (
    *Link.__table__.c,
    Group.name.label("group_name"),
    Group.purpose_id,
    Purpose.needs_consent,
)
_JOINED: Final = sa.join(Link, Group, Group.id == Link.group_id).join(
    Purpose, Purpose.id == Group.purpose_id
)


def one_link(session: Session, link_id: int) -> AnyRow:
    """Give a link of a group that whoever acts may see.

    :raises MissingError: where there is none.
    """
    query = sa.select(*WITH_GROUP).select_from(_JOINED).where(Link.id == link_id, visible(GROUP))
    row = session.execute(query).one_or_none()
    if row is None:
        raise MissingError(_("There is no such link, or you may not see its group."))
    return row


def links_of(session: Session, group_id: int) -> Sequence[AnyRow]:
    """Give the links of a group that whoever acts may see, by their services."""
    query = sa.select(*WITH_GROUP).select_from(_JOINED)
    mine = query.where(Link.group_id == group_id, visible(GROUP))
    return session.execute(mine.order_by(Link.service, Link.id)).all()


def for_work(session: Session, link_id: int, state: str) -> AnyRow | None:
    """Give a link that a job works on, with its group; None where it is in that state no more."""
    query = sa.select(*WITH_GROUP).select_from(_JOINED)
    mine = query.where(Link.id == link_id, Link.state == state, Group.deleted_at.is_(None))
    return session.execute(mine).one_or_none()


def to_synchronise(session: Session) -> Sequence[AnyRow]:
    """Give all links whose groups are not in the bin."""
    query = sa.select(*Link.__table__.c).join(Group, Group.id == Link.group_id)
    return session.execute(query.where(Group.deleted_at.is_(None)).order_by(Link.id)).all()


def of_lists(session: Session, service: str, list_ids: Collection[str]) -> Sequence[AnyRow]:
    """Give the links of a service with some of its lists; with all where none is named."""
    query = sa.select(*WITH_GROUP).select_from(_JOINED).where(Link.service == service)
    if list_ids:
        query = query.where(Link.list_id.in_(list(list_ids)))
    return session.execute(query.order_by(Link.id)).all()


@dataclass(frozen=True, slots=True)
class Counts:
    """How many changes of a kind there are, and how far they have come."""

    whole: int = 0
    done: int = 0
    refused: int = 0


def counts(session: Session, link_id: int) -> Mapping[str, Counts]:
    """Count what is to change by a link: by kinds of change."""
    return counts_of(session, [link_id])[link_id]


def counts_of(session: Session, link_ids: Collection[int]) -> Mapping[int, Mapping[str, Counts]]:
    """Count what is to change by some links: of each by kinds of change."""
    query = sa.select(
        Change.link_id,
        Change.what,
        sa.func.count(),
        sa.func.count(Change.done_at),
        sa.func.sum(sa.case((Change.refused != "", 1), else_=0)),
    ).where(Change.link_id.in_(link_ids))
    found: dict[int, dict[str, Counts]] = {one: {} for one in link_ids}
    for link_id, what, *numbers in session.execute(query.group_by(Change.link_id, Change.what)):
        found[link_id][what] = Counts(*map(int, numbers))
    return found


def left(counted: Mapping[str, Counts], whats: Iterable[str] = (*COMING_IN, *GOING_OUT)) -> int:
    """Give how many changes are still to be done."""
    return sum(counted[what].whole - counted[what].done for what in whats if what in counted)


def changes(
    session: Session, link_id: int, what: str = "", after: int = 0, limit: int = 50
) -> Sequence[AnyRow]:
    """Give some changes of a link, in their order."""
    query = sa.select(*Change.__table__.c).where(Change.link_id == link_id, Change.id > after)
    if what:
        query = query.where(Change.what == what)
    return session.execute(query.order_by(Change.id).limit(limit)).all()


def next_changes(session: Session, link: AnyRow, most: int) -> Sequence[AnyRow]:
    """Give what is to be done next, all of one kind; none where all is done."""
    whats = COMING_IN if link.mode == TAKE_IN else (*COMING_IN, *GOING_OUT)
    columns = (Change.id, Change.what, Change.address, Change.told)
    for what in whats:
        query = sa.select(*columns).where(
            Change.link_id == link.id, Change.what == what, Change.done_at.is_(None)
        )
        found = session.execute(query.order_by(Change.id).limit(most)).all()
        if found:
            return found
    return ()


@dataclass(frozen=True, slots=True)
class Barred:
    """Some addresses that are not written to, by why not."""

    banned: Collection[str]
    refused: Collection[str]
    left: Collection[str]
    bad: Collection[str]

    def __contains__(self, address: object) -> bool:
        """Whether an address is not to be written to, whatever consent its purpose needs."""
        return any(address in one for one in (self.banned, self.refused, self.left, self.bad))


def barred(session: Session, link: AnyRow, addresses: Collection[str]) -> Barred:
    """Tell which of some addresses are not written to with the group of a link."""
    if not addresses:
        return Barred((), (), (), ())

    def found(column: Any, *where: sa.ColumnElement[bool]) -> set[str]:
        return set(session.scalars(sa.select(column).where(one_of(column, addresses), *where)))

    refused = (Consent.purpose_id == link.purpose_id, Consent.state == REFUSED)
    return Barred(
        ban_reasons(session, bans.MAILING, addresses).keys(),
        found(Consent.address, *refused),
        found(Leaver.address, Leaver.group_id == link.group_id),
        found(BadAddress.address),
    )


def happened(session: Session, link: AnyRow) -> Mapping[str, int]:
    """Count what the service of a link told of its list, by what it was."""
    about = sa.or_(
        Happened.lists == "", Happened.lists.contains(f"|{link.list_id}|", autoescape=True)
    )
    query = sa.select(Happened.what, sa.func.count()).where(Happened.service == link.service, about)
    return {row[0]: row[1] for row in session.execute(query.group_by(Happened.what))}


def reads_addresses(link: AnyRow) -> bool:
    """Tell whether whoever acts may read of whom the changes of a link are.

    That is in whose name the group was looked at: others may see less of it.
    """
    return bool(link.by_id == current_person().id)


def is_busy(link: AnyRow | Link) -> bool:
    """Tell whether a job works on a link."""
    return link.state in {COMPARING, CARRYING}
