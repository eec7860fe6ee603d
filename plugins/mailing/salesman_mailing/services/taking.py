"""What services tell of by themselves: each event once, and never against the stricter word."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

import sqlalchemy as sa

from salesman_core.toolkit import (
    WritingSession,
    ban_reasons,
    bans,
    now,
    one_of,
    reach,
    writing,
)
from salesman_mailing.bounces.bearing import unbearable
from salesman_mailing.services import noting, queries
from salesman_mailing.services.contract import READERS, ServiceEvent, What
from salesman_mailing.services.models import LONGEST_WORDS, Happened
from salesman_mailing.texts import texts

OLDEST: Final = timedelta(days=30)
"""What happened before that is not believed to be told only now: somebody plays it back."""
MOST_AT_ONCE: Final = 1000

Told = tuple[What, tuple[str, ...], str]
"""What happened, of which lists, in which mailing: so many may have it in common."""


def take_in_events(service_id: str, events: Sequence[ServiceEvent]) -> int:
    """Take in what a service told of, once it is sure that the service did; give how many are new.

    Who unsubscribed or complained is written to no more, and letters that came back count by the
    company's rule. What is known already, too old, or about no address is left out.

    :param service_id: as the hook ``salesman_mailing_services`` has it.
    :raises ValueError: for more than 1000 of them.
    """
    if len(events) > MOST_AT_ONCE:
        raise ValueError(len(events))
    with writing() as session:
        new = _new(session, service_id, events)
        by_told: dict[Told, list[ServiceEvent]] = defaultdict(list)
        for one in sorted(new, key=lambda event: event.at):
            by_told[one.what, tuple(one.list_ids), one.campaign].append(one)
        for told, some in by_told.items():
            _follow(session, service_id, told, some)
        return len(new)


def _new(
    session: WritingSession, service_id: str, events: Sequence[ServiceEvent]
) -> list[ServiceEvent]:
    """Keep the events that are new, and give them with their addresses as they are compared."""
    oldest = now() - OLDEST
    found: dict[str, ServiceEvent] = {}
    for one in events:
        address = reach.email(one.address).normalised
        if address is not None and one.at >= oldest and 0 < len(one.key) <= len("0" * 64):
            told = (one.key, one.what, address, one.at, tuple(one.list_ids), one.campaign[:64])
            found.setdefault(one.key, ServiceEvent(*told, words=one.words[:LONGEST_WORDS]))
    for key in _unfollowed(session, found):
        del found[key]
    mine = Happened.service == service_id
    query = sa.select(Happened.key).where(mine, one_of(Happened.key, list(found)))
    for key in session.scalars(query) if found else ():
        del found[key]
    if found:
        rows = [_row(service_id, one) for one in found.values()]
        session.execute(sa.insert(Happened), rows)
    return list(found.values())


def _unfollowed(session: WritingSession, found: Mapping[str, ServiceEvent]) -> list[str]:
    """Give the keys of what readers did who want no mailing: they are followed no more."""
    readers = {key: one.address for key, one in found.items() if one.what in READERS}
    banned = ban_reasons(session, bans.MAILING, set(readers.values())) if readers else {}
    return [key for key, address in readers.items() if address in banned]


def _row(service_id: str, one: ServiceEvent) -> dict[str, Any]:
    lists = f"|{'|'.join(one.list_ids)}|"[:500] if one.list_ids else ""
    names = ("key", "address", "campaign", "words", "at")
    told = {name: getattr(one, name) for name in names}
    return {**told, "service": service_id, "what": one.what, "lists": lists, "taken_at": now()}


def _follow(
    session: WritingSession, service_id: str, told: Told, events: Sequence[ServiceEvent]
) -> None:
    what, list_ids, campaign = told
    addresses = list(dict.fromkeys(one.address for one in events))
    reason = texts.gettext("Called the letter spam.") if what is What.COMPLAINED else ""
    proof = noting.proof_of(service_id, reason, campaign=campaign)
    if what in {What.REFUSED, What.COMPLAINED}:
        noting.refuse_all(session, service_id, addresses, proof)
    elif what in {What.LEFT, What.SUBSCRIBED}:
        note = noting.leave if what is What.LEFT else noting.agree
        for link in queries.of_lists(session, service_id, list_ids):
            note(session, link, addresses, proof)
    elif what in {What.BAD, What.SOFT}:
        bad = unbearable(session, addresses)
        noting.strike(session, service_id, sorted(bad), events[0].words)
