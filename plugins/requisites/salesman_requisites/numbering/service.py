"""What administrators change of counters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.toolkit import (
    Changes,
    FieldWords,
    InvalidError,
    StaleError,
    audit,
    company,
    demand_permission,
    describe_kind,
    differences,
    today,
    writing,
)
from salesman_requisites.numbering import queries
from salesman_requisites.numbering.issuing import counter_of
from salesman_requisites.numbering.models import MONTHLY, NEVER, YEARLY, Counter, CounterPeriod
from salesman_requisites.numbering.papers import one_paper
from salesman_requisites.numbering.patterns import PatternError, Period, judged_pattern
from salesman_requisites.permissions import MANAGE_NUMBERS
from salesman_requisites.texts import texts

_ = texts.lazy

KIND: Final = "requisites.counter"

STARTS: Final = {
    NEVER: _("never"),
    YEARLY: _("each year"),
    MONTHLY: _("each month"),
}

describe_kind(
    KIND,
    _("Numbering"),
    {
        "pattern": FieldWords(_("Pattern")),
        "starts": FieldWords(_("Begins anew"), choices=STARTS),
        "next": FieldWords(_("Next number")),
        "period": FieldWords(_("Period")),
    },
)


def change_counter(
    company_id: int, paper: str, values: Mapping[str, Any], version: int | None = None
) -> bool:
    """Change how papers of a kind are numbered; give whether anything changed.

    :param values: ``pattern``, ``starts`` and ``next``, each if it is to be another one; ``again``
        where the next number may be one that was given out already.
    :param version: of the counter that the caller saw, 0 for one that was never changed nor used.
    :raises InvalidError: by field.
    :raises StaleError: where somebody changed it since *version*.
    """
    demand_permission(MANAGE_NUMBERS)
    with writing() as session:
        seen = queries.one_counter(session, company_id, paper)
        counter = _for_change(session, company_id, paper, seen.version, version)
        wanted = {name: values[name] for name in ("pattern", "starts") if name in values}
        if "pattern" in wanted:
            wanted["pattern"] = _judged(wanted["pattern"])
        changes = differences(counter, wanted)
        given = _next(_of_today(session, counter))
        for name, (_old, new) in changes.items():
            setattr(counter, name, new)
        session.flush()
        following = int(values["next"]) if values.get("next") is not None else None
        if following is None and "starts" in changes:
            following = max(given, _next(_of_today(session, counter)))
        if following is not None:
            again = bool(values.get("again"))
            changes |= _set_next(session, counter, following, given=given, again=again)
        if changes:
            counter.version += 1
            label = f"{seen.title}, {seen.company}"
            audit(session, KIND, counter.id, label, "changed", changes)
        return bool(changes)


def _for_change(
    session: Session, company_id: int, paper: str, known: int, version: int | None
) -> Counter:
    """Load a counter, and keep others from counting on until the commit."""
    row = counter_of(session, one_paper(session, paper), company_id)
    one = sa.select(Counter).where(Counter.id == row.id).with_for_update()
    counter = session.scalars(one.execution_options(populate_existing=True)).one()
    begun = known == 0 and version == 0
    if version is not None and counter.version != version and not begun:
        raise StaleError(_("Somebody else has changed this since you read it."))
    return counter


def _judged(pattern: str) -> str:
    try:
        return judged_pattern(pattern)
    except PatternError as error:
        raise InvalidError(error.reason, {"pattern": error.reason}) from error


def _of_today(session: Session, counter: Counter) -> CounterPeriod | None:
    """Load the row on which a counter counts today, as far as it was ever counted on."""
    one = sa.select(CounterPeriod).where(
        CounterPeriod.counter_id == counter.id, CounterPeriod.period == _period(counter)
    )
    held = one.with_for_update().execution_options(populate_existing=True)
    return session.scalars(held).one_or_none()


def _period(counter: Counter) -> str:
    return Period.of(today(company().tz), counter.starts).key


def _next(row: CounterPeriod | None) -> int:
    return 1 if row is None else row.next


def _set_next(
    session: Session, counter: Counter, following: int, *, given: int, again: bool
) -> Changes:
    """Let a number come next.

    :param given: the number that came next before this change, maybe in a period of another kind:
        who lets a counter begin anew at other times goes on counting, else papers get numbers that
        others have.
    """
    row, period = _of_today(session, counter), _period(counter)
    before = max(_next(row), given)
    if following == _next(row):
        return {}
    if following < before and not again:
        message = _(
            "Numbers up to %(last)s have been given out: papers would get one of them again.",
            last=before - 1,
        )
        raise InvalidError(message, {"next": message})
    if row is None:
        row = CounterPeriod(counter_id=counter.id, period=period)
        session.add(row)
    row.next = following
    told: Changes = {"next": (before, following)}
    return told | ({"period": (None, period)} if period else {})
