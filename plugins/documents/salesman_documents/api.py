"""The JSON API of documents: ``/api/v1/documents``. Its collection is the documents."""

from __future__ import annotations

from collections.abc import Sequence
from typing import IO, Any, Final

from flask import Response

from salesman_core.toolkit import (
    AnyRow,
    ApiBlueprint,
    ListQuery,
    arguments,
    bulk,
    etag_of,
    file_body,
    file_response,
    held_file,
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
from salesman_documents import (
    forms,
    making,
    publishing,
    queries,
    service,
    templates_service,
    types_service,
)
from salesman_documents.lists import DOCUMENTS
from salesman_documents.models import KIND
from salesman_documents.permissions import (
    CREATE,
    DELETE,
    EDIT,
    MANAGE_TEMPLATES,
    MANAGE_TYPES,
    SEND,
    VIEW,
)
from salesman_documents.schemas import (
    ChangeSchema,
    DocumentSchema,
    GenerateSchema,
    MoveSchema,
    NewTemplateSchema,
    SendSchema,
    SignSchema,
    TemplateSchema,
    TemplatesSchema,
    TemplateVersionSchema,
    TemplateVersionsSchema,
    TypeSchema,
    TypesSchema,
    UploadSchema,
    VersionSchema,
    VersionsSchema,
)

DOCX: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PDF: Final = "application/pdf"
UNNAMED: Final = "document.docx"
IMAGES: Final = ("image/png", "image/jpeg")

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


@api.post("/<int:record_id>/versions/upload")
@requires(EDIT)
@versioned(KIND)
@arguments(UploadSchema, "query")
@file_body(DOCX)
@response(VersionSchema, 201)
def upload_version(
    file: IO[bytes], values: dict[str, Any], record_id: int, version: int | None
) -> Any:
    """Keep a document that somebody has edited as a new version."""
    comment = values.get("comment") or ""
    number = making.upload(record_id, values.get("name", UNNAMED), file, comment, version)
    return queries.one_version(reading(), record_id, number)


@api.get("/<int:record_id>/versions/<int:number>/file")
@requires(VIEW)
@file_response(DOCX, "The file of a version; of a signed one, the scan", others=(PDF, *IMAGES))
def version_file(record_id: int, number: int) -> Response:
    """Get the file of a version."""
    return forms.answer_with(publishing.file_of(record_id, number))


@api.get("/<int:record_id>/versions/<int:number>/pdf")
@requires(VIEW)
@file_response(PDF, "The version as PDF; a scan as it is", others=IMAGES, problems=(409,))
def version_pdf(record_id: int, number: int) -> Response:
    """Get a version as PDF, which is made with the first time."""
    return forms.answer_with(publishing.pdf_of(record_id, number))


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
    return {"items": _types()}


@api.post("/types")
@requires(MANAGE_TYPES)
@arguments(TypeSchema)
@response(TypeSchema, 201)
def create_type(values: dict[str, Any]) -> dict[str, Any]:
    """Add a type of document."""
    type_id = types_service.add_type(values)
    return next(one for one in _types() if one["id"] == type_id)


def _types() -> list[dict[str, Any]]:
    session = reading()
    statuses, makers = queries.statuses(session), queries.makers(session)
    return [
        {
            **{name: getattr(row, name) for name in ("id", "name", "pattern", "starts")},
            "active": row.active,
            "role_ids": [one.role_id for one in makers.get(row.id, []) if one.role_id],
            "user_ids": [one.user_id for one in makers.get(row.id, []) if one.user_id],
            "statuses": statuses.get(row.id, []),
        }
        for row in queries.types(session)
    ]


@api.get("/templates")
@requires(VIEW)
@response(TemplatesSchema)
def list_templates() -> dict[str, Any]:
    """List the templates."""
    return {"items": queries.templates(reading())}


@api.post("/templates")
@requires(MANAGE_TEMPLATES)
@arguments(NewTemplateSchema, "query")
@file_body(DOCX)
@response(TemplateSchema, 201)
def create_template(file: IO[bytes], values: dict[str, Any]) -> Any:
    """Add a template with its first version; 422 says what is wrong with it, and where."""
    name = values.pop("file_name", UNNAMED)
    template_id = templates_service.add_template(values, name, file)
    return next(one for one in queries.templates(reading()) if one.id == template_id)


@api.get("/templates/<int:template_id>/versions")
@requires(MANAGE_TEMPLATES)
@response(TemplateVersionsSchema)
def list_template_versions(template_id: int) -> dict[str, Any]:
    """List the versions of a template, the newest first."""
    queries.one_template(reading(), template_id)
    return {"items": queries.template_versions(reading(), template_id)}


@api.post("/templates/<int:template_id>/versions")
@requires(MANAGE_TEMPLATES)
@arguments(UploadSchema(only=("name",)), "query")
@file_body(DOCX)
@response(TemplateVersionSchema, 201)
def upload_template(file: IO[bytes], values: dict[str, Any], template_id: int) -> Any:
    """Keep a file as the next version of a template: documents are made from it from now on."""
    number = templates_service.upload_version(template_id, values.get("name", UNNAMED), file)
    return _template_version(template_id, number)


@api.get("/templates/<int:template_id>/versions/<int:number>/file")
@requires(MANAGE_TEMPLATES)
@file_response(DOCX, "The file of a version of a template")
def template_file(template_id: int, number: int) -> Response:
    """Get the file of a version of a template."""
    row = _template_version(template_id, number)
    return forms.answer_with(held_file(reading(), row.file_id, row.name))


def _template_version(template_id: int, number: int) -> AnyRow:
    return queries.one_template_version(reading(), template_id, number)
