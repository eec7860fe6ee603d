"""By which rule something comes again (RFC 5545, 3.3.10), and on which days that is.

Days alone are counted here. At which moment an hour of such a day is, the zone of the series says,
so an hour stays that hour of the clock when the clock is changed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import islice, takewhile
from typing import Final, Self

from dateutil.rrule import rrule, rrulestr

from salesman_calendar.texts import texts
from salesman_core.toolkit import AnyRow, InvalidError
from salesman_hookspecs import Text

_ = texts.lazy

WEEKDAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
WORKDAYS: Final = WEEKDAYS[:5]
DAILY, WEEKLY, MONTHLY, YEARLY = FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
LONGEST: Final = 200
"""Characters of a rule."""
MOST_TIMES: Final = 1000
MOST_INTERVAL: Final[Mapping[str, int]] = {DAILY: 365, WEEKLY: 52, MONTHLY: 36, YEARLY: 5}
SEARCHED: Final = timedelta(days=366 * 9)
"""A rule that gives no day within them is taken to give none: 29 February may take eight years."""

_ORDER: Final = ("FREQ", "INTERVAL", "BYMONTH", "BYMONTHDAY", "BYDAY", "BYSETPOS")
_DAY: Final = re.compile(r"([+-]?[1-5])?(MO|TU|WE|TH|FR|SA|SU)")
_ORDINAL: Final = re.compile(r"[+-]?[1-5](MO|TU|WE|TH|FR|SA|SU)")
_WEEK: Final = 7
_LAST: Final = 5
_UNTIL: Final = re.compile(r"(\d{4})(\d{2})(\d{2})(T\d{6}Z?)?")
_RANGES: Final = {"BYMONTH": (1, 12), "BYMONTHDAY": (-31, 31), "BYSETPOS": (-31, 31)}


@dataclass(frozen=True, slots=True)
class Rule:
    """By which rule something comes again.

    :param text: an RRULE without its end, as ``FREQ=WEEKLY;BYDAY=MO,TH``.
    :param until: the last day on which it may come, in the zone of its series.
    :param count: how often it comes; of *until* and *count* at most one is said.
    """

    text: str
    until: date | None = None
    count: int | None = None

    @classmethod
    def read(cls, said: str) -> Self:
        """Read an RRULE, as another program or a form says it.

        :raises InvalidError: for what is no rule, or one that the calendar does not know, as one by
            the hour.
        """
        parts = _parts(said)
        count, until = parts.pop("COUNT", None), parts.pop("UNTIL", None)
        if count is not None and until is not None:
            raise wrong(_("Say either how often it comes, or until when."))
        kept = ";".join(f"{name}={parts[name]}" for name in _ORDER if name in parts)
        if len(kept) > LONGEST:
            raise wrong(_("This rule is too long."))
        return cls(kept, _until(until), _count(count))

    @property
    def parts(self) -> dict[str, str]:
        """The parts of the rule by their names."""
        return dict(part.split("=", 1) for part in self.text.split(";"))

    @property
    def frequency(self) -> str:
        """``DAILY``, ``WEEKLY``, ``MONTHLY`` or ``YEARLY``."""
        return self.parts["FREQ"]

    @property
    def whole(self) -> str:
        """The rule with its end, as the JSON API shows it."""
        if self.count is not None:
            return f"{self.text};COUNT={self.count}"
        return self.text if self.until is None else f"{self.text};UNTIL={self.until:%Y%m%d}"

    def days(self, first: date, last: date) -> Iterator[date]:
        """Give the days on which it comes, in their order.

        :param first: the day from which it is counted.
        :param last: nothing later is given.
        """
        last = last if self.until is None else min(last, self.until)
        if last < first:
            return iter(())
        dated = rrulestr(self.text, dtstart=_midnight(first))
        if not isinstance(dated, rrule):  # only one rule is read, so it is none of several
            raise TypeError
        found = takewhile(lambda day: day <= last, (one.date() for one in _bounded(dated, last)))
        return found if self.count is None else islice(found, self.count)

    def first_day(self, day: date) -> date:
        """Give the first day on which it comes, from one on.

        :raises InvalidError: where there is none.
        """
        found = next(self.days(day, day + SEARCHED), None)
        if found is None:
            raise wrong(_("By this rule it never comes."))
        return found

    def moved(self, days: int, to: date) -> Rule:
        """Give the rule for what comes so many days later each time.

        :param to: the day on which it comes first then: of a month, it comes on the same day of
            the week as that, or on the same day.
        :raises InvalidError: where it names days that cannot simply be moved.
        """
        parts = self.parts
        of_week = self.frequency == MONTHLY and parts.keys() <= {"FREQ", "INTERVAL", "BYDAY"}
        if of_week and _ORDINAL.fullmatch(parts.get("BYDAY", "")):
            return self._with(BYDAY=place_in_month(to))
        if self.frequency == MONTHLY and parts.get("BYMONTHDAY", "-").isdecimal():
            return self._with(BYMONTHDAY=str(to.day))
        if self.frequency == WEEKLY and "BYDAY" in parts and "BYSETPOS" not in parts:
            moved = {(WEEKDAYS.index(day) + days) % 7 for day in parts["BYDAY"].split(",")}
            return self._with(BYDAY=",".join(WEEKDAYS[day] for day in sorted(moved)))
        if not parts.keys().isdisjoint(("BYDAY", "BYMONTHDAY", "BYMONTH", "BYSETPOS")):
            raise wrong(_("Say anew on which days it comes: this rule names them."))
        return self

    def _with(self, **changed: str) -> Rule:
        parts = self.parts | changed
        return replace(self, text=";".join(f"{name}={one}" for name, one in parts.items()))


def rule_in(row: AnyRow) -> Rule | None:
    """Give the rule by which an activity that a query gave comes again, if it does."""
    if row.series_rule is None:
        return None
    return Rule(row.series_rule, row.series_until, row.series_count)


def place_in_month(day: date) -> str:
    """Give which day of the week of its month a day is, as ``2TU``; the fifth is the last."""
    place = (day.day - 1) // _WEEK + 1
    return f"{-1 if place == _LAST else place}{WEEKDAYS[day.weekday()]}"


def wrong(message: Text) -> InvalidError:
    """Give the complaint about a rule, at its field."""
    return InvalidError(message, {"recurrence": message})


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min)


def _bounded(dated: rrule, last: date) -> rrule:
    """Let a rule end, so that one which gives nothing does not search for ever."""
    return dated.replace(until=_midnight(last))


def _parts(said: str) -> dict[str, str]:
    text = said.strip().upper().removeprefix("RRULE:")
    parts: dict[str, str] = {}
    for part in text.split(";"):
        name, equals, value = part.partition("=")
        if not equals or name in parts:
            raise _unread(said)
        parts[name] = value
    if parts.pop("WKST", "MO") != "MO":
        raise wrong(_("Weeks begin on Monday here."))
    if parts.get("FREQ") not in FREQUENCIES or parts.keys() - {*_ORDER, "COUNT", "UNTIL"}:
        raise _unread(said)
    return _judged(parts, said)


def _judged(parts: dict[str, str], said: str) -> dict[str, str]:
    days = [_DAY.fullmatch(one) for one in parts.get("BYDAY", "MO").split(",")]
    often = parts["FREQ"] in {DAILY, WEEKLY}
    refused = (
        None in days,
        often and any(day is not None and day[1] for day in days),
        parts["FREQ"] == WEEKLY and "BYMONTHDAY" in parts,
        "BYSETPOS" in parts and parts.keys().isdisjoint(("BYDAY", "BYMONTHDAY", "BYMONTH")),
        *(not _all_within(parts[name], *_RANGES[name]) for name in _RANGES if name in parts),
    )
    if any(refused):
        raise _unread(said)
    interval, most = parts.pop("INTERVAL", "1"), MOST_INTERVAL[parts["FREQ"]]
    if not _all_within(interval, 1, most) or "," in interval:
        raise wrong(_("The number may be 1 to %(most)s.", most=most))
    return parts if int(interval) == 1 else {**parts, "INTERVAL": str(int(interval))}


def _all_within(values: str, least: int, most: int) -> bool:
    return all(_within(value, least, most) for value in values.split(","))


def _within(value: str, least: int, most: int) -> bool:
    return (
        re.fullmatch(r"[+-]?\d{1,3}", value, re.ASCII) is not None
        and least <= int(value) <= most
        and int(value) != 0
    )


def _until(value: str | None) -> date | None:
    if value is None:
        return None
    matched = _UNTIL.fullmatch(value)
    try:
        return date(*(int(one) for one in matched.groups()[:3])) if matched else _no_day()
    except ValueError:
        raise wrong(_("The day on which it ends is none.")) from None


def _no_day() -> date:
    raise ValueError


def _count(value: str | None) -> int | None:
    if value is None:
        return None
    if not value.isascii() or not value.isdecimal() or not 1 <= int(value[:9]) <= MOST_TIMES:
        raise wrong(_("It may come 1 to %(most)s times.", most=MOST_TIMES))
    return int(value)


def _unread(said: str) -> InvalidError:
    return wrong(_("“%(rule)s” is no rule that the calendar knows.", rule=said[:LONGEST]))
