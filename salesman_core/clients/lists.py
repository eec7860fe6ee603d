"""What the lists of clients and contacts can be filtered and sorted by, on pages and in the API."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.access.models import User
from salesman_core.access.person import current_person
from salesman_core.clients.bans import WAYS
from salesman_core.clients.climbing import did_on_ladder, ladder_in_words
from salesman_core.clients.custom import CLIENT, CONTACT
from salesman_core.clients.models import (
    Client,
    ClientAddress,
    ClientEmail,
    ClientParticipant,
    ClientPhone,
    ClientTag,
    Contact,
    ContactEmail,
    ContactPhone,
    Rung,
)
from salesman_core.db import AnyRow, one_of
from salesman_core.i18n import texts
from salesman_core.records import reach
from salesman_core.records.contact_data import CONTACT_DATA, sees_contact_data
from salesman_core.records.custom.list_fields import by_name_or_words, custom_list_fields
from salesman_core.records.list_fields import contains, either, name_of
from salesman_core.records.lists import FieldKind, ListField, ListFilter, ListSpec
from salesman_core.records.owner_team import team_filter
from salesman_core.services.bans import is_banned
from salesman_core.services.company import company

_ = texts.lazy

Condition = sa.ColumnElement[bool]

KINDS: Final = {"company": _("company"), "person": _("person")}

CLIENT_SOURCE: Final = sa.join(Client, Rung, Rung.id == Client.rung_id).outerjoin(
    User, User.id == Client.owner_id
)
"""Clients with what they refer to; access is added by ``visible("client")``."""


def _among(column: Any, key: Any, operator: str, value: Any) -> sa.Select[Any]:
    wanted = value if operator == "in" else (value,)
    return sa.select(key).where(column.in_(wanted))


def _tag(operator: str, value: Any) -> Condition:
    return Client.id.in_(_among(ClientTag.tag, ClientTag.client_id, operator, value))


def _participant(operator: str, value: Any) -> Condition:
    table = ClientParticipant
    return Client.id.in_(_among(table.user_id, table.record_id, operator, value))


def _mine(_operator: str, value: Any) -> Condition:
    me = current_person().id
    # What belongs to nobody is not one's own either.
    return Client.owner_id == me if value else Client.owner_id.is_distinct_from(me)


def _banned(operator: str, value: Any) -> Condition:
    ways = value if operator == "in" else (value,)
    return sa.or_(*(is_banned(way, client_id=Client.id) for way in ways))


def _phone(_operator: str, value: Any) -> Condition:
    return Client.id.in_(clients_reached_by(str(value)))


def clients_reached_by(typed: str) -> sa.Select[int]:
    """Give the ids of the clients that have a phone or email, themselves or a contact of theirs.

    :param typed: a number in any notation, or an address.
    """
    number = reach.phone(typed, company().region).normalised or typed
    address = reach.email(typed).normalised or typed
    own = sa.select(ClientPhone.client_id).where(ClientPhone.normalised == number)
    through = (
        sa.select(Contact.client_id)
        .join(ContactPhone, ContactPhone.contact_id == Contact.id)
        .where(ContactPhone.normalised == number, Contact.deleted_at.is_(None))
    )
    own_mail = sa.select(ClientEmail.client_id).where(ClientEmail.normalised == address)
    through_mail = (
        sa.select(Contact.client_id)
        .join(ContactEmail, ContactEmail.contact_id == Contact.id)
        .where(ContactEmail.normalised == address, Contact.deleted_at.is_(None))
    )
    found = sa.union(own, through, own_mail, through_mail).subquery()
    return sa.select(found.c[0])


def clients_reached(session: Session, keys: Collection[str]) -> Mapping[str, Sequence[AnyRow]]:
    """Give the clients that have one of some phones and emails, by these; the oldest first.

    Whoever may see them or not: it is for the system to know whose client somebody is.

    :param keys: phones and emails in the form in which they are compared.
    :returns: for each key that is known: id, name and owner of its clients.
    """
    if not keys:
        return {}
    own = (
        sa.select(way.normalised.label("key"), way.client_id).where(one_of(way.normalised, keys))
        for way in (ClientPhone, ClientEmail)
    )
    through = (
        sa.select(way.normalised, Contact.client_id)
        .join(Contact, Contact.id == way.contact_id)
        .where(one_of(way.normalised, keys), Contact.deleted_at.is_(None))
        for way in (ContactPhone, ContactEmail)
    )
    met = sa.union(*own, *through).subquery()
    found: dict[str, list[AnyRow]] = {}
    for row in session.execute(
        sa.select(met.c.key, Client.id, Client.name, Client.owner_id)
        .join(Client, Client.id == met.c.client_id)
        .where(Client.deleted_at.is_(None))
        .order_by(Client.id)
    ):
        found.setdefault(row.key, []).append(row)
    return found


def clients_at(typed: str) -> sa.Select[int]:
    """Give the ids of the clients that have an address in which all words of *typed* stand."""
    return sa.select(ClientAddress.client_id).where(contains(ClientAddress.search_text, typed))


def _address(operator: str, value: Any) -> Condition:
    if operator == "contains":
        return Client.id.in_(clients_at(str(value)))
    somewhere = Client.id.in_(sa.select(ClientAddress.client_id))
    return sa.not_(somewhere) if value else somewhere


def search_clients(typed: str) -> Condition:
    """Give the SQL of the search box: a name, phone, email or address, a custom field.

    Phones and emails are found in any notation.
    """
    reached = [clients_reached_by(typed)] if sees_contact_data() else []
    return either(Client.id, _by_name(typed), clients_at(typed), *reached)


_by_name: Final = by_name_or_words(CLIENT, Client.search_name)


CLIENTS: Final = ListSpec(
    kind="client",
    id=Client.id,
    source=CLIENT_SOURCE,
    search=search_clients,
    default_sort="name",
    further=custom_list_fields(CLIENT),
    fields=(
        ListField("name", _("Name"), Client.name, FieldKind.TEXT, norm=Client.search_name),
        ListField("kind", _("Kind"), Client.kind, FieldKind.CHOICE, choices=KINDS),
        ListField(
            "rung_id",
            _("Relationship"),
            Client.rung_id,
            FieldKind.REF,
            sort_column=Rung.position,
            show=name_of(Rung),
        ),
        ListField(
            "owner_id",
            _("Owner"),
            Client.owner_id,
            FieldKind.USER,
            sort_column=User.search_name,
        ),
        ListField("source", _("Source"), Client.source, FieldKind.TEXT),
        ListField("site", _("Site"), Client.site, FieldKind.TEXT, sortable=False),
        ListField("created_at", _("Created"), Client.created_at, FieldKind.MOMENT),
        ListField("updated_at", _("Changed"), Client.updated_at, FieldKind.MOMENT),
    ),
    filters=(
        ListFilter("mine", _("Mine"), FieldKind.FLAG, _mine, operators=("eq",)),
        ListFilter("tag", _("Tag"), FieldKind.TEXT, _tag),
        ListFilter(
            "phone",
            _("Phone or email"),
            FieldKind.TEXT,
            _phone,
            operators=("eq",),
            permission=CONTACT_DATA,
        ),
        ListFilter(
            "address", _("Address"), FieldKind.TEXT, _address, operators=("contains", "isnull")
        ),
        ListFilter("ban", _("Does not want"), FieldKind.CHOICE, _banned, choices=WAYS),
        ListFilter(
            "ladder",
            _("On the ladder"),
            FieldKind.TEXT,
            did_on_ladder,
            operators=("eq",),
            show=ladder_in_words,
        ),
        team_filter(Client.owner_id),
        ListFilter("participant_id", _("Participant"), FieldKind.USER, _participant),
    ),
)

CONTACTS: Final = ListSpec(
    kind="contact",
    id=Contact.id,
    source=sa.join(Contact, Client, Client.id == Contact.client_id),
    search=by_name_or_words(CONTACT, Contact.search_name),
    default_sort="name",
    further=custom_list_fields(CONTACT),
    fields=(
        ListField("name", _("Full name"), Contact.name, FieldKind.TEXT, norm=Contact.search_name),
        ListField(
            "client_id",
            _("Client"),
            Contact.client_id,
            FieldKind.REF,
            sort_column=Client.search_name,
        ),
        ListField("position", _("Position"), Contact.position, FieldKind.TEXT),
        ListField("primary", _("Primary"), Contact.primary, FieldKind.FLAG, sortable=False),
        ListField("created_at", _("Created"), Contact.created_at, FieldKind.MOMENT),
        ListField("updated_at", _("Changed"), Contact.updated_at, FieldKind.MOMENT),
    ),
)
