"""The ledger of a lead as people read it: names and words are looked up when it is read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.toolkit import Client, one_of, reading, user_names, visible
from salesman_hookspecs import Text
from salesman_leads.distribution import queries, words
from salesman_leads.distribution.models import Decision


@dataclass(frozen=True, slots=True)
class Entry:
    """A decision in words.

    :param reason: why it was made.
    :param told: who got the lead.
    :param skipped: who was skipped, each with why.
    :param client_id: the client whom they were known as, where whoever reads sees it.
    """

    decision: Decision
    reason: Text
    told: str
    skipped: Sequence[tuple[str, Text]]
    client_id: int | None


def entries_of(lead_id: int) -> list[Entry]:
    """Give what was decided about a lead, the latest first."""
    return entries(queries.decisions_of(reading(), lead_id))


def entries(decisions: Sequence[Decision]) -> list[Entry]:
    """Tell of decisions, in two statements however many they are."""
    if not decisions:
        return []
    session = reading()
    people = user_names(session, {id_ for one in decisions for id_ in _people_in(one)})
    clients = _clients(session, {one.client_id for one in decisions if one.client_id is not None})
    return [_entry(one, people, clients) for one in decisions]


def _entry(decision: Decision, people: Mapping[int, str], clients: Mapping[Any, str]) -> Entry:
    client = clients.get(decision.client_id, "")
    return Entry(
        decision=decision,
        reason=words.told_reason(decision.reason),
        told=words.told(decision, people, client),
        skipped=words.told_skipped(decision, people),
        client_id=decision.client_id if client else None,
    )


def _people_in(decision: Decision) -> set[int]:
    skipped = {int(one["user_id"]) for one in decision.skipped}
    return skipped | ({decision.owner_id} - {None})  # type: ignore[operator]  # None is taken out


def _clients(session: Session, ids: set[int]) -> Mapping[Any, str]:
    """Give the names of those clients that whoever reads may see."""
    if not ids:
        return {}
    named = sa.select(Client.id, Client.name).where(one_of(Client.id, ids), visible("client"))
    return {row.id: row.name for row in session.execute(named)}
