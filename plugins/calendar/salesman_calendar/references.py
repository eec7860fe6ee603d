"""What an activity is about: a client, a deal of it, people there; each is judged before."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_calendar.models import KIND, Kind, Result
from salesman_calendar.texts import texts
from salesman_core.toolkit import (
    Contact,
    Deal,
    InvalidError,
    kinds_meant,
    reaches,
    record_type,
    visible,
)
from salesman_hookspecs import Text

_ = texts.lazy

ABOUT: Final = ("client_id", "deal_id", "contact_ids")
RECORD: Final = ("about_kind", "about_id")
Record = tuple[str, int]
"""The kind and id of a record."""


@dataclass(frozen=True, slots=True)
class About:
    """Whom an activity concerns.

    :param contact_ids: people at the client, in the order of their ids.
    :param record: the kind and id of a record that another plugin keeps, as a lead.
    """

    client_id: int | None = None
    deal_id: int | None = None
    contact_ids: tuple[int, ...] = ()
    record: Record | None = None

    def changed_by(self, session: Session, values: Mapping[str, Any]) -> About:
        """Give whom it concerns once *values* are taken over, each judged where it is new.

        The client follows from the deal where only that is given; a deal and people of another
        client go when the client changes and nobody names others.

        :raises InvalidError: by field: for what there is not, what whoever acts may not see, and
            for a deal or people of another client.
        """
        deal_id = self._deal(values)
        client_id = self._client(values, deal_id)
        of_deal = _client_of_deal(session, deal_id)
        if of_deal is not None and client_id not in {None, of_deal}:
            message = _("This deal is with another client.")
            raise InvalidError(message, {"deal_id": message})
        client_id = client_id if of_deal is None else of_deal
        if client_id not in {None, of_deal, self.client_id}:
            _demand_client(client_id)
        contact_ids = self._contacts(session, values, client_id)
        return About(client_id, deal_id, contact_ids, self._record(values))

    def _deal(self, values: Mapping[str, Any]) -> int | None:
        """Give the deal; another client leaves the one of before behind."""
        if "deal_id" not in values:
            stays = values.get("client_id", self.client_id) == self.client_id
            return self.deal_id if stays else None
        deal_id: int | None = values["deal_id"]
        if deal_id not in {None, self.deal_id} and not reaches("deal", deal_id):
            message = _("There is no such deal, or you may not see it.")
            raise InvalidError(message, {"deal_id": message})
        return deal_id

    def _client(self, values: Mapping[str, Any], deal_id: int | None) -> int | None:
        """Give the client that is meant; None where it follows from another deal."""
        follows = deal_id not in {None, self.deal_id}
        client_id: int | None = values.get("client_id", None if follows else self.client_id)
        return client_id

    def _record(self, values: Mapping[str, Any]) -> Record | None:
        """Give the record of another plugin.

        Who does not see it reads null there and may send back what they read: that takes nothing
        away which they do not know.
        """
        if values.keys().isdisjoint(RECORD):
            return self.record
        kind, id_ = (values.get(name) for name in RECORD)
        if kind is None and id_ is None:
            return None if self.record is None or sees_record(*self.record) else self.record
        if kind is None or id_ is None:
            raise _wrong_record(_("Say of which kind the record is, and its number."))
        if not sees_record(kind, id_):  # be it its own: an answer would tell which one that is
            raise _wrong_record(_("There is no such record, or you may not see it."))
        return kind, id_

    def _contacts(
        self, session: Session, values: Mapping[str, Any], client_id: int | None
    ) -> tuple[int, ...]:
        if values.get("contact_ids") is None:
            return self.contact_ids if client_id == self.client_id else ()
        wanted = tuple(sorted(set(values["contact_ids"])))
        known = self.contact_ids if client_id == self.client_id else ()
        if missing_contacts(session, wanted, client_id, known):
            message = _("Choose people at this client.")
            raise InvalidError(message, {"contact_ids": message})
        return wanted


def about_field(kind: str) -> str:
    """Give the name under which the audit keeps the id of a record of some kind."""
    return f"about.{kind}"


def sees_record(kind: str, record_id: int) -> bool:
    """Tell whether activities may be about a record, and whoever acts sees it."""
    return kind in kinds_meant(record_type(KIND)) and reaches(kind, record_id)


def _wrong_record(message: Text) -> InvalidError:
    return InvalidError(message, {"about_id": message})


def _client_of_deal(session: Session, deal_id: int | None) -> int | None:
    if deal_id is None:
        return None
    return session.scalar(sa.select(Deal.client_id).where(Deal.id == deal_id))


def _demand_client(client_id: int) -> None:
    if not reaches("client", client_id):
        message = _("There is no such client, or you may not see it.")
        raise InvalidError(message, {"client_id": message})


def missing_contacts(
    session: Session, wanted: Sequence[int], client_id: int | None, known: Collection[int]
) -> set[int]:
    """Give those of some contacts that are not at a client, or that whoever acts does not see."""
    new = set(wanted) - set(known)
    if not new:
        return set()
    there = sa.select(Contact.id).where(
        Contact.id.in_(new), Contact.client_id == client_id, visible("contact")
    )
    return new - set(session.scalars(there))


def checked_kind(session: Session, kind_id: int) -> Kind:
    """Give a kind that may be planned.

    :raises InvalidError: where there is none, or it is no longer offered.
    """
    kind = session.get(Kind, kind_id)
    if kind is None or not kind.active:
        message = _("Choose a kind of activity.")
        raise InvalidError(message, {"kind_id": message})
    return kind


def checked_result(session: Session, kind_id: int, result_id: int | None) -> int | None:
    """Give a result that activities of a kind may have; None where none is said.

    :raises InvalidError: for one of another kind, or one that is no longer offered.
    """
    if result_id is None:
        return None
    result = session.get(Result, result_id)
    if result is None or result.kind_id != kind_id or not result.active:
        message = _("Choose one of the results.")
        raise InvalidError(message, {"result_id": message})
    return result_id
