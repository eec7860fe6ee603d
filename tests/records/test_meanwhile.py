"""An act on a record that somebody changed meanwhile: nothing is done, and it is said who did what.

The page is at hand that was drawn before; what it remembers of the record is sent with each press.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from salesman_core.clients.models import Client
from salesman_core.clients.service import change_client
from salesman_core.clock import now
from salesman_core.db import reading
from salesman_core.deals import queries
from salesman_core.deals.models import Deal
from salesman_core.deals.service import (
    change_deal,
    close_deal,
    freeze_deal,
    move_deal,
)
from salesman_core.records.custom.service import define_field
from salesman_core.records.models import Audit
from salesman_core.testing.people import Make

BrowserFor = Callable[[str], FlaskClient]

FRAGMENT = {"HX-Request": "true"}
SOON = (now() + timedelta(days=30)).date()


def words(html: str) -> str:
    """What a person reads of a page."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def row_of(model: Any, record_id: int) -> Any:
    reading().rollback()
    return reading().scalars(sa.select(model).where(model.id == record_id)).one()


def stages() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = queries.pipelines(reading())[0]["stages"]
    return found


def prepared(make: Make, act: str) -> int:
    """A deal on whose card the act is offered."""
    deal = make.deal(name="Boilers")
    if act == "reopen":
        close_deal(deal, "won")
    if act == "thaw":
        freeze_deal(deal, SOON, "They wait for money")
    return deal


def remembered(page: str, goes: str) -> str:
    """The version that the first form of a page remembers which goes there."""
    form = re.search(rf'<form[^>]*action="{goes}".*?</form>', page, re.DOTALL)
    assert form is not None
    version = re.search(r'name="version" value="(\d+)"', form[0])
    assert version is not None, form[0]
    return version[1]


@pytest.mark.parametrize("act", ["move", "close", "reopen", "thaw", "delete", "lose", "freeze"])
def test_act_on_the_card_of_a_deal_that_somebody_changed_meanwhile_does_nothing(
    make: Make, browser_for: BrowserFor, act: str
) -> None:
    deal, browser = prepared(make, act), browser_for("administrator")
    place, goes = ("", act) if act not in {"lose", "freeze"} else (f"/{act}", act)
    goes = f"/deals/{deal}/{'close' if act == 'lose' else goes}"
    version = remembered(browser.get(f"/deals/{deal}{place}").text, goes)
    with make.acting(make.user("head", name="Olga Kern")):
        change_deal(deal, {"name": "Pumps"})
    reason = queries.close_reasons(reading())[0].id
    typed = {
        "stage_id": stages()[3]["id"],
        "outcome": "lost" if act == "lose" else "won",
        "reason_id": reason,
        "frozen_until": SOON.isoformat(),
        "freeze_reason": "They wait",
    }
    before = row_of(Deal, deal)
    kept = (before.stage_id, before.outcome, before.frozen_until, before.deleted_at)
    answer = browser.post(goes, data={**typed, "version": version}, headers=FRAGMENT)
    after = row_of(Deal, deal)
    assert answer.status_code == 412
    assert (after.stage_id, after.outcome, after.frozen_until, after.deleted_at) == kept
    assert "Olga Kern: changed (Name: Boilers → Pumps)" in words(answer.text)


def test_notice_says_where_a_deal_is_by_now_and_how_to_go_on(
    make: Make, browser_for: BrowserFor
) -> None:
    deal, browser = make.deal(name="Boilers"), browser_for("head")
    first, _second, third, fourth = stages()[:4]
    with make.acting(make.user("head", name="Olga Kern")):
        move_deal(deal, fourth["id"])
    answer = browser.post(
        f"/deals/{deal}/move", data={"stage_id": third["id"], "version": "1"}, headers=FRAGMENT
    )
    told = words(answer.text)
    assert "This was changed meanwhile So nothing was done." in told
    assert f"moved to another stage (Stage: {first['name']} → {fourth['name']})" in told
    assert (
        f'<a class="btn btn-sm text-wrap text-start" href="/deals/{deal}">Open “Boilers”</a>'
        in answer.text
    )


def test_page_draws_anew_what_shows_the_deal(make: Make, browser_for: BrowserFor) -> None:
    deal = make.deal()
    change_deal(deal, {"name": "Pumps"})
    answer = browser_for("head").post(
        f"/deals/{deal}/close", data={"outcome": "won", "version": "1"}, headers=FRAGMENT
    )
    events = json.loads(answer.headers["HX-Trigger"])
    told = events["salesman:change"]
    assert (told["kind"], told["record_id"]) == ("deal", deal)
    assert set(events) == {"salesman:change", "salesman:close-dialog"}


