"""The report of telemarketers: the figures of calls by person, for those who may see them."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

import pytest
from flask import Flask
from salesman_analytics.asked import asked_of
from salesman_analytics.counted import Counted, counted
from salesman_analytics.declared import report_named
from salesman_inquiries import becoming, service
from salesman_leads.qualifying import qualify_lead

from salesman_core.plugins import switches
from salesman_core.testing.clock import FrozenClock
from salesman_core.testing.people import Make, api_of, browser_of

Note = Callable[..., int]
REPORT: Final = "/analytics/reports/inquiries.telemarketers"
NAMES: Final = ("person", "calls", "conversations", "reached", "interests", "leads", "deals",
                "clients")  # fmt: skip


@pytest.fixture
def month(make: Make, note: Note, results: dict[str, int], clock: FrozenClock) -> dict[str, int]:
    """Calls of two telemarketers and of a seller in March; one of them was in February, too."""
    people = {
        "olga": make.user("telemarketer", name="Olga"),
        "petr": make.user("telemarketer", name="Petr"),
        "anna": make.user("seller", name="Anna"),
    }
    clock.set(clock.now().replace(month=2, day=26))
    with make.acting(people["olga"]):
        note(result_id=results["No interest"])
    clock.set(clock.now().replace(month=3, day=30))
    with make.acting(people["olga"]):
        note(result_id=results["No answer"])
        note(result_id=results["No interest"])
        note()
        lead = becoming.make_lead(note(result_id=results["Interest"]))["lead_id"]
        service.cancel_inquiry(note())
    assert lead is not None
    qualify_lead(lead, {})
    with make.acting(people["petr"]):
        becoming.make_deal(note(), {})
    with make.acting(people["anna"]):
        becoming.make_lead(note(result_id=results["Interest"]))
    return people


def telemarketers(**values: Any) -> Counted:
    declared = report_named("inquiries.telemarketers")
    return counted(declared, asked_of(values, declared.filters, declared.period))


def lines(found: Counted) -> list[tuple[Any, ...]]:
    return [tuple(row.get(name) for name in NAMES) for row in found.rows]


def test_telemarketers_are_told_by_what_came_of_their_calls(
    make: Make, month: dict[str, int]
) -> None:
    with make.acting(make.user("head")):
        found = telemarketers()
    assert lines(found) == [("Olga", 4, 2, 50, 1, 1, 0, 1), ("Petr", 1, 0, 0, 1, 0, 1, 0)]
    assert found.total is not None
    assert (found.total["calls"], found.total["reached"]) == (5, 40)
    assert isinstance(found.total["reached"], Decimal)
    assert found.before(found.rows[0]) == {**(found.before(found.rows[0]) or {}), "calls": 1}


@pytest.mark.parametrize("period", ["this_month", "all"])
def test_each_figure_opens_exactly_its_inquiries(
    app: Flask, make: Make, month: dict[str, int], period: str
) -> None:
    head = make.user("head")
    with make.acting(head), app.test_request_context():
        found = telemarketers(period=period)
        figures = [
            (found.address(column, row), row[column.name])
            for row in (*found.rows, found.total or {})
            for column in found.figures
            if found.address(column, row)
        ]
    assert len(figures) == 14
    api = api_of(app, head)
    assert [len(api.listed(address)) for address, _figure in figures] == [
        figure for _address, figure in figures
    ]


def test_telemarketers_of_a_team_a_person_or_a_source_are_told_apart(
    app: Flask, make: Make, month: dict[str, int], note: Note
) -> None:
    team = make.team("North")
    clara = make.user("telemarketer", name="Clara", team_id=team)
    with make.acting(clara):
        note(source="fair")
    head = make.user("head")
    api = api_of(app, head)
    for values in ({"team_id": team}, {"owner_id": clara}, {"source": "fair"}):
        with make.acting(head), app.test_request_context():
            found = telemarketers(**values)
            calls = found.figures[0]
            rows = (*found.rows, found.total or {})
            opened = [api.listed(found.address(calls, row)) for row in rows]
        assert [(row["person"], row["calls"]) for row in found.rows] == [("Clara", 1)]
        assert [len(one) for one in opened] == [1, 1]


def test_telemarketer_who_has_reports_is_told_of_their_own_calls(
    make: Make, month: dict[str, int]
) -> None:
    with make.acting(month["petr"]):
        assert [line[0] for line in lines(telemarketers())] == ["Petr"]


def test_seller_meets_no_report_of_calls(app: Flask, make: Make, month: dict[str, int]) -> None:
    browser = browser_of(app, month["anna"])
    assert browser.get(REPORT).status_code == 404
    assert REPORT not in browser.get("/analytics").text
    assert REPORT in browser_of(app, make.user("head")).get("/analytics").text


def test_without_leads_nothing_is_said_of_them(make: Make, month: dict[str, int]) -> None:
    switches.suspend("leads")
    switches.follow_now()
    with make.acting(make.user("head")):
        found = telemarketers()
    assert not {"leads", "clients"} & {one.name for one in found.columns}
    assert [row["person"] for row in found.rows] == ["Petr", "Olga"]


def test_statements_of_the_report_do_not_grow_with_its_people(
    app: Flask, make: Make, note: Note, statements: Callable[..., Any]
) -> None:
    browser = browser_of(app, make.user("head"))

    def count() -> int:
        with make.acting(make.user("telemarketer")):
            note()
        browser.get(REPORT)
        with statements() as sent:
            assert 'class="tile"' in browser.get(REPORT).text
        return len(sent)

    few = count()
    for _number in range(4):
        many = count()
    assert many == few
