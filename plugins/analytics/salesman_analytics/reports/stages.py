"""Conversion between any two stages: how many deals went the way, and how long it took them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from salesman_analytics.closed import share
from salesman_analytics.deals import counted_deals, deals_address
from salesman_analytics.texts import texts
from salesman_core.toolkit import (
    Days,
    Deal,
    DealMove,
    Pipeline,
    Stage,
    comes_to_a_stage,
    days_between,
    formats,
    median_length,
    reading,
    step_at_stage,
)

_ = texts.lazy

Values = Mapping[str, Any]

_WON: Final = 0
"""Where a way ends that ends with a won deal: no stage has this id."""
_ABOVE_ALL: Final = 1_000
"""So much progress has what is won: more than any stage."""


@dataclass(frozen=True, slots=True)
class Way:
    """From a stage to another one, or to a won deal."""

    begin: Any
    end: Any

    @property
    def key(self) -> str:
        """Give what tells it from others."""
        return f"{self.begin.id}-{self.end.id if self.end is not None else _WON}"

    @property
    def title(self) -> str:
        """Give it as people read it."""
        end = str(_("won")) if self.end is None else _named(self.end)
        return f"{_named(self.begin)} → {end}"


def _named(stage: Any) -> str:
    return f"{formats.percent(stage.percent)} {stage.name}"


def stages(asked: Values) -> Iterable[Values]:
    """Count for every two stages how many deals went from one to the other: three statements.

    From each to the next one first, then what skips some.
    """
    came = _came(asked)
    lengths = _lengths(asked)
    rows = []
    pipelines = _ways(came)
    for pipeline, ways in pipelines.items():
        prefix = f"{pipeline}: " if len(pipelines) > 1 else ""
        rows += [{**_row(way, came, lengths), "way": f"{prefix}{way.title}"} for way in ways]
    whole = next((one for one in rows if one["whole"]), None)
    return rows if whole is None else [*rows, {**whole, "line": "total"}]


def _row(
    way: Way, came: Mapping[int, int], lengths: Mapping[str, list[tuple[int, int]]]
) -> dict[str, Any]:
    found = lengths.get(way.key, [])
    number, reached = came.get(way.begin.id, 0), sum(number for _days, number in found)
    return {
        "key": way.key,
        "stage_id": way.begin.id,
        "came": number,
        "reached": reached,
        "share": share(reached, number),
        "days": median_length(sorted(found)) if found else None,
        "whole": way.begin.first and way.end is None,
    }


def _ways(came: Mapping[int, int]) -> Mapping[str, Sequence[Way]]:
    """Give the ways of the pipelines in which anything came anywhere, by the pipeline's name."""
    rank = sa.func.row_number().over(
        partition_by=Stage.pipeline_id, order_by=(Stage.percent, Stage.id)
    )
    known: Any = sa.select(
        Stage.id,
        Stage.name,
        Stage.percent,
        Pipeline.id.label("pipeline_id"),
        Pipeline.name.label("pipeline"),
        (rank == 1).label("first"),
    )
    ordered = known.join(Pipeline, Pipeline.id == Stage.pipeline_id).order_by(
        Pipeline.position, Pipeline.id, Stage.percent, Stage.id
    )
    by_pipeline: dict[str, list[Any]] = {}
    for one in reading().execute(ordered):
        by_pipeline.setdefault(one.pipeline, []).append(one)
    return {
        name: _of_pipeline(some)
        for name, some in by_pipeline.items()
        if any(one.id in came for one in some)
    }


def _of_pipeline(some: Sequence[Any]) -> Sequence[Way]:
    """Give the ways between the stages of a pipeline: to the next one first."""
    places = [*some, None]
    pairs = sorted(combinations(range(len(places)), 2), key=lambda one: one[1] - one[0] > 1)
    ways = (Way(places[begin], places[end]) for begin, end in pairs)
    return [one for one in ways if one.end is None or one.end.percent > one.begin.percent]


def _comings(asked: Values) -> sa.Subquery:
    """Give when each deal came to each stage first, of what came in the period."""
    within = Days(asked["since"], asked["until"]).holds(DealMove.day)
    return (
        sa.select(
            DealMove.deal_id,
            DealMove.to_stage_id.label("stage_id"),
            sa.func.min(DealMove.at).label("at"),
            sa.func.min(DealMove.day).label("day"),
        )
        .join(Deal, Deal.id == DealMove.deal_id)
        .where(*counted_deals(asked), comes_to_a_stage(DealMove), *within)
        .group_by(DealMove.deal_id, DealMove.to_stage_id)
        .subquery()
    )


