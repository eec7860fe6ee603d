"""Which contacts a deal may name: those one sees, and those it names already."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from salesman_core.clients.service import delete_contact
from salesman_core.testing.people import Api, Make

ApiFor = Callable[[str], Api]


@pytest.fixture
def seller(make: Make, api_for: ApiFor) -> Api:
    """A seller who has deals whose client they do not see."""
    make.user_of("seller")
    return api_for("seller")


def test_contacts_of_a_client_that_one_does_not_see_cannot_be_named(
    make: Make, seller: Api
) -> None:
    client = make.client()
    known, other = make.contact(client), make.contact(client)
    deal = make.deal(client_id=client, contact_ids=[known], owner_id=make.user_of("seller"))

    refused = seller.patch(f"/deals/{deal}", {"contact_ids": [known, other]})

    assert refused.status_code == 422
    assert list(refused.json["errors"]) == ["contact_ids"]
    assert seller.get(f"/deals/{deal}").json["contact_ids"] == [known]


def test_contacts_that_a_deal_names_already_may_stay(make: Make, seller: Api) -> None:
    client = make.client()
    first, second = make.contact(client), make.contact(client)
    deal = make.deal(client_id=client, contact_ids=[first, second], owner_id=make.user_of("seller"))

    kept = seller.patch(f"/deals/{deal}", {"contact_ids": [second], "name": "Boilers"})

    assert (kept.status_code, kept.json["contact_ids"]) == (200, [second])


def test_contact_in_the_bin_cannot_be_named(make: Make, api_for: ApiFor) -> None:
    client = make.client()
    gone = make.contact(client)
    delete_contact(gone)

    refused = api_for("head").post(
        "/deals", {"name": "D", "client_id": client, "contact_ids": [gone]}
    )

    assert list(refused.json["errors"]) == ["contact_ids"]
