"""The card of a deal: what it shows, what can be changed where it stands, and by whom."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from salesman_core.clients.service import change_client
from salesman_core.clock import now
from salesman_core.db import reading, writing
from salesman_core.deals import pipelines, queries
from salesman_core.deals.models import CloseReason, Deal
from salesman_core.deals.service import change_deal, close_deal, delete_deal
from salesman_core.testing.people import Api, Make, browser_of

BrowserFor = Callable[[str], FlaskClient]
ApiFor = Callable[[str], Api]
Statements = Callable[[], AbstractContextManager[list[str]]]

FRAGMENT = {"HX-Request": "true"}


def words(html: str) -> str:
    """What a person reads of a page."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).replace("\u202f", " ").split())


def deal_row(deal_id: int) -> Deal:
    reading().rollback()
    return reading().scalars(sa.select(Deal).where(Deal.id == deal_id)).one()


def stages() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = queries.pipelines(reading())[0]["stages"]
    return found


def first_reason() -> int:
    reason_id: int = queries.close_reasons(reading())[0].id
    return reason_id


def test_card_shows_the_deal_with_its_money(make: Make, browser_for: BrowserFor) -> None:
    deal = make.deal(
        name="Boilers",
        client_id=make.client(name="Omega"),
        amount=Decimal(1000),
        cost=Decimal(600),
        stage_id=stages()[3]["id"],
    )
    page = words(browser_for("head").get(f"/deals/{deal}").text)
    assert "Boilers" in page
    assert "Omega" in page
    assert "Margin ₽400.00 (40.0%)" in page
    assert "Forecast ₽400.00" in page


def test_card_of_a_deal_that_one_does_not_see_is_missing(
    make: Make, browser_for: BrowserFor
) -> None:
    deal = make.deal(name="Secret boilers")
    answer = browser_for("seller").get(f"/deals/{deal}")
    assert answer.status_code == 404
    assert "Secret" not in answer.text


def test_participant_reads_the_name_of_a_client_that_they_do_not_see(
    make: Make, browser_for: BrowserFor
) -> None:
    client = make.client(name="Omega")
    part = {"user_id": make.user_of("lawyer"), "part": "contract"}
    deal = make.deal(client_id=client, participants=[part])
    page = browser_for("lawyer").get(f"/deals/{deal}").text
    assert "Omega" in page
    assert f'href="/clients/{client}"' not in page


def test_who_may_only_read_gets_no_buttons(make: Make, browser_for: BrowserFor) -> None:
    deal = make.deal(participants=[{"user_id": make.user_of("lawyer")}])
    page = browser_for("lawyer").get(f"/deals/{deal}").text
    assert "editable-pencil" not in page
    assert f"/deals/{deal}/move" not in page
    assert f"/deals/{deal}/close" not in page
    assert f"/deals/{deal}/delete" not in page


def test_click_on_a_stage_moves_the_deal_and_can_be_undone(
    make: Make, browser_for: BrowserFor
) -> None:
    first, _second, third = stages()[:3]
    browser, deal = browser_for("head"), make.deal(name="Boilers")
    answer = browser.post(f"/deals/{deal}/move", data={"stage_id": third["id"]}, headers=FRAGMENT)
    assert deal_row(deal).stage_id == third["id"]
    undo = f"/deals/{deal}/move?version=2&stage_id={first['id']}"
    assert f'action="{undo}"' in unescape(answer.text)
    browser.post(undo)
    assert deal_row(deal).stage_id == first["id"]


def test_move_tells_the_page_that_the_deal_has_changed(make: Make, browser_for: BrowserFor) -> None:
    deal = make.deal()
    answer = browser_for("head").post(
        f"/deals/{deal}/move", data={"stage_id": stages()[1]["id"]}, headers=FRAGMENT
    )
    told = json.loads(answer.headers["HX-Trigger"])["salesman:change"]
    assert (told["kind"], told["record_id"]) == ("deal", deal)


