"""Views of reports that people keep for themselves, and when they are mailed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_analytics.asked import Asked, months_before
from salesman_analytics.declared import report_named
from salesman_analytics.models import LONGEST_NAME, KeptView
from salesman_analytics.texts import texts
from salesman_core.toolkit import (
    AnyRow,
    ConflictError,
    InvalidError,
    MissingError,
    company,
    current_person,
    now,
    reading,
    shows_something,
    today,
    without_unseen,
    writing,
)
from salesman_hookspecs import Text

_ = texts.lazy

NEVER, WEEKLY, MONTHLY = "", "weekly", "monthly"
MAILED: Final[Mapping[str, Text]] = {
    NEVER: _("Do not mail it"),
    WEEKLY: _("Every Monday"),
    MONTHLY: _("On the first of each month"),
}
MOST: Final = 50
"""So many views somebody may keep."""
_DAYS_OF_WEEK: Final = 7


def views_of(report_id: str) -> Sequence[AnyRow]:
    """Give the views that whoever acts keeps of a report, by name."""
    asked = sa.select(KeptView.id, KeptView.name, KeptView.asked, KeptView.mailed)
    mine = asked.where(KeptView.user_id == current_person().id, KeptView.report == report_id)
    return reading().execute(mine.order_by(KeptView.name, KeptView.id)).all()


def keep(report_id: str, name: str, asked: Asked, mailed: str) -> int:
    """Keep a view of a report for whoever acts; give its id.

    :raises MissingError: where there is no such report for them.
    :raises InvalidError: by field.
    :raises ConflictError: where they keep as many as one may.
    """
    report = report_named(report_id)
    named = _judged_name(name)
    person_id = current_person().id or 0
    with writing() as session:
        if _number(session, person_id) >= MOST:
            raise ConflictError(_("You keep %(most)s views: delete one first.", most=MOST))
        view = KeptView(
            user_id=person_id,
            report=report.id,
            name=named,
            asked=asked.parameters,
            mailed=mailed,
            mail_on=next_day(_judged_mailed(mailed)),
            created_at=now(),
        )
        session.add(view)
        session.flush()
        return view.id


def mail(view_id: int, mailed: str) -> str:
    """Let a view be mailed to whose it is, or no more; give the report that it is of.

    :raises MissingError: where whoever acts keeps no such view.
    :raises InvalidError: for what is no such word.
    """
    mail_on = next_day(_judged_mailed(mailed))
    with writing() as session:
        view = _own(session, view_id)
        view.mailed, view.mail_on = mailed, mail_on
        return view.report


def forget(view_id: int) -> str:
    """Keep a view no longer; give the report that it was of.

    :raises MissingError: where whoever acts keeps no such view.
    """
    with writing() as session:
        view = _own(session, view_id)
        session.delete(view)
        return view.report


def next_day(mailed: str) -> date | None:
    """Give the day behind today on which a view is mailed next, in the company's zone."""
    day = today(company().tz)
    if mailed == WEEKLY:
        return day + timedelta(days=_DAYS_OF_WEEK - day.weekday())
    return months_before(day.replace(day=1), -1) if mailed == MONTHLY else None


def _own(session: Session, view_id: int) -> KeptView:
    mine = sa.select(KeptView).where(
        KeptView.id == view_id, KeptView.user_id == current_person().id
    )
    view: KeptView | None = session.scalar(mine.with_for_update())
    if view is None:
        raise MissingError(_("There is no such view, or it is not yours."))
    return view


def _number(session: Session, user_id: int) -> int:
    mine: Any = sa.select(sa.func.count()).where(KeptView.user_id == user_id)
    return session.scalar(mine) or 0


def _judged_name(name: str) -> str:
    seen = without_unseen(name).strip()
    if not shows_something(seen):
        message = _("Give the view a name.")
        raise InvalidError(message, {"name": message})
    if len(seen) > LONGEST_NAME:
        message = _("At most %(most)s characters fit here.", most=LONGEST_NAME)
        raise InvalidError(message, {"name": message})
    return seen


def _judged_mailed(mailed: str) -> str:
    if mailed not in MAILED:
        message = _("Choose when it is mailed.")
        raise InvalidError(message, {"mailed": message})
    return mailed
