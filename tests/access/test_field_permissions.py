"""Margins and contact data: permissions of their own, on pages, in search and in the JSON API."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

import pytest
from flask.testing import FlaskClient

from salesman_core.clients.import_apply import apply_clients
from salesman_core.clients.import_contacts import apply_contacts
from salesman_core.clients.lists import CLIENTS
from salesman_core.clients.service import change_client
from salesman_core.clients.similar import similar_clients
from salesman_core.db import reading
from salesman_core.deals.service import change_deal
from salesman_core.errors import ForbiddenError
from salesman_core.people.service import change_user
from salesman_core.records.contact_data import masked
from salesman_core.records.lists import parse_list_query
from salesman_core.testing.people import Api, Make
from salesman_hookspecs import ImportBatch, ImportOutcome

BrowserFor = Callable[[str], FlaskClient]
ApiFor = Callable[[str], Api]
Apply = Callable[[ImportBatch], Sequence[ImportOutcome]]

PHONE, EMAIL = "+7 912 345-67-67", "anna@omega.example"


@pytest.mark.parametrize(
    ("typed", "left"),
    [
        (PHONE, "+7 *** ** 67"),
        ("8 (912) 345-67-67", "+7 *** ** 67"),
        ("+1 202 555 0143", "+1 *** ** 43"),
        ("345-67-67 ext. Anna", "*** ** 67"),
        ("12-34", "***"),
        (EMAIL, "a***@…"),
        ("@nobody", "***@…"),
        ("Anna", "***"),
    ],
)
def test_mask_leaves_enough_to_tell_two_apart(make: Make, typed: str, left: str) -> None:
    assert masked(typed) == left


@pytest.fixture
def omega(make: Make) -> int:
    """A client that the lawyer sees, with a phone, an email and a contact that has both."""
    client = make.client(
        name="Omega",
        phones=[PHONE],
        emails=[EMAIL],
        participants=[{"user_id": make.user_of("lawyer")}],
    )
    make.contact(client, name="Vera", phones=["+7 912 999-11-22"], emails=["vera@omega.example"])
    return client


def test_card_and_list_mask_how_a_client_is_reached(omega: int, browser_for: BrowserFor) -> None:
    browser = browser_for("lawyer")
    for path in (f"/clients/{omega}", "/clients", f"/clients/{omega}/contacts"):
        page = browser.get(path).text
        assert "67-67" not in page
        assert "@omega" not in page
    assert "+7 *** ** 67" in browser.get(f"/clients/{omega}").text
    assert "v***@…" in browser.get(f"/clients/{omega}").text


def test_api_masks_how_a_client_is_reached(omega: int, api_for: ApiFor) -> None:
    item = api_for("lawyer").get(f"/clients/{omega}").json

    assert (item["phones"], item["normalised_phones"]) == (["+7 *** ** 67"], [None])
    assert (item["emails"], item["normalised_emails"]) == (["a***@…"], [None])


def test_who_may_read_contact_data_reads_it_whole(omega: int, api_for: ApiFor) -> None:
    assert api_for("head").get(f"/clients/{omega}").json["phones"] == [PHONE]


def test_nobody_is_found_by_a_hidden_phone(omega: int, make: Make, api_for: ApiFor) -> None:
    lawyer = api_for("lawyer")

    assert [one["id"] for one in lawyer.get("/clients?q=Omega").json["items"]] == [omega]
    for typed in ("79123456767", "anna@omega.example"):
        assert lawyer.get("/clients", query_string={"q": typed}).json["items"] == []
        assert lawyer.get("/clients", query_string={"phone": typed}).status_code == 403
    with make.acting(make.user_of("lawyer")):
        assert similar_clients(reading(), {"phones": [PHONE]}) == []


def test_search_box_finds_nobody_by_a_hidden_phone(omega: int, browser_for: BrowserFor) -> None:
    found = browser_for("head").get("/search?q=79123456767", follow_redirects=True)
    assert "Omega" in found.text
    hidden = browser_for("lawyer").get("/search?q=79123456767", follow_redirects=True)
    assert "Omega" not in hidden.text


def test_masked_phone_cannot_overwrite_the_true_one(make: Make, omega: int) -> None:
    seller = make.user_of("seller")
    change_client(omega, {"owner_id": seller})
    with make.acting(seller):
        change_client(omega, {"phones": ["+7 912 000-00-00"]})
    lawyer = make.user_of("lawyer")
    with make.acting(lawyer), pytest.raises(ForbiddenError):
        change_client(omega, {"phones": ["+7 *** ** 67"]})


def test_history_and_story_mask_phones(omega: int, browser_for: BrowserFor) -> None:
    change_client(omega, {"phones": ["+7 912 345-67-67", "+7 912 345-11-22"]})
    browser = browser_for("lawyer")

    for path in (f"/records/client/{omega}/history", f"/records/client/{omega}/story"):
        page = browser.get(path).text
        assert "+7 *** ** 22" in page
        assert "11-22" not in page


def test_what_no_field_of_an_imported_file_holds_is_for_those_who_may_read_phones(
    omega: int, make: Make, browser_for: BrowserFor, api_for: ApiFor
) -> None:
    lawyer = [{"user_id": make.user_of("lawyer")}]
    deal = make.deal(name="Beams", imported={"Tel. 2": PHONE}, participants=lawyer)
    contact = make.contact(omega, name="Oleg", imported={"Tel. 2": PHONE})
    change_client(omega, {"imported": {"Tel. 2": PHONE}})
    paths = (f"/clients/{omega}", f"/contacts/{contact}", f"/deals/{deal}")

    for role, seen in (("head", {"Tel. 2": PHONE}), ("lawyer", {})):
        api = api_for(role)
        assert [api.get(path).json["imported"] for path in paths] == [seen] * 3
    for path in (f"/clients/{omega}", f"/deals/{deal}", f"/records/client/{omega}/history"):
        assert "Tel. 2" in browser_for("head").get(path).text, path
        assert "Tel. 2" not in browser_for("lawyer").get(path).text, path


@pytest.mark.parametrize("only", ["", "create", "update"])
@pytest.mark.parametrize(
    ("apply", "field", "held"),
    [
        (apply_clients, "phones", PHONE),
        (apply_clients, "emails", EMAIL),
        (apply_contacts, "phones", "+7 912 999-11-22"),
        (apply_contacts, "emails", "vera@omega.example"),
    ],
)
@pytest.mark.usefixtures("omega")
def test_import_tells_nobody_whose_a_hidden_phone_is(
    make: Make, apply: Apply, field: str, held: str, only: str
) -> None:
    row = {"name": "Anybody", "client": "Omega"}
    rows = [row | {field: (one,)} for one in (held, "+7 912 111-11-11", "none@omega.example")]
    batch = ImportBatch(rows, {"match": (field,), "only": only}, source="list")

    with make.acting(make.user_of("lawyer")):
        outcomes = apply(batch)

    assert [one.action for one in outcomes] == ["refused"] * 3
    assert outcomes[0] == outcomes[1] == outcomes[2]


# -- margins


@pytest.fixture
def beams(make: Make) -> int:
    """A deal with a cost that the lawyer and the head see."""
    deal = make.deal(
        name="Beams",
        amount=Decimal("9000.00"),
        participants=[{"user_id": make.user_of("lawyer")}],
    )
    change_deal(deal, {"cost": Decimal("5432.00")})
    return deal


def test_pages_of_deals_show_no_margin_to_who_may_not_see_it(
    beams: int, browser_for: BrowserFor
) -> None:
    browser = browser_for("lawyer")
    pages = (
        f"/deals/{beams}",
        f"/deals/{beams}/parts",
        "/deals",
        "/deals/board",
        f"/records/deal/{beams}/history",
        f"/records/deal/{beams}/story",
    )
    for path in pages:
        page = browser.get(path).text.replace("\u202f", "").replace("\xa0", "").replace(",", "")
        for hidden in ("5432", "3568", "Margin", "Cost"):
            assert hidden not in page, (path, hidden)


def test_margin_is_there_for_who_may_see_it(beams: int, browser_for: BrowserFor) -> None:
    page = browser_for("head").get(f"/deals/{beams}").text

    assert "Margin" in page
    assert "Cost" in page


def test_api_leaves_cost_and_margin_out(beams: int, api_for: ApiFor) -> None:
    hidden = api_for("lawyer").get(f"/deals/{beams}").json
    shown = api_for("head").get(f"/deals/{beams}").json

    assert shown.keys() - hidden.keys() == {"cost", "margin"}
    assert (shown["cost"], shown["margin"]) == ("5432.00", "3568.00")


@pytest.mark.parametrize("asked", ["margin__gte=1", "cost=1", "sort=-margin", "sort=cost"])
def test_hidden_margin_cannot_be_found_out_by_asking(
    beams: int, api_for: ApiFor, asked: str
) -> None:
    assert api_for("lawyer").get(f"/deals?{asked}").status_code == 403


def test_hidden_cost_cannot_be_changed(make: Make) -> None:
    assistant = make.user_of("assistant")
    deal = make.deal(owner_id=assistant)

    with make.acting(assistant), pytest.raises(ForbiddenError):
        change_deal(deal, {"cost": Decimal("1.00")})


def test_hidden_cost_is_no_field_of_the_card(make: Make, browser_for: BrowserFor) -> None:
    deal = make.deal(owner_id=make.user_of("assistant"))

    assert browser_for("assistant").get(f"/deals/{deal}/fields/cost").status_code == 404


def test_widest_scope_of_several_roles_wins(make: Make) -> None:
    user = make.user("lawyer")
    assert make.person(user).scope("core.client.view").name == "OWN"

    change_user(user, {"role_ids": ["lawyer", "service", "marketer"]})

    assert make.person(user).scope("core.client.view").name == "ALL"
    assert make.person(user).may("core.client.contact_data")


def test_lists_name_the_permission_that_a_filter_takes(make: Make) -> None:
    with make.acting(make.user_of("lawyer")), pytest.raises(ForbiddenError) as refused:
        parse_list_query({"phone": PHONE}, CLIENTS)

    assert refused.value.permission == "core.client.contact_data"
