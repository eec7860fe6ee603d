"""The pages of inquiries."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import timedelta
from http import HTTPStatus
from typing import Any

import pytest
import sqlalchemy as sa
from salesman_inquiries import queries, service
from salesman_inquiries.models import Inquiry

from salesman_core.deals.models import Deal
from salesman_core.testing.clock import FrozenClock
from salesman_core.testing.people import Browser, Make
from salesman_core.toolkit import AnyRow, Client, Contact, reading

BrowserFor = Callable[[str], Browser]
Note = Callable[..., int]


def send(browser: Browser, address: str, typed: Mapping[str, object] | None = None) -> Any:
    """Send a form, with the token that the person's pages have."""
    page = browser.get("/profile").text
    (token,) = re.findall(r'name="csrf-token" content="([^"]+)"', page)
    return browser.post(address, data={"csrf_token": token, **(typed or {})})


@pytest.fixture
def typed(channels: dict[str, int]) -> dict[str, object]:
    """Give what the form of an inquiry of a stranger holds."""
    return {
        "direction": "incoming",
        "channel_id": channels["Phone"],
        "q": "8 (916) 123-45-67",
        "name": "Clara",
        "company": "Boilers Ltd",
        "subject": "Boilers",
        "product": ["Boiler", "Pipes"],
        "quantity": ["3", ""],
        "price": ["1 200,50", ""],
    }


def the_inquiry() -> AnyRow:
    return queries.one_inquiry(reading(), reading().scalars(sa.select(Inquiry.id)).one())


def test_inquiry_is_noted_with_the_number_that_nobody_has(
    browser_for: BrowserFor, typed: dict[str, object]
) -> None:
    answer = send(browser_for("telemarketer"), "/inquiries/new", typed)

    assert answer.status_code == HTTPStatus.FOUND
    noted = the_inquiry()
    hanging = queries.hanging(reading(), [noted.id])
    assert [one.normalised for one in hanging.phones[noted.id]] == ["+79161234567"]
    assert [(one.name, f"{one.price}") for one in hanging.products[noted.id]] == [
        ("Boiler", "1200.50"),
        ("Pipes", "None"),
    ]


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"deadline": "soon"}, "is no time"),
        ({"quantity": ["three", ""]}, "is no number"),
        ({"name": "", "company": "", "q": ""}, "Say who it was"),
    ],
)
def test_what_was_typed_stays_after_an_error(
    browser_for: BrowserFor, typed: dict[str, object], wrong: dict[str, object], told: str
) -> None:
    page = send(browser_for("telemarketer"), "/inquiries/new", {**typed, **wrong})

    assert page.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert told in page.text
    for value in ("Boilers", "Boiler", "Pipes", "1 200,50"):
        assert f'value="{value}"' in page.text


@pytest.mark.parametrize("sought", ["916 123", "+7 (916) 123-45-67", "boilers", "Anna"])
def test_client_is_found_while_somebody_types(
    make: Make, browser_for: BrowserFor, sought: str
) -> None:
    client_id = make.client(name="Boilers Ltd", owner_id=make.user_of("telemarketer"))
    make.contact(client_id, name="Anna", phones=["8 916 123-45-67"])

    found = browser_for("telemarketer").get(f"/inquiries/find?q={sought.replace('+', '%2B')}").text

    assert "Boilers Ltd" in found


def test_nobody_finds_a_client_that_they_do_not_see(make: Make, browser_for: BrowserFor) -> None:
    make.client(name="Boilers Ltd", owner_id=make.user("seller"))

    assert "Boilers Ltd" not in browser_for("seller").get("/inquiries/find?q=boilers").text


def test_found_client_shows_owner_open_deals_and_last_inquiries(
    make: Make, browser_for: BrowserFor, note: Note
) -> None:
    owner_id = make.user_of("telemarketer")
    client_id = make.client(name="Boilers Ltd", owner_id=owner_id)
    make.deal(name="Three boilers", client_id=client_id, owner_id=owner_id)
    note(client_id=client_id, subject="Where is the invoice")

    chosen = {"name": "Clara"}
    shown = send(browser_for("telemarketer"), f"/inquiries/who?client_id={client_id}", chosen).text

    for part in ("Boilers Ltd", "Three boilers", "Where is the invoice", 'value="Clara"'):
        assert part in shown


@pytest.mark.parametrize("client_id", ["x", str(2**63)])
def test_client_who_is_no_id_breaks_no_page(
    browser_for: BrowserFor, typed: dict[str, object], client_id: str
) -> None:
    answer = send(browser_for("telemarketer"), "/inquiries/new", {**typed, "client_id": client_id})

    assert (answer.status_code, 'value="Boilers"' in answer.text) == (422, True)


def test_known_caller_leads_to_a_deal_in_one_step(
    make: Make, browser_for: BrowserFor, typed: dict[str, object]
) -> None:
    client_id = make.client(name="Boilers Ltd", owner_id=make.user_of("telemarketer"))
    known = {**typed, "client_id": client_id, "becomes": "deal", "name": ""}

    answer = send(browser_for("telemarketer"), "/inquiries/new", known)

    deal = reading().execute(sa.select(Deal.id, Deal.name, Deal.client_id, Deal.amount)).one()
    assert answer.location == f"/deals/{deal.id}"
    assert (deal.name, deal.client_id, f"{deal.amount}") == ("Boilers", client_id, "3601.50")
    assert the_inquiry().became_id == deal.id


