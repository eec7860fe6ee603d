"""What the page of a list shows besides its rows: chips, tabs, columns, and where they lead."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, ClassVar, Self
from urllib.parse import parse_qsl, urlencode, urlsplit

import sqlalchemy as sa
from flask import Response, request, url_for

from salesman_core.access.person import current_person
from salesman_core.access.records import known_type, visible
from salesman_core.db import AnyRow, reading
from salesman_core.errors import ForbiddenError, InvalidError
from salesman_core.records.added_filters import added_options
from salesman_core.records.bulk.acts import Act, acts_of
from salesman_core.records.imports.service import may_import
from salesman_core.records.list_dialog import FilterDialog
from salesman_core.records.list_fields import FieldTotal
from salesman_core.records.list_narrowing import Options, by_title
from salesman_core.records.list_views import default_key, refusal, views_of
from salesman_core.records.lists import (
    Chip,
    ListQuery,
    ListSpec,
    Page,
    describe,
    parse_list_query,
    select_page,
)
from salesman_core.records.meant import perhaps_meant
from salesman_core.records.record_list import (
    Column,
    RecordList,
    columns_read,
    further_columns,
    list_of,
)
from salesman_core.records.sharing import sharings
from salesman_core.web.addresses import address_of, go_to, safe_next
from salesman_core.web.forms import whole_number
from salesman_core.web.preferences import preference, remember
from salesman_hookspecs import Text


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
    """A view of the list, as a tab.

    :param id: of a view that somebody keeps; 0 for a usual one.
    :param sharing: with whom that is shared.
    """

    title: Text
    url: str
    current: bool
    id: int = 0
    sharing: str = ""


def list_address(endpoint: str, filters: Mapping[str, Any]) -> str:
    """Give the address of a list that is filtered by just this, and by no view of anybody's.

    :param endpoint: of the page of the list.
    :param filters: as addresses hold them; what is None is not asked for.
    """
    args = {name: value for name, value in filters.items() if value is not None}
    return address_of(endpoint, args or {"view": 0})


class ListPage:
    """The page of one list, as the address filters and sorts it.

    :cvar own: the parameters of the address that are the page's, not the list's.
    :cvar passing: those that are read by others, and stand in no address that the page gives.
    :cvar usual: what it asks for where its address says nothing at all, as reports of this year.

    The address may name a view that somebody keeps (``view``) and the columns to show
    (``columns``). Without anything it opens as the person's default view; ``view=0`` stands for
    none.

    :param spec: the list.
    :param endpoint: its page.
    :param read: the columns to select.
    :param columns: what may be shown.
    :param views: usual views: a title and the parameters of the address.
    :param asks: the fields and filters of its dialog of filters, in their order.
    :param options: gives what may be chosen there, by name, for those that do not say it
        themselves; called only where the dialog is drawn.
    """

    own: ClassVar[Sequence[str]] = ("view", "columns")
    passing: ClassVar[Sequence[str]] = ()
    usual: ClassVar[Mapping[str, str]] = {}

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
        self.refused: Text | None = None
        self.unreadable: Mapping[str, Text] = {}
        self.query: ListQuery = self._asked_for()

    @classmethod
    def of(
        cls,
        listed: RecordList,
        *,
        views: Sequence[tuple[Text, Mapping[str, str]]] = (),
        asks: Sequence[str] = (),
        options: Callable[[], Mapping[str, Options]] | None = None,
        endpoint: str = "",
    ) -> Self:
        """Give the page of a list that its kind of record declares.

        :param asks: as the list declares them where not given; ``options`` alike.
        :param endpoint: another page that shows the same list, as one that keeps its filter.
        """
        return cls(
            listed.spec,
            endpoint or listed.endpoint,
            listed.read,
            columns=listed.columns,
            views=views,
            asks=asks or listed.asks,
            options=options or listed.options,
        )

    def _asked_for(self) -> ListQuery:
        """Read the address; what it asks for in vain is said on the page, not by an error.

        Such a page shows no rows: whoever takes them for what was asked for would act on others.
        """
        args: dict[str, Any] = request.args.to_dict(flat=False) or dict(self.usual)
        others = (*self.own, *self.passing)
        if self.view is not None and not request.args:
            args = dict(self.view.args)
        try:
            return parse_list_query(args, self.spec, others=others)
        except InvalidError as error:
            self.refused, self.unreadable = error.message, by_title(self.spec, error.fields)
            rest = {name: value for name, value in args.items() if name not in error.fields}
            return parse_list_query(rest, self.spec, others=others)
        except ForbiddenError:
            if self.view is None or set(request.args) - {*others, *self.view.args}:
                raise
            self.refused = refusal(self.spec.kind, self.view.args)
            return parse_list_query({}, self.spec)

    @cached_property
    def _saved(self) -> Sequence[AnyRow]:
        return views_of(self.spec.kind) if self._record_list is not None else ()

    @cached_property
    def _record_list(self) -> RecordList | None:
        type_ = known_type(self.spec.kind)  # a list of something else, as the audit, has none
        return None if type_ is None else list_of(type_)

    @cached_property
    def default_view(self) -> int:
        """The id of the view with which the list opens, 0 for none."""
        chosen = preference(default_key(self.spec.kind)) if self._saved else None
        return next((int(one.id) for one in self._saved if one.id == chosen), 0)

    @cached_property
    def view(self) -> AnyRow | None:
        """The view that somebody keeps and that the address names."""
        named = request.args.get("view", type=whole_number) if request.args else self.default_view
        return next((one for one in self._saved if one.id == named), None)

    @property
    def view_is_own(self) -> bool:
        """Whether whoever reads may change the view."""
        person = current_person()
        return self.view is not None and (person.everything or self.view.owner_id == person.id)

    @property
    def columns_shown(self) -> str:
        """The names of the columns that are shown, in their order."""
        return ",".join(one.name for one in self.columns if one.shown)

    @property
    def columns_kept(self) -> str:
        """The same for a view that is to keep them; empty where these are the usual ones."""
        return "" if self._chosen_columns is None else self.columns_shown

    @property
    def view_changed(self) -> bool:
        """Whether the list stands otherwise than the view keeps it."""
        if self.view is None:
            return False
        here = self._args(self.query.at(None))
        kept = {name: text for name, text in self.view.args.items() if name not in self.own}
        return here != kept or (self._columns_here or self.view.columns) != self.view.columns

    @property
    def sharings(self) -> Mapping[str, Text]:
        """With whom whoever reads may share a view."""
        return sharings()

    @cached_property
    def acts(self) -> list[Act]:
        """What may be done with many of its records."""
        return acts_of(self.spec.kind) if self._record_list is not None else []

    @property
    def may_export(self) -> bool:
        """Whether whoever reads may take records out as a file."""
        listed = self._record_list
        if listed is None or not listed.export or self.refused is not None:
            return False
        return current_person().may(listed.export)

    @cached_property
    def import_url(self) -> str:
        """Where whoever reads may bring such records in from a file, or an empty string."""
        record = self._record_list.imported if self._record_list is not None else ""
        return url_for("imports.index", record=record) if record and may_import(record) else ""

    @property
    def marks(self) -> bool:
        """Whether rows can be marked: only where there is something to do with them."""
        return bool(self.acts) or self.may_export

    @property
    def address(self) -> str:
        """The parameters of the list's address, on whatever page of it one is."""
        return urlencode(self._args(self.query.at(None)))

    @property
    def here(self) -> dict[str, str]:
        """The same with the view and the columns that the address names."""
        return self._kept_args(self.query.at(None))

    @cached_property
    def page(self) -> Page:
        """The rows, through access."""
        if self.refused is not None:
            return Page((), None)
        seen = visible(self.spec.kind)
        read = columns_read(self.spec, self._read, self.further_names)
        return select_page(reading(), read, self.spec, self.query, seen)

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
            (chip, self._address(self.query.without(*chip.parameters)))
            for chip in describe(self.query, self.spec)
        ]

    @cached_property
    def meant(self) -> list[tuple[str, str]]:
        """What a search that found nothing may have meant, each with the address that finds it."""
        if self.page.rows or not self.query.q:
            return []
        return [
            (words, self._address(replace(self.query, q=words, cursor=None)))
            for words in perhaps_meant(self.spec, self.query)
        ]

    @property
    def readable(self) -> str:
        """The address of the list with as much of the filter as could be read."""
        return self._address(self.query.at(None))

    @property
    def clear(self) -> str:
        """The address of the list without any filter."""
        return self._usual({})

    def _usual(self, filters: Mapping[str, str]) -> str:
        """Give the address of a usual view, also where the list opens as another one."""
        args: Mapping[str, Any] = filters
        return address_of(self.endpoint, args or ({"view": 0} if self.default_view else {}))

    @property
    def views(self) -> Iterable[View]:
        """The usual views as tabs, and behind them those that people keep."""
        here = {one.parameter: one.text for one in self.query.filters}
        here |= {"q": self.query.q} if self.query.q else {}
        usual = [
            View(title, self._usual(filters), self.view is None and here == filters)
            for title, filters in self._views
        ]
        return usual + [self._tab(one) for one in self._saved]

    def _tab(self, view: AnyRow) -> View:
        return View(
            title=view.name,
            url=address_of(self.endpoint, {"view": view.id, **view.args}),
            current=self.view is not None and self.view.id == view.id,
            id=view.id,
            sharing=view.sharing,
        )

    @cached_property
    def dialog(self) -> FilterDialog:
        """The dialog of filters, filled in with what is asked for now."""
        args = self._kept_args(self.query)
        options = {**self._options(), **added_options(self.spec.kind)}
        return FilterDialog(self.spec, self.query, self._asks, options, args)

    @property
    def besides_search(self) -> dict[str, str]:
        """What is asked for beside the search, as it stands in the address."""
        return self._kept_args(self.query.without("q"))

    @cached_property
    def columns(self) -> list[ShownColumn]:
        """All columns that the person may see, those shown first and in the chosen order."""
        person = current_person()
        seen = [
            one for one in self._every_column if not one.permission or person.may(one.permission)
        ]
        chosen = self._chosen_columns
        if chosen is None:
            chosen = [one.name for one in seen if one.usual]
        places = {name: place for place, name in enumerate(chosen)}
        first = seen[:1]  # what names the record stays where it is
        shown = [one for one in seen[1:] if one.name in places]
        shown.sort(key=lambda one: places[one.name])
        others = [one for one in seen[1:] if one.name not in places]
        return [
            *(self._shown(one, shown=True) for one in (*first, *shown)),
            *(self._shown(one, shown=False) for one in others),
        ]

    def _shown(self, column: Column, *, shown: bool) -> ShownColumn:
        return ShownColumn(
            name=column.name,
            title=column.title,
            sort=self.sort(column.sort) if column.sort else "",
            sorted=self.sorted(column.sort),
            numeric=column.numeric,
            shown=shown,
        )

    @cached_property
    def _every_column(self) -> Sequence[Column]:
        return [*self._columns, *further_columns(self.spec)]

    @property
    def further_names(self) -> Sequence[str]:
        """The columns shown that are known only at run time."""
        known = {one.name for one in further_columns(self.spec)}
        return [one.name for one in self.columns if one.shown and one.name in known]

    @cached_property
    def further_numeric(self) -> Sequence[str]:
        """Those of them that stand at the right."""
        return [one.name for one in self.columns if one.numeric and one.name in self.further_names]

    @cached_property
    def further_cells(self) -> Mapping[int, Mapping[str, str]]:
        """What the page shows of fields known only at run time: by record id, then by name."""
        further = self.spec.further()
        if further is None or not self.further_names:
            return {}
        return further.cells(self.rows, self.further_names)

    @cached_property
    def further_totals(self) -> Sequence[FieldTotal]:
        """The sums of such fields over all that the filter finds."""
        further = self.spec.further()
        if further is None or not self.further_numeric:
            return ()
        return further.totals(self.spec, self.query, self.further_numeric)

    @property
    def _columns_here(self) -> list[str] | None:
        named = request.args.get("columns", "")
        return named.split(",") if named else None

    @property
    def _chosen_columns(self) -> Sequence[str] | None:
        """The names that were chosen: in the address, by the view, by the person, in this order."""
        if self._columns_here is not None:
            return self._columns_here
        if self.view is not None and self.view.columns:
            kept: list[str] = self.view.columns
            return kept
        chosen: Sequence[str] | None = preference(self._kept)
        return chosen

    def columns_chosen(self) -> Response:
        """Do what the form of columns asks for, and lead back to the list.

        The address holds the columns, in their order, so that whoever gets it sees the same. Where
        it shows no view they are also the person's own from now on; none of them stands for the
        usual ones.
        """
        known = {column.name for column in self._every_column}
        names = [one for one in dict.fromkeys(request.form.getlist("column")) if one in known]
        parts = urlsplit(safe_next(request.form.get("next"), url_for(self.endpoint)))
        args = parse_qsl(parts.query, keep_blank_values=True) or self._args_of_default()
        if dict(args).get("view", "0") == "0":
            remember(self._kept, names or None)
        else:
            names = names or [self._columns[0].name]
        there = [(name, text) for name, text in args if name != "columns"]
        there += [("columns", ",".join(names))] if names else []
        return go_to(f"{parts.path}?{urlencode(there)}" if there else parts.path)

    def _args_of_default(self) -> list[tuple[str, str]]:
        """Give what the address says that names nothing, where the list opens as a view."""
        found = next((one for one in self._saved if one.id == self.default_view), None)
        return [] if found is None else [("view", str(found.id)), *found.args.items()]

    @property
    def link(self) -> str:
        """The address of the list as it stands, for whoever has other views and columns."""
        args = self._args(self.query.at(None))
        return address_of(self.endpoint, args | {"columns": self.columns_shown})

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
        return address_of(self.endpoint, self._kept_args(query))

    def _kept_args(self, query: ListQuery) -> dict[str, str]:
        """Give the query as an address holds it, with the view and columns that it names."""
        here = {name: request.args[name] for name in self.own if name in request.args}
        if self.view is not None:
            here["view"] = str(self.view.id)
        elif self.default_view:
            here["view"] = "0"
        return here | self._args(query)

    def _args(self, query: ListQuery) -> dict[str, str]:
        """Give the query as an address holds it, without the order that goes without saying."""
        args = query.args()
        if args.get("sort") == self.spec.default_sort:
            del args["sort"]
        return args
