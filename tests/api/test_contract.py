"""What the API has promised is kept: ``docs/openapi.json`` against what the code says."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from openapi_spec_validator import validate
from salesman_catalogue.models import Level

from salesman_core.db import writing
from salesman_core.rest.documents import documents_of
from salesman_core.testing.contract import broken_by, document_of, read_document, text_of

ROOT = Path(__file__).parents[2]
KEPT = ROOT / "docs" / "openapi.json"
OWNERS = {"core", *(plugin.parent.name for plugin in ROOT.glob("plugins/*/pyproject.toml"))}
GONE = object()


def api() -> dict[str, Any]:
    """Give a document that has one of everything."""
    note = {
        "type": "object",
        "additionalProperties": False,
        "required": ["text"],
        "properties": {
            "id": {"type": "integer", "readOnly": True},
            "text": {"type": "string", "maxLength": 100},
            "kind": {"type": "string", "enum": ["call", "letter"]},
            "amount": {"anyOf": [{"type": "string"}, {"type": "number", "minimum": 0}]},
            "marks": {"type": "array", "items": {"type": "integer"}},
            "parent": {"anyOf": [{"$ref": "#/components/schemas/Note"}, {"type": "null"}]},
        },
    }
    content = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Note"}}}}
    make = {
        "operationId": "notes.create_note",
        "requestBody": {"required": True, **content},
        "responses": {"201": content, "422": {"description": "Refused"}},
    }
    find = {
        "operationId": "notes.list_notes",
        "security": [],
        "parameters": [{"in": "query", "name": "q", "schema": {"type": "string"}}],
        "responses": {"200": content},
    }
    return {
        "paths": {"/notes": {"post": make, "get": find}},
        "components": {"schemas": {"Note": note}},
    }


def changed(place: str, value: Any) -> dict[str, Any]:
    """Give the document with something else at *place*, or nothing."""
    document = copy.deepcopy(api())
    *folders, name = place.split(" ")
    part: Any = document
    for folder in folders:
        part = part[int(folder) if isinstance(part, list) else folder]
    if value is GONE:
        part.pop(int(name) if isinstance(part, list) else name)
    elif isinstance(part, list):
        part.insert(int(name), value)
    else:
        part[name] = value
    return document


POST = "paths /notes post"
GET = "paths /notes get"
NOTE = "components schemas Note"
PROPERTIES = f"{NOTE} properties"


@pytest.mark.parametrize(
    ("place", "value", "sentence"),
    [
        ("paths /notes", GONE, "/notes is gone."),
        (POST, GONE, "POST /notes is gone."),
        (f"{POST} operationId", "x", "POST /notes is no more called notes.create_note."),
        (f"{GET} security", GONE, "GET /notes now asks for a token."),
        (f"{GET} parameters 0", GONE, "GET /notes, query parameter q is gone."),
        (
            f"{GET} parameters 1",
            {"in": "query", "name": "owner", "required": True, "schema": {}},
            "GET /notes now requires the query parameter owner.",
        ),
        (
            f"{GET} parameters 0 schema",
            {"type": "integer"},
            "GET /notes, query parameter q: no longer takes string.",
        ),
        (f"{POST} requestBody", GONE, "POST /notes takes no body any more."),
        (f"{GET} requestBody", {"required": True}, "GET /notes now requires a body."),
        (f"{POST} responses 201", GONE, "POST /notes no longer answers 201."),
        (
            f"{POST} responses 201 content application/json",
            GONE,
            "POST /notes, answer 201: application/json is gone.",
        ),
        (f"{PROPERTIES} id", GONE, "POST /notes, answer 201.id is gone."),
        (f"{PROPERTIES} text", GONE, "POST /notes, body.text is gone."),
        (f"{PROPERTIES} text readOnly", True, "POST /notes, body.text is gone."),
        (f"{PROPERTIES} text writeOnly", True, "POST /notes, answer 201.text is gone."),
        (f"{NOTE} required", ["text", "kind"], "POST /notes, body.kind is required now."),
        (f"{NOTE} required", [], "POST /notes, answer 201.text may be missing now."),
        (
            f"{PROPERTIES} kind enum",
            ["call"],
            "POST /notes, body.kind: 'letter' is not taken any more.",
        ),
        (f"{PROPERTIES} text enum", ["a"], "POST /notes, body.text: only a are taken now."),
        (
            f"{PROPERTIES} text type",
            "integer",
            "POST /notes, body.text: no longer takes string.",
        ),
        (
            f"{PROPERTIES} text type",
            ["string", "null"],
            "POST /notes, answer 201.text: may now be null.",
        ),
        (
            f"{PROPERTIES} text maxLength",
            50,
            "POST /notes, body.text: maxLength is 50 now, 100 before.",
        ),
        (
            f"{PROPERTIES} text pattern",
            "^a$",
            "POST /notes, body.text: pattern is ^a$ now, none before.",
        ),
        (
            f"{PROPERTIES} amount anyOf 1",
            GONE,
            "POST /notes, body.amount: no longer takes number.",
        ),
        (
            f"{PROPERTIES} amount anyOf 2",
            {"type": "null"},
            "POST /notes, answer 201.amount: may now be null.",
        ),
        (
            f"{PROPERTIES} marks items type",
            "string",
            "POST /notes, body.marks[]: no longer takes integer.",
        ),
        (
            f"{PROPERTIES} parent anyOf 0",
            GONE,
            "POST /notes, body.parent: no longer takes Note.",
        ),
    ],
)
def test_break_is_named(place: str, value: Any, sentence: str) -> None:
    assert sentence in broken_by(api(), changed(place, value))


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("paths /marks", {"get": {"operationId": "marks.list_marks", "responses": {}}}),
        (f"{GET} parameters 1", {"in": "query", "name": "sort", "schema": {"type": "string"}}),
        (f"{GET} requestBody", {"required": False, "content": {}}),
        (f"{POST} responses 409", {"description": "Conflict"}),
        (f"{POST} responses 422", GONE),
        (f"{PROPERTIES} colour", {"type": "string"}),
        (f"{PROPERTIES} kind enum", ["call", "letter", "visit"]),
        (f"{PROPERTIES} kind enum", ["letter", "call"]),
        (f"{PROPERTIES} text maxLength", 200),
        (f"{PROPERTIES} text description", "What is noted."),
        (f"{PROPERTIES} text", {"allOf": [{"type": "string", "maxLength": 100}]}),
        (f"{GET} parameters 0 schema type", ["string", "integer"]),
    ],
)
def test_addition_breaks_nothing(place: str, value: Any) -> None:
    assert broken_by(api(), changed(place, value)) == []


def test_number_takes_the_integers_that_were_taken_before() -> None:
    wider = changed(f"{GET} parameters 0 schema", {"type": "number"})
    before = changed(f"{GET} parameters 0 schema", {"type": "integer"})

    assert broken_by(before, wider) == []
    assert broken_by(wider, before) == ["GET /notes, query parameter q: no longer takes number."]


def test_extra_members_that_were_taken_may_not_be_refused() -> None:
    before = changed(f"{NOTE} additionalProperties", GONE)

    assert broken_by(before, api())[0] == (
        "POST /notes, body: members that are not listed are refused now."
    )


@pytest.mark.databases("sqlite")
def test_merged_document_is_valid(app: Flask) -> None:
    validate(document_of(app, documents_of(app).owners))


@pytest.mark.databases("sqlite")
def test_api_keeps_what_it_has_promised(app: Flask) -> None:
    broken = broken_by(read_document(KEPT), document_of(app, OWNERS))

    assert not broken, "\n".join(
        [*broken, "If it must be: tools/openapi --break, and say so in changelog/."]
    )


WITHOUT_VERSION = {
    "/api/v1/analytics/reports/{name}/pin": "everybody has their own",
    "/api/v1/analytics/views/{view_id}": "everybody has their own",
    "/api/v1/calendar/{record_id}/guests": "somebody is invited or not",
    "/api/v1/calendar/{record_id}/guests/{guest_id}": "somebody is invited or not",
    "/api/v1/discussions/messages/{message_id}": "its author alone; what stood before is kept",
    "/api/v1/discussions/messages/{message_id}/reactions": "everybody has their own",
    "/api/v1/discussions/{record_id}/messages": "what is said is added, and changes nothing",
    "/api/v1/discussions/{record_id}/messages/file": "what is said is added, and changes nothing",
    "/api/v1/discussions/{record_id}/messages/files": "what is said is added, and changes nothing",
    "/api/v1/discussions/{record_id}/notices": "everybody has their own",
    "/api/v1/discussions/{record_id}/participants": "somebody is in or not",
    "/api/v1/discussions/{record_id}/participants/{user_id}": "somebody is in or not",
    "/api/v1/discussions/{record_id}/read": "it goes forward alone, for oneself",
    "/api/v1/discussions/{record_id}/records": "a record is tied or not",
    "/api/v1/discussions/{record_id}/records/{tie_id}": "a record is tied or not",
    "/api/v1/documents/types/{type_id}/route": "it is set whole",
    "/api/v1/documents/{record_id}/approval/steps/{step_id}/decide": "it says the hash instead",
    "/api/v1/documents/templates/{template_id}/versions": "a version is added, and none changes",
    "/api/v1/documents/{record_id}/versions/{number}/send": "a version changes no more",
    "/api/v1/holidays/{holiday_id}": "a day is there or is not: it has no versions",
    "/api/v1/invoices/acts/{record_id}/send": "what is issued changes no more",
    "/api/v1/invoices/{record_id}/send": "what is issued changes no more",
    "/api/v1/mailing/{record_id}/filters": "a filter is followed or not",
    "/api/v1/mailing/{record_id}/filters/{filter_id}": "a filter is followed or not",
    "/api/v1/mailing/{record_id}/keep-out": "a record is kept out or not",
    "/api/v1/mailing/{record_id}/let-in": "a record is kept out or not",
    "/api/v1/mailing/{record_id}/members": "a record is named or not",
    "/api/v1/mailing/{record_id}/members-of": "records are named or not",
    "/api/v1/mailing/{record_id}/take-out": "a record is named or not",
    "/api/v1/mailing/{record_id}/links": "a group has a list or not",
    "/api/v1/mailing/links/{link_id}/compare": "it only looks",
    "/api/v1/mailing/links/{link_id}/stop": "it works or not",
    "/api/v1/plans/bases/{since}": "what begins later is there or is not",
    "/api/v1/users/{record_id}/invite": "it makes a new link and changes no field",
}


@pytest.mark.databases("sqlite")
def test_nothing_of_a_record_is_changed_unseen(app: Flask) -> None:
    silent = {
        path
        for path, operations in document_of(app, OWNERS)["paths"].items()
        for method in operations.keys() & {"patch", "put", "delete", "post"}
        if "{" in path and ("If-Match", True) not in parameters_of(operations[method])
    }
    assert silent == WITHOUT_VERSION.keys()


def parameters_of(operation: dict[str, Any]) -> set[tuple[str, bool]]:
    """Give the parameters of an operation, each with whether it must be sent."""
    return {(one["name"], one.get("required", False)) for one in operation.get("parameters", ())}


@pytest.mark.databases("sqlite")
def test_kept_document_says_what_the_code_says(app: Flask) -> None:
    with writing() as session:
        session.execute(sa.delete(Level))  # as with custom fields, a company's own are not in it

    current = text_of(document_of(app, OWNERS))

    assert KEPT.read_text(encoding="utf-8") == current, "Run: .venv/bin/python tools/openapi"
