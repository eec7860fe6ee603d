"""Migrations of a database that holds deals with lines."""

from __future__ import annotations

from decimal import Decimal

import sqlalchemy as sa
from salesman_catalogue.lines import queries
from salesman_catalogue.lines.service import replace_lines
from salesman_catalogue.models import DealSheet

from salesman_core.db import db
from salesman_core.plugins.discovery import installed_plugins
from salesman_core.plugins.migrations import downgrade, drift, owners, upgrade
from salesman_core.testing.people import Make
from salesman_core.toolkit import reading


def test_lines_from_before_are_in_the_currency_of_their_deal(make: Make) -> None:
    deals = [make.deal(currency=currency) for currency in ("RUB", "USD")]
    for deal in deals:
        replace_lines(deal, [{"name": "Rack", "quantity": Decimal(1), "price": Decimal("250.55")}])
    (owner,) = (one for one in owners(installed_plugins(), {}) if one.id == "catalogue")
    db.session.remove()

    for _time in range(2):
        downgrade(db.engine, owner, "catalogue_0002")
        upgrade(db.engine, owner)

    sheets = sa.select(DealSheet.currency).order_by(DealSheet.deal_id)
    assert reading().scalars(sheets).all() == ["RUB", "USD"]
    lines = [queries.lines_of(reading(), deal) for deal in deals]
    assert [[one.amount for one in some] for some in lines] == [[Decimal("250.55")]] * 2
    assert drift(db.engine, owner) == []
