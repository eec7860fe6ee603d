"""How the search box finds deals: by a part of the name, or by number."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from flask import url_for

from salesman_core.clients.models import Client
from salesman_core.db import AnyRow
from salesman_core.deals.custom import DEAL
from salesman_core.deals.lists import OUTCOMES
from salesman_core.deals.models import Deal, Stage
from salesman_core.i18n import texts
from salesman_core.records.custom.list_fields import words_finder
from salesman_core.records.finding import Findable, search_source
from salesman_core.web.formats import money, percent
from salesman_hookspecs import SearchHit

_ = texts.lazy


def _deal(row: AnyRow, score: float) -> SearchHit:
    stands = percent(row.percent) if row.outcome is None else str(OUTCOMES[row.outcome])
    parts = (row.client_name, stands, money(row.amount, row.currency, whole=True))
    return SearchHit(
        title=row.name,
        url=url_for("deals.card", record_id=row.id),
        detail=" · ".join(part for part in parts if part),
        score=score,
    )


DEALS: Final = Findable(
    kind="deal",
    id=Deal.id,
    name=Deal.search_name,
    read=sa.select(Deal.id, Deal.name, Deal.amount, Deal.currency, Deal.outcome)
    .add_columns(Client.name.label("client_name"), Stage.percent)
    .join(Stage, Stage.id == Deal.stage_id)
    .outerjoin(Client, Client.id == Deal.client_id),
    hit=_deal,
    words=words_finder(DEAL),
    numbered=True,
    behind=Deal.outcome.is_not(None),
)

SOURCES: Final = (search_source("deals", _("Deals"), "businessplan", "core.deal.view", DEALS),)
