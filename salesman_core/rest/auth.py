"""Who asks: tokens alone, because a cookie would let a stranger's page ask in one's name."""

from __future__ import annotations

from typing import Final

from flask import Flask, current_app, g, request

from salesman_core.access.origin import TOKEN, Origin, come_from
from salesman_core.access.routes import PUBLIC, access_of
from salesman_core.access.tokens import name_of_token, person_of_token
from salesman_core.errors import UnauthenticatedError
from salesman_core.i18n import texts

_ = texts.lazy

SCHEME: Final = "bearer"


def install(app: Flask, prefix: str) -> None:
    """Let nobody pass below *prefix* without a token, before anything else is looked at."""

    @app.before_request
    def authenticate() -> None:
        if request.path == prefix or request.path.startswith(f"{prefix}/"):
            g.salesman_person = None  # whoever is signed in in this browser does not count here
            if not _is_public():
                _let_in()


def _is_public() -> bool:
    view = current_app.view_functions.get(request.endpoint or "")
    return view is not None and access_of(view) == PUBLIC


def _let_in() -> None:
    scheme, _space, token = request.environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    if scheme.lower() != SCHEME or not token.strip():
        raise UnauthenticatedError(_("Send a token: “Authorization: Bearer TOKEN”."))
    token = token.strip()
    person = person_of_token(token)
    if person is None:
        raise UnauthenticatedError(
            _("This token does not hold: it is unknown, expired or taken back.")
        )
    g.salesman_person = person
    come_from(Origin.by(TOKEN, name_of_token(token), request.remote_addr or ""))
