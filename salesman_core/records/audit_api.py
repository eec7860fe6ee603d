"""The JSON API of the company's audit."""

from __future__ import annotations

from flask import Response
from marshmallow import fields

from salesman_core.access.routes import requires
from salesman_core.i18n import CORE
from salesman_core.records.audit import AUDIT, VIEW, as_json, entries
from salesman_core.records.list_arguments import list_arguments
from salesman_core.records.lists import ListQuery
from salesman_core.rest import (
    ApiBlueprint,
    Moment,
    Reference,
    Schema,
    Text,
    page_answer,
    page_response,
)

audit_api = ApiBlueprint(CORE, __name__, collection="audit", title="Audit")


class AuditChangeSchema(Schema):
    """One field that was changed: in words, as whoever asks may read them."""

    field = Text(200)
    title = Text(200)
    before = fields.String()
    after = fields.String()


class AuditEntrySchema(Schema):
    """Who did what to which record, when and from where.

    `way` is `page`, `token` or `import` with its name or number, `command`, or empty for what the
    system did by itself.
    """

    id = Reference()
    at = Moment()
    actor_id = Reference(allow_none=True)
    actor = Text(200)
    kind = Text(60)
    record_id = Reference(allow_none=True)
    label = Text(300)
    action = Text(60)
    address = Text(64)
    way = Text(300)
    changes = fields.List(fields.Nested(AuditChangeSchema))


@audit_api.get("")
@requires(VIEW)
@list_arguments(AUDIT)
@page_response(AuditEntrySchema)
def list_audit(query: ListQuery) -> Response:
    """List what was done, the newest first; entries about records out of reach are left out."""
    found, next_cursor = entries(query)
    return page_answer([as_json(one) for one in found], next_cursor)
