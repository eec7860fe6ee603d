"""Files that come along with letters: kept as files of the lead, within bounds."""

from __future__ import annotations

from collections.abc import Callable
from email.message import EmailMessage
from typing import Any

import pytest
import sqlalchemy as sa
from salesman_leads.junk.service import change_rules
from salesman_leads.mailbox import enclosed, jobs
from salesman_leads.mailbox.enclosed import Bounds, Enclosed, as_far_as_read, chosen, enclosed_in
from salesman_leads.mailbox.letters import read_letter
from salesman_leads.mailbox.models import Letter
from salesman_leads.models import Lead

from salesman_core.records.files import download
from salesman_core.records.models import Attachment
from salesman_core.services.models import StoredFile
from salesman_core.testing.imap import ImapMailbox
from salesman_core.testing.people import Browser
from salesman_core.toolkit import reading

Known = Callable[..., int]
BrowserFor = Callable[[str], Browser]

PDF = b"%PDF-1.4\nthree boilers"
PAGE = b"<script>alert(1)</script>"


def letter(
    text: str = "See the brief.", *, sender: str = "anna@example.com", **attached: bytes
) -> EmailMessage:
    message = EmailMessage()
    message["From"] = f"Anna Berg <{sender}>"
    message["Subject"] = "Boilers"
    message.set_content(text)
    for name, content in attached.items():
        message.add_attachment(
            content,
            maintype="application",
            subtype="octet-stream",
            filename=name.replace("_", "."),
        )
    return message


def files() -> list[Any]:
    reading().rollback()
    columns = (Attachment.kind, Attachment.record_id, Attachment.name, Attachment.media_type)
    return [tuple(row) for row in reading().execute(sa.select(*columns).order_by(Attachment.id))]


def text() -> str:
    return reading().scalars(sa.select(Lead.text).order_by(Lead.id.desc())).first() or ""


@pytest.mark.databases("sqlite", "postgresql")
def test_brief_of_a_letter_is_a_file_of_its_lead(known: Known, inbox: ImapMailbox) -> None:
    mailbox_id = known()
    inbox.deliver(letter(brief_pdf=PDF).as_bytes())

    jobs.read_mailbox(mailbox_id)

    lead = reading().scalars(sa.select(Lead.id)).one()
    assert files() == [("leads.lead", lead, "brief.pdf", "application/pdf")]
    file_id = reading().scalars(sa.select(Attachment.id)).one()
    assert download(file_id).path.read_bytes() == PDF
    assert text() == "Boilers\n\nSee the brief."


def test_letter_that_comes_twice_brings_its_files_once(known: Known, inbox: ImapMailbox) -> None:
    mailbox_id = known()
    message = letter(brief_pdf=PDF)
    message["Message-ID"] = "<one@example.com>"
    for _time in range(2):
        inbox.deliver(message.as_bytes())

    jobs.read_mailbox(mailbox_id)
    jobs.read_mailbox(mailbox_id)

    assert len(files()) == 1


def test_what_runs_or_is_a_page_is_named_and_not_kept(known: Known, inbox: ImapMailbox) -> None:
    mailbox_id = known()
    inbox.deliver(
        letter(
            brief_pdf=PDF,
            page_html=PAGE,
            picture_svg=PAGE,
            photo_jpg=b"MZ\x90\x00",
            offer_pdf_EXE=b"x",
            empty_txt=b"",
        ).as_bytes()
    )

    jobs.read_mailbox(mailbox_id)

    assert [row[2] for row in files()] == ["brief.pdf"]
    assert text() == (
        "Boilers\n\nSee the brief.\n\nAttached to the letter, not kept here: page.html,"
        " picture.svg, photo.jpg, offer.pdf.EXE, empty.txt"
    )


def test_page_that_calls_itself_a_picture_is_only_saved(
    known: Known, inbox: ImapMailbox, browser_for: BrowserFor
) -> None:
    mailbox_id = known()
    inbox.deliver(letter(photo_png=PAGE).as_bytes())
    jobs.read_mailbox(mailbox_id)
    file_id = reading().scalars(sa.select(Attachment.id)).one()

    shown = browser_for("head").get(f"/records/files/{file_id}/shown/photo.png", buffered=True)
    saved = browser_for("head").get(f"/records/files/{file_id}/photo.png", buffered=True)

    assert shown.status_code == 404
    assert saved.headers["Content-Disposition"].startswith("attachment")
    assert saved.mimetype == "application/octet-stream"


