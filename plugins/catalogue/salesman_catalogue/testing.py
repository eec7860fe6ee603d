"""How tests make products and lines: the kit's access walk finds it here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from salesman_catalogue.category_service import add_category
from salesman_catalogue.choosing import levels
from salesman_catalogue.lines.service import replace_lines
from salesman_catalogue.service import create_product
from salesman_core.toolkit import reading


def make_products(text: Callable[[str], str], ids: Mapping[str, int]) -> Sequence[int]:
    """Make a product, and a line of it in the deal of the set, if there is one.

    :param text: gives what stands in a field.
    """
    name = text("name")
    product_id = create_product(
        {
            "name": name,
            "article": text("article"),
            "description": text("description"),
            "prices": [{"level_id": levels(reading())[0].id, "price": Decimal(100)}],
        }
    )
    if "deal_id" in ids:
        line = {"product_id": product_id, "quantity": Decimal(2), "name": text("line")}
        replace_lines(ids["deal_id"], [line])
    return [product_id]


FACTORIES: Final = {"catalogue.product": make_products}


def walk_values() -> dict[str, list[str]]:
    """Make what the access walk finds behind the addresses of the catalogue."""
    made = [add_category({"name": name}) for name in ("Walked", "Walked too", "And this one")]
    return {
        "category_id": [str(one) for one in made],
        "word": ["levels", "vat-rates"],
        "choice_id": ["1"],
        "format_": ["csv", "xlsx"],
    }


WALK_FIELDS: Final[dict[str, dict[str, Any]]] = {
    "catalogue.add_category": {"name": "One more of the walk"},
}
"""What the access walk fills in where no page says what is asked."""
