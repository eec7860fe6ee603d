"""Views of reports that people keep for themselves, and when they are mailed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_analytics import pins
from salesman_analytics.asked import months_before
from salesman_analytics.declared import DeclaredReport
from salesman_analytics.models import LONGEST_NAME, KeptView
from salesman_analytics.telling import path_of, report_with_views, told
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
_MISSING: Final = _("There is no such view, or it is not yours.")
_DAYS_OF_WEEK: Final = 7


_READ: Final = (
    KeptView.id,
    KeptView.report,
    KeptView.name,
    KeptView.asked,
    KeptView.mailed,
    KeptView.mail_on,
    KeptView.created_at,
)


@dataclass(frozen=True, slots=True)
class KeptViews:
    """The views that somebody keeps of a report, as its page shows them.

    :param asked: what the page is asked for now.
    """

    report: DeclaredReport
    asked: Mapping[str, str]
    views: Sequence[AnyRow]
    pinned: bool
    mailed: Mapping[str, Text] = field(default_factory=lambda: MAILED)

    def url(self, asked: Mapping[str, str]) -> str:
        """Give the address of the report as it is asked for."""
        return path_of(self.report, asked)


def kept_views(report: DeclaredReport, asked: Mapping[str, str]) -> KeptViews:
    """Give the views of whoever acts for the page of a report."""
    return KeptViews(report, asked, views_of(report.id), report.id in pins.pinned())


def views_of(report_id: str) -> Sequence[AnyRow]:
    """Give the views that whoever acts keeps of a report, by name."""
    return reading().execute(_mine().where(KeptView.report == report_id)).all()


def own_views() -> Sequence[AnyRow]:
    """Give all views that whoever acts keeps, by name."""
    return reading().execute(_mine()).all()


def own_view(view_id: int) -> AnyRow:
    """Give a view that whoever acts keeps.

    :raises MissingError: where they keep no such view.
    """
    found = reading().execute(_mine().where(KeptView.id == view_id)).one_or_none()
    if found is None:
        raise MissingError(_MISSING)
    return found


def _mine() -> Any:
    own = sa.select(*_READ).where(KeptView.user_id == current_person().id)
    return own.order_by(KeptView.name, KeptView.id)


def keep(report_id: str, name: str, args: Mapping[str, str], mailed: str = NEVER) -> int:
    """Keep a view of a report for whoever acts; give its id.

    :param args: what the report is asked for, as addresses hold it.
    :raises MissingError: where there is no such report for them.
    :raises InvalidError: by field.
    :raises ConflictError: where they keep as many as one may.
    """
    report = report_with_views(report_id)
    asked = told(report, args).asked
    named, mail_on = _judged_name(name), next_day(_judged_mailed(mailed))
    person_id = current_person().id or 0
    with writing() as session:
        if _number(session, person_id) >= MOST:
            raise ConflictError(_("You keep %(most)s views: delete one first.", most=MOST))
        view = KeptView(
            user_id=person_id,
            report=report.id,
            name=named,
            asked=dict(asked),
            mailed=mailed,
            mail_on=mail_on,
            created_at=now(),
        )
        session.add(view)
        session.flush()
        return view.id


def change(
    view_id: int,
    *,
    name: str | None = None,
    args: Mapping[str, str] | None = None,
    mailed: str | None = None,
) -> str:
    """Change a view of whoever acts; what is None stays. Give the report that it is of.

    :raises MissingError: where they keep no such view, or the report is none of theirs any more.
    :raises InvalidError: by field.
    """
    named = None if name is None else _judged_name(name)
    with writing() as session:
        view = _own(session, view_id)
        if named is not None:
            view.name = named
        if args is not None:
            view.asked = dict(told(report_with_views(view.report), args).asked)
        if mailed is not None:
            view.mailed, view.mail_on = mailed, next_day(_judged_mailed(mailed))
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
        raise MissingError(_MISSING)
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
