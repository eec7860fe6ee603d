"""Days and hours as people say them: “tomorrow 15:00”, “через 2 дня”, “пт 9:30”, “12.3”.

Days are those of the company's zone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final, Self

from salesman_core.clock import now, today
from salesman_core.i18n import texts
from salesman_core.records.typed import date_of
from salesman_core.services.company import company
from salesman_core.web import formats

_ = texts.lazy

_CLOCK: Final = re.compile(
    r"(?:(?:^|\s)(?:at|в|во|к|by)\s+(?P<said>\d{1,2})(?:[:.](?P<said_minutes>\d{2}))?"
    r"|(?:^|\s)(?P<hour>\d{1,2}):(?P<minutes>\d{2})"
    r"|(?:^|\s)(?P<half>\d{1,2})(?:[:.](?P<half_minutes>\d{2}))?(?=\s?[ap]\.?m\b))"
    r"\s?(?P<afternoon>[ap])?(?:\.?m\.?)?(?=$|[\s,])"
)
_BARE_HOUR: Final = re.compile(r"(?<=[^\W\d])\s+(?P<hour>\d{1,2})$")
_AFTER: Final = re.compile(
    r"(?:in|через)\s+(?:(?P<number>\d{1,4})\s+)?(?:an?\s+)?(?P<unit>[a-zа-я]+)"
)
_PLUS: Final = re.compile(r"\+\s?(\d{1,4})")
_SHORT_DATE: Final = re.compile(r"(\d{1,2})\.(\d{1,2})\.?")

_DAYS: Final = {
    "today": 0, "сегодня": 0, "tomorrow": 1, "завтра": 1, "yesterday": -1, "вчера": -1,
    "day after tomorrow": 2, "the day after tomorrow": 2, "послезавтра": 2,
}  # fmt: skip
_WEEKDAYS: Final = (
    ("mon", "monday", "пн", "понедельник"),
    ("tue", "tuesday", "вт", "вторник"),
    ("wed", "wednesday", "ср", "среда", "среду"),
    ("thu", "thursday", "чт", "четверг"),
    ("fri", "friday", "пт", "пятница", "пятницу"),
    ("sat", "saturday", "сб", "суббота", "субботу"),
    ("sun", "sunday", "вс", "воскресенье"),
)
_UNITS: Final[Mapping[str, timedelta]] = {
    "min": timedelta(minutes=1), "мин": timedelta(minutes=1),
    "hour": timedelta(hours=1), "час": timedelta(hours=1),
    "day": timedelta(days=1), "день": timedelta(days=1), "дн": timedelta(days=1),
    "week": timedelta(weeks=1), "недел": timedelta(weeks=1),
}  # fmt: skip
_NOON: Final = 12
_WEEK: Final = 7
_A_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class When:
    """A day, and a moment of it or none.

    :param day: the date in the company's zone.
    :param starts_at: the moment, UTC; None for any time of the day.
    """

    day: date
    starts_at: datetime | None = None

    @classmethod
    def at(cls, moment: datetime) -> Self:
        """Give the moment with its day."""
        return cls(moment.astimezone(company().tz).date(), moment.astimezone(UTC))

    @classmethod
    def on(cls, day: date, hour: time | None = None) -> Self:
        """Give a day, at an hour of the company's clock or at any time."""
        return cls(day, None if hour is None else _moment(day, hour))

    def moved_to(self, day: date) -> When:
        """Give another day, at the same hour of the company's clock."""
        return When.on(day, self.hour)

    @property
    def hour(self) -> time | None:
        """The hour by the company's clock, None for any time of the day."""
        if self.starts_at is None:
            return None
        return self.starts_at.astimezone(company().tz).time()

    @property
    def due_at(self) -> datetime:
        """The moment past which it is overdue: its beginning, or the end of its day."""
        return self.starts_at or _moment(self.day + _A_DAY, time.min)


def _moment(day: date, hour: time) -> datetime:
    return datetime.combine(day, hour, company().tz).astimezone(UTC)


