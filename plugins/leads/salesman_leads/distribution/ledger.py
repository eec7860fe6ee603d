"""The ledger of a lead as people read it: names and words are looked up when it is read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.toolkit import Client, all_keys_told, one_of, reading, user_names, visible
from salesman_hookspecs import Text
from salesman_leads.distribution import queries, words
from salesman_leads.distribution.models import KNOWN, WITHHELD, Decision


@dataclass(frozen=True, slots=True)
class Entry:
    """A decision in words, as whoever reads may know it.

    :param method: how it was made; ``withheld`` where that would tell whose client somebody is.
    :param reason: why it was made.
    :param told: who got the lead.
    :param skipped: who was skipped, each with why; ``skips`` the same as it is kept.
    :param client_id: the client whom they were known as, where whoever reads sees it.
    """

    decision: Decision
    method: str
    reason: Text
    told: str
    skipped: Sequence[tuple[str, Text]]
    skips: Sequence[Mapping[str, Any]]
    client_id: int | None


def entries_of(lead_id: int) -> list[Entry]:
    """Give what was decided about a lead, the latest first."""
    return entries(queries.decisions_of(reading(), lead_id))


def entries(decisions: Sequence[Decision]) -> list[Entry]:
    """Tell of decisions, in two statements however many they are.

    By a phone, an email or another key a lead was known as somebody's client. Whoever may not
    learn of each such key whose it is reads who got the lead, and not that they were known: else
    anybody could enter a number and read whose client it is.
    """
    if not decisions:
        return []
    session = reading()
    people = user_names(session, {id_ for one in decisions for id_ in _people_in(one)})
    told = all_keys_told("client")
    known = {one.client_id for one in decisions if told and one.client_id is not None}
    clients = _clients(session, known)
    return [_entry(one, people, clients, told=told) for one in decisions]


def _entry(
    decision: Decision, people: Mapping[int, str], clients: Mapping[Any, str], *, told: bool
) -> Entry:
    client = clients.get(decision.client_id, "")
    skips = [one for one in decision.skipped if told or not one.get("known", True)]
    secret = decision.method == KNOWN and not told
    return Entry(
        decision=decision,
        method=WITHHELD if secret else decision.method,
        reason=words.told_reason(decision.reason),
        told=words.told_owner(decision, people) if secret else words.told(decision, people, client),
        skipped=words.told_skipped(skips, people),
        skips=[{"user_id": one["user_id"], "why": one["why"]} for one in skips],
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
