"""The one place that turns exceptions into problems (RFC 9457): never a stack, never SQL."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

import marshmallow as ma
from flask import Response, request
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

from salesman_core.errors import (
    ConflictError,
    ForbiddenError,
    InvalidError,
    SalesmanError,
    UnauthenticatedError,
    VetoedError,
)
from salesman_core.i18n import CORE, texts
from salesman_core.plugins.host import current_host, plugin_of
from salesman_core.rest.answers import json_bytes
from salesman_core.rest.schemas import flattened

_ = texts.lazy

PROBLEM: Final = "application/problem+json"
_SERVER_FAULT: Final = 500
_OWN_HEADERS: Final = frozenset({"content-type", "content-length"})
_EXPLANATIONS: Final = {
    404: _("There is nothing at this address, or you may not see it."),
    405: _("This address does not know the method; see the header Allow."),
    413: _("The body is too large."),
    415: _("Send JSON, as application/json."),
    429: _("Too many requests: wait as long as the header Retry-After says."),
}


def problem_response(error: Exception) -> Response:
    """Answer an exception as ``application/problem+json``."""
    problem = problem_of(error)
    response = Response(json_bytes(problem), problem["status"], content_type=PROBLEM)
    response.headers.update(_headers_of(error))
    return response


def problem_of(error: Exception) -> dict[str, Any]:
    """Give the problem that an exception is for whoever sent the request.

    ``type`` is always ``about:blank``: the status tells the kind, ``detail`` the reason, ``errors``
    the fields (each with a list of messages), ``reference`` where to find a failure in the log.
    """
    known = _of_domain(error)
    if known is not None and known.status < _SERVER_FAULT:
        return _domain_problem(known)
    if isinstance(error, HTTPException) and (error.code or _SERVER_FAULT) < _SERVER_FAULT:
        return _problem(error.code or _SERVER_FAULT, _words_of(error))
    return _failure(error)


def _of_domain(error: Exception) -> SalesmanError | None:
    if isinstance(error, SalesmanError):
        return error
    if isinstance(error, ma.ValidationError):
        return InvalidError(_("Some fields are not right."), flattened(error))
    if isinstance(error, StaleDataError):
        return ConflictError(_("Somebody else changed this record at the same moment. Try again."))
    return None


def _domain_problem(error: SalesmanError) -> dict[str, Any]:
    problem = _problem(error.status, error.message)
    if error.fields:
        problem["errors"] = {name: [str(text)] for name, text in error.fields.items()}
    if isinstance(error, ForbiddenError):
        problem["permission"] = error.permission
    if isinstance(error, VetoedError):
        problem["plugin"] = error.plugin
    return problem


def _words_of(error: HTTPException) -> object:
    """Give our own words where we have some, else what the raiser said."""
    said = error.description if type(error).description != error.description else None
    return said or _EXPLANATIONS.get(error.code or 0, error.name)


def _failure(error: Exception) -> dict[str, Any]:
    cause = getattr(error, "original_exception", None) or error
    owner = plugin_of(request.blueprint) or CORE
    place = f"{request.method} {request.url_rule or request.path}"
    fault = current_host().dispatcher.faults.note(owner, place, cause)
    detail = _("Something broke on our side. It has been written down under the reference.")
    return _problem(_SERVER_FAULT, detail) | {"reference": fault.reference}


def _problem(status: int, detail: object) -> dict[str, Any]:
    title = HTTPStatus(status).phrase if status in set(HTTPStatus) else str(status)
    return {"type": "about:blank", "title": title, "status": status, "detail": str(detail)}


def _headers_of(error: Exception) -> Mapping[str, str]:
    if isinstance(error, UnauthenticatedError):
        return {"WWW-Authenticate": 'Bearer realm="SalesMan"'}
    if not isinstance(error, HTTPException) or error.response is not None:
        return {}
    return {name: text for name, text in error.get_headers() if name.lower() not in _OWN_HEADERS}
