"""Answers in the thread of a letter that became a lead, read from a real mail server."""

from __future__ import annotations

from collections.abc import Callable
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
import sqlalchemy as sa
from salesman_leads.mailbox import jobs, queries
from salesman_leads.mailbox.models import Letter
from salesman_leads.models import Lead, LeadEmail, LeadPhone
from salesman_leads.service import close_lead, delete_lead

from salesman_core.events.models import EVENTS
from salesman_core.records.models import Attachment, Audit
from salesman_core.services.company import change_company
from salesman_core.services.models import Notice
from salesman_core.testing.clock import FrozenClock
from salesman_core.testing.imap import ImapMailbox
from salesman_core.testing.people import Make
from salesman_core.toolkit import AnyRow, reading, writing

Known = Callable[..., int]
ResultOf = Callable[[str], int]

ANNA = "Anna Berg <anna@romashka.example>"


def letter(text: str, number: int, *answers: int, sender: str = ANNA) -> bytes:
    """Write a letter with a number, perhaps in answer to some."""
    message = EmailMessage()
    message["From"], message["Subject"] = sender, "Re: Boilers" if answers else "Boilers"
    message["Message-ID"] = f"<{number}@romashka.example>"
    if answers:
        message["In-Reply-To"] = f"<{answers[-1]}@romashka.example>"
        message["References"] = " ".join(f"<{one}@romashka.example>" for one in answers)
    message.set_content(text)
    return message.as_bytes()


@pytest.fixture
def read(known: Known, inbox: ImapMailbox, clock: FrozenClock) -> Callable[..., int]:
    """Give what delivers letters and has them read; it gives the mailbox."""
    change_company({"language": "en"})
    mailbox_id = known()

    def deliver(*letters: bytes) -> int:
        for one in letters:
            inbox.deliver(one)
        jobs.read_mailbox(mailbox_id)
        return mailbox_id

    return deliver


def leads() -> list[AnyRow]:
    columns = (Lead.id, Lead.name, Lead.text, Lead.suspicion, Lead.version, Lead.updated_at)
    return list(reading().execute(sa.select(*columns).order_by(Lead.id)))


def belong_to(lead_id: int, owner_id: int) -> None:
    with writing() as session:
        session.get_one(Lead, lead_id).owner_id = owner_id


def test_answers_in_a_thread_are_added_to_its_lead(read: Callable[..., int]) -> None:
    mailbox_id = read(
        letter("I want boilers.", 1),
        letter("Three of them.", 2, 1),
        letter("And soon, please.", 5, 1, 2, 3, 4),  # 3 and 4 went another way
        letter("Any news?", 6, 5),
        letter("Hello?", 7, 6),
    )

    (lead,) = leads()
    assert (lead.name, lead.suspicion) == ("Anna Berg", "")
    parts = lead.text.split("\n\n")
    heads = {part.partition(",")[0] for part in parts[2:]}
    said = [part.partition("\n")[2] for part in parts[2:]]
    assert parts[:2] == ["Boilers", "I want boilers."]
    assert heads == {"— Anna Berg"}
    assert said == ["Three of them.", "And soon, please.", "Any news?", "Hello?"]
    made = reading().execute(sa.select(Letter.lead_id, Letter.reason).order_by(Letter.id)).all()
    told = "It was added to the lead of its thread."
    assert [tuple(one) for one in made] == [(lead.id, ""), *[(lead.id, told)] * 4]
    assert [one.leads for one in queries.mailboxes(reading()) if one.id == mailbox_id] == [1]


def test_what_is_attached_to_an_answer_is_a_file_of_the_lead_of_its_thread(
    read: Callable[..., int],
) -> None:
    answer = message_from_bytes(letter("Here it is.", 2, 1), policy=policy.default)
    answer.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename="a.pdf")

    read(letter("I want boilers.", 1), answer.as_bytes())

    (lead,) = leads()
    files = reading().execute(sa.select(Attachment.record_id, Attachment.name)).all()
    assert [tuple(one) for one in files] == [(lead.id, "a.pdf")]


