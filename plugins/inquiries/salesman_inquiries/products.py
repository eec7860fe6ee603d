"""The products that were asked about: as they are kept, told and summed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from salesman_core.toolkit import Planned, company, formats, service
from salesman_inquiries.models import MOST_AMOUNT, Inquiry, InquiryProduct
from salesman_inquiries.toolkit import Catalogue

InCatalogue = Mapping[str, Mapping[str, Any]]
"""What the catalogue knows of products, by the names under which they were asked about."""


def planned_products(inquiry: Inquiry, values: Mapping[str, Any]) -> Iterator[Planned]:
    """Give the products that are to be kept, as far as *values* name them."""
    if "products" not in values:
        return
    named = [one for one in values["products"] if one["name"].strip()]
    rows = [
        InquiryProduct(
            name=one["name"].strip(),
            quantity=one.get("quantity"),
            price=one.get("price"),
            position=position,
        )
        for position, one in enumerate(named)
    ]
    before, after = lines_of(inquiry.products), lines_of(rows)
    if before != after:
        yield Planned("products", before, after, lambda: setattr(inquiry, "products", rows))


def in_catalogue(session: Session, products: Iterable[Any]) -> InCatalogue:
    """Give what the catalogue knows of products, by the names under which they were asked about."""
    catalogue: Catalogue | None = service("catalogue")
    names = [one.name for one in products]
    return {} if catalogue is None else catalogue.named(session, names)


def suggestions() -> str:
    """Give where a field finds products of the catalogue; empty where there is none."""
    catalogue: Catalogue | None = service("catalogue")
    return "" if catalogue is None else catalogue.suggestions()


def add_as_lines(products: Sequence[Any], deal_id: int) -> None:
    """Let products be lines of a new deal, as far as the catalogue makes lines of them."""
    catalogue: Catalogue | None = service("catalogue")
    if catalogue is not None and products:
        names = ("name", "quantity", "price")
        asked = [{name: getattr(one, name) for name in names} for one in products]
        catalogue.add_asked(deal_id, asked)


def lines_of(products: Iterable[Any]) -> list[str]:
    """Give products in words, a line each: the name, how many, and at what price."""
    return [" ".join(_parts(one)) for one in products]


def _parts(product: Any) -> Iterator[str]:
    yield str(product.name)
    if product.quantity is not None:
        yield f"× {formats.number(product.quantity)}"
    if product.price is not None:
        yield f"— {formats.money(product.price, company().currency)}"


def amount_of(products: Sequence[Any], known: InCatalogue | None = None) -> Decimal | None:
    """Give what products come to, those without a price left out; None where none has one.

    Where nobody said how many, it is one. What no deal amounts to is None as well.

    :param known: what the catalogue knows of them, whose price counts where nobody said another.
    """
    priced = [(_price_of(one, known or {}), one.quantity) for one in products]
    amounts = [
        price * (Decimal(1) if quantity is None else quantity)
        for price, quantity in priced
        if price is not None
    ]
    if not amounts:
        return None
    amount = sum(amounts, start=Decimal(0))
    return amount.quantize(Decimal("0.01")) if amount <= MOST_AMOUNT else None


def _price_of(product: Any, known: InCatalogue) -> Decimal | None:
    said: Decimal | None = product.price
    found = known.get(product.name)
    if said is not None or found is None or found["currency"] != company().currency:
        return said
    price: Decimal | None = found["price"]
    return price
