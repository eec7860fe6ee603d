"""What deals say for a client's place on the ladder: each is an interest, a won one a sale."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from salesman_core.db import one_of, rows_of, table_of, writing
from salesman_core.deals.models import Deal
from salesman_core.deals.steps import WON
from salesman_core.i18n import texts
from salesman_core.services.company import company
from salesman_hookspecs import Evidence

_ = texts.lazy

_DEAL: Final = table_of(Deal).c
_KNOWN: Final = sa.select(
    _DEAL.id,
    _DEAL.client_id,
    _DEAL.created_at,
    _DEAL.stage_since,
    _DEAL.outcome,
    _DEAL.opened_on,
    _DEAL.closed_on,
).where(_DEAL.deleted_at.is_(None), _DEAL.client_id.is_not(None))
_OF_CLIENTS: Final = _KNOWN.where(one_of(_DEAL.client_id, "ids"))
_OF_DEALS: Final = _KNOWN.where(one_of(_DEAL.id, "ids"))


def of_clients(client_ids: Sequence[int]) -> Iterable[Evidence]:
    """Give the evidence of the deals of some clients, as it stands in the open transaction."""
    return _told(_OF_CLIENTS, client_ids)


def of_deals(deal_ids: Sequence[int]) -> list[Evidence]:
    """Give the evidence of some deals, as it stands in the open transaction."""
    return _told(_OF_DEALS, deal_ids)


def _told(statement: sa.Select[Any], ids: Sequence[int]) -> list[Evidence]:
    with writing() as session:
        rows = rows_of(session, statement, {"ids": ids})
    zone = company().tz
    return [evidence for row in rows for evidence in _of_deal(row, zone)]


def _of_deal(row: Any, zone: ZoneInfo) -> Iterator[Evidence]:
    sale, record = f"deal:{row.id}", ("deal", row.id)
    yield Evidence(
        client_id=row.client_id,
        weight="interest",
        sale=sale,
        at=_within(row.opened_on, row.created_at, zone),
        text=_("a deal was opened"),
        record=record,
    )
    if row.outcome == WON:
        yield Evidence(
            client_id=row.client_id,
            weight="sale",
            sale=sale,
            at=_within(row.closed_on, row.stage_since, zone),
            text=_("a deal was won on %(day)s", day=row.closed_on),
            record=record,
        )


def _within(day: date, noted: datetime, zone: ZoneInfo) -> datetime:
    """Give when something came about: when it was noted, or the end of its day if that is past.

    What a file tells of last year happened last year, whenever the file came in.
    """
    end = datetime.combine(day + timedelta(days=1), time.min, zone)
    return min(noted, end)
