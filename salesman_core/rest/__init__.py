"""The JSON API: blueprints, tokens, problems, pages of lists, versions, repeats, OpenAPI.

An operation is a function of a few lines::

    api = ApiBlueprint("notes", __name__)

    @api.patch("/<int:record_id>")
    @requires("notes.note.edit")
    @versioned("notes.note")
    @arguments(NoteSchema(partial=True))
    @response(NoteSchema)
    def change_note(values, record_id, version):
        service.change_note(record_id, values, version)
        return queries.note(record_id)
"""

from salesman_core.rest.answers import items_of, json_response, page_answer
from salesman_core.rest.batch import batch, batch_together
from salesman_core.rest.blueprint import API, ApiBlueprint
from salesman_core.rest.concurrency import SeenVersion, etag_of, expected_version, versioned
from salesman_core.rest.errors import problem_of, problem_response
from salesman_core.rest.fields import DescribedField
from salesman_core.rest.idempotency import forget_old_answers
from salesman_core.rest.installation import install
from salesman_core.rest.operations import (
    SentFile,
    arguments,
    changed_response,
    documented,
    file_body,
    file_response,
    files_body,
    may_leave_sight,
    page_response,
    response,
    seen_or,
)
from salesman_core.rest.schemas import (
    Choice,
    Date,
    ExternalIds,
    Flag,
    Integer,
    JsonObject,
    ListOf,
    Moment,
    Money,
    Reference,
    ScaledNumber,
    Schema,
    Text,
    judge,
)

__all__ = [
    "API",
    "ApiBlueprint",
    "Choice",
    "Date",
    "DescribedField",
    "ExternalIds",
    "Flag",
    "Integer",
    "JsonObject",
    "ListOf",
    "Moment",
    "Money",
    "Reference",
    "ScaledNumber",
    "Schema",
    "SeenVersion",
    "SentFile",
    "Text",
    "arguments",
    "batch",
    "batch_together",
    "changed_response",
    "documented",
    "etag_of",
    "expected_version",
    "file_body",
    "file_response",
    "files_body",
    "forget_old_answers",
    "install",
    "items_of",
    "json_response",
    "judge",
    "may_leave_sight",
    "page_answer",
    "page_response",
    "problem_of",
    "problem_response",
    "response",
    "seen_or",
    "versioned",
]
