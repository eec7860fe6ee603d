"""The hooks of a new company and of the demo company, as the sample plugin uses them."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa
from flask import Flask
from salesman_sample.models import Phrase, Promise

from salesman_core.cli.database import upgrade_database
from salesman_core.plugins.host import current_host
from salesman_core.services.company import change_company
from salesman_core.testing.people import Make
from salesman_core.toolkit import acting_as, reading, writing
from salesman_hookspecs import Demo
from salesman_hookspecs.demo import salesman_demo


def phrases() -> list[str]:
    return list(reading().scalars(sa.select(Phrase.text)))


@pytest.mark.databases("sqlite")
def test_hook_defaults_make_what_is_missing_in_the_language_of_the_company(app: Flask) -> None:
    with writing() as session:
        session.execute(sa.delete(Phrase))
    change_company({"name": "Котлы", "language": "ru"})

    upgrade_database(app, "en")

    assert phrases() == ["Выслать до вечера"]


@pytest.mark.databases("sqlite")
def test_hook_defaults_leave_what_is_there_alone(app: Flask) -> None:
    assert phrases() == ["Send by evening"]
    with writing() as session:
        session.execute(sa.update(Phrase).values(text="Promised"))

    upgrade_database(app)

    assert phrases() == ["Promised"]


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
