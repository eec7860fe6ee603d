"""In which language and time zone a page speaks."""

from __future__ import annotations

from flask import Flask, has_request_context, request, session
from flask_babel import Babel, get_locale

from salesman_core.access.person import maybe_person
from salesman_core.i18n import LANGUAGES
from salesman_core.services.company import company

CHOSEN = "language"
"""Where the session keeps the language that somebody chose who is not signed in."""


def install(app: Flask) -> None:
    """Let *app* answer in the reader's language and the company's time zone."""
    Babel(
        app,
        locale_selector=language,
        timezone_selector=lambda: company().zone,
        configure_jinja=False,  # templating.py has words per owner
    )


def language() -> str:
    """Give the reader's language.

    That is the person's own choice, else the company's; before anybody has set the company up,
    what the browser asks for.
    """
    person = maybe_person()
    if person is not None and person.locale in LANGUAGES:
        return person.locale
    chosen = session.get(CHOSEN) if has_request_context() else None
    if chosen in LANGUAGES:
        return str(chosen)
    if has_request_context() and not company().name:
        asked = request.accept_languages.best_match(LANGUAGES)
        if asked is not None:
            return asked
    return company().language


def current_language() -> str:
    """Give the language that is being spoken now, as ``ru``."""
    locale = get_locale()
    return locale.language if locale is not None else "en"
