"""Whom an inquiry concerns and what it refers to: each is judged before anything refers to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.toolkit import Contact, Deal, InvalidError, reaches, visible
from salesman_hookspecs import Text
from salesman_inquiries.models import Channel, Result
from salesman_inquiries.texts import texts

_ = texts.lazy

CONCERNS: Final = ("client_id", "contact_id", "deal_id")


@dataclass(frozen=True, slots=True)
class Concerned:
    """The client whom an inquiry concerns, a person there, and a deal."""

    client_id: int | None = None
    contact_id: int | None = None
    deal_id: int | None = None

    def changed_by(self, session: Session, values: Mapping[str, Any]) -> Concerned:
        """Give whom it concerns once *values* are taken over, each judged where it is new.

        Another client leaves the person and the deal of before behind.

        :raises InvalidError: by field: for what there is not, what whoever acts may not see, and
            for a person or deal of another client.
        """
        client_id: int | None = values.get("client_id", self.client_id)
        if client_id not in {None, self.client_id} and not reaches("client", client_id):
            raise wrong("client_id", _("There is no such client, or you may not see it."))
        before = self if client_id == self.client_id else Concerned()
        contact_id: int | None = values.get("contact_id", before.contact_id)
        if contact_id not in {None, before.contact_id}:
            _demand(session, Contact, "contact", contact_id, client_id)
        deal_id: int | None = values.get("deal_id", before.deal_id)
        if deal_id not in {None, before.deal_id}:
            _demand(session, Deal, "deal", deal_id, client_id)
        return Concerned(client_id, contact_id, deal_id)


_NOT_THERE: Final[Mapping[str, Text]] = {
    "contact": _("Choose somebody at this client."),
    "deal": _("Choose a deal of this client."),
}


def _demand(  # what it is, and of which client
    session: Session,
    model: type[Contact | Deal],
    kind: str,
    record_id: int | None,
    client_id: int | None,
) -> None:
    there = sa.select(model.id).where(
        model.id == record_id, model.client_id == client_id, visible(kind)
    )
    if session.scalar(there) is None:
        raise wrong(f"{kind}_id", _NOT_THERE[kind])


def checked_channel(session: Session, channel_id: int) -> int:
    """Give a channel that is offered.

    :raises InvalidError: for another one.
    """
    channel = session.get(Channel, channel_id)
    if channel is None or not channel.active:
        raise wrong("channel_id", _("Choose one of the channels."))
    return channel.id


def checked_result(session: Session, result_id: int | None) -> int | None:
    """Give a result that is offered; None where none is said.

    :raises InvalidError: for another one.
    """
    if result_id is None:
        return None
    result = session.get(Result, result_id)
    if result is None or not result.active:
        raise wrong("result_id", _("Choose one of the results."))
    return result.id


def wrong(field: str, message: Text) -> InvalidError:
    """Give the error that stands at a field."""
    return InvalidError(message, {field: message})
