"""A campaign sent to a mail server, beside a bare loop of smtplib that sends the same letters."""

from __future__ import annotations

import smtplib
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Final

import sqlalchemy as sa
from flask import Flask
from salesman_mailing.campaigns import queries, service
from salesman_mailing.campaigns.drawing import Drawn
from salesman_mailing.consent.models import Purpose
from salesman_mailing.groups import service as groups

from bench.mailing import _clients, _emails
from salesman_core.clients.models import Client, ClientEmail, Rung
from salesman_core.db import reading, writing
from salesman_core.services.mail import change_mail
from salesman_core.services.smtp import MailServer
from salesman_core.testing.application import UPGRADED, running
from salesman_core.testing.databases import Databases, Kind

LETTERS: Final = 400
TRIES: Final = 4
LETTER: Final = {
    "name": "Spring",
    "subject": 'Prices for {{ name | or("you") }}',
    "text": 'Dear {{ name | or("colleague") }},\n\n'
    + "New prices hold from the first of May.\n\n" * 12
    + "[See all](https://firm.ru/prices)\n\n---\n\n{{ company }} · [Leave]({{ unsubscribe }})",
}


@dataclass(frozen=True, slots=True)
class Sent:
    """Letters a second.

    :param bare: by a loop over one connection of smtplib.
    :param campaign: by the built-in sender.
    """

    bare: float
    campaign: float


def measured_sending(kind: Kind, databases: Databases, folder: Path) -> Sent:
    """Send the same letters in both ways in turns; give the best of some tries of each."""
    lent = databases.lent(kind, UPGRADED)
    with _mail_server() as port, lent as url, running(url, folder) as app:
        change_mail(MailServer.at(f"smtp://127.0.0.1:{port}"), "news@firm.example")
        group_id = _group()
        tries = [(_bare(port), _campaign(app, group_id)) for _ in range(TRIES)]
    return Sent(max(bare for bare, _ours in tries), max(ours for _bare, ours in tries))


@contextmanager
def _mail_server() -> Iterator[int]:
    command = [sys.executable, "-m", "bench.sink"]
    with subprocess.Popen(  # noqa: S603  # this very Python
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        yield int(process.stdout.readline())
        process.communicate()


def _bare(port: int) -> float:
    """Send letters as one would with smtplib alone; give how many a second."""
    unsubscribe = "https://crm.firm.ru/mailing/leave/" + "x" * 200
    known = {"company": "Firm", "unsubscribe": unsubscribe}
    wording = service.wording_of(type("Campaign", (), {**LETTER, "preheader": ""}))
    sample = Drawn(wording, "en").for_values({**known, "name": "@name@"})
    began = time.perf_counter()
    with smtplib.SMTP("127.0.0.1", port) as connection:
        for number in range(LETTERS):
            message = EmailMessage()
            message["From"] = "Firm <news@firm.example>"
            message["To"] = f"client{number}@example.com"
            message["Subject"] = sample.subject.replace("@name@", f"Client {number}")
            message["List-Unsubscribe"] = f"<{unsubscribe}>"
            message.set_content(sample.plain.replace("@name@", f"Client {number}"))
            html = sample.html.replace("@name@", f"Client {number}")
            message.add_alternative(html, subtype="html")
            connection.send_message(message)
    return LETTERS / (time.perf_counter() - began)


def _campaign(app: Flask, group_id: int) -> float:
    """Send a campaign; give how many letters a second."""
    campaign_id = service.create_campaign({**LETTER, "group_id": group_id})
    service.start_campaign(campaign_id)
    began = time.perf_counter()
    app.extensions["salesman_jobs"].drain()
    spent = time.perf_counter() - began
    assert queries.fates(reading(), campaign_id)["sent"] == LETTERS
    return LETTERS / spent


def _group() -> int:
    """Make clients, and the group of all of them."""
    ids = range(1, LETTERS + 1)
    with writing() as session:
        rung_id = session.scalars(sa.select(Rung.id).order_by(Rung.position)).first()
        session.execute(sa.insert(Client), _clients(ids, rung_id))
        session.execute(sa.insert(ClientEmail), _emails(ids))
    orders = reading().scalar(sa.select(Purpose.id).where(Purpose.needs_consent.is_(False)))
    group_id = groups.create_group({"name": "All", "purpose_id": orders})
    groups.follow(group_id, "client", "")
    return group_id
