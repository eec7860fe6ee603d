"""Fields of a deal, edited where they stand: one at a time, two people at once included."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from werkzeug.datastructures import MultiDict

from salesman_core.access.person import current_person
from salesman_core.access.records import visible
from salesman_core.clients.models import Client, Contact
from salesman_core.db import AnyRow, reading
from salesman_core.deals import forms, queries
from salesman_core.deals.amount_words import AMOUNT
from salesman_core.deals.custom import DEAL
from salesman_core.deals.models import Deal, DealContact
from salesman_core.deals.permissions import MARGIN
from salesman_core.deals.schemas import ChangeDealSchema
from salesman_core.deals.service import change_deal
from salesman_core.errors import MissingError, StaleError
from salesman_core.i18n import texts
from salesman_core.records.custom.forms import Control, as_typed, control_of, field_named
from salesman_core.records.custom.further import Held, held_by
from salesman_core.records.custom.kinds import is_further
from salesman_core.records.custom.showing import shown_fields
from salesman_core.web.forms import LastChange, Remembered
from salesman_hookspecs import Text

_ = texts.lazy

FIELDS: Final[Mapping[str, Text]] = {
    "name": _("Name"),
    "client_id": _("Client"),
    "owner_id": _("Owner"),
    "amount": AMOUNT,
    "cost": _("Cost"),
    "expected_on": _("Expected on"),
    "opened_on": _("Opened on"),
}
"""The fields that can be edited where they stand."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a deal while it is shown or edited.

    :param row: the deal.
    :param typed: what stands in the input; a list for several choices.
    :param wrong: what is wrong with it, or None.
    :param sent: what the form that is refused remembers; None where it is for what is held now.
    :param conflict: whether somebody else gave it another value meanwhile.
    :param before: what people read in it when the person began to type, where there is a conflict.
    :param changed: who gave it that other value, and when, where that is known.
    """

    name: str
    row: AnyRow
    typed: Any
    wrong: Text | None = None
    sent: Remembered | None = None
    conflict: bool = False
    before: str = ""
    changed: LastChange | None = None

    @property
    def title(self) -> Text:
        """What people read before it."""
        if is_further(self.name):
            return field_named("deal", self.name).label
        return FIELDS[self.name]

    @property
    def remembered(self) -> Remembered:
        """What its form remembers of the deal."""
        return self.sent or Remembered(self.row.version, self.seen, self.named)

    @property
    def custom(self) -> Control | None:
        """How a custom field is typed."""
        if not is_further(self.name):
            return None
        return control_of("deal", self.name, self.typed, _further(self.row))

    @property
    def seen(self) -> str:
        """What the deal holds now, as it would be typed, on one line."""
        held = _held(self.row, self.name)
        return "; ".join(held) if isinstance(held, list) else str(held)

    @property
    def named(self) -> str:
        """What the deal holds now, as people read it: the name where it refers to something."""
        shown = next((one for one in shown_fields(DEAL, self.row) if one.name == self.name), None)
        if shown is not None:
            return shown.text
        names = {"client_id": "client_name", "owner_id": "owner_name"}
        return str(getattr(self.row, names[self.name]) or "") if self.name in names else self.seen


def field_of(deal_id: int, name: str) -> Field:
    """Give a field as it is.

    :raises MissingError: where there is no such deal or field.
    """
    hidden = name == "cost" and not current_person().may(MARGIN)
    if hidden or (name not in FIELDS and not is_further(name)):
        raise MissingError(_("There is no such field."))
    row = queries.one_deal(reading(), deal_id)
    return Field(name, row, _held(row, name))


def _held(row: AnyRow, name: str) -> Any:
    """Give what a deal holds, as it would be typed."""
    if is_further(name):
        return as_typed(field_named("deal", name), _further(row))
    return forms.written(getattr(row, name))


def _further(row: AnyRow) -> Held:
    """Give what a deal holds in its further fields."""
    return held_by("deal", [row])[row.id]


def save_field(deal_id: int, name: str, typed: Any, *, seen: str, version: int | None) -> bool:
    """Change one field; give whether it differs now.

    Somebody may have changed the deal meanwhile: that is a conflict only where they changed this
    very field.

    :param seen: what stood in the field when the person began to type.
    :param version: the version of the deal at that time.
    :raises StaleError: where the field itself has another value by now.
    :raises InvalidError: for what cannot be read or cannot be.
    """
    field_of(deal_id, name)
    schema = ChangeDealSchema(partial=True)
    if is_further(name):
        sent = typed if isinstance(typed, list) else [typed]
        several = MultiDict([(name, one) for one in sent or [""]])
        values = forms.judged(schema, {}, custom=several)
    else:
        values = forms.judged(schema, {name: typed}, name)
    try:
        return change_deal(deal_id, values, version)
    except StaleError:
        now = field_of(deal_id, name)
        if now.seen != seen:
            raise
        return change_deal(deal_id, values, now.row.version)


def contacts_to_name(row: AnyRow) -> list[tuple[int, str]]:
    """Give the client's contacts that are not yet named in a deal, where the client is visible."""
    named = sa.select(DealContact.contact_id).where(DealContact.deal_id == row.id)
    found = reading().execute(
        sa.select(Contact.id, Contact.name)
        .where(Contact.client_id == row.client_id, visible("contact"), Contact.id.not_in(named))
        .order_by(Contact.search_name)
    )
    return [(one.id, one.name) for one in found]


def contacts_of_client(client_id: int) -> list[tuple[int, str]]:
    """Give the contacts of a client that the person sees."""
    found = reading().execute(
        sa.select(Contact.id, Contact.name)
        .where(Contact.client_id == client_id, visible("contact"))
        .order_by(Contact.search_name)
    )
    return [(one.id, one.name) for one in found]


def client_name(client_id: int) -> str | None:
    """Give the name of a client that the person sees, else None."""
    return reading().scalar(sa.select(Client.name).where(Client.id == client_id, visible("client")))


def open_deals_of(client_id: int, limit: int = 20) -> list[AnyRow]:
    """Give the latest deals of a client that the person sees, the open ones first."""
    found = (
        queries.named_deals()
        .where(Deal.client_id == client_id)
        .order_by(Deal.outcome.is_not(None), Deal.created_at.desc(), Deal.id.desc())
        .limit(limit)
    )
    return list(reading().execute(found))
