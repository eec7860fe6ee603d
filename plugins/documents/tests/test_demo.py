"""The part of documents in the demo company."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal

import pytest
import sqlalchemy as sa
from salesman_documents.approval.queries import last_approval
from salesman_documents.comparing import texts_of
from salesman_documents.demo import MOST, OF_THE_SELLER, tell
from salesman_documents.models import Document, Status, Template, Version
from salesman_requisites.testing import own_company

from salesman_core.testing.people import Make
from salesman_core.toolkit import acting_as, reading
from salesman_hookspecs import Demo, Person


@contextmanager
def at(_moment: datetime, person: Person) -> Iterator[None]:
    """Act as somebody; what day it is does not matter here."""
    with acting_as(person):
        yield


@pytest.mark.databases("sqlite")
def test_the_demo_company_has_templates_and_documents_made_from_them(make: Make) -> None:
    own_company(short_name="Ours")
    deals = [
        make.deal(name=f"Deal {one}", client_id=make.client(), amount=Decimal(100))
        for one in range(MOST + 1)
    ]
    demo = Demo("en", date(2026, 3, 10), 1, {}, [], deals, at)

    tell(demo)
    tell(demo)  # a second time there is nothing to do

    counted = [
        reading().scalar(sa.select(sa.func.count(one.id))) for one in (Template, Document, Version)
    ]
    assert counted == [6, MOST, MOST]


@pytest.mark.databases("sqlite")
def test_the_seller_of_the_demo_company_has_documents_of_several_statuses(make: Make) -> None:
    own_company(short_name="Ours")
    seller = make.person(make.user("seller"))
    for number in range(MOST + OF_THE_SELLER + 1):
        values = {"client_id": make.client(), "amount": Decimal(100)}
        make.deal(name=f"Deal {number}", owner_id=seller.id, **values)

    tell(Demo("en", date(2026, 3, 10), 1, {"seller": seller}, [], [], at))

    told = sa.select(Document.owner_id, Status.name, Document.signed_on).join(Status)
    rows = reading().execute(told.order_by(Document.id)).all()
    assert {row.owner_id for row in rows[-OF_THE_SELLER:]} == {seller.id}
    assert len(rows) == MOST + OF_THE_SELLER
    assert {row.name for row in rows} == {"Draft", "Being agreed", "Agreed", "Sent", "Signed"}
    assert {row.name for row in rows if row.signed_on is not None} == {"Signed"}


@pytest.mark.databases("sqlite")
def test_the_lawyer_of_the_demo_company_is_asked_about_what_they_wanted_to_be_changed(
    make: Make,
) -> None:
    own_company(short_name="Ours")
    deal = make.deal(client_id=make.client(), amount=Decimal(100))
    people = {role: make.person(make.user(role)) for role in ("lawyer", "head")}

    tell(Demo("en", date(2026, 3, 10), 1, people, [], [deal], at))

    first, second = reading().scalars(sa.select(Version).order_by(Version.number))
    last = last_approval(reading(), 1)
    assert last is not None
    assert (last.state, last.hash) == ("running", second.hash)
    before, after = texts_of(first), texts_of(second)
    assert [pair for pair in zip(before, after, strict=True) if pair[0] != pair[1]] == [
        (
            "3.1. Whoever is late pays 0.1% of the price for each day, 10% at most.",
            "3.1. Whoever is late pays 0.05% of the price for each day, 5% at most.",
        )
    ]
