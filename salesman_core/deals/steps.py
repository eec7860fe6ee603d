"""The steps of a deal, each with its rules, its log, its audit and its event.

Whoever calls has opened the transaction, loaded the deal and judged what the person may do: the
services do so for one deal, an import for many, and both take the same steps.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.access.person import SYSTEM, acting_as
from salesman_core.clients.ladder import review_relationship
from salesman_core.clock import now, today
from salesman_core.deals import amount_source, needs, rates, standing
from salesman_core.deals.models import CloseReason, Deal, DealMove, Pipeline, Stage
from salesman_core.errors import InvalidError
from salesman_core.i18n import texts
from salesman_core.plugins.host import current_host
from salesman_core.records.changes import (
    Changes,
    Planned,
    Signature,
    announce,
    ask,
    audit,
    audit_row,
    carry_out,
    change_record,
    differences,
    first_changes,
    sign,
)
from salesman_core.records.custom.changes import plan_custom
from salesman_core.records.models import Audit
from salesman_core.records.saving import named, touch, write_rows
from salesman_core.services.company import company, is_currency
from salesman_hookspecs import Closing, StageMove
from salesman_hookspecs.data import salesman_before_close, salesman_before_stage_move

_ = texts.lazy

COLUMNS: Final = (
    "amount",
    "cost",
    "currency",
    "opened_on",
    "expected_on",
    "imported",
)
WON, LOST = "won", "lost"

OFFERED: Final = (CloseReason.active, CloseReason.system.is_(None))
"""The conditions of the reasons that people may choose; an import has one of its own."""

_KEPT_AS_JUDGED: Final = frozenset({"name", "client_id", "owner_id", "pipeline_id", "stage_id"})

_FIRST_STAGE: Final = (
    sa.select(Stage)
    .join(Pipeline, Pipeline.id == Stage.pipeline_id)
    .order_by(Pipeline.position, Pipeline.id, Stage.percent, Stage.id)
    .limit(1)
)
_FIRST_OF_PIPELINE: Final = _FIRST_STAGE.where(Stage.pipeline_id == sa.bindparam("pipeline_id"))


def begin(
    values: Mapping[str, Any], stage: Stage, *, client_id: int | None, owner_id: int | None
) -> tuple[Deal, Changes]:
    """Give a deal that is to be written, and what the audit says of it, once plugins agree.

    :param values: as the JSON API names them.
    :raises VetoedError: where a plugin refuses it.
    """
    _refuse_unknown_currency(values)
    moment, own = now(), company()
    deal = Deal(
        client_id=client_id,
        pipeline_id=stage.pipeline_id,
        stage_id=stage.id,
        stage_since=moment,
        owner_id=owner_id,
        amount=Decimal(0),  # said of each, so that many deals go into the table in one statement
        cost=Decimal(0),
        imported={},
        currency=own.currency,
        opened_on=today(own.tz),
        created_at=moment,
        updated_at=moment,
    )
    deal.name = deal.search_name = named(values["name"])
    for name in COLUMNS:
        if values.get(name) is not None:
            setattr(deal, name, values[name])
    rates.take_rate(deal)
    kept = {name: getattr(deal, name) for name in values if name in _KEPT_AS_JUDGED}
    custom = list(plan_custom("deal", deal, values))
    changes = first_changes({**values, **kept}, custom)
    ask("deal", None, changes)
    carry_out(custom)
    return deal, changes


def _refuse_unknown_currency(values: Mapping[str, Any]) -> None:
    code = values.get("currency")
    if code is not None and not is_currency(code):
        message = _("There is no currency %(code)s.", code=code)
        raise InvalidError(message, {"currency": message})


def note_written(session: Session, written: Sequence[tuple[Deal, Changes]]) -> None:
    """Note that deals which have just been written were opened, and closed where they are.

    :param written: each with what the audit says of it.
    """
    moves: list[dict[str, Any]] = []
    audits: list[dict[str, Any]] = []
    signed = sign()
    for deal, changes in written:
        kept = ("deal", deal.id, deal.name)
        moves.append(step_row(deal, "open", None, deal.created_at, signed))
        audits.append(audit_row(*kept, "created", changes, signed))
        announce(session, "core.deal.created", "deal", deal.id, {"name": deal.name}, signed)
        if deal.outcome is not None:
            # How long it had stood before, nobody knows who was not there.
            closing = step_row(deal, "close", deal.stage_id, deal.created_at, signed)
            moves.append(closing | {"seconds": 0})
            audits.append(audit_row(*kept, "closed", _closing(deal), signed))
            announce(session, "core.deal.closed", "deal", deal.id, _ending(deal), signed)
    write_rows(session, DealMove, moves)
    write_rows(session, Audit, audits)


def change(deal: Deal, wanted: Mapping[str, Any], plan: Iterable[Planned] = ()) -> Changes:
    """Set columns of a deal and all else that is planned by hand; see :func:`change_record`.

    :raises InvalidError: by field, where the lines of a plugin own what is to be changed.
    """
    return _set(deal, amount_source.by_hand(deal, wanted), plan)


def take_amount(session: Session, deal: Deal, wanted: Mapping[str, Any]) -> bool:
    """Let a deal hold what lines of a plugin come to, or be free of them; give whether it differs.

    :raises VetoedError: where a plugin refuses it.
    """
    changes = _set(deal, wanted)
    if changes:
        keep(session, deal, "changed", changes)
    return bool(changes)


def _set(deal: Deal, wanted: Mapping[str, Any], plan: Iterable[Planned] = ()) -> Changes:
    _refuse_unknown_currency(wanted)
    before = rates.decided_by(deal)
    changes = change_record("deal", deal, wanted, plan)
    if "name" in changes:
        deal.search_name = deal.name
    return changes | rates.follow(deal, before)


def move(session: Session, deal: Deal, stage: Stage) -> None:
    """Put an open deal into another stage. A frozen one stays frozen there.

    :raises UnfilledError: where the deal lacks what the stage asks for.
    :raises VetoedError: where a plugin refuses, with its reason.
    """
    thaw_if_due(session, deal)
    needs.demand_filled(session, deal, stage)
    _ask_move(deal, stage)
    forward = stage.percent > session.get_one(Stage, deal.stage_id).percent
    before, deal.stage_id = deal.stage_id, stage.id
    log_step(session, deal, "move", before, forward=forward)
    keep(session, deal, "moved", {"stage_id": (before, stage.id)}, {"stage_id": stage.id})


def transfer(session: Session, deal: Deal, stage: Stage) -> None:
    """Put a deal into a stage of another pipeline, a closed one too.

    What is closed is history, for which no stage asks. It is no way forward in either pipeline.

    :raises UnfilledError: where an open deal lacks what the stage asks for.
    :raises VetoedError: where a plugin refuses, with its reason.
    """
    thaw_if_due(session, deal)
    if deal.outcome is None:
        needs.demand_filled(session, deal, stage)
    _ask_move(deal, stage)
    before = deal.stage_id
    after: dict[str, Any] = {"pipeline_id": stage.pipeline_id, "stage_id": stage.id}
    changes = differences(deal, after)
    deal.pipeline_id, deal.stage_id = after["pipeline_id"], after["stage_id"]
    log_step(session, deal, "transfer", before)
    keep(session, deal, "transferred", changes, after)


def _ask_move(deal: Deal, stage: Stage) -> None:
    """Let plugins judge a move to a stage of whatever pipeline."""
    pipeline_id = stage.pipeline_id or deal.pipeline_id
    step = StageMove(deal.id, deal.pipeline_id, deal.stage_id, stage.id, pipeline_id)
    current_host().call(salesman_before_stage_move, move=step)


def close(
    session: Session, deal: Deal, outcome: str, reason_id: int | None, closed_on: date | None = None
) -> None:
    """Close an open deal; a frozen one thaws first.

    :param closed_on: the day; today where it is not said.
    :raises VetoedError: where a plugin refuses, with its reason.
    """
    ask_closing(deal.id, outcome, reason_id)
    thaw_if_due(session, deal)
    thaw(session, deal)
    day, before = closed_on or today(company().tz), rates.decided_by(deal)
    deal.outcome, deal.reason_id, deal.closed_on = outcome, reason_id, day
    log_step(session, deal, "close", deal.stage_id)
    keep(session, deal, "closed", _closing(deal) | rates.follow(deal, before), _ending(deal))


def ask_closing(deal_id: int, outcome: str, reason_id: int | None) -> None:
    """Let plugins judge a closing.

    :raises VetoedError: where one of them refuses it.
    """
    closing = Closing(deal_id, outcome, reason_id)
    current_host().call(salesman_before_close, closing=closing)


def _closing(deal: Deal) -> Changes:
    return {name: (None, value) for name, value in _ending(deal).items()}


def _ending(deal: Deal) -> dict[str, Any]:
    return {"outcome": deal.outcome, "reason_id": deal.reason_id}


def reopen(session: Session, deal: Deal) -> None:
    """Open a closed deal again where it stood."""
    changes: Changes = {"outcome": (deal.outcome, None), "reason_id": (deal.reason_id, None)}
    before = rates.decided_by(deal)
    deal.outcome = deal.reason_id = deal.closed_on = None
    log_step(session, deal, "reopen", deal.stage_id)
    keep(session, deal, "reopened", changes | rates.follow(deal, before), {})


def freeze(session: Session, deal: Deal, until: date, reason: str) -> None:
    """Let an open deal rest until a day, or a resting one until another."""
    thaw_if_due(session, deal)
    changes = differences(deal, {"frozen_until": until, "freeze_reason": reason})
    # The plan goes on with the day; what counts so far is what it then stands at.
    deal.plan_since = standing.thaws_at(until) - standing.time_counted(deal)
    deal.frozen_until, deal.freeze_reason = until, reason
    write_rows(session, DealMove, [step_row(deal, "freeze", deal.stage_id, now()) | {"seconds": 0}])
    keep(session, deal, "frozen", changes, {"frozen_until": until})


def thaw(session: Session, deal: Deal) -> None:
    """Let a deal go on, from now or from its day where that has come, if it is frozen."""
    until, reason = deal.frozen_until, deal.freeze_reason
    if until is None:
        return
    end = standing.thaws_at(until)
    moment = min(now(), end)
    frozen = int((moment - _frozen_since(session, deal, moment)).total_seconds())
    if deal.plan_since is not None:
        deal.plan_since -= end - moment
    deal.frozen_until = deal.freeze_reason = None
    step = step_row(deal, "thaw", deal.stage_id, moment) | {"seconds": max(frozen, 0)}
    write_rows(session, DealMove, [step])
    changes: Changes = {"frozen_until": (until, None), "freeze_reason": (reason, None)}
    keep(session, deal, "thawed", changes, {})


def thaw_if_due(session: Session, deal: Deal) -> None:
    """Note that a deal goes on where its day has come and no job has noted it yet."""
    if deal.frozen_until is not None and not standing.is_frozen(deal):
        with acting_as(SYSTEM):  # whoever comes across it did not do it
            thaw(session, deal)


def _frozen_since(session: Session, deal: Deal, moment: datetime) -> datetime:
    """Give since when a deal has been frozen without a break; *moment* where no log tells."""
    own = DealMove.deal_id == deal.id
    last_thaw = sa.select(sa.func.max(DealMove.id)).where(own, DealMove.action == "thaw")
    begin = sa.select(sa.func.min(DealMove.at)).where(
        own,
        DealMove.action == "freeze",
        DealMove.id > sa.func.coalesce(last_thaw.scalar_subquery(), 0),
    )
    return session.scalar(begin) or moment


def first_stage(session: Session, pipeline_id: int | None) -> Stage:
    """Give the stage at which deals begin, in the company's first pipeline where none is said.

    :raises InvalidError: for a pipeline that there is not.
    """
    asked = _FIRST_STAGE if pipeline_id is None else _FIRST_OF_PIPELINE
    first = session.scalars(asked, {"pipeline_id": pipeline_id}).first()
    if first is None:
        message = _("There is no such pipeline, or it has no stages.")
        raise InvalidError(message, {"pipeline_id": message})
    return first


def judged_reason(session: Session, outcome: str, reason_id: int | None) -> int | None:
    """Give the reason with which a deal is closed: none for a won one, one for a lost one.

    :raises InvalidError: for another outcome, a lost deal without a reason that people may choose,
        or a won one with any.
    """
    if outcome == WON and reason_id is not None:
        message = _("Only a lost deal has a reason.")
        raise InvalidError(message, {"reason_id": message})
    if outcome == WON:
        return None
    if outcome != LOST:
        message = _("A deal is closed as won or lost.")
        raise InvalidError(message, {"outcome": message})
    offered = sa.exists().where(CloseReason.id == reason_id, *OFFERED)
    if reason_id is None or not session.scalar(sa.select(offered)):
        message = _("Say why the deal was lost: choose a reason from the list.")
        raise InvalidError(message, {"reason_id": message})
    return reason_id


def log_step(
    session: Session, deal: Deal, action: str, from_stage_id: int, *, forward: bool = False
) -> None:
    """Keep a step of the deal, which now begins to stand where it is."""
    moment = now()
    step = step_row(deal, action, from_stage_id, moment) | {"forward": forward}
    write_rows(session, DealMove, [step])
    deal.stage_since, until = moment, deal.frozen_until
    deal.plan_since = None if until is None else standing.thaws_at(until)


def step_row(
    deal: Any,
    action: str,
    from_stage_id: int | None,
    moment: datetime,
    signature: Signature | None = None,
) -> dict[str, Any]:
    """Give the row of a step, with how long the deal had stood where it left.

    :param deal: or a row with what a step tells of it.
    """
    signed = signature or sign()
    stood = 0 if from_stage_id is None else int((moment - deal.stage_since).total_seconds())
    closing, freezing = action == "close", action == "freeze"
    return {
        "deal_id": deal.id,
        "action": action,
        "from_stage_id": from_stage_id,
        "to_stage_id": deal.stage_id,
        "outcome": deal.outcome if closing else None,
        "reason_id": deal.reason_id if closing else None,
        "at": moment,
        "day": moment.astimezone(company().tz).date(),
        "forward": False,
        "actor_id": signed.actor_id,
        "actor_name": signed.actor_name,
        "seconds": stood,
        "frozen_until": deal.frozen_until if freezing else None,
        "freeze_reason": deal.freeze_reason if freezing else None,
    }


def keep(
    session: Session,
    deal: Deal,
    action: str,
    changes: Changes,
    payload: Mapping[str, Any] | None = None,
) -> None:
    """Note a change of a deal: when, by whom, and for those who listen.

    :param payload: what the event says; the names of the changed fields where it is not given.
    """
    touch(deal)
    audit(session, "deal", deal.id, deal.name, action, changes)
    said = {"fields": sorted(changes)} if payload is None else payload
    announce(session, f"core.deal.{action}", "deal", deal.id, said)


def review(*client_ids: int | None) -> None:
    """Let the ladder see what became of the deals of some clients."""
    review_relationship(id_ for id_ in client_ids if id_ is not None)
