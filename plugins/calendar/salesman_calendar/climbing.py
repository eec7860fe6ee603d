"""Activity by rung, and who climbed after it (``product.md``, rule 2): sums over the list."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from salesman_calendar.models import KIND, Activity
from salesman_core.toolkit import (
    AnyRow,
    Client,
    ListSpec,
    Rung,
    RungMove,
    parse_list_query,
    totals,
    visible,
)


def rung_then() -> sa.ColumnElement[Any]:
    """Give on which rung the client of an activity stood when that was done."""
    own = sa.and_(
        RungMove.client_id == Activity.client_id, RungMove.of_client_id == RungMove.client_id
    )
    before = (
        sa.select(RungMove.to_rung_id)
        .where(own, RungMove.at <= Activity.done_at)
        .order_by(RungMove.at.desc(), RungMove.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    first = (
        sa.select(RungMove.from_rung_id)
        .where(own)
        .order_by(RungMove.at, RungMove.id)
        .limit(1)
        .scalar_subquery()
    )
    stands = sa.select(Client.rung_id).where(Client.id == Activity.client_id).scalar_subquery()
    return sa.func.coalesce(before, first, stands)


def climbed_after() -> sa.ColumnElement[bool]:
    """Tell whether the client of an activity climbed after it was done."""
    lower, higher = aliased(Rung), aliased(Rung)
    return (
        sa.exists()
        .where(
            RungMove.client_id == Activity.client_id,
            RungMove.of_client_id == RungMove.client_id,
            RungMove.at > Activity.done_at,
            lower.id == RungMove.from_rung_id,
            higher.id == RungMove.to_rung_id,
            higher.position > lower.position,
        )
        .correlate(Activity)
    )


def with_seen_client() -> sa.ColumnElement[bool]:
    """Give the condition of what was done with a client whom the person sees."""
    seen = sa.select(Client.id).where(visible("client"))
    return sa.and_(Activity.done_at.is_not(None), Activity.client_id.in_(seen))


def by_rung(session: Session, spec: ListSpec, narrowed: Mapping[str, str]) -> Sequence[AnyRow]:
    """Give by rung how much was done, with how many clients, and how many of them climbed after it.

    One statement.

    :param narrowed: filters of the list, as the address names them: days, whose.
    :raises InvalidError: by filter.
    """
    query = parse_list_query({**narrowed, "with_client": "true"}, spec)
    sums = [
        sa.func.count(Activity.id).label("activities"),
        sa.func.count(sa.distinct(Activity.client_id)).label("clients"),
        sa.func.count(
            sa.distinct(sa.case((climbed_after(), Activity.client_id), else_=sa.null()))
        ).label("climbed"),
    ]
    return totals(session, sums, spec, query, visible(KIND), by=[rung_then().label("rung_id")])


def done_with_clients(
    session: Session, spec: ListSpec, narrowed: Mapping[str, str], by: str
) -> Mapping[Any, tuple[int, int]]:
    """Give how much was done with clients, and with how many; one statement.

    :param narrowed: filters of the list, as the address names them.
    :param by: ``rung`` (that of the client then), ``month`` (year and month of the day), ``owner``,
        or empty for all of it.
    :returns: by what *by* says; under None for all of it.
    :raises InvalidError: by filter.
    """
    query = parse_list_query({**narrowed, "with_client": "true"}, spec)
    counts = [sa.func.count(Activity.id), sa.func.count(sa.distinct(Activity.client_id))]
    rows = totals(session, counts, spec, query, visible(KIND), by=_GROUPED[by]())
    found: dict[Any, tuple[int, int]] = {}
    for row in rows:
        *place, activities, clients = tuple[Any, ...](row)
        if by == "month":
            found[int(place[0]), int(place[1])] = activities, clients
        elif activities:
            found[place[0] if place else None] = activities, clients
    return found


_GROUPED: Final[Mapping[str, Callable[[], list[sa.ColumnElement[Any]]]]] = {
    "": list,
    "rung": lambda: [rung_then()],
    "month": lambda: [sa.extract("year", Activity.day), sa.extract("month", Activity.day)],
    "owner": lambda: [sa.type_coerce(Activity.owner_id, sa.BigInteger)],
}


def rungs(session: Session) -> Sequence[AnyRow]:
    """Give the rungs from the lowest to the highest."""
    return session.execute(sa.select(Rung.id, Rung.name).order_by(Rung.position, Rung.id)).all()


def name_of_rung(session: Session, rung_id: Any) -> str:
    """Give what a rung is called."""
    return str(session.scalar(sa.select(Rung.name).where(Rung.id == rung_id)) or rung_id)
