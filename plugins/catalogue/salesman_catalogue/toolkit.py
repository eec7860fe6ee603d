"""What other plugins may use of the catalogue.

The arithmetic of lines is :mod:`salesman_catalogue.sums`: whoever prints an invoice or an act
rounds by it, so that papers and deal agree to the kopeck (ADR 57).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_catalogue.choosing import vat_rates
from salesman_catalogue.items import is_of_item, item_titles, items
from salesman_catalogue.lines.queries import sold_lines
from salesman_catalogue.sums import (
    DiscountError,
    Sums,
    Terms,
    rounded,
    sums_of,
    together,
    vat_inside,
)
from salesman_core.toolkit import AnyRow

__all__ = [
    "Catalogue",
    "DiscountError",
    "Sums",
    "Terms",
    "is_of_item",
    "item_titles",
    "items",
    "rounded",
    "sold_lines",
    "sums_of",
    "together",
    "vat_inside",
    "vat_rates",
]


class Catalogue(Protocol):
    """The service of the catalogue: ``service("catalogue")`` of the core's toolkit gives it.

    Each method judges whether whoever acts may do it, and joins the transaction of its caller.
    """

    def find(self, session: Session, typed: str) -> Sequence[Mapping[str, Any]]:
        """Give the offered products that fit what was typed, by name or article.

        :returns: each with ``id``, ``name``, ``article``, ``unit``, ``currency`` and ``price`` at
            the usual level, None where it has none; none for whoever may not see products.
        """
        ...

    def named(self, session: Session, names: Collection[str]) -> Mapping[str, Mapping[str, Any]]:
        """Give the offered product that each of some names or articles stands for.

        A name stands for a product that is called exactly so, or has it for an article, alone of
        all; case, spaces and «ё» make no difference.

        :returns: by what was said, each with ``id``, ``name``, ``article``, ``currency``, ``price``
            at the usual level or None, and the ``address`` of its card; without what stands for
            none, and nothing for whoever may not see products.
        """
        ...

    def suggestions(self) -> str:
        """Give the address at which a field finds products while somebody types.

        It is for ``data-suggest`` of an input, as the macro ``repeated`` of
        ``core/macros/forms.html`` has it; what is chosen there, ``named`` knows again. Empty for
        whoever may not see products.
        """
        ...

    def lines(self, session: Session, deal_id: int) -> Sequence[AnyRow]:
        """Give the lines of a deal that whoever acts sees, with their sums, in their order."""
        ...

    def add_lines(self, deal_id: int, lines: Sequence[Mapping[str, Any]]) -> None:
        """Add lines behind those that a deal has; its amount follows from them.

        :param lines: as the JSON API names them: with a ``product_id``, or a ``name`` and a
            ``price``; and a ``quantity``.
        :raises InvalidError: by line and field.
        :raises ConflictError: where something else owns the amount of the deal.
        """
        ...

    def add_asked(self, deal_id: int, products: Sequence[Mapping[str, Any]]) -> bool:
        """Add what of some products can be lines of a deal; give whether anything was.

        A name that stands for a product (:meth:`named`) is a line of that product, at its own price
        where none is said; other words are a line of their own, where they have a price. Who may
        not change the deal adds nothing.

        :param products: each with a ``name``; ``quantity``, one where it is None or left out; and
            ``price`` for one, in the deal's currency, or None.
        :raises ConflictError: as :meth:`add_lines`.
        """
        ...

    def sold(self) -> sa.Select[*tuple[Any, ...]]:
        """Give the query of the lines of all deals that whoever acts sees; see ``sold_lines``."""
        ...
