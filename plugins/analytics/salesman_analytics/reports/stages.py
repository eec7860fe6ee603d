"""Conversion between any two stages: how many deals went the way, and how long it took them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Final

import sqlalchemy as sa

from salesman_analytics.closed import share
from salesman_analytics.comings import ABOVE_ALL, WON, Went, first_comings
from salesman_analytics.deals import counted_deals, deals_address
from salesman_analytics.texts import texts
from salesman_core.toolkit import (
    Days,
    Pipeline,
    Stage,
    days_between,
    formats,
    median_length,
    reading,
    step_at_stage,
)

_ = texts.lazy

Values = Mapping[str, Any]

_NOWHERE: Final = -1
"""The height of the lines that say how many came at all."""
_NUMBER: Final = sa.func.count().label("number")


@dataclass(frozen=True, slots=True)
class Way:
    """From a stage to another one, or to a won deal."""

    begin: Any
    end: Any

    @property
    def key(self) -> str:
        """Give what tells it from others."""
        return f"{self.begin.id}-{self.end.id if self.end is not None else WON}"

    @property
    def title(self) -> str:
        """Give it as people read it."""
        end = str(_("won")) if self.end is None else _named(self.end)
        return f"{_named(self.begin)} → {end}"


def _named(stage: Any) -> str:
    return f"{formats.percent(stage.percent)} {stage.name}"


def stages(asked: Values) -> Iterable[Values]:
    """Count for every two stages how many deals went from one to the other: two statements.

    From each to the next one first, then what skips some.
    """
    pipelines = _pipelines()
    gone = _gone(asked, sorted({one.percent for some in pipelines.values() for one in some}))
    used = {
        name: some for name, some in pipelines.items() if any(one.id in gone.came for one in some)
    }
    rows = []
    for name, some in used.items():
        prefix = f"{name}: " if len(used) > 1 else ""
        rows += [{**_row(way, gone), "way": f"{prefix}{way.title}"} for way in _ways(some)]
    whole = next((one for one in rows if one["whole"]), None)
    return rows if whole is None else [*rows, {**whole, "line": "total"}]


def _row(way: Way, gone: Gone) -> dict[str, Any]:
    height = ABOVE_ALL if way.end is None else way.end.percent
    found = gone.lengths.get((way.begin.id, height), [])
    came, reached = gone.came.get(way.begin.id, 0), sum(number for _days, number in found)
    return {
        "key": way.key,
        "stage_id": way.begin.id,
        "end_id": WON if way.end is None else way.end.id,
        "came": came,
        "reached": reached,
        "share": share(reached, came),
        "days": median_length(sorted(found)) if found else None,
        "whole": way.begin.first and way.end is None,
    }


def _pipelines() -> Mapping[str, Sequence[Any]]:
    """Give the stages of each pipeline in the order of progress, by the pipeline's name."""
    order = (Stage.percent, Stage.id)
    rank = sa.func.row_number().over(partition_by=Stage.pipeline_id, order_by=order)
    known: Any = sa.select(
        Stage.id,
        Stage.name,
        Stage.percent,
        Pipeline.name.label("pipeline"),
        (rank == 1).label("first"),
    )
    ordered = known.join(Pipeline, Pipeline.id == Stage.pipeline_id)
    found: dict[str, list[Any]] = {}
    for one in reading().execute(ordered.order_by(Pipeline.position, Pipeline.id, *order)):
        found.setdefault(one.pipeline, []).append(one)
    return found


def _ways(some: Sequence[Any]) -> Sequence[Way]:
    """Give the ways between the stages of a pipeline: to the next one first."""
    places = [*some, None]
    pairs = sorted(combinations(range(len(places)), 2), key=lambda one: one[1] - one[0] > 1)
    ways = (Way(places[begin], places[end]) for begin, end in pairs)
    return [one for one in ways if one.end is None or one.end.percent > one.begin.percent]


@dataclass(frozen=True, slots=True)
class Gone:
    """What deals have gone.

    :param came: by stage how many came to it.
    :param lengths: by stage, and how far they came afterwards: in how many days how many did.
    """

    came: Mapping[int, int]
    lengths: Mapping[tuple[int, int], list[tuple[int, int]]]


def _gone(asked: Values, percents: Sequence[int]) -> Gone:
    """Count how far deals came from each stage: in one statement.

    :param percents: the progress of all stages.
    """
    heights = [*percents, ABOVE_ALL]
    days = Days(asked["since"], asked["until"])
    first = first_comings(heights, days, counted_deals(asked)).c
    arrived = [
        sa.select(first.stage_id, sa.literal(height).label("height"), took.label("days"), _NUMBER)
        .where(first[f"day_{height}"].is_not(None))
        .group_by(first.stage_id, took)
        for height in heights
        for took in [days_between(first.day, first[f"day_{height}"])]
    ]
    nowhere = (sa.literal(_NOWHERE).label("height"), sa.literal(0).label("days"))
    every = sa.select(first.stage_id, *nowhere, _NUMBER).group_by(first.stage_id)
    came: dict[int, int] = {}
    lengths: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for row in reading().execute(sa.union_all(every, *arrived)):
        if row.height == _NOWHERE:
            came[row.stage_id] = row.number
        else:
            key = (row.stage_id, row.height)
            lengths.setdefault(key, []).append((row.days, row.number))
    return Gone(came, lengths)


def _came_address(asked: Values, row: Values) -> str:
    days = Days(asked["since"], asked["until"])
    return deals_address(asked, passed=step_at_stage("entered", row["stage_id"], days))


def _reached_address(asked: Values, row: Values) -> str:
    went = Went(row["stage_id"], row["end_id"], Days(asked["since"], asked["until"]))
    return deals_address(asked, **{"analytics.went": went.value})


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
                "address": _reached_address,
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
