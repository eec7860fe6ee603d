"""What is made of a letter: who wrote, how to reach them, what they want."""

from __future__ import annotations

from email.header import Header
from email.message import EmailMessage
from email.mime.text import MIMEText
from typing import Any

import pytest
from flask import Flask
from salesman_leads.mailbox.html_text import words_of
from salesman_leads.mailbox.letters import UNREADABLE, message_id_of, read_letter
from salesman_leads.mailbox.wording import lead_in

from salesman_core.services.mailboxes import encoded

OWN = "sales@example.com"


def said(text: str, **headers: str) -> dict[str, Any]:
    message = EmailMessage()
    for name, value in ({"From": "Site <site@example.com>"} | headers).items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    found = lead_in(read_letter(message.as_bytes()), OWN)
    return {name: value for name, value in found.items() if name != "text"}


@pytest.mark.parametrize(
    "text",
    [
        "Имя: Анна Берг\nТелефон: 8 916 123-45-67\nE-mail: anna@example.com\nКомпания: ООО «Котлы»",
        "Name: Анна Берг\nPhone: 8 916 123-45-67\nEmail: anna@example.com\nCompany: ООО «Котлы»",
        (
            "*Ваше имя*: Анна Берг\n- тел. : 8 916 123-45-67\nпочта\tanna@example.com\n"
            "Организация = ООО «Котлы»"
        ),
        (
            "ФИО:\nАнна Берг\nТелефон:\n8 916 123-45-67\n\nEmail:\nanna@example.com\n"
            "Название компании:\nООО «Котлы»"
        ),
    ],
)
def test_lines_of_a_form_say_who_it_is(app: Flask, text: str) -> None:
    assert said(text) == {
        "name": "Анна Берг",
        "phones": ["8 916 123-45-67"],
        "emails": ["anna@example.com"],
        "company": "ООО «Котлы»",
    }


def test_form_may_say_where_somebody_came_from_and_what_they_want(app: Flask) -> None:
    text = (
        "First name: Anna\nLast name: Berg\nPhone: +7 916 123-45-67, 8 495 123-45-67\n"
        "Product: Boiler\nutm_source: yandex\nUTM Medium: cpc\nСтраница: https://example.com/b?x=1"
    )

    assert said(text) == {
        "name": "Anna Berg",
        "phones": ["+7 916 123-45-67", "8 495 123-45-67"],
        "products": ["Boiler"],
        "utm_source": "yandex",
        "utm_medium": "cpc",
        "page": "https://example.com/b?x=1",
    }


def test_form_that_names_nobody_to_reach_is_answered_where_it_says(app: Flask) -> None:
    assert said("Имя: Анна", Reply_To="anna@example.com") == {
        "name": "Анна",
        "emails": ["anna@example.com"],
    }


def test_free_text_gives_phones_and_addresses_and_the_name_of_whoever_wrote(app: Flask) -> None:
    text = f"Call 8 (916) 123-45-67 or write to Second@example.com.\nOrder 12345678\n{OWN}"

    assert said(text, From="=?utf-8?b?0JDQvdC90LA=?= <anna@example.com>") == {
        "name": "Анна",
        "phones": ["8 (916) 123-45-67"],
        "emails": ["anna@example.com", "Second@example.com."],
    }


@pytest.mark.parametrize("charset", ["utf-8", "koi8-r", "windows-1251", "iso-8859-5", "utf-16"])
def test_letter_is_read_in_any_charset(app: Flask, charset: str) -> None:
    message = MIMEText("Нужен котёл", "plain", charset)
    message["From"] = f"{Header('Анна', charset).encode()} <anna@example.com>"
    message["Subject"] = Header("Котёл", charset)

    letter = read_letter(message.as_bytes())

    assert (letter.name, letter.subject, letter.text) == ("Анна", "Котёл", "Нужен котёл")


@pytest.mark.parametrize("charset", ["utf-8", "cp1251"])
def test_letter_that_does_not_name_its_charset_is_guessed(app: Flask, charset: str) -> None:
    raw = "From: Анна <anna@example.com>\nSubject: Котёл\n\nНужен котёл".encode(charset)

    letter = read_letter(raw)

    assert (letter.name, letter.subject, letter.text) == ("Анна", "Котёл", "Нужен котёл")


def test_charset_that_nobody_knows_loses_no_letter(app: Flask) -> None:
    raw = b"From: a@example.com\nContent-Type: text/plain; charset=martian\n\n" + "Котёл".encode()

    assert read_letter(raw).text == "Котёл"


