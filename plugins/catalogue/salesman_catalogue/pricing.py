"""The prices of products by level, as columns that lists, files and imports have.

The levels are the company's, so what there is of them is known only at run time.
"""

from __future__ import annotations

import functools
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

import sqlalchemy as sa
from flask import g
from sqlalchemy.orm import Session

from salesman_catalogue import choosing
from salesman_catalogue.models import Price, Product
from salesman_core.toolkit import (
    FieldKind,
    Further,
    ImportedRow,
    ListField,
    formats,
    one_of,
    reading,
)
from salesman_hookspecs import ImportField

_PREFIX: Final = "price_"
_OFFERED: Final = "catalogue_levels_offered"
_RETAIL: Final = ("price", "retail", "цена", "розница", "розничная цена", "цена розничная")

Levels = tuple[tuple[int, str], ...]
"""Ids and names of price levels, in their order."""


def field_of(level_id: int) -> str:
    """Give the name of the column with the prices of a level."""
    return f"{_PREFIX}{level_id}"


def offered_levels() -> Levels:
    """Give the levels that are offered; asked once in a request."""
    found: Levels | None = g.get(_OFFERED)
    if found is None:
        found = tuple((row.id, row.name) for row in choosing.levels(reading(), offered=True))
        setattr(g, _OFFERED, found)
    return found


def forget_levels() -> None:
    """Ask anew for the levels, because they have changed in this request."""
    g.pop(_OFFERED, None)


def further_columns() -> Further | None:
    """Give a column for each level, for lists and files."""
    levels = offered_levels()
    return _further(levels) if levels else None


@functools.lru_cache(maxsize=64)
def _further(levels: Levels) -> Further:
    return Further(tuple(_column(*one) for one in levels), Product.id, _cells, _values)


def _column(level_id: int, name: str) -> ListField:
    price = sa.select(Price.price).where(
        Price.product_id == Product.id, Price.level_id == sa.literal_column(str(level_id))
    )
    column = price.correlate(Product).scalar_subquery()
    return ListField(field_of(level_id), name, column, FieldKind.MONEY)


def _cells(rows: Sequence[Any], names: Collection[str]) -> Mapping[int, Mapping[str, str]]:
    currency = {row.id: row.currency for row in rows}
    return {
        id_: {name: formats.money(price, currency[id_]) for name, price in of.items()}
        for id_, of in _values(rows, names).items()
    }


def _values(rows: Sequence[Any], names: Collection[str]) -> Mapping[int, Mapping[str, Any]]:
    prices = prices_of(reading(), [row.id for row in rows])
    return {
        id_: {field_of(level): price for level, price in of.items() if field_of(level) in names}
        for id_, of in prices.items()
    }


def prices_of(session: Session, product_ids: Collection[int]) -> dict[int, dict[int, Decimal]]:
    """Give the prices of some products by level, in one statement."""
    found: dict[int, dict[int, Decimal]] = {id_: {} for id_ in product_ids}
    rows = sa.select(Price.product_id, Price.level_id, Price.price)
    for row in session.execute(rows.where(one_of(Price.product_id, list(product_ids)))):
        found[row.product_id][row.level_id] = row.price
    return found


def usual_level() -> int | None:
    """Give the level that counts where nobody says another; None where there is none."""
    return next((level_id for level_id, _name in offered_levels()), None)


def usual_prices(rows: Sequence[Any]) -> dict[int, Decimal]:
    """Give the prices of products at the usual level, of those that have one there."""
    level = usual_level()
    prices = prices_of(reading(), [row.id for row in rows])
    return {id_: of[level] for id_, of in prices.items() if level in of}


def import_fields() -> list[ImportField]:
    """Give a field for each level: columns of files find it by its name."""
    return [
        ImportField(
            field_of(level_id),
            name,
            _synonyms(place),
            kind="money",
            money_currency="currency",
        )
        for place, (level_id, name) in enumerate(offered_levels())
    ]


def _synonyms(place: int) -> tuple[str, ...]:
    """Give what the columns of a level are called in files of others, by its place."""
    return (f"level {place}", f"уровень {place}", f"price {place + 1}") if place else _RETAIL


def told_prices(row: ImportedRow) -> dict[int, Decimal]:
    """Give the prices that a row of a file tells by level; nought is none."""
    levels = {field_of(level_id): level_id for level_id, _name in offered_levels()}
    return {levels[name]: row[name] for name in row.keys() & levels.keys() if row[name]}
