"""What hands records over by itself: rules, and the events that they follow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_conveyor import service
from salesman_conveyor.models import PROGRESS, RUNG, WON, Handover, Rule, Station
from salesman_conveyor.records import CLIENT, DEAL, lock_record
from salesman_core.toolkit import (
    MissingError,
    Stage,
    User,
    WritingSession,
    writing,
)
from salesman_hookspecs import Event


def follow_progress(event: Event) -> None:
    """Hand an open deal over once it has come as far as a rule says.

    Of several rules the one of the highest progress counts: what was left out on the way is.
    """
    with writing() as session:
        deal = _record(session, DEAL, event.record_id)
        if deal is None or deal.outcome is not None:
            return
        percent = session.scalar(sa.select(Stage.percent).where(Stage.id == deal.stage_id))
        reached = sa.and_(Rule.on_what == PROGRESS, Rule.percent <= percent)
        _apply(session, DEAL, deal, reached, event)


def follow_rung(event: Event) -> None:
    """Hand a client over once it stands on the rung that a rule names."""
    with writing() as session:
        client = _record(session, CLIENT, event.record_id)
        if client is not None:
            here = sa.and_(Rule.on_what == RUNG, Rule.rung_id == client.rung_id)
            _apply(session, CLIENT, client, here, event)


def follow_outcome(event: Event) -> None:
    """Hand a deal over that was won; let one that was lost leave the conveyor."""
    with writing() as session:
        deal = _record(session, DEAL, event.record_id)
        if deal is None:
            return
        if deal.outcome == "won":
            _apply(session, DEAL, deal, Rule.on_what == WON, event)
        elif deal.outcome == "lost":
            current = service.current_handover(session, DEAL, deal.id)
            if current is not None:
                service.finish_locked(session, current)


def follow_name(event: Event) -> None:
    """Let what stands somewhere be called as its client or deal is."""
    if "name" not in event.payload.get("fields", ()):
        return
    with writing() as session:
        record = _record(session, event.kind, event.record_id)
        current = record and service.current_handover(session, event.kind, event.record_id)
        if current is not None and record is not None:
            current.title = current.search_title = record.name[:300]


def _apply(
    session: WritingSession, kind: str, record: Any, met: sa.ColumnElement[bool], event: Event
) -> None:
    """Hand a record over by the rule that is met; by each one once."""
    rules = (
        sa.select(Rule.id, Rule.station_id)
        .join(Station, Station.id == Rule.station_id)
        .where(Rule.active, Station.active, met)
        .order_by(sa.func.coalesce(Rule.percent, 0).desc(), Station.position.desc(), Rule.id)
    )
    rule = session.execute(rules.limit(1)).one_or_none()
    if rule is None or _has_followed(session, kind, record.id, rule.id):
        return
    station = session.get_one(Station, rule.station_id)
    told: Mapping[str, Any] = {"rule_id": rule.id, "giver_id": _actor(session, event)}
    service.hand_over_by_rule(session, kind, record, station, told)


def _has_followed(session: Session, kind: str, record_id: int, rule_id: int) -> bool:
    column = Handover.deal_id if kind == DEAL else Handover.client_id
    before = sa.exists().where(column == record_id, Handover.rule_id == rule_id)
    return bool(session.scalar(sa.select(before)))


def _actor(session: Session, event: Event) -> int | None:
    """Give who did what a rule follows, while they are there."""
    known = sa.select(User.id).where(User.id == event.actor_id, User.active)
    return session.scalar(known)


def _record(session: Session, kind: str, record_id: int) -> Any | None:
    """Load a record for a change; None where it is gone or lies in the bin."""
    try:
        record = lock_record(session, kind, record_id)
    except MissingError:
        return None
    return record if record.deleted_at is None else None
