"""When an activity is due, and when its person is to be reminded: days are the company's."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from salesman_calendar.texts import texts
from salesman_core.toolkit import InvalidError, When, company, worktime
from salesman_hookspecs import Text

_ = texts.lazy


def remind_at(when: When, minutes: int | None) -> datetime | None:
    """Give when to remind of it, so many minutes before; None for never.

    What has no hour begins with the working day.
    """
    if minutes is None:
        return None
    begins = when.starts_at or _begin_of_work(when.day)
    return begins - timedelta(minutes=minutes)


def _begin_of_work(day: date) -> datetime:
    return datetime.combine(day, worktime().begins, company().tz).astimezone(UTC)


def when_meant(values: Mapping[str, Any], before: When | None = None) -> When:
    """Give the day and hour that ``day`` and ``starts_at`` of *values* mean.

    :param before: what stands there; ``day`` alone leaves its hour as it is.
    :raises InvalidError: where neither is said, and for an hour of another day.
    """
    day: date | None = values.get("day")
    if values.get("starts_at") is not None:
        when = When.at(values["starts_at"])
        if day not in {None, when.day}:
            raise _wrong(_("The time is on another day."))
        return when
    if before is None:
        if day is None:
            raise _wrong(_("Say when."))
        return When.on(day)
    if "starts_at" in values:
        return When.on(day or before.day)
    return before if day is None else before.moved_to(day)


def _wrong(message: Text) -> InvalidError:
    return InvalidError(message, {"day": message})
