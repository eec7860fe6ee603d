"""Leads that are there already and are dealt: because a person wants it, or their time is over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from salesman_core.toolkit import (
    ConflictError,
    WritingSession,
    for_change,
    now,
    one_of,
    plugin_settings,
    visible,
    worktime,
    writing,
)
from salesman_leads.distribution import placing, queries, telling
from salesman_leads.distribution.dealing import Dealing, Decided
from salesman_leads.distribution.facts import Facts
from salesman_leads.distribution.models import (
    AFTER_REST,
    ASKED,
    FIRST_COME,
    HAD_IT,
    KNEW_THEM,
    KNOWN,
    NOBODY,
    RESTING,
    ROUNDS,
    STAYS,
    UNTOUCHED,
    Decision,
    Rule,
)
from salesman_leads.models import CLOSED, KIND, OPEN, UNFINISHED, Lead
from salesman_leads.permissions import ASSIGN
from salesman_leads.service import demand_genuine, hand_over
from salesman_leads.texts import texts

_ = texts.lazy

AT_ONCE: Final = 500
"""So many leads are dealt again in one transaction at most."""


def distribute_lead(lead_id: int, version: int | None = None) -> Mapping[str, Any] | None:
    """Let the rules say who gets a lead.

    :returns: what undoing it needs, None where it stays whose it is.
    :raises ConflictError: where it is closed or kept apart.
    """
    with writing() as session:
        dealing = Dealing(session)  # before the lead: who holds the rules never waits for a lead
        lead: Lead = for_change(session, KIND, lead_id, ASSIGN, version)
        if lead.status == CLOSED:
            raise ConflictError(_("The lead is closed."))
        demand_genuine(lead)
        if lead.status in UNFINISHED:
            dealing.count(lead.owner_id, -1)
        facts = Facts.of(lead)
        (known,) = queries.known_clients(session, [facts])
        decided = dealing.decide(facts, known)
        dealing.remember()
        placing.settle(session, [lead.id])
        before = lead.owner_id
        changed = hand_over(session, [(lead, decided.owner_id)])
        session.flush()
        placing.note(session, [(lead, replace(decided, reason=ASKED))])
        return {"values": {"owner_id": before}, "version": lead.version} if changed else None


def deal_again() -> placing.Placed:
    """Deal the leads whose time is over; give those that nobody had touched, as they are now."""
    with writing() as session:
        over = queries.due(session, now(), AT_ONCE)
        if not over:
            return []
        dealing = Dealing(session)
        placed = list(_placed(dealing, _held(session, over), over))
        dealing.remember()
        late = [(lead, one) for lead, one in placed if one.reason in {UNTOUCHED, ROUNDS}]
        telling.tell_of_missing(session, [(lead.owner_id, lead, one) for lead, one in late])
        hand_over(session, [(lead, decided.owner_id) for lead, decided in placed])
        placing.note(session, placed)
        return late


def _held(session: WritingSession, over: Sequence[Decision]) -> Mapping[int, Lead]:
    """Give the leads of decisions, held until the commit; those whom somebody holds wait a minute.

    What was decided about the others is looked at no more.
    """
    ids = [one.lead_id for one in over]
    there = sa.select(Lead).where(one_of(Lead.id, ids), visible(KIND)).order_by(Lead.id)
    free = there.with_for_update(of=Lead, skip_locked=True).options(selectinload(Lead.products))
    free = free.options(selectinload(Lead.phones), selectinload(Lead.emails))
    free = free.execution_options(populate_existing=True)
    held = {lead.id: lead for lead in session.scalars(free)}
    kept = set(session.scalars(there.with_only_columns(Lead.id))) - held.keys()
    for one in over:
        one.waiting = one.lead_id in kept
    return held


def _placed(
    dealing: Dealing, leads: Mapping[int, Lead], over: Sequence[Decision]
) -> Iterator[tuple[Lead, Decided]]:
    """Give what is decided about leads whose time is over; what nobody can take yet waits on."""
    for before in over:
        lead = leads.get(before.lead_id)
        if lead is None or not _is_to_be_dealt(lead, before):
            continue
        dealing.count(lead.owner_id, -1)
        decided = _decided(dealing, lead, before)
        if decided.reason == NOBODY and decided.is_nobodys:
            before.due_at, before.waiting = decided.due_at, True
        else:
            if decided.method == STAYS:
                dealing.count(lead.owner_id)
            yield lead, decided


def _is_to_be_dealt(lead: Lead, before: Decision) -> bool:
    """Tell whether a lead whose time is over still has nobody, or was not touched."""
    if lead.suspicion:
        return False
    if before.is_nobodys:
        return lead.owner_id is None and lead.status != CLOSED
    return lead.status == OPEN and lead.updated_at <= before.at


def _decided(dealing: Dealing, lead: Lead, before: Decision) -> Decided:
    """Decide about a lead whose time is over, by the rule by which it was dealt before.

    Where that holds no more, the first one that fits now takes its place.
    """
    rule = next((one for one in dealing.rules if one.id == before.rule_id), None)
    rule = rule or dealing.fitting(Facts.of(lead))
    if before.is_nobodys:
        return _for_nobodys(lead, dealing.by_rule(rule), before)
    number = before.round + 1
    if rule is not None and rule.method == before.method == FIRST_COME and lead.owner_id is None:
        return replace(_untaken(dealing, rule), reason=UNTOUCHED, round=number)
    if rule is not None and number > plugin_settings("leads")["rounds"]:
        last = dealing.stay(rule)
        return _staying(lead, replace(last, reason=ROUNDS, round=number))
    decided = replace(dealing.by_rule(rule, lead.owner_id), reason=UNTOUCHED, round=number)
    decided = _past_who_knew_them(decided, before)
    if decided.method == FIRST_COME and (decided.invited or rule is None):
        return decided
    return _staying(lead, decided)


def _untaken(dealing: Dealing, rule: Rule) -> Decided:
    """Decide about a lead that nobody took first: with the coordinator, else as before."""
    last = dealing.stay(rule)
    return last if last.owner_id is not None else replace(last, method=FIRST_COME)


def _past_who_knew_them(decided: Decided, before: Decision) -> Decided:
    """Say that whoever knows them was asked first, and let it pass.

    A client stays theirs; only the lead goes on, for somebody waits for an answer. Who may not
    learn whose client somebody is reads nothing of it.
    """
    if before.method != KNOWN or before.owner_id is None:
        return decided
    why = HAD_IT if before.client_id is None else KNEW_THEM
    others = [one for one in decided.skipped if one[0] != before.owner_id]
    known_to = {*decided.known_to, before.owner_id}
    return replace(decided, skipped=[(before.owner_id, why), *others], known_to=known_to)


def _for_nobodys(lead: Lead, decided: Decided, before: Decision) -> Decided:
    """Say why a lead is dealt that waited for work to begin, or for somebody who can take it."""
    if before.method == RESTING:
        return replace(decided, reason=AFTER_REST, round=before.round)
    if decided.is_nobodys and _is_late(decided, before):
        return _staying(lead, replace(decided, reason=UNTOUCHED, round=before.round + 1))
    return replace(decided, reason=NOBODY, round=before.round)


def _is_late(decided: Decided, before: Decision) -> bool:
    """Tell whether the time to touch a lead that nobody could take is over, and nobody said so."""
    minutes = 0 if decided.rule is None else decided.rule.minutes
    late = minutes > 0 and worktime().later(before.at, minutes) <= now()
    return late and before.method != STAYS


def _staying(lead: Lead, decided: Decided) -> Decided:
    """Let a lead stay where it is, where nobody else can take it."""
    if decided.owner_id is not None:
        return decided
    due_at = decided.due_at if lead.owner_id is None else None
    return replace(decided, method=STAYS, owner_id=lead.owner_id, due_at=due_at)
