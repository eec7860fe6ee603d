"""Building web forms: what they may be, how they change, and who may."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from salesman_leads.forms.origins import origin_of
from salesman_leads.forms.queries import consents_of_form, forms_with_figures, one_form
from salesman_leads.forms.service import change_form, create_form
from salesman_leads.junk.queries import junk_rules
from salesman_leads.junk.service import change_rules
from salesman_leads.testing import FORM, asked, hidden

from salesman_core.errors import ForbiddenError, InvalidError, StaleError
from salesman_core.testing.people import Browser, Make
from salesman_core.toolkit import AnyRow, reading

FormWith = Callable[..., AnyRow]
ByStranger = Callable[..., Any]
BrowserFor = Callable[[str], Browser]

BUILT = {
    "name": "Landing page",
    "language": "ru",
    "order": ["phone", "text", "name", "products"],
    "show-phone": "true",
    "required-phone": "true",
    "show-products": "true",
    "label-products": "Что нужно?",
    "options-products": "Котлы\n\n Насосы \n",
    "show-name": "true",
    "sites": "shop.example\nhttps://Пример.рф/page\n",
    "consent": "Согласен.",
    "active": "true",
}


class TestRules:
    @pytest.mark.parametrize(
        ("values", "field"),
        [
            ({"fields": [asked("name", required=True)]}, "fields"),
            ({"fields": [asked("phone"), asked("name")]}, "fields"),
            ({"fields": [asked("phone", required=True), asked("phone")]}, "fields"),
            ({"sites": ["https://*.example.com"]}, "sites"),
            ({"sites": ["ftp://example.com"]}, "sites"),
            ({"sites": ["https://a.example; script-src *"]}, "sites"),
            ({"thanks_url": "javascript:alert(1)"}, "thanks_url"),
            ({"thanks_url": "/thanks"}, "thanks_url"),
        ],
    )
    def test_form_that_cannot_work_is_refused_at_the_field(
        self, make: Make, values: dict[str, Any], field: str
    ) -> None:
        with pytest.raises(InvalidError) as refused:
            create_form({**FORM, **values})
        assert list(refused.value.fields) == [field]

    @pytest.mark.parametrize(
        ("typed", "origin"),
        [
            ("https://example.com/contact?a=b", "https://example.com"),
            ("Example.COM", "https://example.com"),
            ("http://example.com:80", "http://example.com"),
            ("http://127.0.0.1:8001/", "http://127.0.0.1:8001"),
            ("https://пример.рф", "https://xn--e1afmkfd.xn--p1ai"),
            ("http://[::1]:81", "http://[::1]:81"),
            ("https://user@example.com", "https://example.com"),
            ("https://a b", ""),
            ("https://example.com:port", ""),
            ("'self'", ""),
            ("", ""),
        ],
    )
    def test_site_is_kept_as_browsers_name_it(self, typed: str, origin: str) -> None:
        assert origin_of(typed) == origin

    def test_change_of_what_somebody_changed_meanwhile_is_refused(
        self, form_with: FormWith
    ) -> None:
        form = form_with()
        change_form(form.id, {**FORM, "source": "Fair"}, form.version)

        with pytest.raises(StaleError):
            change_form(form.id, {**FORM, "source": "Other"}, form.version)
        assert one_form(reading(), form.id).source == "Fair"

    def test_change_of_nothing_changes_nothing(self, form_with: FormWith) -> None:
        form = form_with(consent="I agree.")

        assert change_form(form.id, {**FORM, "consent": " I agree. "}) is False
        assert one_form(reading(), form.id).version == form.version

    def test_another_consent_is_a_new_version_and_the_old_one_stays(
        self, form_with: FormWith
    ) -> None:
        form = form_with(consent="First.")
        change_form(form.id, {**FORM, "consent": "Second."})
        change_form(form.id, {**FORM, "consent": ""})

        kept = [(one.number, one.text) for one in consents_of_form(reading(), form.id)]
        assert kept == [(3, ""), (2, "Second."), (1, "First.")]
        assert one_form(reading(), form.id).consent == ""

    @pytest.mark.parametrize("role", ["seller", "telemarketer", "assistant"])
    def test_forms_are_built_by_marketer_head_and_administrator_alone(
        self, make: Make, role: str
    ) -> None:
        with make.acting(make.user(role)), pytest.raises(ForbiddenError):
            create_form(FORM)
        for builder in ("marketer", "head", "administrator"):
            with make.acting(make.user(builder)):
                assert create_form(FORM) > 0


class TestPages:
    def test_form_is_built_and_shown_with_its_lines_to_copy(self, browser_for: BrowserFor) -> None:
        browser = browser_for("marketer")
        token = hidden(browser.get("/leads/forms/new").text, "csrf_token")
        answer = browser.post(
            "/leads/forms/new", data={"csrf_token": token, **BUILT}, follow_redirects=True
        )
        form = one_form(reading(), 1)

        assert answer.status_code == 200
        assert [one["kind"] for one in form.fields] == ["phone", "name", "products"]
        assert form.fields[2]["options"] == ["Котлы", "Насосы"]
        assert form.sites == ["https://shop.example", "https://xn--e1afmkfd.xn--p1ai"]
        assert f"http://127.0.0.1:8000/leads/f/{form.key}.js" in answer.text
        assert "&lt;iframe src=" in answer.text

    def test_what_was_built_stays_after_an_error(self, browser_for: BrowserFor) -> None:
        browser = browser_for("marketer")
        token = hidden(browser.get("/leads/forms/new").text, "csrf_token")
        answer = browser.post(
            "/leads/forms/new", data={"csrf_token": token, **BUILT, "sites": "https://*"}
        )

        assert answer.status_code == 422
        assert "is no address of a site" in answer.text
        order = [part.split('"')[0] for part in answer.text.split('name="order" value="')[1:]]
        assert order[:4] == ["phone", "text", "name", "products"]
        assert sorted(order) == sorted({*order})
        assert 'value="Что нужно?"' in answer.text

    def test_preview_speaks_the_language_of_the_form(self, browser_for: BrowserFor) -> None:
        browser = browser_for("marketer")
        token = hidden(browser.get("/leads/forms/new").text, "csrf_token")
        shown = browser.post("/leads/forms/preview", data={"csrf_token": token, **BUILT}).text

        assert "Телефон" in shown
        assert "Отправить" in shown
        assert "Согласен." in shown

    def test_list_says_what_each_form_brought(
        self, stranger: ByStranger, browser_for: BrowserFor
    ) -> None:
        who = stranger()
        who.send(name="Anna")
        who.send(name="Boris", took=0)
        stranger(name="Other form")
        page = browser_for("marketer").get("/leads/forms").text

        rows = {row.name: (row.leads, row.apart) for row in forms_with_figures(reading())}
        assert rows == {"Landing page": (2, 1), "Other form": (0, 0)}
        assert "Landing page" in page

    def test_figures_count_no_lead_that_one_may_not_see(
        self, stranger: ByStranger, make: Make
    ) -> None:
        stranger().send(name="Anna")

        with make.acting(make.user("seller")):
            assert [row.leads for row in forms_with_figures(reading())] == [0]

    def test_seller_builds_no_forms(self, browser_for: BrowserFor) -> None:
        browser = browser_for("seller")

        assert browser.get("/leads/forms").status_code == 403
        assert browser.get("/leads/forms/junk").status_code == 403
        assert "/leads/forms" not in browser.get("/leads").text

    def test_rules_against_junk_are_read_and_changed(self, browser_for: BrowserFor) -> None:
        browser = browser_for("marketer")
        page = browser.get("/leads/forms/junk").text
        typed = {"csrf_token": hidden(page, "csrf_token"), "version": hidden(page, "version")}
        rules = {"phrases": "casino", "least_seconds": "5", "most_sent": "9"}
        wrong = browser.post("/leads/forms/junk", data={**typed, **rules, "most_sent": "none"})
        browser.post("/leads/forms/junk", data={**typed, **rules})

        assert wrong.status_code == 422
        assert "casino" in wrong.text
        assert 'value="9"' in browser.get("/leads/forms/junk").text


def test_rules_against_junk_that_nobody_changed_stay_as_they_were(app: Flask) -> None:
    before = junk_rules(reading())
    change_rules({"most_sent": 7})

    assert junk_rules(reading()) == replace(before, most_sent=7, version=1)


def test_number_of_statements_of_the_list_does_not_grow_with_forms(
    form_with: FormWith, browser_for: BrowserFor, statements: Callable[[], Any]
) -> None:
    browser = browser_for("marketer")
    form_with()
    browser.get("/leads/forms")
    with statements() as few:
        browser.get("/leads/forms")
    for _number in range(9):
        form_with()
    with statements() as many:
        browser.get("/leads/forms")

    assert len(many) == len(few)
