"""Acts: made of what is left of an invoice, issued with a number, cancelled, never too much."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from salesman_invoices import service as invoices
from salesman_invoices.acts import queries, service
from salesman_invoices.acts.remaining import is_left, lines_left
from salesman_requisites.testing import own_company

from salesman_core.plugins.host import current_host
from salesman_core.records.models import Audit
from salesman_core.testing.people import Make
from salesman_core.toolkit import (
    AnyRow,
    ConflictError,
    ForbiddenError,
    InvalidError,
    MissingError,
    change_deal,
    reading,
)

from .conftest import Bill


@pytest.fixture
def invoice_id(bill: Bill) -> int:
    """An issued invoice of three racks and a set-up: 500.00 in all."""
    return bill.invoice(bill.deal(lines=True))


def act_of(invoice_id: int, *quantities: str, **values: Any) -> int:
    """Make a draft: of all that is left, or of so much of the invoice's lines."""
    if quantities:
        lines = lines_left(reading(), invoice_id)
        values["quantities"] = [
            {"invoice_line_id": one.line.id, "quantity": Decimal(quantity)}
            for one, quantity in zip(lines, quantities, strict=False)
        ]
    return service.make_act({"invoice_id": invoice_id, **values})


def row(act_id: int) -> AnyRow:
    return queries.one_act(reading(), act_id)


def lines(act_id: int) -> list[tuple[str, Decimal, Decimal]]:
    found = queries.lines_of(reading(), [act_id])[act_id]
    return [(one.name, one.quantity, one.amount) for one in found]


def left(invoice_id: int) -> list[Decimal]:
    return [one.left.quantity for one in lines_left(reading(), invoice_id)]


def test_act_of_a_whole_invoice_reads_as_the_invoice_does(bill: Bill, invoice_id: int) -> None:
    act, invoice = row(act_of(invoice_id)), bill.row(invoice_id)

    assert lines(act.id) == [
        ("Rack", Decimal(3), Decimal(300)),
        ("Set-up", Decimal(1), Decimal(200)),
    ]
    assert (act.net, act.vat, act.amount) == (invoice.net, invoice.vat, invoice.amount)
    assert (act.number, act.state, act.client_name) == (None, "draft", "Acme")
    assert left(invoice_id) == [0, 0]


def test_parts_follow_what_is_left_and_add_up_to_the_invoice(bill: Bill, invoice_id: int) -> None:
    parts = [act_of(invoice_id, "1"), act_of(invoice_id, "0.5", "1"), act_of(invoice_id)]

    assert lines(parts[2]) == [("Rack", Decimal("1.5"), Decimal(150))]
    assert not is_left(lines_left(reading(), invoice_id))
    found, invoice = [row(one) for one in parts], bill.row(invoice_id)
    for name in ("net", "vat", "amount"):
        assert sum(getattr(one, name) for one in found) == getattr(invoice, name)
    with pytest.raises(ConflictError, match="All of this invoice"):
        act_of(invoice_id)


def test_issued_act_has_a_number_without_gap_and_keeps_what_it_was_made_from(
    bill: Bill, invoice_id: int
) -> None:
    first, second = act_of(invoice_id, "1"), act_of(invoice_id)
    service.delete_act(act_of(bill.invoice(bill.deal())))

    assert [service.issue_act(one) for one in (second, first)] == ["1", "2"]

    kept = row(first).snapshot
    assert kept["seller"]["short_name"] == "Ромашка"
    assert kept["buyer"]["name"] == "Acme"
    assert kept["invoice"] == {"number": "1", "issued_on": row(first).day.isoformat()}
    with pytest.raises(ConflictError, match="cannot change"):
        service.change_act(first, {"day": date(2026, 1, 1)})
    assert service.change_act(first, {"comment": "Sent by post"})
    with pytest.raises(ConflictError, match="not deleted"):
        service.delete_act(first)


def test_cancelled_act_leaves_its_part_to_others_and_comes_back_only_if_that_is_left(
    invoice_id: int,
) -> None:
    act_id = act_of(invoice_id, "2", "1")
    service.issue_act(act_id)
    service.cancel_act(act_id, "Not delivered")
    assert left(invoice_id) == [3, 1]
    service.reopen_act(act_id)
    assert left(invoice_id) == [1, 0]
    service.cancel_act(act_id)

    other = act_of(invoice_id)

    with pytest.raises(ConflictError, match="Other acts have confirmed"):
        service.reopen_act(act_id)
    service.delete_act(other)
    service.reopen_act(act_id)
    with pytest.raises(ConflictError, match="Other acts have confirmed"):
        service.restore_act(other)
    assert (row(act_id).state, row(act_id).number) == ("issued", "1")


