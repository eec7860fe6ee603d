"""Many at once: each item in a savepoint of its own, with a result of its own."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any, Final

import marshmallow as ma
from flask import Response

from salesman_core.db import WritingSession, savepoint, writing
from salesman_core.errors import InvalidError, SalesmanError
from salesman_core.i18n import texts
from salesman_core.rest.answers import json_response
from salesman_core.rest.errors import problem_of
from salesman_core.rest.operations import body_of, document, instance, json_body
from salesman_core.rest.schemas import judge

_ = texts.lazy

MOST_ITEMS: Final = 200
_SERVER_FAULT: Final = 500

One = Callable[[dict[str, Any]], Any]
Many = Callable[[Sequence[dict[str, Any]]], Sequence[Any]]


def batch(
    schema: type[ma.Schema] | ma.Schema, *, status: int = 201
) -> Callable[[One], Callable[[], Response]]:
    """Turn a function that makes one record into the operation ``POST …/batch``.

    The function gets what *schema* made of one item and gives what its answer shows. What it
    refuses leaves no trace and does not hinder the others: ``{"results": [{"status": 201, "item":
    …}, {"status": 422, "problem": …}]}``, in the order of the items.
    """
    judging = instance(schema)

    def decorate(one: One) -> Callable[[], Response]:
        @functools.wraps(one)
        def many() -> Response:
            items = _items(json_body())
            with writing() as session:
                results = [_result(session, judging, one, status, item) for item in items]
            return json_response({"results": results})

        return _documented(many, judging)

    return decorate


def batch_together(
    schema: type[ma.Schema] | ma.Schema, *, status: int = 201
) -> Callable[[Many], Callable[[], Response]]:
    """Turn a function that makes many records at once into the operation ``POST …/batch``.

    As :func:`batch`, where hundreds a second come in. The function gets what *schema* made of the
    items that fit. For each it gives what its answer shows, or the exception that refuses it: such
    an item has left no trace.
    """
    judging = instance(schema)

    def decorate(together: Many) -> Callable[[], Response]:
        @functools.wraps(together)
        def many() -> Response:
            items = _items(json_body())
            with writing():
                results = _results(judging, together, status, items)
            return json_response({"results": results})

        return _documented(many, judging)

    return decorate


def _documented(many: Callable[[], Response], judging: ma.Schema) -> Callable[[], Response]:
    document(many, body_of(_request_schema(judging)), problems=(400, 413, 415, 422))
    document(many, {"responses": {"200": _RESPONSE}})
    return many


def _items(body: Any) -> Sequence[Any]:
    items = body.get("items") if isinstance(body, dict) and set(body) == {"items"} else None
    if not isinstance(items, list) or not 1 <= len(items) <= MOST_ITEMS:
        message = _("Send {“items”: […]} with 1 to %(most)s items.", most=MOST_ITEMS)
        raise InvalidError(message, {"items": message})
    return items


def _result(
    session: WritingSession, schema: ma.Schema, one: One, status: int, item: Any
) -> dict[str, Any]:
    try:
        with savepoint(session):
            return {"status": status, "item": one(judge(schema, item))}
    except SalesmanError as error:
        return _refusal(error)


def _results(
    schema: ma.Schema, together: Many, status: int, items: Sequence[Any]
) -> list[dict[str, Any]]:
    judged = [_judged(schema, item) for item in items]
    made = iter(together([one for one in judged if not isinstance(one, SalesmanError)]))
    done = (one if isinstance(one, SalesmanError) else next(made) for one in judged)
    return [
        _refusal(one) if isinstance(one, SalesmanError) else {"status": status, "item": one}
        for one in done
    ]


def _judged(schema: ma.Schema, item: Any) -> dict[str, Any] | SalesmanError:
    try:
        return judge(schema, item)
    except SalesmanError as error:
        return error


def _refusal(error: SalesmanError) -> dict[str, Any]:
    if error.status >= _SERVER_FAULT:
        raise error
    problem = problem_of(error)
    return {"status": problem["status"], "problem": problem}


def _request_schema(schema: ma.Schema) -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["items"],
        "additionalProperties": False,
        "properties": {
            "items": {
                "type": "array",
                "minItems": 1,
                "maxItems": MOST_ITEMS,
                "items": {"anyOf": [schema, {}]},
                "description": "Each is judged on its own: one that does not fit does not hinder"
                " the others.",
            }
        },
    }


_RESPONSE: Final = {
    "description": "A result per item, in their order",
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "required": ["results"],
                "additionalProperties": False,
                "properties": {
                    "results": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["status"],
                            "additionalProperties": False,
                            "properties": {
                                "status": {"type": "integer"},
                                "item": {"description": "As the operation for one gives it"},
                                "problem": {"$ref": "#/components/schemas/core.Problem"},
                            },
                        },
                    }
                },
            }
        }
    },
}
