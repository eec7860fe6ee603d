"""What the page of a list shows besides its rows: chips, tabs, columns, and where they lead."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import sqlalchemy as sa
from flask import request, url_for

from salesman_core.access.records import visible
from salesman_core.db import reading
from salesman_core.records.list_fields import sql_of
from salesman_core.records.list_narrowing import Asked, Options, asked
from salesman_core.records.lists import (
    Chip,
    FieldKind,
    Further,
    ListField,
    ListFilter,
    ListQuery,
    ListSpec,
    Page,
    describe,
    parse_list_query,
    select_page,
)
from salesman_core.web.preferences import preference, remember
from salesman_hookspecs import Text


@dataclass(frozen=True, slots=True)
class Column:
    """A column that a list may show.

    :param sort: the field that it is sorted by, or an empty string.
    :param numeric: whether it stands at the right.
    :param usual: whether it is shown to those who chose no columns.
    """

    name: str
    title: Text
    sort: str = ""
    numeric: bool = False
    usual: bool = True


@dataclass(frozen=True, slots=True)
class ShownColumn:
    """A column as the page shows it: with the address that sorts by it."""

    name: str
    title: Text
    sort: str
    sorted: str
    numeric: bool
    shown: bool


@dataclass(frozen=True, slots=True)
class View:
    """A usual view of the list, as a tab."""

    title: Text
    url: str
    current: bool


def _column_of(field: ListField | ListFilter) -> Column:
    sortable = isinstance(field, ListField) and field.sortable
    numeric = field.kind in {FieldKind.MONEY, FieldKind.NUMBER}
    sort = field.name if sortable else ""
    return Column(field.name, field.title, sort, numeric=numeric, usual=False)


class ListPage:
    """The page of one list, as the address filters and sorts it.

    :param spec: the list.
    :param endpoint: its page.
    :param read: the columns to select.
    :param columns: what may be shown.
    :param views: usual views: a title and the parameters of the address.
    :param asks: the fields and filters of its dialog of filters, in their order.
    :param options: gives what may be chosen there, by name, for those that do not say it
        themselves; called only where the dialog is drawn.
    """

    def __init__(
        self,
        spec: ListSpec,
        endpoint: str,
        read: Sequence[Any],
        *,
        columns: Sequence[Column] = (),
        views: Sequence[tuple[Text, Mapping[str, str]]] = (),
        asks: Sequence[str] = (),
        options: Callable[[], Mapping[str, Options]] = dict,
    ) -> None:
        self.spec, self.endpoint = spec, endpoint
        self._read, self._columns, self._views = read, columns, views
        self._asks, self._options = asks, options
        self.query: ListQuery = parse_list_query(request.args.to_dict(flat=False), spec)

    @cached_property
    def page(self) -> Page:
        """The rows, through access."""
        seen = visible(self.spec.kind)
        return select_page(reading(), self._columns_read, self.spec, self.query, seen)

    @property
    def _columns_read(self) -> Sequence[Any]:
        if self._further is None or not self._further_shown:
            return self._read
        further = sql_of(self._further.column)
        return [*(one for one in self._read if one.key != further.key), further]

    @property
    def rows(self) -> Sequence[Any]:
        """The rows of the page."""
        return self.page.rows

    @cached_property
    def any_at_all(self) -> bool:
        """Whether the person reaches any such record.

        An empty list and a filter that finds nothing say different things.
        """
        if self.page.rows:
            return True
        exists = sa.select(sa.exists(sa.select(self.spec.id).where(visible(self.spec.kind))))
        return bool(reading().scalar(exists))

    @cached_property
    def chips(self) -> list[tuple[Chip, str]]:
        """The filters in words, each with the address of the list without it."""
        return [
            (chip, self._address(self.query.without(chip.parameter)))
            for chip in describe(self.query, self.spec)
        ]

    @property
    def clear(self) -> str:
        """The address of the list without any filter."""
        return url_for(self.endpoint)

    @property
    def views(self) -> Iterable[View]:
        """The usual views as tabs."""
        here = {one.parameter: one.text for one in self.query.filters}
        here |= {"q": self.query.q} if self.query.q else {}
        return [
            View(title, url_for(self.endpoint, **dict[str, Any](filters)), here == filters)
            for title, filters in self._views
        ]

    @cached_property
    def asked(self) -> list[Asked]:
        """The fields of the dialog of filters, filled in with what is asked for now."""
        return asked(self.spec, self.query, self._asks, self._options())

    @property
    def besides(self) -> dict[str, str]:
        """What is asked for that the dialog has no field for, as it stands in the address."""
        here = {"cursor"} | {name for field in self.asked for name in field.parameters}
        return {name: text for name, text in self._args(self.query).items() if name not in here}

    @cached_property
    def columns(self) -> list[ShownColumn]:
        """All columns, those shown marked."""
        chosen = self._chosen
        return [
            ShownColumn(
                name=column.name,
                title=column.title,
                sort=self.sort(column.sort) if column.sort else "",
                sorted=self.sorted(column.sort),
                numeric=column.numeric,
                shown=column.usual if chosen is None else column.name in {"name", *chosen},
            )
            for column in self._every_column
        ]

    @property
    def _chosen(self) -> Sequence[str] | None:
        chosen: Sequence[str] | None = preference(self._kept)
        return chosen

    @cached_property
    def _further(self) -> Further | None:
        return self.spec.further()

    @cached_property
    def _every_column(self) -> Sequence[Column]:
        further = () if self._further is None else self._further.fields
        return [*self._columns, *map(_column_of, further)]

    @cached_property
    def _further_shown(self) -> Sequence[str]:
        """The fields known only at run time that the person has chosen to see."""
        if self._further is None:
            return ()
        chosen = self._chosen or ()
        return [one.name for one in self._further.fields if one.name in chosen]

    @property
    def further_names(self) -> Sequence[str]:
        """The columns shown that are known only at run time."""
        return self._further_shown

    @cached_property
    def further_numeric(self) -> Sequence[str]:
        """Those of them that stand at the right."""
        return [one.name for one in self.columns if one.numeric and one.name in self.further_names]

    @cached_property
    def further_cells(self) -> Mapping[int, Mapping[str, str]]:
        """What the page shows of fields known only at run time: by record id, then by name."""
        if self._further is None or not self._further_shown:
            return {}
        return self._further.cells(self.rows, self._further_shown)

    def keep_columns(self, chosen: Iterable[str]) -> None:
        """Keep which columns the person wants to see; none of them for the usual ones."""
        wanted = set(chosen)
        names = [column.name for column in self._every_column if column.name in wanted]
        remember(self._kept, names or None)

    @property
    def older(self) -> str:
        """The address of the next page, or an empty string."""
        cursor = self.page.next_cursor
        return self._address(self.query.at(cursor)) if cursor else ""

    @property
    def first(self) -> str:
        """The address of the first page where this is another one, or an empty string."""
        return self._address(self.query.at(None)) if self.query.cursor else ""

    @property
    def _kept(self) -> str:
        return f"{self.spec.kind}.columns"

    def sort(self, name: str) -> str:
        """Give the address of the list sorted by a field, the other way where it is already."""
        ascending = any(one.name == name and not one.descending for one in self.query.sort)
        return self._address(self.query.sorted_by(f"-{name}" if ascending else name))

    def sorted(self, name: str) -> str:
        """Give ``asc`` or ``desc`` where the list is sorted by a field, else an empty string."""
        first = self.query.sort[0]
        return ("desc" if first.descending else "asc") if first.name == name else ""

    def _address(self, query: ListQuery) -> str:
        return url_for(self.endpoint, **dict[str, Any](self._args(query)))

    def _args(self, query: ListQuery) -> dict[str, str]:
        """Give the query as an address holds it, without the order that goes without saying."""
        args = query.args()
        if args.get("sort") == self.spec.default_sort:
            del args["sort"]
        return args
