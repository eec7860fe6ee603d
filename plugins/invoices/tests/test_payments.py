"""Payments: in parts, over several invoices, ahead, back; what they make of invoices."""

from __future__ import annotations

import itertools
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from salesman_invoices import service
from salesman_invoices.models import KIND, PAYMENT, Allotment, Payment
from salesman_invoices.payments import queries
from salesman_invoices.payments.service import (
    allot_payment,
    change_payment,
    delete_payment,
    enter_payment,
    restore_payment,
)
from salesman_invoices.standing import company_day

from salesman_core.people.handing_over import hand_over
from salesman_core.records.models import Audit
from salesman_core.services.models import Notice
from salesman_core.testing.people import Make
from salesman_core.toolkit import ForbiddenError, InvalidError, MissingError, reading, writing

from .conftest import Bill

FEBRUARY = date(2026, 2, 1)


def margins(invoice_id: int) -> list[Decimal | None]:
    shares = sa.select(Allotment.margin).where(Allotment.invoice_id == invoice_id)
    return list(reading().scalars(shares.order_by(Allotment.day, Allotment.amount)))


def advance(bill: Bill) -> Decimal:
    return sum(
        (one.advance for one in queries.totals_of_client(reading(), bill.client_id)), Decimal(0)
    )


def test_payments_in_parts_bring_their_shares_of_the_margin(bill: Bill) -> None:
    invoice_id = bill.invoice(bill.deal("100.00", cost="66.67"))

    for day, amount in enumerate(("33.33", "33.33", "33.34")):
        assert bill.row(invoice_id).standing in {"issued", "partly_paid"}
        bill.pay(amount, invoice_id, day=FEBRUARY + timedelta(days=day))

    invoice = bill.row(invoice_id)
    assert (invoice.standing, invoice.paid, invoice.paid_on) == (
        "paid",
        Decimal(100),
        FEBRUARY + timedelta(days=2),
    )
    shares = margins(invoice_id)
    assert shares == [Decimal("11.11"), Decimal("11.11"), Decimal("11.11")]
    assert sum(one or 0 for one in shares) == Decimal("33.33")


def test_what_is_paid_over_the_invoice_is_an_advance_that_can_be_allotted_later(
    bill: Bill,
) -> None:
    first, second = bill.invoice(amount="100.00"), bill.invoice(amount="50.00")
    payment_id = enter_payment({"amount": Decimal(120), "invoice_id": first})

    assert (bill.row(first).paid, advance(bill)) == (Decimal(100), Decimal(20))
    allot_payment(
        payment_id,
        [
            {"invoice_id": first, "amount": Decimal(100)},
            {"invoice_id": second, "amount": Decimal(20)},
        ],
    )

    assert (bill.row(second).standing, bill.row(second).paid) == ("partly_paid", Decimal(20))
    assert advance(bill) == Decimal(0)


def test_one_payment_pays_several_invoices(bill: Bill) -> None:
    first, second = bill.invoice(amount="100.00"), bill.invoice(amount="50.00")
    allotments = [
        {"invoice_id": first, "amount": Decimal(100)},
        {"invoice_id": second, "amount": Decimal(50)},
    ]

    enter_payment({"amount": Decimal(150), "allotments": allotments})

    assert {bill.row(one).standing for one in (first, second)} == {"paid"}


def test_return_opens_the_invoice_again_and_takes_its_margin_back(bill: Bill) -> None:
    invoice_id = bill.invoice(bill.deal("100.00", cost="60.00"))
    bill.pay("100.00", invoice_id, day=FEBRUARY)

    bill.pay("25.00", invoice_id, day=FEBRUARY + timedelta(days=9), direction="back")

    invoice = bill.row(invoice_id)
    assert (invoice.standing, invoice.paid, invoice.paid_on) == ("partly_paid", Decimal(75), None)
    assert margins(invoice_id) == [Decimal(40), Decimal(-10)]


