"""The steps of deals as a part of the story of a deal or a client."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from flask import url_for

from salesman_core.access.records import visible
from salesman_core.db import AnyRow, reading
from salesman_core.deals.models import CloseReason, Deal, DealMove, Stage
from salesman_core.i18n import texts
from salesman_core.web.formats import day, percent
from salesman_hookspecs import TimelineEntry, TimelineQuery

_ICONS = {
    "open": "sparkles",
    "move": "arrow-right",
    "transfer": "arrows-exchange",
    "reopen": "rotate-2",
    "freeze": "snowflake",
    "thaw": "sun",
}
_OUTCOMES = {"won": "trophy", "lost": "circle-x"}
_DAY = 86_400


def moves(query: TimelineQuery) -> Sequence[TimelineEntry]:
    """Give the steps of a deal, or of all deals of a client that the person sees."""
    if query.kind not in {"deal", "client"}:
        return ()
    before, after = sa.orm.aliased(Stage), sa.orm.aliased(Stage)
    found = (
        sa.select(DealMove.id, DealMove.at, DealMove.action, DealMove.actor_name, DealMove.seconds)
        .add_columns(DealMove.outcome, DealMove.deal_id, Deal.name)
        .add_columns(DealMove.frozen_until, DealMove.freeze_reason)
        .add_columns(CloseReason.name.label("reason"))
        .add_columns(before.name.label("from_stage"), after.name.label("to_stage"), after.percent)
        .join(Deal, Deal.id == DealMove.deal_id)
        .outerjoin(before, before.id == DealMove.from_stage_id)
        .join(after, after.id == DealMove.to_stage_id)
        .outerjoin(CloseReason, CloseReason.id == DealMove.reason_id)
        .where(visible("deal", person=query.person))
        .order_by(DealMove.at.desc(), DealMove.id.desc())
        .limit(query.limit)
    )
    of_client = query.kind == "client"
    of_record = Deal.client_id if of_client else Deal.id
    found = found.where(of_record == query.record_id)
    if query.before is not None:
        found = found.where(DealMove.at <= query.before)
    return [_entry(row, of_client=of_client) for row in reading().execute(found)]


def _entry(row: AnyRow, *, of_client: bool) -> TimelineEntry:
    text = words_of(row)
    return TimelineEntry(
        at=row.at,
        kind="move",
        text=f"{row.name}: {text}" if of_client else text,
        icon=_OUTCOMES.get(row.outcome or "") or _ICONS.get(row.action, "arrow-right"),
        actor=row.actor_name,
        url=url_for("deals.card", record_id=row.deal_id) if of_client else None,
        id=row.id,
    )


def words_of(row: AnyRow) -> str:
    """Give a step of a deal in words.

    :param row: with ``action``, ``outcome``, ``reason``, ``from_stage``, ``to_stage``,
        ``percent``, ``seconds``, ``frozen_until`` and ``freeze_reason``.
    """
    return _WORDS[row.action](row)


def _opened(row: AnyRow) -> str:
    return texts.gettext("opened at %(stage)s", stage=_stage(row))


def _opened_again(row: AnyRow) -> str:
    return texts.gettext("opened again at %(stage)s", stage=_stage(row))


def _closed(row: AnyRow) -> str:
    if row.outcome == "won":
        return texts.gettext("won")
    return texts.gettext("lost: %(reason)s", reason=row.reason or "—")


def _frozen(row: AnyRow) -> str:
    return texts.gettext(
        "frozen until %(day)s: %(reason)s", day=day(row.frozen_until), reason=row.freeze_reason
    )


def _thawed(row: AnyRow) -> str:
    days = row.seconds // _DAY
    return texts.ngettext(
        "goes on after %(num)s day of rest", "goes on after %(num)s days of rest", days
    )


def _moved(row: AnyRow) -> str:
    return texts.gettext(
        "from %(before)s to %(stage)s, %(stay)s",
        before=row.from_stage,
        stage=_stage(row),
        stay=_stay(row),
    )


def _transferred(row: AnyRow) -> str:
    return texts.gettext(
        "to another pipeline: from %(before)s to %(stage)s, %(stay)s",
        before=row.from_stage,
        stage=_stage(row),
        stay=_stay(row),
    )


_WORDS = {
    "open": _opened,
    "move": _moved,
    "transfer": _transferred,
    "close": _closed,
    "reopen": _opened_again,
    "freeze": _frozen,
    "thaw": _thawed,
}


def _stage(row: AnyRow) -> str:
    return f"{percent(row.percent)} {row.to_stage}"


def _stay(row: AnyRow) -> str:
    days = row.seconds // _DAY
    return texts.ngettext("after %(num)s day", "after %(num)s days", days)