def test_letter_in_html_alone_gives_the_words_that_it_shows(app: Flask) -> None:
    message = EmailMessage()
    message["From"] = "site@example.com"
    html = (
        "<html><head><title>No</title><style>p{color:red}</style></head><body>"
        "<table><tr><td><b>Имя</b></td><td>Анна &amp; Ко</td></tr>"
        "<tr><td>Телефон:</td><td>8 916 123-45-67</td></tr></table>"
        "<p>Первая<br>вторая</p><script>alert('x')</script></body></html>"
    )
    message.set_content(html, subtype="html")

    letter = read_letter(message.as_bytes())
    found = lead_in(letter, OWN)

    assert letter.text == "Имя\tАнна & Ко\n\nТелефон:\t8 916 123-45-67\n\nПервая\nвторая"
    assert (found["name"], found["phones"]) == ("Анна & Ко", ["8 916 123-45-67"])


def test_html_that_is_broken_shows_what_is_left() -> None:
    assert words_of("<p>One<<p><b>Two</i>") == "One<\nTwo"


def test_head_that_is_never_closed_hides_nothing() -> None:
    assert words_of("<head><title>No</title><body><p>Yes") == "Yes"


def test_letter_is_read_without_what_no_database_keeps(app: Flask) -> None:
    half, nothing = "=?utf-7?q?+2AE-?=", "=?utf-8?q?=00?="
    raw = (
        f"From: Anna{nothing} {half} <an\0na@example.com>\nSubject: a{nothing} {half}\n"
        "Content-Type: multipart/mixed; boundary=x\n\n"
        "--x\nContent-Type: text/plain; charset=utf-7\n\nText+2AE-\n"
        "--x\nContent-Type: image/png; name*=utf-8''b%00.png\n\n\n--x--"
    ).encode()

    letter = read_letter(raw)

    kept = (letter.subject, letter.name, letter.address, letter.text, *letter.attached)
    assert "\0" not in "".join(kept)
    assert [one.encode().count(b"?") for one in kept] == [1, 1, 0, 1, 0]
    assert letter.odd


def test_charset_that_is_no_text_loses_no_letter(app: Flask) -> None:
    raw = b"From: a@example.com\nContent-Type: text/plain; charset=idna\n\n" + "Котёл".encode()

    assert read_letter(raw).text == "Котёл"


def test_attachments_that_are_not_kept_are_named(app: Flask) -> None:
    message = EmailMessage()
    message["From"] = "Anna <anna@example.com>"
    message.set_content("See the drawing.")
    message.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="чертёж.pdf")

    text = lead_in(read_letter(message.as_bytes()), OWN)["text"]

    assert text == "See the drawing.\n\nAttached to the letter, not kept here: чертёж.pdf"


def test_letter_that_was_cut_short_is_read_as_far_as_it_goes(app: Flask) -> None:
    message = EmailMessage()
    message["From"] = "Anna <anna@example.com>"
    message.set_content("See the drawing.")
    message.add_attachment(b"x" * 9000, maintype="image", subtype="png", filename="a.png")

    letter = read_letter(message.as_bytes()[:2000])

    assert (letter.text, letter.attached) == ("See the drawing.", ("a.png",))


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "text", ["-" * 90_000, "(" * 90_000, " " * 90_000 + ".", "a" * 90_000, "1 " * 45_000 + "x"]
)
def test_letter_of_one_sign_takes_no_long_time(app: Flask, text: str) -> None:
    assert said(text, From="Anna <anna@example.com>")["emails"] == ["anna@example.com"]


@pytest.mark.timeout(20)
def test_letter_that_is_nested_without_end_is_unreadable() -> None:
    head = b"From: a@example.com\n"
    raw = head + b"".join(
        b'Content-Type: multipart/mixed; boundary="%d"\n\n--%d\n' % (n, n) for n in range(2000)
    )

    with pytest.raises(UNREADABLE):
        read_letter(raw)


def test_letter_without_an_id_is_known_by_all_of_it() -> None:
    assert message_id_of(b"Message-ID: <a@b>\n\nx") == "a@b"
    assert message_id_of(b"A: b\n\nMessage-ID: <a@b>") != message_id_of(
        b"A: c\n\nMessage-ID: <a@b>"
    )


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("INBOX", "INBOX"),
        ("Заявки", "&BBcEMARPBDIEOgQ4-"),
        ("A & B/Ц", "A &- B/&BCY-"),
        ("日本語", "&ZeVnLIqe-"),  # the example of RFC 3501
    ],
)
def test_folder_is_named_as_imap_writes_it(name: str, written: str) -> None:
    assert encoded(name) == written
