"""How deals flow through the stages of a pipeline: what came, went on or was lost, and how fast.

Each figure counts deals, a deal once for each stage. Which figures there are is said in
:mod:`salesman_core.deals.tally`; the list behind one is filtered here, and shows the same deals.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

import sqlalchemy as sa

from salesman_core.db import reading
from salesman_core.deals.counted import ALWAYS, Days, Figure, Sum, together
from salesman_core.deals.models import Deal, DealMove, Stage
from salesman_core.deals.tally import comes, ends_a_stay
from salesman_core.i18n import texts
from salesman_core.web import formats
from salesman_hookspecs import Text

_ = texts.lazy

Condition = sa.ColumnElement[bool]

_PASSING: Final = re.compile(
    r"(entered|forward|left|decided):(\d{1,18}):(\d{4}-\d{2}-\d{2})?:(\d{4}-\d{2}-\d{2})?", re.ASCII
)
_STEPS: Final[dict[str, Text]] = {
    "entered": _("entry to “%(stage)s”"),
    "forward": _("way forward from “%(stage)s”"),
    "left": _("end of a stay at “%(stage)s”"),
    "decided": _("way forward from “%(stage)s”, or loss there"),
}


@dataclass(frozen=True, slots=True)
class StageFlow:
    """What happened at a stage in a period.

    :param forward: what went on to a stage of more progress, or was won there.
    :param lost: what is closed as lost there.
    :param median_days: half of the stays that ended took at most so many whole days; None where
        none did, or nobody knows how long.
    """

    stage_id: int
    name: str
    percent: int
    entered: Sum
    forward: Sum
    lost: Sum
    median_days: int | None

    @property
    def conversion(self) -> Decimal | None:
        """What left forward, of that and what was lost, in percent."""
        decided = self.forward.count + self.lost.count
        return round(Decimal(100 * self.forward.count) / decided, 1) if decided else None


def stage_flow(stages: Sequence[Any], figures: Sequence[Figure]) -> tuple[StageFlow, ...]:
    """Tell what happened at each of some stages.

    :param stages: with ``id``, ``name`` and ``percent``, in their order.
    :param figures: of one currency.
    """
    return tuple(
        _flow_at(stage, [one for one in figures if one.stage_id == stage.id]) for stage in stages
    )


def _flow_at(stage: Any, figures: Sequence[Figure]) -> StageFlow:
    entered, forward, lost = (together(figures, kind) for kind in ("entered", "forward", "lost"))
    stays = sorted((one.days, one.number) for one in figures if one.kind == "stayed")
    return StageFlow(
        stage_id=stage.id,
        name=stage.name,
        percent=stage.percent,
        entered=entered,
        forward=forward,
        lost=lost,
        median_days=median(stays) if stays else None,
    )


def median(lengths: Sequence[tuple[int, int]]) -> int:
    """Give the length that at least half of some stays do not exceed.

    :param lengths: in whole days, each with how many stays took so long, the shortest first.
    :raises ValueError: where there is none.
    """
    half, passed = sum(number for _length, number in lengths) / 2, 0
    for length, number in lengths:
        passed += number
        if passed >= half:
            return length
    message = "there is no median of nothing"
    raise ValueError(message)


def _passing_deals(step: str, stage_id: int, days: Days) -> sa.SelectBase:
    """Give the ids of the deals that took a step at a stage: what the figure counts, each once."""
    came, went = (
        sa.select(DealMove.deal_id).where(column == stage_id, *days.holds(DealMove.day))
        for column in (DealMove.to_stage_id, DealMove.from_stage_id)
    )
    if step == "entered":
        return came.where(comes(DealMove))
    if step == "left":
        return went.where(ends_a_stay(DealMove))
    outcomes = ("won", "lost") if step == "decided" else ("won",)
    closed = sa.select(Deal.id).where(
        Deal.stage_id == stage_id, Deal.outcome.in_(outcomes), *days.holds(Deal.closed_on)
    )
    return sa.union(went.where(DealMove.forward), closed)


def passing(step: str, stage_id: int, days: Days = ALWAYS) -> str:
    """Give the value of the filter ``passed`` of the list of deals: those that took a step.

    :param step: ``entered``, ``forward``, ``left`` (a stay ended, of which is known how long it
        took) or ``decided`` (``forward``, or lost there).
    :param days: when they did.
    """
    since, until = (one.isoformat() if one else "" for one in (days.since, days.until))
    return f"{step}:{stage_id}:{since}:{until}"


def has_passed(_operator: str, value: Any) -> Condition:
    """Give the condition of the deals behind a figure; what means nothing finds nothing."""
    read = _read(value)
    if read is None:
        return sa.false()
    return Deal.id.in_(_passing_deals(*read))


def passing_in_words(value: Any) -> str:
    """Give in words what a filter asks for: "entry to “Proposal”, from 1 October"."""
    read = _read(value)
    if read is None:
        return str(value)
    step, stage_id, days = read
    name = reading().scalar(sa.select(Stage.name).where(Stage.id == stage_id))
    words = [str(_STEPS[step]) % {"stage": name or stage_id}]
    if days.since is not None:
        words.append(str(_("from %(day)s", day=formats.day(days.since))))
    if days.until is not None:
        words.append(str(_("until %(day)s", day=formats.day(days.until))))
    return ", ".join(words)


def _read(value: Any) -> tuple[str, int, Days] | None:
    found = _PASSING.fullmatch(str(value))
    if found is None:
        return None
    try:
        ends = [date.fromisoformat(one) if one else None for one in found.group(3, 4)]
    except ValueError:  # as the 30th of February
        return None
    return found[1], int(found[2]), Days(*ends)
