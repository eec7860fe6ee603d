"""Making the activities of a series: each is like the last one, at the next day of the rule."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_calendar.models import Activity, ActivityContact, Series
from salesman_calendar.series.rules import SEARCHED, Rule
from salesman_calendar.texts import texts
from salesman_calendar.times import remind_at
from salesman_core.toolkit import InvalidError, When, company, now, today, write_rows

_ = texts.lazy

AHEAD: Final = timedelta(days=400)
"""So far ahead of today activities are made."""
RENEWED: Final = timedelta(days=370)
"""Less than so far ahead, more are made."""
MOST_BEHIND: Final = timedelta(days=366)
"""A series may begin so long ago."""
_AT_ONCE: Final = 100

_LIKE: Final = (
    "kind_id", "subject", "search_subject", "text", "owner_id", "client_id", "deal_id",
    "about_kind", "about_id", "minutes", "priority", "remind_minutes", "created_by_id",
)  # fmt: skip
"""What one activity of a series has of another."""


def rule_of(series: Series) -> Rule:
    """Give the rule of a series."""
    return Rule(series.rule, series.until, series.count)


def end_on(series: Series, last: date) -> None:
    """Let the rule of a series end: it comes on a day for the last time, if it comes on that."""
    series.until, series.count = last, None


def days_of(series: Series, last: date) -> Iterator[date]:
    """Give the days on which a series comes, up to one, as its rule has it and nobody ended it."""
    if series.stopped_on is not None:
        last = min(last, series.stopped_on - timedelta(days=1))
    return rule_of(series).days(series.starts_on, last)


def time_of(series: Series, day: date) -> When:
    """Give the time of an activity that comes on a day.

    An hour that the clock leaves out in spring is meant as if it had not been changed, and one that
    it has twice in autumn is the first (RFC 5545, 3.3.5).
    """
    if series.hour is None:
        return When.on(day)
    local = datetime.combine(day, series.hour, ZoneInfo(series.zone))
    return When.at(local.astimezone(UTC))


def series_of(rule: Rule, when: When) -> Series:
    """Give a new series that begins at a time, or on the first day after it that the rule gives.

    :raises InvalidError: where the rule gives none, or the time lies too far back.
    """
    if when.day < today(company().tz) - MOST_BEHIND:
        message = _("What comes again may have begun a year ago at most.")
        raise InvalidError(message, {"day": message})
    starts_on = rule.first_day(when.day)
    return Series(
        rule=rule.text,
        until=rule.until,
        count=rule.count,
        zone=company().zone,
        starts_on=starts_on,
        hour=when.hour,
        made_until=starts_on,
        created_at=now(),
    )


def prolong(session: Session, series: Series, model: Activity, without: Iterable[date] = ()) -> int:
    """Make the activities of a series up to the horizon; give how many.

    :param model: the one that they are like.
    :param without: days that are left out.
    """
    until = horizon(series)
    left_out = {*without}
    days = [
        day for day in days_of(series, until) if day > series.made_until and day not in left_out
    ]
    series.made_until = max(series.made_until, until)
    _copy(session, series, model, days)
    return len(days)


def horizon(series: Series) -> date:
    """Give the day up to which activities are made; however rare they are, one is ahead."""
    this_day = today(company().tz)
    until = this_day + AHEAD
    ahead = (day for day in days_of(series, this_day + SEARCHED) if day > this_day)
    return max(until, next(ahead, until))


def _copy(session: Session, series: Series, model: Activity, days: Sequence[date]) -> None:
    if not days:
        return
    moment = now()
    like = {name: getattr(model, name) for name in _LIKE}
    like |= {"series_id": series.id, "created_at": moment, "updated_at": moment}
    rows = [{**like, **_times(series, model, day)} for day in days]
    session.flush()
    made = session.scalars(sa.insert(Activity).returning(Activity.id), rows).all()
    people = [one.contact_id for one in model.contacts]
    write_rows(
        session,
        ActivityContact,
        [{"activity_id": id_, "contact_id": contact} for id_ in made for contact in people],
    )


def _times(series: Series, model: Activity, day: date) -> Mapping[str, Any]:
    when = time_of(series, day)
    reminded = remind_at(when, model.remind_minutes)
    past = reminded is not None and reminded <= now()
    return {
        "occurs_on": day,
        "day": when.day,
        "starts_at": when.starts_at,
        "due_at": when.due_at,
        "remind_at": reminded,
        "reminded_at": now() if past else None,
        "result_text": "",
        "version": 1,
        "apart": False,
    }


def prolong_all(session: Session) -> int:
    """Make what has come within the horizon meanwhile, of some series; give of how many."""
    behind = (
        sa.select(Series)
        .where(Series.made_until < today(company().tz) + RENEWED, Series.stopped_on.is_(None))
        .order_by(Series.made_until, Series.id)
        .limit(_AT_ONCE)
        .with_for_update()
    )
    found = session.scalars(behind).all()
    for series in found:
        model = last_of(session, series.id)
        if model is None:
            series.made_until = horizon(series)
        else:
            prolong(session, series, model)
    return len(found)


def last_of(session: Session, series_id: int) -> Activity | None:
    """Give the last activity of a series that was not changed alone: the next one is like it."""
    return session.scalars(
        sa.select(Activity)
        .where(Activity.series_id == series_id, sa.not_(Activity.apart))
        .order_by(Activity.occurs_on.desc(), Activity.id.desc())
        .limit(1)
    ).one_or_none()


def begin(session: Session, series: Series, first: Activity) -> None:
    """Let an activity be the first one of a series, and make the others."""
    session.add(series)
    session.flush()
    first.series_id, first.occurs_on, first.apart = series.id, series.starts_on, False
    prolong(session, series, first)
