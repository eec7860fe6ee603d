"""Mailboxes read from a real mail server."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import pytest
import sqlalchemy as sa
from flask import Flask
from salesman_leads.junk.service import change_rules
from salesman_leads.mailbox import jobs, queries, service
from salesman_leads.mailbox.models import Letter, Mailbox
from salesman_leads.models import Lead, LeadEmail, LeadPhone
from salesman_leads.queries import hanging

from salesman_core.jobs import Jobs
from salesman_core.services.mail import Letter as Outgoing
from salesman_core.services.mail import send
from salesman_core.services.mailboxes import encoded
from salesman_core.services.models import KeptLetter
from salesman_core.testing.imap import ImapMailbox, ImapServer
from salesman_core.toolkit import now, reading, writing

Known = Callable[..., int]
Statements = Callable[[], AbstractContextManager[list[str]]]


def letter(text: str = "I want boilers.", **headers: str) -> bytes:
    message = EmailMessage()
    usual = {"From": "Anna Berg <anna@example.com>", "Subject": "Boilers"}
    for name, value in (usual | headers).items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message.as_bytes()


def leads() -> list[str]:
    return list(reading().scalars(sa.select(Lead.name).order_by(Lead.id)))


def made(mailbox_id: int) -> list[str]:
    kinds = sa.select(Letter.made).where(Letter.mailbox_id == mailbox_id).order_by(Letter.id)
    return list(reading().scalars(kinds))


def problem(mailbox_id: int) -> str:
    return str(queries.one_mailbox(reading(), mailbox_id).problem)


def test_letter_becomes_a_lead_with_whoever_wrote_it(known: Known, inbox: ImapMailbox) -> None:
    mailbox_id = known(source="Mail", channel="Site")
    inbox.deliver(letter("I want boilers. Call me: 8 916 123-45-67"))

    jobs.read_mailbox(mailbox_id)

    lead = reading().execute(sa.select(Lead.id, Lead.name, Lead.source, Lead.channel)).one()
    ways = hanging(reading(), [lead.id])
    assert tuple(lead)[1:] == ("Anna Berg", "Mail", "Site")
    assert [one.typed for one in ways.emails[lead.id]] == ["anna@example.com"]
    assert [one.normalised for one in ways.phones[lead.id]] == ["+79161234567"]
    assert reading().scalar(sa.select(Lead.text)) == (
        "Boilers\n\nI want boilers. Call me: 8 916 123-45-67"
    )


def test_letter_that_may_be_junk_is_kept_apart(known: Known, inbox: ImapMailbox) -> None:
    mailbox_id = known()
    change_rules({"phrases": "casino"})
    inbox.deliver(letter("Come to our casino."))
    inbox.deliver(letter(From="Boris <b@example.com>"))

    jobs.read_mailbox(mailbox_id)

    kept = sa.select(Lead.name).where(Lead.suspicion != "")
    assert list(reading().scalars(kept)) == ["Anna Berg"]
    assert leads() == ["Anna Berg", "Boris"]


def test_letter_is_taken_in_once_however_often_it_is_read(known: Known, inbox: ImapMailbox) -> None:
    mailbox_id = known()
    inbox.deliver(letter(Message_ID="<one@example.com>"))

    for _time in range(3):
        jobs.read_mailbox(mailbox_id)

    assert leads() == ["Anna Berg"]


def test_letter_that_was_delivered_twice_is_one_lead(known: Known, inbox: ImapMailbox) -> None:
    mailbox_id = known()
    for _time in range(2):
        inbox.deliver(letter(Message_ID="<one@example.com>"))

    jobs.read_mailbox(mailbox_id)

    assert leads() == ["Anna Berg"]
    assert inbox.seen() == [True, True]


def test_mailbox_that_brings_no_old_letters_brings_none_when_they_are_numbered_anew(
    known: Known, inbox: ImapMailbox
) -> None:
    inbox.make("Leads")
    inbox.deliver(letter(), "Leads", datetime(2020, 1, 1, tzinfo=UTC))
    mailbox_id = known(folder="Leads", takes_old=False)
    jobs.read_mailbox(mailbox_id)
    inbox.renumber("Leads")
    inbox.deliver(letter(From="Boris <b@example.com>"), "Leads")

    jobs.read_mailbox(mailbox_id)

    assert leads() == ["Boris"]


def test_letters_that_the_server_numbers_anew_are_not_taken_in_again(
    known: Known, inbox: ImapMailbox
) -> None:
    inbox.make("Leads")
    mailbox_id = known(folder="Leads")
    inbox.deliver(letter(Message_ID="<one@example.com>"), "Leads")
    inbox.deliver(letter(From="Boris <b@example.com>"), "Leads")  # it has no id of its own
    jobs.read_mailbox(mailbox_id)
    before = reading().scalar(sa.select(Mailbox.uid_validity))

    inbox.renumber("Leads")
    inbox.deliver(letter(From="Clara <c@example.com>"), "Leads")
    jobs.read_mailbox(mailbox_id)

    assert leads() == ["Anna Berg", "Boris", "Clara"]
    assert reading().scalar(sa.select(Mailbox.uid_validity)) != before


def test_worker_that_dies_takes_no_letter_in_twice(
    known: Known, inbox: ImapMailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    mailbox_id = known()
    for number in range(3):
        inbox.deliver(letter(From=f"Number {number} <n{number}@example.com>"))
    whole, took = jobs.taking.take_letter, []

    def dies(*told: object) -> None:
        if took:
            raise SystemExit
        took.append(told)
        whole(*told)  # type: ignore[arg-type]

    monkeypatch.setattr(jobs.taking, "take_letter", dies)
    with pytest.raises(SystemExit):
        jobs.read_mailbox(mailbox_id)
    monkeypatch.undo()
    jobs.read_mailbox(mailbox_id)

    assert leads() == ["Number 0", "Number 1", "Number 2"]
    assert inbox.seen() == [True, True, True]  # the first one too, which nobody had marked


def test_mailbox_begins_with_new_letters_where_it_is_not_to_bring_old_ones(
    known: Known, inbox: ImapMailbox
) -> None:
    mailbox_id = known(takes_old=False)
    inbox.deliver(letter())
    jobs.read_mailbox(mailbox_id)

    inbox.deliver(letter(From="Boris <b@example.com>"))
    jobs.read_mailbox(mailbox_id)

    assert leads() == ["Boris"]


def test_letters_with_another_subject_are_neither_kept_nor_touched(
    known: Known, inbox: ImapMailbox
) -> None:
    mailbox_id = known(subject="заявка")
    inbox.deliver(letter(Subject="Счёт за март"))
    inbox.deliver(letter(Subject="Новая ЗАЯВКА с сайта", From="Boris <b@example.com>"))

    jobs.read_mailbox(mailbox_id)

    assert leads() == ["Boris"]
    assert made(mailbox_id) == ["lead"]
    assert inbox.seen() == [False, True]


@pytest.mark.parametrize("afterwards", ["leave", "seen", "move"])
def test_letters_that_were_read_lie_where_they_should(
    afterwards: str, known: Known, inbox: ImapMailbox
) -> None:
    inbox.make(encoded("Обработано"))
    mailbox_id = known(afterwards=afterwards, moved_to="Обработано")
    inbox.deliver(letter())

    jobs.read_mailbox(mailbox_id)

    there = {"leave": ([False], []), "seen": ([True], []), "move": ([], [True])}[afterwards]
    assert (inbox.seen(), inbox.seen(encoded("Обработано"))) == there


def test_letters_wait_unmoved_until_there_is_the_folder(known: Known, inbox: ImapMailbox) -> None:
    mailbox_id = known(afterwards="move", moved_to="Done")
    inbox.deliver(letter())

    jobs.read_mailbox(mailbox_id)
    assert (leads(), problem(mailbox_id)) == (["Anna Berg"], "moved_to")

    inbox.make("Done")
    jobs.read_mailbox(mailbox_id)
    assert (leads(), problem(mailbox_id)) == (["Anna Berg"], "")
    assert inbox.seen("Done") == [True]


def test_letter_of_which_no_lead_can_be_made_stands_in_the_list_and_blocks_none(
    known: Known, inbox: ImapMailbox
) -> None:
    mailbox_id = known()
    inbox.deliver(letter("Hello", From="no-reply@example.com"))
    inbox.deliver(letter())

    jobs.read_mailbox(mailbox_id)

    first = reading().execute(sa.select(Letter.made, Letter.reason).order_by(Letter.id)).first()
    assert first == (
        "refused",
        "Give a name, a company, a phone, an email or a key in another system.",
    )
    assert leads() == ["Anna Berg"]


@pytest.mark.parametrize(
    "stranger",
    [
        b"From: B <b@example.com>\nContent-Type: text/plain; charset=utf-7\n\nHello +2AE-",
        b"From: B <b@example.com>\nSubject: =?utf-8?q?a=00b?=\n\nHello",
    ],
    ids=["half a sign", "nothing"],
)
def test_letter_with_what_no_database_keeps_stops_no_mailbox(
    stranger: bytes, known: Known, inbox: ImapMailbox
) -> None:
    mailbox_id = known()
    inbox.deliver(stranger)
    inbox.deliver(letter())

    jobs.read_mailbox(mailbox_id)

    told = list(reading().scalars(sa.select(Letter.reason).order_by(Letter.id)))
    assert (problem(mailbox_id), leads()) == ("", ["B", "Anna Berg"])
    assert told == ["Signs that cannot be kept were left out.", ""]


def test_what_fails_here_is_not_told_as_a_fault_of_the_mail_server(
    known: Known, inbox: ImapMailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    mailbox_id = known()
    inbox.deliver(letter())

    def fails(*_told: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(jobs.taking, "take_letter", fails)

    with pytest.raises(OSError, match="no space"):
        jobs.read_mailbox(mailbox_id)
    assert problem(mailbox_id) == ""


@pytest.mark.parametrize(
    ("headers", "kind"),
    [
        ({"Auto-Submitted": "auto-replied (vacation)"}, "automatic"),
        ({"Precedence": "auto_reply"}, "automatic"),
        ({"Return-Path": "<>"}, "bounce"),
        ({"From": "Mail Delivery System <MAILER-DAEMON@example.com>"}, "bounce"),
        ({"Auto-Submitted": "auto-generated"}, "lead"),  # so do the forms of sites
    ],
)
def test_what_no_person_wrote_is_no_lead(
    headers: dict[str, str], kind: str, known: Known, inbox: ImapMailbox
) -> None:
    mailbox_id = known()
    inbox.deliver(letter(**headers))

    jobs.read_mailbox(mailbox_id)

    assert made(mailbox_id) == [kind]
    assert len(leads()) == (kind == "lead")


def test_our_own_letter_is_no_lead(known: Known, inbox: ImapMailbox) -> None:
    mailbox_id = known()
    with writing():
        number = send(Outgoing(to="sales@example.com", subject="A reminder", text="Do it."))
    message_id = reading().scalar(sa.select(KeptLetter.message_id).where(KeptLetter.id == number))
    inbox.deliver(letter(Message_ID=f"<{message_id}>"))

    jobs.read_mailbox(mailbox_id)

    assert (made(mailbox_id), leads()) == (["own"], [])


def test_one_run_reads_so_many_letters_and_the_next_goes_on(
    app: Flask, known: Known, inbox: ImapMailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "AT_ONCE", 2)
    mailbox_id = known()
    for number in range(5):
        inbox.deliver(letter(From=f"Number {number} <n{number}@example.com>"))
    queue: Jobs = app.extensions["salesman_jobs"]
    with writing() as session:
        jobs.ask_to_read(session, mailbox_id)

    ran = queue.drain()

    assert len(leads()) == 5
    assert ran >= 3


def test_reading_a_letter_takes_as_many_statements_in_a_full_table(
    known: Known, inbox: ImapMailbox, statements: Statements
) -> None:
    mailbox_id = known()

    def read_two() -> int:
        for name in ("Anna", "Boris"):
            inbox.deliver(letter(From=f"{name} <{name}@example.com>"))
        with statements() as sent:
            jobs.read_mailbox(mailbox_id)
        return len(sent)

    read_two()
    few = read_two()
    for _time in range(3):
        read_two()
    assert read_two() == few


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"host": "nowhere.invalid", "way": "imaps"}, "host"),
        ({"port": 1}, "connection"),
        ({"password": "wrong"}, "password"),
        ({"folder": "Nowhere"}, "folder"),
        ({"afterwards": "move", "moved_to": "Nowhere"}, "moved_to"),
        ({"way": "starttls"}, "certificate"),
        ({"way": "imaps"}, "encryption"),  # on the port that begins without
    ],
)
def test_trying_a_mailbox_says_what_is_wrong(
    values: dict[str, object], code: str, known: Known
) -> None:
    mailbox_id = known(**values)

    assert service.try_mailbox(mailbox_id) == code
    assert problem(mailbox_id) == code


def test_mailbox_of_a_server_that_proves_its_name_is_read_encrypted(
    known: Known, inbox: ImapMailbox, monkeypatch: pytest.MonkeyPatch, imap_server: ImapServer
) -> None:
    port = imap_server.encrypted_port
    encrypted = {"host": "localhost", "way": "imaps", "port": port}
    assert service.try_mailbox(known(**encrypted)) == "certificate"

    monkeypatch.setenv("SSL_CERT_FILE", str(imap_server.certificate))
    mailbox_id = known(**encrypted)
    inbox.deliver(letter())
    jobs.read_mailbox(mailbox_id)

    assert (problem(mailbox_id), leads()) == ("", ["Anna Berg"])
    assert service.try_mailbox(known(host="localhost", way="starttls")) == ""


def test_mailbox_that_fails_rests_longer_each_time_and_is_read_again(known: Known) -> None:
    mailbox_id = known(port=1)
    jobs.read_mailbox(mailbox_id)
    assert queries.due(reading(), now() + timedelta(minutes=5)) == [mailbox_id]
    jobs.read_mailbox(mailbox_id)
    jobs.read_mailbox(mailbox_id)

    assert queries.due(reading(), now() + timedelta(minutes=15)) == []
    assert queries.due(reading(), now() + timedelta(minutes=20)) == [mailbox_id]


def test_phones_and_addresses_of_others_are_passed_over(known: Known, inbox: ImapMailbox) -> None:
    mailbox_id = known()
    inbox.deliver(letter(f"Yes.\n> Call us: 8 495 123-45-67\nTo: {inbox.user}"))

    jobs.read_mailbox(mailbox_id)

    assert reading().scalar(sa.select(sa.func.count(LeadPhone.id))) == 0
    assert list(reading().scalars(sa.select(LeadEmail.typed))) == ["anna@example.com"]
