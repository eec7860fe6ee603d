"""The JSON API of documents: ``/api/v1/documents``. Its collection is the documents."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Response

from salesman_core.toolkit import (
    AnyRow,
    ApiBlueprint,
    ListQuery,
    arguments,
    bulk,
    etag_of,
    json_response,
    list_arguments,
    page_answer,
    page_response,
    reading,
    requires,
    response,
    select_page,
    versioned,
    visible,
)
from salesman_documents import making, publishing, queries, service
from salesman_documents.lists import DOCUMENTS
from salesman_documents.models import KIND
from salesman_documents.permissions import CREATE, DELETE, EDIT, SEND, VIEW
from salesman_documents.schemas import (
    ChangeSchema,
    DocumentSchema,
    GenerateSchema,
    MoveSchema,
    SendSchema,
    SignSchema,
    TemplatesSchema,
    TypesSchema,
    VersionSchema,
    VersionsSchema,
)

api = ApiBlueprint("documents", __name__, title="Documents")


def document_items(rows: Sequence[AnyRow]) -> list[dict[str, Any]]:
    """Give documents as the API shows them."""
    return [{column.key: getattr(row, column.key) for column in queries.DOCUMENT} for row in rows]


def _answer(document_id: int, status: int = 200) -> Response:
    """Give a document; to whoever does not see it (any more), its id alone."""
    found = queries.some_documents(reading(), [document_id])
    if document_id not in found:
        return json_response({"id": document_id}, status)
    row = found[document_id]
    (item,) = document_items([row])
    return json_response(item, status, etag=etag_of(KIND, row.id, row.version, row.updated_at))


@api.get("")
@requires(VIEW)
@list_arguments(DOCUMENTS)
@page_response(DocumentSchema)
def list_documents(query: ListQuery) -> Response:
    """List documents."""
    page = select_page(reading(), queries.DOCUMENT, DOCUMENTS, query, visible(KIND))
    return page_answer(document_items(page.rows), page.next_cursor)


@api.post("")
@requires(CREATE)
@arguments(DocumentSchema)
@response(DocumentSchema, 201)
def create_document(values: dict[str, Any]) -> Response:
    """Make a document with its number; ``POST …/versions`` fills it in."""
    return _answer(service.create_document(values), 201)


@api.post("/bulk")
@requires(VIEW)
@bulk(DOCUMENTS)
def act_on_documents() -> None:
    """Do one thing with many documents, with a result for each."""


@api.get("/<int:record_id>")
@requires(VIEW)
@response(DocumentSchema)
def read_document(record_id: int) -> Response:
    """Read a document."""
    queries.one_document(reading(), record_id)
    return _answer(record_id)


@api.patch("/<int:record_id>")
@requires(EDIT)
@versioned(KIND)
@arguments(ChangeSchema(partial=True))
@response(DocumentSchema)
def change_document(values: dict[str, Any], record_id: int, version: int | None) -> Response:
    """Change what is said of a document. Its versions stay as they are."""
    service.change_document(record_id, values, version)
    return _answer(record_id)


@api.delete("/<int:record_id>")
@requires(DELETE)
@versioned(KIND)
@response(None, 204)
def delete_document(record_id: int, version: int | None) -> None:
    """Put a document into the bin."""
    service.delete_document(record_id, version)


@api.post("/<int:record_id>/move")
@requires(EDIT)
@versioned(KIND)
@arguments(MoveSchema)
@response(DocumentSchema)
def move_document(values: dict[str, Any], record_id: int, version: int | None) -> Response:
    """Let a document come to another status."""
    service.move_document(record_id, values["status_id"], values.get("comment") or "", version)
    return _answer(record_id)


@api.post("/<int:record_id>/sign")
@requires(EDIT)
@versioned(KIND)
@arguments(SignSchema)
@response(DocumentSchema)
def sign_document(values: dict[str, Any], record_id: int, version: int | None) -> Response:
    """Note that a document is signed."""
    who = values.get("signed_by") or ""
    making.sign(record_id, values["signed_on"], who, version=version)
    return _answer(record_id)


@api.get("/<int:record_id>/versions")
@requires(VIEW)
@response(VersionsSchema)
def list_versions(record_id: int) -> dict[str, Any]:
    """List the versions of a document, the newest first."""
    queries.one_document(reading(), record_id)
    return {"items": queries.versions(reading(), record_id)}


@api.post("/<int:record_id>/versions")
@requires(EDIT)
@versioned(KIND)
@arguments(GenerateSchema)
@response(VersionSchema, 201)
def generate_version(values: dict[str, Any], record_id: int, version: int | None) -> Any:
    """Fill a document in from its template; 409 says what is empty, unless ``anyway``."""
    number = making.generate(record_id, anyway=values.get("anyway", False), version=version)
    return queries.one_version(reading(), record_id, number)


@api.post("/<int:record_id>/versions/<int:number>/send")
@requires(SEND)
@arguments(SendSchema)
@response(None, 204)
def send_version(values: dict[str, Any], record_id: int, number: int) -> None:
    """Send a version by letter, with a link to it that expires."""
    publishing.send(record_id, number, values)


@api.get("/types")
@requires(VIEW)
@response(TypesSchema)
def list_types() -> dict[str, Any]:
    """List the types of document with their statuses."""
    session = reading()
    statuses, makers = queries.statuses(session), queries.makers(session)
    return {
        "items": [
            {
                **{name: getattr(row, name) for name in ("id", "name", "pattern", "starts")},
                "active": row.active,
                "role_ids": [one.role_id for one in makers.get(row.id, []) if one.role_id],
                "user_ids": [one.user_id for one in makers.get(row.id, []) if one.user_id],
                "statuses": statuses.get(row.id, []),
            }
            for row in queries.types(session)
        ]
    }


@api.get("/templates")
@requires(VIEW)
@response(TemplatesSchema)
def list_templates() -> dict[str, Any]:
    """List the templates."""
    return {"items": queries.templates(reading())}
