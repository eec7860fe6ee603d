"""What the dialog of filters of deals asks for, in the list and on the board."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from salesman_core.access.colleagues import colleagues, known_teams
from salesman_core.db import reading
from salesman_core.deals import queries
from salesman_core.records.list_narrowing import Options
from salesman_core.web.formats import percent

ASKS: Final = (
    "state",
    "owner_id",
    "team_id",
    "pipeline_id",
    "stage_id",
    "participant_id",
    "stalled",
    "source",
    "frozen",
    "rate_missing",
    "rate_differs",
    "reason_id",
    "amount",
    "opened_on",
    "expected_on",
    "closed_on",
)
_OF_CLOSED: Final = ("state", "reason_id", "closed_on")
ASKS_OF_OPEN: Final = tuple(one for one in ASKS if one not in {"pipeline_id", *_OF_CLOSED})
"""The same for a board, which shows open deals of one pipeline alone."""


def options() -> dict[str, Options]:
    """Give what the dialog offers to choose from."""
    session, people = reading(), colleagues()
    pipelines = queries.pipelines(session)
    return {
        "owner_id": people,
        "team_id": known_teams(),
        "participant_id": people,
        "pipeline_id": [(one["id"], one["name"]) for one in pipelines],
        "stage_id": {one["name"]: _stages(one) for one in pipelines},
        "reason_id": [(one.id, one.name) for one in queries.close_reasons(session)],
    }


def _stages(pipeline: Mapping[str, Any]) -> list[tuple[int, str]]:
    return [
        (stage["id"], f"{percent(stage['percent'])} {stage['name']}")
        for stage in pipeline["stages"]
    ]
