"""The hook of the demo company, as the sample plugin uses it."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa
from flask import Flask
from salesman_sample.models import Promise

from salesman_core.plugins.host import current_host
from salesman_core.testing.people import Make
from salesman_core.toolkit import acting_as, reading, writing
from salesman_hookspecs import Demo
from salesman_hookspecs.demo import salesman_demo


@pytest.mark.databases("sqlite")
def test_hook_demo_writes_as_the_people_of_the_demo(app: Flask, make: Make) -> None:
    head = make.person(make.user("head"))
    told = Demo(
        language="en",
        today=date(2026, 3, 2),
        seed=1,
        people={"head": head},
        client_ids=[make.client()],
        deal_ids=[],
        at=lambda _moment, person: acting_as(person),
    )

    with writing():
        current_host().call(salesman_demo, demo=told)

    promise = reading().execute(sa.select(Promise.text, Promise.owner_id)).one()
    assert tuple(promise) == ("Send the price list", head.id)
