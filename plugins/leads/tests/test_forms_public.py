"""What strangers send by a web form, and what comes of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from salesman_leads.forms.models import FormLead
from salesman_leads.forms.service import change_form
from salesman_leads.models import Lead
from salesman_leads.testing import FORM, asked, hidden
from werkzeug.test import TestResponse

from salesman_core.testing.people import apart
from salesman_core.toolkit import reading

SHOP = "https://shop.example"
OURS = "http://localhost"


def leads() -> list[Lead]:
    return list(reading().scalars(sa.select(Lead).order_by(Lead.id)))


def policy_of(answer: TestResponse) -> dict[str, str]:
    rules = answer.headers["Content-Security-Policy"].split("; ")
    return {name: rest for name, _space, rest in (rule.partition(" ") for rule in rules)}


ByStranger = Callable[..., Any]


class TestLead:
    def test_answer_becomes_a_lead_with_the_source_of_its_form(self, stranger: ByStranger) -> None:
        who = stranger()
        answer = who.send(name="Anna", phone="8 916 123-45-67", email="a@example.com", text="Hi")

        (lead,) = leads()
        assert answer.status_code == 303
        assert answer.location == f"{who.path}/thanks"
        assert (lead.title, lead.text, lead.source, lead.channel) == ("Anna", "Hi", "Site", "Forms")
        assert (lead.language, lead.ip, lead.owner_id) == ("en", "203.0.113.7", None)
        assert [one.normalised for one in lead.phones] == ["+79161234567"]
        assert [one.typed for one in lead.emails] == ["a@example.com"]
        assert lead.suspicion == ""
        assert reading().scalars(sa.select(FormLead.form_id)).all() == [who.form.id]

    def test_answer_carries_from_where_somebody_came(self, stranger: ByStranger) -> None:
        who = stranger()
        page = who.open(
            utm_source="ads", utm_term="boilers", page=f"{SHOP}/a?b", referrer="https://s.example/"
        ).text
        carried = {name: hidden(page, name) for name in ("utm_source", "utm_term", "page", "stamp")}
        who.clock.advance(seconds=9)
        who.post({**carried, "referrer": hidden(page, "referrer"), "name": "Anna"})

        (lead,) = leads()
        assert (lead.utm_source, lead.utm_term) == ("ads", "boilers")
        assert (lead.page, lead.referrer) == (f"{SHOP}/a?b", "https://s.example/")

    def test_products_and_region_are_chosen_from_what_the_form_offers(
        self, stranger: ByStranger
    ) -> None:
        fields = [
            asked("email", required=True),
            asked("products", options=["Boilers", "Pumps", "Pipes"]),
            asked("region", options=["North", "South"]),
        ]
        who = stranger(fields=fields)
        who.send(email="a@example.com", products=["Boilers", "Pipes"], region="North")
        refused = who.send(email="a@example.com", products=["Gold"])

        (lead,) = leads()
        assert [one.name for one in lead.products] == ["Boilers", "Pipes"]
        assert lead.region == "North"
        assert refused.status_code == 422
        assert "Choose from the list." in refused.text

    def test_long_texts_around_an_answer_never_refuse_it(self, stranger: ByStranger) -> None:
        stranger().send(name="Anna", page="x" * 5000, utm_source="\0y" * 900)

        (lead,) = leads()
        assert (len(lead.page), len(lead.utm_source)) == (1000, 200)

    def test_who_is_signed_in_here_plays_no_part(
        self, stranger: ByStranger, browser_for: Callable[[str], Any]
    ) -> None:
        who = stranger()
        who.browser = browser_for("seller")
        who.send(name="Anna")

        (lead,) = leads()
        assert lead.owner_id is None


class TestErrors:
    def test_errors_stand_at_the_fields_and_nothing_typed_is_lost(
        self, stranger: ByStranger
    ) -> None:
        answer = stranger().send(email="not an address", text="<b>Boilers?</b>", utm_source="ads")

        assert answer.status_code == 422
        assert answer.text.count("This is needed.") == 2  # on top, and at the field
        assert "This is no email address" in answer.text
        assert 'value="not an address"' in answer.text
        assert "&lt;b&gt;Boilers?&lt;/b&gt;" in answer.text
        assert hidden(answer.text, "utm_source") == "ads"
        assert leads() == []

    def test_form_that_was_open_too_long_is_sent_once_more(self, stranger: ByStranger) -> None:
        who = stranger()
        first = who.send(name="Anna", took=13 * 3600)
        again = who.send(name="Anna", stamp=hidden(first.text, "stamp"))

        assert (first.status_code, again.status_code) == (422, 303)
        assert "open for more than 12 hours" in first.text
        assert 'value="Anna"' in first.text

    def test_form_that_was_open_too_long_and_is_sent_again_at_once_is_no_junk(
        self, stranger: ByStranger
    ) -> None:
        who = stranger()
        refused = who.send(name="Anna", took=13 * 3600)
        answer = who.send(name="Anna", stamp=hidden(refused.text, "stamp"), took=1)

        (lead,) = leads()
        assert (answer.status_code, lead.suspicion) == (303, "")

    def test_form_that_is_corrected_at_once_is_no_junk(self, stranger: ByStranger) -> None:
        who = stranger()
        refused = who.send(text="Hi", took=30)
        answer = who.send(name="Anna", stamp=hidden(refused.text, "stamp"), took=1)

        (lead,) = leads()
        assert (answer.status_code, lead.suspicion) == (303, "")

    def test_form_of_a_site_that_is_corrected_at_once_is_no_junk(
        self, stranger: ByStranger
    ) -> None:
        who = stranger()
        refused = who.post({"text": "Hi"}, origin=SHOP)
        answer = who.send(name="Anna", stamp=hidden(refused.text, "stamp"), took=1)

        (lead,) = leads()
        assert (answer.status_code, lead.suspicion) == (303, "")

    def test_form_speaks_its_own_language(self, stranger: ByStranger) -> None:
        who = stranger(language="ru", heading="Напишите нам")
        answer = who.send(text="Котлы")

        assert '<html lang="ru"' in who.open().text
        assert "Без этого поля не обойтись." in answer.text

    def test_too_much_text_is_refused_with_a_word(self, stranger: ByStranger) -> None:
        answer = stranger().send(name="Anna", text="x" * 300_000)

        assert answer.status_code == 422
        assert "That is too much text for one form." in answer.text

    def test_closed_form_says_so_and_takes_nothing(self, stranger: ByStranger, app: Flask) -> None:
        who = stranger()
        stamp = hidden(who.open().text, "stamp")
        change_form(who.form.id, {**FORM, "active": False})
        answer = who.send(name="Anna", stamp=stamp)

        assert (who.open().status_code, answer.status_code) == (410, 410)
        assert "This form is closed" in answer.text
        assert leads() == []

    def test_unknown_form_is_not_found(self, app: Flask) -> None:
        assert apart(lambda: app.test_client().get("/leads/f/nothing")).status_code == 404


class TestSites:
    @pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://shop.example"])
    def test_form_of_another_site_is_refused(self, stranger: ByStranger, origin: str) -> None:
        who = stranger()

        assert who.send(name="Anna", origin=origin).status_code == 403
        assert who.post({"name": "Anna"}, origin=origin).status_code == 403
        assert leads() == []

    def test_form_without_a_stamp_is_refused_where_no_site_stands_behind_it(
        self, stranger: ByStranger
    ) -> None:
        who = stranger()

        assert who.post({"name": "Anna"}, origin=None).status_code == 403
        assert who.post({"name": "Anna"}, origin=OURS).status_code == 403
        assert leads() == []

    def test_browser_that_names_no_page_needs_the_stamp(self, stranger: ByStranger) -> None:
        assert stranger().send(name="Anna", origin=None).status_code == 303

    def test_referrer_stands_in_for_a_missing_origin(self, stranger: ByStranger) -> None:
        who = stranger()
        of_shop = {"Referer": f"{SHOP}/contact?a=b"}
        of_others = {"Referer": "https://evil.example/"}

        assert who.post({"name": "A"}, origin=None, headers=of_others).status_code == 403
        assert who.post({"name": "B"}, origin=None, headers=of_shop).status_code == 303
        assert [lead.page for lead in leads()] == [f"{SHOP}/contact?a=b"]

    def test_stamp_of_another_form_is_worth_nothing(self, stranger: ByStranger) -> None:
        other = stranger()
        who = stranger()

        answer = who.send(name="Anna", stamp=hidden(other.open().text, "stamp"))
        assert answer.status_code == 422
        assert leads() == []

    def test_only_allowed_sites_may_show_the_form(self, stranger: ByStranger) -> None:
        policy = policy_of(stranger(sites=[SHOP, "http://127.0.0.1:81"]).open())

        assert policy["frame-ancestors"] == f"'self' {SHOP} http://127.0.0.1:81"
        assert (policy["default-src"], policy["script-src"]) == ("'none'", "'self'")
        assert policy["form-action"] == "'self'"

    def test_page_of_thanks_may_be_gone_to(self, stranger: ByStranger) -> None:
        who = stranger(thanks_url="https://shop.example/thanks")

        assert policy_of(who.open())["form-action"] == f"'self' {SHOP}"
        assert who.send(name="Anna").location == "https://shop.example/thanks"

    def test_form_leaves_no_cookie(self, stranger: ByStranger) -> None:
        who = stranger()

        assert "Set-Cookie" not in who.open().headers
        assert "Set-Cookie" not in who.send(name="Anna").headers

    def test_other_forms_of_ours_still_want_their_proof(self, app: Flask) -> None:
        answer = apart(lambda: app.test_client().post("/leads/new", data={"name": "Anna"}))
        assert answer.status_code == 400


class TestJson:
    def test_script_of_an_allowed_site_sends_json(self, stranger: ByStranger) -> None:
        who = stranger(thanks_text="Thanks a lot", thanks_url=f"{SHOP}/thanks")
        answer = who.post_json({"name": "Anna", "phone": "8 916 123-45-67", "utm_source": "ads"})

        (lead,) = leads()
        assert answer.status_code == 201
        assert answer.json == {"thanks": "Thanks a lot", "thanks_url": f"{SHOP}/thanks"}
        assert answer.headers["Access-Control-Allow-Origin"] == SHOP
        assert (lead.name, lead.utm_source) == ("Anna", "ads")

    def test_errors_are_problems_by_field(self, stranger: ByStranger) -> None:
        answer = stranger().post_json({"email": "no"})

        assert answer.status_code == 422
        assert answer.mimetype == "application/problem+json"
        assert sorted(answer.json["errors"]) == ["email", "name"]
        assert answer.headers["Access-Control-Allow-Origin"] == SHOP

    @pytest.mark.parametrize("body", [[], "text", None, 5, {"name": {"a": 1}}, {"name": [1]}])
    def test_what_is_no_object_of_texts_is_refused(self, stranger: ByStranger, body: Any) -> None:
        assert stranger().post_json(body).status_code == 422
        assert leads() == []

    def test_strange_site_gets_neither_answer_nor_leave(self, stranger: ByStranger) -> None:
        answer = stranger().post_json({"name": "Anna"}, origin="https://evil.example")

        assert answer.status_code == 403
        assert "Access-Control-Allow-Origin" not in answer.headers
        assert leads() == []

    @pytest.mark.parametrize(("origin", "allowed"), [(SHOP, SHOP), ("https://evil.example", None)])
    def test_browser_is_told_whether_a_site_may_send(
        self, stranger: ByStranger, origin: str, allowed: str | None
    ) -> None:
        who = stranger()
        answer = apart(lambda: who.browser.options(who.path, headers={"Origin": origin}))

        assert answer.status_code == 204
        assert answer.headers.get("Access-Control-Allow-Origin") == allowed
        assert "Origin" in answer.headers["Vary"].split(", ")

    def test_form_that_is_closed_says_so_to_a_script(self, stranger: ByStranger) -> None:
        who = stranger(sites=[SHOP])
        change_form(who.form.id, {**FORM, "sites": [SHOP], "active": False})
        asked_first = apart(lambda: who.browser.options(who.path, headers={"Origin": SHOP}))
        answer = who.post_json({"name": "Anna"})

        assert asked_first.status_code == 204  # else a browser does not even send it
        assert asked_first.headers["Access-Control-Allow-Methods"] == "POST"
        assert (answer.status_code, answer.mimetype) == (410, "application/problem+json")
        assert answer.json == {"title": "This form is closed", "status": 410}
        assert answer.headers["Access-Control-Allow-Origin"] == SHOP
        assert leads() == []

    def test_form_that_is_unknown_says_so_to_a_script(self, stranger: ByStranger) -> None:
        who = stranger()
        who.path = "/leads/f/nothing"
        answer = who.post_json({"name": "Anna"})

        assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")
        assert answer.json == {"title": "There is no such form.", "status": 404}
        assert "Origin" in answer.headers["Vary"].split(", ")
        assert "Access-Control-Allow-Origin" not in answer.headers

    def test_closed_form_says_so_in_json_to_who_asks_for_that(self, stranger: ByStranger) -> None:
        who = stranger(sites=[SHOP])
        change_form(who.form.id, {**FORM, "sites": [SHOP], "active": False})
        wanted = {"Accept": "application/json"}
        answer = who.post({"name": "Anna"}, origin=SHOP, headers=wanted)

        assert (answer.status_code, answer.mimetype) == (410, "application/problem+json")


class TestScript:
    def test_script_names_the_form_alone_and_escapes_its_words(self, stranger: ByStranger) -> None:
        who = stranger(heading="</script><b>Write</b>")
        answer = apart(lambda: who.browser.get(f"{who.path}.js"))

        assert answer.mimetype == "text/javascript"
        assert f"/leads/f/{who.form.key}" in answer.text
        assert "</script>" not in answer.text
