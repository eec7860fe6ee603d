"""What plans of units may be about beside everything: categories and products, by their keys."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Final

import sqlalchemy as sa

from salesman_catalogue.choosing import at_or_below, category_choices
from salesman_catalogue.models import Product
from salesman_catalogue.permissions import VIEW
from salesman_catalogue.queries import found_products, some_products
from salesman_core.toolkit import AnyRow, current_person, reading

CATEGORY: Final = "category"
PRODUCT: Final = "product"
_MOST_CATEGORIES: Final = 300
_LONGEST: Final = 18
"""Digits of an id at most."""
_BRACKETS: Final = str.maketrans("()", "  ")
"""A title has its article in brackets, which stand in no product."""


def items(entries: Callable[[str], sa.Select[Any]]) -> Mapping[str, Any]:
    """Give what units can be told of one by one: categories and products.

    :param entries: gives the query of what counts of one, by its key.
    """
    return {"find": found_items, "titles": item_titles, "entries": entries}


def is_of_item(product_id: Any, key: str) -> sa.ColumnElement[bool]:
    """Give the condition of what is sold of a category with all below it, or of a product.

    :param product_id: the column that says which product it is.
    :param key: as ``category:5`` or ``product:7``.
    """
    kind, id_ = kind_and_id(key)
    if kind == PRODUCT:
        product: sa.ColumnElement[bool] = product_id == id_
        return product
    return of_categories(product_id, [id_]) if kind == CATEGORY else sa.false()


def of_categories(product_id: Any, ids: Collection[int]) -> sa.ColumnElement[bool]:
    """Give the condition of what is sold of some categories, with all that stands below them."""
    below = sa.select(Product.id).where(Product.category_id.in_(at_or_below([*ids])))
    condition: sa.ColumnElement[bool] = product_id.in_(below)
    return condition


def kind_and_id(key: str) -> tuple[str, int]:
    """Give what a key stands for, and nothing for what is none."""
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
        (f"{CATEGORY}:{id_}", path)
        for id_, path in category_choices(reading())
        if all(word in path.casefold() for word in words)
    ]
    rows = found_products(reading(), typed.translate(_BRACKETS))
    return [*places[:_MOST_CATEGORIES], *((f"{PRODUCT}:{row.id}", _title(row)) for row in rows)]


def item_titles(keys: Sequence[str]) -> Mapping[str, str]:
    """Give the titles of categories and products, as far as whoever acts may see them."""
    if not current_person().may(VIEW):
        return {}
    asked = [kind_and_id(key) for key in keys]
    places = dict(category_choices(reading())) if any(k == CATEGORY for k, _id in asked) else {}
    products = some_products(reading(), [id_ for kind, id_ in asked if kind == PRODUCT])
    titles = {f"{CATEGORY}:{id_}": path for id_, path in places.items()}
    titles |= {f"{PRODUCT}:{id_}": _title(row) for id_, row in products.items()}
    return {key: titles[key] for key in keys if key in titles}


def item_title(kind: str, id_: int) -> str:
    """Give the title of one, its id where that is nothing, or may not be seen."""
    return item_titles([f"{kind}:{id_}"]).get(f"{kind}:{id_}", str(id_))


def _title(product: AnyRow) -> str:
    return f"{product.name} ({product.article})" if product.article else str(product.name)
