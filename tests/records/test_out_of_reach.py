"""A record that goes out of somebody's reach while their change of it waits for its turn."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa

from salesman_core.clients.models import Client
from salesman_core.clients.service import change_client, delete_client
from salesman_core.db import reading
from salesman_core.errors import SalesmanError
from salesman_core.testing.people import Make

AtOnce = Callable[[Callable[[], object], Callable[[], object]], None]

pytestmark = pytest.mark.databases("sqlite", "postgresql")


def name_of(client_id: int) -> str:
    reading().rollback()
    return reading().scalars(sa.select(Client.name).where(Client.id == client_id)).one()


@pytest.mark.parametrize("happens", ["it is binned", "it is given away"])
def test_change_that_waited_until_its_record_was_out_of_reach_is_refused(
    make: Make, at_once: AtOnce, happens: str
) -> None:
    seller, other = make.user("seller"), make.user("seller")
    client_id = make.client(name="Severstal", owner_id=seller)
    acts: dict[str, Callable[[], object]] = {
        "it is binned": lambda: delete_client(client_id),
        "it is given away": lambda: change_client(client_id, {"owner_id": other}),
    }
    refused: list[str] = []

    def change() -> None:
        with make.acting(seller):
            try:
                change_client(client_id, {"name": "Changed"})
            except SalesmanError as error:
                refused.append(type(error).__name__)

    at_once(acts[happens], change)

    assert (name_of(client_id), refused) == ("Severstal", ["MissingError"])
