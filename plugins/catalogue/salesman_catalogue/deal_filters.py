"""Filters of the list of deals by what stands in their lines.

They find the deals that figures of units count, whose lines :func:`sold_lines` gives: a figure of a
category or product opens to exactly its deals.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from functools import partial
from typing import Any, Final

import sqlalchemy as sa

from salesman_catalogue.choosing import category_choices
from salesman_catalogue.items import CATEGORY, PRODUCT, item_title, kind_and_id, of_categories
from salesman_catalogue.models import Line, Product
from salesman_catalogue.permissions import VIEW
from salesman_catalogue.texts import texts
from salesman_core.toolkit import Deal, FieldKind, ListFilter, contains, current_person, reading
from salesman_hookspecs import AddedFilter, Text

_ = texts.lazy

_OWNER: Final = "catalogue"
_BY_ID: Final[Mapping[str, str]] = {PRODUCT: "product_id", CATEGORY: "category_id"}


def narrowing(item: str) -> Mapping[str, str] | None:
    """Give the filter of the list of deals that finds those with an item in their lines.

    :param item: as ``category:5`` or ``product:7``.
    :returns: the parameter of the address with its value; None for whoever may not ask so.
    """
    kind, id_ = kind_and_id(item)
    if kind not in _BY_ID or not current_person().may(VIEW):
        return None
    return {f"{_OWNER}.{_BY_ID[kind]}": str(id_)}


def _with_lines(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    return Deal.id.in_(sa.select(Line.deal_id).where(condition))


def _by_ids(
    found: Callable[[Collection[int]], sa.ColumnElement[bool]],
) -> Callable[[str, Any], sa.ColumnElement[bool]]:
    def where(operator: str, value: Any) -> sa.ColumnElement[bool]:
        return _with_lines(found(value if operator == "in" else (value,)))

    return where


def _of_products(ids: Collection[int]) -> sa.ColumnElement[bool]:
    return Line.product_id.in_(ids)


def _named(_operator: str, typed: Any) -> sa.ColumnElement[bool]:
    named = sa.select(Product.id).where(contains(Product.search_name, str(typed)))
    return _with_lines(Line.product_id.in_(named))


def _categories() -> Iterable[tuple[object, Text]]:
    return category_choices(reading())


ADDED: Final = (
    AddedFilter(
        "deal",
        ListFilter(
            "category_id",
            _("Category of products"),
            FieldKind.REF,
            _by_ids(partial(of_categories, Line.product_id)),
            permission=VIEW,
            show=partial(item_title, CATEGORY),
        ),
        options=_categories,
    ),
    AddedFilter(
        "deal",
        ListFilter(
            "product",
            _("Product, by name or article"),
            FieldKind.TEXT,
            _named,
            ("contains",),
            permission=VIEW,
        ),
    ),
    AddedFilter(
        "deal",
        ListFilter(
            _BY_ID[PRODUCT],
            _("Product"),
            FieldKind.REF,
            _by_ids(_of_products),
            permission=VIEW,
            show=partial(item_title, PRODUCT),
        ),
        asked=False,
    ),
)