def test_what_was_paid_over_an_invoice_goes_back_before_what_was_paid_on_it(bill: Bill) -> None:
    invoice_id = bill.invoice(amount="100.00")
    paid = {"amount": Decimal(150), "client_id": bill.client_id, "invoice_id": invoice_id}
    enter_payment(paid | {"day": FEBRUARY})

    def go_back(amount: str) -> tuple[Decimal, Decimal]:
        sent_back = {"amount": Decimal(amount), "direction": "back", "invoice_id": invoice_id}
        enter_payment(sent_back)
        return bill.row(invoice_id).paid, advance(bill)

    assert go_back("30.00") == (Decimal(100), Decimal(20))
    assert go_back("50.00") == (Decimal(70), Decimal(0))
    assert go_back("10.00") == (Decimal(60), Decimal(0))


def paid_over(bill: Bill, over: str, *, day: date = FEBRUARY) -> tuple[int, int]:
    """Make an invoice of 100 that was paid with so much more; give it and its payment."""
    invoice_id = bill.invoice(amount="100.00")
    paid = {"amount": 100 + Decimal(over), "client_id": bill.client_id, "day": day}
    return invoice_id, enter_payment(paid | {"invoice_id": invoice_id})


def go_back(bill: Bill, amount: str, **values: Any) -> int:
    sent_back = {"amount": Decimal(amount), "direction": "back", "client_id": bill.client_id}
    return enter_payment(sent_back | values)


def left(payment_id: int) -> Decimal:
    row = queries.one_payment(reading(), payment_id)
    return Decimal(row.amount - row.allotted - row.returned)


def drawn(return_id: int) -> dict[int, Decimal]:
    rows = queries.drawn_of(reading(), [return_id])[return_id]
    return {one.payment_id: one.amount for one in rows}


def test_return_leaves_alone_what_was_paid_over_another_invoice(bill: Bill) -> None:
    first, its_payment = paid_over(bill, "50.00")
    _second, other = paid_over(bill, "30.00")

    once = go_back(bill, "50.00", invoice_id=first)
    again = go_back(bill, "40.00", invoice_id=first)

    assert (drawn(once), drawn(again)) == ({its_payment: Decimal(50)}, {})
    assert (bill.row(first).paid, left(other), advance(bill)) == (Decimal(60), 30, 30)


def test_return_of_no_invoice_takes_of_the_newest_advance_first(bill: Bill) -> None:
    _first, older = paid_over(bill, "50.00")
    _second, newer = paid_over(bill, "30.00", day=FEBRUARY + timedelta(days=1))

    back = go_back(bill, "100.00")

    assert drawn(back) == {newer: Decimal(30), older: Decimal(50)}
    assert (left(newer), left(older), left(back), advance(bill)) == (0, 0, 20, -20)


def test_person_says_which_advance_goes_back(bill: Bill) -> None:
    first, its_payment = paid_over(bill, "50.00")
    _second, other = paid_over(bill, "30.00")
    said = [{"payment_id": other}]

    back = go_back(bill, "40.00", invoice_id=first, advances=said)
    assert (drawn(back), bill.row(first).paid) == ({other: Decimal(30)}, Decimal(90))

    part = {"payment_id": its_payment, "amount": Decimal(10)}
    allotted = [{"invoice_id": first, "amount": Decimal(25)}]
    assert change_payment(back, {"allotments": allotted, "advances": [part]})
    assert drawn(back) == {its_payment: Decimal(10)}
    assert (bill.row(first).paid, left(other), left(its_payment)) == (Decimal(75), 30, 40)
    whole = go_back(bill, "20.00", invoice_id=first, advances=[])
    assert (drawn(whole), bill.row(first).paid) == ({}, Decimal(55))