def test_move_without_a_stage_says_what_is_missing(make: Make, browser_for: BrowserFor) -> None:
    deal = make.deal()
    answer = browser_for("head").post(f"/deals/{deal}/move", headers=FRAGMENT)
    assert answer.status_code == 422
    assert "Choose one." in answer.text


def test_stranger_cannot_move_a_deal(make: Make, browser_for: BrowserFor) -> None:
    deal, before = make.deal(), stages()[0]["id"]
    answer = browser_for("seller").post(f"/deals/{deal}/move", data={"stage_id": stages()[1]["id"]})
    assert answer.status_code == 404
    assert deal_row(deal).stage_id == before


@pytest.mark.parametrize(
    ("name", "typed", "kept"),
    [
        ("name", "  Two   boilers ", "Two boilers"),
        ("amount", "45 000,50", Decimal("45000.50")),
        ("cost", "1,200.5", Decimal("1200.50")),
        ("expected_on", "12.3.27", date(2027, 3, 12)),
        ("expected_on", "", None),
    ],
)
def test_field_is_saved_as_people_write_it(
    make: Make, browser_for: BrowserFor, name: str, typed: str, kept: object
) -> None:
    deal = make.deal(expected_on=date(2026, 12, 1))
    version = deal_row(deal).version
    answer = browser_for("head").post(
        f"/deals/{deal}/fields/{name}",
        data={"value": typed, "version": version, "seen": ""},
        headers=FRAGMENT,
    )
    assert answer.status_code == 200
    assert getattr(deal_row(deal), name) == kept


def test_currency_typed_beside_an_amount_is_kept(make: Make, browser_for: BrowserFor) -> None:
    deal = make.deal()
    browser_for("head").post(f"/deals/{deal}/fields/amount", data={"value": "500 €"})
    assert (deal_row(deal).amount, deal_row(deal).currency) == (Decimal(500), "EUR")


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("amount", "a lot"),
        ("amount", "-5"),
        ("amount", "1.005"),
        ("expected_on", "soon"),
        ("name", ""),
    ],
)
def test_field_that_cannot_be_saved_comes_back_as_it_was_typed(
    make: Make, browser_for: BrowserFor, name: str, typed: str
) -> None:
    deal = make.deal(name="Boilers")
    answer = browser_for("head").post(
        f"/deals/{deal}/fields/{name}", data={"value": typed}, headers=FRAGMENT
    )
    assert answer.status_code == 422
    assert f'value="{typed}"' in answer.text
    assert 'aria-invalid="true"' in answer.text


def test_field_that_somebody_else_changed_meanwhile_shows_both_values(
    make: Make, browser_for: BrowserFor
) -> None:
    deal = make.deal(amount=Decimal(100))
    seen = deal_row(deal).version
    change_deal(deal, {"amount": Decimal(222)})
    answer = browser_for("head").post(
        f"/deals/{deal}/fields/amount",
        data={"value": "111", "version": seen, "seen": "100"},
        headers=FRAGMENT,
    )
    assert answer.status_code == 412
    assert 'value="111"' in answer.text
    assert "“222”" in answer.text
    assert deal_row(deal).amount == 222


def test_refused_field_is_still_for_what_its_person_saw(
    make: Make, browser_for: BrowserFor
) -> None:
    deal, browser = make.deal(amount=Decimal(100)), browser_for("head")
    change_deal(deal, {"amount": Decimal(222)})
    goes, sent = f"/deals/{deal}/fields/amount", {"version": "1", "seen": "100", "before": "₽100"}
    refused = browser.post(goes, data={**sent, "value": "much"}, headers=FRAGMENT)
    assert refused.status_code == 422
    assert dict(re.findall(r'name="(version|seen|before)" value="([^"]*)"', refused.text)) == sent
    answer = browser.post(goes, data={**sent, "value": "111"}, headers=FRAGMENT)
    assert (answer.status_code, deal_row(deal).amount) == (412, 222)


