"""What inquiries say for a client's place on the ladder, counted with what came of them."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa
from salesman_inquiries import becoming, service

from salesman_core.clients.models import Client, ClientEvidence, Rung
from salesman_core.testing.people import Make
from salesman_core.toolkit import reading

Note = Callable[..., int]


def sales(client_id: int | None) -> set[str]:
    """Give of what the evidence about a client speaks: each counts once."""
    reading().rollback()
    told = sa.select(ClientEvidence.sale).where(ClientEvidence.client_id == client_id)
    return set(reading().scalars(told))


def rung_of(client_id: int | None) -> str:
    reading().rollback()
    name = sa.select(Rung.name).join(Client, Client.rung_id == Rung.id)
    return reading().scalars(name.where(Client.id == client_id)).one()


def test_interest_of_an_inquiry_and_its_deal_count_as_one(
    note: Note, results: dict[str, int]
) -> None:
    inquiry_id = note(result_id=results["Interest"])
    made = becoming.make_deal(inquiry_id, {})

    assert sales(made["client_id"]) == {f"deal:{made['deal_id']}"}


def test_inquiries_about_a_deal_count_with_it(
    make: Make, note: Note, results: dict[str, int]
) -> None:
    client_id = make.client()
    deal_id = make.deal(client_id=client_id)
    for _ in range(2):
        note(client_id=client_id, deal_id=deal_id, result_id=results["Interest"])

    assert sales(client_id) == {f"deal:{deal_id}"}


def test_inquiry_that_became_a_client_is_an_interest_of_theirs(note: Note) -> None:
    client_id = becoming.make_client(note(), {})["client_id"]

    assert (sales(client_id), rung_of(client_id)) == ({f"client:{client_id}"}, "Potential")


def test_inquiry_of_a_client_that_became_a_lead_is_an_interest(make: Make, note: Note) -> None:
    client_id = make.client()
    made = becoming.make_lead(note(client_id=client_id))

    assert sales(client_id) == {f"lead:{made['lead_id']}"}


def test_inquiries_that_became_nothing_are_an_interest_each(
    make: Make, note: Note, results: dict[str, int]
) -> None:
    client_id = make.client()
    told = [note(client_id=client_id, result_id=results["Interest"]) for _ in range(2)]
    assert sales(client_id) == {f"inquiry:{inquiry_id}" for inquiry_id in told}

    service.delete_inquiry(told[0])
    assert sales(client_id) == {f"inquiry:{told[1]}"}
