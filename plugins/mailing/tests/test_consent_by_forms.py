"""What people agree to in web forms comes into the ledger with its proof."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from salesman_leads.forms.queries import one_form
from salesman_leads.forms.service import create_form
from salesman_leads.forms.taking import Sender, take_answer
from salesman_leads.junk.judging import Arrival
from salesman_leads.testing import FORM
from salesman_mailing.consent.consent import About, Proof, is_allowed, record
from salesman_mailing.consent.models import BY_HAND, REFUSED, ConsentEntry, Purpose

from salesman_core.testing.clock import FrozenClock
from salesman_core.toolkit import now, reading, writing

ANNA = "anna@client.example"
SENT = {"name": ["Anna"], "email": [ANNA], "consent": ["true"]}
Send = Callable[..., None]


@pytest.fixture
def send(app: Flask, clock: FrozenClock, purposes: dict[str, Purpose]) -> Send:
    """Give what sends a form of the site; news take consents of such forms."""
    del clock
    with writing() as session:
        session.get_one(Purpose, purposes["news"].id).by_forms = True

    def send(*, letters: bool = True, arrival: Arrival | None = None) -> None:
        values = {**FORM, "consent": "I want your news.", "letters": letters}
        form = one_form(reading(), create_form(values))
        sender = Sender("203.0.113.7", "https://shop.example/contact")
        take_answer(form, SENT, arrival or Arrival(), sender)
        app.extensions["salesman_jobs"].drain()
        reading().rollback()

    return send


def ledger() -> list[ConsentEntry]:
    return list(reading().scalars(sa.select(ConsentEntry).order_by(ConsentEntry.id)))


def allowed(purpose: Purpose) -> bool:
    return is_allowed(reading(), ANNA, purpose)


def test_consent_of_a_form_is_noted_with_form_version_address_and_moment(
    send: Send, purposes: dict[str, Any]
) -> None:
    send()
    (entry,) = ledger()
    assert (entry.address, entry.state, entry.source) == (ANNA, "given", "form")
    assert (entry.purpose_id, entry.at) == (purposes["news"].id, now())
    assert entry.proof == {
        "form": "Landing page",
        "form_version": "1",
        "ip": "203.0.113.7",
        "url": "https://shop.example/contact",
        "said_at": f"{now():%Y-%m-%dT%H:%M:%SZ}",
    }
    assert allowed(purposes["news"])


def test_form_whose_consent_covers_no_letters_tells_nothing(send: Send) -> None:
    send(letters=False)
    assert ledger() == []


def test_what_is_kept_apart_as_junk_agrees_to_nothing(send: Send) -> None:
    send(arrival=Arrival(trap="x"))
    assert ledger() == []


def test_form_that_anybody_can_fill_in_takes_no_refusal_back(
    send: Send, purposes: dict[str, Any]
) -> None:
    news = purposes["news"]
    with writing() as session:
        record(session, [ANNA], About(purpose_id=news.id), REFUSED, Proof(BY_HAND, "Said so"))
    send()
    assert [(one.state, one.held) for one in ledger()] == [("refused", True), ("given", False)]
    assert not allowed(news)
