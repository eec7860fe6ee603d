"""What somebody asks about in their own words: which products that is, and which lines of a deal.

Inquiries, leads, forms of web sites, letters and files bring words, not ids. What is exactly the
article or the name of one offered product is that product; anything else stays words (ADR 70).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from sqlalchemy.orm import Session

from salesman_catalogue import pricing, queries
from salesman_catalogue.lines.schemas import LEAST_QUANTITY, MOST_LINES, MOST_QUANTITY
from salesman_catalogue.lines.service import MOST_AMOUNT
from salesman_catalogue.schemas import MOST_PRICE
from salesman_core.toolkit import AnyRow, company, formats, normalised, written

Asked = Mapping[str, Any]
_ONE: Final = Decimal(1)


def named(session: Session, names: Iterable[str]) -> dict[str, AnyRow]:
    """Give the offered product that each of some names or articles stands for, by what was said.

    An article goes before a name; what several products have stands for none of them.
    """
    keys = {name: key for name in names if (key := normalised(name))}
    by_article: dict[str, list[AnyRow]] = {}
    by_name: dict[str, list[AnyRow]] = {}
    for row in queries.products_of_keys(session, set(keys.values())):
        by_article.setdefault(row.article_key, []).append(row)
        by_name.setdefault(row.name_key, []).append(row)
    found = {name: by_article.get(key) or by_name.get(key, []) for name, key in keys.items()}
    return {name: rows[0] for name, rows in found.items() if len(rows) == 1}


def suggestions(session: Session, typed: str) -> list[dict[str, Any]]:
    """Give what a field may offer while somebody types what is asked about.

    ``value`` stands for the product by itself, ``text`` says what it is, ``fills`` what else is
    known of it in the row.
    """
    found = queries.found_products(session, typed)
    prices = pricing.prices_of(session, [row.id for row in found])
    usual = pricing.usual_level() or 0
    plain = named(session, [row.name for row in found])
    return [
        {
            "value": row.name if row.name in plain else row.article or row.name,
            "text": " · ".join(_told(row, prices[row.id].get(usual))),
            "fills": _fills(row, prices[row.id].get(usual)),
        }
        for row in found
    ]


def _told(product: AnyRow, price: Decimal | None) -> Iterator[str]:
    yield product.name
    if product.article:
        yield product.article
    if price is not None:
        yield formats.money(price, product.currency)


def _fills(product: AnyRow, price: Decimal | None) -> dict[str, str]:
    """Give the price as it is typed; it is meant in the company's currency."""
    if price is None or product.currency != company().currency:
        return {}
    return {"price": written(price)}


def lines_asked(session: Session, currency: str, asked: Sequence[Asked]) -> list[dict[str, Any]]:
    """Give what of some products can be lines of a deal, as the JSON API names lines.

    :param currency: of the deal, in which prices are said.
    :param asked: each with a ``name``; ``quantity`` (one, where nobody says) and ``price`` where
        they are known. A product of the catalogue has its own price.
    :returns: none of them, where they come to more than any deal does.
    """
    products = named(session, [one["name"] for one in asked])
    priced = {
        id_: prices.get(pricing.usual_level() or 0)
        for id_, prices in pricing.prices_of(session, [row.id for row in products.values()]).items()
    }
    lines: list[dict[str, Any]] = []
    together = Decimal(0)
    for one in asked[:MOST_LINES]:
        product = products.get(one["name"])
        price = one.get("price")
        if price is None and product is not None and product.currency == currency:
            price = priced[product.id]
        quantity = _ONE if one.get("quantity") is None else one["quantity"]
        if price is not None and _is_line(quantity, price):
            lines.append(_line(one, product, quantity))
            together += price * quantity
    return lines if together <= MOST_AMOUNT else []


def _is_line(quantity: Decimal, price: Decimal) -> bool:
    return price <= MOST_PRICE and LEAST_QUANTITY <= quantity <= MOST_QUANTITY


def _line(asked: Asked, product: AnyRow | None, quantity: Decimal) -> dict[str, Any]:
    """Give a line; a price that nobody said is left to the price list."""
    what = {"name": asked["name"]} if product is None else {"product_id": product.id}
    said = {} if asked.get("price") is None else {"price": str(asked["price"])}
    return {**what, **said, "quantity": str(quantity)}
