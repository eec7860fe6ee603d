"""The JSON API of the table of currency rates."""

from __future__ import annotations

from typing import Any, Final

from flask import Response

from salesman_core.access.routes import requires
from salesman_core.deals import rate_list, rate_table
from salesman_core.deals.permissions import RATES
from salesman_core.deals.rate_table import DatedRate, for_one, judged_rate
from salesman_core.i18n import CORE
from salesman_core.records.list_arguments import list_arguments
from salesman_core.records.lists import ListQuery
from salesman_core.rest import (
    ApiBlueprint,
    Date,
    Integer,
    Reference,
    ScaledNumber,
    Schema,
    Text,
    arguments,
    batch,
    etag_of,
    json_response,
    page_answer,
    page_response,
    response,
    versioned,
)

MOST_UNITS: Final = 1_000_000

rates_api = ApiBlueprint(CORE, __name__, collection="rates", title="Currency rates")


class RateSchema(Schema):
    """What one unit of a currency was worth on a day; `per` 100 where that many were worth it."""

    id = Reference(dump_only=True)
    currency = Text(3, required=True)
    day = Date(required=True)
    rate = ScaledNumber(8, required=True)
    per = Integer(minimum=1, maximum=MOST_UNITS, load_default=1, load_only=True)
    company_currency = Text(3, dump_only=True)


class CorrectRateSchema(Schema):
    """What the currency was worth after all."""

    rate = ScaledNumber(8, required=True)


@rates_api.get("")
@requires(RATES)
@list_arguments(rate_list.RATES)
@page_response(RateSchema)
def list_rates(query: ListQuery) -> Response:
    """List the rates to the company's currency, the latest first."""
    return page_answer(*rate_list.page_of_rates(query))


@rates_api.post("")
@requires(RATES)
@arguments(RateSchema)
@response(RateSchema, 201)
def add_rate(values: dict[str, Any]) -> Response:
    """Enter the rate of a day that has none."""
    return _response(rate_table.add_rate(_rate_of(values)), 201)


@rates_api.post("/batch")
@requires(RATES)
@batch(RateSchema)
def add_rates(values: dict[str, Any]) -> dict[str, Any]:
    """Enter the rates of many days, with a result for each."""
    return _item(rate_table.add_rate(_rate_of(values)))


@rates_api.get("/<int:rate_id>")
@requires(RATES)
@response(RateSchema)
def read_rate(rate_id: int) -> Response:
    """Read a rate."""
    return _response(rate_id)


@rates_api.patch("/<int:rate_id>")
@requires(RATES)
@versioned(rate_table.KIND, argument="rate_id")
@arguments(CorrectRateSchema)
@response(RateSchema)
def correct_rate(values: dict[str, Any], rate_id: int, version: int | None) -> Response:
    """Correct a rate; deals that took it keep what they took."""
    rate_table.correct_rate(rate_id, values["rate"], version)
    return _response(rate_id)


@rates_api.delete("/<int:rate_id>")
@requires(RATES)
@versioned(rate_table.KIND, argument="rate_id")
@response(None, 204)
def delete_rate(rate_id: int, version: int | None) -> None:
    """Take a rate out of the table; deals that took it keep it."""
    rate_table.delete_rate(rate_id, version)


def _rate_of(values: dict[str, Any]) -> DatedRate:
    rate = for_one(values["rate"], values["per"])
    return judged_rate(values["currency"], values["day"], rate)


def _response(rate_id: int, status: int = 200) -> Response:
    item = _item(rate_id)
    etag = etag_of(rate_table.KIND, rate_id, rate_table.version_of(item["rate"]))
    return json_response(item, status, etag=etag)


def _item(rate_id: int) -> dict[str, Any]:
    return dict(zip(rate_list.NAMES, rate_list.one_rate(rate_id), strict=True))
