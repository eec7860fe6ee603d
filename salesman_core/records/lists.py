"""Lists of records: one engine for pages and the JSON API.

A list is declared once::

    DEALS = ListSpec(
        kind="deal",
        id=Deal.id,
        fields=(ListField("amount", _("Amount"), Deal.amount, FieldKind.MONEY), …),
        search=Deal.search_name,
        default_sort="-created_at",
    )

and asked by whoever shows it::

    query = parse_list_query(request.args.to_dict(flat=False), DEALS)
    page = select_page(reading(), (Deal.id, Deal.name), DEALS, query, visible("deal"))

The base condition is access's: counts and sums go through it as the rows do.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.db import planned_afresh, rows_of
from salesman_core.records.cursor import (
    OrderKey,
    after,
    cursor_at,
    order_keys,
    sort_expression,
    values_of,
)
from salesman_core.records.list_chips import Chip, describe
from salesman_core.records.list_fields import (
    Condition,
    Further,
    ListField,
    ListFilter,
    ListSpec,
)
from salesman_core.records.list_groups import by_group, is_case
from salesman_core.records.list_query import Filter, ListQuery, Sort, parse_list_query
from salesman_core.records.list_values import FieldKind

__all__ = [
    "Chip",
    "FieldKind",
    "Filter",
    "Further",
    "ListField",
    "ListFilter",
    "ListQuery",
    "ListSpec",
    "Page",
    "Sort",
    "conditions",
    "count",
    "describe",
    "narrowed_to",
    "parse_list_query",
    "select_page",
    "sort_expression",
    "totals",
]

_MOST_KEPT: Final = 500


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a list.

    :param rows: the selected columns by name and position; behind them stand those of the order.
    :param next_cursor: where the next page begins, or None where there is none.
    """

    rows: Sequence[sa.Row[Any]]
    next_cursor: str | None

    def dicts(self, names: Sequence[str]) -> list[dict[str, Any]]:
        """Give the rows as dictionaries, ready for JSON.

        :param names: the keys of the first columns.
        """
        return [dict(zip(names, row, strict=False)) for row in self.rows]


def select_page(
    session: Session,
    columns: Sequence[Any],
    spec: ListSpec,
    query: ListQuery,
    base_condition: Condition,
) -> Page:
    """Read one page, in one statement, and never by OFFSET.

    :param columns: what to read, of the list's table or of its ``source``.
    :param base_condition: which records there are for this person: ``visible(kind)``.
    :raises InvalidError: where the cursor is not one of this list in this order.
    """
    kind = session.get_bind().dialect.name
    keys, statement = _kept_statement(kind, tuple(columns), spec, query, base_condition)
    values = values_of(keys, spec, query)
    with _planned(session, query):
        rows = rows_of(session, statement, values)
    if len(rows) <= query.limit:
        return Page(rows, None)
    rows = rows[: query.limit]
    return Page(rows, cursor_at(rows[-1][-len(keys) :], spec, query.sort))


def _kept_statement(
    kind: str,
    columns: tuple[Any, ...],
    spec: ListSpec,
    query: ListQuery,
    base_condition: Condition,
) -> tuple[Sequence[OrderKey], sa.Select[Any]]:
    """Give the statement of a page, as it was made when the same was last asked.

    To make one takes as long as to run it. Filters of one's own are asked anew each time, because
    they may go by the clock. Applications of one process may stand on databases of either kind,
    which find parts of words each in its own way.
    """
    if query.q or any(isinstance(spec.find(one.name), ListFilter) for one in query.filters):
        return _statement(columns, spec, query, base_condition)
    begins = query.cursor is None
    further = spec.further()  # their SQL is theirs, whatever was called so before
    asked = (kind, columns, query.sort, query.filters, query.limit, begins, base_condition, further)
    if asked not in spec.kept:
        if len(spec.kept) >= _MOST_KEPT:
            spec.kept.clear()
        spec.kept[asked] = _statement(columns, spec, query, base_condition)
    found: tuple[Sequence[OrderKey], sa.Select[Any]] = spec.kept[asked]
    return found


