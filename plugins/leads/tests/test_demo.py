"""The leads of the demo company."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa
from flask import Flask
from salesman_leads.demo import LEADS, tell
from salesman_leads.forms import demo as form_of_demo
from salesman_leads.forms.queries import forms_with_figures
from salesman_leads.models import Lead

from salesman_core.testing.people import Make
from salesman_core.toolkit import acting_as, reading
from salesman_hookspecs import Demo, Person

TODAY = date(2026, 3, 10)
MORNING = datetime(2026, 3, 9, 21, tzinfo=UTC)
"""When that day begins in Moscow, and the demo may be made."""


def demo_of(app: Flask, make: Make, language: str) -> Demo:
    moments: list[datetime] = []
    app.extensions["salesman_clock"] = lambda: moments[-1]

    @contextmanager
    def at(moment: datetime, person: Person) -> Iterator[None]:
        moments.append(moment)
        with acting_as(person):
            yield

    moments.append(datetime(2026, 1, 1, tzinfo=UTC))
    people = {
        role: make.person(make.user_of(role)) for role in ("marketer", "telemarketer", "head")
    }
    return Demo(language, TODAY, 1, people | {"seller": people["marketer"]}, [], [], at)


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("language", ["ru", "en"])
def test_demo_has_leads_of_every_status_and_none_from_the_future(
    app: Flask, make: Make, language: str
) -> None:
    demo = demo_of(app, make, language)
    tell(demo)

    columns = (Lead.status, Lead.result, Lead.owner_id, Lead.created_at, Lead.updated_at)
    rows = reading().execute(sa.select(*columns)).all()
    assert len(rows) == LEADS
    assert {row.status for row in rows} == {"open", "in_work", "processed", "closed"}
    handed_on = {row.owner_id for row in rows if row.status == "processed"}
    assert handed_on == {demo.people["seller"].id}
    assert {row.result for row in rows} >= {"converted", "duplicate", "not_our_customer"}
    assert max(max(row.created_at, row.updated_at) for row in rows) < MORNING


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("language", ["ru", "en"])
def test_demo_has_a_web_form_that_brought_leads_and_junk(
    app: Flask, make: Make, language: str
) -> None:
    form_of_demo.tell(demo_of(app, make, language))

    (form,) = forms_with_figures(reading())
    assert (form.leads, form.apart, form.language) == (3, 1, language)
    latest = reading().scalars(sa.select(sa.func.max(Lead.created_at))).one()
    assert latest < MORNING
