"""The clients and deals that go over the conveyor: locking them, and giving people a part."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from sqlalchemy.orm import Session

from salesman_conveyor.texts import texts
from salesman_core.toolkit import (
    Client,
    ConflictError,
    Deal,
    acting_as,
    change_client,
    change_deal,
    current_person,
    include_in_client,
    include_in_deal,
    locked,
    reaches,
)
from salesman_hookspecs import Person, Scope

_ = texts.lazy

CLIENT, DEAL = "client", "deal"
MODELS: Final[Mapping[str, type[Client | Deal]]] = {CLIENT: Client, DEAL: Deal}
ADDRESSES: Final = {CLIENT: "/clients/{}", DEAL: "/deals/{}"}

_TO_JOIN: Final = dict.fromkeys(
    (
        "core.client.view",
        "core.client.edit",
        "core.client.assign",
        "core.deal.view",
        "core.deal.edit",
        "core.deal.assign",
        "core.user.view",
    ),
    Scope.ALL,
)
"""What taking part in a handover lets somebody do with the record, for that act alone."""


def record_of(row: Any) -> tuple[str, int]:
    """Give the kind and id of the record of a handover."""
    return (CLIENT, row.client_id) if row.client_id is not None else (DEAL, row.deal_id)


def lock_record(session: Session, kind: str, record_id: int) -> Any:
    """Load the record that somebody acts on; nobody else hands it over until the commit.

    Every act locks the record first and its handover afterwards, so that none waits for another
    in a circle.
    """
    return locked(session, MODELS[kind], record_id)


def let_join(kind: str, record: Any, user_id: int | None, part: str) -> None:
    """Let somebody take part in a record that is not theirs, and in the client of a deal."""
    if user_id is None:
        return
    with acting_as(_widened()):
        (include_in_client if kind == CLIENT else include_in_deal)(record.id, [user_id], part)
        if kind == DEAL and record.client_id is not None:
            include_in_client(record.client_id, [user_id], part)


def let_take_over(kind: str, record: Any, user_id: int, part: str) -> None:
    """Let somebody become the owner of a record; whose it was takes part in it from then on.

    :param part: what the former owner's part is called.
    """
    former = record.owner_id
    if former == user_id:
        return
    with acting_as(_widened()):
        (change_client if kind == CLIENT else change_deal)(record.id, {"owner_id": user_id})
    let_join(kind, record, former, part)


def demand_sight(session: Session, kind: str, record_id: int, person: Person) -> None:
    """Let nobody take up what their roles do not let them work on.

    :raises ConflictError: where they would not see the record although they take part in it.
    """
    session.flush()
    if not reaches(kind, record_id, person=person, session=session):
        raise ConflictError(_("Your roles do not show you such records: you cannot take it up."))


def _widened() -> Person:
    person = current_person()
    return person if person.everything else replace(person, scopes={**person.scopes, **_TO_JOIN})
