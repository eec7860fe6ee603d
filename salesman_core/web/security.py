"""What protects a browser: headers on every answer, and the proof that a form is ours."""

from __future__ import annotations

import secrets
from typing import Final

from flask import Flask, Request, Response, current_app, g, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask_wtf.csrf import CSRFProtect

from salesman_core.access.person import maybe_person
from salesman_core.access.routes import takes_foreign_forms

API_PREFIX: Final = "/api/"

_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_KEPT_NOWHERE: Final = "no-store"
"""Of pages (RFC 9111, 5.2.2.5). Files and what is static say for themselves how they are kept."""
_TWO_YEARS: Final = "max-age=63072000"

_csrf = CSRFProtect()


class CookiesOfPages(SecureCookieSessionInterface):
    """Sessions in cookies, for pages alone: under the JSON API there is none to read or write."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Give the session of a page's request."""
        if request.path.startswith(API_PREFIX):
            return None
        return super().open_session(app, request)


def install(app: Flask) -> None:
    """Put the headers on every answer of *app*, and let no forged form pass."""
    app.session_interface = CookiesOfPages()
    app.config.setdefault("WTF_CSRF_TIME_LIMIT", None)  # a form may stay open for days
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False
    _csrf.init_app(app)

    always = dict(_HEADERS)
    if app.config["SESSION_COOKIE_SECURE"]:
        always["Strict-Transport-Security"] = _TWO_YEARS

    @app.before_request
    def refuse_forgeries() -> None:
        if not is_api() and not _asks_for_its_own():
            _csrf.protect()

    @app.after_request
    def add_headers(response: Response) -> Response:
        given = {name.lower() for name, _value in response.headers}
        ours = {**always, "Content-Security-Policy": content_security_policy()}
        if _is_for_one_person():
            ours["Cache-Control"] = _KEPT_NOWHERE
        response.headers.extend(
            [(name, value) for name, value in ours.items() if name.lower() not in given]
        )
        return response


def _is_for_one_person() -> bool:
    """Tell whether this is a page, or a part of one, for whoever is signed in.

    A browser shows what it has kept when somebody goes back, also once they have signed out.
    Programs keep answers of the JSON API by their ETag.
    """
    return not is_api() and maybe_person() is not None


def _asks_for_its_own() -> bool:
    return takes_foreign_forms(current_app.view_functions.get(request.endpoint or ""))


def is_api() -> bool:
    """Tell whether the request is to the JSON API, which knows tokens and no cookies."""
    return request.path.startswith(API_PREFIX)


def csp_nonce() -> str:
    """Give the nonce of this request, which lets the import map stand in the page."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return str(g.csp_nonce)


def content_security_policy() -> str:
    """Give the policy of this answer; only a page that has an import map needs a nonce."""
    nonce: str | None = g.get("csp_nonce")
    return _policy(f" 'nonce-{nonce}'") if nonce else _WITHOUT_SCRIPTS_IN_PAGES


def _policy(nonce: str) -> str:
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'self'{nonce}",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "frame-src 'self'",
            "font-src 'self'",
            "connect-src 'self'",
            "manifest-src 'self'",
            "worker-src 'self'",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )


_WITHOUT_SCRIPTS_IN_PAGES: Final = _policy("")
