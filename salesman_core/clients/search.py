"""Clients and contacts in the search box: by name, phone in any notation, or email."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

import sqlalchemy as sa
from flask import url_for

from salesman_core.access.models import User
from salesman_core.access.records import visible
from salesman_core.clients.custom import CLIENT, CONTACT
from salesman_core.clients.models import (
    Client,
    ClientEmail,
    ClientPhone,
    Contact,
    ContactEmail,
    ContactPhone,
    Rung,
)
from salesman_core.db import normalised, reading
from salesman_core.i18n import texts
from salesman_core.records import reach
from salesman_core.records.contact_data import sees_contact_data
from salesman_core.records.custom.kinds import Customised
from salesman_core.records.custom.list_fields import by_name_or_words
from salesman_core.records.list_fields import either
from salesman_core.services.company import company
from salesman_hookspecs import Person, SearchHit, SearchSource

_ = texts.lazy

_NUMBER: Final = re.compile(r"[\d\s()+.\-–/]+")
_FEWEST_DIGITS: Final = 4
"""So many digits of a phone's end find it."""


def find_clients(typed: str, person: Person, limit: int) -> Sequence[SearchHit]:
    """Give the clients that the person sees, by name, phone or email."""
    reached = _reached(
        typed, ClientPhone, ClientEmail, ClientPhone.client_id, ClientEmail.client_id
    )
    score = _score(Client.search_name, Client.id, typed, reached)
    rows = reading().execute(
        sa.select(Client.id, Client.name, Rung.name.label("rung"), User.name.label("owner"))
        .add_columns(score)
        .join(Rung, Rung.id == Client.rung_id)
        .outerjoin(User, User.id == Client.owner_id)
        .where(
            visible("client", person=person),
            _matches(CLIENT, Client.search_name, typed, reached),
        )
        .order_by(score.desc(), Client.search_name, Client.id)
        .limit(limit)
    )
    return [
        SearchHit(
            title=row.name,
            url=url_for("clients.card", record_id=row.id),
            detail=" · ".join(part for part in (row.rung, row.owner) if part),
            score=float(row.score),
        )
        for row in rows
    ]


def find_contacts(typed: str, person: Person, limit: int) -> Sequence[SearchHit]:
    """Give the contacts that the person sees, by name, phone or email."""
    reached = _reached(
        typed, ContactPhone, ContactEmail, ContactPhone.contact_id, ContactEmail.contact_id
    )
    score = _score(Contact.search_name, Contact.id, typed, reached)
    rows = reading().execute(
        sa.select(Contact.id, Contact.name, Contact.position, Contact.client_id)
        .add_columns(Client.name.label("client"), score)
        .join(Client, Client.id == Contact.client_id)
        .where(
            visible("contact", person=person),
            _matches(CONTACT, Contact.search_name, typed, reached),
        )
        .order_by(score.desc(), Contact.search_name, Contact.id)
        .limit(limit)
    )
    return [
        SearchHit(
            title=row.name,
            url=url_for("clients.card", record_id=row.client_id, _anchor=f"contact-{row.id}"),
            detail=" · ".join(part for part in (row.client, row.position) if part),
            score=float(row.score),
        )
        for row in rows
    ]


def _reached(
    typed: str, phone: type[Any], email: type[Any], of_phone: Any, of_email: Any
) -> sa.Select[*tuple[Any, ...]] | None:
    """Give whom a phone or email belongs to, or None where nothing of the kind was typed.

    Who may not read them does not find anybody by them either.
    """
    if not sees_contact_data():
        return None
    if _NUMBER.fullmatch(typed):
        condition = _by_number(typed, phone)
        return None if condition is None else sa.select(of_phone).where(condition)
    if "@" in typed:
        beginning = normalised(typed)
        return sa.select(of_email).where(email.normalised.startswith(beginning, autoescape=True))
    return None


def _by_number(typed: str, phone: type[Any]) -> sa.ColumnElement[bool] | None:
    whole = reach.phone(typed, company().region).normalised
    if whole is not None:
        exact: sa.ColumnElement[bool] = phone.normalised == whole
        return exact
    digits = re.sub(r"\D", "", typed)
    if len(digits) < _FEWEST_DIGITS:
        return None
    part: sa.ColumnElement[bool] = phone.normalised.contains(digits, autoescape=True)
    return part


def _matches(
    one: Customised, name: Any, typed: str, reached: sa.Select[*tuple[Any, ...]] | None
) -> sa.ColumnElement[bool]:
    by_name = by_name_or_words(one, name)(typed)
    return by_name if reached is None else either(one.model.id, by_name, reached)


def _score(
    name: Any, id_: Any, typed: str, reached: sa.Select[*tuple[Any, ...]] | None
) -> sa.Label[float]:
    """Give what hits are sorted by: a phone or email, the whole name, its beginning, a part."""
    words = normalised(typed)
    text = sa.type_coerce(name, sa.Text())
    cases = [
        (text == words, sa.literal(0.9)),
        (text.startswith(words, autoescape=True), sa.literal(0.8)),
        (text.contains(f" {words}", autoescape=True), sa.literal(0.7)),
    ]
    if reached is not None:
        cases.insert(0, (id_.in_(reached), sa.literal(1.0)))
    return sa.case(*cases, else_=sa.literal(0.5)).label("score")


SOURCES: Final = (
    SearchSource("clients", _("Clients"), "building", "core.client.view", find_clients),
    SearchSource("contacts", _("Contacts"), "user", "core.client.view", find_contacts),
)
