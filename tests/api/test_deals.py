"""The JSON API of deals."""

from __future__ import annotations

from collections.abc import Callable

from salesman_core.testing.people import Api, Make

ApiFor = Callable[[str], Api]


def test_deal_is_opened_at_the_first_stage_and_belongs_to_whoever_opens_it(
    make: Make, api_for: ApiFor
) -> None:
    answer = api_for("seller").post("/deals", {"name": "Boilers", "amount": "1250.50"})

    assert answer.status_code == 201
    deal = answer.json
    assert (deal["progress"], deal["outcome"], deal["owner_id"]) == (
        0,
        None,
        make.user_of("seller"),
    )
    assert (deal["amount"], deal["margin"], deal["currency"]) == ("1250.50", "1250.50", "RUB")
