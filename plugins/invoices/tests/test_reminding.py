"""Reminders: before and after the due day, each once, and never without need."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from salesman_invoices import service as invoices
from salesman_invoices.models import KIND
from salesman_invoices.sending import queries, service
from salesman_invoices.sending.models import Sending
from salesman_invoices.sending.reminding import ONE, remind, remind_of_one
from salesman_invoices.sending.settings import change_reminding, remindings
from salesman_invoices.standing import company_day
from salesman_requisites.testing import hidden
from werkzeug.test import TestResponse

from salesman_core.jobs.models import JOBS
from salesman_core.services.models import KeptLetter
from salesman_core.testing.clock import FrozenClock
from salesman_core.testing.people import Browser, Make
from salesman_core.toolkit import InvalidError, StaleError, reading, writing

from .conftest import Bill

BrowserFor = Callable[[str], Browser]

LETTER = {"to": "buyer@example.com", "subject": "Счёт", "text": "Здравствуйте!"}
REMINDS = {"active": True, "before": [3], "after": [2, 10]}


@pytest.fixture
def sent(bill: Bill, clock: FrozenClock) -> int:
    """An invoice that is due in ten days and was sent; its company reminds."""
    change_reminding(bill.row(bill.draft(lines=LINES)).company_id, REMINDS, None)
    invoice_id = bill.invoice(due_on=company_day() + timedelta(10), language="ru")
    service.send_paper(KIND, invoice_id, LETTER)
    return int(invoice_id)


LINES = [{"name": "A", "quantity": Decimal(1), "price": Decimal(1)}]


def run(clock: FrozenClock, days: int) -> list[int]:
    """Let so many days pass, each with its job; give for which days it reminded."""
    for _day in range(days):
        clock.advance(days=1)
        remind()
        for arguments in waiting():
            remind_of_one(**arguments)
    return reminded()


def waiting() -> list[dict[str, Any]]:
    """Give what is in the queue, and take it out."""
    with writing() as session:
        found = session.execute(sa.select(JOBS.c.arguments).where(JOBS.c.name == ONE)).scalars()
        arguments = list(found)
        session.execute(sa.delete(JOBS).where(JOBS.c.name == ONE))
    return arguments


def send(browser: Browser, address: str, **typed: str) -> TestResponse:
    """Fill a form in and send it."""
    page = browser.get(address).text
    held = {name: hidden(page, name) for name in ("csrf_token", "version")}
    return browser.post(address, data={**held, **typed})


def reminded() -> list[int]:
    """Give for which days reminders went out."""
    reading().rollback()
    days = sa.select(Sending.reminder).where(Sending.reminder.is_not(None)).order_by(Sending.id)
    return [int(one) for one in reading().scalars(days)]


def test_it_reminds_before_and_after_the_due_day_once_each(sent: int, clock: FrozenClock) -> None:
    assert run(clock, 6) == []
    assert run(clock, 1) == [-3]
    assert run(clock, 4) == [-3]
    assert run(clock, 20) == [-3, 2, 10]

    subjects = reading().scalars(sa.select(KeptLetter.subject).order_by(KeptLetter.id)).all()
    assert [one.partition(":")[0] for one in subjects] == [
        "Счёт",
        "Напоминание",
        "Срок оплаты прошёл",
        "Срок оплаты прошёл",
    ]


def test_a_reminder_has_the_invoice_with_it_and_is_written_by_a_machine(
    sent: int, clock: FrozenClock
) -> None:
    run(clock, 7)

    letter = reading().scalars(sa.select(KeptLetter).order_by(KeptLetter.id.desc())).first()
    assert letter is not None
    assert (letter.to, letter.automatic) == ("buyer@example.com", True)
    assert [one.media_type for one in letter.files] == ["application/pdf"]
    assert "К оплате: 500,00" in letter.text.replace("\u00a0", " ")


def test_what_is_paid_is_not_reminded_of(bill: Bill, sent: int, clock: FrozenClock) -> None:
    bill.pay("500.00", sent)

    assert run(clock, 30) == []


def test_what_is_partly_paid_is_reminded_of_the_rest(
    bill: Bill, sent: int, clock: FrozenClock
) -> None:
    bill.pay("120.00", sent)

    assert run(clock, 7) == [-3]
    newest = sa.select(KeptLetter.text).order_by(KeptLetter.id.desc())
    assert "380,00" in (reading().scalars(newest).first() or "")


def test_what_is_cancelled_is_not_reminded_of(sent: int, clock: FrozenClock) -> None:
    invoices.cancel_invoice(sent)

    assert run(clock, 30) == []


def test_what_is_paid_while_its_reminder_waits_is_not_reminded_of(
    bill: Bill, sent: int, clock: FrozenClock
) -> None:
    clock.advance(days=7)
    assert remind() == 1
    (arguments,) = waiting()
    bill.pay("500.00", sent)

    assert remind_of_one(**arguments) is False
    assert reminded() == []


def test_the_same_reminder_twice_in_the_queue_goes_out_once(sent: int, clock: FrozenClock) -> None:
    clock.advance(days=7)

    assert remind_of_one(sent, -3) is True
    assert remind_of_one(sent, -3) is False
    assert reminded() == [-3]


def test_somebody_can_switch_it_off_for_one_invoice(sent: int, clock: FrozenClock) -> None:
    service.switch_reminders(sent, on=False)
    assert run(clock, 11) == []

    service.switch_reminders(sent, on=True)
    assert run(clock, 3) == [2]  # planned for a Saturday


def test_what_was_never_sent_by_email_is_not_reminded_of(bill: Bill, clock: FrozenClock) -> None:
    invoice_id = bill.invoice(due_on=company_day() + timedelta(10))
    change_reminding(bill.row(invoice_id).company_id, REMINDS, None)

    assert run(clock, 30) == []


def test_a_company_that_did_not_ask_for_it_reminds_nobody(
    bill: Bill, sent: int, clock: FrozenClock
) -> None:
    change_reminding(bill.row(sent).company_id, REMINDS | {"active": False}, 1)

    assert run(clock, 30) == []


def test_days_off_are_made_up_for_on_the_next_working_day(
    bill: Bill, clock: FrozenClock, make: Make
) -> None:
    # Monday, the ninth; the reminder falls on Saturday.
    change_reminding(bill.row(bill.draft(lines=LINES)).company_id, REMINDS | {"before": [1]}, None)
    monday = company_day()
    assert monday.weekday() == 0
    invoice_id = bill.invoice(due_on=monday + timedelta(6))
    service.send_paper(KIND, invoice_id, LETTER)

    assert run(clock, 6) == []
    assert run(clock, 1) == [-1]
    assert company_day().weekday() == 0


def test_what_was_due_long_ago_when_reminders_began_is_left_alone(
    bill: Bill, clock: FrozenClock
) -> None:
    invoice_id = bill.invoice(due_on=company_day() + timedelta(1))
    service.send_paper(KIND, invoice_id, LETTER)
    clock.advance(days=20)
    change_reminding(bill.row(invoice_id).company_id, REMINDS, None)

    assert run(clock, 5) == []


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"before": [91]}, "before"),
        ({"before": [1, 2, 3, 4, 5, 6]}, "before"),
        ({"after": [0]}, "after"),
        ({"before": [], "after": []}, "before"),
    ],
)
def test_days_that_make_no_sense_are_refused_at_their_field(
    company_id: int, wrong: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidError) as refused:
        change_reminding(company_id, REMINDS | wrong, 0)

    assert list(refused.value.fields) == [field]


def test_two_people_do_not_overwrite_each_other(company_id: int) -> None:
    change_reminding(company_id, REMINDS, 0)

    with pytest.raises(StaleError):
        change_reminding(company_id, REMINDS, 0)


def test_an_administrator_says_when_and_in_which_words(
    company_id: int, browser_for: BrowserFor
) -> None:
    browser = browser_for("administrator")
    page = browser.get("/invoices/letters").text
    times, letter = f"/invoices/letters/reminders/{company_id}", "/invoices/letters/before/ru"
    form = send(browser, times, active="true", before="5, 1", after="2;7")
    wrong = send(browser, times, active="true", before="soon", after="")
    words = send(browser, letter, subject="Пора: {number}", text="{unknown}")

    assert "Ромашка" in page
    assert form.status_code == 302
    (one,) = remindings(reading())
    assert (one.active, list(one.before), list(one.after)) == (True, [1, 5], [2, 7])
    assert wrong.status_code == 422
    assert "Write numbers of days" in wrong.text
    assert words.status_code == 422
    assert "There is no such place: {unknown}." in words.text


def test_only_whom_it_was_given_to_says_what_letters_say(browser_for: BrowserFor) -> None:
    assert browser_for("assistant").get("/invoices/letters").status_code == 403


def test_the_card_says_when_it_reminds_next(sent: int, bill: Bill, browser_for: BrowserFor) -> None:
    browser = browser_for("head")

    before = browser.get(f"/invoices/{sent}").text
    token = hidden(before, "csrf_token")
    browser.post(f"/invoices/{sent}/reminders/off", data={"csrf_token": token})
    after = browser.get(f"/invoices/{sent}").text

    assert "Next reminder:" in before
    assert "buyer@example.com" in before
    assert "Nobody is reminded of this invoice." in after
    assert not queries.is_reminded(reading(), sent)
