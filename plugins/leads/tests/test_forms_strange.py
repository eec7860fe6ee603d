"""What comes to web forms beside the usual: no lead is lost by it, and nothing breaks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote_from_bytes

import pytest
import sqlalchemy as sa
from salesman_leads.distribution.service import add_rule
from salesman_leads.models import Lead
from salesman_leads.testing import FORM as BUILT
from salesman_leads.testing import asked

from salesman_core.people.service import change_user
from salesman_core.testing.people import Make, apart
from salesman_core.toolkit import reading

ByStranger = Callable[..., Any]

SHOP = "https://shop.example"
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"


def the_lead() -> Lead:
    return reading().scalars(sa.select(Lead)).one()


class TestLetters:
    @pytest.mark.parametrize("encoding", ["utf-8", "windows-1251"])
    def test_form_of_a_page_in_an_encoding_of_old(
        self, stranger: ByStranger, encoding: str
    ) -> None:
        pairs = {"name": "Анна Керн", "text": "Котёл + насос, 100%"}
        escaped = [f"{name}={quote_from_bytes(of.encode(encoding))}" for name, of in pairs.items()]
        answer = stranger().post("&".join(escaped), origin=SHOP, content_type=FORM)

        assert answer.status_code == 303
        assert (the_lead().name, the_lead().text) == ("Анна Керн", "Котёл + насос, 100%")

    def test_form_in_an_encoding_of_old_comes_back_as_it_was_typed(
        self, stranger: ByStranger
    ) -> None:
        escaped = "text=" + quote_from_bytes("Котёл".encode("windows-1251"))
        answer = stranger().post(escaped, origin=SHOP, content_type=FORM)

        assert answer.status_code == 422
        assert ">Котёл</textarea>" in answer.text

    @pytest.mark.parametrize("letter", ["x", "ж", "漢"])
    def test_longest_text_that_the_form_lets_in_is_taken(
        self, stranger: ByStranger, letter: str
    ) -> None:
        stranger().send(name=letter * 300, email="a@example.com", text=letter * 10_000)

        assert (the_lead().name, the_lead().text) == (letter * 300, letter * 10_000)

    def test_lines_of_the_longest_text_do_not_make_it_too_long(self, stranger: ByStranger) -> None:
        assert stranger().send(name="Anna", text="a\r\n" * 5000).status_code == 303

    def test_text_that_is_too_long_is_not_lost(self, stranger: ByStranger) -> None:
        answer = stranger().send(name="Anna", text="x" * 20_001)

        assert answer.status_code == 422
        assert f">{'x' * 20_001}</textarea>" in answer.text

    @pytest.mark.parametrize("mark", ["\u200b", "\u202a", "\ufeff", "\u200e", "\u200f", "\u2060"])
    def test_marks_around_a_copied_address_do_no_harm(
        self, stranger: ByStranger, mark: str
    ) -> None:
        phone, email = f"{mark}+7 916 123-45-67{mark}", f"{mark}anna@example.com{mark}"
        answer = stranger().send(name="Anna", phone=phone, email=email)

        assert answer.status_code == 303
        assert [one.normalised for one in the_lead().phones] == ["+79161234567"]
        assert [one.normalised for one in the_lead().emails] == ["anna@example.com"]

    @pytest.mark.parametrize("name", ["\u200b", "\u3164", "\0", "\u202e\u2066", "\u00a0"])
    def test_name_that_nobody_sees_is_none(self, stranger: ByStranger, name: str) -> None:
        answer = stranger().send(name=name, phone="8 916 123-45-67")

        assert answer.status_code == 422
        assert answer.text.count("This is needed.") == 2

    def test_what_turns_or_ends_a_text_is_left_out(self, stranger: ByStranger) -> None:
        body = '{"name": "\\u202eAn\\u0000na", "text": "a\\u0000b\\u001b[31m"}'
        stranger().post(body, origin=SHOP, content_type=JSON)

        assert (the_lead().name, the_lead().text) == ("Anna", "ab[31m")


class TestShapes:
    @pytest.mark.parametrize(
        "body",
        [
            b'{"name": ' + b"[" * 30_000 + b"]" * 30_000 + b"}",
            b'{"name": ' + b'{"a": ' * 9000 + b"1" + b"}" * 9000 + b"}",
            b'{"name": "\\ud800"}',
            b'{"name": 1e999}',
            '{"name": "Anna"}'.encode("utf-16"),
            "{'name': 'Анна'}".encode("windows-1251"),
            b"",
        ],
        ids=["lists", "objects", "half a letter", "endless", "UTF-16", "windows-1251", "nothing"],
    )
    def test_json_that_is_none_is_refused(self, stranger: ByStranger, body: bytes) -> None:
        answer = stranger().post(body, origin=SHOP, content_type=JSON)

        assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")

    def test_json_that_nobody_asked_for_is_passed_over(self, stranger: ByStranger) -> None:
        answer = stranger().post_json({"name": "Anna", "quiz": [{"size": 3}], "more": {"a": [1]}})

        assert (answer.status_code, the_lead().name) == (201, "Anna")

    def test_field_that_comes_twice_keeps_both(self, stranger: ByStranger) -> None:
        phones = ["8 916 123-45-67", "8 495 123-45-67"]
        stranger().send(name=["Anna", "Kern"], phone=phones, text=["Hi", "there"])

        assert (the_lead().name, the_lead().text) == ("Anna Kern", "Hi there")
        assert [one.typed for one in the_lead().phones] == phones

    def test_field_that_comes_twice_comes_back_with_both(self, stranger: ByStranger) -> None:
        who = stranger(fields=[*BUILT["fields"], asked("region", options=["North", "South"])])
        twice = {"phone": ["8 916 123-45-67", "8 495 123-45-67"], "text": ["Hi", "there"]}
        answer = who.send(**twice, region=["", "South"])

        assert answer.status_code == 422
        assert 'value="8 916 123-45-67, 8 495 123-45-67"' in answer.text
        assert ">Hi\nthere</textarea>" in answer.text
        assert "<option selected>South</option>" in answer.text

    @pytest.mark.parametrize("kind", ["text/plain", "application/xml", "", "multipart/form-data"])
    def test_what_is_no_form_says_what_is_needed(self, stranger: ByStranger, kind: str) -> None:
        answer = stranger().post(b"name=Anna", origin=SHOP, content_type=kind)

        assert answer.status_code == 422
        assert "This is needed." in answer.text

    def test_form_with_thousands_of_fields_is_a_form(self, stranger: ByStranger) -> None:
        fields = {f"field{number}": "x" for number in range(5000)}

        assert stranger().send(name="Anna", **fields).status_code == 303

    @pytest.mark.parametrize("address", ["", "unix:", "fe80::1%eth0", "x" * 200])
    def test_network_that_has_no_name_may_send(self, stranger: ByStranger, address: str) -> None:
        who = stranger()
        who.ip = address

        assert who.send(name="Anna").status_code == 303

    @pytest.mark.parametrize("key", ["%00", "a%00b.js", "%00/thanks", "%ED%A0%80", "x" * 5000])
    def test_address_of_no_form_leads_nowhere(self, stranger: ByStranger, key: str) -> None:
        browser = stranger().browser

        assert apart(lambda: browser.get(f"/leads/f/{key}")).status_code == 404


def test_lead_of_a_coordinator_who_left_is_nobodys(stranger: ByStranger, make: Make) -> None:
    left = make.user("seller")
    add_rule({"name": "All", "method": "coordinator", "coordinator_id": left})
    change_user(left, {"active": False})
    answer = stranger(fields=[asked("name", required=True), asked("phone")]).send(name="Anna")

    assert answer.status_code == 303
    assert the_lead().owner_id is None
