"""Acts on many records in the JSON API: ``POST …/bulk`` of each collection."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlencode

from flask import Response

from salesman_core.db import reading
from salesman_core.errors import InvalidError
from salesman_core.i18n import texts
from salesman_core.records.bulk import queries
from salesman_core.records.bulk.choosing import (
    Chosen,
    asked_again,
    chosen_by_ids,
    number_of,
)
from salesman_core.records.bulk.service import begin_run
from salesman_core.records.lists import ListSpec
from salesman_core.rest import JsonObject, ListOf, Reference, Schema, Text, json_response
from salesman_core.rest.batch import MOST_ITEMS
from salesman_core.rest.operations import arguments, document

_ = texts.lazy


class BulkSchema(Schema):
    """An act on many records: those of ``ids``, or all that ``filter`` finds."""

    action = Text(100, blank=False, required=True)
    ids = ListOf(Reference(), most=MOST_ITEMS, load_default=None)
    filter = JsonObject(load_default=None)
    values = JsonObject(load_default=dict)


def bulk(spec: ListSpec) -> Callable[[Callable[[], None]], Callable[[], Response]]:
    """Make the operation ``POST …/bulk`` of a collection, which answers with a result per record.

    ``{"action": "core.assign", "ids": [1, 2], "values": {"owner_id": 3}}``: at most 200 records,
    each through the service of a single change, each with a result of its own. Instead of ``ids``,
    ``filter`` holds what the list of the collection could be asked for.
    """

    def decorate(named: Callable[[], None]) -> Callable[[], Response]:
        @arguments(BulkSchema)
        def act(values: dict[str, Any]) -> Response:
            chosen = _chosen(spec, values)
            run_id = begin_run(
                spec.kind, values["action"], values["values"], chosen, at_once=MOST_ITEMS
            )
            return json_response({"run_id": run_id, "results": _results(run_id)})

        act.__name__, act.__doc__, act.__module__ = named.__name__, named.__doc__, named.__module__
        document(act, {"responses": {"200": _RESPONSE}}, problems=(404,))
        return act

    return decorate


def _chosen(spec: ListSpec, values: Mapping[str, Any]) -> Chosen:
    ids, asked = values["ids"], values["filter"]
    if (ids is None) == (asked is None) or ids == []:
        message = _("Send either “ids” or a “filter”.")
        raise InvalidError(message, {"ids": message})
    if ids is not None:
        return chosen_by_ids(ids)
    chosen = Chosen(query=asked_again(spec, urlencode(_plain(asked))))
    number = number_of(reading(), spec.kind, chosen)
    if number > MOST_ITEMS:
        message = _(
            "The filter finds %(number)s records; at most %(most)s can be taken at once.",
            number=number,
            most=MOST_ITEMS,
        )
        raise InvalidError(message, {"filter": message})
    return chosen


def _plain(asked: Mapping[str, Any]) -> dict[str, str]:
    """Give a filter as addresses hold it.

    :raises InvalidError: for what is neither a text nor a number nor true or false.
    """
    plain: dict[str, str] = {}
    for name, value in asked.items():
        if isinstance(value, bool):
            plain[name] = "true" if value else "false"
        elif isinstance(value, str | int):
            plain[name] = str(value)
        else:
            message = _("Give a text, a number, true or false.")
            raise InvalidError(message, {"filter": message})
    return plain


def _results(run_id: int) -> list[dict[str, Any]]:
    rows = queries.rows_of_run(reading(), run_id, queries.TOLD)
    return [_result(row) for row in rows]


def _result(row: Any) -> dict[str, Any]:
    if row.state != "refused":
        return {"id": row.record_id, "status": 200, "outcome": row.state}
    problem = {
        "type": "about:blank",
        "title": HTTPStatus(row.status).phrase,
        "status": row.status,
        "detail": row.reason,
    }
    return {"id": row.record_id, "status": row.status, "outcome": row.state, "problem": problem}


_RESULT: Final = {
    "type": "object",
    "required": ["id", "status", "outcome"],
    "additionalProperties": False,
    "properties": {
        "id": {"type": "integer"},
        "status": {"type": "integer"},
        "outcome": {"type": "string", "enum": ["done", "unchanged", "refused"]},
        "problem": {"$ref": "#/components/schemas/core.Problem"},
    },
}
_RESPONSE: Final = {
    "description": "A result per record",
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "required": ["run_id", "results"],
                "additionalProperties": False,
                "properties": {
                    "run_id": {"type": "integer"},
                    "results": {"type": "array", "items": _RESULT},
                },
            }
        }
    },
}
