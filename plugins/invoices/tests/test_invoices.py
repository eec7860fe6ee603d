"""Invoices: made from deals, issued with a number, cancelled; never more than the deal."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
import sqlalchemy as sa
from flask import Flask
from salesman_invoices import queries, service
from salesman_invoices.models import Invoice
from salesman_invoices.standing import company_day
from salesman_invoices.testing import line
from salesman_requisites.companies.service import change_company

from salesman_core.deals.rate_table import enter_rates, judged_rate
from salesman_core.jobs.port import jobs
from salesman_core.plugins.host import current_host
from salesman_core.testing.clock import FrozenClock
from salesman_core.testing.people import Make
from salesman_core.toolkit import (
    Client,
    ConflictError,
    Deal,
    ForbiddenError,
    InvalidError,
    MissingError,
    change_client,
    reading,
    writing,
)

from .conftest import Bill


def lines_of(invoice_id: int) -> list[tuple[str, Decimal, Decimal]]:
    rows = queries.lines_of(reading(), [invoice_id])[invoice_id]
    return [(row.name, row.quantity, row.amount) for row in rows]


def test_draft_of_a_deal_bills_its_lines_with_their_vat_and_cost(bill: Bill) -> None:
    invoice = bill.row(bill.draft(bill.deal(lines=True)))

    assert lines_of(invoice.id) == [
        ("Rack", Decimal(3), Decimal(300)),
        ("Set-up", Decimal(1), Decimal(200)),
    ]
    assert (invoice.net, invoice.vat, invoice.amount) == (Decimal(450), Decimal(50), Decimal(500))
    assert invoice.cost == Decimal(230)
    assert (invoice.number, invoice.standing, invoice.client_name) == (None, "draft", "Acme")


def test_second_draft_bills_what_the_first_left(bill: Bill) -> None:
    deal_id = bill.deal(lines=True)
    rack = queries.lines_of(reading(), [first := bill.draft(deal_id)])[first][0].deal_line_id
    service.change_invoice(first, {"quantities": [{"deal_line_id": rack, "quantity": Decimal(1)}]})

    second = bill.draft(deal_id)

    assert lines_of(first) == [("Rack", Decimal(1), Decimal(100))]
    assert lines_of(second) == [
        ("Rack", Decimal(2), Decimal(200)),
        ("Set-up", Decimal(1), Decimal(200)),
    ]
    with pytest.raises(ConflictError, match="All of this deal has been billed"):
        bill.draft(deal_id)


def test_more_than_is_left_of_a_line_is_refused_with_what_is_left(bill: Bill) -> None:
    deal_id = bill.deal(lines=True)
    invoice_id = bill.draft(deal_id)
    rack = queries.lines_of(reading(), [invoice_id])[invoice_id][0].deal_line_id

    with pytest.raises(InvalidError, match="3") as refused:
        service.change_invoice(
            invoice_id, {"quantities": [{"deal_line_id": rack, "quantity": Decimal(4)}]}
        )

    assert set(refused.value.fields) == {"quantities"}
    assert bill.row(invoice_id).amount == Decimal(500)


def test_deal_without_lines_is_billed_by_its_amount_at_the_rate_that_is_said(bill: Bill) -> None:
    deal_id = bill.deal("1200.00", cost="700.00")

    with pytest.raises(InvalidError) as refused:
        service.make_invoice({"deal_id": deal_id})
    part = bill.row(bill.draft(deal_id, share=Decimal(400), vat_percent=Decimal(20)))
    rest = bill.row(bill.draft(deal_id, vat_percent=Decimal(20)))

    assert set(refused.value.fields) == {"vat_percent"}
    assert (part.amount, part.vat, part.cost) == (Decimal(400), Decimal("66.67"), Decimal("233.33"))
    assert (rest.amount, rest.cost) == (Decimal(800), Decimal("466.67"))


def test_part_of_a_deal_with_lines_has_each_rate_of_vat_in_proportion(bill: Bill) -> None:
    invoice = bill.row(bill.draft(bill.deal(lines=True), share=Decimal(250), purpose="Ahead"))

    assert lines_of(invoice.id) == [
        ("Ahead (VAT 20%)", Decimal(1), Decimal(150)),
        ("Ahead (without VAT)", Decimal(1), Decimal(100)),
    ]
    assert (invoice.amount, invoice.vat, invoice.cost) == (Decimal(250), Decimal(25), Decimal(115))


def test_invoices_come_to_no_more_than_their_deal_unless_the_company_allows_it(
    bill: Bill, monkeypatch: pytest.MonkeyPatch
) -> None:
    deal_id = bill.deal("500.00")
    bill.draft(deal_id, share=Decimal(400))

    with pytest.raises(ConflictError, match="more than the deal"):
        bill.draft(deal_id, share=Decimal("100.01"))
    settings = current_host().settings
    monkeypatch.setitem(settings, "invoices", {**settings["invoices"], "exceed_deals": True})

    assert bill.row(bill.draft(deal_id, share=Decimal("100.01"))).amount == Decimal("100.01")


def issue_and_bill_again(bill: Bill, deal_id: int) -> None:
    """Do both or nothing: nothing is left for the second, so the first gives its number back."""
    with writing():
        service.issue_invoice(bill.draft(deal_id))
        bill.draft(deal_id)


def test_issued_invoice_has_a_number_without_gap_and_what_it_was_made_from(bill: Bill) -> None:
    deal_id = bill.deal(lines=True)
    with pytest.raises(ConflictError):
        issue_and_bill_again(bill, deal_id)
    invoice_id = bill.draft(deal_id, due_on=date(2026, 12, 24))

    number = service.issue_invoice(invoice_id)

    invoice = bill.row(invoice_id)
    assert (number, invoice.number, invoice.standing) == ("1", "1", "issued")
    assert invoice.snapshot["seller"]["account"]["bank"] == "Сбербанк"
    assert invoice.snapshot["seller"]["signer"]["post"] == "Директор"
    assert invoice.snapshot["buyer"]["name"] == "Acme"
    assert invoice.snapshot["deal"] == {"id": deal_id, "name": invoice.deal_name}
    assert service.issue_invoice(bill.draft(bill.deal())) == "2"


def test_issued_invoice_changes_nothing_that_is_printed(bill: Bill, company_id: int) -> None:
    invoice_id = bill.invoice(bill.deal(lines=True))
    change_client(bill.client_id, {"name": "Acme Holding"})
    change_company(company_id, {"short_name": "Лютик"})

    with pytest.raises(ConflictError, match="cannot change"):
        service.change_invoice(invoice_id, {"purpose": "Something else"})
    service.change_invoice(invoice_id, {"comment": "They asked for a copy"})

    invoice = bill.row(invoice_id)
    assert invoice.comment == "They asked for a copy"
    assert invoice.snapshot["buyer"]["name"] == "Acme"
    assert invoice.snapshot["seller"]["short_name"] == "Ромашка"


def test_invoice_survives_its_client_and_its_deal(bill: Bill) -> None:
    deal_id = bill.deal(lines=True)
    invoice_id = bill.invoice(deal_id)
    with writing() as session:
        session.execute(sa.delete(Deal).where(Deal.id == deal_id))
        session.execute(sa.delete(Client).where(Client.id == bill.client_id))

    invoice = bill.row(invoice_id)

    assert (invoice.deal_id, invoice.client_id) == (None, None)
    assert invoice.snapshot["buyer"]["name"] == "Acme"
    assert len(lines_of(invoice_id)) == 2


def test_cancelled_invoice_frees_what_it_billed_and_can_be_taken_back(bill: Bill) -> None:
    deal_id = bill.deal(lines=True)
    invoice_id = bill.invoice(deal_id)

    service.cancel_invoice(invoice_id, "A wrong address")
    again = bill.draft(deal_id)

    cancelled = bill.row(invoice_id)
    assert (cancelled.standing, cancelled.cancel_reason) == ("cancelled", "A wrong address")
    assert bill.row(again).amount == Decimal(500)
    with pytest.raises(ConflictError, match="more than the deal"):
        service.reopen_invoice(invoice_id)
    service.delete_invoice(again)
    service.reopen_invoice(invoice_id)
    assert bill.row(invoice_id).standing == "issued"


def test_draft_goes_to_the_bin_and_comes_back_and_an_issued_one_does_not(bill: Bill) -> None:
    draft, issued = bill.draft(bill.deal()), bill.invoice(bill.deal())

    service.delete_invoice(draft)
    with pytest.raises(ConflictError, match="cancel it"):
        service.delete_invoice(issued)

    with pytest.raises(MissingError):
        bill.row(draft)
    service.restore_invoice(draft)
    assert bill.row(draft).standing == "draft"


def test_invoice_past_its_day_is_overdue_until_it_is_paid(bill: Bill, clock: FrozenClock) -> None:
    invoice_id = bill.invoice(bill.deal(), due_on=company_day())
    clock.advance(days=1)

    assert bill.row(invoice_id).standing == "overdue"
    bill.pay("100.00", invoice_id)
    assert bill.row(invoice_id).standing == "overdue"
    bill.pay("400.00", invoice_id)
    assert bill.row(invoice_id).standing == "paid"


def test_nothing_is_issued_without_an_own_company_or_a_client(app: Flask, make: Make) -> None:
    invoice_id = service.make_invoice({"client_id": make.client(), "lines": [line()]})
    nobody = service.make_invoice({"lines": [line()]})

    with pytest.raises(ConflictError, match="own company"):
        service.issue_invoice(invoice_id)
    with pytest.raises(ConflictError, match="who is to pay"):
        service.issue_invoice(nobody)


def test_lost_deal_is_not_billed(bill: Bill) -> None:
    deal_id = bill.deal()
    with writing() as session:
        deal = session.get_one(Deal, deal_id)
        deal.outcome, deal.closed_on, deal.reason_id = "lost", date(2026, 11, 1), 1

    with pytest.raises(ConflictError, match="lost"):
        bill.draft(deal_id)


@pytest.mark.usefixtures("bill")
@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"lines": [line(discount_amount=Decimal(101))]}, "lines.0.discount_amount"),
        ({"lines": [line(price=Decimal(0))]}, "lines"),
        ({"client_id": 999_999, "lines": [line()]}, "client_id"),
        ({"deal_id": 999_999}, "deal_id"),
        ({"currency": "XXY", "lines": [line()]}, "currency"),
        ({}, "lines"),
    ],
)
def test_wrong_value_is_told_at_its_field(said: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidError) as refused:
        service.make_invoice(said)

    assert set(refused.value.fields) == {field}


def test_invoice_belongs_to_the_owner_of_its_deal_and_nobody_else_makes_it(
    bill: Bill, make: Make
) -> None:
    seller, other = make.user("seller"), make.user("seller")
    deal_id = bill.deal(owner_id=seller, participants=[{"user_id": other, "part": "helps"}])

    with make.acting(other), pytest.raises(ForbiddenError, match="owner of the deal"):
        bill.draft(deal_id)
    with make.acting(seller):
        invoice_id = bill.draft(deal_id)

    with make.acting(other):
        assert bill.row(invoice_id).owner_id == seller
        with pytest.raises(ForbiddenError):
            service.issue_invoice(invoice_id)


def test_seller_finds_by_currency_the_account_that_fits(bill: Bill) -> None:
    invoice = bill.row(bill.draft(bill.deal(currency="USD")))

    assert invoice.company_id is not None
    assert invoice.currency == "USD"


def test_second_draft_that_is_too_much_leaves_no_trace(bill: Bill) -> None:
    deal_id = bill.deal("500.00")
    bill.draft(deal_id, share=Decimal(300))
    with pytest.raises(ConflictError):
        bill.draft(deal_id, share=Decimal(300))

    with writing() as session:
        assert session.scalar(sa.select(sa.func.count(Invoice.id))) == 1


def test_rate_that_comes_later_reaches_the_issued_invoice_that_lacks_it(
    app: Flask, bill: Bill
) -> None:
    invoice_id = bill.invoice(bill.deal(currency="USD"))
    draft_id = bill.draft(bill.deal(currency="USD"))
    held = sa.select(Invoice.id, Invoice.rate, Invoice.rate_currency)
    assert [one.rate for one in reading().execute(held)] == [None, None]

    enter_rates([judged_rate("USD", company_day(), Decimal("92.5"))])
    jobs().drain()

    rates = {one.id: one[1:] for one in reading().execute(held)}
    assert rates == {invoice_id: (Decimal("92.5"), "RUB"), draft_id: (None, None)}


def test_rate_that_an_invoice_has_stays_when_the_table_is_corrected(app: Flask, bill: Bill) -> None:
    enter_rates([judged_rate("USD", company_day(), Decimal("92.5"))])
    invoice_id = bill.invoice(bill.deal(currency="USD"))

    enter_rates([judged_rate("USD", company_day(), Decimal(95))])
    jobs().drain()

    rate = sa.select(Invoice.rate).where(Invoice.id == invoice_id)
    assert reading().scalar(rate) == Decimal("92.5")