def test_no_more_is_kept_of_a_letter_than_the_bounds_say() -> None:
    sizes = {"a": 4, "b": 7, "c": 3, "d": 1, "e": 1}
    came = [Enclosed(name, b"x" * size) for name, size in sizes.items()]

    choice = chosen(came, Bounds(files=3, size=8))

    assert [one.name for one in choice.kept] == ["a", "c", "d"]
    assert choice.named == ("b", "e")


@pytest.mark.databases("sqlite", "postgresql")
def test_of_suspects_little_is_kept_and_of_all_of_them_together_no_more_than_the_disk_bears(
    known: Known, inbox: ImapMailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    mailbox_id = known()
    change_rules({"phrases": "casino"})
    monkeypatch.setattr(enclosed, "OF_SUSPECT", Bounds(1, 20))
    monkeypatch.setattr(enclosed, "MOST_OF_SUSPECTS", 30)
    inbox.deliver(letter("Come to our casino.", one_txt=b"1" * 18, two_txt=b"2").as_bytes())
    inbox.deliver(letter("A casino.", three_txt=b"3" * 18).as_bytes())
    inbox.deliver(letter("Another casino.", four_txt=b"4" * 10).as_bytes())
    inbox.deliver(letter("Boilers.", sender="b@example.com", five_txt=b"5" * 40).as_bytes())

    jobs.read_mailbox(mailbox_id)

    assert [row[2] for row in files()] == ["one.txt", "four.txt", "five.txt"]
    told = list(reading().scalars(sa.select(Lead.text).order_by(Lead.id)))
    assert [one.rpartition(": ")[2] for one in told[:2]] == ["two.txt", "three.txt"]
    assert reading().scalar(sa.select(sa.func.count(StoredFile.id))) == 3


def test_automatic_answer_leaves_no_file(known: Known, inbox: ImapMailbox) -> None:
    mailbox_id = known()
    message = letter(brief_pdf=PDF)
    message["Auto-Submitted"] = "auto-replied"
    inbox.deliver(message.as_bytes())

    jobs.read_mailbox(mailbox_id)

    assert reading().scalars(sa.select(Letter.made)).all() == ["automatic"]
    assert reading().scalar(sa.select(sa.func.count(StoredFile.id))) == 0


def test_one_run_reads_no_more_bytes_than_it_may_and_another_goes_on(
    known: Known, inbox: ImapMailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    mailbox_id = known()
    for name in ("a", "b", "c"):
        inbox.deliver(letter(name, **{f"{name}_txt": name.encode() * 600}).as_bytes())
    monkeypatch.setattr(jobs, "MOST_BYTES", 1000)

    assert [jobs.read_mailbox(mailbox_id) for _time in range(4)] == [1, 1, 1, 0]
    assert [row[2] for row in files()] == ["a.txt", "b.txt", "c.txt"]


def test_file_that_did_not_come_whole_is_not_kept() -> None:
    raw = letter(whole_txt=b"whole", cut_pdf=PDF * 900).as_bytes()

    found = enclosed_in(read_letter(raw[: len(raw) - 2000]).message)

    assert [(one.name, one.content) for one in found] == [("whole.txt", b"whole"), ("cut.pdf", b"")]


@pytest.mark.parametrize("filling", [b"\n", b"boundary=x" + b" " * 60 + b"\n"])
def test_of_a_long_letter_of_many_lines_or_parts_the_beginning_is_read(filling: bytes) -> None:
    raw = b"From: a@example.com\n\nA boiler.\n" + filling * (14_000_000 // len(filling))

    assert as_far_as_read(raw) == raw[:1_000_000]


def test_long_letter_with_files_is_read_whole() -> None:
    raw = letter(film_bin=b"x" * 5_000_000).as_bytes()

    assert as_far_as_read(raw) == raw
    assert len(enclosed_in(read_letter(raw).message)[0].content) == 5_000_000
