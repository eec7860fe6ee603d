"""What comes of inquiries: leads, clients and deals, with and without the other plugins."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from flask import Flask
from salesman_inquiries import becoming, queries, service

from salesman_core.access.models import Role
from salesman_core.errors import ConflictError, InvalidError
from salesman_core.people.roles import change_grants
from salesman_core.plugins import switches
from salesman_core.records.models import Audit
from salesman_core.records.models import Note as NoteOfRecord
from salesman_core.testing.people import Make
from salesman_core.toolkit import AnyRow, Client, Contact, Deal, reading
from salesman_hookspecs import Scope

Note = Callable[..., int]

CALLED = {"name": "Clara", "company": "Boilers Ltd", "phones": ["+7 916 123-45-67"]}
BOILERS = [{"name": "Boiler", "quantity": 3, "price": 1200}, {"name": "Pipes"}]


def inquiry(inquiry_id: int) -> AnyRow:
    return queries.one_inquiry(reading(), inquiry_id)


def suspend(*plugins: str) -> None:
    for plugin in plugins:
        switches.suspend(plugin)
    switches.follow_now()


def test_unknown_caller_becomes_client_contact_and_deal(make: Make, note: Note) -> None:
    with make.acting(make.user("telemarketer")):
        inquiry_id = note(**CALLED, subject="Boilers", products=BOILERS, source="fair")
        made = becoming.make_deal(inquiry_id, {})

    client = reading().execute(sa.select(Client.name, Client.kind, Client.source)).one()
    deal = reading().execute(sa.select(Deal.name, Deal.amount, Deal.client_id)).one()
    assert tuple(client) == ("Boilers Ltd", "company", "fair")
    assert (deal.name, deal.amount, deal.client_id) == ("Boilers", 3600, made["client_id"])
    assert reading().scalars(sa.select(Contact.name)).all() == ["Clara"]
    found = inquiry(inquiry_id)
    assert (found.status, found.became_kind, found.became_id) == (
        "processed",
        "deal",
        made["deal_id"],
    )


def test_products_that_were_asked_about_are_a_note_of_the_deal(note: Note) -> None:
    becoming.make_deal(note(**CALLED, products=BOILERS, text="By May, please"), {})

    (told,) = reading().scalars(sa.select(NoteOfRecord.text)).all()
    assert [line.split(" ")[1] for line in told.splitlines()[1:3]] == ["Boiler", "Pipes"]
    assert told.endswith("By May, please")


def test_person_without_a_company_is_the_client_themselves(note: Note) -> None:
    becoming.make_client(note(phones=["+7 916 123-45-67"]), {})

    assert reading().execute(sa.select(Client.name, Client.kind)).all() == [("Clara", "person")]
    assert reading().scalars(sa.select(Contact.id)).all() == []


def test_new_person_at_a_known_client_becomes_a_contact_of_it(make: Make, note: Note) -> None:
    client_id = make.client()
    made = becoming.make_deal(note(client_id=client_id, subject="Boilers"), {})

    assert made["client_id"] == client_id
    assert reading().scalars(sa.select(Contact.client_id)).all() == [client_id]


def test_nothing_is_made_where_a_part_of_it_cannot_be(make: Make, note: Note) -> None:
    hidden = make.client(owner_id=make.user("seller"))
    with make.acting(make.user("telemarketer")), pytest.raises(InvalidError):
        becoming.take_in({"channel_id": 1, "client_id": hidden}, "deal", {})

    assert reading().scalars(sa.select(Deal.id)).all() == []


def test_inquiry_becomes_something_once(note: Note) -> None:
    inquiry_id = note(**CALLED)
    becoming.make_deal(inquiry_id, {})

    with pytest.raises(ConflictError):
        becoming.make_deal(inquiry_id, {})


def test_inquiry_becomes_a_lead_with_all_that_was_said(app: Flask, note: Note) -> None:
    from salesman_leads import queries as leads  # noqa: PLC0415  # the other plugin's reads

    made = becoming.make_lead(note(**CALLED, source="fair", products=BOILERS))

    assert made["lead_id"] is not None
    lead = leads.one_lead(reading(), made["lead_id"])
    hanging = leads.hanging(reading(), [lead.id])
    assert (lead.name, lead.company, lead.source) == ("Clara", "Boilers Ltd", "fair")
    assert hanging.products[lead.id] == ["Boiler", "Pipes"]
    assert [one.normalised for one in hanging.phones[lead.id]] == ["+79161234567"]


def test_there_are_no_leads_without_their_plugin(app: Flask, note: Note) -> None:
    inquiry_id = note(**CALLED)
    suspend("leads")

    with pytest.raises(ConflictError):
        becoming.make_lead(inquiry_id)
    assert inquiry(inquiry_id).became_kind is None


@pytest.mark.parametrize("others", [(), ("leads",), ("calendar",), ("leads", "calendar")])
def test_inquiry_becomes_a_deal_whatever_other_plugins_are_there(
    app: Flask, note: Note, results: dict[str, int], others: tuple[str, ...]
) -> None:
    suspend(*others)
    interest = results["Interest"]
    inquiry_id = note(**CALLED, result_id=interest, next_step="Send the price list")
    assert inquiry(inquiry_id).status == ("new" if "calendar" in others else "processed")

    made = becoming.make_deal(inquiry_id, {})
    assert (made["deal_id"] is None, inquiry(inquiry_id).status) == (False, "processed")


def test_next_step_becomes_an_activity_of_the_client(make: Make, note: Note) -> None:
    from salesman_calendar import queries as calendar  # noqa: PLC0415  # as above

    client_id = make.client()
    at_three = datetime(2026, 3, 3, 12, tzinfo=UTC)
    inquiry_id = note(client_id=client_id, next_step="Call back", deadline_at=at_three)

    activity = calendar.one_activity(reading(), inquiry(inquiry_id).activity_id)
    assert (activity.subject, activity.starts_at, activity.client_id, activity.kind_base) == (
        "Call back",
        at_three,
        client_id,
        "call",
    )


def test_next_step_without_a_time_is_for_the_whole_day(note: Note) -> None:
    from salesman_calendar import queries as calendar  # noqa: PLC0415  # as above

    activity = calendar.one_activity(
        reading(), inquiry(note(next_step="Send the price list")).activity_id
    )
    assert (f"{activity.day}", activity.starts_at) == ("2026-03-02", None)


def test_what_became_of_it_stays_when_it_is_taken_up_again(note: Note) -> None:
    inquiry_id = note(**CALLED)
    becoming.make_deal(inquiry_id, {})
    service.reopen_inquiry(inquiry_id)

    assert (inquiry(inquiry_id).status, inquiry(inquiry_id).became_kind) == ("new", "deal")


def test_what_no_deal_amounts_to_is_left_to_be_said_by_hand(note: Note) -> None:
    much = {"name": "Boiler", "quantity": 10**9, "price": 10**12}
    becoming.make_deal(note(**CALLED, products=[much]), {})

    assert reading().scalars(sa.select(Deal.amount)).one() == 0


def test_inquiry_about_a_deal_becomes_no_other_deal(make: Make, note: Note) -> None:
    client_id = make.client()
    inquiry_id = note(client_id=client_id, deal_id=make.deal(client_id=client_id))

    with pytest.raises(ConflictError, match="about a deal already"):
        becoming.make_deal(inquiry_id, {})


def test_deal_that_an_inquiry_is_about_stands_wrong_where_another_is_to_be_made(
    make: Make, channels: dict[str, int]
) -> None:
    client_id = make.client()
    about = {"client_id": client_id, "deal_id": make.deal(client_id=client_id)}
    with pytest.raises(InvalidError) as error:
        becoming.take_in({"channel_id": channels["Phone"], **about}, "deal", {})

    assert set(error.value.fields) == {"deal_id"}


def test_history_tells_whom_an_inquiry_concerns_since_it_became_a_deal(note: Note) -> None:
    inquiry_id = note(**CALLED)
    made = becoming.make_deal(inquiry_id, {})

    about = sa.and_(Audit.kind == "inquiries.inquiry", Audit.action == "became")
    changes = reading().scalars(sa.select(Audit.changes).where(about)).one()
    for name in ("client_id", "contact_id", "deal_id"):
        assert changes[name] == [None, made[name]]


def test_deal_is_made_by_those_who_may_write_no_notes(make: Make, note: Note) -> None:
    anna = make.user_of("telemarketer")
    role_id = reading().scalars(sa.select(Role.id).where(Role.preset == "telemarketer")).one()
    change_grants(role_id, {"core.note.write": Scope.NONE})
    with make.acting(anna):
        made = becoming.make_deal(note(**CALLED, text="By May, please"), {})

    assert made["deal_id"] is not None
    assert reading().scalars(sa.select(NoteOfRecord.text)).all() == []


def test_stranger_of_whom_nothing_but_a_phone_is_known_is_called_by_it(note: Note) -> None:
    becoming.make_client(note(name="", phones=["+7 916 123-45-67"]), {})

    assert reading().scalars(sa.select(Client.name)).all() == ["+7 916 123-45-67"]


def test_name_of_a_client_gives_no_phone_away(make: Make, note: Note) -> None:
    anna = make.user_of("telemarketer")
    role_id = reading().scalars(sa.select(Role.id).where(Role.preset == "telemarketer")).one()
    change_grants(role_id, {"core.client.contact_data": Scope.NONE})
    inquiry_id = note(name="", phones=["+7 916 123-45-67"])
    with make.acting(anna):
        becoming.make_client(inquiry_id, {})

    assert "123" not in reading().scalars(sa.select(Client.name)).one()
