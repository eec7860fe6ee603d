"""Every read of documents, through access; and of types and templates, which belong to nobody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_core.toolkit import (
    AnyRow,
    Client,
    Contact,
    Deal,
    ListQuery,
    MissingError,
    User,
    count,
    current_person,
    one_of,
    roles_of,
    visible,
)
from salesman_documents.lists import DOCUMENTS, SOURCE
from salesman_documents.models import (
    KIND,
    Document,
    DocumentType,
    Link,
    Maker,
    Status,
    StatusChange,
    Template,
    TemplateVersion,
    Version,
)
from salesman_documents.texts import texts

_ = texts.lazy

DOCUMENT: Final = (
    Document.id,
    Document.type_id,
    Document.number,
    Document.day,
    Document.title,
    Document.subject,
    Document.description,
    Document.status_id,
    Document.template_id,
    Document.company_id,
    Document.signer_id,
    Document.client_id,
    Document.client_name,
    Document.contact_id,
    Document.deal_id,
    Document.owner_id,
    Document.starts_on,
    Document.ends_on,
    Document.signed_on,
    Document.signed_by,
    Document.created_at,
    Document.updated_at,
    Document.version,
)
"""What a document is, in the JSON API."""

NAMED: Final = (
    *DOCUMENT,
    DocumentType.name.label("type_name"),
    Status.name.label("status_name"),
    Status.base.label("status_base"),
    User.name.label("owner_name"),
)
"""The same with what a page shows beside it."""

VERSION: Final = (
    Version.id,
    Version.document_id,
    Version.number,
    Version.origin,
    Version.name,
    Version.hash,
    Version.size,
    Version.comment,
    Version.author_id,
    Version.author_name,
    Version.created_at,
    Version.file_id,
    Version.pdf_id,
    Version.template_version_id,
)


def documents(columns: Sequence[Any] = NAMED) -> sa.Select[*tuple[Any, ...]]:
    """Give the query of the documents that the person reaches."""
    return sa.select(*columns).select_from(SOURCE).where(visible(KIND))


def one_document(session: Session, document_id: int) -> AnyRow:
    """Give a document.

    :raises MissingError: where there is none that the person may see.
    """
    row = session.execute(documents().where(Document.id == document_id)).one_or_none()
    if row is None:
        raise MissingError(_("There is no such document, or you may not see it."))
    return row


def some_documents(session: Session, ids: Sequence[int]) -> dict[int, AnyRow]:
    """Give those of some documents that the person sees, by their ids."""
    if not ids:
        return {}
    rows = session.execute(documents().where(one_of(Document.id, list(ids))))
    return {row.id: row for row in rows}


def count_documents(session: Session, query: ListQuery) -> int:
    """Count the documents of all pages of a list."""
    return count(session, DOCUMENTS, query, visible(KIND))


def documents_of(session: Session, kind: str, record_id: int, limit: int) -> Sequence[AnyRow]:
    """Give the documents of a client or deal that the person sees, the newest first."""
    column = {"client": Document.client_id, "deal": Document.deal_id}[kind]
    own = documents().where(column == record_id)
    newest = own.order_by(Document.created_at.desc(), Document.id.desc())
    return session.execute(newest.limit(limit)).all()


def versions(session: Session, document_id: int) -> Sequence[AnyRow]:
    """Give the versions of a document, the newest first. The caller has checked that it is seen."""
    query = sa.select(*VERSION).where(Version.document_id == document_id)
    return session.execute(query.order_by(Version.number.desc())).all()


def one_version(session: Session, document_id: int, number: int) -> AnyRow:
    """Give a version of a document that the person sees.

    :raises MissingError: where there is none.
    """
    one_document(session, document_id)
    query = sa.select(*VERSION).where(Version.document_id == document_id, Version.number == number)
    row = session.execute(query).one_or_none()
    if row is None:
        raise MissingError(_("The document has no such version."))
    return row


def moves(session: Session, document_id: int) -> Sequence[AnyRow]:
    """Give the log of a document's statuses, the newest first."""
    columns = (StatusChange.before, StatusChange.after, StatusChange.comment)
    who = (StatusChange.author_name, StatusChange.created_at)
    query = sa.select(*columns, *who).where(StatusChange.document_id == document_id)
    newest = query.order_by(StatusChange.created_at.desc(), StatusChange.id.desc())
    return session.execute(newest.limit(100)).all()


def links(session: Session, document_id: int, moment: datetime) -> Sequence[AnyRow]:
    """Give the links of a document that lead somewhere, with the number of their version."""
    columns = (Link.id, Link.expires_at, Link.opened, Link.opened_at, Version.number)
    query = (
        sa.select(*columns)
        .join(Version, Version.id == Link.version_id)
        .where(Version.document_id == document_id)
        .where(sa.not_(Link.withdrawn), Link.expires_at > moment)
    )
    return session.execute(query.order_by(Link.expires_at)).all()


