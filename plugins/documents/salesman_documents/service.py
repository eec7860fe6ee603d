"""Every change of documents: the rules, the transaction, the events. Filling in is ``making``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import sqlalchemy as sa
from salesman_requisites.toolkit import take_number
from sqlalchemy.orm import Session

from salesman_core.toolkit import (
    Changes,
    announce,
    audit,
    checked_owner,
    company,
    current_person,
    demand_permission,
    differences,
    for_change,
    from_bin,
    now,
    today,
    touch,
    writing,
)
from salesman_documents.models import KIND, Document, DocumentType, Status, StatusChange
from salesman_documents.permissions import ASSIGN, CREATE, DELETE, EDIT
from salesman_documents.references import (
    Concerned,
    checked_company,
    checked_status,
    checked_template,
    checked_type,
    client_name,
    wrong,
)
from salesman_documents.texts import texts
from salesman_documents.types_service import paper_key

_ = texts.lazy

TEXTS: Final = ("subject", "description")
DAYS: Final = ("starts_on", "ends_on")
_EARLIEST, _LATEST = date(1990, 1, 1), date(2100, 12, 31)


def create_document(values: Mapping[str, Any]) -> int:
    """Make a document with its number, and as yet without a file; give its id.

    :param values: as the JSON API names them.
    :raises InvalidError: by field.
    """
    demand_permission(CREATE)
    with writing() as session:
        moment, person = now(), current_person()
        type_ = checked_type(session, values.get("type_id"))
        document = Document(created_at=moment, updated_at=moment, type_id=type_.id)
        document.day = _day(values.get("day") or today(company().tz), "day")
        document.template_id = checked_template(session, values.get("template_id"), type_.id)
        document.company_id, document.signer_id = checked_company(
            session, values.get("company_id"), values.get("signer_id")
        )
        concerned = Concerned().changed_by(session, {"client_id": None, **values})
        _set_concerned(session, document, concerned)
        owner_id = values.get("owner_id", person.id)
        document.owner_id = checked_owner(session, owner_id, ASSIGN)
        for name, value in _written(values).items():
            setattr(document, name, value)
        _demand_order(document)
        status = _first_status(session, type_.id)
        document.status_id = None if status is None else status.id
        number = take_number(session, paper_key(type_.id), document.company_id, document.day)
        document.number = number.text
        _entitle(session, document, type_.name)
        session.add(document)
        session.flush()
        if status is not None:
            _note_move(session, document, "", status.name, "")
        told: Changes = {name: (None, value) for name, value in values.items() if value}
        note_change(session, document, "created", told | {"number": (None, number.text)})
        return document.id


def change_document(
    document_id: int, values: Mapping[str, Any], version: int | None = None
) -> bool:
    """Change what is said of a document; give whether anything changed. Its versions stay.

    :raises InvalidError: by field.
    """
    with writing() as session:
        document: Document = for_change(session, KIND, document_id, EDIT, version)
        wanted = _written(values)
        if "day" in values:
            wanted["day"] = _day(values["day"], "day")
        if "template_id" in values and values["template_id"] != document.template_id:
            wanted["template_id"] = checked_template(
                session, values["template_id"], document.type_id
            )
        if {"company_id", "signer_id"} & set(values):
            wanted |= _company(session, document, values)
        if "owner_id" in values and values["owner_id"] != document.owner_id:
            owner_id = values["owner_id"]
            wanted["owner_id"] = checked_owner(session, owner_id, ASSIGN, document.owner_id)
        held = Concerned(document.client_id, document.contact_id, document.deal_id)
        concerned = held.changed_by(session, values)
        for name in ("client_id", "contact_id", "deal_id"):
            wanted[name] = getattr(concerned, name)
        changes = differences(document, wanted)
        for name, (_old, new) in changes.items():
            setattr(document, name, new)
        if not changes:
            return False
        _demand_order(document)
        _set_concerned(session, document, concerned)
        _entitle(session, document)
        note_change(session, document, "changed", changes)
        return True


def _company(session: Session, document: Document, values: Mapping[str, Any]) -> dict[str, Any]:
    company_id = values.get("company_id", document.company_id)
    signer_id = values.get("signer_id", document.signer_id)
    if (company_id, signer_id) == (document.company_id, document.signer_id):
        return {}
    company_id, signer_id = checked_company(session, company_id, signer_id)
    return {"company_id": company_id, "signer_id": signer_id}


def move_document(
    document_id: int, status_id: int, comment: str = "", version: int | None = None
) -> None:
    """Let a document come to another status; the log keeps who, when and why.

    :raises InvalidError: for a status that its type does not offer.
    """
    with writing() as session:
        document: Document = for_change(session, KIND, document_id, EDIT, version)
        status = checked_status(session, status_id, document)
        if status.id == document.status_id:
            return
        before = session.get(Status, document.status_id or 0)
        _note_move(session, document, before.name if before else "", status.name, comment)
        changes: Changes = {"status_id": (document.status_id, status.id)}
        document.status_id = status.id
        if comment.strip():
            changes["comment"] = (None, comment.strip())
        note_change(session, document, "moved", changes)


def delete_document(document_id: int, version: int | None = None) -> None:
    """Put a document into the bin, with its versions; its links lead nowhere meanwhile."""
    with writing() as session:
        document: Document = for_change(session, KIND, document_id, DELETE, version)
        document.deleted_at = now()
        note_change(session, document, "deleted", {})


def restore_document(document_id: int) -> None:
    """Take a document out of the bin again."""
    demand_permission(DELETE)
    with writing() as session:
        document: Document = from_bin(session, KIND, document_id, DELETE)
        note_change(session, document, "restored", {})


def _written(values: Mapping[str, Any]) -> dict[str, Any]:
    wanted: dict[str, Any] = {
        name: str(values[name] or "").strip() for name in TEXTS if name in values
    }
    for name in DAYS:
        if name in values:
            wanted[name] = None if values[name] is None else _day(values[name], name)
    return wanted


def _day(value: date, field: str) -> date:
    if not _EARLIEST <= value <= _LATEST:
        raise wrong(field, _("Give a day between 1990 and 2100."))
    return value


def _demand_order(document: Document) -> None:
    first, last = document.starts_on, document.ends_on
    if first is not None and last is not None and last < first:
        raise wrong("ends_on", _("It ends before it begins."))


def _set_concerned(session: Session, document: Document, concerned: Concerned) -> None:
    document.client_id, document.contact_id = concerned.client_id, concerned.contact_id
    document.deal_id = concerned.deal_id
    if concerned.client_id is not None:
        document.client_name = client_name(session, concerned.client_id)


def _entitle(session: Session, document: Document, type_name: str | None = None) -> None:
    """Give a document the title by which people know it, and what it is found by."""
    if type_name is None:
        named = sa.select(DocumentType.name).where(DocumentType.id == document.type_id)
        type_name = str(session.scalar(named) or "")
    parts = [f"{type_name} № {document.number}", document.subject or ""]
    document.title = ", ".join(part for part in parts if part)[:300]
    document.search_title = f"{document.title} {document.client_name}".strip()


def _first_status(session: Session, type_id: int) -> Status | None:
    offered = sa.select(Status).where(Status.type_id == type_id, Status.active)
    return session.scalars(offered.order_by(Status.position, Status.id).limit(1)).one_or_none()


def _note_move(session: Session, document: Document, before: str, after: str, comment: str) -> None:
    person = current_person()
    session.add(
        StatusChange(
            document_id=document.id,
            before=before,
            after=after,
            comment=comment.strip()[:1000],
            author_id=person.id,
            author_name=person.name,
            created_at=now(),
        )
    )


def note_change(session: Session, document: Document, action: str, changes: Changes) -> None:
    """Keep what was done to a document: its history, its event, its version."""
    touch(document)
    audit(session, KIND, document.id, document.title, action, changes)
    payload: dict[str, Any] = {"number": document.number} if action == "created" else {}
    if action == "changed":
        payload = {"fields": sorted(changes)}
    announce(session, f"documents.document.{action}", KIND, document.id, payload)