def test_page_without_scripts_leads_back_to_the_card(make: Make, browser_for: BrowserFor) -> None:
    deal = make.deal(name="Boilers")
    change_deal(deal, {"cost": 5})
    answer = browser_for("administrator").post(f"/deals/{deal}/delete", data={"version": "1"})
    assert answer.status_code == 412
    assert f'<a class="btn btn-primary" href="/deals/{deal}">Open “Boilers”</a>' in answer.text
    assert row_of(Deal, deal).deleted_at is None


def test_what_is_told_of_a_change_holds_no_field_that_one_may_not_see(
    make: Make, browser_for: BrowserFor
) -> None:
    deal = make.deal(name="Boilers", owner_id=make.user_of("assistant"))
    with make.acting(make.user("administrator", name="Olga Kern")):
        change_deal(deal, {"name": "Pumps", "cost": 777})
    data = {"stage_id": stages()[2]["id"], "version": "1"}
    answer = browser_for("assistant").post(f"/deals/{deal}/move", data=data, headers=FRAGMENT)
    assert answer.status_code == 412
    assert "Boilers → Pumps" in words(answer.text)
    assert "777" not in answer.text


def test_of_many_changes_the_last_three_are_told(make: Make, browser_for: BrowserFor) -> None:
    deal = make.deal(name="First")
    for name in ("Second", "Third", "Fourth", "Fifth"):
        change_deal(deal, {"name": name})
    answer = browser_for("head").post(f"/deals/{deal}/delete", data={"version": "1"})
    assert re.findall(r"Name: (\w+ → \w+)", words(answer.text)) == [
        "Fourth → Fifth",
        "Third → Fourth",
        "Second → Third",
    ]


def test_form_that_freezes_keeps_what_was_typed_and_can_be_saved_then(
    make: Make, browser_for: BrowserFor
) -> None:
    deal, browser = make.deal(), browser_for("head")
    change_deal(deal, {"name": "Pumps"})
    goes, typed = f"/deals/{deal}/freeze", {"frozen_until": SOON, "freeze_reason": "They wait"}
    again = browser.post(goes, data={**typed, "version": "1"}, headers=FRAGMENT).text
    assert 'value="They wait"' in again
    version = remembered(again, goes)
    assert (
        browser.post(goes, data={**typed, "version": version}, headers=FRAGMENT).status_code == 200
    )
    assert row_of(Deal, deal).freeze_reason == "They wait"


@pytest.mark.parametrize("act", ["freeze", "rung", "move"])
def test_form_that_is_refused_for_what_was_typed_is_still_for_what_its_person_saw(
    make: Make, browser_for: BrowserFor, act: str
) -> None:
    browser, client = browser_for("administrator"), make.client(name="Omega")
    deal = make.deal(name="Omega", client_id=client)
    record = f"/clients/{client}" if act == "rung" else f"/deals/{deal}"
    goes, reason = f"{record}/{act}", "reason" if act == "rung" else "freeze_reason"
    seen = (row_of(Client, client) if act == "rung" else row_of(Deal, deal)).version
    typed: dict[str, Any] = {"version": seen, "frozen_until": SOON, "rung_id": 1}
    typed |= {reason: "They wait", "stage_id": stages()[2]["id"]}
    typed |= {"filling": 1} if act == "move" else {}
    wrong = {"amount": "much", "frozen_until": "", "reason": ""}
    with make.acting(make.user("head", name="Olga Kern")):
        change_client(client, {"name": "Sigma"})
        change_deal(deal, {"name": "Sigma"})
    refused = browser.post(goes, data={**typed, **wrong}, headers=FRAGMENT)
    assert (refused.status_code, remembered(refused.text, goes)) == (422, str(seen))
    answer = browser.post(goes, data=typed, headers=FRAGMENT)
    assert answer.status_code == 412
    assert "Olga Kern: changed (Name: Omega → Sigma)" in words(answer.text)
    assert remembered(answer.text, goes) == str(seen + 1)


def test_form_says_that_somebody_changed_what_one_may_not_see(
    make: Make, browser_for: BrowserFor
) -> None:
    deal = make.deal(owner_id=make.user_of("assistant"))
    change_deal(deal, {"cost": 777})
    data = {"stage_id": stages()[2]["id"], "filling": "1", "version": "1"}
    answer = browser_for("assistant").post(f"/deals/{deal}/move", data=data, headers=FRAGMENT)
    assert answer.status_code == 412
    assert (
        "Somebody else has changed this record since you read it. See whether it still fits,"
        " then save again." in words(answer.text)
    )


