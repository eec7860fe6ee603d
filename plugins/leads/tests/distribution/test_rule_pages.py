"""The pages of rules and absences, and the ledger on the card of a lead."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from salesman_leads import intake
from salesman_leads.distribution.jobs import redeal
from salesman_leads.distribution.models import Rule
from salesman_leads.distribution.queries import rules
from salesman_leads.distribution.service import delete_rule

from salesman_core.testing.clock import FrozenClock
from salesman_core.testing.people import Browser
from salesman_core.toolkit import reading

BrowserFor = Callable[[str], Browser]
RuleOf = Callable[..., int]

pytestmark = pytest.mark.usefixtures("clock")


def send(browser: Browser, address: str, form: str, **typed: object) -> str:
    """Send the form of a page; give what its answer leads to."""
    token = re.search(r'name="csrf_token" value="([^"]+)"', browser.get(form).text)
    assert token is not None
    data = {"csrf_token": token[1], **typed}
    return html.unescape(browser.post(address, data=data, follow_redirects=True).text)


def held() -> list[Rule]:
    reading().rollback()
    reading().expire_all()
    return list(rules(reading()))


def test_rule_is_made_in_its_form(browser_for: BrowserFor, sellers: list[int]) -> None:
    typed = {
        "name": "From the site",
        "sources": ["site", ""],
        "hours": "any",
        "method": "weights",
        "member": [str(one) for one in sellers[:2]],
        f"weight-{sellers[0]}": "3",
        "minutes": "30",
        "active": "true",
    }

    page = send(browser_for("head"), "/leads/rules/new", "/leads/rules/new", **typed)

    made = held()[0]
    assert "by weights: Anna × 3, Boris × 1" in page
    assert (made.name, made.sources, made.minutes, made.active) == (
        "From the site",
        ["site"],
        30,
        True,
    )


def test_refused_rule_keeps_what_was_typed(browser_for: BrowserFor) -> None:
    typed = {"name": "Nobody", "hours": "any", "method": "in_turn", "regions": "Omsk"}

    page = send(browser_for("head"), "/leads/rules/new", "/leads/rules/new", **typed)

    assert "Name at least one person." in page
    assert 'value="Omsk"' in page
    assert len(held()) == 1


def test_rules_change_places(browser_for: BrowserFor, rule_of: RuleOf, sellers: list[int]) -> None:
    rule = rule_of("in_turn", *sellers)
    browser = browser_for("head")

    send(browser, f"/leads/rules/{rule}/move", "/leads/rules", to="down")

    assert [one.name for one in held()] == ["All others", "in_turn"]


def test_order_that_another_one_changed_meanwhile_stays(
    browser_for: BrowserFor, rule_of: RuleOf, sellers: list[int]
) -> None:
    rule = rule_of("in_turn", *sellers)
    browser = browser_for("head")
    page = browser.get("/leads/rules").text
    form = page.partition(f'action="/leads/rules/{rule}/move"')[2].partition("</form>")[0]
    version = re.search(r'name="version" value="(\d+)"', form)
    assert version is not None
    delete_rule(rule_of("in_turn", *sellers))
    rule_of("in_turn", *sellers)

    page = send(browser, f"/leads/rules/{rule}/move", "/leads/rules", to="down", version=version[1])

    assert "Somebody else has changed the order meanwhile" in page
    assert held()[0].id == rule


def test_page_of_a_rule_counts_who_got_how_many(
    browser_for: BrowserFor, rule_of: RuleOf, sellers: list[int]
) -> None:
    rule = rule_of("in_turn", *sellers)
    intake.create_leads([{"name": f"Lead {number}"} for number in range(4)])
    browser = browser_for("head")

    page = browser.get(f"/leads/rules/{rule}").text

    counted = re.findall(r'<tr><td>(\w+)</td><td class="text-end">(\d+)</td></tr>', page)
    assert sorted(counted) == [("Anna", "2"), ("Boris", "1"), ("Clara", "1")]
    assert "4 leads within 30 days" in browser.get("/leads/rules").text


def test_page_of_a_rule_counts_a_lead_once_however_often_it_was_dealt(
    browser_for: BrowserFor, rule_of: RuleOf, sellers: list[int], clock: FrozenClock
) -> None:
    rule = rule_of("in_turn", *sellers[:2], minutes=10, only_working=True)
    clock.set(datetime(2026, 11, 30, 20, tzinfo=UTC))
    intake.create_lead({"name": "Dora"})
    for minute in (0, 10, 20):
        clock.set(datetime(2026, 12, 1, 6, minute, tzinfo=UTC))
        redeal()
    clock.set(datetime(2026, 12, 1, 20, tzinfo=UTC))
    intake.create_lead({"name": "Emil"})
    browser = browser_for("head")

    page = browser.get(f"/leads/rules/{rule}").text

    counted = re.findall(r'<tr><td>([\w ]+)</td><td class="text-end">(\d+)</td></tr>', page)
    assert sorted(counted) == [("Anna", "1"), ("Boris", "1"), ("nobody yet", "1")]
    assert "2 leads within 30 days" in browser.get("/leads/rules").text


def test_preview_shows_who_would_get_it(
    browser_for: BrowserFor, rule_of: RuleOf, sellers: list[int]
) -> None:
    rule_of("in_turn", *sellers, sources=["fair"])

    page = send(browser_for("head"), "/leads/rules/preview", "/leads/rules", source="Fair")

    assert "By the rule “in_turn” (in turn): to Anna." in page


def test_card_of_a_lead_says_who_got_it_and_who_was_skipped(
    browser_for: BrowserFor, rule_of: RuleOf, sellers: list[int]
) -> None:
    browser = browser_for("head")
    days = {"first_day": "30.11.2026", "last_day": ""}
    send(browser, "/leads/absences", "/leads/absences", user_id=sellers[0], **days)
    rule_of("in_turn", *sellers)
    lead_id = intake.create_lead({"name": "Dora"})

    page = html.unescape(browser.get(f"/leads/{lead_id}").text)

    assert "By the rule “in_turn” (in turn): to Boris." in page
    assert "Skipped: Anna is absent" in page


def test_absence_that_was_taken_out_comes_back(browser_for: BrowserFor, sellers: list[int]) -> None:
    browser = browser_for("head")
    form = "/leads/absences"
    send(browser, form, form, user_id=sellers[0], first_day="30.11.2026", note="Ill")
    (id_,) = re.findall(r'action="/leads/absences/(\d+)/delete"', browser.get(form).text)

    page = send(browser, f"{form}/{id_}/delete", form)
    undo = re.search(r'"(/leads/absences\?[^"]+)"', page)
    assert undo is not None
    assert "Nobody is absent" in page
    page = send(browser, undo[1].replace("\\u0026", "&"), form)

    assert "Anna" in page.partition("<tbody>")[2]
    assert "Ill" in page


def test_head_sees_the_rules_in_the_menu_and_a_seller_does_not(browser_for: BrowserFor) -> None:
    assert 'href="/leads/rules"' in browser_for("head").get("/").text
    assert 'href="/leads/rules"' not in browser_for("seller").get("/").text
    assert browser_for("seller").get("/leads/rules").status_code == 403