def test_field_that_somebody_else_changed_meanwhile_says_who_it_was(
    make: Make, browser_for: BrowserFor
) -> None:
    deal = make.deal(amount=Decimal(100))
    seen = deal_row(deal).version
    with make.acting(make.user("head", name="Olga Kern")):
        change_deal(deal, {"amount": Decimal(222)})
    answer = browser_for("head").post(
        f"/deals/{deal}/fields/amount",
        data={"value": "111", "version": seen, "seen": "100"},
        headers=FRAGMENT,
    )
    assert re.findall(r"(\w+ \w+) changed this meanwhile", answer.text) == ["Olga Kern"]


def test_change_of_another_field_meanwhile_is_no_conflict(
    make: Make, browser_for: BrowserFor
) -> None:
    deal = make.deal(name="Boilers", amount=Decimal(100))
    seen = deal_row(deal).version
    change_deal(deal, {"name": "Two boilers"})
    browser_for("head").post(
        f"/deals/{deal}/fields/amount", data={"value": "111", "version": seen, "seen": "100"}
    )
    assert (deal_row(deal).name, deal_row(deal).amount) == ("Two boilers", 111)


def test_field_that_there_is_not_is_missing(make: Make, browser_for: BrowserFor) -> None:
    assert browser_for("head").get(f"/deals/{make.deal()}/fields/version").status_code == 404


def test_deal_is_closed_as_won_with_one_press(make: Make, browser_for: BrowserFor) -> None:
    deal = make.deal()
    answer = browser_for("head").post(
        f"/deals/{deal}/close", data={"outcome": "won"}, headers=FRAGMENT
    )
    assert deal_row(deal).outcome == "won"
    assert f'action="/deals/{deal}/reopen?version=2"' in answer.text


def test_deal_is_lost_only_with_a_reason(make: Make, browser_for: BrowserFor) -> None:
    browser, deal = browser_for("head"), make.deal()
    answer = browser.post(f"/deals/{deal}/close", data={"outcome": "lost"}, headers=FRAGMENT)
    assert answer.status_code == 422
    assert deal_row(deal).outcome is None
    browser.post(f"/deals/{deal}/close", data={"outcome": "lost", "reason_id": first_reason()})
    assert deal_row(deal).reason_id == first_reason()


def test_dialog_of_losing_offers_the_companys_reasons_and_chooses_none(
    make: Make, browser_for: BrowserFor
) -> None:
    dialog = browser_for("head").get(f"/deals/{make.deal()}/lose", headers=FRAGMENT).text
    assert "Price" in dialog
    assert "Not stated (import)" not in dialog
    assert "checked" not in dialog


def test_closed_deal_is_opened_again(make: Make, browser_for: BrowserFor) -> None:
    deal = make.deal()
    close_deal(deal, "won")
    browser_for("head").post(f"/deals/{deal}/reopen")
    assert deal_row(deal).outcome is None


def test_deal_in_the_bin_can_be_brought_back(make: Make, browser_for: BrowserFor) -> None:
    browser, deal = browser_for("head"), make.deal(name="Boilers")
    page = browser.post(f"/deals/{deal}/delete", follow_redirects=True).text
    assert f'action="/deals/{deal}/restore"' in page
    assert browser.get(f"/deals/{deal}").status_code == 404
    browser.post(f"/deals/{deal}/restore")
    assert browser.get(f"/deals/{deal}").status_code == 200


def test_undo_leads_back_to_where_it_was_pressed(make: Make, browser_for: BrowserFor) -> None:
    deal = make.deal()
    delete_deal(deal)
    answer = browser_for("head").post(f"/deals/{deal}/restore", data={"next": "/deals?state=open"})
    assert answer.location == "/deals?state=open"


def test_participant_who_is_added_sees_the_deal(make: Make, browser_for: BrowserFor) -> None:
    deal, lawyer = make.deal(), make.user_of("lawyer")
    assert browser_for("lawyer").get(f"/deals/{deal}").status_code == 404
    data = {"user_id": lawyer, "part": "contract"}
    browser_for("head").post(f"/deals/{deal}/participants", data=data)
    assert "contract" in browser_for("lawyer").get(f"/deals/{deal}").text


