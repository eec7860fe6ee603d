"""The OpenAPI 3.1 documents: one per owner, and one of all that is active now."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from http import HTTPStatus
from importlib.metadata import version
from typing import Any, Final

import marshmallow as ma
import orjson
from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from flask import Blueprint, Flask, Response, current_app, render_template
from werkzeug.exceptions import NotFound

from salesman_core.access.routes import public
from salesman_core.db.revisions import kept
from salesman_core.i18n import CORE
from salesman_core.plugins.host import PluginHost, current_host
from salesman_core.rest.blueprint import API, ApiBlueprint
from salesman_core.rest.errors import PROBLEM
from salesman_core.rest.fields import DescribedField, ListOf, or_null
from salesman_core.rest.links import link_made_records
from salesman_core.rest.operations import FURTHER
from salesman_core.rest.smorest import describe_operations, rules_plugin

VERSION: Final = "3.1.0"
DOCUMENT: Final = "openapi.json"
_EXTENSION: Final = "salesman_api_documents"
_CORE_PACKAGE: Final = "salesman_core"
_PROBLEMS: Final = (400, 401, 403, 404, 409, 412, 413, 415, 422, 428)
_SECURITY: Final = {
    "type": "http",
    "scheme": "bearer",
    "description": "A token of a user, made on their profile page or by `salesman token add`.",
}
_PROBLEM: Final = {
    "type": "object",
    "description": "What went wrong, as RFC 9457 has it.",
    "required": ["type", "title", "status", "detail"],
    "additionalProperties": False,
    "properties": {
        "type": {"type": "string", "const": "about:blank"},
        "title": {"type": "string", "description": "The status in words."},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "For a person, in their language."},
        "errors": {
            "type": "object",
            "description": "By field, nested ones joined by dots: phones.0.type.",
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
        },
        "permission": {"type": "string", "description": "With 403: what is missing."},
        "plugin": {"type": "string", "description": "The plugin that refused the change."},
        "reference": {"type": "string", "description": "With 500: for an administrator."},
    },
}


_followed: set[str] = set()


def follow(subject: str) -> None:
    """Build documents anew when the counter of *subject* moves: they tell of what it counts."""
    _followed.add(subject)


class Documents:
    """Builds the documents of one application, and keeps them until something in them changes.

    That is when a plugin is switched, or the counter of a subject moves that somebody follows.

    :param app: where the operations are registered.
    :param blueprints: all of them, of suspended plugins too.
    """

    def __init__(self, app: Flask, blueprints: Sequence[ApiBlueprint]) -> None:
        self._app, self._blueprints = app, blueprints
        self._by_owner: dict[str, dict[str, Any]] = {}
        self._whole: tuple[frozenset[str], bytes] | None = None
        self._followed: list[dict[Any, Any]] = []
        self._active: frozenset[str] = frozenset()

    @property
    def owners(self) -> list[str]:
        """Whoever has operations, the core first."""
        found = {blueprint.owner for blueprint in self._blueprints} - {CORE}
        return [CORE, *sorted(found)]

    def of(self, owner: str) -> dict[str, Any]:
        """Give the document of one owner."""
        self._forget_what_changed()
        if owner not in self._by_owner:
            own = [one for one in self._blueprints if one.owner == owner]
            self._by_owner[owner] = _document(self._app, owner, own)
        return self._by_owner[owner]

    def merged(self, owners: Iterable[str]) -> dict[str, Any]:
        """Give one document of several owners."""
        return _merged([self.of(owner) for owner in owners])

    def whole(self, host: PluginHost) -> bytes:
        """Give the document of all that is active; an owner whose own fails is left out."""
        self._forget_what_changed()
        if self._whole is None or self._whole[0] != host.active:
            found = (
                host.guarded(owner, DOCUMENT, partial(self.of, owner))
                for owner in self.owners
                if host.is_active(owner)
            )
            merged = _merged([document for document in found if document is not None])
            self._whole = (host.active, orjson.dumps(merged))
        return self._whole[1]

    def _forget_what_changed(self) -> None:
        now = [kept(subject) for subject in sorted(_followed)]
        active = current_host().active
        if active != self._active:  # what is of one owner may tell of what others add to it
            self._by_owner, self._active = {}, active
        if len(now) != len(self._followed) or not all(map(operator.is_, now, self._followed)):
            self._by_owner, self._whole, self._followed = {}, None, now


def install(app: Flask, blueprints: Sequence[ApiBlueprint]) -> None:
    """Let *app* give its documents, and the page that draws them."""
    documents = app.extensions[_EXTENSION] = Documents(app, blueprints)
    pages = Blueprint("api-documents", __name__)
    pages.get(f"{API}/{DOCUMENT}")(whole_document)
    for owner in documents.owners:
        pages.add_url_rule(f"{API}/{owner}/{DOCUMENT}", f"of_{owner}", _view_of(owner))
    pages.get("/api/docs")(reference)
    app.register_blueprint(pages)


@public
def whole_document() -> Response:
    """Give the document of all that is active now."""
    return Response(documents_of(current_app).whole(current_host()), mimetype="application/json")


def _view_of(owner: str) -> Callable[[], Response]:
    """Give a function with a name of its own, by which the limiter of requests knows it."""

    @public
    def document() -> Response:
        return document_of(owner)

    return document


def document_of(owner: str) -> Response:
    """Give the document of one owner; that of a suspended plugin is not there."""
    if not current_host().is_active(owner):
        raise NotFound
    return Response(orjson.dumps(documents_of(current_app).of(owner)), mimetype="application/json")


@public
def reference() -> str:
    """Give the page that draws the document of all that is active."""
    return render_template("core/rest/reference.html", document=f"{API}/{DOCUMENT}")


def documents_of(app: Flask) -> Documents:
    """Give the documents of an application."""
    found: Documents = app.extensions[_EXTENSION]
    return found


def _document(app: Flask, owner: str, blueprints: Iterable[ApiBlueprint]) -> dict[str, Any]:
    marshmallow = MarshmallowPlugin(schema_name_resolver=partial(schema_name, owner))
    spec = APISpec(
        _title(owner),
        _version(owner),
        VERSION,
        plugins=[rules_plugin(), marshmallow],
        security=[{"bearer": []}],
    )
    converter: Any = marshmallow.converter
    converter.add_attribute_function(_described_field)
    _add_shared(spec)
    for blueprint in blueprints:
        spec.tag({"name": blueprint.title, "description": blueprint.about})
        describe_operations(blueprint, app, spec)
    described: dict[str, Any] = spec.to_dict()
    for operation in _operations(described):
        if given := operation.pop(FURTHER, None):
            operation["parameters"] = _completed(operation.get("parameters", ()), given())
    link_made_records(described["paths"])
    return described


def _completed(known: Iterable[dict[str, Any]], further: list[dict[str, Any]]) -> list[Any]:
    """Give parameters with *further* ones, which stand in the place of others of their names."""
    names = {one["name"] for one in further}
    return [*(one for one in known if one.get("name") not in names), *further]


def _operations(described: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for path in described["paths"].values():
        yield from (one for one in path.values() if isinstance(one, dict))


def _add_shared(spec: APISpec) -> None:
    spec.components.security_scheme("bearer", dict(_SECURITY))
    spec.components.schema("core.Problem", dict(_PROBLEM))
    for status in _PROBLEMS:
        schema = {"$ref": "#/components/schemas/core.Problem"}
        described = {"description": HTTPStatus(status).phrase}
        response = described | {"content": {PROBLEM: {"schema": schema}}}
        spec.components.response(f"Problem{status}", response)


def _described_field(_converter: Any, field: Any, **_given: Any) -> dict[str, Any]:
    """Give what one of our fields says of itself."""
    if not isinstance(field, DescribedField | ListOf):
        return {}
    described = field.described()
    if not field.allow_none or isinstance(field, ListOf):
        return described
    return or_null(described)


def schema_name(owner: str, schema: Any) -> str:
    """Give a schema's name in the document: by its owner, its class and what it leaves out."""
    class_ = schema if isinstance(schema, type) else type(schema)
    name = class_.__name__.removesuffix("Schema")
    if isinstance(schema, ma.Schema):
        name += "Patch" if schema.partial else ""
        name += _suffix("Only", schema.only or ()) + _suffix("Without", schema.exclude)
    return f"{_owner_of(class_, owner)}.{name}"


