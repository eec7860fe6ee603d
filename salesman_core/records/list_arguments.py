"""Lists in the JSON API: their parameters read and documented by one decorator."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Concatenate, Final, ParamSpec, TypeVar

from flask import request

from salesman_core.i18n import speaking
from salesman_core.records.list_fields import ListField, ListFilter, ListSpec
from salesman_core.records.list_groups import PREFIX
from salesman_core.records.list_query import (
    DEFAULT_LIMIT,
    MOST_ROWS,
    MOST_SEARCH,
    MOST_SORTS,
    MOST_VALUES,
    ListQuery,
    parse_list_query,
)
from salesman_core.records.list_values import schema_of, text_schema
from salesman_core.rest.operations import FURTHER, document

P = ParamSpec("P")
R = TypeVar("R")

_COMMAS: Final = {"style": "form", "explode": False}
_GROUPS: Final = (
    "Filters in groups, each a parameter of its own: of the conditions of `any1.`, one that holds"
    " is enough, and so of each group up to `any9.`; of the groups `case1.` to `case9.`, one of"
    " which all conditions hold is enough. Both ends of a span of a field are one condition."
)


def list_arguments(
    spec: ListSpec,
) -> Callable[[Callable[Concatenate[ListQuery, P], R]], Callable[P, R]]:
    """Read what is asked of a list; the operation gets it as its first argument."""

    def decorate(view: Callable[Concatenate[ListQuery, P], R]) -> Callable[P, R]:
        @functools.wraps(view)
        def asked(*args: P.args, **kwargs: P.kwargs) -> R:
            query = parse_list_query(request.args.to_dict(flat=False), spec)
            return view(query, *args, **kwargs)

        described = {"parameters": list(parameters_of(spec)), FURTHER: further_parameters}
        document(asked, described, problems=(403, 422))
        return asked

    def further_parameters() -> list[dict[str, Any]]:
        further = spec.further()
        fields = (*(further.fields if further else ()), *spec.added())
        if not fields:
            return []
        with speaking("en"):  # as the rest of the document
            return [
                _sort_parameter(spec, fields),
                *_filter_parameters(fields),
                _groups_parameter((*spec.fields, *spec.filters, *fields)),
            ]

    return decorate


def parameters_of(spec: ListSpec) -> Iterator[dict[str, Any]]:
    """Give the parameters of a list for its OpenAPI entry."""
    limit = {"type": "integer", "minimum": 1, "maximum": MOST_ROWS, "default": DEFAULT_LIMIT}
    yield _parameter("limit", limit, "At most so many items.")
    yield _parameter("cursor", {"type": "string"}, "The `next` of the page before.")
    yield _sort_parameter(spec)
    if spec.search is not None:
        yield _parameter("q", text_schema(MOST_SEARCH), "Words to search for.")
    every: tuple[ListField | ListFilter, ...] = (*spec.fields, *spec.filters)
    yield from _filter_parameters(every)
    yield _groups_parameter(every)


def _filter_parameters(fields: Iterable[ListField | ListFilter]) -> Iterator[dict[str, Any]]:
    for field in fields:
        for operator in field.operators:
            name = f"{field.name}{_ending(operator)}"
            parameter = _parameter(name, _schema_of(field, operator), str(field.title))
            yield parameter | (_COMMAS if operator == "in" else {})


def _groups_parameter(fields: Iterable[ListField | ListFilter]) -> dict[str, Any]:
    """Give all filters in groups as one object, whose members are parameters of the address."""
    members = {name: schema for field in fields for name, schema in _members(field)}
    schema = {"type": "object", "patternProperties": members, "additionalProperties": False}
    return _parameter("groups", schema, _GROUPS) | {"style": "form", "explode": True}


def _members(field: ListField | ListFilter) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give patterns of the names of a field's filters in groups, by what they take."""
    by_value: dict[str, list[str]] = {}
    for operator in field.operators:
        sort = operator if operator in {"in", "isnull"} else "eq"
        by_value.setdefault(sort, []).append(_ending(operator))
    for sort, endings in by_value.items():
        name = rf"^{PREFIX}{re.escape(field.name)}(?:{'|'.join(endings)})$"
        yield name, _schema_of(field, sort)


def _ending(operator: str) -> str:
    return "" if operator == "eq" else f"__{operator}"


def _sort_parameter(
    spec: ListSpec, further: Iterable[ListField | ListFilter] = ()
) -> dict[str, Any]:
    fields = [*spec.fields, *(one for one in further if isinstance(one, ListField))]
    names = [field.name for field in fields if field.sortable]
    every = [*names, "id"] if "id" not in names else names
    known = [f"{sign}{name}" for name in every for sign in ("", "-")]
    words = {"type": "string", "enum": known}
    order = {"type": "array", "items": words, "minItems": 1, "maxItems": MOST_SORTS}
    return _parameter("sort", order, "The order; a minus sign turns it around.") | _COMMAS


def _schema_of(field: ListField | ListFilter, operator: str) -> dict[str, Any]:
    one = schema_of(field.kind, field.type)
    if field.choices is not None:
        one = {"type": "string", "enum": list(field.choices)}
    if operator == "isnull":
        return {"type": "boolean"}
    if operator == "in":
        return {"type": "array", "items": one, "minItems": 1, "maxItems": MOST_VALUES}
    return one


def _parameter(name: str, schema: dict[str, Any], description: str) -> dict[str, Any]:
    return {"in": "query", "name": name, "schema": schema, "description": description}
