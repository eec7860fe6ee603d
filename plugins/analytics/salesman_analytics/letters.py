"""Views of reports that are mailed: to whose they are, with what they may see that day."""

from __future__ import annotations

from datetime import date
from typing import Final

import sqlalchemy as sa

from salesman_analytics import files
from salesman_analytics.kept_views import next_day
from salesman_analytics.models import KeptView
from salesman_analytics.permissions import VIEW
from salesman_analytics.telling import report_with_views, told
from salesman_analytics.texts import texts
from salesman_core.toolkit import (
    Enclosure,
    ForbiddenError,
    InvalidError,
    Letter,
    MissingError,
    acting_as,
    company,
    enqueue,
    job_piece,
    link_to,
    person_of,
    reading,
    send_letter,
    speaking,
    today,
    writing,
)

JOB: Final = "analytics.mail_view"


def mail_views() -> int:
    """Queue a letter for each view whose day has come; give how many.

    Days on which nothing ran are not made up for.
    """
    due = sa.select(KeptView.id, KeptView.mail_on).where(KeptView.mail_on <= today(company().tz))
    with writing() as session:
        found = session.execute(due.order_by(KeptView.id)).all()
        for view in found:
            told = {"view_id": view.id, "day": view.mail_on.isoformat()}
            enqueue(session, JOB, told, key=f"view:{view.id}")
    return len(found)


def mail_view(view_id: int, day: str) -> None:
    """Mail a view to whose it is, counted by what they may see now.

    It is counted before anything is written, so that a report which takes its time holds up nobody
    who writes. The letter and the next day commit together, so nobody gets two. Who may not see
    the report any more, or lacks it because its plugin is switched off, gets none that day.

    :param day: the day that had come, as ``2026-11-23``: another one means that it is done.
    """
    due = sa.select(KeptView).where(
        KeptView.id == view_id, KeptView.mail_on == date.fromisoformat(day)
    )
    letter = _letter_of(reading().scalar(due))
    with job_piece() as session:
        view = session.scalar(due.with_for_update())
        if view is None:
            return
        view.mail_on = next_day(view.mailed)
        if letter is not None:
            send_letter(letter)


def _letter_of(view: KeptView | None) -> Letter | None:
    """Give the letter to whose a view is; None for who may not see it, or is not there."""
    person = None if view is None else person_of(view.user_id)
    if view is None or person is None or not person.email or not person.may(VIEW):
        return None
    with acting_as(person), speaking(person.locale or company().language):
        return _letter(person.email, view)


def _letter(address: str, view: KeptView) -> Letter | None:
    """Count a view for whoever acts; None of a report that they do not see, or that is not there.

    A filter that the report does not take any more, or they may not use, is as good as no report.
    """
    try:
        found = told(report_with_views(view.report), view.asked)
        content = files.content_of(files.XLSX, *found.table())
    except (ForbiddenError, InvalidError, MissingError):
        return None
    words = {"report": str(found.report.title), "view": view.name, "link": link_to(found.path)}
    text = texts.gettext(
        "“%(view)s”, your view of the report “%(report)s”, is enclosed. It is counted by what you"
        " may see today.\n\nThe same as a page: %(link)s\n\nThere you also choose when it is"
        " mailed, or that it is mailed no more.",
        **words,
    )
    enclosure = Enclosure(files.name_of(found.report.id, files.XLSX), content)
    return Letter(address, f"{words['report']}: {view.name}", text, enclosures=(enclosure,))
