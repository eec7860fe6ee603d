"""The address by which another program reads somebody's activities."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_calendar import ical, queries
from salesman_calendar.models import KIND, Activity, Feed, Series
from salesman_calendar.permissions import VIEW
from salesman_calendar.texts import texts
from salesman_core.toolkit import (
    MissingError,
    acting_as,
    company,
    current_person,
    demand_permission,
    link_to,
    now,
    person_of,
    reading,
    speaking,
    today,
    visible,
    writing,
)

_ = texts.lazy

BEHIND: Final = timedelta(days=366)
"""What is longer ago is in the feed only where its series goes on."""
MOST: Final = 5000


def make_feed() -> str:
    """Make the address of one's own activities; the one of before leads nowhere from then on."""
    demand_permission(VIEW)
    user_id = current_person().id
    if user_id is None:
        raise MissingError(_("Only people have a calendar of their own."))
    key = secrets.token_urlsafe(32)
    with writing() as session:
        session.merge(Feed(user_id=user_id, key_hash=hash_of(key), created_at=now()))
    return link_to(f"/calendar/feed/{key}.ics")


def withdraw_feed() -> None:
    """Let the address of one's own activities lead nowhere from now on."""
    with writing() as session:
        session.execute(sa.delete(Feed).where(Feed.user_id == current_person().id))


def made_at(session: Session) -> datetime | None:
    """Give when the address of one's own activities was made; None where there is none."""
    return session.scalar(sa.select(Feed.created_at).where(Feed.user_id == current_person().id))


def feed_of(key: str) -> bytes:
    """Give somebody's activities to whoever knows the key, as far as that person may see them.

    :raises MissingError: where the address leads nowhere, or its person may not see activities.
    """
    user_id = reading().scalar(sa.select(Feed.user_id).where(Feed.key_hash == hash_of(key)))
    person = None if user_id is None else person_of(user_id)
    if person is None:
        raise MissingError(_("This address leads nowhere, or no more."))
    with acting_as(person), speaking(company().language):
        if not person.may(VIEW):
            raise MissingError(_("This address leads nowhere, or no more."))
        return _activities(reading(), person.id or 0, person.name)


def _activities(session: Session, owner_id: int, name: str) -> bytes:
    since = today(company().tz) - BEHIND
    mine = sa.and_(visible(KIND), Activity.owner_id == owner_id)
    going_on = sa.select(Activity.series_id).where(
        mine, Activity.day >= since, Activity.series_id.is_not(None)
    )
    rows = session.execute(
        queries.activities()
        .where(mine, sa.or_(Activity.day >= since, Activity.series_id.in_(going_on)))
        .order_by(Activity.day.desc(), Activity.id)
        .limit(MOST)
    ).all()
    series_ids = {row.series_id for row in rows} - {None}
    found = session.scalars(sa.select(Series).where(Series.id.in_(series_ids)))
    return ical.calendar_of(rows, {one.id: one for one in found}, name=name)


def hash_of(key: str) -> str:
    """Give what is kept of a key."""
    return hashlib.sha256(key.encode()).hexdigest()
