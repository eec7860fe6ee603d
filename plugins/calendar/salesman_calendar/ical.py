"""Activities in the notation of calendars (iCalendar, RFC 5545), for feeds and invitations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, vRecur

from salesman_calendar.grid import USUAL_MINUTES
from salesman_calendar.models import Series
from salesman_calendar.series import making
from salesman_core.toolkit import AnyRow, link_to

PROGRAM: Final = "-//SalesMan//Calendar//EN"
_A_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Sent:
    """What an invitation says beside the activity.

    :param organizer: name and address of whoever invites.
    :param guest: name and address of whoever is invited.
    :param sequence: of this letter.
    :param cancelled: whether it is called off.
    :param answer: what the guest has answered so far, as their ``PARTSTAT``.
    """

    organizer: tuple[str, str]
    guest: tuple[str, str]
    sequence: int
    cancelled: bool = False
    answer: str = "NEEDS-ACTION"


def calendar_of(
    rows: Sequence[AnyRow],
    series: Mapping[int, Series],
    *,
    name: str = "",
    sent: Sent | None = None,
) -> bytes:
    """Give activities as a file that calendars read.

    What comes again is told by its rule, with what is left out of it and what is otherwise.

    :param rows: of each series that is among them, all its activities that are there.
    :param series: the series by their ids.
    :param name: what the calendar is called.
    :param sent: where it is an invitation (RFC 5546).
    """
    calendar = Calendar()
    calendar.add("prodid", PROGRAM)
    calendar.add("version", "2.0")
    if sent is not None:
        calendar.add("method", "CANCEL" if sent.cancelled else "REQUEST")
    if name:
        calendar.add("x-wr-calname", name)
    cancelled = sent is not None and sent.cancelled
    once = sent is not None
    for event in _ended(rows, series) if cancelled else _events(rows, series, once=once):
        if sent is not None:
            _address(event, sent)
        calendar.add_component(event)
    if any("TZID" in event["DTSTART"].params for event in calendar.walk("VEVENT")):
        calendar.add_missing_timezones()
    return bytes(calendar.to_ical())


def _events(
    rows: Iterable[AnyRow], series: Mapping[int, Series], *, once: bool = False
) -> list[Event]:
    """Give all that there is.

    :param once: whether nobody asks again, so that rules are told beyond what is made of them.
    """
    of_series: dict[int, list[AnyRow]] = {}
    events: list[Event] = []
    for row in rows:
        if row.series_id in series:
            of_series.setdefault(row.series_id, []).append(row)
        else:
            events.append(_alone(row))
    for id_, ones in of_series.items():
        events += _again(series[id_], ones, once=once)
    return events


def _ended(rows: Sequence[AnyRow], series: Mapping[int, Series]) -> list[Event]:
    """Give what is called off: a series by its name alone, whatever is left of it."""
    row = rows[0]
    event = _event(row, f"series-{row.series_id}" if row.series_id in series else _name(row))
    _set_time(event, row)
    return [event]


def _name(row: AnyRow) -> str:
    return f"activity-{row.id}"


def _alone(row: AnyRow) -> Event:
    event = _event(row, _name(row))
    _set_time(event, row)
    return event


def _again(series: Series, rows: Sequence[AnyRow], *, once: bool) -> list[Event]:
    """Give a series as its rule, and each of it that is otherwise beside it."""
    days = [*making.days_of(series, series.made_until)]
    planned = {row.occurs_on: row for row in rows if row.occurs_on in set(days)}
    if not planned:
        return [_alone(row) for row in rows]
    usual = _usual(planned)
    name = f"series-{series.id}"
    first = _event(usual, name)
    _set_begin(first, series, days[0], usual.minutes)
    first.add("rrule", _whole_rule(series) if once else _rule(series, days[-1]))
    for day in days:
        if day not in planned:
            _add_day(first, "exdate", series, day)
    others = [row for day, row in planned.items() if not _is_usual(series, day, row, usual)]
    changed = [_changed(series, row, name) for row in others]
    kept = {row.id for row in planned.values()}
    return [first, *changed, *(_alone(row) for row in rows if row.id not in kept)]


def _usual(planned: Mapping[date, AnyRow]) -> AnyRow:
    """Give the one that the others are like: the last that nobody changed alone."""
    like = [row for row in planned.values() if not row.apart]
    return max(like or planned.values(), key=lambda row: row.occurs_on)


def _is_usual(series: Series, day: date, row: AnyRow, usual: AnyRow) -> bool:
    when = making.time_of(series, day)
    same = all(
        getattr(row, name) == getattr(usual, name) for name in ("subject", "text", "minutes")
    )
    as_planned = same and (row.day, row.starts_at) == (when.day, when.starts_at)
    return as_planned and not _crosses_change(series, row)


def _crosses_change(series: Series, row: AnyRow) -> bool:
    """Tell whether the clock of a series changes while one of it lasts, or leaves its hour out.

    Programs disagree on when such a one ends: some count by the clock, some hours as they pass. It
    is told by itself then, by moments of UTC.
    """
    if row.starts_at is None:
        return False
    begin: datetime = row.starts_at.astimezone(ZoneInfo(series.zone))
    minutes = timedelta(minutes=row.minutes or USUAL_MINUTES)
    end = (row.starts_at + minutes).astimezone(ZoneInfo(series.zone))
    return begin.utcoffset() != end.utcoffset() or begin.time() != series.hour


def _changed(series: Series, row: AnyRow, name: str) -> Event:
    event = _event(row, name)
    _set_time(event, row)
    _add_day(event, "recurrence-id", series, row.occurs_on)
    return event


def _rule(series: Series, last: date) -> vRecur:
    """Give the rule up to the last activity that is made; the feed of tomorrow goes further."""
    rule: vRecur = vRecur.from_ical(series.rule)
    rule["UNTIL"] = [last if series.hour is None else _moment(series, last).astimezone(UTC)]
    return rule


def _whole_rule(series: Series) -> vRecur:
    """Give the rule as it stands, up to where it ends, if it does."""
    if series.stopped_on is not None:
        return _rule(series, series.stopped_on - _A_DAY)
    if series.until is not None:
        return _rule(series, series.until)
    rule: vRecur = vRecur.from_ical(series.rule)
    if series.count is not None:
        rule["COUNT"] = [series.count]
    return rule


def _moment(series: Series, day: date) -> datetime:
    return datetime.combine(day, series.hour or datetime.min.time(), ZoneInfo(series.zone))


def _add_day(event: Event, name: str, series: Series, day: date) -> None:
    event.add(name, day if series.hour is None else _moment(series, day))


def _set_begin(event: Event, series: Series, day: date, minutes: int | None) -> None:
    if series.hour is None:
        event.add("dtstart", day)
        event.add("dtend", day + _A_DAY)
        return
    event.add("dtstart", _moment(series, day))
    event.add("duration", timedelta(minutes=minutes or USUAL_MINUTES))


def _set_time(event: Event, row: AnyRow) -> None:
    if row.starts_at is None:
        event.add("dtstart", row.day)
        event.add("dtend", row.day + _A_DAY)
        return
    event.add("dtstart", row.starts_at.astimezone(UTC))
    event.add("duration", timedelta(minutes=row.minutes or USUAL_MINUTES))


def _event(row: AnyRow, name: str) -> Event:
    event = Event()
    event.add("uid", f"{name}@{urlsplit(link_to('/')).hostname}")
    event.add("dtstamp", row.updated_at)
    event.add("summary", row.subject)
    if row.text:
        event.add("description", row.text)
    return event


def _address(event: Event, sent: Sent) -> None:
    """Say who invites whom, and that an answer is asked for."""
    (host, host_email), (guest, email) = sent.organizer, sent.guest
    event.add("sequence", sent.sequence)
    event.add("status", "CANCELLED" if sent.cancelled else "CONFIRMED")
    if host_email:
        event.add("organizer", f"mailto:{host_email}", parameters={"CN": host})
    asked: dict[str, Any] = {"CN": guest, "ROLE": "REQ-PARTICIPANT", "RSVP": "TRUE"}
    asked["PARTSTAT"] = sent.answer
    event.add("attendee", f"mailto:{email}", parameters=asked)
