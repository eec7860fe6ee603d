"""The pages of the conveyor: its desk, a handover, handing over, the stations, the stories."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from flask import Flask
from salesman_conveyor import service
from salesman_conveyor.stations import STATIONS, stations
from salesman_conveyor.testing import Line, stay, stays
from werkzeug.test import TestResponse

from salesman_core.plugins import switches
from salesman_core.testing.people import Browser, Make, api_of, browser_of
from salesman_core.toolkit import reading


def post(browser: Browser, address: str, data: Mapping[str, Any] | None = None) -> TestResponse:
    """Send a form as a page holds it."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', browser.get("/conveyor").text)
    assert found is not None
    return browser.post(address, data={"csrf_token": found[1], **(data or {})})


def hand_over(make: Make, line: Line, name: str = "Boilers") -> tuple[int, int]:
    deal = make.deal(owner_id=line.marketer, name=name)
    with make.acting(line.marketer):
        return deal, service.hand_over("deal", deal, {"station_id": line.sale, "note": "Soon"})


def test_desk_shows_what_waits_and_the_next_one_is_taken_by_its_key(
    app: Flask, make: Make, line: Line
) -> None:
    deal, handover = hand_over(make, line)
    browser = browser_of(app, line.seller)
    page = browser.get("/conveyor").text
    assert "Boilers" in page
    assert 'data-key="j"' in page
    answer = post(browser, "/conveyor/next")
    assert answer.location.endswith(f"/conveyor/{handover}")
    card = browser.get(f"/conveyor/{handover}").text
    assert f"/deals/{deal}" in card
    assert "Soon" in card
    assert post(browser, "/conveyor/next").location.endswith("/conveyor")


def test_form_of_handing_over_keeps_what_was_typed_and_says_what_is_missing(
    app: Flask, make: Make, line: Line
) -> None:
    told = {"name": "Sale", "take_up_minutes": "60", "active": "true", "points": "Known wish"}
    STATIONS.change(line.sale, {**told, "people": [line.seller]})
    deal = make.deal(owner_id=line.marketer, name="Boilers")
    browser = browser_of(app, line.marketer)
    assert "Known wish" in browser.get(f"/conveyor/give/deal/{deal}?station_id={line.sale}").text
    typed = {"station_id": line.sale, "note": "They wait", "open_points": "Call\nWrite"}
    refused = post(browser, f"/conveyor/give/deal/{deal}", data=typed)
    assert refused.status_code == 422
    assert "Tick what is there: Known wish." in refused.text
    assert "They wait" in refused.text
    answer = post(browser, f"/conveyor/give/deal/{deal}", data={**typed, "points": "Known wish"})
    assert answer.status_code in {302, 303}
    assert [one["text"] for one in stays(deal)[0].points] == ["Call", "Write"]
    assert browser.get("/conveyor/give/lead/1").status_code == 404


def test_return_without_a_reason_comes_back_with_the_dialog_open(
    app: Flask, make: Make, line: Line
) -> None:
    _deal, handover = hand_over(make, line)
    browser = browser_of(app, line.seller)
    refused = post(browser, f"/conveyor/{handover}/return", data={"reason": ""})
    assert refused.status_code == 422
    assert "Say why it goes back." in refused.text
    post(browser, f"/conveyor/{handover}/return", data={"reason": "No phone"})
    assert stay(handover).state == "returned"


def test_panel_and_story_of_a_deal_and_its_client_tell_the_way(
    app: Flask, make: Make, line: Line
) -> None:
    client = make.client(owner_id=line.marketer)
    deal = make.deal(owner_id=line.marketer, client_id=client, name="Boilers")
    with make.acting(line.marketer):
        handover = service.hand_over("deal", deal, {"station_id": line.sale})
    with make.acting(line.seller):
        service.take(handover)
        service.return_handover(handover, None, "No phone")
    browser = browser_of(app, line.marketer)
    assert "No phone" in browser.get(f"/conveyor/of/deal/{deal}").text
    for kind, record_id in (("deal", deal), ("client", client)):
        story = browser.get(f"/records/{kind}/{record_id}/story").text
        for told in ("handed “Boilers” over to Sale", "took “Boilers” up", "went back: No phone"):
            assert told in story, (kind, told)


