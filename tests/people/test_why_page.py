"""Why somebody may, or may not, do something with a record, on pages."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from salesman_core.db import reading
from salesman_core.people import roles
from salesman_core.people.service import change_user, role_ids
from salesman_core.testing.people import Make
from salesman_hookspecs import Scope

BrowserFor = Callable[[str], FlaskClient]

pytestmark = pytest.mark.databases("sqlite")


def answer(browser: FlaskClient, user_id: int, **asked: str) -> TestResponse:
    return browser.get(f"/admin/users/{user_id}/why", query_string=asked)


def test_administrator_learns_why_a_seller_does_not_see_a_deal(
    make: Make, browser_for: BrowserFor
) -> None:
    seller, stranger = make.user("seller"), make.user("seller", name="Anna")
    deal = make.deal(owner_id=stranger)

    page = answer(browser_for("administrator"), seller, record=f"http://localhost/deals/{deal}")

    assert page.status_code == 200
    assert "No, they may not." in page.text
    assert "<li>Its owner is Anna.</li>" in page.text


def test_administrator_learns_why_a_seller_may_change_a_client(
    make: Make, browser_for: BrowserFor
) -> None:
    seller = make.user("seller")
    client = make.client(owner_id=seller)
    asked = {"record": f"client:{client}", "permission": "core.client.edit"}

    page = answer(browser_for("administrator"), seller, **asked)

    assert "Yes, they may." in page.text
    assert "<li>Reached as one&#39;s own record.</li>" in page.text


@pytest.mark.parametrize(
    ("record", "message"),
    [
        ("deal", "write its kind and number, as deal:214."),
        ("/nowhere/5", "There is no record at this address."),
        ("/deals/new", "There is no record at this address."),
        ("dael:5", "There are no records of the kind dael. Did you mean deal?"),
    ],
)
def test_record_that_cannot_be_read_is_told_at_the_field(
    make: Make, browser_for: BrowserFor, record: str, message: str
) -> None:
    page = answer(browser_for("administrator"), make.user("seller"), record=record)

    assert page.status_code == 422
    assert message in unescape(page.text)


def test_whoever_does_not_see_a_record_learns_nothing_of_it(
    make: Make, browser_for: BrowserFor
) -> None:
    (head,) = role_ids(reading(), ["head"])
    roles.change_grants(head, {"core.user.manage": Scope.ALL, "core.deal.view": Scope.OWN})
    stranger = make.user("seller", name="Anna")
    deal = make.deal(name="Quiet boilers", owner_id=stranger)

    page = answer(browser_for("head"), stranger, record=f"deal:{deal}")

    assert page.status_code == 422
    assert "There is no such record, or you may not see it." in page.text
    assert "owns" not in page.text


def test_refusal_of_a_change_says_whose_the_record_is_and_what_the_role_grants(
    make: Make, browser_for: BrowserFor
) -> None:
    (seller,) = role_ids(reading(), ["seller"])
    roles.change_grants(seller, {"core.deal.view": Scope.ALL})
    deal = make.deal(owner_id=make.user("seller", name="Anna"))
    browser = browser_for("seller")
    browser.application.config["WTF_CSRF_METHODS"] = []

    page = browser.post(f"/deals/{deal}/reopen")

    assert page.status_code == 403
    assert "<li>The role Seller grants “Close and reopen deals”, reach: own.</li>" in page.text
    assert "<li>Its owner is Anna.</li>" in page.text


def test_card_leads_to_why_one_sees_the_record(
    make: Make, browser_for: Callable[[str], FlaskClient]
) -> None:
    seller = make.user_of("seller")
    client, deal = make.client(owner_id=seller), make.deal(owner_id=seller)
    browser = browser_for("seller")

    titles = {"client": "See clients and their contacts", "deal": "See deals"}
    for kind, record_id in (("client", client), ("deal", deal)):
        address = f"/records/{kind}/{record_id}/why"
        assert address in browser.get(f"/{kind}s/{record_id}").text
        page = browser.get(address).text
        assert "Reached as one&#39;s own record." in page
        assert f"The role Seller grants “{titles[kind]}”, reach: own." in page


def test_contact_leads_to_why_one_sees_it(
    make: Make, browser_for: Callable[[str], FlaskClient]
) -> None:
    client = make.client(name="Severstal", owner_id=make.user_of("seller"))
    contact = make.contact(client)
    browser = browser_for("seller")
    address = f"/records/contact/{contact}/why"

    assert address in browser.get(f"/clients/{client}").text
    assert "Reached through “Severstal”." in browser.get(address).text


def test_nobody_is_told_why_they_do_not_see_a_record(
    make: Make, browser_for: Callable[[str], FlaskClient]
) -> None:
    assert browser_for("seller").get(f"/records/deal/{make.deal()}/why").status_code == 404


def test_administrator_asks_from_the_record_for_somebody_else(
    make: Make, browser_for: Callable[[str], FlaskClient]
) -> None:
    deal, seller = make.deal(), make.user_of("seller")
    browser = browser_for("administrator")
    page = browser.get(f"/records/deal/{deal}/why").text
    assert "And why may, or may not, somebody else?" in page

    answer = browser.get(f"/records/deal/{deal}/why/of?user_id={seller}", follow_redirects=True)

    assert "No, they may not." in answer.text


@pytest.mark.parametrize(
    ("language", "title"), [("en", "Change and move deals"), ("ru", "Изменять и двигать сделки")]
)
def test_permissions_are_called_as_in_the_matrix_of_roles(
    make: Make, browser_for: BrowserFor, language: str, title: str
) -> None:
    seller, browser = make.user("seller"), browser_for("administrator")
    asked = {"record": f"deal:{make.deal(owner_id=seller)}", "permission": "core.deal.edit"}
    change_user(make.user_of("administrator"), {"locale": language})

    page = re.sub(r"<[^>]*>", " ", answer(browser, seller, **asked).text)
    (role,) = role_ids(reading(), ["seller"])

    assert title in browser.get(f"/admin/roles/{role}").text
    assert page.count(title) == 2
    assert "core.deal.edit" not in page
