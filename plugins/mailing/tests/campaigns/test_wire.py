"""Letters as bytes: what mail programs look for is found in them, whatever people are called."""

from __future__ import annotations

import email
import re
from email import policy
from email.header import decode_header, make_header
from email.message import EmailMessage

import hypothesis.strategies as st
import pytest
from hypothesis import given
from salesman_mailing.campaigns.wire import mailbox, words, written

LINK = "https://crm.firm.example/mailing/leave/" + "gAAAAAB" * 30
ANNA = "anna@client.example"


def read(raw: bytes) -> EmailMessage:
    """Read a letter as a mail program does."""
    return email.message_from_bytes(raw, policy=policy.default)


def heads_of(raw: bytes) -> dict[str, str]:
    """Give the heads as they stand there, lines put together."""
    head = raw.partition(b"\r\n\r\n")[0].decode()
    lines = re.sub(r"\r\n[ \t]", " ", head).split("\r\n")
    return dict(line.split(": ", 1) for line in lines)


def test_link_that_unsubscribes_stands_whole_in_its_head() -> None:
    raw = written({"List-Unsubscribe": f"<{LINK}>"}, "Hello\n", "<p>Hello</p>\n")
    assert f"\r\nList-Unsubscribe: <{LINK}>\r\n".encode() in b"\r\n" + raw


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("", ANNA),
        ("Anna", f"Anna <{ANNA}>"),
        ('Berg, "Anna"', f'"Berg, \\"Anna\\"" <{ANNA}>'),
        ("Bcc: a@evil.example\r\nX", f'"Bcc: a@evil.example X" <{ANNA}>'),
    ],
)
def test_name_is_written_as_mail_programs_read_it(name: str, said: str) -> None:
    assert mailbox(name, ANNA) == said


@pytest.mark.parametrize("name", ["", "Anna", 'Berg, "Anna"', "Анна", "=?x?="])
def test_address_that_is_no_ascii_stands_there_as_it_is(name: str) -> None:
    address = "анна@почта.рф"
    raw = written({"To": mailbox(name, address)}, "Hello", "<p>Hello</p>")
    (said,) = email.message_from_string(raw.decode(), policy=policy.SMTPUTF8)["To"].addresses
    assert (said.display_name, said.addr_spec) == (name, address)


@given(st.text(max_size=120), st.text(max_size=200), st.text(max_size=300))
def test_what_is_written_is_what_is_read(name: str, subject: str, text: str) -> None:
    heads = {
        "From": mailbox("Фирма", "news@firm.example"),
        "To": mailbox(name, ANNA),
        "Subject": words(subject, "Subject"),
        "List-Unsubscribe": f"<{LINK}>",
    }
    raw = written(heads, text, text)
    letter = read(raw)
    assert list(heads_of(raw)) == [*heads, "MIME-Version", "Content-Type"]
    assert heads_of(raw)["List-Unsubscribe"] == f"<{LINK}>"
    assert letter["To"].addresses[0].addr_spec == ANNA
    assert [part.get_content_type() for part in letter.iter_parts()] == ["text/plain", "text/html"]
    shown = [part.get_content().splitlines() for part in letter.iter_parts()]
    assert shown == [text.splitlines() or [""]] * 2
    assert raw.isascii()
    assert max(map(len, raw.split(b"\r\n"))) <= 998


@pytest.mark.parametrize("text", ["Цены", "Prices", "=?utf-8?q?x?=", "Ц" * 200])
def test_subject_is_read_as_it_was_written(text: str) -> None:
    assert read(written({"Subject": words(text, "Subject")}, "", ""))["Subject"] == text


def test_long_name_is_read_as_it_was_written() -> None:
    name = "Петрова Анна Сергеевна, начальник отдела закупок Северо-Западного округа"
    said, _sign, address = mailbox(name, ANNA).rpartition(" <")
    assert (str(make_header(decode_header(said))), address) == (name, f"{ANNA}>")
    assert all(len(line) <= 76 for line in said.split("\r\n"))
