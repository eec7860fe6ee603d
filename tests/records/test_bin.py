"""Records are taken out of the bin by who may put them there."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa

from salesman_core.clients import service as clients
from salesman_core.db import reading
from salesman_core.deals import service as deals
from salesman_core.errors import ConflictError, MissingError
from salesman_core.records.models import Audit
from salesman_core.testing.people import Make

Act = Callable[[int], object]

KINDS: dict[str, tuple[Callable[[Make], int], Act, Act]] = {
    "client": (lambda make: make.client(), clients.delete_client, clients.restore_client),
    "contact": (
        lambda make: make.contact(make.client()),
        clients.delete_contact,
        clients.restore_contact,
    ),
    "deal": (lambda make: make.deal(), deals.delete_deal, deals.restore_deal),
}


def acts(kind: str, record_id: int) -> list[str]:
    reading().rollback()
    found = sa.select(Audit.action).where(Audit.kind == kind, Audit.record_id == record_id)
    return list(reading().scalars(found.order_by(Audit.id)))


@pytest.mark.parametrize("kind", KINDS)
def test_record_comes_back_from_the_bin(make: Make, kind: str) -> None:
    made, delete, restore = KINDS[kind]
    record_id = made(make)

    delete(record_id)
    restore(record_id)

    assert acts(kind, record_id)[-2:] == ["deleted", "restored"]
    delete(record_id)  # it is there again


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("kind", KINDS)
def test_record_that_is_not_in_the_bin_is_not_restored(make: Make, kind: str) -> None:
    made, _delete, restore = KINDS[kind]
    record_id = made(make)

    with pytest.raises(ConflictError):
        restore(record_id)

    assert "restored" not in acts(kind, record_id)


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("kind", KINDS)
def test_record_that_there_is_not_is_missing(make: Make, kind: str) -> None:
    with pytest.raises(MissingError):
        KINDS[kind][2](99_999)


@pytest.mark.databases("sqlite")
def test_record_of_a_stranger_stays_in_the_bin(make: Make) -> None:
    deal = make.deal()
    deals.delete_deal(deal)
    stranger = make.user("seller", name="Stranger")

    with make.acting(stranger), pytest.raises(MissingError):
        deals.restore_deal(deal)

    assert acts("deal", deal)[-1] == "deleted"
