"""Finds for leads who is to be responsible, in the transaction in which they come in or change.

A whole list of leads costs no more statements than one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

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

    They need not be written yet. What may be junk is left alone until somebody brings it back.

    :param dealing: where the rules are held already, because the leads are.
    """
    genuine = [lead for lead in leads if not lead.suspicion]
    open_ = [lead for lead in genuine if lead.owner_id is None]
    if not open_:
        return []
    facts = [Facts.of(lead) for lead in open_]
    known = queries.known_clients(session, facts)
    dealing = dealing or Dealing(session)
    for lead in genuine:
        if lead.status in UNFINISHED:
            dealing.count(lead.owner_id)
    told = zip(open_, facts, known, strict=True)
    placed = [(lead, dealing.decide(one, clients)) for lead, one, clients in told]
    dealing.remember()
    for lead, decided in placed:
        lead.owner_id = decided.owner_id
    return placed


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
