"""What comes in from a service, written into the ledger: it changes as little as it must."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Final

import sqlalchemy as sa

from salesman_core.toolkit import AnyRow, WritingSession, insert_into, now, one_of
from salesman_mailing.bounces.taking import strike_off_all
from salesman_mailing.consent.consent import About, Proof, record
from salesman_mailing.consent.models import GIVEN, REFUSED, SERVICE
from salesman_mailing.services.contract import Standing
from salesman_mailing.services.models import TakenIn

EVERYWHERE: Final = ""
"""What is about all lists of a service."""


def refuse_all(
    session: WritingSession, service: str, addresses: Sequence[str], proof: Proof
) -> None:
    """Note that some want no mailing at all."""
    record(session, addresses, About(), REFUSED, proof)
    remember(session, service, ((EVERYWHERE, one, Standing.REFUSED) for one in addresses))


def leave(session: WritingSession, link: AnyRow, addresses: Sequence[str], proof: Proof) -> None:
    """Note that some left the group of a link."""
    about = About(group_id=link.group_id, group_name=link.group_name)
    record(session, addresses, about, REFUSED, proof)
    remember(session, link.service, ((link.list_id, one, Standing.LEFT) for one in addresses))


def agree(session: WritingSession, link: AnyRow, addresses: Sequence[str], proof: Proof) -> None:
    """Note that some agreed; it holds only where nothing else is known."""
    record(session, addresses, About(purpose_id=link.purpose_id), GIVEN, proof)
    forget(session, link.service, [(link.list_id, one) for one in addresses])


def strike(session: WritingSession, service: str, addresses: Iterable[str], words: str) -> None:
    """Let nothing be sent to some addresses any more."""
    some = list(addresses)
    strike_off_all(session, some, words)
    remember(session, service, ((EVERYWHERE, one, Standing.BAD) for one in some))


def proof_of(service: str, reason: str = "", **details: str) -> Proof:
    """Give how something is known that a service said."""
    told = {name: value for name, value in details.items() if value}
    return Proof(SERVICE, reason, {"service": service, **told})


def remember(session: WritingSession, service: str, said: Iterable[tuple[str, str, str]]) -> None:
    """Keep what was taken in: by list (empty: all), address, and how it stands there."""
    rows = [
        {"service": service, "list_id": list_id, "address": address, "standing": standing}
        for list_id, address, standing in said
    ]
    if rows:
        insert = insert_into(session, TakenIn)
        told = {"standing": insert.excluded.standing, "at": insert.excluded.at}
        session.execute(
            insert.on_conflict_do_update(
                index_elements=["service", "list_id", "address"], set_=told
            ),
            [{**one, "at": now()} for one in rows],
        )


def forget(session: WritingSession, service: str, said: Collection[tuple[str, str]]) -> None:
    """Forget what was taken in, so that it counts when it is said again: by list and address."""
    by_list: dict[str, list[str]] = {}
    for list_id, address in said:
        by_list.setdefault(list_id, []).append(address)
    for list_id, addresses in by_list.items():
        session.execute(
            sa.delete(TakenIn)
            .where(
                TakenIn.service == service,
                TakenIn.list_id == list_id,
                one_of(TakenIn.address, addresses),
            )
            .execution_options(synchronize_session=False)
        )
