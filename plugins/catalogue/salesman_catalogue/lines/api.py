"""The JSON API of the lines of deals: ``/api/v1/catalogue/deals/<deal_id>/lines``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Response

from salesman_catalogue.api import api
from salesman_catalogue.lines import queries, service
from salesman_catalogue.lines.schemas import LinesSchema
from salesman_catalogue.permissions import EDIT_DEAL, SEE_DEAL
from salesman_catalogue.queries import sees_costs
from salesman_catalogue.sums import rounded
from salesman_catalogue.texts import texts
from salesman_core.toolkit import (
    AnyRow,
    InvalidError,
    arguments,
    etag_of,
    json_response,
    reading,
    requires,
    response,
    versioned,
)

_ = texts.lazy


def _item(line: AnyRow, *, shows_cost: bool) -> dict[str, Any]:
    full = rounded(line.price * line.quantity)
    left = line.net if line.vat_on_top else line.amount
    hidden = {} if shows_cost else {"cost": None, "cost_amount": None}
    return {**dict(line._mapping), "discount": full - left, **hidden}  # noqa: SLF001  # its API


def _answer(deal_id: int) -> Response:
    session = reading()
    deal = queries.one_deal(session, deal_id)
    lines: Sequence[AnyRow] = queries.lines_of(session, deal_id)
    total, shows = queries.sums_of_rows(lines), sees_costs()
    cost = total.cost if shows else None
    body = {
        "lines": [_item(one, shows_cost=shows) for one in lines],
        "currency": deal.currency,
        "net": total.net,
        "vat": total.vat,
        "amount": total.amount,
        "cost": cost,
        "margin": service.amount_of(total) - total.cost if shows else None,
        "version": deal.version,
    }
    return json_response(body, etag=etag_of(service.KIND, deal_id, deal.version))


@api.get("/deals/<int:deal_id>/lines")
@requires(SEE_DEAL)
@response(LinesSchema)
def read_lines(deal_id: int) -> Response:
    """Read the lines of a deal."""
    return _answer(deal_id)


@api.put("/deals/<int:deal_id>/lines")
@requires(EDIT_DEAL)
@versioned(service.KIND, argument="deal_id")
@arguments(LinesSchema)
@response(LinesSchema)
def replace_lines(values: dict[str, Any], deal_id: int, version: int | None) -> Response:
    """Let a deal have exactly these lines; its amount, cost and margin follow."""
    deal = queries.one_deal(reading(), deal_id)
    if values.get("currency", deal.currency) != deal.currency:
        message = _("The deal is in %(code)s, and so are its lines.", code=deal.currency)
        raise InvalidError(message, {"currency": message})
    service.replace_lines(deal_id, values["lines"], version)
    return _answer(deal_id)
