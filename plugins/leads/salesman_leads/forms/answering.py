"""The answers of a form to strangers: pages with a policy of their own, JSON for their sites."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from flask import Response, make_response, request
from werkzeug.datastructures import MultiDict

from salesman_core.toolkit import (
    AnyRow,
    FormState,
    SalesmanError,
    json_response,
    render,
)
from salesman_leads.forms import sent
from salesman_leads.forms.origins import origin_of, our_own
from salesman_leads.forms.senders import TooManyAnswersError
from salesman_leads.forms.shown import ShownForm
from salesman_leads.forms.stamps import Stamp
from salesman_leads.forms.taking import CARRIED, CONSENT
from salesman_leads.texts import texts

THEMES: Final = ("light", "dark")
LOOK: Final = ("site", "theme")
"""What a frame says of the page around it: its origin, and whether that is light or dark."""
TRAP: Final = "homepage"
STAMP: Final = "stamp"

_ = texts.lazy

_PROBLEM: Final = "application/problem+json"


class ClosedFormError(SalesmanError):
    """A form takes no answers any more."""

    status = 410


def form_page(form: AnyRow, state: FormState, carried: dict[str, str]) -> Response:
    """Give the page with a form.

    :param carried: what it carries along unseen.
    """
    body = render(
        "leads/forms/public.html",
        form=form,
        shown=ShownForm.of_row(form),
        state=state,
        carried={name: text for name, text in carried.items() if text and name in CARRIED},
        stamp=_stamp(form, state).signed(),
        **_look(form, carried),
    )
    return _framed(form, body, state.status)


def _stamp(form: AnyRow, state: FormState) -> Stamp:
    """Let the stamp that came back go on: who corrects something needs no new time for it.

    Neither does who corrects a site's own form, which had none. The consent of that time goes on
    with it, until this one is asked for.
    """
    signed = str(state.value(STAMP))
    stamp = Stamp.read(signed, form.id) or Stamp.of(form)
    if state.wrong(CONSENT):
        stamp = replace(stamp, consent_id=form.consent_id)
    corrected = bool(state.errors) and not signed
    return stamp.renewed() if corrected or not stamp.holds else stamp


def said(form: AnyRow, template: str, status: int = 200) -> Response:
    """Give a page of a form that only says something, as its thanks."""
    body = render(f"leads/forms/{template}", form=form, **_look(form, request.args.to_dict()))
    return _framed(form, body, status)


def closed(form: AnyRow) -> Response:
    """Say that a form is closed."""
    if sent.is_json():
        return shared(problem(ClosedFormError(_("This form is closed"))), form.sites)
    return said(form, "closed.html", ClosedFormError.status)


def _look(form: AnyRow, told: dict[str, str]) -> dict[str, Any]:
    site, theme = told.get("site", ""), told.get("theme", "")
    known = site in {*form.sites, *our_own()}
    return {
        "site": site if known else "",
        "theme": theme if theme in THEMES else "",
    }


def _framed(form: AnyRow, body: str, status: int) -> Response:
    response = make_response(body, status)
    response.headers["Content-Security-Policy"] = _policy(form)
    response.headers["Cache-Control"] = "no-store"
    return response


def _policy(form: AnyRow) -> str:
    """Let only the sites of a form show it, and nothing but our own files work in it."""
    goes_on = origin_of(form.thanks_url) if form.thanks_url else ""
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' data:",
            "base-uri 'none'",
            f"form-action 'self' {goes_on}".rstrip(),
            " ".join(("frame-ancestors 'self'", *form.sites)),
        )
    )


def refused(form: AnyRow, error: SalesmanError) -> Response:
    """Give what was sent back, with what is wrong with it."""
    if sent.is_json():
        response = problem(error)
    else:
        values = sent.sent_values().items()
        typed = MultiDict((name, one) for name, many in values for one in many)
        response = form_page(form, FormState.refused(typed, error), typed.to_dict())
    if isinstance(error, TooManyAnswersError):
        response.headers["Retry-After"] = str(error.wait)
    return response


def problem(error: SalesmanError) -> Response:
    """Give an error as problem+json (RFC 9457), as the JSON API does."""
    body: dict[str, Any] = {"title": str(error), "status": error.status}
    if error.fields:
        body["errors"] = {name: [str(message)] for name, message in error.fields.items()}
    response = json_response(body, error.status)
    response.content_type = _PROBLEM
    return response


def shared(response: Response, sites: list[str]) -> Response:
    """Let the scripts of a form's sites read an answer (CORS)."""
    origin = origin_of(request.headers.get("Origin", ""))
    response.headers.add("Vary", "Origin")
    if origin in sites:
        response.headers["Access-Control-Allow-Origin"] = origin
    return response