def _statement(
    columns: tuple[Any, ...], spec: ListSpec, query: ListQuery, base_condition: Condition
) -> tuple[Sequence[OrderKey], sa.Select[Any]]:
    keys = order_keys(spec, query.sort)
    labelled = [key.expression.label(f"order_{place}") for place, key in enumerate(keys)]
    statement = _filtered(sa.select(*columns, *labelled), spec, query, base_condition)
    if query.cursor is not None:
        statement = statement.where(after(keys))
    return keys, statement.order_by(*(key.ordered() for key in keys)).limit(query.limit + 1)


def count(
    session: Session,
    spec: ListSpec,
    query: ListQuery,
    base_condition: Condition,
    *,
    at_most: int | None = None,
) -> int:
    """Count the rows of all pages.

    :param at_most: stop there, because counting costs more than a page: "1000 and more".
    """
    if at_most is None:
        statement = _gathered(sa.select(sa.func.count(spec.id)), spec, query, base_condition)
    else:
        found = _gathered(sa.select(spec.id), spec, query, base_condition).limit(at_most)
        statement = sa.select(sa.func.count()).select_from(found.subquery())
    return int(_execute(session, statement, query).scalar_one())


def totals(
    session: Session,
    sums: Sequence[Any],
    spec: ListSpec,
    query: ListQuery,
    base_condition: Condition,
    *,
    by: Sequence[Any] = (),
) -> Sequence[sa.Row[Any]]:
    """Give sums over the rows of all pages.

    :param sums: expressions as ``sa.func.sum(Deal.amount).label("amount")``.
    :param by: columns that stand before the sums, one row for each of their values; money is
        summed by its currency.
    """
    statement = _gathered(sa.select(*by, *sums), spec, query, base_condition)
    return _execute(session, statement.group_by(*by).order_by(*by), query).all()


def conditions(spec: ListSpec, query: ListQuery) -> list[Condition]:
    """Give the SQL of a query's filters and search, for whoever reads the same rows otherwise."""
    groups = {
        group: [_all_of(spec, one) for one in of_group]
        for group, of_group in by_group(query.filters).items()
    }
    found = groups.pop("")
    found += [sa.or_(*one) for group, one in groups.items() if not is_case(group)]
    if cases := [sa.and_(*one) for group, one in groups.items() if is_case(group)]:
        found.append(sa.or_(*cases))
    asked = {one.name for one in query.filters}
    found += [one for name, one in spec.unless_asked.items() if name not in asked]
    return [*found, spec.search_condition(query.q)] if query.q else found


def _all_of(spec: ListSpec, filters: Sequence[Filter]) -> Condition:
    asked = [(spec.find(one.name), one) for one in filters]
    return sa.and_(
        sa.true(), *(field.condition(one.operator, one.value) for field, one in asked if field)
    )


def narrowed_to(
    columns: Sequence[Any], spec: ListSpec, query: ListQuery, base_condition: Condition
) -> sa.Select[Any]:
    """Give the SELECT of all rows that a query finds, in no order, for whoever takes them whole."""
    return _gathered(sa.select(*columns), spec, query, base_condition)


def _filtered(
    statement: sa.Select[Any], spec: ListSpec, query: ListQuery, base_condition: Condition
) -> sa.Select[Any]:
    if spec.source is not None:
        statement = statement.select_from(spec.source)
    return statement.where(base_condition, *conditions(spec, query))


def _gathered(
    statement: sa.Select[Any], spec: ListSpec, query: ListQuery, base_condition: Condition
) -> sa.Select[Any]:
    """Filter what reads all pages; without the join, where nothing in it asks for that."""
    plain = statement.where(base_condition, *conditions(spec, query))
    if spec.source is None or len(plain.get_final_froms()) == 1:
        return plain
    return plain.select_from(spec.source)


def _execute(session: Session, statement: sa.Select[Any], query: ListQuery) -> sa.Result[Any]:
    with _planned(session, query):
        return session.execute(statement)


def _planned(session: Session, query: ListQuery) -> AbstractContextManager[None]:
    """Let what is looked for in texts be planned with the index of their trigrams in mind."""
    if query.q or any(one.operator == "contains" for one in query.filters):
        return planned_afresh(session.connection())
    return nullcontext()
