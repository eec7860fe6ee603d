"""The kinds of activities and their results, as an administrator keeps them."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask
from salesman_calendar import choosing
from salesman_calendar.kind_service import KINDS
from salesman_calendar.models import Activity, ActivityContact, Kind, Result

from salesman_core.errors import ForbiddenError, InvalidError, StaleError
from salesman_core.testing.people import Browser, Make
from salesman_core.toolkit import reading, writing

BrowserFor = Callable[[str], Browser]
Plan = Callable[..., int]


def names(kind_id: int | None = None) -> list[str]:
    rows = choosing.kinds(reading(), offered=True)
    if kind_id is None:
        return [row.name for row in rows]
    return [row.name for row in choosing.results(reading(), kind_id)]


def values_of(kind_id: int, **changed: object) -> dict[str, object]:
    kind = next(row for row in choosing.kinds(reading()) if row.id == kind_id)
    results = [
        {"id": row.id, "name": row.name, "reached": row.reached, "active": row.active}
        for row in choosing.results(reading(), kind_id)
    ]
    return {"name": kind.name, "icon": kind.icon, "active": True, "results": results, **changed}


def token_in(page: str) -> str:
    return page.partition('name="csrf_token" value="')[2].partition('"')[0]


def test_kind_is_added_behind_the_others(app: Flask) -> None:
    KINDS.add({"name": "Visit", "base": "meeting", "icon": "building"})

    assert names() == ["Call", "Meeting", "Task", "Letter", "Visit"]


@pytest.mark.parametrize("field", ["name", "base", "icon"])
def test_kind_with_a_wrong_field_is_refused(app: Flask, field: str) -> None:
    given = {"name": "Visit", "base": "meeting", "icon": "building", field: ""}

    with pytest.raises(InvalidError) as error:
        KINDS.add(given)

    assert list(error.value.fields) == [field]


def test_result_that_is_offered_no_more_stays_with_what_has_it(
    plan: Plan, kinds: dict[str, int], results: dict[str, int]
) -> None:
    given = values_of(kinds["call"])
    for one in given["results"]:  # type: ignore[attr-defined]
        one["active"] = one["name"] != "Refused"

    KINDS.change(kinds["call"], given)

    assert "Refused" not in names(kinds["call"])
    assert reading().get(Result, results["Refused"]) is not None


def test_new_result_stands_behind_the_others(app: Flask, kinds: dict[str, int]) -> None:
    given = values_of(kinds["task"])
    given["results"] += [{"id": None, "name": "Put off", "reached": False, "active": True}]  # type: ignore[operator]

    KINDS.change(kinds["task"], given)

    assert names(kinds["task"]) == ["Done", "No longer needed", "Put off"]


def test_change_of_what_somebody_else_changed_is_refused(app: Flask, kinds: dict[str, int]) -> None:
    assert KINDS.change(kinds["task"], values_of(kinds["task"], name="Work"), 1)

    with pytest.raises(StaleError):
        KINDS.change(kinds["task"], values_of(kinds["task"], name="Job"), 1)


def test_kind_changes_places_with_its_neighbour(app: Flask, kinds: dict[str, int]) -> None:
    KINDS.move(kinds["meeting"], up=True)

    assert names() == ["Meeting", "Call", "Task", "Letter"]


def test_kinds_are_changed_by_those_who_may(app: Flask, make: Make) -> None:
    with make.acting(make.user("seller")), pytest.raises(ForbiddenError):
        KINDS.add({"name": "Visit", "base": "meeting", "icon": "building"})


def test_page_changes_a_kind_with_its_results(
    browser_for: BrowserFor, kinds: dict[str, int], results: dict[str, int]
) -> None:
    browser = browser_for("administrator")
    page = browser.get("/calendar/kinds").text
    own = {f"result-{id_}": name for name, id_ in results.items() if name == "Done"}

    browser.post(
        f"/calendar/kinds/{kinds['task']}",
        data={
            "csrf_token": token_in(page),
            "version": "1",
            "name": "Work",
            "icon": "tool",
            "active": "true",
            **own,
            f"active-{results['Done']}": "true",
            "new_results": "Put off\nGiven to somebody",
        },
    )

    assert names(kinds["task"]) == ["Done", "No longer needed", "Put off", "Given to somebody"]
    assert "Work" in names()


def test_page_without_kinds_offers_the_usual_ones(app: Flask, browser_for: BrowserFor) -> None:
    with writing() as session:
        for model in (ActivityContact, Activity, Result, Kind):
            session.execute(sa.delete(model))
    browser = browser_for("administrator")
    page = browser.get("/calendar/kinds").text
    assert re.search(r'action="/calendar/kinds/usual"', page)

    browser.post("/calendar/kinds/usual", data={"csrf_token": token_in(page)})

    assert len(names()) == 4