def test_return_takes_no_more_of_an_advance_than_is_left_of_it(bill: Bill, make: Make) -> None:
    first, its_payment = paid_over(bill, "50.00")
    foreign = enter_payment({"amount": Decimal(9), "client_id": make.client()})
    back = go_back(bill, "20.00", invoice_id=first)

    def refused(*said: dict[str, Any], **values: Any) -> str:
        with pytest.raises(InvalidError) as error:
            go_back(bill, "60.00", advances=said, **values)
        assert list(error.value.fields) == ["advances"]
        return str(error.value.message)

    assert "are left" in refused({"payment_id": its_payment, "amount": Decimal("30.01")})
    assert "no advance" in refused({"payment_id": foreign})
    assert "no advance" in refused({"payment_id": back})
    assert "no such payment" in refused({"payment_id": 10**6})
    assert "twice" in refused(*([{"payment_id": its_payment, "amount": Decimal(1)}] * 2))
    assert "belongs to no invoice" in refused(
        {"payment_id": its_payment, "amount": Decimal(30)},
        allotments=[{"invoice_id": first, "amount": Decimal(31)}],
    )
    with pytest.raises(InvalidError, match="went back"):
        enter_payment({"amount": Decimal(1), "advances": [{"payment_id": its_payment}]})
    assert (left(its_payment), drawn(back)) == (30, {its_payment: Decimal(20)})


def test_what_went_back_of_a_payment_pays_no_invoice(bill: Bill, make: Make) -> None:
    first, its_payment = paid_over(bill, "50.00")
    second = bill.invoice(amount="100.00")
    go_back(bill, "20.00", invoice_id=first)
    kept = {"invoice_id": first, "amount": Decimal(100)}

    with pytest.raises(InvalidError, match="went back already"):
        allot_payment(its_payment, [kept, {"invoice_id": second, "amount": Decimal("30.01")}])
    for change in ({"direction": "back"}, {"client_id": make.client()}, {"amount": Decimal(119)}):
        with pytest.raises(InvalidError, match="went back already"):
            change_payment(its_payment, change)
    allot_payment(its_payment, [kept, {"invoice_id": second, "amount": Decimal(30)}])

    assert (bill.row(second).paid, left(its_payment)) == (Decimal(30), 0)


def test_advance_and_return_that_come_out_of_the_bin_belong_together_again(bill: Bill) -> None:
    first, its_payment = paid_over(bill, "50.00")
    back = go_back(bill, "40.00", invoice_id=first)

    for one in (back, its_payment):
        delete_payment(one)
        assert drawn(back) == {}
        restore_payment(one)
        assert (drawn(back), left(its_payment)) == ({its_payment: Decimal(40)}, 10)

    delete_payment(back)
    second = bill.invoice(amount="100.00")
    kept = {"invoice_id": first, "amount": Decimal(100)}
    allot_payment(its_payment, [kept, {"invoice_id": second, "amount": Decimal(35)}])
    restore_payment(back)
    assert (drawn(back), left(its_payment), left(back)) == ({its_payment: Decimal(15)}, 0, 0)
    assert bill.row(first).paid == Decimal(75)  # as if it had been entered now


def test_return_given_to_another_client_takes_nothing_of_an_advance_out_of_the_bin(
    bill: Bill, make: Make
) -> None:
    first, its_payment = paid_over(bill, "50.00")
    back = go_back(bill, "40.00", invoice_id=first)

    delete_payment(its_payment)
    change_payment(back, {"client_id": make.client()})
    restore_payment(its_payment)

    assert (drawn(back), left(its_payment)) == ({}, 50)


def test_return_that_is_changed_lets_go_of_what_it_took(bill: Bill) -> None:
    first, its_payment = paid_over(bill, "50.00")
    back = go_back(bill, "40.00", invoice_id=first)

    change_payment(back, {"amount": Decimal(30)})
    assert (drawn(back), left(its_payment)) == ({its_payment: Decimal(30)}, 20)
    allot_payment(back, [{"invoice_id": first, "amount": Decimal(25)}])
    assert (drawn(back), left(its_payment)) == ({its_payment: Decimal(5)}, 45)
    change_payment(back, {"direction": "in"})
    assert (drawn(back), left(its_payment)) == ({}, 50)


def test_payment_taken_back_leaves_no_trace_and_comes_again(bill: Bill) -> None:
    invoice_id = bill.invoice(amount="100.00")
    payment_id = bill.pay("100.00", invoice_id)

    delete_payment(payment_id)
    taken_back = bill.row(invoice_id)
    restore_payment(payment_id)

    assert (taken_back.standing, taken_back.paid, taken_back.paid_on) == ("issued", 0, None)
    assert bill.row(invoice_id).standing == "paid"


