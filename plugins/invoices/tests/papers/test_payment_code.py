"""The QR code of a Russian invoice says exactly what ГОСТ Р 56042 wants."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest
import zxingcpp
from PIL import Image
from salesman_invoices.papers.payment_code import payment_code
from salesman_invoices.papers.phrases import purpose_of
from salesman_invoices.papers.rendering import printout_of
from salesman_invoices.papers.values import CANCELLED, DRAFT, SERVICE, Account, Paper, Party

from salesman_core.testing.pdf import picture_of

MakePaper = Callable[..., Paper]
MakeSeller = Callable[..., Party]

SAID = (
    "ST00012|Name=Общество с ограниченной ответственностью «Северный склад»"
    "|PersonalAcc=40702810938000000001|BankName=ПАО Сбербанк, г. Москва|BIC=044525225"
    "|CorrespAcc=30101810400000000225|PayeeINN=7801000005|KPP=780101001|Sum=12345678"
    "|Purpose=Оплата по счёту № СС-17 от 30.11.2026. В том числе НДС 20% - 20576.13 руб."
)


def code(paper: Paper) -> str | None:
    """Give what the code of an invoice says."""
    return payment_code(paper, purpose_of(paper))


def scanned(paper: Paper) -> list[str]:
    """Give what the codes on the first page say, as a phone reads them."""
    with Image.open(io.BytesIO(picture_of(printout_of(paper).pdf(), dots=200))) as page:
        return [one.text for one in zxingcpp.read_barcodes(page)]


def test_a_phone_reads_the_exact_payment_from_the_printed_page(
    make_paper: MakePaper, make_line: Callable[..., object]
) -> None:
    paper = make_paper(make_line(price="123456.78"))

    assert code(paper) == SAID
    assert scanned(paper) == [SAID]


def test_a_code_as_long_as_they_come_can_be_read(
    make_paper: MakePaper, make_seller: MakeSeller
) -> None:
    seller = make_seller(
        name="Ж" * 200,
        short_name="Ы" * 140,
        account=replace(make_seller().account or pytest.fail("an account"), bank="Щ" * 60),
    )
    paper = make_paper(seller=seller, purpose="Ю" * 210)

    (read,) = scanned(paper)

    assert read == code(paper)
    assert read.endswith("Purpose=" + "Ю" * 210)


def test_another_sign_parts_the_fields_where_a_value_holds_the_usual_one(
    make_paper: MakePaper, make_seller: MakeSeller
) -> None:
    paper = make_paper(seller=make_seller(name="ООО «Вилка|Ложка»"), purpose="За ~ всё")

    said = code(paper)

    assert said is not None
    assert said.startswith("ST00012^Name=ООО «Вилка|Ложка»^PersonalAcc=")
    assert said.endswith("^Purpose=За ~ всё")
    assert scanned(paper) == [said]


def test_needed_fields_stay_within_their_three_hundred_bytes(
    make_paper: MakePaper, make_seller: MakeSeller
) -> None:
    full = "Общество с ограниченной ответственностью «" + "Очень длинное имя " * 8 + "»"
    shorter = code(make_paper(seller=make_seller(name=full)))
    cut = code(make_paper(seller=make_seller(name=full, short_name="Ы" * 150)))

    assert shorter is not None
    assert "|Name=ООО «Северный склад»|" in shorter
    assert cut is not None
    needed = cut.removeprefix("ST00012|").partition("|PayeeINN")[0]
    assert 298 <= len(needed.encode()) <= 300


def test_values_are_cut_to_what_the_standard_lets_them_be(
    make_paper: MakePaper, make_seller: MakeSeller
) -> None:
    bank = Account("Банк " + "Ы" * 60, "044525225", "4" * 20)
    said = code(make_paper(seller=make_seller(account=bank), purpose="За всё " * 50)) or ""
    fields = dict(one.split("=") for one in said.split("|")[1:])

    assert len(fields["BankName"]) == 45
    assert fields["CorrespAcc"] == "0"
    assert len(fields["Purpose"]) <= 210


def test_breaks_of_lines_become_gaps(make_paper: MakePaper) -> None:
    said = code(make_paper(purpose="За\r\nвсё\tсразу"))

    assert (said or "").endswith("Purpose=За всё сразу")


@pytest.mark.parametrize("price", ["0.01", "1", "999999999999.99"])
def test_the_sum_is_said_in_kopecks(
    make_paper: MakePaper, make_line: Callable[..., object], price: str
) -> None:
    said = code(make_paper(make_line(price=price)))

    assert f"|Sum={int(Decimal(price) * 100)}|" in (said or "")


@pytest.mark.parametrize(
    "changes",
    [
        {"currency": "EUR"},
        {"state": DRAFT},
        {"state": CANCELLED},
        {"amount": Decimal(0)},
    ],
)
def test_what_no_bank_of_russia_takes_has_no_code(
    make_paper: MakePaper, changes: dict[str, object]
) -> None:
    assert code(make_paper(**changes)) is None


def test_a_foreign_account_or_none_has_no_code(
    make_paper: MakePaper, make_seller: MakeSeller
) -> None:
    foreign = Account("Commerzbank", "COBADEFF", "DE89370400440532013000")

    assert code(make_paper(seller=make_seller(account=foreign))) is None
    assert code(make_paper(seller=make_seller(account=None))) is None


def test_an_act_bears_no_code(make_paper: MakePaper) -> None:
    assert scanned(make_paper(sort=SERVICE)) == []
