"""What deals put on the desk, into the search box and into stories."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from flask import Flask
from flask.testing import FlaskClient

from salesman_core.access.person import current_person
from salesman_core.db import reading
from salesman_core.deals import queries, story
from salesman_core.deals.service import close_deal, move_deal, reopen_deal
from salesman_core.testing.people import Make
from salesman_hookspecs import TimelineEntry, TimelineQuery

BrowserFor = Callable[[str], FlaskClient]


def widget(browser: FlaskClient, name: str) -> str:
    """What a person reads in a widget."""
    page = browser.get(f"/desk/widgets/core/{name}").text
    return " ".join(re.sub(r"<[^>]+>", " ", page).replace("\u202f", " ").split())


def found(browser: FlaskClient, typed: str) -> list[str]:
    """The addresses of the deals that the search page lists, the best first."""
    page = browser.get("/search", query_string={"q": typed}).text
    return re.findall(r'href="(/deals/[0-9]+)"', page)


def told(kind: str, record_id: int) -> list[TimelineEntry]:
    return list(story.moves(TimelineQuery(kind, record_id, current_person(), None, 20)))


def test_funnel_of_the_desk_counts_ones_own_open_deals(make: Make, browser_for: BrowserFor) -> None:
    make.deal(owner_id=make.user_of("head"), amount=Decimal(1000))
    make.deal(owner_id=make.user_of("seller"), amount=Decimal(7000))
    read = widget(browser_for("head"), "deals_by_stage")
    assert "In all ₽1,000" in read
    assert "You own no deals" not in read


def test_who_owns_no_deals_reads_about_all_that_they_see(
    make: Make, browser_for: BrowserFor
) -> None:
    make.deal(owner_id=make.user_of("seller"), amount=Decimal(7000))
    read = widget(browser_for("head"), "deals_by_stage")
    assert "In all ₽7,000" in read
    assert "You own no deals" in read


def test_attention_names_what_is_overdue(make: Make, browser_for: BrowserFor) -> None:
    make.deal(name="Boilers", expected_on=date(2020, 1, 1))
    make.deal(name="Pipes", expected_on=date(2999, 1, 1))
    read = widget(browser_for("head"), "deals_attention")
    assert "Boilers" in read
    assert "Pipes" not in read


def test_attention_says_how_far_a_deal_is(make: Make, browser_for: BrowserFor) -> None:
    client = make.client(name="Omega")
    make.deal(name="Boilers", client_id=client, expected_on=date(2020, 1, 1))

    assert "Boilers 0% · Omega" in widget(browser_for("head"), "deals_attention")


def test_attention_says_that_all_is_well(make: Make, browser_for: BrowserFor) -> None:
    make.deal()
    assert "All open deals go as planned." in widget(browser_for("head"), "deals_attention")


def test_tiles_show_what_is_in_work_won_and_the_win_rate(
    make: Make, browser_for: BrowserFor
) -> None:
    make.deal(amount=Decimal(500))
    close_deal(make.deal(amount=Decimal(2000)), "won")
    close_deal(make.deal(), "lost", queries.close_reasons(reading())[0].id)
    read = widget(browser_for("head"), "deal_numbers")
    assert "In work ₽500 1 deal" in read
    assert "Won this month ₽2K 1 deal" in read
    assert "Win rate this month 50%" in read


@pytest.mark.parametrize("name", ["deal_numbers", "deals_by_stage", "deals_attention"])
def test_widget_of_an_empty_system_is_drawn(browser_for: BrowserFor, name: str) -> None:
    read = widget(browser_for("seller"), name)
    assert read
    assert "could not be shown" not in read


def test_card_of_a_client_shows_its_deals(make: Make, browser_for: BrowserFor) -> None:
    client = make.client()
    make.deal(name="Boilers", client_id=client)
    page = browser_for("head").get(f"/clients/{client}").text
    assert "Boilers" in page
    assert f'href="/deals/new?client_id={client}"' in page


@pytest.mark.parametrize("typed", ["бойл", "БОЙЛЕР два", "Ёлка"])
def test_search_finds_a_deal_by_words_in_any_case(
    make: Make, browser_for: BrowserFor, typed: str
) -> None:
    deal = make.deal(name="Бойлер два елка")
    assert found(browser_for("head"), typed) == [f"/deals/{deal}"]


def test_search_finds_a_deal_by_its_number_first(make: Make, browser_for: BrowserFor) -> None:
    deal = make.deal(name="Boilers")
    other = make.deal(name=f"{deal} pipes")
    assert found(browser_for("head"), str(deal)) == [f"/deals/{deal}", f"/deals/{other}"]
    assert found(browser_for("head"), f"#{deal}") == [f"/deals/{deal}"]


def test_search_says_how_far_a_deal_is_or_what_became_of_it(
    make: Make, browser_for: BrowserFor
) -> None:
    make.deal(name="Boilers", amount=Decimal(100))
    close_deal(make.deal(name="Boilers again", amount=Decimal(200)), "won")

    page = browser_for("head").get("/search?q=boilers").text

    assert ("0% · ₽100" in page, "Won · ₽200" in page) == (True, True)


def test_search_finds_no_deal_that_one_does_not_see(make: Make, browser_for: BrowserFor) -> None:
    make.deal(name="Secret boilers")
    assert found(browser_for("seller"), "boilers") == []


def test_story_of_a_deal_tells_its_steps(make: Make) -> None:
    deal = make.deal()
    move_deal(deal, queries.pipelines(reading())[0]["stages"][1]["id"])
    close_deal(deal, "lost", queries.close_reasons(reading())[0].id)
    reopen_deal(deal)
    assert [entry.text for entry in told("deal", deal)] == [
        "opened again at 10% Meeting, presentation",
        "lost: Price",
        "from Request, interest to 10% Meeting, presentation, after 0 days",
        "opened at 0% Request, interest",
    ]


def test_story_of_a_client_names_the_deals_that_one_sees(app: Flask, make: Make) -> None:
    seller = make.user_of("seller")
    client = make.client(owner_id=seller)
    make.deal(name="Own", client_id=client, owner_id=seller)
    make.deal(name="Foreign", client_id=client)
    with app.test_request_context(), make.acting(seller):
        assert [entry.text for entry in told("client", client)] == [
            "Own: opened at 0% Request, interest"
        ]
