"""The next step with a deal, on its card of the board."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flask import url_for

from salesman_calendar import queries
from salesman_calendar.texts import texts
from salesman_core.toolkit import AnyRow, reading, told_when
from salesman_hookspecs import BoardBadge


def next_steps(deal_ids: Sequence[int]) -> Iterable[BoardBadge]:
    """Give what is next with some deals, as far as whoever reads sees it."""
    return [
        BoardBadge(
            deal_id=row.deal_id,
            text=_told(row),
            icon=row.kind_icon,
            tone="late" if row.overdue else "plain",
            url=url_for("calendar.card", record_id=row.id),
        )
        for row in queries.first_open_of_deals(reading(), deal_ids)
    ]


def _told(row: AnyRow) -> str:
    said = {"when": told_when(row.day, row.starts_at), "what": row.subject}
    if row.overdue:
        return texts.gettext("%(what)s, overdue since %(when)s", **said)
    return texts.gettext("%(what)s, %(when)s", **said)