def test_part_that_is_too_long_to_be_kept_is_refused(make: Make, browser_for: BrowserFor) -> None:
    deal, lawyer = make.deal(), make.user_of("lawyer")
    data = {"user_id": lawyer, "part": "x" * 101}
    answer = browser_for("head").post(f"/deals/{deal}/participants", data=data)
    assert (answer.status_code, "At most 100 characters fit here." in answer.text) == (422, True)


def test_participant_who_is_taken_out_no_longer_sees_the_deal(
    make: Make, browser_for: BrowserFor
) -> None:
    lawyer = make.user_of("lawyer")
    deal = make.deal(participants=[{"user_id": lawyer}])
    browser_for("head").post(f"/deals/{deal}/participants/{lawyer}/remove")
    assert browser_for("lawyer").get(f"/deals/{deal}").status_code == 404


def test_contact_of_the_client_is_named_in_the_deal(make: Make, browser_for: BrowserFor) -> None:
    client = make.client()
    contact = make.contact(client, name="Ivan Petrov")
    deal = make.deal(client_id=client)
    browser_for("head").post(f"/deals/{deal}/contacts", data={"contact_id": contact})
    assert [one.id for one in queries.contacts_of(reading(), deal)] == [contact]


def test_contact_in_a_deal_is_called_and_written_to_by_a_click(
    make: Make, browser_for: BrowserFor
) -> None:
    client = make.client()
    contact = make.contact(client, phones=["8 800 555-35-35"], emails=["anna@example.com"])
    deal = make.deal(client_id=client, contact_ids=[contact])

    page = browser_for("head").get(f"/deals/{deal}").text

    assert 'href="tel:+78005553535"' in page
    assert 'href="mailto:anna@example.com"' in page


def test_contacts_come_before_the_story_as_on_the_card_of_a_client(
    make: Make, browser_for: BrowserFor
) -> None:
    page = browser_for("head").get(f"/deals/{make.deal()}").text

    places = [page.index(one) for one in ('id="deal-contacts"', 'id="story"', 'id="deal-panels"')]
    assert places == sorted(places)
    assert 'class="record-columns"' in page


def test_phone_of_a_contact_is_masked_for_whoever_may_not_read_it(
    make: Make, browser_for: BrowserFor
) -> None:
    client = make.client()
    contact = make.contact(client, name="Ivan Petrov", phones=["8 800 555-35-35"])
    part = {"user_id": make.user_of("lawyer"), "part": "contract"}
    deal = make.deal(client_id=client, contact_ids=[contact], participants=[part])
    change_client(client, {"participants": [part]})

    page = browser_for("lawyer").get(f"/deals/{deal}").text

    assert ("+7 *** ** 35" in page, "555-35-35" in page) == (True, False)


def test_contact_of_a_client_that_one_does_not_see_is_a_name_and_no_more(
    make: Make, browser_for: BrowserFor
) -> None:
    client = make.client()
    contact = make.contact(client, name="Ivan Petrov", phones=["8 800 555-35-35"])
    part = {"user_id": make.user_of("lawyer"), "part": "contract"}
    deal = make.deal(client_id=client, contact_ids=[contact], participants=[part])

    page = browser_for("lawyer").get(f"/deals/{deal}").text

    assert ("Ivan Petrov" in page, "** 35" in page) == (True, False)


def test_deal_is_lost_only_for_a_reason_that_is_offered(make: Make, api_for: ApiFor) -> None:
    deal, first = make.deal(), first_reason()
    pipelines.change_reason(first, {"active": False})
    system = reading().scalar(sa.select(CloseReason.id).where(CloseReason.system.is_not(None)))
    assert system is not None
    api = api_for("head")

    refused = [
        api.post(f"/deals/{deal}/close", {"outcome": "lost", "reason_id": reason_id})
        for reason_id in (first, system, 99)
    ]

    assert [list(one.json["errors"]) for one in refused] == [["reason_id"]] * 3
    assert deal_row(deal).outcome is None


