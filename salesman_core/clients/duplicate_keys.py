"""The core's own keys by which doubles of clients are found: phones and emails, of contacts too."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

import sqlalchemy as sa

from salesman_core.access.records import Bin, visible
from salesman_core.clients.models import (
    ClientEmail,
    ClientPhone,
    Contact,
    ContactEmail,
    ContactPhone,
)
from salesman_core.i18n import texts
from salesman_core.records import reach
from salesman_core.records.masking import CONTACT_DATA
from salesman_core.services.company import company
from salesman_hookspecs import DuplicateKey

_ = texts.lazy


def _own(way: type[ClientPhone | ClientEmail]) -> sa.Select[*tuple[Any, ...]]:
    return sa.select(
        way.client_id.label("record_id"), way.normalised.label("key"), way.typed.label("shown")
    )


def _through_contacts(way: type[ContactPhone | ContactEmail]) -> sa.Select[*tuple[Any, ...]]:
    shown = Contact.name + ", " + way.typed
    return (
        sa.select(Contact.client_id.label("record_id"))
        .add_columns(way.normalised.label("key"), shown.label("shown"))
        .join(Contact, Contact.id == way.contact_id)
        .where(visible("contact", bin=Bin.INCLUDED), Contact.deleted_at.is_(None))
    )


def _phones(typed: Mapping[str, Any]) -> Iterable[str]:
    region = company().region
    return _meant(reach.phone(one, region) for one in typed.get("phones", ()))


def _emails(typed: Mapping[str, Any]) -> Iterable[str]:
    return _meant(reach.email(one) for one in typed.get("emails", ()))


def _meant(typed: Iterable[reach.Reached]) -> list[str]:
    return [one.normalised for one in typed if one.normalised]


KEYS: Final = (
    DuplicateKey(
        "phone",
        "client",
        _("the same phone"),
        lambda: sa.union_all(_own(ClientPhone), _through_contacts(ContactPhone)),
        _phones,
        CONTACT_DATA,
    ),
    DuplicateKey(
        "email",
        "client",
        _("the same email"),
        lambda: sa.union_all(_own(ClientEmail), _through_contacts(ContactEmail)),
        _emails,
        CONTACT_DATA,
    ),
)
