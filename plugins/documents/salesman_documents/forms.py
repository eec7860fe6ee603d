"""What is typed where documents, types and templates are entered, in the API's notation."""

from __future__ import annotations

from datetime import date
from itertools import zip_longest
from typing import IO, Any, Final

import sqlalchemy as sa
from flask import Response, request
from salesman_requisites.toolkit import company_choices
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from salesman_core.toolkit import (
    AnyRow,
    Contact,
    Deal,
    Download,
    FormState,
    InvalidError,
    as_choice,
    colleagues,
    company,
    current_language,
    current_person,
    date_of,
    form_to_edit,
    handed_out,
    number_of,
    number_or_none,
    read_typed,
    reading,
    today,
    visible,
    written,
)
from salesman_documents import queries
from salesman_documents.permissions import ASSIGN
from salesman_documents.texts import texts

_ = texts.lazy

Typed = MultiDict[str, str]

_NUMBERS: Final = (
    *("type_id", "template_id", "company_id", "signer_id", "client_id", "contact_id"),
    *("deal_id", "owner_id"),
)
_DAYS: Final = ("day", "starts_on", "ends_on")
_TEXTS: Final = ("subject", "description")


def document_values(form: Typed) -> dict[str, Any]:
    """Give what the form of a document holds, as the JSON API names it.

    :raises InvalidError: by field, where something cannot be read.
    """
    readers = dict.fromkeys(_NUMBERS, number_of) | dict.fromkeys(_DAYS, date_of)
    values = {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in read_typed(form, readers, *_NUMBERS, *_DAYS).items()
    }
    if values.get("day", "") is None:
        del values["day"]
    if values.get("company_id", "") is None:
        del values["company_id"]
    if "owner_id" in values and not current_person().may(ASSIGN):
        del values["owner_id"]
    return values | {name: form[name].strip() for name in _TEXTS if name in form}


def signing_values(form: Typed) -> dict[str, Any]:
    """Give what the form says of a signature.

    :raises InvalidError: where the day cannot be read.
    """
    day = read_typed(form, {"signed_on": date_of}, "signed_on").get("signed_on")
    signed_on = None if day is None else day.isoformat()
    return {"signed_on": signed_on, "signed_by": form.get("signed_by", "").strip()}


def new_form(client_id: int | None, deal_id: int | None) -> FormState:
    """Give the form for a document of a client or deal."""
    if deal_id is not None and client_id is None:
        wanted = sa.select(Deal.client_id).where(Deal.id == deal_id, visible("deal"))
        client_id = reading().scalar(wanted)
    known = {"client_id": client_id, "deal_id": deal_id, "owner_id": current_person().id}
    return FormState({**known, **begun_as(), "day": written(today(company().tz))})


def begun_as(type_id: int | None = None) -> dict[str, int | None]:
    """Give the type and the template that a new document begins with.

    The template is the newest of its type, in the reader's language if there is one in it.

    :param type_id: where it is chosen; otherwise the first one that has a template.
    """
    session, language = reading(), current_language()
    offered = queries.templates(session, active=True)
    newest: dict[int, int] = {}
    for row in sorted(offered, key=lambda one: (one.language == language, one.id)):
        if row.last is not None:
            newest[row.type_id] = row.id
    if type_id is None:
        types = [row.id for row in queries.types_to_make(session)]
        type_id = next((one for one in types if one in newest), next(iter(types), None))
    return {"type_id": type_id, "template_id": newest.get(type_id or 0)}


def as_form(document: AnyRow) -> FormState:
    """Give the form of a document as it stands."""
    values: dict[str, Any] = {name: getattr(document, name) for name in (*_TEXTS, *_NUMBERS)}
    values |= {name: written(getattr(document, name)) for name in _DAYS}
    unshown = () if current_person().may(ASSIGN) else ("owner_id",)
    return form_to_edit(values, document.version, unshown=(*unshown, "type_id"))


def choices(form: FormState) -> dict[str, Any]:
    """Give what the form of a document offers."""
    session = reading()
    companies = company_choices(session)
    return {
        "types": [(row.id, row.name) for row in queries.types_to_make(session)],
        "templates": template_choices(session),
        "companies": [(one.id, one.name) for one in companies],
        "signers": [pair for one in companies for pair in one.signers],
        "clients": as_choice("client", _number(form, "client_id")),
        "deals": as_choice("deal", _number(form, "deal_id")),
        "contacts": _contacts(session, _number(form, "client_id")),
        "owners": colleagues(ASSIGN),
    }


def template_choices(session: Session) -> list[tuple[int, str]]:
    """Give the templates that are offered, by what they are called."""
    rows = queries.templates(session, active=True)
    return [(row.id, f"{row.type_name}: {row.name}") for row in rows]


def _number(form: FormState, name: str) -> int | None:
    return number_or_none(str(form.value(name) or ""))


def _contacts(session: Session, client_id: int | None) -> list[tuple[int, str]]:
    if client_id is None:
        return []
    there = sa.select(Contact.id, Contact.name)
    there = there.where(Contact.client_id == client_id, visible("contact"))
    rows = session.execute(there.order_by(Contact.search_name, Contact.id).limit(200))
    return [(row.id, row.name) for row in rows]


def type_values(form: Typed) -> dict[str, Any]:
    """Give what the form of a type of document holds."""
    rows = zip_longest(*(form.getlist(f"status_{name}") for name in ("id", "name", "base")))
    return {
        "name": form.get("name", ""),
        "pattern": form.get("pattern", ""),
        "starts": form.get("starts", ""),
        "active": "active" in form,
        "role_ids": _ids(form, "role_ids"),
        "user_ids": _ids(form, "user_ids"),
        "statuses": [
            {"id": number_or_none(id_), "name": name, "base": base or "in_work"}
            for id_, name, base in ((i or "", n or "", b or "") for i, n, b in rows)
            if name.strip()
        ],
    }


def _ids(form: Typed, name: str) -> list[int]:
    found = [number_or_none(one) for one in form.getlist(name) if one]
    if None in found:
        message = _("Choose one of them.")
        raise InvalidError(message, {name: message})
    return [one for one in found if one is not None]


def template_values(form: Typed) -> dict[str, Any]:
    """Give what the form of a template holds."""
    values = read_typed(form, {"type_id": number_of}, "type_id")
    values |= {name: form[name].strip() for name in ("name", "language") if name in form}
    if "shows_active" in form:
        values["active"] = "active" in form
    return values


def uploaded() -> tuple[str, IO[bytes]]:
    """Give the name and the bytes of the file that was sent.

    :raises InvalidError: where there is none.
    """
    file = request.files.get("file")
    if file is None or not file.filename:
        message = _("Choose a file.")
        raise InvalidError(message, {"file": message})
    return file.filename, file.stream


def answer_with(file: Download) -> Response:
    """Give the answer by which a file is saved."""
    return handed_out(file.path, file.name, file.media_type, etag=file.hash, inline=False)