def test_draft_is_changed_within_what_is_left(invoice_id: int) -> None:
    act_id, other = act_of(invoice_id, "1"), act_of(invoice_id, "1")
    rack = lines_left(reading(), invoice_id)[0].line.id

    assert service.change_act(
        act_id, {"quantities": [{"invoice_line_id": rack, "quantity": Decimal(2)}]}
    )
    with pytest.raises(InvalidError, match="1 are left"):
        service.change_act(
            other, {"quantities": [{"invoice_line_id": rack, "quantity": Decimal("1.001")}]}
        )

    assert lines(act_id) == [("Rack", Decimal(2), Decimal(200))]
    assert lines(other) == [("Rack", Decimal(1), Decimal(100))]


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("quantities", "error", "words"),
    [
        (["4"], InvalidError, "Of “Rack” 3 are left"),
        (["-1"], InvalidError, "more than nought"),
        (["0", "0"], InvalidError, "nothing is chosen"),
    ],
)
def test_what_cannot_be_confirmed_is_refused_and_nothing_is_made(
    invoice_id: int, quantities: list[str], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        act_of(invoice_id, *quantities)

    assert left(invoice_id) == [3, 1]
    assert reading().scalar(sa.select(sa.func.count()).where(Audit.kind == "invoices.act")) == 0


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("wrong", [{"company_id": 9_999}, {"signer_id": 9_999}])
def test_nobody_strange_issues_or_signs_an_act(invoice_id: int, wrong: dict[str, int]) -> None:
    field = next(iter(wrong))
    with pytest.raises(InvalidError) as refused:
        act_of(invoice_id, **wrong)
    assert field in refused.value.fields

    act_id = act_of(invoice_id)
    with pytest.raises(InvalidError) as refused:
        service.change_act(act_id, wrong)

    assert field in refused.value.fields
    assert row(act_id).company_id is not None


def test_another_own_company_takes_no_signer_along(invoice_id: int) -> None:
    act_id = act_of(invoice_id)
    other = own_company(name="Second LLC", short_name="Second")

    service.change_act(act_id, {"company_id": other})

    assert (row(act_id).company_id, row(act_id).signer_id) == (other, None)


def test_only_an_issued_invoice_is_confirmed(bill: Bill) -> None:
    draft, cancelled = bill.draft(bill.deal()), bill.invoice(bill.deal())
    invoices.cancel_invoice(cancelled)

    for invoice_id in (draft, cancelled):
        with pytest.raises(ConflictError, match="has to be issued"):
            act_of(invoice_id)
    with pytest.raises(InvalidError, match="no such invoice"):
        act_of(999)
    with pytest.raises(InvalidError, match="within a year"):
        act_of(bill.invoice(bill.deal()), day=date(1990, 1, 1))


def test_invoice_with_acts_is_not_cancelled(invoice_id: int) -> None:
    act_id = act_of(invoice_id)

    with pytest.raises(ConflictError, match="Acts confirm it"):
        invoices.cancel_invoice(invoice_id)
    service.delete_act(act_id)
    invoices.cancel_invoice(invoice_id)


def test_acts_stay_within_the_deal_unless_the_company_allows_more(
    bill: Bill, monkeypatch: pytest.MonkeyPatch
) -> None:
    deal_id = bill.deal()
    first, second = (bill.invoice(deal_id, share=Decimal(250)) for _each in range(2))
    act_of(first)
    change_deal(deal_id, {"amount": Decimal(400)})

    with pytest.raises(ConflictError, match="more than the deal"):
        act_of(second)
    settings = current_host().settings
    monkeypatch.setitem(settings, "invoices", {**settings["invoices"], "exceed_deals": True})
    act_of(second)


def test_act_is_of_whoever_owns_the_invoice_and_seen_as_they_are(make: Make, bill: Bill) -> None:
    anna, boris = make.user("seller"), make.user("seller")
    invoice_id = bill.invoice(bill.deal(owner_id=anna))

    with make.acting(anna):
        act_id = act_of(invoice_id)
        service.issue_act(act_id)
    with make.acting(boris):
        with pytest.raises(MissingError):
            row(act_id)
        with pytest.raises(InvalidError, match="no such invoice"):
            act_of(invoice_id)
    with make.acting(make.user("lawyer")), pytest.raises(ForbiddenError):
        act_of(invoice_id)

    assert row(act_id).owner_id == anna
