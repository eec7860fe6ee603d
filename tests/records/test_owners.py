"""Records change hands only by whoever may give them away."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from salesman_core.testing.people import Api, Make

ApiFor = Callable[[str], Api]
BrowserFor = Callable[[str], FlaskClient]

KINDS = {"clients": Make.client, "deals": Make.deal}


@pytest.fixture
def assistant(make: Make) -> int:
    """Somebody who may change records of which they are no owner."""
    return make.user_of("assistant")


@pytest.mark.parametrize("kind", KINDS)
def test_record_of_somebody_else_cannot_be_taken_over(
    make: Make, api_for: ApiFor, assistant: int, kind: str
) -> None:
    seller = make.user_of("seller")
    record = KINDS[kind](make, owner_id=seller, participants=[{"user_id": assistant}])

    refused = api_for("assistant").patch(f"/{kind}/{record}", {"owner_id": assistant})

    assert refused.status_code == 403
    assert refused.json["errors"] == {
        "owner_id": ["It belongs to somebody else, and your roles do not let you take it over."]
    }
    assert api_for("seller").get(f"/{kind}/{record}").json["owner_id"] == seller


@pytest.mark.parametrize("kind", KINDS)
def test_record_of_nobody_may_be_taken_by_whoever_may_change_it(
    make: Make, api_for: ApiFor, assistant: int, kind: str
) -> None:
    record = KINDS[kind](make, owner_id=None, participants=[{"user_id": assistant}])

    taken = api_for("assistant").patch(f"/{kind}/{record}", {"owner_id": assistant})

    assert (taken.status_code, taken.json["owner_id"]) == (200, assistant)


@pytest.mark.parametrize("kind", KINDS)
def test_owner_without_the_permission_cannot_give_a_record_away(
    make: Make, api_for: ApiFor, kind: str
) -> None:
    seller = make.user_of("seller")
    record = KINDS[kind](make, owner_id=seller)

    refused = api_for("seller").patch(f"/{kind}/{record}", {"owner_id": None})

    assert refused.json["errors"] == {
        "owner_id": ["Your roles do not let you give your records away."]
    }


@pytest.mark.parametrize("kind", KINDS)
def test_head_may_take_a_record_over(make: Make, api_for: ApiFor, kind: str) -> None:
    record = KINDS[kind](make, owner_id=make.user_of("seller"))
    head = make.user_of("head")

    assert api_for("head").patch(f"/{kind}/{record}", {"owner_id": head}).json["owner_id"] == head


@pytest.mark.parametrize("kind", KINDS)
def test_card_offers_to_change_the_owner_only_to_whoever_may(
    make: Make, browser_for: BrowserFor, assistant: int, kind: str
) -> None:
    owned = KINDS[kind](
        make, owner_id=make.user_of("seller"), participants=[{"user_id": assistant}]
    )
    free = KINDS[kind](make, owner_id=None, participants=[{"user_id": assistant}])

    def offers(role: str, record: int) -> bool:
        return "Change: Owner" in browser_for(role).get(f"/{kind}/{record}").text

    assert [offers("assistant", owned), offers("assistant", free)] == [False, True]
    assert offers("head", owned)
