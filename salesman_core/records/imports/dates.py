"""Dates as people write them, in the order that their column shows."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final

from salesman_core.i18n import texts
from salesman_core.records.imports.errors import CellError

_ = texts.gettext

ORDERS: Final = ("dmy", "mdy", "ymd")
_AGREEMENT = 0.95
"""The share of telling cells that must agree, before the others are read in their order."""

_DATE = re.compile(
    r"(?P<first>\d{1,4})(?P<mark>[./\- ])(?P<second>\d{1,2})(?P=mark)(?P<third>\d{1,4})"
    r"(?:\s*г\.?)?(?:(?:[T,]|\s)\s*(?P<time>\d.*))?",
    re.ASCII,
)
_TIME = re.compile(
    r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d+)?)?"
    r"(?:\s*(?P<half>[AaPp])\.?[Mm]\.?)?(?:\s*(?P<offset>Z|[+-]\d{2}:?\d{2}))?",
    re.ASCII,
)
_MONTHS = _NOON = 12
_SHORT_YEAR = 2
"""Digits of a year whose century was left out."""
_CENTURY_TURNS = 70
"""Of two digits, 70 is 1970 and 69 is 2069."""
_FIRST_YEAR, _LAST_YEAR = 1900, 2199
_EXCEL_BEGINS = date(1899, 12, 30)
_EXCEL_DAYS = range(18_264, 73_051)
"""The days 1950 to 2099: a number outside them is more likely a year or an amount."""


@dataclass(frozen=True, slots=True)
class Written:
    """A date taken apart, its parts in the order in which they stand."""

    parts: tuple[str, str, str]
    year_first: bool
    mark: str
    time: str


def taken_apart(text: str) -> Written | None:
    """Take a text apart; None where it is no date in digits."""
    found = _DATE.fullmatch(text.strip())
    if found is None:
        return None
    parts = (found["first"], found["second"], found["third"])
    return Written(parts, len(found["first"]) > _SHORT_YEAR, found["mark"], found["time"] or "")


def own_order(written: Written) -> str:
    """Give the order that a date shows by itself, or an empty string."""
    if written.year_first:
        return "ymd"
    first, second, _third = map(int, written.parts)
    if first > _MONTHS >= second:
        return "dmy"
    if second > _MONTHS >= first:
        return "mdy"
    return ""


def is_undecided(written: Written) -> bool:
    """Tell whether nothing in a date says which is the day and which the month."""
    first, second, _third = written.parts
    return not own_order(written) and written.mark != "." and int(first) != int(second)


@dataclass(slots=True)
class OrderEvidence:
    """What the cells of a column show about the order of day and month.

    :param seen: how many show which order.
    :param undecided: how many could be read either way.
    """

    seen: Counter[str] = field(default_factory=Counter)
    undecided: int = 0

    def add(self, text: str) -> None:
        """Look at one more cell."""
        written = taken_apart(text)
        order = own_order(written) if written else ""
        if written and is_undecided(written):
            self.undecided += 1
        elif order in ("dmy", "mdy"):
            self.seen[order] += 1

    @property
    def order(self) -> str:
        """The order that nearly all telling cells show, or an empty string."""
        if not self.seen:
            return ""
        order, count = self.seen.most_common(1)[0]
        return order if count >= _AGREEMENT * self.seen.total() else ""


def _expected(order: str) -> str:
    examples = {"dmy": "31.12.2026", "mdy": "12/31/2026", "ymd": "2026-12-31"}
    return _("A date like %(example)s is expected.", example=examples.get(order, "31.12.2026"))


def _order_of(written: Written, order: str, text: str) -> str:
    if written.year_first:
        return "ymd"
    if is_undecided(written) and not order:
        reason = _("Day and month cannot be told apart: name their order in the mapping (dates).")
        raise CellError(text, reason)
    return order or own_order(written) or "dmy"


def _full_year(digits: str) -> int:
    year = int(digits)
    if len(digits) > _SHORT_YEAR:
        return year
    return year + (1900 if year >= _CENTURY_TURNS else 2000)


def _day(written: Written, order: str, text: str) -> date:
    chosen = _order_of(written, order, text)
    by_letter = dict(zip(chosen, written.parts, strict=True))
    year = _full_year(by_letter["y"])
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        raise CellError(text, _expected(chosen))
    try:
        return date(year, int(by_letter["m"]), int(by_letter["d"]))
    except ValueError as error:
        raise CellError(text, _expected(chosen)) from error


def _time(text: str, whole: str) -> time:
    found = _TIME.fullmatch(text.strip())
    if found is None:
        raise CellError(whole, _("A time like 15:30 is expected after the date."))
    hour = int(found["hour"])
    if found["half"]:
        hour = hour % _NOON + (_NOON if found["half"] in "Pp" else 0)
    offset = found["offset"]
    zone = datetime.strptime(offset, "%z").tzinfo if offset else None
    try:
        return time(hour, int(found["minute"]), int(found["second"] or 0), tzinfo=zone)
    except ValueError as error:
        raise CellError(whole, _("A time like 15:30 is expected after the date.")) from error


def read_moment(cell: object, text: str, order: str, zone: tzinfo) -> datetime:
    """Give a moment in UTC; one without an offset is taken in *zone*, one without a time at 0:00.

    :param cell: what stands in the cell.
    :param text: the same as text, for messages.
    :param order: the order of its column, or empty where the column shows none.
    :param zone: the company's time zone.
    :raises CellError: where it is no moment.
    """
    if isinstance(cell, datetime):
        local = cell
    elif isinstance(cell, date):
        local = datetime.combine(cell, time())
    elif isinstance(cell, str):
        local = _moment_in(cell, order)
    else:
        local = _counted(cell, text)
    aware = local if local.tzinfo else local.replace(tzinfo=zone)
    return aware.astimezone(UTC)


def _moment_in(text: str, order: str) -> datetime:
    written = taken_apart(text)
    if written is None:
        raise CellError(text, _expected(order))
    at = _time(written.time, text) if written.time else time()
    return datetime.combine(_day(written, order, text), at)


def _counted(cell: object, text: str) -> datetime:
    """Give the moment of a number that lost its format: spreadsheets count days."""
    if isinstance(cell, bool) or not isinstance(cell, int | float) or int(cell) not in _EXCEL_DAYS:
        raise CellError(text, _expected(""))
    seconds = round((cell - int(cell)) * 86_400)
    return datetime.combine(_EXCEL_BEGINS, time()) + timedelta(days=int(cell), seconds=seconds)


def read_date(cell: object, text: str, order: str, zone: tzinfo) -> date:
    """Give a day; of a moment with an offset the day that it falls on in *zone*.

    The arguments and errors are those of :func:`read_moment`.
    """
    if isinstance(cell, date) and not isinstance(cell, datetime):
        return cell
    if isinstance(cell, str):
        moment = _moment_in(cell, order)
        return moment.astimezone(zone).date() if moment.tzinfo else moment.date()
    return read_moment(cell, text, order, zone).astimezone(zone).date()