def test_payment_restored_after_its_invoice_was_cancelled_is_an_advance(bill: Bill) -> None:
    invoice_id = bill.invoice(amount="100.00")
    payment_id = bill.pay("100.00", invoice_id)
    delete_payment(payment_id)
    service.cancel_invoice(invoice_id)

    restore_payment(payment_id)

    assert bill.row(invoice_id).paid == 0
    assert advance(bill) == Decimal(100)


def by_day() -> dict[date, Decimal]:
    days = sa.select(Allotment.day, sa.func.sum(Allotment.amount)).group_by(Allotment.day)
    return {day: Decimal(amount) for day, amount in reading().execute(days.order_by(Allotment.day))}


def test_what_becomes_an_advance_follows_the_days_and_not_the_entry(bill: Bill) -> None:
    january, february = date(2026, 1, 5), date(2026, 2, 5)
    invoice_id = bill.invoice(amount="100.00")

    later = bill.pay("60.00", invoice_id=invoice_id, day=february)
    assert left(later) == 0
    earlier = bill.pay("60.00", invoice_id=invoice_id, day=january)
    assert (by_day(), left(earlier), left(later)) == ({january: 60, february: 40}, 0, 20)
    change_payment(later, {"day": date(2026, 1, 4)})
    assert (by_day(), left(earlier)) == ({date(2026, 1, 4): 60, january: 40}, 20)
    change_payment(later, {"amount": Decimal(30)})
    assert (bill.row(invoice_id).paid, left(earlier)) == (Decimal(90), 0)
    delete_payment(later)
    assert by_day() == {january: 60}
    restore_payment(later)
    assert by_day() == {date(2026, 1, 4): 30, january: 60}


def test_return_entered_before_the_overpayment_takes_of_it_all_the_same(bill: Bill) -> None:
    invoice_id = bill.invoice(amount="100.00")
    bill.pay("100.00", invoice_id=invoice_id, day=FEBRUARY)

    back = go_back(bill, "20.00", invoice_id=invoice_id, day=FEBRUARY + timedelta(days=9))
    assert (bill.row(invoice_id).paid, drawn(back)) == (Decimal(80), {})
    over = bill.pay("50.00", invoice_id=invoice_id, day=FEBRUARY + timedelta(days=1))

    assert (bill.row(invoice_id).paid, drawn(back)) == (Decimal(100), {over: Decimal(20)})
    assert (left(over), left(back)) == (30, 0)


def test_return_of_an_earlier_day_than_its_payment_is_of_it(bill: Bill) -> None:
    invoice_id = bill.invoice(amount="100.00")
    back = go_back(bill, "20.00", invoice_id=invoice_id, day=FEBRUARY)

    bill.pay("110.00", invoice_id=invoice_id, day=FEBRUARY + timedelta(days=1))

    assert (bill.row(invoice_id).paid, left(back), advance(bill)) == (Decimal(90), 0, 0)


def test_sums_that_somebody_said_are_dealt_out_no_more(bill: Bill) -> None:
    first, second = bill.invoice(amount="100.00"), bill.invoice(amount="100.00")
    said = bill.pay("60.00", invoice_id=first, day=FEBRUARY + timedelta(days=9))
    assert not change_payment(said, {"allotments": [{"invoice_id": first, "amount": Decimal(60)}]})
    allot_payment(said, [{"invoice_id": first, "amount": Decimal(50)}])

    earlier = bill.pay("120.00", invoice_id=first, day=FEBRUARY)
    assert (bill.row(first).paid, left(said), left(earlier)) == (Decimal(100), 10, 70)
    allot_payment(said, [{"invoice_id": second, "amount": Decimal(60)}])

    assert (bill.row(first).paid, left(earlier)) == (Decimal(100), 20)


