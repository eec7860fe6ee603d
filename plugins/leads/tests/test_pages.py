"""The pages of leads."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from flask import Flask
from salesman_leads import intake, qualifying, service
from salesman_leads.models import Lead

from salesman_core.db import writing
from salesman_core.plugins import switches
from salesman_core.services.company import change_company
from salesman_core.testing.clock import MONDAY_MORNING, FrozenClock
from salesman_core.testing.people import Browser, Make

ResultOf = Callable[[str], int]

BrowserFor = Callable[[str], Browser]
Statements = Callable[[], AbstractContextManager[list[str]]]


def token_in(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found is not None
    return found.group(1)


def test_empty_list_says_what_leads_are_and_how_to_begin(browser_for: BrowserFor) -> None:
    page = browser_for("marketer").get("/leads").text

    assert "No leads yet" in page
    assert 'href="/leads/new"' in page


def test_lead_is_entered_by_hand_and_seen_at_once(browser_for: BrowserFor) -> None:
    browser = browser_for("marketer")
    token = token_in(browser.get("/leads/new").text)

    answer = browser.post(
        "/leads/new",
        data={"csrf_token": token, "name": "Anna", "phones": ["8 916 123-45-67", ""]},
        follow_redirects=True,
    )

    assert answer.status_code == 200
    assert 'href="tel:+79161234567"' in answer.text


def test_what_was_typed_stays_after_an_error(browser_for: BrowserFor) -> None:
    browser = browser_for("marketer")
    token = token_in(browser.get("/leads/new").text)

    answer = browser.post("/leads/new", data={"csrf_token": token, "text": "<b>Boilers?</b>"})

    assert answer.status_code == 422
    assert "Give a name, a company, a phone, an email or a key in another system." in answer.text
    assert "&lt;b&gt;Boilers?&lt;/b&gt;" in answer.text


@pytest.mark.parametrize(
    ("vat", "title"),
    [("", "Amount"), ("with", "Amount with VAT"), ("without", "Amount without VAT")],
)
def test_sum_of_a_deal_is_called_as_the_company_means_it(
    vat: str, title: str, app: Flask, browser_for: BrowserFor
) -> None:
    change_company({"vat": vat})
    lead_id = intake.create_lead({"name": "Anna"})

    page = browser_for("head").get(f"/leads/{lead_id}").text

    assert re.findall(r'<label[^>]*for="[^"]*amount"[^>]*>\s*([^<]*?)\s*<', page) == [title]


def test_menu_counts_the_leads_that_wait(app: Flask, browser_for: BrowserFor) -> None:
    intake.create_lead({"name": "Anna"})
    intake.create_lead({"name": "Boris"})

    page = browser_for("marketer").get("/leads").text

    assert re.search(r"Leads\s*</span>\s*<span[^>]*badge[^>]*>\s*2", page)


def test_client_shows_the_leads_that_it_came_from(app: Flask, browser_for: BrowserFor) -> None:
    lead_id = intake.create_lead({"name": "Anna", "company": "Boilers Ltd"})
    client_id = qualifying.qualify_lead(lead_id, {})["client_id"]

    page = browser_for("head").get(f"/clients/{client_id}").text

    assert f'href="/leads/{lead_id}"' in page


def test_lead_leads_to_why_one_sees_it(app: Flask, browser_for: BrowserFor) -> None:
    lead_id = intake.create_lead({"name": "Anna"})
    browser = browser_for("head")
    address = f"/records/leads.lead/{lead_id}/why"

    assert address in browser.get(f"/leads/{lead_id}").text
    assert browser.get(address).status_code == 200


def test_suspended_plugin_takes_its_pages_entries_and_panels_with_it(
    app: Flask, make: Make, browser_for: BrowserFor
) -> None:
    lead_id = intake.create_lead({"name": "Anna", "company": "Boilers Ltd"})
    client_id = qualifying.qualify_lead(lead_id, {})["client_id"]
    browser = browser_for("head")

    switches.suspend("leads")

    assert browser.get("/leads").status_code == 404
    assert "/leads" not in browser.get(f"/clients/{client_id}").text
    switches.activate("leads")
    assert browser.get("/leads").status_code == 200


def test_list_shows_the_leads_that_the_filter_finds_and_how_to_drop_it(
    app: Flask, browser_for: BrowserFor, result_of: ResultOf
) -> None:
    intake.create_lead({"name": "Anna", "source": "site"})
    service.close_lead(intake.create_lead({"name": "Boris"}), result_of("spam"))
    browser = browser_for("marketer")

    page = browser.get("/leads?status=open").text
    nothing = browser.get("/leads?q=nobody").text

    assert ("Anna" in page, "Boris" in page) == (True, False)
    assert 'href="/leads" class="chip-drop"' in page
    assert "Nothing matches all of these" in nothing


def test_dialog_of_filters_leads_to_the_list_that_it_asks_for(
    app: Flask, browser_for: BrowserFor
) -> None:
    intake.create_lead({"name": "Anna", "source": "site"})
    intake.create_lead({"name": "Boris", "source": "exhibition"})
    typed = {"source": "site", "status": ["open", "in_work"], "result": "", "owner_id": ""}

    answer = browser_for("marketer").get("/leads/filter", query_string=typed)
    page = browser_for("marketer").get(answer.location).text

    assert answer.location == "/leads?source=site&status=open&status=in_work"
    assert "is one of <strong>open, in work</strong>" in page
    assert ("Anna" in page, "Boris" in page) == (True, False)


def test_dialog_of_filters_takes_days_as_people_write_them(
    app: Flask, browser_for: BrowserFor, clock: FrozenClock
) -> None:
    app.extensions["salesman_clock"] = clock.now
    intake.create_lead({"name": "Anna"})
    clock.advance(days=2)
    intake.create_lead({"name": "Boris"})
    day = f"{MONDAY_MORNING:%d.%m.%y}"
    browser = browser_for("marketer")

    answer = browser.get(f"/leads/filter?created_at__gte={day}&created_at__lte={day}")
    page = browser.get(answer.location).text

    assert ("Anna" in page, "Boris" in page) == (True, False)
    assert f'name="created_at__lte" value="{MONDAY_MORNING:%d.%m.%Y}"' in page


def test_dialog_offers_the_sources_of_leads_that_one_may_see(
    app: Flask, make: Make, browser_for: BrowserFor
) -> None:
    intake.create_lead({"name": "Anna", "source": "site", "owner_id": make.user_of("seller")})
    intake.create_lead({"name": "Boris", "source": "secret", "owner_id": make.user_of("head")})

    page = browser_for("seller").get("/leads").text

    assert '<option value="site"' in page
    assert "secret" not in page


def test_list_counts_the_leads_of_the_whole_filter(
    app: Flask, browser_for: BrowserFor, result_of: ResultOf
) -> None:
    for name in ("Anna", "Boris"):
        intake.create_lead({"name": name})
    service.close_lead(intake.create_lead({"name": "Vera"}), result_of("spam"))

    page = " ".join(browser_for("marketer").get("/leads?limit=1").text.split())

    assert "3 leads · open 2 · closed 1" in page


def test_statements_of_the_list_do_not_grow_with_its_rows(
    app: Flask, browser_for: BrowserFor, statements: Statements
) -> None:
    browser = browser_for("marketer")
    counts = []
    for _round in range(2):
        for _number in range(3):
            intake.create_lead({"name": "Anna", "phones": ["8 916 123-45-67"]})
        browser.get("/leads")
        with statements() as sent:
            browser.get("/leads")
        counts.append(len(sent))

    assert counts[0] == counts[1]


def test_lead_becomes_a_client_from_its_card(app: Flask, browser_for: BrowserFor) -> None:
    lead_id = intake.create_lead({"name": "Anna", "company": "Boilers Ltd"})
    browser = browser_for("head")
    token = token_in(browser.get(f"/leads/{lead_id}").text)

    answer = browser.post(
        f"/leads/{lead_id}/qualify",
        data={"csrf_token": token, "client_name": "Boilers Ltd", "deal_name": "Boilers"}
        | {"contact_name": "Anna", "amount": "1 250,50"},
        follow_redirects=True,
    )

    assert answer.status_code == 200
    assert "/deals/" in answer.request.path
    assert "Boilers Ltd" in answer.text


def test_second_who_changes_a_lead_chooses_where_both_did(
    app: Flask, browser_for: BrowserFor
) -> None:
    lead_id = intake.create_lead({"name": "Anna", "company": "Boilers Ltd"})
    browser = browser_for("head")
    card = browser.get(f"/leads/{lead_id}").text
    seen = re.search(r'name="seen" value="([^"]+)"', card)
    assert seen is not None
    service.change_lead(lead_id, {"name": "Anna Kern", "company": "Pumps Ltd"})

    typed = {"name": "Anna K.", "company": "Boilers Ltd", "version": "1"}
    remembered = {"seen": html.unescape(seen[1]), "csrf_token": token_in(card)}
    answer = browser.post(f"/leads/{lead_id}", data=typed | remembered)

    assert answer.status_code == 412
    assert "Theirs: <strong>Anna Kern</strong>" in answer.text
    assert answer.text.count('<fieldset class="conflict">') == 1
    assert 'name="company" autocomplete="off"\n           value="Pumps Ltd"' in answer.text


@pytest.mark.parametrize("act", ["close", "qualify"])
def test_refused_form_is_still_for_what_its_person_saw(
    app: Flask, browser_for: BrowserFor, result_of: ResultOf, act: str
) -> None:
    lead_id = intake.create_lead({"name": "Anna"})
    browser, goes = browser_for("head"), f"/leads/{lead_id}/{act}"
    typed = {"csrf_token": token_in(browser.get(f"/leads/{lead_id}").text), "version": "1"}
    service.change_lead(lead_id, {"name": "Anna Kern"})

    refused = browser.post(goes, data=typed | {"amount": "much", "result_id": "none"})
    form = refused.text.partition(f'action="{goes}"')[2].partition("</form>")[0]
    right = {"client_name": "Boilers Ltd", "result_id": str(result_of("spam"))}
    answer = browser.post(goes, data=typed | right)

    assert refused.status_code == 422
    assert re.findall(r'name="version" value="([^"]*)"', form) == ["1"]
    assert answer.status_code == 412


@pytest.mark.parametrize("kind", ["client", "deal"])
def test_card_has_a_panel_of_leads_only_where_there_are_some(
    make: Make, browser_for: BrowserFor, kind: str
) -> None:
    record, other = (getattr(make, kind)() for _number in range(2))
    lead_id = intake.create_lead({"name": "Anna Kern"})
    with writing() as session:
        setattr(session.get_one(Lead, lead_id), f"{kind}_id", record)
    pages = [browser_for("head").get(f"/{kind}s/{one}").text for one in (record, other)]
    panel = '<h2 class="card-title">Leads</h2>'
    assert [(panel in page, f"/leads/{lead_id}" in page) for page in pages] == [
        (True, True),
        (False, False),
    ]
