"""How tests make invoices and payments: the kit's access walk finds it here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

import sqlalchemy as sa
from salesman_requisites.testing import own_company
from salesman_requisites.toolkit import company_choices

from salesman_core.toolkit import Client, create_client, reading
from salesman_invoices.acts.service import issue_act, make_act
from salesman_invoices.payments.service import enter_payment
from salesman_invoices.service import issue_invoice, make_invoice

LINE: Final = {"name": "Boiler", "quantity": Decimal(1), "price": Decimal(100)}


def line(**values: Any) -> dict[str, Any]:
    """Give a line of an invoice: usually a boiler for 100.00 without VAT."""
    return {**LINE, **values}


def make_invoices(text: Callable[[str], str], ids: Mapping[str, int]) -> Sequence[int]:
    """Make a draft, and an invoice that is issued.

    :param text: gives what stands in a field.
    :param ids: whose it is (``owner_id``), and for whom.
    """
    whose = {name: ids[name] for name in ("client_id", "owner_id") if name in ids}
    said = {"purpose": text("purpose"), "comment": text("comment")}
    lines = [line(name=text("line"), article=text("article"))]
    draft, issued = (
        make_invoice({**whose, **said, "company_id": _seller(), "lines": lines})
        for _state in range(2)
    )
    if "client_id" in whose:
        issue_invoice(issued)
    return [draft, issued]


def _seller() -> int:
    """Give an own company that issues them."""
    choices = company_choices(reading())
    return choices[0].id if choices else own_company()


def make_payments(text: Callable[[str], str], ids: Mapping[str, int]) -> Sequence[int]:
    """Make a payment that is allotted to nothing.

    :param text: gives what stands in a field.
    """
    values: dict[str, Any] = {"amount": Decimal(50), "reference": text("reference")}
    values |= {"comment": text("comment")}
    if "client_id" in ids:
        values["client_id"] = ids["client_id"]
    return [enter_payment(values)]


def make_acts(text: Callable[[str], str], ids: Mapping[str, int]) -> Sequence[int]:
    """Make a draft of an act and one that is issued, each of its own invoice.

    :param text: gives what stands in a field.
    """
    whose = {name: ids[name] for name in ("client_id", "owner_id") if name in ids}
    if "client_id" not in whose:  # nobody issues an invoice for nobody
        whose["client_id"] = _client_of(whose)
    lines = [line(name=text("line"), article=text("article"))]
    acts = []
    for _state in range(2):
        invoice_id = make_invoice({**whose, "company_id": _seller(), "lines": lines})
        issue_invoice(invoice_id)
        acts.append(make_act({"invoice_id": invoice_id, "comment": text("comment")}))
    issue_act(acts[1])
    return acts


def _client_of(whose: Mapping[str, int]) -> int:
    """Give a client whom an owner has, a new one where there is none.

    A new one would be seen by people who may see no act, and change what they get.
    """
    if "owner_id" in whose:
        mine = Client.owner_id == whose["owner_id"], Client.deleted_at.is_(None)
        if found := reading().scalar(sa.select(sa.func.min(Client.id)).where(*mine)):
            return found
    return create_client({"name": "Acme", **whose})


FACTORIES: Final = {
    "invoices.invoice": make_invoices,
    "invoices.payment": make_payments,
    "invoices.act": make_acts,
}


def walk_values() -> dict[str, list[str]]:
    """Make what the access walk finds behind the addresses of invoices."""
    return {"wanted": ["off"]}


_PAID: Final = {"line": "A visit", "quantity": "1", "price": "5", "vat": "none"}

WALK_FIELDS: Final[dict[str, dict[str, Any]]] = {
    "invoices.create": {"act": "draft", "client_id": "1", **_PAID},
    "invoices.create_payment": {"amount": "5", "direction": "in"},
}
"""What the access walk fills in where no page says what is asked."""

WALK_EXCUSED: Final[dict[str, str]] = {
    **dict.fromkeys(
        ("POST /invoices/<int:record_id>/reopen", "POST /api/v1/invoices/<int:record_id>/reopen"),
        "it takes an invoice that is cancelled",
    ),
    "POST /invoices/deals/<int:deal_id>/paid": "it takes a deal whose invoices are all paid",
    **dict.fromkeys(
        (f"POST {place}/<int:record_id>/send" for place in ("/invoices", "/api/v1/invoices")),
        "it takes an invoice that is issued",
    ),
    **dict.fromkeys(
        (f"POST {place}/acts/<int:record_id>/send" for place in ("/invoices", "/api/v1/invoices")),
        "it takes an act that is issued",
    ),
}
"""Routes in which nobody has success during a walk."""