def _suffix(word: str, names: Iterable[str]) -> str:
    parts = "".join(f"_{re.sub(r'[^A-Za-z0-9_]', '_', name)}" for name in sorted(names))
    return f"{word}{parts}" if parts else ""


def _owner_of(class_: type[Any], owner: str) -> str:
    package = class_.__module__.split(".", 1)[0]
    if package == _CORE_PACKAGE:
        return CORE
    modules = {one.installed.module: id_ for id_, one in current_host().plugins.items()}
    return modules.get(package, owner)


def _title(owner: str) -> str:
    if owner == CORE:
        return "SalesMan"
    loaded = current_host().plugins.get(owner)
    return loaded.manifest.title if loaded and loaded.manifest else owner


def _version(owner: str) -> str:
    loaded = current_host().plugins.get(owner)
    return loaded.installed.version if loaded else version("salesman-core")


def _merged(documents: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Join documents: names of schemas begin with their owner, so none hides another."""
    merged = dict(documents[0])
    merged["paths"] = {path: one for each in documents for path, one in each["paths"].items()}
    merged["tags"] = [tag for each in documents for tag in each.get("tags", ())]
    merged["components"] = {
        part: {name: one for each in documents for name, one in each["components"][part].items()}
        for part in merged["components"]
    }
    return merged