def types(session: Session, *, active: bool | None = None) -> Sequence[AnyRow]:
    """Give the types of document in their order."""
    columns = (DocumentType.id, DocumentType.name, DocumentType.pattern, DocumentType.starts)
    query = sa.select(*columns, DocumentType.active, DocumentType.version)
    if active is not None:
        query = query.where(DocumentType.active == active)
    return session.execute(query.order_by(DocumentType.position, DocumentType.id)).all()


def types_to_make(session: Session) -> Sequence[AnyRow]:
    """Give the types of which whoever acts may make documents."""
    makeable = _makeable(session)
    return [row for row in types(session, active=True) if row.id in makeable]


def may_make(session: Session, type_id: int) -> bool:
    """Tell whether whoever acts may make documents of a type."""
    return type_id in _makeable(session)


def _makeable(session: Session) -> set[int]:
    person = current_person()
    own = sa.or_(Maker.role_id.in_(roles_of(person.id)), Maker.user_id == person.id)
    anyone = sa.not_(sa.exists().where(Maker.type_id == DocumentType.id))
    named = sa.exists().where(Maker.type_id == DocumentType.id, own)
    query = sa.select(DocumentType.id).where(DocumentType.active)
    if not person.everything:
        query = query.where(sa.or_(anyone, named))
    return set(session.scalars(query))


def makers(session: Session) -> dict[int, list[AnyRow]]:
    """Give who may make documents, by type."""
    found: dict[int, list[AnyRow]] = {}
    for row in session.execute(sa.select(Maker.type_id, Maker.role_id, Maker.user_id)):
        found.setdefault(row.type_id, []).append(row)
    return found


def statuses(session: Session) -> dict[int, list[AnyRow]]:
    """Give the statuses of all types in their order, by type."""
    columns = (Status.id, Status.type_id, Status.name, Status.base, Status.active)
    found: dict[int, list[AnyRow]] = {}
    for row in session.execute(sa.select(*columns).order_by(Status.position, Status.id)):
        found.setdefault(row.type_id, []).append(row)
    return found


TEMPLATE: Final = (
    Template.id,
    Template.type_id,
    Template.name,
    Template.language,
    Template.active,
    Template.version,
    DocumentType.name.label("type_name"),
)


def templates(session: Session, *, active: bool | None = None) -> Sequence[AnyRow]:
    """Give the templates, by the order of their types, with the number of their last version."""
    last = (
        sa.select(sa.func.max(TemplateVersion.number))
        .where(TemplateVersion.template_id == Template.id)
        .scalar_subquery()
    )
    query = sa.select(*TEMPLATE, last.label("last")).join(
        DocumentType, DocumentType.id == Template.type_id
    )
    if active is not None:
        query = query.where(Template.active == active, DocumentType.active == active)
    return session.execute(
        query.order_by(DocumentType.position, DocumentType.id, Template.name, Template.id)
    ).all()


def one_template(session: Session, template_id: int) -> AnyRow:
    """Give a template.

    :raises MissingError: where there is none.
    """
    query = sa.select(*TEMPLATE).join(DocumentType, DocumentType.id == Template.type_id)
    row = session.execute(query.where(Template.id == template_id)).one_or_none()
    if row is None:
        raise MissingError(_("There is no such template."))
    return row


def template_versions(session: Session, template_id: int) -> Sequence[AnyRow]:
    """Give the versions of a template, the newest first."""
    columns = (
        *(TemplateVersion.id, TemplateVersion.number, TemplateVersion.file_id),
        *(TemplateVersion.name, TemplateVersion.author_name, TemplateVersion.created_at),
    )
    query = sa.select(*columns).where(TemplateVersion.template_id == template_id)
    return session.execute(query.order_by(TemplateVersion.number.desc())).all()


def one_template_version(session: Session, template_id: int, number: int) -> AnyRow:
    """Give a version of a template.

    :raises MissingError: where there is none.
    """
    for row in template_versions(session, template_id):
        if row.number == number:
            return row
    raise MissingError(_("The template has no such version."))


def last_template_version(session: Session, template_id: int) -> AnyRow | None:
    """Give the version from which documents are made, with what it says and what was found."""
    columns = (
        *(TemplateVersion.id, TemplateVersion.number, TemplateVersion.file_id),
        *(TemplateVersion.name, TemplateVersion.findings, TemplateVersion.used),
    )
    query = sa.select(*columns).where(TemplateVersion.template_id == template_id)
    last = query.order_by(TemplateVersion.number.desc()).limit(1)
    return session.execute(last).one_or_none()


def around(session: Session, row: AnyRow) -> Mapping[str, str]:
    """Give what the client, contact and deal of a document are called, as far as they are seen."""
    found: dict[str, str] = {}
    for kind, model, id_ in (
        ("client", Client, row.client_id),
        ("contact", Contact, row.contact_id),
        ("deal", Deal, row.deal_id),
    ):
        if id_ is not None:
            named = sa.select(model.name).where(model.id == id_, visible(kind))
            name = session.scalar(named)
            if name is not None:
                found[kind] = str(name)
    return found
