"""The pages of own companies, as administrators use them and as others see them."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import pytest
from flask import Flask
from salesman_requisites.companies import queries
from salesman_requisites.companies.parts import ACCOUNTS, SIGNERS
from salesman_requisites.testing import ACCOUNT, SIGNER, hidden, own_company
from werkzeug.test import TestResponse

from salesman_core.testing.people import Browser
from salesman_core.toolkit import reading

BrowserFor = Callable[[str], Browser]
Statements = Callable[[], Any]

TYPED = {
    "country": "RU",
    "name": "Общество «Ромашка»",
    "short_name": "ООО «Ромашка»",
    "inn": "7707 083893",
    "kpp": "773601001",
}


def send(browser: Browser, path: str, *, at: str = "", **fields: str) -> TestResponse:
    """Send a form as its page holds it; *at* names the page where it is another one."""
    page = browser.get(at or path).text
    sent = {"csrf_token": hidden(page, "csrf_token"), **fields}
    return browser.post(path, data=sent, follow_redirects=True)


def test_company_is_entered_with_its_account_and_signer(browser_for: BrowserFor) -> None:
    browser = browser_for("administrator")
    assert "No own companies yet" in browser.get("/requisites").text

    card = send(browser, "/requisites/new", **TYPED)
    path = card.request.path
    assert "ООО «Ромашка»" in card.text
    account = send(browser, f"{path}/accounts/new", **ACCOUNT)
    signer = {**SIGNER, "feminine": "true"}
    shown = send(browser, f"{path}/signers/new", **{name: str(one) for name, one in signer.items()})

    assert "40702810938000000001" in account.text
    assert "Иванова Анна Петровна" in shown.text
    assert "7707083893" in browser.get("/requisites").text


def test_what_was_typed_stays_beside_what_is_wrong(browser_for: BrowserFor) -> None:
    answer = send(browser_for("administrator"), "/requisites/new", **TYPED | {"inn": "7707 083894"})

    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert 'value="7707 083894"' in answer.text
    assert 'id="wrong-inn">The check digit does not fit' in answer.text


def test_account_that_does_not_fit_its_bank_is_told_at_its_field(
    browser_for: BrowserFor, company_id: int
) -> None:
    path = f"/requisites/{company_id}/accounts/new"

    answer = send(browser_for("administrator"), path, **ACCOUNT | {"bic": "044525593"})

    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert 'id="wrong-account">The account does not belong to this BIK' in answer.text


def test_fields_of_numbers_follow_the_country(browser_for: BrowserFor) -> None:
    browser = browser_for("administrator")
    token = hidden(browser.get("/requisites/new").text, "csrf_token")

    def fields(country: str) -> str:
        sent = {"csrf_token": token, "country": country, "inn": "77"}
        return browser.post("/requisites/numbers", data=sent).text

    assert 'id="field-inn"' in fields("RU")
    assert 'id="field-vat_number"' in fields("DE")
    assert 'id="field-inn"' not in fields("DE")
    assert '<input type="hidden" name="inn" value="77">' in fields("DE")  # nothing typed is lost


def test_second_editor_chooses_where_both_changed_a_field(
    browser_for: BrowserFor, company_id: int
) -> None:
    first, second = browser_for("administrator"), browser_for("administrator")
    path = f"/requisites/{company_id}/edit"
    pages = [one.get(path).text for one in (first, second)]

    def sent(page: str, **fields: str) -> dict[str, str]:
        held = {"name": "ООО «Ромашка»", "short_name": "Ромашка", "code": "РМ", "country": "RU"}
        remembered = {name: hidden(page, name) for name in ("csrf_token", "version")}
        seen = hidden(page, "seen").replace("&#34;", '"')
        return {**held, **remembered, "seen": seen, **fields}

    first.post(path, data=sent(pages[0], phone="111"))
    answer = second.post(path, data=sent(pages[1], phone="222"))

    assert answer.status_code == HTTPStatus.PRECONDITION_FAILED
    assert 'name="choice:phone"' in answer.text


def test_archived_company_comes_back_by_the_notice(
    browser_for: BrowserFor, company_id: int
) -> None:
    browser, card = browser_for("administrator"), f"/requisites/{company_id}"

    gone = send(browser, f"{card}/archive", at=card)
    assert "new papers are not made for it" in gone.text
    assert f'action="{card}/take-back"' in gone.text
    back = send(browser, f"{card}/take-back", at=card)

    assert "It is in use again." in back.text


def test_deleted_company_comes_back_by_the_notice(browser_for: BrowserFor, company_id: int) -> None:
    browser, card = browser_for("administrator"), f"/requisites/{company_id}"

    gone = send(browser, f"{card}/delete", at=card)
    assert "“Ромашка” is in the bin." in gone.text
    assert f'action="{card}/restore"' in gone.text
    back = send(browser, f"{card}/restore", at="/requisites")

    assert back.request.path == card


def test_account_that_is_offered_no_more_comes_back_by_the_notice(
    browser_for: BrowserFor, company_id: int
) -> None:
    account = ACCOUNTS.add(company_id, ACCOUNT)
    card = f"/requisites/{company_id}"
    one, browser = f"{card}/accounts/{account}", browser_for("administrator")

    gone = send(browser, f"{one}/retire", at=card)
    assert f'action="{one}/take-back"' in gone.text
    send(browser, f"{one}/take-back", at=card)

    (row,) = queries.accounts(reading(), [company_id])[company_id]
    assert (row.active, row.main) == (True, True)


@pytest.mark.parametrize("role", ["assistant", "lawyer"])
def test_those_who_make_papers_read_and_change_nothing(
    browser_for: BrowserFor, company_id: int, role: str
) -> None:
    ACCOUNTS.add(company_id, ACCOUNT)
    browser = browser_for(role)

    card = browser.get(f"/requisites/{company_id}")

    assert "40702810938000000001" in card.text
    assert "/edit" not in card.text
    assert "/retire" not in card.text
    for path in ("/requisites/new", f"/requisites/{company_id}/edit", "/requisites/numbering"):
        assert browser.get(path).status_code == HTTPStatus.FORBIDDEN


def test_telemarketer_meets_no_own_companies(browser_for: BrowserFor, company_id: int) -> None:
    browser = browser_for("telemarketer")

    assert browser.get("/requisites").status_code == HTTPStatus.FORBIDDEN
    assert browser.get(f"/requisites/{company_id}").status_code == HTTPStatus.FORBIDDEN


def test_pages_ask_no_more_for_more_rows(
    app: Flask, browser_for: BrowserFor, company_id: int, paper: str, statements: Statements
) -> None:
    browser = browser_for("administrator")
    paths = ("/requisites", f"/requisites/{company_id}", "/requisites/numbering")

    def asked() -> list[int]:
        counts = []
        for path in paths:
            browser.get(path)
            with statements() as sent:
                assert browser.get(path).status_code == HTTPStatus.OK
            counts.append(len(sent))
        return counts

    few = asked()
    for number in range(5):
        own_company(name=f"Company {number}")
        ACCOUNTS.add(company_id, ACCOUNT)
        SIGNERS.add(company_id, SIGNER)

    assert asked() == few
