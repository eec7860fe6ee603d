"""The accounting basis: dated, and never into the past."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from salesman_plans import bases
from salesman_plans.months import period_named

from salesman_core.testing.clock import FrozenClock
from salesman_core.testing.people import Make, api_of
from salesman_core.toolkit import ConflictError, InvalidError, MissingError, reading


@pytest.fixture(autouse=True)
def _march(clock: FrozenClock) -> None:
    """It is 16 March 2026."""


def held(month: str) -> str:
    return bases.basis_on(period_named(month).first)


def test_won_deals_count_until_the_company_says_otherwise() -> None:
    assert held("1990-01") == "won"


def test_basis_holds_from_its_month_on_and_moves_none_before() -> None:
    bases.set_basis("closed", date(2026, 5, 1))
    bases.set_basis("won", date(2026, 7, 1))

    assert [held(f"2026-{month:02}") for month in (3, 4, 5, 6, 7)] == [
        *("won", "won", "closed", "closed", "won")
    ]
    spans = bases.spans(period_named("2026"))
    assert [(one.basis, one.first.month, one.last.month) for one in spans] == [
        ("won", 1, 4),
        ("closed", 5, 6),
        ("won", 7, 12),
    ]


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("basis", "since", "words"),
    [
        ("closed", date(2026, 2, 1), "months that are over"),
        ("closed", date(2026, 4, 2), "first day of a month"),
        ("luck", date(2026, 4, 1), "There is no basis"),
    ],
)
def test_basis_into_the_past_is_refused_and_nothing_is_changed(
    basis: str, since: date, words: str
) -> None:
    with pytest.raises(InvalidError, match=words):
        bases.set_basis(basis, since)

    assert bases.history(reading()) == []


def test_what_does_not_hold_yet_can_be_taken_back_and_what_holds_cannot() -> None:
    bases.set_basis("closed", date(2026, 3, 1))
    bases.set_basis("won", date(2026, 4, 1))

    bases.forget_basis(date(2026, 4, 1))

    assert held("2026-04") == "closed"
    with pytest.raises(ConflictError):
        bases.forget_basis(date(2026, 3, 1))
    with pytest.raises(MissingError):
        bases.forget_basis(date(2026, 4, 1))


def test_api_sets_the_basis_for_whoever_may_and_says_which_there_are(
    app: Flask, make: Make
) -> None:
    head, seller = (api_of(app, make.user(role)) for role in ("head", "seller"))

    refused = head.post("/plans/bases", {"basis": "closed", "since": "2026-01-01"})
    done = head.post("/plans/bases", {"basis": "closed", "since": "2026-03-01"})

    assert (refused.status_code, list(refused.json["errors"])) == (422, ["since"])
    assert done.status_code == 200
    found = seller.get("/plans/bases").json
    assert (found["current"], [one["id"] for one in found["known"]][:2]) == (
        "closed",
        ["won", "closed"],
    )
    assert seller.post("/plans/bases", {"basis": "won", "since": "2026-04-01"}).status_code == 403


def test_limits_of_colours_are_the_companys(app: Flask, make: Make) -> None:
    head = api_of(app, make.user("head"))

    wrong = head.post("/plans/limits", {"good": 50, "behind": 60})
    head.post("/plans/limits", {"good": 95, "behind": 80})

    assert (wrong.status_code, list(wrong.json["errors"])) == (422, ["behind"])
    assert bases.limits() == (95, 80)


def test_what_does_not_hold_yet_is_taken_back_by_the_api(app: Flask, make: Make) -> None:
    api = api_of(app, make.user("administrator"))
    for since in ("2026-03-01", "2026-04-01"):
        assert api.post("/plans/bases", {"basis": "closed", "since": since}).status_code == 200

    answers = [
        api.delete(f"/plans/bases/{since}").status_code
        for since in ("2026-04-01", "2026-04-01", "2026-03-01", "soon")
    ]

    assert answers == [204, 404, 409, 422]
    assert [row["since"] for row in api.get("/plans/bases").json["items"]] == ["2026-03-01"]
