"""How the search box finds deals: by a part of the name, or by number."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from flask import url_for

from salesman_core.access.records import visible
from salesman_core.clients.models import Client
from salesman_core.db import AnyRow, normalised, reading
from salesman_core.deals.lists import search_deals
from salesman_core.deals.models import Deal, Stage
from salesman_core.web.formats import money, percent
from salesman_hookspecs import Person, SearchHit

_LONGEST_ID = 18


def find_deals(typed: str, person: Person, limit: int) -> Sequence[SearchHit]:
    """Give the deals that fit what was typed, open ones first."""
    found = search_deals(typed)
    number = typed.strip().removeprefix("#")
    if number.isascii() and number.isdecimal() and len(number) <= _LONGEST_ID:
        found = sa.or_(found, Deal.id == int(number))
    rows = reading().execute(
        sa.select(Deal.id, Deal.name, Deal.search_name, Deal.amount, Deal.currency, Deal.outcome)
        .add_columns(Client.name.label("client_name"), Stage.percent)
        .join(Stage, Stage.id == Deal.stage_id)
        .outerjoin(Client, Client.id == Deal.client_id)
        .where(visible("deal", person=person), found)
        .order_by(Deal.outcome.is_not(None), Deal.updated_at.desc(), Deal.id.desc())
        .limit(limit)
    )
    return [_hit(row, normalised(typed), number) for row in rows]


def _hit(row: AnyRow, words: str, number: str) -> SearchHit:
    parts = (row.client_name, percent(row.percent), money(row.amount, row.currency, whole=True))
    return SearchHit(
        title=row.name,
        url=url_for("deals.card", record_id=row.id),
        detail=" · ".join(part for part in parts if part),
        score=_score(row, words, number),
    )


def _score(row: AnyRow, words: str, number: str) -> float:
    """Judge a hit: the very record, its beginning, a part; what is closed counts less."""
    if str(row.id) == number or row.search_name == words:
        return 1.0
    score = 0.8 if row.search_name.startswith(words) else 0.6
    return score if row.outcome is None else score - 0.1