def when_of(typed: str) -> dict[str, Any] | None:
    """Give ``day`` and ``starts_at`` as they were said; None for nothing.

    :raises ValueError: with the reason, for the person, where it cannot be read.
    """
    said = " ".join(typed.lower().replace(",", " ").split())
    if not said:
        return None
    try:
        when = _from_now(said) or _day_and_hour(said)
    except (ValueError, OverflowError):
        raise _unread(typed) from None
    return {"day": when.day, "starts_at": when.starts_at}


def _unread(typed: str) -> ValueError:
    return ValueError(
        _(
            "“%(typed)s” is no time: say “tomorrow 15:00”, “Friday” or “12.03.2026 9:30”.",
            typed=typed,
        )
    )


def _from_now(said: str) -> When | None:
    """Give what is so many minutes or hours from now."""
    found = _AFTER.fullmatch(said)
    step = found and _step(found)
    if not step or (step >= timedelta(days=1) and not said.endswith(_HOURS)):
        return None
    return When.at((now() + step).replace(second=0, microsecond=0))


_HOURS: Final = ("hours", "hour", "часов", "часа", "час")


def _day_and_hour(said: str) -> When:
    said, hour = _hour(said)
    day = _day(said.strip())
    return When.on(day, hour)


def _hour(said: str) -> tuple[str, time | None]:
    """Give what is left without the hour, and the hour, or None where none was said."""
    found = _CLOCK.search(said) or _BARE_HOUR.search(said)
    if found is None:
        return said, None
    parts = found.groupdict()
    hour = int(parts.get("said") or parts.get("hour") or parts.get("half") or 0)
    minutes = parts.get("said_minutes") or parts.get("minutes") or parts.get("half_minutes") or 0
    if parts.get("afternoon"):
        hour = hour % _NOON + (_NOON if parts["afternoon"] == "p" else 0)
    return f"{said[: found.start()]} {said[found.end() :]}", time(hour, int(minutes))


def _day(said: str) -> date:
    here = today(company().tz)
    if not said:
        return here
    for read in _READERS:
        day = read(said, here)
        if day is not None:
            return day
    day = date_of(said)
    if day is None:
        raise ValueError
    return day


def _named(said: str, here: date) -> date | None:
    return here + timedelta(days=_DAYS[said]) if said in _DAYS else None


def _weekday(said: str, here: date) -> date | None:
    """Give the next day of that name; today's own name means the one in a week."""
    word = re.sub(r"^(on|next|в|во)\s+", "", said)
    for number, names in enumerate(_WEEKDAYS):
        if word in names:
            return here + timedelta(days=(number - here.weekday() - 1) % _WEEK + 1)
    return None


def _counted(said: str, here: date) -> date | None:
    plus = _PLUS.fullmatch(said)
    if plus:
        return here + timedelta(days=int(plus.group(1)))
    after = _AFTER.fullmatch(said)
    step = after and _step(after)
    return here + step if step else None


def _step(found: re.Match[str]) -> timedelta | None:
    """Give how far away “in 3 days” is; None where its unit is none."""
    for beginning, length in _UNITS.items():
        if found["unit"].startswith(beginning):
            return int(found["number"] or 1) * length
    return None


def _without_year(said: str, here: date) -> date | None:
    """Give the next such day of a year: “12.3” said in April is of the year to come."""
    found = _SHORT_DATE.fullmatch(said)
    if found is None:
        return None
    day, month = map(int, found.groups())
    this_year = date(here.year, month, day)
    return this_year if this_year >= here else date(here.year + 1, month, day)


_READERS: Final[tuple[Callable[[str, date], date | None], ...]] = (
    _named,
    _weekday,
    _counted,
    _without_year,
)


def written_when(day: date | None, starts_at: datetime | None) -> str:
    """Give a time as it stands in a field: what is read as the same again."""
    if day is None:
        return ""
    if starts_at is None:
        return f"{day:%d.%m.%Y}"
    return f"{starts_at.astimezone(company().tz):%d.%m.%Y %H:%M}"


def told_when(day: date, starts_at: datetime | None) -> str:
    """Give a time as people read it: with its hour where it has one."""
    return formats.moment(starts_at) if starts_at is not None else formats.day(day)
