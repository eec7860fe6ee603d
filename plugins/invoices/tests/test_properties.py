"""Whatever is issued and paid: people add up to the company, shares to the whole, in any order."""

from __future__ import annotations

import threading
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from salesman_invoices import service
from salesman_invoices.models import ISSUED, Allotment, Drawn, Invoice, Payment
from salesman_invoices.payments.replay import Entry, deal_out
from salesman_invoices.payments.service import (
    change_payment,
    delete_payment,
    enter_payment,
    recount,
    restore_payment,
)
from salesman_invoices.payments.shares import share_out
from salesman_plans.facts import Days, facts, facts_by_owner
from salesman_plans.sources import bases
from salesman_plans.whose import PERSON, TEAM, THE_COMPANY, Whose

from salesman_core.deals.models import Pipeline, Stage
from salesman_core.testing.people import Make
from salesman_core.toolkit import SYSTEM, Deal, Team, acting_as, now, reading, writing

from .conftest import Bill

YEAR = date(2026, 1, 1)
BASES = ("issued", "paid", "paid_in_closed")

cents = st.decimals(Decimal("0.01"), 10**7, places=2)
signed = st.decimals(-(10**7), 10**7, places=2).filter(bool)


def allotted(sums: list[tuple[int, Decimal]]) -> list[Allotment]:
    return [
        Allotment(id=place, day=YEAR + timedelta(days=day), amount=amount)
        for place, (day, amount) in enumerate(sums, 1)
    ]


@given(
    st.lists(st.tuples(st.integers(0, 9), cents), min_size=1, max_size=8),
    signed,
    cents,
    st.integers(0, 99),
)
def test_shares_of_net_and_margin_add_up_to_the_whole_once_the_invoice_is_paid(
    sums: list[tuple[int, Decimal]], margin: Decimal, more: Decimal, vat: int
) -> None:
    paid = sum((amount for _day, amount in sums), Decimal(0))
    net = (paid * 100 / (100 + vat)).quantize(Decimal("0.01"))
    whole, part = allotted(sums), allotted(sums)

    assert share_out(whole, paid, net, margin).amount == paid
    share_out(part, paid + more, net, margin)

    assert sum(one.net for one in whole) == net
    assert all(0 <= one.net <= one.amount for one in whole)
    assert sum(one.margin or 0 for one in whole) == margin
    assert abs(sum(one.margin or 0 for one in part)) <= abs(margin)


@given(
    st.lists(st.tuples(st.integers(0, 9), signed), min_size=1, max_size=8),
    cents,
    signed,
    st.randoms(use_true_random=False),
)
def test_shares_of_a_day_do_not_depend_on_the_order_of_entry(
    sums: list[tuple[int, Decimal]], amount: Decimal, margin: Decimal, chance: Any
) -> None:
    shuffled = list(sums)
    chance.shuffle(shuffled)
    first, second = allotted(sums), allotted(shuffled)

    assert share_out(first, amount, amount, margin) == share_out(second, amount, amount, margin)
    assert by_day(first) == by_day(second)


def by_day(found: list[Allotment]) -> dict[date, Decimal]:
    days: dict[date, Decimal] = {}
    for one in found:
        days[one.day] = days.get(one.day, Decimal(0)) + (one.margin or 0)
    return days


papers = st.lists(
    st.tuples(
        st.integers(0, 3),  # whose, 3 is nobody
        cents,
        st.none() | cents,
        st.sampled_from(["issued", "draft", "cancelled"]),
        st.sampled_from(["won", "lost", None]),
        st.sampled_from([None, Decimal("91.12345678"), Decimal("0.00000001")]),
        st.lists(st.tuples(st.integers(0, 364), signed), max_size=3),
    ),
    max_size=8,
)


