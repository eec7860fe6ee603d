"""How deals flow through the stages of a pipeline: what came, went on or was lost, and how fast.

Each figure counts deals, a deal once for each stage, and what it counts is said once, in
:func:`_pairs`: the list behind a figure is filtered by the very same SQL.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from salesman_core.db import Money, reading
from salesman_core.deals.models import Deal, DealMove, Stage
from salesman_core.i18n import texts
from salesman_core.services.company import company
from salesman_core.web import formats
from salesman_hookspecs import Text

_ = texts.lazy

Condition = sa.ColumnElement[bool]

_DAY: Final = 86_400
_NEAR_THE_ENDS: Final = timedelta(days=2)
"""So near to the ends of the calendar a zone may lead out of it."""
_PASSING: Final = re.compile(
    r"(entered|forward|left):(\d{1,18}):(\d{4}-\d{2}-\d{2})?:(\d{4}-\d{2}-\d{2})?", re.ASCII
)
_STEPS: Final[dict[str, Text]] = {
    "entered": _("entry to “%(stage)s”"),
    "forward": _("way forward from “%(stage)s”"),
    "left": _("end of a stay at “%(stage)s”"),
}


@dataclass(frozen=True, slots=True)
class Days:
    """A period of days in the company's zone; None where an end is open."""

    since: date | None = None
    until: date | None = None

    def of_closing(self) -> list[Condition]:
        """Give the conditions of deals that were closed in the period."""
        limits = []
        if self.since is not None:
            limits.append(Deal.closed_on >= self.since)
        if self.until is not None:
            limits.append(Deal.closed_on <= self.until)
        return limits

    def of_steps(self) -> list[Condition]:
        """Give the conditions of steps that were taken in the period."""
        limits = []
        if self.since is not None and self.since - date.min > _NEAR_THE_ENDS:
            limits.append(DealMove.at >= _begins(self.since))
        if self.until is not None and date.max - self.until > _NEAR_THE_ENDS:
            limits.append(DealMove.at < _begins(self.until + timedelta(days=1)))
        return limits


def _begins(day: date) -> datetime:
    return datetime.combine(day, time.min, company().tz).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Passed:
    """Deals that took a step at a stage."""

    count: int
    amount: Decimal


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
    entered: Passed
    forward: Passed
    lost: Passed
    median_days: int | None

    @property
    def conversion(self) -> Decimal | None:
        """What left forward, of that and what was lost, in percent."""
        decided = self.forward.count + self.lost.count
        return round(Decimal(100 * self.forward.count) / decided, 1) if decided else None


_NONE: Final = Passed(0, Decimal(0))


def stage_flow(
    session: Session, pipeline_id: int, conditions: Sequence[Any], days: Days
) -> tuple[StageFlow, ...]:
    """Count what happened at each stage of a pipeline, in the order of progress.

    :param conditions: which deals count, access and one currency included.
    """
    entered, forward, lost = (
        _passed(session, step, conditions, days) for step in ("entered", "forward", "lost")
    )
    medians = _medians(session, conditions, days)
    stages = session.execute(
        sa.select(Stage.id, Stage.name, Stage.percent)
        .where(Stage.pipeline_id == pipeline_id)
        .order_by(Stage.percent, Stage.id)
    )
    return tuple(
        StageFlow(
            stage_id=stage.id,
            name=stage.name,
            percent=stage.percent,
            entered=entered.get(stage.id, _NONE),
            forward=forward.get(stage.id, _NONE),
            lost=lost.get(stage.id, _NONE),
            median_days=medians.get(stage.id),
        )
        for stage in stages
    )


def summed() -> sa.ColumnElement[Decimal]:
    """Sum amounts as the whole numbers that they are in the table."""
    total = sa.func.coalesce(sa.func.sum(sa.type_coerce(Deal.amount, sa.BigInteger)), 0)
    return sa.type_coerce(total, Money).label("amount")


def _passed(
    session: Session, step: str, conditions: Sequence[Any], days: Days
) -> Mapping[int, Passed]:
    pairs = _pairs(step, days).subquery()
    rows = session.execute(
        sa.select(pairs.c.stage_id, sa.func.count(), summed())
        .join_from(pairs, Deal, Deal.id == pairs.c.deal_id)
        .where(*conditions)
        .group_by(pairs.c.stage_id)
    )
    return {stage_id: Passed(count, amount) for stage_id, count, amount in rows}


def _pairs(step: str, days: Days) -> sa.SelectBase:
    """Give the stages and deals of a step, each pair once."""
    came = sa.select(DealMove.to_stage_id.label("stage_id"), DealMove.deal_id.label("deal_id"))
    went = sa.select(DealMove.from_stage_id.label("stage_id"), DealMove.deal_id.label("deal_id"))
    closed = sa.select(Deal.stage_id.label("stage_id"), Deal.id.label("deal_id"))
    if step == "entered":
        return came.where(DealMove.action.in_(("open", "move")), *days.of_steps()).distinct()
    if step == "left":
        return went.where(*_timed(days)).distinct()
    if step == "lost":
        return closed.where(Deal.outcome == "lost", *days.of_closing())
    before, after = aliased(Stage), aliased(Stage)
    onward = (
        went.join(before, before.id == DealMove.from_stage_id)
        .join(after, after.id == DealMove.to_stage_id)
        .where(DealMove.action == "move", after.percent > before.percent, *days.of_steps())
    )
    return sa.union(onward, closed.where(Deal.outcome == "won", *days.of_closing()))


def _timed(days: Days) -> list[Condition]:
    """Give the conditions of the steps that end a stay of which is known how long it took."""
    return [DealMove.action.in_(("move", "close")), DealMove.seconds > 0, *days.of_steps()]


def _medians(session: Session, conditions: Sequence[Any], days: Days) -> dict[int, int]:
    stayed = (DealMove.seconds // _DAY).label("stayed")
    rows = session.execute(
        sa.select(DealMove.from_stage_id, stayed, sa.func.count())
        .join_from(DealMove, Deal, Deal.id == DealMove.deal_id)
        .where(*conditions, *_timed(days))
        .group_by(DealMove.from_stage_id, stayed)
        .order_by(DealMove.from_stage_id, stayed)
    )
    stays: dict[int | None, list[tuple[int, int]]] = {}
    for stage_id, length, number in rows:
        stays.setdefault(stage_id, []).append((length, number))
    return {id_: _median(lengths) for id_, lengths in stays.items() if id_ is not None}


def _median(lengths: Sequence[tuple[int, int]]) -> int:
    """Give the length that at least half of the stays do not exceed.

    :param lengths: each with how many stays took so long, the shortest first.
    """
    half, passed = sum(number for _length, number in lengths) / 2, 0
    for length, number in lengths:
        passed += number
        if passed >= half:
            return length
    message = "there is no median of nothing"
    raise ValueError(message)


def passing(step: str, stage_id: int, days: Days) -> str:
    """Give the value by which the list of deals is filtered to those behind a figure."""
    since, until = (one.isoformat() if one else "" for one in (days.since, days.until))
    return f"{step}:{stage_id}:{since}:{until}"


def has_passed(_operator: str, value: Any) -> Condition:
    """Give the condition of the deals behind a figure; what means nothing finds nothing."""
    read = _read(value)
    if read is None:
        return sa.false()
    step, stage_id, days = read
    pairs = _pairs(step, days).subquery()
    return Deal.id.in_(sa.select(pairs.c.deal_id).where(pairs.c.stage_id == stage_id))


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
