"""The list of a kind of record as everything around it knows it: page, acts, exports, views."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.access.person import current_person
from salesman_core.access.records import demand_permission, record_type, record_types
from salesman_core.db import AnyRow
from salesman_core.errors import MissingError
from salesman_core.i18n import texts
from salesman_core.records.list_fields import sql_of
from salesman_core.records.list_narrowing import Options
from salesman_core.records.lists import FieldKind, ListField, ListFilter, ListSpec
from salesman_hookspecs import Person, RecordType, Text

_ = texts.lazy

_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Column:
    """A column that a list may show.

    :param sort: the field that it is sorted by, or an empty string.
    :param numeric: whether it stands at the right.
    :param usual: whether it is shown to those who chose no columns.
    :param permission: what one must hold to see it, here and in exports; None for nothing beyond
        the list itself.
    :param unmasked: what one must hold to see it whole; others see it masked. None where nothing
        is masked.
    :param in_files: the columns that stand for it in files: where it shows a part of each, or its
        title is a word that files of others use for anything, as “Kind”.
    """

    name: str
    title: Text
    sort: str = ""
    numeric: bool = False
    usual: bool = True
    permission: str | None = None
    unmasked: str | None = None
    in_files: tuple[str, ...] = ()


def plain_cells(rows: Sequence[AnyRow]) -> Iterable[Mapping[str, Any]]:
    """Give rows as they were read, for lists whose columns are what they select."""
    return [dict(row._mapping) for row in rows]  # noqa: SLF001  # its API


@dataclass(frozen=True, slots=True)
class RecordList:
    """The list of a kind of record.

    :param spec: what it can be filtered and sorted by.
    :param endpoint: its page.
    :param title: what people call it, as "Deals".
    :param read: the columns to select.
    :param columns: what may be shown; the first one names the record and is always there.
    :param cells: gives what stands in the columns of some rows, as plain values by the names of
        the columns: for files. In as many statements for one row as for five hundred.
    :param export: the permission with which records may be exported, and which of them; empty
        where that cannot be done.
    :param imported: the word under which files bring such records in, as ``leads``: see
        ``ImportType``. The page leads there whoever may import them; empty where nothing does.
    :param for_files: columns that only files have: a list has no room for them.
    :param along: columns that stand in every file, chosen or not, as the currency of amounts.
    :param asks: the fields and filters of its dialog of filters, in their order.
    :param options: gives what may be chosen there, by name, for those that do not say it
        themselves; called only where the dialog is drawn.
    """

    spec: ListSpec
    endpoint: str
    title: Text
    read: Sequence[Any]
    columns: Sequence[Column] = ()
    cells: Callable[[Sequence[AnyRow]], Iterable[Mapping[str, Any]]] = field(default=plain_cells)
    export: str = ""
    imported: str = ""
    for_files: Sequence[Column] = ()
    along: Sequence[str] = ()
    asks: Sequence[str] = ()
    options: Callable[[], Mapping[str, Options]] = field(default=dict)

    def seen_columns(self, person: Person | None = None) -> list[Column]:
        """Give the columns that a person may see."""
        return _seen((*self.columns, *further_columns(self.spec)), person)

    def file_columns(self) -> list[Column]:
        """Give the columns that files for whoever acts may have."""
        shown = [one for one in self.seen_columns() if not one.in_files]
        return [*shown, *_seen(self.for_files)]

    def named_in_files(self, names: Iterable[str]) -> list[str]:
        """Give the names of the columns of files that stand for some columns."""
        known = {one.name: one.in_files for one in self.columns}
        return [one for name in names for one in known.get(name) or (name,)]

    def cells_of(self, rows: Sequence[AnyRow], names: Sequence[str]) -> Iterable[Mapping[str, Any]]:
        """Give what stands in some columns, those among them that are known only at run time.

        :param rows: with the columns of :func:`columns_read`.
        """
        further = self.spec.further()
        known = further.values(rows, names) if further is not None else {}
        for row, cells in zip(rows, self.cells(rows), strict=True):
            yield {**cells, **known.get(row.id, {})}

    def cells_where(
        self, session: Session, names: Sequence[str], condition: sa.ColumnElement[bool]
    ) -> Iterator[tuple[int, Mapping[str, Any]]]:
        """Give what stands in some columns of all records that a condition finds, by their ids.

        :param names: of columns that files may have, see :meth:`file_columns`.
        :param condition: says also which records there are for whoever acts: ``visible(kind)``.
        """
        query = sa.select(*columns_read(self.spec, self.read, names)).where(condition)
        if self.spec.source is not None:
            query = query.select_from(self.spec.source)
        rows = session.execute(query.order_by(self.spec.id)).all()
        for first in range(0, len(rows), _AT_ONCE):
            piece = rows[first : first + _AT_ONCE]
            for row, cells in zip(piece, self.cells_of(piece, names), strict=True):
                yield row.id, cells


def _seen(columns: Iterable[Column], person: Person | None = None) -> list[Column]:
    reader = person or current_person()
    return [one for one in columns if one.permission is None or reader.may(one.permission)]


def further_columns(spec: ListSpec) -> list[Column]:
    """Give the columns of a list that are known only at run time, whoever may see them."""
    further = spec.further()
    return [] if further is None else [_column_of(one) for one in further.fields]


def _column_of(field: ListField | ListFilter) -> Column:
    sortable = isinstance(field, ListField) and field.sortable
    numeric = field.kind in {FieldKind.MONEY, FieldKind.NUMBER}
    sort = field.name if sortable else ""
    return Column(
        field.name,
        field.title,
        sort,
        numeric=numeric,
        usual=False,
        permission=field.permission,
    )


def columns_read(spec: ListSpec, read: Sequence[Any], names: Collection[str]) -> Sequence[Any]:
    """Give what is to be selected for some columns of a list.

    :param read: what the list selects itself.
    :param names: of the columns.
    """
    further = spec.further()
    if further is None or not any(further.find(name) for name in names):
        return read
    held = sql_of(further.column)
    return [*(one for one in read if one.key != held.key), held]


def record_list(kind: str) -> RecordList:
    """Give the list of a kind of record to somebody who may see such records.

    :raises MissingError: where there is no such kind, or it has no list.
    :raises ForbiddenError: where whoever acts may see none of them.
    """
    type_ = record_type(kind)
    demand_permission(type_.view_permission)
    found = list_of(type_)
    if found is None:
        raise MissingError(_("There is no list of records of the kind %(kind)s.", kind=kind))
    return found


def kind_of_word(word: str) -> str:
    """Give the kind whose list has a word, as ``deal`` for ``deals``: where its page stands.

    :raises MissingError: for a word that no list has, naming those that there are.
    """
    lists = {type_.kind: list_of(type_) for type_ in record_types()}
    words = {listed.endpoint.partition(".")[0]: kind for kind, listed in lists.items() if listed}
    if word in words:
        return words[word]
    known = ", ".join(sorted(words))
    raise MissingError(_("There is no list “%(word)s”, only: %(known)s", word=word, known=known))


def list_of(type_: RecordType) -> RecordList | None:
    """Give the list of a kind of record, or None where it has none."""
    return type_.listed if isinstance(type_.listed, RecordList) else None
