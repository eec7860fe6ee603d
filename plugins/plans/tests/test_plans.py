"""Setting plans: who may, what is refused, and that nothing is overwritten unseen."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from salesman_plans.models import Plan
from salesman_plans.service import Copying, Goal, copy_plans, set_goals, set_person

from salesman_core.access.tokens import new_token
from salesman_core.people.handing_over import STAYS
from salesman_core.people.service import deactivate
from salesman_core.records.models import Audit
from salesman_core.testing.people import Api, Make, api_of
from salesman_core.toolkit import ConflictError, InvalidError, MissingError, reading

MARCH = date(2026, 3, 1)


def goal(subject: str, value: str | None, month: date = MARCH, **more: Any) -> Goal:
    wanted = None if value is None else Decimal(value)
    return Goal(subject, month, more.pop("metric", "turnover"), wanted, **more)


def plans() -> dict[tuple[str, str], Decimal]:
    session = reading()
    session.rollback()
    rows = session.execute(sa.select(Plan.subject, Plan.month, Plan.value))
    return {(row.subject, f"{row.month:%Y-%m}"): row.value for row in rows}


def test_plan_is_set_changed_and_taken_away(app: Flask, make: Make) -> None:
    subject = f"person:{make.user()}"

    actions = [
        set_goals([goal(subject, value)])[0].action for value in ("100", "100.00", "120.5", None)
    ]

    assert actions == ["created", "unchanged", "updated", "deleted"]
    assert plans() == {}
    told = reading().execute(
        sa.select(Audit.action, Audit.changes).where(Audit.kind == "plans.plan")
    )
    assert [(row.action, row.changes["value"]) for row in told] == [
        ("created", [None, "100"]),
        ("changed", ["100.000", "120.5"]),
        ("erased", ["120.500", None]),
    ]


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"value": "0"}, "more than nought"),
        ({"value": "-5"}, "more than nought"),
        ({"value": "1.005"}, "At most 2 digits"),
        ({"value": "1.5", "metric": "deals"}, "At most 0 digits"),
        ({"value": "10000000000000"}, "at most"),
        ({"value": "1", "month": date(2026, 3, 2)}, "first day"),
        ({"value": "1", "subject": "person:999999"}, "nobody like this"),
        ({"value": "1", "subject": "team:x"}, "nobody like this"),
    ],
)
def test_what_is_no_plan_is_refused_and_nothing_is_changed(
    app: Flask, make: Make, values: dict[str, Any], words: str
) -> None:
    sound = goal("company", "5")
    wrong = goal(**{"subject": f"person:{make.user()}", "field": "wrong", **values})

    with pytest.raises(InvalidError) as refused:
        set_goals([sound, wrong])

    assert list(refused.value.fields) == ["wrong"]
    assert words in str(refused.value.fields["wrong"])
    assert plans() == {}


def test_plan_for_a_person_who_left_is_refused_by_name(app: Flask, make: Make) -> None:
    anna = make.user(name="Anna")
    deactivate(anna, STAYS)

    with pytest.raises(InvalidError, match="Anna has left"):
        set_goals([goal(f"person:{anna}", "100")])

    assert plans() == {}


def test_who_is_to_have_no_plan_gets_none(app: Flask, make: Make) -> None:
    anna = make.user(name="Anna")
    set_person(anna, has_plan=False, with_team=False)

    with pytest.raises(InvalidError, match="Anna is to have no plan"):
        set_goals([goal(f"person:{anna}", "100")])


def test_what_somebody_else_set_meanwhile_is_not_overwritten(app: Flask) -> None:
    set_goals([goal("company", "100")])

    with pytest.raises(ConflictError) as refused:
        set_goals([goal("company", "120", seen=None, field="here")])
    set_goals([goal("company", "130", seen=Decimal(100))])

    assert list(refused.value.fields) == ["here"]
    assert plans() == {("company", "2026-03"): 130}


def test_plans_are_copied_to_others_and_into_another_year_by_a_percentage(
    app: Flask, make: Make
) -> None:
    anna, boris = (f"person:{make.user()}" for _ in range(2))
    set_goals([goal(anna, "100"), goal(anna, "33.33", date(2026, 12, 1))])

    copy_plans(Copying(anna, 2026, (anna, boris), 2027, Decimal(110)))

    assert plans() == {
        (anna, "2026-03"): Decimal(100),
        (anna, "2026-12"): Decimal("33.33"),
        **{(one, "2027-03"): Decimal(110) for one in (anna, boris)},
        **{(one, "2027-12"): Decimal("36.66") for one in (anna, boris)},
    }


def test_nothing_to_copy_is_said(app: Flask) -> None:
    with pytest.raises(InvalidError, match="no plans of this year"):
        copy_plans(Copying("company", 2026, ("company",), 2027))


def test_head_sets_plans_of_all_and_a_seller_sees_their_own_alone(app: Flask, make: Make) -> None:
    anna, boris = make.user("seller"), make.user("seller")
    head = api_of(app, make.user("head"))
    for user_id in (anna, boris, None):
        said = {"user_id": user_id, "month": "2026-03-01", "metric": "turnover", "value": "10"}
        assert head.post("/plans", said).json["action"] == "created"
    seller = api_of(app, anna)

    seen = seller.get("/plans").json["items"]
    refused = seller.post(
        "/plans", {"user_id": anna, "month": "2026-03-01", "metric": "deals", "value": "10"}
    )

    assert [(one["user_id"], one["value"]) for one in seen] == [(anna, "10.000")]
    assert refused.status_code == 403
    assert {tuple(one) for one in seen} == {
        ("whose", "id", "team_id", "user_id", "month", "metric", "item", "value", "updated_at")
    }
    assert len(head.get("/plans").json["items"]) == 3


def test_plans_of_margin_are_hidden_from_whoever_sees_no_margins(app: Flask, make: Make) -> None:
    anna = make.user("seller")
    set_goals([goal(f"person:{anna}", "1"), goal(f"person:{anna}", "2", metric="margin")])
    whole = api_of(app, anna)
    narrow = Api(app, new_token(anna, "narrow", permissions=["plans.plan.view"]))

    seen = [
        [one["metric"] for one in api.get("/plans?sort=-value").json["items"]]
        for api in (whole, narrow)
    ]

    assert seen == [["margin", "turnover"], ["turnover"]]


def test_batch_says_for_each_plan_what_came_of_it(app: Flask, make: Make) -> None:
    head = api_of(app, make.user("head"))
    said = {"month": "2026-03-01", "metric": "turnover", "value": "10"}

    results = head.post(
        "/plans/batch", {"items": [said, {**said, "value": "-1"}, {**said, "user_id": 10**9}]}
    )

    assert [one["status"] for one in results.json["results"]] == [200, 422, 422]


def test_flags_of_somebody_out_of_reach_are_not_set(app: Flask, make: Make) -> None:
    with pytest.raises(MissingError):
        set_person(10**9, has_plan=True, with_team=False)
