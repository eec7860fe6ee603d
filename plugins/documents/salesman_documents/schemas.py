"""What documents are in the JSON API; the pages judge by the same schemas."""

from __future__ import annotations

from typing import Final

from marshmallow import fields

from salesman_core.toolkit import (
    Choice,
    Date,
    Flag,
    Integer,
    ListOf,
    Moment,
    RecordSchema,
    Reference,
    Schema,
    Text,
)
from salesman_documents.models import BASES, LANGUAGES, ORIGINS, STARTS

MOST_DAYS: Final = 90


class DocumentSchema(RecordSchema):
    """A document: what it is, whom it concerns, in whose name it is made.

    ``number`` and ``title`` follow from its type; ``status_id`` changes by ``POST …/move``.
    """

    type_id = Reference(required=True)
    number = Text(100, dump_only=True)
    title = Text(300, dump_only=True)
    day = Date()
    subject = Text(300)
    description = Text(20_000)
    status_id = Reference(dump_only=True, allow_none=True)
    template_id = Reference(allow_none=True)
    company_id = Reference(allow_none=True)
    signer_id = Reference(allow_none=True)
    client_id = Reference(allow_none=True)
    client_name = Text(300, dump_only=True)
    contact_id = Reference(allow_none=True)
    deal_id = Reference(allow_none=True)
    owner_id = Reference(allow_none=True)
    starts_on = Date(allow_none=True)
    ends_on = Date(allow_none=True)
    signed_on = Date(dump_only=True, allow_none=True)
    signed_by = Text(200, dump_only=True)


class ChangeSchema(DocumentSchema):
    """What of a document may be changed: not its type, by which it is numbered."""

    type_id = Reference(dump_only=True)


class MoveSchema(Schema):
    """Another status, and why."""

    status_id = Reference(required=True)
    comment = Text(1000)


class GenerateSchema(Schema):
    """``anyway`` says that the document is wanted though something that it says is empty."""

    anyway = Flag()


class VersionSchema(Schema):
    """A version of a document; ``hash`` is the SHA-256 of its file."""

    number = Integer(dump_only=True)
    origin = Choice(ORIGINS, dump_only=True)
    name = Text(200, dump_only=True)
    hash = Text(64, dump_only=True)
    size = Integer(dump_only=True)
    comment = Text(1000, dump_only=True)
    author_id = Reference(dump_only=True, allow_none=True)
    author_name = Text(200, dump_only=True)
    created_at = Moment(dump_only=True)


class UploadSchema(Schema):
    """What a file is called that is sent, and what was changed in it."""

    name = Text(200, blank=False)
    comment = Text(1000)


class TemplateVersionSchema(Schema):
    """A version of a template; documents are made from the last one."""

    number = Integer(dump_only=True)
    name = Text(200, dump_only=True)
    author_name = Text(200, dump_only=True)
    created_at = Moment(dump_only=True)


class TemplateVersionsSchema(Schema):
    """The versions of a template, the newest first."""

    items = fields.List(fields.Nested(TemplateVersionSchema))


class VersionsSchema(Schema):
    """The versions of a document, the newest first."""

    items = fields.List(fields.Nested(VersionSchema))


class SignSchema(Schema):
    """When a document was signed, and who signed for the other side."""

    signed_on = Date(required=True)
    signed_by = Text(200)


class SendSchema(Schema):
    """A letter with a version of a document: its ``file``, or a ``link`` that expires."""

    to = Text(254, blank=False, required=True)
    subject = Text(300, blank=False, required=True)
    text = Text(10_000)
    way = Choice(("file", "link"))
    days = Integer(minimum=1, maximum=MOST_DAYS)


class StatusSchema(Schema):
    """How far documents of a type can be."""

    id = Reference()
    name = Text(60, blank=False, required=True)
    base = Choice(BASES)
    active = Flag(dump_only=True)


class TypeSchema(Schema):
    """A type of document; without ``role_ids`` and ``user_ids`` everybody may make them."""

    id = Reference(dump_only=True)
    name = Text(100, blank=False, required=True)
    pattern = Text(100)
    starts = Choice(STARTS)
    active = Flag()
    role_ids = ListOf(Reference(), most=100)
    user_ids = ListOf(Reference(), most=100)
    statuses = ListOf(fields.Nested(StatusSchema), most=30)


class TypesSchema(Schema):
    """All types in their order."""

    items = fields.List(fields.Nested(TypeSchema))


class TemplateSchema(Schema):
    """A template; ``last`` is the number of its last version."""

    id = Reference(dump_only=True)
    type_id = Reference(required=True)
    name = Text(100, blank=False, required=True)
    language = Choice(LANGUAGES)
    active = Flag()
    last = Integer(dump_only=True, allow_none=True)


class NewTemplateSchema(Schema):
    """What a template is that is sent: ``file_name`` is what its file is called."""

    type_id = Reference(required=True)
    name = Text(100, blank=False, required=True)
    language = Choice(LANGUAGES)
    file_name = Text(200, blank=False)


class TemplatesSchema(Schema):
    """All templates."""

    items = fields.List(fields.Nested(TemplateSchema))
