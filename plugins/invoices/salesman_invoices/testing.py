"""How tests make invoices and payments: the kit's access walk finds it here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from salesman_invoices.payments.service import enter_payment
from salesman_invoices.service import make_invoice

LINE: Final = {"name": "Boiler", "quantity": Decimal(1), "price": Decimal(100)}


def line(**values: Any) -> dict[str, Any]:
    """Give a line of an invoice: usually a boiler for 100.00 without VAT."""
    return {**LINE, **values}


def make_invoices(text: Callable[[str], str], ids: Mapping[str, int]) -> Sequence[int]:
    """Make a draft, and one that is issued and partly paid where an own company is there.

    :param text: gives what stands in a field.
    :param ids: whose it is (``owner_id``), and for whom.
    """
    whose = {name: ids[name] for name in ("client_id", "owner_id") if name in ids}
    said = {"purpose": text("purpose"), "comment": text("comment")}
    lines = [line(name=text("line"), article=text("article"))]
    return [make_invoice({**whose, **said, "lines": lines})]


def make_payments(text: Callable[[str], str], ids: Mapping[str, int]) -> Sequence[int]:
    """Make a payment that is allotted to nothing.

    :param text: gives what stands in a field.
    """
    values: dict[str, Any] = {"amount": Decimal(50), "reference": text("reference")}
    values |= {"comment": text("comment")}
    if "client_id" in ids:
        values["client_id"] = ids["client_id"]
    return [enter_payment(values)]


FACTORIES: Final = {"invoices.invoice": make_invoices, "invoices.payment": make_payments}
