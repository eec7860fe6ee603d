"""Every read of products, through access."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_catalogue import pricing
from salesman_catalogue.lists import PRODUCTS, SOURCE
from salesman_catalogue.models import KIND, Category, Product, ProductExternalId, VatRate
from salesman_catalogue.permissions import COSTS
from salesman_catalogue.texts import texts
from salesman_core.toolkit import (
    AnyRow,
    ListQuery,
    MissingError,
    contains,
    count,
    current_person,
    external_ids_of,
    normalised,
    one_of,
    visible,
    without_unseen,
)

_ = texts.lazy

FOUND_AT_MOST: Final = 12
"""So many products are offered for what was typed."""

PRODUCT: Final = (
    Product.id,
    Product.kind,
    Product.name,
    Product.article,
    Product.unit,
    Product.category_id,
    Product.vat_rate_id,
    Product.cost,
    Product.currency,
    Product.active,
    Product.description,
    Product.imported,
    Product.created_at,
    Product.updated_at,
    Product.version,
)
"""What a product is, in the JSON API."""

NAMED: Final = (
    *PRODUCT,
    Category.name.label("category_name"),
    VatRate.name.label("vat_name"),
    VatRate.percent.label("vat_percent"),
)
"""The same with what a page shows beside it."""


def products(columns: Sequence[Any] = NAMED) -> sa.Select[*tuple[Any, ...]]:
    """Give the query of the products that the person reaches."""
    return sa.select(*columns).select_from(SOURCE).where(visible(KIND))


def one_product(session: Session, product_id: int) -> AnyRow:
    """Give a product.

    :raises MissingError: where there is none that the person may see.
    """
    row = session.execute(products().where(Product.id == product_id)).one_or_none()
    if row is None:
        raise MissingError(_("There is no such product, or you may not see it."))
    return row


def sees_costs() -> bool:
    """Tell whether whoever acts may see what products and lines cost the company."""
    return current_person().may(COSTS)


@dataclass(frozen=True, slots=True)
class Hanging:
    """What hangs on some products, by product.

    :param prices: by level.
    """

    prices: Mapping[int, Mapping[int, Decimal]]
    external_ids: Mapping[int, Mapping[str, str]]


def hanging(session: Session, product_ids: Sequence[int]) -> Hanging:
    """Give what hangs on some products, in two statements however many they are."""
    return Hanging(
        pricing.prices_of(session, product_ids),
        external_ids_of(session, ProductExternalId, product_ids),
    )


def count_products(session: Session, query: ListQuery) -> int:
    """Count the products of all pages of a list."""
    return count(session, PRODUCTS, query, visible(KIND))


def found_products(session: Session, typed: str) -> Sequence[AnyRow]:
    """Give the offered products in whose name or article all that was typed stands.

    The one of that very article stands first, then those whose name begins so.
    """
    typed = without_unseen(typed)
    words = normalised(typed)
    if not words:
        return []
    key = Product.article_key == words
    place = sa.case((key, 0), (Product.search_name.startswith(words, autoescape=True), 1), else_=2)
    found = products().where(Product.active, contains(Product.search_name, typed))
    ordered = found.order_by(place, Product.search_name, Product.id)
    return session.execute(ordered.limit(FOUND_AT_MOST)).all()


def products_by_article(session: Session, articles: Sequence[str]) -> dict[str, AnyRow]:
    """Give the offered products of some articles, by the article as it is compared.

    An article that several products have stands for none.
    """
    keys = {normalised(without_unseen(one)) for one in articles} - {""}
    if not keys:
        return {}
    found: dict[str, list[AnyRow]] = {}
    columns = (*NAMED, Product.article_key)
    for row in session.execute(
        products(columns).where(Product.active, one_of(Product.article_key, list(keys)))
    ):
        found.setdefault(row.article_key, []).append(row)
    return {key: rows[0] for key, rows in found.items() if len(rows) == 1}


def products_of_keys(session: Session, keys: Collection[str]) -> Sequence[AnyRow]:
    """Give the offered products whose name or article is one of some, as imports compare them."""
    if not keys:
        return []
    columns = (*NAMED, Product.article_key, Product.name_key)
    meant = sa.or_(one_of(Product.article_key, keys), one_of(Product.name_key, keys))
    return session.execute(products(columns).where(Product.active, meant)).all()


def some_products(session: Session, product_ids: Sequence[int]) -> dict[int, AnyRow]:
    """Give those of some products that the person sees, by their ids."""
    if not product_ids:
        return {}
    rows = session.execute(products().where(one_of(Product.id, list(product_ids))))
    return {row.id: row for row in rows}
