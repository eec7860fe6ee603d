"""What tests of mailing begin with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from salesman_mailing.consent.models import Purpose
from salesman_mailing.groups import queries, service

from salesman_core.access.models import Role
from salesman_core.people.roles import change_grants
from salesman_core.testing.clock import FrozenClock
from salesman_core.testing.people import Make
from salesman_core.toolkit import contact_data, reading
from salesman_hookspecs import Scope

MakeGroup = Callable[..., int]
InGroup = Callable[..., list[tuple[str, int, str]]]


@pytest.fixture
def clock(app: Flask) -> FrozenClock:
    """The application's own clock, standing still: Monday, noon in Moscow."""
    clock = FrozenClock()
    app.extensions["salesman_clock"] = clock.now
    return clock


@pytest.fixture
def purposes(app: Flask) -> dict[str, Purpose]:
    """The usual purposes: ``news`` needs consent, ``orders`` does not."""
    del app
    news, orders = reading().scalars(sa.select(Purpose).order_by(Purpose.position))
    return {"news": news, "orders": orders}


@pytest.fixture
def group(make: Make, purposes: dict[str, Purpose]) -> MakeGroup:
    """Give what makes a group, in the marketer's name, for what needs no consent."""

    def group(name: str = "Spring", **values: Any) -> int:
        with make.acting(make.user_of("marketer")):
            told = {"purpose_id": purposes["orders"].id, **values}
            return service.create_group({"name": name, **told})

    return group


@pytest.fixture
def in_group(make: Make) -> InGroup:
    """Give who is in a group, as the marketer sees it: kind, id and address."""

    def in_group(group_id: int) -> list[tuple[str, int, str]]:
        with make.acting(make.user_of("marketer")):
            rows = reading().execute(queries.members(reading(), group_id))
            return sorted((row.kind, row.record_id, row.address) for row in rows)

    return in_group


@pytest.fixture
def hide_contact_data(app: Flask) -> Callable[[str], None]:
    """Give what lets a preset role read no phones and addresses any more."""
    del app

    def hide_contact_data(preset: str) -> None:
        role_id = reading().scalars(sa.select(Role.id).where(Role.preset == preset)).one()
        change_grants(role_id, {contact_data.CONTACT_DATA: Scope.NONE})

    return hide_contact_data