def test_what_a_return_took_by_hand_comes_back_to_the_invoice_when_it_goes(bill: Bill) -> None:
    invoice_id, its_payment = paid_over(bill, "50.00")
    by_hand = go_back(bill, "50.00", advances=[{"payment_id": its_payment}])
    back = go_back(bill, "30.00", invoice_id=invoice_id)
    assert (bill.row(invoice_id).paid, drawn(back)) == (Decimal(70), {})

    delete_payment(by_hand)
    assert (bill.row(invoice_id).paid, drawn(back)) == (Decimal(100), {its_payment: Decimal(30)})
    restore_payment(by_hand)
    assert (drawn(by_hand), left(by_hand)) == ({its_payment: Decimal(20)}, 30)


def test_return_takes_no_advance_of_another_invoice_unless_it_is_said(bill: Bill) -> None:
    _first, its_payment = paid_over(bill, "50.00")
    second = bill.invoice(amount="100.00")

    back = go_back(bill, "30.00", invoice_id=second)
    assert (drawn(back), left(back), left(its_payment), advance(bill)) == ({}, 30, 50, 20)
    change_payment(back, {"advances": [{"payment_id": its_payment}]})

    assert (drawn(back), left(its_payment)) == ({its_payment: Decimal(30)}, 20)


def test_payment_that_is_dealt_out_anew_says_so_in_its_history_alone(
    bill: Bill, make: Make
) -> None:
    owner, head = make.user("seller"), make.user("head")
    invoice_id = bill.invoice(bill.deal("100.00", owner_id=owner))
    with make.acting(head):
        hidden = bill.pay("60.00", invoice_id=invoice_id, day=FEBRUARY)
    with writing() as session:
        session.get_one(Payment, hidden).owner_id = head
    version = reading().scalar(sa.select(Payment.version).where(Payment.id == hidden))

    with make.acting(owner):
        day = FEBRUARY - timedelta(days=1)
        own = enter_payment({"amount": Decimal(60), "invoice_id": invoice_id, "day": day})
        with pytest.raises(MissingError):
            queries.one_payment(reading(), hidden)

    told = sa.select(Audit.changes).where(Audit.kind == PAYMENT, Audit.action == "changed")
    of_it = list(reading().scalars(told.where(Audit.record_id == hidden)))
    assert of_it == [{"allotments": [{str(invoice_id): "60.00"}, {str(invoice_id): "40.00"}]}]
    assert not list(reading().scalars(told.where(Audit.record_id == own)))
    now_at = reading().scalar(sa.select(Payment.version).where(Payment.id == hidden))
    assert (now_at or 0) > (version or 0)
    assert left(own) == 0


def test_changed_payment_counts_anew(bill: Bill) -> None:
    invoice_id = bill.invoice(amount="100.00")
    payment_id = bill.pay("100.00", invoice_id, day=FEBRUARY)
    allotments = [{"invoice_id": invoice_id, "amount": Decimal(40)}]

    change_payment(payment_id, {"day": FEBRUARY + timedelta(days=1), "allotments": allotments})

    days = list(reading().scalars(sa.select(Allotment.day)))
    assert (bill.row(invoice_id).paid, days) == (Decimal(40), [FEBRUARY + timedelta(days=1)])


@pytest.mark.databases("sqlite")
def test_payments_in_any_order_give_the_same_state(bill: Bill) -> None:
    entries = [
        ("40.01", FEBRUARY, "in"),
        ("30.00", FEBRUARY, "in"),
        ("20.00", FEBRUARY + timedelta(days=3), "back"),
        ("49.99", FEBRUARY + timedelta(days=5), "in"),
    ]
    seen = set()
    for order in itertools.islice(itertools.permutations(entries), 0, None, 5):
        invoice_id = bill.invoice(bill.deal("100.00", cost="33.33"))
        for amount, day, direction in order:
            bill.pay(amount, invoice_id=invoice_id, day=day, direction=direction)
        invoice = bill.row(invoice_id)
        shares = tuple(str(one) for one in margins(invoice_id))
        seen.add((invoice.standing, invoice.paid, invoice.paid_on, shares))

    assert len(seen) == 1
    ((standing, paid, paid_on, shares),) = seen
    assert (standing, paid, paid_on) == ("paid", Decimal("100.00"), FEBRUARY + timedelta(days=5))
    assert sum(Decimal(one) for one in shares) == Decimal("66.67")


