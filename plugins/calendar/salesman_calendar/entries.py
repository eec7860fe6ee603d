"""What other plugins have in the calendar: the sources that they give by a hook of ours."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

import sqlalchemy as sa
import structlog
from flask import url_for
from sqlalchemy.orm import Session

from salesman_calendar.hookspecs import salesman_calendar_entries
from salesman_core.toolkit import (
    AnyRow,
    Deal,
    User,
    UtcDateTime,
    company,
    contributions,
    current_person,
    record_type,
    visible,
)
from salesman_hookspecs import Text

log = structlog.get_logger(__name__)

MOST: Final = 500
"""So many entries of a source are shown at once."""
_USUAL_ORDER: Final = 100


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """A source of entries, as a plugin's mapping says it.

    :param id: unlike that of every other source: it begins with the id of the plugin.
    :param title: what people call such entries, as “Expected closings”.
    :param icon: by Tabler's name.
    :param kind: of the records that the entries are about.
    :param permission: what one must hold to see them.
    :param entries: gives a ``Select`` of the entries that whoever acts may see
        (``toolkit.visible``), with the columns ``day`` (of the company, for any time of it) and
        ``at`` (UTC), one of which is null, ``owner_id``, ``record_id`` and ``title``.
    :param order: sources stand in this order.
    """

    id: str
    title: Text
    icon: str
    kind: str
    permission: str
    entries: Callable[[], sa.Select[Any]]
    order: int = _USUAL_ORDER

    @classmethod
    def told(cls, values: Mapping[str, Any]) -> Source:
        """Give the source that a mapping describes.

        :raises ValueError: where it says something else than a source.
        """
        if unknown := sorted(set(values) - {one.name for one in fields(cls)}):
            message = f"a source has no {', '.join(unknown)}"
            raise ValueError(message)
        return cls(**values)


def sources() -> list[Source]:
    """Give the sources whose entries whoever acts may see, in their order."""
    found: list[Source] = []
    for one in contributions(salesman_calendar_entries):
        try:
            found.append(Source.told(one.value))
        except (TypeError, ValueError) as error:
            log.warning("calendar.no_source", owner=one.owner, error=str(error))
    person = current_person()
    mine = (one for one in found if person.may(one.permission))
    return sorted(mine, key=lambda one: (one.order, one.id))


def entries_between(
    session: Session, source: Source, first: date, last: date, owner_ids: Collection[int]
) -> Sequence[AnyRow]:
    """Give the entries of a source on some days that are some people's."""
    told = source.entries().subquery()
    begins, ends = (
        datetime.combine(day, time.min, company().tz).astimezone(UTC)
        for day in (first, last + timedelta(days=1))
    )
    within = sa.or_(told.c.day.between(first, last), sa.and_(told.c.at >= begins, told.c.at < ends))
    return session.execute(
        sa.select(told, User.name.label("owner_name"))
        .outerjoin(User, User.id == told.c.owner_id)
        .where(within, told.c.owner_id.in_(owner_ids))
        .order_by(told.c.record_id)
        .limit(MOST)
    ).all()


def address_of(source: Source, record_id: int) -> str:
    """Give the address of the record that an entry is about."""
    return url_for(record_type(source.kind).card_endpoint, record_id=record_id)


def expected_closings() -> sa.Select[Any]:
    """Give when open deals are expected to close."""
    columns: tuple[Any, ...] = (
        Deal.expected_on.label("day"),
        sa.cast(None, UtcDateTime).label("at"),
        Deal.owner_id,
        Deal.id.label("record_id"),
        Deal.name.label("title"),
    )
    return sa.select(*columns).where(
        visible("deal"), Deal.outcome.is_(None), Deal.expected_on.is_not(None)
    )


def own_sources(title: Text) -> Iterable[Mapping[str, Any]]:
    """Give what the calendar itself takes from the core, by its own hook."""
    return [
        {
            "id": "calendar.closings",
            "title": title,
            "icon": "target-arrow",
            "kind": "deal",
            "permission": "core.deal.view",
            "entries": expected_closings,
            "order": 10,
        }
    ]
