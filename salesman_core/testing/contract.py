"""The contract of a JSON API: what a change of its OpenAPI document breaks for its callers.

A caller sends what the document allowed and reads what it promised. So a request may come to
allow more but never less, an answer to hold more but never less::

    assert broken_by(read_document(path), document_of(app, ["mine"])) == []

A plugin's author may keep the document of their own API in the same way.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from flask import Flask

from salesman_core.rest.documents import documents_of
from salesman_core.testing.contract_schemas import Schemas, Side, broken_schema

METHODS: Final = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
_SUCCESS: Final = "2"


def document_of(app: Flask, owners: Collection[str]) -> dict[str, Any]:
    """Give the merged OpenAPI document of some owners: of ``core``, and of plugins by their id."""
    with app.app_context():
        documents = documents_of(app)
        merged = documents.merged(one for one in documents.owners if one in owners)
    found: dict[str, Any] = json.loads(json.dumps(merged))
    return found


def read_document(path: Path) -> dict[str, Any]:
    """Give the document that is kept in a file."""
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def text_of(document: Mapping[str, Any]) -> str:
    """Give a document as its file holds it: in an order that shows what changed."""
    return json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def broken_by(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Give what *after* breaks for whoever relies on *before*: a sentence for each.

    :param before: a whole OpenAPI 3.1 document, references and all.
    :param after: as *before*.
    """
    schemas = Schemas(before, after)
    return list(_paths(schemas, before["paths"], after["paths"]))


def _paths(schemas: Schemas, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    for path, operations in before.items():
        if path not in after:
            yield f"{path} is gone."
            continue
        for method in METHODS:
            name = f"{method.upper()} {path}"
            if method in operations and method not in after[path]:
                yield f"{name} is gone."
            elif method in operations:
                pair = _with_shared(operations, method), _with_shared(after[path], method)
                yield from _operation(schemas, name, *pair)


def _with_shared(operations: Mapping[str, Any], method: str) -> dict[str, Any]:
    """Give an operation with the parameters that its path has for all operations."""
    operation: dict[str, Any] = dict(operations[method])
    shared = operations.get("parameters", [])
    return operation | {"parameters": [*shared, *operation.get("parameters", [])]}


def _operation(
    schemas: Schemas, name: str, before: Mapping[str, Any], after: Mapping[str, Any]
) -> Iterator[str]:
    if before.get("operationId") != after.get("operationId"):
        yield f"{name} is no more called {before.get('operationId')}."
    if before.get("security") == [] and after.get("security") != []:
        yield f"{name} now asks for a token."
    yield from _parameters(schemas, name, before["parameters"], after["parameters"])
    yield from _body(schemas, name, before.get("requestBody"), after.get("requestBody"))
    yield from _answers(schemas, name, before["responses"], after["responses"])


def _parameters(
    schemas: Schemas,
    name: str,
    before: Collection[Mapping[str, Any]],
    after: Collection[Mapping[str, Any]],
) -> Iterator[str]:
    old = {(one["in"], one["name"]): one for one in schemas.all_before(before)}
    new = {(one["in"], one["name"]): one for one in schemas.all_after(after)}
    for key, parameter in new.items():
        needed_before = key in old and old[key].get("required", False)
        if parameter.get("required", False) and not needed_before:
            yield f"{name} now requires the {key[0]} parameter {key[1]}."
    for key, parameter in old.items():
        where = f"{name}, {key[0]} parameter {key[1]}"
        if key not in new:
            yield f"{where} is gone."
            continue
        yield from broken_schema(
            schemas, Side.REQUEST, where, parameter["schema"], new[key]["schema"]
        )


def _body(schemas: Schemas, name: str, before: Any, after: Any) -> Iterator[str]:
    if before is None:
        if after is not None and after.get("required", False):
            yield f"{name} now requires a body."
        return
    if after is None:
        yield f"{name} takes no body any more."
        return
    if after.get("required", False) and not before.get("required", False):
        yield f"{name} now requires a body."
    yield from _content(schemas, Side.REQUEST, f"{name}, body", before, after)


def _answers(
    schemas: Schemas, name: str, before: Mapping[str, Any], after: Mapping[str, Any]
) -> Iterator[str]:
    """Compare the answers of success: problems all look alike, and any may come."""
    for status, answer in before.items():
        if not status.startswith(_SUCCESS):
            continue
        if status not in after:
            yield f"{name} no longer answers {status}."
            continue
        old, new = schemas.before(answer), schemas.after(after[status])
        yield from _content(schemas, Side.ANSWER, f"{name}, answer {status}", old, new)


def _content(
    schemas: Schemas,
    side: Side,
    where: str,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
) -> Iterator[str]:
    for media_type, described in before.get("content", {}).items():
        new = after.get("content", {}).get(media_type)
        if new is None:
            yield f"{where}: {media_type} is gone."
        else:
            yield from broken_schema(schemas, side, where, described["schema"], new["schema"])
