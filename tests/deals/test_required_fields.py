"""What a stage asks for on entry: every way in obeys, and what is missing is filled in there."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from salesman_core.access.tokens import new_token
from salesman_core.db import reading
from salesman_core.deals import needs, pipelines, queries
from salesman_core.deals.models import Deal
from salesman_core.deals.service import change_deal, close_deal, move_deal, reopen_deal
from salesman_core.errors import InvalidError
from salesman_core.records.custom.definitions import all_fields
from salesman_core.records.custom.service import (
    define_field,
    delete_field,
    restore_field,
    retire_field,
)
from salesman_core.records.models import Audit
from salesman_core.testing.people import Api, Make

BrowserFor = Callable[[str], FlaskClient]
ApiFor = Callable[[str], Api]

HTMX = {"HX-Request": "true"}


def stage(place: int) -> dict[str, Any]:
    reading().rollback()
    found: dict[str, Any] = queries.pipelines(reading())[0]["stages"][place]
    return found


def asking(place: int, *names: str) -> int:
    """Let a stage ask for some fields, and give its id."""
    id_: int = stage(place)["id"]
    pipelines.change_stage(id_, {"required": names})
    return id_


def deal_row(deal_id: int) -> Deal:
    reading().rollback()
    return reading().get_one(Deal, deal_id)


def asked_fields(page: str) -> list[str]:
    """The fields that a form asks for, by name."""
    return re.findall(r'id="field-([a-z_]+)"', page)


# -- the administrator's page


def test_fields_that_a_stage_asks_for_are_chosen_on_the_pipelines_page(
    browser_for: BrowserFor,
) -> None:
    second = stage(1)
    typed = {"name": second["name"], "percent": "10", "required": ["amount", "client_id"]}
    browser = browser_for("administrator")
    browser.post(f"/admin/pipelines/stages/{second['id']}", data=typed)
    assert stage(1)["required"] == ["client_id", "amount"]
    assert "Needed on entry: Client, Amount" in browser.get("/admin/pipelines").text
    browser.post(f"/admin/pipelines/stages/{second['id']}", data=typed | {"required": []})
    assert stage(1)["required"] == []


def test_field_that_there_is_not_is_refused_and_nothing_changes(browser_for: BrowserFor) -> None:
    before = stage(1)
    answer = browser_for("administrator").post(
        f"/admin/pipelines/stages/{before['id']}",
        data={"name": "Other", "percent": "10", "required": ["shoe_size"]},
    )
    assert answer.status_code == 422
    assert "There is no field shoe_size" in answer.text
    assert stage(1) == before


def test_pipeline_made_like_another_asks_for_the_same(app: Flask) -> None:
    asking(2, "amount", "expected_on")
    pipelines.create_pipeline("Service", like_id=queries.pipelines(reading())[0]["id"])
    reading().rollback()
    assert queries.pipelines(reading())[1]["stages"][2]["required"] == ["amount", "expected_on"]


def test_what_a_stage_asks_for_is_kept_in_the_audit(app: Flask) -> None:
    asking(1, "cost")
    entry = reading().scalars(sa.select(Audit).order_by(Audit.id.desc())).first()
    assert entry is not None
    assert entry.changes == {"required": [[], ["cost"]]}


# -- the JSON API


def test_pipelines_say_what_their_stages_ask_for(api_for: ApiFor) -> None:
    asking(1, "expected_on")
    stages = api_for("head").get("/pipelines").json["items"][0]["stages"]
    assert [one["required"] for one in stages[:3]] == [[], ["expected_on"], []]


@pytest.mark.parametrize("name", sorted(needs.OWN))
def test_move_of_a_deal_that_lacks_a_field_is_refused_at_that_field(
    make: Make, api_for: ApiFor, name: str
) -> None:
    target = asking(1, name)
    deal = make.deal(owner_id=None)
    answer = api_for("head").post(f"/deals/{deal}/move", {"stage_id": target})
    assert answer.status_code == 422
    assert answer.json["errors"] == {name: ["Needed at “Meeting, presentation”."]}
    assert deal_row(deal).stage_id == stage(0)["id"]


def test_move_takes_what_is_missing_in_one_call(make: Make, api_for: ApiFor) -> None:
    target = asking(1, *needs.OWN)
    client, owner = make.client(), make.user_of("seller")
    contact, deal = make.contact(client), make.deal(owner_id=None)
    given = {
        "client_id": client,
        "contact_ids": [contact],
        "owner_id": owner,
        "amount": "1250.50",
        "cost": "1000.00",
        "expected_on": "2030-05-01",
    }
    answer = api_for("head").post(f"/deals/{deal}/move", {"stage_id": target, **given})
    assert answer.status_code == 200
    assert {name: answer.json[name] for name in given} == given
    assert answer.json["stage_id"] == target


def test_fields_are_not_kept_where_the_move_is_refused(make: Make, api_for: ApiFor) -> None:
    target = asking(1, "amount", "cost")
    deal = make.deal()
    answer = api_for("head").post(f"/deals/{deal}/move", {"stage_id": target, "amount": "5.00"})
    assert list(answer.json["errors"]) == ["cost"]
    assert (deal_row(deal).amount, deal_row(deal).stage_id) == (Decimal(0), stage(0)["id"])


def test_negative_amount_on_the_way_is_refused_at_its_field(make: Make, api_for: ApiFor) -> None:
    target, deal = asking(1, "amount"), make.deal()
    answer = api_for("head").post(f"/deals/{deal}/move", {"stage_id": target, "amount": "-1"})
    assert (answer.status_code, list(answer.json["errors"])) == (422, ["amount"])
    assert deal_row(deal).stage_id == stage(0)["id"]


def test_deal_opened_at_a_stage_has_what_it_asks_for(make: Make, api_for: ApiFor) -> None:
    target = asking(2, "amount", "contact_ids")
    client = make.client()
    api, deal = api_for("head"), {"name": "Boilers", "stage_id": target, "client_id": client}
    refused = api.post("/deals", deal)
    assert (refused.status_code, sorted(refused.json["errors"])) == (422, ["amount", "contact_ids"])
    assert api.get("/deals").json["items"] == []
    given = {"amount": "5.00", "contact_ids": [make.contact(client)]}
    assert api.post("/deals", deal | given).status_code == 201


def test_owner_given_on_the_way_takes_the_permission_to_assign(make: Make, app: Flask) -> None:
    target, seller = asking(1, "amount"), make.user_of("seller")
    deal = make.deal(owner_id=seller)
    given = {"stage_id": target, "amount": "1.00", "owner_id": make.user_of("head")}
    api = Api(app, new_token(seller, "own"))
    assert api.post(f"/deals/{deal}/move", given).status_code == 403
    assert deal_row(deal).stage_id == stage(0)["id"]


def test_deal_that_is_opened_again_stays_where_it_stood(make: Make) -> None:
    deal = make.deal()
    close_deal(deal, "won")
    asking(0, "amount")
    reopen_deal(deal)
    assert deal_row(deal).outcome is None


# -- the pages


def test_move_by_page_asks_for_just_what_is_missing(make: Make, browser_for: BrowserFor) -> None:
    target = asking(1, "client_id", "amount", "expected_on")
    deal = make.deal(amount=Decimal(5))
    answer = browser_for("head").post(
        f"/deals/{deal}/move", data={"stage_id": target}, headers=HTMX
    )
    assert (answer.status_code, answer.headers["HX-Retarget"]) == (422, "#dialog-content")
    assert asked_fields(answer.text) == ["client_id", "expected_on"]
    assert "Needed at" not in answer.text
    assert deal_row(deal).stage_id == stage(0)["id"]


def test_what_is_filled_in_and_the_move_are_one_act(make: Make, browser_for: BrowserFor) -> None:
    target, deal = asking(1, "amount", "expected_on"), make.deal()
    typed = {"stage_id": target, "filling": "1", "amount": "1 250,50", "expected_on": "1.5.2030"}
    answer = browser_for("head").post(f"/deals/{deal}/move", data=typed, headers=HTMX)
    assert answer.status_code == 200
    row = deal_row(deal)
    assert (row.amount, row.expected_on) == (Decimal("1250.50"), date(2030, 5, 1))
    assert row.stage_id == target


@pytest.mark.parametrize(
    ("amount", "said"), [("-5", "Give a number from 0 to"), ("", "Needed at"), ("many", "many")]
)
def test_what_cannot_be_stays_typed_with_the_reason_at_the_field(
    make: Make, browser_for: BrowserFor, amount: str, said: str
) -> None:
    target, deal = asking(1, "amount", "cost"), make.deal()
    typed = {"stage_id": target, "filling": "1", "amount": amount, "cost": "700"}
    answer = browser_for("head").post(f"/deals/{deal}/move", data=typed, headers=HTMX)
    assert answer.status_code == 422
    assert 'id="wrong-amount"' in answer.text
    assert said in answer.text
    assert 'value="700"' in answer.text
    assert (deal_row(deal).cost, deal_row(deal).stage_id) == (Decimal(0), stage(0)["id"])


def test_contacts_of_the_chosen_client_are_offered(make: Make, browser_for: BrowserFor) -> None:
    target, deal = asking(1, "client_id", "contact_ids"), make.deal()
    client = make.client(name="Omega")
    make.contact(client, name="Anna Petrova")
    typed = {"stage_id": target, "filling": "1", "client_id": client}
    answer = browser_for("head").post(f"/deals/{deal}/move", data=typed, headers=HTMX)
    assert answer.status_code == 422
    assert "Anna Petrova" in answer.text
    assert "Omega" in answer.text


def test_somebody_elses_change_meanwhile_is_not_overwritten(
    make: Make, browser_for: BrowserFor
) -> None:
    target, deal = asking(1, "amount"), make.deal(name="Boilers")
    change_deal(deal, {"name": "Pumps"})
    typed = {"stage_id": target, "filling": "1", "version": 1, "amount": "5"}
    answer = browser_for("head").post(f"/deals/{deal}/move", data=typed, headers=HTMX)
    assert answer.status_code == 412
    assert "Name: Boilers → Pumps" in answer.text
    assert 'value="5"' in answer.text
    assert deal_row(deal).amount == Decimal(0)


def test_without_script_the_form_comes_as_a_page(make: Make, browser_for: BrowserFor) -> None:
    target, deal = asking(1, "amount"), make.deal(name="Boilers")
    answer = browser_for("head").post(f"/deals/{deal}/move", data={"stage_id": target})
    assert answer.status_code == 422
    assert asked_fields(answer.text) == ["amount"]
    assert "<title>Move “Boilers”" in answer.text


def test_form_of_a_new_deal_asks_for_what_its_stage_needs(
    make: Make, browser_for: BrowserFor
) -> None:
    target = asking(1, "cost", "amount")
    browser = browser_for("head")
    assert "cost" in asked_fields(browser.get(f"/deals/new?stage_id={target}").text)
    typed = {"name": "Boilers", "stage_id": target, "amount": "5"}
    refused = browser.post("/deals/new", data=typed)
    assert refused.status_code == 422
    assert 'id="wrong-cost"' in refused.text
    assert browser.post("/deals/new", data=typed | {"cost": "3"}).status_code == 302


@pytest.mark.databases("sqlite")
def test_stage_of_another_pipeline_is_refused_by_page_and_api(
    make: Make, browser_for: BrowserFor, api_for: ApiFor
) -> None:
    pipelines.create_pipeline("Service")
    reading().rollback()
    first, other = queries.pipelines(reading())
    foreign, deal = other["stages"][0]["id"], make.deal()
    api = api_for("head")
    moved = api.post(f"/deals/{deal}/move", {"stage_id": foreign})
    opened = api.post("/deals", {"name": "A", "pipeline_id": first["id"], "stage_id": foreign})
    page = browser_for("head").post(f"/deals/{deal}/move", data={"stage_id": foreign}, headers=HTMX)
    assert [one.status_code for one in (moved, opened, page)] == [422, 422, 422]
    assert list(moved.json["errors"]) == list(opened.json["errors"]) == ["stage_id"]
    assert "is a stage of another pipeline" in page.text
    assert deal_row(deal).stage_id == stage(0)["id"]


def test_judging_names_gives_each_once_in_their_usual_order(app: Flask) -> None:
    assert needs.judged(["amount", "client_id", "amount"]) == ["client_id", "amount"]
    with pytest.raises(InvalidError):
        needs.judged(["shoe_size"])


# -- custom fields


def asking_for_budget(**values: Any) -> int:
    """Let the second stage ask for a budget, and give its id."""
    field = {"type": "money", "key": "budget", "label": "Budget", **values}
    define_field("deal", field)
    return asking(1, "custom.budget")


def test_custom_field_is_chosen_on_the_pipelines_page(browser_for: BrowserFor, app: Flask) -> None:
    define_field("deal", {"type": "money", "key": "budget", "label": "Budget"})
    second, browser = stage(1), browser_for("administrator")
    typed = {"name": second["name"], "percent": "10", "required": ["custom.budget", "amount"]}

    browser.post(f"/admin/pipelines/stages/{second['id']}", data=typed)

    assert stage(1)["required"] == ["amount", "custom.budget"]
    assert "Needed on entry: Amount, Budget" in browser.get("/admin/pipelines").text


def test_move_of_a_deal_without_a_value_is_refused_at_the_custom_field(
    make: Make, api_for: ApiFor
) -> None:
    target, deal = asking_for_budget(), make.deal()

    answer = api_for("head").post(f"/deals/{deal}/move", {"stage_id": target})

    assert answer.status_code == 422
    assert answer.json["errors"] == {"custom.budget": ["Needed at “Meeting, presentation”."]}
    assert deal_row(deal).stage_id == stage(0)["id"]


def test_move_takes_a_custom_field_along(make: Make, api_for: ApiFor) -> None:
    target, deal = asking_for_budget(), make.deal()
    given = {"stage_id": target, "custom": {"budget": "12.50"}}

    answer = api_for("head").post(f"/deals/{deal}/move", given)

    assert (answer.status_code, answer.json["custom"]) == (200, {"budget": "12.50"})
    assert deal_row(deal).stage_id == target


def test_nought_in_a_custom_field_is_an_answer(make: Make) -> None:
    target, deal = asking_for_budget(), make.deal(custom={"budget": Decimal(0)})

    assert move_deal(deal, target)


@pytest.mark.parametrize(
    ("field", "typed", "kept"),
    [
        ({"type": "text"}, "high", "high"),
        ({"type": "number"}, "2,5", 2500),
        ({"type": "money"}, "1 250,50", 125050),
        ({"type": "date"}, "1.5.2030", "2030-05-01"),
        ({"type": "flag"}, "false", 0),
        ({"type": "link"}, "example.com", "https://example.com"),
        ({"type": "choices", "options": [{"title": "Red"}, {"title": "Green"}]}, "red", ["red"]),
    ],
)
def test_form_of_a_move_asks_for_a_custom_field_of_any_type(
    make: Make, browser_for: BrowserFor, field: dict[str, Any], typed: str, kept: Any
) -> None:
    target, deal = asking_for_budget(**field), make.deal()
    browser, sent = browser_for("head"), {"stage_id": target}
    asked = browser.post(f"/deals/{deal}/move", data=sent, headers=HTMX)
    assert (asked.status_code, 'id="field-custom.budget"' in asked.text) == (422, True)

    filled = sent | {"filling": "1", "custom.budget": typed}
    answer = browser.post(f"/deals/{deal}/move", data=filled, headers=HTMX)

    row = deal_row(deal)
    assert (answer.status_code, row.custom, row.stage_id) == (200, {"budget": kept}, target)


def test_custom_field_that_is_left_empty_again_is_told_at_its_place(
    make: Make, browser_for: BrowserFor
) -> None:
    target, deal = asking_for_budget(), make.deal()
    sent = {"stage_id": target, "filling": "1", "custom.budget": " "}

    answer = browser_for("head").post(f"/deals/{deal}/move", data=sent, headers=HTMX)

    assert (answer.status_code, 'id="wrong-custom.budget"' in answer.text) == (422, True)


def test_form_of_a_new_deal_asks_once_for_the_custom_field_of_its_stage(
    make: Make, browser_for: BrowserFor
) -> None:
    target, browser = asking_for_budget(), browser_for("head")
    page = browser.get(f"/deals/new?stage_id={target}").text
    assert page.count('id="field-custom.budget"') == 1
    typed = {"name": "Boilers", "stage_id": target}

    refused = browser.post("/deals/new", data=typed)

    assert (refused.status_code, 'id="wrong-custom.budget"' in refused.text) == (422, True)
    opened = browser.post("/deals/new", data=typed | {"custom.budget": "5"})
    assert opened.status_code == 302


def test_stage_asks_no_more_for_a_field_that_was_retired_and_can_be_renamed(make: Make) -> None:
    target, deal = asking_for_budget(), make.deal()
    retire_field(all_fields("deal")[0].id)

    pipelines.change_stage(target, {"name": "Talk"})

    assert (stage(1)["name"], stage(1)["required"]) == ("Talk", [])
    assert move_deal(deal, target)


def test_stage_asks_again_for_a_field_that_comes_back(make: Make) -> None:
    """Though the stage was changed meanwhile, on a form that did not show the field."""
    target, deal = asking_for_budget(), make.deal()
    field = all_fields("deal")[0].id
    retire_field(field)
    pipelines.change_stage(target, {"name": "Talk", "required": ["client_id"]})

    restore_field(field)

    assert stage(1)["required"] == ["client_id", "custom.budget"]
    with pytest.raises(InvalidError):
        move_deal(deal, target)


def test_whoever_takes_a_field_away_is_told_which_stages_ask_for_it(
    browser_for: BrowserFor,
) -> None:
    asking_for_budget()
    field, browser = all_fields("deal")[0].id, browser_for("administrator")
    browser.post(f"/admin/fields/{field}/retire")
    listed = browser.get("/admin/fields?kind=deal").text
    assert "Meanwhile it is not asked for at: Sales / Meeting, presentation." in listed

    page = browser.get(f"/admin/fields/{field}/delete").text

    assert "Stages that asked for it on entry:" in page
    assert "<li>Sales / Meeting, presentation</li>" in page


def test_field_that_no_stage_asks_for_goes_without_a_word_of_stages(
    browser_for: BrowserFor,
) -> None:
    asking_for_budget()
    field = define_field("deal", {"label": "Colour", "type": "text", "key": "colour"})
    retire_field(field)
    page = browser_for("administrator").get(f"/admin/fields/{field}/delete").text
    assert "Stages that asked for it" not in page


def test_stage_lets_a_deleted_field_go_so_that_no_namesake_is_asked_for(make: Make) -> None:
    target, deal = asking_for_budget(), make.deal()
    pipelines.change_stage(target, {"required": ["custom.budget", "client_id"]})
    field = all_fields("deal")[0].id
    retire_field(field)

    delete_field(field)

    define_field("deal", {"label": "Budget", "type": "money", "key": "budget"})
    change_deal(deal, {"client_id": make.client()})
    assert move_deal(deal, target)
    told = reading().scalars(sa.select(Audit).where(Audit.kind == "stage").order_by(Audit.id)).all()
    before = [["client_id", "custom.budget"], ["client_id"]]
    assert (told[-1].action, told[-1].changes) == ("changed", {"required": before})


# -- what whoever moves a deal may not see


NEEDS_BOTH = (
    "“Meeting, presentation” needs: Amount, Cost. "
    "Ask somebody who may see this to fill it in: Cost."
)
ASK_SOMEBODY = "Needed at “Meeting, presentation”: ask somebody who may see it to fill it in."


@pytest.fixture
def hidden_cost(make: Make) -> int:
    """A deal that an assistant, who may not see costs, may move to a stage that asks for one."""
    asking(1, "amount", "cost")
    return make.deal(name="Beams", owner_id=make.user_of("assistant"))


def test_program_learns_that_somebody_else_fills_in_the_cost(
    hidden_cost: int, api_for: ApiFor
) -> None:
    answer = api_for("assistant").post(f"/deals/{hidden_cost}/move", {"stage_id": stage(1)["id"]})
    assert answer.status_code == 422
    assert answer.json["errors"] == {
        "amount": ["Needed at “Meeting, presentation”."],
        "cost": [ASK_SOMEBODY],
    }
    assert answer.json["detail"] == NEEDS_BOTH


def test_nobody_is_asked_for_a_cost_that_they_may_not_enter(
    hidden_cost: int, browser_for: BrowserFor
) -> None:
    browser = browser_for("assistant")
    moved = {"stage_id": stage(1)["id"]}
    answer = browser.post(f"/deals/{hidden_cost}/move", data=moved, headers=HTMX)
    assert answer.status_code == 422
    assert asked_fields(answer.text) == []
    assert "Ask somebody who may see this to fill it in: Cost." in answer.text
    form = browser.get("/deals/new", query_string=moved).text
    assert "cost" not in asked_fields(form)


def test_deal_whose_cost_is_known_moves_for_whoever_may_not_see_it(
    hidden_cost: int, make: Make, api_for: ApiFor
) -> None:
    with make.acting(make.user_of("head")):
        change_deal(hidden_cost, {"cost": Decimal(5), "amount": Decimal(9)})
    answer = api_for("assistant").post(f"/deals/{hidden_cost}/move", {"stage_id": stage(1)["id"]})
    assert (answer.status_code, answer.json["stage_id"]) == (200, stage(1)["id"])


def test_form_asks_for_the_rest_once_the_hidden_cost_is_there(
    hidden_cost: int, make: Make, browser_for: BrowserFor
) -> None:
    with make.acting(make.user_of("head")):
        change_deal(hidden_cost, {"cost": Decimal(5)})
    moved = {"stage_id": stage(1)["id"]}
    answer = browser_for("assistant").post(f"/deals/{hidden_cost}/move", data=moved, headers=HTMX)
    assert asked_fields(answer.text) == ["amount"]


def test_act_on_many_deals_says_for_each_that_somebody_else_fills_in_the_cost(
    hidden_cost: int, api_for: ApiFor
) -> None:
    act = {"action": "core.move", "ids": [hidden_cost], "values": {"stage_id": str(stage(1)["id"])}}
    answer = api_for("assistant").post("/deals/bulk", act)
    (result,) = answer.json["results"]
    assert result["status"] == 422
    assert result["problem"]["detail"] == NEEDS_BOTH
