"""Products in the search box."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from flask import url_for

from salesman_catalogue.models import KIND, Product, ProductExternalId
from salesman_core.toolkit import AnyRow, Findable, normalised
from salesman_hookspecs import SearchHit


def _keyed(typed: str) -> sa.Select[tuple[int]] | None:
    """Give the products of an article, or of a key in another system."""
    key = typed.strip()
    if not key:
        return None
    of_article = sa.select(Product.id).where(Product.article_key == normalised(key))
    of_key = sa.select(ProductExternalId.record_id).where(ProductExternalId.key == key)
    either = sa.union(of_article, of_key).subquery()
    return sa.select(either.c[0])


def _found(row: AnyRow, score: float) -> SearchHit:
    url = url_for("catalogue.card", record_id=row.id)
    return SearchHit(row.name, url, row.article, score)


FOUND: Final = Findable(
    kind=KIND,
    id=Product.id,
    name=Product.search_name,
    read=sa.select(Product.id, Product.name, Product.article),
    hit=_found,
    words=_keyed,
    behind=sa.not_(Product.active),
)
"""How the search box finds products, a typo forgiven."""
