"""The own companies of the demo company."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa
from flask import Flask
from salesman_requisites.clients.models import ClientRequisites
from salesman_requisites.companies import queries
from salesman_requisites.demo import tell
from salesman_requisites.toolkit import company_choices, company_snapshot

from salesman_core.testing.people import Make
from salesman_core.toolkit import acting_as, reading
from salesman_hookspecs import Demo, Person


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(("language", "number"), [("ru", 2), ("en", 1)])
def test_demo_company_has_firms_whose_numbers_are_right(
    app: Flask, make: Make, language: str, number: int
) -> None:
    moments = [datetime(2026, 1, 1, tzinfo=UTC)]
    app.extensions["salesman_clock"] = lambda: moments[-1]

    @contextmanager
    def at(moment: datetime, person: Person) -> Iterator[None]:
        moments.append(moment)
        with acting_as(person):
            yield

    firms = [make.client(name=name) for name in ("ООО «Ель»", "Nord GmbH", "Wald AG")]
    demo = Demo(language, date(2026, 3, 10), 1, {}, firms, [], at)
    for _time in range(2):
        tell(demo)

    choices = company_choices(reading())
    assert len(choices) == number == len(queries.companies(reading()))
    for choice in choices:
        snapshot = company_snapshot(reading(), choice.id)
        assert snapshot["account"]["account"]
        assert snapshot["signer"]["name"]
    said = reading().scalars(sa.select(ClientRequisites).order_by(ClientRequisites.client_id)).all()
    assert [one.client_id for one in said] == firms
    assert all(one.account and one.tax_key for one in said)
    assert len({one.tax_key for one in said}) == len(firms)