def test_contact_of_a_stranger_is_refused(make: Make, browser_for: BrowserFor) -> None:
    deal, contact = make.deal(client_id=make.client()), make.contact(make.client())
    answer = browser_for("head").post(f"/deals/{deal}/contacts", data={"contact_id": contact})
    assert answer.status_code == 422


def test_card_keeps_what_an_imported_file_knew(make: Make, browser_for: BrowserFor) -> None:
    deal = make.deal(imported={"Region": "Ural <b>"})
    page = browser_for("head").get(f"/deals/{deal}").text
    assert "Region" in page
    assert "Ural &lt;b&gt;" in page


def test_card_says_that_a_deal_stands_for_longer_than_planned(
    make: Make, browser_for: BrowserFor
) -> None:
    deal = make.deal()
    with writing() as session:
        session.get_one(Deal, deal).stage_since = now() - timedelta(days=5)
    page = words(browser_for("head").get(f"/deals/{deal}").text)
    assert "5 days, planned 3" in page


def test_parts_of_the_card_come_for_their_places(make: Make, browser_for: BrowserFor) -> None:
    deal = make.deal(name="Boilers")
    parts = browser_for("head").get(f"/deals/{deal}/parts", headers=FRAGMENT).text
    for part in ("head", "contacts", "panels", "participants"):
        assert f'hx-target="#deal-{part}"' in parts


def test_card_takes_as_many_statements_for_many_participants_as_for_one(
    make: Make, browser_for: BrowserFor, statements: Statements
) -> None:
    client = make.client()
    contacts = [make.contact(client) for _one in range(6)]
    people = [{"user_id": make.user("lawyer")} for _one in range(6)]
    few = make.deal(client_id=client, participants=people[:1], contact_ids=contacts[:1])
    many = make.deal(client_id=client, participants=people, contact_ids=contacts)
    browser = browser_for("head")
    browser.get(f"/deals/{few}")
    with statements() as for_one:
        browser.get(f"/deals/{few}")
    with statements() as for_six:
        browser.get(f"/deals/{many}")
    assert len(for_six) == len(for_one)


def test_history_of_a_deal_names_its_fields_and_what_they_refer_to(
    make: Make, browser_for: BrowserFor
) -> None:
    deal = make.deal(client_id=make.client(name="Omega"))
    change_deal(deal, {"client_id": make.client(name="Sigma")})
    read = words(browser_for("head").get(f"/records/deal/{deal}/history").text)
    assert "Client Omega Sigma" in read


def test_history_of_a_deal_does_not_name_a_client_whom_one_does_not_see(
    make: Make, browser_for: BrowserFor
) -> None:
    seller = make.user_of("seller")
    deal = make.deal(client_id=make.client(name="Secret Ltd"), owner_id=seller)
    change_deal(deal, {"client_id": make.client(name="Sigma")})
    page = browser_for("seller").get(f"/records/deal/{deal}/history").text
    assert "Sigma" in page
    assert "Secret" not in page


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("kind", ["deal", "client"])
def test_participant_who_leaves_is_led_to_the_list(app: Flask, make: Make, kind: str) -> None:
    boris, anna = make.user("seller", name="Boris"), make.user("seller", name="Anna")
    record = getattr(make, kind)(owner_id=boris, participants=[{"user_id": anna}])
    browser = browser_of(app, anna)

    left = browser.post(f"/{kind}s/{record}/participants/{anna}/remove")

    assert (left.status_code, left.headers["Location"]) == (302, f"/{kind}s")
    assert "You do not see this record any more." in browser.get(f"/{kind}s").text


def test_request_without_a_value_empties_no_field(browser_for: BrowserFor, make: Make) -> None:
    deal = make.deal(amount=Decimal(500))
    answer = browser_for("head").post(f"/deals/{deal}/fields/amount", data={}, headers=FRAGMENT)
    assert answer.status_code == 400
    assert reading().scalar(sa.select(Deal.amount).where(Deal.id == deal)) == Decimal(500)