def test_cancelled_invoice_a_draft_and_another_currency_take_no_payment(bill: Bill) -> None:
    cancelled, draft, euro = (
        bill.invoice(amount="100.00"),
        bill.draft(bill.deal()),
        bill.invoice(bill.deal(currency="EUR")),
    )
    service.cancel_invoice(cancelled)

    with pytest.raises(InvalidError, match="is cancelled"):
        bill.pay("100.00", cancelled)
    with pytest.raises(InvalidError, match="is a draft"):
        bill.pay("100.00", draft)
    with pytest.raises(InvalidError, match="is in EUR, the payment in RUB"):
        bill.pay("100.00", euro, currency="RUB")

    assert reading().scalar(sa.select(sa.func.count(Payment.id))) == 0


def test_more_than_was_paid_is_not_allotted(bill: Bill) -> None:
    invoice_id = bill.invoice(amount="100.00")
    allotments = [{"invoice_id": invoice_id, "amount": Decimal(60)}]

    with pytest.raises(InvalidError, match="More is allotted than was paid"):
        enter_payment({"amount": Decimal(50), "allotments": allotments})
    with pytest.raises(InvalidError, match="more than nought"):
        enter_payment({"amount": Decimal(0), "invoice_id": invoice_id})

    assert bill.row(invoice_id).paid == 0


def test_no_more_is_said_for_an_invoice_than_is_left_of_it(bill: Bill) -> None:
    invoice_id, other = bill.invoice(amount="100.00"), bill.invoice(amount="100.00")
    bill.pay("70.00", invoice_id)

    def said(amount: str) -> dict[str, Any]:
        return {"allotments": [{"invoice_id": invoice_id, "amount": Decimal(amount)}]}

    with pytest.raises(
        InvalidError, match=r"30\.00 of this .* stays the client's advance"
    ) as error:
        bill.pay("50.00", **said("30.01"))
    assert list(error.value.fields) == ["allotments"]
    payment_id = bill.pay("50.00", **said("30.00"))
    with pytest.raises(InvalidError, match=r"30\.00 of this payment"):
        allot_payment(payment_id, said("30.01")["allotments"])
    change_payment(payment_id, {"amount": Decimal(60)})
    change_payment(payment_id, {"amount": Decimal(60), **said("29.99")})

    assert (bill.row(invoice_id).paid, left(payment_id)) == (Decimal("99.99"), Decimal("30.01"))
    moved = bill.pay("40.00", other)
    delete_payment(moved)
    bill.pay("90.00", other)
    restore_payment(moved)
    assert (bill.row(other).paid, left(moved)) == (Decimal(100), 30)


def test_return_turned_into_a_payment_pays_no_more_than_is_left(bill: Bill) -> None:
    invoice_id = bill.invoice(amount="100.00")
    bill.pay("90.00", invoice_id)
    back = bill.pay("40.00", invoice_id, direction="back")

    change_payment(back, {"direction": "in"})

    assert (bill.row(invoice_id).paid, left(back)) == (Decimal(100), 30)


def test_paid_invoice_is_not_cancelled_before_its_payment_goes(bill: Bill) -> None:
    invoice_id = bill.invoice(amount="100.00")
    bill.pay("10.00", invoice_id)

    with pytest.raises(service.ConflictError, match="Payments stand on it"):
        service.cancel_invoice(invoice_id)


def test_owner_is_told_that_their_invoice_is_paid(bill: Bill, make: Make) -> None:
    seller = make.user("seller")
    invoice_id = bill.invoice(bill.deal("100.00", owner_id=seller))

    bill.pay("60.00", invoice_id)
    bill.pay("40.00", invoice_id)

    told = list(reading().execute(sa.select(Notice.user_id, Notice.address)))
    assert [tuple(one) for one in told] == [(seller, f"/invoices/{invoice_id}")]


