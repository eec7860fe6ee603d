"""Papers to print, and what can be read in them."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from PIL import Image
from salesman_catalogue.toolkit import Terms, sums_of
from salesman_invoices.papers.rendering import what_is_lacking
from salesman_invoices.papers.values import INVOICE, Account, Paper, PaperLine, Party

from salesman_core.testing.pytest_plugin import lacking

MakePaper = Callable[..., Paper]
MakeLine = Callable[..., PaperLine]


@pytest.fixture(autouse=True)
def _readable(pdf_tools: None) -> None:
    """Papers are made and read back."""
    if missing := what_is_lacking():
        lacking(missing)


def _seller(**changes: Any) -> Party:
    usual: dict[str, Any] = {
        "name": "Общество с ограниченной ответственностью «Северный склад»",
        "short_name": "ООО «Северный склад»",
        "tax_number": "7801000005",
        "kpp": "780101001",
        "address": "190000, Санкт-Петербург, Большая Морская ул., д. 1",
        "phone": "+7 812 555-01-01",
        "account": Account(
            "ПАО Сбербанк, г. Москва", "044525225", "40702810938000000001", "30101810400000000225"
        ),
        "signer": "Иванова Анна Петровна",
        "signer_post": "Генеральный директор",
    }
    return Party(**usual | changes)


def _line(
    name: str = "Стеллаж", quantity: str = "1", price: str = "100", **terms: Any
) -> PaperLine:
    """Give a line whose sums are what the catalogue makes of it."""
    said = {"article": terms.pop("article", ""), "unit": terms.pop("unit", "шт.")}
    known = {"vat_percent": Decimal(20)} | terms
    sums = sums_of(Terms(Decimal(quantity), Decimal(price), **known))
    return PaperLine(
        name, Decimal(quantity), Decimal(price), net=sums.net, vat=sums.vat, **said, **known
    )


@pytest.fixture
def make_line() -> MakeLine:
    """Give a line by quantity, price and terms."""
    return _line


@pytest.fixture
def make_seller() -> Callable[..., Party]:
    """Give an own company, with what the test wants otherwise."""
    return _seller


@pytest.fixture
def make_paper() -> MakePaper:
    """Give a paper of lines, whose sums are theirs."""

    def make(*lines: PaperLine, **changes: Any) -> Paper:
        usual: dict[str, Any] = {
            "sort": INVOICE,
            "number": "СС-17",
            "day": date(2026, 11, 30),
            "seller": _seller(),
            "buyer": Party("ООО «Альфа»", tax_number="7702000001", address="Москва, Покровка, 3"),
            "currency": "RUB",
            "due_on": date(2026, 12, 7),
        }
        lines = lines or (_line(),)
        net = sum((line.net for line in lines), Decimal(0))
        vat = sum((line.vat for line in lines), Decimal(0))
        sums = {"lines": lines, "net": net, "vat": vat, "amount": net + vat}
        return Paper(**usual | sums | changes)

    return make


@pytest.fixture
def stamp() -> bytes:
    """Give a small picture."""
    target = io.BytesIO()
    Image.new("RGBA", (40, 40), (30, 60, 180, 255)).save(target, "PNG")
    return target.getvalue()
