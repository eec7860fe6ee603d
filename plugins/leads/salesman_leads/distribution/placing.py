"""Finds for leads who is to be responsible, in the transaction in which they come in or change.

A whole list of leads costs no more statements than one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa

from salesman_core.toolkit import WritingSession, write_rows
from salesman_leads.distribution import queries, telling
from salesman_leads.distribution.dealing import Dealing, Decided, as_entry
from salesman_leads.distribution.facts import Facts
from salesman_leads.distribution.models import Decision
from salesman_leads.models import UNFINISHED, Lead

Placed = Sequence[tuple[Lead, Decided]]
"""Leads with what was decided about each."""


def place(session: WritingSession, leads: Iterable[Lead], dealing: Dealing | None = None) -> Placed:
    """Give those leads an owner that have none: the one of the client that they are, or by rules.

    Before the rules goes whoever works on an open lead with the same phone or email.

    They need not be written yet. What may be junk is left alone until somebody brings it back.

    :param dealing: where the rules are held already, because the leads are.
    """
    genuine = [lead for lead in leads if not lead.suspicion]
    open_ = [lead for lead in genuine if lead.owner_id is None]
    if not open_:
        return []
    facts = [Facts.of(lead) for lead in open_]
    dealing = dealing or Dealing(session)  # before it is read who works on what came just before
    known = queries.known_clients(session, facts)
    working = _Working(session, facts)
    for lead in genuine:
        if lead.status in UNFINISHED:
            dealing.count(lead.owner_id)
    told = zip(open_, facts, known, strict=True)
    placed = [
        (lead, working.noted(one, dealing.decide(one, [*clients, *working.of(one)])))
        for lead, one, clients in told
    ]
    dealing.remember()
    for lead, decided in placed:
        lead.owner_id = decided.owner_id
    return placed


class _Owner(NamedTuple):
    """Who works on an open lead of the same people: no client is known that they are."""

    owner_id: int
    id: None = None


class _Working:
    """Who works on open leads with the phones and emails of some new ones.

    Two leads of one phone, which came nearly at the same time, go to one person: two who call
    the same stranger help nobody.
    """

    def __init__(self, session: WritingSession, facts: Iterable[Facts]) -> None:
        found = queries.working_owners(session, {key for one in facts for key in one.keys})
        self._owners = {key: list(owners) for key, owners in found.items()}

    def of(self, facts: Facts) -> Sequence[Any]:
        """Give them, who has the first lead first."""
        owners = (owner for key in facts.keys for owner in self._owners.get(key, ()))
        return [_Owner(one) for one in dict.fromkeys(owners)]

    def noted(self, facts: Facts, decided: Decided) -> Decided:
        """Remember who got a lead, for those that come with it; give what was decided."""
        if decided.owner_id is not None:
            for key in facts.keys:
                self._owners.setdefault(key, []).append(decided.owner_id)
        return decided


def note(session: WritingSession, placed: Placed) -> None:
    """Keep in the ledger what was decided about leads that are written now, and tell people."""
    write_rows(
        session, Decision, [{"lead_id": lead.id, **as_entry(decided)} for lead, decided in placed]
    )
    telling.tell_of(session, placed)


def settle(session: WritingSession, lead_ids: Sequence[int]) -> None:
    """Let what was decided about leads before not be looked at again."""
    before = sa.update(Decision).where(Decision.lead_id.in_(lead_ids), Decision.waiting)
    session.execute(before.values(waiting=False).execution_options(synchronize_session=False))