def test_seller_enters_no_payment_on_the_invoice_of_a_colleague(bill: Bill, make: Make) -> None:
    owner, other = make.user("seller"), make.user("seller")
    hidden = bill.invoice(bill.deal(owner_id=owner))
    shared = bill.invoice(bill.deal(owner_id=owner, participants=[{"user_id": other, "part": ""}]))

    with make.acting(other):
        with pytest.raises(InvalidError, match="There is no such invoice"):
            enter_payment({"amount": Decimal(5), "invoice_id": hidden})
        with pytest.raises(ForbiddenError):
            enter_payment({"amount": Decimal(5), "invoice_id": shared})
    with make.acting(owner):
        payment_id = enter_payment({"amount": Decimal(5), "invoice_id": shared})
    with make.acting(other), pytest.raises(MissingError):
        queries.one_payment(reading(), payment_id)


def test_return_ahead_of_its_payment_is_no_part_of_it(bill: Bill) -> None:
    invoice_id = bill.invoice(amount="100.00")

    bill.pay("20.00", invoice_id, direction="back")

    assert (bill.row(invoice_id).standing, bill.row(invoice_id).paid) == ("issued", Decimal(-20))


def test_what_one_does_not_see_stays_allotted(bill: Bill, make: Make) -> None:
    owner, head = make.user("seller"), make.user("head")
    own = bill.invoice(bill.deal(owner_id=owner))
    hidden = bill.invoice(bill.deal(owner_id=head))
    allotments = [
        {"invoice_id": own, "amount": Decimal(10)},
        {"invoice_id": hidden, "amount": Decimal(20)},
    ]
    payment_id = enter_payment({"amount": Decimal(30), "allotments": allotments})

    with make.acting(owner):
        allot_payment(payment_id, [])

    assert (bill.row(own).paid, bill.row(hidden).paid) == (Decimal(0), Decimal(20))


def test_advance_that_one_does_not_see_stays_taken(bill: Bill, make: Make) -> None:
    owner, head = make.user("seller"), make.user("head")
    own, hidden = (bill.invoice(bill.deal("100.00", owner_id=one)) for one in (owner, head))
    seen = enter_payment({"amount": Decimal(110), "invoice_id": own})
    secret = enter_payment({"amount": Decimal(120), "invoice_id": hidden})
    said = [
        {"payment_id": seen, "amount": Decimal(10)},
        {"payment_id": secret, "amount": Decimal(15)},
    ]
    back = go_back(bill, "40.00", invoice_id=own, advances=said)

    with make.acting(owner):
        with pytest.raises(InvalidError, match="may not see"):
            change_payment(back, {"advances": said})
        change_payment(back, {"advances": []})

    assert drawn(back) == {secret: Decimal(15)}
    assert (left(seen), left(secret)) == (10, 5)


def test_invoices_and_payments_go_to_whoever_takes_over(bill: Bill, make: Make) -> None:
    leaving, staying = make.user("seller"), make.user("seller")
    invoice_id = bill.invoice(bill.deal(owner_id=leaving))
    payment_id = bill.pay("5.00", invoice_id)

    hand_over(leaving, dict.fromkeys((KIND, PAYMENT), staying), None)

    assert bill.row(invoice_id).owner_id == staying
    assert queries.one_payment(reading(), payment_id).owner_id == staying


def test_less_is_paid_and_keyed_in_one_change(bill: Bill) -> None:
    invoice_id = bill.invoice()
    payment_id = bill.pay("100", invoice_id)
    less = {"amount": Decimal(50)}

    keys = {"bank": "B-1"}
    allotted = [{"invoice_id": invoice_id, **less}]
    assert change_payment(payment_id, {**less, "allotments": allotted, "external_ids": keys})
    keys = {"bank": "B-2"}
    assert change_payment(payment_id, {"amount": Decimal(50), "external_ids": keys}) is True

    assert bill.row(invoice_id).paid == Decimal(50)


def test_payment_of_a_day_to_come_is_refused(bill: Bill) -> None:
    invoice_id = bill.invoice(bill.deal())
    entered = bill.pay("10.00", invoice_id)
    tomorrow = company_day() + timedelta(days=1)

    with pytest.raises(InvalidError, match="schedule"):
        bill.pay("10.00", invoice_id, day=tomorrow)
    with pytest.raises(InvalidError, match="schedule"):
        change_payment(entered, {"day": tomorrow})