def test_answer_is_told_to_whoever_is_responsible_and_stands_in_the_history(
    read: Callable[..., int], make: Make
) -> None:
    read(letter("I want boilers.", 1))
    (before,) = leads()
    owner_id = make.user("seller")
    belong_to(before.id, owner_id)

    read(letter("Three of them.", 2, 1))

    (lead,) = leads()
    notices = sa.select(Notice.user_id, Notice.text, Notice.address)
    told = "A new letter about your lead: Anna Berg"
    assert reading().execute(notices).all() == [(owner_id, told, f"/leads/{lead.id}")]
    kept = sa.select(Audit.changes).where(Audit.action == "answered")
    assert [one["text"][1].endswith("Three of them.") for one in reading().scalars(kept)] == [True]
    events = sa.select(EVENTS.c.payload).where(EVENTS.c.type == "leads.lead.answered")
    assert list(reading().scalars(events)) == [{"owner_id": owner_id}]
    assert lead.version > before.version  # whoever changes the lead meanwhile is told


def test_answer_touches_no_lead_that_nobody_has_touched(
    read: Callable[..., int], clock: FrozenClock
) -> None:
    read(letter("I want boilers.", 1))
    (before,) = leads()
    clock.advance(hours=1)

    read(letter("Hello?", 2, 1))

    assert [one.updated_at for one in leads()] == [before.updated_at]


def test_answer_to_a_closed_lead_is_a_new_one_that_names_it(
    read: Callable[..., int], result_of: ResultOf
) -> None:
    read(letter("I want boilers.", 1))
    (former,) = leads()
    close_lead(former.id, result_of("not_our_customer"))

    read(
        letter("Now I do.\n\nOn Mon, Jan 5, 2026 at 12:00 Sales <s@x.example> wrote:\n> No.", 2, 1),
        letter("Hello?", 3, 1, 2),
    )

    _former, lead = leads()
    assert (lead.name, lead.suspicion) == ("Anna Berg", "")
    assert lead.text.startswith(
        f"Goes on from lead no. {former.id}.\n\nRe: Boilers\n\nNow I do.\n\n— Anna Berg, "
    )
    assert lead.text.endswith("Hello?")
    whose = (Audit.kind == "leads.lead", Audit.record_id == lead.id)
    kept = sa.select(Audit.changes).where(*whose, Audit.action == "created")
    assert reading().scalars(kept).one()["former_id"] == [None, former.id]


def test_answer_to_a_lead_in_the_bin_is_a_new_one(read: Callable[..., int]) -> None:
    read(letter("I want boilers.", 1))
    delete_lead(leads()[0].id)

    read(letter("Hello?", 2, 1))

    assert [one.text for one in leads()][1:] == ["Re: Boilers\n\nHello?"]


def test_answer_to_a_letter_that_nobody_here_knows_is_a_lead(read: Callable[..., int]) -> None:
    read(letter("Hello?", 2, 1))

    assert [one.name for one in leads()] == ["Anna Berg"]


def test_answer_for_which_a_lead_has_no_room_goes_on_in_a_new_one(
    read: Callable[..., int],
) -> None:
    read(letter("x" * 900 + "\n", 1), letter(("y" * 90 + "\n") * 215, 2, 1))

    first, second = leads()
    assert second.text.startswith(f"Goes on from lead no. {first.id}.")


def test_what_an_answer_quotes_is_neither_kept_nor_read_as_data(
    read: Callable[..., int],
) -> None:
    read(
        letter("I want boilers.", 1),
        letter(
            "Yes.\n\n30.11.2026 10:00, Sales пишет:\nName: Boris\nPhone: +7 495 123-45-67\n",
            2,
            1,
        ),
        letter("Hello.\n\n-----Original Message-----\nFrom: b@example.com\nSent: today", 8, 7),
    )

    first, second = leads()
    assert first.text.endswith("\nYes.")
    assert second.name == "Anna Berg"
    assert reading().scalar(sa.select(sa.func.count(LeadPhone.id))) == 0
    emails = list(reading().scalars(sa.select(LeadEmail.typed)))
    assert emails == ["anna@romashka.example"] * 2