def test_list_of_handovers_is_narrowed_by_its_tabs(app: Flask, make: Make, line: Line) -> None:
    hand_over(make, line)
    browser = browser_of(app, line.seller)
    assert "Boilers" in browser.get("/conveyor/handovers?for_me=true").text
    assert "Boilers" not in browser.get("/conveyor/handovers?late=true").text
    assert "Boilers" in browser.get("/conveyor/handovers?q=boil").text


def test_administrator_changes_stations_and_what_was_refused_stays(
    app: Flask, make: Make, line: Line
) -> None:
    browser = browser_of(app, make.user("administrator"))
    assert "Mara" in browser.get("/conveyor/stations").text
    typed = {"name": "Delivery", "take_up_minutes": "soon", "people": [line.servant]}
    refused = post(browser, "/conveyor/stations", data=typed)
    assert refused.status_code == 422
    assert 'value="Delivery"' in refused.text
    post(browser, "/conveyor/stations", data={**typed, "take_up_minutes": "90"})
    last = stations(reading())[-1]
    assert (last.row.name, last.row.take_up_minutes, last.person_ids) == (
        "Delivery",
        90,
        [line.servant],
    )
    rule = {"station_id": last.row.id, "on_what": "progress", "percent": "90 %"}
    post(browser, "/conveyor/rules", data=rule)
    assert "From 90 % on a deal goes to Delivery" in browser.get("/conveyor/stations").text
    assert browser_of(app, make.user("head")).get("/conveyor/stations").status_code == 403


def test_pages_are_gone_while_the_conveyor_is_suspended(app: Flask, make: Make, line: Line) -> None:
    deal, _handover = hand_over(make, line)
    switches.suspend("conveyor")
    browser = browser_of(app, line.marketer)
    assert browser.get("/conveyor").status_code == 404
    assert "conveyor" not in browser.get(f"/deals/{deal}").text


def test_statements_do_not_grow_with_the_handovers(
    app: Flask, make: Make, line: Line, statements: Callable[..., object]
) -> None:
    head = make.user("head")
    browser = browser_of(app, head)
    addresses = ("/conveyor", "/conveyor/handovers", "/conveyor/line", "/conveyor/1")
    hand_over(make, line)

    def counted() -> list[int]:
        found = []
        for address in addresses:
            browser.get(address)
            with statements() as sent:  # type: ignore[attr-defined]
                assert browser.get(address).status_code == 200
            found.append(len(sent))
        return found

    few = counted()
    for number in range(5):
        _deal, handover = hand_over(make, line, f"Deal {number}")
        with make.acting(line.seller):
            service.take(handover)
    assert counted() == few


@pytest.mark.databases("sqlite")
def test_api_hands_over_and_returns_with_the_version_that_was_seen(
    app: Flask, make: Make, line: Line
) -> None:
    giver, taker = api_of(app, line.marketer), api_of(app, line.seller)
    deal = make.deal(owner_id=line.marketer)
    asked = {"deal_id": deal, "station_id": line.sale, "open_points": ["Call"]}
    made = giver.post("/conveyor", asked)
    assert made.status_code == 201
    assert giver.post("/conveyor", {"station_id": line.sale}).status_code == 422
    path = f"/conveyor/{made.json['id']}"
    seen = taker.get(path).headers["ETag"]
    assert taker.post(f"{path}/take", {}, headers={"If-Match": seen}).json["state"] == "taken"
    assert taker.post(f"{path}/finish", {}, headers={"If-Match": seen}).status_code == 412
    assert taker.post(f"{path}/points/0", {"done": True}).json["points"] == [
        {"text": "Call", "done": True}
    ]
    assert taker.post(f"{path}/return", {"reason": "No phone"}).json["state"] == "returned"
    (back,) = giver.get("/conveyor?came_back=true&current=true").json["items"]
    assert back["return_of_id"] == made.json["id"]
    told = giver.get("/conveyor/stations").json
    assert [one["name"] for one in told["stations"]][:2] == ["Marketing", "Sale"]