@pytest.mark.databases("sqlite", "postgresql")
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(told=papers)
def test_people_are_teams_are_the_company_on_every_basis_of_invoices(
    app: Flask, make: Make, told: list[Any]
) -> None:
    people = [Whose(PERSON, id_, "") for id_ in _people(make)]
    _rewrite(told, [one.id for one in people] + [None])
    session = reading()
    session.rollback()
    teams = [Whose(TEAM, id_, "") for id_ in session.scalars(sa.select(Team.id))]

    for first, last in ((YEAR, date(2026, 6, 30)), (YEAR, date(2026, 12, 31))):
        days = Days(first, last)
        for basis in (bases()[one] for one in BASES):
            whole = facts(session, basis, basis.metrics, days, THE_COMPANY)
            by_owner = facts_by_owner(session, basis, basis.metrics, days)
            for metric in basis.metrics:
                rest = by_owner.get(None, {}).get(metric)
                nobodys = Decimal(0) if rest is None else rest.value
                for group in (people, teams):
                    of = [facts(session, basis, [metric], days, one)[metric].value for one in group]
                    assert sum(of) + nobodys == whole[metric].value
                assert sum(one[metric].value for one in by_owner.values()) == whole[metric].value


def _people(make: Make) -> list[int]:
    """Give three people in two teams, the same each time."""
    made = make.app.extensions.setdefault("people_of_this_test", [])
    if not made:
        teams = make.team(), make.team()
        made += [make.user(team_id=teams[number % 2]) for number in range(3)]
    return list(made)


def _rewrite(told: list[Any], owners: list[int | None]) -> None:
    """Let there be these invoices and no others, past the services: many are tried."""
    with writing() as session:
        for table in (Allotment, Payment, Invoice, Deal):
            session.execute(sa.delete(table))
        pipeline = session.scalar(sa.select(sa.func.min(Pipeline.id)))
        stage = session.scalar(sa.select(sa.func.min(Stage.id)))
        moment = {"created_at": now(), "updated_at": now()}
        for whose, amount, cost, state, outcome, rate, payments in told:
            money = {
                "currency": "RUB" if rate is None else "USD",
                "rate": rate,
                "rate_currency": None if rate is None else "RUB",
            }
            deal = Deal(
                name="Deal", search_name="Deal", pipeline_id=pipeline, stage_id=stage,
                stage_since=now(), outcome=outcome, reason_id=1 if outcome == "lost" else None,
                amount=amount, cost=Decimal(0), opened_on=YEAR,
                closed_on=None if outcome is None else date(2026, 5, 5),
                owner_id=owners[whose], **money, **moment,
            )  # fmt: skip
            session.add(deal)
            session.flush()
            invoice = Invoice(
                state=state, issued_on=None if state == "draft" else date(2026, 3, 3),
                net=amount, amount=amount, cost=cost, language="ru", search_text="",
                deal_id=deal.id, owner_id=owners[whose], **money, **moment,
            )  # fmt: skip
            session.add(invoice)
            session.flush()
            if state == ISSUED:
                _pay(session, invoice, payments, moment)


def _pay(session: Any, invoice: Invoice, payments: list[Any], moment: dict[str, Any]) -> None:
    for day, amount in payments:
        payment = Payment(
            day=YEAR + timedelta(days=day), amount=abs(amount), allotted=abs(amount),
            currency=invoice.currency, direction="in" if amount > 0 else "back", search_text="",
            **moment,
        )  # fmt: skip
        session.add(payment)
        session.flush()
        session.add(
            Allotment(
                payment_id=payment.id,
                invoice_id=invoice.id,
                day=payment.day,
                amount=amount,
                net=amount,
            )
        )
    session.flush()
    recount(session, [invoice])


WRITERS = 16


