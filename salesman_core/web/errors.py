"""The one place that turns exceptions into pages, and into fragments for htmx."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote, urlencode

import structlog
from flask import Flask, Response, current_app, make_response, redirect, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError, generate_csrf
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from salesman_core.access.explaining import reasons
from salesman_core.access.permissions import permission_named
from salesman_core.access.person import maybe_person
from salesman_core.db import db
from salesman_core.errors import ForbiddenError, SalesmanError, UnauthenticatedError
from salesman_core.i18n import CORE, texts, texts_of
from salesman_core.plugins.host import current_host, plugin_of
from salesman_core.web.addresses import SIGN_IN, page_of_request
from salesman_core.web.administrators import administrators
from salesman_core.web.security import is_api
from salesman_core.web.templating import render
from salesman_core.web.toasts import is_htmx

log = structlog.get_logger(__name__)
_ = texts.lazy

API_ERRORS: Final = "salesman_api_errors"
"""The key in ``app.extensions`` of what answers for errors under ``/api/`` outside its blueprints:
a callable that gets the exception and gives the response. The room ``rest`` puts it there."""

_SERVER_FAULT: Final = 500
_SHOWN_TO: Final = "X-Shown-To"
"""With this header a page says to whom it was shown."""
_TITLES: Final = {
    400: _("The request could not be understood"),
    401: _("Sign in to go on"),
    403: _("This is not open to you"),
    404: _("There is nothing here"),
    405: _("This cannot be done here"),
    409: _("That does not go together with how things stand"),
    410: _("This is no longer there"),
    412: _("Somebody was faster"),
    413: _("That is too large"),
    422: _("Something is not right yet"),
    428: _("Which version have you seen?"),
    429: _("Too many tries"),
    500: _("Something broke on our side"),
}
_EXPLANATIONS: Final = {
    404: _("The address may be mistyped, the record deleted, or not yours to see."),
    405: _("Go back, and use the button of the page."),
    413: _("Choose a smaller file, or cut it into several."),
    429: _("Wait a little, then try again."),
}


_LAST_RESORT: Final = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>SalesMan</title>'
    "<h1>Something broke on our side</h1><p>Reference: {reference}</p></html>"
)


@dataclass(frozen=True, slots=True)
class Problem:
    """What an error page says.

    :param status: of HTTP.
    :param title: what is wrong, in a few words.
    :param message: why, and the way out.
    :param details: further lines, as what is wrong with single fields.
    :param reference: a number by which an administrator finds the cause in the log.
    :param permission: the title of the permission that is missing.
    :param grantors: names of people who can grant it.
    :param way: an address at which to go on, and what it leads to, where there is one.
    """

    status: int
    title: str
    message: str = ""
    details: tuple[str, ...] = ()
    reference: str = ""
    permission: str = ""
    grantors: tuple[str, ...] = field(default=())
    way: tuple[str, str] | None = None


def install(app: Flask) -> None:
    """Let *app* answer each kind of exception in one way."""
    app.register_error_handler(SalesmanError, _handled(of_domain))
    app.register_error_handler(CSRFError, _handled(of_forgery))
    app.register_error_handler(HTTPException, _handled(of_http))
    app.register_error_handler(Exception, _handled(of_program))


def _handled(answer: Callable[[Any], ResponseReturnValue]) -> Callable[[Any], ResponseReturnValue]:
    def handle(error: Exception) -> ResponseReturnValue:
        from_api = _api_answer(error)
        return answer(error) if from_api is None else from_api

    return handle


def _api_answer(error: Exception) -> ResponseReturnValue | None:
    if not is_api():
        return None
    handler: Callable[[Exception], ResponseReturnValue] | None = current_app.extensions.get(
        API_ERRORS
    )
    return handler(error) if handler is not None else None


def of_domain(error: SalesmanError) -> ResponseReturnValue:
    """Answer an exception of the domain."""
    if isinstance(error, UnauthenticatedError):
        return to_sign_in(error)
    if error.status >= _SERVER_FAULT:
        return of_program(error)
    if isinstance(error, ForbiddenError):
        return shown(_forbidden(error))
    details = tuple(str(text) for text in error.fields.values() if str(text) != str(error))
    way = _without(error)
    return shown(Problem(error.status, _title(error.status), str(error), details, way=way))


def _without(error: SalesmanError) -> tuple[str, str] | None:
    """Give the address of this page without what could not be read of it."""
    wrong = [name for name in error.fields if name in request.args]
    if request.method != "GET" or not wrong:
        return None
    left = [(name, text) for name, text in request.args.items(multi=True) if name not in wrong]
    named = " & ".join(f"{name}={request.args[name]}" for name in wrong)
    text = _("Open it without %(filter)s", filter=named)
    return f"{request.path}?{urlencode(left)}".rstrip("?"), str(text)


def of_http(error: HTTPException) -> ResponseReturnValue:
    """Answer an exception of HTTP, as an address that there is not."""
    if isinstance(error, RequestRedirect) or error.code is None or error.response is not None:
        return error.get_response()
    if elsewhere := _without_slash():
        return redirect(elsewhere, 308)
    status = error.code
    response = shown(Problem(status, _title(status), str(_EXPLANATIONS.get(status, ""))))
    for name, value in error.get_headers():
        if name.lower() not in {"content-type", "content-length"}:
            response.headers[name] = value
    return response


def _without_slash() -> str:
    """Give the address that was meant by ``/clients/``, where there is only ``/clients``."""
    meant = request.path.rstrip("/")
    adapter = current_app.create_url_adapter(request)
    if meant == request.path or meant.startswith("//") or adapter is None:
        return ""
    if request.routing_exception is None or request.method != "GET":
        return ""
    if not adapter.test(meant, "GET"):
        return ""
    return f"{meant}?{request.query_string.decode()}".rstrip("?")


def _reader() -> str:
    """Give who is signed in, as pages write it."""
    person = maybe_person()
    return "" if person is None else str(person.id or "")


def of_forgery(_error: CSRFError) -> ResponseReturnValue:
    """Answer a form whose proof no longer holds; htmx gets a new one, so that sending again works.

    That happens to honest people: the page was open since before the browser forgot its session.
    Whoever has signed out or in meanwhile in another window gets none: the page is somebody else's.
    """
    if is_htmx() and request.headers.get(_SHOWN_TO, "") != _reader():
        message = _("Somebody else is signed in here now, or nobody is. Open the page anew.")
        return shown(Problem(400, str(_("This page is not yours")), str(message)))
    message = _("This page was open for so long that it could not be sent. Send it once more.")
    response = shown(Problem(400, str(_("The page has grown old")), str(message)))
    if is_htmx():
        response.headers["X-CSRFToken"] = generate_csrf()
    return response


def of_program(error: Exception) -> Response:
    """Answer what should not have happened: a reference number that leads to the cause."""
    owner = plugin_of(request.blueprint) or CORE
    place = f"{request.url_rule} {_ids() or ''}".strip()
    faults = current_host().dispatcher.faults
    reference = faults.note(owner, place, error, event="request_failed").reference
    try:
        db.session.rollback()  # what failed may have spoilt the transaction the page reads in
        message = str(_("It has been written down. Try again; if it stays, give this number."))
        return shown(Problem(500, _title(500), message, reference=reference))
    except Exception:  # as without a database: the answer must not need one
        log.exception("error_page_failed", reference=reference)
        return make_response(_LAST_RESORT.format(reference=reference), 500)


def _ids() -> dict[str, int]:
    """Give the numbers in an address: its words may be the proof in an invitation."""
    named = (request.view_args or {}).items()
    return {name: value for name, value in named if isinstance(value, int)}


def to_sign_in(error: UnauthenticatedError) -> ResponseReturnValue:
    """Lead to the sign-in page and back; what was typed into a form stays on the screen."""
    target = f"{SIGN_IN}?next={quote(page_of_request())}"
    if not is_htmx():
        return redirect(target)
    if request.method == "GET":
        response = make_response("", 401)
        response.headers["HX-Redirect"] = target
        return response
    return shown(Problem(401, _title(401), str(error)), sign_in=SIGN_IN)


def shown(problem: Problem, **context: Any) -> Response:
    """Give a problem as a page; to htmx as a notice, in the corner where something was sent."""
    if not is_htmx():
        body = render("core/errors/page.html", problem=problem, framed=maybe_person() is not None)
        return make_response(body, problem.status)
    if request.method == "GET":
        return make_response(
            render("core/errors/inline.html", problem=problem, **context), problem.status
        )
    body = render("core/errors/toast.html", problem=problem, sign_in=context.get("sign_in"))
    response = make_response(body, problem.status)
    response.headers["HX-Retarget"] = "#toasts"
    response.headers["HX-Reswap"] = "beforeend"
    return response


def _forbidden(error: ForbiddenError) -> Problem:
    permission = permission_named(error.permission)
    title = error.permission
    if permission is not None:
        owner = permission.name.split(".", 1)[0]
        title = f"{texts_of(owner).gettext(permission.title)} ({permission.name})"
    return Problem(
        403,
        _title(403),
        str(error),
        _why(error),
        permission=title,
        grantors=tuple(administrators()),
    )


def _why(error: ForbiddenError) -> tuple[str, ...]:
    """Say why somebody who sees a record may not do this with it."""
    person = maybe_person()
    if error.record is None or person is None:
        return ()
    return tuple(str(reason) for reason in reasons(person, error.permission, *error.record))


def _title(status: int) -> str:
    return str(_TITLES.get(status, _TITLES[400 if status < _SERVER_FAULT else 500]))
