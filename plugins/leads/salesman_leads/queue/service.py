"""Every change by the queue: who has which lead in hand, and what came of a call."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.toolkit import (
    Changes,
    ConflictError,
    ForbiddenError,
    InvalidError,
    MissingError,
    announce,
    audit,
    current_person,
    demand_permission,
    differences,
    for_change,
    now,
    plugin_settings,
    touch,
    writing,
)
from salesman_hookspecs import Text
from salesman_leads.models import CLOSED, IN_WORK, KIND, OPEN, PROCESSED, UNFINISHED, Lead
from salesman_leads.permissions import CALL
from salesman_leads.queue import counting, planning, queries
from salesman_leads.queue.effects import EFFECTS, closing_bases, later
from salesman_leads.queue.models import (
    NO_ANSWER,
    NO_INTEREST,
    Attempt,
    CallResult,
    Lease,
)
from salesman_leads.queue.rule import can_be_called, next_lead
from salesman_leads.service import close_lead, forget_closing
from salesman_leads.texts import texts

_ = texts.lazy

UNDOABLE_FOR: Final = timedelta(days=30)
"""So long a call can be taken back, as other acts."""
STATE: Final = ("status", "owner_id", "result", "result_id", "comment", "attempts", "next_call_at")
"""What a call may change of a lead, and what undoing it brings back."""


def take_next() -> int | None:
    """Give the lead that whoever acts is to call next, kept for them alone for a while.

    What they have in hand already comes first. None where nothing waits.
    """
    demand_permission(CALL)
    with writing() as session:
        held = queries.in_hand(session)
        if held is not None:
            lead_id: int = held.lead_id
            return lead_id
        while (found := next_lead(session)) is not None:
            if _put_in_hand(session, found):
                return found
        return None


def leave() -> None:
    """Put down what whoever acts has in hand: others may call it at once."""
    demand_permission(CALL)
    with writing() as session:
        session.execute(sa.delete(Lease).where(Lease.person_id == current_person().id))


def put_off(lead_id: int) -> None:
    """Let a lead that was not called come again later; it stays whose it is.

    :raises ConflictError: where it is finished, or somebody else has it in hand.
    """
    with writing() as session:
        lead = _lead_to_call(session, lead_id, None)
        changes: Changes = {"next_call_at": (lead.next_call_at, later())}
        lead.next_call_at = changes["next_call_at"][1]
        _put_down(session, lead_id)
        touch(lead)
        audit(session, KIND, lead.id, lead.title, "put_off", changes)
        announce(session, "leads.lead.changed", KIND, lead.id, {"fields": ["next_call_at"]})


def record_attempt(lead_id: int, values: Mapping[str, Any], version: int | None = None) -> int:
    """Say what came of a call to a lead; give the call's id.

    A lead that nobody has becomes one's own. Where a number was wrong and another is left, it
    stays in hand.

    :param values: as :class:`~salesman_leads.queue.schemas.AttemptSchema` names them.
    :raises ConflictError: where it is finished, or somebody else has it in hand.
    :raises InvalidError: by field.
    """
    with writing() as session:
        lead = _lead_to_call(session, lead_id, version)
        result = _offered_result(session, values["call_result_id"])
        before = {name: getattr(lead, name) for name in STATE}
        attempt = Attempt(
            lead_id=lead.id,
            person_id=current_person().id,
            at=now(),
            call_result_id=result.id,
            comment=values.get("comment", "").strip(),
        )
        finished_id = _finish_promised(session, attempt, result)
        _begin(lead)
        EFFECTS[result.base](lead, attempt, values)
        session.add(attempt)
        _keep_call(session, lead, before, result)
        _close(lead, attempt, result, values)
        attempt.inquiry_id = counting.note_call(lead, attempt, result)
        session.flush()
        attempt.before = _remembered(lead, before, finished_id)
        if not _stays_in_hand(session, lead, attempt):
            _put_down(session, lead.id)
        return attempt.id


def undo_attempt(lead_id: int, attempt_id: int, version: int | None = None) -> None:
    """Take back what whoever acts said last of a call; the lead is in their hand again.

    :raises MissingError: where there is no such call of their own.
    :raises ConflictError: where something else was done with the lead since, or it is too late.
    """
    with writing() as session:
        lead: Lead = for_change(session, KIND, lead_id, CALL, version)
        attempt = session.get(Attempt, attempt_id)
        if attempt is None or (attempt.lead_id, attempt.person_id) != (lead.id, _caller()):
            raise MissingError(_("There is no such call of yours."))
        if attempt.at < now() - UNDOABLE_FOR:
            raise ConflictError(_("A call can be taken back for thirty days."))
        if attempt.before["version"] != lead.version:
            raise ConflictError(_("Something else was done with this lead since."))
        was_closed = lead.status == CLOSED
        changes = differences(lead, _read_state(attempt.before))
        for name, (_now, then) in changes.items():
            setattr(lead, name, then)
        for phone in (one for one in lead.phones if one.typed == attempt.phone):
            phone.wrong = False
        planning.undo_planning(attempt.activity_id, attempt.before["finished_id"])
        counting.take_back(attempt.inquiry_id)
        session.delete(attempt)
        touch(lead)
        audit(session, KIND, lead.id, lead.title, "call_undone", changes)
        announce(session, "leads.lead.call_undone", KIND, lead.id, {})
        if was_closed:
            forget_closing(lead)
            announce(session, "leads.lead.reopened", KIND, lead.id, {})
        _put_in_hand(session, lead.id)


def _caller() -> int:
    """Give who calls.

    :raises ForbiddenError: for the system, which has no hand to hold a lead in.
    """
    person_id = current_person().id
    if person_id is None:
        raise ForbiddenError(_("Only a person can call."), CALL)
    return person_id


def _put_in_hand(session: Session, lead_id: int) -> bool:
    """Keep a lead, whose row is held, for whoever acts; False where somebody else has it."""
    person_id = _caller()
    minutes = plugin_settings("leads")["in_hand_minutes"]
    until = now() + timedelta(minutes=minutes)
    lease = session.get(Lease, lead_id, with_for_update=True, populate_existing=True)
    if lease is None:
        session.add(Lease(lead_id=lead_id, person_id=person_id, until=until))
    elif lease.until > now() and lease.person_id != person_id:
        return False
    else:
        lease.person_id, lease.until = person_id, until
    return True


def _put_down(session: Session, lead_id: int) -> None:
    session.execute(sa.delete(Lease).where(Lease.lead_id == lead_id))


def _stays_in_hand(session: Session, lead: Lead, attempt: Attempt) -> bool:
    """Tell whether the same lead is to be called again at once, by another number."""
    again = sa.select(Lead.id).where(Lead.id == lead.id, can_be_called())
    return bool(attempt.phone) and session.scalar(again) is not None


def _lead_to_call(session: Session, lead_id: int, version: int | None) -> Lead:
    lead: Lead = for_change(session, KIND, lead_id, CALL, version)
    if lead.status not in UNFINISHED:
        raise ConflictError(_("The lead is finished already."))
    if lead.suspicion:
        raise ConflictError(_("This lead is kept apart: bring it back first."))
    if lead.no_calls:
        raise ConflictError(_("The lead wants no calls."))
    lease = session.get(Lease, lead_id, populate_existing=True)
    if lease is not None and lease.until > now() and lease.person_id != current_person().id:
        raise ConflictError(_("Somebody else is calling this lead right now."))
    return lead


def _offered_result(session: Session, result_id: int) -> CallResult:
    result = session.get(CallResult, result_id)
    if result is None or not result.active:
        message = _("Choose what came of the call.")
        raise InvalidError(message, {"call_result_id": message})
    return result


def _finish_promised(session: Session, attempt: Attempt, result: CallResult) -> int | None:
    """Finish the activity that the call before had planned; give its id."""
    told = f"{result.name}. {attempt.comment}" if attempt.comment else result.name
    return planning.finish_call(planning.promised_call(session, attempt.lead_id), told)


def _begin(lead: Lead) -> None:
    lead.attempts += 1
    lead.owner_id = lead.owner_id or current_person().id
    if lead.status == OPEN:
        lead.status = IN_WORK


def _keep_call(session: Session, lead: Lead, before: Mapping[str, Any], result: CallResult) -> None:
    touch(lead)
    session.flush()
    changes: Changes = {
        name: (old, getattr(lead, name))
        for name, old in before.items()
        if old != getattr(lead, name)
    }
    audit(session, KIND, lead.id, lead.title, "called", changes | {"call": (None, result.name)})
    person_id = current_person().id
    payload = {"base": result.base, "number": lead.attempts, "person_id": person_id}
    announce(session, "leads.lead.called", KIND, lead.id, payload)
    if lead.status == PROCESSED:
        announce(session, "leads.lead.processed", KIND, lead.id, {"owner_id": lead.owner_id})


def _close(lead: Lead, attempt: Attempt, result: CallResult, values: Mapping[str, Any]) -> None:
    """Close the lead where that was chosen, and where nothing can come of it.

    :raises InvalidError: where nobody says with which result, and where something may come of it.
    """
    closes_as_id = values.get("closes_as_id")
    if result.base == NO_INTEREST:
        closes_as_id = closes_as_id or result.closes_as_id
        if closes_as_id is None:
            raise _wrong_closing(_("Choose the result with which the lead is closed."))
    if closes_as_id is None:
        return
    if result.base not in closing_bases(lead.attempts):
        too_soon = result.base == NO_ANSWER
        raise _wrong_closing(
            _("One that does not answer is called a few times before it is closed.")
            if too_soon
            else _("Only a lead of which nothing comes is closed.")
        )
    close_lead(lead.id, closes_as_id, attempt.comment)


def _wrong_closing(message: Text) -> InvalidError:
    return InvalidError(message, {"closes_as_id": message})


def _remembered(lead: Lead, before: Mapping[str, Any], finished_id: int | None) -> dict[str, Any]:
    """Give what undoing a call needs: the lead before, and which version the call made of it."""
    at = before["next_call_at"]
    kept = {**before, "next_call_at": None if at is None else at.isoformat()}
    return {**kept, "version": lead.version, "finished_id": finished_id}


def _read_state(kept: Mapping[str, Any]) -> dict[str, Any]:
    at = kept["next_call_at"]
    state = {name: kept[name] for name in STATE}
    return {**state, "next_call_at": None if at is None else datetime.fromisoformat(at)}