def test_stranger_becomes_client_contact_and_deal_or_nothing_at_all(
    browser_for: BrowserFor, typed: dict[str, object]
) -> None:
    browser = browser_for("telemarketer")
    refused = send(browser, "/inquiries/new", {**typed, "becomes": "deal", "amount": "much"})
    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert reading().scalar(sa.select(sa.func.count(Inquiry.id))) == 0

    send(browser, "/inquiries/new", {**typed, "becomes": "deal"})
    noted = the_inquiry()
    assert reading().scalars(sa.select(Contact.name)).all() == ["Clara"]
    assert (noted.status, noted.became_kind) == ("processed", "deal")
    assert noted.client_id is not None


def test_act_is_undone_by_its_notice(browser_for: BrowserFor, note: Note) -> None:
    inquiry_id, browser = note(), browser_for("telemarketer")
    send(browser, f"/inquiries/{inquiry_id}/process")
    assert f"/inquiries/{inquiry_id}/reopen" in browser.get("/inquiries").text

    send(browser, f"/inquiries/{inquiry_id}/reopen")
    assert queries.one_inquiry(reading(), inquiry_id).status == "new"


@pytest.mark.parametrize("role", ["telemarketer", "seller", "assistant", "service"])
def test_who_noted_an_inquiry_undoes_it_by_its_notice(
    browser_for: BrowserFor, typed: dict[str, object], role: str
) -> None:
    browser = browser_for(role)
    send(browser, "/inquiries/new", typed)
    undo = f"/inquiries/{the_inquiry().id}/delete"
    assert undo in browser.get("/").text

    assert send(browser, undo).status_code == HTTPStatus.FOUND
    assert reading().scalars(sa.select(Inquiry.deleted_at)).one() is not None


def test_no_undo_is_offered_of_what_was_noted_for_somebody_else(
    make: Make, browser_for: BrowserFor, typed: dict[str, object]
) -> None:
    browser = browser_for("telemarketer")
    send(browser, "/inquiries/new", {**typed, "owner_id": make.user("seller")})

    page = browser.get("/").text
    assert "The inquiry is noted." in page
    assert f"/inquiries/{the_inquiry().id}/delete" not in page


def test_company_that_nobody_has_is_the_new_client(
    browser_for: BrowserFor, typed: dict[str, object]
) -> None:
    sought = {**typed, "q": "Boilers Ltd", "company": "", "becomes": "client"}
    send(browser_for("telemarketer"), "/inquiries/new", sought)

    assert reading().execute(sa.select(Client.name, Client.kind)).all() == [
        ("Boilers Ltd", "company")
    ]
    assert reading().scalars(sa.select(Contact.name)).all() == ["Clara"]


def test_name_that_nobody_has_is_no_company(
    browser_for: BrowserFor, typed: dict[str, object]
) -> None:
    send(browser_for("telemarketer"), "/inquiries/new", {**typed, "q": "Clar", "company": ""})

    assert (the_inquiry().name, the_inquiry().company) == ("Clara", "")


def test_number_of_statements_of_the_list_does_not_grow_with_rows(
    browser_for: BrowserFor,
    make: Make,
    note: Note,
    statements: Callable[[], AbstractContextManager[list[str]]],
) -> None:
    browser = browser_for("head")
    note(client_id=make.client())
    browser.get("/inquiries")
    with statements() as few:
        browser.get("/inquiries")
    for _number in range(5):
        note(client_id=make.client())
    with statements() as many:
        browser.get("/inquiries")

    assert len(many) == len(few)


@pytest.mark.parametrize(
    "path", ["/inquiries", "/inquiries/new", "/inquiries/figures", "/inquiries/choices"]
)
def test_lawyer_meets_no_page_of_inquiries(browser_for: BrowserFor, path: str) -> None:
    assert browser_for("lawyer").get(path).status_code == HTTPStatus.FORBIDDEN


def test_client_shows_its_inquiries_and_its_story_tells_of_them(
    make: Make, browser_for: BrowserFor, note: Note
) -> None:
    client_id = make.client(owner_id=make.user_of("seller"))
    note(client_id=client_id, subject="Where is the invoice")

    browser = browser_for("seller")
    for path in (f"/inquiries/of/client/{client_id}", f"/records/client/{client_id}/story"):
        assert "Where is the invoice" in browser.get(path).text


def test_menu_counts_ones_own_that_are_late(
    make: Make, browser_for: BrowserFor, note: Note, clock: FrozenClock
) -> None:
    with make.acting(make.user_of("telemarketer")):
        service.process_inquiry(note())
        note(deadline_at=clock.now())

    menu = browser_for("telemarketer").get("/").text
    assert re.search(r'href="/inquiries".*?badge[^>]*>\s*1', menu, re.DOTALL)


def test_desk_shows_ones_own_that_wait_the_first_due_first(
    make: Make, browser_for: BrowserFor, note: Note, clock: FrozenClock
) -> None:
    mine = {"owner_id": make.user_of("telemarketer")}
    note(**mine, subject="Due later", deadline_at=clock.now() + timedelta(hours=1))
    note(**mine, subject="Due before", deadline_at=clock.now())
    note(owner_id=make.user("telemarketer"), subject="Somebody else waits")
    service.process_inquiry(note(**mine, subject="Processed by now"))

    widget = browser_for("telemarketer").get("/desk/widgets/inquiries/to_process").text
    lines = re.findall(r"<li.*?</li>", widget, re.DOTALL)
    shown = [
        re.findall(r"Due later|Due before|Somebody else|Processed by|\blate\b", one)
        for one in lines
    ]
    assert shown == [["Due before", "late"], ["Due later"]]
