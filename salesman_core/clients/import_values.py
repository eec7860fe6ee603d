"""Rows of a file turned into what clients and contacts hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

from salesman_core.clients.addresses import (
    addresses_of,
    addresses_of_row,
    grown_addresses,
)
from salesman_core.clients.models import Client, Contact
from salesman_core.clients.schemas import ClientSchema, ContactSchema
from salesman_core.db import normalised
from salesman_core.errors import InvalidError
from salesman_core.i18n import texts
from salesman_core.records import reach
from salesman_core.records.contact_data import sees_contact_data
from salesman_core.records.custom.imports import custom_asked
from salesman_core.records.custom.kinds import CUSTOM
from salesman_core.records.imports.matching import EXTERNAL_ID, ImportedRow
from salesman_core.records.imports.reading import UNMAPPED
from salesman_core.rest import judge
from salesman_core.services.company import company

_ = texts.lazy

_CLIENT: Final = ("name", "kind", "phones", "emails", "site", "source", "tags")
_CONTACT: Final = ("name", "phones", "emails", "position", "primary")
_CLIENT_SCHEMA: Final = ClientSchema(
    partial=True, only=(*_CLIENT, "addresses", "participants", "external_ids", CUSTOM)
)
_CONTACT_SCHEMA: Final = ContactSchema(partial=True, only=(*_CONTACT, "external_ids", CUSTOM))
_LISTS: Final = ("phones", "emails", "tags")

_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "company": ("company", "organization", "organisation", "компания", "организация", "юрлицо"),
    "person": ("person", "individual", "человек", "частное лицо", "физлицо"),
}
_KINDS: Final = {word: kind for kind, words in _WORDS.items() for word in words}
_LONGER_KINDS: Final = {"юридическое лицо": "company", "физическое лицо": "person"}


def client_values(row: ImportedRow, source: str, people: Mapping[str, Any]) -> dict[str, Any]:
    """Give what a row tells of a client, as the JSON API names it.

    :param people: its participants, where the row names any.
    :raises InvalidError: by field.
    """
    asked = _asked(row, source, _CLIENT) | custom_asked("client", row) | dict(people)
    if addresses := addresses_of_row(row):
        asked["addresses"] = addresses
    if "kind" in asked:
        asked["kind"] = _kind(asked["kind"])
    return judge(_CLIENT_SCHEMA, asked)


def contact_values(row: ImportedRow, source: str) -> dict[str, Any]:
    """Give what a row tells of a contact, as the JSON API names it.

    :raises InvalidError: by field.
    """
    asked = _asked(row, source, _CONTACT) | custom_asked("contact", row)
    return judge(_CONTACT_SCHEMA, asked)


def _asked(row: ImportedRow, source: str, fields: Sequence[str]) -> dict[str, Any]:
    asked = {name: row[name] for name in fields if name in row}
    asked |= {name: list(asked[name]) for name in _LISTS if name in asked}
    if "name" in asked:
        asked["name"] = " ".join(asked["name"].split())
    if EXTERNAL_ID in row:
        asked["external_ids"] = {source: row[EXTERNAL_ID]}
    return asked


def _kind(word: str) -> str:
    found = _KINDS.get(normalised(word)) or _LONGER_KINDS.get(normalised(word))
    if found is None:
        message = _("This is neither a company nor a person.")
        raise InvalidError(message, {"kind": message})
    return found


def refuse_hidden(row: ImportedRow) -> None:
    """Let nobody find out by an import whose a phone or email is.

    :raises InvalidError: where a row has some and whoever imports may not read them.
    """
    hidden = [name for name in ("phones", "emails") if name in row]
    if hidden and not sees_contact_data():
        message = _("Your roles do not include phones and emails: leave this column out.")
        raise InvalidError(message, dict.fromkeys(hidden, message))


def unreachable(values: Mapping[str, Any]) -> dict[str, str]:
    """Give warnings of phones and emails that are kept as typed because they do not validate."""
    warnings = {}
    if not all(read_phone(one).valid for one in values.get("phones", ())):
        warnings["phones"] = str(_("No valid phone number, kept as typed."))
    if not all(read_email(one).valid for one in values.get("emails", ())):
        warnings["emails"] = str(_("No valid email address, kept as typed."))
    return warnings


def read_phone(typed: str) -> reach.Reached:
    """Read a telephone number in the company's notation."""
    return _phone(typed, company().region)


@lru_cache(maxsize=4096)
def _phone(typed: str, region: str) -> reach.Reached:
    return reach.phone(typed, region)


@lru_cache(maxsize=4096)
def read_email(typed: str) -> reach.Reached:
    """Read an address for letters."""
    return reach.email(typed)


def compared(one: reach.Reached) -> str:
    """Give a number or address as it is compared: by what it means, else as it was typed."""
    return one.normalised or one.typed


def grown_lists(record: Client | Contact, values: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Give the lists that a row adds something to: nothing that stands there is taken away."""
    grown: dict[str, list[Any]] = {}
    for name, read in (("phones", read_phone), ("emails", read_email)):
        held = [one.typed for one in getattr(record, name)]
        more = _beyond({compared(read(one)) for one in held}, values.get(name, ()), read)
        grown |= {name: held + more} if more else {}
    if isinstance(record, Client):
        tags = [one.tag for one in record.tags]
        known = {normalised(one) for one in tags}
        more = [one for one in values.get("tags", ()) if normalised(one) not in known]
        grown |= {"tags": tags + more} if more else {}
        held = addresses_of(record)
        addresses = grown_addresses(held, values.get("addresses", ()))
        grown |= {"addresses": addresses} if addresses != held else {}
    return grown


def _beyond(held: set[str], typed: Iterable[str], read: Any) -> list[str]:
    more = []
    for one in typed:
        if compared(read(one)) not in held:
            held.add(compared(read(one)))
            more.append(one)
    return more


def grown_columns(
    record: Client | Contact, row: ImportedRow, columns: Mapping[str, Any]
) -> dict[str, Any]:
    """Give the columns that a row fills, with what no field holds beside what stands there."""
    wanted = dict(columns)
    if UNMAPPED in row:
        wanted["imported"] = record.imported | row[UNMAPPED]
    return wanted