@pytest.mark.parametrize("act", ["move", "close", "freeze", "freeze anew", "thaw"])
def test_undo_takes_back_nothing_that_somebody_did_since(
    make: Make, browser_for: BrowserFor, act: str
) -> None:
    deal, browser = make.deal(), browser_for("head")
    if act in {"freeze anew", "thaw"}:
        freeze_deal(deal, SOON, "They wait for money")
    typed = {
        "stage_id": stages()[2]["id"],
        "outcome": "won",
        "frozen_until": SOON,
        "freeze_reason": "They wait",
    }
    answer = browser.post(f"/deals/{deal}/{act.split(maxsplit=1)[0]}", data=typed, headers=FRAGMENT)
    undo = re.search(r'action="([^"]*)" data-undo', answer.text)
    assert undo is not None
    change_deal(deal, {"name": "Pumps"})
    before = row_of(Deal, deal).version
    page = browser.post(unescape(undo[1]))
    assert page.status_code == 412
    assert page.text.lstrip().startswith("<!doctype html>")
    assert "This was changed meanwhile" in words(page.text)
    assert row_of(Deal, deal).version == before


def test_undo_that_cannot_be_any_more_says_so_on_a_page(
    make: Make, browser_for: BrowserFor
) -> None:
    deal = make.deal()
    page = browser_for("head").post(f"/deals/{deal}/freeze?frozen_until=2020-01-01&freeze_reason=x")
    assert page.status_code == 422
    assert page.text.lstrip().startswith("<!doctype html>")


@pytest.mark.parametrize(
    ("goes", "typed"),
    [
        ("/deals/{deal}/delete", {}),
        ("/deals/{deal}/move", {"stage_id": "2"}),
        ("/deals/{deal}/freeze", {"frozen_until": SOON, "freeze_reason": "They wait"}),
        ("/deals/{deal}/fields/name", {"value": "Pumps"}),
        ("/clients/{client}/delete", {}),
        ("/clients/{client}/rung", {"rung_id": "2", "reason": "They are friends"}),
        ("/clients/{client}/fields/name", {"name": "Sigma"}),
        ("/clients/contacts/{contact}", {"name": "Olga"}),
        ("/admin/rungs/1/move", {"to": "up"}),
        ("/admin/rungs/1", {"name": "Friends", "colour": "pink", "interests": "0", "sales": "0"}),
        ("/admin/fields/{field}/move", {"to": "down"}),
        ("/admin/pipelines/reasons/1/move", {"to": "down"}),
    ],
)
def test_nothing_is_done_where_the_page_does_not_say_what_its_person_saw(
    make: Make, browser_for: BrowserFor, goes: str, typed: dict[str, Any]
) -> None:
    deal, client = make.deal(), make.client()
    contact = make.contact(client)
    field = define_field("deal", {"type": "text", "label": "Site"})
    define_field("deal", {"type": "text", "label": "Floor"})
    browser = browser_for("administrator")
    told = reading().scalar(sa.select(sa.func.count(Audit.id)))
    address = goes.format(deal=deal, client=client, contact=contact, field=field)
    answer = browser.post(address, data={**typed, "version": "abc"})
    reading().rollback()
    assert answer.status_code == 422
    assert "The page no longer says which state it shows: open it anew." in words(answer.text)
    assert reading().scalar(sa.select(sa.func.count(Audit.id))) == told


def test_client_that_somebody_changed_meanwhile_is_not_put_into_the_bin(
    make: Make, browser_for: BrowserFor
) -> None:
    client, browser = make.client(name="Omega"), browser_for("administrator")
    goes = f"/clients/{client}/delete"
    version = remembered(browser.get(f"/clients/{client}").text, goes)
    with make.acting(make.user("head", name="Olga Kern")):
        change_client(client, {"name": "Sigma"})
    answer = browser.post(goes, data={"version": version}, headers=FRAGMENT)
    assert answer.status_code == 412
    assert "Olga Kern: changed (Name: Omega → Sigma)" in words(answer.text)
    assert row_of(Client, client).deleted_at is None


def test_form_of_a_rung_says_what_was_changed_meanwhile(
    make: Make, browser_for: BrowserFor
) -> None:
    client, browser = make.client(name="Omega"), browser_for("head")
    change_client(client, {"name": "Sigma"})
    answer = browser.post(
        f"/clients/{client}/rung",
        data={"version": "1", "rung_id": "1", "reason": "They are friends"},
        headers=FRAGMENT,
    )
    assert answer.status_code == 412
    assert "changed (Name: Omega → Sigma)" in words(answer.text)
    assert "They are friends" in answer.text
