"""The JSON API of plans and of their figures: ``/api/v1/plans``."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from flask import Response

from salesman_core.toolkit import (
    AnyRow,
    ApiBlueprint,
    InvalidError,
    ListQuery,
    MissingError,
    arguments,
    batch,
    company,
    list_arguments,
    page_answer,
    page_response,
    reading,
    requires,
    response,
    select_page,
    today,
    visible,
)
from salesman_plans import bases, queries, service
from salesman_plans.facts import Days, Fact, digits_of, facts
from salesman_plans.fulfilment import fulfilment
from salesman_plans.lists import PLANS
from salesman_plans.models import KIND, MONEY
from salesman_plans.months import MONTHS_OF_YEAR, Period, month_of, period_named
from salesman_plans.permissions import EDIT, MANAGE, VIEW
from salesman_plans.schemas import (
    BasesSchema,
    BasisSchema,
    CopiedSchema,
    CopySchema,
    DoneSchema,
    FactAskedSchema,
    FactSchema,
    FulfilmentAskedSchema,
    FulfilmentSchema,
    ItemsAskedSchema,
    ItemsSchema,
    LimitsSchema,
    PeopleSchema,
    PersonSchema,
    PlanSchema,
)
from salesman_plans.service import Copying, Goal
from salesman_plans.sources import bases as known_bases
from salesman_plans.sources import basis_named, found_items
from salesman_plans.texts import texts
from salesman_plans.whose import Whose, key_of, may_see, people, whose_named

_ = texts.lazy

_MOST_MONTHS = 100 * MONTHS_OF_YEAR
"""So many months may a figure cover."""

api = ApiBlueprint("plans", __name__, title="Plans")


@api.get("")
@requires(VIEW)
@list_arguments(PLANS)
@page_response(PlanSchema)
def list_plans(query: ListQuery) -> Response:
    """List plans."""
    page = select_page(reading(), queries.PLAN, PLANS, query, visible(KIND))
    return page_answer([_item(row) for row in page.rows], page.next_cursor)


def _item(row: AnyRow) -> dict[str, Any]:
    values = {column.key: getattr(row, column.key) for column in queries.PLAN}
    return {"whose": values.pop("subject"), **values}


@api.post("")
@requires(EDIT)
@arguments(PlanSchema)
@response(DoneSchema)
def set_plan(values: dict[str, Any]) -> dict[str, Any]:
    """Set the plan of a month: the one that is there is replaced, null takes it away."""
    return _set(values)


@api.post("/batch")
@requires(EDIT)
@batch(PlanSchema, status=200)
def set_plans(values: dict[str, Any]) -> dict[str, Any]:
    """Set many plans, with a result for each."""
    return _set(values)


def _set(values: dict[str, Any]) -> dict[str, Any]:
    whose = _key(values["team_id"], values["user_id"], "user_id")
    month = values["month"].replace(day=1)
    goal = Goal(whose, month, values["metric"], values["value"], item=values["item"])
    (done,) = service.set_goals([goal])
    return {"id": done.plan_id, "action": done.action}


def _key(team_id: int | None, user_id: int | None, field: str) -> str:
    """Give whom an asker names.

    :raises InvalidError: where it is both a team and a person.
    """
    if team_id is not None and user_id is not None:
        message = _("Name a team or a person, not both.")
        raise InvalidError(message, {field: message})
    return key_of(team_id, user_id)


@api.post("/copy")
@requires(EDIT)
@arguments(CopySchema)
@response(CopiedSchema)
def copy_plans(values: dict[str, Any]) -> dict[str, Any]:
    """Copy plans to others, or into another year."""
    copying = Copying(
        source=values["whose"],
        year=values["year"],
        targets=tuple(dict.fromkeys(values["targets"])),
        to_year=values["to_year"],
        percent=Decimal(values["percent"]),
        metrics=tuple(dict.fromkeys(values["metrics"])),
    )
    return {"plans": len(service.copy_plans(copying))}


@api.get("/facts")
@requires(VIEW)
@arguments(FactAskedSchema, location="query")
@response(FactSchema)
def read_fact(values: dict[str, Any]) -> dict[str, Any]:
    """Count a figure of some days, exactly."""
    session, metric, item = reading(), values["metric"], values["item"]
    month = month_of(today(company().tz))
    first, last = values["first"] or month.first, values["last"] or month.last
    whose = _whose(values)
    _demand_order(first, last)
    total, named = Fact(), ""
    for basis, days in _spans(values["basis"], first, last):
        total += facts(session, basis_named(basis), [metric], days, whose, item)[metric]
        named = basis if named in {"", basis} else "several"
    return {
        "fact": f"{total.value:.{digits_of(metric)}f}",
        "basis": named,
        "metric": metric,
        "item": item,
        "whose": whose.key,
        "first": first,
        "last": last,
        "currency": company().currency if metric in MONEY else None,
        "entries": total.entries,
        "lacking": total.lacking,
    }


@api.get("/items")
@requires(VIEW)
@arguments(ItemsAskedSchema, location="query")
@response(ItemsSchema)
def list_items(values: dict[str, Any]) -> dict[str, Any]:
    """Find the categories and products whose units may be planned."""
    found = found_items(values["q"])
    return {"items": [{"key": key, "title": str(title)} for key, title in found.items()]}


def _demand_order(first: date, last: date) -> None:
    months = (last.year - first.year) * MONTHS_OF_YEAR + last.month - first.month
    message = None
    if last < first:
        message = _("The last day cannot come before the first.")
    elif months > _MOST_MONTHS:
        message = _("A figure covers at most a hundred years.")
    if message is not None:
        raise InvalidError(message, {"to": message})


def _spans(basis: str | None, first: date, last: date) -> Sequence[tuple[str, Days]]:
    """Give on which basis which of some days are counted."""
    if basis is not None:
        return [(basis, Days(first, last))]
    begin = first.replace(day=1)
    months = (last.year - begin.year) * MONTHS_OF_YEAR + last.month - begin.month + 1
    found = bases.spans(Period(begin, months))
    return [(one.basis, Days(max(one.first, first), min(one.last, last))) for one in found]


def _whose(values: dict[str, Any]) -> Whose:
    """Give whom an address names.

    :raises InvalidError: at its parameter, where there is nobody like this or none that one sees.
    """
    key = _key(values["team_id"], values["owner_id"], "owner_id")
    try:
        return whose_named(reading(), key)
    except MissingError as error:
        field = "team_id" if values["owner_id"] is None else "owner_id"
        raise InvalidError(error.message, {field: error.message}) from error


@api.get("/fulfilment")
@requires(VIEW)
@arguments(FulfilmentAskedSchema, location="query")
@response(FulfilmentSchema)
def read_fulfilment(values: dict[str, Any]) -> dict[str, Any]:
    """Tell how far a plan is: fact, plan, pace and forecast of each metric."""
    whose = _whose(values)
    month = month_of(today(company().tz))
    period = month if values["period"] is None else period_named(values["period"])
    found = fulfilment(reading(), whose, period, basis=values["basis"])
    return {
        "whose": whose.key,
        "period": period.key,
        "bases": list(dict.fromkeys(one.basis for one in found.spans)),
        "currency": company().currency,
        "work_days": found.elapsed.days,
        "work_days_of": found.elapsed.of,
        "lacking": found.lacking,
        "as_of": found.as_of,
        "items": [
            {
                "metric": line.metric,
                "item": line.item,
                "title": str(line.title),
                "fact": None if line.fact is None else _written(line.fact.value, line.metric),
                "percent": _plain(line.standing.percent),
                "state": line.standing.state,
                **{
                    name: _written(getattr(line.standing, name), line.metric)
                    for name in ("plan", "pace", "run_rate", "likely")
                },
            }
            for line in found.lines
        ],
    }


def _written(value: Decimal | None, metric: str) -> str | None:
    return None if value is None else f"{value:.{digits_of(metric)}f}"


def _plain(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:f}"


@api.get("/bases")
@requires(VIEW)
@response(BasesSchema)
def list_bases() -> dict[str, Any]:
    """List the bases that were set and those that can be chosen."""
    session = reading()
    return {
        "current": bases.basis_on(today(company().tz)),
        "items": [
            {"since": row.since, "basis": row.basis, "set_at": row.set_at}
            for row in bases.history(session)
        ],
        "known": [
            {
                "id": one.id,
                "title": str(one.title),
                "method": str(one.method),
                "metrics": one.metrics,
            }
            for one in known_bases().values()
        ],
    }


@api.post("/bases")
@requires(MANAGE)
@arguments(BasisSchema)
@response(BasisSchema)
def set_basis(values: dict[str, Any]) -> dict[str, Any]:
    """Count on another basis from a month on; months that are over do not move."""
    bases.set_basis(values["basis"], values["since"])
    return values


@api.delete("/bases/<since>")
@requires(MANAGE)
@response(None, 204)
def forget_basis(since: str) -> None:
    """Take back a basis that does not hold yet: ``since`` is its first day, or its month."""
    bases.forget_basis(period_named(since[: len("2026-03")]).first)


@api.post("/limits")
@requires(MANAGE)
@arguments(LimitsSchema)
@response(LimitsSchema)
def set_limits(values: dict[str, Any]) -> dict[str, Any]:
    """Set from how many percent of the pace on a plan is on plan, and behind."""
    bases.set_limits(values)
    return values


@api.get("/people")
@requires(EDIT)
@response(PeopleSchema)
def list_people() -> dict[str, Any]:
    """List who has a plan, and whose team counts in it."""
    session = reading()
    rows = queries.flags(session)
    seen = {one.id for one in people(session, [row.id for row in rows]) if may_see(one, EDIT)}
    return {
        "items": [
            {"user_id": row.id, "has_plan": row.has_plan, "with_team": row.with_team}
            for row in rows
            if row.id in seen
        ]
    }


@api.post("/people")
@requires(EDIT)
@arguments(PersonSchema)
@response(PersonSchema)
def set_person(values: dict[str, Any]) -> dict[str, Any]:
    """Say whether somebody has a plan, and whether their team's results count in it."""
    service.set_person(
        values["user_id"], has_plan=values["has_plan"], with_team=values["with_team"]
    )
    return values
