"""What was asked of a list, in words: a chip for each filter."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any, Final

from salesman_core.access.models import User
from salesman_core.i18n import texts
from salesman_core.records.list_fields import ListField, ListFilter, ListSpec, name_of
from salesman_core.records.list_query import Filter, ListQuery
from salesman_core.records.list_values import FieldKind, written
from salesman_core.services.company import company
from salesman_core.web.formats import day, moment, number
from salesman_hookspecs import Text

_ = texts.lazy


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter in words, as "Amount · at least · 1 000".

    :param parameter: its name in addresses, for :meth:`ListQuery.without`.
    """

    parameter: str
    name: str
    title: str
    words: str
    value: str


_name_of_user: Final = name_of(User)

_WORDS: Final[dict[str, Text]] = {
    "eq": _("is"),
    "ne": _("is not"),
    "gte": _("at least"),
    "gt": _("more than"),
    "lte": _("at most"),
    "lt": _("less than"),
    "in": _("is one of"),
    "contains": _("contains"),
}
_WORDS_OF_TIME: Final[dict[str, Text]] = {
    "gte": _("from"),
    "gt": _("after"),
    "lte": _("until"),
    "lt": _("before"),
}


def describe(query: ListQuery, spec: ListSpec) -> list[Chip]:
    """Give the filters of a query in words, and the search first."""
    chips = [Chip("q", "q", str(_("Search")), str(_WORDS["contains"]), query.q)] if query.q else []
    return chips + [_chip(one, field) for one in query.filters if (field := spec.find(one.name))]


def _chip(filter_: Filter, field: ListField | ListFilter) -> Chip:
    value = "" if filter_.operator == "isnull" else _value(filter_, field)
    words = _words(filter_, field.kind)
    return Chip(filter_.parameter, filter_.name, str(field.title), str(words), value)


def _words(filter_: Filter, kind: FieldKind) -> Text:
    if filter_.operator == "isnull":
        return _("is empty") if filter_.value else _("is not empty")
    if kind in {FieldKind.DATE, FieldKind.MOMENT} and filter_.operator in _WORDS_OF_TIME:
        return _WORDS_OF_TIME[filter_.operator]
    return _WORDS[filter_.operator]


def _value(filter_: Filter, field: ListField | ListFilter) -> str:
    values = filter_.value if filter_.operator == "in" else (filter_.value,)
    return ", ".join(_shown(values, field))


def _shown(values: Iterable[Any], field: ListField | ListFilter) -> Iterable[str]:
    for value in values:
        if field.show is not None:
            yield field.show(value)
        elif field.kind is FieldKind.USER:
            yield _name_of_user(value)
        elif field.choices is not None:
            yield str(field.choices[value])
        elif field.kind is FieldKind.FLAG:
            yield str(_("yes") if value else _("no"))
        elif field.kind is FieldKind.DATE:
            yield day(value)
        elif field.kind is FieldKind.MOMENT:
            yield _moment(value)
        elif field.kind in {FieldKind.MONEY, FieldKind.NUMBER}:
            yield number(value)
        else:
            yield written(value)


def _moment(value: datetime) -> str:
    """Give a moment; the day alone where that is its beginning or its end."""
    at = value.astimezone(company().tz).time()
    return day(value) if at in {time.min, time.max} else moment(value)
