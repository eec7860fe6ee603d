"""What was asked of a list, in words: a chip for each filter."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time
from itertools import chain
from typing import Any, Final

from salesman_core.access.models import User
from salesman_core.i18n import texts
from salesman_core.records.list_fields import ListField, ListFilter, ListSpec, name_of
from salesman_core.records.list_groups import by_group, is_case
from salesman_core.records.list_query import Filter, ListQuery
from salesman_core.records.list_values import ME, MY_TEAM, FieldKind, written
from salesman_core.records.relative import Period, words_of
from salesman_core.services.company import company
from salesman_core.web.formats import day, moment, number
from salesman_hookspecs import Text

_ = texts.lazy


@dataclass(frozen=True, slots=True)
class Chip:
    """A condition in words, as "Amount · at least · 1 000".

    :param parameters: its names in addresses, for :meth:`ListQuery.without`.
    :param joint: of one in a group, what is said before it: "any of", "or", "either", "and".
    :param goes_on: whether it goes on with what the chip before it began.
    """

    parameters: tuple[str, ...]
    name: str
    title: str
    words: str
    value: str
    joint: str = ""
    goes_on: bool = False

    @property
    def told(self) -> str:
        """The condition as one reads it aloud."""
        return " ".join(filter(None, (self.joint, self.title, self.words, self.value)))


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
    """Give the conditions of a query in words: the search first, and the groups last."""
    search = Chip(("q",), "q", str(_("Search")), str(_WORDS["contains"]), query.q)
    groups = {
        group: [chip for one in of_group for chip in _chips(one, spec, group)]
        for group, of_group in by_group(query.filters).items()
    }
    plain = [search, *groups.pop("")] if query.q else groups.pop("")
    cases = [chips for group, chips in groups.items() if is_case(group)]
    found = [
        _joined(chips, _("any of"), _("or"))
        for group, chips in groups.items()
        if not is_case(group)
    ]
    found += [_joined(chips, _("either"), _("and")) for chips in cases[:1]]
    found += [_joined(chips, _("or"), _("and"), goes_on=True) for chips in cases[1:]]
    return [*plain, *chain.from_iterable(found)]


def in_words(query: ListQuery, spec: ListSpec) -> str:
    """Give all that a query asks for as one reads it aloud."""
    told = (f"{' ' if one.goes_on else '; '}{one.told}" for one in describe(query, spec))
    return "".join(told).removeprefix("; ")


def _joined(
    chips: Sequence[Chip], first: Text, others: Text, *, goes_on: bool = False
) -> list[Chip]:
    return [
        replace(chip, joint=str(others if place else first), goes_on=goes_on or place > 0)
        for place, chip in enumerate(chips)
    ]


def _chips(filters: Sequence[Filter], spec: ListSpec, group: str) -> Iterable[Chip]:
    """Give a condition as one chip where it stands in a group, else each end of a span as one."""
    field = spec.find(filters[0].name)
    if field is None:
        return
    chips = [_chip(one, field) for one in filters]
    if not group:
        yield from chips
        return
    parameters = tuple(one.parameter for one in filters)
    words = ", ".join(f"{one.words} {one.value}".strip() for one in chips)
    yield (
        chips[0] if len(chips) == 1 else Chip(parameters, chips[0].name, chips[0].title, words, "")
    )


def _chip(filter_: Filter, field: ListField | ListFilter) -> Chip:
    value = "" if filter_.operator == "isnull" else _value(filter_, field)
    words = str(_words(filter_, field.kind))
    return Chip((filter_.parameter,), filter_.name, str(field.title), words, value)


def _words(filter_: Filter, kind: FieldKind) -> Text:
    if filter_.operator == "isnull":
        return _("is empty") if filter_.value else _("is not empty")
    if kind in {FieldKind.DATE, FieldKind.MOMENT} and filter_.operator in _WORDS_OF_TIME:
        return _WORDS_OF_TIME[filter_.operator]
    if filter_.operator == "ne" and isinstance(filter_.value, tuple):
        return _("is none of")
    return _WORDS[filter_.operator]


def _value(filter_: Filter, field: ListField | ListFilter) -> str:
    if field.kind is FieldKind.USER and MY_TEAM in filter_.text.split(","):
        return ", ".join(_people(filter_.text.split(","), field))
    values = filter_.value if isinstance(filter_.value, tuple) else (filter_.value,)
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
