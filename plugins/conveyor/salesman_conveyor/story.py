"""Handovers in the stories of clients and deals."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from flask import url_for

from salesman_conveyor import queries
from salesman_conveyor.models import DONE, RETURNED, WITHDRAWN, Handover
from salesman_conveyor.texts import texts
from salesman_core.toolkit import AnyRow, Deal, reading
from salesman_hookspecs import TimelineEntry, TimelineQuery

_ = texts.lazy

ICON: Final = "transform"


def entries(query: TimelineQuery) -> Sequence[TimelineEntry]:
    """Give when a client or deal was handed over, taken up, returned and finished.

    A client's story tells the ways of its deals as well, as far as their reader sees them.
    """
    about = _about(query.kind, query.record_id)
    if about is None:
        return []
    told: list[TimelineEntry] = []
    for moment, tell in _MOMENTS.items():
        found = queries.handovers(query.person).where(about, Handover.state != WITHDRAWN)
        found = found.where(moment.is_not(None))
        if query.before is not None:
            found = found.where(moment <= query.before)
        rows = reading().execute(
            found.order_by(moment.desc(), Handover.id.desc()).limit(query.limit)
        )
        told += [one for row in rows if (one := tell(row)) is not None]
    return sorted(told, key=lambda one: (one.at, one.id), reverse=True)[: query.limit]


def _about(kind: str, record_id: int) -> sa.ColumnElement[bool] | None:
    if kind == "deal":
        return Handover.deal_id == record_id
    if kind == "client":
        deals = sa.select(Deal.id).where(Deal.client_id == record_id)
        return sa.or_(Handover.client_id == record_id, Handover.deal_id.in_(deals))
    return None


def _ended(row: AnyRow) -> TimelineEntry | None:
    if row.state == RETURNED:
        reason = ": ".join(one for one in (row.reason_name, row.reason) if one)
        told = texts.gettext("“%(title)s” went back: %(reason)s", title=row.title, reason=reason)
        return _entry(row, row.ended_at, 2, told)
    if row.state == DONE:
        told = texts.gettext("The way of “%(title)s” ended", title=row.title)
        return _entry(row, row.ended_at, 2, told)
    return None  # that it was handed on the next stay tells


def _taken(row: AnyRow) -> TimelineEntry:
    who = row.taker_name or ""
    told = texts.gettext("%(who)s took “%(title)s” up", who=who, title=row.title)
    return _entry(row, row.taken_at, 1, told)


def _given(row: AnyRow) -> TimelineEntry:
    told: dict[str, Any] = {"title": row.title, "station": row.station_name or ""}
    if row.return_of_id is not None:
        text = texts.gettext("“%(title)s” came back to %(station)s", **told)
    elif row.giver_name is None or row.rule_id is not None:
        text = texts.gettext("“%(title)s” came to %(station)s by rule", **told)
    else:
        who = row.giver_name
        text = texts.gettext("%(who)s handed “%(title)s” over to %(station)s", who=who, **told)
    return _entry(row, row.given_at, 0, text)


def _entry(row: AnyRow, at: datetime, place: int, text: str) -> TimelineEntry:
    """Give an entry; *place* tells apart what happened to one stay at one moment."""
    url = url_for("conveyor.card", record_id=row.id)
    return TimelineEntry(
        at=at, kind="handover", text=text, icon=ICON, url=url, id=row.id * 4 + place
    )


_MOMENTS: Final = {
    Handover.given_at: _given,
    Handover.taken_at: _taken,
    Handover.ended_at: _ended,
}
"""The moments of a stay, each with what tells it."""
