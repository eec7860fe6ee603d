"""Every change and the list of holidays, as an administrator keeps them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.access.records import demand_permission
from salesman_core.administration.permissions import COMPANY
from salesman_core.db import AnyRow, reading, writing
from salesman_core.db.revisions import bump
from salesman_core.errors import InvalidError, MissingError
from salesman_core.i18n import texts
from salesman_core.records.audit_fields import FieldWords, describe_kind
from salesman_core.records.changes import Changes, audit
from salesman_core.records.lists import FieldKind, ListField, ListQuery, ListSpec, select_page
from salesman_core.records.typed import date_of
from salesman_core.services.models import Holiday
from salesman_core.services.worktime import SUBJECT

_ = texts.lazy

KIND: Final = "holiday"
MOST_LINES: Final = 400
LONGEST_NAME: Final = 100
_LINE: Final = re.compile(r"(?P<works>\+)?\s*(?P<day>[\d.\-/]+)[\s;,]*(?P<name>.*)")

HOLIDAYS: Final = ListSpec(
    kind=KIND,
    id=Holiday.id,
    fields=(
        ListField("day", _("Day"), Holiday.day, FieldKind.DATE),
        ListField("name", _("Name"), Holiday.name, FieldKind.TEXT),
        ListField("works", _("People work"), Holiday.works, FieldKind.FLAG),
    ),
    default_sort="day",
)
COLUMNS: Final = (Holiday.id, Holiday.day, Holiday.name, Holiday.works)
NAMES: Final = ("id", "day", "name", "works")

describe_kind(
    KIND,
    _("Holiday"),
    {"name": FieldWords(_("Name")), "works": FieldWords(_("People work"))},
)


class Day(NamedTuple):
    """A day that is otherwise than its weekday says."""

    day: date
    name: str
    works: bool


def enter_holidays(days: Iterable[Day]) -> int:
    """Keep some days, all or none, each in place of what was known of it; give how many changed."""
    demand_permission(COMPANY)
    with writing() as session:
        changed = sum(_entered(session, one) for one in days)
        bump(session, SUBJECT)
    return changed


def _entered(session: Session, one: Day) -> bool:
    held = session.scalar(sa.select(Holiday).where(Holiday.day == one.day).with_for_update())
    if held is None:
        held = Holiday(day=one.day, name=one.name, works=one.works)
        session.add(held)
        session.flush()
        changes: Changes = {"name": (None, one.name), "works": (None, one.works)}
        audit(session, KIND, held.id, one.day.isoformat(), "created", changes)
        return True
    before = (held.name, held.works)
    if before == (one.name, one.works):
        return False
    held.name, held.works = one.name, one.works
    changes = {"name": (before[0], one.name), "works": (before[1], one.works)}
    audit(session, KIND, held.id, one.day.isoformat(), "changed", changes)
    return True


def delete_holiday(holiday_id: int) -> Day:
    """Take a day out again; give what it was.

    :raises MissingError: where there is none.
    """
    demand_permission(COMPANY)
    with writing() as session:
        held = session.get(Holiday, holiday_id, with_for_update=True)
        if held is None:
            raise MissingError(_("There is no such holiday any more."))
        gone = Day(held.day, held.name, held.works)
        session.delete(held)
        bump(session, SUBJECT)
        changes: Changes = {"name": (gone.name, None), "works": (gone.works, None)}
        audit(session, KIND, holiday_id, gone.day.isoformat(), "deleted", changes)
    return gone


def days_of(lines: str) -> list[Day]:
    """Give the days of pasted lines: a date and a name in each, ``+`` before it where people work.

    :raises InvalidError: at the field ``lines``, naming the first line that cannot be read.
    """
    found = []
    for number, line in enumerate(filter(None, map(str.strip, lines.splitlines())), start=1):
        if number > MOST_LINES:
            raise _wrong(_("At most %(most)s lines at once.", most=MOST_LINES))
        parts = _LINE.fullmatch(line)
        day = _read_day(parts["day"]) if parts else None
        if parts is None or day is None:
            raise _wrong(_("No date in line %(number)s: %(line)s", number=number, line=line[:80]))
        found.append(Day(day, parts["name"].strip()[:LONGEST_NAME], bool(parts["works"])))
    if not found:
        raise _wrong(_("Give at least one day."))
    return found


def _read_day(typed: str) -> date | None:
    try:
        return date_of(typed)
    except ValueError:
        return None


def _wrong(message: object) -> InvalidError:
    return InvalidError(str(message), {"lines": str(message)})


def holidays_of(year: int) -> Sequence[AnyRow]:
    """Give the days of a year, the first one first."""
    within = Holiday.day.between(date(year, 1, 1), date(year, 12, 31))
    return reading().execute(sa.select(*COLUMNS).where(within).order_by(Holiday.day)).all()


def page_of_holidays(query: ListQuery) -> tuple[list[dict[str, object]], str | None]:
    """Give a page of all days, and where the next one begins."""
    page = select_page(reading(), COLUMNS, HOLIDAYS, query, sa.true())
    return page.dicts(NAMES), page.next_cursor


def one_holiday(holiday_id: int) -> AnyRow:
    """Give a day.

    :raises MissingError: where there is none.
    """
    query = sa.select(*COLUMNS).where(Holiday.id == holiday_id)
    found = reading().execute(query).one_or_none()
    if found is None:
        raise MissingError(_("There is no such holiday any more."))
    return found


def holiday_on(day: date) -> int:
    """Give the id of what is known of a day that has just been entered."""
    return reading().execute(sa.select(Holiday.id).where(Holiday.day == day)).scalar_one()
