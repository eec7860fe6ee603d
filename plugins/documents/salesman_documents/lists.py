"""What the list of documents can be filtered and sorted by, on the page and in the JSON API."""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa

from salesman_core.toolkit import (
    FieldKind,
    ListField,
    ListFilter,
    ListSpec,
    User,
    contains,
    current_person,
    either,
    reading,
)
from salesman_documents.approval.queries import waits_for
from salesman_documents.models import DONE, KIND, VOID, Document, DocumentType, Status
from salesman_documents.texts import texts

_ = texts.lazy

BASE_TITLES: Final = {
    "begun": _("begun"),
    "in_work": _("in work"),
    "done": _("done"),
    "void": _("void"),
}
ORIGIN_TITLES: Final = {
    "generated": _("from a template"),
    "uploaded": _("uploaded"),
    "signed": _("signed scan"),
}


def _type_name(id_: Any) -> str:
    named = sa.select(DocumentType.name).where(DocumentType.id == id_)
    return str(reading().scalar(named) or id_)


def _status_name(id_: Any) -> str:
    return str(reading().scalar(sa.select(Status.name).where(Status.id == id_)) or id_)


FINISHED: Final = sa.and_(Status.base.in_((DONE, VOID)), Status.id.is_not(None))


def _unfinished(_operator: str, value: Any) -> sa.ColumnElement[bool]:
    finished = Document.status_id.in_(sa.select(Status.id).where(Status.base.in_((DONE, VOID))))
    open_ = sa.or_(Document.status_id.is_(None), sa.not_(finished))
    return open_ if value else sa.not_(open_)


def _signed(_operator: str, value: Any) -> sa.ColumnElement[bool]:
    return Document.signed_on.is_not(None) if value else Document.signed_on.is_(None)


def _waiting_for_me(_operator: str, value: Any) -> sa.ColumnElement[bool]:
    waiting = waits_for(current_person().id)
    return waiting if value else sa.not_(waiting)


def search_documents(typed: str) -> sa.ColumnElement[bool]:
    """Give the SQL of the search box of the list: number, subject or client."""
    return either(Document.id, contains(Document.search_title, typed))


SOURCE: Final = (
    sa.join(Document, DocumentType, DocumentType.id == Document.type_id)
    .outerjoin(Status, Status.id == Document.status_id)
    .outerjoin(User, User.id == Document.owner_id)
)
"""Documents beside their types, statuses and owners."""

DOCUMENTS: Final = ListSpec(
    kind=KIND,
    id=Document.id,
    source=SOURCE,
    search=search_documents,
    default_sort="-created_at",
    fields=(
        ListField(
            "title", _("Document"), Document.title, FieldKind.TEXT, norm=Document.search_title
        ),
        ListField("number", _("Number"), Document.number, FieldKind.TEXT),
        ListField(
            "type_id",
            _("Type"),
            Document.type_id,
            FieldKind.REF,
            sort_column=DocumentType.position,
            show=_type_name,
        ),
        ListField(
            "status_id",
            _("Status"),
            Document.status_id,
            FieldKind.REF,
            sort_column=Status.position,
            show=_status_name,
        ),
        ListField("day", _("Date"), Document.day, FieldKind.DATE),
        ListField("ends_on", _("In force until"), Document.ends_on, FieldKind.DATE),
        ListField("signed_on", _("Signed on"), Document.signed_on, FieldKind.DATE),
        ListField("client_name", _("Client’s name"), Document.client_name, FieldKind.TEXT),
        ListField("client_id", _("Client"), Document.client_id, FieldKind.REF, sortable=False),
        ListField("deal_id", _("Deal"), Document.deal_id, FieldKind.REF, sortable=False),
        ListField(
            "owner_id",
            _("Responsible"),
            Document.owner_id,
            FieldKind.USER,
            sort_column=User.search_name,
        ),
        ListField("created_at", _("Made"), Document.created_at, FieldKind.MOMENT),
        ListField("updated_at", _("Changed"), Document.updated_at, FieldKind.MOMENT),
    ),
    filters=(
        ListFilter("unfinished", _("Unfinished"), FieldKind.FLAG, _unfinished, operators=("eq",)),
        ListFilter("signed", _("Signed"), FieldKind.FLAG, _signed, operators=("eq",)),
        ListFilter(
            "waiting_for_me",
            _("Waiting for my decision"),
            FieldKind.FLAG,
            _waiting_for_me,
            operators=("eq",),
        ),
    ),
)
