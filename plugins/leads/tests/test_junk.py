"""What is kept apart as junk, with which reason, and what comes through all the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from salesman_leads.forms.models import FormSender
from salesman_leads.forms.queries import forms_with_figures
from salesman_leads.forms.senders import forget_senders, network_of
from salesman_leads.intake import create_lead
from salesman_leads.junk.judging import Arrival, judge_suspicion
from salesman_leads.junk.queries import junk_rules
from salesman_leads.junk.service import change_rules
from salesman_leads.models import Lead
from salesman_leads.testing import hidden

from salesman_core.errors import ForbiddenError, StaleError
from salesman_core.services.company import change_company
from salesman_core.testing.clock import FrozenClock
from salesman_core.testing.people import Make
from salesman_core.toolkit import reading

ByStranger = Callable[..., Any]

RULES = {
    "phrases": "online casino\nНакрутка",
    "least_seconds": 3,
    "most_sent": 5,
    "sent_minutes": 10,
    "most_repeats": 2,
    "repeat_hours": 24,
}
WISH = "We would like to buy three boilers."


@pytest.fixture(autouse=True)
def rules(app: Flask) -> None:
    """Have rules of the company's own, and reasons in English."""
    change_company({"language": "en"})
    change_rules(RULES)


def suspicions() -> list[str]:
    return list(reading().scalars(sa.select(Lead.suspicion).order_by(Lead.id)))


def judged(arrival: Arrival | None = None, **values: Any) -> str:
    return judge_suspicion(values, arrival or Arrival())


class TestSigns:
    def test_field_that_people_do_not_see(self, stranger: ByStranger) -> None:
        answer = stranger().send(name="Anna", homepage="https://spam.example")

        assert answer.status_code == 303  # a program learns nothing from the answer
        assert suspicions() == ["A field that people do not see was filled in."]

    def test_form_that_was_filled_in_too_fast(self, stranger: ByStranger) -> None:
        stranger().send(name="Anna", took=1)
        stranger().send(name="Boris", took=4)

        assert suspicions() == ["It was sent 1 second after the form was shown.", ""]

    @pytest.mark.parametrize("field", ["name", "company", "text", "region"])
    def test_stop_phrase_however_it_is_written(self, app: Flask, field: str) -> None:
        assert judged(**{field: "Best ONLINE\u00a0Casino ever"}) == (
            "It holds the stop phrase “online casino”."
        )

    def test_stop_phrase_in_cyrillic(self, app: Flask) -> None:
        assert judged(text="НАКРУТКА подписчиков") == "It holds the stop phrase “Накрутка”."

    def test_the_same_text_of_the_same_people(self, app: Flask) -> None:
        create_lead({"phones": ["8 916 123-45-67"], "text": WISH})

        assert judged(phones=["+7 (916) 123 45 67"], text=WISH) == (
            "The same people sent the same text shortly before."
        )

    def test_the_same_people_with_something_new_to_say_are_no_junk(self, app: Flask) -> None:
        create_lead({"emails": ["anna@example.com"], "text": WISH})

        assert judged(emails=["Anna@Example.com"], text="And two pumps, please.") == ""

    def test_phone_or_email_that_comes_again_and_again(self, app: Flask) -> None:
        for number in range(2):
            create_lead({"emails": ["anna@example.com"], "text": f"Wish {number}"})

        assert judged(emails=["anna@example.com"], text="Wish 3") == (
            "The same phone or email came several times shortly before."
        )

    def test_text_that_comes_again_and_again_from_others(self, app: Flask) -> None:
        for number in range(2):
            create_lead({"name": f"Anna {number}", "text": WISH})

        assert judged(name="Boris", text=WISH) == "The same text came several times shortly before."

    def test_short_texts_are_often_the_same_by_chance(self, app: Flask) -> None:
        for number in range(5):
            create_lead({"name": f"Anna {number}", "text": "Call me"})

        assert judged(name="Boris", text="Call me") == ""

    def test_what_came_long_ago_is_no_repeat(self, app: Flask, clock: FrozenClock) -> None:
        create_lead({"emails": ["anna@example.com"], "text": WISH})
        clock.advance(hours=25)

        assert judged(emails=["anna@example.com"], text=WISH) == ""

    def test_all_reasons_are_told(self, app: Flask) -> None:
        said = judged(Arrival(trap="x", seconds=0.5), text="online casino")

        assert said == (
            "A field that people do not see was filled in."
            " It was sent 0 seconds after the form was shown."
            " It holds the stop phrase “online casino”."
        )

    def test_reason_is_in_the_language_of_the_company(self, app: Flask) -> None:
        change_company({"language": "ru"})

        assert judged(text="online casino") == "В тексте есть стоп-фраза «online casino»."


