"""Activities in the stories of clients and deals, and in the search box."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import sqlalchemy as sa
from flask import url_for

from salesman_calendar.models import KIND, Activity, Kind, Result
from salesman_calendar.queries import next_of_series
from salesman_calendar.texts import texts
from salesman_core.toolkit import AnyRow, Findable, User, reading, told_when, visible
from salesman_hookspecs import SearchHit, TimelineEntry, TimelineQuery

_AT: Final = sa.func.coalesce(Activity.done_at, Activity.created_at).label("at")
_WHO: Final = sa.func.coalesce(Activity.done_by_id, Activity.created_by_id)


def entries(query: TimelineQuery) -> Sequence[TimelineEntry]:
    """Give what was done with a client or deal when it was done, and what is planned."""
    column = {"client": Activity.client_id, "deal": Activity.deal_id}.get(query.kind)
    if column is None:
        return []
    told = (
        sa.select(
            Activity.id,
            _AT,
            Activity.subject,
            Activity.day,
            Activity.starts_at,
            Activity.done_at,
            Activity.result_text,
            Kind.name.label("kind_name"),
            Kind.icon,
            Result.name.label("result_name"),
            User.name.label("actor"),
        )
        .join(Kind, Kind.id == Activity.kind_id)
        .outerjoin(Result, Result.id == Activity.result_id)
        .outerjoin(User, User.id == _WHO)
        .where(visible(KIND, person=query.person), column == query.record_id)
        .where(sa.or_(Activity.done_at.is_not(None), next_of_series()))
    )
    if query.before is not None:
        told = told.where(query.before >= _AT)
    rows = reading().execute(told.order_by(_AT.desc(), Activity.id.desc()).limit(query.limit))
    return [_entry(row) for row in rows]


def _entry(row: AnyRow) -> TimelineEntry:
    return TimelineEntry(
        at=row.at,
        kind="activity",
        text=_done(row) if row.done_at else _planned(row),
        icon=row.icon,
        actor=row.actor or "",
        url=url_for("calendar.card", record_id=row.id),
        id=row.id,
    )


def _planned(row: AnyRow) -> str:
    return texts.gettext(
        "Planned for %(when)s: %(activity)s",
        when=told_when(row.day, row.starts_at),
        activity=_called(row),
    )


def _done(row: AnyRow) -> str:
    came = ": ".join(part for part in (row.result_name, row.result_text) if part)
    if came:
        return texts.gettext("%(activity)s — %(result)s", activity=_called(row), result=came)
    return texts.gettext("Done: %(activity)s", activity=_called(row))


def _called(row: AnyRow) -> str:
    if row.subject == row.kind_name:
        return str(row.subject)
    return texts.gettext("%(kind)s “%(subject)s”", kind=row.kind_name, subject=row.subject)


def _found(row: AnyRow, score: float) -> SearchHit:
    url = url_for("calendar.card", record_id=row.id)
    return SearchHit(row.subject, url, told_when(row.day, row.starts_at), score)


FOUND: Final = Findable(
    kind=KIND,
    id=Activity.id,
    name=Activity.search_subject,
    read=sa.select(Activity.id, Activity.subject, Activity.day, Activity.starts_at).where(
        sa.or_(Activity.done_at.is_not(None), next_of_series())
    ),
    hit=_found,
    behind=Activity.done_at.is_not(None),
)
"""How the search box finds activities, a typo forgiven."""
