"""What was asked of a list, in words: a chip for each filter."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any, Final

from salesman_core.access.models import User
from salesman_core.i18n import texts
from salesman_core.records.list_fields import ListField, ListFilter, ListSpec, name_of
from salesman_core.records.list_query import Filter, ListQuery
from salesman_core.records.list_values import ME, MY_TEAM, FieldKind, written
from salesman_core.records.relative import Period, words_of
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
    groups: dict[str, list[Chip]] = {}
    for one in query.filters:
        if field := spec.find(one.name):
            groups.setdefault(one.group, []).append(_chip(one, field))
    chips += groups.pop("", [])
    return chips + [_any_of(name, of_group) for name, of_group in groups.items()]


def _any_of(group: str, chips: Sequence[Chip]) -> Chip:
    """Give one chip for a group: "Amount at least 1 000 or Owner is Anna"."""
    told = [f"{one.title} {one.words} {one.value}".strip() for one in chips]
    return Chip(group, group, str(_("Any of")), "", f" {_('or')} ".join(told))


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
    if field.kind is FieldKind.USER and MY_TEAM in filter_.text.split(","):
        return ", ".join(_people(filter_.text.split(","), field))
    values = filter_.value if filter_.operator == "in" else (filter_.value,)
    if any(isinstance(value, Period) for value in values):
        return ", ".join(map(words_of, filter_.text.split(",")))
    return ", ".join(_shown(values, field))


def _people(texts_: Iterable[str], field: ListField | ListFilter) -> Iterable[str]:
    """Give the people of a filter as it stands in the address, one's team not one by one."""
    for one in texts_:
        if one == MY_TEAM:
            yield str(_("my team"))
        elif one == ME:
            yield str(_("myself"))
        else:
            yield from _shown((int(one),), field)


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
