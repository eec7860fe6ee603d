"""What somebody agrees to who sends a web form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from salesman_leads.forms.models import Consent, FormConsent
from salesman_leads.forms.service import change_form
from salesman_leads.models import Lead
from salesman_leads.testing import FORM, hidden

from salesman_core.toolkit import reading

ByStranger = Callable[..., Any]

TEXT = "I agree that my data are processed."


def leads() -> list[Lead]:
    return list(reading().scalars(sa.select(Lead).order_by(Lead.id)))


def agreed_to() -> list[str]:
    kept = sa.select(FormConsent.text).join(Consent, Consent.consent_id == FormConsent.id)
    return list(reading().scalars(kept.order_by(Consent.id)))


def test_without_consent_nothing_is_taken(stranger: ByStranger) -> None:
    answer = stranger(consent=TEXT).send(name="Anna")

    assert answer.status_code == 422
    assert "Without your consent this cannot be sent." in answer.text
    assert leads() == []


def test_consent_is_kept_with_its_version_moment_and_address(stranger: ByStranger) -> None:
    who = stranger(consent=TEXT)
    who.send(name="Anna", consent="true")
    first = who.clock.now()
    change_form(who.form.id, {**FORM, "consent": "Something else."})
    who.send(name="Boris", consent="true")

    kept = reading().execute(
        sa.select(FormConsent.number, FormConsent.text, Consent.ip, Consent.at)
        .join(Consent, Consent.consent_id == FormConsent.id)
        .order_by(Consent.id)
    )
    rows = [tuple(row) for row in kept]
    assert rows[0] == (1, TEXT, "203.0.113.7", first)
    assert rows[1][:2] == (2, "Something else.")


@pytest.mark.parametrize("word", ["false", "no", "off", "0", "null", "x", " "])
def test_another_word_than_yes_is_no_consent(stranger: ByStranger, word: str) -> None:
    answer = stranger(consent=TEXT).send(name="Anna", consent=word)

    assert answer.status_code == 422
    assert "Without your consent this cannot be sent." in answer.text
    assert " checked" not in answer.text
    assert leads() == []


@pytest.mark.parametrize("word", ["true", "on", "1", "yes", "True", " YES "])
def test_consent_is_given_by_any_word_for_yes(stranger: ByStranger, word: str) -> None:
    assert stranger(consent=TEXT).send(name="Anna", consent=word).status_code == 303


@pytest.mark.parametrize(
    ("value", "status"), [(True, 201), (1, 201), (0, 422), (False, 422), ([], 422)]
)
def test_consent_in_json(stranger: ByStranger, value: Any, status: int) -> None:
    answer = stranger(consent=TEXT).post_json({"name": "Anna", "consent": value})

    assert answer.status_code == status


@pytest.mark.parametrize("before", [TEXT, ""])
def test_consent_that_changed_meanwhile_is_read_again(stranger: ByStranger, before: str) -> None:
    who = stranger(consent=before)
    opened = hidden(who.open().text, "stamp")
    change_form(who.form.id, {**FORM, "consent": "Something else."})
    incomplete = who.send(consent="true", stamp=opened)
    read = {"name": "Anna", "consent": "true"}
    refused = who.send(**read, stamp=hidden(incomplete.text, "stamp"))
    none_yet = leads()
    answer = who.send(**read, stamp=hidden(refused.text, "stamp"), took=1)

    statuses = [one.status_code for one in (incomplete, refused, answer)]
    assert (statuses, none_yet) == ([422, 422, 303], [])
    assert "The text of the consent has changed: read it again." in refused.text
    assert "Something else." in refused.text
    assert 'value="Anna"' in refused.text
    assert " checked" not in refused.text
    assert agreed_to() == ["Something else."]
    assert [lead.suspicion for lead in leads()] == [""]


def test_form_that_asks_for_no_consent_any_more_takes_what_was_open(stranger: ByStranger) -> None:
    who = stranger(consent=TEXT)
    opened = hidden(who.open().text, "stamp")
    change_form(who.form.id, {**FORM, "consent": ""})

    assert who.send(name="Anna", consent="true", stamp=opened).status_code == 303
    assert reading().scalars(sa.select(Consent.id)).all() == []


def test_form_of_a_site_agrees_to_the_version_that_holds(stranger: ByStranger) -> None:
    who = stranger(consent=TEXT)
    change_form(who.form.id, {**FORM, "consent": "Something else."})
    who.post_json({"name": "Anna", "consent": True})

    assert agreed_to() == ["Something else."]


def test_card_of_the_lead_shows_what_was_agreed_to(
    stranger: ByStranger, browser_for: Callable[[str], Any]
) -> None:
    stranger(consent=TEXT).send(name="Anna", consent="true")
    page = browser_for("head").get("/leads/1").text

    assert TEXT in page
    assert "“Landing page”, version 1" in page
