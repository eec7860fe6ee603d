"""The accounting basis of the company: a dated table, which no change reaches back into."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.toolkit import (
    AnyRow,
    ConflictError,
    InvalidError,
    MissingError,
    User,
    WritingSession,
    audit,
    bump,
    company,
    current_person,
    demand_permission,
    kept,
    now,
    reading,
    today,
    writing,
)
from salesman_plans.deals import WON
from salesman_plans.models import BASIS_KIND, Basis, Limits
from salesman_plans.months import Period, month_after
from salesman_plans.permissions import MANAGE
from salesman_plans.sources import basis_named
from salesman_plans.texts import texts

_ = texts.lazy

USUAL: Final = WON
"""What holds until the company chooses."""

SUBJECT: Final = "plans.basis"
"""The counter that is raised whenever a basis or the limits change."""

MOST: Final = 200
GOOD, BEHIND = 90, 70


@dataclass(frozen=True, slots=True)
class Span:
    """Months in a row that are counted on the same basis."""

    basis: str
    first: date
    last: date


def basis_on(day: date) -> str:
    """Give the id of the basis that holds on a day; kept in memory until one is set."""
    return next((basis for since, basis in _newest_first() if since <= day), USUAL)


def _newest_first() -> Sequence[tuple[date, str]]:
    known = kept(SUBJECT)
    if "bases" not in known:
        rows = reading().execute(sa.select(Basis.since, Basis.basis).order_by(Basis.since.desc()))
        known["bases"] = [(row.since, row.basis) for row in rows]
    found: Sequence[tuple[date, str]] = known["bases"]
    return found


def _held(session: WritingSession, day: date) -> str:
    """Give the basis of a day as it stands within a change."""
    held = sa.select(Basis.basis).where(Basis.since <= day).order_by(Basis.since.desc()).limit(1)
    return session.scalar(held) or USUAL


def spans(period: Period) -> list[Span]:
    """Give on which basis each part of a period is counted: one where it did not change."""
    found: list[Span] = []
    for first in period.firsts():
        basis = basis_on(first)
        last = Period(first).last
        if found and found[-1].basis == basis:
            found[-1] = Span(basis, found[-1].first, last)
        else:
            found.append(Span(basis, first, last))
    return found


def history(session: Session) -> Sequence[AnyRow]:
    """Give the bases that were set, the newest first, with who set them."""
    columns = (Basis.since, Basis.basis, Basis.set_at, User.name.label("set_by"))
    rows = sa.select(*columns).outerjoin(User, User.id == Basis.set_by_id)
    return session.execute(rows.order_by(Basis.since.desc()).limit(MOST)).all()


def set_basis(basis: str, since: date) -> None:
    """Let the company count on another basis from a month on.

    :raises InvalidError: for a basis that there is not, a day that begins no month, and for months
        that are over: what was told of them stays as it was told.
    """
    demand_permission(MANAGE)
    basis_named(basis)
    _demand_open(since)
    with writing() as session:
        bump(session, SUBJECT)
        before = _held(session, since)
        held = session.get(Basis, since, with_for_update=True) or Basis(since=since)
        held.basis, held.set_at, held.set_by_id = basis, now(), current_person().id
        session.add(held)
        _note(session, since, before, basis)


def forget_basis(since: date) -> None:
    """Take back a basis that does not hold yet.

    :raises MissingError: where none was set from that day on.
    :raises ConflictError: where it holds already.
    """
    demand_permission(MANAGE)
    with writing() as session:
        set_then = session.get(Basis, since, with_for_update=True)
        if set_then is None:
            raise MissingError(_("No basis was set from this day on."))
        if since <= today(company().tz):
            raise ConflictError(_("This basis holds already: set another one from a later month."))
        bump(session, SUBJECT)
        session.delete(set_then)
        session.flush()
        _note(session, since, set_then.basis, _held(session, since))


def _demand_open(since: date) -> None:
    day = today(company().tz)
    message = None
    if since < day.replace(day=1):
        message = _(
            "A basis cannot be changed for months that are over: what was told of them stays."
            " Choose %(first)s or later.",
            first=day.replace(day=1),
        )
    elif since.day != 1:
        message = _(
            "A basis holds from the first day of a month on: choose %(next)s.",
            next=month_after(since.replace(day=1), 1),
        )
    if message is not None:
        raise InvalidError(message, {"since": message})


def _note(session: WritingSession, since: date, before: str, after: str) -> None:
    audit(session, BASIS_KIND, 0, since.isoformat(), "changed", {"basis": (before, after)})


def limits() -> tuple[int, int]:
    """Give from how many percent of the pace on a plan is on plan, and behind; kept in memory."""
    known = kept(SUBJECT)
    if "limits" not in known:
        known["limits"] = _limits(reading())
    found: tuple[int, int] = known["limits"]
    return found


def _limits(session: Session) -> tuple[int, int]:
    row = session.execute(sa.select(Limits.good, Limits.behind)).one_or_none()
    return (GOOD, BEHIND) if row is None else (row.good, row.behind)


def set_limits(values: Mapping[str, Any]) -> None:
    """Set from how many percent of the pace on a plan is on plan, and behind.

    :raises InvalidError: where the second is more than the first.
    """
    demand_permission(MANAGE)
    good, behind = values["good"], values["behind"]
    if behind > good:
        message = _("“Behind” cannot begin above “on plan”.")
        raise InvalidError(message, {"behind": message})
    with writing() as session:
        bump(session, SUBJECT)
        old = _limits(session)
        session.merge(Limits(id=1, good=good, behind=behind))
        changes = {"good": (old[0], good), "behind": (old[1], behind)}
        told = {name: pair for name, pair in changes.items() if pair[0] != pair[1]}
        audit(session, BASIS_KIND, 0, "", "changed", told)
