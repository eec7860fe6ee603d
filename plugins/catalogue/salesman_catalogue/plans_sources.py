"""Units sold, as the plugin of plans asks for them: the lines of closed deals."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

import sqlalchemy as sa

from salesman_catalogue.choosing import at_or_below, category_choices
from salesman_catalogue.lines.queries import sold_lines
from salesman_catalogue.models import Line, Product
from salesman_catalogue.permissions import VIEW
from salesman_catalogue.queries import found_products, some_products
from salesman_core.toolkit import (
    AnyRow,
    Deal,
    Thousandths,
    closed_deals_address,
    current_person,
    reading,
    visible,
)

_AFTER_DEALS: Final = 50
_CATEGORY: Final = "category"
_PRODUCT: Final = "product"
_MOST_CATEGORIES: Final = 300
_LONGEST: Final = 18
"""Digits of an id at most."""
_BRACKETS: Final = str.maketrans("()", "  ")
"""A title has its article in brackets, which stand in no product."""


def sources() -> Iterable[Mapping[str, Any]]:
    """Give the units of deals that were won, and of all that were closed."""
    usual = {
        "metrics": ("units",),
        "kind": "deal",
        "permission": "core.deal.view",
        "order": _AFTER_DEALS,
    }
    closed = {"won": Deal.outcome == "won", "closed": Deal.outcome.is_not(None)}
    return [
        {
            "basis": state,
            "entries": _entries(counted),
            "address": _address(state),
            "items": items(_entries_of_item(counted)),
            **usual,
        }
        for state, counted in closed.items()
    ]


def items(entries: Callable[[str], sa.Select[Any]]) -> Mapping[str, Any]:
    """Give what units can be told of one by one: categories and products.

    :param entries: gives the query of what counts of one, by its key.
    """
    return {"find": found_items, "titles": item_titles, "entries": entries}


_UNITS: Final = sa.type_coerce(
    sa.cast(sa.func.sum(sa.type_coerce(Line.quantity, sa.BigInteger)), sa.BigInteger), Thousandths
)
_OF_DEAL: Final = (Deal.closed_on.label("day"), Deal.owner_id, Deal.id.label("record_id"))


def _entries(counted: sa.ColumnElement[bool]) -> Callable[[], sa.Select[Any]]:
    return lambda: _sold(counted, visible("deal"))


def _entries_of_item(counted: sa.ColumnElement[bool]) -> Callable[[str], sa.Select[Any]]:
    return lambda key: _sold(counted, visible("deal")).where(is_of_item(Line.product_id, key))


@functools.lru_cache(maxsize=256)
def _sold(counted: sa.ColumnElement[bool], _seen: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """Give the deals that count, each once with what its lines sold together.

    The very same query for the same question, so that it is kept.

    :param counted: which of them count.
    :param _seen: which of them whoever asks may see: it stands in the query.
    """
    # By all that others narrow it down to, so that databases look at those deals alone.
    found = sold_lines((*_OF_DEAL, _UNITS.label("units"))).where(counted)
    return found.group_by(Deal.id, Deal.closed_on, Deal.owner_id)


def is_of_item(product_id: Any, key: str) -> sa.ColumnElement[bool]:
    """Give the condition of what is sold of a category with all below it, or of a product.

    :param product_id: the column that says which product it is.
    :param key: as ``category:5`` or ``product:7``.
    """
    kind, id_ = _kind_and_id(key)
    if kind == _PRODUCT:
        product: sa.ColumnElement[bool] = product_id == id_
        return product
    if kind == _CATEGORY:
        below = sa.select(Product.id).where(Product.category_id.in_(at_or_below([id_])))
        category: sa.ColumnElement[bool] = product_id.in_(below)
        return category
    return sa.false()


def _kind_and_id(key: str) -> tuple[str, int]:
    kind, _colon, number = key.partition(":")
    if number.isascii() and number.isdecimal() and len(number) <= _LONGEST:
        return kind, int(number)
    return "", 0


def found_items(typed: str) -> Sequence[tuple[str, str]]:
    """Give the categories and products that fit what was typed, the categories for nothing.

    None for whoever may not see products.
    """
    if not current_person().may(VIEW):
        return []
    words = typed.casefold().split()
    places = [
        (f"{_CATEGORY}:{id_}", path)
        for id_, path in category_choices(reading())
        if all(word in path.casefold() for word in words)
    ]
    rows = found_products(reading(), typed.translate(_BRACKETS))
    return [*places[:_MOST_CATEGORIES], *((f"{_PRODUCT}:{row.id}", _title(row)) for row in rows)]


def item_titles(keys: Sequence[str]) -> Mapping[str, str]:
    """Give the titles of categories and products, as far as whoever acts may see them."""
    if not current_person().may(VIEW):
        return {}
    asked = [_kind_and_id(key) for key in keys]
    places = dict(category_choices(reading())) if any(k == _CATEGORY for k, _id in asked) else {}
    products = some_products(reading(), [id_ for kind, id_ in asked if kind == _PRODUCT])
    titles = {f"{_CATEGORY}:{id_}": path for id_, path in places.items()}
    titles |= {f"{_PRODUCT}:{id_}": _title(row) for id_, row in products.items()}
    return {key: titles[key] for key in keys if key in titles}


def _title(product: AnyRow) -> str:
    return f"{product.name} ({product.article})" if product.article else str(product.name)


def _address(state: str) -> Callable[[Mapping[str, str]], str]:
    of_all = closed_deals_address(state)

    def address(asked: Mapping[str, str]) -> str:
        # The list of deals cannot be narrowed to what stands in their lines.
        return "" if "item" in asked else of_all(asked)

    return address
