"""The administration of the ladder."""

from __future__ import annotations

import html
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from salesman_core.clients import rungs
from salesman_core.clients.card import shown
from salesman_core.clients.ladder import set_rung
from salesman_core.clients.service import delete_client
from salesman_core.db import reading
from salesman_core.deals.service import close_deal
from salesman_core.errors import ConflictError, InvalidError
from salesman_core.testing.people import Make

BrowserFor = Callable[[str], FlaskClient]

BY_HAND = {"name": "Partner", "colour": "purple", "interests": 0, "sales": 0}
NEW = {"name": "Partner", "colour": "purple", "interests": 0, "sales": 5}


def names() -> list[str]:
    reading().rollback()
    return [rung.name for rung, _use in rungs.ladder()]


def id_of(name: str) -> int:
    reading().rollback()
    return next(rung.id for rung, _use in rungs.ladder() if rung.name == name)


def test_new_rung_stands_above_all_others(browser_for: BrowserFor) -> None:
    answer = browser_for("head").post("/admin/rungs", data=NEW)
    assert answer.status_code == 302
    assert names() == ["Cold", "Potential", "Current", "Regular", "Partner"]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": "Cold"}, "name"),
        ({"name": " "}, "name"),
        ({"colour": "mauve"}, "colour"),
        ({"sales": -1}, "sales"),
        ({"interests": None}, "interests"),
        ({"sales": 1}, "sales"),
        ({"sales": 2}, "interests"),
    ],
)
def test_rung_that_cannot_be_is_refused_at_its_field(
    make: Make, wrong: dict[str, object], field: str
) -> None:
    with pytest.raises(InvalidError) as refused:
        rungs.add_rung({**NEW, **wrong})
    assert list(refused.value.fields) == [field]


def test_refused_rung_keeps_what_was_typed(browser_for: BrowserFor) -> None:
    answer = browser_for("head").post("/admin/rungs", data={**NEW, "sales": "many"})
    assert answer.status_code == 422
    assert 'value="Partner"' in answer.text


def test_rung_is_renamed_and_recoloured(browser_for: BrowserFor) -> None:
    rung = id_of("Cold")
    data = {"name": "Stranger", "colour": "blue", "interests": 0, "sales": 0}
    browser_for("head").post(f"/admin/rungs/{rung}", data=data)
    assert names()[0] == "Stranger"


def test_rungs_change_places(browser_for: BrowserFor) -> None:
    browser = browser_for("head")
    rungs.add_rung(BY_HAND)
    browser.post(f"/admin/rungs/{id_of('Partner')}/move", data={"to": "down"})
    assert names() == ["Cold", "Potential", "Current", "Partner", "Regular"]
    browser.post(f"/admin/rungs/{id_of('Cold')}/move", data={"to": "down"})
    assert names() == ["Cold", "Potential", "Current", "Partner", "Regular"]


def test_rung_that_asks_for_more_does_not_go_below_one_that_asks_for_less(
    browser_for: BrowserFor,
) -> None:
    rungs.add_rung(BY_HAND)
    moves = f"/admin/rungs/{id_of('Regular')}/move"
    browser = browser_for("head")

    answer = browser.post(moves, data={"to": "down"})

    assert answer.status_code == 409
    told = "“Regular” asks for as much as “Current”: it cannot stand below."
    assert told in html.unescape(answer.text)
    assert names() == ["Cold", "Potential", "Current", "Regular", "Partner"]


def test_needs_of_a_rung_stay_below_those_of_the_next_one(make: Make) -> None:
    values = {"name": "Current", "colour": "lime", "interests": 0, "sales": 2}
    with pytest.raises(InvalidError) as refused:
        rungs.change_rung(id_of("Current"), values)
    told = {name: str(message) for name, message in refused.value.fields.items()}
    assert told == {"interests": "“Regular” above asks for no more: ask for less here."}


def test_rung_that_needs_nothing_is_reached_by_hand_only(
    make: Make, browser_for: BrowserFor
) -> None:
    rungs.add_rung(BY_HAND)
    client = make.client()
    close_deal(make.deal(client_id=client), "won")
    assert rung_of(client) == "Current"
    set_rung(client, id_of("Partner"), "we own half of it")

    make.deal(client_id=client)

    assert rung_of(client) == "Partner"
    assert "by hand only" in browser_for("head").get("/admin/rungs").text


def rung_of(client_id: int) -> str:
    reading().rollback()
    return str(shown(client_id).row.rung_name)


def test_unused_rung_is_deleted(browser_for: BrowserFor) -> None:
    browser_for("head").post(f"/admin/rungs/{id_of('Regular')}/delete")
    assert names() == ["Cold", "Potential", "Current"]


def test_rung_on_which_somebody_stands_is_not_deleted(make: Make, browser_for: BrowserFor) -> None:
    make.client()
    make.client()
    answer = browser_for("head").post(f"/admin/rungs/{id_of('Cold')}/delete")
    assert answer.status_code == 409
    assert "clients that stand on it: 2" in answer.text
    assert "Cold" in names()


def test_rung_that_a_history_names_is_not_deleted(make: Make) -> None:
    client = make.client()
    set_rung(client, id_of("Regular"), "a mistake")
    set_rung(client, id_of("Cold"), "mended")
    with pytest.raises(ConflictError, match="moves that name it in their history: 2"):
        rungs.delete_rung(id_of("Regular"))


def test_client_in_the_bin_still_holds_its_rung(make: Make) -> None:
    delete_client(make.client())
    with pytest.raises(ConflictError):
        rungs.delete_rung(id_of("Cold"))


def test_seller_does_not_touch_the_ladder(browser_for: BrowserFor) -> None:
    assert browser_for("seller").get("/admin/rungs").status_code == 403
    assert browser_for("seller").post("/admin/rungs", data=NEW).status_code == 403
