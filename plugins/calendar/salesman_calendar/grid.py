"""The calendar as a month, a week, a day or an agenda: what stands in it, and moving that."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

import sqlalchemy as sa
from flask import url_for
from sqlalchemy.orm import Session

from salesman_calendar import entries, queries
from salesman_calendar.models import Activity
from salesman_calendar.texts import texts
from salesman_core.toolkit import AnyRow, InvalidError, company, worktime

_ = texts.lazy

MOST_DAYS: Final = 62
MOST_ACTIVITIES: Final = 2000
MOST_PEOPLE: Final = 20
USUAL_MINUTES: Final = 30
"""So long is what nobody said a length of."""
LEAST_MINUTES: Final = 5
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Range:
    """Some days of the calendar, both included."""

    first: date
    last: date

    @classmethod
    def read(cls, start: str, end: str) -> Range:
        """Read what a page asks for: dates, the second no longer included.

        :raises InvalidError: for what are no dates, or too many days.
        """
        try:
            first, behind = date.fromisoformat(start[:10]), date.fromisoformat(end[:10])
        except ValueError:
            raise InvalidError(_("Say from which day to which.")) from None
        if not first < behind <= first + MOST_DAYS * _DAY:
            raise InvalidError(_("At most %(most)s days are shown at once.", most=MOST_DAYS))
        return cls(first, behind - _DAY)

    def __iter__(self) -> Iterator[date]:
        return (self.first + number * _DAY for number in range((self.last - self.first).days + 1))


def activities_between(
    session: Session, days: Range, owner_ids: Collection[int]
) -> Sequence[AnyRow]:
    """Give some people's activities on some days, as far as the person sees them.

    What began the evening before and lasts into the first of the days is among them.
    """
    evening = sa.and_(Activity.day == days.first - _DAY, Activity.starts_at.is_not(None))
    rows = session.execute(
        queries.activities(queries.shown())
        .where(sa.or_(Activity.day.between(days.first, days.last), evening))
        .where(Activity.owner_id.in_(owner_ids))
        .order_by(Activity.day, sa.nulls_first(Activity.starts_at), Activity.id)
        .limit(MOST_ACTIVITIES)
    ).all()
    midnight = datetime.combine(days.first, time.min, company().tz)
    return [row for row in rows if row.day >= days.first or _ends_at(row) > midnight]


def _ends_at(row: AnyRow) -> datetime:
    ends_at: datetime = row.starts_at + timedelta(minutes=row.minutes or USUAL_MINUTES)
    return ends_at


def shown_on(
    session: Session, days: Range, owner_ids: Sequence[int], source_ids: Collection[str]
) -> list[dict[str, Any]]:
    """Give all that stands on some days, as the page's script draws it.

    Moments are given by the company's clock and without a zone, so that every browser shows the
    same hours, wherever it stands.

    :param source_ids: of the sources of other plugins that are shown beside activities.
    """
    place = {owner: number % 8 for number, owner in enumerate(owner_ids)}
    rows = activities_between(session, days, owner_ids)
    clients = queries.around(session, rows).clients
    several = len(owner_ids) > 1
    drawn = [_drawn(row, place, clients, several=several) for row in rows]
    for source in entries.sources():
        if source.id in source_ids:
            found = entries.entries_between(session, source, days.first, days.last, owner_ids)
            drawn += [_entry(source, row, several=several) for row in found]
    return [*_days_off(days), *drawn]


def _drawn(
    row: AnyRow, place: Mapping[int, int], clients: Mapping[int, str], *, several: bool
) -> dict[str, Any]:
    is_open = row.done_at is None
    marks = ["is-done"] if not is_open else (["is-overdue"] if row.overdue else [])
    about = clients.get(row.client_id, "")
    return {
        "id": f"activity-{row.id}",
        "title": row.subject,
        "url": url_for("calendar.card", record_id=row.id),
        "editable": bool(row.may_edit and is_open),
        "classNames": [f"is-person-{place.get(row.owner_id, 0)}", *marks],
        **_span(row.day, row.starts_at, row.minutes),
        "extendedProps": {
            "record": row.id,
            "version": row.version,
            "series": row.series_id is not None,
            "move": url_for("calendar.move", record_id=row.id),
            "edit": url_for("calendar.edit", record_id=row.id),
            "notes": [
                *([row.kind_name] if row.kind_name != row.subject else []),
                *([about] if about else []),
                *([row.owner_name] if several and row.owner_name else []),
                *([texts.gettext("done")] if not is_open else []),
                *([texts.gettext("overdue")] if is_open and row.overdue else []),
            ],
        },
    }


def _span(day: date, starts_at: datetime | None, minutes: int | None) -> dict[str, Any]:
    if starts_at is None:
        return {"start": day.isoformat(), "allDay": True}
    ends_at = starts_at + timedelta(minutes=minutes or USUAL_MINUTES)
    return {"start": by_the_clock(starts_at), "end": by_the_clock(ends_at), "allDay": False}


def by_the_clock(moment: datetime) -> str:
    """Give a moment as the company's clock shows it, without a zone."""
    return moment.astimezone(company().tz).replace(tzinfo=None).isoformat(timespec="minutes")


def _entry(source: entries.Source, row: AnyRow, *, several: bool) -> dict[str, Any]:
    return {
        "id": f"{source.id}-{row.record_id}",
        "title": f"{row.title} · {source.title}",
        "url": entries.address_of(source, row.record_id),
        "editable": False,
        "classNames": ["is-entry"],
        **_span(row.day, row.at, None),
        "extendedProps": {"notes": [row.owner_name] if several and row.owner_name else []},
    }


def _days_off(days: Iterable[date]) -> list[dict[str, Any]]:
    """Give the days on which nobody works, be it for the weekday or for a holiday."""
    works = worktime()
    return [
        {
            "start": day.isoformat(),
            "allDay": True,
            "display": "background",
            "classNames": ["is-day-off"],
        }
        for day in days
        if not works.is_work_day(day)
    ]


def moved_to(values: Mapping[str, str]) -> dict[str, Any]:
    """Read where an activity was moved to, or how far it was stretched.

    :param values: ``start``: a day, or an hour of it by the company's clock; ``minutes``, with 0
        for no length.
    :returns: as the JSON API names it.
    :raises InvalidError: for what cannot be read.
    """
    said = values.get("start", "")
    try:
        day = date.fromisoformat(said[:10])
        hour = time.fromisoformat(said[11:16]) if len(said) > len("2026-01-01") else None
        minutes = int(values["minutes"]) if values.get("minutes") else None
    except ValueError:
        raise InvalidError(_("Say to which day and hour.")) from None
    moment = None if hour is None else datetime.combine(day, hour, company().tz).astimezone(UTC)
    read: dict[str, Any] = {
        "day": day.isoformat(),
        "starts_at": None if moment is None else moment.isoformat(),
    }
    return read if minutes is None else {**read, "minutes": minutes or None}
