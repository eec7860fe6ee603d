"""What was asked of a list: read from an address, and written back into addresses."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import sqlalchemy as sa

from salesman_core.access.models import User
from salesman_core.access.person import current_person
from salesman_core.access.records import demand_permission
from salesman_core.db import reading
from salesman_core.errors import InvalidError
from salesman_core.i18n import texts
from salesman_core.records.list_fields import ListField, ListFilter, ListSpec
from salesman_core.records.list_groups import grouped, in_group
from salesman_core.records.list_values import ME, MY_TEAM, FieldKind, read_text, read_value
from salesman_core.records.relative import period_of
from salesman_hookspecs import Person, Text

_ = texts.lazy

DEFAULT_LIMIT: Final = 50
MOST_ROWS: Final = 200
MOST_SORTS: Final = 3
MOST_VALUES: Final = 100
MOST_SEARCH: Final = 200


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter.

    :param name: the field.
    :param operator: ``eq``, ``ne``, ``gte``, ``gt``, ``lte``, ``lt``, ``in``, ``isnull`` or
        ``contains``.
    :param value: as the column takes it; a tuple for ``in``, True or False for ``isnull``.
    :param text: as it stood in the address.
    :param group: ``any1`` … ``any9``: of the conditions of one group, one that holds is enough;
        ``case1`` … ``case9``: of these groups one is enough, of which all hold; empty where it
        has to hold in any case.
    """

    name: str
    operator: str
    value: Any
    text: str
    group: str = ""

    @property
    def parameter(self) -> str:
        """The filter's name in addresses, as ``amount__gte`` or ``any1.amount__gte``."""
        own = self.name if self.operator == "eq" else f"{self.name}__{self.operator}"
        return in_group(self.group, own)


@dataclass(frozen=True, slots=True)
class Sort:
    """A field of the order."""

    name: str
    descending: bool

    def __str__(self) -> str:
        """Give it as it stands in addresses, as ``-amount``."""
        return f"-{self.name}" if self.descending else self.name


@dataclass(frozen=True, slots=True)
class ListQuery:
    """What was asked of a list.

    :param filters: all of them hold, and of each group what it asks for.
    :param sort: the order; the id breaks ties.
    :param q: what was typed into the search box, or an empty string.
    :param limit: at most so many rows.
    :param cursor: where the page begins, as an earlier page said; None for the first one.
    """

    filters: tuple[Filter, ...] = ()
    sort: tuple[Sort, ...] = ()
    q: str = ""
    limit: int = DEFAULT_LIMIT
    cursor: str | None = None

    def args(self) -> dict[str, str]:
        """Give the query as an address holds it, without what goes without saying."""
        args = {one.parameter: one.text for one in self.filters}
        if self.sort:
            args["sort"] = ",".join(map(str, self.sort))
        if self.q:
            args["q"] = self.q
        if self.limit != DEFAULT_LIMIT:
            args["limit"] = str(self.limit)
        if self.cursor is not None:
            args["cursor"] = self.cursor
        return args

    def at(self, cursor: str | None) -> ListQuery:
        """Give the same query for another page."""
        return replace(self, cursor=cursor)

    def without(self, *parameters: str) -> ListQuery:
        """Give the same query from its first page on, without some filters or ``q``."""
        kept = tuple(one for one in self.filters if one.parameter not in parameters)
        return replace(self, filters=kept, q="" if "q" in parameters else self.q, cursor=None)

    def sorted_by(self, sort: str) -> ListQuery:
        """Give the same query in another order, from its first page on."""
        return replace(self, sort=_sorts(sort), cursor=None)


def parse_list_query(
    args: Mapping[str, str | list[str]],
    spec: ListSpec,
    *,
    person: Person | None = None,
    others: Collection[str] = (),
) -> ListQuery:
    """Read what is asked of a list.

    :param args: the parameters of the address; ``request.args.to_dict(flat=False)`` fits. A
        parameter that stands there several times means any of its values.
    :param person: who asks; whoever acts where not given.
    :param others: parameters that are somebody else's, as the columns that a page shows.
    :raises InvalidError: by parameter, for what the list does not know and for values that do not
        fit.
    :raises ForbiddenError: for a field that the person may not see.
    """
    reader = _Reader(spec, person or current_person())
    for parameter, given in args.items():
        if parameter not in others:
            reader.take(parameter, [given] if isinstance(given, str) else given)
    return reader.query()


