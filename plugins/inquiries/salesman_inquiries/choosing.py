"""What may be chosen where an inquiry is noted: every read of it, through access."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.toolkit import (
    AnyRow,
    Client,
    Contact,
    Deal,
    Stage,
    User,
    found_clients,
    recognising,
    visible,
)
from salesman_inquiries.models import Channel, Result

FOUND_AT_MOST: Final = 7
"""So many clients are offered for what was typed: what fits on a screen beside the form."""
DEALS_AT_MOST: Final = 5


def channels(session: Session, *, offered: bool = False) -> Sequence[AnyRow]:
    """Give the channels in the company's order.

    :param offered: only those that may still be chosen.
    """
    every = sa.select(Channel.id, Channel.name, Channel.call, Channel.active, Channel.version)
    if offered:
        every = every.where(Channel.active)
    return session.execute(every.order_by(Channel.position, Channel.id)).all()


def results(session: Session, *, offered: bool = False) -> Sequence[AnyRow]:
    """Give the results in the company's order.

    :param offered: only those that may still be chosen.
    """
    every = sa.select(
        Result.id,
        Result.name,
        Result.reached,
        Result.interest,
        Result.active,
        Result.version,
    )
    if offered:
        every = every.where(Result.active)
    return session.execute(every.order_by(Result.position, Result.id)).all()


@dataclass(frozen=True, slots=True)
class Known:
    """A client that somebody may mean, as the list under the field shows it.

    :param contact_id: the person there by whom it was found, or None; ``contact`` is their name.
    :param owner: who looks after it.
    :param open_deals: how many of its deals are open, of those that the person sees.
    """

    client_id: int
    contact_id: int | None
    client: str
    contact: str
    owner: str
    open_deals: int


def known(session: Session, typed: str) -> list[Known]:
    """Give the clients that have what was typed, in four statements at most, the best first."""
    found = found_clients(typed, FOUND_AT_MOST)
    clients = _clients(session, [one.client_id for one in found])
    people = _people(session, [one.contact_id for one in found if one.contact_id is not None])
    return [
        Known(
            client_id=one.client_id,
            contact_id=one.contact_id,
            client=row.name,
            contact=people.get(one.contact_id, ""),
            owner=row.owner_name or "",
            open_deals=row.open_deals,
        )
        for one in found
        if (row := clients.get(one.client_id)) is not None
    ]


def _clients(session: Session, client_ids: Sequence[int]) -> dict[int, AnyRow]:
    open_deals = (
        sa.select(sa.func.count(Deal.id))
        .where(Deal.client_id == Client.id, Deal.outcome.is_(None), visible("deal"))
        .correlate(Client)
        .scalar_subquery()
    )
    named = (
        sa.select(Client.id, Client.name, User.name.label("owner_name"))
        .add_columns(open_deals.label("open_deals"))
        .outerjoin(User, User.id == Client.owner_id)
        .where(Client.id.in_(client_ids), visible("client"))
    )
    return {row.id: row for row in session.execute(named)}


def _people(session: Session, contact_ids: Sequence[int]) -> dict[int | None, str]:
    named = sa.select(Contact.id, Contact.name).where(
        Contact.id.in_(contact_ids), visible("contact")
    )
    return {row.id: row.name for row in session.execute(named)}


def one_client(session: Session, client_id: int | None) -> AnyRow | None:
    """Give a client with its owner; None where there is none that the person sees."""
    named = (
        sa.select(Client.id, Client.name, User.name.label("owner_name"))
        .outerjoin(User, User.id == Client.owner_id)
        .where(Client.id == client_id, visible("client"))
    )
    return session.execute(named).one_or_none()


def people_at(session: Session, client_id: int | None) -> list[tuple[int, str]]:
    """Give the people at a client as a choice."""
    there = sa.select(Contact.id, Contact.name).where(
        Contact.client_id == client_id, visible("contact")
    )
    return [(row.id, row.name) for row in session.execute(there.order_by(Contact.name))]


def open_deals_of(session: Session, client_id: int | None) -> Sequence[AnyRow]:
    """Give the open deals of a client, those that are furthest first."""
    there = (
        sa.select(Deal.id, Deal.name, Deal.amount, Deal.currency, Stage.percent.label("progress"))
        .join(Stage, Stage.id == Deal.stage_id)
        .where(Deal.client_id == client_id, Deal.outcome.is_(None), visible("deal"))
        .order_by(Stage.percent.desc(), Deal.id.desc())
        .limit(DEALS_AT_MOST)
    )
    return session.execute(there).all()


def recognised(
    session: Session, ways: Mapping[str, Sequence[str]]
) -> recognising.Recognised | None:
    """Give the colleague's client that has a phone or email, where whoever acts may know of it.

    :param ways: ``phones`` and ``emails`` as they were typed.
    """
    reach = {name: list(ways[name]) for name in ("phones", "emails") if ways.get(name)}
    return recognising.recognised(session, reach) if reach else None
