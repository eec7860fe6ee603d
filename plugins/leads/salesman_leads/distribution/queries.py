"""Every read of rules, absences and decisions."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from salesman_core.toolkit import (
    SYSTEM,
    AnyRow,
    MissingError,
    User,
    clients_by_other_keys,
    clients_reached,
    now,
    one_of,
    person_of,
    visible,
    whose_business,
)
from salesman_hookspecs import Scope
from salesman_leads.distribution.facts import Facts
from salesman_leads.distribution.models import REMEMBERING, Absence, Decision, Rule
from salesman_leads.models import CLOSED, KIND, UNFINISHED, Lead, LeadEmail, LeadPhone
from salesman_leads.permissions import EDIT, VIEW
from salesman_leads.texts import texts

_ = texts.lazy

FIGURES_OF: Final = timedelta(days=30)
_LEADS: Final = sa.func.count(sa.distinct(Decision.lead_id))
"""However often each was dealt."""


def standing_rules(session: Session, *, held: bool) -> Sequence[Rule]:
    """Give the active rules in their order, with their members.

    :param held: whether others who deal by them wait until the commit, where the next choice
        depends on the one before. All such rules are locked by one statement, in one order, so
        that nobody waits for somebody who waits for them; what counts is read after that.
    """
    if held:
        remembering = sa.select(Rule.id).where(Rule.active, Rule.method.in_(REMEMBERING))
        session.execute(remembering.order_by(Rule.id).with_for_update(key_share=True)).all()
    rules = sa.select(Rule).where(Rule.active).order_by(Rule.position, Rule.id)
    rules = rules.options(selectinload(Rule.members))
    return session.scalars(rules.execution_options(populate_existing=held)).all()


def rules(session: Session) -> Sequence[Rule]:
    """Give all rules in their order, with their members."""
    ordered = sa.select(Rule).order_by(Rule.position, Rule.id).options(selectinload(Rule.members))
    return session.scalars(ordered).all()


def one_rule(session: Session, rule_id: int) -> Rule:
    """Give a rule.

    :raises MissingError: where there is none.
    """
    rule = session.get(Rule, rule_id)
    if rule is None:
        raise MissingError(_("There is no such rule."))
    return rule


def absent_people(session: Session, day: date) -> Collection[int]:
    """Give who is absent on a day."""
    there = sa.select(Absence.user_id).where(Absence.first_day <= day, Absence.last_day >= day)
    return set(session.scalars(there))


def takers(most: int) -> Sequence[int]:
    """Give those who may take leads of nobody: active, and their roles let them see and edit all.

    Who may do everything is among them only where nobody else is.

    :param most: so many at most, those who are here the longest.
    """
    found = []
    for user in whose_business(EDIT):
        person = person_of(user.id)
        if person is not None and {person.scope(VIEW), person.scope(EDIT)} == {Scope.ALL}:
            found.append(int(user.id))
    return found[:most]


def loads(session: Session, user_ids: Collection[int]) -> Mapping[int, int]:
    """Count the unfinished leads of some people, but for those that are kept apart."""
    counted = (
        sa.select(Lead.owner_id, sa.func.count(Lead.id))
        .where(
            one_of(Lead.owner_id, user_ids),
            Lead.status.in_(UNFINISHED),
            Lead.suspicion == "",
            visible(KIND, person=SYSTEM),
        )
        .group_by(Lead.owner_id)
    )
    return {owner_id: count for owner_id, count in session.execute(counted) if owner_id is not None}


def known_clients(session: Session, facts: Sequence[Facts]) -> list[Sequence[AnyRow]]:
    """Give for each lead the clients with an owner that they may be.

    Those that have one of its phones and emails come first, then those that share a key with it
    which a plugin gives.
    """
    reached = clients_reached(session, {key for one in facts for key in one.keys})
    sharing = clients_by_other_keys(session, [one.client for one in facts])
    found: list[Sequence[AnyRow]] = []
    for one, others in zip(facts, sharing, strict=True):
        met = {row.id: row for key in one.keys for row in reached.get(key, ())}
        met |= {row.id: row for row in others if row.id not in met}
        found.append([row for row in met.values() if row.owner_id is not None])
    return found


def working_owners(session: Session, keys: Iterable[str]) -> Mapping[str, Sequence[int]]:
    """Give by phone and email who works on an open lead that has it, the first such lead first."""
    wanted = list(keys)
    if not wanted:
        return {}
    told = (
        sa.select(way.normalised, Lead.id.label("lead_id"), Lead.owner_id)
        .join(Lead, Lead.id == way.lead_id)
        .where(one_of(way.normalised, wanted), Lead.owner_id.is_not(None))
        .where(Lead.status != CLOSED, Lead.suspicion == "", visible(KIND, person=SYSTEM))
        for way in (LeadPhone, LeadEmail)
    )
    found: dict[str, list[int]] = {}
    for key, _lead_id, owner_id in session.execute(sa.union_all(*told).order_by("lead_id")):
        if key is not None and owner_id is not None:
            found.setdefault(key, []).append(owner_id)
    return found


def decisions_of(session: Session, lead_id: int) -> Sequence[Decision]:
    """Give what was decided about a lead that the person sees, the latest first."""
    seen = sa.select(Lead.id).where(Lead.id == lead_id, visible(KIND))
    of_lead = sa.select(Decision).where(Decision.lead_id.in_(seen))
    return session.scalars(of_lead.order_by(Decision.id.desc())).all()


def leads_dealt(session: Session) -> Mapping[int | None, int]:
    """Count the leads that each rule dealt within thirty days, by rule."""
    counted = sa.select(Decision.rule_id, _LEADS).where(Decision.at >= now() - FIGURES_OF)
    return dict(session.execute(counted.group_by(Decision.rule_id)).all())


def leads_got(session: Session, rule_id: int) -> Mapping[int | None, int]:
    """Count the leads that each got by a rule within thirty days; under None, what nobody got."""
    dealt = sa.and_(Decision.rule_id == rule_id, Decision.at >= now() - FIGURES_OF)
    got = sa.select(Decision.lead_id).where(dealt, Decision.owner_id.is_not(None))
    counted = sa.select(Decision.owner_id, _LEADS).where(
        dealt, sa.or_(Decision.owner_id.is_not(None), Decision.lead_id.not_in(got))
    )
    return dict(session.execute(counted.group_by(Decision.owner_id)).all())


ABSENCE: Final = (
    Absence.id,
    Absence.user_id,
    Absence.first_day,
    Absence.last_day,
    Absence.note,
    User.name.label("user_name"),
)


def absences(session: Session, since: date) -> Sequence[AnyRow]:
    """Give the absences that last until a day or longer, the first one first."""
    lasting = sa.select(*ABSENCE).join(User, User.id == Absence.user_id)
    lasting = lasting.where(Absence.last_day >= since)
    return session.execute(lasting.order_by(Absence.first_day, Absence.id)).all()


def one_absence(session: Session, absence_id: int) -> AnyRow:
    """Give an absence.

    :raises MissingError: where there is none.
    """
    one = sa.select(*ABSENCE).join(User, User.id == Absence.user_id)
    found = session.execute(one.where(Absence.id == absence_id)).one_or_none()
    if found is None:
        raise MissingError(_("There is no such absence any more."))
    return found


def due(session: Session, moment: datetime, most: int) -> Sequence[Decision]:
    """Give the decisions whose time is over, the oldest first."""
    over = sa.select(Decision).where(Decision.waiting, Decision.due_at <= moment)
    return session.scalars(over.order_by(Decision.due_at, Decision.id).limit(most)).all()


def waits_for_its_time() -> sa.ColumnElement[bool]:
    """Give the condition of leads that are dealt again when their time is over."""
    return sa.exists().where(Decision.lead_id == Lead.id, Decision.waiting)
