"""What may be chosen in the catalogue: categories, price levels, VAT rates, units."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_catalogue.models import KIND, Category, Level, Product, VatRate
from salesman_core.toolkit import AnyRow, visible

BETWEEN: Final = " / "
"""What stands between the names in the path of a category."""
_MOST_UNITS: Final = 100


def levels(session: Session, *, offered: bool = False) -> Sequence[AnyRow]:
    """Give the price levels in their order.

    :param offered: those alone that are offered.
    """
    every = sa.select(Level.id, Level.name, Level.active, Level.version)
    every = every.where(Level.active) if offered else every
    return session.execute(every.order_by(Level.position, Level.id)).all()


def vat_rates(session: Session, *, offered: bool = False) -> Sequence[AnyRow]:
    """Give the VAT rates in their order, likewise."""
    columns = (VatRate.id, VatRate.name, VatRate.percent, VatRate.active, VatRate.version)
    every = sa.select(*columns)
    every = every.where(VatRate.active) if offered else every
    return session.execute(every.order_by(VatRate.position, VatRate.id)).all()


def units(session: Session) -> list[str]:
    """Give the units in which products are sold, the commonest first."""
    often = sa.func.count(Product.id)
    used = sa.select(Product.unit).where(visible(KIND), Product.unit != "").group_by(Product.unit)
    return list(session.scalars(used.order_by(often.desc(), Product.unit).limit(_MOST_UNITS)))


@dataclass(frozen=True, slots=True)
class Place:
    """A category in its tree.

    :param path: the names from the top down to it.
    :param depth: how many stand above it.
    """

    id: int
    parent_id: int | None
    name: str
    version: int
    path: str
    depth: int


def tree(session: Session) -> list[Place]:
    """Give all categories, each behind the one that it is in, in one statement."""
    columns = (Category.id, Category.parent_id, Category.name, Category.version)
    ordered = sa.select(*columns).order_by(Category.position, Category.id)
    below: dict[int | None, list[AnyRow]] = {}
    for row in session.execute(ordered):
        below.setdefault(row.parent_id, []).append(row)
    return list(_placed(below, None, ""))


def _placed(
    below: dict[int | None, list[AnyRow]], parent_id: int | None, path: str, depth: int = 0
) -> Iterator[Place]:
    for row in below.get(parent_id, ()):
        own = f"{path}{BETWEEN}{row.name}" if path else row.name
        yield Place(row.id, row.parent_id, row.name, row.version, own, depth)
        yield from _placed(below, row.id, own, depth + 1)


def category_choices(session: Session) -> list[tuple[int, str]]:
    """Give the categories as a choice, by their paths."""
    return [(one.id, one.path) for one in tree(session)]


def at_or_below(category_ids: Sequence[int]) -> sa.Select[tuple[int]]:
    """Give the SELECT of the ids of some categories and of all that stand below them."""
    top = sa.select(Category.id).where(Category.id.in_(category_ids))
    found = top.cte(recursive=True)
    children = sa.select(Category.id).join(found, Category.parent_id == found.c.id)
    found = found.union(children)
    return sa.select(found.c.id)


def used_categories(session: Session) -> dict[int, int]:
    """Give how many products are in each category that has some."""
    number = sa.func.count(Product.id).label("number")
    used = sa.select(Product.category_id, number).where(Product.category_id.is_not(None))
    rows = session.execute(used.group_by(Product.category_id))
    return {row.category_id: row.number for row in rows}