class _Reader:
    """Gathers the parts of a query and all that is wrong with them."""

    def __init__(self, spec: ListSpec, person: Person) -> None:
        self._spec, self._person = spec, person
        self._filters: list[Filter] = []
        self._parts: dict[str, Any] = {}
        self._wrong: dict[str, Text] = {}

    def take(self, parameter: str, values: Sequence[str]) -> None:
        try:
            if parameter in _PARTS and self._spec.find(parameter) is None:
                self._parts[parameter] = self._part(parameter, _only(values))
            else:
                self._filters.append(self._filter(parameter, values))
        except InvalidError as error:
            self._wrong[parameter] = error.message
        except ValueError as error:
            self._wrong[parameter] = error.args[0]

    def query(self) -> ListQuery:
        if self._wrong:
            raise InvalidError(_("The list cannot be asked like this."), self._wrong)
        self._parts.setdefault("sort", _sorts(self._spec.default_sort))
        return ListQuery(filters=tuple(self._filters), **self._parts)

    def _part(self, name: str, text: str) -> Any:
        if name == "limit":
            return _limit(text)
        if name == "sort":
            return self._order(text)
        if name == "q":
            return self._search(text)
        return text

    def _search(self, text: str) -> str:
        if self._spec.search is None:
            raise ValueError(_("This list cannot be searched."))
        return read_text(text, MOST_SEARCH).strip()

    def _order(self, text: str) -> tuple[Sort, ...]:
        if text.count(",") >= MOST_SORTS:
            raise ValueError(_("Sort by at most %(most)s fields.", most=MOST_SORTS))
        sorts = _sorts(text)
        for one in sorts:
            field = self._spec.sortable(one.name)
            if field is None:
                raise ValueError(_("The list cannot be sorted by %(name)s.", name=one.name))
            self._demand(field)
        return sorts

    def _filter(self, parameter: str, values: Sequence[str]) -> Filter:
        group, parameter = grouped(parameter)
        name, _separator, operator = parameter.partition("__")
        field = self._spec.find(name)
        if field is None:
            raise ValueError(_("This list has no such filter (any more)."))
        operator = operator or "eq"
        if operator not in field.operators or parameter == f"{name}__eq":
            known = ", ".join(field.operators)
            raise ValueError(_("The field %(name)s knows %(known)s.", name=name, known=known))
        self._demand(field)
        if len(values) > 1 and operator in {"eq", "in"} and "in" in field.operators:
            operator, values = "in", [",".join(values)]
        text = _only(values)
        if field.kind is FieldKind.USER and MY_TEAM in text.split(","):
            return self._of_team(field, operator, text, group)
        return Filter(name, operator, self._value(field, operator, text), text, group)

    def _of_team(
        self, field: ListField | ListFilter, operator: str, text: str, group: str
    ) -> Filter:
        """Give a filter by all of one's team, who are several people, and others named with it."""
        operator = "in" if operator == "eq" else operator
        if operator not in {"in", "ne"} or operator not in field.operators:
            raise ValueError(_("The team cannot be asked for like this."))
        others = [one for one in text.split(",") if one != MY_TEAM]
        people = {self._one(field, operator, one) for one in others[:MOST_VALUES]} | self._team()
        return Filter(field.name, operator, tuple(sorted(people)), text, group)

    def _team(self) -> set[int]:
        members = sa.select(User.id).where(User.team_id.in_(self._person.team_ids))
        own = {self._person.id or 0}
        return own | set(reading().scalars(members)) if self._person.team_ids else own

    def _demand(self, field: ListField | ListFilter) -> None:
        if field.permission is not None:
            demand_permission(field.permission, self._person)

    def _value(self, field: ListField | ListFilter, operator: str, text: str) -> Any:
        if operator == "isnull":
            return read_value(FieldKind.FLAG, sa.Boolean(), text)
        if operator == "in" or (operator == "ne" and _several(field)):
            parts = text.split(",")
            if len(parts) > MOST_VALUES:
                raise ValueError(_("Give at most %(most)s values.", most=MOST_VALUES))
            found = tuple(self._one(field, operator, part) for part in parts)
            return found if operator == "in" or len(found) > 1 else found[0]
        return self._one(field, operator, text)

    def _one(self, field: ListField | ListFilter, operator: str, text: str) -> Any:
        if field.kind is FieldKind.USER and text == ME:
            return self._person.id or 0
        if field.takes_periods(operator) and (period := period_of(text)) is not None:
            return period
        if field.choices is not None and text not in field.choices:
            known = ", ".join(field.choices)
            raise ValueError(_("%(value)s is none of %(known)s.", value=text, known=known))
        return read_value(field.kind, field.type, text)


_NUMBER: Final = re.compile(r"\d{1,9}", re.ASCII)
_PARTS: Final = frozenset({"limit", "sort", "q", "cursor"})


def _several(field: ListField | ListFilter) -> bool:
    """Say whether "is not" may name several values, none of which is to be found."""
    kinds = {FieldKind.REF, FieldKind.USER, FieldKind.CHOICE}
    return isinstance(field, ListField) and field.kind in kinds


def _only(values: Sequence[str]) -> str:
    if len(values) != 1:
        raise ValueError(_("Give this once."))
    return values[0]


def _limit(text: str) -> int:
    if not _NUMBER.fullmatch(text) or not 1 <= int(text) <= MOST_ROWS:
        raise ValueError(_("Give a number from 1 to %(most)s.", most=MOST_ROWS))
    return int(text)


def _sorts(text: str) -> tuple[Sort, ...]:
    """Read an order; a field that comes again changes nothing and is left out."""
    first: dict[str, Sort] = {}
    for part in text.split(","):
        name = part.removeprefix("-")
        first.setdefault(name, Sort(name, part.startswith("-")))
    return tuple(first.values())
