"""Our own part of what templates may say: the document, its client, contact, deal and people.

Each value is what whoever acts may see: a client whom they do not see gives its name alone, and
phones and emails stand only for those who may read them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import sqlalchemy as sa
from salesman_requisites.toolkit import company_pictures, company_snapshot

from salesman_core.toolkit import (
    SYSTEM,
    Client,
    Contact,
    Deal,
    Pipeline,
    Stage,
    User,
    acting_as,
    company,
    contact_data,
    current_person,
    further_fields,
    further_values,
    today,
    visible,
)
from salesman_documents.texts import texts
from salesman_documents.variables import About, Field

_ = texts.lazy

_KINDS: Final = {"money": "money", "number": "number", "date": "date", "flag": "flag"}
_PEOPLE: Final[tuple[Field, ...]] = (
    ("name", _("Name"), "text"),
    ("email", _("Email"), "text"),
)
_REACHED: Final[tuple[Field, ...]] = (
    ("phone", _("First phone"), "text"),
    ("email", _("First email"), "text"),
)
_DOCUMENT: Final[tuple[Field, ...]] = (
    ("number", _("Number"), "text"),
    ("date", _("Date"), "date"),
    ("type", _("Type of document"), "text"),
    ("subject", _("What it is about"), "text"),
    ("starts_on", _("In force from"), "date"),
    ("ends_on", _("In force until"), "date"),
    ("today", _("Today"), "date"),
    ("currency", _("Currency"), "text"),
)
_CLIENT: Final[tuple[Field, ...]] = (
    ("name", _("Name"), "text"),
    ("full_name", _("Name in law, or else the name"), "text"),
    ("site", _("Site"), "text"),
    ("address", _("First address"), "text"),
    *_REACHED,
)
_CONTACT: Final[tuple[Field, ...]] = (
    ("name", _("Name"), "text"),
    ("position", _("Position"), "text"),
    *_REACHED,
)
_DEAL: Final[tuple[Field, ...]] = (
    ("name", _("Name"), "text"),
    ("amount", _("Amount"), "money"),
    ("currency", _("Currency"), "text"),
    ("stage", _("Stage"), "text"),
    ("pipeline", _("Pipeline"), "text"),
    ("expected_on", _("Expected on"), "date"),
)
_OWN_TEXTS: Final[tuple[tuple[str, Any], ...]] = (
    ("name", _("Name in full")),
    ("short_name", _("Short name")),
    ("form", _("Form in law")),
    ("inn", _("ИНН")),
    ("kpp", _("КПП")),
    ("ogrn", _("ОГРН")),
    ("vat_number", _("VAT number")),
    ("registration", _("Registration")),
    ("legal_address", _("Legal address")),
    ("postal_address", _("Postal address")),
    ("phone", _("Phone")),
    ("email", _("Email")),
)
_OWN_ACCOUNT: Final[tuple[tuple[str, Any], ...]] = (
    ("bank", _("Bank")),
    ("bic", _("BIC")),
    ("account", _("Account")),
    ("correspondent", _("Correspondent account")),
)
_OWN_SIGNER: Final[Mapping[str, tuple[str, Any]]] = {
    "signer": ("name", _("Signer")),
    "signer_genitive": ("name_genitive", _("Signer, in the genitive")),
    "signer_post": ("post", _("Post of the signer")),
    "signer_post_genitive": ("post_genitive", _("Post of the signer, in the genitive")),
    "ground": ("ground", _("Ground on which the signer acts")),
    "ground_genitive": ("ground_genitive", _("Ground, in the genitive")),
    "acting": ("acting", _("«действующего» or «действующей»")),
}
_PICTURES: Final[tuple[Field, ...]] = (
    ("logo", _("Logo"), "picture"),
    ("stamp", _("Stamp"), "picture"),
    ("signature", _("Signature of the signer"), "picture"),
)
_OWN: Final[tuple[Field, ...]] = (
    *((name, title, "text") for name, title in (*_OWN_TEXTS, *_OWN_ACCOUNT)),
    *((name, title, "text") for name, (_part, title) in _OWN_SIGNER.items()),
    *_PICTURES,
)


def sections() -> list[Mapping[str, Any]]:
    """Give our sections."""
    return [
        _section("document", _("Document"), _DOCUMENT, _document),
        _section("client", _("Client"), _client_fields, _client),
        _section("contact", _("Contact"), _CONTACT, _contact),
        _section("deal", _("Deal"), _deal_fields, _deal),
        _section("owner", _("Responsible"), _PEOPLE, _owner),
        _section("author", _("Whoever makes it"), _PEOPLE, _author),
        _section("own", _("Own company"), _OWN, _own),
    ]


def _section(name: str, title: Any, fields: Any, values: Any) -> Mapping[str, Any]:
    return {"name": name, "title": title, "fields": fields, "values": values}


def _document(about: About) -> dict[str, Any]:
    return {**about["document"], "today": today(company().tz), "currency": about["currency"]}


def _client_fields() -> Sequence[Field]:
    return [*_CLIENT, *_further("client", {name for name, _title, _kind in _CLIENT})]


def _deal_fields() -> Sequence[Field]:
    return [*_DEAL, *_further("deal", {name for name, _title, _kind in _DEAL})]


def _further(kind: str, taken: set[str]) -> list[Field]:
    """Give custom fields and those of plugins, by their keys; a name that we have is ours."""
    with acting_as(SYSTEM):  # a template may say what not everybody sees: for them it is empty
        fields = further_fields(kind)
    return [
        (one.key, one.label, _KINDS.get(str(one.type), "text"))
        for one in fields
        if one.key not in taken and str(one.type) != "user"
    ]


def _further_of(kind: str, row: Any) -> dict[str, Any]:
    held = further_values(kind, [row])[row.id]
    return {one.key: _said(one, held.get(one.name)) for one in further_fields(kind)}


def _said(field: Any, value: Any) -> Any:
    """Give what a further field holds as people read it."""
    if isinstance(value, list | tuple):
        return ", ".join(str(_said(field, one)) for one in value)
    if isinstance(value, str):
        return str(field.titles.get(value, value))
    return value


def _client(about: About) -> dict[str, Any]:
    if about["client_id"] is None:
        return {}
    session = about["session"]
    seen = sa.select(Client).where(Client.id == about["client_id"], visible("client"))
    client = session.scalars(seen).one_or_none()
    if client is None:  # seen through the deal alone: its name, and no more
        name = session.scalar(sa.select(Client.name).where(Client.id == about["client_id"]))
        return {"name": name, "full_name": name}
    found = _further_of("client", client)
    return {
        **found,
        "name": client.name,
        "full_name": found.get("full_name") or client.name,
        "site": client.site,
        "address": client.addresses[0].text if client.addresses else "",
        **_reached(client),
    }


def _reached(record: Client | Contact) -> dict[str, str]:
    if not contact_data.sees_contact_data():
        return {}
    return {
        "phone": record.phones[0].typed if record.phones else "",
        "email": record.emails[0].typed if record.emails else "",
    }


def _contact(about: About) -> dict[str, Any]:
    if about["contact_id"] is None:
        return {}
    seen = sa.select(Contact).where(Contact.id == about["contact_id"], visible("contact"))
    contact = about["session"].scalars(seen).one_or_none()
    if contact is None:
        return {}
    return {"name": contact.name, "position": contact.position, **_reached(contact)}


def _deal(about: About) -> dict[str, Any]:
    if about["deal_id"] is None:
        return {}
    columns = (*Deal.__table__.columns, Stage.name.label("stage"), Pipeline.name.label("pipeline"))
    row = (
        about["session"]
        .execute(
            sa.select(*columns)
            .select_from(Deal)
            .join(Stage, Stage.id == Deal.stage_id)
            .join(Pipeline, Pipeline.id == Deal.pipeline_id)
            .where(Deal.id == about["deal_id"], visible("deal"))
        )
        .one_or_none()
    )
    if row is None:
        return {}
    names = ("name", "amount", "currency", "stage", "pipeline", "expected_on")
    return {**_further_of("deal", row), **{name: getattr(row, name) for name in names}}


def _owner(about: About) -> dict[str, Any]:
    wanted = sa.select(User.name, User.email).where(User.id == about["owner_id"])
    row = about["session"].execute(wanted).one_or_none()
    return {} if row is None else {"name": row.name, "email": row.email or ""}


def _author(_about: About) -> dict[str, Any]:
    person = current_person()
    return {"name": person.name, "email": person.email}


def _own(about: About) -> dict[str, Any]:
    if about["company_id"] is None:
        return {}
    session, company_id = about["session"], about["company_id"]
    snapshot = company_snapshot(session, company_id, signer_id=about["signer_id"])
    account, signer = snapshot["account"] or {}, snapshot["signer"] or {}
    pictures = company_pictures(session, company_id, signer_id=signer.get("id"))
    return {
        **{name: snapshot[name] for name, _title in _OWN_TEXTS},
        **{name: account.get(name, "") for name, _title in _OWN_ACCOUNT},
        **{name: signer.get(part, "") for name, (part, _title) in _OWN_SIGNER.items()},
        **{name: pictures.get(name, b"") for name, _title, _kind in _PICTURES},
    }