@pytest.mark.databases("sqlite", "postgresql")
@pytest.mark.timeout(180)
def test_sixteen_who_issue_at_once_leave_no_gap_and_no_double(app: Flask, bill: Bill) -> None:
    drafts = [bill.draft(bill.deal()) for _each in range(WRITERS)]
    begin = threading.Barrier(WRITERS)
    numbers: list[str] = []
    failed: list[BaseException] = []

    def issue(invoice_id: int) -> None:
        try:
            begin.wait()
            with app.app_context(), acting_as(SYSTEM):
                numbers.append(service.issue_invoice(invoice_id))
        except BaseException as error:  # noqa: BLE001  # told below, in the test's own thread
            failed.append(error)

    threads = [threading.Thread(target=issue, args=(one,)) for one in drafts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failed == []
    assert sorted(map(int, numbers)) == list(range(1, WRITERS + 1))


@pytest.mark.databases("sqlite", "postgresql")
def test_payments_that_are_entered_at_once_are_dealt_out_by_their_days(
    app: Flask, bill: Bill
) -> None:
    invoice_id = bill.invoice(amount="100.00")
    first = bill.pay("30", invoice_id=invoice_id, day=YEAR)
    begin = threading.Barrier(6)
    failed: list[BaseException] = []

    def enter(day: int) -> None:
        try:
            begin.wait()
            with app.app_context(), acting_as(SYSTEM):
                if day == 0:
                    change_payment(first, {"amount": Decimal(25)})
                else:
                    bill.pay("30", invoice_id=invoice_id, day=YEAR + timedelta(days=day))
        except BaseException as error:  # noqa: BLE001  # told below, in the test's own thread
            failed.append(error)

    threads = [threading.Thread(target=enter, args=(day,)) for day in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failed == []
    session = reading()
    session.rollback()
    asked = sa.select(Payment.allotted).order_by(Payment.day)
    assert list(session.scalars(asked)) == [25, 30, 30, 15, 0, 0]
    assert bill.row(invoice_id).paid == 100


moves = st.lists(
    st.tuples(st.sampled_from(["pay", "back"]), st.integers(0, 2), st.integers(1, 150)),
    min_size=1,
    max_size=8,
)


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(told=moves)
def test_no_advance_goes_back_twice_and_that_of_an_invoice_before_any_other(
    bill: Bill, told: list[tuple[str, int, int]]
) -> None:
    _forget_payments()
    invoices = [bill.invoice(amount="100.00") for _each in range(2)] + [None]
    paid: dict[int | None, Decimal] = dict.fromkeys(invoices, Decimal(0))
    for act, place, amount in told:
        invoice_id, sum_ = invoices[place], Decimal(amount)
        direction = "in" if act == "pay" else "back"
        if act == "back":  # of what came in on this invoice: none goes back of no invoice here
            sum_ = min(sum_, paid[invoice_id]) if invoice_id else Decimal(0)
        elif invoice_id and paid[invoice_id] >= 100:  # nothing of it would be paid on the invoice
            continue
        if sum_ > 0:
            values = {"amount": sum_, "client_id": bill.client_id, "direction": direction}
            enter_payment(values | {"invoice_id": invoice_id})
            paid[invoice_id] += sum_ if act == "pay" else -sum_

    rows = reading().execute(sa.select(Payment.__table__)).all()
    drawn = reading().execute(sa.select(Drawn.__table__)).all()
    for one in rows:
        taken = [each.amount for each in drawn if one.id in {each.return_id, each.payment_id}]
        assert one.returned == sum(taken, Decimal(0))
        assert one.allotted + one.returned <= one.amount
    for invoice_id in invoices[:2]:
        assert bill.row(invoice_id).paid == min(paid[invoice_id], Decimal(100))
    ahead = sum((max(paid[one] - 100, Decimal(0)) for one in invoices[:2]), paid[None])
    left = [one.amount - one.allotted - one.returned for one in rows if one.direction == "in"]
    assert sum(left, Decimal(0)) == ahead


entries = st.lists(
    st.builds(
        lambda day, back, amount, hand: (day, back, amount, 0 if back or hand is None else hand),
        st.integers(0, 3),
        st.booleans(),
        st.integers(1, 150),
        st.none() | st.integers(0, 20),
    ),
    max_size=8,
)


@given(entries)
def test_what_is_dealt_out_is_what_came_in_less_what_went_back_up_to_the_amount(
    told: list[tuple[int, bool, int, int]],
) -> None:
    there = [
        Entry(number, (day, back, number), back, not hand, Decimal(amount + hand), Decimal(hand))
        for number, (day, back, amount, hand) in enumerate(told)
    ]
    dealt = deal_out(Decimal(100), there)

    drawn: dict[int, Decimal] = {}
    for one in there:
        taken = dealt.drawn.get(one.id, {})
        on = dealt.on.get(one.id, one.fixed)
        assert min([on, *taken.values()]) >= 0
        assert on + sum(taken.values()) <= one.free
        for id_, sum_ in taken.items():
            drawn[id_] = drawn.get(id_, Decimal(0)) + sum_
    assert all(dealt.on.get(i, there[i].fixed) + drawn[i] <= there[i].free for i in drawn)
    signs = [(-1 if one.back else 1, one) for one in there]
    paid = sum(sign * dealt.on.get(one.id, one.fixed) for sign, one in signs)
    if all(one.meant for one in there):
        assert paid == min(Decimal(100), max(sum(sign * one.free for sign, one in signs), 0))


rows = st.lists(
    st.tuples(
        st.sampled_from(["in", "in", "back"]),
        st.integers(0, 1),  # which invoice
        st.integers(0, 3),  # which day
        st.sampled_from([20, 60, 60, 100, 130]),
        st.booleans(),  # whether it is taken back and comes again in between
    ),
    min_size=2,
    max_size=6,
)


@pytest.mark.databases("sqlite", "postgresql")
@pytest.mark.timeout(180)
@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(told=rows, chance=st.randoms(use_true_random=False))
def test_replay_of_all_payments_in_any_order_gives_the_same_state(
    app: Flask, bill: Bill, told: list[tuple[str, int, int, int, bool]], chance: Any
) -> None:
    entries = [(f"B-{place}", *one) for place, one in enumerate(told)]
    shuffled = list(entries)
    chance.shuffle(shuffled)
    states, invoices = [], _two_invoices(app, bill)
    for order in (entries, entries[::-1], shuffled):
        _forget_payments()
        _replay(bill, invoices, order, chance)
        states.append(_state(invoices))

    assert states[1] == states[0]
    assert states[2] == states[0]


def _two_invoices(app: Flask, bill: Bill) -> list[int]:
    """Give two invoices, the same each time."""
    made = app.extensions.setdefault("invoices_of_this_test", [])
    if not made:
        made += [bill.invoice(amount="100.00") for _each in range(2)]
    return list(made)


def _replay(bill: Bill, invoices: list[int], order: list[Any], chance: Any) -> None:
    """Enter payments, some of which lie in the bin for a while."""
    binned = []
    for reference, direction, place, day, amount, comes_again in order:
        values = {"direction": direction, "day": YEAR + timedelta(days=day), "reference": reference}
        payment_id = bill.pay(str(amount), invoice_id=invoices[place], **values)
        if comes_again:
            delete_payment(payment_id)
            binned.append(payment_id)
        if binned and chance.random() < 0.5:
            restore_payment(binned.pop(chance.randrange(len(binned))))
    for payment_id in binned:
        restore_payment(payment_id)


def _state(invoices: list[int]) -> dict[str, Any]:
    """Give all that payments make of two invoices, with no id in it; no sum is lost."""
    session = reading()
    session.rollback()
    called = {one.id: one.reference for one in session.execute(sa.select(Payment.__table__))}
    place = {id_: number for number, id_ in enumerate(invoices)}
    on = [
        (called[one.payment_id], place[one.invoice_id], one.day, one.amount, one.net, one.margin)
        for one in session.execute(sa.select(Allotment.__table__))
    ]
    drawn = [
        (called[one.return_id], called[one.payment_id], one.amount)
        for one in session.execute(sa.select(Drawn.__table__))
    ]
    left = {}
    for one in session.execute(sa.select(Payment.__table__)):
        mine = sum((abs(each[3]) for each in on if each[0] == one.reference), Decimal(0))
        took = sum((each[2] for each in drawn if one.reference in each[:2]), Decimal(0))
        assert (one.allotted, one.returned) == (mine, took)
        left[one.reference] = one.amount - mine - took
    wanted = sa.select(Invoice.__table__).where(Invoice.id.in_(invoices)).order_by(Invoice.id)
    paid = [(one.paid, one.paid_on) for one in session.execute(wanted)]
    for number, (sum_, _since) in enumerate(paid):
        assert sum_ == sum((each[3] for each in on if each[1] == number), Decimal(0))
        assert 0 <= sum_ <= 100
    return {"on": sorted(on), "drawn": sorted(drawn), "left": left, "paid": paid, **_figures()}


def _figures() -> dict[str, Any]:
    """Give what plans count as paid, by day."""
    basis = bases()["paid"]
    days = [YEAR + timedelta(days=number) for number in range(4)]
    counted = [
        facts(reading(), basis, basis.metrics, Days(day, day), THE_COMPANY)["turnover"].value
        for day in days
    ]
    return {"figures": counted}


def _forget_payments() -> None:
    with writing() as session:
        session.execute(sa.delete(Payment))
        session.execute(sa.update(Invoice).values(paid=Decimal(0), paid_on=None))