class TestRate:
    def test_what_exceeds_the_rate_is_refused_and_counted(self, stranger: ByStranger) -> None:
        who = stranger()
        answers = [who.send(name=f"Name {number}", took=0) for number in range(8)]
        (row,) = forms_with_figures(reading())

        assert [one.status_code for one in answers] == [303] * 5 + [429] * 3
        assert answers[-1].headers["Retry-After"] == "600"
        assert (row.leads, row.apart, row.refused, row.networks) == (5, 5, 3, 1)

    def test_what_was_typed_stays_and_may_be_sent_later(self, stranger: ByStranger) -> None:
        who = stranger()
        for _number in range(6):
            refused = who.send(name="Anna", text=WISH)
        who.clock.advance(minutes=10)
        stamp = who.open().text.split('name="stamp" value="')[1].split('"')[0]
        later = who.send(name="Anna", text=WISH, stamp=stamp)

        assert refused.status_code == 429
        assert WISH in refused.text
        assert "send it again in 7 minutes" in refused.text
        assert later.status_code == 303

    def test_other_networks_are_not_kept_waiting(self, stranger: ByStranger) -> None:
        who = stranger()
        for _number in range(7):
            who.send(name="Junk", took=0)
        who.ip = "198.51.100.9"

        assert who.send(name="Anna").status_code == 303
        assert suspicions()[-1] == ""

    def test_network_of_version_6_is_one_sender(self) -> None:
        assert network_of("2001:db8:1:2:3:4:5:6") == network_of("2001:db8:1:2::1")
        assert network_of("2001:db8:1:2::1") == "2001:db8:1:2::/64"
        assert network_of("::ffff:203.0.113.7") == network_of("203.0.113.7") == "203.0.113.7"
        assert network_of("no address") == ""

    def test_who_sent_is_forgotten_after_thirty_days(self, stranger: ByStranger) -> None:
        who = stranger()
        who.send(name="Anna")
        kept = forget_senders()
        who.clock.advance(days=31)
        forgotten = forget_senders()

        assert (kept, forgotten) == (0, 1)
        assert reading().scalar(sa.select(sa.func.count()).select_from(FormSender)) == 0


class TestRules:
    def test_rules_are_for_those_who_build_forms(self, make: Make) -> None:
        with make.acting(make.user("seller")), pytest.raises(ForbiddenError):
            change_rules({**RULES, "most_sent": 1})

    def test_rules_that_somebody_changed_meanwhile_are_not_overwritten(self, app: Flask) -> None:
        version = junk_rules(reading()).version
        change_rules({**RULES, "most_sent": 7}, version)

        with pytest.raises(StaleError):
            change_rules({**RULES, "most_sent": 9}, version)
        assert junk_rules(reading()).most_sent == 7


def flood(stranger: ByStranger, posts: int, real: int, networks: int) -> int:
    """Send junk from some networks with real answers in between; give how much was refused.

    The programs read the form once each, fill everything in, and repeat themselves.
    """
    who = stranger()
    change_rules({**RULES, "most_sent": 20})
    stamps = [hidden(who.open().text, "stamp") for _program in range(networks)]
    refused = 0
    for number in range(posts):
        person, later = divmod(number, posts // real)
        if not later:
            write_in_between(who, person)
        program = number % networks
        who.ip = f"198.51.100.{program}"
        ways = {"phone": f"8 900 000-00-{program:02}", "email": f"win{program}@casino.example"}
        junk = {"name": "Win", "text": "The best online casino.", "homepage": "x", **ways}
        refused += who.post({"stamp": stamps[program], **junk}).status_code == 429
    return refused


def write_in_between(who: Any, person: int) -> None:
    """Be one of the people: at home, with the form open for a while and a wish of their own."""
    who.ip = f"203.0.113.{person}"
    wish = {"name": f"Anna {person}", "email": f"a{person}@example.com", "text": f"{WISH} {person}"}
    assert who.send(took=20, **wish).status_code == 303


def assert_no_real_answer_is_lost(posts: int, real: int, refused: int) -> None:
    """Hold what a flood left against what it sent."""
    (row,) = forms_with_figures(reading())
    through = reading().scalars(sa.select(Lead.name).where(Lead.suspicion == "")).all()
    assert len(through) == real
    assert all(name.startswith("Anna") for name in through)
    assert (row.leads, row.apart) == (posts - refused + real, posts - refused)
    assert row.refused == refused > 0


def test_flood_costs_no_real_answer(stranger: ByStranger) -> None:
    refused = flood(stranger, posts=150, real=10, networks=3)
    assert_no_real_answer_is_lost(150, 10, refused)


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_flood_of_ten_thousand_costs_no_real_answer(stranger: ByStranger) -> None:
    refused = flood(stranger, posts=10_000, real=100, networks=40)
    assert_no_real_answer_is_lost(10_000, 100, refused)