def _came(asked: Values) -> Mapping[int, int]:
    comings = _comings(asked).c
    counted = sa.select(comings.stage_id, sa.func.count().label("number"))
    return {
        row.stage_id: row.number for row in reading().execute(counted.group_by(comings.stage_id))
    }


def _lengths(asked: Values) -> Mapping[str, list[tuple[int, int]]]:
    """Give by way in how many days how many deals went it."""
    comings, begin = _comings(asked).c, aliased(Stage)
    ends = sa.union_all(
        sa.select(Stage.id, Stage.pipeline_id, Stage.percent),
        sa.select(sa.literal(_WON), Pipeline.id, sa.literal(_ABOVE_ALL)),
    ).subquery()
    steps = _heights()
    went: Any = (
        sa.select(
            comings.stage_id,
            ends.c.id.label("end_id"),
            days_between(comings.day, sa.func.min(steps.c.day)).label("days"),
        )
        .join(begin, begin.id == comings.stage_id)
        .join(
            ends,
            sa.and_(ends.c.pipeline_id == begin.pipeline_id, ends.c.percent > begin.percent),
        )
        .join(
            steps,
            sa.and_(
                steps.c.deal_id == comings.deal_id,
                steps.c.at >= comings.at,
                steps.c.pipeline_id == begin.pipeline_id,
                steps.c.height >= ends.c.percent,
            ),
        )
        .group_by(comings.stage_id, ends.c.id, comings.deal_id, comings.day)
        .subquery()
    )
    w = went.c
    counted = sa.select(w.stage_id, w.end_id, w.days, sa.func.count().label("number"))
    found: dict[str, list[tuple[int, int]]] = {}
    for row in reading().execute(counted.group_by(w.stage_id, w.end_id, w.days)):
        found.setdefault(f"{row.stage_id}-{row.end_id}", []).append((row.days, row.number))
    return found


def _heights() -> sa.Subquery:
    """Give how far each step led: to the progress of its stage, or above all where it won."""
    won = sa.and_(DealMove.action == "close", DealMove.outcome == "won")
    height = sa.case((won, _ABOVE_ALL), else_=Stage.percent).label("height")
    return (
        sa.select(DealMove.deal_id, DealMove.at, DealMove.day, Stage.pipeline_id, height)
        .join(Stage, Stage.id == DealMove.to_stage_id)
        .where(sa.or_(comes_to_a_stage(DealMove), won))
        .subquery()
    )


def _came_address(asked: Values, row: Values) -> str:
    days = Days(asked["since"], asked["until"])
    return deals_address(asked, passed=step_at_stage("entered", row["stage_id"], days))


REPORTS: Final[Sequence[Values]] = (
    {
        "id": "analytics.stages",
        "title": _("From stage to stage"),
        "question": _("What share of deals goes from one stage to another, and in how many days?"),
        "group": "sales",
        "permission": "core.deal.view",
        "filters": ("period", "owner_id", "team_id", "pipeline_id", "source"),
        "count": stages,
        "columns": (
            {"name": "way", "title": _("Way"), "kind": "text"},
            {
                "name": "came",
                "title": _("Came to the first"),
                "kind": "number",
                "adds": False,
                "address": _came_address,
                "method": _(
                    "Deals that came to the stage in the period, each once. Deals that skipped it"
                    " are not among them. The last line is the way from the first stage to won."
                ),
            },
            {
                "name": "reached",
                "title": _("Came to the other"),
                "kind": "number",
                "adds": False,
                "method": _(
                    "Those of them that came to the other stage afterwards, up to now, or beyond"
                    " it: to a stage of more progress, or were won."
                ),
            },
            {
                "name": "share",
                "title": _("Conversion"),
                "kind": "percent",
                "method": _("The share of these. Of young deals some are still on their way."),
            },
            {
                "name": "days",
                "title": _("Median of days"),
                "kind": "days",
                "method": _(
                    "Half of those that came took at most so many days, from the day on which they"
                    " came to the first stage in the period."
                ),
            },
        ),
        "chart": {"kind": "bars", "columns": ("share",)},
        "order": 30,
    },
)
