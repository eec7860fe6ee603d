"""The company's list of results, as an administrator keeps it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask
from salesman_leads import intake, queries, service
from salesman_leads.result_service import RESULTS

from salesman_core.errors import ForbiddenError, InvalidError, StaleError
from salesman_core.records.models import Audit
from salesman_core.testing.people import Api, Browser, Make
from salesman_core.toolkit import order_version, reading

ApiFor = Callable[[str], Api]
BrowserFor = Callable[[str], Browser]
ResultOf = Callable[[str], int]


def names() -> list[str]:
    reading().rollback()
    return [one.name for one in queries.offered_results(reading())]


def values_of(result_id: int, **changed: object) -> dict[str, object]:
    reading().rollback()
    held = next(one for one in queries.all_results(reading()) if one.id == result_id)
    known = {name: getattr(held, name) for name in ("name", "base", "needs_comment", "active")}
    return {**known, **changed}


def test_result_is_added_behind_the_others(app: Flask) -> None:
    RESULTS.add({"name": "No money", "base": "other"})

    assert names()[-1] == "No money"


@pytest.mark.parametrize("field", ["name", "base"])
def test_result_with_a_wrong_field_is_refused(app: Flask, field: str) -> None:
    with pytest.raises(InvalidError) as caught:
        RESULTS.add({"name": "No money", "base": "other", field: ""})

    assert list(caught.value.fields) == [field]


def test_two_results_of_one_name_are_refused(app: Flask) -> None:
    with pytest.raises(InvalidError, match="of this name already"):
        RESULTS.add({"name": "Spam", "base": "other"})


def test_result_that_is_offered_no_more_stays_with_its_leads(
    app: Flask, result_of: ResultOf
) -> None:
    spam = result_of("spam")
    lead = intake.create_lead({"name": "Anna"})
    service.close_lead(lead, spam)

    RESULTS.change(spam, values_of(spam, active=False))

    assert "Spam" not in names()
    assert queries.one_lead(reading(), lead).result_name == "Spam"


def test_what_a_used_result_counts_as_stays(app: Flask, result_of: ResultOf) -> None:
    spam, double = result_of("spam"), result_of("duplicate")
    service.close_lead(intake.create_lead({"name": "Anna"}), spam)

    for result in (spam, double):
        RESULTS.change(result, values_of(result, base="other"))

    assert [values_of(one)["base"] for one in (spam, double)] == ["spam", "other"]


def test_change_of_what_somebody_else_changed_is_refused(app: Flask, result_of: ResultOf) -> None:
    spam = result_of("spam")
    assert RESULTS.change(spam, values_of(spam, name="Junk"), 1)

    with pytest.raises(StaleError):
        RESULTS.change(spam, values_of(spam, name="Trash"), 1)


def test_result_changes_places_with_its_neighbour(app: Flask, result_of: ResultOf) -> None:
    RESULTS.move(result_of("duplicate"), up=True)

    assert names()[:2] == ["Duplicate", "Spam"]


def test_marketer_may_not_change_results(make: Make, browser_for: BrowserFor) -> None:
    with make.acting(make.user("marketer")), pytest.raises(ForbiddenError):
        RESULTS.add({"name": "No money", "base": "other"})

    assert browser_for("marketer").get("/leads/results").status_code == 403


def test_page_keeps_what_was_refused(browser_for: BrowserFor) -> None:
    browser = browser_for("head")
    page = browser.get("/leads/results").text
    token = page.partition('name="csrf_token" value="')[2].partition('"')[0]

    answer = browser.post(
        "/leads/results", data={"csrf_token": token, "name": "Spam", "base": "other"}
    )

    assert answer.status_code == 422
    assert 'value="Spam"' in answer.text
    assert "There is a result of this name already." in answer.text


def test_results_are_read_over_the_api(api_for: ApiFor) -> None:
    items = api_for("marketer").get("/leads/results").json["items"]

    first = items[0]
    assert (first["name"], first["base"], first["needs_comment"]) == (
        "Spam",
        "spam",
        False,
    )


def test_order_that_somebody_else_changed_is_not_rearranged_unseen(result_of: ResultOf) -> None:
    seen = order_version(one.id for one in queries.all_results(reading()))
    RESULTS.move(result_of("duplicate"), up=True, version=seen)

    with pytest.raises(StaleError):
        RESULTS.move(result_of("duplicate"), up=True, version=seen)

    assert names()[:2] == ["Duplicate", "Spam"]


def test_move_of_a_result_stands_in_the_audit(result_of: ResultOf) -> None:
    moved = result_of("duplicate")
    RESULTS.move(moved, up=True)

    told = sa.select(Audit.record_id, Audit.changes).where(Audit.kind == "leads.result")
    assert reading().execute(told.order_by(Audit.id.desc())).first() == (
        moved,
        {"position": [1, 0]},
    )


def test_list_does_not_grow_beyond_what_people_choose_from(app: Flask) -> None:
    for number in range(len(names()), 50):
        RESULTS.add({"name": f"Result {number}", "base": "other"})

    with pytest.raises(InvalidError, match="At most 50 of them fit"):
        RESULTS.add({"name": "One more", "base": "other"})
