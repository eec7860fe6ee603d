"""Decides about leads by the rules as they stand; what is decided is carried out elsewhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from salesman_core.toolkit import AnyRow, WritingSession, now, person_of, worktime
from salesman_hookspecs import Scope
from salesman_leads.distribution import queries
from salesman_leads.distribution.facts import Facts
from salesman_leads.distribution.models import (
    ABSENT,
    COORDINATOR,
    FIRST_COME,
    HAD_IT,
    KNOWN,
    LEAST_LOADED,
    LEFT,
    NEW,
    NO_ACCESS,
    RESTING,
    TRIED_AGAIN,
    UNSEEN,
    Rule,
)
from salesman_leads.distribution.turns import Hand, deal
from salesman_leads.permissions import EDIT, VIEW

MOST_INVITED: Final = 200
"""So many are told of a lead that whoever is first takes, where its rule names nobody."""

Skipped = Sequence[tuple[int, str]]
"""Who might have got a lead and did not, with why."""


@dataclass(frozen=True, slots=True)
class Decided:
    """What was decided about a lead.

    :param owner_id: who gets it, None for nobody.
    :param rule: whose rule it was, None where no rule was asked.
    :param client_id: the client who they are, where that decided it.
    :param known_to: those of *skipped* of whom nobody would have thought, had they not been
        responsible for a client that they may be.
    :param invited: who may take it now, where it goes to whoever takes it first.
    :param due_at: until when it must have been touched, or when it is looked at again.
    :param reason: why it was decided about.
    :param round: how often nobody had touched it before.
    """

    method: str
    owner_id: int | None = None
    rule: Rule | None = None
    skipped: Skipped = ()
    client_id: int | None = None
    known_to: Collection[int] = ()
    invited: Sequence[int] = ()
    due_at: datetime | None = None
    reason: str = NEW
    round: int = 0

    @property
    def is_nobodys(self) -> bool:
        """Whether nobody gets the lead, and it is not whose takes it first either."""
        return self.owner_id is None and self.method != FIRST_COME


def as_entry(decided: Decided) -> dict[str, Any]:
    """Give the columns of the ledger for what was decided now; the lead is for the caller."""
    rule = decided.rule
    return {
        "at": now(),
        "reason": decided.reason,
        "rule_id": None if rule is None else rule.id,
        "rule_name": "" if rule is None else rule.name,
        "method": decided.method,
        "owner_id": decided.owner_id,
        "client_id": decided.client_id,
        "skipped": [
            {"user_id": user_id, "why": why, "known": user_id in decided.known_to}
            for user_id, why in decided.skipped
        ],
        "round": decided.round,
        "due_at": decided.due_at,
        "waiting": decided.due_at is not None,
    }


@dataclass(slots=True)
class _Table:
    """A rule while it deals: those who can take a lead, and why the others cannot."""

    hands: list[Hand] = field(default_factory=list)
    skipped: list[tuple[int, str]] = field(default_factory=list)
    turns: int = 0


class Dealing:
    """Deals some leads by the rules as they stand at this moment.

    Others who deal wait until the commit: a turn that two find free would be given twice. So
    whoever holds leads begins to deal before: who holds the rules never waits for somebody who
    waits for them. A preview and a dry run keep nobody waiting, and use up nobody's turn.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._held = isinstance(session, WritingSession) and not session.passing
        self._moment = now()
        self._work = worktime()
        self.working = self._work.next_moment(self._moment) <= self._moment
        self.rules = queries.standing_rules(session, held=self._held)
        self._members = {one.user_id for rule in self.rules for one in rule.members}
        self._absent: Collection[int] | None = None
        self._loads: Mapping[int, int] | None = None
        self._free: Sequence[int] | None = None
        self._given: Counter[int] = Counter()
        self._tables: dict[int, _Table] = {}

    def decide(self, facts: Facts, known: Sequence[AnyRow]) -> Decided:
        """Decide about a lead: the owner of the client that they are goes before all rules.

        They have the time that the rule gives which would hold otherwise, and by that rule it goes
        on where they let it pass.

        :param known: the clients that they may be, the likeliest first.
        """
        met: dict[int, str] = {}
        for client in known:
            why = self._hindrance(client.owner_id)
            if not why:
                self.count(client.owner_id)
                passed = [*met.items()]
                due_at = self._due_at(self.fitting(facts))
                whose = client.owner_id
                return Decided(KNOWN, whose, None, passed, client.id, {*met}, due_at=due_at)
            met[client.owner_id] = why
        decided = self.by_rules(facts)
        known_to = met.keys() - {user_id for user_id, _why in decided.skipped}
        skipped = _joined(met.items(), decided.skipped)
        return replace(decided, skipped=skipped, known_to=known_to)

    def by_rules(self, facts: Facts) -> Decided:
        """Decide by the first rule that fits."""
        return self.by_rule(self.fitting(facts))

    def fitting(self, facts: Facts) -> Rule | None:
        """Give the first rule that fits, None where none does."""
        return next((one for one in self.rules if facts.fulfil(one, working=self.working)), None)

    def by_rule(self, rule: Rule | None, but: int | None = None) -> Decided:
        """Decide by a rule; without one, whoever takes it first gets it.

        :param but: who has the lead and is not to get it again.
        """
        if rule is None:
            return Decided(FIRST_COME, invited=self._takers())
        if rule.only_working and not self.working:
            return self._after_rest(rule)
        table = self._table(rule)
        hands = [one for one in table.hands if one.user_id != but]
        had_it = [(one.user_id, HAD_IT) for one in table.hands if one.user_id == but]
        skipped = _joined(table.skipped, had_it)
        decided = Decided(rule.method, rule=rule, skipped=skipped, due_at=self._due_at(rule))
        if rule.method == FIRST_COME:
            invited = [one.user_id for one in hands] if rule.members else self._takers(but)
            return replace(decided, invited=invited)
        if rule.method == COORDINATOR or not hands:
            return self._or_later(self._to_coordinator(decided, but))
        table.turns += 1
        self._weigh(rule, hands)
        chosen = deal(rule.method, hands, table.turns).user_id
        self.count(chosen)
        return replace(decided, owner_id=chosen)

    def _due_at(self, rule: Rule | None) -> datetime | None:
        """Give until when a lead must have been touched, None for no limit."""
        if rule is None or not rule.minutes:
            return None
        return self._work.later(self._moment, rule.minutes)

    def _after_rest(self, rule: Rule) -> Decided:
        """Let a lead wait until work begins."""
        resting = [(one.user_id, RESTING) for one in rule.members]
        begins = self._work.next_moment(self._moment)
        return Decided(RESTING, rule=rule, skipped=resting, due_at=begins)

    def _or_later(self, decided: Decided) -> Decided:
        """Let what nobody can take now be tried again soon."""
        if decided.owner_id is not None:
            return decided
        return replace(decided, due_at=self._work.later(self._moment, TRIED_AGAIN))

    def stay(self, rule: Rule) -> Decided:
        """Decide where a lead stays that came back too often: with the rule's coordinator."""
        return self._to_coordinator(Decided(COORDINATOR, rule=rule))

    def count(self, user_id: int | None, leads: int = 1) -> None:
        """Let leads count as somebody's whose change of hands is not written yet."""
        if user_id is not None:
            self._given[user_id] += leads

    def remember(self) -> None:
        """Write down whose turn it was."""
        for rule in self.rules if self._held else ():
            table = self._tables.get(rule.id, _Table())
            hands = {one.user_id: one for one in table.hands}
            for member in rule.members:
                hand = hands.get(member.user_id)
                if hand is not None and (member.turn, member.credit) != (hand.turn, hand.credit):
                    member.turn, member.credit = hand.turn, hand.credit

    def _to_coordinator(self, decided: Decided, but: int | None = None) -> Decided:
        found = decided.rule.coordinator_id if decided.rule is not None else None
        if found is None:
            return decided
        why = HAD_IT if found == but else self._hindrance(found)
        if why:
            return replace(decided, skipped=_joined(decided.skipped, [(found, why)]))
        self.count(found)
        return replace(decided, owner_id=found)

    def _table(self, rule: Rule) -> _Table:
        if rule.id not in self._tables:
            table = _Table(turns=max((one.turn for one in rule.members), default=0))
            for one in rule.members:
                why = self._hindrance(one.user_id, nobodys=rule.method == FIRST_COME)
                if why:
                    table.skipped.append((one.user_id, why))
                else:
                    table.hands.append(Hand(one.user_id, one.weight, one.turn, one.credit))
            self._tables[rule.id] = table
        return self._tables[rule.id]

    def _hindrance(self, user_id: int, *, nobodys: bool = False) -> str:
        """Give why somebody cannot take a lead, an empty string where they can.

        :param nobodys: whether they must see leads of nobody.
        """
        person = person_of(user_id)
        if person is None:
            return LEFT
        if not (person.may(VIEW) and person.may(EDIT)):
            return NO_ACCESS
        if user_id in self._away():
            return ABSENT
        return UNSEEN if nobodys and person.scope(VIEW) is not Scope.ALL else ""

    def _takers(self, but: int | None = None) -> Sequence[int]:
        """Give who may take a lead of nobody where no rule names anybody, and is there today."""
        if self._free is None:
            all_of_them = queries.takers(MOST_INVITED)
            self._free = [one for one in all_of_them if not self._hindrance(one, nobodys=True)]
        return [one for one in self._free if one != but]

    def _away(self) -> Collection[int]:
        """Give who is absent today."""
        if self._absent is None:
            day = self._moment.astimezone(self._work.zone).date()
            self._absent = queries.absent_people(self._session, day)
        return self._absent

    def _weigh(self, rule: Rule, hands: Sequence[Hand]) -> None:
        """Say how many unfinished leads each has, where that counts."""
        if rule.method != LEAST_LOADED:
            return
        if self._loads is None:
            self._loads = queries.loads(self._session, self._members)
        for one in hands:
            one.load = self._loads.get(one.user_id, 0) + self._given[one.user_id]


def _joined(*parts: Collection[tuple[int, str]]) -> Skipped:
    """Give all that are skipped, each once."""
    return list(dict(one for part in parts for one in part).items())
