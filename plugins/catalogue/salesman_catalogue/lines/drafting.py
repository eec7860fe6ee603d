"""Lines on their way into a deal: what is left out is filled in, what cannot be is said by line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_catalogue import choosing, pricing, queries
from salesman_catalogue.models import Product
from salesman_catalogue.sums import DiscountError, Sums, Terms, sums_of
from salesman_catalogue.texts import texts
from salesman_core.toolkit import AnyRow, formats, shows_something
from salesman_hookspecs import Text

_ = texts.lazy

KEPT: Final = (
    *("product_id", "level_id", "article", "name", "unit", "quantity", "price"),
    *("discount_percent", "discount_amount", "vat_percent", "vat_on_top", "cost"),
)
"""The columns of a line that somebody says, or that a product does."""
_NOTHING: Final[Mapping[str, Any]] = {
    "product_id": None,
    "level_id": None,
    "article": "",
    "name": "",
    "unit": "",
    "discount_percent": None,
    "discount_amount": None,
    "vat_percent": None,
    "vat_on_top": False,
    "cost": Decimal(0),
}

Values = Mapping[str, Any]
Wrong = dict[str, Text]


@dataclass(frozen=True, slots=True)
class DraftedLine:
    """A line as it would be written.

    :param id: of the line that it is; None for a new one.
    :param values: what it holds; ``sums`` is None where something is wrong with it.
    :param wrong: what is wrong, by field.
    """

    id: int | None
    values: Values
    sums: Sums | None
    wrong: Wrong


class LineDrafts:
    """Makes drafts of lines: in as many statements for one as for five hundred.

    :param currency: of the deal.
    :param held: the lines that the deal has, by their ids.
    :param trusted: whether nothing is asked about products, as of lines that stood there before.
    """

    def __init__(
        self, session: Session, currency: str, held: Mapping[int, Any], *, trusted: bool = False
    ) -> None:
        self._session, self._currency, self._held = session, currency, held
        self._trusted = trusted
        self._levels = {row.id: row.name for row in choosing.levels(session)}
        self._usual = pricing.usual_level()
        self._sees_costs = queries.sees_costs()
        self._products: Mapping[int, AnyRow] = {}
        self._prices: Mapping[int, Mapping[int, Decimal]] = {}
        self._taken: set[int] = set()
        self._there: set[int] = set()

    def of(self, lines: Sequence[Values]) -> list[DraftedLine]:
        """Give drafts of lines, as ``LineSchema`` judges them, in their order."""
        meant = {one["product_id"] for one in lines if one.get("product_id") is not None}
        self._products = queries.some_products(self._session, sorted(meant))
        self._prices = pricing.prices_of(self._session, list(self._products))
        if self._trusted:
            there = sa.select(Product.id).where(Product.id.in_(meant))
            self._there = set(self._session.scalars(there))
        return [self._draft(one) for one in lines]

    def _draft(self, said: Values) -> DraftedLine:
        wrong: Wrong = {}
        held = self._line_meant(said, wrong)
        line = dict(_NOTHING if held is None else {name: getattr(held, name) for name in KEPT})
        stays = held is not None and said.get("product_id", held.product_id) == held.product_id
        product = self._product(said, wrong, stays=stays)
        if not stays:
            line |= {"article": ""} if product is None else self._of_product(product)
            if product is not None:
                line.pop("price", None)
        line |= {name: said[name] for name in KEPT if name in said and said[name] is not None}
        line |= {
            name: None
            for name in (
                "product_id",
                "level_id",
                "discount_percent",
                "discount_amount",
                "vat_percent",
            )
            if name in said and said[name] is None
        }
        if self._trusted and line["product_id"] not in self._there:
            line["product_id"] = None
        self._judge_costs(said, wrong)
        self._judge_discount(said, line)
        self._set_price(said, line, product, wrong)
        if "product_id" not in wrong and not shows_something(line["name"]):
            wrong.setdefault("name", _("Say what is sold: a product, or something in words."))
        if line["level_id"] is not None and line["level_id"] not in self._levels:
            wrong["level_id"] = _("There is no such price level.")
        sums = None if wrong else _counted(line, wrong)
        return DraftedLine(None if held is None else held.id, line, sums, wrong)

    def _line_meant(self, said: Values, wrong: Wrong) -> Any:
        """Give the line that is meant, where one is named; each may be named once."""
        id_ = said.get("id")
        if id_ is None:
            return None
        held = self._held.get(id_)
        if held is None or id_ in self._taken:
            wrong["id"] = _("The deal has no such line.")
            return None
        self._taken.add(id_)
        return held

    def _product(self, said: Values, wrong: Wrong, *, stays: bool) -> AnyRow | None:
        """Give the product of a line; one that comes new into it has to be offered."""
        id_ = said.get("product_id")
        product = self._products.get(id_) if id_ is not None else None
        if id_ is None or self._trusted or stays:
            return product
        if product is None:
            wrong["product_id"] = _("There is no such product, or you may not see it.")
        elif not product.active:
            wrong["product_id"] = _(
                "“%(name)s” is offered no more: choose another product, or write it in words.",
                name=product.name,
            )
        return product

    def _of_product(self, product: AnyRow) -> dict[str, Any]:
        """Give what a product says of a line."""
        same = product.currency == self._currency
        return {
            "article": product.article,
            "name": product.name,
            "unit": product.unit,
            "vat_percent": product.vat_percent,
            "cost": product.cost if same else Decimal(0),
        }

    def _judge_costs(self, said: Values, wrong: Wrong) -> None:
        """Let only those say what something costs who may see it.

        The cost that a line has already is refused as well: who may try could find it by trying.
        """
        if said.get("cost") is not None and not (self._sees_costs or self._trusted):
            wrong["cost"] = _("Your roles do not include costs.")

    def _judge_discount(self, said: Values, line: dict[str, Any]) -> None:
        """Let the discount that was said take the place of another one."""
        if said.get("discount_percent") is not None and said.get("discount_amount") is None:
            line["discount_amount"] = None
        if said.get("discount_amount") is not None and said.get("discount_percent") is None:
            line["discount_percent"] = None

    def _set_price(
        self, said: Values, line: dict[str, Any], product: AnyRow | None, wrong: Wrong
    ) -> None:
        """Take the price of the product where none is said, at the level that is said."""
        if said.get("price") is not None or "product_id" in wrong:
            return
        if product is None:
            if line.get("price") is None:
                wrong["price"] = _("Say the price.")
            return
        level = line["level_id"] if line["level_id"] is not None else self._usual
        fresh = "price" not in line or "level_id" in said
        if not fresh:
            return
        price = self._prices[product.id].get(level) if level is not None else None
        if product.currency != self._currency:
            wrong["price"] = _(
                "Its prices are in %(own)s, the deal is in %(of_deal)s: say the price in"
                " %(of_deal)s.",
                own=product.currency,
                of_deal=self._currency,
            )
        elif price is None:
            name = self._levels.get(level or 0, "")
            wrong["price"] = _("It has no price at the level “%(name)s”: say one.", name=name)
        line["level_id"], line["price"] = level, price


def _counted(line: Values, wrong: Wrong) -> Sums | None:
    """Give what a line comes to."""
    if line["discount_percent"] is not None and line["discount_amount"] is not None:
        wrong["discount_amount"] = _("A discount is a percentage or a sum, not both.")
        return None
    terms = Terms(**{name: line[name] for name in Terms.__dataclass_fields__})
    try:
        return sums_of(terms)
    except DiscountError:
        full = formats.amount(sums_of(Terms(terms.quantity, terms.price)).full)
        wrong["discount_amount"] = _(
            "The discount is more than the line comes to: %(full)s.", full=full
        )
        return None
