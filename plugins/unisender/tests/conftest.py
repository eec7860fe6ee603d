"""What tests of UniSender begin with: a stand-in for it, and a group that is linked with a list."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from salesman_mailing.consent.models import Purpose
from salesman_mailing.groups import service as groups
from salesman_mailing.services import linking, queries
from salesman_unisender import service

from salesman_core.clients.models import Client, ClientEmail
from salesman_core.jobs.models import JOBS
from salesman_core.plugins.host import current_host
from salesman_core.testing.clock import FrozenClock
from salesman_core.testing.people import Make
from salesman_core.toolkit import reading, writing

from .standin import KEY, StandIn

MANY = 50
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
"""Jobs wait by the database's own clock."""


@pytest.fixture
def clock(app: Flask) -> FrozenClock:
    """The application's own clock, standing still: Monday, noon in Moscow."""
    clock = FrozenClock()
    app.extensions["salesman_clock"] = clock.now
    return clock


@pytest.fixture
def unisender(app: Flask, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    """The stand-in, with the company connected to it."""
    del clock
    with StandIn() as standin:
        told = {**current_host().settings["unisender"], "api_url": standin.url}
        monkeypatch.setitem(current_host().settings, "unisender", told)
        service.save_account(KEY, follows_readers=False)
        yield standin


@pytest.fixture
def group(make: Make) -> Callable[..., int]:
    """Give what makes a group of new clients, in the marketer's name."""

    def group(*addresses: str, needs_consent: bool = False, **values: Any) -> int:
        purpose = reading().scalar(
            sa.select(Purpose.id).where(Purpose.needs_consent.is_(needs_consent))
        )
        if len(addresses) < MANY:
            ids = [make.client(name=f"Client {one}", emails=[one], **values) for one in addresses]
        else:
            ids = _clients(make.client(), addresses)
        with make.acting(make.user_of("marketer")):
            group_id = groups.create_group({"name": "Spring", "purpose_id": purpose})
            groups.add_records(group_id, "client", ids)
            return group_id

    return group


def _clients(like: int, addresses: Sequence[str]) -> list[int]:
    """Make a client for each address, as quickly as hundreds of them ask for."""
    with writing() as session:
        told = dict(
            session.execute(sa.select(Client.__table__).where(Client.id == like)).one()._mapping
        )
        ids = list(range(like + 1, like + 1 + len(addresses)))
        session.execute(sa.insert(Client), [{**told, "id": id_} for id_ in ids])
        rows = [
            {"client_id": id_, "typed": one, "normalised": one}
            for id_, one in zip(ids, addresses, strict=True)
        ]
        session.execute(sa.insert(ClientEmail), rows)
    return ids


class Linked:
    """A group that is linked with a list, and what is done with it."""

    def __init__(self, make: Make, clock: FrozenClock, app: Flask, group_id: int) -> None:
        self._make, self._clock, self._app = make, clock, app
        self.group_id = group_id
        with self._acting():
            self.id = linking.link_group(group_id, "unisender", "17")

    def _acting(self) -> Any:
        return self._make.acting(self._make.user_of("marketer"))

    def work(self, times: int = 4) -> None:
        """Do what is due, and let the service have its time."""
        for _ in range(times):
            with writing() as session:
                session.execute(sa.update(JOBS).values(run_at=LONG_AGO))
            self._app.extensions["salesman_jobs"].drain()
            self._clock.advance(seconds=60)

    def compare(self) -> dict[str, int]:
        """Look what would change; give how many changes of each kind."""
        with self._acting():
            linking.compare(self.id)
        self.work()
        return self.planned()

    def planned(self) -> dict[str, int]:
        """Give how many changes of each kind there are."""
        reading().rollback()
        return {what: one.whole for what, one in queries.counts(reading(), self.id).items()}

    def carry_out(self) -> None:
        """Do what was shown."""
        with self._acting():
            linking.carry_out(self.id)
        self.work(1)

    def synchronise(self) -> None:
        """Do it as somebody would by hand."""
        self.compare()
        self.carry_out()

    @property
    def row(self) -> Any:
        """The link as it stands."""
        reading().rollback()
        return queries.one_link(reading(), self.id)


@pytest.fixture
def linked(
    make: Make, clock: FrozenClock, app: Flask, unisender: StandIn, group: Callable[..., int]
) -> Callable[..., Linked]:
    """Give what links a new group with the list *News* of the stand-in."""
    del unisender

    def linked(*addresses: str, **values: Any) -> Linked:
        return Linked(make, clock, app, group(*addresses, **values))

    return linked
