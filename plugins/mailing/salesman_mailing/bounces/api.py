"""The JSON API of addresses that were struck off: ``/api/v1/mailing/struck-off``."""

from __future__ import annotations

from typing import Any

from marshmallow import fields

from salesman_core.toolkit import (
    Integer,
    ListOf,
    Moment,
    Schema,
    Text,
    arguments,
    contact_data,
    reading,
    requires,
    response,
)
from salesman_mailing.api import api
from salesman_mailing.bounces import queries, service
from salesman_mailing.campaigns.permissions import MEND


class StruckOffArgumentsSchema(Schema):
    """Which addresses are asked for; ``after`` is the ``next`` of the page before."""

    after = Text(254, load_default="")
    limit = Integer(1, 200, load_default=50)


class StruckOffSchema(Schema):
    """An address to which nothing is sent any more, with the words of the last report."""

    address = Text(254)
    words = Text(500)
    at = Moment()


class AllStruckOffSchema(Schema):
    """Some addresses; ``next`` is what the next page is asked for with."""

    items = ListOf(fields.Nested(StruckOffSchema), most=200)
    next = Text(254, allow_none=True)


class MendSchema(Schema):
    """Which address works again."""

    address = Text(254, required=True, blank=False)


@api.get("/struck-off")
@requires(MEND)
@arguments(StruckOffArgumentsSchema, location="query")
@response(AllStruckOffSchema)
def list_struck_off(values: dict[str, Any]) -> dict[str, Any]:
    """List the addresses to which nothing is sent any more, in their order."""
    contact_data.demand_contact_data({"emails": None})
    limit = values["limit"]
    rows = queries.struck_off_after(reading(), values["after"], limit + 1)
    return {"items": rows[:limit], "next": rows[limit - 1].address if len(rows) > limit else None}


@api.post("/struck-off/mend")
@requires(MEND)
@arguments(MendSchema)
@response(None, 204)
def mend_struck_off(values: dict[str, Any]) -> None:
    """Say that an address works again."""
    service.mend_address(values["address"])
