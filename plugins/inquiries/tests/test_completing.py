"""What an inquiry learns of a known client is kept with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa
from salesman_inquiries import becoming, choosing

from salesman_core.testing.people import Browser, Make
from salesman_core.toolkit import Client, Contact, acting_as, reading
from salesman_hookspecs import Scope

Note = Callable[..., int]
BrowserFor = Callable[[str], Browser]

TOLD = {"phones": ["8 916 123-45-67"], "emails": ["Clara@Example.com"], "name": ""}


def ways(model: type[Client | Contact], record_id: int) -> Mapping[str, list[str | None]]:
    reading().rollback()
    one = reading().get_one(model, record_id)
    return {name: [way.normalised for way in getattr(one, name)] for name in ("phones", "emails")}


def test_person_who_called_is_found_by_the_new_number_and_address(make: Make, note: Note) -> None:
    client_id = make.client()
    contact_id = make.contact(client_id, name="Clara", phones=["+7 916 000-00-01"])
    becoming.make_deal(note(client_id=client_id, contact_id=contact_id, **TOLD), {})

    assert ways(Contact, contact_id) == {
        "phones": ["+79160000001", "+79161234567"],
        "emails": ["clara@example.com"],
    }
    for sought in ("+7 916 1234567", "clara@example.com"):
        assert [one.contact_id for one in choosing.known(reading(), sought)] == [contact_id]


def test_client_gets_them_where_nobody_there_is_named(make: Make, note: Note) -> None:
    client_id = make.client(phones=["8 (916) 123-45-67"])
    becoming.make_deal(note(client_id=client_id, **TOLD), {})

    assert ways(Client, client_id) == {
        "phones": ["+79161234567"],
        "emails": ["clara@example.com"],
    }
    assert reading().scalars(sa.select(Contact.id)).all() == []


def test_who_may_not_change_the_client_leaves_it_as_it_is(make: Make, note: Note) -> None:
    lawyer = make.user("lawyer")
    client_id = make.client(participants=[{"user_id": lawyer, "part": "law"}])
    inquiry_id = note(client_id=client_id, **TOLD)
    caller = make.person(lawyer)
    more = {"inquiries.inquiry.edit": Scope.ALL, "core.deal.create": Scope.ALL}
    with acting_as(replace(caller, scopes={**caller.scopes, **more})):
        made = becoming.make_deal(inquiry_id, {})

    assert made["deal_id"] is not None
    assert ways(Client, client_id) == {"phones": [], "emails": []}


@pytest.mark.parametrize("field", ["phones", "emails"])
def test_chosen_client_leaves_a_field_for_what_they_tell(
    make: Make, browser_for: BrowserFor, field: str
) -> None:
    client_id = make.client(owner_id=make.user_of("telemarketer"))
    typed: dict[str, Any] = {"client_id": client_id, "phones": "8 916 123-45-67"}

    page = browser_for("telemarketer").get("/inquiries/new", query_string=typed).text

    assert f'<input type="hidden" name="{field}"' not in page
    assert f'name="{field}"' in page.split('id="chosen-client"')[1]
