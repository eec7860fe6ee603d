"""The JSON API of a day that is over: ``/api/v1/analytics/as-of``."""

from __future__ import annotations

from typing import Any

from salesman_analytics.api import api
from salesman_analytics.past.asking import demand_over, usual_day
from salesman_analytics.past.counting import Past, Standing, past
from salesman_analytics.past.schemas import AsOfAskedSchema, AsOfSchema
from salesman_analytics.past.standing import Whose
from salesman_analytics.permissions import VIEW
from salesman_core.toolkit import arguments, reading, requires, response


@api.get("/as-of")
@requires(VIEW)
@arguments(AsOfAskedSchema, location="query")
@response(AsOfSchema)
def read_as_of(values: dict[str, Any]) -> dict[str, Any]:
    """Tell how the open deals of one pipeline and currency stood at the end of a day."""
    day = values["day"] or usual_day()
    demand_over(day)
    whose = Whose(values["team_id"], values["source"])
    found = past(reading(), day, values["pipeline_id"], values["currency"], whose)
    return {
        "day": found.day,
        "pipeline_id": found.pipeline_id,
        "currency": found.currency,
        "currencies": found.currencies,
        **_standing(found.all),
        "stages": [
            {
                "stage_id": one.id,
                "name": one.name,
                "progress": one.percent,
                **_standing(found.at(one.id)),
            }
            for one in found.stages
        ],
        "months": [{"month": month, **_standing(found.of_month(month))} for month in found.months],
        "owners": [_owner(found, owner_id) for owner_id in found.owners],
    }


def _owner(found: Past, owner_id: int | None) -> dict[str, Any]:
    name = "" if owner_id is None else found.people.get(owner_id, "")
    return {"owner_id": owner_id, "owner": name, **_standing(found.of_owner(owner_id))}


def _standing(one: Standing) -> dict[str, Any]:
    return {
        "in_work": one.work.count,
        "in_work_amount": one.work.amount,
        "forecast": one.forecast,
        "frozen": one.frozen.count,
        "frozen_amount": one.frozen.amount,
    }
