"""Sources and channels that differ by case alone are one, by whichever way a lead comes in."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import sqlalchemy as sa
from flask import Flask
from salesman_leads import intake
from salesman_leads.models import Lead
from salesman_leads.pasting import paste_leads

from salesman_core.records.models import Audit
from salesman_core.testing.people import Api
from salesman_core.toolkit import reading

ApiFor = Callable[[str], Api]
Statements = Callable[[], AbstractContextManager[list[str]]]


def spelt() -> list[tuple[str, str]]:
    rows = reading().execute(sa.select(Lead.source, Lead.channel).order_by(Lead.id))
    return [(row.source, row.channel) for row in rows]


def test_source_is_spelt_as_leads_before_spelt_it(app: Flask, api_for: ApiFor) -> None:
    intake.create_lead({"name": "Anna", "source": "Яндекс", "channel": "Search"})

    paste_leads("Boris", {"source": "яндекс"})
    both = {"source": "ЯНДЕКС", "channel": "search"}
    api_for("head").post("/leads/batch", {"items": [{"name": "Clara", **both}]})

    assert spelt() == [("Яндекс", "Search"), ("Яндекс", ""), ("Яндекс", "Search")]
    told = reading().scalars(sa.select(Audit.changes).where(Audit.kind == "leads.lead"))
    assert {changes["source"][1] for changes in told} == {"Яндекс"}


def test_source_of_many_that_come_together_is_spelt_as_the_first_does(app: Flask) -> None:
    intake.create_leads(
        [{"name": "Anna", "source": one} for one in ("Google", "google", "site", "GOOGLE")]
    )

    assert [source for source, _channel in spelt()] == ["Google", "Google", "site", "Google"]


def test_spelling_takes_as_many_statements_for_many_sources(
    app: Flask, statements: Statements
) -> None:
    def statements_of(number: int) -> int:
        many = [{"name": "Anna", "source": f"Source {one}"} for one in range(number)]
        intake.create_leads(many)
        with statements() as sent:
            intake.create_leads(many)
        return len([one for one in sent if one.startswith("SELECT")])

    assert (statements_of(2) < 12, statements_of(90) < 12) == (True, True)
